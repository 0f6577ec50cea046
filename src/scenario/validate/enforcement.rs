//! How enforcement is implemented.

use super::super::at::{At, Findings};
use super::super::model::Group;
use super::super::types;
use super::numbers::{above_zero, count};
use crate::enforcement::{
    Charging, DuplicateDelivery, Enforcement, Estimate, Faults, LateRenewal, LostRelease, Nodes,
    OnUnavailable, Routing, Strategy,
};
use crate::rules::limiter::OnExceed;
use crate::units::{Credits, SimSpan};

/// The most nodes: each has a copy of every limiter.
pub(super) const MOST_NODES: u64 = 1_000;

/// The most tries of a decision after the first.
pub(super) const MOST_RETRIES: u64 = 1_000;

/// The longest gap between reading and writing.
pub(super) const LONGEST_GAP: SimSpan = SimSpan::DAY;

/// The longest decision.
pub(super) const LONGEST_DECISION: SimSpan = SimSpan::HOUR;

/// The longest anybody waits for enforcement that is unavailable.
pub(super) const LONGEST_TIMEOUT: SimSpan = SimSpan::HOUR;

/// The shortest mean time between restarts of a node.
pub(super) const SHORTEST_RESTARTS: SimSpan = SimSpan::SECOND;

/// The enforcement that stands at `at`.
pub(super) fn enforcement(
    document: &types::Document,
    at: At<'_>,
    findings: &mut Findings,
) -> Enforcement {
    let entries = document.timeline.as_deref().unwrap_or_default();
    let unavailable = entries.iter().any(|entry| entry.enforcement.is_some());
    let Some(written) = &document.enforcement else {
        return Enforcement { unavailable, ..Enforcement::default() };
    };
    let decision_time = written.decision_time.as_ref().map_or(SimSpan::ZERO, |span| span.0);
    at_most(decision_time, LONGEST_DECISION, "decision_time", at, findings);
    let timeout = written.timeout.as_ref().map_or(SimSpan::ZERO, |span| span.0);
    at_most(timeout, LONGEST_TIMEOUT, "timeout", at, findings);
    let charge = written.charge.as_ref();
    let faults = written.faults.as_ref();
    let enforcement = Enforcement {
        strategy: written
            .strategy
            .as_ref()
            .map_or(Strategy::Atomic, |it| strategy(it, at.key("strategy"), findings)),
        decision_time,
        charging: charge.map_or(Charging::OnAdmit, |it| charging(it, at.key("charge"), findings)),
        faults: faults.map_or_else(Faults::default, |it| faults_of(it, at.key("faults"), findings)),
        unavailable,
        timeout,
        on_unavailable: match written.on_unavailable {
            Some(types::OnUnavailable::Refuse) | None => OnUnavailable::Refuse,
            Some(types::OnUnavailable::Admit) => OnUnavailable::Admit,
            Some(types::OnUnavailable::Local) => OnUnavailable::Local,
        },
        keeps_on_refusal: matches!(written.on_refusal, Some(types::OnRefusal::Keep)),
    };
    consistent(&enforcement, at, findings);
    enforcement
}

/// Notes a mistake where something needs nodes that know something of their own.
fn consistent(enforcement: &Enforcement, at: At<'_>, findings: &mut Findings) {
    let name = enforcement.strategy.name();
    let hint = |strategies: &str| format!("take one of {strategies}, or leave it out");
    if enforcement.on_unavailable == OnUnavailable::Local && !enforcement.strategy.knows_locally() {
        let message = format!("`{name}` knows nothing by which a node could decide alone");
        let hint = hint("`replicated`, `leased` and `metered`");
        findings.add_with_hint(at.key("on_unavailable"), message, hint);
    }
    let at = at.key("faults");
    if enforcement.faults.node_restart.is_some() && !enforcement.strategy.knows_locally() {
        let message = format!("`{name}` keeps nothing on its nodes that a restart could forget");
        let hint = hint("`replicated`, `leased` and `metered`");
        findings.add_with_hint(at.key("node_restart"), message, hint);
    }
    if enforcement.faults.clock_skew.is_some() && enforcement.nodes().is_none() {
        let message = format!("`{name}` has no nodes whose clocks could differ");
        findings.add_with_hint(at.key("clock_skew"), message, hint("`replicated` and `leased`"));
    }
}

fn faults_of(written: &types::Faults, at: At<'_>, findings: &mut Findings) -> Faults {
    Faults {
        lost_release: written.lost_release.as_ref().map(|it| {
            let found_after = it.found_after.as_ref().map(|span| span.0);
            if let Some(found_after) = found_after {
                above_zero(found_after, "found_after", at.key("lost_release"), findings);
            }
            LostRelease { share: it.share.0, found_after }
        }),
        duplicate_delivery: written.duplicate_delivery.as_ref().map(|it| DuplicateDelivery {
            share: it.share.0,
            after: it.after.as_ref().map_or(SimSpan::ZERO, |span| span.0),
            idempotent: it.idempotent.as_ref().is_some_and(|flag| flag.0),
        }),
        clock_skew: written.clock_skew.as_ref().map(|it| {
            let at = at.key("clock_skew");
            above_zero(it.up_to.0, "up_to", at, findings);
            at_most(it.up_to.0, LONGEST_GAP, "up_to", at, findings);
            it.up_to.0
        }),
        node_restart: written.node_restart.as_ref().map(|it| {
            if it.every.0 < SHORTEST_RESTARTS {
                let at = at.key("node_restart").key("every");
                findings.add(at, format!("`every` must be at least {SHORTEST_RESTARTS}"));
            }
            it.every.0.max(SHORTEST_RESTARTS)
        }),
        late_renewal: written.late_renewal.as_ref().map(|it| {
            above_zero(it.by.0, "by", at.key("late_renewal"), findings);
            LateRenewal { share: it.share.0, by: it.by.0 }
        }),
    }
}

