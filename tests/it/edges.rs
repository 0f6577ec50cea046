//! Edges of the contract, case by case.

use crate::support::{outcome, simulate};

#[test]
fn a_plan_without_a_slot_is_full_all_the_time() {
    let summary = simulate(
        "
limitlab: 1
name: none
duration: 1h
plans: { none: { active_agents: 0 } }
workspaces:
  - { group: g, plan: none, agents: [{ name: a, traffic: { rate: 1/min } }] }
",
    );
    assert_eq!(summary.value("active.full_time_share"), Some(1.0));
    assert_eq!(summary.value("enable_refusal.rate"), Some(1.0));
    assert_eq!(summary.value("refusal.rate{reason=agent_not_active}"), Some(1.0));
}

#[test]
fn a_queue_left_by_the_warm_up_counts_in_its_maximum() {
    // One server that never gets done, and a window of a nanosecond: nobody joins the queue in it.
    for scope in ["platform", "workspace"] {
        let summary = simulate(&format!(
            "
limitlab: 1
name: queue
duration: 1000000001ns
warm_up: 1s
drain: cut
workspaces: [{{ group: g, agents: [{{ name: a, traffic: {{ rate: 100/s }} }}] }}]
backend: {{ scope: {scope}, servers: 1, service_time: 1h }}
"
        ));
        let (mean, max) = (summary.value("backend.queue.mean"), summary.value("backend.queue.max"));
        assert!(mean.is_some_and(|mean| mean > 50.0), "{scope}: {mean:?}");
        assert_eq!(mean, max, "{scope}");
    }
}

#[test]
fn what_a_full_pool_cannot_pay_is_not_worth_trying_after_the_renewal() {
    let waits = |cost: u32| {
        let outcome = outcome(&format!(
            "
limitlab: 1
name: dear
duration: 1h
plans: {{ small: {{ credits: {{ included: 4, renews: 30m }} }} }}
workspaces:
  - {{ group: g, plan: small, agents: [{{ name: a, traffic: {{ rate: 1/min }}, cost: {cost} }}] }}
"
        ));
        let hits = outcome.measures.all.hits.iter().find(|hits| hits.count > 0);
        hits.map(|hits| (hits.count, hits.retry_after.count()))
    };
    assert!(waits(4).is_some_and(|(hits, waits)| hits == waits));
    assert!(waits(5).is_some_and(|(hits, waits)| hits > 40 && waits == 0));
}

#[test]
fn the_greatest_pools_renew_often_without_overflow() {
    let summary = simulate(
        "
limitlab: 1
name: great
duration: 1h
plans: { great: { credits: { included: 1_000_000_000_000, per: seat, renews: 1m } } }
workspaces:
  - group: g
    count: 3
    plan: great
    seats: 5_000
    agents: [{ name: a, traffic: { rate: 1/min }, cost: 1_000_000_000_000 }]
",
    );
    assert_eq!(summary.value("credits.opening"), Some(15e15));
    assert_eq!(summary.value("credits.granted"), Some(59.0 * 15e15));
    assert_eq!(summary.value("credits.closing").map(|left| left > 14.9e15), Some(true));
    assert_eq!(summary.value("refusal.rate"), Some(0.0));
}

#[test]
fn a_period_may_last_as_long_as_a_scenario() {
    let summary = simulate(
        "
limitlab: 1
name: long
duration: 106_580d
workspaces:
  - group: g
    agents: [{ name: a, activity: { active: 106_000d } }]
",
    );
    let active = summary.value("active.mean").unwrap_or_default();
    assert!((active - 106_000.0 / 106_580.0).abs() < 1e-9, "{active}");
}

#[test]
fn servers_may_be_busy_for_longer_than_time_can_be_told() {
    // Some 250 services of a century or more add up to more nanoseconds than 64 bits hold.
    let summary = simulate(
        "
limitlab: 1
name: busy
duration: 106_000d
drain: cut
workspaces: [{ group: g, agents: [{ name: a, traffic: { rate: 1/400d } }] }]
backend: { scope: workspace, servers: unlimited, service_time: 100_000d }
",
    );
    let offered = summary.value("messages.offered").unwrap_or_default();
    let busy = summary.value("backend.in_system.mean").unwrap_or_default();
    assert!(offered > 200.0 && (0.4..0.6).contains(&(busy / offered)), "{busy} of {offered}");
}

#[test]
fn conversations_that_wait_for_an_agent_are_not_counted_through() {
    // Half a million of them: going through the list for each would take hours.
    let summary = simulate(
        "
limitlab: 1
name: parked
duration: 2h
workspaces:
  - group: g
    agents:
      - name: a
        activity: { active: 1h, offline: 59m }
        traffic: { sessions: { rate: 130/s, turns: 2, think: 1h } }
        while_offline: pause
",
    );
    let turns = 2.0 * 130.0 * 3_600.0;
    let offered = summary.value("messages.offered").unwrap_or_default();
    assert!((offered / turns - 1.0).abs() < 0.02, "{offered}");
}

