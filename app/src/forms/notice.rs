//! Pages outside the router: answers to posts that no page can show, and content that must not have a URL.

use axum::{
    http::{Method, StatusCode, request::Parts},
    response::Response,
};
use backend::oidc::authorize::Strange;
use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::{HashedStylesheet, Meta, MetaTags, provide_meta_context};

use crate::{
    components::{EntryShell, PageTitle},
    error::Unread,
    texts::notices,
};

/// Answers a post without a session: the page holds the values and can send them again after signing in.
pub async fn signed_out(options: LeptosOptions, parts: Parts, values: Vec<(String, String)>) -> Response {
    let action = parts.uri.path().to_owned();
    draw(options, parts, StatusCode::UNAUTHORIZED, "Sesi berakhir", move || signed_out_page(&action, &values)).await
}

fn signed_out_page(action: &str, values: &[(String, String)]) -> AnyView {
    let fields = values
        .iter()
        .map(|(name, value)| view! { <input type="hidden" name=name.clone() value=value.clone() /> })
        .collect_view();
    view! {
        <form class="stack g6" method="post" action=action.to_owned()>
            <div class="stack g2">
                <h1>{notices::SESSION_OVER}</h1>
                <p class="lead">{notices::SESSION_OVER_ADVICE}</p>
            </div>
            {fields}
            <p class="row">
                <a class="btn btn--primary" href="/masuk" target="_blank">"Masuk di tab baru"</a>
                <button class="btn">"Kirim lagi"</button>
            </p>
            <p class="sub">{notices::SECRETS_NOT_KEPT}</p>
        </form>
    }
    .into_any()
}

/// Answers a post that could not be read.
pub async fn unread(options: LeptosOptions, parts: Parts, why: Unread) -> Response {
    let (heading, advice) = notices::unread(why);
    draw(options, parts, why.status(), "Tidak terkirim", move || {
        view! {
            <div class="stack g2">
                <h1>{heading}</h1>
                <p class="lead">{advice}</p>
            </div>
        }
        .into_any()
    })
    .await
}

/// Leads to a platform; the page refreshes to `to` by itself.
pub async fn leaving(options: LeptosOptions, parts: Parts, to: String, platform: String) -> Response {
    draw(options, parts, StatusCode::OK, "Membuka platform", move || {
        view! {
            <Meta http_equiv="refresh" content=format!("0; url={to}") />
            <div class="stack g6">
                <div class="stack g2">
                    <h1>{notices::leaving(&platform)}</h1>
                    <p class="lead">{notices::LEAVING_ADVICE}</p>
                </div>
                <p class="row"><a class="btn btn--primary" href=to.clone() rel="noopener">"Lanjutkan"</a></p>
            </div>
        }
        .into_any()
    })
    .await
}

/// Answers an authorization request that must not be redirected back (OpenID Connect Core 1.0, section 3.1.2.6).
pub async fn strange(options: LeptosOptions, parts: Parts, why: Strange) -> Response {
    let advice = notices::strange(why);
    draw(options, parts, StatusCode::BAD_REQUEST, "Permintaan platform ditolak", move || {
        view! {
            <div class="stack g6">
                <div class="stack g2">
                    <h1>{notices::PLATFORM_REFUSED}</h1>
                    <p class="lead">{advice}</p>
                    <p>{notices::NOTHING_SHARED}</p>
                </div>
                <p class="row"><a class="btn btn--primary" href="/platform">"Pilih platform"</a></p>
            </div>
        }
        .into_any()
    })
    .await
}

pub(super) async fn draw(
    options: LeptosOptions,
    mut parts: Parts,
    status: StatusCode,
    title: &'static str,
    content: impl Fn() -> AnyView + Clone + Send + Sync + 'static,
) -> Response {
    parts.method = Method::GET;
    let page = move || document(options.clone(), title, content());
    let render = leptos_axum::render_app_async_with_context(|| {}, page);
    let mut response = crate::drawing::in_time(parts, render).await;
    *response.status_mut() = status;
    response
}

fn document(options: LeptosOptions, title: &'static str, content: AnyView) -> impl IntoView {
    provide_meta_context();
    crate::set_policy();
    view! {
        <!DOCTYPE html>
        <html lang="id">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
                <HashedStylesheet options id="leptos" />
                <MetaTags />
            </head>
            <body>
                <PageTitle text=title />
                <EntryShell>{content}</EntryShell>
            </body>
        </html>
    }
}
