//! W2 by hand with all that limitlab measures and the ways it has to be fast: the floor of a simulator
//! that measures.

use super::counter::Stream;
use crate::draws::nanos;
use crate::run::Stopwatch;
use crate::works::{Found, Messages, Pools};

/// Bins of the series.
const BINS: usize = 100;
/// Servers of a workspace, at most.
const SERVERS: usize = 8;
/// Agents of a workspace, at most.
const AGENTS: usize = 10;

/// Counts in the buckets of an `HdrHistogram` with three significant digits.
/// Source: G. Tene, HdrHistogram, <https://hdrhistogram.github.io/HdrHistogram/>.
struct Histogram {
    counts: Vec<u64>,
    sum: u64,
    greatest: u64,
}

impl Histogram {
    const BITS: u32 = 10;
    /// Enough for the longest time that 64 bits hold.
    const BUCKETS: usize = 64 << Self::BITS;

    fn new() -> Self {
        Self { counts: vec![0; Self::BUCKETS], sum: 0, greatest: 0 }
    }

    #[inline]
    fn record(&mut self, value: u64) {
        let shift = (value | 1).ilog2().saturating_sub(Self::BITS);
        let bucket = ((shift as usize) << Self::BITS) + (value >> shift) as usize;
        self.counts[bucket] += 1;
        self.sum += value;
        self.greatest = self.greatest.max(value);
    }

    fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// What is measured of all workspaces.
struct Measures {
    latency: Histogram,
    wait: Histogram,
    service: Histogram,
    /// Messages, and the sum of their latencies, by when they came.
    series: [(u64, u64); BINS],
    /// Refusals of a workspace.
    hits: Histogram,
    /// The sum of the workspaces' indices of fairness among agents.
    fairness: f64,
}

/// A workspace with its limits as functions of time.
struct Workspace {
    credits: u64,
    /// When the bucket is full if nothing is taken from it [ns].
    full_at: u64,
    /// When each server is free for good [ns].
    free_at: [u64; SERVERS],
    /// Messages of each agent.
    messages: [u64; AGENTS],
    refusals: u64,
}

/// One workspace at a time, and in it one timer: agents are one stream of messages, and when a message
/// is replied to is known when it comes.
pub(crate) fn measured(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    let mut counts = Messages::default();
    let mut measures = Measures {
        latency: Histogram::new(),
        wait: Histogram::new(),
        service: Histogram::new(),
        series: [(0, 0); BINS],
        hits: Histogram::new(),
        fairness: 0.0,
    };
    for workspace in 0..pools.workspaces {
        simulate(&pools, workspace, &mut measures, &mut counts);
    }
    counts.replied = measures.latency.count();
    let in_series: u64 = measures.series.iter().map(|bin| bin.0).sum();
    let in_order = in_series == counts.offered
        && measures.latency.sum == measures.wait.sum + measures.service.sum
        && measures.latency.greatest >= measures.service.greatest
        && measures.hits.count() == u64::from(pools.workspaces)
        && measures.fairness <= f64::from(pools.workspaces);
    assert!(in_order, "the measures do not agree with each other");
    Found::Messages(counts)
}

fn simulate(pools: &Pools, number: u32, measures: &mut Measures, counts: &mut Messages) {
    let kind = |kind| Stream::new(pools.seed, number, kind);
    let (gaps, agents, services) = (kind(0), kind(1), kind(2));
    let between = 1e9 / (pools.rate * f64::from(pools.agents));
    let mean_service = pools.service * 1e9;
    let end = nanos(pools.seconds);
    let width = end.div_ceil(BINS as u64);
    let (mut bin, mut bin_end) = (0, width);
    let token = nanos(1.0 / pools.bucket_rate);
    let slack = (pools.bucket_burst as u64 - 1) * token;
    let mut workspace = Workspace {
        credits: pools.credits,
        full_at: 0,
        free_at: [0; SERVERS],
        messages: [0; AGENTS],
        refusals: 0,
    };
    let mut message = 0;
    let mut now = gaps.at(message).exponential(between);
    while now < end {
        counts.offered += 1;
        let agent = agents.at(message).below(pools.agents);
        while now >= bin_end {
            bin += 1;
            bin_end += width;
        }
        measures.series[bin].0 += 1;
        if workspace.admit(now, slack, token) {
            counts.admitted += 1;
            workspace.messages[agent as usize] += 1;
            let service = services.at(message).exponential(mean_service);
            let started = workspace.serve(now, service);
            let (wait, latency) = (started - now, started - now + service);
            counts.waited += u64::from(wait > 0);
            measures.wait.record(wait);
            measures.service.record(service);
            measures.latency.record(latency);
            measures.series[bin].1 += latency;
        }
        message += 1;
        now += gaps.at(message).exponential(between);
    }
    measures.hits.record(workspace.refusals);
    measures.fairness += workspace.fairness();
}

impl Workspace {
    /// Whether a message is admitted, which then takes a credit and a token.
    #[inline]
    fn admit(&mut self, now: u64, slack: u64, token: u64) -> bool {
        let admitted = self.credits >= 1 && self.full_at <= now + slack;
        if admitted {
            self.credits -= 1;
            self.full_at = self.full_at.max(now) + token;
        } else {
            self.refusals += 1;
        }
        admitted
    }

    /// When the service begins of a message that comes now: when the first server is free.
    #[inline]
    fn serve(&mut self, now: u64, service: u64) -> u64 {
        // The number of the server is in the lowest bits, so that the least is found without a branch.
        let least = self.free_at.iter().zip(0_u64..).map(|(at, server)| at << 3 | server).min();
        let least = least.unwrap_or(0);
        let started = (least >> 3).max(now);
        self.free_at[(least & 7) as usize] = started + service;
        started
    }

    /// Jain's index of the messages of its agents.
    fn fairness(&self) -> f64 {
        let sum: u64 = self.messages.iter().sum();
        let squares: u64 = self.messages.iter().map(|messages| messages * messages).sum();
        (sum * sum) as f64 / (AGENTS as u64 * squares).max(1) as f64
    }
}
