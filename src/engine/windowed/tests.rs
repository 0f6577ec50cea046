use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::engine::coupled;
use crate::engine::frame;
use crate::engine::journal::Observers;
use crate::engine::watch::Watch;
use crate::measure::{GroupMeasures, Measures};
use crate::scenario::{load, parse};
use crate::units::SimSpan;

/// Two groups of which much happens at the same instant, served by a platform.
const GRID: &str = "
limitlab: 1
name: grid
duration: 3m
plans:
  metered: { active_agents: 3, credits: { included: 60, renews: 1m } }
workspaces:
  - group: regular
    count: 7
    plan: metered
    agents:
      - name: bot
        count: 3
        traffic: { interarrival: { constant: 1s } }
        retry: { max_attempts: 3, backoff: { base: 1s, jitter: none } }
  - group: chatty
    count: 5
    agents:
      - name: sales
        count: 2
        traffic: { sessions: { rate: 6/min, turns: { geometric: { mean: 3 } }, think: 2s } }
backend:
  scope: platform
  servers: 4
  service_time: { constant: 500ms }
  network_delay: 100ms
";

/// `GRID` with one text in place of another.
fn grid(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(GRID.to_owned(), |yaml, (from, to)| {
        assert!(yaml.contains(from), "{from}");
        yaml.replace(from, to)
    })
}

const BACKEND: &str = "  service_time: { constant: 500ms }\n";

/// What stands there for `BACKEND` and a queue.
const QUEUE: &str = "  service_time: { constant: 500ms }\n  queue: { limit: 3 }\n";
const RANDOM: &str = "  service_time: { exponential: 300ms }\n  queue: { limit: 6 }\n";
const LIMITS: &str = "fair_use:
  - { name: rate, scope: platform, token_bucket: { rate: 9/s, burst: 4 } }
  - { name: window, scope: platform, sliding_window: { limit: 50, per: 10s }, weight: credits }
backend:
";
/// Limits of the first group, in which attempts wait.
const OWN: &str = "    fair_use:
      - { name: one, scope: agent, concurrency: { limit: 1, queue: 1 } }
      - { name: smooth, scope: workspace, leaky_bucket: { rate: 1/s, burst: 4 } }
  - group: chatty
";
const TRAFFIC: &str = "        traffic: { interarrival: { constant: 1s } }\n";
const IMPATIENT: &str = "        traffic: { interarrival: { constant: 1s } }
        patience: { uniform: { min: 0s, max: 3s } }
";
const RESTLESS: &str = "        traffic: { interarrival: { constant: 1s } }
        activity: { active: { exponential: 20s }, offline: { constant: 3s }, on_refused: wait_for_slot }
        churn: { create: 6/min, delete_after: { exponential: 30s } }
        cost: { uniform: { min: 0, max: 4 } }
        while_offline: pause
";
const ROUTED: &str = "    traffic: { rate: 1/s }
    route: least_busy
    agents:
      - name: bot
        count: 3
";
const CHANGES: &str = "  network_delay: 100ms
timeline:
  - { at: 40s, for: 40s, backend: { servers: 1 } }
  - { at: 60s, for: 30s, group: chatty, traffic: 3x }
  - { at: 90s, group: regular, share: 50%, set_plan: small }
";
const NODES: &str =
    "enforcement: { strategy: { replicated: { nodes: 3, sync_every: 1s } } }\nbackend:\n";
/// Limits of the first group that refuse attempts and have them wait, while nobody waits for replies.
const RATES: &str = "    fair_use:
      - { name: rate, scope: agent, token_bucket: { rate: 1/s, burst: 2 } }
      - { name: smooth, scope: workspace, leaky_bucket: { rate: 2/s, burst: 4 } }
  - group: chatty
";
const SESSIONS: &str = "sessions: { rate: 6/min, turns: { geometric: { mean: 3 } }, think: 2s }";
const USERS: &str = "closed: { users: 3, think: { exponential: 1s } }";

