//! The interface of Gerbang: pages, components, server functions and handlers of posted forms.
//!
//! The crate is built twice. With the feature `ssr` it runs on the server and calls `backend`; with `hydrate` it runs in
//! the browser. [`forms`] explains how forms are posted, [`data`] how pages get their data. Each area has a folder with
//! its pages, server functions (`api`) and sentences (`texts`).

// The view of a page is a deeply nested type.
#![recursion_limit = "512"]

pub mod accesses;
pub mod accounts;
pub mod administration;
pub mod applications;
#[cfg(feature = "ssr")]
pub mod audit;
pub mod components;
pub mod data;
#[cfg(feature = "ssr")]
pub mod drawing;
pub mod error;
pub mod forms;
pub mod help;
pub mod jobs;
pub mod live;
pub mod location;
pub mod mail;
pub mod oidc;
pub mod page;
pub mod platforms;
pub mod prose;
#[cfg(feature = "ssr")]
pub mod routes;
pub mod session;
pub mod staff;
#[cfg(feature = "ssr")]
pub mod state;
pub mod texts;
pub mod verification;

use std::borrow::Cow;

use components::shell::focus_follows_pages;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, Link, MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Redirect, Route, Router},
    path,
};
use page::Page;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The HTML document around the app.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let scheme = use_context::<axum::http::request::Parts>()
        .and_then(|parts| state::cookie(&parts.headers, "tema").map(str::to_owned))
        .filter(|scheme| matches!(scheme.as_str(), "light" | "dark"));
    #[cfg(not(feature = "ssr"))]
    let scheme = None::<String>;
    #[cfg(feature = "ssr")]
    set_policy();
    view! {
        <!DOCTYPE html>
        <html lang="id" data-scheme=scheme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
                <link
                    rel="preload"
                    href="/fonts/plus-jakarta-sans-latin-wght-normal.woff2"
                    r#as="font"
                    r#type="font/woff2"
                    crossorigin="anonymous"
                />
                <HashedStylesheet options=options.clone() id="leptos" />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Sets the Content Security Policy: only our own scripts run, the inline one by its nonce and the others by origin.
#[cfg(feature = "ssr")]
fn set_policy() {
    use axum::http::{HeaderValue, header};
    let (Some(nonce), Some(response)) = (leptos::nonce::use_nonce(), use_context::<leptos_axum::ResponseOptions>())
    else {
        return;
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// The root of the app: contexts and routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    forms::provide_first_post();
    provide_context(data::Refresh(RwSignal::new(0)));
    session::Session::provide();
    const MODE: SsrMode = SsrMode::Async; // complete pages: they must work without script
    view! {
        <Link rel="help" href="/bantuan" />
        <Router>
            {focus_follows_pages()}
            <FlatRoutes fallback=|| ()>
                <Route path=path!("") view=|| view! { <Redirect path="/akses" /> } ssr=MODE />
                <Route path=path!("masuk") view=Page::SignIn ssr=MODE />
                <Route path=path!("daftar") view=Page::SignUp ssr=MODE />
                <Route path=path!("daftar/terkirim") view=Page::SignUpSent ssr=MODE />
                <Route path=path!("daftar/konfirmasi") view=Page::Confirm ssr=MODE />
                <Route path=path!("lupa-kata-sandi") view=Page::Forgot ssr=MODE />
                <Route path=path!("lupa-kata-sandi/terkirim") view=Page::ForgotSent ssr=MODE />
                <Route path=path!("atur-ulang-kata-sandi") view=Page::Reset ssr=MODE />
                <Route path=path!("akses") view=Page::Overview ssr=MODE />
                <Route path=path!("akses/baru") view=Page::Start ssr=MODE />
                <Route path=path!("akses/perpanjang/:id") view=Page::Renew ssr=MODE />
                <Route path=path!("akses/pengajuan/:id") view=Page::Resume ssr=MODE />
                <Route path=path!("akses/pengajuan/:id/sirup") view=Page::SirupStep ssr=MODE />
                <Route path=path!("akses/pengajuan/:id/formulir") view=Page::FormStep ssr=MODE />
                <Route path=path!("akses/pengajuan/:id/instansi") view=Page::InstitutionSearch ssr=MODE />
                <Route path=path!("akses/pengajuan/:id/satker") view=Page::WorkUnitSearch ssr=MODE />
                <Route path=path!("akses/pengajuan/:id/tinjau") view=Page::ReviewStep ssr=MODE />
                <Route path=path!("akses/pengajuan/:id/status") view=Page::Status ssr=MODE />
                <Route path=path!("akses/pengajuan/:id/rincian") view=Page::Detail ssr=MODE />
                <Route path=path!("pengaturan/instansi") view=Page::InstitutionSettings ssr=MODE />
                <Route path=path!("profil") view=Page::Profile ssr=MODE />
                <Route path=path!("profil/kata-sandi") view=Page::Password ssr=MODE />
                <Route path=path!("profil/sesi") view=Page::Sessions ssr=MODE />
                <Route path=path!("profil/platform") view=Page::Connections ssr=MODE />
                <Route path=path!("bantuan") view=Page::Help ssr=MODE />
                <Route path=path!("bantuan/terkirim") view=Page::HelpSent ssr=MODE />
                <Route path=path!("ketentuan") view=Page::Terms ssr=MODE />
                <Route path=path!("privasi") view=Page::Privacy ssr=MODE />
                <Route path=path!("verifikasi/riwayat") view=Page::History ssr=MODE />
                <Route path=path!("verifikasi/statistik") view=Page::Statistics ssr=MODE />
                <Route path=path!("verifikasi/:id?") view=Page::Desk ssr=MODE />
                <Route path=path!("admin") view=Page::Staff ssr=MODE />
                <Route path=path!("admin/alasan") view=Page::Lists ssr=MODE />
                <Route path=path!("admin/libur") view=Page::Holidays ssr=MODE />
                <Route path=path!("admin/surel") view=Page::Mails ssr=MODE />
                <Route path=path!("admin/tugas") view=Page::Jobs ssr=MODE />
                <Route path=path!("admin/platform") view=Page::Platforms ssr=MODE />
                <Route path=path!("admin/platform/:id") view=Page::Platform ssr=MODE />
                <Route path=path!("platform/:slug?") view=Page::Launcher ssr=MODE />
                <Route path=path!("platform/:slug/ketentuan") view=Page::Agreement ssr=MODE />
                <Route path=path!("platform/lanjut/:id") view=Page::Request ssr=MODE />
                <Route path=path!("undangan") view=Page::Invitation ssr=MODE />
                <Route path=path!("oidc/keluar") view=Page::Leaving ssr=MODE />
                <Route path=path!("*any") view=Page::NotFound ssr=MODE />
            </FlatRoutes>
        </Router>
    }
}

/// Escapes text for HTML. Needed only in the two places where Leptos 0.8 does not escape: `PageTitle` and `TextArea`.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Every character but letters, digits and `-._~/`.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Encodes text as the value of a query.
fn query_value(text: &str) -> String {
    utf8_percent_encode(text, QUERY_VALUE).collect()
}

/// Decodes the value of a query, `+` as a space; empty if it is not UTF-8.
fn query_text(value: &str) -> String {
    percent_decode_str(&value.replace('+', " ")).decode_utf8().map(Cow::into_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_value_survives_its_query() {
        for text in ["siti 1978", "50% + é&=?", "", "%", "a/b"] {
            assert_eq!(super::query_text(&super::query_value(text)), text);
        }
        assert_eq!(super::query_text("siti+rahma"), "siti rahma");
        assert_eq!(super::query_text("%ff%2"), "");
    }

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(super::escape("</textarea><script>"), "&lt;/textarea&gt;&lt;script&gt;");
        assert_eq!(super::query_value("/akses?x=1 2"), "/akses%3Fx%3D1%202");
    }
}
