//! Beside the form: how to get it right at once.

use domain::{applications::views::PreviousRejection, role::ProfileType};
use leptos::prelude::*;

use crate::{
    applications::texts,
    components::{Banner, Icon, Tone},
};

pub(super) fn aside(profile_type: ProfileType, rejection: Option<PreviousRejection>) -> AnyView {
    let (lead, looked_for) = texts::form::looked_for(profile_type);
    view! {
        <aside class="stack g3" aria-labelledby="as">
            {rejection.map(|PreviousRejection { reference, reason }| view! {
                <div class="only-wide">
                    <Banner tone=Tone::Error title=format!("Alasan penolakan {reference}")>{reason}</Banner>
                </div>
            })}
            <h2 id="as" class="label">"Agar sekali jadi"</h2>
            <p class="sub">{lead}</p>
            <ul class="stack g3 notes sub" role="list">
                {looked_for.map(|(name, text)| view! { <li><Icon name /><span>{text}</span></li> }).collect_view()}
            </ul>
            <p class="sub"><a href="/bantuan?langkah=formulir">"Pusat Bantuan"</a></p>
        </aside>
    }
    .into_any()
}
