//! Limiters that users of the library write.

use std::fmt::Debug;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::rules::Reason;
use crate::units::{Credits, SimSpan, SimTime};

/// An attempt, as a limiter sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// When it is made.
    pub now: SimTime,
    /// What t = 0 is on the calendar.
    pub start: Timestamp,
    /// Which of the workspace's agents and features it is for, numbered in their order from 0.
    pub agent: usize,
    /// The credits that it will cost, whether or not the plan counts them.
    pub cost: Credits,
}

impl Attempt {
    /// An attempt at `now` for the first agent, in a scenario that starts in 1970, which costs
    /// nothing: to try a limiter out.
    pub const fn new(now: SimTime) -> Self {
        Self { now, start: Timestamp::UNIX_EPOCH, agent: 0, cost: Credits::ZERO }
    }

    /// When it is made on the calendar; the calendar's end for what lies beyond it.
    pub fn instant(&self) -> Timestamp {
        let since = SignedDuration::from_nanos_i128(i128::from(self.now.nanos()));
        self.start.checked_add(since).unwrap_or(Timestamp::MAX)
    }
}

/// A limiter of one's own, which stands in a scenario beside the built-in ones.
///
/// The value is the limiter as it begins: [`Quota::custom`](super::Quota::custom) takes one, and
/// each workspace, or with [`ThrottleScope::Agent`](super::ThrottleScope) each agent, begins with a
/// clone of it. A limiter therefore holds its numbers and its state, and shares nothing that
/// changes with its clones.
///
/// It is asked in the order in which throttles are written. [`check`](Self::check) answers and has
/// no effect; [`take`](Self::take) follows at the same instant, once every other rule and a backend
/// without a network delay have said yes. So several limits are all or nothing. Instants never go
/// back.
///
/// # What it must not do
///
/// Workspaces are simulated on any thread and in any order, and the same scenario gives the same
/// bytes. So what a limiter answers depends on what it was asked and told, and on nothing else: no
/// clock, no randomness, no state that clones share. It is called for every message, so it should
/// not allocate either.
///
/// A workspace that changes to a plan without the limiter and later comes back finds it as it was.
///
/// # Examples
///
/// ```
/// use limitlab::rules::limiter::{Attempt, CustomLimiter};
/// use limitlab::units::{SimSpan, SimTime};
///
/// /// Admits nothing for a while after each attempt that it admitted.
/// #[derive(Debug, Clone)]
/// struct Pause {
///     length: SimSpan,
///     ends: SimTime,
/// }
///
/// impl CustomLimiter for Pause {
///     fn check(&self, attempt: &Attempt) -> Result<(), Option<SimSpan>> {
///         match self.ends.since(attempt.now) {
///             SimSpan::ZERO => Ok(()),
///             wait => Err(Some(wait)),
///         }
///     }
///
///     fn take(&mut self, attempt: &Attempt) {
///         self.ends = attempt.now + self.length;
///     }
/// }
///
/// let pause = Pause { length: SimSpan::MINUTE, ends: SimTime::ZERO };
/// let attempt = Attempt::new(SimTime::ZERO);
/// assert_eq!(pause.check(&attempt), Ok(()));
/// ```
///
/// `examples/own_limiter.rs` puts one into a scenario and runs it.
pub trait CustomLimiter: Debug + Clone + Send + Sync + 'static {
    /// Whether an attempt is admitted.
    ///
    /// # Errors
    ///
    /// After how long the same attempt would be admitted if nobody else came; `None` where the
    /// limiter cannot know, or where time alone never cures it.
    fn check(&self, attempt: &Attempt) -> Result<(), Option<SimSpan>>;

    /// Takes what [`check`](Self::check) found at the same instant: the attempt is admitted.
    fn take(&mut self, attempt: &Attempt);

    /// What its refusals are called; the same for every clone.
    fn refuses_with(&self) -> LimitKind {
        LimitKind::Rate
    }

    /// Whether an attempt holds a place from [`take`](Self::take) until its reply, or the refusal
    /// of the backend, is back at the workspace, which [`release`](Self::release) tells; the same
    /// for every clone.
    ///
    /// Such a limiter takes the attempts of every plan, so that a change of plan finds them counted.
    fn holds_places(&self) -> bool {
        false
    }

    /// Gives a place back. It is called only where [`holds_places`](Self::holds_places) says so,
    /// once for every attempt that was taken.
    fn release(&mut self, now: SimTime) {
        let _ = now;
    }
}

