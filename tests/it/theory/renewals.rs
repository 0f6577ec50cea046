//! One server for arrivals of a renewal process, and how arrivals in bursts scatter.

/// GI/M/1: renewal arrivals, one server, exponential service of rate 1.
///
/// Source: Kleinrock, Queueing Systems, volume 1 (1975), chapter 6.
#[derive(Debug, Clone, Copy)]
pub(super) struct RenewalArrivals {
    pub(super) arrival_rate: f64,
    /// The share of messages that wait: the root below 1 of s = A(1 - s), where A is the transform
    /// of the time between arrivals.
    pub(super) wait_probability: f64,
}

impl RenewalArrivals {
    /// From the transform of the time between arrivals.
    fn new(arrival_rate: f64, transform: impl Fn(f64) -> f64) -> Self {
        // The right side is convex and meets the left at 1 too, so from 0 the steps end at the
        // lesser root.
        let mut root = 0.0;
        for _ in 0..10_000 {
            root = transform(1.0 - root);
        }
        Self { arrival_rate, wait_probability: root }
    }

    /// Erlang times between arrivals: sums of `k` exponentials.
    pub(super) fn erlang(arrival_rate: f64, k: u32) -> Self {
        let phase_rate = f64::from(k) * arrival_rate;
        Self::new(arrival_rate, |s| libm::pow(phase_rate / (phase_rate + s), f64::from(k)))
    }

    /// Even times between arrivals.
    pub(super) fn even(arrival_rate: f64) -> Self {
        Self::new(arrival_rate, |s| libm::exp(-s / arrival_rate))
    }

    /// Who waits does so for an exponential time of rate 1 - s.
    pub(super) fn mean_wait(self) -> f64 {
        self.wait_probability / (1.0 - self.wait_probability)
    }

    pub(super) fn mean_sojourn(self) -> f64 {
        1.0 / (1.0 - self.wait_probability)
    }

    pub(super) fn mean_queue(self) -> f64 {
        self.arrival_rate * self.mean_wait()
    }
}

/// A Poisson stream that is switched on and off for exponential times: the variance of the count in
/// a time over its mean.
///
/// Source: Fischer and Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook",
/// Performance Evaluation 18 (1993), with one rate 0.
pub(super) fn dispersion_of_bursts(mean_rate: f64, mean_on: f64, mean_off: f64, time: f64) -> f64 {
    let (leaves_on, leaves_off) = (1.0 / mean_on, 1.0 / mean_off);
    let change = leaves_on + leaves_off;
    let rate_on = mean_rate * (mean_on + mean_off) / mean_on;
    let settled = 1.0 + libm::expm1(-change * time) / (change * time);
    1.0 + 2.0 * rate_on * leaves_on / (change * change) * settled
}

#[cfg(test)]
mod tests {
    use super::super::queues::MultiServer;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn known_roots() {
        // One phase is M/M/1.
        let poisson = MultiServer { servers: 1, arrival_rate: 0.8, service_rate: 1.0 };
        let one = RenewalArrivals::erlang(0.8, 1);
        assert_close(one.mean_wait(), poisson.mean_wait(), 1e-12);
        assert_close(one.mean_queue(), poisson.mean_queue(), 1e-12);
        assert_close(one.mean_sojourn(), poisson.mean_sojourn(), 1e-12);
        // Two phases: s (2.6 - s)^2 = 2.56, less the root 1: s^2 - 4.2 s + 2.56 = 0.
        let two = RenewalArrivals::erlang(0.8, 2);
        assert_close(two.wait_probability, 2.1 - (2.1_f64 * 2.1 - 2.56).sqrt(), 1e-12);
        // Many phases are even times.
        let many = RenewalArrivals::erlang(0.8, 1_000_000);
        assert_close(many.mean_wait(), RenewalArrivals::even(0.8).mean_wait(), 1e-5);
    }

    #[test]
    fn bursts_scatter_as_known() {
        // In no time at all a stream looks like Poisson; always on it is.
        assert_close(dispersion_of_bursts(0.1, 20.0, 60.0, 1e-6), 1.0, 1e-6);
        assert_close(dispersion_of_bursts(0.1, 1e9, 1.0, 100.0), 1.0, 1e-6);
        // For ever: 1 + 2 rate_on leaves_on / (leaves_on + leaves_off)^2.
        assert_close(dispersion_of_bursts(0.1, 20.0, 60.0, 1e9), 1.0 + 0.04 * 225.0, 1e-6);
    }
}
