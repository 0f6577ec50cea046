//! What strategies do wrong in random scenarios: what a run counts of it, its log shows, decision by decision.

use std::cell::Cell;

use limitlab::enforcement::{
    Charging, DuplicateDelivery, Enforcement, Estimate, Faults, LateRenewal, LostRelease, Nodes,
    Routing, Strategy as How,
};
use limitlab::rules::limiter::{OnExceed, Quota, Throttle};
use limitlab::rules::{Below, Overage};
use limitlab::scenario::{Drain, Scenario};
use limitlab::units::{Credits, SimSpan};
use limitlab::verify::{Rule, Verified};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::scenarios::{self, Knobs};
use super::{config, read};
use crate::decisions::audit::{logged, rows};
use crate::verified::verdict_on;

/// How it is decided, in ticks.
#[derive(Debug, Clone)]
struct Way {
    kind: u8,
    /// Spans, the second of which is not 0.
    spans: (u32, u32),
    nodes: u32,
    is_sticky: bool,
    lease: u32,
    decision_time: u32,
    charge: u8,
    faults: Wrongs,
}

/// What goes wrong besides, each with its span where it has one.
#[derive(Debug, Clone)]
struct Wrongs {
    lost: Option<u32>,
    twice: Option<u32>,
    late: Option<u32>,
    skew: Option<u32>,
    restarts: bool,
    keeps: bool,
}

fn wrongs() -> impl Strategy<Value = Wrongs> {
    let span = |odds: f64, least: u32| prop::option::weighted(odds, least..12_u32);
    let flag = prop::bool::weighted;
    (span(0.2, 0), span(0.2, 0), span(0.2, 1), span(0.1, 1), flag(0.2), flag(0.2)).prop_map(
        |(lost, twice, late, skew, restarts, keeps)| Wrongs {
            lost,
            twice,
            late,
            skew,
            restarts,
            keeps,
        },
    )
}

fn way() -> impl Strategy<Value = Way> {
    let decision_time = prop_oneof![3 => Just(0), 1 => 1..3_u32];
    let charge = prop_oneof![2 => Just(0), 1 => 1..5_u8];
    let knobs = (0..8_u8, (0..12_u32, 1..30_u32), 2..5_u32, any::<bool>(), 1..15_u32);
    (knobs, decision_time, charge, wrongs()).prop_map(
        |((kind, spans, nodes, is_sticky, lease), decision_time, charge, faults)| Way {
            kind,
            spans,
            nodes,
            is_sticky,
            lease,
            decision_time,
            charge,
            faults,
        },
    )
}

impl Way {
    fn enforcement(&self, knobs: &Knobs) -> Enforcement {
        let span = |ticks: u32| {
            knobs.span(ticks).parse::<SimSpan>().expect("it is a span").min(SimSpan::DAY)
        };
        let routing = if self.is_sticky { Routing::Sticky } else { Routing::Random };
        let nodes = Nodes { count: self.nodes, routing };
        let (first, second) = (span(self.spans.0), span(self.spans.1));
        let strategy = match self.kind {
            0..3 => How::CheckThenAct { gap: second },
            3..5 => How::Replicated { nodes, sync_every: second },
            5 => {
                let lease = Credits::whole(self.lease.into());
                How::Leased { nodes, lease, ttl: (!first.is_zero()).then_some(first) }
            }
            6 => How::Metered {
                read_cache: first,
                report_every: second,
                recheck_within: self.is_sticky.then(|| Below::Amount(Credits::whole(2))),
            },
            _ => How::Optimistic { read_to_write: second, max_retries: self.nodes },
        };
        let some = |span: SimSpan| (!span.is_zero()).then_some(span);
        let hold = |estimate, ttl| Charging::Hold { estimate, ttl };
        let share = "30%".parse().expect("it is a share");
        let Wrongs { lost, twice, late, skew, restarts, keeps } = self.faults;
        let has_nodes = matches!(self.kind, 3..6);
        Enforcement {
            strategy,
            decision_time: span(self.decision_time).min(SimSpan::HOUR),
            charging: match self.charge {
                0 => Charging::OnAdmit,
                1 => Charging::OnComplete,
                2 => hold(Estimate::EXACT, None),
                3 => hold(Estimate::Amount(Credits::whole(2)), some(first)),
                _ => hold(Estimate::Millionths(500_000), some(second)),
            },
            faults: Faults {
                lost_release: lost
                    .map(|after| LostRelease { share, found_after: some(span(after)) }),
                duplicate_delivery: twice.map(|after| DuplicateDelivery {
                    share,
                    after: span(after),
                    idempotent: false,
                }),
                clock_skew: skew.filter(|_| has_nodes).map(span),
                node_restart: (restarts && strategy.knows_locally())
                    .then_some(second.max(SimSpan::SECOND)),
                late_renewal: late.map(|by| LateRenewal { share, by: span(by) }),
            },
            keeps_on_refusal: keeps,
            ..Enforcement::default()
        }
    }
}

