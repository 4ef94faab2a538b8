//! What the page of parked mails reads.

use std::fmt;

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
    pub cause: ParkedCause,
    /// The last answer of the mail server.
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    /// The link has expired, so the mail cannot be resent.
    pub over: bool,
}

/// The parked mails of one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedGroup {
    pub cause: ParkedCause,
    pub count: u64,
    /// How many of them can be resent: those without a link, or with one that still holds.
    pub resendable: u64,
    /// The newest of them, newest first.
    pub mails: Vec<ParkedMail>,
}

/// Why a mail is not sent any more. Written and read as its text, in the database and in forms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum ParkedCause {
    /// The mail server refused the recipient; with its reply code and, if it gave one, its enhanced status code
    /// (RFC 3463): `550 5.1.1`.
    Recipient(String),
    /// The mail server refused the content of the mail; with its codes.
    Content(String),
    /// It failed again and again, for days.
    TooLong,
    /// This version of the program cannot make a mail of what is stored.
    Unsendable,
    /// Its link expired before it could be sent.
    Expired,
    /// Parked by a version that kept no cause.
    Unknown,
}

impl fmt::Display for ParkedCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recipient(codes) => write!(f, "recipient {codes}"),
            Self::Content(codes) => write!(f, "content {codes}"),
            Self::TooLong => f.write_str("too_long"),
            Self::Unsendable => f.write_str("unsendable"),
            Self::Expired => f.write_str("expired"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

impl From<ParkedCause> for String {
    fn from(cause: ParkedCause) -> Self {
        cause.to_string()
    }
}

impl From<String> for ParkedCause {
    /// A text that names no cause is [`Unknown`](Self::Unknown).
    fn from(text: String) -> Self {
        match text.split_once(' ') {
            Some(("recipient", codes)) => Self::Recipient(codes.to_owned()),
            Some(("content", codes)) => Self::Content(codes.to_owned()),
            None if text == "too_long" => Self::TooLong,
            None if text == "unsendable" => Self::Unsendable,
            None if text == "expired" => Self::Expired,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cause_is_read_back_from_its_text() {
        let causes = [
            ParkedCause::Recipient("550 5.1.1".to_owned()),
            ParkedCause::Content("554".to_owned()),
            ParkedCause::TooLong,
            ParkedCause::Unsendable,
            ParkedCause::Expired,
            ParkedCause::Unknown,
        ];
        for cause in causes {
            assert_eq!(ParkedCause::from(cause.to_string()), cause);
        }
        assert_eq!(ParkedCause::from("' OR 1 = 1".to_owned()), ParkedCause::Unknown);
    }
}
