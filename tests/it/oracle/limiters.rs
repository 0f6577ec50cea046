//! The oracle's limiters of a rate: what each answers, from all that was counted in it before.

use limitlab::rules::limiter::{Estimate, Quota, WindowStart};
use limitlab::units::{Rate, SimSpan};

/// What was counted in a limiter, in thousandths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) at: u64,
    pub(super) weight: i128,
    /// Whether it was refused there, and counts all the same.
    pub(super) refused: bool,
}

/// What a limiter has seen, as far as it matters still.
pub(super) struct Seen<'s> {
    quota: &'s Quota,
    marks: Vec<Mark>,
    bucket: Option<Bucket>,
}

/// How long an attempt waits that is admitted; after how long one would be that is refused, if it
/// ever would.
pub(super) type Answer = Result<u64, Option<u64>>;

impl<'s> Seen<'s> {
    /// That of a limiter which begins at `now`.
    pub(super) fn nothing(quota: &'s Quota, now: u64) -> Self {
        Self { quota, marks: Vec::new(), bucket: Bucket::of(quota, now) }
    }

    /// The limiter with other numbers from `now` on.
    pub(super) fn carried(mut self, quota: &'s Quota, now: u64) -> Self {
        if let (Some(old), Some(new)) = (self.bucket, Bucket::of(quota, now)) {
            self.bucket = Some(if self.quota == quota { old } else { old.converted(new) });
        }
        match (self.quota, quota) {
            (
                Quota::FixedWindow { per: old, start: before, .. },
                Quota::FixedWindow { per: new, start: after, .. },
            ) if (old, before) != (new, after) => self.marks.clear(),
            (Quota::SlidingCounter { per: old, .. }, Quota::SlidingCounter { per: new, .. })
                if old != new =>
            {
                self.marks.clear();
            }
            (Quota::SlidingWindow { per: old, .. }, Quota::SlidingWindow { per: new, .. }) => {
                self.marks.retain(|it| now - it.at < old.nanos().min(new.nanos()));
            }
            _ => {}
        }
        Self { quota, ..self }
    }

    pub(super) fn count(&mut self, mark: Mark) {
        if let Some(bucket) = &mut self.bucket {
            *bucket = bucket.at(mark.at);
            let taken = mark.weight * bucket.thousandth;
            bucket.room = if mark.refused { 0 } else { bucket.room - taken };
            assert!(bucket.room >= 0, "more was let in than there was room for");
            return;
        }
        self.marks.push(mark);
        if let (Quota::SlidingWindow { limit_thousandths, .. }, true) = (self.quota, mark.refused) {
            // No more of the log is kept than the newest that weighs the limit.
            let limit = i128::from(*limit_thousandths);
            let mut newer = 0;
            for mark in self.marks.iter_mut().rev() {
                mark.weight = mark.weight.min(limit - newer);
                newer += mark.weight;
            }
            self.marks.retain(|it| it.weight > 0);
        }
    }

    pub(super) fn answer(&self, now: u64, weight: i128) -> Answer {
        if weight == 0 {
            return Ok(0);
        }
        let bucket = || self.bucket.expect("a bucket's quota has one").at(now);
        match *self.quota {
            Quota::TokenBucket { .. } => bucket().admits(now, weight).map(|()| 0),
            Quota::LeakyBucket { delay_thousandths, .. } => {
                let bucket = bucket();
                bucket.admits(now, weight)?;
                let content = bucket.full - bucket.room + weight * bucket.thousandth;
                // One is let through by the rate, and `delay` more go at once.
                let at_once = (1_000 + i128::from(delay_thousandths)) * bucket.thousandth;
                Ok(ceil((content - at_once).max(0), bucket.gain))
            }
            Quota::FixedWindow { limit_thousandths, per, start } => {
                let per = per.nanos();
                let (begin, seen) = self.window(now, per, start);
                admits_up_to(limit_thousandths, seen, weight, || Some(begin + per - now))
            }
            Quota::SlidingWindow { limit_thousandths, per } => {
                let seen = |at: u64| sum(&self.marks, |it| at - it.at < per.nanos());
                admits_up_to(limit_thousandths, seen(now), weight, || {
                    let ends = self.marks.iter().map(|it| it.at + per.nanos());
                    let fits = |&at: &u64| seen(at) + weight <= i128::from(limit_thousandths);
                    ends.filter(|&at| at > now).find(fits).map(|at| at - now)
                })
            }
            Quota::SlidingCounter { limit_thousandths, per, estimate } => {
                let seen = |at| self.estimate(at, per, estimate);
                admits_up_to(limit_thousandths, seen(now), weight, || {
                    let fits = |at| seen(at) + weight <= i128::from(limit_thousandths);
                    Some(first_to_fit(now, per.nanos(), fits) - now)
                })
            }
            Quota::Concurrency { .. } | Quota::Custom(_) => unreachable!("no limit of a rate"),
        }
    }

    /// When the fixed window that `now` is in begins, and what was counted in it.
    fn window(&self, now: u64, per: u64, start: WindowStart) -> (u64, i128) {
        if start == WindowStart::Aligned {
            let begin = now / per * per;
            return (begin, sum(&self.marks, |it| it.at >= begin));
        }
        let mut opened: Option<u64> = None;
        for mark in &self.marks {
            if opened.is_none_or(|opened| mark.at - opened >= per) {
                opened = Some(mark.at);
            }
        }
        let open = opened.filter(|opened| now - opened < per);
        open.map_or((now, 0), |opened| (opened, sum(&self.marks, |it| it.at >= opened)))
    }

