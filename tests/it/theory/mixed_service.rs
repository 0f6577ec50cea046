//! One server whose services are drawn from two exponentials.

use super::bisection::quantile;

/// M/H2/1: Poisson arrivals, and exponential services of two means.
#[derive(Debug, Clone, Copy)]
pub(super) struct MixedService {
    pub(super) arrival_rate: f64,
    /// How often a service is of each kind, and its mean.
    pub(super) kinds: [(f64, f64); 2],
}

impl MixedService {
    fn moment(self, number: i32) -> f64 {
        // The n-th moment of an exponential is n! times its mean to the n.
        let moment = |mean: f64| (1..=number).fold(1.0, |of, i| of * mean * f64::from(i));
        self.kinds.iter().map(|&(share, mean)| share * moment(mean)).sum()
    }

    pub(super) fn mean_service(self) -> f64 {
        self.moment(1)
    }

    /// Standard deviation over mean of the service time.
    pub(super) fn cv(self) -> f64 {
        (self.moment(2) / (self.moment(1) * self.moment(1)) - 1.0).sqrt()
    }

    pub(super) fn third_moment(self) -> f64 {
        self.moment(3)
    }

    /// The share of messages that wait for more than `time`: two exponentials, whose rates are the
    /// roots of the denominator of Pollaczek and Khinchine's transform.
    ///
    /// Source: Kleinrock, Queueing Systems, volume 1 (1975), chapter 5.
    pub(super) fn waits_more_than(self, time: f64) -> f64 {
        let Self { arrival_rate, kinds: [(share, mean), (other_share, other_mean)] } = self;
        let rates = [1.0 / mean, 1.0 / other_mean];
        let sum = rates[0] + rates[1] - arrival_rate;
        let product =
            rates[0] * rates[1] - arrival_rate * (share * rates[1] + other_share * rates[0]);
        let root = (sum * sum - 4.0 * product).sqrt();
        let slow = f64::midpoint(sum, -root);
        let fast = f64::midpoint(sum, root);
        let idle = 1.0 - arrival_rate * self.mean_service();
        let tail = |rate: f64, other: f64| {
            idle * (rates[0] - rate) * (rates[1] - rate) / (other - rate) / rate
                * libm::exp(-rate * time)
        };
        tail(slow, fast) + tail(fast, slow)
    }

    /// The wait that a share `q` does not exceed, by bisection.
    pub(super) fn wait_quantile(self, q: f64) -> f64 {
        quantile(q, 1_000.0 * self.mean_service(), |wait| 1.0 - self.waits_more_than(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::super::constant_service::ConstantService;
    use super::super::queues::{GeneralService, MultiServer};
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn two_kinds_alike_are_one() {
        let mixed = MixedService { arrival_rate: 0.7, kinds: [(0.4, 1.0), (0.6, 1.000_001)] };
        let theory = MultiServer { servers: 1, arrival_rate: 0.7, service_rate: 1.0 };
        assert_close(mixed.wait_quantile(0.9), theory.wait_quantile(0.9), 1e-5);
    }

    /// Both moments of the wait as integrals over its tail, by the midpoint rule.
    #[test]
    fn the_tail_has_the_moments_of_pollaczek_and_khinchine() {
        let mixed = MixedService { arrival_rate: 0.6, kinds: [(0.9, 0.5), (0.1, 5.5)] };
        let theory = GeneralService { arrival_rate: 0.6, mean_service: 1.0, cv: mixed.cv() };
        assert_close(mixed.mean_service(), 1.0, 1e-14);
        assert_close(mixed.waits_more_than(0.0), 0.6, 1e-12);
        let step = 2e-3;
        let (mut mean, mut square) = (0.0, 0.0);
        for index in 0..200_000 {
            let time = (f64::from(index) + 0.5) * step;
            let tail = mixed.waits_more_than(time) * step;
            mean += tail;
            square += 2.0 * time * tail;
        }
        assert_close(mean, theory.mean_wait(), 1e-6);
        let deviation = (square - mean * mean).sqrt();
        assert_close(deviation, theory.wait_deviation(mixed.third_moment()), 1e-6);
    }

    #[test]
    fn the_deviation_of_other_waits() {
        // M/M/1 at 0.8: of waits with the atom 0.2 at 0, and exponential of rate 0.2 else.
        let theory = GeneralService { arrival_rate: 0.8, mean_service: 1.0, cv: 1.0 };
        assert_close(theory.wait_deviation(6.0), f64::sqrt(2.0 * 0.8 / 0.04 - 16.0), 1e-13);
        let constant = ConstantService::new(1, 0.8);
        let theory = GeneralService { arrival_rate: 0.8, mean_service: 1.0, cv: 0.0 };
        let step = 2e-3;
        let square: f64 = (0..25_000)
            .map(|index| (f64::from(index) + 0.5) * step)
            .map(|time| 2.0 * time * (1.0 - constant.waits_at_most(time)) * step)
            .sum();
        let mean = constant.mean_wait();
        assert_close(theory.wait_deviation(1.0), (square - mean * mean).sqrt(), 1e-5);
    }
}
