//! A limiter of a rate that was met at instants within brackets: whether what it let in fits its
//! envelope, wherever in them.

use super::tree::MaxTree;
use crate::rules::limiter::{Estimate, Quota, WindowStart};
use crate::units::SimTime;
use crate::verify::bracket::Bracket;
use crate::verify::gauge::Bucket;
use crate::verify::verdict::Verdict;

/// An attempt that met a limiter.
#[derive(Debug, Clone, Copy)]
pub(in crate::verify) struct Meeting {
    pub(in crate::verify) at: Bracket,
    /// What it weighs \[thousandths\].
    pub(in crate::verify) weight: i128,
    pub(in crate::verify) line: u64,
    /// Whether it was let in; else this limiter refused it.
    pub(in crate::verify) is_admitted: bool,
}

/// What was let in, ordered so that it can be bounded.
pub(in crate::verify) struct Envelope {
    kind: Kind,
    /// What was let in, in the order in which it had surely happened.
    admitted: Vec<Meeting>,
    /// From when on, and until when, each of them may have happened, with the sum of those that come no
    /// later.
    from: Vec<(u64, i128)>,
    until: Vec<(u64, i128)>,
    /// Of a bucket, of each of these ends: the worst instant by then to count from, which is one at which
    /// something may end.
    worst: Vec<i128>,
}

/// What an envelope is made of.
enum Kind {
    /// What is let in between two instants is at most what fits and what is worked off meanwhile.
    Bucket(Bucket),
    /// In each span that is shorter than `per` at most `limit` is let in; `slack` times as much where
    /// windows begin somewhere.
    Span { limit: i128, per: u64, slack: i128 },
    /// In each window from a multiple of `per` on at most `limit`, with what is in sight of the window
    /// before if that counts.
    Window { limit: i128, per: u64, before: Option<Estimate> },
}

/// What was found of a limiter: of what it let in, with the line that says so, and of each refusal.
#[derive(Debug, Default)]
pub(in crate::verify) struct Enveloped {
    pub(in crate::verify) exceeded: Option<(Verdict, u64)>,
    pub(in crate::verify) refusals: Vec<(Verdict, u64)>,
}

impl Envelope {
    /// Judges the attempts that met a limiter, all of which had these numbers; `None` if it is none of a
    /// rate.
    pub(in crate::verify) fn judge(quota: &Quota, meetings: &[Meeting]) -> Option<Enveloped> {
        let kind = match *quota {
            Quota::TokenBucket { .. } | Quota::LeakyBucket { .. } => {
                Kind::Bucket(Bucket::of(quota)?)
            }
            Quota::SlidingWindow { limit_thousandths, per } => {
                Kind::Span { limit: limit_thousandths.into(), per: per.nanos(), slack: 1 }
            }
            Quota::FixedWindow { limit_thousandths, per, start: WindowStart::FirstAttempt } => {
                // A shorter span meets two windows at most.
                Kind::Span { limit: limit_thousandths.into(), per: per.nanos(), slack: 2 }
            }
            Quota::FixedWindow { limit_thousandths, per, start: WindowStart::Aligned } => {
                Kind::Window { limit: limit_thousandths.into(), per: per.nanos(), before: None }
            }
            Quota::SlidingCounter { limit_thousandths, per, estimate } => Kind::Window {
                limit: limit_thousandths.into(),
                per: per.nanos(),
                before: Some(estimate),
            },
            Quota::Concurrency { .. } | Quota::Custom(_) => return None,
        };
        let counts = |it: &&Meeting| it.is_admitted && it.weight > 0;
        let mut admitted: Vec<Meeting> = meetings.iter().filter(counts).copied().collect();
        admitted.sort_by_key(|it| it.at.until);
        let envelope = Self::new(kind, admitted);
        let exceeded = envelope.exceeded();
        let mut refused: Vec<&Meeting> = meetings.iter().filter(|it| !it.is_admitted).collect();
        refused.sort_by_key(|it| it.at.from);
        let least = envelope.least(&refused);
        let refusals = refused.iter().zip(least).map(|(it, least)| {
            let (most, room) =
                (envelope.most(&it.at) + envelope.scaled(it.weight), envelope.room());
            let verdict = match it.weight {
                // What weighs nothing always passes.
                0 => Verdict::Violated,
                _ => Verdict::of_refusal((least + envelope.scaled(it.weight), most), (room, room)),
            };
            (verdict, it.line)
        });
        Some(Enveloped { exceeded, refusals: refusals.collect() })
    }

