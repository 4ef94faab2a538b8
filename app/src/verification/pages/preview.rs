//! The preview of a verdict's mail.

use domain::{
    issues::Issue,
    verification::{CaseFile, MailPreview},
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::components::Icon;

/// Shows the mail that a verdict would send. Needs script: it sends the form as typed, and disappears when that changes.
#[component]
pub fn Preview(
    case: Signal<CaseFile>,
    /// The value of the form's button.
    verdict: &'static str,
    /// The id of its form.
    of: &'static str,
) -> impl IntoView {
    let shown = RwSignal::new(None::<Result<MailPreview, Vec<Issue>>>);
    let id: Uuid = case.with_untracked(|case| case.id);
    // Counts requests and changes, so that an answer to an older form is ignored.
    let latest = StoredValue::new(0u32);
    let changed = window_event_listener(leptos::ev::input, move |_| {
        latest.update_value(|latest| *latest += 1);
        if shown.with_untracked(Option::is_some) {
            shown.set(None);
        }
    });
    on_cleanup(move || changed.remove());
    let ask = move |_| {
        #[cfg(feature = "hydrate")]
        {
            latest.update_value(|latest| *latest += 1);
            let mine = latest.get_value();
            leptos::task::spawn_local(async move {
                let answer = live::preview(id, verdict, of).await;
                if latest.try_get_value() == Some(mine) {
                    shown.try_set(Some(answer.unwrap_or_else(|| {
                        Err(vec![Issue::new(domain::issues::Field::Form, domain::issues::Problem::Unavailable)])
                    })));
                }
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (id, verdict, of);
    };
    view! {
        <button class="btn btn--quiet scripted preview-button" type="button" on:click=ask>"Pratinjau surel"</button>
        {move || shown.get().map(|shown| match shown {
            Ok(mail) => view! {
                <div class="preview stack g2" role="status">
                    <p class="sub">"Kepada "{mail.to}</p>
                    <b>{mail.subject}</b>
                    <pre class="lines">{mail.text}</pre>
                </div>
            }.into_any(),
            Err(issues) => view! {
                <div class="preview" role="status">
                    {issues.iter().map(|issue| view! {
                        <p class="error"><Icon name="error" />{crate::texts::sentence(issue, crate::session::zone())}</p>
                    }).collect_view()}
                </div>
            }.into_any(),
        })}
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod live {
    use domain::{issues::Issue, verification::MailPreview};
    use uuid::Uuid;
    use wasm_bindgen::JsCast;

    /// Posts the form as typed. The server changes nothing.
    pub async fn preview(id: Uuid, verdict: &'static str, form: &str) -> Option<Result<MailPreview, Vec<Issue>>> {
        let form = leptos::prelude::document().get_element_by_id(form)?;
        let form = form.dyn_into::<web_sys::HtmlFormElement>().ok()?;
        let body = crate::forms::fields(&form)?;
        body.append("verdict", verdict);
        let request = gloo_net::http::Request::post(&format!("/verifikasi/{id}/pratinjau"));
        let response = request.header("Accept", "application/json").body(body).ok()?.send().await.ok()?;
        serde_json::from_slice(&response.binary().await.ok()?).ok()
    }
}
