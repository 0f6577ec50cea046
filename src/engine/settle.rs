//! How long a run takes to settle: `warm_up: auto`.

use std::borrow::Cow;

use super::frame;
use super::journal::Observers;
use super::replicate::{Simulated, simulate};
use super::run::{EngineError, RunOptions};
use super::watch::Watch;
use crate::measure::{ByBin, Measures, Whose};
use crate::scenario::{Scenario, Settling};
use crate::summary::{asks_for, over_windows};
use crate::units::{SimSpan, SimTime};

/// Stretches of time that MSER-5 adds up to one observation.
const BATCH: u64 = 5;
/// Stretches into which the run is cut.
const STRETCHES: u64 = 2_500;
/// Observations below which nothing is cut: of so few none is out of the ordinary.
const FEWEST: usize = 20;
/// What an observation is made of at least, on average: of rare events the rule would cut off the first ones.
const IN_EACH: f64 = 25.0;
/// Replications that are looked at, at most: they are looked at together.
const MOST_REPLICATIONS: u32 = 10;
/// What is observed over time, and what it counts; the one that takes longest to settle counts.
const OBSERVED: [(&str, &str); 2] =
    [("latency.mean", "messages.completed"), ("refusal.rate", "attempts.refused")];

/// The scenario with the warm-up that it asks to be found; itself if it has one, or if `watch` asked to stop.
///
/// It is simulated once from the start, at most ten replications of it, and cut into 2,500 stretches of time.
/// Of five of them, or of as many as have 25 messages on average, the mean latency of the messages due in them
/// is observed, and of as many as have 25 refusals the share of attempts that are refused: MSER-5 says how much
/// of the beginning is to be left out of each. The warm-up is the longer of the two, in whole bins of the
/// series, and at most half of the duration.
///
/// Source: K. P. White, M. J. Cobb, S. C. Spratt, A Comparison of Five Steady-State Truncation Heuristics for
/// Simulation, Proceedings of the 2000 Winter Simulation Conference, 755-760.
///
/// # Errors
///
/// As [`run`](super::run()).
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
    let looked = look(&looked_at(scenario), options, &watch.beside())?;
    let measures = &looked.measures;
    if measures.interrupted.is_some() {
        return Ok(Cow::Borrowed(scenario));
    }
    let summary = looked.summary(scenario);
    let cuts = OBSERVED.map(|(metric, counted)| {
        let counted = summary.value(counted).unwrap_or(0.0) * f64::from(measures.replications);
        cut(measures, metric, (stretch(scenario), counted))
    });
    // What takes no time and is hardly ever refused has settled at once.
    let longest = cuts.into_iter().flatten().max_by_key(|cut| cut.at);
    let Cut { at, is_whole } = longest.unwrap_or(Cut { at: SimSpan::ZERO, is_whole: true });
    let bin = scenario.series_every;
    let warm_up = bin.times(at.nanos().div_ceil(bin.nanos())).min(scenario.warm_up);
    let settling = Settling::Found { settled: is_whole };
    Ok(Cow::Owned(Scenario { warm_up, settling, ..scenario.clone() }))
}

/// The length of a stretch.
fn stretch(scenario: &Scenario) -> SimSpan {
    SimSpan::from_nanos(scenario.duration.nanos().div_ceil(STRETCHES))
}

/// The scenario that is observed: from its start, in narrow bins.
fn looked_at(scenario: &Scenario) -> Scenario {
    let mut first = scenario.clone();
    (first.warm_up, first.settling) = (SimSpan::ZERO, Settling::Given);
    let replications = first.until.take().map_or(first.replications, |until| until.fewest);
    first.replications = replications.min(MOST_REPLICATIONS);
    first.series_every = stretch(scenario);
    first.thresholds.clear();
    first
}

/// Simulates it, with what is observed collected by bin.
fn look(first: &Scenario, options: RunOptions, watch: &Watch) -> Result<Simulated, EngineError> {
    let mut frame = frame::frame(first, SimTime::ZERO + first.duration);
    for of in frame.groups.iter_mut().chain([&mut frame.all]) {
        let observed = OBSERVED.iter().map(|(metric, _)| asks_for(metric));
        of.by_bin = observed.fold(of.by_bin, ByBin::and);
    }
    let observers = Observers { watch, log: None };
    simulate(first, frame, 0..first.replications, options, observers)
}

