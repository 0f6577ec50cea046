//! What intervals are taken over, thresholds that they leave open, and replications that go on until a
//! metric is known.

use limitlab::scenario::{Colour, ScenarioError, parse};
use limitlab::summary::{Over, Summary, ThresholdVerdict};

use crate::support::{outcome, outcome_on, simulate};

/// Workspaces that meet in three servers.
const MEETING: &str = "
limitlab: 1
name: meeting
duration: 20m
warm_up: 2m
workspaces:
  - { group: a, count: 8, agents: [{ name: bot, count: 3, traffic: { rate: 1/min } }] }
backend: { servers: 3, service_time: { exponential: 6s } }
";

fn interval(summary: &Summary, name: &str) -> Option<[f64; 2]> {
    summary.metric("all", name).unwrap_or_else(|| panic!("there is no {name}")).ci95
}

#[test]
fn intervals_are_over_what_is_independent() {
    let apart = MEETING.replace("{ servers: 3", "{ scope: workspace, servers: 1");
    let alone = MEETING.replace("count: 8", "count: 1").replace("rate: 1/min", "rate: 6/min");
    let short = MEETING.replace("20m", "2m9s");
    for (yaml, over, n) in [
        (apart, Over::Workspaces, 8),
        (MEETING.replace("20m", "20m\nreplications: 5"), Over::Replications, 5),
        (MEETING.to_owned(), Over::Batches, 21),
        (alone, Over::Batches, 21),
        (short, Over::Nothing, 0),
    ] {
        let summary = simulate(&yaml);
        assert_eq!(summary.intervals, over, "{yaml}");
        for name in
            ["latency.mean", "latency.sd", "latency.p50", "wait.probability", "refusal.rate"]
        {
            let metric = summary.metric("all", name).unwrap();
            if over == Over::Nothing {
                assert_eq!(metric.ci95, None, "{name}");
                continue;
            }
            let ([low, high], value) = (metric.ci95.unwrap(), metric.value.unwrap());
            assert!(low <= value && value <= high, "{name} {value} in {low} to {high}");
            assert_eq!(metric.n, n, "{name} {over:?}");
        }
        // The greatest of what was seen bounds nothing.
        assert_eq!(interval(&summary, "latency.max"), None);
    }
}

#[test]
fn groups_that_differ_do_not_make_what_they_have_together_uncertain() {
    let yaml = "{ limitlab: 1, name: two, duration: 10h, workspaces: [
        { group: few, count: 50, agents: [{ name: bot, traffic: { rate: 1/h } }] },
        { group: many, count: 40, agents: [{ name: bot, traffic: { rate: 100/h } }] }],
        backend: { scope: workspace, servers: 9, service_time: { exponential: 20s } } }";
    let summary = simulate(yaml);
    let half = |group: &str| {
        let [low, high] = summary.metric(group, "messages.offered").unwrap().ci95.unwrap();
        (high - low) / 2.0
    };
    let [all, few, many] = ["all", "few", "many"].map(half);
    // Student's quantiles of 88, 49 and 39 degrees of freedom.
    let expected = f64::hypot(few / 2.0096, many / 2.0227) * 1.9873;
    assert!((all / expected - 1.0).abs() < 1e-3, "{all} {expected}");
    // Poisson: 500 and 40,000 messages.
    assert!((all / (1.9873 * 40_500.0_f64.sqrt()) - 1.0).abs() < 0.3, "{all}");
    assert_eq!(summary.metric("all", "messages.offered").unwrap().n, 90);
}

#[test]
fn longer_runs_are_known_better() {
    let width = |yaml: &str| {
        let [low, high] = interval(&simulate(yaml), "latency.p90").unwrap();
        high - low
    };
    let short = MEETING.replace("exponential: 6s", "exponential: 1s");
    let longer = short.replace("duration: 20m", "duration: 20h");
    // Sixty times as long: an interval an eighth or so as wide.
    let times = width(&short) / width(&longer);
    assert!((4.0..16.0).contains(&times), "{times}");
}

#[test]
fn what_lies_on_both_sides_of_a_bound_is_not_certain() {
    let summary = simulate(MEETING);
    let value = summary.value("latency.mean").unwrap();
    let judged = |bound: f64| {
        let yaml = format!("{MEETING}thresholds: ['latency.mean < {}ms']\n", (bound * 1e3).round());
        let summary = simulate(&yaml);
        assert_eq!(summary.thresholds[0].ci95, interval(&summary, "latency.mean"));
        summary.verdict().unwrap()
    };
    assert_eq!(judged(value), ThresholdVerdict::Inconclusive);
    assert_eq!(judged(value * 0.2), ThresholdVerdict::Fail);
    assert_eq!(judged(value * 5.0), ThresholdVerdict::Pass);
}

