//! Whoever watches work learns that it goes on while nothing of it is to be seen. What is said then is the caller's.

#![expect(clippy::disallowed_methods, reason = "pauses")]

use std::{cell::Cell, pin::pin, time::Duration};

use tokio::time::sleep;

/// How long nothing is to be seen before it is told.
const SILENCE: Duration = Duration::from_secs(3);

/// Does the work, and tells once in each silence: where `seen` has not changed for [`SILENCE`], twice that at most.
pub async fn told<T>(work: impl Future<Output = T>, seen: &Cell<usize>, tell: impl Fn()) -> T {
    let mut work = pin!(work);
    let (mut before, mut told) = (seen.get(), None);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = sleep(SILENCE) => {}
        }
        let now = seen.get();
        if now == before && told != Some(now) {
            tell();
            told = Some(now);
        }
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_silence_is_told_once() {
        let (seen, times) = (Cell::new(0), Cell::new(0));
        let work = async {
            // Steadily, and then two silences.
            for _ in 0..10 {
                sleep(SILENCE / 2).await;
                seen.set(seen.get() + 1);
            }
            assert_eq!(times.get(), 0);
            sleep(SILENCE * 10).await;
            assert_eq!(times.get(), 1);
            seen.set(seen.get() + 1);
            sleep(SILENCE * 10).await;
        };
        told(work, &seen, || times.set(times.get() + 1)).await;
        assert_eq!(times.get(), 2);
    }
}
