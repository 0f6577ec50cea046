//! What strategies of enforcement do, worked out by hand.

use limitlab::scenario::{Colour, ScenarioError, describe, parse};
use limitlab::summary::Summary;

use crate::support::simulate;

#[track_caller]
fn assert_values(summary: &Summary, expected: &[(&str, f64)]) {
    for &(metric, value) in expected {
        let found = summary.value(metric).unwrap_or(f64::NAN);
        assert!((found - value).abs() <= 1e-12 * value, "{metric}: {found}, not {value}");
    }
}

/// Five agents for three slots, all of which somebody wants to enable at the same instant.
fn stampede(enforcement: &str) -> Summary {
    simulate(&format!(
        "\
limitlab: 1
name: stampede
duration: 100s
plans: {{ few: {{ active_agents: 3 }} }}
workspaces:
  - {{ group: shops, plan: few, agents: [{{ name: a, count: 5, start: draft }}] }}
timeline:
  - {{ at: 10s, enable: a }}
  - {{ at: 50s, disable: {{ line: a, count: 2 }} }}
enforcement: {{ {enforcement} }}
"
    ))
}

#[test]
fn all_see_the_last_slot_free_before_anybody_takes_it() {
    let atomic = stampede("strategy: atomic");
    let none = ("active.over_limit.max", 0.0);
    assert_values(&atomic, &[("active.max", 3.0), ("enables.refused", 2.0), none]);

    let late = stampede("strategy: { check_then_act: { gap: 2s } }");
    assert_values(
        &late,
        &[
            ("active.max", 5.0),
            ("enables.refused", 0.0),
            ("active.over_limit.max", 2.0),
            // From 12 s on, until two are disabled.
            ("active.over_limit.time", 38.0),
            ("active.mean", (5.0 * 38.0 + 3.0 * 50.0) / 100.0),
            ("false_refusals", 0.0),
        ],
    );
}

#[test]
fn who_waits_for_a_slot_is_enabled_when_slots_only_report() {
    let summary = simulate(
        "\
limitlab: 1
name: waiting
duration: 100s
plans:
  few: { active_agents: 2 }
  told: { active_agents: 2, on_exceed: report }
workspaces:
  - group: shops
    plan: few
    agents: [{ name: a, count: 5, activity: { on_refused: wait_for_slot } }]
timeline: [{ at: 50s, set_plan: told }]
",
    );
    assert_values(&summary, &[("active.max", 5.0), ("enables.waiting", 0.0)]);
}

#[test]
fn enables_wait_for_their_row_too() {
    // At 11 s, 12 s and 13 s one is enabled; those after them are refused.
    let slow = stampede("strategy: atomic, decision_time: 1s");
    assert_values(
        &slow,
        &[
            ("active.max", 3.0),
            ("enables.refused", 2.0),
            ("active.mean", (39.0 + 38.0 + 37.0 + 50.0) / 100.0),
        ],
    );
}

#[test]
fn an_optimist_tries_again_until_nobody_else_writes() {
    // All read at 10 s, the first writes; the others read again, and so on.
    let enough = stampede("strategy: { optimistic: { read_to_write: 1s, max_retries: 3 } }");
    assert_values(
        &enough,
        &[
            ("active.max", 3.0),
            ("enables.refused", 2.0),
            // Four lose to the first, three to the second; then two lose to the third, and read that there
            // is no slot.
            ("decision.retries", 4.0 + 3.0 + 2.0),
            ("decision.given_up", 0.0),
            ("active.over_limit.max", 0.0),
        ],
    );
    let few = stampede("strategy: { optimistic: { read_to_write: 1s, max_retries: 1 } }");
    assert_values(
        &few,
        &[
            ("enables.admitted", 2.0),
            ("decision.retries", 4.0),
            ("decision.given_up", 3.0),
            ("active.max", 2.0),
        ],
    );
}

#[test]
fn nodes_that_count_by_themselves_admit_what_each_of_them_may() {
    let scenario = |enforcement: &str| {
        simulate(&format!(
            "\
limitlab: 1
name: gateways
duration: 10m
workspaces:
  - group: shops
    agents: [{{ name: a, traffic: {{ rate: 10/s }} }}]
    fair_use: [{{ name: minute, scope: workspace, fixed_window: {{ limit: 10, per: 1m }} }}]
enforcement: {{ {enforcement} }}
"
        ))
    };
    let atomic = scenario("strategy: atomic");
    assert_values(&atomic, &[("attempts.admitted", 100.0), ("limiter.over_admitted", 0.0)]);
    let three = scenario("strategy: { replicated: { nodes: 3, sync_every: 1m } }");
    assert_values(
        &three,
        &[("attempts.admitted", 300.0), ("limiter.over_admitted", 200.0), ("false_refusals", 0.0)],
    );
    // One node decides all that concerns an agent: it knows what it has admitted.
    let sticky =
        scenario("strategy: { replicated: { nodes: 3, sync_every: 1m, routing: sticky } }");
    assert_values(&sticky, &[("attempts.admitted", 100.0), ("limiter.over_admitted", 0.0)]);
}

