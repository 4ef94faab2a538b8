//! Serves callers of the same moment in one transaction. See `docs/adr/0003-batching.md`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::error::{Error, Result};

/// Collects the items of callers and hands each its outcome.
pub(crate) struct Batcher<Item, Outcome> {
    asked: Mutex<Vec<Asked<Item, Outcome>>>,
    /// Held while a batch is worked on.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// The right to work on a batch. When it is dropped, the next batch begins.
pub(crate) type Turn = tokio::sync::OwnedMutexGuard<()>;

/// An item, and the channel for its outcome.
type Asked<Item, Outcome> = (Item, oneshot::Sender<Result<Outcome>>);

impl<Item, Outcome> Default for Batcher<Item, Outcome> {
    fn default() -> Self {
        Self { asked: Mutex::default(), turn: Arc::default() }
    }
}

impl<Item: Send + 'static, Outcome: Send + 'static> Batcher<Item, Outcome> {
    /// Returns the outcome of an item. `work` receives the items of all waiting callers, at least one, and returns their
    /// outcomes in the same order. It drops its turn as soon as the next batch may begin. It runs to its end even if a
    /// caller goes away.
    ///
    /// # Errors
    /// That of `work`, the same for the whole batch.
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
                // Empty if the turn before served this item too.
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

/// Sends the outcomes to the callers that still wait.
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

    /// Each number doubled, and the size of its batch; each turn passes a gate.
    async fn double(batcher: &Numbers, gate: &Arc<Semaphore>, number: u32) -> Result<(u32, usize)> {
        let gate = gate.clone();
        let work = |numbers: Vec<u32>, turn: Turn| async move {
            gate.acquire().await.map_err(Error::internal)?.forget();
            drop(turn);
            Ok(numbers.iter().map(|number| (number * 2, numbers.len())).collect())
        };
        batcher.ask(number, work).await
    }

    #[tokio::test]
    async fn first_caller_works_at_once_and_the_others_share_a_batch() {
        let (batcher, gate) = (Numbers::default(), Arc::new(Semaphore::new(2)));
        let all = futures::future::join_all((0..10).map(|number| double(&batcher, &gate, number))).await;
        let all: Vec<(u32, usize)> = all.into_iter().map(Result::unwrap).collect();
        assert_eq!(all[0], (0, 1));
        let others: Vec<(u32, usize)> = (1..10).map(|number| (number * 2, 9)).collect();
        assert_eq!(all[1..], others);
    }

    #[tokio::test]
    async fn caller_that_goes_away_stops_nobody() {
        let (batcher, gate) = (Arc::new(Numbers::default()), Arc::new(Semaphore::new(0)));
        let ask = |number| {
            let (batcher, gate) = (batcher.clone(), gate.clone());
            tokio::spawn(async move { double(&batcher, &gate, number).await })
        };
        let waiting = async |wanted: usize| {
            while batcher.asked().len() != wanted {
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
        assert_eq!(ask(4).await.unwrap().unwrap(), (8, 1), "the turn should have been given back");
    }

    #[tokio::test]
    async fn error_reaches_the_whole_batch() {
        let batcher = Batcher::<u32, u32>::default();
        let full = |_, _| async { Err(Error::Unavailable("full".to_owned())) };
        for outcome in futures::future::join_all((0..5).map(|number| batcher.ask(number, full))).await {
            assert!(matches!(outcome, Err(Error::Unavailable(cause)) if cause == "full"));
        }
        let broken = |_, _| async { panic!("by intent") };
        batcher.ask(1, broken).await.unwrap_err();
        assert_eq!(
            batcher.ask(2, |numbers: Vec<u32>, _| async { Ok(numbers) }).await.unwrap(),
            2,
            "a panic should end its turn"
        );
    }
}
