//! What `check` says of metrics that a run lacks, against what runs have.

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::rules::limiter::Throttle;
use limitlab::scenario::absent::why_absent;
use limitlab::scenario::{Comparison, Scenario, Threshold, load, parse, warnings};
use limitlab::summary::{FAMILIES, MetricFamily, MetricState, Selector};
use limitlab::units::Share;

use crate::scenarios::shipped;

/// Every metric that a threshold of the scenario could name, but for those of reasons, and for
/// goodput, which is there for whoever names it.
fn metrics(scenario: &Scenario) -> Vec<String> {
    let measured = FAMILIES.iter().filter(|family| family.state == MetricState::Measured);
    let bare = measured.filter(|family| !family.label_needed);
    let mut metrics: Vec<String> = bare.flat_map(MetricFamily::keys).collect();
    for group in &scenario.groups {
        for Throttle { name, .. } in scenario.throttles_of(group) {
            metrics.push(format!("refusal.rate{{limiter={name}}}"));
            metrics.push(format!("shadow.refusals{{limiter={name}}}"));
            metrics.push(format!("shadow.workspaces.share{{limiter={name}}}"));
        }
        metrics.extend(group.alerts.iter().map(|level| format!("alerts.time{{level={level}}}")));
    }
    metrics
}

/// Holds what is said to be absent against a run of a few workspaces in each group; answers how
/// many metrics were.
fn compare(name: &str, mut scenario: Scenario) -> usize {
    // A trace names its workspaces.
    let smaller = scenario.traces.is_empty();
    for group in scenario.groups.iter_mut().filter(|_| smaller) {
        group.count = group.count.min(2);
    }
    let plans = ask_of_plans(&mut scenario);
    let outcome = run(&scenario, RunOptions { threads: 1 }, &Watch::default());
    let summary = outcome.unwrap_or_else(|error| panic!("{name}: {error}")).summary;
    let groups = scenario.groups.iter().map(|group| Selector::of_group(&group.name));
    let mut absent = 0;
    for of in groups.chain([Selector::default()]).chain(plans) {
        let measured = summary.whole(&of.to_string()).expect("it is told of");
        for metric in metrics(&scenario) {
            let why = why_absent(&scenario, &of, &metric);
            let is_there = measured.metrics.contains_key(&metric);
            assert_eq!(why.is_none(), is_there, "{name}, {of}: {metric}: {why:?}");
            absent += usize::from(!is_there);
        }
    }
    absent
}

/// Has every plan told of by itself on which workspaces begin, of each group and of all.
fn ask_of_plans(scenario: &mut Scenario) -> Vec<Selector> {
    let mut all = Vec::new();
    for group in &scenario.groups {
        for (plan, _) in group.first_plans().filter(|(_, share)| *share > Share::NONE) {
            for group in [Some(group.name.clone()), None] {
                let of = Selector { group, plan: Some(plan.name.clone()) };
                if !all.contains(&of) {
                    all.push(of);
                }
            }
        }
    }
    scenario.thresholds.extend(all.iter().map(|of| {
        let rate = Threshold::new("loss.rate", Comparison::AtMost, 1.0);
        Threshold { of: of.clone(), ..rate }
    }));
    all
}

#[test]
fn shipped_scenarios_lack_what_is_said_of_them() {
    for (path, _) in shipped() {
        let scenario = load(&path, &[]).expect("shipped scenarios are valid").scenario;
        assert!(compare(&path.display().to_string(), scenario) > 0);
    }
}

