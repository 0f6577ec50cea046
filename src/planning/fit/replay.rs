//! What a scenario that was fitted comes to, against the trace.

use std::sync::{Arc, Mutex, PoisonError};

use libm::sqrt;

use super::gather::Gathered;
use super::model::{FigureFit, GroupFit, RunFit};
use super::steps::Steps;
use crate::engine::{EngineError, RunOptions, Watch, run};
use crate::log::Census;
use crate::planning::special::f_tail;
use crate::rules::limiter::{Attempt, CustomLimiter, Quota, Throttle, ThrottleScope};
use crate::scenario::Scenario;
use crate::units::{SimSpan, SimTime};

/// Figures of a group that both the trace and a run have.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figures {
    messages: f64,
    /// Of what the busiest is sought, and the messages in that.
    width: SimSpan,
    busiest: f64,
    /// What the times of the trace are rounded to \[ns\].
    grain: u64,
    /// Messages to agents that are not active.
    away: f64,
    /// The cv of the time between messages to an agent that is active; `None` where there are
    /// conversations, since those overlap, or below three times.
    cv: Option<f64>,
}

impl Figures {
    /// Those of each group of a trace.
    pub(super) fn of_trace(census: &Census, gathered: &Gathered, groups: &[GroupFit]) -> Vec<Self> {
        let mut tallies = gathered.lines.iter().zip(&gathered.steps);
        let casts = census.roster.groups.iter().zip(groups).zip(&gathered.busy);
        let figures = casts.map(|((cast, group), busy)| {
            let (mut messages, mut away) = (0, 0);
            let mut steps = Steps::default();
            for (tally, of_line) in tallies.by_ref().take(cast.lines.len()) {
                messages += tally.messages;
                away += tally.away + tally.to_nobody;
                steps.merge(*of_line);
            }
            let talks = group.lines.iter().any(|line| line.conversations.is_some());
            Self {
                messages: messages as f64,
                width: busy.width(),
                busiest: busy.most() as f64,
                grain: gathered.grain(),
                away: away as f64,
                cv: steps.cv().filter(|_| !talks),
            }
        });
        figures.collect()
    }

    /// Those of each group of a run.
    fn of_run(
        scenario: &Scenario,
        of_trace: &[Self],
        seed: u64,
        options: RunOptions,
    ) -> Result<Vec<Self>, EngineError> {
        let mut scenario = scenario.clone();
        scenario.seed = seed;
        let grain = of_trace.first().map_or(1, |it| it.grain);
        let heard: Vec<Heard> = scenario.groups.iter().map(|_| Heard::new(grain)).collect();
        let notes = scenario.groups.drain(..).zip(&heard).map(|(group, heard)| {
            let quota = Quota::custom(heard.clone());
            group.with_throttle(Throttle::new("heard", ThrottleScope::Agent, quota))
        });
        scenario.groups = notes.collect();
        if let Some(trace) = of_trace.first() {
            scenario.series_every = trace.width;
        }
        let outcome = run(&scenario, options, &Watch::default())?;
        let groups =
            scenario.groups.iter().zip(&outcome.measures.groups).zip(of_trace.iter().zip(&heard));
        let figures = groups.map(|((group, measures), (trace, heard))| {
            let value = |name: &str| {
                let metric = outcome.summary.metric(&group.name, name);
                metric.and_then(|metric| metric.value).unwrap_or_default()
            };
            let refused = value("refusal.rate{reason=agent_not_active}");
            // Nothing else is refused, so that there are as many attempts as messages.
            let messages = value("messages.offered");
            let busiest = measures.series.offered.iter().copied().max().unwrap_or_default();
            Self {
                messages,
                width: trace.width,
                busiest: busiest as f64,
                grain: trace.grain,
                away: (refused * value("attempts.offered")).round(),
                cv: trace.cv.and_then(|_| heard.steps().cv()),
            }
        });
        Ok(figures.collect())
    }
}

