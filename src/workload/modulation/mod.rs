//! How traffic rises and falls: by the hour of the week, by stages, by the timeline, by bursts.
//!
//! Modulated traffic is unmodulated traffic on a clock that runs faster and slower. A draw of the
//! time between arrivals is an exposure, and the arrival comes when the clock has gone that far:
//! at the t where the integral of the modulation from the arrival before is the exposure. So every
//! modulation takes the same draws, a Poisson stream becomes the Poisson stream of the modulated
//! rate, exactly, and any other renewal stream keeps its shape on the clock.
//!
//! Source: Çınlar, Introduction to Stochastic Processes (1975), chapter 4, section 7.

mod profile;
mod stages;
mod steps;

#[cfg(test)]
mod tests;

pub use profile::Profile;
pub use stages::{Stage, Stages};
pub use steps::{Factor, Steps};

use crate::units::{SimSpan, SimTime};

/// A factor and until when it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// At least 0.
    pub value: f64,
    /// The first instant at which it may be another; later than the instant asked about.
    pub ends: SimTime,
}

impl Level {
    /// 1 for ever.
    pub const STEADY: Self = Self { value: 1.0, ends: SimTime::NEVER };
}

/// The modulation of a line that is known before the run: its profile and its stages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Modulation {
    profile: Option<Profile>,
    stages: Stages,
}

/// When something arrives on the clock of its traffic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// The instant, rounded to a nanosecond.
    pub at: SimTime,
    /// What the rounding leaves of the exposure \[ns\]; below 0 where it was rounded up.
    pub left: f64,
}

/// A stretch in which the modulation is linear.
#[derive(Debug, Clone, Copy)]
struct Segment {
    /// At its beginning.
    first: f64,
    /// Just before its end.
    last: f64,
    /// Its length \[ns\], at least 1.
    length: u64,
}

/// Where a walk through the parts of a modulation has come to.
#[derive(Debug, Clone, Copy)]
struct Place {
    change: usize,
    ramp: usize,
    step: usize,
}

impl Modulation {
    /// The product of a profile and of stages.
    pub const fn new(profile: Option<Profile>, stages: Stages) -> Self {
        Self { profile, stages }
    }

    /// Whether it is 1 all the time, so that traffic needs no other clock.
    pub fn is_flat(&self) -> bool {
        self.profile.is_none() && self.stages.is_empty()
    }

    /// The profile, if there is one.
    pub const fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// The stages.
    pub const fn stages(&self) -> &Stages {
        &self.stages
    }

    /// The modulation at an instant.
    pub fn rate_at(&self, at: SimTime, steps: &Steps) -> f64 {
        self.segment(at, SimTime::NEVER, steps, Level::STEADY, &mut self.place(at, steps)).first
    }

    /// The mean of the modulation from the start until `duration`, which is above 0.
    pub fn mean_over(&self, duration: SimSpan, steps: &Steps) -> f64 {
        let until = SimTime::ZERO + duration;
        let mut at = SimTime::ZERO;
        let mut place = self.place(at, steps);
        let mut total = 0.0;
        while at < until {
            let segment = self.segment(at, until, steps, Level::STEADY, &mut place);
            total += segment.area();
            at += SimSpan::from_nanos(segment.length);
        }
        total / duration.nanos().max(1) as f64
    }

    /// The arrival that follows one at `now`: the first instant by which the integral of the
    /// modulation from `now` on exceeds `exposure` \[ns\], rounded to a nanosecond; `None` if that
    /// is not before `until`.
    ///
    /// What the rounding leaves of the exposure, which may be below 0, belongs to the arrival that
    /// comes next: so a stream never drifts from its clock, and goes on where several arrivals
    /// fall into one nanosecond.
    ///
    /// The modulation is multiplied by `steps` and by `level`, which is asked for instants that
    /// never go back, and for none after the arrival. No arrival lies where the product is 0.
    #[inline]
    pub fn after(
        &self,
        now: SimTime,
        exposure: f64,
        steps: &Steps,
        mut level: impl FnMut(SimTime) -> Level,
        until: SimTime,
    ) -> Option<Arrival> {
        let mut at = now;
        let mut left = exposure;
        let mut place = self.place(now, steps);
        while at < until {
            let segment = self.segment(at, until, steps, level(at), &mut place);
            // All is counted from the segment's beginning, so that times of any size lose nothing.
            let area = segment.area();
            if left < area {
                let reach = segment.reach(left);
                let left = left - segment.area_until(reach);
                return Some(Arrival { at: at + SimSpan::from_nanos(reach), left });
            }
            left -= area;
            at += SimSpan::from_nanos(segment.length);
        }
        None
    }

    /// Where `at` lies in each of the parts.
    fn place(&self, at: SimTime, steps: &Steps) -> Place {
        Place {
            change: self.profile.as_ref().map_or(0, |profile| profile.place(at)),
            ramp: self.stages.place(at),
            step: steps.place(at),
        }
    }

    /// What begins at `at`, which lies at `place` or after it, and ends by `until`.
    #[inline]
    fn segment(
        &self,
        at: SimTime,
        until: SimTime,
        steps: &Steps,
        level: Level,
        place: &mut Place,
    ) -> Segment {
        let weight = match &self.profile {
            Some(profile) => profile.level(at, &mut place.change),
            None => Level::STEADY,
        };
        let constants = [weight, steps.level(at, &mut place.step), level];
        let ramp = self.stages.ramp(at, &mut place.ramp);
        // Where a factor is 0 the others need no look before it ends.
        let still = constants.iter().filter(|factor| factor.value == 0.0);
        let still = still.map(|factor| factor.ends).chain(ramp.is_zero().then_some(ramp.until));
        if let Some(ends) = still.max() {
            let length = ends.min(until).since(at).nanos();
            return Segment { first: 0.0, last: 0.0, length };
        }
        let factor: f64 = constants.iter().map(|factor| factor.value).product();
        let ends = constants.iter().map(|factor| factor.ends).fold(until.min(ramp.until), Ord::min);
        Segment {
            first: factor * ramp.at(at),
            last: factor * ramp.at(ends),
            length: ends.since(at).nanos(),
        }
    }
}

impl Segment {
    /// The integral over the whole.
    fn area(self) -> f64 {
        f64::midpoint(self.first, self.last) * self.length as f64
    }

    /// The integral over the first `length` nanoseconds.
    fn area_until(self, length: u64) -> f64 {
        let slope = (self.last - self.first) / self.length as f64;
        let length = length as f64;
        (self.first + slope * length / 2.0) * length
    }

    /// How far from the beginning the integral is `area`, which is less than the whole \[ns\];
    /// never at the end, which belongs to the next segment.
    fn reach(self, area: f64) -> u64 {
        let Self { first, last, length } = self;
        // first x + slope x^2 / 2 = area, by the root whose terms have one sign: nothing cancels.
        let slope = (last - first) / length as f64;
        let root = (first * first + 2.0 * slope * area).max(0.0).sqrt();
        let reach = if area > 0.0 { 2.0 * area / (first + root) } else { 0.0 };
        let whole = reach as u64;
        let up = reach - whole as f64 >= 0.5;
        whole.saturating_add(u64::from(up)).min(length.saturating_sub(1))
    }
}
