//! References and ranges: from what a user wrote to a [`Scenario`] with no doubt left in it.

mod backend;
mod built;
mod credits;
mod customers;
mod enforcement;
mod fair_use;
mod groups;
mod known;
mod labels;
mod lines;
mod loops;
mod mix;
mod modulation;
mod names;
mod numbers;
mod packages;
mod piece;
mod plans;
mod profiles;
mod retry;
mod tables;
mod thresholds;
mod timeline;
mod traces;
mod traffic;
mod windows;

use std::mem;

use self::backend::{backend, sheds};
use self::enforcement::{enforceable, enforcement};
use self::fair_use::{Level, throttles, too_heavy};
use self::groups::{Registry, groups};
use self::loops::loops;
use self::numbers::count;
use self::packages::packages;
use self::plans::{Horizon, plans};
use self::profiles::Clocks;
pub(super) use self::tables::Tables;
pub(crate) use self::thresholds::read_metric;
use self::thresholds::{precision, thresholds};
use self::timeline::Timeline;
use self::traces::Traces;
use self::windows::Measured;
use super::at::{At, Findings};
use super::bins::series_every;
use super::digest::Digest;
use super::fault::Mistake;
use super::files::Files;
use super::model::{Drain, Group, Scenario, default_start};
use super::precision::Precision;
use super::settling::Settling;
use super::types::{self, Document, Replications, ReplicationsUntil, WarmUpText};
use super::words::grouped;
use crate::units::SimSpan;

/// The most bins of a series.
const MOST_BINS: u64 = 5_000;
/// The most replications: intervals are a hundredth as wide as after one.
const MOST_REPLICATIONS: u64 = 10_000;

/// Validates a document that stands at `at`. The scenario means something only without mistakes.
/// The tables that it draws from are added to `files` and to the digest.
pub(super) fn validate(
    document: &Document,
    at: At<'_>,
    mut digest: Digest,
    files: &mut Files,
    mistakes: &mut Vec<Mistake>,
) -> Scenario {
    let tables = Tables::new(mem::take(files));
    let mut findings = Findings { tables, ..Findings::default() };
    let start = document.start.as_ref().map_or_else(default_start, |instant| instant.0);
    let duration = duration(document, at, &mut findings);
    let horizon = Horizon { start, duration };
    let plans = at.key("plans").is_sound().then(|| {
        let written = document.plans.clone().unwrap_or_default();
        plans(&written, horizon, at.key("plans"), &mut findings)
    });
    let (packages, package_names) =
        packages(document.packages.as_ref(), horizon, at.key("packages"), &mut findings);
    let (measured, is_sound) = measured(document, duration, at, &mut findings);
    let cuts = measured.drain == Drain::Cut || !at.key("drain").is_sound();
    let zone = document.timezone.as_ref();
    let clocks = Clocks::new(zone, horizon, at.key("timezone"), &mut findings);
    let names = (plans.as_ref(), &package_names);
    let sound = mistakes.is_empty();
    let traces = if sound {
        Traces::read(document, at, horizon, names, &mut digest, &mut findings)
    } else {
        Traces::default()
    };
    let mut registry = Registry::new(clocks, cuts, plans, package_names, traces);
    let timeline = Timeline::new(document, duration, at, &mut findings);
    let mut groups = groups(document, timeline, &mut registry, at.key("workspaces"), &mut findings);
    let shared = document.fair_use.as_deref().unwrap_or_default();
    let limiters = &mut registry.known.limiters;
    let throttles = throttles(shared, Level::Top, limiters, at.key("fair_use"), &mut findings);
    let reasons = throttles.iter().map(|it| (it.name.as_str(), it.quota.reason()));
    registry.known.add_reasons(None, reasons);
    let mut backend = document
        .backend
        .as_ref()
        .map(|written| backend(written, &registry, at.key("backend"), &mut findings));
    timeline.happen(&mut groups, backend.as_mut(), &registry, &mut findings);
    let groups: Vec<Group> = groups.into_iter().map(|draft| draft.group).collect();
    let (replications, until) = replications(document, &registry, at, &mut findings);
    let asked = document.thresholds.as_deref().unwrap_or_default();
    let known = (is_sound.then_some(measured), Some(replications));
    let mut scenario = Scenario {
        name: document.name.0.clone(),
        about: document.about.as_ref().map(|about| about.0.clone()),
        seed: document.seed.as_ref().map_or(1, |seed| seed.0),
        replications,
        until,
        start,
        timezone: registry.clocks.zone.clone(),
        duration,
        warm_up: measured.warm_up,
        settling: measured.settling,
        drain: measured.drain,
        idle_plans: idle_plans(document, &groups, at.key("plans"), &findings),
        groups,
        packages,
        plans: registry.declared_plans(),
        throttles,
        traces: registry.traces.recordings.clone(),
        backend,
        enforcement: enforcement(document, at.key("enforcement"), &mut findings),
        series_every: measured.bin,
        thresholds: thresholds(asked, &registry.known, known, at.key("thresholds"), &mut findings),
        sha256: String::new(),
    };
    as_a_whole(&scenario, document.backend.is_some(), timeline.duration, at, &mut findings);
    findings.tables.texts().for_each(|table| digest.add(table));
    scenario.sha256 = digest.hex();
    *files = findings.tables.files;
    mistakes.append(&mut findings.mistakes);
    scenario
}

