//! The shell of the desk: its top bar and navigation.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::address::KeptFilter;
use crate::{
    components::{Icon, SchemeSwitch},
    forms::{FormState, PostForm},
    session::{Session, api::Me},
};

/// The shell of the desk. `panes` lays the page out as queue, letter and data.
#[component]
pub fn DeskShell(
    /// True for the desk itself.
    panes: bool,
    children: Children,
) -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <a class="skip" href="#isi" rel="external">"Langsung ke isi"</a>
        <div class=if panes { "desk" } else { "app app--desk" }>
            <header class="topbar">
                <div>
                    <Transition>
                        {move || Suspend::new(async move {
                            let me = session.me.await.ok().flatten();
                            view! { <DeskBar me panes /> }
                        })}
                    </Transition>
                </div>
            </header>
            {children()}
        </div>
    }
    .into_any()
}

#[component]
fn DeskBar(me: Option<Me>, panes: bool) -> impl IntoView {
    let (verifies, administers) = me.as_ref().map_or((false, false), |me| (me.verifies, me.administers));
    view! {
        <a class="row brand" href=if verifies { "/verifikasi" } else { "/akses" }>
            <svg class="mark" aria-hidden="true"><use href="/icons.svg#i-gate" /></svg>
            <span class="only-wide">"Gerbang"</span>
            <span class="sr only-narrow">"Gerbang"</span>
        </a>
        <nav class="tabs only-wide" aria-label="Utama">{places(verifies, administers)}</nav>
        {(panes && verifies).then(|| view! { <NextCase /> })}
        <span class="row push">
            {panes.then(|| view! {
                <button id="pintasan" class="btn btn--quiet btn--icon only-wide scripted" type="button" aria-label="Pintasan papan tik">
                    <Icon name="keyboard" />
                </button>
            })}
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
                <nav class="tabs panel" aria-label="Menu">{places(verifies, administers)}</nav>
            </details>
        </span>
    }
    .into_any()
}

/// The links of the desk.
fn places(verifies: bool, administers: bool) -> impl IntoView {
    let path = use_location().pathname;
    let link = move |to: &'static str, label: &'static str, current: fn(&str) -> bool| {
        view! { <a href=to aria-current=move || path.with(|path| current(path)).then_some("page")>{label}</a> }
    };
    let history = |path: &str| path == "/verifikasi/riwayat";
    let statistics = |path: &str| path == "/verifikasi/statistik";
    let queue = |path: &str| {
        path.starts_with("/verifikasi") && path != "/verifikasi/riwayat" && path != "/verifikasi/statistik"
    };
    view! {
        {verifies.then(|| link("/verifikasi", "Antrean", queue))}
        {verifies.then(|| link("/verifikasi/riwayat", "Riwayat", history))}
        {(verifies || administers).then(|| link("/verifikasi/statistik", "Statistik", statistics))}
        {administers.then(|| link("/admin", "Administrasi", |path| path.starts_with("/admin")))}
        {link("/akses", "Manajemen Akses", |_| false)}
    }
}

/// **Ambil berikutnya**
#[component]
fn NextCase() -> impl IntoView {
    let form = FormState::beside();
    view! {
        <PostForm form action="/verifikasi" class="next-case">
            <KeptFilter />
            <button id="ambil-berikutnya" aria-keyshortcuts="A" class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                "Ambil berikutnya"
                <kbd class="scripted" aria-hidden="true">"A"</kbd>
            </button>
        </PostForm>
    }
}