/// What is to be left out of the beginning.
struct Cut {
    at: SimSpan,
    /// Whether it is all that is to be left out.
    is_whole: bool,
}

/// What is to be left out by what a metric was over time, of which so much was counted in all; `None` where
/// that is too little to tell.
fn cut(measures: &Measures, metric: &str, (stretch, counted): (SimSpan, f64)) -> Option<Cut> {
    // As many as all of the time, where nothing was counted.
    let wanted = (STRETCHES as f64 * IN_EACH / counted.max(1.0)).ceil() as u64;
    if wanted > STRETCHES / FEWEST as u64 {
        return None;
    }
    let length = wanted.max(BATCH);
    let batch = stretch.times(length);
    let windows = over_windows(measures, Whose::All, metric, batch);
    let batches = windows.into_iter().step_by(length as usize).enumerate();
    // Where nothing was observed there is no observation.
    let observed = batches.filter_map(|(place, window)| Some((place as u64, window.value?)));
    let (places, values): (Vec<u64>, Vec<f64>) = observed.unzip();
    let (first, is_whole) = mser(&values)?;
    let at = if first == 0 { SimSpan::ZERO } else { batch.times(places[first]) };
    Some(Cut { at, is_whole })
}

/// How many observations at the beginning are to be left out, at most half of them, so that the standard error
/// of the mean of the others is least, and whether it is less than with half; `None` where there are too few.
fn mser(values: &[f64]) -> Option<(usize, bool)> {
    let half = values.len() / 2;
    if values.len() < FEWEST {
        return None;
    }
    // From the end on: the mean of those from each on, and their squares about it (Welford).
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    let mut least = (f64::INFINITY, 0);
    for (cut, value) in values.iter().enumerate().rev() {
        count += 1.0;
        let away = value - mean;
        mean += away / count;
        squares += away * (value - mean);
        let error = squares / (count * count);
        // Of equal ones the least cut. That all of the rest happen to be alike says nothing of them.
        if cut <= half && error <= least.0 && (squares > 0.0 || cut == 0) {
            least = (error, cut);
        }
    }
    Some((least.1, least.1 < half))
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
        let cuts = 0..=values.len() / 2;
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
            let (cut, is_whole) = mser(&values).unwrap();
            assert_eq!(cut, by_definition(&values), "{seed}");
            assert!(cut >= begins && is_whole, "{seed}: {cut} of {begins}");
        }
        let rises: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(mser(&rises), Some((50, false)));
        assert_eq!(mser(&[2.0; 40]), Some((0, true)));
        assert_eq!(mser(&[2.0; 19]), None);
        // One event in the first half is no beginning.
        let mut rare = [0.0; 40];
        rare[7] = 1.0;
        assert_eq!(mser(&rare), Some((0, true)));
    }

    #[test]
    fn rare_refusals_and_quiet_nights_are_no_beginnings() {
        let rare = "{ limitlab: 1, name: s, duration: 10d, warm_up: auto, workspaces: [{ group: shops,
            count: 20, agents: [{ name: sales, traffic: { rate: 1/h } }],
            fair_use: [{ name: few, scope: workspace, token_bucket: { rate: 1/10m, burst: 3 } }] }] }";
        for seed in 0..6 {
            let text = rare.replace("name: s,", &format!("name: s, seed: {seed},"));
            assert_eq!(settled(&text), (SimSpan::ZERO, Settling::Found { settled: true }));
        }
        let night = "{ limitlab: 1, name: s, duration: 20d, warm_up: auto, workspaces: [{ group: shops,
            count: 20, agents: [{ name: sales, traffic: { rate: 20/h, profile: [0, 0, 0, 0, 0, 0, 0, 0,
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0] } }] }],
            backend: { scope: workspace, servers: 1, service_time: { exponential: 30s } } }";
        let (warm_up, settling) = settled(night);
        assert_eq!(settling, Settling::Found { settled: true });
        assert!(warm_up < SimSpan::DAY.times(5), "{warm_up}");
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
        let given = free.replace("auto", "10m");
        assert_eq!(settled(&given), (SimSpan::MINUTE.times(10), Settling::Given));
    }
}
