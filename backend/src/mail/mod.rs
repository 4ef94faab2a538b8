//! Mail: written into the outbox in the transaction of its cause, sent by workers, retried until it is through.

mod message;
mod outbox;
mod parked;
mod transport;

use domain::{
    accounts::email::Email, role::Role, staff::StaffRole, time::Timestamp, validity::Validity, verification::Mark,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use message::Rendered;
pub use outbox::{Delivery, Mailbox, SentMail, Status, recent, run, send_due};
pub(crate) use outbox::{MOST_ATTEMPTS, forget_secrets, wait};
pub use parked::{ParkedMail, parked, resend};
pub use transport::{Failure, Transport};

use crate::{
    Backend,
    db::{Tx, execute},
    error::Result,
};

/// A mail by its occasion, with what its text needs. Kept as JSON in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Mail {
    /// A sign-up; the link confirms the address.
    ConfirmEmail { name: String, token: String },
    /// A sign-up with an address that already has an account.
    AlreadyRegistered { name: String },
    /// A forgotten password; the link sets a new one.
    ResetPassword { name: String, token: String },
    /// A forgotten password of an address without an account.
    NoAccount,
    /// The password was changed.
    PasswordChanged { name: String },
    /// An application was sent (guide step 13).
    Submitted { name: String, case: Case, due: ::time::Date },
    /// An application was approved (guide step 14).
    Approved { name: String, case: Case },
    /// An application was rejected (guide step 15).
    Rejected { name: String, case: Case, reason: String },
    /// An application is to be repaired (**Minta Perbaikan**).
    Returned { name: String, case: Case, marks: Vec<Mark>, text: Option<String> },
    /// A decided application was opened again; `revoked` says that it takes an access away.
    Reopened { name: String, case: Case, reason: String, revoked: bool },
    /// An access ends in so many days.
    AccessEnding { name: String, access: Uuid, role: Role, work_unit: String, last_day: ::time::Date, days: i64 },
    /// An invitation to the staff; the link makes the account.
    StaffInvited { invited_by: String, role: StaffRole, token: String },
    /// Somebody with an account became a member of the staff.
    StaffRoleGiven { name: String, role: StaffRole },
    /// To an administrator: a verifier cannot approve applications for this role, since its check list is empty.
    CheckListEmpty { name: String, role: Role },
    /// To the help desk: a message of the form.
    HelpRequest { reference: String, name: String, email: String, context: String, message: String },
    /// To the person: the message was taken.
    HelpReceived { name: String, reference: String, message: String },
}

/// What mails about an application say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The application.
    pub id: Uuid,
    /// Its number.
    pub reference: String,
    /// The role applied for.
    pub role: Role,
    /// Name of the work unit, or of the company.
    pub work_unit: String,
    /// Name of the institution; of a supplier, the number of the company.
    pub institution: String,
    /// The period of the role; of a supplier none before the approval.
    pub validity: Option<Validity>,
}

impl Mail {
    /// This mail without the secret that its link carries.
    fn without_secret(mut self) -> Self {
        if let Self::ConfirmEmail { token, .. } | Self::ResetPassword { token, .. } | Self::StaffInvited { token, .. } =
            &mut self
        {
            token.clear();
        }
        self
    }

    /// Whom an answer goes to, where that is not us.
    fn reply_to(&self) -> Option<&str> {
        match self {
            Self::HelpRequest { email, .. } => Some(email),
            _ => None,
        }
    }
}

impl Backend {
    /// Writes a mail into the outbox; it leaves once `tx` is committed, or never.
    ///
    /// # Errors
    /// If the database refuses.
    pub(crate) async fn post(&self, tx: &mut Tx, recipient: &Email, mail: &Mail) -> Result<()> {
        self.post_at(tx, recipient, mail, self.world.now()).await?;
        Ok(())
    }

    /// Writes a mail that leaves at `due` at the earliest; gives its row, so that it can be cancelled until then.
    ///
    /// # Errors
    /// If the database refuses.
    pub(crate) async fn post_at(&self, tx: &mut Tx, recipient: &Email, mail: &Mail, due: Timestamp) -> Result<Uuid> {
        let id = self.world.id();
        execute!(
            tx,
            "INSERT INTO outbox (id, recipient, language, content, status, attempts, due_at, created_at)
             VALUES ($1, $2, 'id', $3, 'pending', 0, $4, $5)",
            id,
            recipient.as_str(),
            sqlx::types::Json(mail),
            due.micros(),
            self.world.now().micros()
        )?;
        tx.ring(&self.outbox_bell);
        Ok(id)
    }

    /// Keeps a mail from leaving; false if it was taken up already.
    ///
    /// # Errors
    /// If the database refuses.
    pub(crate) async fn cancel_mail(&self, tx: &mut Tx, id: Uuid) -> Result<bool> {
        let changed = execute!(
            tx,
            "UPDATE outbox SET status = 'cancelled' WHERE id = $1 AND status = 'pending' AND attempts = 0",
            id
        )?;
        Ok(changed > 0)
    }

    /// Keeps a mail whose cause was overruled from leaving, also after tries that failed. What a worker is sending at
    /// this moment may get through all the same; otherwise it is not tried again.
    ///
    /// # Errors
    /// If the database refuses.
    pub(crate) async fn overrule_mail(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        execute!(tx, "UPDATE outbox SET status = 'cancelled' WHERE id = $1 AND status IN ('pending', 'parked')", id)?;
        Ok(())
    }
}
