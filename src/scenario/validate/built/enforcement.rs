//! How decisions are made, of a scenario that is built in code.

use super::super::super::model::Scenario;
use super::super::super::words::grouped;
use super::super::enforcement::{
    LONGEST_DECISION, LONGEST_GAP, LONGEST_TIMEOUT, MOST_NODES, MOST_RETRIES, SHORTEST_RESTARTS,
};
use super::Finder;
use crate::enforcement::{Charging, Enforcement, OnUnavailable, Strategy};
use crate::units::{Credits, SimSpan};
use crate::workload::Action;

/// Notes what is at fault.
pub(super) fn enforcement(scenario: &Scenario, finder: &mut Finder) {
    let enforcement = &scenario.enforcement;
    for (span, most, field) in [
        (enforcement.decision_time, LONGEST_DECISION, "enforcement.decision_time"),
        (enforcement.timeout, LONGEST_TIMEOUT, "enforcement.timeout"),
    ] {
        finder.demand(span <= most, field, format_args!("must be at most {most}"));
    }
    strategy(enforcement, finder);
    faults(enforcement, finder);
    let sound = !matches!(enforcement.charging, Charging::Hold { ttl: Some(SimSpan::ZERO), .. });
    finder.demand(sound, "enforcement.charging", "must have a `ttl` above 0s");
    let mut limits = scenario.groups.iter().flat_map(|group| &group.throttles);
    let sound = limits.all(|limit| enforcement.can_enforce(limit));
    let message = "must not be `Replicated`, with clocks that differ, nor keep on refusal, with \
                   throttles of attempts in flight that have a queue, or that only report; nor lose \
                   releases that nobody finds, with a queue";
    finder.demand(sound, "enforcement", message);
    let mut happens = scenario.groups.iter().flat_map(|group| &group.timeline);
    let unavailable = happens.any(|it| it.action == Action::Unavailable);
    let message = "must say whether a timeline has it unavailable";
    finder.demand(enforcement.unavailable == unavailable, "enforcement.unavailable", message);
    let local = enforcement.on_unavailable == OnUnavailable::Local;
    let message = "must not be `Local` where nodes know nothing of their own";
    let sound = !local || enforcement.strategy.knows_locally();
    finder.demand(sound, "enforcement.on_unavailable", message);
}

fn faults(enforcement: &Enforcement, finder: &mut Finder) {
    let faults = &enforcement.faults;
    let never = faults.lost_release.is_none_or(|it| it.found_after != Some(SimSpan::ZERO));
    let field = "enforcement.faults.lost_release";
    finder.demand(never, field, "must be found after more than 0s");
    let sound = faults.clock_skew.is_none_or(|most| !most.is_zero() && most <= LONGEST_GAP);
    let field = "enforcement.faults.clock_skew";
    finder.demand(sound, field, format_args!("must be above 0s, at most {LONGEST_GAP}"));
    let message = "must not be there where there are no nodes";
    finder.demand(faults.clock_skew.is_none() || enforcement.nodes().is_some(), field, message);
    let field = "enforcement.faults.node_restart";
    let sound = faults.node_restart.is_none_or(|every| every >= SHORTEST_RESTARTS);
    finder.demand(sound, field, format_args!("must be at least {SHORTEST_RESTARTS}"));
    let sound = faults.node_restart.is_none() || enforcement.strategy.knows_locally();
    finder.demand(sound, field, "must not be there where nodes know nothing of their own");
    let sound = faults.late_renewal.is_none_or(|it| !it.by.is_zero());
    finder.demand(sound, "enforcement.faults.late_renewal", "must be late by more than 0s");
}

fn strategy(enforcement: &Enforcement, finder: &mut Finder) {
    let gap = format_args!("must be at most {LONGEST_GAP}");
    let retries = format_args!("must be at most {}", grouped(MOST_RETRIES));
    match enforcement.strategy {
        Strategy::Atomic => {}
        Strategy::CheckThenAct { gap: it } => {
            finder.demand(it <= LONGEST_GAP, "enforcement.strategy.gap", gap);
        }
        Strategy::Replicated { sync_every, .. } => {
            let field = "enforcement.strategy.sync_every";
            finder.demand(!sync_every.is_zero(), field, "must be above 0s");
        }
        Strategy::Leased { lease, ttl, .. } => {
            let field = "enforcement.strategy.lease";
            finder.demand(lease > Credits::ZERO, field, "must be above 0");
            let field = "enforcement.strategy.ttl";
            finder.demand(ttl != Some(SimSpan::ZERO), field, "must be above 0s");
        }
        Strategy::Optimistic { read_to_write, max_retries } => {
            let field = "enforcement.strategy.read_to_write";
            finder.demand(read_to_write <= LONGEST_GAP, field, gap);
            let sound = u64::from(max_retries) <= MOST_RETRIES;
            finder.demand(sound, "enforcement.strategy.max_retries", retries);
        }
        Strategy::Metered { report_every, .. } => {
            let field = "enforcement.strategy.report_every";
            finder.demand(!report_every.is_zero(), field, "must be above 0s");
        }
    }
    let count = enforcement.nodes().map_or(1, |nodes| u64::from(nodes.count));
    let message = format_args!("must be from 1 to {}", grouped(MOST_NODES));
    let sound = (1..=MOST_NODES).contains(&count);
    finder.demand(sound, "enforcement.strategy.nodes.count", message);
}