/// The same with replications until the mean latency is known to so much.
fn until(half_width: &str) -> String {
    let until = format!("{{ metric: latency.mean, half_width: {half_width} }}");
    MEETING.replace(
        "warm_up",
        &format!("replications: {{ min: 4, max: 60, until: {until} }}\nwarm_up"),
    )
}

#[test]
fn replications_go_on_until_a_metric_is_known() {
    let mut last = 0;
    for (half_width, seconds) in [("10s", 10.0), ("800ms", 0.8), ("400ms", 0.4), ("1ms", 0.001)] {
        let yaml = until(half_width);
        let summary = simulate(&yaml);
        let [low, high] = interval(&summary, "latency.mean").unwrap();
        let count = summary.replications;
        assert!((high - low) / 2.0 <= seconds || count == 60, "{half_width}: {low} to {high}");
        assert!(count >= last.max(4), "{count} after {last}");
        last = count;
        // It is what there is of so many replications, whatever made them so many.
        let plain =
            simulate(&MEETING.replace("warm_up", &format!("replications: {count}\nwarm_up")));
        assert_eq!(plain.groups, summary.groups, "{half_width}");
        let json = |threads| outcome_on(&yaml, threads).summary.to_json();
        assert_eq!(json(1), json(3), "{half_width}");
    }
    assert_eq!(last, 60);
    assert_eq!(simulate(&until("10s")).replications, 4);
}

#[test]
fn each_replication_is_told_by_itself() {
    let yaml = MEETING.replace("warm_up", "replications: 3\nwarm_up");
    let outcome = outcome(&yaml);
    let offered: Vec<(usize, f64)> = outcome
        .replications
        .values()
        .filter(|(group, metric, ..)| (*group, *metric) == ("a", "messages.offered"))
        .map(|(_, _, number, value)| (number, value.unwrap()))
        .collect();
    assert_eq!(offered.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3]);
    let mean = offered.iter().map(|(_, value)| value).sum::<f64>() / 3.0;
    let whole = outcome.summary.metric("a", "messages.offered").unwrap().value.unwrap();
    assert!((mean - whole).abs() < 1e-9, "{mean} and {whole}");
    // The first is what there is of one alone.
    let alone = simulate(MEETING).metric("a", "messages.offered").unwrap().value;
    assert_eq!(Some(offered[0].1), alone);
    assert_eq!(outcome_on(MEETING, 1).replications.count(), 0);
}

#[test]
fn replications_that_cannot_be_meant_are_refused() {
    let text = |from: &str, to: &str| match parse("test.yaml", &until("1s").replace(from, to), &[])
    {
        Err(ScenarioError::Faults(faults)) => faults.render(Colour::Never),
        other => panic!("{to}: {}", other.is_ok()),
    };
    for (from, to, told) in [
        ("min: 4", "min: 61", "`min` is above `max`"),
        ("min: 4", "min: 1", "`min`"),
        ("max: 60", "max: 20_000", "`max`"),
        ("half_width: 1s", "half_width: 0s", "nothing is ever known so precisely"),
        ("half_width: 1s", "half_width: 5%", "a duration such as `10s`"),
        ("metric: latency.mean", "metric: latency.meen", "latency.mean"),
        (", half_width: 1s", "", "half_width"),
    ] {
        let errors = text(from, to);
        assert!(errors.contains(told), "{to}: {errors}");
    }
}

#[test]
fn a_scenario_of_code_says_when_replications_are_enough_or_is_refused() {
    let mut scenario = parse("test.yaml", &until("1s"), &[]).unwrap();
    assert!(scenario.check().is_ok());
    let until = scenario.until.as_mut().unwrap();
    (until.fewest, until.half_width) = (1, 0.0);
    (until.of.group, until.metric) = (Some("nobody".to_owned()), "latency".to_owned());
    assert_eq!(
        scenario.check().unwrap_err().to_string(),
        "until.fewest must be from 2 to the replications, 60\n\
         until.half_width must be above 0 and finite\n\
         until.of.group must be the name of a group\n\
         until.metric must be a metric, and `latency` is none"
    );
    let told = limitlab::scenario::describe(&parse("test.yaml", &self::until("1s"), &[]).unwrap());
    assert!(told.contains("seed 1, 4 to 60 replications\n"), "{told}");
    assert!(told.contains("a run of at most 60 replications takes"), "{told}");
}
