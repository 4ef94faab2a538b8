//! Administration: the staff, mails that were given up, jobs. What its pages read, and the
//! forms that they post.

use domain::{staff::StaffRole, time::Timestamp};
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;
use uuid::Uuid;

use crate::error::ApiError;

/// An institution: id and name.
pub type Institution = (Uuid, String);

/// A member of the staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    /// The person.
    pub id: Uuid,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What they are.
    pub role: StaffRole,
    /// The institutions that they act on; empty for the whole country.
    pub institutions: Vec<Institution>,
    /// Whether the account is disabled.
    pub disabled: bool,
    /// When they were last there.
    pub last_seen: Option<Timestamp>,
    /// Whether it is the one who looks.
    pub own: bool,
}

/// Somebody who was invited and has not come yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedView {
    /// Its row.
    pub id: Uuid,
    /// Where the mail went.
    pub email: String,
    /// What they will be.
    pub role: StaffRole,
    /// When the link ends.
    pub expires_at: Timestamp,
}

/// Role and scope in a form, with what a search for institutions found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleView {
    /// The role.
    pub role: Option<StaffRole>,
    /// Whether the whole country is chosen, if either is.
    pub national: Option<bool>,
    /// The institutions that are chosen.
    pub chosen: Vec<Institution>,
    /// What was searched for.
    pub words: String,
    /// What was found.
    pub found: FoundInstitutions,
}

/// Institutions that answer a query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundInstitutions {
    /// The best of them.
    pub institutions: Vec<Institution>,
    /// How many answer.
    pub total: usize,
}

/// What the address of the page of the staff asks for (`tindak`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StaffTask {
    /// To invite somebody.
    Invite { email: String, role: RoleView },
    /// To set role and scope.
    Change { member: MemberView, role: RoleView },
    /// To disable an account.
    Disable(MemberView),
    /// To take a role away.
    Dismiss(MemberView),
}

/// The staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffView {
    /// Its members, by name.
    pub members: Vec<MemberView>,
    /// Who is invited.
    pub invited: Vec<InvitedView>,
    /// What is to be done.
    pub task: Option<StaffTask>,
}

/// The staff, and what the query of the page's address (without `?`) asks for.
#[server(name = StaffFn, prefix = "/api", endpoint = "admin/petugas", input = GetUrl)]
pub async fn staff(query: String) -> Result<StaffView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let (members, invited) = backend::staff::members(&caller.backend, caller.actor()?).await?;
    let members: Vec<MemberView> = members.into_iter().map(MemberView::from).collect();
    let task = asked::task(&caller.backend, &query, &members)?;
    Ok(StaffView { task, members, invited: invited.into_iter().map(InvitedView::from).collect() })
}

/// Institutions that answer a query, while one types.
#[server(name = StaffInstitutionsFn, prefix = "/api", endpoint = "admin/instansi", input = GetUrl)]
pub async fn institutions(words: String) -> Result<FoundInstitutions, ApiError> {
    let caller = crate::state::Caller::current()?;
    caller.actor()?.require(domain::staff::Permission::Administer)?;
    Ok(asked::find(&caller.backend, &words))
}

/// A mail that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedMailView {
    /// Its row.
    pub id: Uuid,
    /// Who should have got it.
    pub recipient: String,
    /// Its subject; `None` if it cannot be read.
    pub subject: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// What the mail server said at last.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// Whether its link is over.
    pub over: bool,
}

