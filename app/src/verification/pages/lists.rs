//! The settings of reasons and check lists.

use domain::{
    issues::Field,
    role::Role,
    verification::settings::{ListedCheck, ListedReason, Lists},
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::administration::{AdminPage, Confirm, DoneBanner, page_form, query};
use crate::{
    components::{Dialog, FormProblem, Icon, Loaded, TextArea, TextField},
    data::page_data,
    forms::{FormState, PostForm},
    verification::{api::lists, texts},
};

const PAGE: &str = "/admin/alasan";

/// `/admin/alasan`: reasons of rejections and check lists.
pub fn lists_page() -> impl IntoView {
    let form = page_form();
    let data = page_data(query(), |query| async move { lists().await.map(|lists| (query, lists)) });
    view! { <Loaded data view={move |(query, lists)| view! { <ListsView form query lists /> }.into_any()} /> }
        .into_any()
}

/// The task in the address; it opens a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Task {
    /// To add or edit a reason.
    Reason(Option<ListedReason>),
    /// To add or edit an item of a role's list.
    Check(Role, Option<ListedCheck>),
    RetireReason(ListedReason),
    RetireCheck(ListedCheck),
}

impl Task {
    /// The task of a query; `None` if its reason or item is gone.
    fn of(query: &str, lists: &Lists) -> Option<Self> {
        let parts = || query.split('&').filter_map(|part| part.split_once('='));
        let value = |name: &str| parts().find(|(key, _)| *key == name).map(|(_, value)| value);
        let id = value("butir").and_then(|id| id.parse::<Uuid>().ok());
        let reason = || lists.reasons.iter().find(|reason| Some(reason.id) == id).cloned();
        let check = || lists.checks.iter().find(|check| Some(check.id) == id).cloned();
        Some(match value("tindak")? {
            "tambah-alasan" => Self::Reason(None),
            "ubah-alasan" => Self::Reason(Some(reason()?)),
            "hapus-alasan" => Self::RetireReason(reason()?),
            "tambah-butir" => Self::Check(value("role")?.parse().ok()?, None),
            "ubah-butir" => check().map(|check| Self::Check(check.role, Some(check)))?,
            "hapus-butir" => Self::RetireCheck(check()?),
            _ => return None,
        })
    }
}

#[component]
fn ListsView(form: FormState, query: String, lists: Lists) -> impl IntoView {
    let task = Task::of(&query, &lists);
    let Lists { reasons, checks } = lists;
    let asks = task.is_some();
    let of_role = |role: Role| {
        let items: Vec<ListedCheck> = checks.iter().filter(|check| check.role == role).cloned().collect();
        view! { <CheckList role items /> }
    };
    let check_lists = Role::ALL.iter().copied().map(of_role).collect_view();
    view! {
        <AdminPage title="Alasan dan daftar periksa" lead=texts::LISTS_LEAD>
            <DoneBanner texts=texts::LISTS_DONE />
            {(!asks).then(|| view! { <FormProblem form /> })}
            // The buttons of rows post to the page; tasks that need words open a dialog.
            <PostForm form action=PAGE>
                <section class="section" aria-labelledby="h-alasan">
                    <header>
                        <h2 id="h-alasan">"Alasan penolakan"</h2>
                        <p class="sub">{texts::REASONS_LEAD}</p>
                        <p><AddLink task="tambah-alasan" label="Tambah alasan" /></p>
                    </header>
                    {if reasons.is_empty() {
                        view! { <p class="sub">{texts::NO_REASONS}</p> }
                            .into_any()
                    } else {
                        view! { <ReasonList reasons /> }.into_any()
                    }}
                </section>
                {check_lists}
            </PostForm>
        </AdminPage>
        {task.map(|task| view! { <TaskDialog form task /> })}
    }
    .into_any()
}

#[component]
fn AddLink(task: &'static str, label: &'static str, #[prop(optional)] role: Option<Role>) -> impl IntoView {
    let role = role.map(|role| format!("&role={role}")).unwrap_or_default();
    view! {
        <a class="btn" href=format!("{PAGE}?tindak={task}{role}") data-noscroll=""><Icon name="plus" />{label}</a>
    }
}

