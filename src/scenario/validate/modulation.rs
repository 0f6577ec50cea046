//! How traffic rises and falls.

use super::super::at::{At, Findings};
use super::super::types;
use super::super::words::grouped;
use super::numbers::distribution;
use super::profiles::{Clocks, profile};
use crate::units::SimSpan;
use crate::workload::{Bursts, Modulation, Stage, Stages};

/// The most periods on and off of an agent in a run, on average: every one of them is drawn.
pub(super) const MOST_PERIODS: f64 = 10_000_000.0;

/// The profile and the stages of traffic that stands at `at`.
pub(super) fn modulation(
    written: &types::Traffic,
    clocks: &Clocks,
    at: At<'_>,
    findings: &mut Findings,
) -> Modulation {
    if written.closed.is_some() {
        closed(written, at, findings);
        return Modulation::default();
    }
    if written.timezone.is_some() && written.profile.is_none() && at.key("profile").is_sound() {
        let message = "`timezone` is that of a `profile`, and there is none";
        findings.add(at.key("timezone"), message);
    }
    let profile = written
        .profile
        .as_ref()
        .and_then(|profiled| profile(profiled, written.timezone.as_ref(), clocks, at, findings));
    let stages = written.stages.iter().flatten();
    let stage = |stage: &types::Stage| Stage { duration: stage.duration.0, target: stage.target.0 };
    Modulation::new(profile, Stages::new(stages.map(stage).collect()))
}

/// Users write when they have got their replies, whatever the hour.
fn closed(written: &types::Traffic, at: At<'_>, findings: &mut Findings) {
    for (key, given) in [
        ("profile", written.profile.is_some()),
        ("timezone", written.timezone.is_some()),
        ("stages", written.stages.is_some()),
        ("bursts", written.bursts.is_some()),
    ] {
        if given {
            let message =
                format!("`{key}` says when messages arrive, and users of `closed` decide");
            let hint = "`rate`, `interarrival` and `sessions` can rise and fall";
            findings.add_with_hint(at.key(key), message, hint);
        }
    }
}

/// The bursts of `whose` traffic that stand at `at`; `None` if they are at fault.
pub(super) fn bursts(
    written: &types::Bursts,
    (duration, whose): (SimSpan, &str),
    at: At<'_>,
    findings: &mut Findings,
) -> Option<Bursts> {
    let bursts = Bursts {
        on: distribution(&written.on, at.key("on"), findings),
        off: distribution(&written.off, at.key("off"), findings),
        quiet: written.quiet.as_ref().map_or(0.0, |quiet| quiet.0),
    };
    let (on, off) = (bursts.on.mean(), bursts.off.mean());
    let mut sound = true;
    for (key, mean) in [("on", on), ("off", off)] {
        if mean.is_infinite() {
            let message = format!("`{key}` needs a mean: a Pareto `shape` above 1");
            findings.add(at.key(key), message);
            sound = false;
        }
    }
    if !sound {
        return None;
    }
    let fault = if on + off <= 0.0 {
        "`on` and `off` take no time, so periods would alternate for ever in no time".to_owned()
    } else if !bursts.on_level().is_finite() {
        "`on` takes no time and `quiet` is 0x, so nothing would ever arrive".to_owned()
    } else if 2.0 * duration.nanos() as f64 / (on + off) > MOST_PERIODS {
        let most = grouped(MOST_PERIODS as u64);
        format!("{whose} would have more than {most} periods on and off")
    } else {
        return Some(bursts);
    };
    findings.add(at.key("on"), fault);
    None
}