/// A scenario of two groups, and what else it has.
fn two(top: &str, one: &str, other: &str) -> String {
    format!(
        "{{ limitlab: 1, name: two, duration: 10h, plans: {{
            free: {{}}, slots: {{ active_agents: 1 }}, trial: {{ trial: 2h, active_agents: 9 }},
            pool: {{ credits: {{ included: 50, renews: 4h }} }},
            paid: {{ price: {{ amount: 3 }} }},
            over: {{ credits: {{ included: 5, overage: unlimited, overage_price: 0.1 }} }} }},
        packages: {{ gift: {{ credits: 5 }}, dear: {{ credits: 5, price: 2 }} }},
        {top} workspaces: [
            {{ group: one, agents: [{{ name: a, count: 2, traffic: {{ rate: 6/h }} {one} }},
            {{ group: other, agents: [{{ name: a, count: 2, traffic: {{ rate: 6/h }} {other} }}"
    )
}

#[test]
fn made_scenarios_lack_what_is_said_of_them() {
    let servers = |servers: &str| format!("backend: {{ servers: {servers}, service_time: 1m }},");
    let own = "backend: { scope: workspace, servers: 2, service_time: 1m },";
    let freed =
        format!("{own} timeline: [{{ at: 1h, group: one, backend: {{ servers: unlimited }} }}],");
    let wait = ", activity: { active: 1h, offline: 1h, on_refused: wait_for_slot } }], plan:";
    let limit = "}], fair_use: [{ name: burst, token_bucket: { rate: 1/h, burst: 1 } }]";
    let made = [
        two("", "}]", "}]"),
        two("drain: cut,", "}], plan: slots", "}], plan: paid"),
        two("", &format!("{wait} slots"), &format!("{wait} free")),
        two("", &format!("{wait} trial"), "}], plan: trial"),
        two("", ", churn: { create: 1/h } }]", limit),
        two("timeline: [{ at: 1h, group: one, create: a }],", "}]", "}]"),
        two("timeline: [{ at: 1h, group: one, set_plan: paid }],", "}]", "}]"),
        two("", "}], plan: pool, alerts: [50%]", "}], plan: over, alerts: [80%]"),
        two("", "}], plan: pool, packages: { name: gift, at_start: 1 }", "}], plan: pool"),
        two("timeline: [{ at: 1h, group: one, buy_package: dear }],", "}], plan: pool", "}]"),
        two(&servers("3"), "}]", "}]"),
        two(&servers("unlimited"), "}]", "}]"),
        two(
            &format!(
                "{} timeline: [{{ at: 1h, for: 1h, backend: {{ servers: unlimited }} }}],",
                servers("2")
            ),
            "}]",
            "}]",
        ),
        two(
            &format!(
                "warm_up: 3h, {} timeline: [{{ at: 1h, backend: {{ servers: 4 }} }}],",
                servers("unlimited")
            ),
            "}]",
            "}]",
        ),
        two(own, "}]", "}]"),
        two(&freed, "}]", "}]"),
        two(&format!("{own} series: {{ every: 2h }},"), "}]", "}]"),
        two(&format!("{} series: {{ every: 1h }}, warm_up: 150m,", servers("3")), "}]", "}]"),
    ];
    for (number, text) in made.iter().enumerate() {
        let text = format!("{text}] }}");
        let scenario =
            parse("x.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert!(compare(&format!("number {number}"), scenario) > 0);
    }
}

#[test]
fn a_threshold_on_what_is_absent_is_told() {
    let of = |threshold: &str| {
        let top = format!("thresholds: ['{threshold}'],");
        let scenario = parse("x.yaml", &format!("{}] }}", two(&top, "}]", "}]")), &[]);
        // The plans are there for other tests.
        let mut warned = warnings(&scenario.unwrap());
        warned.retain(|warning| !warning.starts_with("no workspace is ever on the plan "));
        warned
    };
    for threshold in [
        "packages.bought == 0",
        "trials.ended == 0",
        "plans.changed == 0",
        "earned.total == 0",
        "enables.waiting == 0",
        "credits.overage == 0",
        "creates.refused == 0",
        "messages.in_flight == 0",
        "credits.consumed{group=one} == 0",
        "backend.queue.max == 0",
    ] {
        let warned = of(threshold);
        let [warning] = &warned[..] else { panic!("{threshold}: {warned:?}") };
        assert!(warning.starts_with(&format!("`{threshold}` has nothing to measure: ")));
    }
    // Reasons that cannot occur count as 0, and what can occur is measured.
    let overloaded = "refusal.rate{reason=overloaded} == 0";
    let why = "no backend has a `queue` with a `limit`, or sheds anything";
    assert_eq!(of(overloaded), [format!("`{overloaded}` always holds: {why}")]);
    assert_eq!(of("agents.max < 9"), Vec::<String>::new());
}