/// How many scenarios showed damage of each kind.
#[derive(Debug, Default)]
struct Seen {
    oversold: Cell<u32>,
    over_admitted: Cell<u32>,
    falsely_refused: Cell<u32>,
    over_limit: Cell<u32>,
    charged_twice: Cell<u32>,
}

fn count(cell: &Cell<u32>, is_seen: bool) {
    cell.set(cell.get() + u32::from(is_seen));
}

fn decisions(verified: &Verified, rules: &[Rule]) -> u64 {
    let of = |rule: &Rule| verified.rules.get(rule).map_or(0, |tally| tally.decisions);
    rules.iter().map(of).sum()
}

/// Whether limits of one name refuse on one plan and only report on another: of those nothing is judged.
fn has_mixed_limits(scenario: &Scenario) -> bool {
    scenario.groups.iter().any(|group| {
        let reports = |on: OnExceed| {
            group.throttles.iter().filter(move |it| it.on_exceed == on).map(|it| &it.name)
        };
        reports(OnExceed::Report).any(|name| reports(OnExceed::Refuse).any(|it| it == name))
    })
}

/// Whether a row tells all that there is to know of overage: how much there may be, and since when.
fn tells_overage(scenario: &Scenario) -> bool {
    let plans = scenario.groups.iter().flat_map(|group| &group.plans);
    let mut credits = plans.filter_map(|offer| offer.plan.credits.as_ref());
    credits.all(|it| !matches!(it.overage, Overage::UpTo { .. }))
}

/// The part of a log that happened before an instant.
fn before(log: &str, until: u64) -> String {
    let of_rows = rows(log).into_iter().map(|row| row.time("time") < until);
    let is_kept = [true, true].into_iter().chain(of_rows);
    log.lines().zip(is_kept).filter(|(_, kept)| *kept).flat_map(|(line, _)| [line, "\n"]).collect()
}

