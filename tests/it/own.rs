//! Limiters and arrival processes that users of the library write: the programs in `examples/`
//! against closed forms, and twins of what is built in.

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::random::{Distribution, Draw, Sampler};
use limitlab::rules::limiter::{Attempt, CustomLimiter, LimitKind, Quota, Throttle, ThrottleScope};
use limitlab::rules::{Plan, Reason};
use limitlab::scenario::BackendScope;
use limitlab::summary::Summary;
use limitlab::units::{Share, SimSpan, SimTime};
use limitlab::workload::{
    Action, AgentLine, CustomArrivals, Occurrence, OnLost, Pick, TrafficKind,
};
use limitlab::{Backend, Group, Scenario};

#[path = "../../examples/own_arrivals.rs"]
#[expect(dead_code, reason = "its `main` is run by hand")]
mod own_arrivals;
#[path = "../../examples/own_limiter.rs"]
#[expect(dead_code, reason = "its `main` is run by hand")]
mod own_limiter;

/// A normal 95% interval reaches this many standard errors to each side.
const HALF_WIDTH_OF_95: f64 = 1.959_963_984_540_054;

#[track_caller]
fn summary(scenario: &Scenario, threads: usize) -> Summary {
    let outcome = run(scenario, RunOptions { threads }, &Watch::default());
    outcome.unwrap_or_else(|error| panic!("{error}")).summary
}

#[track_caller]
fn value(summary: &Summary, group: &str, metric: &str) -> f64 {
    summary.metric(group, metric).and_then(|it| it.value).expect("it is measured")
}

/// A metric that counts.
#[track_caller]
fn count(summary: &Summary, group: &str, metric: &str) -> u64 {
    value(summary, group, metric) as u64
}

fn one(name: &str) -> Throttle {
    Throttle::new(name, ThrottleScope::Workspace, Quota::concurrency(1))
}

/// The mean and the variance of the lesser of a Poisson count and `most`.
fn capped_poisson(mean: f64, most: u32) -> (f64, f64) {
    let mut probability = libm::exp(-mean);
    let (mut first, mut second, mut passed) = (0.0, 0.0, 0.0);
    for count in 0..most {
        let count = f64::from(count);
        first += probability * count;
        second += probability * count * count;
        passed += probability;
        probability *= mean / (count + 1.0);
    }
    let (rest, most) = (1.0 - passed, f64::from(most));
    let (first, second) = (first + rest * most, second + rest * most * most);
    (first, second - first * first)
}

#[test]
fn the_hourly_quota_admits_what_arithmetic_says() {
    use own_limiter::{QUOTA, WORKSPACES, WRITTEN, simulate};
    let found = simulate(1).expect("the example is sound");
    // From half past nine on for a day: 23 whole hours and two halves.
    let (hour, hour_variance) = capped_poisson(f64::from(WRITTEN), QUOTA);
    let (half, half_variance) = capped_poisson(f64::from(WRITTEN) / 2.0, QUOTA);
    let workspaces = f64::from(WORKSPACES);
    let expected = workspaces * (23.0 * hour + 2.0 * half);
    let error = (workspaces * (23.0 * hour_variance + 2.0 * half_variance)).sqrt();
    let completed = value(&found, "hourly", "messages.completed");
    assert!((completed - expected).abs() < 4.0 * error, "{completed}, not {expected} by {error}");
    // Its refusals are in the results like any other.
    let refused = value(&found, "hourly", "messages.lost");
    let cause = &found.groups["hourly"].refusals[0];
    assert_eq!((cause.reason.as_str(), cause.limiter.as_deref()), ("rate_limited", Some("hourly")));
    assert_eq!(
        Some(cause.refused),
        found.metric("hourly", "messages.lost").and_then(|it| it.value)
    );
    assert!(refused > 0.05 * completed);
    let by = |label| found.metric("hourly", &format!("refusal.rate{{{label}}}"));
    assert!(by("reason=rate_limited").is_some());
    assert_eq!(by("reason=rate_limited"), by("limiter=hourly"));
    // What it says about trying again is drawn up like that of a bucket.
    assert!(refused > 4.0 * value(&found, "bucket", "messages.lost"));
    let again = simulate(2).expect("the example is sound");
    assert!(found.to_json() == again.to_json(), "two threads give other bytes");
}