/// Runs a scenario that was fitted, with its own seed and some others, and holds the first run
/// against the trace.
///
/// # Errors
///
/// If the scenario cannot be run.
pub(super) fn held_against(
    of_trace: &[Figures],
    scenario: &Scenario,
    options: RunOptions,
) -> Result<RunFit, EngineError> {
    /// So many messages are simulated, within some seconds.
    const MESSAGES: f64 = 4e6;
    /// Runs that tell how far chance moves a figure.
    const RUNS: std::ops::RangeInclusive<f64> = 5.0..=20.0;
    let messages: f64 = of_trace.iter().map(|it| it.messages).sum();
    let runs = (MESSAGES / messages.max(1.0)).clamp(*RUNS.start(), *RUNS.end()) as u64;
    let seeds = (0..runs).map(|run| scenario.seed.wrapping_add(run));
    let found: Result<Vec<Vec<Figures>>, EngineError> =
        seeds.map(|seed| Figures::of_run(scenario, of_trace, seed, options)).collect();
    let found = found?;
    let mut figures = Vec::new();
    for (place, (group, trace)) in scenario.groups.iter().zip(of_trace).enumerate() {
        let mut hold = |name: &str, of: &dyn Fn(&Figures) -> Option<f64>| {
            let values: Vec<f64> = found.iter().filter_map(|run| of(&run[place])).collect();
            if let (Some(was), Some(&is)) = (of(trace), values.first())
                && (was > 0.0 || is > 0.0)
            {
                figures.push(FigureFit::new(&group.name, name, (was, is), by_chance(&values)));
            }
        };
        hold("messages", &|it| Some(it.messages));
        hold(&format!("most in {}", trace.width), &|it| Some(it.busiest));
        hold("to agents that are away", &|it| Some(it.away));
        hold("cv of the time between", &|it| it.cv);
    }
    Ok(RunFit { seed: scenario.seed, runs: runs as u32, figures })
}

/// How far two runs differ by chance alone, in 99 cases of 100: by Student's t, from the scatter of
/// these.
fn by_chance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>() / (n - 1.0);
    // The square of Student's t has the F distribution of 1 and n - 1 degrees of freedom.
    let (mut low, mut high) = (0.0_f64, 1e6_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if f_tail(middle, 1.0, n - 1.0) > 0.01 { low = middle } else { high = middle }
    }
    sqrt(2.0 * variance * high)
}

impl FigureFit {
    fn new(group: &str, name: &str, (trace, run): (f64, f64), chance: f64) -> Self {
        /// What is no further off is as good as the same.
        const NEAR: f64 = 0.01;
        // A cv is near another one by how much it differs, not by which share of itself.
        let near = if name.starts_with("cv") { NEAR } else { NEAR * trace };
        let off = (run - trace).abs();
        Self {
            group: group.to_owned(),
            name: name.to_owned(),
            trace,
            run,
            chance,
            reproduced: off <= chance.max(near),
        }
    }
}

/// Notes the times between messages to an agent. Clones share the notes, which change no answer.
#[derive(Debug, Clone)]
struct Heard {
    /// What times are rounded to, as those of the trace are \[ns\].
    grain: u64,
    last: Option<SimTime>,
    steps: Arc<Mutex<Steps>>,
}

impl Heard {
    fn new(grain: u64) -> Self {
        Self { grain, last: None, steps: Arc::default() }
    }

    fn steps(&self) -> Steps {
        *self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CustomLimiter for Heard {
    fn check(&self, _: &Attempt) -> Result<(), Option<SimSpan>> {
        Ok(())
    }

    fn take(&mut self, attempt: &Attempt) {
        let now = attempt.now.nanos();
        let now = SimTime::from_nanos(now - now % self.grain);
        if let Some(last) = self.last.replace(now) {
            self.steps.lock().unwrap_or_else(PoisonError::into_inner).add(now - last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_students() {
        // Standard deviation 1 with four degrees of freedom: t is 4.604 at 1 %.
        let found = by_chance(&[-1.0, -1.0, 0.0, 1.0, 1.0]);
        assert!((found - sqrt(2.0) * 4.604_1).abs() < 0.001, "{found}");
    }
}