fn charging(written: &types::Charge, at: At<'_>, findings: &mut Findings) -> Charging {
    match written {
        types::Charge::OnAdmit => Charging::OnAdmit,
        types::Charge::OnComplete => Charging::OnComplete,
        types::Charge::Hold(hold) => {
            let ttl = hold.ttl.as_ref().map(|ttl| ttl.0);
            if let Some(ttl) = ttl {
                above_zero(ttl, "ttl", at.key("hold"), findings);
            }
            let estimate = hold.estimate.as_ref().map_or(Estimate::EXACT, |it| it.0);
            Charging::Hold { estimate, ttl }
        }
    }
}

/// Notes a mistake if a limit of the groups cannot be enforced by the strategy that stands at `at`.
pub(super) fn enforceable(
    enforcement: &Enforcement,
    groups: &[Group],
    at: At<'_>,
    findings: &mut Findings,
) {
    let mut limits = groups.iter().flat_map(|group| &group.throttles);
    if let Some(limit) = limits.find(|limit| !enforcement.can_enforce(limit)) {
        if enforcement.blocks_queues() && limit.on_exceed != OnExceed::Report {
            let name = &limit.name;
            let message = format!(
                "messages would wait for ever in the queue of `{name}`, for places that nobody gives back"
            );
            let hint = "say `found_after`, or leave out its `queue`";
            findings.add_with_hint(at.key("faults").key("lost_release"), message, hint);
            return;
        }
        if enforcement.misbelieves_limits() {
            let (key, at) = if enforcement.keeps_on_refusal {
                ("on_refusal: keep", at.key("on_refusal"))
            } else {
                ("clock_skew", at.key("faults").key("clock_skew"))
            };
            let what = if limit.on_exceed == OnExceed::Report {
                "a limit of attempts in flight that only reports"
            } else {
                "a limit of attempts in flight with a `queue`"
            };
            let message = format!("`{key}` is not possible with {what}, as `{}`", limit.name);
            findings.add_with_hint(at, message, "leave out one of the two");
            return;
        }
        let name = enforcement.strategy.name();
        let at = at.key("strategy").key(name);
        let (message, hint) = if limit.on_exceed == OnExceed::Report {
            let hint = "have it refuse, or take another strategy";
            (
                format!("`{name}` cannot keep `{}`, which only reports, on every node", limit.name),
                hint,
            )
        } else {
            let hint = "leave out its `queue`, or take another strategy";
            (format!("`{name}` cannot keep the queue of `{}` on every node", limit.name), hint)
        };
        findings.add_with_hint(at, message, hint);
    }
}

fn strategy(written: &types::Strategy, at: At<'_>, findings: &mut Findings) -> Strategy {
    match written {
        types::Strategy::Atomic => Strategy::Atomic,
        types::Strategy::CheckThenAct(it) => {
            at_most(it.gap.0, LONGEST_GAP, "gap", at.key("check_then_act"), findings);
            Strategy::CheckThenAct { gap: it.gap.0 }
        }
        types::Strategy::Replicated(it) => {
            let at = at.key("replicated");
            above_zero(it.sync_every.0, "sync_every", at, findings);
            let nodes = nodes(&it.nodes, it.routing, at, findings);
            Strategy::Replicated { nodes, sync_every: it.sync_every.0 }
        }
        types::Strategy::Leased(it) => {
            let at = at.key("leased");
            if it.lease.0 == Credits::ZERO {
                findings.add(at.key("lease"), "`lease` must be above 0");
            }
            let ttl = it.ttl.as_ref().map(|ttl| ttl.0);
            if let Some(ttl) = ttl {
                above_zero(ttl, "ttl", at, findings);
            }
            let nodes = nodes(&it.nodes, it.routing, at, findings);
            Strategy::Leased { nodes, lease: it.lease.0, ttl }
        }
        types::Strategy::Optimistic(it) => {
            let at = at.key("optimistic");
            at_most(it.read_to_write.0, LONGEST_GAP, "read_to_write", at, findings);
            let max_retries = it.max_retries.as_ref().map_or(3, |retries| {
                let at = at.key("max_retries");
                count(retries, 0..=MOST_RETRIES, "`max_retries`", at, findings)
            });
            Strategy::Optimistic { read_to_write: it.read_to_write.0, max_retries }
        }
        types::Strategy::Metered(it) => {
            above_zero(it.report_every.0, "report_every", at.key("metered"), findings);
            Strategy::Metered {
                read_cache: it.read_cache.as_ref().map_or(SimSpan::ZERO, |span| span.0),
                report_every: it.report_every.0,
                recheck_within: it.recheck_within.as_ref().map(|below| below.0),
            }
        }
    }
}

fn nodes(
    written: &types::Count,
    routing: Option<types::Routing>,
    at: At<'_>,
    findings: &mut Findings,
) -> Nodes {
    Nodes {
        count: count(written, 1..=MOST_NODES, "`nodes`", at.key("nodes"), findings),
        routing: match routing {
            Some(types::Routing::Random) | None => Routing::Random,
            Some(types::Routing::Sticky) => Routing::Sticky,
        },
    }
}

fn at_most(span: SimSpan, most: SimSpan, key: &str, at: At<'_>, findings: &mut Findings) {
    if span > most {
        findings.add(at.key(key), format!("`{key}` must be at most {most}"));
    }
}
