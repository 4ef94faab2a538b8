//! What was refused, for operators: a line in the log, and a counter on which an alarm can stand.
//!
//! Refusals never go into the audit trail. Strangers cause them, and a trail that cannot be deleted would grow as they
//! like.

use uuid::Uuid;

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A sign-in with a wrong password, or for an account that does not exist or is disabled.
    SignIn,
    /// An attempt beyond a limit, or work beyond what the server can do now.
    Limit,
    /// A request that changes something and comes from another site.
    Origin,
    /// A platform that did not authenticate.
    Client,
    /// A verdict that somebody may not give, or no longer.
    Verdict,
}

impl Kind {
    /// The value of the label `kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Limit => "limit",
            Self::Origin => "origin",
            Self::Client => "client",
            Self::Verdict => "verdict",
        }
    }
}

/// Counts and logs a refusal. `reason` is a word of ours, never text from outside: each value is a time series.
pub fn refused(kind: Kind, reason: &'static str) {
    refused_to(kind, reason, None);
}

/// [`refused`], with the person or the account that it concerns in the log.
pub fn refused_to(kind: Kind, reason: &'static str, account: Option<Uuid>) {
    metrics::counter!("gerbang_refusals_total", "kind" => kind.as_str(), "reason" => reason).increment(1);
    let account = account.map(tracing::field::display);
    tracing::warn!(kind = kind.as_str(), reason, account, "refused");
}
