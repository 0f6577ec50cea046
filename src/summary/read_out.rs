//! From measures to metrics.

use indexmap::IndexMap;

use super::backlog::{Backlog, backlog};
use super::model::{CauseSummary, GroupSummary, Identity, Metric, Summary, Validity, Verdict};
use crate::measure::{
    BackendMeasures, Capacity, Cause, GroupFrame, GroupMeasures, Interruption, Kind, Measures,
    PairMoments, Timing,
};
use crate::rules::Offer;
use crate::units::SimSpan;
use crate::workload::ClientThrottling;

/// The quantiles that are read out, by name and in thousandths.
pub(super) const QUANTILES: [(&str, u64); 5] =
    [("p50", 500), ("p90", 900), ("p95", 950), ("p99", 990), ("p99.9", 999)];

/// Reads out the measures of a run whose groups are named `groups`, in order.
pub fn summarise(measures: &Measures, groups: &[String], scenario: Identity, seed: u64) -> Summary {
    let frame = &*measures.frame;
    let over = Over::new(measures);
    let read = |frame: &GroupFrame, of: &GroupMeasures| GroupSummary {
        workspaces: (of.workspaces as f64 / over.replications).round() as u64,
        metrics: metrics(frame, of, over),
        refusals: refusals(frame, of, over),
    };
    let mut all = read(&frame.all, &measures.all);
    let trend = servers(measures).and_then(|(backend, servers)| {
        backlog(backend, servers, frame.bin, frame.all.window, measures.replications)
    });
    add_backend(&mut all, measures, over, trend);
    let mut summaries = IndexMap::from([("all".to_owned(), all)]);
    for ((name, group_frame), of) in groups.iter().zip(&frame.groups).zip(&measures.groups) {
        summaries.insert(name.clone(), read(group_frame, of));
    }
    Summary {
        limitlab: env!("CARGO_PKG_VERSION").to_owned(),
        scenario,
        seed,
        replications: measures.replications,
        validity: validity(measures, trend),
        thresholds: Vec::new(),
        groups: summaries,
        run: None,
    }
}

/// What figures are taken over.
#[derive(Clone, Copy)]
struct Over {
    /// Replications.
    replications: f64,
    /// Whether there are intervals: workspaces never meet, or there are several replications.
    intervals: bool,
}