    fn new(kind: Kind, admitted: Vec<Meeting>) -> Self {
        let mut envelope = Self {
            kind,
            from: summed(admitted.iter().map(|it| (it.at.from.0.nanos(), it.weight))),
            until: summed(admitted.iter().map(|it| (it.at.until.0.nanos(), it.weight))),
            worst: Vec::new(),
            admitted,
        };
        let mut worst = i128::MIN;
        let ends = envelope.until.iter().map(|&(end, _)| {
            let gone = envelope.scaled(sum_before(&envelope.until, end));
            worst = worst.max(envelope.worked_off(end) - gone);
            worst
        });
        envelope.worst = ends.collect();
        envelope
    }

    fn scaled(&self, weight: i128) -> i128 {
        match &self.kind {
            Kind::Bucket(bucket) => weight * bucket.scale,
            Kind::Span { .. } => weight,
            Kind::Window { per, .. } => weight * i128::from(*per),
        }
    }

    fn room(&self) -> i128 {
        match &self.kind {
            Kind::Bucket(bucket) => bucket.room * bucket.scale,
            Kind::Span { limit, .. } => *limit,
            Kind::Window { limit, per, .. } => limit * i128::from(*per),
        }
    }

    /// What is worked off from the start until an instant.
    fn worked_off(&self, at: u64) -> i128 {
        match &self.kind {
            Kind::Bucket(bucket) => bucket.worked_off(SimTime::ZERO, SimTime::from_nanos(at)),
            _ => 0,
        }
    }

    /// Of what was let in: violated if more surely came within some span than fits, held if in no span
    /// as much may have come.
    fn exceeded(&self) -> Option<(Verdict, u64)> {
        self.admitted.first()?;
        let slack = if let Kind::Span { slack, .. } = self.kind { slack } else { 1 };
        let mut sweep = Sweep::new(self);
        let mut worst = (Verdict::Held, 0);
        for it in &self.admitted {
            sweep.add(it);
            let until = it.at.until.0.nanos();
            let verdict = if sweep.least(until, until) > self.room() * slack {
                Verdict::Violated
            } else if self.most(&it.at) > self.room() {
                Verdict::Possible
            } else {
                Verdict::Held
            };
            if verdict > worst.0 {
                worst = (verdict, it.line);
            }
        }
        Some(worst)
    }

    /// The least that the limiter had counted when each of these was refused, which are ordered by when
    /// that may have been: of what surely came before.
    fn least(&self, refused: &[&Meeting]) -> Vec<i128> {
        let mut sweep = Sweep::new(self);
        let mut before = self.admitted.iter().peekable();
        let least = refused.iter().map(|refused| {
            let Bracket { from, until } = refused.at;
            while let Some(it) = before.next_if(|it| it.at.until < from) {
                sweep.add(it);
            }
            match self.kind {
                // Where windows begin somewhere, nothing is known of what has been counted.
                Kind::Span { slack: 2, .. } => 0,
                _ => sweep.least(from.0.nanos(), until.0.nanos()),
            }
        });
        least.collect()
    }

    /// The most that the limiter may have counted, whenever within a bracket, and whatever came at the
    /// very instant.
    fn most(&self, at: &Bracket) -> i128 {
        let (from, until) = (at.from.0.nanos(), at.until.0.nanos());
        let later = self.from.partition_point(|&(begin, _)| begin <= from);
        let inside = self.from[later..].iter().map(|&(begin, _)| begin);
        // Between two beginnings it only becomes less, but for windows that begin.
        let instants = std::iter::once(from).chain(inside.take_while(|&begin| begin <= until));
        let begins = if let Kind::Window { per, .. } = self.kind {
            let (first, last) = (from / per + 1, until / per);
            // Beyond a few windows the latest, and what may be in any of them.
            if last.saturating_sub(first) > 8 {
                return i128::MAX / 4;
            }
            (first..=last).map(|window| window * per).collect()
        } else {
            Vec::new()
        };
        instants.chain(begins).map(|at| self.most_at(at)).max().unwrap_or(0)
    }

