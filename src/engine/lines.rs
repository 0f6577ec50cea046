//! The agent lines of one workspace, and its customers as a whole: their streams of draws, and the
//! streams of their arrivals.

use super::model::{LineModel, TrafficModel};
use crate::random::{Distribution, Draw, Key, Sampler, Stream};
use crate::rules::Refusal;
use crate::units::{Share, SimSpan, SimTime};
use crate::workload::{
    Arrival, Burst, ClientThrottling, CustomSource, CustomTraffic, Lately, Level, RetrySampler,
    Steps,
};

/// Turns of a conversation have the numbers `n << TURN_BITS`, .. of its line's draws. A
/// conversation of more turns would draw what the next one draws, which is harmless.
const TURN_BITS: u32 = 20;
/// Where agents have arrivals of their own, those of agent `a` of the line have the numbers
/// `a << AGENT_BITS`, ..; agents with more of them would draw what the next one draws.
const AGENT_BITS: u32 = 44;
/// Messages of user `u`, counted over the agents of the line, have the numbers after
/// `u << USER_BITS`, which itself is that of the time before the first message.
const USER_BITS: u32 = 40;

/// One agent line of one workspace.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// The number of its first agent in the workspace.
    pub(super) first: u32,
    /// How many of its agents exist.
    pub(super) count: u32,
    /// Tries of churn to create an agent so far.
    creates: u64,
    /// Time between the arrivals of all its agents together, where they are one stream, or at one of them.
    interval: Sampler,
    /// Time between the arrivals at one agent that has a stream of its own.
    own_interval: Sampler,
    key: Key,
    recipients: Stream,
    turns: Stream,
    think: Stream,
    cost: Stream,
    service: Stream,
    patience: Stream,
    /// Attempts that its customers meant to make lately, and those admitted, where they throttle
    /// themselves.
    throttled: Option<Lately<2>>,
    /// Attempts lately, and retries that were decided upon, where those have a budget.
    budgeted: Option<Lately<2>>,
}

/// A stream of arrivals: messages, or first turns of conversations.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) line: u32,
    /// The agent they are for; `None` if each is for any agent of the line, or of the workspace.
    pub(super) agent: Option<u32>,
    /// Arrivals so far.
    arrived: u64,
    /// The number of its first message.
    first: u64,
    arrivals: Stream,
    /// What says when they come, unless a distribution does.
    custom: Option<CustomSource>,
    /// What the last arrival left of its exposure, where traffic is modulated \[ns\].
    left: f64,
    /// The period that its agent is in, where traffic comes in bursts.
    burst: Option<Burst>,
}

/// A message's number in the draws of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number(u64);

impl Number {
    /// That of a message which was recorded for its line, by its place among those. It is that of a
    /// Poisson arrival, unless those are drawn beside it.
    pub(super) const fn of_recorded(arrival: u64, beside_others: bool) -> Self {
        let number = arrival << TURN_BITS;
        Self(if beside_others { number | (1 << 63) } else { number })
    }

