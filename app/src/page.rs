//! All pages, and the group of code that each needs. Manajemen Akses and the page for what does not exist come with the
//! first visit. Every other group is downloaded when one of its pages is opened.

use leptos::{prelude::*, tachys::view::iterators::StaticVec};
use leptos_router::{
    ChooseView, NestedRoute, SsrMode,
    any_nested_route::IntoAnyNestedRoute,
    components::{FlatRoutes, FlatRoutesProps, Redirect},
};

use crate::{
    accesses, accounts, applications,
    components::{AppShell, EntryShell, NotFound},
    help, jobs, mail, oidc,
    pattern::Pattern,
    platforms, staff, verification,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The root of the site, which leads to Manajemen Akses.
    Root,
    Overview,
    InstitutionSettings,
    NotFound,
    SignIn,
    SignUp,
    SignUpSent,
    Confirm,
    Forgot,
    ForgotSent,
    Reset,
    Start,
    Renew,
    Resume,
    SirupStep,
    FormStep,
    InstitutionSearch,
    WorkUnitSearch,
    ReviewStep,
    Status,
    Detail,
    Profile,
    Password,
    Sessions,
    Connections,
    Help,
    HelpSent,
    Terms,
    Privacy,
    Desk,
    History,
    Statistics,
    Staff,
    Lists,
    Holidays,
    Mails,
    Jobs,
    Platforms,
    Platform,
    Invitation,
    Leaving,
    Launcher,
    Agreement,
    Request,
}

/// The address of each page, as in [`Pattern`]. The first that matches is shown.
const ADDRESSES: &[(&str, Page)] = &[
    ("", Page::Root),
    ("masuk", Page::SignIn),
    ("daftar", Page::SignUp),
    ("daftar/terkirim", Page::SignUpSent),
    ("daftar/konfirmasi", Page::Confirm),
    ("lupa-kata-sandi", Page::Forgot),
    ("lupa-kata-sandi/terkirim", Page::ForgotSent),
    ("atur-ulang-kata-sandi", Page::Reset),
    ("akses", Page::Overview),
    ("akses/baru", Page::Start),
    ("akses/perpanjang/:id", Page::Renew),
    ("akses/pengajuan/:id", Page::Resume),
    ("akses/pengajuan/:id/sirup", Page::SirupStep),
    ("akses/pengajuan/:id/formulir", Page::FormStep),
    ("akses/pengajuan/:id/instansi", Page::InstitutionSearch),
    ("akses/pengajuan/:id/satker", Page::WorkUnitSearch),
    ("akses/pengajuan/:id/tinjau", Page::ReviewStep),
    ("akses/pengajuan/:id/status", Page::Status),
    ("akses/pengajuan/:id/rincian", Page::Detail),
    ("pengaturan/instansi", Page::InstitutionSettings),
    ("profil", Page::Profile),
    ("profil/kata-sandi", Page::Password),
    ("profil/sesi", Page::Sessions),
    ("profil/platform", Page::Connections),
    ("bantuan", Page::Help),
    ("bantuan/terkirim", Page::HelpSent),
    ("ketentuan", Page::Terms),
    ("privasi", Page::Privacy),
    ("verifikasi/riwayat", Page::History),
    ("verifikasi/statistik", Page::Statistics),
    ("verifikasi/:id?", Page::Desk),
    ("admin", Page::Staff),
    ("admin/alasan", Page::Lists),
    ("admin/libur", Page::Holidays),
    ("admin/surel", Page::Mails),
    ("admin/tugas", Page::Jobs),
    ("admin/platform", Page::Platforms),
    ("admin/platform/:id", Page::Platform),
    ("platform/:slug?", Page::Launcher),
    ("platform/:slug/ketentuan", Page::Agreement),
    ("platform/lanjut/:id", Page::Request),
    ("undangan", Page::Invitation),
    ("oidc/keluar", Page::Leaving),
    ("*any", Page::NotFound),
];

/// Draws the page of the current address.
pub fn routes() -> impl IntoView {
    let routes = || {
        let routes = ADDRESSES.iter().map(|(pattern, page)| {
            // Complete pages: they must work without script.
            NestedRoute::new(Pattern(pattern), *page).ssr_mode(SsrMode::Async).into_any_nested_route()
        });
        StaticVec::from(routes.collect::<Vec<_>>())
    };
    FlatRoutes(FlatRoutesProps::builder().fallback(|| ()).children(ToChildren::to_children(routes)).build())
}

/// Code that is downloaded together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    First,
    Entry,
    Wizard,
    Account,
    Help,
    Desk,
    Admin,
    Platform,
}

