//! Queues of a Poisson stream, first in, first out.

use super::birth_death::BirthDeath;
use super::bisection::quantile;
use super::erlang::erlang_c;
use super::poisson;

/// M/M/c: exponential service, room for all.
#[derive(Debug, Clone, Copy)]
pub(super) struct MultiServer {
    pub(super) servers: u32,
    pub(super) arrival_rate: f64,
    pub(super) service_rate: f64,
}

impl MultiServer {
    pub(super) fn utilisation(self) -> f64 {
        self.arrival_rate / (f64::from(self.servers) * self.service_rate)
    }

    /// The share of messages that wait at all.
    pub(super) fn wait_probability(self) -> f64 {
        erlang_c(self.servers, self.arrival_rate / self.service_rate)
    }

    /// How fast the wait of those who wait is over: it is exponential with this rate.
    fn spare_rate(self) -> f64 {
        f64::from(self.servers) * self.service_rate - self.arrival_rate
    }

    /// Source: Gross and Harris, Fundamentals of Queueing Theory (1998), section 2.3.
    pub(super) fn mean_wait(self) -> f64 {
        self.wait_probability() / self.spare_rate()
    }

    pub(super) fn mean_sojourn(self) -> f64 {
        self.mean_wait() + 1.0 / self.service_rate
    }

    /// The mean number that wait, by Little's law.
    pub(super) fn mean_queue(self) -> f64 {
        self.arrival_rate * self.mean_wait()
    }

    /// The wait that a share `q` does not exceed; 0 as long as so many do not wait.
    ///
    /// From P(wait > t) = P(wait > 0) exp(-spare rate x t).
    /// Source: Gross and Harris (1998), section 2.3.
    pub(super) fn wait_quantile(self, q: f64) -> f64 {
        let waiting = self.wait_probability();
        if q <= 1.0 - waiting {
            return 0.0;
        }
        libm::log(waiting / (1.0 - q)) / self.spare_rate()
    }

    /// The time in the system that a share `q` does not exceed, for one server: exponential with
    /// the spare rate.
    ///
    /// Source: Kleinrock, Queueing Systems, volume 1 (1975), chapter 5.
    pub(super) fn sojourn_quantile(self, q: f64) -> f64 {
        assert_eq!(self.servers, 1, "the sojourn is exponential for one server only");
        -libm::log(1.0 - q) / self.spare_rate()
    }

    /// See [`BirthDeath::relaxation_time`]; a queue that is never as long as the cut stands for
    /// one without a limit.
    pub(super) fn relaxation_time(self) -> f64 {
        BirthDeath::queue(self.servers, 4_000, self.arrival_rate, self.service_rate)
            .relaxation_time()
    }
}

/// M/M/c/K: exponential service, and only so many may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct LimitedQueue {
    pub(super) servers: u32,
    /// How many may wait beside those that are served.
    pub(super) queue_limit: u32,
    pub(super) arrival_rate: f64,
    pub(super) service_rate: f64,
}

impl LimitedQueue {
    fn process(self) -> BirthDeath {
        let places = self.servers + self.queue_limit;
        BirthDeath::queue(self.servers, places, self.arrival_rate, self.service_rate)
    }

    /// See [`BirthDeath::relaxation_time`].
    pub(super) fn relaxation_time(self) -> f64 {
        self.process().relaxation_time()
    }

    /// The probability of each number in the system. An arrival finds them with the same
    /// probabilities, since Poisson arrivals see time averages.
    ///
    /// Source: Gross and Harris (1998), section 2.5; here from the balance between neighbours,
    /// which is stable at every load.
    fn states(self) -> Vec<f64> {
        self.process().stationary()
    }

    /// The share of messages that are refused.
    pub(super) fn loss(self) -> f64 {
        self.states()[(self.servers + self.queue_limit) as usize]
    }

    /// Messages admitted per unit of time.
    pub(super) fn throughput(self) -> f64 {
        self.arrival_rate * (1.0 - self.loss())
    }

    pub(super) fn utilisation(self) -> f64 {
        self.throughput() / (f64::from(self.servers) * self.service_rate)
    }

