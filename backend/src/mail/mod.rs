//! Mail. A use case writes it into the outbox in its own transaction; workers send it and retry.

mod budget;
mod delivery;
mod message;
mod outbox;
mod parked;
mod templates;
#[cfg(test)]
mod tests;
mod transport;

pub use delivery::{Delivery, Mailbox, run, send_due};
pub(crate) use delivery::{MOST_ATTEMPTS, wait};
pub use message::{Case, Mail};
pub(crate) use outbox::{LONGEST_LINK, forget_secrets, reseal};
pub use outbox::{SentMail, Status, recent};
pub use parked::{parked, resend};
pub use templates::RenderedMail;
pub use transport::{Failure, Transport};
