//! Scenarios that are built in code: what they may not be, whole messages, and no panic.

use limitlab::engine::{EngineError, RunOptions, Watch, run};
use limitlab::random::Distribution;
use limitlab::rules::limiter::{Quota, Throttle, ThrottleScope};
use limitlab::rules::{Allowance, CarryOver, Cycle, Package, Per, Plan, Price, ShareTerms};
use limitlab::scenario::{
    Aimd, BackendScope, Codel, Comparison, Discipline, Offer, Shed, Threshold, load, parse,
};
use limitlab::summary::{Selector, ThresholdVerdict};
use limitlab::units::{Credits, Money, Rate, Share, SimSpan, SimTime};
use limitlab::workload::{
    Action, Activity, AgentLine, Bursts, Buying, ByHand, Churn, Modulation, Occurrence, OnLost,
    OnRefused, Pick, Profile, Stage, Stages, Traffic, TrafficKind,
};
use limitlab::{Backend, Group, Scenario};

use crate::scenarios::shipped;

fn rate(text: &str) -> Rate {
    text.parse().expect("a rate")
}

fn share(text: &str) -> Share {
    text.parse().expect("a share")
}

/// A sound scenario with something of everything.
fn sound() -> Scenario {
    let plan = Plan {
        active_agents: Some(2),
        credits: Some(Allowance::new(Credits::whole(100), Cycle::Monthly)),
        ..Plan::new("small")
    };
    let line = AgentLine::new("sales", 3).with_traffic(TrafficKind::Rate(rate("6/h")));
    let bucket = Quota::token_bucket(rate("1/min"), 5);
    let mut group = Group::new("shops", 2)
        .on_plan(plan)
        .with_line(line)
        .with_throttle(Throttle::new("burst", ThrottleScope::Workspace, bucket));
    group.buying = Some(Buying { package: 0, at_start: 1, auto: None, by_hand: None });
    group.timeline = vec![happens(Action::Traffic(2.0))];
    let service = Distribution::Exponential { mean: 1e9 };
    let mut scenario = Scenario::new("sound", SimSpan::DAY)
        .with_group(group)
        .with_backend(Backend::new(BackendScope::Workspace, Some(1), service))
        .with_threshold(Threshold::new("latency.p99", Comparison::Less, 60.0));
    scenario.packages = vec![Package {
        name: "small".to_owned(),
        credits: Credits::whole(10),
        valid: None,
        renews: false,
        price: Money::ZERO,
        priority: 1,
    }];
    scenario
}

fn happens(action: Action) -> Occurrence {
    Occurrence {
        key: "change".to_owned(),
        at: SimTime::ZERO + SimSpan::HOUR,
        until: None,
        share: Share::WHOLE,
        action,
    }
}

/// The flaws of the sound scenario after a change, as [`run`] tells them.
#[track_caller]
fn flaws(change: impl FnOnce(&mut Scenario)) -> String {
    let mut scenario = sound();
    change(&mut scenario);
    let told = scenario.check().expect_err("there is a flaw");
    match run(&scenario, RunOptions::default(), &Watch::default()) {
        Err(EngineError::Flawed(flaws)) => assert_eq!(flaws, told),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it ran"),
    }
    told.to_string()
}

fn line(change: impl FnOnce(&mut AgentLine)) -> String {
    flaws(|scenario| change(&mut scenario.groups[0].lines[0]))
}

fn plan(change: impl FnOnce(&mut Plan)) -> String {
    flaws(|scenario| change(&mut scenario.groups[0].plans[0].plan))
}

fn group(change: impl FnOnce(&mut Group)) -> String {
    flaws(|scenario| change(&mut scenario.groups[0]))
}

fn action(action: Action) -> String {
    group(|group| group.timeline[0].action = action)
}

/// What is told of each change, a line each.
fn told(all: &[String]) -> String {
    all.join("\n")
}

#[test]
fn a_scenario_with_something_of_everything_runs() {
    let scenario = sound();
    assert_eq!(scenario.check(), Ok(()));
    let outcome = run(&scenario, RunOptions::default(), &Watch::default());
    let summary = outcome.unwrap_or_else(|error| panic!("{error}")).summary;
    assert!(
        summary.verdict() != Some(ThresholdVerdict::Fail)
            && summary.value("messages.completed").is_some_and(|it| it > 0.0)
    );
    assert_eq!(summary.scenario.sha256, "");
}

