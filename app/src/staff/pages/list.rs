//! The list of members, proposed roles and invitations.

use domain::{
    indonesian::{count, date_time},
    staff::view::{Member, PendingInvitation, RoleProposal, ScopeInstitution},
};
use leptos::prelude::*;

use crate::{
    administration::{AdminPage, DoneBanner},
    components::{FormProblem, Icon},
    forms::{FormState, PostForm},
    session::zone,
    staff::texts,
};

/// All members, proposed roles and invitations.
#[component]
pub fn ListPage(
    form: FormState,
    members: Vec<Member>,
    invitations: Vec<PendingInvitation>,
    proposals: Vec<RoleProposal>,
    /// A dialog covers the page and shows the issues of the form.
    has_dialog: bool,
) -> impl IntoView {
    let invite = view! {
        <a class="btn btn--primary" href="/admin?tindak=undang"><Icon name="plus" />"Undang petugas"</a>
    }
    .into_any();
    let active = members.iter().filter(|member| !member.disabled).count();
    view! {
        <AdminPage title="Petugas" lead=texts::active(active) action=invite>
            <DoneBanner texts=texts::DONE />
            {(!has_dialog).then(|| view! { <FormProblem form /> })}
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
                {(!proposals.is_empty()).then(|| view! { <Proposals proposals /> })}
                {(!invitations.is_empty()).then(|| view! { <Invitations invitations /> })}
            </PostForm>
        </AdminPage>
    }
    .into_any()
}

#[component]
fn MemberRow(member: Member) -> impl IntoView {
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
fn scope_words(institutions: &[ScopeInstitution]) -> String {
    match institutions {
        [] => "Nasional".to_owned(),
        [(_, name)] => name.clone(),
        [(_, name), others @ ..] => format!("{name} dan {} lainnya", count(others.len() as u64)),
    }
}

#[component]
fn Proposals(proposals: Vec<RoleProposal>) -> impl IntoView {
    let zone = zone();
    let row = move |proposal: RoleProposal| {
        let RoleProposal { id, name, email, role, institutions, proposed_by, expires_at, confirmable } = proposal;
        let (confirmed, withdrawn) = (email.clone(), email.clone());
        let who = name.map_or_else(|| email.clone(), |name| format!("{name}, {email}"));
        let what = format!("{} · {}", role.label(), scope_words(&institutions));
        let by = format!("diusulkan {proposed_by} · berlaku sampai {}", date_time(expires_at, zone));
        view! {
            <li class="row">
                <span class="words">
                    <b>{who}</b>
                    <small class="sub">{format!("{what} · {by}")}</small>
                </span>
                <span class="row g2 push">
                    {if confirmable {
                        view! {
                            <button class="btn btn--primary" name="kukuhkan" value=id.to_string()>
                                "Kukuhkan"<span class="sr">" "{confirmed}</span>
                            </button>
                        }
                        .into_any()
                    } else {
                        view! { <span class="sub">{texts::PROPOSED_BY_YOU}</span> }.into_any()
                    }}
                    <button class="btn" name="tarik-usulan" value=id.to_string()>
                        "Tarik usulan"<span class="sr">" "{withdrawn}</span>
                    </button>
                </span>
            </li>
        }
    };
    view! {
        <section class="stack" aria-labelledby="h-usulan">
            <h2 id="h-usulan">"Peran yang menunggu pengukuhan"</h2>
            <ul class="panel results" role="list">{proposals.into_iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Invitations(invitations: Vec<PendingInvitation>) -> impl IntoView {
    let zone = zone();
    let row = move |invitation: PendingInvitation| {
        view! {
            <li class="row">
                <span class="words">
                    <b>{invitation.email.clone()}</b>
                    <small class="sub">
                        {format!("{} · berlaku sampai {}", invitation.role.label(), date_time(invitation.expires_at, zone))}
                    </small>
                </span>
                <button class="btn push" name="tarik" value=invitation.id.to_string()>
                    "Tarik undangan"<span class="sr">" "{invitation.email}</span>
                </button>
            </li>
        }
    };
    view! {
        <section class="stack" aria-labelledby="h-undangan">
            <h2 id="h-undangan">"Undangan yang belum diterima"</h2>
            <ul class="panel results" role="list">{invitations.into_iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn scope_is_written_in_a_few_words() {
        let bali = (Uuid::from_u128(1), "Provinsi Bali".to_owned());
        let written: Vec<String> =
            [vec![], vec![bali.clone()], vec![bali; 3]].iter().map(|all| scope_words(all)).collect();
        assert_eq!(written, ["Nasional", "Provinsi Bali", "Provinsi Bali dan 2 lainnya"]);
    }
}
