//! The oracle's figures against those of a run.

use limitlab::engine::Outcome;
use limitlab::measure::{GroupMeasures, Histogram};
use limitlab::rules::Reason;
use limitlab::scenario::{BackendScope, Scenario};
use limitlab::summary::GroupSummary;

use super::figures::{Figure, Scope, quantile};
use super::record::{Attempt, Fate, Record, Refusal, Service, Space};

/// What differs, in sentences.
pub(super) fn differences(scenario: &Scenario, outcome: &Outcome, record: &Record) -> Vec<String> {
    let mut found = Vec::new();
    let measures = &outcome.measures;
    let own = measures.groups.iter().enumerate().map(|(group, of)| (Some(group), of));
    for (group, of) in [(None, &measures.all)].into_iter().chain(own) {
        let name = group.map_or("all", |group| scenario.groups[group].name.as_str());
        let scope = Scope::new(scenario, record, group);
        let summary = &outcome.summary.groups[name];
        let mut differing = metrics(&scope, summary);
        differing.extend(causes(&scope, outcome, of));
        differing.extend(refusals(&scope, summary));
        differing.extend(histograms(&scope, of));
        differing.extend(series(&scope, outcome, of));
        found.extend(differing.into_iter().map(|it| format!("{name}: {it}")));
    }
    found
}

/// How much a metric may be away from the oracle's.
fn tolerance(name: &str, expected: f64) -> f64 {
    let statistic = name.rsplit('.').next().unwrap_or_default();
    let is_read_from_buckets = statistic.starts_with('p') || name.ends_with("p99.9");
    let relative = if is_read_from_buckets { 1e-3 } else { 1e-9 };
    match name {
        // Each workspace's is rounded to a billionth.
        "fairness.jain" => 2e-9,
        // Each part of a period's price is rounded to a millionth, what buckets hold to a
        // thousandth.
        _ if name.starts_with("earned") || name.starts_with("spent") => {
            relative * expected.abs() + 2e-3
        }
        // The oracle's variance cancels.
        _ if statistic == "sd" => 1e-6 * expected + 1e-12,
        _ => relative * expected.abs(),
    }
}

fn metrics(scope: &Scope<'_>, summary: &GroupSummary) -> Vec<String> {
    let mut found = Vec::new();
    let figures = scope.figures();
    for (name, metric) in &summary.metrics {
        if name == "backlog.growth" {
            continue;
        }
        let Some(Figure { value: expected, .. }) = figures.get(name) else {
            found.push(format!("{name} is there"));
            continue;
        };
        let agrees = match (metric.value, expected) {
            (Some(value), Some(expected)) => (value - expected).abs() <= tolerance(name, *expected),
            (None, None) => true,
            _ => false,
        };
        if let (Some(value), Some([low, high])) = (metric.value, metric.ci95)
            && !(low <= value && value <= high)
        {
            found.push(format!("{name}: {value} is not between {low} and {high}"));
        }
        if !agrees {
            found.push(format!("{name} is {:?}, not {expected:?}", metric.value));
        }
    }
    for (name, _) in figures.iter().filter(|(_, figure)| figure.needed) {
        if !summary.metrics.contains_key(name) {
            found.push(format!("{name} is missing"));
        }
    }
    found
}

/// A refusal of any kind, as histograms of hits have it.
pub(super) struct Hit {
    pub(super) at: u64,
    /// When the try was made.
    made: u64,
    pub(super) reason: Reason,
    limiter: Option<String>,
    retry_after: Option<u64>,
    /// Whether an attempt was refused.
    attempt: bool,
}

impl Hit {
    fn of(attempt: &Attempt, why: &Refusal) -> Self {
        let at = match attempt.fate {
            Fate::TurnedAway { at, .. } => at,
            _ => attempt.at,
        };
        let Refusal { reason, limiter, retry_after } = why.clone();
        Self { at, made: attempt.at, reason, limiter, retry_after, attempt: true }
    }

    fn is(&self, reason: Reason, limiter: Option<&str>) -> bool {
        self.reason == reason && self.limiter.as_deref() == limiter
    }
}

/// What was refused in a workspace, in order of time.
pub(super) fn hits(scope: &Scope<'_>, space: &Space) -> Vec<Hit> {
    let plain = |at, reason| {
        let (limiter, retry_after) = (None, None);
        Hit { at, made: at, reason, limiter, retry_after, attempt: false }
    };
    let mut hits = Vec::new();
    for it in space.creates.iter().filter(|it| it.refused && scope.is_inside(it.at)) {
        hits.push(plain(it.at, Reason::WorkspaceAgentLimit));
    }
    for it in space.enables.iter().filter(|it| scope.is_inside(it.at)) {
        hits.extend(it.refused.map(|reason| plain(it.at, reason)));
    }
    for attempt in scope.attempts(space) {
        hits.extend(scope.refusal(attempt).map(|why| Hit::of(attempt, why)));
    }
    hits.sort_by_key(|hit| hit.at);
    hits
}

