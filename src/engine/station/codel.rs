//! Controlled delay: who is refused in place of being served, since the queue does not drain.
//!
//! Source: RFC 8289, Controlled Delay Active Queue Management (2018), sections 5.3 to 5.6, with an
//! attempt for a packet of the greatest size.

use crate::scenario::Codel;
use crate::units::{SimSpan, SimTime};

/// How long ago the last refusals may lie for their pace to be a start, in intervals.
const RECENT: u64 = 16;

/// The state of the control.
#[derive(Debug, Clone)]
pub(super) struct Control {
    codel: Codel,
    /// When those who start will have waited too long for all of an interval, if they have from now
    /// on; `None` while they do not.
    first_above: Option<SimTime>,
    /// Whether some are refused.
    dropping: bool,
    /// When the next one is refused.
    drop_next: SimTime,
    /// Refusals since it began to refuse, by which they come faster; and as it was then.
    count: u64,
    last_count: u64,
}

/// Somebody who is taken from the queue to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) job: u32,
    /// How long it has waited.
    pub(super) waited: SimSpan,
    /// How many still wait.
    pub(super) left: u32,
}

/// Those who wait.
pub(super) trait Queue {
    /// Takes the one who is served next.
    fn take(&mut self, now: SimTime) -> Option<Taken>;

    /// Refuses one who was taken.
    fn refuse(&mut self, job: u32);

    /// The same, if anybody was.
    fn refuse_any(&mut self, taken: Option<Taken>) {
        if let Some(taken) = taken {
            self.refuse(taken.job);
        }
    }
}

impl Control {
    pub(super) const fn new(codel: Codel) -> Self {
        let zero = SimTime::ZERO;
        Self { codel, first_above: None, dropping: false, drop_next: zero, count: 0, last_count: 0 }
    }

    /// Begins anew.
    pub(super) const fn clear(&mut self) {
        *self = Self::new(self.codel);
    }

    /// Who is served now that a server is free.
    pub(super) fn next(&mut self, now: SimTime, queue: &mut impl Queue) -> Option<u32> {
        let mut taken = queue.take(now);
        let mut too_long = self.waited_too_long(now, taken);
        if self.dropping {
            self.dropping = too_long;
            while self.dropping && now >= self.drop_next {
                queue.refuse_any(taken);
                self.count += 1;
                taken = queue.take(now);
                too_long = self.waited_too_long(now, taken);
                if too_long {
                    self.drop_next = self.after(self.drop_next);
                }
                self.dropping = too_long;
            }
        } else if too_long {
            queue.refuse_any(taken);
            taken = queue.take(now);
            self.waited_too_long(now, taken);
            self.dropping = true;
            // Where it refused not long ago, it goes on at the pace at which it left off.
            let pace = self.count - self.last_count;
            let recent = now < self.drop_next + self.codel.interval.times(RECENT);
            self.count = if pace > 1 && recent { pace } else { 1 };
            self.drop_next = self.after(now);
            self.last_count = self.count;
        }
        taken.map(|it| it.job)
    }

    /// Whether all who were taken for an interval had waited too long, and so this one may be
    /// refused.
    fn waited_too_long(&mut self, now: SimTime, taken: Option<Taken>) -> bool {
        // Where no more than one waits behind it, a refusal could leave a server idle.
        let above = taken.is_some_and(|it| it.waited >= self.codel.target && it.left > 1);
        if !above {
            self.first_above = None;
            return false;
        }
        match self.first_above {
            None => {
                self.first_above = Some(now + self.codel.interval);
                false
            }
            Some(at) => now >= at,
        }
    }

    /// When the next one is refused after `at`: the interval over the square root of the count
    /// later, rounded down to a nanosecond. That is the root of the interval's square over the count,
    /// whose whole part has the same whole root; so whole numbers are enough, and all machines agree.
    fn after(&self, at: SimTime) -> SimTime {
        let interval = u128::from(self.codel.interval.nanos());
        let span = (interval * interval / u128::from(self.count)).isqrt();
        // It is no more than the interval.
        at + SimSpan::from_nanos(span as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue that never drains: whoever is taken has waited for a second.
    struct Standing {
        next: u32,
        refused: Vec<u32>,
    }

    impl Queue for Standing {
        fn take(&mut self, _: SimTime) -> Option<Taken> {
            self.next += 1;
            Some(Taken { job: self.next, waited: SimSpan::SECOND, left: 9 })
        }

        fn refuse(&mut self, job: u32) {
            self.refused.push(job);
        }
    }

    /// The interval of 100 ms over the roots of 1, 1 + 1 and so on, from the first refusal on, an
    /// interval after the first who had waited too long.
    #[test]
    fn a_queue_that_never_drains_is_refused_faster_and_faster() {
        let milliseconds = |count| SimSpan::MILLISECOND.times(count);
        let mut control =
            Control::new(Codel { target: milliseconds(5), interval: milliseconds(100) });
        let mut queue = Standing { next: 0, refused: Vec::new() };
        let mut now = SimTime::from_nanos(1_000);
        let mut refusals = Vec::new();
        for _ in 0..6 {
            while queue.refused.len() == refusals.len() {
                let served = control.next(now, &mut queue);
                assert_eq!(served, Some(queue.next));
                now = match control.first_above {
                    Some(above) if !control.dropping => above.max(now),
                    _ => control.drop_next.max(now),
                };
            }
            refusals.push(control.drop_next.nanos() - 100_001_000);
        }
        assert_eq!(queue.refused, [2, 4, 6, 8, 10, 12]);
        let pace = [100_000_000, 70_710_678, 57_735_026, 50_000_000, 44_721_359, 40_824_829];
        let mut at = 0;
        let expected = pace.map(|span| {
            at += span;
            at
        });
        assert_eq!(refusals, expected);
    }

    #[test]
    fn nobody_is_refused_behind_whom_no_more_than_one_waits() {
        struct Short;
        impl Queue for Short {
            fn take(&mut self, _: SimTime) -> Option<Taken> {
                Some(Taken { job: 7, waited: SimSpan::SECOND, left: 1 })
            }

            fn refuse(&mut self, job: u32) {
                panic!("{job} is refused");
            }
        }
        let codel = Codel { target: SimSpan::MILLISECOND, interval: SimSpan::MILLISECOND };
        let mut control = Control::new(codel);
        for second in 0..100 {
            let now = SimTime::ZERO + SimSpan::SECOND.times(second);
            assert_eq!(control.next(now, &mut Short), Some(7));
        }
    }
}
