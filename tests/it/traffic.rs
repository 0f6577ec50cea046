//! Traffic: what may be written about it, and what is then simulated.

use insta::assert_snapshot;
use limitlab::scenario::{ScenarioError, describe, parse, warnings};
use limitlab::summary::Summary;

use crate::support::simulate;

/// One workspace for 14 days from a Monday on with these agents, and what else is written.
fn scenario(agents: &str, rest: &str) -> String {
    format!(
        "limitlab: 1
name: traffic
start: 2026-03-23T00:00:00Z
duration: 14d
workspaces:
  - group: shops
    agents:
{agents}
{rest}"
    )
}

/// The messages about these agents.
fn mistakes(agents: &str) -> String {
    match parse("x.yaml", &scenario(agents, ""), &[]) {
        Err(ScenarioError::Faults(faults)) => faults.to_string(),
        Err(error) => error.to_string(),
        Ok(_) => "no mistakes".to_owned(),
    }
}

fn run(agents: &str, rest: &str) -> Summary {
    simulate(&scenario(agents, rest))
}

#[track_caller]
fn count(summary: &Summary, metric: &str) -> u64 {
    summary.value(metric).unwrap_or_else(|| panic!("{metric} is not there")).round() as u64
}

#[test]
fn mistakes_in_profiles() {
    assert_snapshot!(mistakes(
"      - { name: a, traffic: { rate: 12/h, profile: busines_hours, timezone: Europe/Berlin } }
      - { name: b, traffic: { rate: 12/h, profile: [1, 2, 3], timezone: Europe/Berlon } }
      - { name: c, traffic: { rate: 12/h, profile: daily, timezone: Mars } }
      - { name: d, traffic: { rate: 12/h, profile: { a: b } } }
      - { name: e, traffic: { rate: 12/h, timezone: Europe/Berlin } }
      - { name: f, traffic: { rate: 12/h, profile: [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0] } }
"), @"
    x.yaml:8:52: error: unknown word `busines_hours`
      |
    8 |       - { name: a, traffic: { rate: 12/h, profile: busines_hours, timezone: Europe/Berlin } }
      |                                                    ^^^^^^^^^^^^^
    hint: did you mean `business_hours`? expected here: `business_hours`, `evenings`, `daily`

    x.yaml:9:52: error: a profile of 3 weights
      |
    9 |       - { name: b, traffic: { rate: 12/h, profile: [1, 2, 3], timezone: Europe/Berlon } }
      |                                                    ^^^^^^^^^
    hint: 24 weights are those of the hours of a day, 168 those of a week

    x.yaml:9:73: error: no time zone is called `Europe/Berlon`
      |
    9 |       - { name: b, traffic: { rate: 12/h, profile: [1, 2, 3], timezone: Europe/Berlon } }
      |                                                                         ^^^^^^^^^^^^^
    hint: did you mean `Europe/Berlin`?

    x.yaml:10:69: error: no time zone is called `Mars`
       |
    10 |       - { name: c, traffic: { rate: 12/h, profile: daily, timezone: Mars } }
       |                                                                     ^^^^
    hint: zones are those of the IANA database, such as `Europe/Berlin`

    x.yaml:11:52: error: `profile` is a mapping
       |
    11 |       - { name: d, traffic: { rate: 12/h, profile: { a: b } } }
       |                                                    ^^^^^^^^^
    hint: expected one of `business_hours`, `evenings`, `daily`, or a list

    x.yaml:12:53: error: `timezone` is that of a `profile`, and there is none
       |
    12 |       - { name: e, traffic: { rate: 12/h, timezone: Europe/Berlin } }
       |                                                     ^^^^^^^^^^^^^

    x.yaml:13:52: error: every weight is 0, so nothing would ever arrive
       |
    13 |       - { name: f, traffic: { rate: 12/h, profile: [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0] } }
       |                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    7 mistakes in x.yaml
    ");
}

#[test]
fn mistakes_in_stages() {
    assert_snapshot!(mistakes(
"      - { name: a, traffic: { rate: 12/h, stages: [{ duration: 1d, target: 3 }] } }
      - { name: b, traffic: { rate: 12/h, stages: [{ duration: 0s, target: -1x }, { target: 1x }] } }
      - { name: c, traffic: { rate: 12/h, stages: [] } }
"), @"
    x.yaml:8:76: error: `3` is not a factor such as `2.5x`, at most `1_000_000x`
      |
    8 |       - { name: a, traffic: { rate: 12/h, stages: [{ duration: 1d, target: 3 }] } }
      |                                                                            ^
    hint: a factor ends with an x: `3x`

    x.yaml:9:76: error: `-1x` is not a factor such as `2.5x`, at most `1_000_000x`
      |
    9 |       - { name: b, traffic: { rate: 12/h, stages: [{ duration: 0s, target: -1x }, { target: 1x }] } }
      |                                                                            ^^^

    x.yaml:9:83: error: an item of `stages` needs the key `duration`
      |
    9 |       - { name: b, traffic: { rate: 12/h, stages: [{ duration: 0s, target: -1x }, { target: 1x }] } }
      |                                                                                   ^^^^^^^^^^^^^^
    hint: expected a duration such as `250ms`, `8h` or `1d12h`

    x.yaml:10:51: error: `stages` is empty
       |
    10 |       - { name: c, traffic: { rate: 12/h, stages: [] } }
       |                                                   ^^^
    hint: at least one item is needed

    4 mistakes in x.yaml
    ");
}

#[test]
fn mistakes_in_bursts() {
    assert_snapshot!(mistakes(
"      - { name: a, traffic: { rate: 1/s, bursts: { on: 0s, off: 0s } } }
      - { name: b, traffic: { rate: 1/s, bursts: { on: 0s, off: 1s } } }
      - { name: c, traffic: { rate: 1/s, bursts: { on: { pareto: { minimum: 1s, shape: 1 } }, off: 1s } } }
      - { name: d, traffic: { rate: 1/s, bursts: { on: 1ms, off: 1ms } } }
      - { name: e, traffic: { rate: 1/s, bursts: { on: 1h } } }
"), @"
    x.yaml:8:56: error: `on` and `off` take no time, so periods would alternate for ever in no time
      |
    8 |       - { name: a, traffic: { rate: 1/s, bursts: { on: 0s, off: 0s } } }
      |                                                        ^^

    x.yaml:9:56: error: `on` takes no time and `quiet` is 0x, so nothing would ever arrive
      |
    9 |       - { name: b, traffic: { rate: 1/s, bursts: { on: 0s, off: 1s } } }
      |                                                        ^^

    x.yaml:10:56: error: `on` needs a mean: a Pareto `shape` above 1
       |
    10 |       - { name: c, traffic: { rate: 1/s, bursts: { on: { pareto: { minimum: 1s, shape: 1 } }, off: 1s ...
       |                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    x.yaml:11:56: error: an agent would have more than 10_000_000 periods on and off
       |
    11 |       - { name: d, traffic: { rate: 1/s, bursts: { on: 1ms, off: 1ms } } }
       |                                                        ^^^

    x.yaml:12:50: error: `bursts` needs the key `off`
       |
    12 |       - { name: e, traffic: { rate: 1/s, bursts: { on: 1h } } }
       |                                                  ^^^^^^^^^^^
    hint: expected a duration such as `250ms`, `8h` or `1d12h`, or a distribution of it

    5 mistakes in x.yaml
    ");
}

#[test]
fn mistakes_in_other_traffic() {
    assert_snapshot!(mistakes(
"      - { name: a, traffic: { interarrival: 0s } }
      - { name: b, traffic: { rate: 1/s, interarrival: 1s } }
      - { name: c, traffic: { sessions: { rate: 1/s, on_lost: stop } } }
      - { name: d, traffic: { closed: { users: 0, think: 0s }, profile: daily, stages: [{ duration: 1s, target: 0x }], bursts: { on: 1s, off: 2s } } }
      - { name: e, traffic: { closed: { users: 2, think: { uniform: { min: 0s, max: 0s } } } } }
      - { name: f, count: 400, traffic: { closed: { users: 2_501, think: 1s } } }
      - { name: g, traffic: { closed: { users: 2 } } }
"), @"
    x.yaml:8:45: error: messages would come for ever in no time
      |
    8 |       - { name: a, traffic: { interarrival: 0s } }
      |                                             ^^
    hint: give `interarrival` a time above 0s

    x.yaml:9:42: error: `interarrival` and `rate` exclude each other
      |
    9 |       - { name: b, traffic: { rate: 1/s, interarrival: 1s } }
      |                                          ^^^^^^^^^^^^
    hint: keep one of them

    x.yaml:10:63: error: unknown word `stop`
       |
    10 |       - { name: c, traffic: { sessions: { rate: 1/s, on_lost: stop } } }
       |                                                               ^^^^
    hint: expected here: `end`, `continue`

    x.yaml:11:48: error: `users` must be at least 1
       |
    11 |       - { name: d, traffic: { closed: { users: 0, think: 0s }, profile: daily, stages: [{ duration: 1s...
       |                                                ^

    x.yaml:11:58: error: users who neither think nor wait would write for ever in no time
       |
    11 |       - { name: d, traffic: { closed: { users: 0, think: 0s }, profile: daily, stages: [{ duration: 1s...
       |                                                          ^^
    hint: give `think` a time, or replies a backend that takes some

    x.yaml:11:73: error: `profile` says when messages arrive, and users of `closed` decide
       |
    11 |       - { name: d, traffic: { closed: { users: 0, think: 0s }, profile: daily, stages: [{ duration: 1s...
       |                                                                         ^^^^^
    hint: `rate`, `interarrival` and `sessions` can rise and fall

    x.yaml:11:88: error: `stages` says when messages arrive, and users of `closed` decide
       |
    11 | ...nk: 0s }, profile: daily, stages: [{ duration: 1s, target: 0x }], bursts: { on: 1s, off: 2s } } }
       |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: `rate`, `interarrival` and `sessions` can rise and fall

    x.yaml:11:128: error: `bursts` says when messages arrive, and users of `closed` decide
       |
    11 | ...{ duration: 1s, target: 0x }], bursts: { on: 1s, off: 2s } } }
       |                                           ^^^^^^^^^^^^^^^^^^^^
    hint: `rate`, `interarrival` and `sessions` can rise and fall

    x.yaml:12:58: error: users who neither think nor wait would write for ever in no time
       |
    12 |       - { name: e, traffic: { closed: { users: 2, think: { uniform: { min: 0s, max: 0s } } } } }
       |                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: give `think` a time, or replies a backend that takes some

    x.yaml:13:60: error: a line has more than 1_000_000 users
       |
    13 |       - { name: f, count: 400, traffic: { closed: { users: 2_501, think: 1s } } }
       |                                                            ^^^^^

    x.yaml:14:39: error: `closed` needs the key `think`
       |
    14 |       - { name: g, traffic: { closed: { users: 2 } } }
       |                                       ^^^^^^^^^^^^^
    hint: expected a duration such as `250ms`, `8h` or `1d12h`, or a distribution of it

    11 mistakes in x.yaml
    ");
}

/// Each kind of traffic with what makes it rise and fall.
const ALL: &str = "
      - { name: office, traffic: { rate: 12/h, profile: business_hours, timezone: europe/berlin } }
      - { name: ramp, traffic: { sessions: { rate: 6/d, turns: 3, think: 10s, on_lost: continue }, stages: [{ duration: 1d, target: 3x }, { duration: 0s, target: 0.5x }] } }
      - { name: bursty, count: 3, traffic: { interarrival: 5m, bursts: { on: { exponential: 10m }, off: { exponential: 50m } } } }
      - { name: users, traffic: { closed: { users: 3, think: { exponential: 10m } } } }";

#[test]
fn every_kind_of_traffic_is_told() {
    let scenario =
        parse("x.yaml", &scenario(ALL, "backend: { servers: 5, service_time: 1s }"), &[]);
    assert_snapshot!(describe(&scenario.unwrap()), @"
    traffic: 14d from 2026-03-23T00:00:00Z, seed 1

    shops: 1 workspace on the plan unlimited
      plan         any number of agents active at once, 500 in total; no credits are counted
      agents       office: 1 agent, active at first
                   12/h messages to each
                   by the hour: business_hours on clocks of Europe/Berlin
                   1x of that on average over 14d
      agents       ramp: 1 agent, active at first
                   6/d conversations with each, messages 3, which go on when one is lost, time between them 10s
                   in stages: to 3x in 1d, to 0.5x at once
                   0.607x of that on average over 14d
      agents       bursty: 3 agents, active at first
                   a message to each every 5m
                   in bursts: 6x while on, 0x while off; on for about 10m (exponential), off for about 50m (exponential)
      agents       users: 1 agent, active at first
                   3 users of each, who write again and again, time between a reply and the next message about 10m (exponential)
      expected     office: 12/h messages x 1 agent x 1 workspace x 14d = 4_032
                   ramp: 6/d conversations x 3 messages x 1 agent x 1 workspace x 14d x 0.607 as it rises and falls = 153
                   bursty: a message every 5m x 3 agents x 1 workspace x 14d = 12_096
                   users: 3 users x 1 agent x 1 workspace x 14d / 10m = 6_038
                   22_319 messages if always active, 22_319 in each workspace

    backend: 5 servers for all workspaces, 1s a message
      queue        any number may wait
      offered      0.369% utilisation if always active and nothing is refused

    in all, about, after slots and activity and before refusals
      group  workspaces  agents  messages  credits  pools hold
      shops  1           6       22_300
    a run takes about 44_600 events, less than 0.1s on one thread, and 20 MB
    ");
}

#[test]
fn what_is_hardly_meant_is_told() {
    let text = scenario(
        "
      - { name: none, traffic: { rate: 1/s, stages: [{ duration: 0s, target: 0x }] } }",
        "",
    );
    assert_eq!(
        warnings(&parse("x.yaml", &text, &[]).unwrap()),
        ["nobody writes to any agent: all `traffic` comes to nothing"]
    );
    let text = scenario(
        "
      - { name: a, traffic: { closed: { users: 9, think: 0s } } }
      - { name: b, traffic: { interarrival: { pareto: { minimum: 1h, shape: 1 } } } }",
        "backend: { servers: 1, service_time: 1s, queue: { limit: 4 } }",
    );
    assert_snapshot!(warnings(&parse("x.yaml", &text, &[]).unwrap()).join("\n"), @"
    the time between messages of `b` in `shops` has no mean: its Pareto shape is at most 1
    users of `a` in `shops` do not think: one who is refused writes again for ever in no time, and the run ends there
    ");
}

#[test]
fn even_arrivals_are_exact() {
    // One every 5 minutes from the first 5 minutes on, at each of three agents; none at the end.
    let summary = run("      - { name: a, count: 3, traffic: { interarrival: 5m } }", "");
    assert_eq!(count(&summary, "messages.offered"), 3 * (14 * 24 * 12 - 1));
    // They all meet at one server, and wait for one or two others.
    let summary = run(
        "      - { name: a, count: 3, traffic: { interarrival: 5m } }",
        "backend: { servers: 1, service_time: 10s }",
    );
    assert_eq!(count(&summary, "latency.mean"), 20);
    assert_eq!(count(&summary, "latency.max"), 30);
}

#[test]
fn even_arrivals_follow_the_hours_of_a_zone_with_summer_time() {
    // An hour's worth of messages from 02:00 to 03:00 in Berlin, every day but the last Sunday of
    // March, when there is no such hour.
    let only_two = "[0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]";
    let agent = format!(
        "      - {{ name: a, traffic: {{ interarrival: 1h, profile: {only_two}, timezone: \
         Europe/Berlin }} }}"
    );
    let summary = run(&agent, "");
    // 24 in each such hour, but for the last, which would come just when there are no more.
    assert_eq!(count(&summary, "messages.offered"), 13 * 24 - 1);
}

#[test]
fn a_user_waits_for_each_reply_and_thinks() {
    // 3 s and 7 s in turn, from a first thought on.
    let agents = "      - { name: a, traffic: { closed: { users: 2, think: 7s } } }";
    let summary = run(agents, "backend: { servers: unlimited, service_time: 3s }");
    assert_eq!(count(&summary, "messages.offered"), 2 * 14 * 8_640);
    // Who is refused thinks and writes again: then the two no longer meet.
    let queue = "backend: { servers: 1, service_time: 3s, queue: { limit: 0 } }";
    let summary = run(agents, queue);
    assert_eq!(count(&summary, "messages.lost"), 1);
    assert_eq!(count(&summary, "messages.offered"), 2 * 14 * 8_640);
}

#[test]
fn conversations_go_on_after_a_loss_only_where_that_is_said() {
    let agents = |on_lost: &str| {
        format!(
            "      - {{ name: a, start: offline, traffic: {{ sessions: {{ rate: 6/h, turns: 4, \
             think: 1s, on_lost: {on_lost} }} }} }}"
        )
    };
    let ended = count(&run(&agents("end"), ""), "messages.lost");
    let went_on = count(&run(&agents("continue"), ""), "messages.lost");
    assert!(ended > 1_800);
    // All but those of conversations that the end of the run cuts short.
    assert!(went_on > 4 * ended - 8 && went_on <= 4 * ended, "{went_on} {ended}");
}

#[test]
fn a_paused_user_waits_for_the_agent() {
    // Active for an hour, away for an hour. The message of the hour's end waits for the next one:
    // 59 come in the first hour, and 60 in each of the other 167.
    let agents = "      - { name: a, while_offline: pause, activity: { active: 1h, offline: 1h },
          traffic: { closed: { users: 1, think: 1m } } }";
    assert_eq!(count(&run(agents, ""), "messages.offered"), 59 + 167 * 60);
}
