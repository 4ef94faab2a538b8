//! What an attempt to sign in counts as. Failures slow down who guesses: the pair of account and network, and the network.
//! They never lock the owner out (`docs/adr/0017-request-limits.md`): a known device has an allowance of its own, and when
//! an account is guessed at from many networks, each network waits a minute for its turn.

use crate::{
    Backend, Origin,
    db::Tx,
    error::{Error, Result},
    network::Network,
    throttle::{self, Scope, within},
};

/// An attempt that was counted.
pub(super) struct Attempt {
    /// From the narrowest to the widest, always in this order: two attempts never wait for each other.
    counted: Vec<(Scope, String)>,
}

impl Attempt {
    /// Counts an attempt before it is made. `device` names a device that the account knows. If a limit is reached, nothing
    /// is counted.
    ///
    /// # Errors
    /// [`Error::Throttled`].
    pub async fn begin(backend: &Backend, email: &str, origin: &Origin, device: Option<&str>) -> Result<Self> {
        let now = backend.world.now();
        let mut tx = backend.db.begin().await?;
        let counted = match device {
            Some(device) => vec![(Scope::SignInDevice, pair(email, device))],
            None => {
                if throttle::is_used_up(&mut tx, now, Scope::SignInAnywhere, email).await? {
                    let turn = pair(email, &Network::of(origin.address).key());
                    let turn = throttle::take_turn(&mut tx, now, Scope::SignInTurn, &turn).await?;
                    if let Err(until) = turn {
                        tx.commit().await?;
                        return Err(Error::Throttled(until));
                    }
                }
                from_network(email, origin)
            }
        };
        for (scope, key) in &counted {
            throttle::count(&mut tx, now, *scope, key).await?;
        }
        let mut attempt = Self { counted };
        if device.is_none() {
            // Beyond the limit of the account alone, the turns limit.
            within(throttle::count(&mut tx, now, Scope::SignInAnywhere, email).await)?;
            attempt.counted.push((Scope::SignInAnywhere, email.to_owned()));
        }
        tx.commit().await?;
        Ok(attempt)
    }

    /// Forgets the failures of this device after a correct password. Of the wider counts only this attempt is taken back:
    /// whoever has one account must not get tries at others with it.
    pub async fn succeed(&self, tx: &mut Tx) -> Result<()> {
        for (scope, key) in &self.counted {
            match scope {
                Scope::SignInDevice | Scope::SignIn => throttle::forget(tx, *scope, key).await?,
                _ => throttle::uncount(tx, *scope, key).await?,
            }
        }
        Ok(())
    }

    /// Takes the attempt back, because the password was not looked at.
    pub async fn take_back(&self, backend: &Backend) -> Result<()> {
        let mut tx = backend.db.begin().await?;
        for (scope, key) in &self.counted {
            throttle::uncount(&mut tx, *scope, key).await?;
        }
        tx.commit().await
    }
}

/// Forgets the failures at an account here and anywhere, because the person has proved that it is theirs.
pub(super) async fn forget(tx: &mut Tx, email: &str, origin: &Origin) -> Result<()> {
    let network = Network::of(origin.address);
    throttle::forget(tx, Scope::SignInTurn, &pair(email, &network.key())).await?;
    throttle::forget(tx, Scope::SignIn, &pair(email, &network.key())).await?;
    throttle::forget(tx, Scope::SignInWide, &pair(email, &network.wide_key())).await?;
    throttle::forget(tx, Scope::SignInAnywhere, email).await
}

fn from_network(email: &str, origin: &Origin) -> Vec<(Scope, String)> {
    let network = Network::of(origin.address);
    let (narrow, wide) = (network.key(), network.wide_key());
    vec![
        (Scope::SignIn, pair(email, &narrow)),
        (Scope::SignInWide, pair(email, &wide)),
        (Scope::SignInNetwork, narrow),
        (Scope::SignInWideNetwork, wide),
    ]
}

/// The key of an account together with a device or network. An address holds no space.
fn pair(email: &str, with: &str) -> String {
    format!("{email} {with}")
}
