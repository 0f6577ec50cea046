//! Intervals of a single run in which workspaces meet: over batches of it.

use std::collections::BTreeSet;

use limitlab::summary::{Over, Summary};

use crate::support::{outcome, outcome_on, simulate};

/// Workspaces that meet in some servers, and in which nearly everything happens that is measured.
const BUSY: &str = "
limitlab: 1
name: busy
duration: 10d
warm_up: 12h
drain: cut
plans:
  small:
    active_agents: 2
    credits: { included: 60, per: workspace, renews: 6h }
    price: { per: seat, amount: 25.00 }
  large:
    active_agents: 4
    credits: { included: 400, per: seat, renews: 1h, overage: unlimited }
    price: { per: seat, amount: 45.00 }
packages: { some: { credits: 20, period: 50m, price: 2.00 } }
workspaces:
  - group: shops
    count: 8
    plan: { small: 60%, large: 40% }
    seats: { uniform: { min: 1, max: 4 } }
    packages: { name: some, auto_buy: { below: 10%, at_most: 2 per period } }
    agents:
      - name: sales
        count: 3
        activity: { active: 40m, offline: { exponential: 20m }, on_refused: wait_for_slot }
        traffic: { sessions: { rate: 4/h, turns: { geometric: { mean: 5 } }, think: 30s } }
        patience: { exponential: 1m }
        churn: { create: 1/h, delete_after: { exponential: 2h } }
    fair_use:
      - { name: burst, scope: agent, token_bucket: { rate: 2/min, burst: 3 } }
      - { name: some, scope: agent, token_bucket: { rate: 1/min, burst: 3 }, on_exceed: report }
  - group: labs
    count: 5
    agents:
      - { name: bot, count: 2, traffic: { rate: 1/min }, retry: { max_attempts: 3, backoff: { base: 1s, jitter: none } } }
    fair_use: [{ name: even, scope: workspace, token_bucket: { rate: 2/min, burst: 5 } }]
backend: { servers: 4, service_time: { exponential: 20s }, queue: { limit: 9 } }
";

/// The metrics of some workspaces that have a value and no interval, without their labels.
fn without_interval(summary: &Summary, whole: &str) -> BTreeSet<String> {
    let of = summary.whole(whole).unwrap();
    let without = of.metrics.iter().filter(|(_, it)| it.value.is_some() && it.ci95.is_none());
    without.map(|(name, _)| name.split('{').next().unwrap_or(name).to_owned()).collect()
}

#[test]
fn all_that_comes_again_and_again_has_an_interval() {
    let summary = simulate(BUSY);
    assert_eq!(summary.intervals, Over::Batches);
    for whole in ["all", "shops", "labs"] {
        let told = without_interval(&summary, whole);
        // The greatest of something, what is of one instant, what workspaces came to, and trends.
        let is_once = |name: &str| {
            name.split('.').next_back() == Some("max")
                || name.starts_with("credits.time_to_")
                || name.starts_with("hits_per_workspace.p")
                || name.starts_with("spent_per_workspace.p")
                || [
                    "backlog.growth",
                    "credits.closing",
                    "credits.opening",
                    "enables.waiting",
                    "fairness.jain",
                    "messages.in_flight",
                    "shadow.workspaces.share",
                    "workspaces.hit.share",
                ]
                .contains(&name)
        };
        let others: Vec<&String> = told.iter().filter(|name| !is_once(name)).collect();
        assert!(others.is_empty(), "{whole}: {others:?}");
    }
    let all = &summary.groups["all"].metrics;
    for name in [
        "active.mean",
        "active.full_time_share",
        "attempts.amplification",
        "backend.throughput",
        "credits.consumed",
        "credits.exhausted.time_share",
        "credits.periods_exhausted.share",
        "earned.plans",
        "earned.total",
        "enables.wait.mean",
        "loss.rate{reason=credits_exhausted}",
        "packages.bought",
        "shadow.refusals{limiter=some}",
    ] {
        let metric = all.get(name).unwrap_or_else(|| panic!("{name} is missing"));
        let ([low, high], value) = (metric.ci95.unwrap(), metric.value.unwrap());
        assert!(low <= value && value <= high && low < high, "{name} {value} in {low} to {high}");
        assert!((10..40).contains(&metric.n), "{name} {}", metric.n);
    }
    // Those of labs are never away.
    let [low, high] = summary.groups["labs"].metrics["active.mean"].ci95.unwrap();
    assert!(low.to_bits() == 2.0_f64.to_bits() && low.to_bits() == high.to_bits());
}

/// Workspaces that do nothing for what the servers answer, and so are simulated ahead of them.
const HEEDLESS: &str = "
limitlab: 1
name: heedless
duration: 3h
plans: { paid: { credits: { included: 40, per: workspace, renews: 20m }, price: { per: workspace, amount: 9.00 } } }
workspaces:
  - { group: a, count: 40, plan: paid, agents: [{ name: bot, count: 2, traffic: { rate: 1/min } }] }
  - { group: b, count: 3, agents: [{ name: bot, traffic: { rate: 20/h } }] }
backend: { servers: 9, service_time: { exponential: 5s }, network_delay: 7s }
timeline: [{ at: 1h, for: 20m, traffic: 9x }]
";

/// The busy workspaces, and the servers a way off: they are simulated in windows of that.
fn away() -> String {
    BUSY.replace("servers: 4,", "servers: 4, network_delay: 50ms,")
}

#[test]
fn batches_are_the_same_on_any_number_of_threads() {
    for yaml in [&away(), HEEDLESS] {
        let [one, three] = [1, 3].map(|threads| outcome_on(yaml, threads).summary);
        assert_eq!(one.intervals, Over::Batches);
        assert!(one.metric("all", "credits.consumed").unwrap().ci95.is_some());
        assert_eq!(one.to_json(), three.to_json());
    }
}

