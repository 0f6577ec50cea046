//! Several replications of a scenario, each with other draws.

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::{describe, load, parse};
use limitlab::summary::{Metric, Over, Summary, ThresholdVerdict, Verdict};

use crate::support::{outcome_on, simulate};

/// Workspaces that meet at one backend, in so many replications.
fn coupled(replications: u32) -> String {
    format!(
        "
limitlab: 1
name: coupled
duration: 20m
warm_up: 2m
replications: {replications}
plans: {{ metered: {{ active_agents: 2, credits: {{ included: 40, renews: 5m }} }} }}
workspaces:
  - group: a
    count: 8
    plan: metered
    alerts: [50%]
    agents:
      - name: bot
        count: 3
        activity: {{ active: {{ exponential: 2m }}, offline: {{ exponential: 2m }} }}
        traffic: {{ sessions: {{ rate: 1/min, turns: {{ geometric: 3 }}, think: 5s }} }}
  - group: b
    count: 12
    agents: [{{ name: bot, count: 2, traffic: {{ rate: 2/min }} }}]
backend: {{ servers: 3, service_time: {{ exponential: 4s }}, queue: {{ limit: 6 }} }}
"
    )
}

/// The same with servers in each workspace.
fn independent(replications: u32) -> String {
    coupled(replications)
        .replace("backend: { servers: 3", "backend: { scope: workspace, servers: 1")
}

#[track_caller]
fn metric<'a>(summary: &'a Summary, group: &str, name: &str) -> &'a Metric {
    summary.metric(group, name).unwrap_or_else(|| panic!("{group} has no {name}"))
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for yaml in [coupled(5), independent(5)] {
        let json = |threads| outcome_on(&yaml, threads).summary.to_json();
        let alone = json(1);
        assert!([2, 3, 8].iter().all(|&threads| json(threads) == alone), "{yaml}");
    }
    assert_eq!((outcome_on(&coupled(2), 8).threads, outcome_on(&coupled(1), 8).threads), (2, 1));
}

#[test]
fn one_replication_is_what_there_is_without_the_word() {
    for yaml in [coupled(1), independent(1)] {
        let without = simulate(&yaml.replace("replications: 1\n", ""));
        let mut with = simulate(&yaml);
        assert_ne!(with.scenario.sha256, without.scenario.sha256);
        with.scenario.sha256.clone_from(&without.scenario.sha256);
        assert_eq!(with, without);
    }
}

#[test]
fn intervals_are_over_what_is_independent() {
    let apart = simulate(&independent(5));
    assert_eq!((apart.replications, apart.groups["all"].workspaces), (5, 20));
    assert_eq!(metric(&apart, "b", "latency.mean").n, 5 * 12);
    assert!(metric(&apart, "b", "latency.mean").ci95.is_some());
    assert!(metric(&apart, "all", "latency.p99").ci95.is_some());
    assert_eq!((apart.intervals, metric(&apart, "all", "latency.p99").n), (Over::Workspaces, 100));

    let alone = simulate(&coupled(1));
    assert_eq!(alone.intervals, Over::Batches);
    let one = metric(&alone, "a", "messages.offered");
    assert!(one.ci95.is_some() && (20..40).contains(&one.n), "{one:?}");
    let credits = metric(&alone, "a", "credits.consumed");
    assert!(credits.ci95.is_some() && credits.n == one.n, "{credits:?}");
    // One instant says nothing of others.
    let closing = metric(&alone, "a", "credits.closing");
    assert_eq!((closing.ci95, closing.n), (None, 8));
    assert!(metric(&alone, "all", "backend.utilisation").ci95.is_some());

    let met = simulate(&coupled(5));
    assert_eq!((met.replications, met.groups["a"].workspaces), (5, 8));
    for (group, name) in [
        ("a", "messages.offered"),
        ("all", "messages.offered"),
        ("all", "latency.mean"),
        ("all", "refusal.rate{reason=overloaded}"),
        ("b", "hits_per_workspace.mean"),
        ("all", "backend.utilisation"),
        ("all", "backend.queue.mean"),
        ("all", "backend.in_system.mean"),
        ("all", "backend.throughput"),
    ] {
        let Metric { value, ci95, n } = *metric(&met, group, name);
        let ([low, high], value) = (ci95.expect("there are five"), value.expect("it happens"));
        assert!(low < value && value < high && n == 5, "{group} {name}: {low} {value} {high}");
    }
    for name in ["latency.max", "backend.queue.max", "active.max"] {
        assert_eq!(metric(&met, "all", name).ci95, None, "{name}");
    }
}

#[test]
fn the_interval_of_a_total_is_as_wide_as_its_replications_differ() {
    // Messages to group b do not depend on the backend: they are a Poisson count with the mean
    // 12 x 2 x 2 x 18 in a replication, so the half width is about t(39) sqrt(864 / 40).
    let met = simulate(&coupled(40));
    let Metric { value, ci95, n } = *metric(&met, "b", "messages.offered");
    let ([low, high], value) = (ci95.unwrap(), value.unwrap());
    assert_eq!(n, 40);
    assert!((value - 864.0).abs() < 4.0 * (864.0_f64 / 40.0).sqrt(), "{value}");
    let half = 2.0227 * (864.0_f64 / 40.0).sqrt();
    // The deviation of 40 draws is within 45% of the true one but for one case in ten thousand.
    assert!(((high - low) / 2.0 / half - 1.0).abs() < 0.45, "{low} {high}, {half}");
}

