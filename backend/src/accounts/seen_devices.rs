//! The devices from which people signed in lately, so that the desk sees accounts that share one.
//!
//! A device is a network and a browser: the network address of a sign-in and its header `User-Agent`, stored as one hash.
//! Colleagues behind one address with the same browser look like one device, so this is a hint and never a reason to
//! refuse.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    Backend, Origin,
    db::{Tx, execute},
    error::Result,
    network::Network,
    secrets::sha256,
};

/// How long a device is remembered after a sign-in.
pub(crate) const DEVICE_MEMORY: Duration = Duration::from_secs(30 * 24 * 3600);

/// Remembers the device of a sign-in.
pub(super) async fn remember(backend: &Backend, tx: &mut Tx, user_id: Uuid, origin: &Origin) -> Result<()> {
    // Behind a proxy that is not trusted, everybody comes from this machine: that tells nothing.
    if origin.address.to_canonical().is_loopback() {
        return Ok(());
    }
    let device = sha256(format!("{}\n{}", Network::of(origin.address).key(), origin.user_agent).as_bytes());
    execute!(
        tx,
        "INSERT INTO seen_devices (user_id, device, seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, device) DO UPDATE SET seen_at = excluded.seen_at",
        user_id,
        device,
        backend.world.now().micros()
    )?;
    Ok(())
}

/// Deletes the devices that were not seen for [`DEVICE_MEMORY`].
pub(super) async fn forget_old(backend: &Backend, tx: &mut Tx) -> Result<()> {
    let since = backend.world.now().minus(DEVICE_MEMORY);
    execute!(tx, "DELETE FROM seen_devices WHERE seen_at <= $1", since.micros())?;
    Ok(())
}
