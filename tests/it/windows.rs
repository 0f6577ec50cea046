//! Thresholds over windows of virtual time.

use limitlab::measure::Whose;
use limitlab::report::terminal;
use limitlab::scenario::{Scenario, describe, parse};
use limitlab::summary::{Summary, ThresholdSummary, ThresholdVerdict, over_windows};
use limitlab::units::SimSpan;

use crate::support::{outcome, simulate};

/// Every metric that can be told over windows, with what the scenarios here name.
const METRICS: [&str; 27] = [
    "attempts.offered",
    "attempts.admitted",
    "attempts.refused",
    "refusal.rate",
    "refusal.rate{reason=overloaded}",
    "refusal.rate{limiter=burst}",
    "messages.offered",
    "messages.completed",
    "messages.lost",
    "loss.rate",
    "goodput.rate{within=5s}",
    "latency.mean",
    "latency.sd",
    "latency.p50",
    "latency.p90",
    "latency.p95",
    "latency.p99",
    "latency.p99.9",
    "latency.max",
    "wait.mean",
    "wait.p95",
    "wait.max",
    "service.p90",
    "service.max",
    "backend.utilisation",
    "backend.queue.mean",
    "backend.in_system.mean",
];

/// Traffic that rises to a peak and falls, before limits and a queue.
fn peak(warm_up: SimSpan, duration: SimSpan, rest: &str) -> String {
    format!(
        "
limitlab: 1
name: peak
duration: {duration}
warm_up: {warm_up}
workspaces:
  - group: a
    count: 6
    agents:
      - name: bot
        count: 2
        activity: {{ active: {{ exponential: 40m }}, offline: {{ exponential: 10m }} }}
        traffic:
          sessions: {{ rate: 20/h, turns: {{ geometric: 3 }}, think: 20s }}
          stages: [{{ duration: 3h, target: 5x }}, {{ duration: 2h, target: 0x }}]
        patience: {{ exponential: 20s }}
    fair_use: [{{ name: burst, token_bucket: {{ rate: 2/min, burst: 5 }} }}]
  - {{ group: b, count: 3, agents: [{{ name: bot, traffic: {{ rate: 1/min }} }}] }}
{rest}
"
    )
}

const PLATFORM: &str = "backend: { servers: 2, service_time: { exponential: 9s }, \
    queue: { limit: 8 }, network_delay: 50ms }
timeline: [{ at: 70m, for: 10m, backend: { servers: 1 } }]";

const OWN: &str = "backend: { scope: workspace, servers: 1, service_time: { exponential: 9s }, \
    queue: { limit: 2 } }";

/// `thresholds` that have every metric collected by bin, and bins of half an hour.
fn over_all(windows: &str) -> String {
    let thresholds = METRICS.map(|metric| {
        let bound = if metric.contains("rate") { "1" } else { "9" };
        let unit = match metric.split('.').next() {
            Some("latency" | "wait" | "service") => "s",
            _ => "",
        };
        format!("  - '{metric} >= {bound}{unit} over {windows}'\n")
    });
    format!("\nseries: {{ every: 30m }}\nthresholds:\n{}", thresholds.concat())
}

/// Messages are decided in the order in which they are due and know nothing of what comes later: so
/// a window is what a run measures that has its warm-up before it and ends with it.
#[test]
fn a_window_is_what_a_run_measures_that_ends_with_it() {
    let span = |minutes: u64| SimSpan::MINUTE.times(minutes);
    for backend in [PLATFORM, OWN] {
        let whole = peak(span(20), span(6 * 60 + 10), &format!("{backend}{}", over_all("1h")));
        let whole = outcome(&whole);
        let begins: Vec<u64> = (30..=5 * 60).step_by(30).collect();
        let runs: Vec<Summary> = begins
            .iter()
            .map(|&begin| {
                let series = "\nseries: { every: 30m }";
                let goodput = "\nthresholds: ['goodput.rate{within=5s} > 0']";
                let rest = format!("{backend}{series}{goodput}");
                simulate(&peak(span(begin), span(begin + 60), &rest))
            })
            .collect();
        let mut told = 0;
        for (whose, name) in [(Whose::All, "all"), (Whose::Group(0), "a"), (Whose::Group(1), "b")] {
            for metric in METRICS {
                let windows = over_windows(&whole.measures, whose, metric, SimSpan::HOUR);
                if whole.summary.metric(name, metric).is_none() {
                    continue;
                }
                let from: Vec<u64> =
                    windows.iter().map(|it| it.from.nanos() / SimSpan::MINUTE.nanos()).collect();
                assert_eq!(from, begins, "{metric} of {name}");
                for (window, run) in windows.iter().zip(&runs) {
                    let expected = run.metric(name, metric).and_then(|metric| metric.value);
                    let same = match (window.value, expected) {
                        (Some(value), Some(expected)) => {
                            (value - expected).abs() <= 1e-12 * expected.abs()
                        }
                        (value, expected) => value == expected,
                    };
                    assert!(same, "{metric} of {name}: {window:?}, {expected:?}");
                    told += usize::from(expected.is_some_and(|it| it > 0.0));
                }
            }
        }
        assert!(told > 500, "{told} figures above 0");
    }
}