#[test]
fn the_hourly_quota_says_exactly_when_to_try_again() {
    let at = |text: &str| Attempt::new(SimTime::ZERO + text.parse().expect("a span"));
    let mut quota = own_limiter::HourlyQuota::new(2);
    for attempt in [at("59m"), at("59m59s")] {
        assert_eq!(quota.check(&attempt), Ok(()));
        quota.take(&attempt);
    }
    let nanosecond = SimSpan::from_nanos(1);
    assert_eq!(quota.check(&at("59m59s")), Err(Some(SimSpan::SECOND)));
    assert_eq!(quota.check(&at("59m59.999999999s")), Err(Some(nanosecond)));
    assert_eq!(quota.check(&at("1h")), Ok(()));
}

/// The variance of the messages that come to an agent within `hours` in a stationary process whose
/// rate jumps between two levels.
///
/// Given the rate they are Poisson, so it is their mean plus the variance of the integral of the
/// rate, whose covariance falls exponentially.
/// Source: Fischer and Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook"
/// (1993), section 3.
fn modulated_variance(phases: [(f64, f64); 2], mean: f64, hours: f64) -> f64 {
    let [(first, first_length), (second, second_length)] = phases;
    let leaving = 1.0 / first_length + 1.0 / second_length;
    let share = first_length / (first_length + second_length);
    let spread = (first - second) * (first - second) * share * (1.0 - share);
    let integral = hours / leaving - (1.0 - libm::exp(-leaving * hours)) / (leaving * leaving);
    mean * hours + 2.0 * spread * integral
}

#[test]
fn the_modulated_process_has_the_counts_of_theory() {
    use own_arrivals::{DURATION, PHASES, WORKSPACES, per_hour, simulate};
    let found = simulate(1).expect("the example is sound");
    let hours = DURATION.as_secs_f64() / 3_600.0;
    let workspaces = f64::from(WORKSPACES);
    for (group, variance) in
        [("stormy", modulated_variance(PHASES, per_hour(), hours)), ("steady", per_hour() * hours)]
    {
        let expected = workspaces * per_hour() * hours;
        let error = (workspaces * variance).sqrt();
        let offered = found.metric(group, "messages.offered").expect("it is measured");
        let count = offered.value.expect("messages come");
        assert!((count - expected).abs() < 4.0 * error, "{group}: {count}, not {expected}");
        // How far workspaces differ is in the interval. Of 2,000 it is known within some percent.
        let [low, high] = offered.ci95.expect("workspaces are independent");
        let found = (high - low) / 2.0 / HALF_WIDTH_OF_95;
        assert!((found / error - 1.0).abs() < 0.1, "{group}: {found}, not {error}");
    }
    let refused = |group| value(&found, group, "refusal.rate{limiter=fair-use}");
    assert!(refused("stormy") > 0.2 && refused("steady") < 0.01);
    let again = simulate(2).expect("the example is sound");
    assert!(found.to_json() == again.to_json(), "two threads give other bytes");
}

/// The built-in bucket by the generic cell rate algorithm: two tokens a second, five at most.
#[derive(Debug, Clone)]
struct CellRate {
    /// When the next cell would be on time.
    due: SimTime,
}

/// The time of a token.
const CELL: SimSpan = SimSpan::from_nanos(500_000_000);

impl CustomLimiter for CellRate {
    fn check(&self, attempt: &Attempt) -> Result<(), Option<SimSpan>> {
        let early = self.due.since(attempt.now + CELL.times(4));
        if early.is_zero() { Ok(()) } else { Err(Some(early)) }
    }

    fn take(&mut self, attempt: &Attempt) {
        self.due = self.due.max(attempt.now) + CELL;
    }
}

/// The built-in limit of attempts in flight.
#[derive(Debug, Clone)]
struct InFlight {
    limit: u32,
    held: u32,
}

