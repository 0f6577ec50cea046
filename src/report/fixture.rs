//! A small run, booked by hand: what tests of reports show.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::enforcement::Enforcement;
use crate::measure::{
    AgentTally, BackendMeasures, ByBin, Causes, Cohorts, Features, Frame, GroupFrame,
    GroupMeasures, GroupShadows, LimiterCause, Measures, Reply, Shadows, Tally, Window, ratios,
};
use crate::random::Distribution;
use crate::rules::limiter::{Quota, Throttle, ThrottleScope};
use crate::rules::{AgentState, Allowance, CreditPool, Cycle, Included, Plan, Reason, Refusal};
use crate::scenario::{
    Backend, BackendScope, Comparison, Drain, Group, Offer, Scenario, Settling, Threshold,
};
use crate::summary::{Selector, Summary, summarise};
use crate::units::{ClockChange, Credits, Share, SimSpan, SimTime};
use crate::workload::{AgentLine, LineKind, WhileOffline};

/// Three shops over three and a half hours, in bins of an hour, after a warm-up of half an hour.
pub(super) fn small() -> (Scenario, Measures, Summary) {
    let scenario = scenario();
    let measures = measures(&scenario);
    let mut summary =
        summarise(&measures, &["shops".to_owned()], scenario.identity(), scenario.seed);
    summary.thresholds =
        scenario.thresholds.iter().map(|threshold| threshold.judge(&summary, &measures)).collect();
    (scenario, measures, summary)
}

const REASONS: [Reason; 3] =
    [Reason::ActiveAgentLimit, Reason::CreditsExhausted, Reason::Overloaded];

fn throttles() -> Vec<Throttle> {
    vec![Throttle::new(
        "burst",
        ThrottleScope::Workspace,
        Quota::token_bucket("2/s".parse().unwrap(), 20),
    )]
}

fn span(text: &str) -> SimSpan {
    text.parse().unwrap()
}

fn at(text: &str) -> SimTime {
    SimTime::ZERO + span(text)
}

fn scenario() -> Scenario {
    let plan = Plan {
        name: "advanced".to_owned(),
        active_agents: Some(3),
        credits: Some(Allowance::new(Credits::whole(10), Cycle::Never)),
        ..Plan::unlimited()
    };
    let line = AgentLine {
        name: "sales".to_owned(),
        count: 5,
        start: AgentState::Active,
        activity: None,
        traffic: None,
        cost: Distribution::Constant(1_000.0),
        while_offline: WhileOffline::Refuse,
        kind: LineKind::Agents,
        retry: None,
        client_throttling: None,
        patience: None,
        churn: None,
        share: None,
    };
    let threshold = |text: &str, metric: &str, comparison, bound| Threshold {
        text: text.to_owned(),
        of: Selector::default(),
        metric: metric.to_owned(),
        comparison,
        bound,
        over: None,
        abort_on_fail: false,
    };
    Scenario {
        enforcement: Enforcement::default(),
        name: "three-shops".to_owned(),
        about: Some("Three shops share what a plan of ten credits gives them.".to_owned()),
        seed: 7,
        replications: 1,
        until: None,
        start: "2026-06-01T00:00:00Z".parse().unwrap(),
        timezone: TimeZone::UTC,
        duration: span("3h30m"),
        warm_up: span("30m"),
        settling: Settling::Given,
        drain: Drain::Finish,
        groups: vec![Group {
            plans: vec![Offer { plan, throttles: vec![0] }],
            mix: vec![(0, Share::WHOLE)],
            lines: vec![line],
            throttles: throttles(),
            ..Group::new("shops", 3)
        }],
        packages: Vec::new(),
        plans: Vec::new(),
        idle_plans: Vec::new(),
        throttles: Vec::new(),
        traces: Vec::new(),
        backend: Some(Backend {
            queue_limit: Some(5),
            ..Backend::new(BackendScope::Workspace, Some(1), Distribution::Constant(1e9))
        }),
        series_every: SimSpan::HOUR,
        thresholds: vec![
            threshold("latency.p99 < 10s", "latency.p99", Comparison::Less, 10.0),
            threshold("workspaces.hit.share < 50%", "workspaces.hit.share", Comparison::Less, 0.5),
        ],
        sha256: "0123456789abcdef".repeat(4),
    }
}

