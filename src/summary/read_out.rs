//! From measures to metrics.

use indexmap::IndexMap;

use super::backlog::{Backlog, backlog};
use super::intervals::{Intervals, over};
use super::model::{
    CauseSummary, GroupSummary, Identity, Metric, Over, Summary, Validity, Verdict,
};
use crate::measure::{
    BackendMeasures, Capacity, Cause, Family, GroupFrame, GroupMeasures, Histogram, Interruption,
    Kind, Measures, PairMoments, Ratio, Timing, Whose,
};
use crate::rules::Offer;
use crate::units::SimSpan;
use crate::workload::ClientThrottling;

/// The quantiles that are read out, by name and in thousandths.
pub(super) const QUANTILES: [(&str, u64); 5] =
    [("p50", 500), ("p90", 900), ("p95", 950), ("p99", 990), ("p99.9", 999)];
/// Those of what is counted by workspace.
const BY_WORKSPACE: [(&str, u64); 3] = [("p50", 500), ("p90", 900), ("p99", 990)];

/// Reads out the measures of a run whose groups are named `groups`, in order.
pub fn summarise(measures: &Measures, groups: &[String], scenario: Identity, seed: u64) -> Summary {
    let frame = &*measures.frame;
    let replications = f64::from(measures.replications);
    let read = |whose: Whose| {
        let intervals = Intervals::of(measures, whose);
        let (frame, of) = intervals.measured();
        GroupSummary {
            workspaces: (of.workspaces as f64 / replications).round() as u64,
            metrics: metrics(intervals, replications),
            refusals: refusals(frame, of, replications),
        }
    };
    let mut all = read(Whose::All);
    let trend = servers(measures).and_then(|(backend, servers)| {
        backlog(backend, servers, frame.bin, frame.all.window, measures.replications)
    });
    add_backend(&mut all, measures, trend);
    let mut summaries = IndexMap::from([("all".to_owned(), all)]);
    for (place, name) in groups.iter().enumerate() {
        summaries.insert(name.clone(), read(Whose::Group(place)));
    }
    let plans = frame.plans.iter().enumerate();
    let plans = plans.map(|(place, plan)| (plan.name.clone(), read(Whose::Plan(place))));
    Summary {
        limitlab: env!("CARGO_PKG_VERSION").to_owned(),
        scenario,
        seed,
        replications: measures.replications,
        intervals: over(measures),
        validity: validity(measures, trend),
        thresholds: Vec::new(),
        groups: summaries,
        plans: plans.collect(),
        run: None,
    }
}

/// The servers there are, where they are limited: those of the platform, or of all workspaces.
fn servers(measures: &Measures) -> Option<(&BackendMeasures, u64)> {
    let limited = |capacity: &&Capacity| capacity.is_limited();
    match (&measures.platform, measures.frame.platform_servers.as_ref().filter(limited)) {
        (Some(platform), Some(capacity)) => Some((&platform.servers, u64::from(capacity.first()?))),
        (Some(_), _) => None,
        (None, _) => measures.all.backend.as_ref().zip(measures.frame.own_servers),
    }
}

fn metrics(intervals: Intervals<'_>, replications: f64) -> IndexMap<String, Metric> {
    let (frame, of) = intervals.measured();
    let mut metrics = Metrics { all: IndexMap::new(), intervals };
    for (number, ratio) in frame.ratios.iter().enumerate() {
        if !ratio.occurs(frame) {
            continue;
        }
        let metric = figure(intervals, (number, ratio), replications);
        metrics.all.insert(ratio.metric.clone(), metric);
        // The rest of a family of times stands beside its mean.
        match ratio.metric.as_str() {
            "latency.mean" => metrics.add_timing("latency", Family::Latency, &of.latency),
            "wait.mean" => metrics.add_timing("wait", Family::Wait, &of.wait),
            "service.mean" => metrics.add_timing("service", Family::Service, &of.service),
            "decision.mean" => metrics.add_timing("decision", Family::Decision, &of.decision),
            "active.mean" => metrics.add_levels(frame, of),
            "credits.closing" => metrics.add_credits(frame, of),
            "spent_per_workspace.mean" => {
                let which = (&BY_WORKSPACE[..], 1e-6);
                metrics.add_quantiles("spent_per_workspace", Family::Spent, &of.spent, which);
                let most = of.spent.greatest().map(|millionths| millionths as f64 / 1e6);
                metrics.put("spent_per_workspace.max", most, of.workspaces);
            }
            "hits_per_workspace.mean" => {
                let hits = &of.hits_per_workspace;
                let which = (&BY_WORKSPACE[..], 1.0);
                metrics.add_quantiles("hits_per_workspace", Family::Hits, hits, which);
                let most = hits.greatest().map(|hits| hits as f64);
                metrics.put("hits_per_workspace.max", most, of.workspaces);
            }
            "backend.queue.mean" => {
                let max = of.backend.as_ref().map_or(0, |backend| backend.queue_max);
                metrics.put("backend.queue.max", Some(f64::from(max)), of.workspaces);
            }
            _ => {}
        }
    }
    metrics.all
}

