//! `/admin`: the list of the staff, or the task that its address asks for.

use domain::staff::view::{Member, StaffPage, StaffTask};
use leptos::prelude::*;

use super::{
    forms::{ChangePage, InvitePage},
    list::ListPage,
};
use crate::{
    administration::{Confirm, page_form, query},
    components::Loaded,
    data::page_data,
    forms::FormState,
    staff::{api::staff, texts},
};

/// `/admin`
pub fn staff_page() -> impl IntoView {
    let form = page_form();
    let data = page_data(query(), staff);
    view! { <Loaded data view={move |staff: StaffPage| view! { <Staff form staff /> }.into_any()} /> }.into_any()
}

#[component]
fn Staff(form: FormState, staff: StaffPage) -> impl IntoView {
    let StaffPage { members, invitations, proposals, has_second, task } = staff;
    let has_dialog = matches!(task, Some(StaffTask::Disable(_) | StaffTask::Dismiss(_)));
    let list = move || view! { <ListPage form members invitations proposals has_dialog /> };
    match task {
        Some(StaffTask::Invite { email, role }) => view! { <InvitePage form email role has_second /> }.into_any(),
        Some(StaffTask::Change { member, role }) => view! { <ChangePage form member role has_second /> }.into_any(),
        Some(StaffTask::Disable(member)) => view! {
            {list()}
            <ConfirmDisable form member />
        }
        .into_any(),
        Some(StaffTask::Dismiss(member)) => view! {
            {list()}
            <ConfirmDismiss form member />
        }
        .into_any(),
        None => list().into_any(),
    }
}

#[component]
fn ConfirmDisable(form: FormState, member: Member) -> impl IntoView {
    view! {
        <Confirm
            form
            title="Nonaktifkan akun ini?"
            page="/admin"
            task="nonaktifkan"
            subject=("petugas", member.id.to_string())
            button="Nonaktifkan"
        >
            <p><b>{member.name}</b>", "{member.role.label()}</p>
            <p>{texts::DISABLE}</p>
        </Confirm>
    }
    .into_any()
}

#[component]
fn ConfirmDismiss(form: FormState, member: Member) -> impl IntoView {
    view! {
        <Confirm
            form
            title="Cabut peran petugas ini?"
            page="/admin"
            task="cabut"
            subject=("petugas", member.id.to_string())
            button="Cabut peran"
        >
            <p><b>{member.name}</b>", "{member.role.label()}</p>
            <p>{texts::DISMISS}</p>
        </Confirm>
    }
    .into_any()
}
