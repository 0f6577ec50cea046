//! What a limiter of a rate had counted when a decision was made: all that was admitted before, whether
//! it had room for it or not.

use std::collections::VecDeque;

use crate::rules::limiter::{Estimate, Quota, WindowStart};
use crate::units::{Rate, SimSpan, SimTime};

/// What was found taken, at least and at most, and how much there may be; in whatever unit is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) least: i128,
    pub(super) most: i128,
    pub(super) room: i128,
}

/// What was counted by a limiter, as far as it matters still. Amounts are thousandths.
#[derive(Debug, Clone)]
pub(super) enum Gauge {
    Bucket(Backlog),
    /// When the window began, and what was counted in it.
    Window(SimTime, i128),
    /// What was admitted, and when, with its sum.
    Log(VecDeque<(SimTime, i128)>, i128),
    /// The number of a window, what was counted in it, and in the one before.
    Counter(u64, i128, i128),
}

/// What a bucket has let in and not yet worked off, since it was last done with everything: what a
/// bucket of tokens lacks, or what a leaky one holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backlog {
    since: SimTime,
    /// Let in since then, at least and at most \[thousandths x the rate's period\].
    least: i128,
    most: i128,
}

/// The numbers of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bucket {
    /// What is worked off in a nanosecond, and what a thousandth weighs beside it.
    gain: i128,
    pub(super) scale: i128,
    /// What fits \[thousandths\].
    pub(super) room: i128,
    /// It is worked off in steps of so many nanoseconds from t = 0.
    every: u64,
    /// Whether a change of numbers keeps what is free, and not what is taken.
    keeps_free: bool,
}

impl Bucket {
    pub(super) fn of(quota: &Quota) -> Option<Self> {
        let (rate, room, every, keeps_free) = match *quota {
            Quota::TokenBucket { rate, burst_thousandths, refill_every } => {
                (rate, burst_thousandths, refill_every.map_or(1, SimSpan::nanos), true)
            }
            // One goes, and the burst is in excess.
            Quota::LeakyBucket { rate, burst_thousandths, .. } => {
                (rate, burst_thousandths + 1_000, 1, false)
            }
            _ => return None,
        };
        // In lowest terms, in which a bucket is filled drop by drop.
        let lowest = Rate::new(rate.events() * 1_000, rate.per());
        let (gain, scale) = (i128::from(lowest.events()), i128::from(lowest.per().nanos()));
        Some(Self { gain, scale, room: room.into(), every, keeps_free })
    }

    /// What is worked off between two instants.
    pub(super) fn worked_off(&self, since: SimTime, now: SimTime) -> i128 {
        let step = |at: SimTime| at.nanos() / self.every * self.every;
        self.gain * i128::from(step(now) - step(since))
    }

    /// The backlog as it stands at an instant.
    fn at(&self, backlog: Backlog, now: SimTime) -> Backlog {
        let done = self.worked_off(backlog.since, now);
        let left = |taken: i128| (taken - done).max(0);
        Backlog { since: now, least: left(backlog.least), most: left(backlog.most) }
    }

    /// The backlog under other numbers from `now` on: it may be rounded up by two millionths of a token
    /// and by what is worked off in a nanosecond, unless it is whole millionths and whole drops.
    fn converted(&self, old: &Self, backlog: Backlog, now: SimTime) -> Backlog {
        let backlog = old.at(backlog, now);
        let convert = |taken: i128| {
            let (whole, rest) = (taken / old.scale, taken % old.scale);
            let scaled = whole * self.scale + rest * self.scale / old.scale;
            if self.keeps_free {
                (scaled + (self.room - old.room) * self.scale).max(0)
            } else {
                scaled.min(self.room * self.scale)
            }
        };
        let (millionths, rest) =
            (backlog.most * 1_000 / old.scale, backlog.most * 1_000 % old.scale);
        let is_whole = rest == 0 && millionths * self.scale % 1_000 == 0;
        let rounding = if is_whole { 0 } else { self.scale / 500 + self.gain + 2 };
        let most = convert(backlog.most);
        // What fits goes on to fit, however it is rounded.
        let full = most.max(self.room * self.scale);
        let is_owed = self.keeps_free && backlog.most > old.room * old.scale;
        let most = if is_owed { most + rounding } else { (most + rounding).min(full) };
        let least = convert(backlog.least).min(most);
        Backlog { since: now, least, most }
    }
}

impl Gauge {
    /// A limiter that begins; `None` if it is none of a rate.
    pub(super) fn new(quota: &Quota, now: SimTime) -> Option<Self> {
        Some(match *quota {
            Quota::TokenBucket { .. } | Quota::LeakyBucket { .. } => {
                Self::Bucket(Backlog { since: now, least: 0, most: 0 })
            }
            Quota::FixedWindow { .. } => Self::Window(SimTime::ZERO, 0),
            Quota::SlidingWindow { .. } => Self::Log(VecDeque::new(), 0),
            Quota::SlidingCounter { .. } => Self::Counter(0, 0, 0),
            Quota::Concurrency { .. } | Quota::Custom(_) => return None,
        })
    }

