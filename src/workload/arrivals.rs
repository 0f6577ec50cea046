//! Arrivals that users of the library draw.

use std::fmt::Debug;
use std::sync::Arc;

use crate::random::Draw;
use crate::units::{SimSpan, SimTime};

/// An arrival process of one's own: when customers write to an agent.
///
/// The value is the process as it begins: [`TrafficKind::custom`](super::TrafficKind::custom) takes
/// one, and each agent of the line, in each workspace, begins with a clone of it at the start, or
/// when the agent is created. A process therefore holds its numbers and its state, and shares
/// nothing that changes with its clones.
///
/// # Randomness
///
/// Each call is handed a [`Draw`]: an endless supply of words that belongs to this agent's arrival
/// of this number. It is a counter-based generator, keyed by the seed and by the names and numbers
/// of group, workspace, line, agent and arrival; so what one call draws moves no draw of another,
/// and the same scenario gives the same bytes on any number of threads and in any order of
/// workspaces. `Draw` implements the traits of the crate `rand`, and [`Sampler`](crate::random::Sampler)s
/// draw from it.
///
/// A process must have no other source of chance: no clock, no generator of its own that clones
/// share or that the system seeds.
///
/// # Traffic that rises and falls
///
/// With a profile, stages, bursts or a factor of the timeline the span is one on the clock that
/// they drive, as it is for all traffic: where traffic is doubled, half as much time passes.
///
/// # Examples
///
/// Messages in pairs, a second apart, half an hour between pairs:
///
/// ```
/// use limitlab::random::{Draw, Key};
/// use limitlab::units::{SimSpan, SimTime};
/// use limitlab::workload::CustomArrivals;
///
/// #[derive(Debug, Clone, Default)]
/// struct Pairs {
///     is_second: bool,
/// }
///
/// impl CustomArrivals for Pairs {
///     fn next(&mut self, _now: SimTime, _draw: &mut Draw) -> Option<SimSpan> {
///         self.is_second = !self.is_second;
///         Some(if self.is_second { SimSpan::MINUTE.times(30) } else { SimSpan::SECOND })
///     }
///
///     fn per_second(&self) -> f64 {
///         2.0 / 1_801.0
///     }
/// }
///
/// let mut draw = Key::root(1).stream().at(0);
/// let first = Pairs::default().next(SimTime::ZERO, &mut draw);
/// assert_eq!(first, Some(SimSpan::MINUTE.times(30)));
/// ```
///
/// `examples/own_arrivals.rs` puts one into a scenario and runs it.
pub trait CustomArrivals: Debug + Clone + Send + Sync + 'static {
    /// Time from `now` to the next message; `None` if none comes any more, and nobody asks again.
    ///
    /// `now` is the instant of the message before, or the one at which the process begins. Several
    /// messages at one instant are legal, but not more than a million.
    fn next(&mut self, now: SimTime, draw: &mut Draw) -> Option<SimSpan>;

    /// Messages that come in a second in the long run. The words about a scenario reckon with it;
    /// no run depends on it.
    fn per_second(&self) -> f64;
}

/// A [`CustomArrivals`] as it begins. Two are equal if they are clones of each other.
#[derive(Debug, Clone)]
pub struct CustomTraffic(Arc<dyn Erased>);

impl CustomTraffic {
    /// What each agent begins with.
    pub fn new(arrivals: impl CustomArrivals) -> Self {
        Self(Arc::new(arrivals))
    }

    /// Messages that come to an agent in a second in the long run, as the process says.
    pub fn per_second(&self) -> f64 {
        self.0.per_second()
    }

    /// The process of an agent.
    pub fn begin(&self) -> CustomSource {
        CustomSource(self.0.boxed())
    }
}

impl PartialEq for CustomTraffic {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A [`CustomArrivals`] of one agent.
#[derive(Debug)]
pub struct CustomSource(Box<dyn Erased>);

impl CustomSource {
    /// Time from `now` to the next message; `None` if none comes any more.
    pub fn next(&mut self, now: SimTime, draw: &mut Draw) -> Option<SimSpan> {
        self.0.next(now, draw)
    }
}

impl Clone for CustomSource {
    fn clone(&self) -> Self {
        Self(self.0.boxed())
    }
}

/// A [`CustomArrivals`] of any type.
trait Erased: Debug + Send + Sync {
    fn next(&mut self, now: SimTime, draw: &mut Draw) -> Option<SimSpan>;
    fn per_second(&self) -> f64;
    fn boxed(&self) -> Box<dyn Erased>;
}

impl<A: CustomArrivals> Erased for A {
    fn next(&mut self, now: SimTime, draw: &mut Draw) -> Option<SimSpan> {
        CustomArrivals::next(self, now, draw)
    }

    fn per_second(&self) -> f64 {
        CustomArrivals::per_second(self)
    }

    fn boxed(&self) -> Box<dyn Erased> {
        Box::new(self.clone())
    }
}