/// A figure that is a sum, or a ratio of sums.
fn figure(intervals: Intervals<'_>, (number, ratio): (usize, &Ratio), replications: f64) -> Metric {
    let strata = intervals.strata(number, ratio.kind);
    let estimate = match ratio.kind {
        Kind::Total => Some(PairMoments::total_of(strata.iter().copied())),
        Kind::Share | Kind::Workspaces | Kind::Mean => {
            PairMoments::ratio_of(strata.iter().copied())
        }
    };
    let Some(estimate) = estimate else { return Metric { value: None, ci95: None, n: 0 } };
    // Totals are means over replications.
    let runs = if ratio.kind == Kind::Total { replications } else { 1.0 };
    let value = estimate.value * ratio.scale / runs;
    let count = strata.iter().map(|stratum| stratum.count()).sum();
    let known = match intervals.over {
        Over::Workspaces | Over::Replications => {
            estimate.half_width.map(|half| (half * ratio.scale / runs, count))
        }
        Over::Batches => intervals.batched((number, ratio), value),
        Over::Nothing => None,
    };
    let most = if ratio.kind == Kind::Share { 1.0 } else { f64::INFINITY };
    // Below 0 is only credits.consumed, where more came back than was charged.
    let around = |half: f64| [(value - half).max(value.min(0.0)), (value + half).min(most)];
    let ci95 = if ratio.kind == Kind::Workspaces && intervals.over == Over::Workspaces {
        intervals.measured().1.moments[number].wilson()
    } else {
        known.map(|(half, _)| around(half))
    };
    let n = known.map_or(count, |(_, n)| n);
    Metric { value: Some(value), ci95, n }
}

/// The metrics of a group, while they are read out.
struct Metrics<'a> {
    all: IndexMap<String, Metric>,
    intervals: Intervals<'a>,
}

impl Metrics<'_> {
    /// A metric that has no interval.
    fn put(&mut self, name: &str, value: Option<f64>, n: u64) {
        self.all.insert(name.to_owned(), Metric { value, ci95: None, n });
    }

    /// A metric of a family with an interval, unless there is none: then it has so many observations behind it.
    fn put_with(
        &mut self,
        (name, family): (&str, Family),
        value: Option<f64>,
        ci95: Option<[f64; 2]>,
        n: u64,
    ) {
        let ci95 = value.and(ci95);
        let n = if ci95.is_some() { self.intervals.behind(family) } else { n };
        self.all.insert(name.to_owned(), Metric { value, ci95, n });
    }

    fn add_timing(&mut self, name: &str, family: Family, timing: &Timing) {
        let n = timing.count();
        let deviation = timing.deviation();
        let ci95 = deviation.and_then(|value| self.intervals.deviation(family, value));
        self.put_with((&format!("{name}.sd"), family), deviation, ci95, n);
        self.add_quantiles(name, family, timing.histogram(), (&QUANTILES, 1e-9));
        self.put(&format!("{name}.max"), timing.greatest(), n);
    }

    /// Quantiles of what a histogram counts in a unit.
    fn add_quantiles(
        &mut self,
        name: &str,
        family: Family,
        histogram: &Histogram,
        (which, unit): (&[(&str, u64)], f64),
    ) {
        let quantiles = self.intervals.quantiles(family, histogram);
        for &(quantile, per_mille) in which {
            let value = quantiles.value(per_mille).map(|value| value as f64 * unit);
            let interval = quantiles.interval(per_mille);
            let ci95 = interval.map(|ends| ends.map(|end| end as f64 * unit));
            self.put_with((&format!("{name}.{quantile}"), family), value, ci95, histogram.count());
        }
    }

    fn add_levels(&mut self, frame: &GroupFrame, of: &GroupMeasures) {
        let n = of.workspaces;
        self.put("active.max", Some(f64::from(of.active_max)), n);
        if frame.features.slots {
            self.put("active.over_limit.max", Some(f64::from(of.excess_max)), n);
        }
        self.put("agents.max", Some(f64::from(of.agents_max)), n);
    }

    fn add_credits(&mut self, frame: &GroupFrame, of: &GroupMeasures) {
        let oversold = of.oversold_max as f64 / 1e3;
        if frame.features.enforced {
            let which = (&BY_WORKSPACE[..], 1e-3);
            self.add_quantiles("credits.oversold", Family::Oversold, &of.oversold, which);
        }
        self.put("credits.oversold.max", Some(oversold), of.workspaces);
        for (name, family, timing) in [
            ("credits.time_to_zero", Family::TimeToZero, &of.credits.time_to_zero),
            (
                "credits.time_to_exhaustion",
                Family::TimeToExhaustion,
                &of.credits.time_to_exhaustion,
            ),
        ] {
            self.add_mean(&format!("{name}.mean"), family, timing);
            let which = [("p5", 50), ("p50", 500), ("p95", 950)];
            self.add_quantiles(name, family, timing.histogram(), (&which, 1e-9));
        }
        for &(level, place) in &frame.alerts {
            let timing = &of.credits.alerts[place];
            self.add_mean(&format!("alerts.time{{level={level}}}"), Family::Alert(place), timing);
        }
    }

    fn add_mean(&mut self, name: &str, family: Family, timing: &Timing) {
        let mean = timing.mean();
        let half = self.intervals.mean(family);
        let ci95 = mean.zip(half).map(|(mean, half)| [(mean - half).max(0.0), mean + half]);
        self.put_with((name, family), mean, ci95, timing.count());
    }
}

