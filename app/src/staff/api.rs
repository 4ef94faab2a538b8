//! The staff: what the pages read, and the forms that they post.

pub mod invitation;

use domain::staff::view::{FoundInstitutions, StaffPage};
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// The staff page. `query` is the query of its address, without `?`.
#[server(name = StaffFn, prefix = "/api", endpoint = "admin/petugas", input = GetUrl)]
pub async fn staff(query: String) -> Result<StaffPage, ApiError> {
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let (members, invitations) = backend::staff::members(&caller.backend, actor).await?;
    let proposals = backend::staff::proposals(&caller.backend, actor).await?;
    let has_second = backend::staff::has_second(&caller.backend, actor).await?;
    let task = task::requested(&caller.backend, actor, &query, &members)?;
    Ok(StaffPage { task, members, invitations, proposals, has_second })
}

/// Searches institutions, for search as you type.
#[server(name = StaffInstitutionsFn, prefix = "/api", endpoint = "admin/instansi", input = GetUrl)]
pub async fn institutions(words: String) -> Result<FoundInstitutions, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::staff::find_institutions(&caller.backend, caller.actor()?, &words)?)
}

/// Reads the fields of a form or a query. The field of an institution is named `scope_` and its id.
#[cfg(feature = "ssr")]
mod fields {
    use domain::permission::StaffRole;
    use uuid::Uuid;

    /// A name and a value.
    pub type Pair = (String, String);

    /// The first value of a name.
    pub fn value<'f>(fields: &'f [Pair], name: &str) -> Option<&'f str> {
        fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The id in a field, if it is one.
    pub fn id(fields: &[Pair], name: &str) -> Option<Uuid> {
        value(fields, name)?.parse().ok()
    }

    /// The chosen role.
    pub fn role(fields: &[Pair]) -> Option<StaffRole> {
        value(fields, "staff_role")?.parse().ok()
    }

    /// `Some(true)` for all institutions, `Some(false)` for some, `None` if nothing is chosen.
    pub fn national(fields: &[Pair]) -> Option<bool> {
        match value(fields, "lingkup")? {
            "nasional" => Some(true),
            "instansi" => Some(false),
            _ => None,
        }
    }

    /// The ticked institutions.
    pub fn institutions(fields: &[Pair]) -> Vec<Uuid> {
        fields.iter().filter_map(|(name, _)| name.strip_prefix("scope_")?.parse().ok()).collect()
    }
}

/// The task in the address of the staff page.
#[cfg(feature = "ssr")]
mod task {
    use backend::{Actor, Backend, Error, staff};
    use domain::staff::view::{Member, RoleChoice, StaffTask};

    use super::fields::{self, Pair, value};
    use crate::error::ApiError;

    /// The task that `query` asks for.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is about somebody who is not a member.
    pub fn requested(
        backend: &Backend,
        actor: &Actor,
        query: &str,
        members: &[Member],
    ) -> Result<Option<StaffTask>, ApiError> {
        let query: Vec<Pair> = serde_urlencoded::from_str(query).unwrap_or_default();
        let member = || {
            let id = fields::id(&query, "petugas");
            let found = members.iter().find(|member| Some(member.id) == id);
            found.cloned().ok_or_else(|| ApiError::from(Error::NotFound))
        };
        Ok(Some(match value(&query, "tindak") {
            Some("undang") => StaffTask::Invite {
                email: value(&query, "email").unwrap_or_default().to_owned(),
                role: choice(backend, actor, &query)?,
            },
            Some("ubah") => {
                let member = member()?;
                // Without script, a search sends the whole form along.
                let searches = value(&query, "cari").is_some();
                let role = if searches { choice(backend, actor, &query)? } else { stored(&member) };
                StaffTask::Change { member, role }
            }
            Some("nonaktifkan") => StaffTask::Disable(member()?),
            Some("cabut") => StaffTask::Dismiss(member()?),
            _ => return Ok(None),
        }))
    }

    /// Role and scope as stored.
    fn stored(member: &Member) -> RoleChoice {
        RoleChoice {
            role: Some(member.role),
            national: Some(member.institutions.is_empty()),
            chosen: member.institutions.clone(),
            ..RoleChoice::default()
        }
    }

    /// Role and scope in the query, with the result of its search.
    fn choice(backend: &Backend, actor: &Actor, query: &[Pair]) -> Result<RoleChoice, ApiError> {
        let words = value(query, "cari").unwrap_or_default().to_owned();
        Ok(RoleChoice {
            role: fields::role(query),
            national: fields::national(query),
            chosen: staff::institutions_named(backend, &fields::institutions(query)),
            found: staff::find_institutions(backend, actor, &words)?,
            words,
        })
    }
}

#[cfg(feature = "ssr")]
pub use handlers::change_staff;

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::{
        Error,
        staff::{self, Appointed, Invitation},
    };
    use domain::{
        accounts::email::Email,
        issues::{Field, Issue, Problem},
        permission::StaffRole,
    };
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

    /// `POST /admin`: every change of the staff. The field `tindak` or the button of a row says which.
    pub async fn change_staff(Post { caller, form, answer }: Post<Vec<Pair>>) -> Response {
        let outcome = set_staff(&caller, &form).await;
        answer.send(outcome.map(|done| Done::go(format!("/admin?selesai={done}")))).await
    }

    /// Returns the key of the banner that says what was done.
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
        if let Some(proposal) = fields::id(form, "kukuhkan") {
            staff::confirm(backend, actor, proposal).await?;
            return Ok("dikukuhkan");
        }
        if let Some(proposal) = fields::id(form, "tarik-usulan") {
            staff::withdraw_proposal(backend, actor, proposal).await?;
            return Ok("usulan-ditarik");
        }
        let user_id = || fields::id(form, "petugas").ok_or_else(not_found);
        let done = |appointed: Appointed, key| match appointed {
            Appointed::AtOnce => key,
            Appointed::Proposed => "diusulkan",
        };
        match value(form, "tindak") {
            Some("undang") => {
                let email = value(form, "email").unwrap_or_default();
                let (role, institutions) = role_and_scope(form, Email::parse(email).err())?;
                let invitation = Invitation { email: email.to_owned(), role: Some(role), institutions };
                Ok(done(staff::invite(backend, actor, &invitation).await?, "diundang"))
            }
            Some("ubah") => {
                let (role, institutions) = role_and_scope(form, None)?;
                Ok(done(staff::set_role(backend, actor, user_id()?, Some(role), &institutions).await?, "diubah"))
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

    /// The chosen role and scope, or all issues of the form at once. For the use cases, no institution means all of them,
    /// so an empty list must not pass for a choice.
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
}
