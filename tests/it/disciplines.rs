//! Disciplines and shedding as a whole: what comes back after a refusal, and that every way to serve
//! keeps the books.

use limitlab::scenario::{describe, parse};

use crate::support::{outcome_on, simulate};

/// Customers write too much for half an hour, and nothing for as long; so all is over at the end.
/// Each message costs 2 credits.
fn rush(backend: &str) -> String {
    format!(
        "\
limitlab: 1
name: rush
seed: 5
duration: 1h
plans: {{ one: {{ credits: {{ included: 100_000 }} }}, two: {{ priority: 2, active_agents: 9 }} }}
workspaces:
  - group: paying
    count: 3
    plan: one
    agents:
      - name: a
        count: 2
        cost: 2
        traffic: {{ rate: 12/min, stages: [{{ duration: 30m, target: 1x }}, {{ duration: 0s, target: 0x }}] }}
        retry: {{ max_attempts: 2, backoff: {{ wait: {{ exponential: 5s }} }} }}
    fair_use: [{{ name: flight, scope: agent, concurrency: {{ limit: 1_000 }} }}]
  - group: free
    count: 2
    plan: two
    agents:
      - name: a
        patience: {{ exponential: 20s }}
        traffic: {{ rate: 20/min, stages: [{{ duration: 30m, target: 1x }}, {{ duration: 0s, target: 0x }}] }}
backend: {{ {backend} }}
"
    )
}

const DISCIPLINES: [&str; 5] = ["fifo", "lifo", "fair", "priority", "processor_sharing"];
const SHEDS: [&str; 4] = [
    "none",
    "{ codel: { target: 1s, interval: 5s } }",
    "{ utilisation: { above: 60%, keep: [one] } }",
    "{ aimd: { initial: 5, max: 40, timeout: 3s } }",
];

/// What comes back after a refusal is all that was charged, and nothing is lost sight of.
#[test]
fn every_way_to_serve_keeps_the_books() {
    for scope in ["platform", "workspace"] {
        for discipline in DISCIPLINES {
            for shed in SHEDS {
                for delay in ["0s", "20ms"] {
                    if discipline == "processor_sharing" && shed.contains("codel") {
                        continue;
                    }
                    let servers = if scope == "platform" { 2 } else { 1 };
                    let yaml = rush(&format!(
                        "scope: {scope}, servers: {servers}, service_time: {{ exponential: 2s }}, \
                         queue: {{ limit: 60, discipline: {discipline} }}, shed: {shed}, \
                         network_delay: {delay}"
                    ));
                    let summary = simulate(&yaml);
                    let of = |group, name| {
                        let metric = summary.metric(group, name);
                        metric.and_then(|it| it.value).unwrap_or_else(|| panic!("{name}: {yaml}"))
                    };
                    let all = |name| of("all", name);
                    // Counts and credits are read out as they are.
                    let same = |one: f64, other: f64| (one - other).abs() < 1e-9;
                    let sum = all("messages.completed") + all("messages.lost");
                    assert!(same(all("messages.offered"), sum), "{yaml}");
                    let completed = of("paying", "messages.completed");
                    let consumed = of("paying", "credits.consumed");
                    assert!(same(consumed, 2.0 * completed), "{consumed}, {completed}: {yaml}");
                    assert!(same(of("paying", "attempts.admitted"), completed), "{yaml}");
                    if shed != "none" {
                        assert!(all("refusal.rate{reason=overloaded}") > 0.0, "{yaml}");
                    }
                    if scope == "platform" {
                        let in_system = all("backend.in_system.mean");
                        let utilisation = all("backend.utilisation");
                        let queue = all("backend.queue.mean");
                        assert!((in_system - queue - 2.0 * utilisation).abs() < 1e-9, "{yaml}");
                        // Little's law, of those who are served.
                        let throughput = all("backend.throughput");
                        let ended = throughput * 3_600.0;
                        assert!((ended - all("messages.completed")).abs() < 1e-6, "{yaml}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_way_to_serve_is_the_same_on_any_number_of_threads() {
    for discipline in DISCIPLINES {
        let yaml = rush(&format!(
            "scope: workspace, servers: 2, service_time: {{ exponential: 5s }}, \
             queue: {{ discipline: {discipline} }}"
        ));
        let [one, three] = [1, 3].map(|threads| outcome_on(&yaml, threads));
        assert_eq!(one.summary.groups, three.summary.groups, "{discipline}");
        assert_eq!((one.events, one.messages), (three.events, three.messages), "{discipline}");
    }
}

/// The work is the same whoever is served next, as long as nobody leaves or is refused.
#[test]
fn the_order_changes_no_servers_work() {
    let works = DISCIPLINES.map(|discipline| {
        let yaml = rush(&format!(
            "servers: 2, service_time: {{ exponential: 2s }}, queue: {{ discipline: {discipline} }}"
        ));
        let yaml = yaml.replace("        patience: { exponential: 20s }\n", "");
        let summary = simulate(&yaml);
        ["backend.utilisation", "messages.completed"].map(|name| summary.value(name).unwrap())
    });
    // Shared servers are the only ones that round.
    for [busy, completed] in works {
        assert!((busy - works[0][0]).abs() < 1e-6, "{works:?}");
        assert!((completed - works[0][1]).abs() < 1e-9, "{works:?}");
    }
}

#[test]
fn check_says_who_is_served_next_and_who_is_refused() {
    let queue = "queue        any number may wait";
    let utilisation = "{ utilisation: { above: 60%, keep: [one] } }";
    for (scope, discipline, shed, said) in [
        ("platform", "fifo", "none", vec![queue]),
        ("platform", "lifo", "none", vec!["any number may wait, who came last is served next"]),
        ("platform", "fair", "none", vec!["any number may wait, workspaces are served in turn"]),
        ("workspace", "fair", "none", vec!["any number may wait, agents are served in turn"]),
        (
            "platform",
            "priority",
            utilisation,
            vec![
                "priority     2\n",
                "any number may wait, plans are served by their priority\n",
                "refused      all but those on one, while more than 60% of the servers are busy\n",
            ],
        ),
        (
            "platform",
            "processor_sharing",
            "{ utilisation: { above: 60% } }",
            vec![
                "queue        all share the servers evenly, any number beyond their number\n",
                "refused      all, while more than 60% of the servers are busy\n",
            ],
        ),
        (
            "platform",
            "fifo",
            "{ codel: { target: 1s, interval: 1m30s } }",
            vec!["refused      who is next, once all have waited 1s or more for 1m30s\n"],
        ),
        (
            "platform",
            "fifo",
            "{ aimd: { max: 2_000, timeout: 3s } }",
            vec![
                "refused      above an adaptive limit, 20 at first, from 1 to 2_000: 0.9 of it is \
                 left after a reply later than 3s\n",
            ],
        ),
    ] {
        let yaml = rush(&format!(
            "scope: {scope}, servers: 2, service_time: 2s, queue: {{ discipline: {discipline} }}, \
             shed: {shed}"
        ));
        let text = describe(&parse("x.yaml", &yaml, &[]).unwrap());
        for words in said {
            assert!(text.contains(words), "{words}\n{text}");
        }
        assert_eq!(text.contains("\n  refused      "), shed != "none", "{text}");
    }
}