/// Scenarios whose workspaces meet in what is a way off.
fn meeting() -> Vec<String> {
    let sessions = SESSIONS;
    let plain = "    agents:\n      - name: bot\n        count: 3\n";
    let (delay, chatty) = ("  network_delay: 100ms\n", "  - group: chatty\n");
    let cut = ("duration: 3m", "duration: 3m\ndrain: cut");
    let several = ("duration: 3m", "duration: 3m\nwarm_up: 20s\nreplications: 3");
    let small = ("plans:\n", "plans:\n  small: { active_agents: 1 }\n");
    let untimely = (TRAFFIC, "");
    vec![
        grid(&[]),
        grid(&[(BACKEND, QUEUE)]),
        grid(&[(BACKEND, RANDOM), several]),
        grid(&[(BACKEND, QUEUE), (TRAFFIC, IMPATIENT)]),
        grid(&[(BACKEND, QUEUE), (TRAFFIC, IMPATIENT), cut]),
        grid(&[(BACKEND, QUEUE), ("backend:\n", LIMITS)]),
        grid(&[("backend:\n", LIMITS), (chatty, OWN)]),
        grid(&[(BACKEND, RANDOM), (chatty, OWN), (TRAFFIC, IMPATIENT)]),
        grid(&[(BACKEND, QUEUE), (TRAFFIC, RESTLESS), cut]),
        grid(&[(BACKEND, QUEUE), (delay, CHANGES), small, (TRAFFIC, IMPATIENT)]),
        grid(&[("servers: 4", "servers: unlimited"), ("100ms", "1ns")]),
        grid(&[("servers: 4", "servers: 40"), ("100ms", "10s"), (sessions, USERS)]),
        grid(&[(BACKEND, QUEUE), ("backend:\n", NODES)]),
        grid(&[(BACKEND, RANDOM), untimely, (plain, ROUTED), (sessions, USERS)]),
    ]
}

/// The same where nobody does anything for what the platform answers.
fn sending() -> Vec<String> {
    let (delay, chatty) = ("  network_delay: 100ms\n", "  - group: chatty\n");
    let alone = (SESSIONS, "rate: 30/min");
    let cut = ("duration: 3m", "duration: 3m\ndrain: cut");
    let several = ("duration: 3m", "duration: 3m\nwarm_up: 20s\nreplications: 3");
    let small = ("plans:\n", "plans:\n  small: { active_agents: 1 }\n");
    vec![
        grid(&[alone]),
        grid(&[alone, several]),
        grid(&[alone, (TRAFFIC, IMPATIENT), cut]),
        grid(&[alone, (chatty, RATES), (TRAFFIC, IMPATIENT)]),
        grid(&[alone, (TRAFFIC, RESTLESS), ("servers: 4", "servers: 30"), cut]),
        grid(&[alone, (delay, CHANGES), small, (chatty, RATES)]),
        grid(&[alone, ("servers: 4", "servers: unlimited"), ("100ms", "1ns")]),
        grid(&[alone, ("servers: 4", "servers: 9"), ("100ms", "10s"), several]),
    ]
}

/// Everything that is measured of a scenario, in windows or not.
fn measured(scenario: &Scenario, windows: Option<Windows>, threads: usize) -> String {
    let mut frame = frame::frame(scenario, SimTime::ZERO + scenario.duration);
    frame.replications = scenario.replications;
    let watch = Watch::default();
    let observers = Observers { watch: &watch, log: None };
    let replications = 0..scenario.replications;
    let part =
        coupled::run(scenario, &frame, replications, (threads, windows), observers, &|_, _| {});
    let part = part.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(part.replications, scenario.replications);
    assert!(part.messages > 0);
    let mut groups = Vec::new();
    for (group, of) in part.cohorts.iter().zip(&frame.groups) {
        let mut whole = GroupMeasures::new(of, frame.bin, scenario.duration);
        whole.merge(group);
        groups.push(whole);
    }
    let Part { sums, platform, events, messages, .. } = part;
    let text = format!("{groups:?} {sums:?} {platform:?} {events} {messages}");
    // What a track looked at last is no measure, and depends on which replication was first.
    let mut parts = text.split("recent: (");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once(')').map_or(part, |(_, rest)| rest))
}

