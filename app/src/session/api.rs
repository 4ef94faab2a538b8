//! Asks who is signed in.

use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

pub use domain::accounts::view::Me;

use crate::error::ApiError;

/// The person who is signed in, if any.
#[server(name = MeFn, prefix = "/api", endpoint = "saya", input = GetUrl)]
pub async fn me() -> Result<Option<Me>, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(caller.actor.as_ref().map(backend::Actor::me))
}
