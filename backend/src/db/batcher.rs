//! Work that many ask for at about the same time, done for all of them at once.
//!
//! SQLite has one writer: a transaction for each of a hundred callers makes the last wait for ninety-nine. Here the first
//! to come goes at once; those who come while it is busy are then served together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::error::{Error, Result};

/// One kind of such work, from an item of each caller to an outcome for each.
pub(crate) struct Batcher<Item, Outcome> {
    asked: Mutex<Vec<Asked<Item, Outcome>>>,
    /// Held while work is done.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// The right to work; once it is dropped, those who came meanwhile are served.
pub(crate) type Turn = tokio::sync::OwnedMutexGuard<()>;

/// An item, and where its outcome is waited for.
type Asked<Item, Outcome> = (Item, oneshot::Sender<Result<Outcome>>);

impl<Item, Outcome> Default for Batcher<Item, Outcome> {
    fn default() -> Self {
        Self { asked: Mutex::default(), turn: Arc::default() }
    }
}

impl<Item: Send + 'static, Outcome: Send + 'static> Batcher<Item, Outcome> {
    /// What `work` makes of an item. It is given the items of all who asked meanwhile, at least one, and gives their
    /// outcomes in the same order; it drops its turn when others may begin. Whoever goes away does not stop it.
    ///
    /// # Errors
    /// That of `work`, alike for all whom it was done for.
    pub async fn ask<Work>(&self, item: Item, work: impl FnOnce(Vec<Item>, Turn) -> Work) -> Result<Outcome>
    where
        Work: Future<Output = Result<Vec<Outcome>>> + Send + 'static,
    {
        let (teller, mut told) = oneshot::channel();
        self.asked().push((item, teller));
        tokio::select! {
            biased;
            outcome = &mut told => return outcome.unwrap_or_else(|gone| Err(Error::internal(gone))),
            turn = self.turn.clone().lock_owned() => {
                let (items, tellers): (Vec<Item>, Vec<_>) = std::mem::take(&mut *self.asked()).into_iter().unzip();
                // None: one's own item was done in the turn before.
                if !items.is_empty() {
                    let work = work(items, turn);
                    tokio::spawn(async move { tell(tellers, work.await) });
                }
            }
        }
        told.await.unwrap_or_else(|gone| Err(Error::internal(gone)))
    }

    fn asked(&self) -> MutexGuard<'_, Vec<Asked<Item, Outcome>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells everybody. Who has gone away is not told.
fn tell<Outcome>(tellers: Vec<oneshot::Sender<Result<Outcome>>>, outcomes: Result<Vec<Outcome>>) {
    match outcomes {
        Ok(outcomes) => {
            for (teller, outcome) in tellers.into_iter().zip(outcomes) {
                let _ = teller.send(Ok(outcome));
            }
        }
        Err(error) => {
            for teller in tellers {
                let _ = teller.send(Err(match &error {
                    Error::Unavailable(cause) => Error::Unavailable(cause.clone()),
                    other => Error::internal(other.to_string()),
                }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::{sync::Semaphore, task::yield_now};

    use super::*;

    type Numbers = Batcher<u32, (u32, usize)>;

    /// Each number doubled, and how many were done together; each turn passes a gate.
    async fn double(together: &Numbers, gate: &Arc<Semaphore>, number: u32) -> Result<(u32, usize)> {
        let gate = gate.clone();
        let work = |numbers: Vec<u32>, turn: Turn| async move {
            gate.acquire().await.map_err(Error::internal)?.forget();
            drop(turn);
            Ok(numbers.iter().map(|number| (number * 2, numbers.len())).collect())
        };
        together.ask(number, work).await
    }

    #[tokio::test]
    async fn the_first_goes_at_once_and_the_others_together() {
        let (together, gate) = (Numbers::default(), Arc::new(Semaphore::new(2)));
        let all = futures::future::join_all((0..10).map(|number| double(&together, &gate, number))).await;
        let all: Vec<(u32, usize)> = all.into_iter().map(Result::unwrap).collect();
        assert_eq!(all[0], (0, 1));
        let others: Vec<(u32, usize)> = (1..10).map(|number| (number * 2, 9)).collect();
        assert_eq!(all[1..], others);
    }

    #[tokio::test]
    async fn who_goes_away_stops_nobody() {
        let (together, gate) = (Arc::new(Numbers::default()), Arc::new(Semaphore::new(0)));
        let ask = |number| {
            let (together, gate) = (together.clone(), gate.clone());
            tokio::spawn(async move { double(&together, &gate, number).await })
        };
        let waiting = async |wanted: usize| {
            while together.asked().len() != wanted {
                yield_now().await;
            }
        };
        let (first, second, third) = (ask(1), ask(2), ask(3));
        waiting(2).await;
        first.abort();
        gate.add_permits(1);
        waiting(0).await;
        second.abort();
        gate.add_permits(2);
        assert_eq!(third.await.unwrap().unwrap(), (6, 2));
        assert_eq!(ask(4).await.unwrap().unwrap(), (8, 1), "the turn was given back");
    }

    #[tokio::test]
    async fn an_error_is_told_to_all() {
        let together = Batcher::<u32, u32>::default();
        let full = |_, _| async { Err(Error::Unavailable("full".to_owned())) };
        for outcome in futures::future::join_all((0..5).map(|number| together.ask(number, full))).await {
            assert!(matches!(outcome, Err(Error::Unavailable(cause)) if cause == "full"));
        }
        let broken = |_, _| async { panic!("by intent") };
        together.ask(1, broken).await.unwrap_err();
        assert_eq!(
            together.ask(2, |numbers: Vec<u32>, _| async { Ok(numbers) }).await.unwrap(),
            2,
            "a panic ends a turn"
        );
    }
}
