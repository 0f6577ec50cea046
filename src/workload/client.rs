//! What clients do by what they have seen lately: throttle themselves, and spend a budget on retries.
//!
//! Source: B. Beyer et al., Site Reliability Engineering (2016), chapter 21: "Client-Side
//! Throttling", equation 1, and "Deciding to Retry".

use crate::random::Key;
use crate::rules::{Offer, Reason};
use crate::units::{Share, SimSpan, SimTime};

/// A client that holds attempts back when too few of its last ones were admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientThrottling {
    /// How many attempts it makes for each that is admitted, in thousandths; at least 1,000. The
    /// book's K.
    pub multiplier_thousandths: u64,
    /// Over which time it counts; above 0.
    pub over: SimSpan,
}

impl ClientThrottling {
    /// What stands for the limiter in refusals of attempts that were held back.
    pub const NAME: &str = "client_throttling";

    /// What a client tells its user of an attempt that it holds back: nobody else was asked.
    pub const SENTENCE: &str =
        "This client holds back, since little of what it sent lately was admitted.";

    /// What it offers then.
    pub const OFFERS: [Offer; 1] = [Offer::Wait];

    /// Their reason: to the customer the service is overloaded.
    pub const REFUSAL: Reason = Reason::Overloaded;

    /// What a client does unless the scenario says otherwise: 2, over two minutes.
    pub const DEFAULT: Self = Self { multiplier_thousandths: 2_000, over: SimSpan::from_secs(120) };

    /// Whether a client that has meant to make so many attempts lately, of which so many were
    /// admitted, holds the next one back: with the probability
    /// max(0, (attempts - K x admitted) / (attempts + 1)).
    ///
    /// The draw is keyed by `line` and the attempt's number among those of its message, at the
    /// message's `number`.
    pub fn holds_back(
        &self,
        (attempts, admitted): (u64, u64),
        line: Key,
        (number, attempt): (u64, u32),
    ) -> bool {
        let excess = (attempts * 1_000).saturating_sub(admitted * self.multiplier_thousandths);
        if excess == 0 {
            return false;
        }
        let key = line.name("client throttling").index(u64::from(attempt));
        key.stream().at(number).below((attempts + 1) * 1_000) < excess
    }
}

/// A client that tries again only while retries are a small part of its attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryBudget {
    /// Retries among all attempts, below which there may be one more.
    pub share: Share,
    /// Over which time they are counted; above 0.
    pub over: SimSpan,
}

impl RetryBudget {
    /// Whether a client that has made so many attempts lately, and decided upon so many retries, may
    /// try again.
    pub fn allows(&self, (attempts, retries): (u64, u64)) -> bool {
        let whole = u128::from(Share::WHOLE.billionths());
        let below = u128::from(attempts) * u128::from(self.share.billionths());
        u128::from(retries) * whole < below
    }
}

/// In how many slices a client counts: it forgets by the slice.
const SLICES: u64 = 120;

/// What a client has seen lately: counts over a time, kept in 120 slices of it that follow each other
/// from t = 0. It counts the slice of now, and the 119 before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lately<const KINDS: usize> {
    /// How long a slice is \[ns\].
    width: u64,
    /// The slice of now.
    slice: u64,
    /// Counts by slice: that of number n stands at n modulo 120.
    slices: Vec<[u32; KINDS]>,
    totals: [u64; KINDS],
}

impl<const KINDS: usize> Lately<KINDS> {
    /// Nothing seen, over a time that is rounded up to 120 slices of whole nanoseconds.
    pub fn new(over: SimSpan) -> Self {
        Self {
            width: over.nanos().div_ceil(SLICES).max(1),
            slice: 0,
            slices: vec![[0; KINDS]; SLICES as usize],
            totals: [0; KINDS],
        }
    }

    /// The counts of each kind.
    pub fn counts(&mut self, now: SimTime) -> [u64; KINDS] {
        self.advance(now);
        self.totals
    }

    /// Counts one of a kind.
    pub fn count(&mut self, kind: usize, now: SimTime) {
        self.advance(now);
        self.slices[(self.slice % SLICES) as usize][kind] += 1;
        self.totals[kind] += 1;
    }

    fn advance(&mut self, now: SimTime) {
        let slice = now.nanos() / self.width;
        // After as many slices as there are, all are forgotten.
        let first = (self.slice + 1).max((slice + 1).saturating_sub(SLICES));
        for gone in first..=slice {
            let counts = &mut self.slices[(gone % SLICES) as usize];
            for (total, count) in self.totals.iter_mut().zip(std::mem::replace(counts, [0; KINDS]))
            {
                *total -= u64::from(count);
            }
        }
        self.slice = self.slice.max(slice);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nobody_holds_back_while_enough_is_admitted() {
        let line = Key::root(3).name("sales");
        let client = ClientThrottling::DEFAULT;
        assert!((0..1_000).all(|number| !client.holds_back((0, 0), line, (number, 1))));
        assert!((0..1_000).all(|number| !client.holds_back((200, 100), line, (number, 1))));
        // (150 - 2 x 25) / 151 of the next attempts; four standard errors of a share.
        let held = (0..10_000).filter(|&it| client.holds_back((150, 25), line, (it, 1))).count();
        assert!((6_430..=6_815).contains(&held), "{held}");
        // The first attempts of all that fail: half of them, then two thirds, ..
        let second = (0..10_000).filter(|&it| client.holds_back((1, 0), line, (it, 1))).count();
        assert!((4_800..=5_200).contains(&second), "{second}");
    }

    #[test]
    fn a_budget_is_spent_when_retries_reach_their_share() {
        let budget = RetryBudget { share: "10%".parse().unwrap(), over: SimSpan::MINUTE };
        let allowed = [(0, 0), (1, 0), (9, 0), (9, 1), (10, 1), (11, 1), (20, 2), (21, 2)];
        let expected = [false, true, true, false, false, true, false, true];
        assert_eq!(allowed.map(|counts| budget.allows(counts)), expected);
    }

    proptest! {
        #[test]
        fn lately_is_what_a_plain_list_of_instants_says(
            width in 1..5_u64,
            seen in prop::collection::vec((0..700_u64, 0..2_usize), 1..200),
        ) {
            let mut lately = Lately::<2>::new(SimSpan::from_nanos(width * SLICES));
            let (mut now, mut all) = (0, Vec::new());
            for (gap, kind) in seen {
                // Most follow closely, some after all is forgotten.
                now += if gap < 600 { gap % 40 } else { gap };
                lately.count(kind, SimTime::from_nanos(now));
                all.push((now / width, kind));
                let sum = |kind| {
                    let counts = |it: &&(u64, usize)| it.1 == kind && it.0 + SLICES > now / width;
                    all.iter().filter(counts).count() as u64
                };
                prop_assert_eq!(lately.counts(SimTime::from_nanos(now)), [sum(0), sum(1)]);
            }
        }
    }
}