impl CustomLimiter for InFlight {
    fn check(&self, _attempt: &Attempt) -> Result<(), Option<SimSpan>> {
        if self.held < self.limit { Ok(()) } else { Err(None) }
    }

    fn take(&mut self, _attempt: &Attempt) {
        self.held += 1;
    }

    fn refuses_with(&self) -> LimitKind {
        LimitKind::Concurrency
    }

    fn holds_places(&self) -> bool {
        true
    }

    fn release(&mut self, _now: SimTime) {
        self.held -= 1;
    }
}

/// A busy scenario under these limits: conversations, a backend that is often full, and a change
/// of plan to one where only the second limit holds.
fn limited(rate: &Quota, places: &Quota, scope: ThrottleScope) -> Scenario {
    let exponential = |seconds: f64| Distribution::Exponential { mean: seconds * 1e9 };
    let sessions = TrafficKind::Sessions {
        rate: "60/min".parse().expect("a rate"),
        turns: Distribution::Geometric { mean: 4.0 },
        think: exponential(1.0),
        on_lost: OnLost::Continue,
    };
    let small = (Plan::new("small"), Share::WHOLE);
    let large = (Plan::new("large"), Share::NONE);
    let mut group = Group::new("shops", 20)
        .on_plans([small, large])
        .with_line(AgentLine::new("sales", 3).with_traffic(sessions))
        .with_throttle(Throttle::new("burst", scope, rate.clone()))
        .with_throttle(Throttle::new("in-flight", scope, places.clone()));
    group.plans[1].throttles = vec![1];
    group.plans[0].throttles = if scope == ThrottleScope::Agent { vec![0] } else { vec![0, 1] };
    group.timeline = vec![Occurrence {
        key: "grow".to_owned(),
        at: SimTime::ZERO + SimSpan::MINUTE.times(20),
        until: None,
        share: "50%".parse().expect("a share"),
        action: Action::SetPlan(1),
    }];
    let mut backend = Backend::new(BackendScope::Workspace, Some(3), exponential(2.0));
    backend.queue_limit = Some(4);
    backend.network_delay = SimSpan::MILLISECOND.times(40);
    Scenario::new("limited", SimSpan::HOUR).with_group(group).with_backend(backend)
}

#[test]
fn twins_of_the_built_in_limiters_give_the_same_bytes() {
    for scope in [ThrottleScope::Agent, ThrottleScope::Workspace] {
        let rate = Quota::token_bucket("2/s".parse().expect("a rate"), 5);
        let built_in = limited(&rate, &Quota::concurrency(3), scope);
        let own_rate = Quota::custom(CellRate { due: SimTime::ZERO });
        let own_places = Quota::custom(InFlight { limit: 3, held: 0 });
        let own = limited(&own_rate, &own_places, scope);
        let expected = summary(&built_in, 1);
        for limiter in ["burst", "in-flight"] {
            let metric = format!("refusal.rate{{limiter={limiter}}}");
            assert!(expected.value(&metric).is_some_and(|rate| rate > 0.01), "{limiter} is idle");
        }
        let found = summary(&own, 2);
        assert!(found == expected, "{}", found.to_json());
    }
}

#[test]
fn limiters_begin_anew_in_each_workspace_and_agent() {
    /// Admits so many attempts in all.
    #[derive(Debug, Clone)]
    struct First(u32);

    impl CustomLimiter for First {
        fn check(&self, attempt: &Attempt) -> Result<(), Option<SimSpan>> {
            assert_eq!(attempt.cost.thousandths(), 1_000);
            if self.0 > 0 { Ok(()) } else { Err(None) }
        }

        fn take(&mut self, _attempt: &Attempt) {
            self.0 -= 1;
        }
    }

    let completed = |scope| {
        let kind = TrafficKind::Rate("2/min".parse().expect("a rate"));
        let group = Group::new("shops", 30)
            .with_line(AgentLine::new("sales", 4).with_traffic(kind))
            .with_throttle(Throttle::new("first", scope, Quota::custom(First(7))));
        let scenario = Scenario::new("first", SimSpan::HOUR).with_group(group);
        count(&summary(&scenario, 2), "shops", "messages.completed")
    };
    assert_eq!(completed(ThrottleScope::Workspace), 30 * 7);
    assert_eq!(completed(ThrottleScope::Agent), 30 * 4 * 7);
}

