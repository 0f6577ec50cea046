//! What is fitted to a line.

use libm::sqrt;

use super::choose::{Choice, FEWEST};
use super::hours::{Found, Trend};
use super::judge::{Candidate, Family};
use super::law::Law;
use super::model::{CandidateFit, LawFit, LineFit, ProfileFit, TrafficFit, TrendFit, ValueFit};
use super::renewal::mean_gap;
use super::sample::Sample;
use super::spans::Spans;
use super::spell;
use super::tally::Tally;
use super::values::{Fitted, Spread};
use crate::units::SimTime;

impl LineFit {
    /// Fits a line of a group that has so many workspaces.
    pub(super) fn new(
        name: &str,
        tally: &Tally,
        spans: &Spans,
        (hours, trend): (&Found, &Option<Trend>),
        (workspaces, end): (u32, SimTime),
    ) -> Self {
        let talks = tally.think.fitted().is_some();
        let traffic =
            (tally.starts > 0).then(|| TrafficFit::new(tally, spans, (hours, trend), end));
        let [_, creates, _, disables, deletes, ..] = tally.deeds;
        let alive = (tally.active + tally.offline + tally.draft) as f64;
        // What happened at one instant still takes some time.
        let mean = |time: f64, count: u64| {
            (count > 0).then(|| spell::span((time / count as f64).max(1.0)))
        };
        let enables = tally.deeds[2] - tally.drafts_enabled;
        // A line has an agent at least, which stands for the first that is created.
        let there = if tally.each == 0 { u64::from(workspaces) } else { 0 };
        let joining = tally.drafts_enabled.saturating_sub(there);
        Self {
            name: name.to_owned(),
            agents: tally.each.max(1),
            messages: tally.messages,
            conversations: talks.then_some(tally.starts),
            turns: tally.turns.fitted().filter(|_| talks).map(|it| ValueFit::new(&it)),
            think: tally.think.fitted().map(|it| ValueFit::new(&it)),
            cost: tally.costs.fitted().map(|it| ValueFit::new(&it)),
            pauses: tally.pauses(),
            starts_offline: tally.began_offline as f64 / tally.agents.max(1) as f64,
            active: LawFit::of_periods(&spans.active, tally.active, disables),
            offline: LawFit::of_periods(&spans.offline, tally.offline, enables),
            create: (joining > 0)
                .then(|| spell::rate(joining as f64 / f64::from(workspaces) / end.nanos() as f64)),
            draft: mean(tally.draft as f64, tally.drafts_enabled),
            delete_after: mean(alive, deletes).filter(|_| tally.is_churned()),
            created_each: joining as f64 / f64::from(workspaces),
            to_nobody: tally.to_nobody,
            never_enabled: creates - tally.drafts_enabled,
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
    fn new(
        tally: &Tally,
        spans: &Spans,
        (hours, trend): (&Found, &Option<Trend>),
        end: SimTime,
    ) -> Self {
        /// A scenario may have twice as many periods of an agent on average.
        const MOST_PERIODS: f64 = 5e6;
        /// So many times the time over the arrivals is more than any mean gap.
        const MOST_STRETCH: f64 = 10.0;
        /// So many times as many arrivals as a stream has at first beyond its rate drown those.
        const SETTLED: f64 = 50.0;
        let talks = tally.think.fitted().is_some();
        // Conversations begin as a Poisson stream, perhaps in bursts: the language has no other.
        let families: &[Family] = if talks {
            &[Family::Bursts]
        } else {
            &[Family::Gamma, Family::Weibull, Family::Lognormal, Family::Bursts]
        };
        // Where hours differ, the same time shows more arrivals or fewer.
        let stretch = spans.length / end.nanos() as f64;
        let agents = tally.all_agents() as f64;
        let (each, length) = (tally.starts as f64 / agents, tally.exposure() * stretch / agents);
        let poisson = Law::Exponential { mean: length / each };
        let choice = Choice::among(&spans.gaps, families)
            .filter(|choice| match choice.law {
                // A clock that only some agents have is none of all, and conversations have none.
                Law::Constant { value } => {
                    !talks && (length / value - each).abs() <= (0.1 * each).max(1.5)
                }
                _ => true,
            })
            .or_else(|| Choice::compared(&spans.gaps, families))
            .unwrap_or_else(|| Choice::alone(poisson, 0));
        let law = match choice.law {
            Law::Constant { value } => Law::Constant { value },
            Law::Bursts { on, off, .. } if length / (on + off) > MOST_PERIODS => poisson,
            law => law.stretched(mean_gap(&law, each, length) / law.mean()),
        };
        // Where nearly all gaps are next to none, so many would come at once at some agents, and
        // none at all others.
        let law = if law.mean() > MOST_STRETCH * poisson.mean() { poisson } else { law };
        let choice = if law == poisson { choice.memoryless() } else { choice };
        let rate = spell::rate(1.0 / law.mean());
        let (rate, interarrival, bursts) = match law {
            Law::Exponential { .. } => (Some(rate), None, None),
            Law::Bursts { .. } => (Some(rate), None, Some(spell::law(&law))),
            _ => (None, Some(spell::law(&law)), None),
        };
        let more = match interarrival {
            Some(_) => f64::midpoint(law.cv() * law.cv(), -1.0),
            None => 0.0,
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
            law: LawFit { none: spans.gaps.at_once(), ..LawFit::new(&choice, &law) },
            profile,
            profile_unknown: *hours == Found::TooLittle,
            // Where agents come and go, so does traffic. Gaps that scatter widely begin with many
            // short ones, which runs have as well.
            trend: trend
                .filter(|_| {
                    *hours != Found::Steady && !tally.is_churned() && each >= SETTLED * more.abs()
                })
                .map(|trend| TrendFit {
                    factor: (1.0 + trend.slope / 2.0) / (1.0 - trend.slope / 2.0),
                    p: trend.p,
                }),
        }
    }
}

impl LawFit {
    fn new(choice: &Choice, law: &Law) -> Self {
        let candidates = choice.candidates.iter().enumerate().map(|(place, it)| CandidateFit {
            name: it.law.name().to_owned(),
            parameters: spell::parameters(&it.law),
            distance: it.distance,
            most: Candidate::most(&it.law, choice.count),
            aic: it.aic,
            chosen: choice.chosen == Some(place),
        });
        Self {
            name: law.name().to_owned(),
            written: spell::law(law),
            mean_s: law.mean() / 1e9,
            cv: law.cv(),
            count: choice.count,
            none: 0,
            fits: choice.chosen.map(|place| choice.candidates[place].fits(choice.count)),
            candidates: candidates.collect(),
        }
    }

    /// The law of periods of which so many ended in so much time.
    fn of_periods(sample: &Sample, time: u128, ended: u64) -> Option<Self> {
        /// What is so much shorter than the time for each end leaves too much of it out.
        const LEAST: f64 = 0.1;
        if ended == 0 {
            return None;
        }
        let mean = (time as f64 / ended as f64).max(1.0);
        let memoryless = Law::Exponential { mean };
        let families = [Family::Gamma, Family::Weibull, Family::Lognormal];
        let choice = Choice::among(sample, &families)
            .filter(|it| it.count >= FEWEST || matches!(it.law, Law::Constant { .. }))
            .filter(|it| it.law.mean() >= LEAST * mean)
            .unwrap_or_else(|| Choice::alone(memoryless, ended));
        // What is memoryless has its mean from all of the time, periods without an end included.
        let law = match choice.law {
            Law::Exponential { .. } => memoryless,
            law => law,
        };
        Some(Self::new(&choice, &law))
    }

    /// Whether all times are the same.
    pub fn is_constant(&self) -> bool {
        self.name == "constant"
    }

    /// The distance of the law that was chosen; `None` if it was compared with no other.
    pub fn distance(&self) -> Option<f64> {
        self.candidates.iter().find(|it| it.chosen).map(|it| it.distance)
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
