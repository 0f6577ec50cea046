//! Packages that are bought on top of a pool: how many, where it is known how much is wanted.

use super::poisson::{self, TimeOfEvent};

/// A pool and its packages over one period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packages {
    /// What the plan includes.
    pub(super) included: u32,
    /// A package is bought when less than this is left; 0 where it is bought on a refusal.
    pub(super) below: u32,
    /// What a package brings; no message costs more.
    pub(super) package: u32,
    /// The most packages of a period.
    pub(super) at_most: u32,
}

impl Packages {
    /// How many are bought where messages for `wanted` credits come: the least number that leaves
    /// `below` or more. A limited number tells so much for messages of one credit only.
    pub(super) fn bought(self, wanted: u32) -> u32 {
        (wanted + self.below).saturating_sub(self.included).div_ceil(self.package).min(self.at_most)
    }

    /// What is in the pool over the period: included and bought.
    fn held(self, wanted: u32) -> u32 {
        self.included + self.package * self.bought(wanted)
    }

    /// What is paid, of messages of one credit.
    pub(super) fn paid(self, wanted: u32) -> u32 {
        wanted.min(self.held(wanted))
    }

    /// What is left at the end of the period.
    pub(super) fn left(self, wanted: u32) -> u32 {
        self.held(wanted) - self.paid(wanted)
    }

    /// The probability that more than `number` packages are bought, with no limit and on refusals,
    /// where a Poisson number of messages with this mean cost Erlang-distributed amounts: sums of
    /// `k` exponentials of mean `phase`.
    ///
    /// So much is wanted that the Poisson stream of phases has not come to its end: of n messages
    /// with probability P(Poisson(amount / phase) < n k).
    pub(super) fn more_than(self, number: u32, messages: f64, k: u32, phase: f64) -> f64 {
        let amount = f64::from(self.included + number * self.package) / phase;
        let most = (messages + 12.0 * messages.sqrt()) as u32 + 40;
        (1..=most)
            .map(|count| poisson::mass(messages, count) * poisson::at_most(amount, count * k - 1))
            .sum()
    }

    /// The probability that somebody buys at least `number` packages by hand within `time`, each
    /// so long after a refusal as `after` says: one more message than are paid must come before
    /// each.
    pub(super) fn by_hand(self, number: u32, rate: f64, time: f64, after: f64) -> f64 {
        let messages = self.included + 1 + (number - 1) * (self.package + 1);
        let left = time - f64::from(number) * after;
        if left > 0.0 { TimeOfEvent { events: messages, rate }.by(left) } else { 0.0 }
    }
}

/// The mean and the standard deviation of `value` where it is known how probable each count is.
pub(super) fn moments(masses: &[f64], value: impl Fn(u32) -> u32) -> (f64, f64) {
    let (mut mean, mut square) = (0.0, 0.0);
    for (count, mass) in (0..).zip(masses) {
        let value = f64::from(value(count));
        mean += mass * value;
        square += mass * value * value;
    }
    (mean, (square - mean * mean).sqrt())
}

/// The mean and the standard deviation of a count from the probabilities of 1 or more, 2 or more,
/// and so on, the last one negligible.
pub(super) fn moments_of_tails(tails: &[f64]) -> (f64, f64) {
    let mean: f64 = tails.iter().sum();
    let square: f64 = (1..).zip(tails).map(|(count, tail)| f64::from(2 * count - 1) * tail).sum();
    (mean, (square - mean * mean).sqrt())
}

/// How probable each sum of a Poisson number of whole costs is, from 0 up to `most`, where
/// `costs[j]` is the probability that one message costs j, and none costs nothing.
///
/// Source: Panjer, "Recursive evaluation of a family of compound distributions", ASTIN Bulletin 12
/// (1981).
pub(super) fn compound_poisson(messages: f64, costs: &[f64], most: usize) -> Vec<f64> {
    assert!(costs[0] == 0.0);
    let mut masses = vec![libm::exp(-messages)];
    for sum in 1..=most {
        let least = (1..costs.len()).take_while(|&cost| cost <= sum);
        let total: f64 = least.map(|cost| cost as f64 * costs[cost] * masses[sum - cost]).sum();
        masses.push(messages / sum as f64 * total);
    }
    masses
}

