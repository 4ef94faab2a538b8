//! The person who acts, with their staff role and scope, and where the request comes from.

use std::{collections::HashSet, net::IpAddr, sync::Arc};

use domain::{
    accounts::{email::Email, person::initials, view::Me},
    permission::{Permission, StaffRole},
    time::Zone,
};
use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    db::{Conn, Tx, fetch_all, fetch_optional},
    error::{Error, Result},
};

/// The device that a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The network address, as far as it can be known.
    pub address: IpAddr,
    /// The header `User-Agent`, at most 300 characters.
    pub user_agent: String,
    /// The cookie of a device that signed in before ([`devices`](crate::accounts::devices)), as presented.
    pub device: Option<SecretString>,
}

/// The institutions that a member of the staff acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    National,
    /// Some of them.
    Institutions(Arc<HashSet<Uuid>>),
}

impl Scope {
    /// True if the institution is in the scope. `None`, as for a supplier, is in the national scope only.
    pub fn covers(&self, institution: impl Into<Option<Uuid>>) -> bool {
        match self {
            Self::National => true,
            Self::Institutions(ids) => institution.into().is_some_and(|id| ids.contains(&id)),
        }
    }

    /// Reads the scope of a person. `national` comes from the row of the user.
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
    pub user_id: Uuid,
    /// The session that sent the request.
    pub session_id: Uuid,
    pub name: String,
    pub email: String,
    pub zone: Zone,
    /// `None` if they are not a member of the staff.
    pub staff_role: Option<StaffRole>,
    /// Where they act as a member of the staff.
    pub scope: Scope,
    /// The network address of the request.
    pub address: IpAddr,
}

impl Actor {
    /// The recipient of a mail to the person.
    ///
    /// # Errors
    /// If the stored text is not an address.
    pub(crate) fn recipient(&self) -> Result<Email> {
        Email::try_from(self.email.clone()).map_err(Error::internal)
    }

    /// Fails if the person lacks `permission`.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Reads role and scope again inside `tx`, and fails if the person has lost `permission`. The rest of `tx` must use the
    /// result. Between the start of a request and its transaction, which may wait seconds for SQLite's writer, the account
    /// may have been disabled, or its role or scope changed.
    ///
    /// With SQLite the result stays true until the end of `tx`. With PostgreSQL nothing is locked, because two verifiers who
    /// act on each other's applications would wait for each other: a later commit goes unnoticed, unless `tx` has locked the
    /// person's row already.
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

    /// The person, for the pages.
    pub fn me(&self) -> Me {
        Me {
            name: self.name.clone(),
            initials: initials(&self.name),
            email: self.email.clone(),
            zone: self.zone,
            verifies: self.may(Permission::Verify),
            administers: self.may(Permission::Administer),
        }
    }

    /// True if the person has `permission`.
    pub fn may(&self, permission: Permission) -> bool {
        self.staff_role.is_some_and(|role| role.may(permission))
    }
}
