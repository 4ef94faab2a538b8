//! Mail. A use case writes it into the outbox in its own transaction; workers send it and retry.

mod backoff;
mod budget;
mod delivery;
mod failure;
mod message;
mod outbox;
mod parked;
mod queue;
mod smtp;
mod templates;
#[cfg(test)]
mod tests;
mod transport;
mod workers;

pub(crate) use backoff::{MOST_ATTEMPTS, wait};
pub use delivery::{Delivery, Mailbox, send_due};
pub use failure::Failure;
pub use message::{Case, Mail};
pub(crate) use outbox::{LONGEST_LINK, forget_secrets, reseal};
pub use outbox::{SentMail, Status, recent};
pub use parked::{parked, parked_groups, resend, resend_all};
pub use smtp::Limits;
pub use templates::RenderedMail;
pub use transport::Transport;
pub use workers::run;
