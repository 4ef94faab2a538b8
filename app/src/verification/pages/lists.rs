use domain::{indonesian::count, issues::Field, role::Role};
use leptos::prelude::*;
use uuid::Uuid;

use crate::administration::{AdminPage, Confirm, DoneBanner, page_form, query};
use crate::{
    components::{Dialog, FormProblem, Icon, Loaded, TextArea, TextField},
    data::page_data,
    forms::{FormState, PostForm},
    staff::api::{CheckRow, ListsView, ReasonRow, lists},
};

/// Where the page is.
const PAGE: &str = "/admin/alasan";

/// What was done, by the word in the address.
const DONE: &[(&str, &str, &str)] = &[(
    "disimpan",
    "Tersimpan",
    "Verifikator melihat daftar yang baru pada kasus berikutnya. Putusan lama tidak berubah.",
)];

/// `/admin/alasan`: the reasons of refusals and the check lists.
pub fn lists_page() -> impl IntoView {
    let form = page_form();
    let data = page_data(query(), |query| async move { lists().await.map(|lists| (query, lists)) });
    view! { <Loaded data view={move |(query, lists)| view! { <Lists form query lists /> }.into_any()} /> }.into_any()
}

/// What the address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Task {
    /// Words for a reason, new or not.
    Reason(Option<ReasonRow>),
    /// Words for an item of a role's list, new or not.
    Check(Role, Option<CheckRow>),
    /// To take a reason off.
    RetireReason(ReasonRow),
    /// To take an item off.
    RetireCheck(CheckRow),
}

impl Task {
    /// What a query asks for; nothing of what is not there (any more).
    fn of(query: &str, lists: &ListsView) -> Option<Self> {
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
fn Lists(form: FormState, query: String, lists: ListsView) -> impl IntoView {
    let task = Task::of(&query, &lists);
    let ListsView { reasons, checks } = lists;
    let asks = task.is_some();
    let of_role = |role: Role| {
        let items: Vec<CheckRow> = checks.iter().filter(|check| check.role == role).cloned().collect();
        view! { <CheckList role items /> }
    };
    let check_lists = Role::ALL.iter().copied().map(of_role).collect_view();
    view! {
        <AdminPage title="Alasan dan daftar periksa" lead="Yang dipilih dan dicentang verifikator saat memutus.">
            <DoneBanner texts=DONE />
            {(!asks).then(|| view! { <FormProblem form /> })}
            // The buttons of the rows post to the page; what has words of its own opens a dialog.
            <PostForm form action=PAGE>
                <section class="section" aria-labelledby="h-alasan">
                    <header>
                        <h2 id="h-alasan">"Alasan penolakan"</h2>
                        <p class="sub">"Judul dan saran masuk ke surel dan tampil saat pemohon mendaftar ulang."</p>
                        <p><AddLink task="tambah-alasan" label="Tambah alasan" /></p>
                    </header>
                    {if reasons.is_empty() {
                        view! { <p class="sub">"Belum ada alasan. Tanpa alasan, pengajuan tidak dapat ditolak."</p> }
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

/// What can be done with a row: to the place before it, other words, off the list.
#[component]
fn RowActions(
    /// `alasan` or `butir`.
    what: &'static str,
    id: Uuid,
    /// What a screen reader calls it.
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
fn ReasonList(reasons: Vec<ReasonRow>) -> impl IntoView {
    let row = |(nth, reason): (usize, ReasonRow)| {
        let used = match reason.used {
            0 => "Belum pernah dipakai".to_owned(),
            times => format!("Dipakai {} kali", count(u64::from(times))),
        };
        view! {
            <li class="row">
                <span class="words">
                    <b>{reason.title.clone()}</b>
                    <small class="sub">{reason.advice}</small>
                    <small class="cap">{used}</small>
                </span>
                <RowActions what="alasan" id=reason.id name=reason.title first={nth == 0} />
            </li>
        }
    };
    view! { <ol class="panel results" role="list">{reasons.into_iter().enumerate().map(row).collect_view()}</ol> }
}

#[component]
fn CheckList(role: Role, items: Vec<CheckRow>) -> impl IntoView {
    let heading = format!("h-{role}");
    let labelled_by = heading.clone();
    let row = |(nth, item): (usize, CheckRow)| {
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
                <p class="sub">"Setiap butir dicentang sebelum Setujui."</p>
                <p><AddLink task="tambah-butir" label="Tambah butir" role /></p>
            </header>
            {if items.is_empty() {
                view! {
                    <p class="row g2">
                        <Icon name="alert" />
                        "Belum ada butir. Tanpa daftar periksa, pengajuan untuk role ini tidak dapat disetujui."
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
                title="Hapus alasan ini?"
                page=PAGE
                task="hapus-alasan"
                subject=("butir", reason.id.to_string())
                button="Hapus"
            >
                <p><b>{reason.title}</b></p>
                <p>"Alasan ini tidak ditawarkan lagi. Putusan yang memakainya tidak berubah."</p>
            </Confirm>
        }
        .into_any(),
        Task::RetireCheck(check) => view! {
            <Confirm
                form
                title="Hapus butir ini?"
                page=PAGE
                task="hapus-butir"
                subject=("butir", check.id.to_string())
                button="Hapus"
            >
                <p><b>{check.text}</b></p>
                <p>"Butir ini tidak perlu dicentang lagi. Putusan yang sudah diberikan tidak berubah."</p>
            </Confirm>
        }
        .into_any(),
    }
}

/// The words of a reason.
#[component]
fn ReasonDialog(form: FormState, #[prop(optional_no_strip)] reason: Option<ReasonRow>) -> impl IntoView {
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

/// The words of an item.
#[component]
fn CheckDialog(form: FormState, role: Role, #[prop(optional_no_strip)] check: Option<CheckRow>) -> impl IntoView {
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

/// A dialog with the words of something that is on a list or will be.
#[component]
fn WordsDialog(
    form: FormState,
    heading: &'static str,
    task: &'static str,
    /// What is there already.
    #[prop(optional_no_strip)]
    id: Option<Uuid>,
    /// The role whose list it is on.
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

    fn lists() -> ListsView {
        let id = Uuid::from_u128(7);
        ListsView {
            reasons: vec![ReasonRow {
                id,
                title: "Surat tidak terbaca".into(),
                advice: "Pindai ulang.".into(),
                used: 0,
            }],
            checks: vec![CheckRow { id, role: Role::Kpa, text: "Ditandatangani".into() }],
        }
    }

    #[test]
    fn an_address_asks_for_what_is_there() {
        let (lists, id) = (lists(), Uuid::from_u128(7));
        let asked = |query: &str| Task::of(query, &lists);
        assert_eq!(asked("tindak=tambah-alasan"), Some(Task::Reason(None)));
        assert_eq!(asked("tindak=tambah-butir&role=pa"), Some(Task::Check(Role::Pa, None)));
        assert!(matches!(asked(&format!("tindak=ubah-butir&butir={id}")), Some(Task::Check(Role::Kpa, Some(_)))));
        assert!(matches!(asked(&format!("tindak=hapus-alasan&butir={id}")), Some(Task::RetireReason(_))));
    }

    #[test]
    fn and_for_nothing_else() {
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
