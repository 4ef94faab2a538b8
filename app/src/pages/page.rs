//! Every page by name, and which code it needs. Manajemen Akses and what is not found come with the first visit; the
//! rest is fetched in groups when one of its pages is opened, so that nobody downloads what they never see.

use leptos::prelude::*;
use leptos_router::ChooseView;

use super::{NotFound, access, account, admin, desk, entry, help, platform, wizard};
use crate::components::{AppShell, EntryShell};

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
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
    Help,
    HelpSent,
    Terms,
    Privacy,
    Desk,
    History,
    Figures,
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

/// The code that a page needs beyond that of the first visit.
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
            Self::Overview | Self::InstitutionSettings | Self::NotFound => Group::First,
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
            Self::Profile | Self::Password | Self::Sessions => Group::Account,
            Self::Help | Self::HelpSent | Self::Terms | Self::Privacy => Group::Help,
            Self::Desk | Self::History | Self::Figures => Group::Desk,
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
        match self.group() {
            Group::Entry => view! { <EntryShell>{view}</EntryShell> }.into_any(),
            // These bring their own shell along, so that nobody else downloads it.
            Group::Desk | Group::Admin => view,
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
        Page::Overview => access::overview_page().into_any(),
        Page::InstitutionSettings => access::institution_settings().into_any(),
        _ => view! { <NotFound /> }.into_any(),
    }
}

#[lazy]
fn entry_pages(page: Page) -> AnyView {
    match page {
        Page::SignIn => entry::sign_in().into_any(),
        Page::SignUp => entry::sign_up().into_any(),
        Page::SignUpSent => entry::sign_up_sent().into_any(),
        Page::Confirm => entry::confirm().into_any(),
        Page::Forgot => entry::forgot().into_any(),
        Page::ForgotSent => entry::forgot_sent().into_any(),
        Page::Reset => entry::reset().into_any(),
        Page::Invitation => entry::invitation().into_any(),
        Page::Leaving => entry::leaving().into_any(),
        _ => ().into_any(),
    }
}

#[lazy]
fn wizard_pages(page: Page) -> AnyView {
    match page {
        Page::Start => wizard::start().into_any(),
        Page::Renew => wizard::renew().into_any(),
        Page::Resume => wizard::resume().into_any(),
        Page::SirupStep => wizard::sirup_step().into_any(),
        Page::FormStep => wizard::form_step().into_any(),
        Page::InstitutionSearch => wizard::institution_search().into_any(),
        Page::WorkUnitSearch => wizard::work_unit_search().into_any(),
        Page::ReviewStep => wizard::review_step().into_any(),
        Page::Status => wizard::status_page().into_any(),
        Page::Detail => wizard::detail_page().into_any(),
        _ => ().into_any(),
    }
}

#[lazy]
fn account_pages(page: Page) -> AnyView {
    match page {
        Page::Profile => account::profile_page().into_any(),
        Page::Password => account::password_page().into_any(),
        Page::Sessions => account::sessions_page().into_any(),
        _ => ().into_any(),
    }
}

#[lazy]
fn help_pages(page: Page) -> AnyView {
    match page {
        Page::Help => help::help_page().into_any(),
        Page::HelpSent => help::help_sent().into_any(),
        Page::Terms => help::terms().into_any(),
        Page::Privacy => help::privacy().into_any(),
        _ => ().into_any(),
    }
}

#[lazy]
fn desk_pages(page: Page) -> AnyView {
    let view = match page {
        Page::Desk => desk::desk_page().into_any(),
        Page::History => desk::history_page().into_any(),
        Page::Figures => desk::figures_page().into_any(),
        _ => ().into_any(),
    };
    view! { <desk::DeskShell panes=page == Page::Desk>{view}</desk::DeskShell> }.into_any()
}

#[lazy]
fn admin_pages(page: Page) -> AnyView {
    let view = match page {
        Page::Staff => admin::staff_page().into_any(),
        Page::Lists => admin::lists_page().into_any(),
        Page::Holidays => admin::holidays_page().into_any(),
        Page::Mails => admin::mails_page().into_any(),
        Page::Jobs => admin::jobs_page().into_any(),
        Page::Platforms => admin::platforms_page().into_any(),
        Page::Platform => admin::platform_page().into_any(),
        _ => ().into_any(),
    };
    view! { <desk::DeskShell panes=false>{view}</desk::DeskShell> }.into_any()
}

#[lazy]
fn platform_pages(page: Page) -> AnyView {
    match page {
        Page::Launcher => platform::launcher_page().into_any(),
        Page::Agreement => platform::agreement_page().into_any(),
        Page::Request => platform::request_page().into_any(),
        _ => ().into_any(),
    }
}
