//! Mistakes in scenario files, as the user reads them.

use limitlab::scenario::{Override, ScenarioError, parse};

/// A scenario that uses everything that is supported.
const FULL: &str = r"limitlab: 1
name: holiday-campaign
about: Shops on Advanced switch on campaign agents before a sale.
seed: 42
start: 2026-06-01T00:00:00Z
duration: 30d
warm_up: 1d
replications: 1
drain: cut
plans:
  advanced:
    active_agents: 3
    total_agents: 400
    credits:
      included: 1_250
      per: seat
      renews: monthly
      anchor: subscription
      carry_over: none
      overage: refuse
    fair_use:
      - { name: plan-wide, token_bucket: { rate: 20/s, burst: 100 } }
workspaces:
  - group: shops
    count: 10_000
    plan: advanced
    seats: { uniform: { min: 1, max: 8 } }
    billing_anchor: same_instant
    agents:
      - name: sales
        count: 5
        start: active
        activity:
          active: { exponential: 9h }
          offline: { exponential: 15h }
          on_refused: { retry_every: 30m }
        traffic:
          sessions: { rate: 6/d, turns: { geometric: { mean: 4 } }, think: { exponential: 40s } }
        cost: { uniform: { min: 1, max: 4 } }
        while_offline: pause
      - { name: night, traffic: { rate: 12/h } }
    fair_use:
      - { name: burst, scope: workspace, token_bucket: { rate: 2/s, burst: 20 } }
      - { name: in-flight, scope: agent, concurrency: { limit: 4 }, count_refused: false }
backend:
  scope: platform
  servers: 2_000
  service_time: { lognormal: { mean: 1.8s, cv: 1.2 } }
  queue: { limit: 20_000, discipline: fifo }
  network_delay: 5ms
enforcement: { strategy: atomic }
series: { every: 6h }
thresholds:
  - latency.p99{group=shops} < 10s
  - refusal.rate{reason=credits_exhausted} < 1%
  - credits.oversold.max == 0
";

/// The messages about `text`, which has mistakes.
fn mistakes(text: &str, overrides: &[Override]) -> String {
    match parse("x.yaml", text, overrides) {
        Err(ScenarioError::Faults(faults)) => faults.to_string(),
        Err(error) => error.to_string(),
        Ok(_) => "no mistakes".to_owned(),
    }
}

/// The messages about the full scenario with one piece of it replaced.
fn with(piece: &str, replacement: &str) -> String {
    assert!(FULL.contains(piece), "{piece}");
    mistakes(&FULL.replacen(piece, replacement, 1), &[])
}

#[test]
fn show() {
    println!("{}", mistakes(FULL, &[]));
    println!("{}", with("rate: 12/h", "ratee: 12/h"));
    println!("{}", with("service_time: {", "srvice_time: {"));
    println!("{}", with("drain: cut", "drain: cutt"));
    println!("{}", with("30d", "30"));
    println!("{}", mistakes("", &[]));
    println!("{}", mistakes("a: 1\n\tb: 2", &[]));
    println!(
        "{}",
        mistakes(
            FULL,
            &[
                Override::set("workspaces.shop.count=5"),
                Override::set("seed=x"),
                Override::set("warm_up=")
            ]
        )
    );
    let mut six = FULL.to_owned();
    for (a, b) in [
        ("service_time:", "service-tme:"),
        ("duration: 30d", "duration: 30 days"),
        ("plan: advanced", "plan: advancd"),
        ("limit: 4 }", "limit: 0 }"),
        ("latency.p99{", "latency.p98{"),
        ("while_offline: pause", "patience: 120s"),
    ] {
        six = six.replacen(a, b, 1);
    }
    println!("{}", mistakes(&six, &[]));
}
