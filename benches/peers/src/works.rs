//! The works: their numbers, what an engine answers, and which answers are right.

use std::iter::Sum;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// The seed of every engine's draws.
pub(crate) const SEED: u64 = 1;

/// How many standard errors an answer may lie off its expectation.
const ERRORS: f64 = 6.0;

/// A work that engines are compared on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum Work {
    /// One queue with one server.
    W1,
    /// Workspaces with a pool, a bucket and servers each.
    W2,
    /// The same workspaces before servers that all of them share.
    W3,
    /// A million workspaces of five hundred agents.
    W4,
    /// Timers that set themselves again.
    W6,
}

impl Work {
    /// The works that run when none is named: all but the huge one.
    pub(crate) const USUAL: [Self; 4] = [Self::W1, Self::W2, Self::W3, Self::W6];
}

/// A part of a work that has a table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    OneQueue,
    OneWorld,
    Apart,
    Shared,
    Huge,
    Timers,
}

impl Part {
    pub(crate) const ALL: [Self; 6] =
        [Self::OneQueue, Self::OneWorld, Self::Apart, Self::Shared, Self::Huge, Self::Timers];

    pub(crate) const fn work(self) -> Work {
        match self {
            Self::OneQueue => Work::W1,
            Self::OneWorld | Self::Apart => Work::W2,
            Self::Shared => Work::W3,
            Self::Huge => Work::W4,
            Self::Timers => Work::W6,
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::OneQueue => "W1: one queue",
            Self::OneWorld => "W2: pools, as one world",
            Self::Apart => "W2: pools, one workspace at a time",
            Self::Shared => "W3: pools before shared servers",
            Self::Huge => "W4: a huge number of agents",
            Self::Timers => "W6: timers",
        }
    }

    /// What is run, in a sentence or two.
    pub(crate) fn sentence(self) -> String {
        match self {
            Self::OneQueue => {
                let OneQueue { seconds, arrival_rate, service, .. } = OneQueue::scaled(1.0);
                let load = arrival_rate * service;
                format!(
                    "An M/M/1 queue with a utilisation of {load}, for {} customers: an arrival and a \
                     departure each.",
                    count(arrival_rate * seconds)
                )
            }
            Self::OneWorld => pools_in_words() + " All of them are in one simulation.",
            Self::Apart => {
                pools_in_words() + " Each is a simulation of its own, one after the other."
            }
            Self::Shared => {
                let Pools { servers, network_delay, .. } = Pools::shared(1.0);
                format!(
                    "The workspaces of W2, whose messages are served by {} servers for all, first in \
                     first out, {} ms away. Two events a message.",
                    count(f64::from(servers.unwrap_or(0))),
                    network_delay * 1e3,
                )
            }
            Self::Huge => {
                let pools = Pools::huge(1.0);
                format!(
                    "{} workspaces of {} agents, each written to once an hour, with the pool and the \
                     bucket of W2 and without servers, for an hour: {} messages, counted as two events \
                     each.",
                    count(f64::from(pools.workspaces)),
                    pools.agents,
                    count(pools.expected()),
                )
            }
            Self::Timers => {
                let timers = Timers::scaled(1.0);
                format!(
                    "{} timers that are always pending; each sets itself again, {} s ahead on average, \
                     exponentially. {} go off, which are the events. The clock starts when all are set.",
                    count(f64::from(timers.pending)),
                    timers.delay,
                    count(timers.expected()),
                )
            }
        }
    }

    /// The numbers at a scale, as the programs in Python take them.
    pub(crate) fn numbers(self, scale: f64) -> String {
        let text = match self {
            Self::OneQueue => serde_json::to_string(&OneQueue::scaled(scale)),
            Self::OneWorld | Self::Apart => serde_json::to_string(&Pools::scaled(scale)),
            Self::Shared => serde_json::to_string(&Pools::shared(scale)),
            Self::Huge => serde_json::to_string(&Pools::huge(scale)),
            Self::Timers => serde_json::to_string(&Timers::scaled(scale)),
        };
        text.expect("plain numbers are always JSON")
    }

    /// Checks what an engine found at a scale.
    pub(crate) fn check(self, scale: f64, found: &Found) -> Result<(), String> {
        match (self, found) {
            (Self::OneQueue, Found::Queue(found)) => OneQueue::scaled(scale).check(found),
            (Self::OneWorld | Self::Apart, Found::Messages(found)) => {
                Pools::scaled(scale).check(found)
            }
            (Self::Shared, Found::Messages(found)) => Pools::shared(scale).check(found),
            (Self::Huge, Found::Messages(found)) => Pools::huge(scale).check(found),
            (Self::Timers, Found::Timers { fired }) => Timers::scaled(scale).check(*fired),
            _ => Err("it answers another question".to_owned()),
        }
    }
}