#[test]
fn that_batches_are_booked_changes_no_figure() {
    for yaml in [BUSY, &away(), HEEDLESS] {
        let alone = simulate(yaml);
        // Of several replications there are no batches.
        let several = outcome(&yaml.replacen("duration:", "replications: 2\nduration:", 1));
        let mut compared = 0;
        for (whole, name, number, value) in several.replications.values() {
            let metric = alone.whole(whole).and_then(|it| it.metrics.get(name));
            let Some(metric) = metric.filter(|_| number == 1) else { continue };
            let (Some(value), Some(expected)) = (value, metric.value) else {
                assert_eq!(value, metric.value, "{whole} {name}");
                continue;
            };
            assert!((value - expected).abs() <= 1e-12 * expected.abs(), "{whole} {name}");
            compared += 1;
        }
        assert!(compared > 100, "{compared}");
    }
}

/// Agents of which each is active 40 minutes, and then offline 20 minutes, on average.
fn on_and_off(more: &str) -> String {
    format!(
        "
limitlab: 1
name: on-and-off
duration: 40d
warm_up: 1d
{more}
workspaces:
  - group: a
    count: 1
    agents:
      - name: bot
        count: 60
        activity: {{ active: {{ exponential: 40m }}, offline: {{ exponential: 20m }} }}
        traffic: {{ rate: 1/d }}
"
    )
}

#[test]
fn batches_tell_as_much_as_replications_do() {
    let width = |summary: &Summary, name: &str| {
        let metric = summary.metric("all", name).unwrap();
        let [low, high] = metric.ci95.unwrap();
        high - low
    };
    let alone = simulate(&on_and_off(""));
    assert_eq!(alone.intervals, Over::Batches);
    let several = on_and_off("").replace("count: 1\n", "count: 100\n").replace("40d", "5d");
    let several = simulate(&several);
    assert_eq!(several.intervals, Over::Workspaces);
    // The mean of 100 workspaces for 4 days each is as uncertain as that of one for 400 would be, and that of one for
    // 39 days sqrt(400 / 39) times as much.
    for name in ["active.mean", "agents.offline.mean"] {
        let times = width(&alone, name) / width(&several, name) / (400.0_f64 / 39.0).sqrt();
        assert!((0.6..1.7).contains(&times), "{name}: {times}");
    }
    // 60 agents, each of which is enabled once an hour: a renewal process of which the variance is
    // (40² + 20²) / 60² of the mean.
    let [low, high] = alone.metric("all", "enables.tried").unwrap().ci95.unwrap();
    let mean: f64 = 60.0 * 24.0 * 39.0;
    let half = 2.09 * (mean * 2_000.0 / 3_600.0).sqrt();
    assert!((0.6..1.7).contains(&((high - low) / 2.0 / half)), "{low} to {high} {half}");
    assert!(low <= mean && mean <= high, "{low} to {high}");
}

#[test]
fn what_comes_too_seldom_has_no_interval() {
    let yaml = "
limitlab: 1
name: monthly
duration: 30d
plans:
  metered: { credits: { included: 200, per: workspace, renews: 10d } }
  large: { credits: { included: 500, per: workspace, renews: 10d } }
workspaces:
  - { group: a, count: 4, plan: metered, agents: [{ name: bot, traffic: { rate: 10/d } }] }
backend: { servers: 2, service_time: 2s }
timeline: [{ at: 12d, set_plan: large }]
";
    let summary = simulate(yaml);
    let metric = |name: &str| *summary.metric("all", name).unwrap();
    // Agents are enabled at the start, credits come every ten days, and plans change once.
    for name in
        ["credits.periods_exhausted.share", "credits.granted", "enables.tried", "plans.changed"]
    {
        let metric = metric(name);
        assert!(metric.value.is_some() && metric.ci95.is_none(), "{name}: {metric:?}");
    }
    assert_eq!((metric("credits.consumed").n, metric("active.mean").n), (20, 20));
    assert!(metric("credits.consumed").ci95.is_some());
    // Nobody writes after three of twenty stretches.
    let quiet = yaml.replace("timeline: [", "timeline: [{ at: 4d, traffic: 0x }, ");
    let summary = simulate(&quiet);
    for name in ["latency.mean", "latency.sd", "latency.p50", "messages.offered"] {
        assert_eq!(summary.metric("all", name).unwrap().ci95, None, "{name}");
    }
    assert_eq!(summary.metric("all", "credits.overage").map(|it| it.ci95), None);
}

#[test]
fn throughput_is_told_over_windows() {
    let yaml = "
limitlab: 1
name: flow
duration: 4h
series: { every: 10m }
workspaces: [{ group: a, agents: [{ name: bot, traffic: { interarrival: 1m } }] }]
backend: { servers: 1, service_time: 1s }
timeline: [{ at: 2h, for: 1h, traffic: 2x }]
thresholds:
  - backend.throughput < 2.5/min over 1h
  - backend.throughput < 1.5/min over 1h
  - backend.throughput > 1.5/min over 1h
";
    let judged = simulate(yaml).thresholds;
    let told: Vec<(f64, Option<f64>)> =
        judged.iter().map(|it| (it.value.unwrap() * 60.0, it.breached_at_s)).collect();
    assert!((told[0].0 - 2.0).abs() < 0.05 && told[0].1.is_none(), "{told:?}");
    assert!((told[1].0 - 2.0).abs() < 0.05 && told[1].1.is_some(), "{told:?}");
    assert!((told[2].0 - 1.0).abs() < 0.05 && told[2].1 == Some(0.0), "{told:?}");
}
