//! What was fitted, as documents have it.

use schemars::JsonSchema;
use serde::Serialize;

/// A run of what was fitted, against the trace.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RunFit {
    /// The seed of the run, which is that of the scenario.
    pub seed: u64,
    /// Runs that tell how far chance moves a figure, this one included.
    pub runs: u32,
    /// Figures of each group.
    pub figures: Vec<FigureFit>,
}

/// A figure of the trace and of a run.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FigureFit {
    /// The group.
    pub group: String,
    /// What it says.
    pub name: String,
    /// In the trace.
    pub trace: f64,
    /// In the run.
    pub run: f64,
    /// How far both may be apart by chance alone, in 99 cases of 100.
    pub chance: f64,
    /// Whether they are no further apart than that, or than 1 %.
    pub reproduced: bool,
}

/// A group of workspaces.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct GroupFit {
    /// Its name.
    pub name: String,
    /// Workspaces: the greatest number that a row names.
    pub workspaces: u32,
    /// How many agents a workspace must be able to hold, where that is more than plans allow by
    /// themselves.
    pub total_agents: Option<u32>,
    /// Its lines of agents.
    pub lines: Vec<LineFit>,
}

/// A line of agents.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LineFit {
    /// Its name.
    pub name: String,
    /// Agents of each workspace: the greatest number that a row names which created none.
    pub agents: u32,
    /// Messages to all of them.
    pub messages: u64,
    /// Conversations, if the trace has any with them; a message alone is one as well.
    pub conversations: Option<u64>,
    /// When messages come, or conversations begin; `None` if none do.
    pub traffic: Option<TrafficFit>,
    /// Turns of a conversation.
    pub turns: Option<ValueFit>,
    /// Time from a reply to the next turn.
    pub think: Option<ValueFit>,
    /// What a message costs; `None` if no row says so.
    pub cost: Option<ValueFit>,
    /// Whether customers wait for agents that are away.
    pub pauses: bool,
    /// The share of agents that are offline at the start.
    pub starts_offline: f64,
    /// Time from an enable to the next disable.
    pub active: Option<LawFit>,
    /// Time from a disable to the next enable.
    pub offline: Option<LawFit>,
    /// How often agents that are enabled later are created in each workspace, as scenarios write a
    /// rate; without the first of each workspace, where a line has only such agents.
    pub create: Option<String>,
    /// Time from an agent's creation until it is enabled, on average, as scenarios write it.
    pub draft: Option<String>,
    /// Time from an agent's creation until it is deleted, on average, as scenarios write it.
    pub delete_after: Option<String>,
    /// Those of them in each workspace on average.
    #[serde(skip)]
    pub created_each: f64,
    /// Agents that were created and never enabled.
    pub never_enabled: u64,
    /// Messages, or conversations, with agents that had been deleted.
    pub to_nobody: u64,
    /// How much more the numbers of messages differ from agent to agent than the law says, if they
    /// differ clearly more: a ratio of variances.
    pub differ: Option<f64>,
    /// Whether agents are only there because rows created them.
    pub created_only: bool,
    /// Messages that do not say what they cost, where others do.
    pub unpriced: u64,
}

/// When messages come, or conversations begin.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TrafficFit {
    /// The mean rate at each agent, as scenarios write it, unless `interarrival` says more.
    pub rate: Option<String>,
    /// The time between two messages to an agent, as scenarios write it.
    pub interarrival: Option<String>,
    /// The periods in which messages come and do not, as scenarios write them.
    pub bursts: Option<String>,
    /// The law that was chosen, and how well it fits.
    pub law: LawFit,
    /// How traffic rises and falls with the hour, if it does.
    pub profile: Option<ProfileFit>,
    /// Whether there was too little to tell whether it does.
    pub profile_unknown: bool,
    /// How much traffic rises over the trace, which no scenario has by itself; `None` unless it does
    /// by more than chance.
    pub trend: Option<TrendFit>,
}

/// A law of times.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LawFit {
    /// Its name.
    pub name: String,
    /// The law as scenarios write it.
    pub written: String,
    /// The mean \[s\].
    pub mean_s: f64,
    /// The standard deviation over the mean.
    pub cv: f64,
    /// How many times it was fitted to.
    pub count: u64,
    /// How many of those times are none at all; 0 where times are rounded so coarsely that chance
    /// explains some.
    pub none: u64,
    /// Whether chance explains the distance between the times and the law; `None` if it was compared
    /// with no other, since there were too few times, or all were the same.
    pub fits: Option<bool>,
    /// All laws that were compared, the exponential one first; none if there were too few times, or
    /// all were the same.
    pub candidates: Vec<CandidateFit>,
}

/// A law that was compared with times.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CandidateFit {
    /// Its name.
    pub name: String,
    /// Its parameters, as scenarios write them.
    pub parameters: String,
    /// The greatest difference between the shares of times below any edge of a bucket.
    pub distance: f64,
    /// Up to which distance chance explains it, at 1 %.
    pub most: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// Whether it was chosen.
    pub chosen: bool,
}

/// How traffic rises and falls.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ProfileFit {
    /// For each hour of the day, or of the week; their mean is 1.
    pub weights: Vec<f64>,
    /// How much hours differ over how much parts of the same hour do.
    pub ratio: f64,
    /// The chance of such a ratio if hours do not differ.
    pub p: f64,
}

/// How traffic rises over a trace.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct TrendFit {
    /// The rate at the end over that at the start, if it rises or falls evenly; from 0 to 100.
    pub factor: f64,
    /// The chance of such a rise or fall, or a greater one, if there is none.
    pub p: f64,
}

/// How a value of messages is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ValueFit {
    /// The name of the distribution.
    pub name: String,
    /// The distribution as scenarios write it.
    pub written: String,
    /// How many values it was fitted to.
    pub count: u64,
    /// The greatest difference between the shares of values below any bound.
    pub distance: f64,
}