    /// The mean number that wait.
    pub(super) fn mean_queue(self) -> f64 {
        let waiting = self.states().split_off(self.servers as usize);
        waiting.iter().zip(0_u32..).map(|(share, queue)| share * f64::from(queue)).sum()
    }

    /// The mean wait of those admitted, by Little's law.
    pub(super) fn mean_wait(self) -> f64 {
        self.mean_queue() / self.throughput()
    }

    /// The share of those admitted that wait at all.
    pub(super) fn wait_probability(self) -> f64 {
        let states = self.states();
        let all_busy: f64 = states[self.servers as usize..].iter().sum();
        (all_busy - self.loss()) / (1.0 - self.loss())
    }

    /// The share of those admitted who wait for more than `time`: who finds n in the system waits
    /// for n - servers + 1 departures.
    ///
    /// Source: Gross and Harris (1998), section 2.5.
    fn waits_more_than(self, time: f64) -> f64 {
        let states = self.states();
        let departures = f64::from(self.servers) * self.service_rate * time;
        let waiting = states[self.servers as usize..states.len() - 1].iter().zip(0_u32..);
        let longer: f64 =
            waiting.map(|(share, ahead)| share * poisson::at_most(departures, ahead)).sum();
        longer / (1.0 - self.loss())
    }

    /// The wait that a share `q` of those admitted does not exceed, by bisection.
    pub(super) fn wait_quantile(self, q: f64) -> f64 {
        quantile(q, 100.0 / self.service_rate, |wait| 1.0 - self.waits_more_than(wait))
    }
}

/// M/G/1: one server, any service time.
#[derive(Debug, Clone, Copy)]
pub(super) struct GeneralService {
    pub(super) arrival_rate: f64,
    pub(super) mean_service: f64,
    /// Standard deviation over mean of the service time.
    pub(super) cv: f64,
}

impl GeneralService {
    pub(super) fn utilisation(self) -> f64 {
        self.arrival_rate * self.mean_service
    }

    /// Pollaczek and Khinchine's mean wait.
    ///
    /// Source: Kleinrock (1975), chapter 5.
    pub(super) fn mean_wait(self) -> f64 {
        let utilisation = self.utilisation();
        utilisation * self.mean_service * (1.0 + self.cv * self.cv) / (2.0 * (1.0 - utilisation))
    }

    pub(super) fn mean_queue(self) -> f64 {
        self.arrival_rate * self.mean_wait()
    }

    /// The standard deviation of the wait, from the third moment of the service time.
    ///
    /// Source: Takacs, "A single-server queue with Poisson input", Operations Research 10 (1962).
    pub(super) fn wait_deviation(self, third_moment: f64) -> f64 {
        let mean = self.mean_wait();
        let residual = self.arrival_rate * third_moment / (3.0 * (1.0 - self.utilisation()));
        (mean * mean + residual).sqrt()
    }
}