/// Where two texts differ, with what stands around it.
fn difference(one: &str, other: &str) -> Option<String> {
    let mut bytes = one.bytes().zip(other.bytes());
    let place = bytes.position(|(one, other)| one != other).or((one != other).then_some(0))?;
    let around = |text: &str| {
        let end = text.len().min(place + 80);
        String::from_utf8_lossy(&text.as_bytes()[place.saturating_sub(400)..end]).into_owned()
    };
    Some(format!("{}\n\n{}", around(one), around(other)))
}

/// Has a scenario measured in windows, on a thread and on several, and in the order of events.
fn assert_same(scenario: &Scenario, (worth_a_call, most_sent): (usize, usize)) {
    let windows = Windows::of(scenario).map(|it| Windows { worth_a_call, most_sent, ..it });
    assert!(windows.is_some(), "{} has no windows", scenario.name);
    let in_order = measured(scenario, None, 1);
    for threads in 1..4 {
        let in_windows = measured(scenario, windows, threads);
        if let Some(difference) = difference(&in_order, &in_windows) {
            panic!("{} differs on {threads} threads:\n{difference}", scenario.name);
        }
    }
}

#[test]
fn windows_measure_what_the_order_of_events_does() {
    let meeting = meeting().into_iter().map(|yaml| (yaml, true));
    let sending = sending().into_iter().map(|yaml| (yaml, false));
    for (number, (yaml, hears)) in meeting.chain(sending).enumerate() {
        let mut scenario = parse("grid.yaml", &yaml, &[]).unwrap_or_else(|error| {
            panic!("scenario {number}: {error:?}\n{yaml}");
        });
        scenario.name = format!("grid {number}");
        let models = &GroupModel::all(&scenario);
        let frame = &frame::frame(&scenario, SimTime::ZERO + scenario.duration);
        let windows = Windows::of(&scenario).unwrap();
        let everybody = Everybody { scenario: &scenario, models, frame, windows };
        assert_eq!(everybody.hears(), hears, "{yaml}");
        assert_eq!(frame.all.batches.is_some(), scenario.replications == 1, "{yaml}");
        // Threads share every window, however little there is to do.
        assert_same(&scenario, (0, MOST_SENT));
        if !hears {
            // Workspaces are hardly ever simulated as far as others.
            assert_same(&scenario, (0, 3));
        }
    }
}

#[test]
fn shipped_scenarios_measure_the_same_in_windows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let yaml = paths.filter(|path| path.extension().is_some_and(|it| it == "yaml"));
    let scenarios = yaml.map(|path| load(&path, &[]).unwrap().scenario);
    let mut several = 0;
    for scenario in scenarios.filter(|it| it.workspaces_meet() && Windows::of(it).is_some()) {
        several += 1;
        assert_same(&scenario, (WORTH_A_CALL, MOST_SENT));
    }
    assert!(several >= 2, "only {several} scenarios have windows");
}

#[test]
fn a_run_that_is_stopped_is_measured_up_to_a_window() {
    let slow = (BACKEND, "  service_time: { exponential: 2s }\n");
    let alone = (SESSIONS, "rate: 30/min");
    for (changes, most_sent, most) in
        [(vec![slow], MOST_SENT, 1), (vec![slow, alone], MOST_SENT, 90), (vec![slow, alone], 3, 90)]
    {
        let scenario = parse("grid.yaml", &grid(&changes), &[]).unwrap();
        let models = &GroupModel::all(&scenario);
        let frame = &frame::frame(&scenario, SimTime::ZERO + scenario.duration);
        let windows = Windows { most_sent, ..Windows::of(&scenario).unwrap() };
        let everybody = Everybody { scenario: &scenario, models, frame, windows };
        let soon = SimTime::ZERO + SimSpan::from_secs(10);
        let mut goes_on = |now, _| now < soon;
        let (crowd, shared, stopped_at) = everybody.simulate(0, 2, &mut goes_on).unwrap().unwrap();
        let at = stopped_at.unwrap();
        assert!(at >= soon && at < soon + SimSpan::from_secs(most), "{at:?}");
        assert!(shared.measures.is_some());
        // Everybody has come as far: those whose agents are written to at the same instants have as many
        // messages.
        let mut part = Part::new(&scenario, frame);
        crowd.finish(frame, &mut part);
        let ratios = &frame.groups[0].ratios;
        let offered = ratios.iter().position(|it| it.metric == "messages.offered").unwrap();
        let total = part.cohorts[0].moments[offered].total();
        assert!(total.value >= 7.0 * 3.0 * 9.0, "{total:?}");
        assert_eq!(total.half_width, Some(0.0), "{most_sent}");
    }
}