#[test]
fn the_mean_trend_over_replications_tells_whether_a_backlog_grows() {
    let platform = |rate: &str| {
        simulate(&format!(
            "
limitlab: 1
name: platform
duration: 2h
warm_up: 10m
replications: 6
workspaces: [{{ group: w, count: 10, agents: [{{ name: a, traffic: {{ rate: {rate} }} }}] }}]
backend: {{ servers: 10, service_time: {{ exponential: 1s }} }}
"
        ))
    };
    let over = platform("1.05/s");
    assert_eq!(over.validity.verdict, Verdict::Growing);
    // 0.5/s, with a standard deviation of sqrt(20.5 x 3,300) / 3,300 / sqrt(6) = 0.03.
    let growth = over.value("backlog.growth").unwrap();
    assert!((growth - 0.5).abs() < 0.13, "{growth}");
    let under = platform("0.9/s");
    assert_eq!(under.validity.verdict, Verdict::Valid);
}

#[test]
fn check_multiplies_what_a_run_takes() {
    let told = |yaml: &str| describe(&parse("x.yaml", yaml, &[]).expect("it is valid"));
    let last = |yaml: &str| told(yaml).trim_end().lines().last().unwrap_or_default().to_owned();
    assert!(told(&coupled(1)).starts_with("coupled: 20m from 2026-01-01T00:00:00Z, seed 1\n"));
    assert!(
        told(&coupled(50))
            .starts_with("coupled: 20m from 2026-01-01T00:00:00Z, seed 1, 50 replications\n")
    );
    insta::assert_snapshot!(last(&coupled(1)), @"a run takes about 5_040 events, less than 0.1s on one thread, and 20 MB");
    insta::assert_snapshot!(last(&coupled(5_000)), @"a run of 5_000 replications takes about 25_200_000 events, 10s on one thread, less on more, and 20 MB for each thread");
    insta::assert_snapshot!(last(&independent(5_000)), @"a run of 5_000 replications takes about 25_200_000 events, 10s on one thread, less on more, and 20 MB");
}

#[test]
fn what_surely_fails_ends_the_replications() {
    let asked = |threshold: &str, replications: u32| {
        format!("{}thresholds: ['{threshold}']\n", coupled(replications))
    };
    // Servers are busy for some nine tenths of the time.
    let ended = simulate(&asked("backend.utilisation < 20% abort_on_fail", 100));
    assert_eq!(ended.replications, 5);
    let told = &ended.thresholds[0];
    assert!(told.aborted && told.verdict == ThresholdVerdict::Fail, "{told:?}");
    assert_eq!(told.threshold, "backend.utilisation < 20% abort_on_fail");
    let five = simulate(&asked("backend.utilisation < 20%", 5));
    assert_eq!(ended.groups, five.groups);
    for (threshold, replications) in [
        // It holds, or it fails and nobody asked to end for it.
        ("backend.utilisation > 20% abort_on_fail", 30),
        ("backend.utilisation < 20%", 30),
    ] {
        let found = simulate(&asked(threshold, replications));
        assert_eq!(found.replications, replications, "{threshold}");
        assert!(!found.thresholds[0].aborted);
    }
    // It fails by less than its interval is wide: that may be chance, until more have been seen.
    let mean = five.metric("all", "backend.utilisation").unwrap();
    let near = (mean.ci95.unwrap()[0] + 2.0 * mean.value.unwrap()) / 3.0;
    let found = simulate(&asked(&format!("backend.utilisation < {near:.6} abort_on_fail"), 100));
    assert!(found.replications > 5, "{}", found.replications);
    // What was greatest only rises.
    let greatest = simulate(&asked("latency.max < 1ms abort_on_fail", 20));
    assert_eq!((greatest.replications, greatest.thresholds[0].aborted), (5, true));
    let none = simulate(&asked("refusal.rate == 0 abort_on_fail", 20));
    assert_eq!((none.replications, none.thresholds[0].aborted), (5, true));
}

#[test]
fn nothing_ends_between_replications_where_there_is_one() {
    let text = format!("{}thresholds: [loss.rate < 1% abort_on_fail]\n", coupled(1));
    let error = parse("s.yaml", &text, &[]).unwrap_err().to_string();
    assert!(
        error.contains("it is looked at between replications, and there is one alone"),
        "{error}"
    );
    for never in
        ["latency.p50 < 1s over 2m", "messages.lost == 5", "loss.rate != 0", "latency.max > 1s"]
    {
        let text = format!(
            "{}series: {{ every: 1m }}\nthresholds: ['{never} abort_on_fail']\n",
            coupled(9)
        );
        let error = parse("s.yaml", &text, &[]).unwrap_err().to_string();
        assert!(error.contains("leave out `abort_on_fail`"), "{never}: {error}");
    }
    let mut scenario = parse("s.yaml", &text.replace(" abort_on_fail", ""), &[]).unwrap();
    scenario.thresholds[0].abort_on_fail = true;
    let flaws = scenario.check().unwrap_err().to_string();
    assert!(flaws.contains("thresholds[0].abort_on_fail must be false"), "{flaws}");
}

#[test]
fn a_trace_is_summarised_each_time_that_it_is_replayed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/replayed-day.yaml");
    let mut scenario = load(path.as_ref(), &[]).unwrap_or_else(|error| panic!("{error}")).scenario;
    scenario.replications = 3;
    let outcome = run(&scenario, RunOptions { threads: 2 }, &Watch::default());
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(outcome.summary.intervals, Over::Replications);
    let hit = metric(&outcome.summary, "all", "workspaces.hit.share");
    let workspaces = outcome.summary.groups["all"].workspaces as f64;
    // Several are hit in each: that is no share of one.
    assert!(hit.value.unwrap() * workspaces > 1.0 && hit.n == 3, "{hit:?}");
    for share in outcome.replications.of("all", "workspaces.hit.share") {
        assert!(share.is_some_and(|share| share <= 1.0 && share * workspaces > 1.0));
    }
}