/// One message every 10 s, six times as many from 2h to 3h, none from 3h to 5h. Of six every 10 s
/// the bucket admits two. Each takes a second.
const STEPS: &str = "
limitlab: 1
name: steps
duration: 6h
series: { every: 30m }
workspaces:
  - group: shop
    agents:
      - name: bot
        traffic:
          interarrival: 10s
          stages:
            - { duration: 2h, target: 1x }
            - { duration: 0s, target: 6x }
            - { duration: 1h, target: 6x }
            - { duration: 0s, target: 1x }
    fair_use: [{ name: burst, token_bucket: { rate: 12/min, burst: 1 } }]
  - { group: idle, agents: [{ name: bot }] }
backend: { scope: workspace, servers: 1, service_time: 1s }
timeline: [{ at: 3h, for: 2h, group: shop, traffic: 0x }]
thresholds:
  - refusal.rate < 50% over 1h
  - refusal.rate{limiter=burst} <= 60% over 90m
  - refusal.rate{reason=trial_ended} == 0 over 1h
  - attempts.offered <= 2_000 over 1h
  - messages.offered >= 300
  - messages.offered > 0 over 1h
  - latency.max < 1s over 1h
  - latency.p99 <= 1s over 30m
  - goodput.rate{within=1s} >= 30% over 1h
  - loss.rate{group=shop} < 67% over 6h
  - backend.utilisation{group=shop} < 15% over 30m
  - latency.p99{group=idle} < 10s over 1h
  - attempts.offered{group=idle} == 0 over 1h
";

fn judged() -> (Scenario, Summary) {
    let scenario = parse("steps.yaml", STEPS, &[]).unwrap_or_else(|error| panic!("{error}"));
    (scenario, simulate(STEPS))
}

#[test]
fn the_worst_window_and_the_first_breach_are_those_worked_out_by_hand() {
    let (_, summary) = judged();
    let find = |text: &str| -> &ThresholdSummary {
        let found = summary.thresholds.iter().find(|it| it.threshold.starts_with(text));
        found.unwrap_or_else(|| panic!("no {text}"))
    };
    let hour = Some(3_600.0);
    for (text, over, value, error, breach) in [
        // From 90 min on 180 messages, then 1,080 of which 720 are refused: 57%. From 2 h on two of
        // three are.
        ("refusal.rate <", hour, 2.0 / 3.0, 1e-3, Some(5_400.0)),
        // 90 min from 1 h on have 360 + 1,080 messages with 50%, those from 90 min on 61.5%.
        ("refusal.rate{limiter", Some(5_400.0), 2.0 / 3.0, 1e-3, Some(5_400.0)),
        ("attempts.offered <=", hour, 2_160.0, 1.5, Some(7_200.0)),
        ("messages.offered > 0", hour, 0.0, 0.0, Some(10_800.0)),
        ("latency.max", hour, 1.0, 0.0, Some(0.0)),
        ("latency.p99 <=", Some(1_800.0), 1.0, 1e-3, None),
        ("goodput", hour, 1.0 / 3.0, 1e-3, None),
        // 719 messages before 2 h, 2,160 until 3 h, about 360 from 5 h on.
        ("loss.rate", Some(21_600.0), 1_440.0 / 3_240.0, 1e-3, None),
        // A message every 5 s.
        ("backend.utilisation", Some(1_800.0), 0.2, 1e-3, Some(7_200.0)),
        ("attempts.offered{group=idle}", hour, 0.0, 0.0, None),
    ] {
        let told = find(text);
        let found = told.value.unwrap_or_else(|| panic!("nothing was observed of {text}"));
        assert!((found - value).abs() <= error, "{text}: {found} and not {value}");
        assert_eq!((told.over_s, told.breached_at_s), (over, breach), "{text}");
        assert_eq!(told.verdict == ThresholdVerdict::Pass, breach.is_none(), "{text}");
    }
    // Over all that is measured, and of a reason that cannot occur.
    assert_eq!(find("messages.offered >= 300").over_s, None);
    let never = find("refusal.rate{reason=trial_ended}");
    assert_eq!((never.value, never.breached_at_s), (Some(0.0), None));
    assert_eq!(never.verdict, ThresholdVerdict::Pass);
    // Windows in which nothing is observed pass, but there must be one in which something is.
    let idle = find("latency.p99{group=idle}");
    assert_eq!((idle.value, idle.breached_at_s), (None, None));
    assert_eq!(idle.verdict, ThresholdVerdict::Fail);
}

