//! Scenarios that were built in code are held to what a file may say, as far as a run depends on
//! it. What a file is warned of, or has no meaning, is left to whoever writes the code.

mod enforcement;
mod groups;
mod lines;
mod plans;
mod throttles;
mod timeline;

use std::fmt::Arguments;

use self::groups::group;
use self::plans::package;
use self::throttles::shared_throttles;
use super::super::discipline::{Codel, Discipline, Shed};
use super::super::flaw::{Finder, Flaws};
use super::super::model::{Backend, BackendScope, Scenario};
use super::super::occurs::reported;
use super::super::precision::Precision;
use super::super::types;
use super::super::words::grouped;
use super::backend::BACKOFFS;
use super::windows::{Measured, not_windowed};
use super::{MOST_BINS, MOST_REPLICATIONS};
use crate::random::Distribution;
use crate::summary::{Label, MetricState, Selector, family_of};
use crate::units::{SimSpan, SimTime};
use crate::workload::ClientThrottling;

impl Scenario {
    /// Checks that a run can have every value of the scenario. One that was loaded from a file
    /// and not changed afterwards is always sound.
    ///
    /// # Errors
    ///
    /// [`Flaws`] names each field that is at fault, and says what it must be.
    pub fn check(&self) -> Result<(), Flaws> {
        let mut finder = Finder::default();
        scenario(self, &mut finder);
        Flaws::new(finder.0).map_or(Ok(()), Err)
    }
}

fn scenario(scenario: &Scenario, finder: &mut Finder) {
    let duration = scenario.duration;
    name(&scenario.name, format_args!("name"), finder);
    let sound = !duration.is_zero() && duration <= SimSpan::MAX_DURATION;
    finder.demand(sound, "duration", "must be above 0s and at most 292 years");
    let sound = (1..=MOST_REPLICATIONS).contains(&u64::from(scenario.replications));
    let message = format_args!("must be from 1 to {}", grouped(MOST_REPLICATIONS));
    finder.demand(sound, "replications", message);
    let message = format_args!("must be less than the duration, {duration}");
    finder.demand(scenario.warm_up < duration, "warm_up", message);
    let every = scenario.series_every;
    let bins = if every.is_zero() { u64::MAX } else { duration.nanos().div_ceil(every.nanos()) };
    let message = format_args!("must divide the duration into at most {} bins", grouped(MOST_BINS));
    finder.demand(bins <= MOST_BINS, "series_every", message);
    finder.demand(!scenario.groups.is_empty(), "groups", "must hold at least one group");
    let names = scenario.groups.iter().map(|group| group.name.as_str());
    distinct(names, format_args!("groups"), finder);
    for (index, of) in scenario.groups.iter().enumerate() {
        group(scenario, of, format_args!("groups[{index}]"), finder);
    }
    let names = scenario.packages.iter().map(|package| package.name.as_str());
    distinct(names, format_args!("packages"), finder);
    for (index, of) in scenario.packages.iter().enumerate() {
        package(of, duration, format_args!("packages[{index}]"), finder);
    }
    shared_throttles(scenario, finder);
    if let Some(of) = &scenario.backend {
        backend(of, finder);
    }
    enforcement::enforcement(scenario, finder);
    for index in 0..scenario.thresholds.len() {
        threshold(scenario, index, finder);
    }
    if let Some(until) = &scenario.until {
        precision(scenario, until, finder);
    }
}

fn backend(backend: &Backend, finder: &mut Finder) {
    let servers = |servers: Option<u32>| servers != Some(0);
    finder.demand(servers(backend.servers), "backend.servers", "must be at least 1");
    legal(&backend.service_time, format_args!("backend.service_time"), finder);
    let delay = backend.network_delay <= SimSpan::MAX_DURATION;
    finder.demand(delay, "backend.network_delay", "must be at most 292 years");
    shed(backend, finder);
    let changes = &backend.changes;
    let ascending = changes.is_sorted_by(|one, next| one.0 < next.0);
    finder.demand(ascending, "backend.changes", "must be ascending");
    let sound = changes.iter().all(|&(_, count)| servers(count));
    finder.demand(sound, "backend.changes", "must leave at least 1 server");
    let sound = changes.is_empty() || backend.scope == BackendScope::Platform;
    let message = "must be empty where each workspace has servers of its own: its group's \
                   timeline changes them";
    finder.demand(sound, "backend.changes", message);
}

/// What is refused before the queue is full.
fn shed(backend: &Backend, finder: &mut Finder) {
    let long = |span: SimSpan| !span.is_zero() && span <= SimSpan::MAX_DURATION;
    match &backend.shed {
        None | Some(Shed::Utilisation(_)) => {}
        Some(Shed::Codel(Codel { target, interval })) => {
            let message = "must be above 0s and at most 292 years";
            finder.demand(long(*target), "backend.shed.target", message);
            finder.demand(long(*interval), "backend.shed.interval", message);
            let waits = backend.discipline != Discipline::ProcessorSharing;
            let message = "must not be `Codel` with `ProcessorSharing`, where nobody waits";
            finder.demand(waits, "backend.shed", message);
        }
        Some(Shed::Aimd(it)) => {
            let message = "must be above 0s and at most 292 years";
            finder.demand(long(it.timeout), "backend.shed.timeout", message);
            let message = "must be at least 1, and not more than `max`";
            finder.demand(1 <= it.min && it.min <= it.max, "backend.shed.min", message);
            let sound = (it.min..=it.max).contains(&it.initial);
            finder.demand(sound, "backend.shed.initial", "must be from `min` to `max`");
            let sound = BACKOFFS.contains(&it.backoff_millionths);
            let message = "must be from 500_000 to 999_999";
            finder.demand(sound, "backend.shed.backoff_millionths", message);
        }
    }
}

