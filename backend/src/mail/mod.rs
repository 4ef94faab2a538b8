//! Mail: written into the outbox in the transaction of its cause, sent by workers, retried until it is through.

mod message;
mod outbox;
mod transport;

use domain::{email::Email, role::Role, time::Timestamp, validity::Validity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use message::Rendered;
pub(crate) use outbox::forget_secrets;
pub use outbox::{Delivery, Mailbox, SentMail, Status, recent, run, send_due};
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
    /// Name of the work unit.
    pub work_unit: String,
    /// Name of the institution.
    pub institution: String,
    /// The period of the role.
    pub validity: Validity,
}

impl Mail {
    /// This mail without the secret that its link carries.
    fn without_secret(mut self) -> Self {
        if let Self::ConfirmEmail { token, .. } | Self::ResetPassword { token, .. } = &mut self {
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
        let now: Timestamp = self.world.now();
        execute!(
            tx,
            "INSERT INTO outbox (id, recipient, language, content, status, attempts, due_at, created_at)
             VALUES ($1, $2, 'id', $3, 'pending', 0, $4, $4)",
            self.world.id(),
            recipient.as_str(),
            sqlx::types::Json(mail),
            now.micros()
        )?;
        tx.ring(&self.outbox_bell);
        Ok(())
    }
}