fn pools_in_words() -> String {
    let pools = Pools::scaled(1.0);
    format!(
        "{} workspaces of {} agents, each written to once a second; a message takes a credit of its \
         workspace's pool and a token of its bucket ({}/s, {} at most), and one of its {} servers, first \
         in first out, for {} s on average, exponentially. {} s, so {} messages: an arrival and a reply \
         each.",
        count(f64::from(pools.workspaces)),
        pools.agents,
        pools.bucket_rate,
        pools.bucket_burst,
        pools.servers.unwrap_or(0),
        pools.service,
        pools.seconds,
        count(pools.expected()),
    )
}

/// A whole number with its thousands apart.
pub(crate) fn count(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What an engine found, which says how many events there were and whether it did its work.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Found {
    Queue(Queue),
    Messages(Messages),
    Timers { fired: u64 },
}

/// What became of the customers of one queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Queue {
    pub(crate) arrived: u64,
    pub(crate) served: u64,
    /// Until service began [s].
    pub(crate) mean_wait: f64,
}

/// What became of messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Messages {
    pub(crate) offered: u64,
    /// Those that had a credit and a token.
    pub(crate) admitted: u64,
    pub(crate) replied: u64,
    /// Those that found no free server.
    pub(crate) waited: u64,
}

impl Sum for Messages {
    fn sum<Parts: Iterator<Item = Self>>(parts: Parts) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            offered: sum.offered + part.offered,
            admitted: sum.admitted + part.admitted,
            replied: sum.replied + part.replied,
            waited: sum.waited + part.waited,
        })
    }
}

impl Found {
    /// How many events it took.
    pub(crate) const fn events(&self) -> u64 {
        match self {
            Self::Queue(queue) => queue.arrived + queue.served,
            Self::Messages(messages) => messages.offered + messages.replied,
            Self::Timers { fired } => *fired,
        }
    }
}

/// The numbers of W1.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct OneQueue {
    pub(crate) seed: u64,
    /// For how long customers arrive [s]; those who wait then are served.
    pub(crate) seconds: f64,
    /// Arrivals a second.
    pub(crate) arrival_rate: f64,
    /// The mean time of service [s].
    pub(crate) service: f64,
}

impl OneQueue {
    pub(crate) const fn scaled(scale: f64) -> Self {
        Self { seed: SEED, seconds: 5e6 * scale, arrival_rate: 1.0, service: 0.9 }
    }

    fn check(&self, found: &Queue) -> Result<(), String> {
        let customers = self.arrival_rate * self.seconds;
        near("customers", found.arrived as f64, customers, customers.sqrt())?;
        same("customers served", found.served, found.arrived)?;
        let load = self.arrival_rate * self.service;
        let wait = load * self.service / (1.0 - load);
        near("mean wait", found.mean_wait, wait, self.error_of_wait(customers))
    }

    /// The standard error of the mean wait of consecutive customers, who do not wait independently.
    /// Source: D. J. Daley, The Serial Correlation Coefficients of Waiting Times in a Stationary
    /// Single Server Queue (Journal of the Australian Mathematical Society 8, 1968).
    fn error_of_wait(&self, customers: f64) -> f64 {
        let load = self.arrival_rate * self.service;
        let numerator = load * (2.0 + load * (5.0 + load * (load - 4.0)));
        self.service * (numerator / (1.0 - load).powi(4) / customers).sqrt()
    }
}

/// The numbers of W2, W3 and W4.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Pools {
    pub(crate) seed: u64,
    pub(crate) workspaces: u32,
    /// Agents of a workspace.
    pub(crate) agents: u32,
    /// Messages to an agent a second.
    pub(crate) rate: f64,
    /// Credits of a workspace; a message costs one.
    pub(crate) credits: u64,
    /// Tokens a second that a workspace's bucket gains.
    pub(crate) bucket_rate: f64,
    /// Tokens that it holds.
    pub(crate) bucket_burst: f64,
    pub(crate) servers: Option<u32>,
    /// Whether those serve all workspaces together, or so many each.
    pub(crate) servers_are_shared: bool,
    /// The mean time of service [s].
    pub(crate) service: f64,
    /// How far away the servers are [s].
    pub(crate) network_delay: f64,
    /// For how long messages come [s]; those that are served then are finished.
    pub(crate) seconds: f64,
}

impl Pools {
    pub(crate) fn scaled(scale: f64) -> Self {
        Self {
            seed: SEED,
            workspaces: (1e4 * scale).ceil() as u32,
            agents: 10,
            rate: 1.0,
            credits: 1_000_000,
            bucket_rate: 20.0,
            bucket_burst: 40.0,
            servers: Some(8),
            servers_are_shared: false,
            service: 0.2,
            network_delay: 0.0,
            seconds: 100.0,
        }
    }

    pub(crate) fn shared(scale: f64) -> Self {
        let servers = Some((23e3 * scale).ceil() as u32);
        Self { servers, servers_are_shared: true, network_delay: 0.005, ..Self::scaled(scale) }
    }