/// The number in an M/G/1 system, relative to that of none: the share of n over the share of 0.
/// `arrivals(k)` is the probability that k messages arrive while one is served.
///
/// Departures leave n or fewer behind as often as they leave more, so with A(k) the probability of
/// more than k arrivals: p(n + 1) a(0) = p(0) A(n) + sum over k = 1..n of p(k) A(n + 1 - k). All
/// terms are positive, so nothing cancels; and the equation stays true up to the limit of a system
/// with finite room, whatever the load.
/// Source: Cooper, Introduction to Queueing Theory (1981), chapter 5; here as the balance between
/// \[0, n\] and what is above.
pub(super) fn relative_states(states: usize, arrivals: impl Fn(u32) -> f64) -> Vec<f64> {
    // Summed from the far end, so that small tails keep their digits. What lies 200 beyond the last
    // state is nothing for Poisson arrivals of a small load, and below 1e-8 for a lognormal service
    // of coefficient 2 over 3,000 states.
    let mut more_than = vec![0.0; states + 200];
    for count in (0..more_than.len() - 1).rev() {
        more_than[count] = more_than[count + 1] + arrivals(count as u32 + 1);
    }
    let none = arrivals(0);
    let mut shares = vec![1.0];
    for last in 0..states - 1 {
        let crossings: f64 = (1..=last).map(|k| shares[k] * more_than[last + 1 - k]).sum();
        shares.push((more_than[last] + crossings) / none);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::super::erlang::erlang_b;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn many_servers_as_known() {
        let one = MultiServer { servers: 1, arrival_rate: 0.8, service_rate: 1.0 };
        assert_close(one.mean_wait(), 4.0, 1e-14);
        assert_close(one.mean_sojourn(), 5.0, 1e-14);
        assert_close(one.mean_queue(), 3.2, 1e-14);
        assert_close(one.sojourn_quantile(0.99), 5.0 * libm::log(100.0), 1e-14);
        assert_close(one.wait_quantile(0.9), 5.0 * libm::log(8.0), 1e-14);
        assert_close(one.relaxation_time(), 89.72, 1e-3);
        assert!(one.wait_quantile(0.2) == 0.0);
        assert_close(one.utilisation(), 0.8, 1e-15);
        // Three servers at a load of 2: 4/9 wait, 4/9 of a service on average.
        let three = MultiServer { servers: 3, arrival_rate: 4.0, service_rate: 2.0 };
        assert_close(three.mean_wait(), 4.0 / 9.0 / 2.0, 1e-15);
        assert_close(three.mean_queue(), 8.0 / 9.0, 1e-15);
    }

    #[test]
    fn many_servers_balance() {
        for (servers, load) in [(1, 0.9), (4, 3.2), (16, 14.4)] {
            let queue = MultiServer { servers, arrival_rate: load, service_rate: 1.0 };
            let states = BirthDeath::queue(servers, 5_000, load, 1.0).stationary();
            let waiting: f64 = states[servers as usize..]
                .iter()
                .zip(0_u32..)
                .map(|(share, length)| share * f64::from(length))
                .sum();
            assert_close(queue.mean_queue(), waiting, 1e-10);
            // An arrival that finds n others waits for n - servers + 1 departures.
            let longest = queue.wait_quantile(0.9);
            let beyond: f64 = states[servers as usize..]
                .iter()
                .zip(0_u32..)
                .map(|(share, ahead)| share * poisson::at_most(f64::from(servers) * longest, ahead))
                .sum();
            assert_close(beyond, 0.1, 1e-10);
        }
    }

    #[test]
    fn limited_queues_as_known() {
        // One server: (1 - r) r^K / (1 - r^(K + 1)), or 1 / (K + 1) at r = 1.
        for (load, expected) in [(0.5, 1.0 / 63.0), (2.0, 32.0 / 63.0), (1.0, 1.0 / 6.0)] {
            let queue =
                LimitedQueue { servers: 1, queue_limit: 4, arrival_rate: load, service_rate: 1.0 };
            assert_close(queue.loss(), expected, 1e-14);
        }
        // At r = 1 all six states are alike: (1 + 2 + 3 + 4) / 6 wait.
        let even =
            LimitedQueue { servers: 1, queue_limit: 4, arrival_rate: 3.0, service_rate: 3.0 };
        let turn = std::f64::consts::PI / 6.0;
        assert_close(even.relaxation_time(), 1.0 / (6.0 - 6.0 * libm::cos(turn)), 1e-9);
        assert_close(even.mean_queue(), 10.0 / 6.0, 1e-14);
        assert_close(even.mean_wait(), 10.0 / 6.0 / 2.5, 1e-14);
        assert_close(even.wait_probability(), 0.8, 1e-14);
        assert_close(even.utilisation(), 5.0 / 6.0, 1e-14);
    }

    #[test]
    fn limited_queues_lie_between_no_queue_and_any_queue() {
        let with = |queue_limit| LimitedQueue {
            servers: 4,
            queue_limit,
            arrival_rate: 3.2,
            service_rate: 1.0,
        };
        assert_close(with(0).loss(), erlang_b(4, 3.2), 1e-14);
        assert!(with(0).mean_wait() == 0.0 && with(0).wait_probability() == 0.0);
        let unlimited = MultiServer { servers: 4, arrival_rate: 3.2, service_rate: 1.0 };
        assert_close(with(400).mean_wait(), unlimited.mean_wait(), 1e-12);
        assert_close(with(400).wait_probability(), unlimited.wait_probability(), 1e-12);
        assert_close(with(400).wait_quantile(0.9), unlimited.wait_quantile(0.9), 1e-9);
        // The mean wait as the integral of the tail, by the midpoint rule.
        let tail = |i: u32| with(6).waits_more_than((f64::from(i) + 0.5) * 1e-3);
        let integral: f64 = (0..12_000).map(|i| tail(i) * 1e-3).sum();
        assert_close(integral, with(6).mean_wait(), 1e-6);
        assert_close(with(6).waits_more_than(0.0), with(6).wait_probability(), 1e-12);
    }

    /// The mean wait by Little's law from the states of the embedded chain, which know the service
    /// time only by how many messages arrive during it.
    fn embedded_mean_wait(load: f64, arrivals: impl Fn(u32) -> f64) -> f64 {
        let states = relative_states(3_000, arrivals);
        let total: f64 = states.iter().sum();
        let in_system: f64 =
            states.iter().zip(0_u32..).map(|(share, n)| share * f64::from(n)).sum();
        in_system / total / load - 1.0
    }

    #[test]
    fn pollaczek_and_khinchine_agree_with_the_embedded_chain() {
        let load = 0.7;
        let expect = |cv| GeneralService { arrival_rate: load, mean_service: 1.0, cv }.mean_wait();
        assert_close(embedded_mean_wait(load, |k| poisson::mass(load, k)), expect(0.0), 1e-11);
        let queue = GeneralService { arrival_rate: 0.35, mean_service: 2.0, cv: 0.0 }.mean_queue();
        assert_close(queue, load * expect(0.0), 1e-14);
        // Exponential service: geometric.
        let geometric =
            |load: f64, k: u32| libm::pow(load / (1.0 + load), f64::from(k)) / (1.0 + load);
        assert_close(embedded_mean_wait(load, |k| geometric(load, k)), expect(1.0), 1e-11);
        // Gamma service of shape s: negative binomial.
        for cv in [0.5_f64, 1.5] {
            let shape = 1.0 / (cv * cv);
            let arrivals = |k: u32| {
                let k = f64::from(k);
                let ways = libm::lgamma(shape + k) - libm::lgamma(shape) - libm::lgamma(k + 1.0);
                let base = load / (shape + load);
                libm::exp(ways + shape * libm::log(1.0 - base) + k * libm::log(base))
            };
            assert_close(embedded_mean_wait(load, arrivals), expect(cv), 1e-10);
        }
        // Two exponentials with balanced means.
        let cv = 2.0_f64;
        let share = f64::midpoint(1.0, ((cv * cv - 1.0) / (cv * cv + 1.0)).sqrt());
        let arrivals = |k| {
            let branch = |p: f64| p * geometric(load / (2.0 * p), k);
            branch(share) + branch(1.0 - share)
        };
        assert_close(embedded_mean_wait(load, arrivals), expect(cv), 1e-10);
    }

    #[test]
    fn pollaczek_and_khinchine_hold_for_a_heavy_tail() {
        // Lognormal service of mean 1: the masses by the trapezoidal rule over the normal.
        let (load, cv) = (0.5, 2.0_f64);
        let variance = libm::log1p(cv * cv);
        let arrivals = |k: u32| {
            let step = 0.02;
            (-450..=450)
                .map(|index| f64::from(index) * step)
                .map(|z| {
                    let service = libm::exp(z * variance.sqrt() - variance / 2.0);
                    let density = libm::exp(-z * z / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
                    poisson::mass(load * service, k) * density * step
                })
                .sum()
        };
        let expected = GeneralService { arrival_rate: load, mean_service: 1.0, cv }.mean_wait();
        assert_close(embedded_mean_wait(load, arrivals), expected, 1e-4);
    }
}