#[test]
fn what_others_refuse_takes_nothing_from_a_limiter() {
    /// Counts what it admits against what it is told to take.
    #[derive(Debug, Clone)]
    struct Two(u32);

    impl CustomLimiter for Two {
        fn check(&self, _attempt: &Attempt) -> Result<(), Option<SimSpan>> {
            if self.0 > 0 { Ok(()) } else { Err(None) }
        }

        fn take(&mut self, _attempt: &Attempt) {
            self.0 -= 1;
        }
    }

    // A server that is busy for good: what comes later is refused by the limit of one in flight.
    let service = Distribution::Constant(1e18);
    let group = Group::new("shops", 1)
        .with_line(AgentLine::new("sales", 1).with_traffic(every(SimSpan::MINUTE)))
        .with_throttle(Throttle::new("two", ThrottleScope::Workspace, Quota::custom(Two(2))))
        .with_throttle(one("in-flight"));
    let scenario = Scenario::new("busy", SimSpan::HOUR)
        .with_group(group)
        .with_backend(Backend::new(BackendScope::Workspace, None, service));
    let found = summary(&scenario, 1);
    let causes: Vec<_> = found.groups["shops"].refusals.iter().collect();
    assert_eq!(causes.iter().map(|it| it.refused as u64).collect::<Vec<_>>(), [0, 58]);
    assert_eq!(causes[1].reason, Reason::ConcurrencyLimited.name());
}

/// A message every so often.
fn every(span: SimSpan) -> TrafficKind {
    TrafficKind::Interarrival(Distribution::Constant(span.nanos() as f64))
}

/// The built-in renewal stream.
#[derive(Debug, Clone)]
struct Renewal(Sampler);

impl CustomArrivals for Renewal {
    fn next(&mut self, _now: SimTime, draw: &mut Draw) -> Option<SimSpan> {
        Some(SimSpan::from_nanos(self.0.sample_whole(draw)))
    }

    fn per_second(&self) -> f64 {
        0.1
    }
}

fn written_to(kind: TrafficKind) -> Scenario {
    let group = Group::new("shops", 20)
        .with_line(AgentLine::new("sales", 3).with_traffic(kind))
        .with_throttle(one("in-flight"));
    let service = Distribution::Exponential { mean: 5e9 };
    Scenario::new("own", SimSpan::HOUR).with_group(group).with_backend(Backend::new(
        BackendScope::Workspace,
        Some(2),
        service,
    ))
}

#[test]
fn a_twin_of_the_built_in_renewal_stream_gives_the_same_bytes() {
    let law = Distribution::Gamma { mean: 1e10, cv: 2.0 };
    let built_in = written_to(TrafficKind::Interarrival(law.clone()));
    let own = written_to(TrafficKind::custom(Renewal(law.sampler())));
    let (expected, found) = (summary(&built_in, 1), summary(&own, 2));
    assert!(value(&found, "shops", "messages.offered") > 20_000.0);
    assert!(found == expected, "{}", found.to_json());
}

/// A message every ten minutes, and so many in all.
#[derive(Debug, Clone)]
struct Comb {
    left: u32,
    /// Whether the teeth stand at full ten minutes of virtual time.
    aligned: bool,
}

impl CustomArrivals for Comb {
    fn next(&mut self, now: SimTime, _draw: &mut Draw) -> Option<SimSpan> {
        self.left = self.left.checked_sub(1)?;
        let every = SimSpan::MINUTE.times(10);
        let passed = if self.aligned { now.nanos() % every.nanos() } else { 0 };
        Some(SimSpan::from_nanos(every.nanos() - passed))
    }

    fn per_second(&self) -> f64 {
        1.0 / 600.0
    }
}

