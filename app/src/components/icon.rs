//! Icons of the sprite `public/icons.svg`.

use leptos::prelude::*;

/// Hidden from screen readers, because a word always stands beside it.
#[component]
pub fn Icon(
    /// The id in the sprite, without `i-`.
    name: &'static str,
    /// 16 px instead of 20.
    #[prop(optional)]
    small: bool,
    /// In a tile.
    #[prop(optional)]
    tile: bool,
) -> impl IntoView {
    let class = match (small, tile) {
        (true, _) => "icon icon--s",
        (_, true) => "icon tile",
        _ => "icon",
    };
    view! {
        <svg class=class aria-hidden="true">
            <use href=format!("/icons.svg#i-{name}") />
        </svg>
    }
}
