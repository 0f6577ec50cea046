//! The wall clock, which virtual time follows: nothing else below the command line reads it.

use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use crate::units::{SimSpan, SimTime, Speed};

/// A thread that waits looks so often whether it is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// tokio's timers are this coarse; what is much longer is left to them.
const TIMER: Duration = Duration::from_millis(1);

/// How virtual time follows the wall clock: at a speed, from when it was begun.
#[derive(Debug)]
pub struct Pace {
    speed: Speed,
    began: OnceLock<Instant>,
}

impl Pace {
    /// Virtual time that stands still until it is [begun](Self::begin).
    pub const fn new(speed: Speed) -> Self {
        Self { speed, began: OnceLock::new() }
    }

    /// Lets time pass from now on, if it does not yet.
    #[expect(clippy::disallowed_methods, reason = "driving is in wall-clock time")]
    pub fn begin(&self) {
        self.began.get_or_init(Instant::now);
    }

    /// Virtual time: it never runs backwards, whichever threads look.
    pub fn now(&self) -> SimTime {
        SimTime::ZERO + self.speed.passed_in(span(self.passed()))
    }

    /// How long `span` of virtual time takes.
    pub fn wall(&self, span: SimSpan) -> Duration {
        Duration::from_nanos(self.speed.of(span).nanos())
    }

    /// Wall-clock time since the beginning.
    pub fn passed(&self) -> Duration {
        self.began.get().map_or(Duration::ZERO, Instant::elapsed)
    }

    /// Has this thread wait until `due`, or until `stopped` says so, which is asked now and then.
    pub fn wait_until(&self, due: SimTime, stopped: impl Fn() -> bool) {
        let due = self.wall(due.since(SimTime::ZERO));
        while let Some(left) = due.checked_sub(self.passed()).filter(|left| !left.is_zero()) {
            if stopped() {
                return;
            }
            thread::sleep(left.min(LOOK_EVERY));
        }
    }

    /// Has this task wait for `span`, and up to a millisecond longer where it takes ten or more.
    /// Meanwhile others go on.
    pub async fn pause(&self, span: SimSpan) {
        let (begun, wall) = (self.passed(), self.wall(span));
        if wall >= 10 * TIMER {
            tokio::time::sleep(wall).await;
        }
        while self.passed().saturating_sub(begun) < wall {
            tokio::task::yield_now().await;
        }
    }
}

/// A length of wall-clock time in nanoseconds.
fn span(wall: Duration) -> SimSpan {
    SimSpan::from_nanos(u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX))
}
