use leptos::prelude::*;

/// An icon of `public/icons.svg`, hidden from screen readers: a word always stands beside it.
#[component]
pub fn Icon(
    /// Its name there, without `i-`.
    name: &'static str,
    /// Whether it is 16 px instead of 20.
    #[prop(optional)]
    small: bool,
    /// Whether it stands in a tile.
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