#[test]
fn loaded_scenarios_have_no_flaw() {
    for (path, _) in shipped() {
        let scenario = load(&path, &[]).expect("shipped scenarios are valid").scenario;
        assert_eq!(scenario.check(), Ok(()), "{}", path.display());
    }
}

#[test]
fn defaults_in_code_are_those_of_a_file() {
    let text = "
limitlab: 1
name: same
duration: 3d
workspaces:
  - { group: shops, count: 4, agents: [{ name: sales, count: 2, traffic: { rate: 5/h } }],
      features: [{ name: rewriter }],
      fair_use: [{ name: burst, token_bucket: { rate: 1/min, burst: 5 } }] }
backend: { servers: 3, service_time: 2s }
thresholds: [latency.p99 < 10]
";
    let read = parse("same.yaml", &text.replace("< 10", "< 10s"), &[]).expect("it is valid");
    let bucket = Quota::token_bucket(rate("1/min"), 5);
    let sales = AgentLine::new("sales", 2).with_traffic(TrafficKind::Rate(rate("5/h")));
    let group = Group::new("shops", 4)
        .with_line(sales)
        .with_line(AgentLine::feature("rewriter"))
        .with_throttle(Throttle::new("burst", ThrottleScope::Workspace, bucket));
    let service = Distribution::Constant(2e9);
    let mut built = Scenario::new("same", SimSpan::DAY.times(3))
        .with_group(group)
        .with_backend(Backend::new(BackendScope::Platform, Some(3), service))
        .with_threshold(Threshold::new("latency.p99", Comparison::Less, 10.0));
    built.sha256.clone_from(&read.sha256);
    built.thresholds[0].text.clone_from(&read.thresholds[0].text);
    assert_eq!(format!("{built:#?}"), format!("{read:#?}"));
}