/// The actions of a row: raise, edit, retire.
#[component]
fn RowActions(
    /// `alasan` or `butir`.
    what: &'static str,
    id: Uuid,
    /// For screen readers.
    name: String,
    first: bool,
) -> impl IntoView {
    let of = move || view! { <span class="sr">" "{name.clone()}</span> };
    let address = |task: &str| format!("{PAGE}?tindak={task}-{what}&butir={id}");
    view! {
        <span class="row g2 push">
            {(!first).then(|| view! {
                <button class="btn btn--quiet" name=format!("naikkan_{what}") value=id.to_string()>
                    "Naikkan"{of()}
                </button>
            })}
            <a class="btn btn--quiet" href=address("ubah") data-noscroll="">"Ubah"{of()}</a>
            <a class="btn btn--quiet" href=address("hapus") data-noscroll="">"Hapus"{of()}</a>
        </span>
    }
    .into_any()
}

#[component]
fn ReasonList(reasons: Vec<ListedReason>) -> impl IntoView {
    let row = |(nth, reason): (usize, ListedReason)| {
        view! {
            <li class="row">
                <span class="words">
                    <b>{reason.title.clone()}</b>
                    <small class="sub">{reason.advice}</small>
                    <small class="cap">{texts::times_used(reason.used)}</small>
                </span>
                <RowActions what="alasan" id=reason.id name=reason.title first={nth == 0} />
            </li>
        }
    };
    view! { <ol class="panel results" role="list">{reasons.into_iter().enumerate().map(row).collect_view()}</ol> }
}

