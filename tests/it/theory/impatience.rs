//! Customers who leave the queue when their patience ends, and customers who come again.

use super::birth_death::BirthDeath;
use super::tolerance::assert_close;

/// How long customers are ready to wait.
#[derive(Debug, Clone, Copy)]
pub(super) enum Patience {
    Exponential {
        mean: f64,
    },
    Constant(f64),
    /// From 0 on.
    Uniform {
        most: f64,
    },
}

impl Patience {
    /// The share that waits longer than `time`.
    fn beyond(self, time: f64) -> f64 {
        match self {
            Self::Exponential { mean } => libm::exp(-time / mean),
            Self::Constant(patience) => f64::from(u32::from(time < patience)),
            Self::Uniform { most } => (1.0 - time / most).max(0.0),
        }
    }

    /// The mean of what they wait if they have to wait for `time`: the integral of [`Self::beyond`].
    fn waited(self, time: f64) -> f64 {
        match self {
            Self::Exponential { mean } => -mean * libm::expm1(-time / mean),
            Self::Constant(patience) => time.min(patience),
            Self::Uniform { most } => {
                let time = time.min(most);
                time - time * time / 2.0 / most
            }
        }
    }

    fn mean(self) -> f64 {
        match self {
            Self::Exponential { mean } => mean,
            Self::Constant(patience) => patience,
            Self::Uniform { most } => most / 2.0,
        }
    }

    /// Where its density or its share jumps.
    fn edge(self) -> Option<f64> {
        match self {
            Self::Exponential { .. } => None,
            Self::Constant(edge) | Self::Uniform { most: edge } => Some(edge),
        }
    }
}

/// M/M/c + G: those who are not served by then leave the queue.
///
/// The wait that would be needed has the density λ p(c - 1) exp(λ H(x) - c μ x) for x > 0, where
/// H(x) is [`Patience::waited`] and p(n) the probability of n < c in the system, which is
/// proportional to (λ/μ)^n / n!.
/// Source: Baccelli and Hebuterne, "On queues with impatient customers", Performance '81 (1981),
/// section 3.
#[derive(Debug, Clone, Copy)]
pub(super) struct Impatient {
    pub(super) servers: u32,
    pub(super) arrival_rate: f64,
    pub(super) service_rate: f64,
    pub(super) patience: Patience,
}

impl Impatient {
    /// The integral of `value` of the wait that would be needed, over those who find no server.
    fn over_waits(self, value: impl Fn(f64) -> f64) -> f64 {
        let Self { servers, arrival_rate, service_rate, patience } = self;
        let work = f64::from(servers) * service_rate;
        let load = arrival_rate / service_rate;
        // p(n) / p(0), for n < c.
        let mut weights = vec![1.0];
        for busy in 1..servers {
            weights.push(weights[busy as usize - 1] * load / f64::from(busy));
        }
        let last = weights[servers as usize - 1];
        let density =
            |x: f64| arrival_rate * last * libm::exp(arrival_rate * patience.waited(x) - work * x);
        // Beyond this the density is below e^-40.
        let end = (arrival_rate * patience.mean() + 40.0) / work;
        let edge = patience.edge().unwrap_or(end / 4.0).min(end);
        let integral = |value: &dyn Fn(f64) -> f64| {
            let part = |from: f64, to: f64| {
                // Just inside, where a share jumps.
                let inside = |x: f64| x.clamp(from + 1e-12, to - 1e-12);
                simpson(from, to, |x| density(x) * value(inside(x)))
            };
            part(0.0, edge) + part(edge, end)
        };
        integral(&value) / (weights.iter().sum::<f64>() + integral(&|_| 1.0))
    }

    /// The share that finds no server.
    fn delayed(self) -> f64 {
        self.over_waits(|_| 1.0)
    }

    /// The share that leaves without being served.
    pub(super) fn lost(self) -> f64 {
        self.over_waits(|x| 1.0 - self.patience.beyond(x))
    }

    /// Of those that are served, the share that waits.
    pub(super) fn wait_probability(self) -> f64 {
        (self.delayed() - self.lost()) / (1.0 - self.lost())
    }

    /// The mean wait of those that are served.
    pub(super) fn mean_wait(self) -> f64 {
        self.over_waits(|x| x * self.patience.beyond(x)) / (1.0 - self.lost())
    }