#[test]
fn the_most_hits_of_a_workspace_are_exact() {
    let summary = simulate(
        "
limitlab: 1
name: hits
duration: 1h
plans: { none: { credits: { included: 0 } } }
workspaces:
  - { group: g, plan: none, agents: [{ name: a, traffic: { rate: 20/s } }] }
",
    );
    let lost = summary.value("messages.lost");
    assert!(lost.is_some_and(|lost| lost > 70_000.0));
    assert_eq!(summary.value("hits_per_workspace.max"), lost);
    assert_eq!(summary.value("hits_per_workspace.mean"), lost);
}

#[test]
fn what_came_back_of_charges_before_the_window_is_consumed_below_zero() {
    // Five credits are charged at once; one attempt is served, and four come back after 40 min.
    let summary = simulate(
        "
limitlab: 1
name: back
duration: 45m
warm_up: 30m
timeline: [{ at: 1m, traffic: 0x }]
plans: { small: { credits: { included: 5, renews: never } } }
workspaces:
  - { group: g, count: 2, plan: small, agents: [{ name: a, traffic: { rate: 1/s } }] }
backend:
  { scope: workspace, servers: 1, service_time: 1d, queue: { limit: 0 }, network_delay: 20m }
",
    );
    let consumed = summary.groups["all"].metrics["credits.consumed"];
    assert_eq!((consumed.value, consumed.ci95), (Some(-8.0), Some([-8.0, -8.0])));
    assert_eq!(summary.value("credits.opening"), Some(0.0));
    assert_eq!(summary.value("credits.closing"), Some(8.0));
}

#[test]
fn what_cannot_be_refused_is_not_in_the_results() {
    // Three of five agents exist, each has a slot, and none is ever disabled.
    let summary = simulate(
        "
limitlab: 1
name: never
duration: 1h
plans: { roomy: { active_agents: 3, total_agents: 3 } }
workspaces:
  - group: g
    plan: roomy
    agents: [{ name: a, count: 5, activity: { offline: 5m }, traffic: { rate: 1/min } }]
",
    );
    let all = &summary.groups["all"];
    let reasons: Vec<&str> = all.refusals.iter().map(|cause| cause.reason.as_str()).collect();
    assert_eq!(reasons, ["workspace_agent_limit"]);
    assert!(all.metrics.keys().all(|name| !name.contains("{reason=")));
}

#[test]
fn who_waits_gets_the_slots_of_a_line_that_is_disabled_as_a_whole() {
    // Three of five are active; all that are active then are disabled at once, and the two that
    // wait, which come before and after them, take their slots and keep them.
    let summary = simulate(
        "
limitlab: 1
name: swap
duration: 2h
plans: { p: { active_agents: 3 } }
workspaces:
  - group: g
    plan: p
    agents: [{ name: bot, count: 5, activity: { on_refused: wait_for_slot } }]
timeline: [{ at: 1h, disable: bot }]
",
    );
    assert_eq!(summary.value("active.mean"), Some(2.5));
    assert_eq!(summary.value("enables.tried"), Some(7.0));
    assert_eq!(summary.value("enables.wait.probability"), Some(0.4));
    assert_eq!(summary.value("enables.wait.mean"), Some(2.0 * 3_600.0 / 5.0));
}

#[test]
fn undoing_an_enable_leaves_alone_whom_it_did_not_enable() {
    // Found by the oracle: the third agent is refused at 65 ns, and becomes active by its own habit.
    let summary = simulate(
        "
limitlab: 1
name: undo
duration: 92ns
plans: { p: { active_agents: 2 } }
timeline:
  - { at: 65ns, for: 16ns, enable: l0 }
  - { at: 68ns, disable: l0 }
workspaces:
  - { group: g, plan: p, agents: [{ name: l0, count: 3, activity: { offline: 1ns } }] }
",
    );
    assert_eq!(summary.value("enables.admitted"), Some(4.0));
}

/// One workspace for less than a microsecond, on these plans and with this timeline.
fn instants(plans: &str, timeline: &str, group: &str) -> limitlab::summary::Summary {
    simulate(&format!(
        "
limitlab: 1
name: instants
duration: 100ns
plans: {{ {plans} }}
timeline: [{timeline}]
workspaces: [{{ group: g, {group} }}]
"
    ))
}

#[test]
fn agents_of_a_larger_plan_meet_the_slots_of_a_plan_that_admits_fewer() {
    // Found by the oracle: three agents exist, and the new plan holds one and has two slots.
    let summary = instants(
        "p: { active_agents: 2, total_agents: 1 }",
        "{ at: 0ns, set_plan: p }",
        "plan: unlimited, agents: [{ name: l0, count: 3, activity: { offline: 1ns } }]",
    );
    assert!(summary.value("enables.refused").is_some_and(|refused| refused > 0.0));
}

#[test]
fn who_waits_because_the_trial_ended_is_in_the_figures() {
    // Found by the oracle: offline from 1 ns, refused at 2 ns, enabled by the subscription at 3 ns.
    let summary = instants(
        "p: { trial: 1ns }, q: {}",
        "{ at: 3ns, subscribe: q }",
        "plan: p, agents: [{ name: l0, activity: { offline: 1ns, on_refused: wait_for_slot } }]",
    );
    assert_eq!(summary.value("enables.wait.mean"), Some(0.5e-9));
}