/// Adds what the platform's servers did, and the trend of the backlog, to `all`.
fn add_backend(all: &mut GroupSummary, measures: &Measures, trend: Option<Backlog>) {
    let metrics = &mut all.metrics;
    let intervals = Intervals::of(measures, Whose::All);
    if let Some(platform) = &measures.platform {
        let window = measures.frame.all.window;
        let nanos = window.length().nanos() as f64;
        let served = platform.servers.served;
        // A mean over replications, as a share of what there was of `whole` in each.
        let level = |name: &str, moments: &PairMoments, whole: f64| {
            let mean = moments.ratio();
            let value = mean.map(|mean| mean.value / whole);
            let known = match intervals.over {
                Over::Replications => {
                    let half = mean.and_then(|mean| mean.half_width);
                    half.map(|half| (half / whole, intervals.count()))
                }
                Over::Batches => value.and_then(|value| intervals.of_servers(name, value)),
                Over::Workspaces | Over::Nothing => None,
            };
            let around = |value: f64, half: f64| [(value - half).max(0.0), value + half];
            let ci95 = value.zip(known).map(|(value, (half, _))| around(value, half));
            let n = known.map_or(served, |(_, n)| n);
            (name.to_owned(), Metric { value, ci95, n })
        };
        let capacity = measures.frame.platform_servers.as_ref();
        if let Some(time) = capacity.and_then(|it| it.time(window.from, window.until)) {
            metrics.extend([level("backend.utilisation", &platform.busy, time as f64)]);
        }
        let longest = Some(f64::from(platform.servers.queue_max));
        let seconds = window.length().as_secs_f64();
        metrics.extend([
            level("backend.queue.mean", &platform.waiting, nanos),
            ("backend.queue.max".to_owned(), Metric { value: longest, ci95: None, n: served }),
            level("backend.in_system.mean", &platform.in_system, nanos),
            level("backend.throughput", &platform.served, seconds),
        ]);
    }
    if let Some(trend) = trend {
        let n = u64::from(measures.replications);
        let growth = Metric { value: Some(trend.growth), ci95: None, n };
        metrics.insert("backlog.growth".to_owned(), growth);
    }
}

fn refusals(frame: &GroupFrame, of: &GroupMeasures, replications: f64) -> Vec<CauseSummary> {
    frame
        .causes
        .iter()
        .zip(&of.hits)
        .enumerate()
        .filter(|(index, _)| frame.own_causes.contains(*index))
        .map(|(_, (cause, hits))| {
            let (sentence, options) = told(cause);
            CauseSummary {
                reason: cause.reason.name().to_owned(),
                limiter: cause.limiter.clone(),
                sentence: sentence.to_owned(),
                options: options.iter().map(|offer| offer.name().to_owned()).collect(),
                refused: hits.count as f64 / replications,
                workspaces: hits.workspaces as f64 / replications,
                first_p50_s: hits.first.quantile(500).map(|nanos| nanos as f64 / 1e9),
            }
        })
        .collect()
}

/// What the customer reads and is offered.
fn told(cause: &Cause) -> (&'static str, &'static [Offer]) {
    if cause.limiter.as_deref() == Some(ClientThrottling::NAME) {
        return (ClientThrottling::SENTENCE, &ClientThrottling::OFFERS);
    }
    (cause.reason.sentence(), cause.reason.offers())
}

fn validity(measures: &Measures, trend: Option<Backlog>) -> Validity {
    let mut why = Vec::new();
    let mut verdict = Verdict::Valid;
    if let Some(trend) = trend.filter(|trend| trend.grows) {
        verdict = Verdict::Growing;
        why.push(format!(
            "The backlog grows by {:.3} messages/s: more work arrives than the servers can do, so \
             waits grow for as long as the run lasts.",
            trend.growth
        ));
    }
    if let Some(interruption) = measures.interrupted {
        verdict = Verdict::Invalid;
        let planned = measures.frame.replications;
        let when = match interruption {
            Interruption::Workspaces(finished) => format!("after {finished} workspaces"),
            Interruption::Replications(finished) => {
                format!("after {finished} of {planned} replications")
            }
            Interruption::Until(at) => format!("at {}", SimSpan::from_nanos(at.nanos())),
        };
        let which = match interruption {
            Interruption::Replications(_) => String::new(),
            _ if planned == 1 => String::new(),
            _ => format!(", in replication {} of {planned}", measures.replications),
        };
        why.push(format!("The run was interrupted {when}{which}."));
    }
    Validity { verdict, why }
}
