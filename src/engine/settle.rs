//! How long a run takes to settle: `warm_up: auto`.

use std::borrow::Cow;

use super::run::{EngineError, RunOptions, run};
use super::watch::Watch;
use crate::measure::Measures;
use crate::scenario::{Comparison, Scenario, Settling, Threshold};
use crate::summary::over_windows;
use crate::units::SimSpan;

/// Observations that MSER-5 adds up to one.
const BATCH: u64 = 5;
/// Observations into which the run is cut.
const OBSERVATIONS: u64 = 2_500;
/// Batches at the end behind which nothing is cut: of a few the spread is small by chance.
const LAST: usize = 5;
/// Replications that are looked at, at most: they are looked at together.
const MOST_REPLICATIONS: u32 = 10;
/// What is observed over time; the one that takes longest counts.
const OBSERVED: [&str; 2] = ["latency.mean", "refusal.rate"];

/// The scenario with the warm-up that it asks to be found; itself if it has one.
///
/// It is simulated once from the start, at most ten replications of it, and cut into 2,500 stretches of time,
/// in each of which the mean latency of the messages due in it and the share of its attempts that are refused
/// are observed: MSER-5 says how much of the beginning is to be left out of each. The warm-up is the longer of
/// the two, in whole bins of the series, and at most half of the duration.
///
/// Source: K. P. White, M. J. Cobb, S. C. Spratt, A Comparison of Five Steady-State Truncation Heuristics for
/// Simulation, Proceedings of the 2000 Winter Simulation Conference, 755-760.
///
/// # Errors
///
/// As [`run`].
///
/// # Examples
///
/// ```
/// use limitlab::engine::{RunOptions, Watch, settle};
///
/// let text = "{ limitlab: 1, name: morning, duration: 10h, warm_up: auto, workspaces: [{ group: shops,
///     count: 50, agents: [{ name: sales, traffic: { rate: 1/min } }] }],
///     backend: { scope: workspace, servers: 1, service_time: { exponential: 10s } },
///     timeline: [{ at: 0s, for: 2h, traffic: 5x }] }";
/// let scenario = limitlab::parse("morning.yaml", text, &[])?;
/// let settled = settle(&scenario, RunOptions::default(), &Watch::default())?;
/// assert!(settled.warm_up >= "2h".parse()? && settled.warm_up <= "2h30m".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn settle<'s>(
    scenario: &'s Scenario,
    options: RunOptions,
    watch: &Watch,
) -> Result<Cow<'s, Scenario>, EngineError> {
    if scenario.settling != Settling::ToFind {
        return Ok(Cow::Borrowed(scenario));
    }
    scenario.check().map_err(EngineError::Flawed)?;
    let most = scenario.warm_up;
    if scenario.duration.nanos() < OBSERVATIONS {
        // So short a run has no beginning.
        let settling = Settling::Found { settled: true };
        return Ok(Cow::Owned(Scenario { warm_up: SimSpan::ZERO, settling, ..scenario.clone() }));
    }
    let outcome = run(&looked_at(scenario), options, &watch.beside())?;
    let batch = width(scenario).times(BATCH);
    let cuts = OBSERVED.map(|metric| mser(&observations(&outcome.measures, metric, batch)));
    // What takes no time and is never refused has settled at once.
    let cut = cuts.into_iter().flatten().max().unwrap_or(0);
    let bin = scenario.series_every;
    let found = batch.times(cut as u64);
    let warm_up = bin.times(found.nanos().div_ceil(bin.nanos()));
    let settling = Settling::Found { settled: found <= most };
    let mut settled = scenario.clone();
    (settled.warm_up, settled.settling) = (warm_up.min(most), settling);
    Ok(Cow::Owned(settled))
}

/// The width of an observation.
fn width(scenario: &Scenario) -> SimSpan {
    SimSpan::from_nanos(scenario.duration.nanos().div_ceil(OBSERVATIONS))
}

/// The scenario that is observed: from its start, in narrow bins.
fn looked_at(scenario: &Scenario) -> Scenario {
    let mut first = scenario.clone();
    (first.warm_up, first.settling) = (SimSpan::ZERO, Settling::Given);
    let replications = first.until.take().map_or(first.replications, |until| until.fewest);
    first.replications = replications.min(MOST_REPLICATIONS);
    first.series_every = width(scenario);
    // What a threshold is about over windows is collected by bin.
    let over = Some(width(scenario).times(BATCH));
    first.thresholds = OBSERVED
        .map(|metric| Threshold { over, ..Threshold::new(metric, Comparison::AtLeast, 0.0) })
        .into();
    first
}

