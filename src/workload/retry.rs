//! Customers who try again after a refusal.

use super::RetryBudget;
use crate::random::{Distribution, Key, Sampler};
use crate::rules::{Reason, Refusal};
use crate::units::{Share, SimSpan};

/// How customers of a line try again.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// Attempts of a message, the first included; at least 1. `None` is any number.
    pub max_attempts: Option<u32>,
    /// How long they wait.
    pub backoff: Backoff,
    /// Whether they wait for as long as a refusal tells them, if that is longer.
    pub honour_retry_after: bool,
    /// How many of them try again after each refusal.
    pub persistence: Share,
    /// The reasons after which they try again.
    pub reasons: Vec<Reason>,
    /// Which part of the attempts of a line, in a workspace, may be retries; `None` is any.
    pub budget: Option<RetryBudget>,
}

/// How long customers wait before they try again.
#[derive(Debug, Clone, PartialEq)]
pub enum Backoff {
    /// Longer from try to try: before attempt k + 1 the span B = min(cap, base factor^(k - 1)), of
    /// which chance takes a part.
    Growing {
        /// The first span; above 0.
        base: SimSpan,
        /// By what it grows; at least 1.
        factor: f64,
        /// The most that it grows to; not less than the first.
        cap: SimSpan,
        /// What chance takes of it.
        jitter: Jitter,
    },
    /// A span drawn anew for each try \[ns\].
    Wait(Distribution),
}

/// What chance makes of a span B.
///
/// Source: M. Brooker, Exponential Backoff And Jitter (AWS Architecture Blog, 2015), which compares
/// these four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Jitter {
    /// Nothing: B.
    None,
    /// Any part of it: uniform from 0 to B.
    #[default]
    Full,
    /// Any part of its second half: B / 2 and uniform from 0 to B / 2.
    Equal,
    /// It grows from what the last try waited, not from try to try: uniform from the base to three
    /// times that, at most the cap; before the first the last is the base.
    Decorrelated,
}

impl Retry {
    /// What customers try again for unless the scenario says otherwise.
    pub const REASONS: [Reason; 3] =
        [Reason::RateLimited, Reason::ConcurrencyLimited, Reason::Overloaded];

    /// Whether customers who are refused for `reason` take time before they give a message up, if
    /// only some of them.
    pub(super) fn takes_time(&self, reason: Reason) -> bool {
        let again = self.max_attempts != Some(1) && self.persistence > Share::NONE;
        let waits = !matches!(&self.backoff, Backoff::Wait(law) if law.mean() <= 0.0);
        // A limiter of a rate always says when to come again.
        let told = self.honour_retry_after && reason == Reason::RateLimited;
        again && self.reasons.contains(&reason) && (waits || told)
    }

    /// What draws from it.
    pub fn sampler(&self) -> RetrySampler {
        let wait = match &self.backoff {
            Backoff::Wait(law) => Some(law.sampler()),
            Backoff::Growing { .. } => None,
        };
        RetrySampler { retry: self.clone(), wait }
    }
}

/// A [`Retry`] that draws.
#[derive(Debug, Clone)]
pub struct RetrySampler {
    retry: Retry,
    wait: Option<Sampler>,
}

impl RetrySampler {
    /// The budget of retries, if there is one.
    pub const fn budget(&self) -> Option<RetryBudget> {
        self.retry.budget
    }

    /// After what time the customer tries again whose attempt number `attempt`, from 1 on, was
    /// refused, and the part of it that is backoff; `None` if the message is given up.
    ///
    /// Draws are keyed by `line` and the attempt, at the message's `number`. `last` is the backoff
    /// before this attempt, zero before the first.
    pub fn delay(
        &self,
        line: Key,
        number: u64,
        (attempt, last): (u32, SimSpan),
        refusal: &Refusal,
    ) -> Option<(SimSpan, SimSpan)> {
        let retry = &self.retry;
        let is_last = retry.max_attempts.is_some_and(|most| attempt >= most);
        if is_last || !retry.reasons.contains(&refusal.reason) {
            return None;
        }
        let draw = |purpose| line.name(purpose).index(u64::from(attempt)).stream().at(number);
        let whole = Share::WHOLE.billionths();
        if draw("persistence").below(whole) >= retry.persistence.billionths() {
            return None;
        }
        let mut chance = draw("backoff");
        let backoff = match (&retry.backoff, &self.wait) {
            (Backoff::Wait(_), Some(law)) => SimSpan::from_nanos(law.sample_whole(&mut chance)),
            (backoff, _) => backoff.grown(attempt, last, chance.unit()),
        };
        let told = refusal.retry_after.filter(|_| retry.honour_retry_after);
        Some((told.map_or(backoff, |told| told.max(backoff)), backoff))
    }
}

