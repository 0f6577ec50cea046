//! What is told of what a run measured, and of what it did not.

use super::*;
use crate::report::fixture::small;
use crate::summary::Metric;
use crate::summary::ThresholdVerdict::{Fail, Inconclusive, Pass};

/// A group with these metrics and nothing else.
fn group(metrics: &[(&str, f64)]) -> GroupSummary {
    let metric = |value| Metric { value: Some(value), ci95: None, n: 30 };
    let metrics = metrics.iter().map(|&(name, value)| (name.to_owned(), metric(value)));
    GroupSummary { workspaces: 40, metrics: metrics.collect(), refusals: Vec::new() }
}

/// A run of one group, which is all there is.
fn of(all: &GroupSummary, replications: u32) -> Summary {
    let (_, _, mut summary) = small();
    summary.replications = replications;
    summary.scenario.warm_up_s = 0.0;
    summary.groups = [ALL, "shops"].map(|name| (name.to_owned(), all.clone())).into();
    summary
}

fn told(metrics: &[(&str, f64)]) -> String {
    let lines = blocks(&small().0, &of(&group(metrics), 1))
        .into_iter()
        .map(|block| format!("{}: {}", block.title, block.lines.join(" | ")));
    lines.collect::<Vec<String>>().join("\n")
}

fn refused(reason: &str, refused: f64) -> CauseSummary {
    CauseSummary {
        reason: reason.to_owned(),
        limiter: None,
        sentence: String::new(),
        options: Vec::new(),
        refused,
        workspaces: 1.0,
        first_p50_s: None,
    }
}

#[test]
fn refusals_that_are_no_limit_hits_are_not_passed_over() {
    let mut all = group(&[("hits_per_workspace.max", 0.0)]);
    assert_eq!(headline(&all), "the plans have no limit that could be hit");
    all.refusals = vec![refused("trial_ended", 0.0), refused("credits_exhausted", 0.0)];
    assert_eq!(headline(&all), "nobody hit a limit");
    all.refusals[0].refused = 87_569.0;
    assert_eq!(
        headline(&all),
        "no limit was hit, but 87,569 tries were refused since the trial had ended"
    );
    all.refusals.push(refused("agent_not_active", 1.0));
    assert_eq!(
        headline(&all),
        "no limit was hit, but 87,569 tries were refused since the trial had ended, and 1 try was \
         refused since the agent was not active"
    );
}

#[test]
fn the_verdict_is_grammatical() {
    let (_, _, mut summary) = small();
    let mut told = Vec::new();
    for verdicts in [
        &[][..],
        &[Pass],
        &[Fail],
        &[Inconclusive],
        &[Pass; 2],
        &[Pass, Fail],
        &[Pass; 3],
        &[Inconclusive, Pass, Inconclusive],
        &[Inconclusive, Fail, Pass],
    ] {
        let threshold = summary.thresholds[0].clone();
        let thresholds =
            verdicts.iter().map(|&verdict| ThresholdSummary { verdict, ..threshold.clone() });
        let mut summary = summary.clone();
        summary.thresholds = thresholds.collect();
        told.push(verdict(&summary).map_or_else(|| "-".to_owned(), |(_, text)| text));
    }
    summary.thresholds.clear();
    assert_eq!(
        told.join(", "),
        "-, it holds, it failed, it is not certain that it holds, both hold, 1 of 2 failed, all 3 hold, \
         2 of 3 are not certain, 1 of 3 failed"
    );
}

