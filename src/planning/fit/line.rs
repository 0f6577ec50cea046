//! What was fitted to a line.

use libm::sqrt;
use schemars::JsonSchema;
use serde::Serialize;

use super::choose::{Choice, FEWEST};
use super::gather::{Spans, Tally};
use super::hours::Found;
use super::law::{Candidate, Family, Law};
use super::sample::Sample;
use super::spell;
use super::values::{Fitted, Spread};
use crate::units::SimTime;

/// A group of workspaces.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct GroupFit {
    /// Its name.
    pub name: String,
    /// Workspaces: the greatest number that a row names.
    pub workspaces: u32,
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
    /// Whether most agents are offline at the start.
    pub starts_offline: bool,
    /// Time from an enable to the next disable.
    pub active: Option<LawFit>,
    /// Time from a disable to the next enable.
    pub offline: Option<LawFit>,
    /// Tries to create an agent in each workspace, as scenarios write a rate.
    pub create: Option<String>,
    /// Time from an agent's creation until it is enabled, on average, as scenarios write it.
    pub draft: Option<String>,
    /// Time from an agent's creation until it is deleted, on average, as scenarios write it.
    pub delete_after: Option<String>,
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
    /// The distance up to which the exponential law would have been kept.
    pub most: f64,
    /// All laws that were compared, the exponential one first.
    pub candidates: Vec<CandidateFit>,
}

/// A law that was compared with times.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CandidateFit {
    /// Its name.
    pub name: String,
    /// Its parameters, as scenarios write them.
    pub parameters: String,
    /// The greatest difference between the shares of times below any bound.
    pub distance: f64,
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

impl LineFit {
    /// Fits a line of a group that has so many workspaces.
    pub(super) fn new(
        name: &str,
        tally: &Tally,
        spans: &Spans,
        hours: &Found,
        (workspaces, end): (u32, SimTime),
    ) -> Self {
        let talks = tally.think.fitted().is_some();
        let traffic = (tally.starts > 0).then(|| TrafficFit::new(tally, spans, hours, end));
        let [_, creates, _, disables, deletes, ..] = tally.deeds;
        let alive = (tally.active + tally.offline + tally.draft) as f64;
        let mean = |time: f64, count: u64| (count > 0).then(|| spell::span(time / count as f64));
        let is_churned = creates > 0 || deletes > 0;
        let enables = tally.deeds[2] - tally.drafts_enabled;
        Self {
            name: name.to_owned(),
            agents: tally.each.max(1),
            messages: tally.messages,
            conversations: talks.then_some(tally.starts),
            turns: tally.turns.fitted().filter(|_| talks).map(|it| ValueFit::new(&it)),
            think: tally.think.fitted().map(|it| ValueFit::new(&it)),
            cost: tally.costs.fitted().map(|it| ValueFit::new(&it)),
            pauses: tally.pauses(),
            starts_offline: 2 * tally.began_offline > tally.agents,
            active: LawFit::of_periods(&spans.active, tally.active, disables),
            offline: LawFit::of_periods(&spans.offline, tally.offline, enables),
            create: (creates > 0)
                .then(|| spell::rate(creates as f64 / f64::from(workspaces) / end.nanos() as f64)),
            draft: mean(tally.draft as f64, tally.drafts_enabled),
            delete_after: mean(alive, deletes).filter(|_| is_churned),
            differ: traffic.as_ref().and_then(|traffic| differ(tally, traffic.law.cv)),
            created_only: tally.each == 0,
            unpriced: if tally.costs.fitted().is_some() { tally.unpriced } else { 0 },
            traffic,
        }
    }
}

/// How much more the arrivals at agents differ than those of a renewal stream with this cv do: their
/// variance over their mean comes to the square of it.
///
/// Source: Cox, Renewal Theory (1962), 3.3. That of a Poisson stream scatters by sqrt(2 / (n - 1)).
fn differ(tally: &Tally, cv: f64) -> Option<f64> {
    /// Fewer agents scatter too much to say.
    const FEWEST_AGENTS: u64 = 10;
    let agents = tally.agents as f64;
    if tally.agents < FEWEST_AGENTS || tally.pauses() || tally.each == 0 {
        return None;
    }
    let mean = tally.declared_starts as f64 / agents;
    let variance = (tally.squares - agents * mean * mean) / (agents - 1.0);
    let ratio = variance / mean / (cv * cv).max(0.01);
    let by_chance = 1.0 + 4.0 * sqrt(2.0 / (agents - 1.0));
    (ratio > by_chance.max(1.5)).then_some(ratio)
}

