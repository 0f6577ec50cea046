//! What serves admitted messages, who is served next, and what is refused before the queue is full.

use super::super::at::{At, Findings};
use super::super::discipline::{Aimd, Codel, Discipline, Shed, Utilisation};
use super::super::model::{Backend, BackendScope, Group};
use super::super::occurs::can_be_busy;
use super::super::types;
use super::super::words::grouped;
use super::groups::Registry;
use super::numbers::{above_zero, count, count_or_unlimited, distribution};
use crate::units::SimSpan;

/// What is left of an adaptive limit after a bad reply, in millionths.
pub(super) const BACKOFFS: std::ops::Range<u32> = 500_000..1_000_000;

/// The backend that stands at `at`.
pub(super) fn backend(
    written: &types::Backend,
    registry: &Registry,
    at: At<'_>,
    findings: &mut Findings,
) -> Backend {
    let queue_at = at.key("queue");
    let queue = written.queue.as_ref();
    let discipline = discipline(queue.and_then(|queue| queue.discipline));
    let shed = written.shed.as_ref().and_then(|it| shed(it, registry, at.key("shed"), findings));
    if matches!(shed, Some(Shed::Codel(_)))
        && discipline == Discipline::ProcessorSharing
        && queue_at.key("discipline").is_sound()
    {
        let message = "`codel` has nobody to refuse: with `processor_sharing` nobody waits";
        let hint = "`aimd` or `utilisation`, or another `discipline`";
        findings.add_with_hint(at.key("shed").key("codel"), message, hint);
    }
    Backend {
        scope: match written.scope {
            Some(types::BackendScope::Workspace) => BackendScope::Workspace,
            Some(types::BackendScope::Platform) | None => BackendScope::Platform,
        },
        servers: count_or_unlimited(&written.servers, 1, "`servers`", at.key("servers"), findings),
        changes: Vec::new(),
        service_time: distribution(&written.service_time, at.key("service_time"), findings),
        queue_limit: queue
            .and_then(|queue| queue.limit.as_ref())
            .and_then(|it| count_or_unlimited(it, 0, "`limit`", queue_at.key("limit"), findings)),
        discipline,
        shed,
        network_delay: written.network_delay.as_ref().map_or(SimSpan::ZERO, |delay| delay.0),
    }
}

const fn discipline(written: Option<types::Discipline>) -> Discipline {
    match written {
        Some(types::Discipline::Fifo) | None => Discipline::Fifo,
        Some(types::Discipline::Lifo) => Discipline::Lifo,
        Some(types::Discipline::Fair) => Discipline::Fair,
        Some(types::Discipline::Priority) => Discipline::Priority,
        Some(types::Discipline::ProcessorSharing) => Discipline::ProcessorSharing,
    }
}

/// What is shed, which stands at `at`; `None` if that is nothing.
fn shed(
    written: &types::Shed,
    registry: &Registry,
    at: At<'_>,
    findings: &mut Findings,
) -> Option<Shed> {
    Some(match written {
        types::Shed::None => return None,
        types::Shed::Codel(codel) => {
            let at = at.key("codel");
            let (target, interval) = (codel.target.0, codel.interval.0);
            above_zero(target, "target", at, findings);
            above_zero(interval, "interval", at, findings);
            Shed::Codel(Codel { target, interval })
        }
        types::Shed::Utilisation(it) => {
            let at = at.key("utilisation").key("keep");
            let mut keep: Vec<String> = Vec::new();
            for (index, plan) in it.keep.iter().flatten().enumerate() {
                registry.resolve_plan(&plan.0, at.item(index), findings);
                if keep.contains(&plan.0) {
                    let message = format!("`{}` stands here a second time", plan.0);
                    findings.add(at.item(index), message);
                }
                keep.push(plan.0.clone());
            }
            Shed::Utilisation(Utilisation { above: it.above.0, keep })
        }
        types::Shed::Aimd(it) => Shed::Aimd(aimd(it, at.key("aimd"), findings)),
    })
}

fn aimd(written: &types::Aimd, at: At<'_>, findings: &mut Findings) -> Aimd {
    let bounds = 1..=u64::from(u32::MAX);
    let mut of = |it: &Option<types::Count>, key: &str, default| {
        it.as_ref().map_or(default, |it| {
            count(it, bounds.clone(), &format!("`{key}`"), at.key(key), findings)
        })
    };
    let min = of(&written.min, "min", 1);
    // What is not written gives way to what is.
    let max = of(&written.max, "max", 1_000.max(min));
    let initial = of(&written.initial, "initial", 20.clamp(min, max.max(min)));
    let sound = |key: &str| at.key(key).is_sound();
    if max < min && sound("max") && sound("min") {
        findings.add(at.key("max"), {
            let (min, max) = (grouped(u64::from(min)), grouped(u64::from(max)));
            format!("`max`, {max}, is less than `min`, {min}")
        });
    } else if !(min..=max).contains(&initial) && sound("max") && sound("min") {
        let message = format!(
            "`initial` must be from {} to {}, as `min` and `max` are",
            grouped(u64::from(min)),
            grouped(u64::from(max))
        );
        findings.add(at.key("initial"), message);
    }
    let millionths = written.backoff.as_ref().map_or(900_000.0, |it| (it.0 * 1e6).round());
    let backoff_millionths = millionths.min(1e6) as u32;
    if !BACKOFFS.contains(&backoff_millionths) {
        let hint = "what is left of the limit after a bad reply, such as 0.9";
        let message = "`backoff` must be from 0.5 to less than 1";
        findings.add_with_hint(at.key("backoff"), message, hint);
    }
    let timeout = written.timeout.0;
    above_zero(timeout, "timeout", at, findings);
    Aimd { initial, min, max, backoff_millionths, timeout }
}

/// Notes a mistake if the servers of the backend at `at` are never busy and something is shed
/// for that.
pub(super) fn sheds(groups: &[Group], backend: &Backend, at: At<'_>, findings: &mut Findings) {
    if groups.iter().any(|group| can_be_busy(backend, group)) {
        return;
    }
    let (key, message) = match &backend.shed {
        Some(Shed::Codel(_)) => ("codel", "`codel` has nobody to refuse"),
        Some(Shed::Utilisation(_)) => ("utilisation", "`utilisation` has no share of busy servers"),
        Some(Shed::Aimd(_)) | None => return,
    };
    let message = format!("{message}: the servers are unlimited");
    findings.add_with_hint(at.key("shed").key(key), message, "give `servers` a number");
}