impl Backoff {
    /// The span after refused attempt number `attempt`; `chance` is uniform on 0 to 1. Nothing
    /// where spans are drawn.
    fn grown(&self, attempt: u32, last: SimSpan, chance: f64) -> SimSpan {
        let Self::Growing { base, factor, cap, jitter } = self else { return SimSpan::ZERO };
        let (base, cap) = (base.nanos() as f64, cap.nanos() as f64);
        let whole = || cap.min(base * libm::pow(*factor, f64::from(attempt - 1)));
        let span = match jitter {
            Jitter::None => whole(),
            Jitter::Full => chance * whole(),
            Jitter::Equal => (0.5 + 0.5 * chance) * whole(),
            Jitter::Decorrelated => {
                let last = if last.is_zero() { base } else { last.nanos() as f64 };
                cap.min(base + chance * (3.0 * last - base))
            }
        };
        SimSpan::from_nanos(span.round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn growing(jitter: Jitter) -> Backoff {
        let span = |seconds| SimSpan::from_secs(seconds);
        Backoff::Growing { base: span(1), factor: 2.0, cap: span(60), jitter }
    }

    /// Spans of attempts in a row, in milliseconds.
    fn spans<const N: usize>(backoff: &Backoff, chance: [f64; N]) -> [u64; N] {
        let (mut last, mut attempt) = (SimSpan::ZERO, 0);
        chance.map(|chance| {
            attempt += 1;
            last = backoff.grown(attempt, last, chance);
            last.nanos() / 1_000_000
        })
    }

    #[test]
    fn the_span_doubles_up_to_its_cap_and_chance_takes_its_part() {
        let half = [0.5; 8];
        let doubled = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000];
        assert_eq!(spans(&growing(Jitter::None), half), doubled);
        assert_eq!(spans(&growing(Jitter::Full), half), doubled.map(|span| span / 2));
        assert_eq!(spans(&growing(Jitter::Equal), half), doubled.map(|span| span * 3 / 4));
        assert_eq!(spans(&growing(Jitter::Full), [0.0, 0.999]), [0, 1_998]);
    }

    #[test]
    fn decorrelated_spans_grow_from_the_last_one() {
        let backoff = growing(Jitter::Decorrelated);
        // From 1 s to 3 s; from 1 s to three times 2 s; ..
        assert_eq!(spans(&backoff, [0.5, 0.5, 0.0, 1.0]), [2_000, 3_500, 1_000, 3_000]);
        assert_eq!(spans(&backoff, [1.0; 5]), [3_000, 9_000, 27_000, 60_000, 60_000]);
    }

    #[test]
    fn who_tries_again_is_said_by_attempts_reasons_and_persistence() {
        let retry = Retry {
            max_attempts: Some(3),
            backoff: growing(Jitter::None),
            honour_retry_after: true,
            persistence: "80%".parse().unwrap(),
            reasons: Retry::REASONS.to_vec(),
            budget: None,
        };
        let sampler = retry.sampler();
        let line = Key::root(7).name("sales");
        let refused = |reason, retry_after| Refusal { retry_after, ..Refusal::of(reason) };
        let full = refused(Reason::Overloaded, None);
        let goes_on = |number, attempt, refusal: &Refusal| {
            sampler.delay(line, number, (attempt, SimSpan::ZERO), refusal)
        };
        let share = (0..10_000).filter(|&number| goes_on(number, 1, &full).is_some()).count();
        // Four standard errors of a binomial share.
        assert!((7_840..=8_160).contains(&share), "{share} of 10,000");
        let persists = (0..100).find(|&it| goes_on(it, 2, &full).is_some()).unwrap();
        let second = SimSpan::from_secs(2);
        assert_eq!(goes_on(persists, 2, &full), Some((second, second)));
        assert_eq!(goes_on(persists, 3, &full), None);
        let broke = refused(Reason::CreditsExhausted, None);
        assert_eq!(goes_on(persists, 2, &broke), None);
        let later = SimSpan::from_secs(90);
        let told = refused(Reason::RateLimited, Some(later));
        assert_eq!(goes_on(persists, 2, &told), Some((later, second)));
        let deaf = Retry { honour_retry_after: false, ..retry }.sampler();
        let answer = deaf.delay(line, persists, (2, SimSpan::ZERO), &told);
        assert_eq!(answer, Some((second, second)));
    }
}