/// How many tries in a row were refused for one cause: attempts, then tries to enable.
fn runs(scope: &Scope<'_>, space: &Space, reason: Reason, limiter: Option<&str>) -> Vec<u64> {
    let decided = space.decided.iter().map(|&place| &space.attempts[place]);
    let inside = decided.filter(|it| scope.counts(space, it));
    let attempts = inside.filter_map(|it| match (scope.refusal(it), &it.fate) {
        (Some(why), _) => Some(why.reason == reason && why.limiter.as_deref() == limiter),
        (None, Fate::TurnedAway { .. }) => None,
        (None, _) => Some(false),
    });
    let enables = space.enables.iter().filter(|it| scope.is_inside(it.at));
    let enables = enables.map(|it| it.refused == Some(reason));
    let tries: Vec<bool> = attempts.chain([false]).chain(enables).collect();
    tries.split(|hit| !hit).map(|run| run.len() as u64).filter(|&length| length > 0).collect()
}

fn causes(scope: &Scope<'_>, outcome: &Outcome, of: &GroupMeasures) -> Vec<String> {
    let mut found = Vec::new();
    let midnight = outcome.measures.frame.all.clocks[0].at_start.nanos();
    let all: Vec<Vec<Hit>> = scope.spaces().map(|space| hits(scope, space)).collect();
    let mut known = 0;
    for (cause, measured) in outcome.measures.frame.all.causes.iter().zip(&of.hits) {
        let limiter = cause.limiter.as_deref();
        let mut per_workspace = Vec::new();
        let (mut first, mut gaps, mut waits, mut lengths) = (vec![], vec![], vec![], vec![]);
        let mut by_hour = [0_u64; 24];
        for (space, hits) in scope.spaces().zip(&all) {
            let own: Vec<&Hit> = hits.iter().filter(|hit| hit.is(cause.reason, limiter)).collect();
            per_workspace.push(own.len() as u64);
            first.extend(own.first().map(|hit| hit.at));
            gaps.extend(own.windows(2).map(|pair| pair[1].at - pair[0].at));
            waits.extend(own.iter().filter_map(|hit| hit.retry_after));
            lengths.extend(runs(scope, space, cause.reason, limiter));
            for hit in own {
                by_hour[((midnight + hit.at) / 3_600_000_000_000 % 24) as usize] += 1;
            }
        }
        known += per_workspace.iter().sum::<u64>();
        let name = format!("{} {}", cause.reason, limiter.unwrap_or_default());
        if measured.by_hour != by_hour {
            found.push(format!("{name} by hour: {:?}, not {by_hour:?}", measured.by_hour));
        }
        for (what, histogram, values) in [
            ("per workspace", &measured.per_workspace, &per_workspace),
            ("time to first", &measured.first, &first),
            ("time between", &measured.gap, &gaps),
            ("retry_after", &measured.retry_after, &waits),
            ("run length", &measured.run_length, &lengths),
        ] {
            found.extend(histogram_of(&format!("{name} {what}"), histogram, values));
        }
    }
    if known != all.iter().map(|hits| hits.len() as u64).sum::<u64>() {
        found.push("something was refused for a cause that is not listed".to_owned());
    }
    found
}

/// The list of refusals in summary.json.
fn refusals(scope: &Scope<'_>, summary: &GroupSummary) -> Vec<String> {
    let mut found = Vec::new();
    let all: Vec<Vec<Hit>> = scope.spaces().map(|space| hits(scope, space)).collect();
    let mut listed = 0;
    for told in &summary.refusals {
        let is_told = |hit: &&Hit| {
            hit.reason.name() == told.reason && hit.limiter.as_ref() == told.limiter.as_ref()
        };
        let refused = all.iter().flatten().filter(is_told).count() as u64;
        let mut first: Vec<u64> =
            all.iter().filter_map(|hits| Some(hits.iter().find(is_told)?.at)).collect();
        first.sort_unstable();
        listed += refused;
        let median = quantile(&first, 500).map(|nanos| nanos as f64 / 1e9);
        let is_near = match (told.first_p50_s, median) {
            (Some(told), Some(median)) => (told - median).abs() <= 1e-3 * median,
            (told, median) => told.is_none() && median.is_none(),
        };
        if (told.refused as u64, told.workspaces as u64) != (refused, first.len() as u64)
            || !is_near
        {
            found.push(format!("told {told:?}, but {refused} in {first:?}"));
        }
    }
    if listed != all.iter().map(|hits| hits.len() as u64).sum::<u64>() {
        found.push("a refusal is not told".to_owned());
    }
    found
}

