//! Servers for arrivals of a renewal process, and how arrivals scatter.

use super::poisson;

/// GI/M/c: renewal arrivals, and exponential service of rate 1.
///
/// Source: Takacs, Introduction to the Theory of Queues (1962), chapter 2; for one server
/// Kleinrock, Queueing Systems, volume 1 (1975), chapter 6.
#[derive(Debug, Clone, Copy)]
pub(super) struct RenewalArrivals {
    servers: u32,
    arrival_rate: f64,
    /// By this factor fewer find one more in line: the root below 1 of s = A(servers (1 - s)),
    /// where A is the transform of the time between arrivals.
    root: f64,
    /// The share of messages that wait.
    pub(super) wait_probability: f64,
}

impl RenewalArrivals {
    /// From the transform of the time between arrivals.
    fn new(servers: u32, arrival_rate: f64, transform: impl Fn(f64) -> f64) -> Self {
        let all = f64::from(servers);
        // The right side is convex and meets the left at 1 too, so from 0 the steps end at the
        // lesser root.
        let mut root = 0.0;
        for _ in 0..10_000 {
            root = transform(all * (1.0 - root));
        }
        // One over the share of messages that find all servers busy and nobody waiting.
        let mut sum = 1.0 / (1.0 - root);
        let (mut ways, mut product) = (1.0, 1.0);
        for busy in 1..=servers {
            let number = f64::from(busy);
            let none = transform(number);
            ways *= f64::from(servers + 1 - busy) / number;
            product *= none / (1.0 - none);
            // Where this is 0 the ratio still has a limit, but digits are lost on the way to it.
            let spare = all * (1.0 - root) - number;
            assert!(spare.abs() > 1e-4, "the waits end at the rate {number} of some servers");
            let drift = (all * (1.0 - none) - number) / spare;
            sum += ways / (product * (1.0 - none)) * drift;
        }
        Self { servers, arrival_rate, root, wait_probability: 1.0 / sum / (1.0 - root) }
    }

    /// Erlang times between arrivals: sums of `k` exponentials.
    pub(super) fn erlang(servers: u32, arrival_rate: f64, k: u32) -> Self {
        let phase_rate = f64::from(k) * arrival_rate;
        let transform = |s| libm::pow(phase_rate / (phase_rate + s), f64::from(k));
        Self::new(servers, arrival_rate, transform)
    }

    /// Even times between arrivals.
    pub(super) fn even(servers: u32, arrival_rate: f64) -> Self {
        Self::new(servers, arrival_rate, |s| libm::exp(-s / arrival_rate))
    }

    /// Two exponentials, each of which brings half of the mean.
    pub(super) fn hyperexponential(servers: u32, arrival_rate: f64, cv: f64) -> Self {
        let share = balanced_share(cv);
        let branch = move |share: f64, s: f64| {
            let rate = 2.0 * share * arrival_rate;
            share * rate / (rate + s)
        };
        Self::new(servers, arrival_rate, |s| branch(share, s) + branch(1.0 - share, s))
    }

    /// A Poisson stream that is switched on and off for exponential times, which is a renewal
    /// process: after an arrival it is on.
    ///
    /// Source: Kuczura, "The interrupted Poisson process as an overflow process", Bell System
    /// Technical Journal 52 (1973).
    pub(super) fn interrupted(
        servers: u32,
        arrival_rate: f64,
        [mean_on, mean_off]: [f64; 2],
    ) -> Self {
        let rate_on = arrival_rate * (mean_on + mean_off) / mean_on;
        let (leaves_on, leaves_off) = (1.0 / mean_on, 1.0 / mean_off);
        Self::new(servers, arrival_rate, |s| {
            let sum = rate_on + leaves_on + leaves_off;
            rate_on * (s + leaves_off) / (s * s + sum * s + rate_on * leaves_off)
        })
    }

    /// How fast the wait of those who wait is over: it is exponential with this rate.
    fn wait_rate(self) -> f64 {
        f64::from(self.servers) * (1.0 - self.root)
    }

