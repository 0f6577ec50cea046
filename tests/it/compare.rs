//! Two results, metric by metric: `limitlab compare`.

use std::ops::Deref;

use insta::assert_snapshot;
use limitlab::planning::{
    CompareMode, CompareSummary, CompareVerdict, MIN_EFFECT, MetricVerdict, compare,
};
use limitlab::summary::{Replications, Saved, Summary};
use serde_json::Value;

use crate::support::{Home, simulate};

/// Workspaces that are independent, with pools, slots, queues and refusals.
fn apart(seed: u64, service: &str) -> String {
    format!(
        "
limitlab: 1
name: apart
duration: 3h
seed: {seed}
plans: {{ small: {{ active_agents: 2, credits: {{ included: 30, renews: 1h }} }} }}
workspaces:
  - group: shops
    count: 16
    plan: small
    agents:
      - name: sales
        count: 3
        activity: {{ active: 40m, offline: {{ exponential: 20m }} }}
        traffic: {{ sessions: {{ rate: 4/h, turns: {{ geometric: 4 }}, think: 30s }} }}
  - group: labs
    count: 8
    agents: [{{ name: bot, traffic: {{ rate: 20/h }} }}]
    fair_use: [{{ name: burst, scope: workspace, token_bucket: {{ rate: 15/h, burst: 3 }} }}]
backend: {{ scope: workspace, servers: 1, service_time: {{ exponential: {service} }}, queue: {{ limit: 3 }} }}
"
    )
}

/// Workspaces that meet at one backend, in six replications.
fn coupled(seed: u64) -> String {
    apart(seed, "4s")
        .replace("scope: workspace, servers: 1", "servers: 2")
        .replace("duration: 3h", "duration: 1h\nreplications: 6")
}

fn saved(yaml: &str) -> Saved {
    Saved::new(simulate(yaml), Replications::default())
}

/// How many of the first `most` pairs of results that differ in their seeds have anything to report.
fn reported(yaml: fn(u64) -> String, seeds: u64, most: usize) -> usize {
    let results: Vec<Saved> = (1..=seeds).map(|seed| saved(&yaml(seed))).collect();
    let pairs = (0..results.len()).flat_map(|new| (0..new).map(move |old| (old, new)));
    let pairs: Vec<_> = pairs.take(most).collect();
    assert_eq!(pairs.len(), most);
    let found = pairs.into_iter().filter(|&(old, new)| {
        let found = compare(&results[old], &results[new], MIN_EFFECT).expect("they are comparable");
        assert_eq!(found.mode, CompareMode::Unpaired);
        assert!(found.questions > 20);
        found.verdict != CompareVerdict::Same
    });
    found.count()
}

#[test]
fn runs_that_differ_in_their_seed_alone_are_alike_in_98_of_100_pairs() {
    let found = reported(|seed| apart(seed, "20s"), 40, 200);
    assert!(found <= 4, "{found} of 200 pairs of independent workspaces");
    let found = reported(coupled, 21, 200);
    assert!(found <= 4, "{found} of 200 pairs of workspaces that meet");
}

/// The same scenario with twelve seeds, as if those were replications.
fn twelve(service: &str) -> Saved {
    let runs: Vec<Summary> = (1..=12).map(|seed| simulate(&apart(seed, service))).collect();
    let mut replications = Replications::default();
    for (group, summary) in &runs[0].groups {
        for metric in summary.metrics.keys() {
            let values = runs.iter().map(|run| run.metric(group, metric)?.value).collect();
            replications.set(group, metric, values);
        }
    }
    let mut summary = runs[0].clone();
    summary.replications = 12;
    Saved::new(summary, replications)
}

#[test]
fn servers_that_are_slower_by_two_percent_are_found() {
    let found = compare(&twelve("20s"), &twelve("20.4s"), MIN_EFFECT).expect("they are comparable");
    assert_eq!((found.mode, found.verdict), (CompareMode::Paired, CompareVerdict::Regressed));
    let told = |name: &str| {
        let metric = &found.groups["all"][name];
        (metric.verdict, metric.difference.expect("it is judged").relative.expect("it is above 0"))
    };
    let (verdict, relative) = told("service.mean");
    // The same draws are longer by exactly as much, but for messages that are now refused.
    assert_eq!(verdict, MetricVerdict::Changed);
    assert!((relative - 0.02).abs() < 0.002, "{relative}");
    let (verdict, relative) = told("latency.mean");
    assert_eq!(verdict, MetricVerdict::Regressed);
    assert!((0.015..0.06).contains(&relative), "{relative}");
    assert_eq!(told("messages.offered").0, MetricVerdict::Same);
    assert_eq!(found.counts.improved, 0);
}