#[test]
fn the_worst_window_and_the_first_breach_are_told_in_words() {
    let (scenario, summary) = judged();
    let text = terminal(&scenario, &summary, false, 100);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let after = |begin: &str| {
        let place = lines.iter().position(|line| line.contains(begin));
        let place = place.unwrap_or_else(|| panic!("no {begin} in\n{text}"));
        (lines[place].split("  ").last().unwrap_or_default().trim(), lines[place + 1])
    };
    // Those that fail come first.
    assert_eq!(
        after("refusal.rate < 50%"),
        ("67 % in the worst hour", "first broken in the hour from 1 h 30 min")
    );
    assert_eq!(after("latency.max").1, "first broken in the hour from the start");
    assert_eq!(after("backend.utilisation").1, "first broken in the 30 min from 2 h");
    assert_eq!(after("latency.p99{group=idle}").0, "nothing was observed");
}

#[test]
fn windows_of_replications_are_judged_together() {
    let span = |minutes: u64| SimSpan::MINUTE.times(minutes);
    let rest = |seed: u32, replications: u32| {
        let words = format!("{PLATFORM}{}", over_all("1h"));
        let yaml = peak(span(30), span(360), &words);
        yaml.replace(
            "name: peak",
            &format!("name: peak\nseed: {seed}\nreplications: {replications}"),
        )
    };
    let all = outcome(&rest(7, 3));
    let windows = |metric: &str| over_windows(&all.measures, Whose::All, metric, SimSpan::HOUR);
    let value = |metric: &str| windows(metric).into_iter().map(|it| it.value.unwrap_or(0.0));
    // Means over replications, and ratios of sums.
    let series = &all.measures.all.series;
    for (place, offered) in value("attempts.offered").enumerate() {
        let bins = [1 + place, 2 + place];
        let sum: u64 = bins.iter().map(|&bin| series.offered[bin]).sum();
        assert!((offered - sum as f64 / 3.0).abs() < 1e-9, "{place}");
    }
    for ((rate, refused), offered) in
        value("refusal.rate").zip(value("attempts.refused")).zip(value("attempts.offered"))
    {
        assert!((rate * offered - refused).abs() < 1e-9 * offered.max(1.0));
    }
    // Two servers, one of them away for a time: their level is a mean.
    assert!(value("backend.utilisation").all(|it| it <= 1.0));
    assert!(value("backend.in_system.mean").all(|it| it <= 10.0));
    assert!(value("backend.in_system.mean").any(|it| it > 2.0));
}

#[test]
fn check_counts_what_is_kept_by_bin() {
    let told = |threshold: &str| {
        let text = format!(
            "{{ limitlab: 1, name: big, duration: 30d, series: {{ every: 1h }},
                workspaces: [{{ group: a, count: 5_000,
                    agents: [{{ name: bot, traffic: {{ rate: 100/h }} }}] }}],
                thresholds: ['{threshold}'] }}"
        );
        let text = describe(&parse("x.yaml", &text, &[]).expect("it is valid"));
        let last = text.lines().find(|line| line.starts_with("a run")).unwrap_or_default();
        last.rsplit("and ").next().unwrap_or_default().to_owned()
    };
    // 720 bins of at most 250 pages with 270 bytes and their list are 54 MB, for the group and for
    // all.
    assert_eq!(told("latency.p99 < 10s"), "20 MB");
    assert_eq!(told("latency.p99{group=a} < 10s over 1h"), "70 MB");
    assert_eq!(told("latency.p99 < 10s over 1h"), "100 MB");
    assert_eq!(told("refusal.rate < 1% over 1h"), "20 MB");
}
