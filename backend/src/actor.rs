//! Who asks, and from where.

use std::{collections::HashSet, net::IpAddr, sync::Arc};

use domain::{
    accounts::email::Email,
    staff::{Permission, StaffRole},
    time::Zone,
};
use uuid::Uuid;

use crate::{
    db::{Conn, Tx, fetch_all, fetch_optional},
    error::{Error, Result},
};

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The address of the person's device, as far as it can be known.
    pub address: IpAddr,
    /// What the browser says of itself, at most 300 characters.
    pub user_agent: String,
}

/// Where a member of the staff acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On every institution.
    National,
    /// On these alone.
    Institutions(Arc<HashSet<Uuid>>),
}

impl Scope {
    /// Whether an institution is within it. What belongs to none, such as a supplier, is national.
    pub fn covers(&self, institution: impl Into<Option<Uuid>>) -> bool {
        match self {
            Self::National => true,
            Self::Institutions(ids) => institution.into().is_some_and(|id| ids.contains(&id)),
        }
    }

    /// That of a person, who may be `national`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(crate) async fn read(conn: &mut Conn, user_id: Uuid, national: bool) -> Result<Self> {
        if national {
            return Ok(Self::National);
        }
        let ids: Vec<(Uuid,)> =
            fetch_all!(conn, (Uuid,), "SELECT institution_id FROM staff_institutions WHERE user_id = $1", user_id)?;
        Ok(Self::Institutions(Arc::new(ids.into_iter().map(|(id,)| id).collect())))
    }
}

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person.
    pub user_id: Uuid,
    /// The session that speaks.
    pub session_id: Uuid,
    /// Name, as on the account.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The person's time zone.
    pub zone: Zone,
    /// What they are of the staff, if anything.
    pub staff_role: Option<StaffRole>,
    /// Where they act as one of the staff.
    pub scope: Scope,
    /// Where the request comes from.
    pub address: IpAddr,
}

impl Actor {
    /// The person's address, for a mail to them.
    ///
    /// # Errors
    /// If what is stored is no address.
    pub(crate) fn recipient(&self) -> Result<Email> {
        Email::try_from(self.email.clone()).map_err(Error::internal)
    }

    /// Passes if the person has `permission`.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// The person as they are stored now, if they still have `permission`; for the rest of `tx` to go on with. Between
    /// the beginning of a request and that of its transaction, which on SQLite may wait seconds for the writer, they
    /// may have been disabled, or have lost their role or a part of their scope.
    ///
    /// On SQLite it holds until the end of `tx`. On PostgreSQL nothing is locked, since two verifiers who act on each
    /// other's applications would wait for each other: what is committed after this goes unseen, unless `tx` has locked
    /// the person's row already.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub(crate) async fn recheck(&self, tx: &mut Tx, permission: Permission) -> Result<Self> {
        let row: Option<(String, bool)> = fetch_optional!(
            tx,
            (String, bool),
            "SELECT staff_role, staff_national FROM users
             WHERE id = $1 AND disabled_at IS NULL AND staff_role IS NOT NULL",
            self.user_id
        )?;
        let (role, national) = row.ok_or(Error::Forbidden)?;
        let role = StaffRole::try_from(role).map_err(Error::internal)?;
        let scope = Scope::read(tx, self.user_id, national).await?;
        let actor = Self { staff_role: Some(role), scope, ..self.clone() };
        actor.require(permission)?;
        Ok(actor)
    }

    /// Whether the person has `permission`.
    pub fn may(&self, permission: Permission) -> bool {
        self.staff_role.is_some_and(|role| role.may(permission))
    }
}
