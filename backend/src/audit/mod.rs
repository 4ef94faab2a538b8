//! The audit trail: what was done, by whom, from where. Events are appended in the transaction of their cause and never
//! changed. `db::trail` chains them by hashes at the commit; [`verify`] checks the chain, and anchors that were signed before
//! prove that it is the same chain.

mod action;
mod anchor;
mod chain;
mod export;

use std::net::IpAddr;

use serde::Serialize;
use uuid::Uuid;

pub use action::Action;
pub use anchor::{Anchor, anchor, public_key};
pub use chain::{Against, Broken, Fault, Misfit, Verified, verify, verify_against, verify_chain};
pub use export::export;

use crate::{
    Actor, Backend,
    db::{Tx, trail::Event},
    error::Result,
};

/// Who acted: the person and the network address of their device, where known.
#[derive(Clone, Debug)]
pub struct Who {
    user_id: Option<Uuid>,
    address: Option<String>,
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Self {
        Self { user_id: Some(actor.user_id), address: Some(actor.address.to_string()) }
    }
}

impl Who {
    /// A person without a session.
    pub fn at(user_id: Option<Uuid>, address: IpAddr) -> Self {
        Self { user_id, address: Some(address.to_string()) }
    }

    /// No person: a job, or the operator on the command line.
    pub const fn nobody() -> Self {
        Self { user_id: None, address: None }
    }
}

impl Backend {
    /// Appends an event to the audit trail when `tx` commits. `subject` is the row it is about; `detail` is stored as JSON
    /// and must contain no secret.
    ///
    /// # Errors
    /// If `detail` cannot be written as JSON.
    pub(crate) fn record(
        &self,
        tx: &mut Tx,
        who: impl Into<Who>,
        action: Action,
        subject: Option<Uuid>,
        detail: impl Serialize,
    ) -> Result<()> {
        let who = who.into();
        tx.record(Event {
            id: self.world.id(),
            at: self.world.now(),
            actor_id: who.user_id,
            address: who.address,
            action: action.as_str(),
            subject,
            detail: serde_json::to_string(&detail)?,
        });
        Ok(())
    }
}
