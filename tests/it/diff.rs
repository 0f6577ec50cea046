//! Two policies on the same draws: `limitlab diff`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use insta::assert_snapshot;
use limitlab::engine::{ByWorkspace, RunOptions, Watch, run, run_by_workspace};
use limitlab::planning::{Comparison, DiffError, DiffSummary, Verdict, diff};
use limitlab::rules::Reason;
use limitlab::scenario::{Override, Scenario, load, parse};
use limitlab::summary::Summary;
use serde_json::Value;

use crate::support::{Home, contents, text};

/// Three workspaces without chance. Each of the two shops gets a message every ten minutes, 29 in
/// all, and the limit admits 30; the lab gets one every half hour, nine in all, and can pay for five.
const BY_HAND: &str = "
limitlab: 1
name: by-hand
duration: 5h
plans:
  metered: { credits: { included: 100 }, price: { amount: 24.00, every: 1d } }
workspaces:
  - group: shops
    count: 2
    plan: metered
    agents: [{ name: sales, cost: 2, traffic: { interarrival: 10m } }]
    fair_use: [{ name: few, scope: workspace, token_bucket: { rate: 1/d, burst: 30 } }]
  - group: lab
    plan: metered
    seats: 3
    agents: [{ name: tests, cost: 20, traffic: { interarrival: 30m } }]
";

/// Twice the credits at twice the price, and a limit that admits eight.
const CHANGES: [&str; 3] = [
    "plans.metered.credits.included=200",
    "plans.metered.price.amount=48.00",
    "workspaces.shops.fair_use.few.token_bucket.burst=8",
];

/// Workspaces that are refused for many reasons, try again after the end, and share nothing.
const BUSY: &str = "
limitlab: 1
name: busy
duration: 6h30m
warm_up: 40m
seed: 8
plans:
  small: { active_agents: 2, credits: { included: 60, renews: 2h }, price: { amount: 9, every: 6h } }
  large: { active_agents: 4, credits: { included: 90, renews: 1h, overage: unlimited } }
workspaces:
  - group: shops
    count: 30
    plan: { small: 60%, large: 40% }
    seats: { uniform: { min: 1, max: 4 } }
    agents:
      - name: sales
        count: 3
        activity: { active: 40m, offline: { exponential: 20m } }
        traffic: { sessions: { rate: 4/h, turns: { geometric: { mean: 5 } }, think: 30s } }
        retry: { max_attempts: 4, backoff: { base: 10m, cap: 1h } }
    fair_use: [{ name: in-flight, scope: agent, concurrency: { limit: 1 } }]
  - group: labs
    count: 20
    agents: [{ name: bot, count: 2, traffic: { rate: 1/min } }]
    fair_use: [{ name: burst, scope: workspace, token_bucket: { rate: 1/min, burst: 5 } }]
backend: { scope: workspace, servers: 2, service_time: { exponential: 20s }, queue: { limit: 3 } }
";

/// The same with one backend, behind a delay, so that refusals are known after later ones.
fn coupled() -> String {
    let backend = "backend: { scope: workspace, servers: 2";
    assert!(BUSY.contains(backend));
    BUSY.replace(backend, "backend: { scope: platform, network_delay: 5s, servers: 9")
}

