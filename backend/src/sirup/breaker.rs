//! The circuit breaker: after failures of several people, SiRUP is left alone for a while.

use std::time::Duration;

use domain::time::Timestamp;
use uuid::Uuid;

/// It opens when this many people, with as many usernames and networks, had no answer one after another.
const BREAK_AFTER: usize = 3;
/// How long it stays open.
const BREAK: Duration = Duration::from_secs(15);
/// After this time a failure no longer counts.
const MEMORY: Duration = Duration::from_secs(10 * 60);

/// Who asked, and for what. The breaker must not be opened by one person, nor by one username that SiRUP cannot answer for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    pub person: Uuid,
    /// See [`network`](crate::network::Network::key).
    pub network: String,
    /// As it is compared: [`SirupAccount::key`](domain::applications::sirup::SirupAccount::key).
    pub username: String,
}

/// The failures since the last answer that count, and until when SiRUP is not asked.
#[derive(Default)]
pub(super) struct Breaker {
    failures: Vec<(Asker, Timestamp)>,
    open_until: Option<Timestamp>,
}

impl Breaker {
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        self.open_until.is_some_and(|until| now < until)
    }

    /// SiRUP answered.
    pub(super) fn answered(&mut self) {
        *self = Self::default();
    }

    /// SiRUP did not answer, or reported an error. The failure counts if no counted one shares its person, network or
    /// username. After a break, the next failure that counts opens the breaker again.
    pub(super) fn failed(&mut self, asker: &Asker, now: Timestamp) {
        self.failures.retain(|(_, at)| now.since(*at) < MEMORY);
        if self.failures.iter().any(|(known, _)| known.shares_something_with(asker)) {
            return;
        }
        self.failures.push((asker.clone(), now));
        if self.failures.len() >= BREAK_AFTER {
            self.open_until = Some(now.plus(BREAK));
        }
    }
}

impl Asker {
    fn shares_something_with(&self, other: &Self) -> bool {
        self.person == other.person || self.network == other.network || self.username == other.username
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_402_800_000_000);

    fn asker(person: u128, network: &str, username: &str) -> Asker {
        Asker { person: Uuid::from_u128(person), network: network.into(), username: username.into() }
    }

    fn different(nth: u128) -> Asker {
        asker(nth, &format!("203.0.113.{nth}"), &format!("pa.{nth}"))
    }

    #[test]
    fn failures_of_one_person_network_or_username_open_nothing() {
        let of_one = [
            |nth: u128| asker(1, &format!("203.0.113.{nth}"), &format!("pa.{nth}")),
            |nth: u128| asker(nth, "203.0.113.1", &format!("pa.{nth}")),
            |nth: u128| asker(nth, &format!("203.0.113.{nth}"), "pa.lambat"),
        ];
        for one in of_one {
            let mut breaker = Breaker::default();
            for nth in 1..=100 {
                breaker.failed(&one(nth), NOW);
            }
            assert!(!breaker.is_open(NOW));
        }
    }

    #[test]
    fn failures_of_several_people_open_it_for_a_while() {
        let mut breaker = Breaker::default();
        for nth in 1..=3 {
            assert!(!breaker.is_open(NOW));
            breaker.failed(&different(nth), NOW);
        }
        assert!(breaker.is_open(NOW) && breaker.is_open(NOW.plus(BREAK - Duration::from_secs(1))));
        let later = NOW.plus(BREAK);
        assert!(!breaker.is_open(later));
        // Nobody keeps it open alone; somebody else's failure opens it again.
        breaker.failed(&different(1), later);
        assert!(!breaker.is_open(later));
        breaker.failed(&different(4), later);
        assert!(breaker.is_open(later));
    }

    #[test]
    fn an_answer_or_time_ends_the_row() {
        let mut breaker = Breaker::default();
        for nth in 1..=10 {
            breaker.failed(&different(nth), NOW);
            breaker.answered();
        }
        assert!(!breaker.is_open(NOW));
        for nth in 1..=10 {
            breaker.failed(&different(nth), NOW.plus(MEMORY * u32::try_from(nth).unwrap()));
        }
        assert!(!breaker.is_open(NOW.plus(MEMORY * 10)));
    }
}
