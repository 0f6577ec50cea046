//! Threads that do the same thing together, again and again.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Looks at what others do before giving the processor away: windows are short, and a thread that
/// sleeps takes long to come back.
const SPINS: u32 = 1 << 12;
/// Times that the processor is given away before a thread sleeps.
const YIELDS: u32 = 1 << 10;
/// How long it sleeps then.
const NAP: Duration = Duration::from_micros(50);

/// The round that no thread works in.
const OVER: u64 = u64::MAX;

/// A thread that leads, and others that work in rounds when they are called.
pub(super) struct Crew {
    helpers: usize,
    /// Rounds so far, or [`OVER`].
    round: AtomicU64,
    /// What there is to do in this round.
    task: AtomicU64,
    /// Helpers that are done with this round.
    done: AtomicUsize,
    is_broken: AtomicBool,
}

/// Sends the helpers home when it is dropped.
pub(super) struct Dismissal<'a>(&'a Crew);

impl Drop for Dismissal<'_> {
    fn drop(&mut self) {
        self.0.round.store(OVER, Ordering::Release);
    }
}

/// Tells that a helper is done when it is dropped, and whether it panicked.
struct Done<'a>(&'a Crew);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.is_broken.store(true, Ordering::Release);
        }
        self.0.done.fetch_add(1, Ordering::Release);
    }
}

impl Crew {
    pub(super) const fn new(helpers: usize) -> Self {
        Self {
            helpers,
            round: AtomicU64::new(0),
            task: AtomicU64::new(0),
            done: AtomicUsize::new(0),
            is_broken: AtomicBool::new(false),
        }
    }

    /// Ends the work when what it answers is dropped.
    pub(super) const fn dismissal(&self) -> Dismissal<'_> {
        Dismissal(self)
    }

    /// Has every helper do a task, and meanwhile does the leader's part of it. Answers whether all are
    /// well.
    pub(super) fn call(&self, task: u64, lead: impl FnOnce()) -> bool {
        self.task.store(task, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        self.round.fetch_add(1, Ordering::Release);
        lead();
        wait(|| self.done.load(Ordering::Acquire) == self.helpers);
        !self.is_broken.load(Ordering::Acquire)
    }

    /// Does what the leader calls for, until it sends everybody home.
    pub(super) fn help(&self, work: impl Fn(u64)) {
        let mut seen = 0;
        loop {
            wait(|| self.round.load(Ordering::Acquire) != seen);
            seen = self.round.load(Ordering::Acquire);
            if seen == OVER {
                return;
            }
            let _done = Done(self);
            work(self.task.load(Ordering::Relaxed));
        }
    }
}

/// Waits until something holds.
fn wait(holds: impl Fn() -> bool) {
    for turn in 0_u32.. {
        if holds() {
            return;
        }
        if turn < SPINS {
            spin_loop();
        } else if turn < SPINS + YIELDS {
            thread::yield_now();
        } else {
            thread::sleep(NAP);
        }
    }
}
