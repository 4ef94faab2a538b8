//! What the page of parked mails reads.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Timestamp;

/// A parked mail. Its body is not shown to administrators: its link may still open an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedMail {
    pub id: Uuid,
    pub recipient: String,
    /// `None` if this version of the program cannot read the mail.
    pub subject: Option<String>,
    pub attempts: u32,
    /// The last answer of the mail server.
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    /// The link has expired and its token was removed, so the mail cannot be resent.
    pub over: bool,
}