    fn most_at(&self, at: u64) -> i128 {
        let begun = sum_before(&self.from, at.saturating_add(1));
        let since = |from: u64| begun - sum_before(&self.until, from);
        match &self.kind {
            Kind::Bucket(bucket) => {
                let ends = self.until.partition_point(|&(end, _)| end <= at);
                let worst = ends.checked_sub(1).map_or(i128::MIN, |last| self.worst[last]);
                let worked = self.worked_off(at);
                let here = worked - sum_before(&self.until, at) * bucket.scale;
                begun * bucket.scale + worst.max(here) - worked
            }
            Kind::Span { per, .. } => since(at.saturating_add(1).saturating_sub(*per)),
            Kind::Window { per, before, .. } => {
                let window = at / per * per;
                let last = window.checked_sub(*per);
                let before_it = last.map_or(0, |last| {
                    sum_before(&self.from, window) - sum_before(&self.until, last)
                });
                since(window) * i128::from(*per) + in_sight(*before, before_it, (at, *per))
            }
        }
    }
}

/// What has surely come, one after the other in the order in which it surely had.
struct Sweep<'e> {
    envelope: &'e Envelope,
    /// When each may have happened at the earliest, and of each what has come that did not begin earlier;
    /// of a bucket also what was worked off until then.
    begins: Vec<u64>,
    tree: MaxTree,
}

impl<'e> Sweep<'e> {
    fn new(envelope: &'e Envelope) -> Self {
        let begins: Vec<u64> = envelope.from.iter().map(|&(from, _)| from).collect();
        let tree = MaxTree::new(begins.iter().map(|&from| envelope.worked_off(from)));
        Self { envelope, begins, tree }
    }

    fn upto(&self, at: u64) -> usize {
        self.begins.partition_point(|&from| from <= at)
    }

    fn add(&mut self, it: &Meeting) {
        let weight = self.envelope.scaled(it.weight);
        self.tree.add(self.upto(it.at.from.0.nanos()), weight);
    }

    /// What has come since an instant.
    fn since(&self, at: u64) -> i128 {
        self.tree.at(self.begins.partition_point(|&begin| begin < at)).max(0)
    }

    /// The least that the limiter has counted, whenever from `from` until `until`.
    fn least(&self, from: u64, until: u64) -> i128 {
        match &self.envelope.kind {
            Kind::Bucket(_) => {
                (self.tree.greatest(self.upto(from)) - self.envelope.worked_off(until)).max(0)
            }
            Kind::Span { per, .. } => self.since(until.saturating_add(1).saturating_sub(*per)),
            Kind::Window { per, before, .. } if from / per == until / per => {
                let begun = until / per * per;
                let this = self.since(begun);
                // What may be of either window counts as of the one before, where it counts less.
                let two = begun.checked_sub(*per).map_or(this, |begun| self.since(begun));
                let before_it = (two - this) / i128::from(*per);
                // Rounded down alone, what may be of either counts less than a whole attempt more.
                let is_rounded = *before == Some(Estimate::Floor);
                let rounding = if is_rounded { 1_000 * i128::from(*per) } else { 0 };
                this + (in_sight(*before, before_it, (until, *per)) - rounding).max(0)
            }
            Kind::Window { .. } => 0,
        }
    }
}

/// What of the window before is in sight, times the length of a window.
fn in_sight(before: Option<Estimate>, count: i128, (at, per): (u64, u64)) -> i128 {
    let seen = count * i128::from(per - at % per);
    match before {
        None => 0,
        Some(Estimate::Exact) => seen,
        Some(Estimate::Floor) => seen / i128::from(per) / 1_000 * 1_000 * i128::from(per),
    }
}

/// Instants in their order, each with the sum of the weights up to it.
fn summed(weights: impl Iterator<Item = (u64, i128)>) -> Vec<(u64, i128)> {
    let mut sums: Vec<(u64, i128)> = weights.collect();
    sums.sort_unstable_by_key(|&(at, _)| at);
    let mut sum = 0;
    for (_, weight) in &mut sums {
        sum += *weight;
        *weight = sum;
    }
    sums
}

/// The sum of what comes before an instant.
fn sum_before(sums: &[(u64, i128)], at: u64) -> i128 {
    let count = sums.partition_point(|&(it, _)| it < at);
    count.checked_sub(1).map_or(0, |last| sums[last].1)
}

#[cfg(test)]
mod tests;