#[test]
fn flaws_of_shedding_and_priorities_name_their_fields() {
    let shed = |shed, discipline| {
        flaws(|it| {
            let backend = it.backend.as_mut().expect("there is one");
            (backend.shed, backend.discipline) = (Some(shed), discipline);
        })
    };
    let (zero, second) = (SimSpan::ZERO, SimSpan::SECOND);
    let codel = |target, interval| Shed::Codel(Codel { target, interval });
    let aimd = |(initial, min, max), backoff_millionths, timeout| {
        Shed::Aimd(Aimd { initial, min, max, backoff_millionths, timeout })
    };
    insta::assert_snapshot!(told(&[
        flaws(|it| it.groups[0].plans[0].plan.priority = 0),
        shed(codel(zero, second), Discipline::Lifo),
        shed(codel(second, zero), Discipline::Fair),
        shed(codel(second, second), Discipline::ProcessorSharing),
        shed(aimd((2, 0, 3), 900_000, second), Discipline::Fifo),
        shed(aimd((2, 4, 3), 900_000, second), Discipline::Fifo),
        shed(aimd((2, 1, 3), 1_000_000, zero), Discipline::Fifo),
    ]), @r"
    groups[0].plans[0].plan.priority must be from 1 to 1_000
    backend.shed.target must be above 0s and at most 292 years
    backend.shed.interval must be above 0s and at most 292 years
    backend.shed must not be `Codel` with `ProcessorSharing`, where nobody waits
    backend.shed.min must be at least 1, and not more than `max`
    backend.shed.min must be at least 1, and not more than `max`
    backend.shed.initial must be from `min` to `max`
    backend.shed.timeout must be above 0s and at most 292 years
    backend.shed.backoff_millionths must be from 500_000 to 999_999
    ");
}

#[test]
fn flaws_of_the_whole_scenario_name_their_fields() {
    let long = SimSpan::from_nanos(u64::MAX);
    let threshold =
        |metric: &str| flaws(|it| it.thresholds[0] = Threshold::new(metric, Comparison::Less, 1.0));
    insta::assert_snapshot!(told(&[
        flaws(|it| it.name = "a b".to_owned()),
        flaws(|it| it.duration = SimSpan::from_nanos(1)),
        flaws(|it| it.duration = long),
        flaws(|it| it.warm_up = SimSpan::DAY),
        flaws(|it| it.series_every = SimSpan::ZERO),
        flaws(|it| it.series_every = SimSpan::from_nanos(1)),
        flaws(|it| it.groups.clear()),
        flaws(|it| it.groups.push(it.groups[0].clone())),
        flaws(|it| it.packages[0].credits = Credits::ZERO),
        flaws(|it| it.packages[0].valid = Some(SimSpan::ZERO)),
        flaws(|it| it.packages[0].priority = 0),
        flaws(|it| it.packages.push(it.packages[0].clone())),
        flaws(|it| it.backend.as_mut().expect("there is one").servers = Some(0)),
        flaws(|it| it.backend.as_mut().expect("there is one").network_delay = long),
        flaws(|it| {
            it.backend.as_mut().expect("there is one").service_time =
                Distribution::Erlang { mean: f64::NAN, k: 0 };
        }),
        flaws(|it| {
            let backend = it.backend.as_mut().expect("there is one");
            backend.changes = vec![(SimTime::ZERO, Some(1)), (SimTime::ZERO, Some(0))];
        }),
        flaws(|it| it.thresholds[0].of = Selector::of_group("shop")),
        flaws(|it| it.thresholds[0].of.plan = Some("pro".to_owned())),
        flaws(|it| it.thresholds[0].bound = f64::NAN),
        threshold("latency.p42"),
        threshold("alerts.time"),
        threshold("refusal.rate{reason}"),
        threshold("refusal.rate{reason=rude}"),
        threshold("refusal.rate{limiter=bust}"),
    ]), @r"
    name must be 1 to 100 letters, digits, `-` and `_`
    groups[0].timeline[0].at must lie before the end of the duration
    duration must be above 0s and at most 292 years
    series_every must divide the duration into at most 5_000 bins
    warm_up must be less than the duration, 1d
    series_every must divide the duration into at most 5_000 bins
    series_every must divide the duration into at most 5_000 bins
    groups must hold at least one group
    groups[1].name must not be `shops` too
    packages[0].credits must be from 0.001 to 1_000_000_000_000 credits
    packages[0].valid must be above 0s and at most 292 years
    packages[0].priority must be from 1 to 1_000
    packages[1].name must not be `small` too
    backend.servers must be at least 1
    backend.network_delay must be at most 292 years
    backend.service_time must have its parameters in their ranges: Erlang { mean: NaN, k: 0 }
    backend.changes must be ascending
    backend.changes must leave at least 1 server
    backend.changes must be empty where each workspace has servers of its own: its group's timeline changes them
    thresholds[0].of.group must be the name of a group
    thresholds[0].of.plan must be a plan on which workspaces begin
    thresholds[0].bound must be finite
    thresholds[0].metric must be a metric, and `latency.p42` is none
    thresholds[0].metric must have one of its labels, as in `refusal.rate{reason=overloaded}`
    thresholds[0].metric must have one of its labels, as in `refusal.rate{reason=overloaded}`
    thresholds[0].metric has no label `reason=rude`
    thresholds[0].metric has no label `limiter=bust`
    ");
}

#[test]
fn flaws_of_plans_and_throttles_name_their_fields() {
    let cycle = Cycle::Every(SimSpan::MICROSECOND);
    let credits = |change: fn(&mut Allowance)| {
        plan(|plan| change(plan.credits.as_mut().expect("it counts credits")))
    };
    let price = |every| Price { amount: Money::ZERO, per: Per::Seat, every };
    let quota = |quota: Quota| group(|group| group.throttles[0].quota = quota);
    insta::assert_snapshot!(told(&[
        plan(|plan| plan.name = String::new()),
        plan(|plan| plan.total_agents = 0),
        plan(|plan| plan.trial = Some(SimSpan::ZERO)),
        plan(|plan| plan.price = Some(price(Cycle::Never))),
        plan(|plan| plan.price = Some(price(cycle))),
        credits(|credits| credits.included = Credits::whole(-1)),
        credits(|credits| credits.renews = Cycle::Every(SimSpan::ZERO)),
        credits(|credits| credits.carry_over = CarryOver::UpTo(Credits::ZERO)),
        credits(|credits| credits.priority = 1_001),
        plan(|plan| plan.credits = None),
        group(|group| group.plans.clear()),
        group(|group| group.plans.push(group.plans[0].clone())),
        group(|group| group.mix.clear()),
        group(|group| group.mix = vec![(0, share("40%")), (1, share("60%"))]),
        group(|group| group.plans[0].throttles = vec![1]),
        group(|group| group.plans[0].throttles = vec![0, 0]),
        quota(Quota::token_bucket(Rate::new(u64::MAX, SimSpan::SECOND), 0)),
        quota(Quota::concurrency(0)),
        group(|group| {
            group.throttles.push(Throttle::new(
                "burst",
                ThrottleScope::Agent,
                Quota::concurrency(1),
            ));
            let throttles = vec![1];
            group.plans.push(Offer { plan: Plan::new("large"), throttles });
        }),
    ]), @r"
    groups[0].plans[0].plan.name must be 1 to 100 letters, digits, `-` and `_`
    groups[0].plans[0].plan.total_agents must be from 1 to 100_000
    groups[0].plans[0].plan.trial must be above 0s and at most 292 years
    groups[0].plans[0].plan.price.every must not be `Never`
    groups[0].plans[0].plan.price.every must come round at most 1_000_000 times in the duration
    groups[0].plans[0].plan.credits.included must be from 0 to 1_000_000_000_000 credits
    groups[0].plans[0].plan.credits.renews must come round at most 1_000_000 times in the duration
    groups[0].plans[0].plan.credits.carry_over must be from 100 to 1_000_000_000_000 credits
    groups[0].plans[0].plan.credits.priority must be from 1 to 1_000
    groups[0].buying needs a plan of the group that has `credits`
    groups[0].plans must hold at least one plan
    groups[0].mix must name places in `plans`
    groups[0].buying needs a plan of the group that has `credits`
    groups[0].plans[1].name must not be `small` too
    groups[0].mix must have shares that sum to 100%
    groups[0].mix must name places in `plans`
    groups[0].plans[0].throttles must name places in the group's `throttles`
    groups[0].plans[0].throttles must not hold `burst` twice
    groups[0].throttles[0].quota.rate must be at most one event a nanosecond
    groups[0].throttles[0].quota.burst_thousandths must be from 1_000 to 1_000_000_000_000_000
    groups[0].throttles[0].quota.limit must be at least 1
    groups[0].throttles[1] must be what the other throttle of its name is: of its scope, kind and weight, and the same limiter if that is custom
    ");
}

#[test]
fn flaws_of_groups_and_lines_name_their_fields() {
    let bad = || Distribution::Constant(-1.0);
    let activity =
        Activity { draft: None, active: None, offline: None, on_refused: OnRefused::GiveUp };
    insta::assert_snapshot!(told(&[
        group(|group| group.name = "all".to_owned()),
        group(|group| group.count = 0),
        group(|group| group.seats = bad()),
        group(|group| group.alerts = vec![share("80%"), share("80%")]),
        group(|group| group.buying.as_mut().expect("it buys").package = 1),
        group(|group| group.buying.as_mut().expect("it buys").at_start = 10_001),
        group(|group| {
            let by_hand = Some(ByHand { after: bad(), at_most: None });
            group.buying.as_mut().expect("it buys").by_hand = by_hand;
        }),
        group(|group| group.lines.insert(0, AgentLine::feature("rewriter"))),
        group(|group| group.lines.push(AgentLine::new("sales", 100_000))),
        line(|line| line.cost = bad()),
        line(|line| line.kind = limitlab::workload::LineKind::Feature),
        line(|line| line.activity = Some(Activity { active: Some(bad()), ..activity.clone() })),
        line(|line| {
            let on_refused = OnRefused::RetryEvery(SimSpan::ZERO);
            line.activity = Some(Activity { on_refused, ..activity.clone() });
        }),
        line(|line| {
            line.churn = Some(Churn { create: Some(rate("1/ms")), delete_after: Some(bad()) });
        }),
        line(|line| {
            let (at_least, at_most) = (share("60%"), Some(share("50%")));
            line.share = Some(ShareTerms { at_least, at_most });
        }),
    ]), @r"
    groups[0].name must not be `all`, which stands for every group
    groups[0].count must be from 1 to 100_000_000
    groups[0].seats must have its parameters in their ranges: Constant(-1.0)
    groups[0].alerts must be above 0% and ascending
    groups[0].buying.package must be a place in `packages`
    groups[0].buying.at_start must be at most 10_000
    groups[0].buying.by_hand.after must have its parameters in their ranges: Constant(-1.0)
    groups[0].lines must hold agents before features
    groups[0].lines[1].name must not be `sales` too
    groups[0].lines must have at most 100_000 agents together
    groups[0].lines[0].cost must have its parameters in their ranges: Constant(-1.0)
    groups[0].lines[0] must count 1 and always be active, since it is a feature
    groups[0].lines[0].activity.active must have its parameters in their ranges: Constant(-1.0)
    groups[0].lines[0].activity.on_refused must be above 0s and at most 292 years
    groups[0].lines[0].churn.create must be at most 1_000_000 tries in the duration
    groups[0].lines[0].churn.delete_after must have its parameters in their ranges: Constant(-1.0)
    groups[0].lines[0].share.at_least must not be greater than `at_most`
    groups[0].lines must be promised at most 100% of the credits together
    ");
}

#[test]
fn flaws_of_traffic_name_their_fields() {
    let bad = || Distribution::Constant(-1.0);
    let traffic = |kind: TrafficKind| line(|line| line.traffic = Some(kind.into()));
    let risen = |target: f64| {
        let stages = Stages::new(vec![Stage { duration: SimSpan::HOUR, target }]);
        line(|line| {
            let kind = TrafficKind::Rate(rate("1/h"));
            let modulation = Modulation::new(None, stages);
            line.traffic = Some(Traffic { modulation, ..Traffic::steady(kind) });
        })
    };
    let bursts = |on: f64, off: f64, quiet: f64| {
        let [on, off] = [on, off].map(Distribution::Constant);
        line(|line| {
            let kind = TrafficKind::Rate(rate("1/h"));
            let bursts = Some(Bursts { on, off, quiet });
            line.traffic = Some(Traffic { bursts, ..Traffic::steady(kind) });
        })
    };
    insta::assert_snapshot!(told(&[
        traffic(TrafficKind::Rate(Rate::new(2, SimSpan::from_nanos(1)))),
        traffic(TrafficKind::Interarrival(bad())),
        traffic(TrafficKind::Interarrival(Distribution::Constant(0.0))),
        traffic(TrafficKind::Sessions {
            rate: rate("1/h"),
            turns: Distribution::Geometric { mean: 0.5 },
            think: bad(),
            on_lost: OnLost::End,
        }),
        traffic(TrafficKind::Closed { users: 0, think: bad() }),
        risen(f64::NAN),
        risen(-1.0),
        bursts(1e12, 1e12, -1.0),
        bursts(0.0, 0.0, 0.0),
        bursts(0.0, 1e12, 0.0),
        bursts(1.0, 1.0, 0.0),
    ]), @r"
    groups[0].lines[0].traffic.kind must be at most one event a nanosecond
    groups[0].lines[0].traffic.kind must have its parameters in their ranges: Constant(-1.0)
    groups[0].lines[0].traffic.kind must take time between messages
    groups[0].lines[0].traffic.kind must take time between messages
    groups[0].lines[0].traffic.kind.turns must have its parameters in their ranges: Geometric { mean: 0.5 }
    groups[0].lines[0].traffic.kind.think must have its parameters in their ranges: Constant(-1.0)
    groups[0].lines[0].traffic.kind.users must be at least 1, and at most 1_000_000 in a line
    groups[0].lines[0].traffic.kind.think must have its parameters in their ranges: Constant(-1.0)
    groups[0].timeline[0].action cannot multiply what users of closed traffic write
    groups[0].lines[0].traffic.modulation must have targets from 0 to 1_000_000
    groups[0].lines[0].traffic.modulation must have targets from 0 to 1_000_000
    groups[0].lines[0].traffic.bursts.quiet must be from 0 to 1_000_000
    groups[0].lines[0].traffic.bursts must let something arrive: `on` takes time, or `quiet` is above 0
    groups[0].lines[0].traffic.bursts must have a mean, and at most 10_000_000 periods on and off in the duration
    groups[0].lines[0].traffic.bursts must let something arrive: `on` takes time, or `quiet` is above 0
    groups[0].lines[0].traffic.bursts must let something arrive: `on` takes time, or `quiet` is above 0
    groups[0].lines[0].traffic.bursts must have a mean, and at most 10_000_000 periods on and off in the duration
    ");
}

#[test]
fn flaws_of_the_timeline_name_their_fields() {
    let pick = |line, count| Pick { line, count };
    insta::assert_snapshot!(told(&[
        group(|group| group.timeline[0].at = SimTime::ZERO + SimSpan::DAY),
        group(|group| group.timeline[0].until = Some(SimTime::ZERO)),
        group(|group| {
            group.timeline[0].action = Action::Subscribe(0);
            group.timeline[0].until = Some(SimTime::NEVER);
        }),
        action(Action::SetPlan(1)),
        action(Action::BuyPackage(1, 0)),
        action(Action::Enable(pick(1, None))),
        action(Action::Delete(pick(0, Some(0)))),
        action(Action::Create(pick(0, None))),
        action(Action::Traffic(f64::INFINITY)),
        action(Action::Servers(Some(0))),
        flaws(|it| {
            it.backend = None;
            it.groups[0].timeline[0].action = Action::Servers(Some(1));
        }),
        flaws(|it| {
            let think = Distribution::Constant(1e9);
            let kind = TrafficKind::Closed { users: 1, think };
            it.groups[0].lines[0].traffic = Some(kind.into());
        }),
    ]), @r"
    groups[0].timeline[0].at must lie before the end of the duration
    groups[0].timeline[0].until must be later than `at`
    groups[0].timeline[0].until must be `None`, since the action cannot be undone
    groups[0].timeline[0].action must name a place in the group's `plans`
    groups[0].timeline[0].action must name a place in `packages`
    groups[0].timeline[0].action must buy from 1 to 10_000 packages
    groups[0].timeline[0].action must name a line of agents by its place in `lines`
    groups[0].timeline[0].action must pick at least 1 agent
    groups[0].timeline[0].action must create from 1 to 100_000 agents
    groups[0].timeline[0].action must multiply by 0 to 1_000_000
    groups[0].timeline[0].action must leave at least 1 server
    groups[0].timeline[0].action needs a backend of which each workspace has its own; a platform's changes are in `backend.changes`
    groups[0].timeline[0].action cannot multiply what users of closed traffic write
    ");
}

#[test]
fn profiles_of_anything_but_weights_are_none() {
    use limitlab::units::ClockChange;
    let change = |hours: u64, at_start| ClockChange {
        from: SimTime::ZERO + SimSpan::HOUR.times(hours),
        at_start,
    };
    let profile = |weight: f64, changes: Vec<ClockChange>| {
        let mut weights = [1.0; 24];
        weights[3] = weight;
        Profile::new("mine".to_owned(), "UTC".to_owned(), &weights, changes)
    };
    let start = || vec![change(0, SimSpan::ZERO)];
    assert!(profile(0.0, start()).is_some());
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(profile(weight, start()).is_none(), "{weight}");
    }
    assert!(profile(1.0, vec![change(0, SimSpan::DAY.times(7))]).is_none());
    let [early, late] = [change(1, SimSpan::ZERO), change(2, SimSpan::ZERO)];
    assert!(profile(1.0, vec![change(0, SimSpan::ZERO), late, early]).is_none());
}

/// What is sound runs to its end, however far out.
#[test]
fn extremes_that_are_sound_do_not_panic() {
    let changes: [fn(&mut Scenario); 8] = [
        |it| it.groups[0].lines[0].cost = Distribution::Constant(1e300),
        |it| it.groups[0].seats = Distribution::Constant(1e300),
        |it| it.groups[0].lines[0].count = 0,
        |it| it.groups[0].lines.clear(),
        |it| {
            it.backend.as_mut().expect("there is one").service_time =
                Distribution::Pareto { minimum: 1e300, shape: 1e-300 };
        },
        |it| it.backend.as_mut().expect("there is one").queue_limit = Some(0),
        |it| it.start = jiff::Timestamp::MAX,
        |it| {
            let mean = it.duration.nanos() as f64 * 1e10;
            let kind = TrafficKind::Interarrival(Distribution::Exponential { mean });
            it.groups[0].lines[0].traffic = Some(kind.into());
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut scenario = sound();
        change(&mut scenario);
        assert_eq!(scenario.check(), Ok(()), "change {index}");
        let outcome = run(&scenario, RunOptions { threads: 0 }, &Watch::default());
        assert!(outcome.is_ok(), "change {index}");
    }
}