#[test]
fn places_that_other_nodes_gave_back_are_not_known() {
    // Two agents on two nodes or on one; each message takes a second, one place for both.
    let scenario = |sync: &str| {
        simulate(&format!(
            "\
limitlab: 1
name: places
duration: 100s
workspaces:
  - group: shops
    count: 40
    agents:
      - {{ name: a, traffic: {{ interarrival: 4s }} }}
      - {{ name: b, traffic: {{ interarrival: 6s }} }}
    fair_use: [{{ name: one, scope: workspace, concurrency: {{ limit: 1 }} }}]
backend: {{ scope: workspace, servers: unlimited, service_time: 1s }}
enforcement: {{ strategy: {{ replicated: {{ nodes: 2, sync_every: {sync}, routing: sticky }} }} }}
"
        ))
    };
    // At multiples of 12 s both come at once, and where two nodes decide both are admitted. Told of
    // that at 12.5 s, each thinks for a while that two are in flight.
    let summary = scenario("12500ms");
    assert!(summary.value("limiter.over_admitted").unwrap() > 0.0);
    assert!(summary.value("false_refusals").unwrap() > 0.0);
    let often = scenario("1ms");
    assert!(often.value("false_refusals") < summary.value("false_refusals"));
}

/// A pool of 100 credits that three nodes draw on, until it is used up.
fn pool(workspaces: u32, enforcement: &str) -> Summary {
    simulate(&format!(
        "\
limitlab: 1
name: pool
duration: 4m
plans:
  pool: {{ credits: {{ included: 100, per: workspace, renews: never }} }}
workspaces:
  - group: shops
    count: {workspaces}
    plan: pool
    agents: [{{ name: a, traffic: {{ rate: 1/s }} }}]
enforcement: {{ {enforcement} }}
"
    ))
}

#[test]
fn leases_never_oversell_and_strand_no_more_than_others_hold() {
    let leased = "strategy: { leased: { nodes: 3, lease: 20 } }";
    let summary = pool(500, leased);
    assert_values(&summary, &[("credits.oversold.total", 0.0), ("credits.consumed", 50_000.0)]);
    let stranded = summary.value("credits.held_stranded").unwrap() / 500.0;
    assert!((1.0..=2.0 * 20.0).contains(&stranded), "{stranded}");
    assert!(summary.value("false_refusals").unwrap() > 0.0);
    // One node has all, and so has one credit at a time.
    for ideal in [
        "strategy: { leased: { nodes: 1, lease: 20 } }",
        "strategy: { leased: { nodes: 3, lease: 1 } }",
        "strategy: { leased: { nodes: 3, lease: 20, routing: sticky } }",
    ] {
        let summary = pool(50, ideal);
        assert_values(&summary, &[("false_refusals", 0.0), ("credits.held_stranded", 0.0)]);
    }
    // What is left of leases goes back, and is spent by others before the end.
    let short = pool(500, "strategy: { leased: { nodes: 3, lease: 20, ttl: 5s } }");
    assert!(short.value("false_refusals") < summary.value("false_refusals"));
}

#[test]
fn decisions_are_made_one_after_the_other() {
    let summary = simulate(
        "\
limitlab: 1
name: row
duration: 10s
workspaces:
  - group: shops
    agents: [{ name: a, count: 2, traffic: { interarrival: 1s } }]
enforcement: { decision_time: 100ms }
",
    );
    assert_values(
        &summary,
        &[
            ("decision.mean", 0.15),
            ("latency.mean", 0.15),
            ("wait.mean", 0.0),
            ("wait.probability", 0.0),
        ],
    );
    // Read from a bucket.
    let max = summary.value("decision.max").unwrap();
    assert!((max - 0.2).abs() < 2e-4, "{max}");
}

