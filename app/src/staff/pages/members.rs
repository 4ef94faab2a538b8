use std::collections::BTreeSet;

use domain::{
    indonesian::{count, date_time},
    issues::Field,
    staff::StaffRole,
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::administration::{AdminPage, Confirm, DoneBanner, page_form, query};
use crate::{
    components::checks::CHECK_EMAIL,
    components::{Choice, Choices, FormProblem, Icon, Loaded, TextField},
    data::page_data,
    forms::{FormState, PostForm},
    session::zone,
    staff::api::{FoundInstitutions, Institution, InvitedView, MemberView, RoleView, StaffTask, StaffView, staff},
};

/// The roles, each with what it is for.
const ROLES: [(StaffRole, &str); 3] = [
    (StaffRole::Verifier, "Memeriksa dan memutus pengajuan dalam lingkupnya."),
    (StaffRole::Supervisor, "Verifikator yang juga dapat mengambil alih dan membuka kembali kasus."),
    (StaffRole::Admin, "Mengelola petugas, daftar, surel, dan tugas. Tidak memutus pengajuan."),
];

/// What was done, by the word in the address.
const DONE: &[(&str, &str, &str)] = &[
    (
        "diundang",
        "Undangan dikirim",
        "Pemilik akun langsung mendapat perannya. Yang lain membuat akun lewat tautan dalam surel.",
    ),
    ("ditarik", "Undangan ditarik", "Tautan di dalam surelnya tidak berlaku lagi."),
    ("diubah", "Tersimpan", "Peran dan lingkup yang baru berlaku mulai sekarang."),
    ("dicabut", "Peran dicabut", "Orang ini tidak lagi menjadi petugas. Kasus yang dipegangnya kembali ke antrean."),
    ("nonaktif", "Akun dinonaktifkan", "Semua sesinya berakhir, dan kasus yang dipegangnya kembali ke antrean."),
    ("aktif", "Akun diaktifkan", "Petugas ini dapat masuk lagi."),
];

/// `/admin`: who is of the staff, what they are, where they act.
pub fn staff_page() -> impl IntoView {
    let form = page_form();
    let data = page_data(query(), staff);
    view! { <Loaded data view={move |staff: StaffView| view! { <Staff form staff /> }.into_any()} /> }.into_any()
}

#[component]
fn Staff(form: FormState, staff: StaffView) -> impl IntoView {
    let StaffView { members, invited, task } = staff;
    match task {
        Some(StaffTask::Invite { email, role }) => view! { <InvitePage form email role /> }.into_any(),
        Some(StaffTask::Change { member, role }) => view! { <ChangePage form member role /> }.into_any(),
        Some(StaffTask::Disable(member)) => view! {
            <ListPage form members invited asks=true />
            <Confirm
                form
                title="Nonaktifkan akun ini?"
                page="/admin"
                task="nonaktifkan"
                subject=("petugas", member.id.to_string())
                button="Nonaktifkan"
            >
                <p><b>{member.name}</b>", "{member.role.label()}</p>
                <p>
                    "Semua sesinya berakhir saat ini juga, dan kasus yang dipegangnya kembali ke antrean. Akun dapat \
                     diaktifkan lagi kapan saja."
                </p>
            </Confirm>
        }
        .into_any(),
        Some(StaffTask::Dismiss(member)) => view! {
            <ListPage form members invited asks=true />
            <Confirm
                form
                title="Cabut peran petugas ini?"
                page="/admin"
                task="cabut"
                subject=("petugas", member.id.to_string())
                button="Cabut peran"
            >
                <p><b>{member.name}</b>", "{member.role.label()}</p>
                <p>
                    "Akunnya tetap ada sebagai akun biasa. Kasus yang dipegangnya kembali ke antrean, dan halaman \
                     petugas tidak dapat dibukanya lagi."
                </p>
            </Confirm>
        }
        .into_any(),
        None => view! { <ListPage form members invited asks=false /> }.into_any(),
    }
}

/// All members and invitations. `asks`: a dialog stands over it, which says what is wrong.
#[component]
fn ListPage(form: FormState, members: Vec<MemberView>, invited: Vec<InvitedView>, asks: bool) -> impl IntoView {
    let invite = view! {
        <a class="btn btn--primary" href="/admin?tindak=undang"><Icon name="plus" />"Undang petugas"</a>
    }
    .into_any();
    let active = members.iter().filter(|member| !member.disabled).count();
    let lead = format!("{} petugas aktif. Setiap perubahan tercatat.", count(active as u64));
    view! {
        <AdminPage title="Petugas" lead action=invite>
            <DoneBanner texts=DONE />
            {(!asks).then(|| view! { <FormProblem form /> })}
            <PostForm form action="/admin" class="stack g8">
                <div class="scroll" tabindex="0" role="region" aria-label="Petugas">
                    <table class="table staff">
                        <thead>
                            <tr>
                                <th scope="col">"Nama"</th>
                                <th scope="col">"Peran"</th>
                                <th scope="col">"Lingkup"</th>
                                <th scope="col">"Terakhir terlihat"</th>
                                <th scope="col"><span class="sr">"Tindakan"</span></th>
                            </tr>
                        </thead>
                        <tbody>
                            {members.into_iter().map(|member| view! { <MemberRow member /> }).collect_view()}
                        </tbody>
                    </table>
                </div>
                {(!invited.is_empty()).then(|| view! { <Invitations invited /> })}
            </PostForm>
        </AdminPage>
    }
    .into_any()
}

#[component]
fn MemberRow(member: MemberView) -> impl IntoView {
    let zone = zone();
    let (id, name) = (member.id, member.name.clone());
    let of = move || view! { <span class="sr">" "{name.clone()}</span> };
    let seen = match member.last_seen {
        Some(at) => view! { <span class="num">{date_time(at, zone)}</span> }.into_any(),
        None => view! { <span class="cap">"belum pernah"</span> }.into_any(),
    };
    let other = if member.own {
        view! { <span class="sub">"Anda"</span> }.into_any()
    } else if member.disabled {
        view! { <button class="btn" name="aktifkan" value=id.to_string()>"Aktifkan"{of()}</button> }.into_any()
    } else {
        view! {
            <a class="btn" href=format!("/admin?tindak=nonaktifkan&petugas={id}") data-noscroll="">
                "Nonaktifkan"{of()}
            </a>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row">{member.name}<br /><span class="sub">{member.email}</span></th>
            <td>
                {member.role.label()}
                {member.disabled.then(|| view! {
                    <br />
                    <span class="badge" data-state="rejected"><Icon name="ban" />"Nonaktif"</span>
                })}
            </td>
            <td>{scope_words(&member.institutions)}</td>
            <td>{seen}</td>
            <td>
                <div class="row g2">
                    <a class="btn" href=format!("/admin?tindak=ubah&petugas={id}")>"Ubah"{of()}</a>
                    {other}
                </div>
            </td>
        </tr>
    }
    .into_any()
}

/// `Nasional`, `Provinsi Bali`, `Provinsi Bali dan 2 lainnya`
fn scope_words(institutions: &[Institution]) -> String {
    match institutions {
        [] => "Nasional".to_owned(),
        [(_, name)] => name.clone(),
        [(_, name), others @ ..] => format!("{name} dan {} lainnya", count(others.len() as u64)),
    }
}

#[component]
fn Invitations(invited: Vec<InvitedView>) -> impl IntoView {
    let zone = zone();
    let row = move |invited: InvitedView| {
        view! {
            <li class="row">
                <span class="words">
                    <b>{invited.email.clone()}</b>
                    <small class="sub">
                        {format!("{} · berlaku sampai {}", invited.role.label(), date_time(invited.expires_at, zone))}
                    </small>
                </span>
                <button class="btn push" name="tarik" value=invited.id.to_string()>
                    "Tarik undangan"<span class="sr">" "{invited.email}</span>
                </button>
            </li>
        }
    };
    view! {
        <section class="stack" aria-labelledby="h-undangan">
            <h2 id="h-undangan">"Undangan yang belum diterima"</h2>
            <ul class="panel results" role="list">{invited.into_iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn InvitePage(form: FormState, email: String, role: RoleView) -> impl IntoView {
    let action = same_address();
    view! {
        <AdminPage title="Undang petugas" lead="Yang belum memiliki akun membuatnya lewat tautan, yang berlaku 7 hari.">
            <PostForm form action class="stack g8 narrow">
                <FormProblem form />
                <input type="hidden" name="tindak" value="undang" />
                <TextField
                    form
                    field=Field::Email
                    label="Alamat surel"
                    kind="email"
                    value=email
                    placeholder="nama@instansi.go.id"
                    check=CHECK_EMAIL
                />
                <RoleAndScope form role />
                <div class="row actions">
                    <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                        "Kirim undangan"
                    </button>
                    <a class="btn btn--quiet" href="/admin">"Batal"</a>
                </div>
            </PostForm>
        </AdminPage>
    }
    .into_any()
}

#[component]
fn ChangePage(form: FormState, member: MemberView, role: RoleView) -> impl IntoView {
    let (id, own, action) = (member.id, member.own, same_address());
    view! {
        <AdminPage title=member.name lead=member.email>
            <PostForm form action class="stack g8 narrow">
                <FormProblem form />
                <input type="hidden" name="tindak" value="ubah" />
                <input type="hidden" name="petugas" value=id.to_string() />
                <RoleAndScope form role />
                <p class="sub">"Kasus yang sedang dipegangnya kembali ke antrean."</p>
                <div class="row actions">
                    <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>
                        "Simpan"
                    </button>
                    <a class="btn btn--quiet" href="/admin">"Batal"</a>
                    {(!own).then(|| view! {
                        <a class="btn btn--danger push" href=format!("/admin?tindak=cabut&petugas={id}")>
                            "Cabut peran"
                        </a>
                    })}
                </div>
            </PostForm>
        </AdminPage>
    }
    .into_any()
}

/// The address of this page with all that it asks for: a form that comes back finds what a search had found.
fn same_address() -> String {
    format!("/admin?{}", untrack(query()))
}

#[component]
fn RoleAndScope(form: FormState, role: RoleView) -> impl IntoView {
    let chosen = form.typed("staff_role").and_then(|role| role.parse().ok()).or(role.role);
    let national = form.typed("lingkup").map(|scope| scope == "nasional").or(role.national);
    let role_is_chosen = Callback::new(move |_| form.set_issue(Field::StaffRole, None));
    let scope_is_chosen = Callback::new(move |_| form.set_issue(Field::Scope, None));
    let roles = ROLES.into_iter().enumerate().map(move |(nth, (each, duty))| {
        view! {
            <Choice
                name="staff_role"
                value=each.as_str()
                title=each.label()
                note=duty
                checked={chosen == Some(each)}
                id=(nth == 0).then_some("staff_role")
                on_choose=role_is_chosen
            />
        }
    });
    view! {
        <Choices form field=Field::StaffRole label="Peran">{roles.collect_view()}</Choices>
        <div class="stack scope">
            <Choices form field=Field::Scope label="Lingkup">
                <Choice
                    name="lingkup"
                    value="nasional"
                    title="Nasional"
                    note="Semua instansi."
                    checked={national == Some(true)}
                    id=Some("scope")
                    on_choose=scope_is_chosen
                />
                <Choice
                    name="lingkup"
                    value="instansi"
                    title="Instansi tertentu"
                    note="Hanya instansi yang dicentang di bawah. Yang lain tidak terlihat sama sekali."
                    checked={national == Some(false)}
                    on_choose=scope_is_chosen
                />
            </Choices>
            <ScopeSearch form role />
        </div>
    }
    .into_any()
}

/// The institutions of a scope: those that are ticked, and what a search found. Without script the search asks for this
/// page again, with everything that was filled in; with script it answers as one types. Shown by CSS while certain
/// institutions are chosen.
#[component]
fn ScopeSearch(form: FormState, role: RoleView) -> impl IntoView {
    let RoleView { chosen, words, found, .. } = role;
    let came_back = form.typed("tindak").is_some();
    let ticked: BTreeSet<Uuid> = if came_back {
        let offered = chosen.iter().chain(&found.institutions).map(|(id, _)| *id);
        offered.filter(|id| form.typed(&format!("scope_{id}")).is_some()).collect()
    } else {
        chosen.iter().map(|(id, _)| *id).collect()
    };
    let ticked = RwSignal::new(ticked);
    let tally = RwSignal::new(Tally::of(&words, &found));
    let offered = RwSignal::new(offer(chosen, found));
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let asked = StoredValue::new(0u32);
    let search = move |words: String| {
        let number = asked.get_value() + 1;
        asked.set_value(number);
        #[cfg(feature = "hydrate")]
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(150).await;
            if asked.try_get_value() != Some(number) {
                return;
            }
            let answer = crate::staff::api::institutions(words.clone()).await;
            // Answers may overtake each other; only the latest question counts.
            if asked.try_get_value() != Some(number) {
                return;
            }
            match answer {
                Ok(found) => {
                    let mut kept = offered.get_untracked();
                    kept.retain(|(id, _)| ticked.with_untracked(|ticked| ticked.contains(id)));
                    tally.set(Tally::of(&words, &found));
                    offered.set(offer(kept, found));
                }
                Err(_) => tally.set(Tally::Failed),
            }
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = words;
    };
    let tick = move |id: Uuid, on: bool| {
        ticked.update(|ticked| {
            if on {
                ticked.insert(id);
            } else {
                ticked.remove(&id);
            }
        });
        form.set_issue(Field::Scope, None);
    };
    view! {
        <div class="stack g3 scope-search">
            <div class="field">
                <label class="label" for="cari">"Cari instansi"</label>
                <div class="control">
                    <Icon name="search" />
                    <input
                        id="cari"
                        type="search"
                        name="cari"
                        value=words
                        autocomplete="off"
                        spellcheck="false"
                        aria-controls="instansi"
                        on:input:target=move |event| search(event.target().value())
                        // Enter is not to send the form from here.
                        on:keydown=move |event| if event.key() == "Enter" { event.prevent_default() }
                    />
                    {move || (!live.get()).then(|| view! {
                        <button class="btn btn--quiet" formmethod="get" formaction="/admin">"Cari"</button>
                    })}
                </div>
            </div>
            <p class="sub" role="status">
                {move || tally.with(Tally::words)}
                {move || match ticked.with(BTreeSet::len) {
                    0 => " Belum ada yang dicentang.".to_owned(),
                    number => format!(" {} dicentang.", count(number as u64)),
                }}
            </p>
            <ul id="instansi" class="panel results" role="list">
                <For each=move || offered.get() key=|(id, _)| *id let:institution>
                    {
                        let (id, name) = institution;
                        view! {
                            <li>
                                <label class="tick">
                                    <input
                                        type="checkbox"
                                        name=format!("scope_{id}")
                                        value="ya"
                                        checked=ticked.with_untracked(|ticked| ticked.contains(&id))
                                        on:change:target=move |event| tick(id, event.target().checked())
                                    />
                                    {name}
                                </label>
                            </li>
                        }
                    }
                </For>
            </ul>
        </div>
    }
    .into_any()
}

/// What is offered: what is chosen already, then what was found.
fn offer(chosen: Vec<Institution>, found: FoundInstitutions) -> Vec<Institution> {
    let mut offered = chosen;
    for institution in found.institutions {
        if !offered.iter().any(|(id, _)| *id == institution.0) {
            offered.push(institution);
        }
    }
    offered
}

/// What a search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tally {
    /// Nothing was searched for.
    Nothing,
    /// How many answer, and how many of them are shown.
    Found { total: usize, shown: usize },
    /// The server does not answer.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "a search fails so in the browser alone"))]
    Failed,
}

impl Tally {
    fn of(words: &str, found: &FoundInstitutions) -> Self {
        if words.trim().is_empty() {
            return Self::Nothing;
        }
        Self::Found { total: found.total, shown: found.institutions.len() }
    }

    fn words(&self) -> String {
        match *self {
            Self::Nothing => "Ketik sebagian nama atau kode instansi, lalu centang.".to_owned(),
            Self::Failed => "Pencarian belum dapat dijalankan. Periksa sambungan, lalu ketik lagi.".to_owned(),
            Self::Found { total: 0, .. } => "Tidak ada instansi yang cocok. Coba kata lain.".to_owned(),
            Self::Found { total, shown } if total > shown => {
                format!("{} instansi cocok, tampil {shown}. Tambah kata agar daftar lebih pendek.", count(total as u64))
            }
            Self::Found { total, .. } => format!("{} instansi cocok.", count(total as u64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn institution(n: u128, name: &str) -> Institution {
        (Uuid::from_u128(n), name.to_owned())
    }

    #[test]
    fn a_scope_is_told_in_a_few_words() {
        let bali = institution(1, "Provinsi Bali");
        let told: Vec<String> =
            [vec![], vec![bali.clone()], vec![bali; 3]].iter().map(|all| scope_words(all)).collect();
        assert_eq!(told, ["Nasional", "Provinsi Bali", "Provinsi Bali dan 2 lainnya"]);
    }

    #[test]
    fn what_is_chosen_stays_and_stands_first() {
        let found = FoundInstitutions { institutions: vec![institution(1, "A"), institution(2, "B")], total: 40 };
        let offered = offer(vec![institution(3, "C"), institution(2, "B")], found.clone());
        assert_eq!(offered, [institution(3, "C"), institution(2, "B"), institution(1, "A")]);
        assert_eq!(Tally::of(" ", &found), Tally::Nothing);
        assert_eq!(
            Tally::of("a", &found).words(),
            "40 instansi cocok, tampil 2. Tambah kata agar daftar lebih pendek."
        );
    }
}
