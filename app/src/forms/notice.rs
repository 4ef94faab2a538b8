//! Pages that stand alone: for posts that no page of the product can take, and for what must not be at an address.

use axum::{
    http::{Method, StatusCode, request::Parts},
    response::Response,
};
use backend::oidc::authorize::Strange;
use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::{HashedStylesheet, Meta, MetaTags, provide_meta_context};

use super::server::Unread;
use crate::components::{EntryShell, PageTitle};

/// What was posted after the session had ended, in a page that sends it again: signing in elsewhere loses nothing.
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
                <h1>"Sesi Anda sudah berakhir"</h1>
                <p class="lead">"Isian Anda masih ada di halaman ini. Masuk di tab baru, kembali ke sini, lalu kirim lagi."</p>
            </div>
            {fields}
            <p class="row">
                <a class="btn btn--primary" href="/masuk" target="_blank">"Masuk di tab baru"</a>
                <button class="btn">"Kirim lagi"</button>
            </p>
            <p class="sub">"Kata sandi dan berkas tidak disimpan di halaman ini. Bila diminta, isi atau pilih sekali lagi."</p>
        </form>
    }
    .into_any()
}

/// Why a post could not be read.
pub async fn unread(options: LeptosOptions, parts: Parts, why: Unread) -> Response {
    draw(options, parts, why.status(), "Tidak terkirim", move || {
        view! {
            <div class="stack g2">
                <h1>{why.title()}</h1>
                <p class="lead">{why.advice()}</p>
            </div>
        }
        .into_any()
    })
    .await
}

/// The way to a platform, which the page takes by itself.
pub async fn leaving(options: LeptosOptions, parts: Parts, to: String, platform: String) -> Response {
    draw(options, parts, StatusCode::OK, "Membuka platform", move || {
        view! {
            <Meta http_equiv="refresh" content=format!("0; url={to}") />
            <div class="stack g6">
                <div class="stack g2">
                    <h1>{format!("Membuka {platform}")}</h1>
                    <p class="lead">"Bila halaman ini tidak berganti sendiri, pilih tombol di bawah."</p>
                </div>
                <p class="row"><a class="btn btn--primary" href=to.clone() rel="noopener">"Lanjutkan"</a></p>
            </div>
        }
        .into_any()
    })
    .await
}

/// What a platform sent somebody here with, and why nobody can be sent back.
pub async fn strange(options: LeptosOptions, parts: Parts, why: Strange) -> Response {
    let advice = match why {
        Strange::Client => "Platform yang mengirim Anda tidak terdaftar di Gerbang, atau sedang ditutup.",
        Strange::Redirect => {
            "Alamat kembali yang disebut platform tidak terdaftar di Gerbang, sehingga Anda tidak dikirim ke sana."
        }
    };
    draw(options, parts, StatusCode::BAD_REQUEST, "Permintaan platform ditolak", move || {
        view! {
            <div class="stack g6">
                <div class="stack g2">
                    <h1>"Permintaan platform ini ditolak"</h1>
                    <p class="lead">{advice}</p>
                    <p>"Kata sandi dan data Anda tidak diberikan kepada siapa pun. Kembali ke platform lalu ulangi, atau buka platform dari Gerbang."</p>
                </div>
                <p class="row"><a class="btn btn--primary" href="/platform">"Pilih platform"</a></p>
            </div>
        }
        .into_any()
    })
    .await
}

/// Draws a page that stands alone.
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