    pub(crate) fn huge(scale: f64) -> Self {
        Self {
            workspaces: (1e6 * scale).ceil() as u32,
            agents: 500,
            rate: 1.0 / 3_600.0,
            servers: None,
            service: 0.0,
            seconds: 3_600.0,
            ..Self::scaled(scale)
        }
    }

    /// How many messages to expect.
    pub(crate) fn expected(&self) -> f64 {
        f64::from(self.workspaces) * f64::from(self.agents) * self.rate * self.seconds
    }

    fn check(&self, found: &Messages) -> Result<(), String> {
        let expected = self.expected();
        near("messages", found.offered as f64, expected, expected.sqrt())?;
        // Neither the pool nor the bucket runs out: half of what the bucket gains is used, and 40
        // messages more than it gains meanwhile do not come in centuries.
        same("messages admitted", found.admitted, found.offered)?;
        same("replies", found.replied, found.admitted)?;
        let (probability, load) = self.waiting();
        let waiting = expected * probability;
        // Those who wait come in clumps, the greater the busier servers are.
        let error = (2.0 * waiting).sqrt() / (1.0 - load);
        near("messages that waited", found.waited as f64, waiting, error)
    }

    /// The probability that a message waits, and the utilisation of the servers.
    /// Source: A. K. Erlang, Solution of Some Problems in the Theory of Probabilities of
    /// Significance in Automatic Telephone Exchanges (1917); by the recursion of formula B.
    fn waiting(&self) -> (f64, f64) {
        let Some(servers) = self.servers else { return (0.0, 0.0) };
        let all = f64::from(self.agents) * self.rate * self.service;
        let offered = if self.servers_are_shared { all * f64::from(self.workspaces) } else { all };
        let blocked = (1..=servers).fold(1.0, |blocked, servers| {
            offered * blocked / (f64::from(servers) + offered * blocked)
        });
        let load = offered / f64::from(servers);
        (blocked / (1.0 - load * (1.0 - blocked)), load)
    }
}

/// The numbers of W6.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Timers {
    pub(crate) seed: u64,
    /// Timers that are set at any time.
    pub(crate) pending: u32,
    /// How far ahead a timer is set on average [s].
    pub(crate) delay: f64,
    /// For how long they go off [s].
    pub(crate) seconds: f64,
}

impl Timers {
    pub(crate) fn scaled(scale: f64) -> Self {
        Self { seed: SEED, pending: (1e6 * scale).ceil() as u32, delay: 1.0, seconds: 10.0 }
    }

    fn expected(&self) -> f64 {
        f64::from(self.pending) * self.seconds / self.delay
    }

    fn check(&self, fired: u64) -> Result<(), String> {
        near("timers that went off", fired as f64, self.expected(), self.expected().sqrt())
    }
}

fn near(what: &str, found: f64, expected: f64, error: f64) -> Result<(), String> {
    if (found - expected).abs() <= ERRORS * error {
        return Ok(());
    }
    Err(format!("{what}: {found} where {expected} ± {} was expected", ERRORS * error))
}

fn same(what: &str, found: u64, expected: u64) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: {found} where {expected} was expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_answers_are_told_from_right_ones() {
        let queue = Queue { arrived: 5_000_000, served: 5_000_000, mean_wait: 8.1 };
        let check = |found| Part::OneQueue.check(1.0, &Found::Queue(found));
        assert_eq!(check(queue), Ok(()));
        assert!(check(Queue { served: 4_999_999, ..queue }).is_err());
        assert!(check(Queue { mean_wait: 9.0, ..queue }).is_err());
        assert!(check(Queue { arrived: 5_020_000, served: 5_020_000, ..queue }).is_err());
        assert!(Part::OneQueue.check(1.0, &Found::Timers { fired: 10_000_000 }).is_err());
    }

    #[test]
    fn as_many_messages_wait_as_erlang_says() {
        // 2 erlangs on 8 servers: 2^8/8! 8/6 beside the sum of 2^k/k! below k = 8, which is 7.381.
        let (probability, load) = Pools::scaled(1.0).waiting();
        assert!((probability - 0.001_146).abs() < 1e-6, "{probability}");
        assert!((load - 0.25).abs() < 1e-12);
        let all = 10_000_000;
        let messages = Messages { offered: all, admitted: all, replied: all, waited: 11_460 };
        let check = |found| Part::Apart.check(1.0, &Found::Messages(found));
        assert_eq!(check(messages), Ok(()));
        assert!(check(Messages { waited: 0, ..messages }).is_err());
        assert!(check(Messages { replied: all - 1, ..messages }).is_err());
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!([0.0, 999.0, 1e3, 1_234_567.4].map(count), ["0", "999", "1,000", "1,234,567"]);
    }
}