/// What a metric was in each batch. Where nothing was observed it is what it was before.
fn observations(measures: &Measures, metric: &str, batch: SimSpan) -> Vec<f64> {
    let windows = over_windows(measures, None, metric, batch);
    let values: Vec<Option<f64>> =
        windows.into_iter().step_by(BATCH as usize).map(|window| window.value).collect();
    let Some(first) = values.iter().flatten().next() else { return Vec::new() };
    let mut last = *first;
    values
        .into_iter()
        .map(|value| *value.as_ref().inspect(|it| last = **it).unwrap_or(&last))
        .collect()
}

/// How many observations at the beginning are to be left out, so that the standard error of the mean of the
/// others is least; `None` where there are too few.
fn mser(values: &[f64]) -> Option<usize> {
    let n = values.len();
    let most = n.checked_sub(LAST).filter(|&most| most > 0)?;
    // From the end on: the mean of those from each on, and their squares about it (Welford).
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    let mut least = (f64::INFINITY, 0);
    for (cut, value) in values.iter().enumerate().rev() {
        count += 1.0;
        let away = value - mean;
        mean += away / count;
        squares += away * (value - mean);
        let error = squares / (count * count);
        // Of equal ones the least cut.
        if cut <= most && error <= least.0 {
            least = (error, cut);
        }
    }
    Some(least.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Distribution, Key};
    use crate::scenario::parse;

    /// As the source has it: the cut with the least of the squares about the mean of the rest, over the square
    /// of their number.
    fn by_definition(values: &[f64]) -> usize {
        let error = |cut: usize| {
            let rest = &values[cut..];
            let n = rest.len() as f64;
            let mean = rest.iter().sum::<f64>() / n;
            rest.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>() / (n * n)
        };
        let cuts = 0..=values.len() - LAST;
        cuts.min_by(|a, b| error(*a).total_cmp(&error(*b))).unwrap()
    }

    #[test]
    fn what_is_cut_is_what_the_definition_says() {
        let normal = Distribution::Normal { mean: 50.0, cv: 0.1 }.sampler();
        for seed in 0..200 {
            let stream = Key::root(seed).stream();
            let begins = seed as usize % 60;
            let value = |at: usize| {
                let high = if at < begins { 40.0 } else { 0.0 };
                normal.sample(&mut stream.at(at as u64)) + high
            };
            let values: Vec<f64> = (0..200).map(value).collect();
            let cut = mser(&values).unwrap();
            assert_eq!(cut, by_definition(&values), "{seed}");
            assert!(cut >= begins, "{seed}: {cut} of {begins}");
        }
        assert_eq!(mser(&[9.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]), Some(1));
        assert_eq!(mser(&[2.0; 40]), Some(0));
        assert_eq!(mser(&[2.0; 5]), None);
    }

    fn settled(text: &str) -> (SimSpan, Settling) {
        let scenario = parse("s.yaml", text, &[]).unwrap();
        let settled = settle(&scenario, RunOptions::default(), &Watch::default()).unwrap();
        (settled.warm_up, settled.settling)
    }

    #[test]
    fn whole_bins_are_cut_and_never_more_than_half() {
        let text = |traffic: &str, more: &str| {
            format!(
                "{{ limitlab: 1, name: s, duration: 10h, warm_up: auto, workspaces: [{{ group: shops,
                count: 20, agents: [{{ name: sales, traffic: {{ {traffic} }} }}] }}],
                backend: {{ scope: workspace, servers: 1, service_time: {{ exponential: 10s }} }}{more} }}"
            )
        };
        let even = "interarrival: 1m";
        let (warm_up, settling) = settled(&text(even, ", series: { every: 7m }"));
        assert_eq!(settling, Settling::Found { settled: true });
        assert!(warm_up.nanos().is_multiple_of(SimSpan::MINUTE.nanos() * 7));
        // Queues that grow all the time.
        let (warm_up, settling) = settled(&text("rate: 7/min", ""));
        assert_eq!(settling, Settling::Found { settled: false });
        assert_eq!(warm_up, SimSpan::HOUR.times(5));
        // Nothing takes any time.
        let free =
            "{ limitlab: 1, name: s, duration: 1h, warm_up: auto, workspaces: [{ group: shops,
            agents: [{ name: sales, traffic: { rate: 1/min } }] }] }";
        assert_eq!(settled(free), (SimSpan::ZERO, Settling::Found { settled: true }));
        let short = free.replace("1h", "7ns");
        assert_eq!(settled(&short), (SimSpan::ZERO, Settling::Found { settled: true }));
        let given = free.replace("auto", "10m");
        assert_eq!(settled(&given), (SimSpan::MINUTE.times(10), Settling::Given));
    }
}