fn frame(scenario: &Scenario) -> Frame {
    let throttles = throttles();
    let throttles: Vec<LimiterCause<'_>> = throttles.iter().map(LimiterCause::from).collect();
    let causes = std::iter::once((throttles.clone(), REASONS.to_vec()));
    let causes = Arc::new(Causes::new(causes));
    let until = SimTime::ZERO + scenario.duration;
    let window = Window { from: SimTime::ZERO + scenario.warm_up, until };
    let own = causes.of_groups(&throttles, &REASONS);
    let ratios: Arc<[_]> = ratios(window, &causes, &Shadows::default(), &[]).into();
    let group = || GroupFrame {
        window,
        features: Features {
            slots: true,
            pool: true,
            servers: Some(Some(1)),
            ..Features::default()
        },
        causes: Arc::clone(&causes),
        own_causes: own.clone(),
        shadows: Arc::default(),
        own_shadows: GroupShadows::default(),
        ratios: Arc::clone(&ratios),
        withins: Vec::new(),
        by_bin: ByBin::default(),
        batches: None,
        clocks: [ClockChange { from: SimTime::ZERO, at_start: SimSpan::ZERO }].into(),
        alerts: Vec::new(),
        alerts_of_all: 0,
        by_workspace: false,
    };
    let mut cohorts = Cohorts::default();
    cohorts.add_group(1, &[], true);
    Frame {
        groups: vec![group()],
        all: group(),
        plans: Vec::new(),
        cohorts,
        platform_servers: None,
        own_servers: Some(3),
        bin: scenario.series_every,
        duration: scenario.duration,
        replications: 1,
        meet: false,
        depend: false,
    }
}

fn measures(scenario: &Scenario) -> Measures {
    let frame = frame(scenario);
    let mut group = GroupMeasures::new(&frame.groups[0], frame.bin, frame.duration);
    for workspace in 0..3 {
        book(&mut group, &frame.groups[0], workspace);
    }
    Measures::of_cohorts(Arc::new(frame), vec![group], None)
}

/// The story of one workspace: the first answers all, the second runs out of credits, the third
/// sends too fast as well.
fn book(group: &mut GroupMeasures, frame: &GroupFrame, workspace: u32) {
    let mut tally = Tally::default();
    tally.reset(frame);
    tally.agents.resize(5, AgentTally::default());
    tally.backend_capacity = u128::from(frame.window.length().nanos());
    tally.levels.limited = true;
    tally.levels.active = 3;
    tally.levels.offline = 2;
    tally.levels.full = true;
    group.active_changed(&mut tally, SimTime::ZERO, 3);
    group.limit_changed(&mut tally, SimTime::ZERO, Some(3));
    let mut pool = CreditPool::default();
    pool.open(Included { amount: Credits::whole(10), ..Included::NOTHING });
    group.pool_opened(frame, &mut tally, &pool);
    if let Some(credits) = &mut tally.credits {
        credits.begin_counting(SimTime::ZERO, pool.balance());
    }
    for message in 0..(6 + 3 * workspace) {
        let due = at("40m") + span("10m").times(u64::from(message));
        group.look(frame, &mut tally, due, &pool);
        group.attempted(&mut tally, 0, due, true);
        let before = pool.balance();
        if pool.check(Credits::whole(2)).is_err() {
            let refusal = Refusal::of(Reason::CreditsExhausted);
            group.refused(frame, &mut tally, ((due, true), due), &refusal);
            tally.gave_up(frame.own_causes.index(&refusal), false);
            if let Some(credits) = &mut tally.credits {
                credits.refused(due);
            }
            continue;
        }
        if workspace == 2 && message % 4 == 1 {
            let retry_after = Some(span("500ms"));
            let refusal = Refusal { reason: Reason::RateLimited, limiter: Some(0), retry_after };
            group.refused(frame, &mut tally, ((due, true), due), &refusal);
            tally.gave_up(frame.own_causes.index(&refusal), false);
            continue;
        }
        pool.charge(Credits::whole(2));
        group.admitted(&mut tally);
        tally.kept(0);
        group.balance_changed(frame, &mut tally, due, (before, pool.balance()));
        answer(group, frame, &mut tally, due, u64::from(message));
    }
    group.enable_refused(frame, &mut tally, at("2h"), &Refusal::of(Reason::ActiveAgentLimit));
    group.look(frame, &mut tally, at("4h"), &pool);
    group.finish(frame, &mut tally, Some(&pool));
    group.close();
}

/// A reply after some seconds of waiting and one of service.
fn answer(
    group: &mut GroupMeasures,
    frame: &GroupFrame,
    tally: &mut Tally,
    due: SimTime,
    wait: u64,
) {
    let (wait, service) = (SimSpan::from_secs(wait), SimSpan::SECOND);
    let reply = Reply {
        due,
        latency: (wait + service).nanos(),
        wait: wait.nanos(),
        service: service.nanos(),
    };
    group.completed(frame, tally, reply);
    let (started, ended) = (due + wait, due + wait + service);
    tally.backend_busy += u128::from(service.nanos());
    tally.backend_waiting += u128::from(wait.nanos());
    tally.backend_served += 1;
    let booked: &mut BackendMeasures = group.backend.as_mut().expect("the group has servers");
    booked.served(due, started, ended, u32::from(!wait.is_zero()));
}
