//! What `check` expects, against what a run measures, or against arithmetic by hand.

use limitlab::scenario::{Scenario, describe, parse, warnings};
use limitlab::summary::Summary;

use crate::support::simulate;

fn scenario(yaml: &str) -> Scenario {
    parse("x.yaml", yaml, &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// The number that stands between two pieces of the explanation.
#[track_caller]
fn told(yaml: &str, before: &str, after: &str) -> f64 {
    let text = describe(&scenario(yaml));
    let found = text.lines().find_map(|line| {
        let (head, _) = line.split_once(after)?;
        let (_, number) = head.rsplit_once(before)?;
        number.replace('_', "").parse().ok()
    });
    found.unwrap_or_else(|| panic!("no `{before}..{after}` in\n{text}"))
}

/// A metric for one workspace.
fn each(summary: &Summary, metrics: &[&str]) -> f64 {
    let all = &summary.groups["all"];
    let sum: f64 = metrics.iter().map(|metric| summary.value(metric).expect("it is there")).sum();
    sum / all.workspaces as f64
}

#[track_caller]
fn assert_near(expected: f64, measured: f64, tolerance: f64, what: &str) {
    let differs = (expected / measured - 1.0).abs();
    assert!(differs < tolerance, "{what}: {expected} expected, {measured} measured");
}

/// 400 workspaces for a month with a line of so many agents that come and go.
fn churning(count: u32, churn: &str, total_agents: u32) -> String {
    format!(
        "limitlab: 1
name: churning
duration: 30d
plans: {{ p: {{ total_agents: {total_agents}, credits: {{ included: 1_000_000 }} }} }}
workspaces:
  - group: shops
    count: 400
    plan: p
    agents: [{{ name: bot, count: {count}, churn: {churn}, traffic: {{ rate: 4/d }}, cost: 2 }}]
"
    )
}

#[test]
fn agents_of_churn_are_as_many_as_an_infinite_server_queue_holds_up_to_their_limit() {
    for (count, churn, most, tolerance) in [
        (0, "{ create: 2/d, delete_after: { exponential: 3d } }", 500, 0.03),
        (8, "{ create: 2/d, delete_after: 3d }", 500, 0.03),
        (20, "{ delete_after: { lognormal: { mean: 10d, cv: 2 } } }", 500, 0.03),
        (3, "{ create: 1/d }", 500, 0.03),
        // Twenty after 8 d or so, and no more from then on.
        (4, "{ create: 2/d }", 20, 0.03),
        // Always full, but for the time from a deletion to the next creation.
        (10, "{ create: 9/d, delete_after: { exponential: 5d } }", 12, 0.05),
    ] {
        let yaml = churning(count, churn, most);
        let summary = simulate(&yaml);
        let agents = told(&yaml, ": about ", " at a time on average");
        assert_near(agents, summary.value("active.mean").unwrap(), tolerance, churn);
        let messages = told(&yaml, "active, ", " in each workspace");
        assert_near(messages, each(&summary, &["messages.offered"]), tolerance, churn);
        let credits = told(&yaml, "about ", " credits in each workspace");
        assert_near(credits, each(&summary, &["credits.consumed"]), tolerance, churn);
    }
}

#[test]
fn the_mean_number_of_agents_by_hand() {
    // One created a day and none deleted: 0 at the start, 30 at the end. Of 10 that live 3 d there
    // are none after 3 of 30 days.
    let agents = |yaml: &str| told(yaml, ": about ", " at a time on average");
    assert_near(agents(&churning(0, "{ create: 1/d }", 500)), 15.0, 1e-9, "created");
    assert_near(agents(&churning(10, "{ delete_after: 3d }", 500)), 1.0, 0.01, "deleted");
    // a (1 - (1 - exp(-T/m)) m / T) with a = 2 x 3 and m / T = 0.1.
    let churn = "{ create: 2/d, delete_after: { exponential: 3d } }";
    assert_near(agents(&churning(0, churn, 500)), 5.4, 0.01, "both");
}

#[test]
fn more_agents_than_a_plan_holds_write_no_more_than_those_it_holds() {
    let yaml = churning(30, "{ delete_after: 60d }", 12);
    assert_near(told(&yaml, "active, ", " in each workspace"), 12.0 * 4.0 * 30.0, 1e-9, "R1");
}

/// Workspaces to which nobody writes, with a pool of 100.
fn pools(credits: &str, rest: &str) -> String {
    format!(
        "limitlab: 1
name: pools
start: 2026-01-20T00:00:00Z
duration: 45d
plans: {{ p: {{ credits: {{ included: 100, {credits} }}, {rest} }} }}
workspaces:
  - {{ group: shops, count: 5_000, plan: p, billing_anchor: staggered, agents: [{{ name: a }}] }}
"
    )
}

#[test]
fn what_pools_hold_is_what_is_granted_by_anchors_that_are_spread() {
    for (credits, rest) in [
        ("renews: 7d", ""),
        ("renews: 40d", ""),
        ("renews: 100d", ""),
        ("renews: monthly", ""),
        ("renews: never", ""),
        ("renews: monthly, anchor: 1", ""),
        ("renews: 7d, anchor: purchase", ""),
        ("renews: 5d", "trial: 14d"),
        ("renews: monthly", "trial: 14d"),
        ("renews: monthly", "trial: 90d"),
    ] {
        let yaml = pools(credits, rest);
        let granted = each(&simulate(&yaml), &["credits.opening", "credits.granted"]);
        let held = told(&yaml, "of the ", " that its pool holds");
        assert_near(held, granted, 0.01, &format!("{credits} {rest}"));
    }
}

#[test]
fn what_pools_hold_by_hand() {
    let held = |yaml: &str| {
        let yaml = yaml.replace(", billing_anchor: staggered", "");
        told(&yaml, "of the ", " that its pool holds")
    };
    let near = |yaml: &str, expected: f64| assert_near(held(yaml), expected, 1e-9, yaml);
    // At 0, 7, .. 42 d; from January 20 to March 6 on the 20th, and on the 1st.
    near(&pools("renews: 7d", ""), 700.0);
    near(&pools("renews: monthly", ""), 200.0);
    near(&pools("renews: monthly, anchor: 1", ""), 300.0);
    // Nothing renews after the trial: at 0, 5 and 10 d of 14 d.
    near(&pools("renews: 5d", "trial: 14d"), 300.0);
    near(&pools("renews: 14d", "trial: 14d"), 100.0);
}

#[test]
fn a_pool_of_a_trial_need_not_last_longer_than_the_trial() {
    // 20 messages a day: 280 in the trial, 900 in 45 d.
    let with = |included: u32| {
        let yaml = format!(
            "limitlab: 1
name: trial
duration: 45d
plans: {{ p: {{ trial: 14d, credits: {{ included: {included}, renews: monthly }} }} }}
workspaces:
  - {{ group: shops, plan: p, agents: [{{ name: a, traffic: {{ rate: 20/d }} }}] }}
"
        );
        let warned = warnings(&scenario(&yaml));
        (warned.into_iter().find(|it| it.contains("cannot last")), describe(&scenario(&yaml)))
    };
    let (warned, text) = with(300);
    assert_eq!(warned, None);
    assert!(
        text.contains(
            "280 credits in each workspace, 93.3% of the 300 that its pool holds until the trial \
             ends after 14d"
        ),
        "{text}"
    );
    assert_eq!(
        with(200).0.as_deref(),
        Some(
            "the pool of a workspace in `shops` cannot last: 200 credits over 14d, and always \
             active agents would use 280"
        )
    );
}

/// 300 workspaces for a month whose customers write to the workspace.
fn routed(agents: &str, plan: &str) -> String {
    format!(
        "limitlab: 1
name: routed
duration: 30d
plans: {{ p: {{ {plan} credits: {{ included: 1_000_000 }} }} }}
workspaces:
  - group: shops
    count: 300
    plan: p
    traffic: {{ sessions: {{ rate: 3/h, turns: {{ geometric: 4 }} }} }}
    agents: [{agents}]
"
    )
}

#[test]
fn customers_of_the_workspace_reach_whoever_is_active() {
    let sales = "name: sales, count: 3, cost: 2, activity: { active: { exponential: 9h }, \
                 offline: { exponential: 15h } }";
    let help = "name: help, cost: 4, activity: { active: { exponential: 6h }, \
                offline: { exponential: 6h } }";
    for (agents, plan, tolerance) in [
        (format!("{{ {sales} }}"), "", 0.02),
        (format!("{{ {sales} }}, {{ {help} }}"), "", 0.02),
        (format!("{{ {sales} }}, {{ {help} }}"), "active_agents: 1,", 0.06),
    ] {
        // Conversations would end where a message is lost, which nobody foresees.
        let sessions = "sessions: { rate: 3/h, turns: { geometric: 4 } }";
        let yaml = routed(&agents, plan).replace(sessions, "rate: 12/h");
        let summary = simulate(&yaml);
        let messages = told(&yaml, "active, ", " in each workspace");
        assert_near(messages, 30.0 * 24.0 * 12.0, 1e-3, &agents);
        let told_in_all = told(&yaml, "about ", " after slots and activity");
        let reached = each(&summary, &["messages.completed"]);
        assert_near(told_in_all / 300.0, reached, tolerance, &agents);
        let credits = told(&yaml, "about ", " credits after slots and activity");
        let each_message = credits / (told_in_all / 300.0);
        let spent = each(&summary, &["credits.consumed"]) / reached;
        assert_near(each_message, spent, 0.06, &agents);
    }
}

#[test]
fn customers_of_the_workspace_are_multiplied_by_hand() {
    let yaml = routed("{ name: a, count: 3, cost: 2 }, { name: b, cost: 6 }", "");
    let text = describe(&scenario(&yaml));
    for said in [
        "customers    3/h conversations with each workspace, messages about 4 (geometric), time \
         between them 0s\n               each message goes to any active agent\n",
        "any agent: 3/h conversations x 4 messages x 300 workspaces x 30d = 2_592_000\n",
        "3 credits each on average, if all agents get as many of them\n",
        "2_592_000 messages if always active, 8_640 in each workspace\n",
        "25_920 credits in each workspace, 2.59% of the 1_000_000 that its pool holds over 30d\n",
        "customers of the workspace write to them\n",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    // Where there is no agent nobody writes.
    let none = routed("{ name: a, count: 0 }", "").replace(
        "workspaces:",
        "timeline:
  - { at: 29d, create: a }
workspaces:",
    );
    assert!(describe(&scenario(&none)).contains("\n               0 messages if always active"));
}

#[test]
fn limits_count_customers_of_the_workspace() {
    let of = |traffic: &str, limit: &str| {
        let backend = "backend: { servers: unlimited, service_time: 10s }\nworkspaces:";
        let yaml = routed("{ name: a, count: 3 }", "")
            .replace("sessions: { rate: 3/h, turns: { geometric: 4 } }", traffic)
            .replace("    agents:", &format!("    fair_use: [{{ name: x, {limit} }}]\n    agents:"))
            .replace("workspaces:", backend);
        warnings(&scenario(&yaml))
    };
    let users = "closed: { users: 4, think: 1m }";
    let never = "the limit `x` of `shops` never binds: ";
    for scope in ["agent", "workspace"] {
        let limit = |most: u32| format!("scope: {scope}, concurrency: {{ limit: {most} }}");
        assert_eq!(of(users, &limit(3)), Vec::<String>::new());
        let told = format!("{never}at most 4 users wait for replies at once");
        assert_eq!(of(users, &limit(4)), [told]);
        assert_eq!(of("rate: 3/h", &limit(4)), Vec::<String>::new());
    }
    let bucket = "scope: workspace, token_bucket: { rate: 1/s, burst: 30 }";
    let told = format!("{never}a workspace gets 0.083% of its rate, and hardly ever 30 at once");
    assert_eq!(of("rate: 3/h", bucket), [told]);
    assert_eq!(of("rate: 3/h", &bucket.replace("workspace", "agent")), Vec::<String>::new());
    let told = "the limit `x` admits 1/s in each workspace of `shops`, and customers write 2/s";
    assert_eq!(of("rate: 2/s", bucket)[1], told);
}

#[test]
fn whether_anybody_finds_nobody_there_is_known() {
    let reason = "refusal.rate{reason=agent_not_active} == 0";
    let of = |agents: &str, rest: &str| {
        let thresholds = format!("{rest}thresholds: ['{reason}']\nworkspaces:");
        let yaml = routed(agents, "").replace("workspaces:", &thresholds);
        warnings(&scenario(&yaml))
    };
    let never = format!("`{reason}` always holds: no agent that is written to is ever away");
    let away = "{ name: b, activity: { active: 1h, offline: 1h } }";
    assert_eq!(of(&format!("{{ name: a }}, {away}"), ""), [never]);
    assert_eq!(of(away, ""), Vec::<String>::new());
    // One that is refused for another reason tries again with the same agent, which may be away.
    let again = away.replace("name: b", "name: b, retry: { max_attempts: 2 }");
    let told = of(&format!("{{ name: a }}, {again}"), "");
    let needless =
        "`b` in `shops` has a `retry` that nobody needs: none of its `reasons` can occur";
    assert_eq!(told, [needless]);
    let gone = "timeline: [{ at: 1d, delete: a }]\n";
    assert_eq!(of(&format!("{{ name: a }}, {away}"), gone), Vec::<String>::new());
}