    /// The limiter with other numbers from `now` on; `None` if they are of another kind.
    pub(super) fn carried(mut self, old: &Quota, new: &Quota, now: SimTime) -> Option<Self> {
        if old == new {
            return Some(self);
        }
        match (&mut self, old, new) {
            (Self::Bucket(backlog), ..) => {
                let (old, new) = (Bucket::of(old)?, Bucket::of(new)?);
                *backlog = new.converted(&old, *backlog, now);
            }
            (
                Self::Window(..),
                Quota::FixedWindow { per, start, .. },
                Quota::FixedWindow { per: new_per, start: new_start, .. },
            ) if (per, start) == (new_per, new_start) => {}
            (
                Self::Counter(..),
                Quota::SlidingCounter { per, .. },
                Quota::SlidingCounter { per: new_per, .. },
            ) if per == new_per => {}
            (
                Self::Log(log, sum),
                Quota::SlidingWindow { per, .. },
                Quota::SlidingWindow { .. },
            ) => {
                log.retain(|&(at, _)| now - at < *per);
                *sum = log.iter().map(|&(_, weight)| weight).sum();
            }
            _ => return Self::new(new, now),
        }
        Some(self)
    }

    /// What stands in the way of an attempt that weighs so much, itself included.
    pub(super) fn read(&mut self, quota: &Quota, now: SimTime, weight: i128) -> Reading {
        let exactly = |taken: i128, room: i128| Reading { least: taken, most: taken, room };
        let (this, before) = self.counts(quota, now);
        match (self, quota) {
            (Self::Bucket(backlog), _) => {
                let Some(bucket) = Bucket::of(quota) else { return exactly(weight, 0) };
                let Backlog { least, most, .. } = bucket.at(*backlog, now);
                let own = weight * bucket.scale;
                let room = bucket.room * bucket.scale;
                Reading { least: least + own, most: most + own, room }
            }
            (Self::Window(begun, count), Quota::FixedWindow { limit_thousandths, per, start }) => {
                let is_over = match start {
                    WindowStart::Aligned => {
                        begun.nanos() / per.nanos() != now.nanos() / per.nanos()
                    }
                    WindowStart::FirstAttempt => now - *begun >= *per,
                };
                let counted = if is_over { 0 } else { *count };
                exactly(counted + weight, i128::from(*limit_thousandths))
            }
            (Self::Log(log, sum), Quota::SlidingWindow { limit_thousandths, per }) => {
                while log.front().is_some_and(|&(at, _)| now - at >= *per) {
                    *sum -= log.pop_front().map_or(0, |(_, weight)| weight);
                }
                exactly(*sum + weight, i128::from(*limit_thousandths))
            }
            (Self::Counter(..), Quota::SlidingCounter { limit_thousandths, per, estimate }) => {
                let (per, limit) = (per.nanos(), i128::from(*limit_thousandths));
                let in_sight = before * i128::from(per - now.nanos() % per);
                match estimate {
                    Estimate::Exact => {
                        let per = i128::from(per);
                        exactly(in_sight + (this + weight) * per, limit * per)
                    }
                    Estimate::Floor => {
                        let whole = in_sight / i128::from(per) / 1_000 * 1_000;
                        exactly(whole + this + weight, limit)
                    }
                }
            }
            _ => exactly(weight, 0),
        }
    }

    /// Of a counter, what was counted in the window of now and in the one before.
    fn counts(&self, quota: &Quota, now: SimTime) -> (i128, i128) {
        let (Self::Counter(window, this, before), Quota::SlidingCounter { per, .. }) =
            (self, quota)
        else {
            return (0, 0);
        };
        let (window, this, before) = (*window, *this, *before);
        match (now.nanos() / per.nanos()).checked_sub(window) {
            Some(0) => (this, before),
            Some(1) => (0, this),
            _ => (0, 0),
        }
    }

    /// Counts an attempt that was admitted, whether there was room for it or not.
    pub(super) fn count(&mut self, quota: &Quota, now: SimTime, weight: i128) {
        let counts = self.counts(quota, now);
        match (self, quota) {
            (Self::Bucket(backlog), _) => {
                let Some(bucket) = Bucket::of(quota) else { return };
                let taken = weight * bucket.scale;
                let Backlog { least, most, .. } = bucket.at(*backlog, now);
                *backlog = Backlog { since: now, least: least + taken, most: most + taken };
            }
            (Self::Window(begun, count), Quota::FixedWindow { per, start, .. }) => {
                let is_over = match start {
                    WindowStart::Aligned => {
                        begun.nanos() / per.nanos() != now.nanos() / per.nanos()
                    }
                    WindowStart::FirstAttempt => *count == 0 || now - *begun >= *per,
                };
                if is_over {
                    (*begun, *count) = (now, 0);
                }
                *count += weight;
            }
            (Self::Log(log, sum), _) => {
                log.push_back((now, weight));
                *sum += weight;
            }
            (Self::Counter(window, this, before), Quota::SlidingCounter { per, .. }) => {
                (*this, *before) = (counts.0 + weight, counts.1);
                *window = now.nanos() / per.nanos();
            }
            _ => {}
        }
    }

    /// Counts an attempt that it refused: a bucket has nothing free then, and a log keeps no more than
    /// the newest that weighs the limit.
    pub(super) fn count_refused(&mut self, quota: &Quota, now: SimTime, weight: i128) {
        if let Self::Bucket(backlog) = self {
            let Some(bucket) = Bucket::of(quota) else { return };
            let full = bucket.room * bucket.scale;
            let Backlog { least, most, .. } = bucket.at(*backlog, now);
            *backlog = Backlog { since: now, least: least.max(full), most: most.max(full) };
            return;
        }
        self.count(quota, now, weight);
        if let (Self::Log(log, sum), Quota::SlidingWindow { limit_thousandths, .. }) = (self, quota)
        {
            let mut left = i128::from(*limit_thousandths);
            for (_, weight) in log.iter_mut().rev() {
                *weight = (*weight).min(left);
                left -= *weight;
            }
            log.retain(|&(_, weight)| weight > 0);
            *sum = i128::from(*limit_thousandths) - left;
        }
    }
}
