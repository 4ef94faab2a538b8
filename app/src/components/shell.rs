//! The frame of every page: title, top bar and footer; for sign-in pages, the gate.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::icon::Icon;
use crate::{
    location::here,
    session::{Session, api::Me},
};

/// The title of a page. Never use `<Title>` directly: Leptos 0.8 does not escape its text when it renders on the server;
/// this component does.
#[component]
pub fn PageTitle(#[prop(into)] text: String) -> impl IntoView {
    let title = format!("{text} · Gerbang");
    let title = if cfg!(feature = "ssr") { crate::escape(&title) } else { title };
    view! { <Title text=title /> }
}

/// The frame with top bar and footer.
#[component]
pub fn AppShell(children: Children) -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <a class="skip" href="#isi" rel="external">"Langsung ke isi"</a>
        <div class="app">
            <header class="topbar">
                <div class="wrap">
                    <Transition>
                        {move || Suspend::new(async move {
                            let me = session.me.await.ok().flatten();
                            view! { <TopBar me /> }
                        })}
                    </Transition>
                </div>
            </header>
            {children()}
            <Footer />
        </div>
    }
    .into_any()
}

#[component]
fn TopBar(me: Option<Me>) -> impl IntoView {
    let signed_in = me.is_some();
    let staff = me.as_ref().map_or((false, false), |me| (me.verifies, me.administers));
    view! {
        <a class="row brand" href=if signed_in { "/akses" } else { "/masuk" }>
            <svg class="mark" aria-hidden="true"><use href="/icons.svg#i-gate" /></svg>
            "Gerbang"
        </a>
        <nav class="tabs only-wide" aria-label="Utama">{links(signed_in, staff)}</nav>
        <SchemeSwitch />
        {match me {
            Some(me) => view! {
                <a class="btn btn--quiet who" href="/profil">
                    <i aria-hidden="true">{me.initials}</i>
                    <span class="sr">"Profil dan sesi "</span>
                    <span class="only-wide">{me.name}</span>
                </a>
            }.into_any(),
            None => view! { <a class="btn" href="/masuk">"Masuk"</a> }.into_any(),
        }}
        <details class="only-narrow">
            <summary class="btn btn--quiet btn--icon" aria-label="Menu"><Icon name="menu" /></summary>
            <nav class="tabs panel" aria-label="Menu">{links(signed_in, staff)}</nav>
        </details>
    }
    .into_any()
}

/// The links of the top bar.
fn links(signed_in: bool, (verifies, administers): (bool, bool)) -> impl IntoView {
    let path = use_location().pathname;
    let link = move |to: &'static str, label: &'static str| {
        // A link is also current on the pages below its path.
        let current = move || path.with(|path| path == to || path.starts_with(&format!("{to}/"))).then_some("page");
        // On narrow screens the links are in a menu, which closes on use.
        view! { <a href=to aria-current=current on:click=close_menu>{label}</a> }
    };
    view! {
        {signed_in.then(|| link("/akses", "Manajemen Akses"))}
        {signed_in.then(|| link("/pengaturan/instansi", "Pengaturan Informasi Instansi/Perusahaan"))}
        {verifies.then(|| link("/verifikasi", "Verifikasi"))}
        {administers.then(|| link("/admin", "Administrasi"))}
        {link("/bantuan", "Pusat Bantuan")}
    }
}

