//! Asking an authority once more: after which answers, how soon, and when to give up. Pure: the caller measures the
//! time, draws the chance and does the waiting.

use std::time::Duration;

use super::{Failure, wire::Answer};
use crate::network::{FailureKind, NetworkFailure};

/// Requests, the first included.
pub const ATTEMPTS: u32 = 3;

/// For all of them together, the pauses included: less than another process waits for the lock.
pub const WHOLE: Duration = Duration::from_secs(40);

/// What an attempt must have left to be worth beginning.
const LEAST: Duration = Duration::from_secs(5);

/// The first pause; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(500);

/// How long to wait before the next attempt; `None` when there is to be none. `attempt` counts from one, `left` is
/// what is left of [`WHOLE`], and `chance` spreads those who were refused at the same moment: 0 to 255.
pub fn pause(attempt: u32, outcome: &Result<Answer, NetworkFailure>, left: Duration, chance: u8) -> Option<Duration> {
    // Between half and one and a half of it.
    let backoff = || FIRST * 2_u32.pow(attempt.saturating_sub(1)) * (128 + u32::from(chance)) / 256;
    let pause = match outcome {
        Ok(answer) if is_passing(answer) => answer.retry_after.map_or_else(backoff, Duration::from_secs),
        // Nobody listens, no such name, a wrong certificate: a second says the same again. Silence has used up the time.
        Err(failure) if failure.kind == FailureKind::Closed => backoff(),
        _ => return None,
    };
    (attempt < ATTEMPTS && pause.saturating_add(LEAST) <= left).then_some(pause)
}

fn is_passing(answer: &Answer) -> bool {
    answer.status != 200 && Failure::read(answer).is_passing()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<u64>) -> Result<Answer, NetworkFailure> {
        Ok(Answer { retry_after, ..Answer::of(status, "") })
    }

    fn failed(kind: FailureKind) -> Result<Answer, NetworkFailure> {
        Err(NetworkFailure { kind, address: String::new(), detail: String::new() })
    }

    #[test]
    fn what_passes_is_asked_again_a_few_times_ever_later() {
        for outcome in [answer(503, None), answer(429, None), failed(FailureKind::Closed)] {
            let pauses: Vec<_> = (1..=ATTEMPTS).map(|attempt| pause(attempt, &outcome, WHOLE, 128)).collect();
            assert_eq!(pauses, [Some(Duration::from_millis(500)), Some(Duration::from_secs(1)), None]);
        }
        let spread = |chance| pause(1, &answer(503, None), WHOLE, chance).unwrap();
        assert!(spread(0) == Duration::from_millis(250) && spread(255) < Duration::from_millis(750));
    }

    #[test]
    fn what_does_not_pass_is_not() {
        for outcome in [
            answer(200, None),
            answer(400, None),
            answer(302, None),
            failed(FailureKind::Refused),
            failed(FailureKind::TimedOut),
            failed(FailureKind::Unanswered),
            failed(FailureKind::Certificate),
            failed(FailureKind::TooMuch),
        ] {
            assert_eq!(pause(1, &outcome, WHOLE, 0), None, "{outcome:?}");
        }
    }

    #[test]
    fn the_authority_says_when_and_nobody_waits_longer_than_there_is_time() {
        assert_eq!(pause(1, &answer(429, Some(7)), WHOLE, 0), Some(Duration::from_secs(7)));
        assert_eq!(pause(1, &answer(429, Some(0)), WHOLE, 0), Some(Duration::ZERO));
        assert_eq!(pause(1, &answer(429, Some(36)), WHOLE, 0), None);
        assert_eq!(pause(1, &answer(429, Some(u64::MAX)), WHOLE, 0), None);
        assert_eq!(pause(1, &answer(503, None), Duration::from_secs(5), 0), None);
    }
}
