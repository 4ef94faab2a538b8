//! Who is signed in.

use domain::time::Zone;
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// The person who is signed in, as far as every page needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Full name.
    pub name: String,
    /// Two letters for a small surface.
    pub initials: String,
    /// E-mail address.
    pub email: String,
    /// Time zone, for every time on screen.
    pub zone: Zone,
    /// Whether the desk is theirs to open.
    pub verifies: bool,
    /// Whether they run the product.
    pub administers: bool,
}

/// The person who is signed in, if anybody is.
#[server(name = MeFn, prefix = "/api", endpoint = "saya", input = GetUrl)]
pub async fn me() -> Result<Option<Me>, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(caller.actor.map(|actor| Me {
        initials: domain::accounts::person::initials(&actor.name),
        verifies: actor.may(domain::staff::Permission::Verify),
        administers: actor.may(domain::staff::Permission::Administer),
        name: actor.name,
        email: actor.email,
        zone: actor.zone,
    }))
}
