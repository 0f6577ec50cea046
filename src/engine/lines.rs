//! The agent lines of one workspace: their streams of draws.

use super::model::LineModel;
use crate::random::{Distribution, Key, Sampler, Stream};

/// Turns of a conversation have the numbers `n << TURN_BITS`, .. of its line's draws. A
/// conversation of more turns would draw what the next one draws, which is harmless.
const TURN_BITS: u32 = 20;

/// One agent line of one workspace.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// The number of its first agent in the workspace.
    pub(super) first: u32,
    /// How many of its agents exist.
    pub(super) count: u32,
    /// Arrivals so far.
    arrived: u64,
    /// Tries of churn to create an agent so far.
    creates: u64,
    /// Time between arrivals at any of its agents: Poisson streams add up to one.
    interval: Sampler,
    key: Key,
    arrivals: Stream,
    recipients: Stream,
    turns: Stream,
    think: Stream,
    cost: Stream,
    service: Stream,
}

/// A message's number in the draws of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number(u64);

impl Number {
    /// The number of the next turn of the same conversation.
    pub(super) const fn next_turn(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl Line {
    /// A line of the workspace whose draws are keyed by `workspace`.
    pub(super) fn new(model: &LineModel, workspace: Key, first: u32, count: u32) -> Self {
        let key = workspace.name(&model.name);
        let stream = |purpose: &str| key.name(purpose).stream();
        let law = model.traffic.as_ref().map_or(Distribution::Constant(0.0), |traffic| {
            Distribution::Exponential { mean: traffic.interval / f64::from(count.max(1)) }
        });
        Self {
            first,
            count,
            arrived: 0,
            creates: 0,
            interval: law.sampler(),
            key,
            arrivals: stream("arrivals"),
            recipients: stream("recipients"),
            turns: stream("turns"),
            think: stream("think"),
            cost: stream("cost"),
            service: stream("service"),
        }
    }

    /// Time to the next arrival at any agent of the line \[ns\].
    #[inline]
    pub(super) fn next_interval(&self) -> u64 {
        self.interval.sample_whole(&mut self.arrivals.at(self.arrived))
    }

    /// Takes the next arrival: the agent it is for, and its first message's number.
    #[inline]
    pub(super) fn arrive(&mut self) -> (u32, Number) {
        let number = self.arrived;
        self.arrived += 1;
        let agent = if self.count == 1 {
            0
        } else {
            self.recipients.at(number).below(u64::from(self.count)) as u32
        };
        (self.first + agent, Number(number << TURN_BITS))
    }

    /// Turns of the conversation that begins with this message, at least 1.
    pub(super) fn turns(&self, model: &Sampler, number: Number) -> u64 {
        model.sample_whole(&mut self.turns.at(number.0)).max(1)
    }

    /// Time from the reply to this message to the next turn \[ns\].
    pub(super) fn think(&self, model: &Sampler, number: Number) -> u64 {
        model.sample_whole(&mut self.think.at(number.0))
    }

    /// What the message costs, in thousandths of a credit.
    #[inline]
    pub(super) fn cost(&self, model: &Sampler, number: Number) -> u64 {
        model.sample_whole(&mut self.cost.at(number.0))
    }

    /// How long the message takes to serve \[ns\].
    #[inline]
    pub(super) fn service(&self, model: &Sampler, number: Number) -> u64 {
        model.sample_whole(&mut self.service.at(number.0))
    }

    /// Draws of one agent's periods in a state, by the number of the period. Agents are numbered
    /// in their line.
    pub(super) fn periods(&self, agent: u32, state: &str) -> Stream {
        self.key.index(u64::from(agent)).name(state).stream()
    }

    /// Time from the try of churn before number `number` to that one \[ns\].
    pub(super) fn until_create(&self, model: &Sampler, number: u64) -> u64 {
        model.sample_whole(&mut self.key.name("creations").stream().at(number))
    }

    /// Counts a try of churn to create an agent; answers the number of the next one.
    pub(super) fn count_create(&mut self) -> u64 {
        self.creates += 1;
        self.creates
    }
}