#[component]
fn CheckList(role: Role, items: Vec<ListedCheck>) -> impl IntoView {
    let heading = format!("h-{role}");
    let labelled_by = heading.clone();
    let row = |(nth, item): (usize, ListedCheck)| {
        view! {
            <li class="row">
                <span class="words">{item.text.clone()}</span>
                <RowActions what="butir" id=item.id name=item.text first={nth == 0} />
            </li>
        }
    };
    view! {
        <section class="section" aria-labelledby=labelled_by>
            <header>
                <h2 id=heading>{format!("Daftar periksa {}", role.info().code)}</h2>
                <p class="sub">{texts::CHECKS_LEAD}</p>
                <p><AddLink task="tambah-butir" label="Tambah butir" role /></p>
            </header>
            {if items.is_empty() {
                view! {
                    <p class="row g2">
                        <Icon name="alert" />
                        {texts::NO_CHECKS}
                    </p>
                }
                .into_any()
            } else {
                view! {
                    <ol class="panel results" role="list">{items.into_iter().enumerate().map(row).collect_view()}</ol>
                }
                .into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn TaskDialog(form: FormState, task: Task) -> impl IntoView {
    match task {
        Task::Reason(reason) => view! { <ReasonDialog form reason /> }.into_any(),
        Task::Check(role, check) => view! { <CheckDialog form role check /> }.into_any(),
        Task::RetireReason(reason) => view! {
            <Confirm
                form
                title=texts::RETIRE_REASON
                page=PAGE
                task="hapus-alasan"
                subject=("butir", reason.id.to_string())
                button="Hapus"
            >
                <p><b>{reason.title}</b></p>
                <p>{texts::RETIRE_REASON_EFFECT}</p>
            </Confirm>
        }
        .into_any(),
        Task::RetireCheck(check) => view! {
            <Confirm
                form
                title=texts::RETIRE_CHECK
                page=PAGE
                task="hapus-butir"
                subject=("butir", check.id.to_string())
                button="Hapus"
            >
                <p><b>{check.text}</b></p>
                <p>{texts::RETIRE_CHECK_EFFECT}</p>
            </Confirm>
        }
        .into_any(),
    }
}

#[component]
fn ReasonDialog(form: FormState, #[prop(optional_no_strip)] reason: Option<ListedReason>) -> impl IntoView {
    let (heading, task) = match &reason {
        Some(_) => ("Ubah alasan", "ubah-alasan"),
        None => ("Tambah alasan", "tambah-alasan"),
    };
    let id = reason.as_ref().map(|reason| reason.id);
    let (title, advice) = reason.map(|reason| (reason.title, reason.advice)).unwrap_or_default();
    view! {
        <WordsDialog form heading task id>
            <TextField form field=Field::Title label="Judul" hint="5 sampai 120 huruf." value=title />
            <TextArea
                form
                field=Field::Text
                label="Saran untuk pemohon"
                hint="Apa yang perlu dilakukan, 10 sampai 500 huruf."
                value=advice
            />
        </WordsDialog>
    }
    .into_any()
}

#[component]
fn CheckDialog(form: FormState, role: Role, #[prop(optional_no_strip)] check: Option<ListedCheck>) -> impl IntoView {
    let (heading, task) = match &check {
        Some(_) => ("Ubah butir", "ubah-butir"),
        None => ("Tambah butir", "tambah-butir"),
    };
    let id = check.as_ref().map(|check| check.id);
    let text = check.map(|check| check.text).unwrap_or_default();
    view! {
        <WordsDialog form heading task id role=Some(role)>
            <p class="sub">{format!("Daftar periksa {}", role.title())}</p>
            <TextField form field=Field::Text label="Yang dicentang" hint="5 sampai 120 huruf." value=text />
        </WordsDialog>
    }
    .into_any()
}

/// A dialog with the words of a reason or an item.
#[component]
fn WordsDialog(
    form: FormState,
    heading: &'static str,
    task: &'static str,
    /// The reason or item to edit.
    #[prop(optional_no_strip)]
    id: Option<Uuid>,
    /// The role of an item.
    #[prop(optional_no_strip)]
    role: Option<Role>,
    children: Children,
) -> impl IntoView {
    let mut action = format!("{PAGE}?tindak={task}");
    if let Some(id) = id {
        action.push_str(&format!("&butir={id}"));
    }
    if let Some(role) = role {
        action.push_str(&format!("&role={role}"));
    }
    let footer = view! {
        <a class="btn" href=PAGE>"Batal"</a>
        <button class="btn btn--primary" form="kata" aria-busy=move || form.pending.get().then_some("true")>
            "Simpan"
        </button>
    }
    .into_any();
    view! {
        <Dialog title=heading close_to=PAGE footer>
            <PostForm form action class="stack g6" id="kata">
                <FormProblem form />
                <input type="hidden" name="tindak" value=task />
                {id.map(|id| view! { <input type="hidden" name="butir" value=id.to_string() /> })}
                {role.map(|role| view! { <input type="hidden" name="role" value=role.as_str() /> })}
                {children()}
            </PostForm>
        </Dialog>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> Lists {
        let id = Uuid::from_u128(7);
        Lists {
            reasons: vec![ListedReason {
                id,
                title: "Surat tidak terbaca".into(),
                advice: "Pindai ulang.".into(),
                used: 0,
            }],
            checks: vec![ListedCheck { id, role: Role::Kpa, text: "Ditandatangani".into() }],
        }
    }

    #[test]
    fn an_address_opens_the_dialog_of_its_task() {
        let (lists, id) = (lists(), Uuid::from_u128(7));
        let asked = |query: &str| Task::of(query, &lists);
        assert_eq!(asked("tindak=tambah-alasan"), Some(Task::Reason(None)));
        assert_eq!(asked("tindak=tambah-butir&role=pa"), Some(Task::Check(Role::Pa, None)));
        assert!(matches!(asked(&format!("tindak=ubah-butir&butir={id}")), Some(Task::Check(Role::Kpa, Some(_)))));
        assert!(matches!(asked(&format!("tindak=hapus-alasan&butir={id}")), Some(Task::RetireReason(_))));
    }

    #[test]
    fn unknown_tasks_and_rows_open_nothing() {
        let lists = lists();
        let other = Uuid::from_u128(8);
        for query in
            ["", "selesai=disimpan", "tindak=tambah-butir&role=ppk", "tindak=ubah-alasan&butir=x", "tindak=lain"]
        {
            assert_eq!(Task::of(query, &lists), None, "{query}");
        }
        assert_eq!(Task::of(&format!("tindak=hapus-butir&butir={other}"), &lists), None);
    }
}