    /// The mean number that wait, by Little's law.
    pub(super) fn mean_queue(self) -> f64 {
        self.arrival_rate * self.over_waits(|x| self.patience.waited(x))
    }

    /// The share of the time that a server works.
    pub(super) fn utilisation(self) -> f64 {
        self.arrival_rate * (1.0 - self.lost()) / self.service_rate / f64::from(self.servers)
    }
}

/// Simpson's rule.
fn simpson(from: f64, to: f64, value: impl Fn(f64) -> f64) -> f64 {
    const PARTS: u32 = 20_000;
    let step = (to - from) / f64::from(PARTS);
    let sum: f64 = (0..=PARTS)
        .map(|part| {
            let weight = match part {
                0 | PARTS => 1.0,
                odd if odd % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * value(from + f64::from(part) * step)
        })
        .sum();
    sum * step / 3.0
}

/// M/M/1 without a queue, whose refused customers come again and again, each after exponential
/// times.
///
/// Source: Falin and Templeton, Retrial Queues (1997), section 1.2: the generating functions of the
/// number in orbit, differentiated at 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retrial {
    pub(super) arrival_rate: f64,
    pub(super) service_rate: f64,
    /// The mean time between two tries of a customer.
    pub(super) mean_wait: f64,
}

impl Retrial {
    fn load(self) -> f64 {
        self.arrival_rate / self.service_rate
    }

    /// The mean number of customers between two tries.
    fn orbit(self) -> f64 {
        let load = self.load();
        load / (1.0 - load) * (self.arrival_rate * self.mean_wait + load)
    }

    /// The share of first attempts that is refused: that of the time in which the server works.
    pub(super) fn first_refused(self) -> f64 {
        self.load()
    }

    /// The mean time from when a message is due to its reply.
    pub(super) fn mean_latency(self) -> f64 {
        self.orbit() / self.arrival_rate + 1.0 / self.service_rate
    }

    /// Attempts for each message.
    pub(super) fn amplification(self) -> f64 {
        1.0 + self.orbit() / self.mean_wait / self.arrival_rate
    }
}

#[test]
fn exponential_patience_is_a_birth_and_death_process() {
    for (servers, arrival_rate, mean) in [(1, 0.8, 2.0), (3, 4.0, 0.7), (10, 9.0, 5.0)] {
        let patience = Patience::Exponential { mean };
        let queue = Impatient { servers, arrival_rate, service_rate: 1.0, patience };
        let waiting = |n: u32| f64::from(n.saturating_sub(servers));
        let process = BirthDeath::new(
            400,
            |_| arrival_rate,
            |n| f64::from(n.min(servers)) + waiting(n) / mean,
        );
        let states = process.stationary();
        let mean_queue: f64 = states.iter().zip(0..).map(|(share, n)| share * waiting(n)).sum();
        assert_close(queue.mean_queue(), mean_queue, 1e-8);
        assert_close(queue.lost(), mean_queue / mean / arrival_rate, 1e-8);
        let delayed: f64 = states.iter().skip(servers as usize).sum();
        assert_close(queue.delayed(), delayed, 1e-8);
    }
}

/// Source: Barrer, "Queuing with impatient customers and indifferent clerks", Operations Research 5
/// (1957): the share that one server loses.
#[test]
fn constant_patience_before_one_server_is_known() {
    for (load, patience) in [(0.5, 1.0), (0.9, 3.0), (1.4, 0.5)] {
        let kept = libm::exp(-(1.0 - load) * patience);
        let lost = load * (1.0 - load) * kept / (1.0 - load * load * kept);
        let patience = Patience::Constant(patience);
        let queue = Impatient { servers: 1, arrival_rate: load, service_rate: 1.0, patience };
        assert_close(queue.lost(), lost, 1e-8);
    }
}

/// Customers who come again at once are the queue of M/M/1, in whatever order it is served.
#[test]
fn quick_retries_are_a_queue() {
    let retrial = Retrial { arrival_rate: 0.7, service_rate: 1.0, mean_wait: 1e-9 };
    assert_close(retrial.mean_latency(), 1.0 / 0.3, 1e-8);
}
