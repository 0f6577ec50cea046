//! How enforcement is implemented.

use super::super::at::{At, Findings};
use super::super::model::Group;
use super::super::types;
use super::numbers::count;
use crate::enforcement::{Charging, Enforcement, Estimate, Nodes, Routing, Strategy};
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

/// The enforcement that stands at `at`.
pub(super) fn enforcement(
    document: &types::Document,
    at: At<'_>,
    findings: &mut Findings,
) -> Enforcement {
    let Some(written) = &document.enforcement else { return Enforcement::default() };
    let decision_time = written.decision_time.as_ref().map_or(SimSpan::ZERO, |span| span.0);
    at_most(decision_time, LONGEST_DECISION, "decision_time", at, findings);
    let charge = written.charge.as_ref();
    let charging =
        charge.map_or(Charging::OnAdmit, |it| charging(it, at.key("charge"), findings));
    let at = at.key("strategy");
    let strategy =
        written.strategy.as_ref().map_or(Strategy::Atomic, |it| strategy(it, at, findings));
    Enforcement { strategy, decision_time, charging }
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
    if let Some(limit) = limits.find(|limit| !enforcement.strategy.can_enforce(limit)) {
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

fn above_zero(span: SimSpan, key: &str, at: At<'_>, findings: &mut Findings) {
    if span.is_zero() {
        findings.add(at.key(key), format!("`{key}` must be above 0s"));
    }
}