/// What a limiter limits, and so what its refusals are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    /// How often something happens: [`Reason::RateLimited`].
    Rate,
    /// How much happens at once: [`Reason::ConcurrencyLimited`].
    Concurrency,
}

impl LimitKind {
    /// The reason of its refusals.
    pub const fn reason(self) -> Reason {
        match self {
            Self::Rate => Reason::RateLimited,
            Self::Concurrency => Reason::ConcurrencyLimited,
        }
    }
}

/// A [`CustomLimiter`] as it begins. Two are equal if they are clones of each other.
#[derive(Debug, Clone)]
pub struct CustomQuota(Arc<dyn Erased>);

impl CustomQuota {
    /// What workspaces or agents begin with.
    pub fn new(limiter: impl CustomLimiter) -> Self {
        Self(Arc::new(limiter))
    }

    /// What its refusals are called.
    pub fn kind(&self) -> LimitKind {
        self.0.refuses_with()
    }

    /// Whether attempts hold places.
    pub fn holds_places(&self) -> bool {
        self.0.holds_places()
    }

    /// The limiter of a workspace or of an agent.
    pub(in crate::rules) fn begin(&self) -> CustomState {
        CustomState { limiter: self.0.boxed(), holds_places: self.holds_places() }
    }
}

impl PartialEq for CustomQuota {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for CustomQuota {}

/// A [`CustomLimiter`] of a workspace or of an agent.
#[derive(Debug)]
pub(in crate::rules) struct CustomState {
    limiter: Box<dyn Erased>,
    holds_places: bool,
}

impl CustomState {
    pub(in crate::rules) fn check(&self, attempt: &Attempt) -> Result<(), Option<SimSpan>> {
        self.limiter.check(attempt)
    }

    /// Takes an attempt on a plan that the limiter stands on.
    pub(in crate::rules) fn take(&mut self, attempt: &Attempt) {
        if !self.holds_places {
            self.limiter.take(attempt);
        }
    }

    /// Takes the place of an attempt on any plan.
    pub(in crate::rules) fn take_place(&mut self, attempt: &Attempt) {
        if self.holds_places {
            self.limiter.take(attempt);
        }
    }

    pub(in crate::rules) fn release(&mut self, now: SimTime) {
        if self.holds_places {
            self.limiter.release(now);
        }
    }
}

impl Clone for CustomState {
    fn clone(&self) -> Self {
        Self { limiter: self.limiter.boxed(), holds_places: self.holds_places }
    }
}

/// A [`CustomLimiter`] of any type.
trait Erased: Debug + Send + Sync {
    fn check(&self, attempt: &Attempt) -> Result<(), Option<SimSpan>>;
    fn take(&mut self, attempt: &Attempt);
    fn refuses_with(&self) -> LimitKind;
    fn holds_places(&self) -> bool;
    fn release(&mut self, now: SimTime);
    fn boxed(&self) -> Box<dyn Erased>;
}

impl<L: CustomLimiter> Erased for L {
    fn check(&self, attempt: &Attempt) -> Result<(), Option<SimSpan>> {
        CustomLimiter::check(self, attempt)
    }

    fn take(&mut self, attempt: &Attempt) {
        CustomLimiter::take(self, attempt);
    }

    fn refuses_with(&self) -> LimitKind {
        CustomLimiter::refuses_with(self)
    }

    fn holds_places(&self) -> bool {
        CustomLimiter::holds_places(self)
    }

    fn release(&mut self, now: SimTime) {
        CustomLimiter::release(self, now);
    }

    fn boxed(&self) -> Box<dyn Erased> {
        Box::new(self.clone())
    }
}