#[test]
fn a_package_does_not_begin_anew_after_the_trial_has_ended() {
    // Bought at the start for 30 ns each: anew at 30 ns, and not at 60 ns after the trial's end.
    let text = "
limitlab: 1
name: ended
duration: 100ns
plans: { p: { trial: 50ns, credits: { included: 1, renews: never } } }
packages: { small: { credits: 5, period: 30ns, renews: true } }
workspaces: [{ group: g, plan: p, packages: { name: small, at_start: 1 }, agents: [{ name: a }] }]
";
    let summary = simulate(text);
    assert_eq!(summary.value("packages.renewed"), Some(1.0));
}

#[test]
fn a_pool_that_shrinks_may_reach_an_alert() {
    // Found by the oracle: 5 of 10 are used within 50 ns; of the smaller plan's 5 that is all.
    let text = "
limitlab: 1
name: shrinks
duration: 100ns
plans: { big: { credits: { included: 10 } }, little: { credits: { included: 5 } } }
timeline: [{ at: 55ns, traffic: 0x }, { at: 60ns, set_plan: little }]
workspaces:
  - group: g
    plan: big
    alerts: [50%, 100%]
    agents: [{ name: a, traffic: { interarrival: 10ns } }]
";
    let summary = simulate(text);
    assert_eq!(summary.value("credits.consumed"), Some(5.0));
    assert_eq!(summary.value("alerts.time{level=50%}"), Some(50e-9));
    assert_eq!(summary.value("alerts.time{level=100%}"), Some(60e-9));
}

#[test]
fn servers_that_become_few_overload() {
    // Found while the oracle learnt of servers: whether a queue can be full was asked at the start.
    let text = "
limitlab: 1
name: few
duration: 100ns
timeline: [{ at: 50ns, backend: { servers: 1 } }]
backend: { servers: unlimited, service_time: 1h, queue: { limit: 2 } }
workspaces: [{ group: g, agents: [{ name: a, traffic: { interarrival: 10ns } }] }]
";
    let summary = simulate(text);
    // Four are in service when all servers but one go; two wait from 50 and 60 ns on.
    assert_eq!(summary.value("refusal.rate{reason=overloaded}"), Some(3.0 / 9.0));
    assert_eq!(summary.value("backend.queue.max"), Some(2.0));
}

#[test]
fn servers_are_of_all_groups_or_no_share_of_them_is_busy() {
    let text = "
limitlab: 1
name: endless
duration: 100ns
timeline: [{ at: 0ns, group: h, backend: { servers: unlimited } }]
backend: { scope: workspace, servers: 1, service_time: 10ns }
workspaces:
  - { group: g, agents: [{ name: a, traffic: { interarrival: 20ns } }] }
  - { group: h, agents: [{ name: a, traffic: { interarrival: 20ns } }] }
";
    let summary = simulate(text);
    assert_eq!(summary.value("backend.utilisation"), None);
    let busy = |group| summary.metric(group, "backend.utilisation").and_then(|it| it.value);
    assert_eq!((busy("g"), busy("h")), (Some(0.4), None));
}

#[test]
fn who_has_something_kept_is_not_capped_by_it() {
    let shares = |share: &str| {
        let summary = simulate(&format!(
            "
limitlab: 1
name: kept
duration: 40h
plans: {{ p: {{ credits: {{ included: 10, renews: never }} }} }}
packages: {{ extra: {{ credits: 10 }} }}
workspaces:
  - group: g
    plan: p
    packages: {{ name: extra, auto_buy: {{ on_refusal: true }} }}
    agents: [{{ name: a, {share} traffic: {{ interarrival: 1h }} }}]
"
        ));
        ["credits.consumed", "packages.bought"].map(|metric| summary.value(metric))
    };
    assert_eq!(shares(""), [Some(39.0), Some(3.0)]);
    assert_eq!(shares("share: { at_least: 10% },"), [Some(39.0), Some(3.0)]);
    assert_eq!(shares("share: { at_least: 10%, at_most: 100% },"), [Some(10.0), Some(0.0)]);
}

#[test]
fn who_waits_when_the_run_is_cut_off_was_not_given_up() {
    // Found by the oracle: whoever would have lost patience after the end was admitted nowhere.
    let text = "
limitlab: 1
name: waits
duration: 100ns
drain: cut
backend: { servers: 1, service_time: 1h }
workspaces:
  - group: g
    agents:
      - { name: served, traffic: { interarrival: 60ns } }
      - { name: waits, traffic: { interarrival: 70ns }, patience: PATIENCE }
";
    let summary = |patience| simulate(&text.replace("PATIENCE", patience));
    // One of each agent is admitted; but one of them is given up at 99 ns.
    let jains = ["31ns", "29ns"].map(|it| summary(it).value("fairness.jain"));
    assert_eq!(jains, [Some(1.0), Some(0.5)]);
    let lost = ["31ns", "29ns"].map(|it| summary(it).value("messages.timed_out"));
    assert_eq!(lost, [Some(0.0), Some(1.0)]);
}
