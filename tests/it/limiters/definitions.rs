//! What the limiters are by definition. Each looks through its whole history for every answer,
//! keeps no level and no count, and calculates in rationals of any size.

use limitlab::rules::limiter::{Estimate, WindowStart};
use limitlab::units::{Rate, SimSpan, SimTime};
use num_bigint::BigInt;
use num_rational::BigRational;

/// An attempt that counts.
#[derive(Debug, Clone, Copy)]
struct Counted {
    at: SimTime,
    weight: u64,
    /// It was refused, and counts all the same.
    refused: bool,
}

/// The attempts that count, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct History(Vec<Counted>);

/// Time in nanoseconds, weights in thousandths.
fn big(number: impl Into<BigInt>) -> BigRational {
    BigRational::from_integer(number.into())
}

fn nanos(span: SimSpan) -> BigRational {
    big(span.nanos())
}

/// Thousandths that come in a nanosecond.
fn thousandths(rate: Rate) -> BigRational {
    big(rate.events()) * big(1_000) / nanos(rate.per())
}

impl History {
    pub(super) fn take(&mut self, at: SimTime, weight: u64) {
        self.add(at, weight, false);
    }

    pub(super) fn count_refused(&mut self, at: SimTime, weight: u64) {
        self.add(at, weight, true);
    }

    fn add(&mut self, at: SimTime, weight: u64, refused: bool) {
        if weight > 0 {
            self.0.push(Counted { at, weight, refused });
        }
    }

    fn sum(&self, counts: impl Fn(SimTime) -> bool) -> BigRational {
        let counted = self.0.iter().filter(|it| counts(it.at));
        big(counted.map(|it| BigInt::from(it.weight)).sum::<BigInt>())
    }

    /// Forgets everything: other windows begin.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Forgets what is `per` or more before `now`: a window of that length sees no further.
    pub(super) fn forget(&mut self, now: SimTime, per: SimSpan) {
        self.0.retain(|it| now - it.at < per);
    }
}

/// A limiter: what it answers at an instant, after what it has seen.
pub(super) trait Definition {
    /// The nanoseconds that an attempt waits if it is admitted; `None` if it is refused.
    fn admits(&self, history: &History, now: SimTime, weight: u64) -> Option<BigInt>;
}

fn at_once(admitted: bool) -> Option<BigInt> {
    admitted.then(BigInt::default)
}

/// In no span, however long, is more admitted than the burst and what the span brings.
/// Source: J.-Y. Le Boudec and P. Thiran, Network Calculus (2001), section 1.2, arrival curves.
#[derive(Debug)]
pub(super) struct TokenBucket {
    pub(super) rate: Rate,
    pub(super) burst: u64,
    /// The multiples at which tokens come; `None` for always.
    pub(super) every: Option<SimSpan>,
}

impl TokenBucket {
    fn brings(&self, from: SimTime, to: SimTime) -> BigRational {
        let span = match self.every {
            None => nanos(to - from),
            Some(every) => {
                let steps = to.nanos() / every.nanos() - from.nanos() / every.nanos();
                big(steps) * nanos(every)
            }
        };
        thousandths(self.rate) * span
    }
}

impl Definition for TokenBucket {
    fn admits(&self, history: &History, now: SimTime, weight: u64) -> Option<BigInt> {
        let mut sum = big(weight);
        let mut conforms = sum <= big(self.burst);
        for it in history.0.iter().rev() {
            if it.refused {
                // It took what was left: since then there is what came since then.
                conforms &= sum <= self.brings(it.at, now);
                break;
            }
            sum += big(it.weight);
            conforms &= sum <= big(self.burst) + self.brings(it.at, now);
        }
        at_once(weight == 0 || conforms)
    }
}

/// The content is the greatest excess over the rate since any attempt.
/// Source: L. Kleinrock, Queueing Systems I (1975), section 8.2, Lindley's equation solved.
#[derive(Debug)]
pub(super) struct LeakyBucket {
    pub(super) rate: Rate,
    pub(super) burst: u64,
    pub(super) delay: u64,
}

impl Definition for LeakyBucket {
    fn admits(&self, history: &History, now: SimTime, weight: u64) -> Option<BigInt> {
        if weight == 0 {
            return at_once(true);
        }
        let rate = thousandths(self.rate);
        let (mut sum, mut content) = (big(0), big(0));
        for it in history.0.iter().rev() {
            // One that was refused and counts filled the bucket up to the burst and one more.
            let found = if it.refused { big(self.burst) + big(1_000) } else { big(it.weight) };
            sum += found;
            content = content.max(&sum - &rate * nanos(now - it.at));
            if it.refused {
                break;
            }
        }
        let excess = (content + big(weight) - big(1_000)).max(big(0));
        let wait = ((&excess - big(self.delay)) / rate).max(big(0));
        (excess <= big(self.burst)).then(|| wait.ceil().to_integer())
    }
}

/// The limit in each window.
#[derive(Debug)]
pub(super) struct FixedWindow {
    pub(super) limit: u64,
    pub(super) per: SimSpan,
    pub(super) start: WindowStart,
}

impl Definition for FixedWindow {
    fn admits(&self, history: &History, now: SimTime, weight: u64) -> Option<BigInt> {
        let sum = match self.start {
            WindowStart::Aligned => {
                let window = |at: SimTime| at.nanos() / self.per.nanos();
                history.sum(|at| window(at) == window(now))
            }
            WindowStart::FirstAttempt => {
                let mut opened: Option<SimTime> = None;
                for it in &history.0 {
                    if opened.is_none_or(|opened| it.at - opened >= self.per) {
                        opened = Some(it.at);
                    }
                }
                let open = opened.filter(|&opened| now - opened < self.per);
                open.map_or(big(0), |opened| history.sum(|at| at >= opened))
            }
        };
        at_once(weight == 0 || sum + big(weight) <= big(self.limit))
    }
}

/// The limit in (now - per, now].
#[derive(Debug)]
pub(super) struct SlidingWindow {
    pub(super) limit: u64,
    pub(super) per: SimSpan,
}

impl Definition for SlidingWindow {
    fn admits(&self, history: &History, now: SimTime, weight: u64) -> Option<BigInt> {
        let since = big(now.nanos()) - nanos(self.per);
        let sum = history.sum(|at| big(at.nanos()) > since);
        at_once(weight == 0 || sum + big(weight) <= big(self.limit))
    }
}

/// The share of the last window that is in sight, and this window.
#[derive(Debug)]
pub(super) struct SlidingCounter {
    pub(super) limit: u64,
    pub(super) per: SimSpan,
    pub(super) estimate: Estimate,
}

impl Definition for SlidingCounter {
    fn admits(&self, history: &History, now: SimTime, weight: u64) -> Option<BigInt> {
        let per = self.per.nanos();
        let window = now.nanos() / per;
        let last = history.sum(|at| window > 0 && at.nanos() / per == window - 1);
        let this = history.sum(|at| at.nanos() / per == window);
        let share = big(per - now.nanos() % per) / big(per);
        let seen = match self.estimate {
            Estimate::Exact => last * share,
            Estimate::Floor => (last * share / big(1_000)).floor() * big(1_000),
        };
        at_once(weight == 0 || seen + this + big(weight) <= big(self.limit))
    }
}
