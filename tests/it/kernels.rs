//! The kernels of the engine differ in speed alone. A run whose decisions are logged takes the most
//! general one, which tracks every attempt; a run without a log takes the plainest that is enough.

use std::io;

use limitlab::engine::{Outcome, RunOptions, Watch, run, run_logged};
use limitlab::log::DecisionLog;
use limitlab::scenario::{Override, Scenario, load, parse};

use crate::scenarios::{is_big, shipped};

/// All that a run has found out.
fn found(outcome: &Outcome) -> String {
    let measures = &outcome.measures;
    let summary = outcome.summary.to_json();
    let text = format!("{:?}\n{:?}", measures.groups, measures.platform);
    // Where a series was written last is where it looks first, and nothing that was measured.
    let mut parts = text.split("recent: (");
    let before = parts.next().unwrap_or_default().to_owned();
    let rest = parts.filter_map(|part| Some(part.split_once(')')?.1));
    format!("{summary}\n{}\n{before}{}", outcome.messages, rest.collect::<String>())
}

fn assert_same_in_every_kernel(scenario: &Scenario, name: &str) {
    let (options, watch) = (RunOptions { threads: 2 }, Watch::default());
    let plain = run(scenario, options, &watch).unwrap_or_else(|error| panic!("{name}: {error}"));
    let log = DecisionLog::new(io::sink());
    let general = run_logged(scenario, options, &watch, &log);
    let general = general.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(found(&plain) == found(&general), "{name} differs");
}

#[test]
fn every_shipped_scenario_is_the_same_in_the_most_general_kernel() {
    for (path, _) in shipped() {
        let mut set = vec![Override::set("replications=1".to_owned())];
        if is_big(&path) {
            set.push(Override::set("workspaces.customers.count=300".to_owned()));
        }
        let scenario = load(&path, &set).expect("shipped scenarios are valid").scenario;
        assert_same_in_every_kernel(&scenario, &path.display().to_string());
    }
}

/// What the plain kernel does by itself: refusals at a bucket, a pool and a queue, retries,
/// conversations, impatience, servers that come and go, packages that are bought, plans that change.
const PLAIN: &str = "
limitlab: 1
name: plain
duration: 2h
warm_up: 10m
drain: DRAIN
plans:
  small: { active_agents: 2, credits: { included: 150, renews: 30m } }
  large: { active_agents: 4, credits: { included: 300, renews: 1h, overage: { up_to: 20% } } }
packages: { some: { credits: 40, period: 20m, priority: 2 } }
workspaces:
  - group: shops
    count: 40
    plan: { small: 50%, large: 50% }
    packages: { name: some, auto_buy: { on_refusal: true, at_most: 2 per period } }
    agents:
      - name: sales
        count: 5
        activity: { active: { exponential: 20m }, offline: { exponential: 5m }, on_refused: wait_for_slot }
        traffic: { rate: 3/min }
        cost: { uniform: { min: 0.5, max: 2 } }
        retry: { max_attempts: 4, backoff: { base: 3s } }
        patience: 40s
      - name: help
        count: 2
        traffic: { sessions: { rate: 20/h, turns: { geometric: { mean: 3 } }, think: 10s } }
    fair_use: [{ name: burst, token_bucket: { rate: 8/min, burst: 6 } }, { name: minute, fixed_window: { limit: 11, per: 1m } }]
backend: { scope: workspace, servers: 2, service_time: { exponential: 8s }, queue: { limit: 3 } }
timeline: [{ at: 1h, for: 20m, backend: { servers: 1 } }, { at: 80m, share: 50%, group: shops, subscribe: large }]
";

#[test]
fn what_the_plain_kernel_does_is_the_same_in_the_general_one() {
    for drain in ["finish", "cut"] {
        let text = PLAIN.replace("DRAIN", drain);
        let scenario = parse("plain.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
        assert_same_in_every_kernel(&scenario, drain);
    }
}