fn histograms(scope: &Scope<'_>, of: &GroupMeasures) -> Vec<String> {
    let [latency, wait, service] = scope.times();
    let hits: Vec<u64> = scope.spaces().map(|space| scope.hits(space)).collect();
    [
        histogram_of("latency", of.latency.histogram(), &latency),
        histogram_of("wait", of.wait.histogram(), &wait),
        histogram_of("service", of.service.histogram(), &service),
        histogram_of("hits per workspace", &of.hits_per_workspace, &hits),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether each bucket of a histogram holds as many values as it should.
fn histogram_of(name: &str, histogram: &Histogram, values: &[u64]) -> Option<String> {
    let is_right = histogram.count() == values.len() as u64
        && histogram.buckets().all(|bucket| {
            let inside = |value: &&u64| (bucket.low..=bucket.high).contains(*value);
            values.iter().filter(inside).count() as u64 == bucket.count
        });
    let told: Vec<_> = histogram.buckets().collect();
    (!is_right).then(|| format!("{name}: {told:?}, not {values:?}"))
}

fn series(scope: &Scope<'_>, outcome: &Outcome, of: &GroupMeasures) -> Vec<String> {
    let mut found = Vec::new();
    let width = scope.scenario.series_every.nanos();
    let bins = scope.until.div_ceil(width) as usize;
    let bin = |at: u64| ((at / width) as usize).min(bins - 1);
    let end = |bin: usize| ((bin as u64 + 1) * width).min(scope.until);
    let mut offered = vec![0_u64; bins];
    for attempt in scope.spaces().flat_map(|space| scope.attempts(space)) {
        offered[bin(attempt.at)] += 1;
    }
    if of.series.offered != offered {
        found.push(format!("series: offered {:?}, not {offered:?}", of.series.offered));
    }
    for (cause, told) in outcome.measures.frame.all.causes.iter().zip(&of.series.refused) {
        let mut refused = vec![0_u64; bins];
        for hit in scope.spaces().flat_map(|space| hits(scope, space)) {
            // A column is of attempts or of other tries, not of both.
            let counts = hit.attempt || hit.reason != Reason::TrialEnded;
            if counts && hit.is(cause.reason, cause.limiter.as_deref()) {
                refused[bin(hit.made)] += 1;
            }
        }
        if *told != refused {
            found.push(format!("series: {} {told:?}, not {refused:?}", cause.reason));
        }
    }
    let (mut active, mut credits) = (0, 0);
    for at in 0..bins {
        active += of.series.active_change[at];
        credits += of.series.credits_change[at];
        let actives = scope.spaces().map(|space| active_before(space, end(at))).sum::<i64>();
        let left = scope.spaces().map(|space| space.pool_before(end(at)).balance()).sum::<i128>();
        if (active, credits) != (actives, left) {
            let told = (active, credits);
            found.push(format!("series: bin {at} ends with {told:?}, not {:?}", (actives, left)));
        }
    }
    let shared =
        scope.scenario.backend.as_ref().is_some_and(|it| it.scope == BackendScope::Platform);
    let platform = outcome.measures.platform.as_ref().map(|platform| &platform.servers);
    let backend = if shared { platform } else { of.backend.as_ref() };
    let Some(backend) = backend else { return found };
    let is_own = |it: &&Service| shared || scope.spaces.contains(&it.space);
    let services: Vec<&Service> = scope.record.services.iter().filter(is_own).collect();
    let inside = |bin: usize, begin: u64, end: u64| {
        let (from, until) = (bin as u64 * width, ((bin as u64 + 1) * width).min(scope.until));
        u128::from(end.min(until).saturating_sub(begin.max(from)))
    };
    for (what, told, of) in [
        ("waiting", backend.waiting_series.times(), arrived_left as fn(&Service) -> (u64, u64)),
        ("busy", backend.busy_series.times(), left_ended),
    ] {
        let time = |bin| {
            services.iter().map(|it| of(it)).map(|(begin, end)| inside(bin, begin, end)).sum()
        };
        let expected: Vec<u128> = (0..bins).map(time).collect();
        if told != expected {
            found.push(format!("series: {what} {told:?}, not {expected:?}"));
        }
    }
    found
}

fn arrived_left(service: &Service) -> (u64, u64) {
    (service.arrived, service.left)
}

fn left_ended(service: &Service) -> (u64, u64) {
    (service.left, service.ended.unwrap_or(service.left))
}

/// Active agents before anything happens at `end`.
fn active_before(space: &Space, end: u64) -> i64 {
    space.count_in(limitlab::rules::AgentState::Active, end - 1) as i64
}
