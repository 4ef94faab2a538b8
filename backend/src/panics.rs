//! Keeps a panic in a background task from ending the task.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;

use crate::error::{Error, Result};

/// The pause between a panic and the restart.
const RECOVERY: Duration = Duration::from_secs(1);

/// Turns a panic of `work` into an error. `what` names the work in the log.
///
/// # Errors
/// [`Error::Internal`] with the message of the panic.
pub(crate) async fn caught<T>(what: &str, work: impl Future<Output = T>) -> Result<T> {
    // Unwind safe: a transaction that was open is rolled back, and a poisoned lock is taken as it is.
    AssertUnwindSafe(work).catch_unwind().await.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word");
        tracing::error!(what, panic = text, "caught a panic");
        Error::internal(format!("panicked: {text}"))
    })
}

/// Runs a task that never ends, and restarts it after a panic. Returns if the task ends by itself. `what` names the task
/// in the log.
pub async fn kept_up<F: Future<Output = ()>>(what: &str, begin: impl Fn() -> F) {
    while caught(what, begin()).await.is_err() {
        tokio::time::sleep(RECOVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Panics at the first and the second call, in the two ways that a panic has a text.
    async fn third(calls: &AtomicU32) {
        match calls.fetch_add(1, Ordering::SeqCst) {
            0 => panic!("rusak"),
            1 => std::panic::panic_any("rusak lagi".to_owned()),
            _ => {}
        }
    }

    #[tokio::test]
    async fn panic_becomes_an_error_with_its_message() {
        let calls = AtomicU32::new(0);
        let mut said = Vec::new();
        for _ in 0..3 {
            said.push(caught("a test", third(&calls)).await.map_err(|error| error.to_string()));
        }
        assert_eq!(said, [Err("panicked: rusak".to_owned()), Err("panicked: rusak lagi".to_owned()), Ok(())]);
    }

    #[tokio::test]
    async fn loop_restarts_after_a_panic_and_stops_at_its_end() {
        let calls = AtomicU32::new(0);
        kept_up("a test", || third(&calls)).await;
        assert_eq!(calls.load(Ordering::SeqCst), 3);
    }
}