impl Over {
    fn new(measures: &Measures) -> Self {
        let intervals = measures.platform.is_none() || measures.replications > 1;
        Self { replications: f64::from(measures.replications), intervals }
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

fn metrics(frame: &GroupFrame, of: &GroupMeasures, over: Over) -> IndexMap<String, Metric> {
    let mut metrics = IndexMap::new();
    for (ratio, moments) in frame.ratios.iter().zip(&of.moments) {
        if !ratio.occurs(frame) {
            continue;
        }
        let estimate = match ratio.kind {
            Kind::Total => Some(moments.total()),
            Kind::Share | Kind::Mean => moments.ratio(),
        };
        let metric = estimate.map_or(Metric { value: None, ci95: None, n: 0 }, |estimate| {
            // Totals are means over replications.
            let runs = if ratio.kind == Kind::Total { over.replications } else { 1.0 };
            let value = estimate.value * ratio.scale / runs;
            let ci95 = estimate.half_width.filter(|_| over.intervals).map(|half| {
                let half = half * ratio.scale / runs;
                let most = if ratio.kind == Kind::Share { 1.0 } else { f64::INFINITY };
                // Below 0 is only credits.consumed, where more came back than was charged.
                [(value - half).max(value.min(0.0)), (value + half).min(most)]
            });
            Metric { value: Some(value), ci95, n: moments.count() }
        });
        metrics.insert(ratio.metric.clone(), metric);
        // The rest of a family of times stands beside its mean.
        match ratio.metric.as_str() {
            "latency.mean" => add_timing(&mut metrics, "latency", &of.latency),
            "wait.mean" => add_timing(&mut metrics, "wait", &of.wait),
            "service.mean" => add_timing(&mut metrics, "service", &of.service),
            "decision.mean" => add_timing(&mut metrics, "decision", &of.decision),
            "active.mean" => add_levels(&mut metrics, frame, of),
            "credits.closing" => add_credits(&mut metrics, frame, of),
            "spent_per_workspace.mean" => add_spent(&mut metrics, of),
            "hits_per_workspace.mean" => add_hits(&mut metrics, of),
            "backend.queue.mean" => {
                let max = of.backend.as_ref().map_or(0, |backend| backend.queue_max);
                put(&mut metrics, "backend.queue.max", Some(f64::from(max)), of.workspaces);
            }
            _ => {}
        }
    }
    metrics
}

fn put(metrics: &mut IndexMap<String, Metric>, name: &str, value: Option<f64>, n: u64) {
    metrics.insert(name.to_owned(), Metric { value, ci95: None, n });
}

fn add_timing(metrics: &mut IndexMap<String, Metric>, family: &str, timing: &Timing) {
    let n = timing.count();
    put(metrics, &format!("{family}.sd"), timing.deviation(), n);
    for (name, per_mille) in QUANTILES {
        put(metrics, &format!("{family}.{name}"), timing.quantile(per_mille), n);
    }
    put(metrics, &format!("{family}.max"), timing.greatest(), n);
}

fn add_levels(metrics: &mut IndexMap<String, Metric>, frame: &GroupFrame, of: &GroupMeasures) {
    let n = of.workspaces;
    put(metrics, "active.max", Some(f64::from(of.active_max)), n);
    if frame.features.slots {
        put(metrics, "active.over_limit.max", Some(f64::from(of.excess_max)), n);
    }
    put(metrics, "agents.max", Some(f64::from(of.agents_max)), n);
}

fn add_credits(metrics: &mut IndexMap<String, Metric>, frame: &GroupFrame, of: &GroupMeasures) {
    let oversold = of.oversold_max as f64 / 1e3;
    if frame.features.enforced {
        for (name, per_mille) in [("p50", 500), ("p90", 900), ("p99", 990)] {
            let value = of.oversold.quantile(per_mille).map(|thousandths| thousandths as f64 / 1e3);
            put(metrics, &format!("credits.oversold.{name}"), value, of.oversold.count());
        }
    }
    put(metrics, "credits.oversold.max", Some(oversold), of.workspaces);
    for (name, timing) in [
        ("credits.time_to_zero", &of.credits.time_to_zero),
        ("credits.time_to_exhaustion", &of.credits.time_to_exhaustion),
    ] {
        let n = timing.count();
        put(metrics, &format!("{name}.mean"), timing.mean(), n);
        for (quantile, per_mille) in [("p5", 50), ("p50", 500), ("p95", 950)] {
            put(metrics, &format!("{name}.{quantile}"), timing.quantile(per_mille), n);
        }
    }
    for &(level, place) in &frame.alerts {
        let timing = &of.credits.alerts[place];
        put(metrics, &format!("alerts.time{{level={level}}}"), timing.mean(), timing.count());
    }
}

fn add_spent(metrics: &mut IndexMap<String, Metric>, of: &GroupMeasures) {
    let histogram = &of.spent;
    for (name, value) in [
        ("p50", histogram.quantile(500)),
        ("p90", histogram.quantile(900)),
        ("p99", histogram.quantile(990)),
        ("max", histogram.greatest()),
    ] {
        let spent = value.map(|millionths| millionths as f64 / 1e6);
        put(metrics, &format!("spent_per_workspace.{name}"), spent, of.workspaces);
    }
}

fn add_hits(metrics: &mut IndexMap<String, Metric>, of: &GroupMeasures) {
    let n = of.workspaces;
    let histogram = &of.hits_per_workspace;
    for (name, value) in [
        ("p50", histogram.quantile(500)),
        ("p90", histogram.quantile(900)),
        ("p99", histogram.quantile(990)),
        ("max", histogram.greatest()),
    ] {
        put(metrics, &format!("hits_per_workspace.{name}"), value.map(|hits| hits as f64), n);
    }
}

/// Adds what the platform's servers did, and the trend of the backlog, to `all`.
fn add_backend(all: &mut GroupSummary, measures: &Measures, over: Over, trend: Option<Backlog>) {
    let metrics = &mut all.metrics;
    if let Some(platform) = &measures.platform {
        let window = measures.frame.all.window;
        let nanos = window.length().nanos() as f64;
        let served = platform.servers.served;
        // A mean over replications, as a share of what there was of `whole` in each.
        let mean = |moments: &PairMoments, whole: f64| {
            let mean = moments.ratio();
            let value = mean.map(|mean| mean.value / whole);
            let half = mean.filter(|_| over.intervals).and_then(|mean| mean.half_width);
            let ci95 = value.zip(half).map(|(value, half)| {
                let half = half / whole;
                [(value - half).max(0.0), value + half]
            });
            Metric { value, ci95, n: if ci95.is_some() { moments.count() } else { served } }
        };
        let mut add = |name: &str, metric| metrics.insert(name.to_owned(), metric);
        let capacity = measures.frame.platform_servers.as_ref();
        if let Some(time) = capacity.and_then(|it| it.time(window.from, window.until)) {
            add("backend.utilisation", mean(&platform.busy, time as f64));
        }
        add("backend.queue.mean", mean(&platform.waiting, nanos));
        let longest = Some(f64::from(platform.servers.queue_max));
        add("backend.queue.max", Metric { value: longest, ci95: None, n: served });
        add("backend.in_system.mean", mean(&platform.in_system, nanos));
        let seconds = window.length().as_secs_f64();
        add("backend.throughput", mean(&platform.served, seconds));
    }
    if let Some(trend) = trend {
        put(metrics, "backlog.growth", Some(trend.growth), u64::from(measures.replications));
    }
}

fn refusals(frame: &GroupFrame, of: &GroupMeasures, over: Over) -> Vec<CauseSummary> {
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
                refused: hits.count as f64 / over.replications,
                workspaces: hits.workspaces as f64 / over.replications,
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
