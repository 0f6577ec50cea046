//! Queues in which not who came first is served first, and servers that are shared.

use super::birth_death::BirthDeath;
use super::erlang::erlang_c;
use super::queues::GeneralService;

/// The standard deviation of the wait where who came last is served first, from the third moment of
/// the service time: the mean is that of any order which does not look at the service times, and the
/// second moment is the one of first come first served over the share of idle time.
///
/// Source: Takacs, "Delay distributions for one line with Poisson input, general holding times, and
/// various orders of service", Bell System Technical Journal 42 (1963).
pub(super) fn last_come_deviation(queue: GeneralService, third_moment: f64) -> f64 {
    let (mean, deviation) = (queue.mean_wait(), queue.wait_deviation(third_moment));
    let second_moment = (mean * mean + deviation * deviation) / (1.0 - queue.utilisation());
    (second_moment - mean * mean).sqrt()
}

/// The mean time at a server that is shared by all who are there, whatever the law of the service
/// time.
///
/// Source: Kleinrock, Queueing Systems, volume 2 (1976), section 4.4.
pub(super) fn shared_sojourn(arrival_rate: f64, mean_service: f64) -> f64 {
    mean_service / (1.0 - arrival_rate * mean_service)
}

/// Two kinds of messages with the same exponential service at several servers; the first kind is
/// served first, and nobody is interrupted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Priorities {
    pub(super) servers: u32,
    pub(super) arrival_rates: [f64; 2],
    pub(super) service_rate: f64,
}

impl Priorities {
    /// The mean waits of both kinds.
    ///
    /// Source: Cobham, "Priority assignment in waiting line problems", Operations Research 2 (1954);
    /// Kella and Yechiali, "Waiting times in the non-preemptive priority M/M/c queue", Stochastic
    /// Models 1 (1985).
    pub(super) fn mean_waits(self) -> [f64; 2] {
        let speed = f64::from(self.servers) * self.service_rate;
        let [first, second] = self.arrival_rates.map(|rate| rate / speed);
        let load = (self.arrival_rates[0] + self.arrival_rates[1]) / self.service_rate;
        let next_free = erlang_c(self.servers, load) / speed;
        let first_wait = next_free / (1.0 - first);
        [first_wait, first_wait / (1.0 - first - second)]
    }
}

/// Servers without a queue, to which messages of one kind are admitted while any is free, and those
/// of another only while no more than so many are busy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reserved {
    pub(super) servers: u32,
    /// Up to how many busy servers the other kind is admitted.
    pub(super) open: u32,
    /// Of the kind that is kept, and of the other.
    pub(super) arrival_rates: [f64; 2],
    pub(super) service_rate: f64,
}

impl Reserved {
    /// The share that is refused of the kind that is kept, and of the other: Poisson arrivals see
    /// time averages.
    pub(super) fn refused(self) -> [f64; 2] {
        let [kept, other] = self.arrival_rates;
        let birth = |busy| if busy <= self.open { kept + other } else { kept };
        let death = |busy| f64::from(busy) * self.service_rate;
        let states = BirthDeath::new(self.servers, birth, death).stationary();
        let from = |busy: u32| states[busy as usize..].iter().sum();
        [from(self.servers), from((self.open + 1).min(self.servers))]
    }
}

#[cfg(test)]
mod tests {
    use super::super::erlang::erlang_b;
    use super::super::queues::MultiServer;
    use super::super::tolerance::assert_close;
    use super::*;

    /// Who comes last waits for the rest of a service, and for all who come meanwhile: the busy
    /// period that such a rest begins. Its moments are those of Kleinrock (1975), section 5.8.
    #[test]
    fn who_comes_last_waits_for_a_busy_period() {
        // Moments 1 to 3 of an exponential, a constant, and an Erlang time of four phases.
        for (rate, second, third) in [(0.5, 2.0, 6.0), (0.7, 1.0, 1.0), (0.8, 1.25, 1.875)] {
            let cv = f64::sqrt(second - 1.0);
            let queue = GeneralService { arrival_rate: rate, mean_service: 1.0, cv };
            let idle = 1.0 - rate;
            let (rest, rest_squared) = (second / 2.0, third / 3.0);
            let period_squared =
                rest_squared / (idle * idle) + rate * second * rest / (idle * idle * idle);
            let variance = rate * period_squared - queue.mean_wait() * queue.mean_wait();
            assert_close(last_come_deviation(queue, third), variance.sqrt(), 1e-13);
        }
    }

    #[test]
    fn priorities_move_waits_and_make_none() {
        let priorities = Priorities { servers: 3, arrival_rates: [1.0, 0.9], service_rate: 0.8 };
        let all = MultiServer { servers: 3, arrival_rate: 1.9, service_rate: 0.8 };
        let [first, second] = priorities.mean_waits();
        assert!(first < all.mean_wait() && all.mean_wait() < second);
        assert_close(1.0 * first + 0.9 * second, 1.9 * all.mean_wait(), 1e-14);
        // One server: rho / mu is the mean rest of a service that is met.
        let one = Priorities { servers: 1, arrival_rates: [0.2, 0.3], service_rate: 1.0 };
        let [first, second] = one.mean_waits();
        assert_close(first, 0.5 / 0.8, 1e-14);
        assert_close(second, 0.5 / (0.8 * 0.5), 1e-14);
    }

    #[test]
    fn servers_that_are_kept_for_nobody_are_erlangs() {
        let reserved =
            |open| Reserved { servers: 5, open, arrival_rates: [1.0, 2.0], service_rate: 1.0 };
        let [kept, other] = reserved(4).refused();
        assert_close(kept, erlang_b(5, 3.0), 1e-14);
        assert_close(other, kept, 1e-14);
        let [kept, other] = reserved(2).refused();
        assert!(kept < erlang_b(5, 3.0) && erlang_b(5, 3.0) < other);
        // By hand: weights 1, 3, 9/2, 9/2, 9/8, 9/40.
        let total = 1.0 + 3.0 + 4.5 + 4.5 + 1.125 + 0.225;
        assert_close(kept, 0.225 / total, 1e-14);
        assert_close(other, (4.5 + 1.125 + 0.225) / total, 1e-14);
    }
}