fn scenario(yaml: &str) -> Scenario {
    parse("test.yaml", yaml, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn each(scenario: &Scenario, threads: usize) -> ByWorkspace {
    let told = run_by_workspace(scenario, RunOptions { threads }, &Watch::default());
    told.unwrap_or_else(|error| panic!("{error}"))
}

fn compared(a: &Scenario, b: &Scenario) -> Comparison {
    let comparison = diff(a, b, RunOptions { threads: 2 }, &Watch::default());
    comparison.unwrap_or_else(|error| panic!("{error}"))
}

/// What a comparison says that is refused.
#[track_caller]
fn refused(home: &Home, arguments: &[&str]) -> String {
    home.refused(&[&["diff"], arguments].concat(), 2)
}

/// The arguments that compare the scenario by hand with its changes.
fn by_hand<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let set = CHANGES.iter().flat_map(|change| ["--set", *change]);
    ["diff", "hand.yaml"].into_iter().chain(set).chain(more.iter().copied()).collect()
}

#[test]
fn three_workspaces_by_hand() {
    let home = Home::with(&[("hand.yaml", BY_HAND)]);
    let output = home.run(&by_hand(&[]));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    assert_snapshot!(text(&output.stdout), @r"
    What a change of policy does to each workspace
    A           by-hand
    B           by-hand with plans.metered.credits.included=200, plans.metered.price.amount=48.00,
                workspaces.shops.fair_use.few.token_bucket.burst=8
    3 workspaces over 5 h from 2026-01-01, seed 1; the same draws under both

    Who         2 of 3 workspaces (67 %) are newly limited: no limit hit under A, at least one under B;
                1 (33 %) is relieved of all limit hits
                                   workspaces  newly limited   relieved   hit more   hit less  as before
      all groups                            3              2          1          0          0          0
      shops                                 2              2          0          0          0          0
      lab                                   1              0          1          0          0          0

    Limits                                                 A               B          change
      workspaces that hit a limit                          1               2              +1
      limit hits                                           4              42             +38
      hours in which a limit refused somebody, of the 5 of the run:
        all workspaces together                          2 h             8 h            +6 h
        a workspace, on average                      0.667 h          2.67 h            +2 h
        a workspace, at most                             2 h             4 h            +2 h
          for rate limit                                 0 h             8 h            +8 h
          for credits used up                            2 h             0 h            -2 h

    Messages                                               A               B          change
      written                                             67              67               0
      replied to                                          63              25             -38
      lost                                                 4              42             +38
      lost, of those written                             6 %            63 %    +56.7 points

    Amounts                                                A               B          change
      credits used                                       216             212              -4
        a workspace, on average                           72            70.7           -1.33
      earned                                           15.00           30.00          +15.00
        a workspace, on average                         5.00           10.00           +5.00

    Changed most, in hours blocked                         A               B          change
      shops/1, newly limited                             0 h             4 h            +4 h
      shops/2, newly limited                             0 h             4 h            +4 h
      lab, relieved                                      2 h             0 h            -2 h

    Results: results/diff-by-hand
    ");
    let folder = home.path("results/diff-by-hand");
    let files: Vec<PathBuf> = contents(&folder).into_keys().map(|name| folder.join(name)).collect();
    let names = ["diff.json", "plots/hours_blocked.svg", "workspaces.csv"];
    assert_eq!(files, names.map(|name| folder.join(name)));
    // A shop's ninth message comes after 90 minutes; 21 are refused, in hours 1 to 4. The lab's
    // sixth comes after three hours; four are refused, in hours 3 and 4.
    let csv = fs::read_to_string(folder.join("workspaces.csv")).expect("it is written");
    assert_snapshot!(csv, @r"
    workspace,plan_a,plan_b,seats_a,seats_b,hits_a,hits_b,first_hit_s_a,first_hit_s_b,hours_blocked_a,hours_blocked_b,messages_offered_a,messages_offered_b,messages_completed_a,messages_completed_b,messages_lost_a,messages_lost_b,credits_consumed_a,credits_consumed_b,spent_a,spent_b,verdict,hours_blocked_rate_limited_a,hours_blocked_rate_limited_b,hours_blocked_credits_exhausted_a,hours_blocked_credits_exhausted_b
    shops/1,metered,metered,1,1,0,21,,5400,0,4,29,29,29,8,0,21,58,16,5,10,newly_limited,0,4,0,0
    shops/2,metered,metered,1,1,0,21,,5400,0,4,29,29,29,8,0,21,58,16,5,10,newly_limited,0,4,0,0
    lab,metered,metered,3,3,4,0,10800,,2,0,9,9,5,9,4,0,100,180,5,10,relieved,0,0,2,0
    ");
    let json = fs::read_to_string(folder.join("diff.json")).expect("it is written");
    let told: DiffSummary = serde_json::from_str(&json).expect("it reads back");
    assert_eq!(told.to_json(), json);
    assert_eq!(told.b.set, CHANGES);
    figures_by_hand(&told);
}

fn figures_by_hand(told: &DiffSummary) {
    let [all, shops, lab] = ["all", "shops", "lab"].map(|group| &told.groups[group]);
    assert_eq!((told.hours, told.seed), (5, 1));
    assert_eq!([all, shops, lab].map(|it| it.workspaces), [3, 2, 1]);
    let share = |group: &limitlab::planning::GroupDiff, verdict| {
        let it = group.verdicts.of(verdict);
        (it.workspaces, (it.share * 3.0).round())
    };
    assert_eq!(share(all, Verdict::NewlyLimited), (2, 2.0));
    assert_eq!(share(all, Verdict::Relieved), (1, 1.0));
    assert_eq!(share(shops, Verdict::NewlyLimited), (2, 3.0));
    assert_eq!(share(lab, Verdict::NewlyLimited), (0, 0.0));
    for verdict in [Verdict::More, Verdict::Less, Verdict::Same] {
        assert_eq!(share(all, verdict), (0, 0.0));
    }
    let hours = all.hours_blocked;
    assert_eq!((hours.total.a, hours.total.b, hours.total.change), (2, 8, 6));
    assert_eq!((hours.p50.a, hours.p50.b), (0, 4));
    assert_eq!((hours.p90.a, hours.max.a, hours.max.b), (2, 2, 4));
    assert_eq!((all.hits.a, all.hits.b, all.hits.change), (4, 42, 38));
    assert_eq!((all.workspaces_hit.a, all.workspaces_hit.b), (1, 2));
    let metric = |name: &str| all.metrics[name].of_group;
    for (name, a, b) in [
        ("messages.offered", 67.0, 67.0),
        ("messages.completed", 63.0, 25.0),
        ("messages.lost", 4.0, 42.0),
        ("credits.consumed", 216.0, 212.0),
        ("earned.total", 15.0, 30.0),
    ] {
        let told = metric(name);
        assert_eq!((told.a, told.b, told.change), (Some(a), Some(b), Some(b - a)), "{name}");
        let each = all.metrics[name].per_workspace.expect("it is a sum");
        assert_eq!((each.a, each.b), (Some(a / 3.0), Some(b / 3.0)), "{name}");
    }
    assert!(metric("loss.rate").a.is_some() && all.metrics["loss.rate"].per_workspace.is_none());
    assert!(!all.metrics.contains_key("messages.in_flight"));
}

#[test]
fn every_figure_that_is_printed_is_in_the_json() {
    let home = Home::with(&[("hand.yaml", BY_HAND)]);
    let printed = text(&home.run(&by_hand(&[])).stdout);
    let json = text(&home.run(&by_hand(&["--format", "json"])).stdout);
    let written = home.path("results/diff-by-hand/diff.json");
    assert_eq!(json, fs::read_to_string(written).expect("it is written"));
    let numbers = |text: &str| -> Vec<f64> {
        let words = text.split(|c: char| !(c.is_ascii_digit() || ".,-".contains(c)));
        words.filter_map(|word| word.trim_matches(',').replace(',', "").parse().ok()).collect()
    };
    let told = numbers(&json);
    let rounds_to = |exact: f64, shown: f64| {
        // Three digits, or two of a share.
        [exact, exact * 100.0].iter().any(|it| (it - shown).abs() <= 0.005 * shown.abs() + 1e-9)
            || ((exact * 100.0).round() - shown.round()).abs() < 0.5
    };
    for shown in numbers(&printed) {
        assert!(told.iter().any(|exact| rounds_to(*exact, shown)), "{shown} in\n{printed}");
    }
    assert!(home.run(&by_hand(&["--quiet"])).stdout.is_empty());
}

#[test]
fn a_policy_against_itself_changes_nothing() {
    for yaml in [BUSY.to_owned(), coupled()] {
        let scenario = scenario(&yaml);
        let comparison = compared(&scenario, &scenario);
        let summary = run(&scenario, RunOptions { threads: 2 }, &Watch::default());
        let summary = summary.expect("it does not loop").summary;
        let told = &comparison.summary;
        assert!(told.most_changed.is_empty() && told.notes.is_empty());
        for (name, group) in &told.groups {
            assert_eq!(group.verdicts.of(Verdict::Same).workspaces, group.workspaces);
            assert!(group.hits.a > 0 && group.hits.change == 0);
            assert!(group.hours_blocked.total.a > 0 && group.hours_blocked.total.change == 0);
            assert!(group.metrics.len() > 4);
            for (metric, change) in &group.metrics {
                let of_run = summary.metric(name, metric).expect("a run has it").value;
                assert_eq!((change.of_group.a, change.of_group.b), (of_run, of_run), "{metric}");
            }
        }
        for workspace in &comparison.workspaces {
            assert_eq!(workspace.a, workspace.b);
        }
    }
    let home = Home::with(&[("busy.yaml", BUSY)]);
    let output = home.run(&["diff", "busy.yaml", "busy.yaml", "--out", "same"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("nothing changes"), "{}", text(&output.stdout));
    assert!(!home.path("same/plots").exists());
}

#[test]
fn workspaces_add_up_to_what_a_run_measures() {
    let cut = BUSY.replace("seed: 8", "seed: 9\ndrain: cut");
    for yaml in [BUSY.to_owned(), coupled(), cut] {
        let scenario = scenario(&yaml);
        let told = each(&scenario, 2);
        let whole = run(&scenario, RunOptions { threads: 1 }, &Watch::default());
        let whole = whole.expect("it does not loop").summary;
        assert_eq!(told.summary.to_json(), whole.to_json());
        for (place, group) in scenario.groups.iter().enumerate() {
            let own: Vec<_> = told.workspaces.iter().filter(|it| it.group == place).collect();
            assert_eq!(own.len(), group.count as usize);
            assert!(own.iter().enumerate().all(|(index, it)| it.workspace == index as u32));
            sums_are_those_of(&whole, &group.name, &own);
        }
    }
}

/// Holds the sums over a group's workspaces to its metrics.
fn sums_are_those_of(whole: &Summary, group: &str, own: &[&limitlab::engine::WorkspaceRecord]) {
    type Of = fn(&limitlab::measure::WorkspaceFigures) -> i128;
    let sums: [(&str, f64, Of); 8] = [
        ("messages.offered", 1.0, |it| i128::from(it.offered)),
        ("messages.completed", 1.0, |it| i128::from(it.completed)),
        ("messages.lost", 1.0, |it| i128::from(it.lost)),
        ("messages.in_flight", 1.0, |it| i128::from(it.in_flight)),
        ("credits.consumed", 1e-3, |it| it.consumed.unwrap_or(0)),
        ("credits.overage", 1e-3, |it| it.overage.unwrap_or(0)),
        ("earned.total", 1e-6, |it| it.spent),
        ("hits_per_workspace.mean", 1.0 / own.len() as f64, |it| i128::from(it.blocked.hits)),
    ];
    for (name, scale, of) in sums {
        let sum: i128 = own.iter().map(|it| of(&it.figures)).sum();
        let told = whole.metric(group, name).map_or(Some(0.0), |metric| metric.value);
        let told = told.expect("it was observed");
        assert!((told - sum as f64 * scale).abs() < 1e-9 * told.abs().max(1.0), "{group} {name}");
    }
    for reason in Reason::ALL.into_iter().filter(|it| it.is_limit_hit()) {
        let causes = whole.groups[group].refusals.iter().filter(|it| it.reason == reason.name());
        let causes: Vec<_> = causes.collect();
        let figures = own.iter().map(|it| it.figures.by_reason[reason as usize]);
        let hits: u64 = figures.clone().map(|it| it.hits).sum();
        assert_eq!(causes.iter().map(|it| it.refused as u64).sum::<u64>(), hits, "{reason}");
        let workspaces = figures.filter(|it| it.hits > 0).count();
        if let [cause] = causes[..] {
            assert_eq!(cause.workspaces as usize, workspaces, "{reason}");
        }
    }
    for it in own {
        let by_reason = &it.figures.by_reason;
        let most = by_reason.iter().map(|it| it.hours).max().unwrap_or(0);
        let all: u64 = by_reason.iter().map(|it| it.hours).sum();
        assert!((most..=all.min(7)).contains(&it.figures.blocked.hours), "{it:?}");
        assert_eq!(by_reason.iter().map(|it| it.hits).sum::<u64>(), it.figures.blocked.hits);
        assert_eq!(it.figures.first_hit.is_some(), it.figures.blocked.hits > 0);
    }
}

#[test]
fn threads_change_no_byte() {
    for (name, yaml) in [("busy.yaml", BUSY.to_owned()), ("coupled.yaml", coupled())] {
        let home = Home::with(&[(name, &yaml)]);
        let left = |threads: &str, more: &[&str]| {
            let set = "plans.small.credits.included=30";
            let arguments = ["diff", name, "--set", set, "--out", "out", "--threads", threads];
            let output = home.run(&[&arguments[..], more].concat());
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
            (text(&output.stdout), contents(&home.path("out")))
        };
        let (printed, alone) = left("1", &[]);
        assert_eq!((printed, alone.clone()), left("2", &[]));
        let mut more = left("3", &["--png"]).1;
        more.retain(|path, _| path.extension().is_none_or(|it| it != "png"));
        assert!(alone == more, "{name}: options changed a file");
    }
}

#[test]
fn both_can_be_changed_and_seeded() {
    let home = Home::with(&[("hand.yaml", BY_HAND)]);
    let both = "workspaces.shops.count=1";
    let output = home.run(&by_hand(&["--both", both, "--seed", "7", "--format", "json"]));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told: DiffSummary = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!((told.seed, told.groups["shops"].workspaces), (7, 1));
    assert_eq!(told.a.set, [both]);
    assert_eq!(told.b.set, [&[both], &CHANGES[..]].concat());
    // The only workspace of its group has the group's name.
    let names: Vec<&str> = told.most_changed.iter().map(|it| it.workspace.as_str()).collect();
    assert_eq!(names, ["shops", "lab"]);
}

#[test]
fn two_names_name_the_folder() {
    let other = BY_HAND.replace("name: by-hand", "name: next").replace("burst: 30", "burst: 8");
    let home = Home::with(&[("a.yaml", BY_HAND), ("b.yaml", &other)]);
    let output = home.run(&["diff", "a.yaml", "b.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(home.path("results/diff-by-hand-next/diff.json").is_file());
    let printed = text(&output.stdout);
    assert!(printed.contains("A           by-hand\nB           next\n"), "{printed}");
}

#[test]
fn groups_in_another_order_are_the_same_groups() {
    let a = scenario(BUSY);
    let mut b = scenario(&BUSY.replace("burst: 5", "burst: 2"));
    let written = compared(&a, &b);
    b.groups.reverse();
    assert_eq!(compared(&a, &b).summary, written.summary);
    let changed = |name: &str| written.summary.groups[name].hits.change;
    assert!(changed("labs") > 0 && changed("shops") == 0, "shops have no such limit");
}

#[test]
fn what_says_most_comes_first() {
    let comparison = compared(&scenario(BUSY), &scenario(&BUSY.replace("burst: 5", "burst: 9")));
    let keys: Vec<_> = comparison
        .workspaces
        .iter()
        .map(|it| (it.verdict, std::cmp::Reverse(it.hours().change.unsigned_abs())))
        .collect();
    assert!(keys.is_sorted(), "{keys:?}");
    assert!(keys.iter().any(|(verdict, _)| *verdict == Verdict::Less), "{keys:?}");
}

#[test]
fn policies_that_are_not_about_the_same_are_refused() {
    let other = BY_HAND
        .replace("duration: 5h", "duration: 6h\nwarm_up: 1h\nseed: 7\nstart: 2026-06-01T00:00:00Z")
        .replace("count: 2", "count: 3")
        .replace("group: lab", "group: labs");
    let home = Home::with(&[("a.yaml", BY_HAND), ("b.yaml", &other)]);
    assert_snapshot!(refused(&home, &["a.yaml", "b.yaml"]), @r"
    error: A and B cannot be compared:
      the seed is 1 in A and 7 in B; `--seed N` sets both
      `start` is 2026-01-01T00:00:00Z in A and 2026-06-01T00:00:00Z in B; `--both start=VALUE` sets both
      `duration` is 5h in A and 6h in B; `--both duration=VALUE` sets both
      `warm_up` is 0s in A and 1h in B; `--both warm_up=VALUE` sets both
      the group `shops` has 2 workspaces in A and 3 in B; `--both workspaces.shops.count=N` sets both
      the group `lab` is in A only; did you mean `labs`? groups of B: `shops`, `labs`
      the group `labs` is in B only; did you mean `lab`? groups of A: `shops`, `lab`
    ");
    assert_snapshot!(refused(&home, &["a.yaml", "--set", "seed=3"]), @r"
    error: A and B cannot be compared:
      the seed is 1 in A and 3 in B; `--seed N` sets both
    ");
    let same =
        ["--both", "duration=2h", "--both", "warm_up=0s", "--both", "workspaces.shops.count=1"];
    let start = ["--both", "start=2026-06-01T00:00:00Z", "--seed", "5"];
    assert_snapshot!(refused(&home, &[&["a.yaml", "b.yaml"], &same[..], &start].concat()), @r"
    error: A and B cannot be compared:
      the group `lab` is in A only; did you mean `labs`? groups of B: `shops`, `labs`
      the group `labs` is in B only; did you mean `lab`? groups of A: `shops`, `lab`
    ");
}

#[test]
fn what_would_do_nothing_is_refused() {
    let home = Home::with(&[("a.yaml", BY_HAND), ("b.yaml", &BY_HAND.replace("100", "200"))]);
    assert_snapshot!(refused(&home, &["a.yaml"]), @r"error: there is only one policy: name the scenario of another, or change this one by `--set KEY=VALUE`");
    assert_snapshot!(refused(&home, &["a.yaml", "--seed", "3"]), @r"error: there is only one policy: name the scenario of another, or change this one by `--set KEY=VALUE`");
    assert_snapshot!(refused(&home, &["a.yaml", "--set", "duration=5h"]), @r"error: `--set duration=5h` changes nothing in a.yaml");
    let set = "plans.metered.credits.included=200";
    assert_snapshot!(refused(&home, &["a.yaml", "b.yaml", "--set", set]), @r"error: `--set plans.metered.credits.included=200` changes nothing in b.yaml");
    let twice = ["a.yaml", "--set", "plans.metered.credits.included=150", "--set", set];
    assert_snapshot!(refused(&home, &twice), @r"error: `--set plans.metered.credits.included=150` changes nothing in a.yaml");
    assert_snapshot!(refused(&home, &["a.yaml", "b.yaml", "--both", "duration=5h"]), @r"error: `--both duration=5h` changes nothing, in A or in B");
    #[cfg(unix)]
    assert_snapshot!(refused(&home, &["/dev/stdin", "--set", set]), @r"error: /dev/stdin is read more than once and must be a file, not a stream");
}

#[test]
fn mistakes_are_shown_as_everywhere() {
    let home = Home::with(&[
        ("a.yaml", BY_HAND),
        ("wrong.yaml", &BY_HAND.replace("plan: metered", "plan: meterd")),
        ("worse.yaml", &BY_HAND.replace("duration: 5h", "duration: 5 hours")),
    ]);
    assert_snapshot!(refused(&home, &["a.yaml", "--set", "workspaces.shop.count=3"]), @r"
    --set:1:12: error: no item of `workspaces` is called `shop`
      |
    1 | workspaces.shop.count=3
      |            ^^^^
    hint: did you mean `shops`? its items: `shops`, `lab`

    1 mistake in --set
    ");
    assert_snapshot!(refused(&home, &["wrong.yaml", "worse.yaml"]), @r"
    wrong.yaml:10:11: error: no plan is called `meterd`
       |
    10 |     plan: meterd
       |           ^^^^^^
    hint: did you mean `metered`? declared: `metered`, `unlimited`

    wrong.yaml:14:11: error: no plan is called `meterd`
       |
    14 |     plan: meterd
       |           ^^^^^^
    hint: did you mean `metered`? declared: `metered`, `unlimited`

    2 mistakes in wrong.yaml
    worse.yaml:4:11: error: `5 hours` is not a duration such as `250ms`, `8h` or `1d12h`
      |
    4 | duration: 5 hours
      |           ^^^^^^^

    1 mistake in worse.yaml
    ");
    let output = home.run(&["diff", "a.yaml", "none.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("none.yaml"), "{}", text(&output.stderr));
    assert!(!home.path("results").exists());
}

#[test]
fn what_differs_besides_the_policy_is_said() {
    let other = BUSY
        .replace("name: sales\n        count: 3", "name: sale\n        count: 3")
        .replace("name: bot, count: 2", "name: bot, count: 1")
        .replace("seed: 8", "seed: 8\nreplications: 3");
    let comparison = compared(&scenario(BUSY), &scenario(&other));
    assert_snapshot!(comparison.summary.notes.join("\n"), @r"
    Only the first replication is compared.
    Of the group `shops` only A has `sales`: a line of another name draws other messages.
    Of the group `shops` only B has `sale`: a line of another name draws other messages.
    A workspace has 2 of `bot` of the group `labs` under A and 1 under B: other messages are drawn.
    ");
    let faster = BUSY.replace("rate: 1/min }", "rate: 2/min }");
    assert_ne!(faster, BUSY);
    let comparison = compared(&scenario(BUSY), &scenario(&faster));
    assert_snapshot!(comparison.summary.notes.join("\n"), @r"The traffic of `bot` of the group `labs` differs: what changes is not the policy alone.");
    let printed = limitlab::report::diff_terminal(&comparison, false, 100);
    assert!(printed.contains("! The traffic of `bot`"), "{printed}");
}

/// What is said first of two scenarios, and whether they have the same draws.
fn noted(a: &Scenario, b: &Scenario) -> String {
    let summary = compared(a, b).summary;
    let drawn = if summary.same_draws { "the same draws" } else { "other draws" };
    format!("{drawn}\n{}", summary.notes.join("\n"))
}

#[test]
fn agents_and_factors_of_the_timeline_are_not_the_policy_alone() {
    let with = |timeline: &str, from: &str, to: &str| {
        let text = format!("{BUSY}timeline: [{timeline}]").replace(from, to);
        scenario(&text)
    };
    let plain = "{ at: 1h, group: shops, set_plan: large }";
    let a = with(plain, "", "");
    assert_eq!(noted(&a, &with(&plain.replace("large", "small"), "", "")), "the same draws\n");
    let more = format!("{plain}, {{ at: 2h, for: 1h, group: labs, traffic: 2x }}");
    assert_snapshot!(noted(&a, &with(&more, "", "")), @r"
    other draws
    The traffic of the group `labs` on the timeline differs: what changes is not the policy alone.
    ");
    let named = more.replace("{ at: 2h", "{ name: rush, at: 2h");
    assert_eq!(noted(&with(&more, "", ""), &with(&named, "", "")), "the same draws\n");
    let made = format!("{plain}, {{ at: 2h, group: labs, create: bot }}");
    assert_snapshot!(noted(&a, &with(&made, "", "")), @r"
    other draws
    The timeline creates or deletes other agents in the group `labs`: what changes is not the policy alone.
    ");
    let churn = with(plain, "name: bot, count: 2,", "name: bot, count: 2, churn: { create: 1/h },");
    assert_snapshot!(noted(&a, &churn), @r"
    other draws
    The `churn` of `bot` of the group `labs` differs: what changes is not the policy alone.
    ");
}

#[test]
fn traces_that_differ_are_not_the_policy_alone() {
    let trace = "time,workspace,agent,action,cost\n1h,shops/1,sales/1,message,\n";
    let yaml = "
limitlab: 1
name: replayed
duration: 5h
plans: { small: { active_agents: 1 } }
workspaces:
  - group: shops
    count: 2
    plan: small
    agents: [{ name: sales, count: 2 }]
    traffic: { trace: one.csv }
";
    let faster = yaml.replace("trace: one.csv", "trace: one.csv, speed: 2x");
    let home = Home::with(&[
        ("one.csv", trace),
        ("same.csv", trace),
        ("other.csv", &trace.replace("1h", "2h")),
        ("a.yaml", yaml),
        ("faster.yaml", &faster),
        ("same.yaml", &yaml.replace("one.csv", "same.csv")),
        ("other.yaml", &yaml.replace("one.csv", "other.csv")),
        ("sessions.yaml", &yaml.replace("one.csv", "one.csv, replay: sessions")),
        ("more.yaml", &yaml.replace("count: 2 }", "count: 3 }")),
    ]);
    let load = |name: &str| load(home.path(name).as_ref(), &[]).expect("it is valid").scenario;
    let against = |name: &str| noted(&load("a.yaml"), &load(name));
    assert_eq!(against("same.yaml"), "the same draws\n");
    assert_snapshot!(against("faster.yaml"), @r"
    other draws
    The recorded traffic of the group `shops` differs in its `speed`: what changes is not the policy alone.
    ");
    assert_snapshot!(against("other.yaml"), @r"
    other draws
    The recorded traffic of the group `shops` differs in its traces: what changes is not the policy alone.
    ");
    assert_snapshot!(against("sessions.yaml"), @r"
    other draws
    The recorded traffic of the group `shops` differs in what is replayed of its traces, and how: what changes is not the policy alone.
    ");
    assert_snapshot!(against("more.yaml"), @r"
    other draws
    A workspace has 2 of `sales` of the group `shops` under A and 3 under B: of a trace, messages to agents that there are not are not written.
    ");
    let printed = text(&home.run(&["diff", "a.yaml", "faster.yaml"]).stdout);
    assert!(printed.contains("; the same seed under both\n"), "{printed}");
}

#[test]
fn a_plan_that_nobody_is_on_is_said() {
    let home = Home::with(&[("hand.yaml", BY_HAND)]);
    let set = "plans.meterd.price.amount=3";
    let output = home.run(&["diff", "hand.yaml", "--set", set]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_snapshot!(text(&output.stdout), @r"
    What a change of policy does to each workspace
    A           by-hand
    B           by-hand with plans.meterd.price.amount=3
    3 workspaces over 5 h from 2026-01-01, seed 1; the same draws under both

    ! B: no workspace is ever on the plan `meterd`, which no group and no entry names; did you mean
      `metered`?

    Who         nothing changes: 1 workspace hit limits as often as before
                                   workspaces  newly limited   relieved   hit more   hit less  as before
      all groups                            3              0          0          0          0          3
      shops                                 2              0          0          0          0          2
      lab                                   1              0          0          0          0          1

    Limits                                                 A               B          change
      workspaces that hit a limit                          1               1               0
      limit hits                                           4               4               0
      hours in which a limit refused somebody, of the 5 of the run:
        all workspaces together                          2 h             2 h             0 h
        a workspace, on average                      0.667 h         0.667 h             0 h
        a workspace, at most                             2 h             2 h             0 h

    Messages                                               A               B          change
      written                                             67              67               0
      replied to                                          63              63               0
      lost                                                 4               4               0
      lost, of those written                             6 %             6 %        0 points

    Amounts                                                A               B          change
      credits used                                       216             216               0
        a workspace, on average                           72              72               0
      earned                                           15.00           15.00            0.00
        a workspace, on average                         5.00            5.00            0.00

    Results: results/diff-by-hand
    ");
}

#[test]
fn the_plot_says_what_a_and_b_are() {
    let home = Home::with(&[("hand.yaml", BY_HAND)]);
    home.run(&by_hand(&["--both", "workspaces.lab.seats=2"]));
    let plot = home.path("results/diff-by-hand/plots/hours_blocked.svg");
    let plot = fs::read_to_string(plot).expect("it is drawn");
    assert_snapshot!(plot.lines().nth(1).expect("it has a title"), @"<title>Hours in which a limit refuses somebody: more or fewer under B than under A. A: by-hand with workspaces.lab.seats=2 · B: the same with plans.metered.credits.included=200, plans.metered.pri…</title>");
    let shown = plot.lines().filter(|line| line.contains(" B: ")).count();
    assert!(shown > 1, "it is not drawn: {plot}");
}

#[test]
fn a_run_that_loops_says_which() {
    let fine = "
limitlab: 1
name: loops
duration: 1h
workspaces:
  - group: shops
    fair_use: [{ name: in-flight, concurrency: { limit: 9 } }]
    agents: [{ name: bot, traffic: { sessions: { rate: 6/h, turns: 1_000_000, think: 1s } } }]
";
    let (a, b) = (scenario(fine), scenario(&fine.replace(", think: 1s", "")));
    let error = diff(&a, &b, RunOptions::default(), &Watch::default()).expect_err("B loops");
    assert!(matches!(error, DiffError::Run { .. }), "{error}");
    assert!(error.to_string().starts_with("B: more than a million events"), "{error}");
    let stopped = Watch::default();
    stopped.stop();
    let error = diff(&a, &a, RunOptions::default(), &stopped).expect_err("it was stopped");
    assert_eq!(error, DiffError::Interrupted);
}

#[test]
fn ctrl_c_leaves_nothing() {
    for yaml in [BUSY.replace("count: 30", "count: 30_000"), coupled()] {
        let yaml = yaml.replace("duration: 6h30m", "duration: 3650d");
        let home = Home::with(&[("long.yaml", &yaml)]);
        let child = home
            .command(&["diff", "long.yaml", "--set", "plans.small.active_agents=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command can be started");
        // Long enough for the run to be under way, far shorter than it takes.
        std::thread::park_timeout(Duration::from_secs(2));
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(kill.is_ok_and(|status| status.success()), "the signal could not be sent");
        let output = child.wait_with_output().expect("the command ends");
        assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "error: interrupted: nothing was compared\n");
        assert!(output.stdout.is_empty());
        assert!(!home.path("results").exists());
    }
}

#[test]
fn only_results_are_replaced() {
    let home = Home::with(&[("hand.yaml", BY_HAND)]);
    let folder = home.path("out");
    fs::create_dir(&folder).expect("a folder can be made");
    let thesis = Path::new(&folder).join("thesis.txt");
    fs::write(&thesis, "precious").expect("a file can be written");
    let output = home.run(&by_hand(&["--out", "out"]));
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(text(&output.stderr), @r"error: out is not empty and holds neither summary.json nor diff.json, so it is not a result that may be replaced");
    fs::remove_file(thesis).expect("it can be removed");
    for _ in 0..2 {
        assert_eq!(home.run(&by_hand(&["--out", "out"])).status.code(), Some(0));
    }
    assert_eq!(contents(Path::new(&folder)).len(), 3);
    let notes = Path::new(&folder).join("notes.txt");
    fs::write(&notes, "precious").expect("a file can be written");
    let output = home.run(&by_hand(&["--out", "out"]));
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(text(&output.stderr), @"error: out/notes.txt is no part of the result beside it, which is replaced as a whole: move it, or write into another folder");
    assert!(notes.exists());
}

#[test]
fn the_schema_knows_every_key() {
    let schema: Value = serde_json::from_str(&Home::new().told(&["schema", "diff"], 0))
        .expect("the schema is JSON");
    let comparison = compared(&scenario(BY_HAND), &scenario(&BY_HAND.replace("100", "200")));
    let json: Value = serde_json::from_str(&comparison.summary.to_json()).expect("it is JSON");
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().expect("it is a mapping").keys().cloned().collect()
    };
    assert_eq!(keys(&schema["properties"]), keys(&json));
    let group = &schema["$defs"]["GroupDiff"]["properties"];
    assert_eq!(keys(group), keys(&json["groups"]["all"]));
}

#[test]
fn one_slot_more_moves_the_shipped_shops_to_another_limit() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/quickstart.yaml");
    let load = |set: &[Override]| load(&path, set).expect("the scenario is valid").scenario;
    let (a, b) = (load(&[]), load(&[Override::set("plans.advanced.active_agents=4")]));
    let told = compared(&a, &b).summary;
    let all = &told.groups["all"];
    let hours = |reason: &str| {
        let found = all.reasons.iter().find(|it| it.reason == reason);
        found.expect("it can occur").hours_blocked.change
    };
    assert!(hours("active_agent_limit") < -9_000, "{}", hours("active_agent_limit"));
    assert!(hours("credits_exhausted") > 6_000, "{}", hours("credits_exhausted"));
    let [more, less] = [Verdict::More, Verdict::Less].map(|it| all.verdicts.of(it).workspaces);
    assert_eq!((more, less), (112, 188));
    // The page that names the command says these.
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/README.md");
    let readme = fs::read_to_string(readme).expect("it can be read");
    let asked = "diff scenarios/quickstart.yaml --set plans.advanced.active_agents=4";
    assert!(readme.contains(asked) && readme.contains("112 of the 300"), "{readme}");
}