#[test]
fn what_meets_in_more_than_answers_has_no_windows() {
    let has = |changes: &[(&str, &str)]| {
        let yaml = grid(changes);
        let scenario = parse("grid.yaml", &yaml, &[]);
        let scenario = scenario.unwrap_or_else(|error| panic!("{error:?}\n{yaml}"));
        Windows::of(&scenario).is_some()
    };
    assert!(has(&[]));
    assert!(!has(&[("  network_delay: 100ms\n", "")]));
    assert!(!has(&[("scope: platform", "scope: workspace")]));
    for discipline in ["lifo", "fair", "priority", "processor_sharing"] {
        let of = format!("  queue: {{ discipline: {discipline} }}\n  service_time");
        assert!(!has(&[("  service_time", &of)]), "{discipline}");
    }
    let shed = "  shed: { codel: { target: 5ms, interval: 100ms } }\n  service_time";
    assert!(!has(&[("  service_time", shed)]));
    for limit in [
        "scope: plan, token_bucket: { rate: 9/s, burst: 4 }",
        "scope: platform, token_bucket: { rate: 9/s, burst: 4 }, on_exceed: report",
        "scope: platform, concurrency: { limit: 4 }",
        "scope: platform, leaky_bucket: { rate: 9/s, burst: 4 }",
    ] {
        let limits = format!("fair_use: [{{ name: it, {limit} }}]\nbackend:\n");
        assert!(!has(&[("backend:\n", &limits)]), "{limit}");
    }
    let refuses = "scope: platform, leaky_bucket: { rate: 9/s, burst: 4, delay: 4 }";
    let limits = format!("fair_use: [{{ name: it, {refuses} }}]\nbackend:\n");
    assert!(has(&[("backend:\n", &limits)]));
}

#[test]
fn batches_of_a_run_that_is_stopped_are_those_that_it_reached() {
    let alone = (SESSIONS, "rate: 30/min");
    for changes in [vec![], vec![alone]] {
        let scenario = parse("grid.yaml", &grid(&changes), &[]).unwrap();
        let models = &GroupModel::all(&scenario);
        let frame = &frame::frame(&scenario, SimTime::ZERO + scenario.duration);
        let windows = Windows::of(&scenario).unwrap();
        let everybody = Everybody { scenario: &scenario, models, frame, windows };
        let batches = frame.all.batches.unwrap();
        let place = |it: &crate::measure::Ratio| it.metric == "messages.offered";
        let offered = frame.all.ratios.iter().position(place).unwrap();
        for (seconds, is_told) in [(40, false), (140, true)] {
            let soon = SimTime::ZERO + SimSpan::from_secs(seconds);
            let mut goes_on = |now, _| now < soon;
            let (crowd, _, stopped_at) = everybody.simulate(0, 2, &mut goes_on).unwrap().unwrap();
            let cut = frame::frame(&scenario, stopped_at.unwrap());
            assert_eq!(cut.all.batches, Some(batches));
            let mut part = Part::new(&scenario, &cut);
            crowd.finish(&cut, &mut part);
            let window = cut.all.window;
            let all = Measures::of_cohorts(Arc::new(cut), part.cohorts, None).all;
            let (ratio, whole) = (&frame.all.ratios[offered], &all.moments[offered]);
            let found = all.batches.interval(ratio, whole, window);
            assert_eq!(found.is_some(), is_told, "{seconds} {found:?}");
            if let Some((interval, count)) = found {
                assert_eq!(count, batches.begun(window.until));
                assert!((interval.value / whole.total().value - 1.0).abs() < 1e-9);
                // All of them are written to all the time.
                assert!(interval.half_width.unwrap() < 0.2 * interval.value, "{interval:?}");
            }
        }
    }
}