    pub(super) fn utilisation(self) -> f64 {
        self.arrival_rate / f64::from(self.servers)
    }

    pub(super) fn mean_wait(self) -> f64 {
        self.wait_probability / self.wait_rate()
    }

    pub(super) fn mean_sojourn(self) -> f64 {
        self.mean_wait() + 1.0
    }

    pub(super) fn mean_queue(self) -> f64 {
        self.arrival_rate * self.mean_wait()
    }

    /// The standard deviation of the wait, whose second moment is twice that of who waits.
    pub(super) fn wait_deviation(self) -> f64 {
        let mean = self.mean_wait();
        (2.0 * mean / self.wait_rate() - mean * mean).sqrt()
    }

    /// The share of messages that are served within `time`, for one server: the sojourn is
    /// exponential.
    pub(super) fn served_within(self, time: f64) -> f64 {
        assert_eq!(self.servers, 1, "the sojourn is exponential for one server only");
        1.0 - libm::exp(-self.wait_rate() * time)
    }

    /// The wait that a share `q` does not exceed; 0 as long as so many do not wait.
    pub(super) fn wait_quantile(self, q: f64) -> f64 {
        if q <= 1.0 - self.wait_probability {
            return 0.0;
        }
        libm::log(self.wait_probability / (1.0 - q)) / self.wait_rate()
    }
}

/// How often the shorter of two exponentials comes, each of which brings half of the mean.
///
/// Source: Tijms, Stochastic Models (1994), appendix B.
fn balanced_share(cv: f64) -> f64 {
    let square = cv * cv;
    f64::midpoint(1.0, ((square - 1.0) / (square + 1.0)).sqrt())
}

/// A Poisson stream of two rates that take turns for exponential times: the variance of the count
/// in a time over its mean. While off, the rate is `quiet` times that while on.
///
/// Source: Fischer and Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook",
/// Performance Evaluation 18 (1993).
pub(super) fn dispersion_of_bursts(
    mean_rate: f64,
    [mean_on, mean_off]: [f64; 2],
    quiet: f64,
    time: f64,
) -> f64 {
    let change = 1.0 / mean_on + 1.0 / mean_off;
    let rate_on = mean_rate * (mean_on + mean_off) / (mean_on + quiet * mean_off);
    let apart = rate_on * (1.0 - quiet);
    let on = mean_on / (mean_on + mean_off);
    let settled = 1.0 + libm::expm1(-change * time) / (change * time);
    1.0 + 2.0 * apart * apart * on * (1.0 - on) / (change * mean_rate) * settled
}

