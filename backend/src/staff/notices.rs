//! Tells members of the staff what they lost.

use domain::{accounts::email::Email, indonesian::date_time, permission::StaffRole, time::Zone};
use uuid::Uuid;

use crate::{
    Backend,
    db::{Tx, fetch_optional},
    error::{Error, Result},
    mail::Mail,
};

/// An account before its role changes.
#[derive(sqlx::FromRow)]
pub(super) struct Before {
    #[sqlx(try_from = "String")]
    email: Email,
    name: String,
    #[sqlx(try_from = "String")]
    zone: Zone,
    staff_role: Option<String>,
}

impl Before {
    /// The account as it is now; `None` if there is none.
    pub async fn read(tx: &mut Tx, user_id: Uuid) -> Result<Option<Self>> {
        let sql = "SELECT email, name, zone, staff_role FROM users WHERE id = $1";
        Ok(fetch_optional!(tx, Self, sql, user_id)?)
    }

    /// Writes a mail if the account may do less with the role `now`.
    pub async fn tell(self, backend: &Backend, tx: &mut Tx, now: Option<StaffRole>) -> Result<()> {
        let before: Option<StaffRole> =
            self.staff_role.map(StaffRole::try_from).transpose().map_err(Error::internal)?;
        if let Some(before) = before.filter(|before| before.exceeds(now)) {
            let at = date_time(backend.world.now(), self.zone);
            let mail = Mail::StaffRoleLost { name: self.name, before, now, at };
            backend.post_within_budget(tx, &self.email, &mail, None).await?;
        }
        Ok(())
    }
}