/// Messages of 23 hours and 55 minutes to one agent in each of three workspaces, and what the
/// timeline adds.
fn combed(comb: Comb, happens: Option<(SimSpan, Option<SimSpan>, Action)>) -> u64 {
    let line = AgentLine::new("sales", 1).with_traffic(TrafficKind::custom(comb));
    let mut group = Group::new("shops", 3).with_line(line);
    group.timeline = happens
        .into_iter()
        .map(|(at, length, action)| Occurrence {
            key: "change".to_owned(),
            at: SimTime::ZERO + at,
            until: length.map(|length| SimTime::ZERO + at + length),
            share: Share::WHOLE,
            action,
        })
        .collect();
    let scenario = Scenario::new("comb", SimSpan::MINUTE.times(1_435)).with_group(group);
    count(&summary(&scenario, 2), "shops", "messages.offered") / 3
}

#[test]
fn a_comb_has_as_many_teeth_as_fit() {
    let endless = Comb { left: u32::MAX, aligned: false };
    // The 144th would come five minutes after the end.
    assert_eq!(combed(endless.clone(), None), 143);
    // It is asked no more once it has ended.
    assert_eq!(combed(Comb { left: 5, aligned: false }, None), 5);
    // Doubled for six hours it goes as far as a comb of 29 hours and 55 minutes.
    let hours = |hours| SimSpan::HOUR.times(hours);
    let doubled = (hours(3), Some(hours(6)), Action::Traffic(2.0));
    assert_eq!(combed(endless.clone(), Some(doubled)), 179);
    // An agent that is created later has a comb of its own from there on: it is a draft, to which
    // messages are written too. 23 hours and 38 minutes have 141 teeth.
    let created = || {
        let pick = Pick { line: 0, count: Some(1) };
        Some((SimSpan::MINUTE.times(17), None, Action::Create(pick)))
    };
    assert_eq!(combed(endless.clone(), created()), 143 + 141);
    // Aligned it has the first tooth after 3 minutes, and so one more.
    let aligned = Comb { aligned: true, ..endless };
    assert_eq!(combed(aligned, created()), 143 + 142);
}

#[test]
fn messages_for_ever_in_no_time_end_the_run_with_an_error() {
    #[derive(Debug, Clone)]
    struct Flood;

    impl CustomArrivals for Flood {
        fn next(&mut self, _now: SimTime, _draw: &mut Draw) -> Option<SimSpan> {
            Some(SimSpan::ZERO)
        }

        fn per_second(&self) -> f64 {
            f64::INFINITY
        }
    }

    let scenario = written_to(TrafficKind::custom(Flood));
    let error = run(&scenario, RunOptions::default(), &Watch::default()).err();
    let message = error.map(|error| error.to_string()).unwrap_or_default();
    assert!(message.contains("more than a million events"), "{message}");
}

#[test]
fn clones_are_equal_and_what_was_made_apart_is_not() {
    let (one, other) = (Quota::custom(InFlight { limit: 1, held: 0 }), Quota::concurrency(1));
    assert_eq!(one, one.clone());
    assert_ne!(one, Quota::custom(InFlight { limit: 1, held: 0 }));
    assert_ne!(one, other);
    // Throttles of one name on two plans are one limiter, which a clone is.
    let flaws = |second: &Quota| {
        let throttles = [&one, second]
            .map(|quota| Throttle::new("in-flight", ThrottleScope::Workspace, quota.clone()));
        let mut group = Group::new("shops", 1)
            .on_plans([(Plan::new("small"), Share::WHOLE), (Plan::new("large"), Share::NONE)]);
        group.throttles = throttles.to_vec();
        group.plans[0].throttles = vec![0];
        group.plans[1].throttles = vec![1];
        Scenario::new("twice", SimSpan::DAY).with_group(group).check()
    };
    assert_eq!(flaws(&one), Ok(()));
    let message = flaws(&Quota::custom(InFlight { limit: 1, held: 0 })).unwrap_err().to_string();
    assert!(message.ends_with("and the same limiter if that is custom"), "{message}");
    let kind = TrafficKind::custom(Comb { left: 1, aligned: false });
    assert_eq!(kind, kind.clone());
    assert_ne!(kind, TrafficKind::custom(Comb { left: 1, aligned: false }));
}