/// A folder with results in it.
struct Results(Home);

impl Deref for Results {
    type Target = Home;

    fn deref(&self) -> &Home {
        &self.0
    }
}

impl Results {
    fn new() -> Self {
        Self(Home::new())
    }

    /// The result of a scenario, as a folder.
    fn result(&self, name: &str, yaml: &str) -> Summary {
        let summary = simulate(yaml);
        self.write(&format!("{name}/summary.json"), &summary.to_json());
        summary
    }

    /// What the comparison prints, where it ends with this exit code.
    #[track_caller]
    fn told(&self, arguments: &[&str], code: i32) -> String {
        self.0.told(&[&["compare"], arguments].concat(), code)
    }

    /// What it complains of, where it ends with this exit code.
    #[track_caller]
    fn refused(&self, arguments: &[&str], code: i32) -> String {
        self.0.refused(&[&["compare"], arguments].concat(), code)
    }
}

/// A scenario without chance: a message every ten minutes, of which a limit admits eight.
const BY_HAND: &str = "
limitlab: 1
name: by-hand
duration: 5h
workspaces:
  - group: shops
    count: 2
    agents: [{ name: sales, traffic: { interarrival: 10m } }]
    fair_use: [{ name: few, scope: workspace, token_bucket: { rate: 1/d, burst: 8 } }]
";

#[test]
fn the_same_run_again_is_the_same_in_every_digit() {
    let home = Results::new();
    home.result("old", BY_HAND);
    home.result("new", BY_HAND);
    let told = home.told(&["old", "new"], 0);
    assert!(told.contains("every digit counts"), "{told}");
    assert!(told.contains("✓ the same in every digit of"), "{told}");
    // What the run cost is no part of what is compared.
    let mut summary: Value =
        serde_json::from_str(&home.read("new/summary.json")).expect("it is JSON");
    summary["run"] = serde_json::json!({ "wall_s": 1.0, "events": 1, "messages": 1, "threads": 1,
        "peak_rss_bytes": null });
    home.write("new/summary.json", &summary.to_string());
    home.told(&["old", "new/summary.json"], 0);
}