#[test]
fn an_alert_that_nobody_got_to_says_why() {
    let mut all = group(&[
        ("credits.consumed", 100.0),
        ("credits.periods_exhausted.share", 0.995),
        ("alerts.time{level=80%}", 86_400.0 * 20.0),
        ("alerts.time{level=100%}", 0.0),
    ]);
    all.metrics["alerts.time{level=100%}"].value = None;
    insta::assert_snapshot!(blocks(&small().0, &of(&all, 1))[0].lines.join("\n"), @r"
    100 used
    ran out in 99.5 % of the periods
    80 % of a pool used in 30 of 40 workspaces, for the first time after 20 d on average
    no pool used to the last credit: what was left could not pay a message
    ");
    all.metrics["credits.periods_exhausted.share"].value = Some(0.0);
    assert_eq!(blocks(&small().0, &of(&all, 1))[0].lines[3], "no pool used to 100 %");
}

#[test]
fn who_waits_at_the_end_is_told() {
    insta::assert_snapshot!(told(&[
        ("active.mean", 2.57),
        ("active.max", 3.0),
        ("enables.wait.mean", 86_400.0),
        ("enables.wait.probability", 0.5),
        ("enables.waiting", 2_728.0),
    ]), @"Agents: 2.57 active in a workspace on average, 3 at most | 50 % of the enabled had waited for a slot, 2 d each on average; 2,728 still waiting at the end");
}

#[test]
fn what_plans_did_to_agents_is_told() {
    insta::assert_snapshot!(told(&[
        ("plans.changed", 1.0),
        ("trials.ended", 140.0),
        ("agents.taken_offline", 560.0),
    ]), @"Plans: 1 change of plan; 140 trials ended without a subscription; 560 active agents taken offline by that");
    insta::assert_snapshot!(
        told(&[("plans.changed", 100.0), ("agents.taken_offline", 0.0)]),
        @"Plans: 100 changes of plan; no active agent taken offline by that"
    );
}

#[test]
fn money_and_packages_are_told() {
    insta::assert_snapshot!(told(&[
        ("credits.consumed", 100.0),
        ("packages.bought", 1.0),
        ("packages.renewed", 32.0),
        ("earned.total", 30.0),
        ("earned.plans", 20.0),
        ("earned.packages", 10.0),
        ("spent_per_workspace.mean", 3.0),
        ("spent_per_workspace.max", 3.0),
    ]), @r"
    Credits: 100 used | no pool ran out | 1 package bought; one began anew 32 times
    Money: 30.00 earned: 20.00 by plans, 10.00 by packages; each workspace spent 3.00
    ");
}

#[test]
fn tries_refused_after_a_trial_are_a_share_of_messages_and_enables() {
    // Three of four messages and seven of sixteen enables.
    let all = group(&[
        ("attempts.offered", 4.0),
        ("enables.tried", 16.0),
        ("refusal.rate{reason=trial_ended}", 0.75),
        ("refusal.rate{reason=agent_not_active}", 0.25),
        ("enable_refusal.rate", 0.4375),
    ]);
    let share = |reason: &str, count: f64| refused_share(&all, &refused(reason, count));
    assert_eq!(share("trial_ended", 10.0), Some(0.5));
    assert_eq!(share("agent_not_active", 1.0), Some(0.25));
    assert_eq!(share("active_agent_limit", 7.0), Some(0.4375));
    let nobody = group(&[("attempts.offered", 0.0), ("enables.tried", 0.0)]);
    assert_eq!(refused_share(&nobody, &refused("trial_ended", 0.0)), None);
}

#[test]
fn a_start_at_another_time_than_midnight_is_told_with_its_time() {
    let (_, _, mut summary) = small();
    let mut from = |start: &str| {
        start.clone_into(&mut summary.scenario.start);
        let told = asked(&summary);
        told.split(" from ").nth(1).unwrap().split(" (").next().unwrap().to_owned()
    };
    assert_eq!(from("2026-03-27T00:00:00Z"), "2026-03-27");
    assert_eq!(from("2026-03-27T23:00:00Z"), "2026-03-27 23:00 UTC");
    assert_eq!(from("2026-03-27T23:00:01Z"), "2026-03-27 23:00:01 UTC");
}

#[test]
fn counts_over_replications_are_told_as_means() {
    let (_, _, mut summary) = small();
    summary.replications = 5;
    assert_eq!(
        asked(&summary),
        "3 workspaces over 3.5 h from 2026-06-01 (the first 30 min not measured), seed 7, \
         5 replications: counts are means over them"
    );
    let all = group(&[
        ("credits.consumed", 100.0),
        ("credits.periods_exhausted.share", 0.0),
        ("alerts.time{level=80%}", 86_400.0),
        ("packages.bought", 0.4),
        ("plans.changed", 1.0),
        ("trials.ended", 1.6),
        ("agents.taken_offline", 0.2),
    ]);
    let lines = blocks(&small().0, &of(&all, 5)).into_iter().flat_map(|block| block.lines);
    insta::assert_snapshot!(lines.collect::<Vec<String>>().join("\n"), @r"
    100 used
    no pool ran out
    80 % of a pool used in 6 of 40 workspaces, for the first time after 24 h on average
    0.4 packages bought
    1 change of plan; 1.6 trials ended without a subscription; 0.2 active agents taken offline by that
    ");
    let mut refusals = group(&[("hits_per_workspace.max", 0.0)]);
    refusals.refusals = vec![refused("agent_not_active", 0.2)];
    assert_eq!(
        headline(&refusals),
        "no limit was hit, but 0.2 tries were refused since the agent was not active"
    );
}

#[test]
fn limits_that_only_report_are_told_in_words_and_with_their_shares() {
    let metrics = [
        ("attempts.offered", 20_000.0),
        ("enables.tried", 300.0),
        ("credits.consumed", 100.0),
        ("credits.periods_exhausted.share", 0.0),
        ("shadow.refusals{limiter=calm}", 323.0),
        ("shadow.refusals{limiter=never}", 0.0),
        ("shadow.refusals{limiter=active_agent_limit}", 3.0),
        ("shadow.refusals{limiter=credits_exhausted}", 1.0),
        ("shadow.workspaces.share", 0.5),
        ("shadow.workspaces.share{limiter=calm}", 0.3),
        ("shadow.workspaces.share{limiter=never}", 0.0),
        ("shadow.workspaces.share{limiter=active_agent_limit}", 0.05),
        ("shadow.workspaces.share{limiter=credits_exhausted}", 0.025),
    ];
    insta::assert_snapshot!(told(&metrics).replace(" | ", "\n"), @r"
    Credits: 100 used
    nothing was refused for want of credits; what pools that only report could not pay was admitted for nothing
    Reported: the limit “calm” would have refused 323 tries (1.6 % of them) in 12 workspaces
    the limit “never” would have refused nothing
    the limit of active agents would have refused 3 tries to enable an agent (1 % of them) in 2 workspaces
    pools without credits would have refused 1 try (< 0.01 % of them) in 1 workspace
    50 % of the workspaces would have been refused something; retries and later limits, which real refusals would change, are as they are without them
    ");
    // What pools would not have paid is not called lasting, and what nobody asked for is.
    let none = [metrics[2], metrics[3], ("shadow.refusals{limiter=credits_exhausted}", 0.0)];
    insta::assert_snapshot!(told(&none), @"Credits: 100 used | no pool ran out");
}

#[test]
fn refusals_are_a_share_of_the_tries_of_the_groups_that_have_the_limit() {
    let (_, _, mut summary) = small();
    let limited = CauseSummary { limiter: Some("calm".to_owned()), ..refused("rate_limited", 5.0) };
    let mut with = group(&[("attempts.offered", 20.0)]);
    with.refusals = vec![limited.clone(), refused("overloaded", 0.0)];
    let mut without = group(&[("attempts.offered", 80.0)]);
    without.refusals = vec![refused("overloaded", 10.0)];
    let all = group(&[("attempts.offered", 100.0)]);
    let groups = [("all", all), ("one", with), ("other", without)];
    summary.groups = groups.map(|(name, group)| (name.to_owned(), group)).into();
    assert_eq!(refused_share_of_all(&summary, &limited), Some(0.25));
    assert_eq!(refused_share_of_all(&summary, &refused("overloaded", 10.0)), Some(0.1));
    assert_eq!(refused_share_of_all(&summary, &refused("share_exhausted", 1.0)), None);
}

#[test]
fn after_a_warm_up_it_is_told_what_first_counts_from() {
    let all = group(&[
        ("credits.consumed", 100.0),
        ("credits.periods_exhausted.share", 0.5),
        ("credits.time_to_exhaustion.p50", 86_400.0 * 2.28),
        ("alerts.time{level=80%}", 86_400.0 * 1.5),
    ]);
    let mut summary = of(&all, 1);
    assert_eq!(first_of(&summary), None);
    summary.scenario.warm_up_s = 86_400.0 * 7.0;
    insta::assert_snapshot!(first_of(&summary).unwrap(), @"first: from the start of the run to the first one after the warm-up");
    insta::assert_snapshot!(blocks(&small().0, &summary)[0].lines.join("\n"), @r"
    100 used
    ran out in 50 % of the periods, first after 2.28 d (median, the warm-up included)
    80 % of a pool used in 30 of 40 workspaces, for the first time after 36 h on average, the warm-up included
    ");
}

#[test]
fn replications_that_end_before_they_know_enough_say_so() {
    let (mut scenario, _, _) = small();
    let told = |scenario: &Scenario, ci95| {
        let mut all = group(&[("latency.p99", 150.0)]);
        all.metrics["latency.p99"].ci95 = ci95;
        let blocks = blocks(scenario, &of(&all, 8)).into_iter();
        blocks.filter(|block| block.title == "Precision").flat_map(|block| block.lines).next()
    };
    assert_eq!(told(&scenario, Some([140.0, 156.0])), None);
    let of = crate::summary::Selector::of_group("shops");
    let metric = "latency.p99".to_owned();
    scenario.until = Some(crate::scenario::Precision { fewest: 4, of, metric, half_width: 1.0 });
    assert_eq!(
        told(&scenario, Some([140.0, 156.0])).unwrap(),
        "latency.p99 of shops is known to ± 10 s after 8 replications, and ± 1 s was asked for"
    );
    assert_eq!(
        told(&scenario, None).unwrap(),
        "latency.p99 of shops has no interval after 8 replications, and ± 1 s was asked for"
    );
    assert_eq!(told(&scenario, Some([149.5, 151.0])), None);
}