impl Page {
    const fn group(self) -> Group {
        match self {
            Self::Root | Self::Overview | Self::NotFound => Group::First,
            Self::SignIn
            | Self::SignUp
            | Self::SignUpSent
            | Self::Confirm
            | Self::Forgot
            | Self::ForgotSent
            | Self::Reset
            | Self::Invitation
            | Self::Leaving => Group::Entry,
            Self::Start
            | Self::Renew
            | Self::Resume
            | Self::SirupStep
            | Self::FormStep
            | Self::InstitutionSearch
            | Self::WorkUnitSearch
            | Self::ReviewStep
            | Self::Status
            | Self::Detail => Group::Wizard,
            Self::InstitutionSettings | Self::Profile | Self::Password | Self::Sessions | Self::Connections => {
                Group::Account
            }
            Self::Help | Self::HelpSent | Self::Terms | Self::Privacy => Group::Help,
            Self::Desk | Self::History | Self::Statistics => Group::Desk,
            Self::Staff
            | Self::Lists
            | Self::Holidays
            | Self::Mails
            | Self::Jobs
            | Self::Platforms
            | Self::Platform => Group::Admin,
            Self::Launcher | Self::Agreement | Self::Request => Group::Platform,
        }
    }
}

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        let view = match self.group() {
            Group::First => first(self),
            Group::Entry => entry_pages(self).await,
            Group::Wizard => wizard_pages(self).await,
            Group::Account => account_pages(self).await,
            Group::Help => help_pages(self).await,
            Group::Desk => desk_pages(self).await,
            Group::Admin => admin_pages(self).await,
            Group::Platform => platform_pages(self).await,
        };
        match (self, self.group()) {
            // These groups contain their own shell, so that only they download it; nobody sees the root.
            (Self::Root, _) | (_, Group::Entry | Group::Desk | Group::Admin) => view,
            _ => view! { <AppShell>{view}</AppShell> }.into_any(),
        }
    }

    async fn preload(&self) {
        #[cfg(target_arch = "wasm32")]
        match self.group() {
            Group::First => {}
            Group::Entry => __preload_entry_pages().await,
            Group::Wizard => __preload_wizard_pages().await,
            Group::Account => __preload_account_pages().await,
            Group::Help => __preload_help_pages().await,
            Group::Desk => __preload_desk_pages().await,
            Group::Admin => __preload_admin_pages().await,
            Group::Platform => __preload_platform_pages().await,
        }
    }
}

fn first(page: Page) -> AnyView {
    match page {
        Page::Root => view! { <Redirect path="/akses" /> }.into_any(),
        Page::Overview => accesses::pages::overview_page().into_any(),
        _ => view! { <NotFound /> }.into_any(),
    }
}

#[lazy]
fn entry_pages(page: Page) -> AnyView {
    let view = match page {
        Page::SignIn => accounts::pages::sign_in().into_any(),
        Page::SignUp => accounts::pages::sign_up().into_any(),
        Page::SignUpSent => accounts::pages::sign_up_sent().into_any(),
        Page::Confirm => accounts::pages::confirm().into_any(),
        Page::Forgot => accounts::pages::forgot().into_any(),
        Page::ForgotSent => accounts::pages::forgot_sent().into_any(),
        Page::Reset => accounts::pages::reset().into_any(),
        Page::Invitation => staff::pages::invitation().into_any(),
        Page::Leaving => oidc::pages::leaving().into_any(),
        _ => ().into_any(),
    };
    view! { <EntryShell>{view}</EntryShell> }.into_any()
}

#[lazy]
fn wizard_pages(page: Page) -> AnyView {
    match page {
        Page::Start => applications::pages::start().into_any(),
        Page::Renew => applications::pages::renew().into_any(),
        Page::Resume => applications::pages::resume().into_any(),
        Page::SirupStep => applications::pages::sirup_step().into_any(),
        Page::FormStep => applications::pages::form_step().into_any(),
        Page::InstitutionSearch => applications::pages::institution_search().into_any(),
        Page::WorkUnitSearch => applications::pages::work_unit_search().into_any(),
        Page::ReviewStep => applications::pages::review_step().into_any(),
        Page::Status => applications::pages::status_page().into_any(),
        Page::Detail => applications::pages::detail_page().into_any(),
        _ => ().into_any(),
    }
}

#[lazy]
fn account_pages(page: Page) -> AnyView {
    match page {
        Page::InstitutionSettings => accesses::pages::institution_settings().into_any(),
        Page::Profile => accounts::pages::profile_page().into_any(),
        Page::Password => accounts::pages::password_page().into_any(),
        Page::Sessions => accounts::pages::sessions_page().into_any(),
        Page::Connections => platforms::pages::connections_page().into_any(),
        _ => ().into_any(),
    }
}

#[lazy]
fn help_pages(page: Page) -> AnyView {
    match page {
        Page::Help => help::pages::help_page().into_any(),
        Page::HelpSent => help::pages::help_sent().into_any(),
        Page::Terms => help::pages::terms().into_any(),
        Page::Privacy => help::pages::privacy().into_any(),
        _ => ().into_any(),
    }
}

#[lazy]
fn desk_pages(page: Page) -> AnyView {
    let view = match page {
        Page::Desk => verification::pages::desk_page().into_any(),
        Page::History => verification::pages::history_page().into_any(),
        Page::Statistics => verification::pages::statistics_page().into_any(),
        _ => ().into_any(),
    };
    view! { <verification::pages::DeskShell panes=page == Page::Desk>{view}</verification::pages::DeskShell> }
        .into_any()
}

#[lazy]
fn admin_pages(page: Page) -> AnyView {
    let view = match page {
        Page::Staff => staff::pages::staff_page().into_any(),
        Page::Lists => verification::pages::lists_page().into_any(),
        Page::Holidays => verification::pages::holidays_page().into_any(),
        Page::Mails => mail::pages::mails_page().into_any(),
        Page::Jobs => jobs::pages::jobs_page().into_any(),
        Page::Platforms => platforms::pages::platforms_page().into_any(),
        Page::Platform => platforms::pages::platform_page().into_any(),
        _ => ().into_any(),
    };
    view! { <verification::pages::DeskShell panes=false>{view}</verification::pages::DeskShell> }.into_any()
}

#[lazy]
fn platform_pages(page: Page) -> AnyView {
    match page {
        Page::Launcher => platforms::pages::launcher_page().into_any(),
        Page::Agreement => platforms::pages::agreement_page().into_any(),
        Page::Request => platforms::pages::request_page().into_any(),
        _ => ().into_any(),
    }
}
