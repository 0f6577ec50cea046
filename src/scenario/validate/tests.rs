//! What a valid file becomes.

mod metering;
mod timeline;

use jiff::Timestamp;

use crate::random::{Branch, Distribution};
use crate::rules::limiter::{Quota, Throttle, ThrottleScope};
use crate::rules::{AgentState, Cycle, Per, Plan};
use crate::scenario::{
    BackendScope, Comparison, Drain, Override, Scenario, ScenarioError, Threshold, parse,
};
use crate::summary::Selector;
use crate::units::{Credits, Rate, SimSpan};
use crate::workload::{
    Activity, AgentLine, LineKind, OnLost, OnRefused, Traffic, TrafficKind, WhileOffline,
};

const SMALL: &str = "
limitlab: 1
name: small
duration: 2h
workspaces:
  - group: shops
    agents:
      - name: sales
        traffic: { rate: 12/h }
";

fn valid(text: &str) -> Scenario {
    parse("x.yaml", text, &[]).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// The messages about a small scenario with one value set.
fn mistakes(set: &str) -> Vec<String> {
    match parse("x.yaml", SMALL, &[Override::set(set)]) {
        Ok(_) => Vec::new(),
        Err(ScenarioError::Faults(faults)) => {
            faults.list().iter().map(|fault| fault.message.clone()).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

/// The small scenario with one value set.
fn set(set: &str) -> Scenario {
    parse("x.yaml", SMALL, &[Override::set(set)]).unwrap_or_else(|error| panic!("{set}\n{error}"))
}

#[test]
fn a_small_scenario_has_the_documented_defaults() {
    let scenario = valid(SMALL);
    assert_eq!(scenario.start, "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
    assert_eq!((scenario.seed, scenario.drain), (1, Drain::Finish));
    assert_eq!(scenario.series_every.to_string(), "1m");
    assert!(scenario.backend.is_none() && scenario.thresholds.is_empty());
    let group = &scenario.groups[0];
    assert_eq!((group.count, &group.plans[0].plan), (1, &Plan::unlimited()));
    assert_eq!(group.seats, Distribution::Constant(1.0));
    let line = AgentLine {
        name: "sales".to_owned(),
        count: 1,
        start: AgentState::Active,
        activity: None,
        traffic: Some(Traffic::steady(TrafficKind::Rate(Rate::new(12, SimSpan::HOUR)))),
        cost: Distribution::Constant(1_000.0),
        while_offline: WhileOffline::Refuse,
        kind: LineKind::Agents,
        retry: None,
        client_throttling: None,
        patience: None,
        churn: None,
        share: None,
    };
    assert_eq!(group.lines, [line]);
}

#[test]
fn writing_the_defaults_out_changes_nothing() {
    let explicit = "
limitlab: 1
name: small
seed: 1
start: 2026-01-01T00:00:00Z
duration: 2h
warm_up: 0s
replications: 1
drain: finish
plans: {}
workspaces:
  - group: shops
    count: 1
    plan: unlimited
    seats: 1
    billing_anchor: same_instant
    on_downgrade: newest_offline
    alerts: []
    agents:
      - name: sales
        count: 1
        start: active
        traffic: { rate: 12/h }
        cost: 1
        while_offline: refuse
    features: []
    fair_use: []
packages: {}
on_downgrade: newest_offline
timeline: []
enforcement: { strategy: atomic }
thresholds: []
";
    let without_digest = |mut scenario: Scenario| {
        scenario.sha256.clear();
        format!("{scenario:?}")
    };
    assert_eq!(without_digest(valid(explicit)), without_digest(valid(SMALL)));
}

#[test]
fn the_same_scenario_in_json_is_the_same() {
    let json = r#"{"workspaces": [{"agents": [{"traffic": {"rate": "12/h"}, "name": "sales"}],
        "group": "shops"}], "duration": "2h", "name": "small", "limitlab": 1}"#;
    assert_eq!(format!("{:?}", valid(json)), format!("{:?}", valid(SMALL)));
    assert_ne!(set("seed=2").sha256, valid(SMALL).sha256);
    assert_eq!(valid(SMALL).sha256.len(), 64);
}

#[test]
fn plans_and_limits_are_resolved() {
    let scenario = valid(
        "
limitlab: 1
name: x
start: 2026-01-31T06:00:00Z
duration: 60d
plans:
  pro:
    active_agents: 50
    credits: { included: 2_250.5, per: seat }
    fair_use: [{ name: wide, token_bucket: { rate: 20/s, burst: 2.5 } }]
  once: { credits: { included: 10, renews: never } }
  weekly: { credits: { included: 10, renews: 1w } }
workspaces:
  - { group: a, plan: pro, agents: [{ name: x }],
      fair_use: [{ name: flight, scope: agent, concurrency: { limit: 4 } }] }
  - { group: b, plan: once, agents: [{ name: x }] }
  - { group: c, plan: weekly, agents: [{ name: x }] }
",
    );
    let [a, b, c] = &scenario.groups[..] else { panic!("three groups") };
    let allowance = a.plans[0].plan.credits.as_ref().unwrap();
    assert_eq!(allowance.included, Credits::from_thousandths(2_250_500));
    assert_eq!((allowance.per, a.plans[0].plan.active_agents), (Per::Seat, Some(50)));
    assert_eq!(allowance.renews, Cycle::Monthly);
    assert_eq!(b.plans[0].plan.credits.as_ref().unwrap().renews, Cycle::Never);
    assert_eq!(
        c.plans[0].plan.credits.as_ref().unwrap().renews,
        Cycle::Every(SimSpan::DAY.times(7))
    );
    let bucket = Quota::TokenBucket {
        rate: Rate::new(20, SimSpan::SECOND),
        burst_thousandths: 2_500,
        refill_every: None,
    };
    let wide = Throttle::new("wide", ThrottleScope::Workspace, bucket);
    let flight = Throttle::new("flight", ThrottleScope::Agent, Quota::concurrency(4));
    assert_eq!(a.throttles, [wide, flight]);
}

/// A mixture by the weights of its branches.
fn mixture<const N: usize>(branches: [(u64, Distribution); N]) -> Distribution {
    Distribution::Mixture(branches.map(|(weight, of)| Branch { weight, of }).into())
}

#[test]
fn distributions_are_in_their_smallest_units() {
    let of = |written: &str| {
        let scenario = set(&format!("backend={{ servers: 1, service_time: {written} }}"));
        scenario.backend.unwrap().service_time
    };
    let second = 1e9;
    for (written, distribution) in [
        ("1s", Distribution::Constant(second)),
        ("{ constant: 1ms }", Distribution::Constant(1e6)),
        ("{ exponential: 1s }", Distribution::Exponential { mean: second }),
        ("{ exponential: { mean: 1s } }", Distribution::Exponential { mean: second }),
        ("{ uniform: { min: 0s, max: 1s } }", Distribution::Uniform { min: 0.0, max: second }),
        ("{ normal: { mean: 1s, cv: 0 } }", Distribution::Normal { mean: second, cv: 0.0 }),
        ("{ lognormal: { mean: 1s, cv: 2 } }", Distribution::Lognormal { mean: second, cv: 2.0 }),
        ("{ gamma: { mean: 1s, cv: 0.5 } }", Distribution::Gamma { mean: second, cv: 0.5 }),
        ("{ weibull: { mean: 1s, cv: 2 } }", Distribution::Weibull { mean: second, cv: 2.0 }),
        ("{ erlang: { mean: 1s, k: 3 } }", Distribution::Erlang { mean: second, k: 3 }),
        (
            "{ pareto: { minimum: 1s, shape: 1.5 } }",
            Distribution::Pareto { minimum: second, shape: 1.5 },
        ),
        (
            "{ hyperexponential: { mean: 1s, cv: 1 } }",
            Distribution::Hyperexponential { mean: second, cv: 1.0 },
        ),
        (
            "{ hyperexponential: { branches: [{ share: 90%, mean: 1s }, { share: 10%, mean: 1ms }] } }",
            mixture([
                (900_000_000, Distribution::Exponential { mean: second }),
                (100_000_000, Distribution::Exponential { mean: 1e6 }),
            ]),
        ),
        (
            "{ mixture: [{ share: 0.1%, of: 1s }, { share: 99.9%, of: { mixture: [{ share: 100%, of: { erlang: { mean: 1s, k: 2 } } }] } }] }",
            mixture([
                (1_000_000, Distribution::Constant(second)),
                (
                    999_000_000,
                    mixture([(1_000_000_000, Distribution::Erlang { mean: second, k: 2 })]),
                ),
            ]),
        ),
    ] {
        assert_eq!(of(written), distribution, "{written}");
        distribution.sampler();
    }
    let cost = set("workspaces.shops.agents.sales.cost={ uniform: { min: 0.5, max: 4 } }");
    let cost = &cost.groups[0].lines[0].cost;
    assert_eq!(*cost, Distribution::Uniform { min: 500.0, max: 4_000.0 });
    for (written, counts) in [
        ("{ geometric: 4.5 }", Distribution::Geometric { mean: 4.5 }),
        ("{ poisson: { mean: 0.25 } }", Distribution::Poisson { mean: 0.25 }),
    ] {
        let scenario = set(&format!("workspaces.shops.agents.sales.cost={written}"));
        let credits = Distribution::Scaled { unit: 1e3, of: Box::new(counts) };
        assert_eq!(scenario.groups[0].lines[0].cost, credits, "{written}");
        credits.sampler();
    }
    for (written, distribution) in [
        ("{ uniform: { min: 1, max: 8 } }", Distribution::UniformCount { min: 1, max: 8 }),
        ("{ geometric: 4.5 }", Distribution::Geometric { mean: 4.5 }),
        ("{ geometric: { mean: 1 } }", Distribution::Geometric { mean: 1.0 }),
        ("{ lognormal: { mean: 4.5, cv: 1 } }", Distribution::Lognormal { mean: 4.5, cv: 1.0 }),
    ] {
        let scenario = set(&format!("workspaces.shops.seats={written}"));
        assert_eq!(scenario.groups[0].seats, distribution, "{written}");
    }
}

#[test]
fn agents_and_their_traffic_are_read() {
    let scenario = set("workspaces.shops.agents.sales={ name: sales, count: 5, start: offline, \
         activity: { active: 1h, offline: 2h, on_refused: { retry_every: 30m } }, \
         traffic: { sessions: { rate: 6/d, turns: 3, think: 40s } }, while_offline: pause }");
    let line = &scenario.groups[0].lines[0];
    assert_eq!((line.count, line.start), (5, AgentState::Offline));
    assert_eq!(line.while_offline, WhileOffline::Pause);
    let activity = Activity {
        draft: None,
        active: Some(Distribution::Constant(3_600e9)),
        offline: Some(Distribution::Constant(7_200e9)),
        on_refused: OnRefused::RetryEvery(SimSpan::from_secs(1_800)),
    };
    assert_eq!(line.activity, Some(activity));
    let traffic = TrafficKind::Sessions {
        rate: Rate::new(6, SimSpan::DAY),
        turns: Distribution::Constant(3.0),
        think: Distribution::Constant(40e9),
        on_lost: OnLost::End,
    };
    assert_eq!(line.traffic, Some(Traffic::steady(traffic)));
}

#[test]
fn a_backend_is_read() {
    let scenario = set("backend={ scope: workspace, servers: unlimited, service_time: 1s, \
         queue: { limit: 0 }, network_delay: 5ms }");
    let backend = scenario.backend.unwrap();
    assert_eq!((backend.scope, backend.servers), (BackendScope::Workspace, None));
    assert_eq!((backend.queue_limit, backend.network_delay.nanos()), (Some(0), 5_000_000));
}

#[test]
fn windows_are_read_whatever_the_spaces() {
    for (text, over) in [
        ("latency.p99 < 10s over 1h", "1h"),
        ("goodput.rate{within=5s}>=99%  over\t120s", "2m"),
        ("refusal.rate{reason=overloaded,group=shops} < 1% over 60m", "1h"),
    ] {
        let scenario = set(&format!("thresholds=['{text}']"));
        let threshold = &scenario.thresholds[0];
        assert_eq!((threshold.text.as_str(), threshold.over), (text, over.parse().ok()));
    }
}

#[test]
fn thresholds_are_in_si_units_with_the_group_apart() {
    let read = |text: &str| {
        let scenario = set(&format!("thresholds=['{text}']"));
        let Threshold { text: written, of, metric, comparison, bound, over, abort_on_fail: _ } =
            scenario.thresholds.into_iter().next().unwrap();
        assert_eq!((written.as_str(), over), (text, None));
        (of, metric, comparison, bound)
    };
    let shops = || Selector::of_group("shops");
    let all = Selector::default;
    for (text, of, metric, comparison, bound) in [
        ("latency.p99{group=shops} < 10s", shops(), "latency.p99", Comparison::Less, 10.0),
        ("latency.p99.9{group=all}<=250ms", all(), "latency.p99.9", Comparison::AtMost, 0.25),
        (
            "refusal.rate{reason=overloaded, group=shops} < 1%",
            shops(),
            "refusal.rate{reason=overloaded}",
            Comparison::Less,
            0.01,
        ),
        ("fairness.jain >= 0.9", all(), "fairness.jain", Comparison::AtLeast, 0.9),
        ("credits.oversold.max == 0", all(), "credits.oversold.max", Comparison::Equal, 0.0),
        ("messages.offered != 1_000", all(), "messages.offered", Comparison::Unequal, 1_000.0),
        ("backend.throughput > 20/s", all(), "backend.throughput", Comparison::Greater, 20.0),
        (
            "goodput.rate{within=90s} > 99%",
            all(),
            "goodput.rate{within=1m30s}",
            Comparison::Greater,
            0.99,
        ),
        ("credits.consumed < 0.125", all(), "credits.consumed", Comparison::Less, 0.125),
    ] {
        assert_eq!(read(text), (of, metric.to_owned(), comparison, bound), "{text}");
    }
}

#[test]
fn the_command_line_wins_over_the_file() {
    let scenario = parse(
        "x.yaml",
        &SMALL.replace("duration: 2h", "duration: 2 hours"),
        &[
            Override::set("duration=3h"),
            Override::set("workspaces.shops.count=7"),
            Override::seed(9),
        ],
    );
    let scenario = scenario.unwrap();
    assert_eq!((scenario.duration.to_string(), scenario.seed), ("3h".to_owned(), 9));
    assert_eq!(scenario.groups[0].count, 7);
}

#[test]
fn one_mistake_is_one_message() {
    for (set, messages) in [
        ("plans={ x: [1] }", 1),
        ("plans=[x]", 1),
        ("workspaces=[]", 1),
        ("workspaces=[1, 2]", 2),
        ("workspaces.shops.plan=[x]", 1),
        ("workspaces.shops.agents=[]", 1),
        ("workspaces.shops.group=1/2", 1),
        ("workspaces.shops.fair_use=[{ name: '', token_bucket: { rate: 1, burst: 0 } }]", 3),
        ("workspaces.shops.fair_use=[{ name: a, tokenbucket: { rate: 1/s, burst: 1 } }]", 1),
        ("workspaces.shops.fair_use=[{ name: a, leaky_bucket: { burst: 1 } }]", 1),
        ("workspaces.shops.fair_use=[{ name: a, fixed_window: { limit: 0, per: 0s } }]", 2),
        ("workspaces.shops.agents.sales.traffic={ closed: { users: 5 } }", 1),
        ("workspaces.shops.agents.sales.traffic={ rate: 5 }", 1),
        ("backend={ servers: 1, service_time: { hyperexponential: { branches: [] } } }", 1),
        ("backend={ servers: 1, service_time: { hyperexponential: { mean: 1s } } }", 1),
        ("backend={ servers: 1, service_time: { hyperexponential: {} } }", 1),
        ("backend={ servers: 1, service_time: { mixture: [{ share: 90%, of: 1s }] } }", 1),
        ("backend={ servers: 1, service_time: { mixture: [{ share: 9, of: 1 }, { of: 1s }] } }", 3),
        ("backend={ servers: 1, service_time: { empirical: values.csv } }", 1),
        ("backend={ servrs: 5, service_time: 1s }", 1),
        ("backend={ servers: 0, service_time: { exponential: 0s } }", 2),
        ("series={ every: 0s }", 1),
        ("plans={ x: { credits: { included: 1, renews: 1us } } }", 1),
        ("duration=0s", 1),
        ("duration=293y", 1),
        ("thresholds=[1, latency.p99 < 1s, x]", 2),
    ] {
        assert_eq!(mistakes(set).len(), messages, "{set}: {:#?}", mistakes(set));
    }
}