/// Mails that were given up.
#[server(name = ParkedMailsFn, prefix = "/api", endpoint = "admin/surel", input = GetUrl)]
pub async fn parked_mails() -> Result<Vec<ParkedMailView>, ApiError> {
    let caller = crate::state::Caller::current()?;
    let mails = backend::mail::parked(&caller.backend, caller.actor()?).await?;
    let views = mails.into_iter().map(|mail| ParkedMailView {
        id: mail.id,
        recipient: mail.recipient,
        subject: mail.subject,
        attempts: mail.attempts,
        last_error: mail.last_error,
        created_at: mail.created_at,
        over: mail.over,
    });
    Ok(views.collect())
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobView {
    /// Its name.
    pub name: String,
    /// Seconds between two runs.
    pub pace: u64,
    /// When it last ran on this server, and how much it did, or why it failed.
    pub last: Option<(Timestamp, Result<usize, String>)>,
}

/// The jobs of the server that answers.
#[server(name = JobsFn, prefix = "/api", endpoint = "admin/tugas", input = GetUrl)]
pub async fn jobs() -> Result<Vec<JobView>, ApiError> {
    let caller = crate::state::Caller::current()?;
    let jobs = backend::jobs::overview(&caller.backend, caller.actor()?)?;
    let views = jobs.into_iter().map(|(job, run)| JobView {
        name: job.label().to_owned(),
        pace: job.pace().as_secs(),
        last: run.map(|run| (run.at, run.outcome)),
    });
    Ok(views.collect())
}

#[cfg(feature = "ssr")]
impl From<backend::staff::Member> for MemberView {
    fn from(member: backend::staff::Member) -> Self {
        Self {
            id: member.id,
            name: member.name,
            email: member.email,
            role: member.role,
            institutions: member.institutions,
            disabled: member.disabled,
            last_seen: member.last_seen,
            own: member.own,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<backend::staff::Invited> for InvitedView {
    fn from(invited: backend::staff::Invited) -> Self {
        Self { id: invited.id, email: invited.email, role: invited.role, expires_at: invited.expires_at }
    }
}

/// The fields of a form or a query, in their order; those of institutions are named `scope_` and their id.
#[cfg(feature = "ssr")]
mod fields {
    use domain::staff::StaffRole;
    use uuid::Uuid;

    /// A name and a value.
    pub type Pair = (String, String);

    /// The first value of a name.
    pub fn value<'f>(fields: &'f [Pair], name: &str) -> Option<&'f str> {
        fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The id in a field; nothing if it is none.
    pub fn id(fields: &[Pair], name: &str) -> Option<Uuid> {
        value(fields, name)?.parse().ok()
    }

    /// The role that is chosen.
    pub fn role(fields: &[Pair]) -> Option<StaffRole> {
        value(fields, "staff_role")?.parse().ok()
    }

    /// Whether the whole country is chosen; nothing if neither is.
    pub fn national(fields: &[Pair]) -> Option<bool> {
        match value(fields, "lingkup")? {
            "nasional" => Some(true),
            "instansi" => Some(false),
            _ => None,
        }
    }

    /// The institutions that are ticked.
    pub fn institutions(fields: &[Pair]) -> Vec<Uuid> {
        fields.iter().filter_map(|(name, _)| name.strip_prefix("scope_")?.parse().ok()).collect()
    }
}

/// What the address of the page of the staff asks for.
#[cfg(feature = "ssr")]
mod asked {
    use backend::{Backend, Error};
    use domain::master_data::institution::InstitutionType;
    use uuid::Uuid;

    use super::{
        FoundInstitutions, Institution, MemberView, RoleView, StaffTask,
        fields::{self, Pair, value},
    };
    use crate::error::ApiError;

    /// Most institutions that a search shows.
    const MOST: usize = 20;

    pub fn task(backend: &Backend, query: &str, members: &[MemberView]) -> Result<Option<StaffTask>, ApiError> {
        let asked: Vec<Pair> = serde_urlencoded::from_str(query).unwrap_or_default();
        let member = || {
            let id = fields::id(&asked, "petugas");
            let found = members.iter().find(|member| Some(member.id) == id);
            found.cloned().ok_or_else(|| ApiError::from(Error::NotFound))
        };
        Ok(Some(match value(&asked, "tindak") {
            Some("undang") => StaffTask::Invite {
                email: value(&asked, "email").unwrap_or_default().to_owned(),
                role: role(backend, &asked),
            },
            Some("ubah") => {
                let member = member()?;
                // A search without script carries all that was chosen along.
                let role = if value(&asked, "cari").is_some() { role(backend, &asked) } else { present(&member) };
                StaffTask::Change { member, role }
            }
            Some("nonaktifkan") => StaffTask::Disable(member()?),
            Some("cabut") => StaffTask::Dismiss(member()?),
            _ => return Ok(None),
        }))
    }

    /// Role and scope as they are.
    fn present(member: &MemberView) -> RoleView {
        RoleView {
            role: Some(member.role),
            national: Some(member.institutions.is_empty()),
            chosen: member.institutions.clone(),
            ..RoleView::default()
        }
    }

    /// Role and scope as the query carries them, with what it searches for.
    fn role(backend: &Backend, asked: &[Pair]) -> RoleView {
        let words = value(asked, "cari").unwrap_or_default().to_owned();
        let ids = fields::institutions(asked);
        let chosen = if ids.is_empty() { Vec::new() } else { named(backend, &ids) };
        RoleView {
            role: fields::role(asked),
            national: fields::national(asked),
            chosen,
            found: find(backend, &words),
            words,
        }
    }

    /// Institutions that answer a query, by type; none for none.
    pub fn find(backend: &Backend, words: &str) -> FoundInstitutions {
        if words.trim().is_empty() {
            return FoundInstitutions::default();
        }
        let snapshot = backend.master_data.snapshot();
        let found = InstitutionType::ALL.map(|kind| snapshot.institutions(kind, words, MOST));
        let total = found.iter().map(|found| found.total).sum();
        let hits = found.into_iter().flat_map(|found| found.hits);
        FoundInstitutions {
            institutions: hits.map(|(institution, _)| (institution.id, institution.name)).take(MOST).collect(),
            total,
        }
    }

    /// Those of these institutions that there are, with their names.
    fn named(backend: &Backend, ids: &[Uuid]) -> Vec<Institution> {
        let snapshot = backend.master_data.snapshot();
        let all = InstitutionType::ALL.into_iter().flat_map(|kind| snapshot.institutions(kind, "", usize::MAX).hits);
        all.filter(|(institution, _)| ids.contains(&institution.id))
            .map(|(institution, _)| (institution.id, institution.name))
            .collect()
    }
}

#[cfg(feature = "ssr")]
pub use handlers::{change_staff, resend_mail};

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::{
        Error, mail,
        staff::{self, Invitation},
    };
    use domain::{
        accounts::email::Email,
        issues::{Field, Issue, Problem},
        staff::StaffRole,
    };
    use serde::Deserialize;
    use uuid::Uuid;

    use super::fields::{self, Pair, value};
    use crate::{
        error::ApiError,
        forms::server::{Done, Post},
        state::Caller,
    };

    fn not_found() -> ApiError {
        ApiError::from(Error::NotFound)
    }

    /// `POST /admin`: invites, sets role and scope, disables, takes away; `tindak` says which, or the button of a row.
    pub async fn change_staff(Post { caller, form, answer }: Post<Vec<Pair>>) -> Response {
        let outcome = set_staff(&caller, &form).await;
        answer.send(outcome.map(|done| Done::go(format!("/admin?selesai={done}")))).await
    }

    /// Gives the word for what was done.
    async fn set_staff(caller: &Caller, form: &[Pair]) -> Result<&'static str, ApiError> {
        let (backend, actor) = (&caller.backend, caller.actor()?);
        if let Some(user_id) = fields::id(form, "aktifkan") {
            staff::set_disabled(backend, actor, user_id, false).await?;
            return Ok("aktif");
        }
        if let Some(invitation) = fields::id(form, "tarik") {
            staff::withdraw_invitation(backend, actor, invitation).await?;
            return Ok("ditarik");
        }
        let user_id = || fields::id(form, "petugas").ok_or_else(not_found);
        match value(form, "tindak") {
            Some("undang") => {
                let email = value(form, "email").unwrap_or_default();
                let (role, institutions) = role_and_scope(form, Email::parse(email).err())?;
                let invitation = Invitation { email: email.to_owned(), role: Some(role), institutions };
                staff::invite(backend, actor, &invitation).await?;
                Ok("diundang")
            }
            Some("ubah") => {
                let (role, institutions) = role_and_scope(form, None)?;
                staff::set_role(backend, actor, user_id()?, Some(role), &institutions).await?;
                Ok("diubah")
            }
            Some("cabut") => {
                staff::set_role(backend, actor, user_id()?, None, &[]).await?;
                Ok("dicabut")
            }
            Some("nonaktifkan") => {
                staff::set_disabled(backend, actor, user_id()?, true).await?;
                Ok("nonaktif")
            }
            _ => Err(not_found()),
        }
    }

    /// Role and scope as chosen; else all that is wrong with the form at once. To the use cases no institution means
    /// all of them, so that one must have been meant.
    fn role_and_scope(form: &[Pair], email: Option<Problem>) -> Result<(StaffRole, Vec<Uuid>), ApiError> {
        let role = fields::role(form);
        let scope = match (fields::national(form), fields::institutions(form)) {
            (Some(true), _) => Some(Vec::new()),
            (Some(false), chosen) if !chosen.is_empty() => Some(chosen),
            _ => None,
        };
        if let (None, Some(role), Some(scope)) = (&email, role, &scope) {
            return Ok((role, scope.clone()));
        }
        let missing = |field, is_missing: bool| is_missing.then(|| Issue::new(field, Problem::Missing));
        let issues = [
            email.map(|problem| Issue::new(Field::Email, problem)),
            missing(Field::StaffRole, role.is_none()),
            missing(Field::Scope, scope.is_none()),
        ];
        Err(ApiError::Invalid(issues.into_iter().flatten().collect()))
    }

    /// `POST /admin/surel`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct ResendForm {
        surel: String,
    }

    /// Sends a mail that was given up again.
    pub async fn resend_mail(Post { caller, form, answer }: Post<ResendForm>) -> Response {
        let outcome = async {
            let id = form.surel.parse().map_err(|_| not_found())?;
            mail::resend(&caller.backend, caller.actor()?, id).await?;
            Ok(Done::go("/admin/surel?selesai=dikirim"))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }
}
