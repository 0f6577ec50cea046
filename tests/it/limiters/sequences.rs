//! Sequences of attempts that look for trouble: at boundaries and a nanosecond beside them, exactly
//! a window apart, many at one instant, after years of nothing.

use limitlab::units::{SimSpan, SimTime};
use proptest::prelude::*;
use proptest::sample::select;

/// How long after the last attempt the next is made.
#[derive(Debug, Clone, Copy)]
enum Gap {
    /// At the same instant.
    None,
    /// So many nanoseconds.
    Nanos(u64),
    /// So many times the span, and so many nanoseconds more or less.
    Spans(u64, i64),
    /// So many 1000ths of the span.
    Part(u64),
    /// At the next multiple of the span from t = 0, and so many nanoseconds more or less.
    Boundary(i64),
    /// So many years.
    Years(u64),
}

/// What an attempt weighs.
#[derive(Debug, Clone, Copy)]
enum Weight {
    /// So many thousandths.
    Thousandths(u64),
    /// The limit, and so many thousandths more or less.
    Limit(i64),
    /// So many 1000ths of the limit.
    Part(u64),
}

/// An attempt before the numbers of the limiter are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    gap: Gap,
    weight: Weight,
    /// Whether it counts if it is refused.
    pub(super) counts: bool,
}

impl Step {
    /// When the attempt is made: after `last`, at a limiter whose characteristic span is `span`.
    pub(super) fn at(&self, last: SimTime, span: SimSpan) -> SimTime {
        let (last, span) = (i128::from(last.nanos()), i128::from(span.nanos()));
        let at = match self.gap {
            Gap::None => last,
            Gap::Nanos(nanos) => last + i128::from(nanos),
            Gap::Spans(times, beside) => last + i128::from(times) * span + i128::from(beside),
            Gap::Part(part) => last + span * i128::from(part) / 1_000,
            Gap::Boundary(beside) => (last / span + 1) * span + i128::from(beside),
            Gap::Years(years) => last + i128::from(years) * 365 * i128::from(SimSpan::DAY.nanos()),
        };
        let at = at.clamp(last, i128::from(u64::MAX));
        SimTime::from_nanos(u64::try_from(at).expect("between two instants"))
    }

    /// What the attempt weighs at a limiter with this limit, both in thousandths.
    pub(super) fn weight(&self, limit: u64) -> u64 {
        match self.weight {
            Weight::Thousandths(thousandths) => thousandths,
            Weight::Limit(beside) => limit.saturating_add_signed(beside),
            Weight::Part(part) => (u128::from(limit) * u128::from(part) / 1_000) as u64,
        }
    }

    /// The same attempt, which does not count if it is refused.
    pub(super) fn uncounted(self) -> Self {
        Self { counts: false, ..self }
    }

    /// The same in whole attempts, from 1 to one above the limit in attempts.
    pub(super) fn whole(&self, limit: u64) -> u64 {
        (self.weight(limit * 1_000) / 1_000).clamp(1, limit + 1)
    }
}

fn gap() -> impl Strategy<Value = Gap> {
    let beside = || select(vec![-1, 0, 1]);
    prop_oneof![
        6 => Just(Gap::None),
        2 => (1..40_u64).prop_map(Gap::Nanos),
        3 => (1..3_u64, beside()).prop_map(|(times, beside)| Gap::Spans(times, beside)),
        6 => (0..2_200_u64).prop_map(Gap::Part),
        2 => select(vec![100_u64, 125, 200, 250, 500]).prop_map(Gap::Part),
        3 => beside().prop_map(Gap::Boundary),
        1 => (1..120_u64).prop_map(Gap::Years),
    ]
}

fn weight() -> impl Strategy<Value = Weight> {
    prop_oneof![
        8 => Just(Weight::Thousandths(1_000)),
        2 => (1..6_u64).prop_map(|units| Weight::Thousandths(units * 1_000)),
        2 => select(vec![0, 1, 2, 999, 1_001]).prop_map(Weight::Thousandths),
        2 => (-2..3_i64).prop_map(Weight::Limit),
        4 => (1..1_100_u64).prop_map(Weight::Part),
    ]
}

/// A sequence of attempts. In half of them no refused attempt counts, in the others some do.
pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (gap(), weight(), any::<bool>());
    (prop::collection::vec(step, 1..40), any::<bool>()).prop_map(|(steps, counting)| {
        let counts = |counts| counts && counting;
        steps
            .into_iter()
            .map(|(gap, weight, it)| Step { gap, weight, counts: counts(it) })
            .collect()
    })
}

/// A span: of few nanoseconds, of those that people write, of any, and the longest.
pub(super) fn span() -> impl Strategy<Value = SimSpan> {
    prop_oneof![
        2 => (1..20_u64).prop_map(SimSpan::from_nanos),
        4 => select(vec![SimSpan::SECOND, SimSpan::MINUTE, SimSpan::HOUR, SimSpan::DAY]),
        3 => (1..10_000_000_000_u64).prop_map(SimSpan::from_nanos),
        1 => Just(SimSpan::MAX_DURATION),
    ]
}

/// A limit in thousandths: a few units, a few thousandths, many, the greatest.
pub(super) fn limit() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => (1..8_u64).prop_map(|units| units * 1_000),
        3 => 1..9_000_u64,
        1 => 1..=1_000_000_000_000_000_u64,
        1 => Just(1_000_000_000_000_000_u64),
    ]
}
