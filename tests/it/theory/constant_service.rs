//! Queues whose services all last one unit of time.

use super::bisection::quantile;
use super::poisson;

/// M/D/c: Poisson arrivals, services of one unit of time, first come first served.
#[derive(Debug, Clone)]
pub(super) struct ConstantService {
    servers: u32,
    arrival_rate: f64,
    /// The probability of each number in the system.
    states: Vec<f64>,
}

impl ConstantService {
    /// Whoever is in service now has left one unit later, and nobody else has: the number in the
    /// system is then those who wait now and those who come meanwhile.
    ///
    /// Source: Crommelin, "Delay probability formulae when the holding times are constant", Post
    /// Office Electrical Engineers' Journal 25 (1932).
    pub(super) fn new(servers: u32, arrival_rate: f64) -> Self {
        assert!(arrival_rate < f64::from(servers), "the queue grows without end");
        // A queue of 250 is beyond the last digit at the loads here.
        let most = servers as usize + 250;
        let arrivals: Vec<f64> =
            (0..=most as u32).map(|count| poisson::mass(arrival_rate, count)).collect();
        let mut states = vec![0.0; most + 1];
        states[0] = 1.0;
        // Enough at a load of 0.9 a server, where a factor of e takes 180 steps.
        for _ in 0..8_000 {
            let mut next = vec![0.0; most + 1];
            for (number, share) in states.iter().enumerate() {
                let waiting = number.saturating_sub(servers as usize);
                for (later, comes) in next[waiting..].iter_mut().zip(&arrivals) {
                    *later += share * comes;
                }
            }
            let change: f64 = next.iter().zip(&states).map(|(new, old)| (new - old).abs()).sum();
            states = next;
            if change < 1e-14 {
                break;
            }
        }
        Self { servers, arrival_rate, states }
    }

    pub(super) fn utilisation(&self) -> f64 {
        self.arrival_rate / f64::from(self.servers)
    }

    /// The mean number that wait.
    pub(super) fn mean_queue(&self) -> f64 {
        let waiting = self.states[self.servers as usize..].iter().zip(0_u32..);
        waiting.map(|(share, queue)| share * f64::from(queue)).sum()
    }

    /// By Little's law.
    pub(super) fn mean_wait(&self) -> f64 {
        self.mean_queue() / self.arrival_rate
    }

    /// The share of messages that wait at all.
    pub(super) fn wait_probability(&self) -> f64 {
        self.states[self.servers as usize..].iter().sum()
    }

    /// The share of messages that wait for `time` at most. All terms are positive.
    ///
    /// Source: Franx, "A simple solution for the M/D/c waiting time distribution", Operations
    /// Research Letters 29 (2001).
    pub(super) fn waits_at_most(&self, time: f64) -> f64 {
        let services = libm::floor(time) + 1.0;
        let expected = self.arrival_rate * (services - time);
        let served = services as u32 * self.servers;
        // From the least queue on, so that each sum over states is taken up once.
        let mut up_to: f64 = self.states[..self.servers as usize].iter().sum();
        let mut share = 0.0;
        for queue in 0..served {
            up_to += self.states.get((self.servers + queue) as usize).unwrap_or(&0.0);
            share += up_to * poisson::mass(expected, served - 1 - queue);
        }
        share
    }

    /// The wait that a share `q` does not exceed, by bisection.
    pub(super) fn wait_quantile(&self, q: f64) -> f64 {
        quantile(q, 40.0, |wait| self.waits_at_most(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::super::queues::GeneralService;
    use super::super::tolerance::assert_close;
    use super::*;

    /// Erlang's own series of 1909, whose terms cancel more and more the longer the wait.
    ///
    /// Source: Erlang, "The theory of probabilities and telephone conversations", Nyt Tidsskrift
    /// for Matematik B 20 (1909).
    fn erlang_series(load: f64, time: f64) -> f64 {
        let mut sum = 0.0;
        for services in 0..=time as u32 {
            let ago = load * (time - f64::from(services));
            let ways = (1..=services).fold(1.0, |term, i| -term * ago / f64::from(i));
            sum += ways * libm::exp(ago);
        }
        (1.0 - load) * sum
    }

    #[test]
    fn one_server_waits_as_erlang_found() {
        for load in [0.3, 0.8, 0.9] {
            let queue = ConstantService::new(1, load);
            for time in [0.0, 0.3, 0.999, 1.0, 2.5, 5.0, 9.7] {
                assert_close(queue.waits_at_most(time), erlang_series(load, time), 1e-9);
            }
            let theory = GeneralService { arrival_rate: load, mean_service: 1.0, cv: 0.0 };
            assert_close(queue.mean_wait(), theory.mean_wait(), 1e-9);
            assert_close(queue.wait_probability(), load, 1e-11);
            let p90 = queue.wait_quantile(0.9);
            assert_close(queue.waits_at_most(p90), 0.9, 1e-12);
        }
    }

    /// Every c-th message meets the same server, so waits are those of one server to which every
    /// c-th message of a Poisson stream comes: the greatest value of a random walk, by Spitzer.
    ///
    /// Source: Crommelin (1932), equations for the mean and for no wait.
    #[test]
    fn many_servers_wait_as_the_greatest_of_a_random_walk() {
        for (servers, load) in [(1, 0.8), (2, 1.7), (4, 3.4), (16, 13.0)] {
            let (mut mean, mut exponent) = (0.0, 0.0);
            for steps in 1..1_000 {
                let time = f64::from(steps);
                let events = steps * servers;
                let above = poisson::at_least(load * time, events);
                let partial = f64::from(events) / load * poisson::at_least(load * time, events + 1);
                exponent += above / time;
                mean += (time * above - partial) / time;
            }
            let queue = ConstantService::new(servers, load);
            assert_close(queue.mean_wait(), mean, 1e-9);
            assert_close(1.0 - queue.wait_probability(), libm::exp(-exponent), 1e-11);
            assert_close(queue.waits_at_most(0.0), libm::exp(-exponent), 1e-11);
            // The mean once more, as the integral of the tail by the midpoint rule.
            let steps = 60_000;
            let tail = |i: u32| 1.0 - queue.waits_at_most((f64::from(i) + 0.5) * 1e-3);
            let integral: f64 = (0..steps).map(|i| tail(i) * 1e-3).sum();
            assert_close(integral, mean, 1e-5);
        }
    }
}