fn threshold(scenario: &Scenario, index: usize, finder: &mut Finder) {
    let threshold = &scenario.thresholds[index];
    let at = format_args!("thresholds[{index}]");
    finder.demand(threshold.bound.is_finite(), format_args!("{at}.bound"), "must be finite");
    if let Some(width) = threshold.over {
        let Scenario { warm_up, settling, duration, series_every: bin, drain, .. } = *scenario;
        let sound = !bin.is_zero() && warm_up < duration;
        let measured = sound.then_some(Measured { warm_up, settling, duration, bin, drain });
        let wrong = not_windowed(&threshold.metric, measured)
            .or_else(|| measured.and_then(|measured| measured.not_a_window(width)));
        let message = wrong.map(|(message, _)| message).unwrap_or_default();
        let field = format_args!("{at}.over");
        finder.demand(message.is_empty(), field, format_args!("is at fault: {message}"));
    }
    let sure = threshold.never_sure().is_none();
    let field = format_args!("{at}.abort_on_fail");
    finder.demand(sure, field, "must be false where it is never sure that it fails");
    let looked_at = !threshold.abort_on_fail || scenario.replications > 1;
    let message = "must be false where there is one replication: it is looked at between them";
    finder.demand(looked_at, format_args!("{at}.abort_on_fail"), message);
    metric(scenario, (&threshold.of, &threshold.metric), at, finder);
}

fn precision(scenario: &Scenario, until: &Precision, finder: &mut Finder) {
    let most = scenario.replications;
    let sound = (2..=most).contains(&until.fewest);
    finder.demand(
        sound,
        "until.fewest",
        format_args!("must be from 2 to the replications, {most}"),
    );
    let sound = until.half_width > 0.0 && until.half_width.is_finite();
    finder.demand(sound, "until.half_width", "must be above 0 and finite");
    metric(scenario, (&until.of, &until.metric), format_args!("until"), finder);
}

/// A metric of the workspaces that a selector means.
fn metric(
    scenario: &Scenario,
    (of, metric): (&Selector, &str),
    at: Arguments<'_>,
    finder: &mut Finder,
) {
    let is_group = |name: &String| scenario.groups.iter().any(|it| it.name == *name);
    let there = of.group.as_ref().is_none_or(is_group);
    finder.demand(there, format_args!("{at}.of.group"), "must be the name of a group");
    let is_begun = !there || of.plan.is_none() || !scenario.selected(of).is_empty();
    let message = "must be a plan on which workspaces begin";
    finder.demand(is_begun, format_args!("{at}.of.plan"), message);
    let field = format_args!("{at}.metric");
    let (key, label) = match metric.split_once('{') {
        Some((key, label)) => (key, label.strip_suffix('}').and_then(|it| it.split_once('='))),
        None => (metric, None),
    };
    let family = family_of(key).filter(|family| family.state == MetricState::Measured);
    let Some(family) = family else {
        finder.demand(false, field, format_args!("must be a metric, and `{key}` is none"));
        return;
    };
    let is_labelled = metric.contains('{');
    let Some((name, value)) = label else {
        let message = "must have one of its labels, as in `refusal.rate{reason=overloaded}`";
        finder.demand(!is_labelled && !family.label_needed, field, message);
        return;
    };
    let known = family.labels.iter().find(|label| label.name() == name);
    let own = scenario.groups.iter().flat_map(|group| &group.throttles);
    let mut throttles = own.chain(&scenario.throttles);
    let mut alerts = scenario.groups.iter().flat_map(|group| &group.alerts);
    let there = known.is_some_and(|label| match label {
        Label::Reason => family.reasons().contains(&value),
        Label::Limiter => {
            let reported = scenario.groups.iter().flat_map(reported);
            value == ClientThrottling::NAME
                || reported.into_iter().any(|reason| reason.name() == value)
                || throttles.any(|throttle| throttle.name == value)
        }
        Label::Within => value.parse::<SimSpan>().is_ok_and(|within| within.to_string() == value),
        Label::Level => alerts.any(|alert| alert.to_string() == value),
        Label::Event => false,
    });
    finder.demand(there, field, format_args!("has no label `{name}={value}`"));
}

/// A name as scenario files have them.
fn name(name: &str, at: Arguments<'_>, finder: &mut Finder) {
    let message = "must be 1 to 100 letters, digits, `-` and `_`";
    finder.demand(types::name(name).is_ok(), at, message);
}

/// The names of the items of a list, none of which is there twice.
fn distinct<'n>(names: impl Iterator<Item = &'n str>, list: Arguments<'_>, finder: &mut Finder) {
    let mut seen = Vec::new();
    for (index, name) in names.enumerate() {
        let place = seen.binary_search(&name);
        let message = format_args!("must not be `{name}` too");
        finder.demand(place.is_err(), format_args!("{list}[{index}].name"), message);
        if let Err(place) = place {
            seen.insert(place, name);
        }
    }
}

/// A distribution whose parameters are in their ranges.
fn legal(distribution: &Distribution, at: Arguments<'_>, finder: &mut Finder) {
    if !distribution.is_legal() {
        let message = format_args!("must have its parameters in their ranges: {distribution:?}");
        finder.demand(false, at, message);
    }
}

/// A span above zero.
fn above_zero(span: SimSpan, at: Arguments<'_>, finder: &mut Finder) {
    let sound = !span.is_zero() && span <= SimSpan::MAX_DURATION;
    finder.demand(sound, at, "must be above 0s and at most 292 years");
}

/// The end of a scenario.
fn end(scenario: &Scenario) -> SimTime {
    SimTime::ZERO + scenario.duration
}
