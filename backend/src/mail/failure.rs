//! Why a mail was not sent, and how far its conversation came.

use std::sync::atomic::{AtomicU8, Ordering};

use domain::mail::ParkedCause;

/// Why a mail was not sent.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The mail server talks to nobody: no connection, or a refusal before it heard of a recipient. Every mail waits for
    /// it; the first success makes them due.
    #[error("{0}")]
    Server(String),
    /// This mail was not taken for now.
    #[error("{0}")]
    Later(String),
    /// The recipient or the content was refused for good (5xx).
    #[error("{1}")]
    Refused(ParkedCause, String),
    /// This version of the program cannot make a mail of what is stored.
    #[error("{0}")]
    Unsendable(String),
    /// The link expired before the mail could be sent.
    #[error("the link of the mail has expired")]
    Expired,
    /// The conversation was given up before its content was sent.
    #[error("given up before its content was sent")]
    Abandoned,
}

/// How far a conversation has come. Both the conversation and those who may abandon it move it on.
#[derive(Default)]
pub(super) struct Progress(AtomicU8);

/// The server has not heard of a recipient yet.
const AT_SERVER: u8 = 0;
const AT_RECIPIENT: u8 = 1;
/// From here on the server may take the mail: it must be listened to.
const CONTENT: u8 = 2;
const ABANDONED: u8 = 3;

impl Progress {
    fn step(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    pub(super) fn reach_recipient(&self) {
        self.step(AT_SERVER, AT_RECIPIENT);
    }

    /// Returns false if the conversation was abandoned: then the content must not be sent.
    pub(super) fn begin_content(&self) -> bool {
        self.step(AT_RECIPIENT, CONTENT)
    }

    /// Returns false if the content is being sent already: then the mail may arrive.
    pub(super) fn abandon(&self) -> bool {
        self.step(AT_SERVER, ABANDONED) || self.step(AT_RECIPIENT, ABANDONED)
    }

    pub(super) fn is_at_server(&self) -> bool {
        self.0.load(Ordering::SeqCst) == AT_SERVER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abandoned_conversation_sends_no_content_and_begun_content_is_not_abandoned() {
        let progress = Progress::default();
        assert!(progress.abandon() && !progress.begin_content());
        let progress = Progress::default();
        progress.reach_recipient();
        assert!(!progress.is_at_server() && progress.begin_content() && !progress.abandon());
    }
}
