//! Pools whose messages cost different amounts.

use super::packages::compound_poisson;
use super::poisson;

/// One period of a pool that begins full. A message that the pool cannot pay is refused, and a
/// cheaper one after it may still be paid.
#[derive(Debug, Clone)]
pub(super) struct MixedCosts {
    /// Whole credits at the beginning.
    pub(super) credits: usize,
    /// Messages expected in the period.
    pub(super) messages: f64,
    /// The probability that a message costs 0, 1, .. credits; none costs nothing.
    pub(super) costs: Vec<f64>,
}

/// What becomes of a pool in a period, on average.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    /// Credits that are paid.
    pub(super) consumed: f64,
    /// The share of messages that are refused.
    pub(super) refused_share: f64,
    /// The share of periods that end with nothing in the pool.
    pub(super) zero_share: f64,
}

impl MixedCosts {
    /// From the chain of the balance, message by message. So many of its steps are taken as
    /// messages come.
    pub(super) fn outcome(&self) -> Outcome {
        let mut balance = vec![0.0; self.credits + 1];
        balance[self.credits] = 1.0;
        let (mut consumed, mut refused) = (0.0, 0.0);
        let mut zero_share = 0.0;
        let most = (self.messages + 12.0 * self.messages.sqrt()) as u32 + 40;
        for message in 1..=most {
            let comes = poisson::at_least(self.messages, message);
            zero_share += poisson::mass(self.messages, message - 1) * balance[0];
            let mut next = vec![0.0; self.credits + 1];
            for (left, share) in balance.iter().enumerate() {
                for (cost, likely) in self.costs.iter().enumerate() {
                    let mass = share * likely;
                    if let Some(after) = left.checked_sub(cost) {
                        next[after] += mass;
                        consumed += comes * mass * cost as f64;
                    } else {
                        next[left] += mass;
                        refused += comes * mass;
                    }
                }
            }
            balance = next;
        }
        Outcome { consumed, refused_share: refused / self.messages, zero_share }
    }

    /// The share of periods in which a message is refused: in those all messages together cost more
    /// than there is.
    pub(super) fn exhausted_share(&self) -> f64 {
        1.0 - compound_poisson(self.messages, &self.costs, self.credits).iter().sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::pools::PoolPeriod;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn equal_costs_are_a_count() {
        let theory = PoolPeriod { credits: 20, rate: 18.0, length: 1.0 };
        for (credits, costs) in [(20, vec![0.0, 1.0]), (62, vec![0.0, 0.0, 0.0, 1.0])] {
            let found = MixedCosts { credits, messages: 18.0, costs };
            assert_close(found.outcome().refused_share, theory.refused_share(), 1e-10);
            assert_close(found.exhausted_share(), theory.exhausted_share(), 1e-10);
        }
        let found = MixedCosts { credits: 20, messages: 18.0, costs: vec![0.0, 1.0] }.outcome();
        assert_close(found.zero_share, theory.zero_share(), 1e-10);
        assert_close(found.consumed, 18.0 * (1.0 - theory.refused_share()), 1e-10);
    }

    /// One credit and messages of 1 or 2.
    #[test]
    fn a_small_pool_by_hand() {
        let found = MixedCosts { credits: 1, messages: 2.0, costs: vec![0.0, 0.5, 0.5] };
        // Dear messages are refused always, cheap ones but for the first of them, of 1 expected.
        let refused = f64::midpoint(1.0, libm::exp(-1.0));
        assert_close(found.outcome().refused_share, refused, 1e-12);
        assert_close(found.outcome().consumed, 1.0 - libm::exp(-1.0), 1e-12);
        assert_close(found.outcome().zero_share, 1.0 - libm::exp(-1.0), 1e-12);
        // No refusal: no message, or a cheap one alone.
        let none = libm::exp(-2.0) * 2.0;
        assert_close(found.exhausted_share(), 1.0 - none, 1e-12);
    }

    /// Small pools by all strings of up to 9 messages, of which more hardly ever come.
    #[test]
    fn mixed_costs_by_all_strings_of_messages() {
        let costs = vec![0.0, 0.5, 0.0, 0.5];
        let pool = MixedCosts { credits: 5, messages: 0.4, costs };
        let (mut refused, mut exhausted) = (0.0, 0.0);
        for count in 0..=9_u32 {
            let likely = poisson::mass(0.4, count) / f64::from(1_u32 << count);
            for string in 0..1_u32 << count {
                let (mut left, mut sent_away) = (5, 0_u32);
                for message in 0..count {
                    let cost = if string >> message & 1 == 1 { 3 } else { 1 };
                    if cost > left {
                        sent_away += 1;
                    } else {
                        left -= cost;
                    }
                }
                refused += likely * f64::from(sent_away);
                exhausted += likely * f64::from(sent_away.min(1));
            }
        }
        assert_close(pool.outcome().refused_share, refused / 0.4, 1e-7);
        assert_close(pool.exhausted_share(), exhausted, 1e-7);
    }
}