#[test]
fn nodes_have_rows_of_their_own() {
    let scenario = |count: u32| {
        let nodes = format!("nodes: {count}, sync_every: 1h");
        pool(20, &format!("strategy: {{ replicated: {{ {nodes} }} }}, decision_time: 800ms"))
    };
    let (one, many) = (scenario(1), scenario(50));
    assert!(one.value("decision.mean").unwrap() > 1.6);
    // Two seldom come to one of fifty within 800 ms.
    assert!(many.value("decision.mean").unwrap() < 0.82);
}

/// The messages about a scenario with this enforcement.
fn faults(enforcement: &str) -> String {
    let yaml = format!(
        "\
limitlab: 1
name: faults
duration: 1h
workspaces:
  - group: shops
    agents: [{{ name: a, traffic: {{ rate: 1/s }} }}]
    fair_use:
      - {{ name: flight, concurrency: {{ limit: 2, queue: 5 }} }}
enforcement: {enforcement}
"
    );
    match parse("x.yaml", &yaml, &[]) {
        Ok(_) => "sound".to_owned(),
        Err(ScenarioError::Faults(faults)) => faults.render(Colour::Never),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn check_says_how_decisions_are_made() {
    let said = |enforcement: &str| {
        let yaml = format!(
            "limitlab: 1\nname: said\nduration: 1h\nworkspaces: [{{ group: shops, agents: [{{ name: a }}] }}]\n{enforcement}"
        );
        let text = describe(&parse("x.yaml", &yaml, &[]).expect("it is valid"));
        let line = text.lines().find(|line| line.starts_with("enforcement: "));
        line.unwrap_or_default().to_owned()
    };
    assert_eq!(said(""), "");
    for (written, expected) in [
        ("atomic", ""),
        (
            "{ check_then_act: { gap: 4s } }",
            "decided by what is read, and written 4s later without another look",
        ),
        (
            "{ replicated: { nodes: 3, sync_every: 10s, routing: sticky } }",
            "decided by 3 nodes on copies of their own, which are exchanged every 10s, each agent by one \
             of them",
        ),
        (
            "{ leased: { nodes: 2, lease: 1_500, ttl: 4h } }",
            "1_500 credits are taken at a time by 2 nodes, for 4h, and spent alone; all else is atomic",
        ),
        (
            "{ optimistic: { read_to_write: 5ms, max_retries: 1 } }",
            "decided by what is read, and written 5ms later if nothing was written meanwhile; decided \
             again 1 time at most",
        ),
        (
            "{ metered: { report_every: 5m, read_cache: 1m, recheck_within: 20% } }",
            "credits by a meter that hears of usage every 5m, and is read once in 1m, or whenever less \
             than 20% seems to be left; all else is atomic",
        ),
    ] {
        let line = said(&format!("enforcement: {{ strategy: {written} }}"));
        assert_eq!(line.strip_prefix("enforcement: ").unwrap_or_default(), expected);
    }
    assert_eq!(
        said("enforcement: { decision_time: 5ms }"),
        "enforcement: one decision at a time for each workspace; each decision keeps its workspace's row \
         busy for 5ms"
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "messages are shown whole")]
fn what_cannot_be_is_told() {
    insta::assert_snapshot!(faults("{ strategy: { check_then_act: { gap: 2d } }, decision_time: 2h }"), @r"
    x.yaml:9:51: error: `gap` must be at most 1d
      |
    9 | enforcement: { strategy: { check_then_act: { gap: 2d } }, decision_time: 2h }
      |                                                   ^^

    x.yaml:9:74: error: `decision_time` must be at most 1h
      |
    9 | enforcement: { strategy: { check_then_act: { gap: 2d } }, decision_time: 2h }
      |                                                                          ^^

    2 mistakes in x.yaml
    ");
    insta::assert_snapshot!(faults("{ strategy: { replicated: { nodes: 3, sync_every: 1s } } }"), @r"
    x.yaml:9:40: error: `replicated` cannot keep the queue of `flight` on every node
      |
    9 | enforcement: { strategy: { replicated: { nodes: 3, sync_every: 1s } } }
      |                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: leave out its `queue`, or take another strategy

    1 mistake in x.yaml
    ");
    insta::assert_snapshot!(faults("{ strategy: { replicated: { nodes: 0, sync_every: 0s } } }"), @r"
    x.yaml:9:40: error: `replicated` cannot keep the queue of `flight` on every node
      |
    9 | enforcement: { strategy: { replicated: { nodes: 0, sync_every: 0s } } }
      |                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: leave out its `queue`, or take another strategy

    x.yaml:9:49: error: `nodes` must be at least 1
      |
    9 | enforcement: { strategy: { replicated: { nodes: 0, sync_every: 0s } } }
      |                                                 ^

    x.yaml:9:64: error: `sync_every` must be above 0s
      |
    9 | enforcement: { strategy: { replicated: { nodes: 0, sync_every: 0s } } }
      |                                                                ^^

    3 mistakes in x.yaml
    ");
    insta::assert_snapshot!(faults("{ strategy: { leased: { nodes: 1_001, lease: 0, ttl: 0s } } }"), @r"
    x.yaml:9:45: error: `nodes` must be at most 1_000
      |
    9 | enforcement: { strategy: { leased: { nodes: 1_001, lease: 0, ttl: 0s } } }
      |                                             ^^^^^

    x.yaml:9:59: error: `lease` must be above 0
      |
    9 | enforcement: { strategy: { leased: { nodes: 1_001, lease: 0, ttl: 0s } } }
      |                                                           ^

    x.yaml:9:67: error: `ttl` must be above 0s
      |
    9 | enforcement: { strategy: { leased: { nodes: 1_001, lease: 0, ttl: 0s } } }
      |                                                                   ^^

    3 mistakes in x.yaml
    ");
    insta::assert_snapshot!(faults("{ strategy: leased, nodes: 3 }"), @r"
    x.yaml:9:26: error: `leased` needs a value
      |
    9 | enforcement: { strategy: leased, nodes: 3 }
      |                          ^^^^^^
    hint: write `{ leased: .. }`

    x.yaml:9:34: error: unknown key `nodes` in `enforcement`
      |
    9 | enforcement: { strategy: leased, nodes: 3 }
      |                                  ^^^^^
    hint: it stands in a strategy: `strategy: { replicated: { nodes: 3, sync_every: 1s } }`

    2 mistakes in x.yaml
    ");
    insta::assert_snapshot!(faults("{ strategy: { optimistic: { read_to_write: 3d, max_retries: 9_999 } } }"), @r"
    x.yaml:9:57: error: `read_to_write` must be at most 1d
      |
    9 | enforcement: { strategy: { optimistic: { read_to_write: 3d, max_retries: 9_999 } } }
      |                                                         ^^

    x.yaml:9:74: error: `max_retries` must be at most 1_000
      |
    9 | enforcement: { strategy: { optimistic: { read_to_write: 3d, max_retries: 9_999 } } }
      |                                                                          ^^^^^

    2 mistakes in x.yaml
    ");
    insta::assert_snapshot!(faults("{ strategy: { metered: { report_every: 0s, recheck_within: 5 % } } }"), @r"
    x.yaml:9:53: error: `report_every` must be above 0s
      |
    9 | enforcement: { strategy: { metered: { report_every: 0s, recheck_within: 5 % } } }
      |                                                     ^^

    1 mistake in x.yaml
    ");
    insta::assert_snapshot!(faults("{ strategy: chek_then_act }"), @r"
    x.yaml:9:26: error: unknown word `chek_then_act`
      |
    9 | enforcement: { strategy: chek_then_act }
      |                          ^^^^^^^^^^^^^
    hint: did you mean `check_then_act`? expected here: `atomic`, `check_then_act`, `replicated`, `leased`, `optimistic`, `metered`

    1 mistake in x.yaml
    ");
}

/// Refusals that are impossible where everybody knows everything at once.
#[test]
fn what_only_a_lag_can_refuse_is_counted() {
    // One agent and one slot: a node that did not see it go offline takes the slot to be taken.
    let copies = simulate(
        "\
limitlab: 1
name: copies
duration: 10m
plans: { one: { active_agents: 1 } }
workspaces:
  - group: shops
    plan: one
    agents: [{ name: a, activity: { active: 7s, offline: 5s } }]
enforcement: { strategy: { replicated: { nodes: 2, sync_every: 20s } } }
",
    );
    let refused = copies.value("enables.refused").unwrap();
    assert!(refused > 0.0);
    assert_values(&copies, &[("false_refusals", refused), ("active.over_limit.max", 0.0)]);
    // Customers wait for agents that are offline; but theirs goes while they are being answered.
    let late = simulate(
        "\
limitlab: 1
name: late
duration: 10m
workspaces:
  - group: shops
    agents:
      - name: a
        activity: { active: 7s, offline: 5s }
        while_offline: pause
        traffic: { interarrival: 1s }
enforcement: { strategy: { check_then_act: { gap: 500ms } } }
",
    );
    assert!(late.value("refusal.rate{reason=agent_not_active}").unwrap() > 0.0);
}
