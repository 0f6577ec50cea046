//! Traffic in bursts: each agent has periods in which customers write, and periods in which they
//! write less or not at all.

use super::Level;
use crate::random::{Distribution, Sampler, Stream};
use crate::units::{SimSpan, SimTime};

/// Periods on and off, in turn. The line's traffic is their long-run mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Bursts {
    /// The length of periods on \[ns\].
    pub on: Distribution,
    /// The length of periods off \[ns\].
    pub off: Distribution,
    /// Traffic while off, relative to that while on.
    pub quiet: f64,
}

impl Bursts {
    /// The share of time that is on, in the long run.
    pub fn on_share(&self) -> f64 {
        let (on, off) = (self.on.mean(), self.off.mean());
        on / (on + off)
    }

    /// Traffic while on, relative to the long-run mean; not finite where there is no such mean.
    pub fn on_level(&self) -> f64 {
        let (on, off) = (self.on.mean(), self.off.mean());
        (on + off) / (on + self.quiet * off)
    }

    /// Compiles them for drawing.
    pub fn sampler(&self) -> BurstSampler {
        let on_level = self.on_level();
        BurstSampler {
            on: self.on.sampler(),
            off: self.off.sampler(),
            on_share: self.on_share(),
            on_level,
            off_level: self.quiet * on_level,
        }
    }
}

/// [`Bursts`] compiled for drawing.
#[derive(Debug, Clone)]
pub struct BurstSampler {
    on: Sampler,
    off: Sampler,
    on_share: f64,
    on_level: f64,
    off_level: f64,
}

/// The period that an agent is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burst {
    on: bool,
    ends: SimTime,
    /// Its number: draw 0 of an agent says whether its first period is on, and draw n how long its
    /// n-th one lasts.
    number: u64,
    draws: Stream,
}

impl Burst {
    /// The first period of an agent that is created at `now`: on as often as it is in the long run,
    /// and full.
    pub fn begin(sampler: &BurstSampler, draws: Stream, now: SimTime) -> Self {
        let on = draws.at(0).unit() < sampler.on_share;
        let mut burst = Self { on, ends: now, number: 1, draws };
        burst.ends = now + burst.length(sampler);
        burst
    }

    /// The level at an instant, none before the last one asked about; goes on to its period.
    #[inline]
    pub fn level(&mut self, sampler: &BurstSampler, at: SimTime) -> Level {
        while self.ends <= at {
            self.on = !self.on;
            self.number += 1;
            self.ends += self.length(sampler);
        }
        let value = if self.on { sampler.on_level } else { sampler.off_level };
        Level { value, ends: self.ends }
    }

    fn length(&self, sampler: &BurstSampler) -> SimSpan {
        let law = if self.on { &sampler.on } else { &sampler.off };
        SimSpan::from_nanos(law.sample_whole(&mut self.draws.at(self.number)))
    }
}
