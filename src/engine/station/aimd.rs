//! An adaptive limit: it grows by one with a good reply and shrinks by a share with a bad one.
//!
//! Source: Netflix, concurrency-limits, class `AIMDLimit` (method `_update`), behind a limiter that
//! admits while fewer are in flight than the limit (class `SimpleLimiter`).

use crate::scenario::Aimd;
use crate::units::SimSpan;

/// The state of the limit.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    aimd: Aimd,
    now: u32,
}

impl Limit {
    pub(super) const fn new(aimd: Aimd) -> Self {
        Self { aimd, now: aimd.initial }
    }

    /// Begins anew.
    pub(super) const fn clear(&mut self) {
        self.now = self.aimd.initial;
    }

    /// Whether one more is admitted where so many are there.
    pub(super) const fn admits(&self, present: u32) -> bool {
        present < self.now
    }

    /// A reply came after `span`, to one who was there with `present` others, itself included.
    pub(super) fn replied(&mut self, span: SimSpan, present: u32) {
        if span > self.aimd.timeout {
            self.dropped();
        } else if u64::from(present) * 2 >= u64::from(self.now) {
            self.now = self.now.saturating_add(1).min(self.aimd.max);
        }
    }

    /// Somebody who was admitted got no reply. What is left of the limit is rounded down.
    pub(super) fn dropped(&mut self) {
        let left = u64::from(self.now) * u64::from(self.aimd.backoff_millionths) / 1_000_000;
        // A share of what fits in 32 bits fits too.
        self.now = (left as u32).max(self.aimd.min);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_grows_by_one_and_shrinks_by_a_tenth() {
        let timeout = SimSpan::SECOND;
        let aimd = Aimd { initial: 20, min: 17, max: 22, backoff_millionths: 900_000, timeout };
        let mut limit = Limit::new(aimd);
        let mut after = |span: SimSpan, present| {
            limit.replied(span, present);
            limit.now
        };
        // Half of the limit must be in use for it to grow; a reply at the very timeout is good.
        assert_eq!(
            [9, 10, 10, 11, 22].map(|present| after(timeout, present)),
            [20, 21, 21, 22, 22]
        );
        // 19.8, then 17.1, then 15.3, of which the least is 17.
        let late = timeout + SimSpan::from_nanos(1);
        assert_eq!([22, 1, 1].map(|present| after(late, present)), [19, 17, 17]);
        assert_eq!((limit.admits(16), limit.admits(17)), (true, false));
    }
}