    /// What a sliding counter takes to have been counted lately: thousandths, rounded up, which
    /// makes no difference to a limit in whole ones.
    fn estimate(&self, now: u64, per: SimSpan, estimate: Estimate) -> i128 {
        let per = per.nanos();
        let window = now / per;
        let this = sum(&self.marks, |it| it.at / per == window);
        let last = sum(&self.marks, |it| it.at / per + 1 == window);
        let (part, per) = (last * i128::from(per - now % per), i128::from(per));
        this + match estimate {
            Estimate::Exact => (part + per - 1) / per,
            Estimate::Floor => part / per / 1_000 * 1_000,
        }
    }
}

fn sum(marks: &[Mark], counts: impl Fn(&Mark) -> bool) -> i128 {
    marks.iter().filter(|it| counts(it)).map(|it| it.weight).sum()
}

/// What a window answers that has seen so much: `then` is after how long it will have forgotten
/// enough of it.
fn admits_up_to(
    limit_thousandths: u64,
    seen: i128,
    weight: i128,
    then: impl Fn() -> Option<u64>,
) -> Answer {
    let limit = i128::from(limit_thousandths);
    match seen + weight <= limit {
        true => Ok(0),
        false if weight > limit => Err(None),
        false => Err(Some(then().expect("it will have forgotten enough"))),
    }
}

/// The first instant after `now` that fits, where each window fits from some instant on.
fn first_to_fit(now: u64, per: u64, fits: impl Fn(u64) -> bool) -> u64 {
    let mut begin = now;
    loop {
        let last = begin / per * per + per - 1;
        if fits(last) {
            let (mut early, mut late) = (begin, last);
            while early < late {
                let middle = early.midpoint(late);
                if fits(middle) {
                    late = middle;
                } else {
                    early = middle + 1;
                }
            }
            return late;
        }
        begin = last + 1;
    }
}

fn ceil(x: i128, y: i128) -> u64 {
    u64::try_from((x + y - 1) / y).expect("scenarios are short")
}

/// A bucket: of tokens, or a leaky one, in which room comes back as tokens do. All is counted in
/// thousandths of a token, times the nanoseconds of the rate.
#[derive(Clone, Copy)]
struct Bucket {
    full: i128,
    thousandth: i128,
    /// What comes back in a nanosecond.
    gain: i128,
    /// It comes back at the multiples of so many.
    every: u64,
    leaks: bool,
    room: i128,
    seen: u64,
}

impl Bucket {
    /// A bucket in which there is all room at `now`.
    fn of(quota: &Quota, now: u64) -> Option<Self> {
        let begin = |rate: Rate, thousandths: u64, every: u64, leaks| {
            let thousandth = i128::from(rate.per().nanos());
            let full = i128::from(thousandths) * thousandth;
            let gain = 1_000 * i128::from(rate.events());
            Some(Self { full, thousandth, gain, every, leaks, room: full, seen: now })
        };
        match *quota {
            Quota::TokenBucket { rate, burst_thousandths, refill_every } => {
                begin(rate, burst_thousandths, refill_every.map_or(1, SimSpan::nanos), false)
            }
            // One is let through, and the burst is in excess.
            Quota::LeakyBucket { rate, burst_thousandths, .. } => {
                begin(rate, burst_thousandths + 1_000, 1, true)
            }
            _ => None,
        }
    }

    fn at(self, now: u64) -> Self {
        let steps = now / self.every - self.seen / self.every;
        let back = self.gain * i128::from(steps * self.every);
        Self { room: self.full.min(self.room + back), seen: now, ..self }
    }

    fn admits(self, now: u64, weight: i128) -> Result<(), Option<u64>> {
        let missing = weight * self.thousandth - self.room;
        if missing <= 0 {
            return Ok(());
        }
        if weight * self.thousandth > self.full {
            return Err(None);
        }
        let steps = ceil(missing, self.gain * i128::from(self.every));
        Err(Some(steps * self.every - now % self.every))
    }

    /// The bucket as it is on another plan, which has the numbers of `new`: what was in it is
    /// rounded, in favour of the limit, to a millionth of a token and to what is whole in the new
    /// numbers.
    fn converted(self, new: Self) -> Self {
        let old = self.at(new.seen);
        // In the greatest unit in which a nanosecond's gain and a thousandth are whole.
        let (old_unit, unit) = (old.thousandth, gcd(new.gain, new.thousandth));
        let (tokens, new_tokens) = (1_000 * old_unit, 1_000 * new.thousandth);
        if old.leaks {
            let up = |x: i128, y: i128| (x + y - 1) / y;
            let millionths = up((old.full - old.room) * 1_000_000, tokens);
            let content = up(up(millionths * new_tokens, 1_000_000), unit) * unit;
            return Self { room: new.full - content.min(new.full), ..new };
        }
        let millionths = old.room * 1_000_000 / tokens;
        let room = millionths * new_tokens / 1_000_000 / unit * unit;
        Self { room: room.min(new.full), ..new }
    }
}

fn gcd(x: i128, y: i128) -> i128 {
    if y == 0 { x } else { gcd(y, x % y) }
}
