//! The forms that invite somebody or change role and scope.

use domain::{
    issues::Field,
    staff::view::{Member, RoleChoice},
};
use leptos::prelude::*;

use super::search::ScopeSearch;
use crate::{
    administration::{AdminPage, query},
    components::{Choice, Choices, FormProblem, TextField, checks::CHECK_EMAIL},
    forms::{FormState, PostForm},
    staff::texts,
};

#[component]
pub fn InvitePage(form: FormState, email: String, role: RoleChoice, has_second: bool) -> impl IntoView {
    let action = same_address();
    view! {
        <AdminPage title="Undang petugas" lead=texts::INVITE>
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
                <RoleAndScope form role has_second />
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
pub fn ChangePage(form: FormState, member: Member, role: RoleChoice, has_second: bool) -> impl IntoView {
    let (id, own, action) = (member.id, member.own, same_address());
    view! {
        <AdminPage title=member.name lead=member.email>
            <PostForm form action class="stack g8 narrow">
                <FormProblem form />
                <input type="hidden" name="tindak" value="ubah" />
                <input type="hidden" name="petugas" value=id.to_string() />
                <RoleAndScope form role has_second />
                <p class="sub">{texts::CHANGE}</p>
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

/// The address of this page with its query, so that a form that comes back still has the result of its search.
fn same_address() -> String {
    format!("/admin?{}", untrack(query()))
}

#[component]
fn RoleAndScope(form: FormState, role: RoleChoice, has_second: bool) -> impl IntoView {
    let chosen = form.typed("staff_role").and_then(|role| role.parse().ok()).or(role.role);
    let national = form.typed("lingkup").map(|scope| scope == "nasional").or(role.national);
    let role_is_chosen = Callback::new(move |_| form.set_issue(Field::StaffRole, None));
    let scope_is_chosen = Callback::new(move |_| form.set_issue(Field::Scope, None));
    let roles = texts::ROLES.into_iter().enumerate().map(move |(nth, (each, duty))| {
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
        <p class="sub">{texts::second(has_second)}</p>
        <div class="stack scope">
            <Choices form field=Field::Scope label="Lingkup">
                <Choice
                    name="lingkup"
                    value="nasional"
                    title="Nasional"
                    note=texts::NATIONAL
                    checked={national == Some(true)}
                    id=Some("scope")
                    on_choose=scope_is_chosen
                />
                <Choice
                    name="lingkup"
                    value="instansi"
                    title="Instansi tertentu"
                    note=texts::SOME_INSTITUTIONS
                    checked={national == Some(false)}
                    on_choose=scope_is_chosen
                />
            </Choices>
            <ScopeSearch form role />
        </div>
    }
    .into_any()
}