/// The plans on which no workspace ever is. Of those that an imported file declares, which is there
/// for several scenarios, nobody expects another.
fn idle_plans(
    document: &Document,
    groups: &[Group],
    at: At<'_>,
    findings: &Findings,
) -> Vec<String> {
    let declared = document.plans.iter().flat_map(|plans| plans.keys().enumerate());
    let is_idle = |&(place, name): &(usize, &String)| {
        let offers = groups.iter().flat_map(|group| &group.plans);
        let declared_at = at.entry(place).0.source();
        !findings.tables.files.is_imported(declared_at)
            && offers.into_iter().all(|offer| offer.plan.name != *name)
    };
    declared.filter(is_idle).map(|(_, name)| name.clone()).collect()
}

/// What can only be told of a scenario as a whole. `has_backend` is whether one is written, perhaps
/// a faulty one; `duration` is `None` if that is at fault.
fn as_a_whole(
    scenario: &Scenario,
    has_backend: bool,
    duration: Option<SimSpan>,
    at: At<'_>,
    findings: &mut Findings,
) {
    let groups = at.key("workspaces");
    too_heavy(&scenario.groups, &scenario.throttles, groups, findings);
    enforceable(&scenario.enforcement, &scenario.groups, at.key("enforcement"), findings);
    let backend = scenario.backend.as_ref().filter(|_| at.key("backend").is_sound());
    if backend.is_some() || !has_backend {
        loops(&scenario.groups, backend, duration, groups, findings);
    }
    if let Some(backend) = backend {
        sheds(&scenario.groups, backend, at.key("backend"), findings);
    }
}

/// What is measured, and whether nothing about that is at fault.
fn measured(
    document: &Document,
    duration: SimSpan,
    at: At<'_>,
    findings: &mut Findings,
) -> (Measured, bool) {
    let bin = series(document, duration, at, findings);
    let (warm_up, settling) = warm_up(document, (duration, bin), at, findings);
    let drain = match document.drain {
        Some(types::Drain::Cut) => Drain::Cut,
        Some(types::Drain::Finish) | None => Drain::Finish,
    };
    let every = document.series.as_ref().map_or(bin, |series| series.every.0);
    let is_sound = ["duration", "warm_up", "series"].iter().all(|key| at.key(key).is_sound())
        && warm_up < duration
        && duration == document.duration.0
        && bin == every
        && duration.nanos().div_ceil(bin.nanos()) <= MOST_BINS;
    (Measured { warm_up, settling, duration, bin, drain }, is_sound)
}

/// The most replications, and when fewer are enough.
fn replications(
    document: &Document,
    registry: &Registry,
    at: At<'_>,
    findings: &mut Findings,
) -> (u32, Option<Precision>) {
    let at = at.key("replications");
    let several = 2..=MOST_REPLICATIONS;
    match &document.replications {
        None => (1, None),
        Some(Replications::Count(written)) => {
            (count(written, 1..=MOST_REPLICATIONS, "`replications`", at, findings), None)
        }
        Some(Replications::Until(ReplicationsUntil { min, max, until })) => {
            let most = count(max, several.clone(), "`max`", at.key("max"), findings);
            let fewest = min
                .as_ref()
                .map_or(10.min(most), |min| count(min, several, "`min`", at.key("min"), findings));
            if fewest > most {
                let hint = "write a `max` that is as large at least";
                findings.add_with_hint(at.key("min"), "`min` is above `max`", hint);
            }
            (most, precision(until, fewest, &registry.known, at.key("until"), findings))
        }
    }
}

fn duration(document: &Document, at: At<'_>, findings: &mut Findings) -> SimSpan {
    let duration = document.duration.0;
    if duration.is_zero() {
        findings.add(at.key("duration"), "`duration` must be above 0s");
        return SimSpan::SECOND;
    }
    duration
}

fn warm_up(
    document: &Document,
    (duration, bin): (SimSpan, SimSpan),
    at: At<'_>,
    findings: &mut Findings,
) -> (SimSpan, Settling) {
    let Some(WarmUpText(Some(warm_up))) = document.warm_up else {
        return match document.warm_up {
            Some(_) => {
                let most = Settling::most(duration, bin);
                if most.is_zero() {
                    let message = format!("no bin of {bin} fits into half of {duration}");
                    let hint = "a finer `series: { every: .. }`, or a longer `duration`";
                    findings.add_with_hint(at.key("warm_up"), message, hint);
                }
                (most, Settling::ToFind)
            }
            None => (SimSpan::ZERO, Settling::Given),
        };
    };
    if warm_up >= duration && at.key("duration").is_sound() && !document.duration.0.is_zero() {
        let message = format!("`warm_up` must be less than the duration, {duration}");
        findings.add(at.key("warm_up"), message);
    }
    (warm_up, Settling::Given)
}

fn series(document: &Document, duration: SimSpan, at: At<'_>, findings: &mut Findings) -> SimSpan {
    let Some(series) = &document.series else { return series_every(duration) };
    let every = series.every.0;
    let place = at.key("series").key("every");
    if every.is_zero() {
        findings.add(place, "`every` must be above 0s");
        return series_every(duration);
    }
    let bins = duration.nanos().div_ceil(every.nanos());
    if bins > MOST_BINS && at.key("duration").is_sound() {
        let least = SimSpan::from_nanos(duration.nanos().div_ceil(MOST_BINS));
        let message = format!("{} bins are more than {}", grouped(bins), grouped(MOST_BINS));
        findings.add_with_hint(place, message, format!("at least {least} for this duration"));
    }
    every
}

#[cfg(test)]
mod tests;
