//! To what the times of a trace are rounded.

use crate::units::{SimSpan, SimTime};

const SECOND: u64 = SimSpan::SECOND.nanos();
const MINUTE: u64 = SimSpan::MINUTE.nanos();
const HOUR: u64 = SimSpan::HOUR.nanos();
/// What logs round to \[ns\].
const GRAINS: [u64; 17] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    SECOND,
    10 * SECOND,
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    HOUR,
    24 * HOUR,
];
/// Of so many stamps one may be finer than the others.
const ALL_BUT: u64 = 100;

/// Times, counted by what they are multiples of: since the start, and on the calendar in UTC.
#[derive(Debug)]
pub(super) struct Stamps {
    /// How far into the week t = 0 is \[ns\].
    offset: u64,
    count: u64,
    multiples: [[u64; GRAINS.len()]; 2],
}

impl Stamps {
    pub(super) fn new(offset: u64) -> Self {
        Self { offset, count: 0, multiples: [[0; GRAINS.len()]; 2] }
    }

    pub(super) fn add(&mut self, at: SimTime) {
        self.count += 1;
        for (time, multiples) in [at.nanos(), at.nanos().saturating_add(self.offset)]
            .into_iter()
            .zip(&mut self.multiples)
        {
            for (grain, multiples) in GRAINS.iter().zip(multiples) {
                *multiples += u64::from(time % grain == 0);
            }
        }
    }

    /// The coarsest grain that at least 99 of 100 times are multiples of \[ns\].
    pub(super) fn grain(&self) -> u64 {
        let is_of = |multiples: &u64| self.count - multiples <= self.count / ALL_BUT;
        let of = |multiples: &[u64; GRAINS.len()]| multiples.iter().rposition(is_of).unwrap_or(0);
        let [since, calendar] = &self.multiples;
        if self.count == 0 { 1 } else { GRAINS[of(since).max(of(calendar))] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stamp_of_a_hundred_may_be_finer() {
        let mut stamps = Stamps::new(7);
        for second in 0..99 {
            stamps.add(SimTime::from_nanos(second * SECOND));
        }
        assert_eq!(stamps.grain(), SECOND);
        stamps.add(SimTime::from_nanos(SECOND + 1));
        assert_eq!(stamps.grain(), SECOND);
        stamps.add(SimTime::from_nanos(SECOND + 1));
        assert_eq!(stamps.grain(), 1);
    }
}
