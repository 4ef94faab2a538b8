//! How long a failed mail waits, and when it is given up.

use std::time::Duration;

use domain::time::Timestamp;

/// The backoff after the first failure. Each further failure doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest backoff. A due time further ahead was written by a clock that ran ahead.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// The longest backoff of a mail with a link: somebody waits for it.
const LONGEST_URGENT_WAIT: Duration = Duration::from_secs(300);
/// From this backoff on, mails that failed together are spread over the last quarter of it.
const SPREAD_FROM: Duration = Duration::from_secs(60);
/// A mail is given up after this many attempts at the earliest, whatever the clock says.
pub(crate) const MOST_ATTEMPTS: i64 = 20;
/// A mail is given up when it has failed for this long, so that no weekend is too long.
pub(super) const GIVEN_UP_AFTER: Duration = Duration::from_secs(72 * 3600);

/// The backoff after this many attempts: 5 s, 10 s, 20 s … an hour.
pub(crate) fn wait(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

/// The backoff of a mail. `dice` is random, 0 to 255.
pub(super) fn mail_wait(attempts: i64, urgent: bool, dice: u8) -> Duration {
    let wait = if urgent { wait(attempts).min(LONGEST_URGENT_WAIT) } else { wait(attempts) };
    if wait < SPREAD_FROM { wait } else { wait - wait / 4 * u32::from(dice) / 255 }
}

/// True if a mail that failed has done so often and long enough.
pub(super) fn is_given_up(attempts: i64, failing_since: Timestamp, now: Timestamp) -> bool {
    attempts >= MOST_ATTEMPTS && now.since(failing_since) >= GIVEN_UP_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_an_hour() {
        let waits: Vec<u64> = (1..=12).map(|n| wait(n).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
    }

    #[test]
    fn mail_with_a_link_waits_five_minutes_at_most() {
        let waits: Vec<u64> = (1..=9).map(|n| mail_wait(n, true, 0).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
    }

    #[test]
    fn long_waits_are_spread_and_never_longer() {
        assert_eq!(mail_wait(1, false, 255), wait(1), "a short wait needs no spreading");
        for dice in 0..=255 {
            let spread = mail_wait(30, false, dice);
            assert!(spread <= LONGEST_WAIT && spread >= LONGEST_WAIT * 3 / 4, "{spread:?}");
        }
        assert_ne!(mail_wait(30, false, 1), mail_wait(30, false, 200));
    }

    #[test]
    fn mail_is_given_up_only_after_days_and_many_attempts() {
        let began = Timestamp::from_micros(0);
        assert!(!is_given_up(100, began, began.plus(GIVEN_UP_AFTER - Duration::from_secs(1))));
        assert!(!is_given_up(MOST_ATTEMPTS - 1, began, began.plus(GIVEN_UP_AFTER * 2)), "the clock may have jumped");
        assert!(is_given_up(MOST_ATTEMPTS, began, began.plus(GIVEN_UP_AFTER)));
        assert!(!is_given_up(100, began.plus(GIVEN_UP_AFTER), began), "the clock may have been ahead");
    }
}