/// What the log shows otherwise than the run counted it.
fn differences(scenario: &Scenario, seen: &Seen) -> Vec<String> {
    let (outcome, log) = match logged(scenario, 1) {
        Ok(both) => both,
        Err(error) => return vec![error.to_string()],
    };
    // Attempts count by when their messages were due, and all else by when it happened.
    let verified = verdict_on(scenario, &log);
    let by_then = verdict_on(scenario, &before(&log, scenario.duration.nanos()));
    let counted = |metric: &str| outcome.summary.value(metric).unwrap_or(0.0);
    let mut found = Vec::new();
    // After a change of plan it may not be known what buckets hold, nor which period it is.
    let changes = log.lines().filter(|line| line.contains(",set_plan,")).count() as u64;
    let is_known = changes == verified.workspaces;
    let mut compare = |what: &str, shown: u64, counted: f64, is_known: bool| {
        let counted = counted.round() as u64;
        if shown > counted || (is_known && shown < counted) {
            found.push(format!("{what}: {counted}, and {shown} in the log"));
        }
    };
    // Which of two that are delivered twice waits, rows do not tell.
    let waits = |it: &Throttle| matches!(it.quota, Quota::Concurrency { queue, .. } if queue > 0);
    let mut limits = scenario.groups.iter().flat_map(|group| &group.throttles);
    let twins = scenario.enforcement.faults.duplicate_delivery.is_some() && limits.any(waits);
    let is_known = is_known && !twins;
    if !has_mixed_limits(scenario) {
        let rules = [Rule::RatesNeverExceeded, Rule::PlacesNeverExceeded];
        let shown = decisions(&verified, &rules);
        compare("over-admitted", shown, counted("limiter.over_admitted"), is_known);
        count(&seen.over_admitted, shown > 0);
    }
    let of_attempts =
        [Rule::RatesRefusedRightly, Rule::PlacesRefusedRightly, Rule::CreditsRefusedRightly];
    let shown =
        decisions(&verified, &of_attempts) + decisions(&by_then, &[Rule::SlotsRefusedRightly]);
    let is_told = is_known && tells_overage(scenario) && !has_mixed_limits(scenario);
    compare("falsely refused", shown, counted("false_refusals"), is_told);
    count(&seen.falsely_refused, shown > 0);
    let credits = |metric| 1e3 * counted(metric);
    let thousandths = |credits: Credits| credits.thousandths().unsigned_abs();
    let (sum, most) = (thousandths(by_then.oversold.sum), thousandths(by_then.oversold.most));
    compare("oversold", sum, credits("credits.oversold.total"), is_told);
    compare("oversold in a workspace", most, credits("credits.oversold.max"), is_told);
    count(&seen.oversold, sum > 0);
    // What is given back further on was charged twice for a while.
    let gives_back =
        log.lines().any(|line| line.contains(",release,") && line.contains(",refused,"));
    let shown = decisions(&verified, &[Rule::ChargedOnce]);
    compare("charged twice", shown, counted("double_charges"), !gives_back);
    count(&seen.charged_twice, shown > 0);
    // What lasts for no time at all is in no level of a run, but in its log.
    let over_limit = counted("active.over_limit.max").round() as u64;
    if is_known && verified.over_limit < over_limit {
        found.push(format!("{over_limit} above the limit, and {} in the log", verified.over_limit));
    }
    count(&seen.over_limit, over_limit > 0 && is_known);
    let never = [Rule::AgentsNeverExceeded, Rule::AgentsRefusedRightly, Rule::ActiveAgentsOnly];
    let never = [&never[..], &[Rule::CreditsConserved, Rule::TrialsEnd]].concat();
    if decisions(&verified, &never) > 0 {
        found.push(format!("{verified:?}"));
    }
    if !found.is_empty() {
        found.push(log);
    }
    found
}

#[test]
fn damage_is_what_the_log_shows() {
    let seen = Seen::default();
    let cases = config().cases / 5;
    let mut runner = TestRunner::new(ProptestConfig { cases, ..config() });
    let tried = runner.run(&(scenarios::knobs(), way()), |(knobs, way)| {
        let yaml = knobs.yaml();
        let mut scenario = read(&yaml);
        let enforcement = way.enforcement(&knobs);
        let mut limits = scenario.groups.iter().flat_map(|group| &group.throttles);
        if !limits.all(|limit| enforcement.can_enforce(limit)) {
            return Ok(());
        }
        // Who waits behind a place that was lost is not in the log.
        let waits =
            |it: &Throttle| matches!(it.quota, Quota::Concurrency { queue, .. } if queue > 0);
        let mut limits = scenario.groups.iter().flat_map(|group| &group.throttles);
        if enforcement.faults.lost_release.is_some() && limits.any(waits) {
            return Ok(());
        }
        // All that is in the log is measured.
        scenario.enforcement = enforcement;
        scenario.warm_up = SimSpan::ZERO;
        scenario.drain = Drain::Cut;
        let found = differences(&scenario, &seen);
        prop_assert!(found.is_empty(), "{enforcement:?}\n{}\n\n{yaml}", found.join("\n"));
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
    let Seen { oversold, over_admitted, falsely_refused, over_limit, charged_twice } = &seen;
    for kind in [oversold, over_admitted, falsely_refused, over_limit, charged_twice] {
        assert!(kind.get() > cases / 50, "of {cases}: {seen:?}");
    }
}