fn close_menu(event: leptos::ev::MouseEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let link = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(menu) = link.and_then(|link| link.closest("details").ok().flatten()) {
            let _ = menu.remove_attribute("open");
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}

/// Switches between light and dark: with script at once, without it by a form. A cookie stores the choice, so that the
/// server renders it.
#[component]
pub fn SchemeSwitch() -> impl IntoView {
    let here = here();
    let switch = move |event: leptos::ev::SubmitEvent| {
        #[cfg(feature = "hydrate")]
        {
            event.prevent_default();
            switch_scheme();
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    view! {
        <form class="push" method="post" action="/tema" on:submit=switch>
            <input type="hidden" name="kembali" value=here />
            <button class="btn btn--quiet btn--icon" aria-label="Ganti tema terang atau gelap">
                <Icon name="theme" />
            </button>
        </form>
    }
}

#[cfg(feature = "hydrate")]
fn switch_scheme() {
    let Some(root) = document().document_element() else { return };
    let dark = window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches());
    let now = root.get_attribute("data-scheme").unwrap_or_else(|| if dark { "dark" } else { "light" }.to_owned());
    let next = if now == "dark" { "light" } else { "dark" };
    let _ = root.set_attribute("data-scheme", next);
    leptos::task::spawn_local(async move {
        let body = web_sys::UrlSearchParams::new().ok();
        if let Some(body) = body {
            body.append("tema", next);
            let request = gloo_net::http::Request::post("/tema").header("Accept", "application/json").body(body);
            if let Ok(request) = request {
                let _ = request.send().await;
            }
        }
    });
}

#[component]
fn Footer() -> impl IntoView {
    view! {
        <footer class="footer">
            <svg class="horizon" viewBox="0 0 16 16" aria-hidden="true"><use href="/icons.svg#i-gate" /></svg>
            <hr />
            <div class="wrap row cap">
                <span>"Gerbang · Manajemen Akun Terpusat"</span>
                <a href="/ketentuan">"Syarat dan Ketentuan"</a>
                <a href="/privasi">"Kebijakan Privasi"</a>
                <a href="/bantuan">"Pusat Bantuan"</a>
            </div>
        </footer>
    }
}

/// The frame of the sign-in pages, with the picture of the gate.
#[component]
pub fn EntryShell(children: Children) -> impl IntoView {
    view! {
        <div class="entry">
            <main id="isi" tabindex="-1">
                <a class="row brand" href="/masuk">
                    <svg class="mark" aria-hidden="true"><use href="/icons.svg#i-gate" /></svg>
                    "Gerbang"
                </a>
                {children()}
                <p class="cap row">
                    <a href="/bantuan">"Pusat Bantuan"</a>
                    <a href="/ketentuan">"Syarat dan Ketentuan"</a>
                    <a href="/privasi">"Kebijakan Privasi"</a>
                </p>
            </main>
            <aside class="art" aria-label="Gerbang">
                <svg aria-hidden="true"><use href="/gate.svg#gate" /></svg>
                <p>"Satu gerbang,"<br />"semua platform pengadaan."</p>
            </aside>
        </div>
    }
    .into_any()
}

/// Moves the focus to the content after a navigation with script, as a page load would.
pub fn focus_follows_pages() {
    #[cfg(feature = "hydrate")]
    {
        let path = use_location().pathname;

        Effect::new(move |before: Option<String>| {
            let path = path.get();
            if before.is_some_and(|before| before != path) {
                let before = document().get_element_by_id("isi");
                // The new page's code and data may still load; until then the pressed link keeps the focus. The new
                // page may also set the focus itself.
                leptos::task::spawn_local(catch_focus(move |main| before.as_ref() != Some(main)));
            }
            path
        });
    }
}

/// Moves the focus to the page's content once no element has it; gives up after five seconds. The focused element may be
/// removed some time after the navigation. Stops as soon as `is_settled` returns true for the content.
#[cfg(feature = "hydrate")]
pub async fn catch_focus(is_settled: impl Fn(&web_sys::Element) -> bool) {
    use wasm_bindgen::JsCast;
    for _ in 0..100 {
        gloo_timers::future::TimeoutFuture::new(50).await;
        let Some(main) = document().get_element_by_id("isi") else { continue };
        if focus_is_lost() {
            if let Ok(main) = main.dyn_into::<web_sys::HtmlElement>() {
                let _ = main.focus();
            }
            return;
        }
        if is_settled(&main) {
            return;
        }
    }
}

/// True if no element has the focus.
#[cfg(feature = "hydrate")]
pub fn focus_is_lost() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}