#[cfg(test)]
mod tests {
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn packages_by_hand() {
        let packages = Packages { included: 30, below: 0, package: 5, at_most: 3 };
        let bought: Vec<u32> = [0, 30, 31, 35, 36, 45, 46, 99].map(|n| packages.bought(n)).into();
        assert_eq!(bought, [0, 0, 1, 1, 2, 3, 3, 3]);
        assert_eq!([29, 33, 45, 60].map(|n| packages.left(n)), [1, 2, 0, 0]);
        let early = Packages { below: 4, ..packages };
        // 4 are left of 30 after 26.
        assert_eq!([26, 27, 31, 32].map(|n| early.bought(n)), [0, 1, 1, 2]);
    }

    #[test]
    fn costs_of_one_credit_are_a_poisson_count() {
        let masses = compound_poisson(42.0, &[0.0, 1.0], 200);
        for (count, &mass) in (0..).zip(&masses) {
            assert!((mass - poisson::mass(42.0, count)).abs() < 1e-14, "{count}");
        }
        let (mean, deviation) = moments(&masses, |count| count);
        assert_close(mean, 42.0, 1e-12);
        assert_close(deviation, 42.0_f64.sqrt(), 1e-12);
        // Costs of 1 and 5: the moments of a compound Poisson sum.
        let masses = compound_poisson(120.0, &[0.0, 0.75, 0.0, 0.0, 0.0, 0.25], 1_000);
        let (mean, deviation) = moments(&masses, |count| count);
        assert_close(mean, 120.0 * 2.0, 1e-12);
        assert_close(deviation, (120.0 * 7.0_f64).sqrt(), 1e-11);
    }

    /// The lattice approaches the sum of exponentials as its cells shrink: geometric costs.
    #[test]
    fn exponential_costs_are_the_limit_of_geometric_ones() {
        let packages = Packages { included: 10, below: 0, package: 8, at_most: u32::MAX };
        let (cells, messages) = (100_u32, 9.0);
        let leaves = 1.0 / (2.0 * f64::from(cells));
        let costs: Vec<f64> = (0..4_000)
            .map(|j| if j == 0 { 0.0 } else { leaves * libm::pow(1.0 - leaves, f64::from(j - 1)) })
            .collect();
        let masses = compound_poisson(messages, &costs, 6_000);
        for number in 0..3 {
            let amount = (packages.included + number * packages.package) * cells;
            let more = 1.0 - masses[..=amount as usize].iter().sum::<f64>();
            assert_close(packages.more_than(number, messages, 1, 2.0), more, 5e-3);
        }
        // More phases scatter less: two of mean 1 with 60 messages, of a pool of twice the mean.
        let roomy = Packages { included: 240, ..packages };
        assert!(roomy.more_than(0, 60.0, 2, 1.0) < roomy.more_than(0, 60.0, 1, 2.0));
    }

    #[test]
    fn moments_of_tails_are_moments() {
        // 0, 1, 2 with probabilities 0.5, 0.3, 0.2.
        let (mean, deviation) = moments_of_tails(&[0.5, 0.2]);
        let expected = moments(&[0.5, 0.3, 0.2], |count| count);
        assert_close(mean, expected.0, 1e-14);
        assert_close(deviation, expected.1, 1e-14);
    }

    #[test]
    fn who_buys_at_once_by_hand_needs_one_more_message() {
        let packages = Packages { included: 9, below: 0, package: 4, at_most: u32::MAX };
        let most = poisson::at_least(30.0, 10);
        assert_close(packages.by_hand(1, 3.0, 10.0, 0.0), most, 1e-13);
        assert_close(packages.by_hand(2, 3.0, 10.0, 0.0), poisson::at_least(30.0, 15), 1e-13);
        assert!(packages.by_hand(3, 3.0, 10.0, 4.0) == 0.0);
    }
}
