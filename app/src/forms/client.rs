//! Sends forms from script.

use std::time::Duration;

use domain::{
    issues::{Field, Issue, Problem},
    time::Timestamp,
};
use gloo_net::http::{Request, Response};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement, UrlSearchParams};

use super::state::{FormState, Reply};
use crate::data::Refresh;

/// The submit handler of a form: posts it, then goes to the page in the reply or shows the issues.
pub fn submitter(form: FormState) -> impl Fn(SubmitEvent) + Clone {
    let navigate = use_navigate();
    let refresh = Refresh::current();
    let session = expect_context::<crate::session::Session>();
    move |event: SubmitEvent| {
        event.prevent_default();
        if form.pending.get_untracked() {
            return;
        }
        let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
        let submitter = event.submitter().and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok());
        let action = element.get_attribute("action").unwrap_or_default();
        let navigate = navigate.clone();
        form.pending.set(true);
        spawn_local(async move {
            // A running save changes the version field: wait until it has ended and the field is updated.
            while form.hold.try_get_untracked() == Some(true) {
                gloo_timers::future::TimeoutFuture::new(20).await;
            }
            gloo_timers::future::TimeoutFuture::new(0).await;
            let reply = match body(&element, submitter.as_ref()) {
                Some(body) => post(&action, body).await,
                None => Reply::Stay(vec![Issue::new(Field::Form, Problem::Unavailable)]),
            };
            form.pending.try_set(false);
            match reply {
                Reply::Go { to, session: changed } => {
                    form.issues.try_set(Vec::new());
                    if changed {
                        session.refetch();
                    }
                    let here = window().location();
                    let here = format!("{}{}", here.pathname().unwrap_or_default(), here.search().unwrap_or_default());
                    if to == here {
                        refresh.request();
                    } else {
                        navigate(&to, NavigateOptions::default());
                    }
                }
                Reply::Stay(issues) => {
                    form.issues.try_set(issues);
                    form.refusals.try_update(|count| *count += 1);
                }
            }
        });
    }
}

/// The submit handler of a GET form: goes to `action` with the fields that are not empty in the query.
pub fn asker(action: &'static str) -> impl Fn(SubmitEvent) + Clone {
    let navigate = use_navigate();
    move |event: SubmitEvent| {
        event.prevent_default();
        let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
        let typed = fields(&element).map(|fields| String::from(fields.to_string())).unwrap_or_default();
        let typed: Vec<&str> = typed.split('&').filter(|pair| !pair.ends_with('=')).collect();
        let to = if typed.is_empty() { action.to_owned() } else { format!("{action}?{}", typed.join("&")) };
        navigate(&to, NavigateOptions { scroll: false, ..Default::default() });
    }
}

/// The fields of the form without files, and the button that submitted it.
fn body(form: &HtmlFormElement, submitter: Option<&web_sys::HtmlElement>) -> Option<UrlSearchParams> {
    let body = fields(form)?;
    if let Some(button) = submitter
        && let Some(name) = button.get_attribute("name")
    {
        body.append(&name, &button.get_attribute("value").unwrap_or_default());
    }
    Some(body)
}

/// The current fields of a form, without buttons and files.
pub fn fields(form: &HtmlFormElement) -> Option<UrlSearchParams> {
    let data = FormData::new_with_form(form).ok()?;
    let body = UrlSearchParams::new().ok()?;
    for entry in js_sys::try_iter(&data).ok()?? {
        let pair: js_sys::Array = entry.ok()?.unchecked_into();
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) {
            body.append(&name, &value);
        }
    }
    Some(body)
}

async fn post(action: &str, body: UrlSearchParams) -> Reply {
    let stay = |problem| Reply::Stay(vec![Issue::new(Field::Form, problem)]);
    let request = Request::post(action).header("Accept", "application/json").body(body);
    let Ok(request) = request else { return stay(Problem::Unavailable) };
    let Ok(response) = request.send().await else { return stay(Problem::Unavailable) };
    let body = response.binary().await.unwrap_or_default();
    serde_json::from_slice(&body).unwrap_or_else(|_| stay(refusal(&response)))
}

/// The problem for an answer that is not a [`Reply`], such as that of the rate limit.
fn refusal(response: &Response) -> Problem {
    match response.status() {
        429 => {
            let pause = response.headers().get("Retry-After").and_then(|seconds| seconds.parse().ok()).unwrap_or(60);
            let now = Timestamp::from_micros((js_sys::Date::now() * 1000.0) as i64);
            Problem::TooManyAttempts { until: now.plus(Duration::from_secs(pause)) }
        }
        _ => Problem::Unavailable,
    }
}