/// The mean of the count of a renewal process in a time, and its variance over that mean. The first
/// arrival comes one Erlang time of `k` exponentials after the start: every k-th of a Poisson
/// stream arrives.
pub(super) fn dispersion_of_erlang_arrivals(rate: f64, k: u32, time: f64) -> (f64, f64) {
    let phases = rate * f64::from(k) * time;
    let most = (phases + 12.0 * phases.sqrt()) as u32 + 40;
    let moment = |value: &dyn Fn(f64) -> f64| -> f64 {
        (0..=most).map(|n| poisson::mass(phases, n) * value(f64::from(n / k))).sum()
    };
    let mean = moment(&|count| count);
    (mean, moment(&|count| (count - mean) * (count - mean)) / mean)
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
        for one in
            [RenewalArrivals::erlang(1, 0.8, 1), RenewalArrivals::hyperexponential(1, 0.8, 1.0)]
        {
            assert_close(one.mean_wait(), poisson.mean_wait(), 1e-12);
            assert_close(one.mean_queue(), poisson.mean_queue(), 1e-12);
            assert_close(one.mean_sojourn(), poisson.mean_sojourn(), 1e-12);
            assert_close(one.wait_quantile(0.9), poisson.wait_quantile(0.9), 1e-12);
            assert_close(one.served_within(poisson.sojourn_quantile(0.9)), 0.9, 1e-12);
        }
        // Two phases: s (2.6 - s)^2 = 2.56, less the root 1: s^2 - 4.2 s + 2.56 = 0.
        let two = RenewalArrivals::erlang(1, 0.8, 2);
        assert_close(two.wait_probability, 2.1 - (2.1_f64 * 2.1 - 2.56).sqrt(), 1e-12);
        // Many phases are even times.
        let many = RenewalArrivals::erlang(1, 0.8, 1_000_000);
        assert_close(many.mean_wait(), RenewalArrivals::even(1, 0.8).mean_wait(), 1e-5);
    }

    #[test]
    fn many_servers_for_a_poisson_stream() {
        for (servers, arrival_rate) in [(2, 1.3), (5, 4.1), (16, 12.8)] {
            let theory = MultiServer { servers, arrival_rate, service_rate: 1.0 };
            let found = RenewalArrivals::erlang(servers, arrival_rate, 1);
            assert_close(found.wait_probability, theory.wait_probability(), 1e-10);
            assert_close(found.mean_wait(), theory.mean_wait(), 1e-10);
            let tail = libm::log(2.0) / found.wait_rate();
            let p = 1.0 - found.wait_probability / 2.0;
            assert_close(found.wait_quantile(p), tail, 1e-9);
            // Its square is the integral of 2 t P(wait > t).
            let step = 1e-3;
            let times = (0..100_000).map(|i| (f64::from(i) + 0.5) * step);
            let beyond = |t: f64| found.wait_probability * libm::exp(-found.wait_rate() * t);
            let square: f64 = times.map(|t| 2.0 * t * beyond(t) * step).sum();
            let variance = square - found.mean_wait() * found.mean_wait();
            assert_close(found.wait_deviation(), variance.sqrt(), 1e-5);
        }
    }

    /// Arrivals by two exponential phases: the rate of each, whether one arrives at its end, and
    /// the shares of the phases that follow.
    type Phases = [(f64, bool, [f64; 2]); 2];

    /// The share of arrivals that find all servers busy, and the mean wait, from the chain of
    /// phases and numbers by steps of time.
    fn by_phases(servers: u32, phases: Phases) -> (f64, f64) {
        let most = 600;
        let step = 1.0 / (f64::from(servers) + phases[0].0 + phases[1].0);
        let mut shares = vec![[0.0; 2]; most + 2];
        shares[0] = [1.0, 0.0];
        for _ in 0..20_000 {
            let mut next = shares.clone();
            for number in 0..=most {
                for (phase, &(rate, arrives, follow)) in phases.iter().enumerate() {
                    let here = shares[number][phase] * step;
                    next[number][phase] -= here * rate;
                    for (later, share) in follow.iter().enumerate() {
                        next[number + usize::from(arrives)][later] += here * rate * share;
                    }
                    if number > 0 {
                        let leaves = here * (number as f64).min(f64::from(servers));
                        next[number][phase] -= leaves;
                        next[number - 1][phase] += leaves;
                    }
                }
            }
            shares = next;
        }
        let arrivals = |from: usize| -> f64 {
            let arriving = |at: &[f64; 2]| -> f64 {
                let ends = phases.iter().zip(at).filter(|((_, arrives, _), _)| *arrives);
                ends.map(|((rate, _, _), share)| rate * share).sum()
            };
            shares[from..].iter().map(arriving).sum()
        };
        let queue: f64 = (servers as usize..=most)
            .map(|number| (shares[number][0] + shares[number][1]) * (number as f64))
            .sum::<f64>()
            - f64::from(servers)
                * shares[servers as usize..=most].iter().map(|at| at[0] + at[1]).sum::<f64>();
        (arrivals(servers as usize) / arrivals(0), queue / arrivals(0))
    }

    #[test]
    fn many_servers_agree_with_the_chain_of_phases() {
        for (servers, rate) in [(1, 0.7), (3, 2.1)] {
            let erlang: Phases = [(2.0 * rate, false, [0.0, 1.0]), (2.0 * rate, true, [1.0, 0.0])];
            let share = balanced_share(2.0);
            let branches = [share, 1.0 - share];
            let bursty = branches.map(|share| (2.0 * share * rate, true, branches));
            // On for 2 and off for 4: two exponentials, whose rates are the roots of the
            // denominator of the transform (Kuczura).
            let rate_on = 3.0 * rate;
            let sum = rate_on + 0.5 + 0.25;
            let root = (sum * sum - 4.0 * rate_on * 0.25).sqrt();
            let rates = [f64::midpoint(sum, root), f64::midpoint(sum, -root)];
            let fast = (rate_on - rates[1]) / root;
            let interrupted = rates.map(|rate| (rate, true, [fast, 1.0 - fast]));
            for (phases, theory) in [
                (erlang, RenewalArrivals::erlang(servers, rate, 2)),
                (bursty, RenewalArrivals::hyperexponential(servers, rate, 2.0)),
                (interrupted, RenewalArrivals::interrupted(servers, rate, [2.0, 4.0])),
            ] {
                let (waits, mean) = by_phases(servers, phases);
                assert_close(theory.wait_probability, waits, 1e-6);
                assert_close(theory.mean_wait(), mean, 1e-6);
            }
        }
    }

    #[test]
    fn bursts_scatter_as_known() {
        // In no time at all a stream looks like Poisson; always on it is, and unless quiet is.
        assert_close(dispersion_of_bursts(0.1, [20.0, 60.0], 0.0, 1e-6), 1.0, 1e-6);
        assert_close(dispersion_of_bursts(0.1, [1e9, 1.0], 0.0, 100.0), 1.0, 1e-6);
        assert_close(dispersion_of_bursts(0.1, [20.0, 60.0], 1.0, 100.0), 1.0, 1e-15);
        // For ever: 1 + 2 rate_on leaves_on / (leaves_on + leaves_off)^2.
        let for_ever = dispersion_of_bursts(0.1, [20.0, 60.0], 0.0, 1e9);
        assert_close(for_ever, 1.0 + 0.04 * 225.0, 1e-6);
    }

    /// The variance of the rate's integral, by its covariance over all pairs of instants.
    #[test]
    fn bursts_scatter_as_their_rate_does() {
        let (on, off, quiet, time, steps) = (5.0, 15.0, 0.2, 40.0, 2_000);
        let rates = [0.1 * 20.0 / 8.0, 0.02 * 20.0 / 8.0];
        let variance = 0.25 * 0.75 * (rates[0] - rates[1]) * (rates[0] - rates[1]);
        let step = time / f64::from(steps);
        // Pairs this many steps apart, by the trapezoidal rule.
        let covariance: f64 = (0..=steps)
            .map(|apart| {
                let pairs = f64::from(steps - apart) * if apart == 0 { 1.0 } else { 2.0 };
                let rate = 1.0 / on + 1.0 / off;
                variance * libm::exp(-rate * f64::from(apart) * step) * pairs * step * step
            })
            .sum();
        let expected = 1.0 + covariance / (0.1 * time);
        assert_close(dispersion_of_bursts(0.1, [on, off], quiet, time), expected, 1e-4);
    }

    #[test]
    fn erlang_arrivals_scatter_as_known() {
        let (mean, dispersion) = dispersion_of_erlang_arrivals(0.3, 1, 50.0);
        assert_close(mean, 15.0, 1e-12);
        assert_close(dispersion, 1.0, 1e-11);
        // Of two phases: half of the phases, and a quarter less as long as the count is odd.
        // Source: Cox, Renewal Theory (1962), section 4.4.
        let (mean, _) = dispersion_of_erlang_arrivals(0.3, 2, 5.0);
        assert_close(mean, 1.5 - 0.25 + 0.25 * libm::exp(-6.0), 1e-12);
        // In a long time 1/k.
        assert_close(dispersion_of_erlang_arrivals(1.0, 4, 5_000.0).1, 0.25, 1e-3);
    }
}
