//! The secrets of a platform.

use domain::{indonesian::date_time, platforms::administration::SecretSummary};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{components::Icon, platforms::texts, session::zone};

#[component]
pub(super) fn Secrets(page: String, secrets: Vec<SecretSummary>, next_secret: Uuid) -> impl IntoView {
    let zone = zone();
    let full = secrets.len() >= 2;
    let none = secrets.is_empty();
    let make = format!("{page}/rahasia");
    let row = move |secret: SecretSummary| {
        view! {
            <li class="row">
                <span class="words">
                    <b class="num">{format!("…{}", secret.hint)}</b>
                    <small class="sub">{format!("Dibuat {}", date_time(secret.created_at, zone))}</small>
                </span>
                <a
                    class="btn btn--quiet push"
                    href=format!("{page}?tindak=akhiri-rahasia&rahasia={}", secret.id)
                    data-noscroll=""
                >
                    "Akhiri"<span class="sr">" rahasia "{secret.hint}</span>
                </a>
            </li>
        }
    };
    view! {
        <section class="section" aria-labelledby="h-rahasia">
            <header>
                <h2 id="h-rahasia">"Rahasia"</h2>
                <p class="sub">{texts::SECRETS}</p>
            </header>
            <div class="stack">
                {none.then(|| view! {
                    <p class="sub">{texts::NO_SECRET}</p>
                })}
                <ul class="panel results" role="list">{secrets.into_iter().map(row).collect_view()}</ul>
                {(!full).then(|| view! {
                    // A plain form even with script: the secret is only in the answer, which has no address.
                    <form method="post" action=make>
                        <input type="hidden" name="rahasia" value=next_secret.to_string() />
                        <button class="btn"><Icon name="plus" />"Buat rahasia"</button>
                    </form>
                })}
            </div>
        </section>
    }
    .into_any()
}