impl TrafficFit {
    fn new(tally: &Tally, spans: &Spans, hours: &Found, end: SimTime) -> Self {
        let talks = tally.think.fitted().is_some();
        // Conversations begin as a Poisson stream, perhaps in bursts: the language has no other.
        let families: &[Family] = if talks {
            &[Family::Bursts]
        } else {
            &[Family::Gamma, Family::Weibull, Family::Lognormal, Family::Bursts]
        };
        // Where hours differ, the same time shows more arrivals or fewer.
        let stretch = spans.length / end.nanos() as f64;
        let gap = tally.exposure() * stretch / tally.starts as f64;
        let choice = Choice::among(&spans.gaps, families).unwrap_or_else(|| Choice {
            candidates: vec![Candidate {
                law: Law::Exponential { mean: gap },
                distance: 0.0,
                aic: 0.0,
            }],
            chosen: 0,
            most: 1.0,
            count: 0,
        });
        let law = choice.law();
        let law = law.stretched(mean_gap(gap, &law, tally) / law.mean());
        let law = match law {
            Law::Exponential { .. } | Law::Bursts { .. } => law,
            _ if talks => Law::Exponential { mean: gap },
            _ => law,
        };
        let rate = spell::rate(1.0 / law.mean());
        let (rate, interarrival, bursts) = match law {
            Law::Exponential { .. } => (Some(rate), None, None),
            Law::Bursts { .. } => (Some(rate), None, Some(spell::law(&law))),
            _ => (None, Some(spell::law(&law)), None),
        };
        let profile = match hours {
            Found::Rhythm(rhythm) => Some(ProfileFit {
                weights: rhythm.weights.clone(),
                ratio: rhythm.test.ratio,
                p: rhythm.test.p,
            }),
            _ => None,
        };
        Self {
            rate,
            interarrival,
            bursts,
            law: LawFit::new(&choice, &law),
            profile,
            profile_unknown: *hours == Found::TooLittle,
        }
    }
}

/// The mean gap that makes as many messages as there are. A stream that begins with a whole gap has
/// (cv² - 1) / 2 more than the time over the mean, if there is time for some.
///
/// Source: Cox, Renewal Theory (1962), 4.5 (the asymptotic renewal function).
fn mean_gap(gap: f64, law: &Law, tally: &Tally) -> f64 {
    let each = tally.starts as f64 / tally.agents.max(1) as f64;
    let more = f64::midpoint(law.cv() * law.cv(), -1.0);
    match law {
        Law::Exponential { .. } | Law::Bursts { .. } => gap,
        // A clock is no matter of how many there are.
        Law::Constant { value } => *value,
        _ if each > 4.0 * more.abs() => gap * each / (each - more),
        _ => gap,
    }
}

impl LawFit {
    fn new(choice: &Choice, law: &Law) -> Self {
        let candidates = choice.candidates.iter().enumerate().map(|(place, it)| CandidateFit {
            name: it.law.name().to_owned(),
            parameters: spell::parameters(&it.law),
            distance: it.distance,
            aic: it.aic,
            chosen: place == choice.chosen,
        });
        Self {
            name: law.name().to_owned(),
            written: spell::law(law),
            mean_s: law.mean() / 1e9,
            cv: law.cv(),
            count: choice.count,
            most: choice.most,
            candidates: candidates.collect(),
        }
    }

    /// The law of periods of which so many ended in so much time.
    fn of_periods(sample: &Sample, time: u128, ended: u64) -> Option<Self> {
        if ended == 0 {
            return None;
        }
        let mean = time as f64 / ended as f64;
        let law = Law::Exponential { mean };
        let families = [Family::Gamma, Family::Weibull, Family::Lognormal];
        let choice = Choice::among(sample, &families).filter(|it| it.count >= FEWEST);
        let choice = choice.unwrap_or_else(|| Choice {
            candidates: vec![Candidate { law, distance: 0.0, aic: 0.0 }],
            chosen: 0,
            most: 1.0,
            count: ended,
        });
        // What is memoryless has its mean from all of the time, periods without an end included.
        let law = if choice.chosen == 0 && choice.law().cv() > 0.0 { law } else { choice.law() };
        Some(Self::new(&choice, &law))
    }

    /// The distance of the law that was chosen.
    pub fn distance(&self) -> f64 {
        self.candidates.iter().find(|it| it.chosen).map_or(0.0, |it| it.distance)
    }
}

impl ValueFit {
    fn new(fitted: &Fitted) -> Self {
        let name = match &fitted.spread {
            Spread::Law(law) => law.name(),
            Spread::Geometric(_) => "geometric",
            Spread::Mixture(_) | Spread::Parts(_) => "mixture",
        };
        Self {
            name: name.to_owned(),
            written: spell::spread(&fitted.spread, fitted.kind),
            count: fitted.count,
            distance: fitted.distance,
        }
    }
}