#[test]
fn behaviour_that_changed_is_listed_metric_by_metric() {
    let home = Results::new();
    home.result("old", BY_HAND);
    let mut changed = simulate(BY_HAND);
    for group in ["all", "shops"] {
        let metrics = &mut changed.groups[group].metrics;
        metrics["messages.lost"].value = Some(43.0);
        metrics["refusal.rate"].n += 1;
        metrics["active.mean"].ci95 = Some([0.5, 1.5]);
        metrics.shift_remove("latency.max");
    }
    changed.groups["shops"].refusals[0].refused += 1.0;
    home.write("new/summary.json", &changed.to_json());
    assert_snapshot!(home.told(&["old", "new"], 3), @r#"
    What changed between two results
    OLD         old: by-hand, seed 1, limitlab 0.1.0
    NEW         new: by-hand, seed 1, limitlab 0.1.0
    The same scenario, seed and range of versions: exact, every digit counts.

    ✗ behaviour changed: 8 metrics and 1 other thing differ, 106 are the same

    Besides metrics
      refusals of shops: rate_limited by few
        old 42 in 2 workspaces, first after 5400 s; told "The fair-use limit has been reached. Wait a
            moment, buy a package or contact support." (wait, buy_package, contact_support)
        new 43 in 2 workspaces, first after 5400 s; told "The fair-use limit has been reached. Wait a
            moment, buy a package or contact support." (wait, buy_package, contact_support)

    Changed in all                                             old                     new        change
      messages.lost                                             42                      43       +2.38 %
      refusal.rate                                           n = 2                   n = 3             -
      latency.max                                              0 s                       -             -
      active.mean                                           1 to 1              0.5 to 1.5             -

    Changed in shops                                           old                     new        change
      messages.lost                                             42                      43       +2.38 %
      refusal.rate                                           n = 2                   n = 3             -
      latency.max                                              0 s                       -             -
      active.mean                                           1 to 1              0.5 to 1.5             -

    106 metrics show no difference; --all lists them
    "#);
    let json: CompareSummary =
        serde_json::from_str(&home.told(&["old", "new", "--format", "json"], 3))
            .expect("it reads back");
    assert_eq!((json.verdict, json.counts.changed), (CompareVerdict::BehaviourChanged, 8));
    assert_eq!(home.told(&["old", "new", "-q"], 3), "");
}

/// Two results with metrics by replication, of which one has a longer wait.
fn paired(home: &Results) {
    for (name, longer, sha) in [("old", 1.0, "a"), ("new", 1.1, "b")] {
        let mut summary = simulate(BY_HAND);
        summary.scenario.sha256 = sha.repeat(64);
        summary.replications = 10;
        let mut rows = "group,metric,replication,value\n".to_owned();
        for number in 1..=10 {
            let wait = 2.0 * longer + f64::from(number % 5) * (0.5 + longer / 100.0);
            let good = 0.9 + wait / 50.0;
            rows.extend([
                format!("all,latency.p99,{number},{wait}\nshops,latency.p99,{number},{wait}\n"),
                format!("shops,goodput.rate{{within=10s}},{number},{good}\n"),
                format!("shops,latency.p50,{number},\n"),
            ]);
        }
        home.write(&format!("{name}/summary.json"), &summary.to_json());
        home.write(&format!("{name}/replications.csv"), &rows);
    }
}

#[test]
fn pairs_of_replications_are_told_in_every_form() {
    let home = Results::new();
    paired(&home);
    assert_snapshot!(home.told(&["old", "new"], 3), @r"
    What changed between two results
    OLD         old: by-hand, seed 1, 10 replications, limitlab 0.1.0
    NEW         new: by-hand, seed 1, 10 replications, limitlab 0.1.0
    Paired by replication, intervals by bootstrap-t with 1,999 resamples; values are means over those,
    not of all together. A change counts if it is more than chance, with at most 1 % for anything at all
    to be reported of equals (Holm over 2 figures), and at least 1 % of the old value.

    ! The scenarios differ: two designs are compared.

    ✗ 2 metrics regressed

    Regressed in all                  old         new         change             95% interval          n
      latency.p99                  3.02 s      3.22 s        +6.69 %         +6.65 to +6.73 %         10

    Regressed in shops                old         new         change             95% interval          n
      latency.p99                  3.02 s      3.22 s        +6.69 %         +6.65 to +6.73 %         10

    66 metrics show no difference; 46 metrics cannot be judged, for want of an interval or a value;
    --all lists them
    ");
    assert_snapshot!(home.told(&["old", "new", "--min-effect", "20%"], 0), @r"
    What changed between two results
    OLD         old: by-hand, seed 1, 10 replications, limitlab 0.1.0
    NEW         new: by-hand, seed 1, 10 replications, limitlab 0.1.0
    Paired by replication, intervals by bootstrap-t with 1,999 resamples; values are means over those,
    not of all together. A change counts if it is more than chance, with at most 1 % for anything at all
    to be reported of equals (Holm over 2 figures), and at least 20 % of the old value.

    ! The scenarios differ: two designs are compared.

    ✓ no difference

    68 metrics show no difference; 46 metrics cannot be judged, for want of an interval or a value;
    --all lists them
    ");
    let markdown = home.told(&["old", "new", "--format", "markdown"], 3);
    let (shown, folded) = markdown.split_once("<details>").expect("the rest is folded");
    assert_snapshot!(shown, @r"
    ### ❌ limitlab compare: 2 metrics regressed

    - OLD old: by-hand, seed 1, 10 replications, limitlab 0.1.0
    - NEW new: by-hand, seed 1, 10 replications, limitlab 0.1.0

    Paired by replication, intervals by bootstrap-t with 1,999 resamples; values are means over those, not of all together. A change counts if it is more than chance, with at most 1 % for anything at all to be reported of equals (Holm over 2 figures), and at least 1 % of the old value.

    > The scenarios differ: two designs are compared.

    **Regressed** (2 metrics)

    | group | metric | old | new | change | 95% interval | n |
    | --- | --- | ---: | ---: | ---: | ---: | ---: |
    | all | latency.p99 | 3.02 s | 3.22 s | +6.69 % | +6.65 to +6.73 % | 10 |
    | shops | latency.p99 | 3.02 s | 3.22 s | +6.69 % | +6.65 to +6.73 % | 10 |
    ");
    assert!(folded.contains("| shops | messages.offered |"), "{folded}");
    let junit = home.told(&["old", "new", "--format", "junit"], 3);
    assert!(junit.contains(r#"<testsuite name="shops" tests=""#), "{junit}");
    assert_eq!(junit.matches("<failure ").count(), 2, "{junit}");
    assert_eq!(junit.matches(r#"type="regressed""#).count(), 2, "{junit}");
    let all = home.told(&["old", "new", "--all"], 3);
    assert!(all.contains("No difference in shops") && all.contains('~'), "{all}");
    assert!(all.contains("Not judged in shops"), "{all}");
    // To a file goes what is asked for, and people read the rest.
    let told = home.told(&["old", "new", "--format", "junit", "--out", "deep/junit.xml"], 3);
    assert!(told.ends_with("\nWritten: deep/junit.xml\n"), "{told}");
    assert_eq!(home.read("deep/junit.xml"), junit);
}

#[test]
fn baselines_are_saved_and_compared() {
    let home = Results::new();
    paired(&home);
    assert_eq!(
        home.told(&["old", "--save-baseline"], 0),
        "Baseline: results/baselines/by-hand.json\n"
    );
    let kept = home.read("results/baselines/by-hand.json");
    assert!(!kept.contains("wall_s") && kept.ends_with("}\n"));
    // Again, elsewhere and from a baseline: the same bytes.
    home.told(&["old", "--save-baseline", "-q"], 0);
    home.told(&["old", "--save-baseline", "mine"], 0);
    home.told(&["results/baselines/mine.json", "--save-baseline", "kept/other.json"], 0);
    home.told(&["old", "--save-baseline", "kept"], 0);
    for name in [
        "results/baselines/by-hand.json",
        "results/baselines/mine.json",
        "kept/other.json",
        "kept/by-hand.json",
    ] {
        assert_eq!(home.read(name), kept, "{name}");
    }
    assert!(home.told(&["old", "--baseline"], 0).contains("the same in every digit"));
    let told = home.told(&["new", "--baseline", "mine"], 3);
    assert!(told.contains("OLD         results/baselines/mine.json: by-hand"), "{told}");
    assert_eq!(home.told(&["new", "--baseline", "kept/other.json", "-q"], 3), "");
    assert!(home.told(&["kept/other.json", "old"], 0).contains("the same in every digit"));
    // What is no baseline is not overwritten.
    home.write("thesis.json", "{}");
    let refused = home.refused(&["old", "--save-baseline", "thesis.json"], 2);
    assert_eq!(refused, "error: thesis.json is there, and is no baseline that may be replaced\n");
    assert_eq!(home.read("thesis.json"), "{}");
    let refused = home.refused(&["new", "--baseline", "none"], 1);
    assert!(refused.starts_with("error: cannot read results/baselines/none.json: "), "{refused}");
}

#[test]
fn an_invalid_result_is_neither_compared_nor_kept() {
    let home = Results::new();
    let mut summary = home.result("old", BY_HAND);
    summary.validity.verdict = limitlab::summary::Verdict::Invalid;
    summary.validity.why = vec!["The run was interrupted after 1 workspaces.".to_owned()];
    home.write("new/summary.json", &summary.to_json());
    assert_snapshot!(home.refused(&["old", "new"], 2), @"
    error: OLD and NEW cannot be compared:
      NEW is not valid: The run was interrupted after 1 workspaces
    ");
    assert_snapshot!(home.refused(&["new", "--save-baseline"], 2), @"error: new is no baseline, since it is not valid: The run was interrupted after 1 workspaces");
    assert!(!home.folder().join("results").exists());
}

#[test]
fn what_is_no_result_is_refused_by_name() {
    let home = Results::new();
    home.result("old", BY_HAND);
    home.write("empty/notes.txt", "");
    home.write("diff/diff.json", "{}");
    home.write("text.json", "latency 3 s");
    home.write("other.json", "{\"a\": 1}");
    home.write("diff.json", "{\"a\": {}, \"b\": {}}");
    home.write(
        "half.json",
        "{\"limitlab\": \"0.1.0\", \"scenario\": {\"name\": 3}, \"groups\": {}}",
    );
    home.write("later.json", &home.read("old/summary.json").replacen('{', "{\"baseline\": 9,", 1));
    home.write("loud.json", &home.read("old/summary.json").replace("by-hand", "by\\u001b[2J"));
    home.write("csv/summary.json", &home.read("old/summary.json"));
    home.write("csv/replications.csv", "group,metric,replication,value\nall,x,1,NaN\n");
    for (path, told) in [
        ("empty", "empty holds no summary.json, so it is no result\n"),
        ("diff", "diff holds no result of a run, but a comparison of two policies\n"),
        ("text.json", "text.json is no JSON: expected value at line 1 column 1\n"),
        ("other.json", "other.json is JSON, but neither summary.json of a result nor a baseline\n"),
        ("diff.json", "diff.json is no result of a run, but a comparison of two policies\n"),
        ("half.json", "half.json is no summary that this limitlab knows, at scenario.name: "),
        ("later.json", "later.json is no baseline that this limitlab knows, at "),
        ("loud.json", "loud.json has \"by\\u{1b}[2J\" in it, which is no text of a result\n"),
        ("csv", "csv/replications.csv is wrong in line 2: `NaN` is no number\n"),
    ] {
        for arguments in [["old", path], [path, "old"]] {
            let refused = home.refused(&arguments, 2);
            assert!(refused.starts_with(&format!("error: {told}")), "{path}: {refused}");
        }
    }
    let refused = home.refused(&["old", "nowhere"], 1);
    assert!(refused.starts_with("error: cannot read nowhere: "), "{refused}");
    let refused = home.refused(&["old", "old", "--out", "text.json/x", "-q"], 1);
    assert!(refused.starts_with("error: cannot "), "{refused}");
}

#[test]
fn results_of_other_lengths_or_groups_are_refused() {
    let home = Results::new();
    home.result("old", BY_HAND);
    home.result("longer", &BY_HAND.replace("5h", "6h"));
    home.result("others", &BY_HAND.replace("shops", "labs"));
    assert_snapshot!(home.refused(&["old", "longer"], 2), @r"
    error: OLD and NEW cannot be compared:
      OLD lasts 18000 s and NEW 21600 s, so their counts are not of the same time, and what takes time has come further in one than in the other
    ");
    assert_snapshot!(home.refused(&["old", "others"], 2), @r"
    error: OLD and NEW cannot be compared:
      they have no group in common: OLD has `shops`, NEW has `labs`
    ");
}

#[test]
fn command_lines_that_make_no_sense_say_so() {
    let home = Results::new();
    home.result("old", BY_HAND);
    for (arguments, told) in [
        (&["old"][..], "error: there is only one result\nhint: name the older one"),
        (
            &["old", "old", "--baseline"],
            "error: with a baseline there is only one result to name\n",
        ),
        (&["old", "old", "--save-baseline"], "error: with a baseline there is only one result"),
        (&["old", "--baseline", "x", "--save-baseline", "y"], "error: the argument '--baseline"),
        (&["old", "old", "--min-effect", "1"], "error: invalid value '1' for '--min-effect"),
        (&["old", "old", "--format", "xml"], "error: invalid value 'xml' for '--format"),
        (&[], "error: the following required arguments were not provided"),
    ] {
        let refused = home.refused(arguments, 2);
        assert!(refused.starts_with(told), "{arguments:?}: {refused}");
    }
}

#[test]
fn a_drive_is_known_by_its_log() {
    let home = Results::new();
    home.result("old", BY_HAND);
    home.result("new", BY_HAND);
    let columns = limitlab::log::DecisionRecord::COLUMNS;
    let head = |exact: bool| {
        let mut row = limitlab::log::DecisionLog::exact_head();
        if !exact {
            row = row.map(|cell| if cell == "exact" { String::new() } else { cell });
        }
        format!("{}\n{}\n", columns.join(","), row.join(","))
    };
    home.write("new/decisions.csv", &head(true));
    assert!(home.told(&["old", "new"], 0).contains("every digit counts"));
    home.write("new/decisions.csv", &head(false));
    let told = home.told(&["old", "new"], 0);
    assert!(told.contains("! NEW was driven in wall-clock time"), "{told}");
    assert!(told.contains("As independent estimates"), "{told}");
}
