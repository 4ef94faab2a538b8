//! The limits of trying usernames and passwords at SiRUP.
//!
//! A person and a network have a number of tries. A username has more of them, and pauses soon end, because whoever tries
//! somebody else's username must not keep its owner out: a person's first try passes whatever others did with the username.

use domain::{
    applications::sirup::{ATTEMPTS, SirupAccount},
    issues::{Field, Problem, link_failure::LinkFailure},
};

use crate::{
    Actor, Backend,
    error::{Error, Result},
    network::Network,
    sirup::Asker,
    throttle::Scope,
};

/// A try that was counted, before it is made.
pub(super) struct Attempt {
    pub(super) asker: Asker,
    person: String,
    /// The username as it is tried from this network.
    here: String,
    /// How many tries are left before a pause.
    pub(super) left: u32,
}

impl Attempt {
    /// Counts a try.
    ///
    /// # Errors
    /// [`LinkFailure::Paused`] if there were too many; then nothing is counted for the person.
    pub(super) async fn count(backend: &Backend, actor: &Actor, username: &str) -> Result<Self> {
        let asker = Asker {
            person: actor.user_id,
            network: Network::of(actor.address).key(),
            username: SirupAccount::key(username),
        };
        let (person, here) = (actor.user_id.to_string(), format!("{}\n{}", asker.username, asker.network));
        let left = backend.count_attempt(Scope::SirupPerson, &person).await.map_err(paused)?;
        let mut attempt = Self { asker, person, here, left };
        let is_first = left + 1 == ATTEMPTS;
        match backend.count_attempt(Scope::SirupNetwork, &attempt.asker.network).await {
            Ok(left) => attempt.left = attempt.left.min(left),
            // A whole office may share its address: nobody there loses their own first try to the others.
            Err(Error::Throttled(_)) if is_first => attempt.left = 0,
            Err(error) => {
                backend.uncount_attempt(Scope::SirupPerson, &attempt.person).await?;
                return Err(paused(error));
            }
        }
        for (scope, key) in attempt.of_username() {
            match backend.count_attempt(scope, key).await {
                Err(Error::Throttled(_)) if is_first => {}
                Err(error) => {
                    attempt.uncount(backend).await?;
                    return Err(paused(error));
                }
                Ok(_) => {}
            }
        }
        Ok(attempt)
    }

    fn of_username(&self) -> [(Scope, &str); 2] {
        [(Scope::SirupUsername, &self.asker.username), (Scope::SirupUsernameHere, &self.here)]
    }

    /// Takes the try back for person and network: it was no guess, or was not made.
    async fn uncount(&self, backend: &Backend) -> Result<()> {
        backend.uncount_attempt(Scope::SirupPerson, &self.person).await?;
        backend.uncount_attempt(Scope::SirupNetwork, &self.asker.network).await
    }

    /// SiRUP did not answer: no try is used up.
    pub(super) async fn was_not_answered(&self, backend: &Backend) -> Result<()> {
        self.uncount(backend).await?;
        for (scope, key) in self.of_username() {
            backend.uncount_attempt(scope, key).await?;
        }
        Ok(())
    }

    /// The password was right. Only this try of the person is taken back: whoever has one account must not get tries at
    /// others with it.
    pub(super) async fn was_right(&self, backend: &Backend) -> Result<()> {
        self.uncount(backend).await?;
        for (scope, key) in self.of_username() {
            backend.forget_attempts(scope, key).await?;
        }
        Ok(())
    }
}

fn paused(error: Error) -> Error {
    match error {
        Error::Throttled(until) => Error::invalid(Field::SirupUsername, Problem::Sirup(LinkFailure::Paused { until })),
        other => other,
    }
}