    /// The number of the next turn of the same conversation.
    pub(super) const fn next_turn(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl Source {
    /// Takes the next arrival: its first message's number.
    #[inline(always)]
    pub(super) fn arrive(&mut self) -> Number {
        let arrival = self.arrived;
        self.arrived += 1;
        Number(self.first.wrapping_add(arrival << TURN_BITS))
    }
}

impl Line {
    /// A line of the workspace whose draws are keyed by `workspace`.
    pub(super) fn new(model: &LineModel, workspace: Key, first: u32, count: u32) -> Self {
        let key = workspace.name(&model.name);
        let stream = |purpose: &str| key.name(purpose).stream();
        // Poisson streams add up to one, of which the agents are drawn.
        let law = match model.traffic.as_ref().and_then(|it| Some((it, it.interarrival.as_ref()?)))
        {
            Some((traffic, law)) if traffic.is_one_stream => {
                Distribution::Exponential { mean: law.mean() / f64::from(count.max(1)) }
            }
            Some((_, law)) => law.clone(),
            None => Distribution::Constant(0.0),
        };
        let own = model.traffic.as_ref().and_then(|it| it.interarrival.clone());
        let own = own.unwrap_or(Distribution::Constant(0.0));
        Self {
            first,
            count,
            creates: 0,
            interval: law.sampler(),
            own_interval: own.sampler(),
            key,
            recipients: stream("recipients"),
            turns: stream("turns"),
            think: stream("think"),
            cost: stream("cost"),
            service: stream("service"),
            patience: stream("patience"),
            throttled: model.client_throttling.map(|it| Lately::new(it.over)),
            budgeted: model
                .retry
                .as_ref()
                .and_then(|retry| Some(Lately::new(retry.budget()?.over))),
        }
    }

    /// The one stream of arrivals at all agents of the line, which is number `line`.
    pub(super) fn source(&self, line: u32) -> Source {
        let arrivals = self.key.name("arrivals").stream();
        Source {
            line,
            agent: None,
            arrived: 0,
            first: 0,
            arrivals,
            custom: None,
            left: 0.0,
            burst: None,
        }
    }

    /// The stream of arrivals at one agent of the line, which is number `line`, from `now` on. It
    /// is number `number` in its line.
    pub(super) fn source_for(
        &self,
        (agent, number): (u32, u32),
        line: u32,
        traffic: &TrafficModel,
        now: SimTime,
    ) -> Source {
        let number = u64::from(number);
        let key = self.key.index(number);
        let bursts = traffic.bursts.as_ref();
        Source {
            line,
            agent: Some(agent),
            arrived: 0,
            first: number << AGENT_BITS,
            arrivals: key.name("arrivals").stream(),
            custom: traffic.custom.as_ref().map(CustomTraffic::begin),
            left: 0.0,
            burst: bursts.map(|it| Burst::begin(it, key.name("bursts").stream(), now)),
        }
    }

    /// The stream of arrivals at the workspace as a whole, whose customers are line number `line`.
    pub(super) fn source_of_workspace(&self, line: u32, traffic: &TrafficModel) -> Source {
        let bursts = traffic.bursts.as_ref();
        let begin = |bursts| Burst::begin(bursts, self.key.name("bursts").stream(), SimTime::ZERO);
        let custom = traffic.custom.as_ref().map(CustomTraffic::begin);
        Source { custom, burst: bursts.map(begin), ..self.source(line) }
    }

    /// When the arrival comes that follows the one at `now`, or the start; `None` if that is not
    /// before `until`.
    #[inline(always)]
    pub(super) fn next_arrival(
        &self,
        source: &mut Source,
        traffic: &TrafficModel,
        factors: &Steps,
        now: SimTime,
        until: SimTime,
    ) -> Option<SimTime> {
        let mut draw = source.arrivals.at(source.arrived);
        let interval = if source.agent.is_some() { &self.own_interval } else { &self.interval };
        let custom = match &mut source.custom {
            Some(custom) => Some(custom.next(now, &mut draw)?.nanos()),
            None => None,
        };
        if traffic.is_steady && factors.is_empty() {
            let nanos = custom.unwrap_or_else(|| interval.sample_whole(&mut draw));
            let at = now + SimSpan::from_nanos(nanos);
            return (at < until).then_some(at);
        }
        let exposure =
            custom.map_or_else(|| interval.sample(&mut draw), |nanos| nanos as f64) + source.left;
        let level = |at| match (&mut source.burst, &traffic.bursts) {
            (Some(burst), Some(bursts)) => burst.level(bursts, at),
            _ => Level::STEADY,
        };
        let Arrival { at, left } =
            traffic.modulation.after(now, exposure, factors, level, until)?;
        source.left = left;
        Some(at)
    }

    /// Takes the next arrival: the agent it is for, and its first message's number.
    #[inline]
    pub(super) fn arrive(&self, source: &mut Source) -> (u32, Number) {
        let arrival = source.arrived;
        let number = source.arrive();
        let agent = source.agent.unwrap_or_else(|| {
            let any = match self.count {
                1 => 0,
                count => self.recipients.at(arrival).below(u64::from(count)) as u32,
            };
            self.first + any
        });
        (agent, number)
    }

    /// Which of so many agents, at least one, a message of the workspace's customers goes to.
    pub(super) fn recipient(&self, number: Number, agents: u32) -> u32 {
        self.recipients.at(number.0).below(u64::from(agents)) as u32
    }

    /// The number of the time before the first message of one of the users of an agent, which is
    /// number `agent` in its line.
    pub(super) fn user(agent: u32, user: u32, users: u32) -> Number {
        let before = u64::from(agent) * u64::from(users);
        Number((before + u64::from(user)) << USER_BITS)
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

    /// How long the message's customer waits from when it is due \[ns\].
    pub(super) fn patience(&self, model: &Sampler, number: Number) -> u64 {
        model.sample_whole(&mut self.patience.at(number.0))
    }

    /// Counts an attempt that customers mean to make. Answers how many they meant to make lately
    /// before, and how many of those were admitted, where they throttle themselves.
    pub(super) fn means_to_attempt(&mut self, now: SimTime) -> Option<(u64, u64)> {
        if let Some(budgeted) = &mut self.budgeted {
            budgeted.count(0, now);
        }
        let throttled = self.throttled.as_mut()?;
        let [attempts, admitted] = throttled.counts(now);
        throttled.count(0, now);
        Some((attempts, admitted))
    }

    /// Counts an attempt that was admitted.
    #[inline]
    pub(super) fn was_admitted(&mut self, now: SimTime) {
        if let Some(throttled) = &mut self.throttled {
            throttled.count(1, now);
        }
    }

    /// Counts a retry that is decided upon: many that are refused at one instant would pass the
    /// budget otherwise.
    pub(super) fn will_retry(&mut self, now: SimTime) {
        if let Some(budgeted) = &mut self.budgeted {
            budgeted.count(1, now);
        }
    }

    /// Whether the budget of retries, if there is one, allows one more.
    pub(super) fn can_retry(&mut self, model: &RetrySampler, now: SimTime) -> bool {
        let Some((budget, budgeted)) = model.budget().zip(self.budgeted.as_mut()) else {
            return true;
        };
        let [attempts, retries] = budgeted.counts(now);
        budget.allows((attempts, retries))
    }

    /// Whether an attempt is held back, as [`ClientThrottling::holds_back`] says.
    pub(super) fn holds_back(
        &self,
        model: ClientThrottling,
        lately: (u64, u64),
        (number, attempt): (Number, u32),
    ) -> bool {
        model.holds_back(lately, self.key, (number.0, attempt))
    }

    /// When the message is tried again after a refusal of its last attempt, as
    /// [`RetrySampler::delay`] says.
    pub(super) fn retry(
        &self,
        model: &RetrySampler,
        number: Number,
        last: (u32, SimSpan),
        refusal: &Refusal,
    ) -> Option<(SimSpan, SimSpan)> {
        model.delay(self.key, number.0, last, refusal)
    }

    /// A number that says which node decides an attempt of a message.
    pub(super) fn node(&self, number: Number, attempt: u32) -> u64 {
        self.of_attempt("nodes", number, attempt).next_u64()
    }

    /// A number that says which node decides an attempt that is delivered for the second time.
    pub(super) fn other_node(&self, number: Number, attempt: u32) -> u64 {
        self.of_attempt("other nodes", number, attempt).next_u64()
    }

    /// Whether an attempt is one of this share that is delivered twice.
    pub(super) fn is_delivered_twice(&self, number: Number, attempt: u32, share: Share) -> bool {
        is_one_of(share, self.of_attempt("delivered twice", number, attempt))
    }

    /// Whether an attempt is one of this share of whose end nobody hears.
    pub(super) fn loses_release(&self, number: Number, attempt: u32, share: Share) -> bool {
        is_one_of(share, self.of_attempt("lost releases", number, attempt))
    }

    fn of_attempt(&self, purpose: &str, number: Number, attempt: u32) -> Draw {
        self.key.name(purpose).index(number.0).stream().at(u64::from(attempt))
    }

    /// A number that says which node decides the deed number `deed` that is done to an agent. Agents
    /// are numbered in their line.
    pub(super) fn node_of_agent(&self, agent: u32, deed: u64) -> u64 {
        self.periods(agent, "nodes").at(deed).next_u64()
    }

    /// A number that says which node decides all that has to do with an agent.
    pub(super) fn own_node(&self, agent: u32) -> u64 {
        self.periods(agent, "own node").at(0).next_u64()
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

/// Whether a draw is one of a share of them.
fn is_one_of(share: Share, mut draw: Draw) -> bool {
    draw.below(Share::WHOLE.billionths()) < share.billionths()
}
