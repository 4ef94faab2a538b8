//! Telling administrators that a role cannot be approved, since its check list is empty.

use domain::{accounts::email::Email, role::Role};
use uuid::Uuid;

use crate::{
    Backend,
    db::{fetch_all, fetch_one, literals::ADMINISTRATORS, sql},
    error::{Error, Result},
    mail::Mail,
    throttle::Scope,
};

/// Mails the active administrators that a verifier could not approve this application: once a day for a role, however many
/// try.
pub(super) async fn report(backend: &Backend, application_id: Uuid) -> Result<()> {
    let (role,): (String,) = {
        let mut conn = backend.db.read().await?;
        fetch_one!(conn, (String,), "SELECT role FROM applications WHERE id = $1", application_id)?
    };
    match backend.count_attempt(Scope::EmptyCheckList, &role).await {
        Ok(_) => {}
        Err(Error::Throttled(_)) => return Ok(()),
        Err(error) => return Err(error),
    }
    let role: Role = role.parse().map_err(Error::internal)?;
    let mut tx = backend.db.begin().await?;
    let administrators: Vec<(String, String)> = fetch_all!(
        tx,
        (String, String),
        sql!("SELECT name, email FROM users WHERE staff_role IN {ADMINISTRATORS} AND disabled_at IS NULL ORDER BY id")
    )?;
    for (name, email) in administrators {
        let recipient = Email::try_from(email).map_err(Error::internal)?;
        backend.post(&mut tx, &recipient, &Mail::CheckListEmpty { name, role }).await?;
    }
    tx.commit().await
}
