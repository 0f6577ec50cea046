//! A grid of values on the same draws: `limitlab sweep`.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use limitlab::planning::SweepSummary;
use serde_json::Value;

use crate::support::{Home, contents, text};

/// Two workspaces without chance, each of which gets a message every ten minutes, 29 in all.
const BY_HAND: &str = "
limitlab: 1
name: by-hand
duration: 5h
plans: { metered: { credits: { included: 40 } } }
workspaces:
  - group: shops
    count: 2
    plan: metered
    agents: [{ name: sales, cost: 2, traffic: { interarrival: 10m } }]
    fair_use: [{ name: few, scope: workspace, token_bucket: { rate: 1/d, burst: 30 } }]
thresholds: [refusal.rate < 50%, messages.completed >= 30]
";

const BURST: &str = "workspaces.shops.fair_use.few.token_bucket.burst=10..30:10";
const CREDITS: &str = "plans.metered.credits.included=20,40";

/// Some work for each point, with chance, in two groups that share servers.
const BUSY: &str = "
limitlab: 1
name: busy
duration: 12h
seed: 8
replications: 2
workspaces:
  - group: shops
    count: 20
    agents: [{ name: sales, count: 2, traffic: { rate: 30/h } }]
  - group: labs
    count: 10
    agents: [{ name: bot, traffic: { rate: 1/min } }]
    fair_use: [{ name: burst, scope: workspace, token_bucket: { rate: 1/min, burst: 5 } }]
backend: { servers: 12, service_time: { exponential: 20s }, queue: { limit: 9 } }
";

const SERVERS: &str = "backend.servers=10..15:1";
const LIMIT: &str = "backend.queue.limit=3,30";

/// A folder with the scenario of a sweep in it.
struct Sweeps(Home);

impl Deref for Sweeps {
    type Target = Home;

    fn deref(&self) -> &Home {
        &self.0
    }
}

impl Sweeps {
    fn with(yaml: &str) -> Self {
        Self(Home::with(&[("s.yaml", yaml)]))
    }

    /// The sweep of the scenario, when it has ended.
    fn sweep(&self, arguments: &[&str]) -> Output {
        self.run(&[&["sweep", "s.yaml"], arguments].concat())
    }

    /// What a sweep prints that is done, and what it says beside.
    #[track_caller]
    fn done(&self, arguments: &[&str]) -> (String, String) {
        let output = self.sweep(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    }

    /// What a sweep says that is refused, and leaves nothing behind.
    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> String {
        self.0.refused(&[&["sweep", "s.yaml"], arguments].concat(), 2)
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(&[&["sweep", "s.yaml"], arguments].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the command can be started")
    }
}

/// The files of points in a folder, sorted.
fn points(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder.join("points"))
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
        .unwrap_or_default();
    found.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    found.sort();
    found
}

fn kill(child: &Child, signal: &str) {
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "the signal could not be sent");
}

#[test]
fn six_points_by_hand() {
    let home = Sweeps::with(BY_HAND);
    let (printed, said) = home.done(&["--vary", BURST, "--vary", CREDITS]);
    assert_eq!(said, "");
    // A workspace can pay for half as many messages as it has credits, and the burst admits as many as
    // it has tokens, and in five hours none more.
    assert_snapshot!(printed, @r"
    by-hand over 6 points, each a run on the same draws
    Varied      workspaces.shops.fair_use.few.token_bucket.burst: 10, 20, 30
                plans.metered.credits.included: 20, 40

      token_bucket.burst  credits.included  refusal.rate     messages.completed  thresholds
      10                  20                66 % (66 to 66)  20 (20 to 20)       ✗ 2 of 2 fail
      10                  40                66 % (66 to 66)  20 (20 to 20)       ✗ 2 of 2 fail
      20                  20                66 % (66 to 66)  20 (20 to 20)       ✗ 2 of 2 fail
      20                  40                31 % (31 to 31)  40 (40 to 40)       ✓ all 2 hold
      30                  20                66 % (66 to 66)  20 (20 to 20)       ✗ 2 of 2 fail
      30                  40                31 % (31 to 31)  40 (40 to 40)       ✓ all 2 hold

    Results: results/by-hand-sweep
    ");
    let folder = home.path("results/by-hand-sweep");
    let files = contents(&folder);
    let names: Vec<String> = files
        .keys()
        .map(|path| path.display().to_string())
        .filter(|name| !name.starts_with("points/"))
        .collect();
    let plots = ["plots/messages_completed.svg", "plots/refusal_rate.svg"];
    assert_eq!(names, [&plots[..], &["sweep.csv", "sweep.json"]].concat());
    assert_eq!(points(&folder).len(), 6);
    let csv = fs::read_to_string(folder.join("sweep.csv")).expect("it is written");
    let rows: Vec<&str> = csv
        .lines()
        .filter(|row| row.contains(",metric,") || row.contains(",all,messages.completed,"))
        .collect();
    assert_snapshot!(rows.join("\n"), @r"
    workspaces.shops.fair_use.few.token_bucket.burst,plans.metered.credits.included,group,metric,value,ci95_low,ci95_high,n
    10,20,all,messages.completed,20,20,20,2
    10,40,all,messages.completed,20,20,20,2
    20,20,all,messages.completed,20,20,20,2
    20,40,all,messages.completed,40,40,40,2
    30,20,all,messages.completed,20,20,20,2
    30,40,all,messages.completed,40,40,40,2
    ");
    let json = fs::read_to_string(folder.join("sweep.json")).expect("it is written");
    let told: SweepSummary = serde_json::from_str(&json).expect("it reads back");
    assert_eq!(told.to_json(), json);
    let completed = |point: usize| {
        let metric = told.points[point].metrics["messages.completed"];
        metric.expect("it can occur").value
    };
    let expected = [20.0, 20.0, 20.0, 40.0, 20.0, 40.0].map(Some);
    assert_eq!([0, 1, 2, 3, 4, 5].map(completed), expected);
    // The same again simulates nothing, and prints the same.
    let (again, said) = home.done(&["--vary", BURST, "--vary", CREDITS]);
    assert_eq!((again, said.as_str()), (printed, "kept from before: 6 of 6 points\n"));
    assert!(files == contents(&folder));
    let (printed, _) = home.done(&["--vary", BURST, "--vary", CREDITS, "--format", "json"]);
    assert_eq!(printed, json);
    assert_eq!(home.done(&["--vary", BURST, "--vary", CREDITS, "-q"]), <_>::default());
}

#[test]
fn killed_ten_times_over_it_ends_with_the_same_bytes() {
    let home = Sweeps::with(BUSY);
    let arguments = ["--vary", SERVERS, "--vary", LIMIT, "--threads", "2", "--out"];
    let with = |folder: &'static str| [&arguments[..], &[folder]].concat();
    #[expect(clippy::disallowed_methods, reason = "a process is killed within the time it takes")]
    let began = Instant::now();
    home.done(&with("undisturbed"));
    let took = began.elapsed();
    // Numbers that look random and are the same in every run of this test.
    let mut state: u64 = 20_261_128;
    let mut killed = 0;
    for _ in 0..10 {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (state >> 40) as f64 / (1_u64 << 24) as f64;
        let mut child = home.start(&with("killed"));
        std::thread::park_timeout(took.mul_f64(share / 4.0));
        if child.try_wait().expect("it can be asked").is_none() {
            killed += 1;
            child.kill().expect("it can be killed");
        }
        child.wait().expect("it ends");
    }
    assert!(killed > 2, "only {killed} were killed before they were done");
    assert!(!points(&home.path("killed")).is_empty(), "no point outlived a process");
    home.done(&with("killed"));
    let [undisturbed, killed] = ["undisturbed", "killed"].map(|it| contents(&home.path(it)));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&undisturbed), names(&killed));
    for (name, bytes) in &undisturbed {
        assert!(killed[name] == *bytes, "{} differs", name.display());
    }
    assert_eq!(points(&home.path("killed")).len(), 12);
}

#[test]
fn threads_change_no_byte() {
    let home = Sweeps::with(BUSY);
    let left = |threads: &str, vary: &[&str]| {
        let arguments = [vary, &["--threads", threads, "--out", "out", "--fresh"]].concat();
        let (printed, _) = home.done(&arguments);
        (printed, contents(&home.path("out")))
    };
    let grid = ["--vary", "backend.servers=11..13:1"];
    let alone = left("1", &grid);
    for threads in ["2", "7"] {
        assert!(left(threads, &grid) == alone, "{threads} threads");
    }
    // One point has all threads for itself.
    let single = ["--vary", "backend.servers=12"];
    assert!(left("1", &single) == left("4", &single));
}

#[test]
fn every_point_has_the_same_draws() {
    let home = Sweeps::with(BUSY);
    home.done(&["--vary", SERVERS, "--metric", "messages.offered", "--metric", "loss.rate"]);
    let csv = fs::read_to_string(home.path("results/busy-sweep/sweep.csv")).expect("it is there");
    let of = |metric: &str| -> Vec<&str> {
        let rows = csv.lines().filter(|row| row.contains(&format!(",all,{metric},")));
        rows.map(|row| row.split(',').nth(3).expect("a value")).collect()
    };
    let offered = of("messages.offered");
    assert_eq!(offered.len(), 6);
    assert!(offered.iter().all(|it| it == &offered[0]), "{offered:?}");
    let lost: Vec<f64> = of("loss.rate").iter().map(|it| it.parse().expect("a number")).collect();
    assert!(lost.is_sorted_by(|a, b| a > b), "with more servers more is lost: {lost:?}");
}

#[test]
fn points_that_are_broken_or_of_something_else_are_simulated_again() {
    let home = Sweeps::with(BUSY);
    let arguments = ["--vary", "backend.servers=11..14:1"];
    home.done(&arguments);
    let folder = home.path("results/busy-sweep");
    let whole = contents(&folder);
    let files = points(&folder);
    let name = |file: &Path| {
        format!("points/{}", file.file_name().expect("a file").to_str().expect("plain"))
    };
    // A digit of one, the end of another; and what a process leaves that is killed while it writes.
    let broken =
        fs::read_to_string(&files[0]).expect("it is there").replacen("\"n\": 60", "\"n\": 61", 1);
    fs::write(&files[0], broken).expect("it can be written");
    let bytes = fs::read(&files[2]).expect("it is there");
    fs::write(&files[2], &bytes[..bytes.len() / 2]).expect("it can be written");
    for left in [".limitlab-sweep.csv", "points/.limitlab-0.json", "plots/.limitlab-a.svg"] {
        fs::write(folder.join(left), "half").expect("it can be written");
    }
    let (_, said) = home.done(&arguments);
    let first = name(&files[0]);
    assert!(
        said.ends_with(
            " and 1 more are broken: simulated again\nkept from before: 2 of 4 points\n"
        ),
        "{said}"
    );
    assert!(said.starts_with(&first) || said.starts_with(&name(&files[2])), "{said}");
    assert!(whole == contents(&folder), "it is not as before");

    // The scenario changes: no point is of it any more.
    fs::write(home.path("s.yaml"), BUSY.replace("seed: 8", "seed: 9")).expect("it can be written");
    let (_, said) = home.done(&arguments);
    assert!(said.ends_with(" and 3 more are of another scenario: simulated again\n"), "{said}");
    let other = contents(&folder);
    assert_eq!(other.len(), whole.len());
    assert!(other != whole);

    // Another grid goes on with what it has in common, and then holds its own points alone.
    let (_, said) = home.done(&["--vary", "backend.servers=13,14,15"]);
    assert_eq!(said, "kept from before: 2 of 3 points\n");
    assert_eq!(points(&folder).len(), 3);
    let (_, said) = home.done(&["--vary", "backend.servers=13,14,15", "--fresh"]);
    assert_eq!(said, "");
}

#[test]
fn ctrl_c_keeps_what_is_finished() {
    let long = BUSY.replace("duration: 12h", "duration: 365d");
    let home = Sweeps::with(&long);
    // The first point is short, the others take far longer than this test.
    let arguments = ["--vary", "duration=1h,365d,364d", "--threads", "1"];
    let child = home.start(&arguments);
    let folder = home.path("results/busy-sweep");
    for _ in 0..600 {
        if !points(&folder).is_empty() {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    // Nobody overtakes a sweep that is under way.
    let output = home.sweep(&["--vary", "duration=1h", "--threads", "1"]);
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(text(&output.stderr), @"error: another sweep is writing to results/busy-sweep");
    kill(&child, "-INT");
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    assert_snapshot!(text(&output.stderr), @r"
    error: interrupted: 1 of 3 points are kept in results/busy-sweep
    hint: the same command goes on from there, if it does not say --fresh
    ");
    assert_eq!(points(&folder).len(), 1);
    assert!(!folder.join("sweep.csv").exists());
    let mark = fs::read_to_string(folder.join("sweep.json")).expect("it is marked");
    let mark: SweepSummary = serde_json::from_str(&mark).expect("it reads back");
    assert!(!mark.complete && mark.points.is_empty());
    let (_, said) = home.done(&["--vary", "duration=1h", "--threads", "1"]);
    assert_eq!(said, "kept from before: 1 of 1 points\n");
}

#[test]
fn only_sweeps_are_continued() {
    let home = Sweeps::with(BY_HAND);
    let folder = home.path("out");
    fs::create_dir(&folder).expect("a folder can be made");
    fs::write(folder.join("thesis.txt"), "precious").expect("a file can be written");
    let arguments = ["--vary", BURST, "--out", "out"];
    let output = home.sweep(&arguments);
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(text(&output.stderr), @"error: out is not empty and holds no sweep.json, so it is not a sweep that may be continued or replaced");
    fs::remove_file(folder.join("thesis.txt")).expect("it can be removed");
    home.done(&arguments);
    // What somebody puts there later stays there.
    fs::write(folder.join("notes.txt"), "mine").expect("a file can be written");
    home.done(&arguments);
    assert!(folder.join("notes.txt").exists());
    let output = home.sweep(&["--vary", BURST, "--out", "s.yaml"]);
    assert_eq!(text(&output.stderr), "error: s.yaml is not a folder\n");
    // Nor is a sweep replaced by a run.
    let output = home.command(&["run", "s.yaml", "--out", "out"]).output();
    let output = output.expect("the command can be started");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
}

#[test]
fn a_command_line_that_makes_no_sense_says_why() {
    let home = Sweeps::with(BY_HAND);
    for (arguments, said) in [
        (
            &["--vary", "a"][..],
            "error: `--vary a`: a key is varied by `KEY=a,b,c` or `KEY=lo..hi:step`\n",
        ),
        (
            &["--vary", "seed=1..5"],
            "error: `--vary seed=1..5`: the range `1..5` is not `lo..hi:step`\n",
        ),
        (&["--vary", "seed=1..5:0"], "the range `1..5:0` has a step of 0"),
        (&["--vary", "seed=5..1:1"], "the range `5..1:1` ends before it starts"),
        (&["--vary", "duration=1h..5h:1"], "`1h`, `5h` and the step `1` are not in one unit"),
        (&["--vary", "seed=1..20_000:1"], "has 20000 values, and a grid has at most 10,000 points"),
        (&["--vary", "seed=1,1"], "the value `1` is there twice"),
        (&["--vary", "seed=1,2", "--vary", "seed=3"], "error: `seed` is varied twice\n"),
        (&["--vary", "seed=1,2", "--set", "seed=3"], "error: `seed` is set and varied\n"),
        (&["--vary", "seed=1,2", "--seed", "3"], "error: `seed` is set and varied\n"),
        (&["--vary", "seed=1,2", "--metric", "latncy.p99"], "hint: did you mean `latency.p99`?\n"),
        (&["--vary", "seed=1,2", "--metric", "loss.rate{group=shop}"], "did you mean `shops`?"),
    ] {
        let told = home.refused(arguments);
        assert!(told.contains(said), "{arguments:?}: {told}");
    }
    assert!(home.refused(&[]).contains("--vary <KEY=VALUES>"));
    assert_snapshot!(home.refused(&["--vary", "plans.metered.credits.includd=1,2"]), @r"
    error: point 1 of 2, plans.metered.credits.includd=1, is wrong, and one point after it
    --vary:1:23: error: unknown key `includd` in `credits`
      |
    1 | plans.metered.credits.includd=1
      |                       ^^^^^^^
    hint: did you mean `included`? expected here: `included`, `per`, `renews`, `anchor`, `carry_over`, `overage`, `on_exceed`, `overage_price`, `priority`

    1 mistake in --vary
    ");
    assert_snapshot!(home.refused(&["--vary", "seed=1,2", "--vary", "workspaces.shop.count=1,2"]), @r"
    error: point 1 of 4, seed=1 workspaces.shop.count=1, is wrong, and 3 points after it
    --vary:1:12: error: no item of `workspaces` is called `shop`
      |
    1 | workspaces.shop.count=1
      |            ^^^^
    hint: did you mean `shops`?

    1 mistake in --vary
    ");
    assert_snapshot!(home.refused(&["--vary", "workspaces.shops.count=1,0,2,-1"]), @r"
    error: point 2 of 4, workspaces.shops.count=0, is wrong, and one point after it
    --vary:1:24: error: `count` must be at least 1
      |
    1 | workspaces.shops.count=0
      |                        ^

    1 mistake in --vary
    ");
    fs::remove_file(home.path("s.yaml")).expect("it can be removed");
    let output = home.sweep(&["--vary", "seed=1,2"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
}

#[test]
fn a_point_that_loops_is_named_and_the_others_are_kept() {
    let home = Sweeps::with(
        "
limitlab: 1
name: loops
duration: 1h
workspaces:
  - group: shops
    fair_use: [{ name: in-flight, concurrency: { limit: 9 } }]
    agents: [{ name: bot, traffic: { sessions: { rate: 6/h, turns: 1_000_000 } } }]
",
    );
    let output =
        home.sweep(&["--vary", "workspaces.shops.agents.bot.traffic.sessions.turns=2,1_000_000"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("sessions.turns=1_000_000 cannot be run\nerror: more than a million events"),
        "{said}"
    );
    assert!(said.ends_with("hint: 1 of 2 points are kept in results/loops-sweep\n"), "{said}");
}

#[test]
fn one_key_is_a_line_two_are_a_map_and_more_are_several() {
    let home = Sweeps::with(BUSY);
    let titles = |vary: &[&str]| -> Vec<String> {
        let metrics = ["--metric", "loss.rate", "--metric", "latency.p99{group=labs}"];
        home.done(&[vary, &metrics, &["--out", "out", "--set", "duration=1h"]].concat());
        let files = contents(&home.path("out/plots"));
        let title = |svg: &str| {
            let told = svg.split_once("<title>").expect("it has a title").1;
            told.split_once("</title>").expect("it ends").0.to_owned()
        };
        files
            .iter()
            .map(|(name, svg)| format!("{}: {}", name.display(), title(&text(svg))))
            .collect()
    };
    home.done(&["--vary", "seed=8", "--out", "single"]);
    assert!(!home.path("single/plots").exists());
    let line = ["--vary", "backend.servers=12,10"];
    let expected = [
        "latency_p99_group_labs.svg: latency.p99{group=labs} over backend.servers",
        "loss_rate.svg: loss.rate over backend.servers",
    ];
    assert_eq!(titles(&line), expected);
    let words = ["--vary", "backend.queue.discipline=fifo,lifo,fair"];
    assert_eq!(titles(&words)[1], "loss_rate.svg: loss.rate over queue.discipline");
    let map = ["--vary", "backend.queue.limit=3,9"];
    assert_eq!(
        titles(&[line, map].concat())[1],
        "loss_rate.svg: loss.rate over backend.servers and queue.limit"
    );
    let three = titles(&[line, map, ["--vary", "seed=1,2,3"]].concat());
    assert_eq!(three.len(), 6);
    assert!(three[5].starts_with("loss_rate-03.svg: "), "{three:?}");
}

#[test]
fn what_cannot_occur_at_a_point_is_told_as_such() {
    let home = Sweeps::with(BY_HAND);
    let credits = "plans.metered={ credits: { included: 20 } },{ active_agents: 5 }";
    let (printed, _) =
        home.done(&["--vary", credits, "--metric", "credits.consumed", "--metric", "wait.p50"]);
    let rows: Vec<&str> = printed.lines().skip(3).collect();
    assert_snapshot!(rows.join("\n"), @r"
      plans.metered         credits.consumed  wait.p50      thresholds
      { credits: { includ…  40 (40 to 40)     0 s (0 to 0)  ✗ 2 of 2 fail
      { active_agents: 5 }  –                 0 s (0 to 0)  ✓ all 2 hold

    Results: results/by-hand-sweep
    ");
    let folder = home.path("results/by-hand-sweep");
    let json = fs::read_to_string(folder.join("sweep.json")).expect("it is written");
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["points"][1]["metrics"]["credits.consumed"], Value::Null);
    assert!(folder.join("plots/credits_consumed.svg").exists());
    // What nobody asked for and cannot occur is not told; what was asked for is.
    let (printed, _) = home.done(&["--vary", "seed=1,2", "--set", "thresholds=[]"]);
    assert!(printed.contains("loss.rate") && !printed.contains("utilisation"), "{printed}");
    let (printed, _) = home.done(&["--vary", "seed=1,2", "--metric", "backend.utilisation"]);
    assert!(printed.contains("! backend.utilisation can occur at no point"), "{printed}");
}

#[test]
fn plots_can_be_png_too_and_go_when_they_are_not_asked_for() {
    let home = Sweeps::with(BY_HAND);
    let names = |more: &[&str]| -> Vec<String> {
        home.done(&[&["--vary", CREDITS], more].concat());
        let plots = contents(&home.path("results/by-hand-sweep/plots"));
        plots.keys().map(|name| name.display().to_string()).collect()
    };
    assert_eq!(names(&["--png", "--metric", "loss.rate"]), ["loss_rate.png", "loss_rate.svg"]);
    assert_eq!(
        names(&["--metric", "wait.mean", "--metric", "loss.rate"]),
        ["loss_rate.svg", "wait_mean.svg"]
    );
}

#[test]
fn the_schema_knows_every_key() {
    let output = Command::new(env!("CARGO_BIN_EXE_limitlab")).args(["schema", "sweep"]).output();
    let schema: Value = serde_json::from_slice(&output.expect("it can be started").stdout)
        .expect("the schema is JSON");
    let home = Sweeps::with(BY_HAND);
    let (json, _) = home.done(&["--vary", CREDITS, "--format", "json"]);
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().expect("it is a mapping").keys().cloned().collect()
    };
    assert_eq!(keys(&schema["properties"]), keys(&json));
    assert_eq!(keys(&schema["$defs"]["SweptPoint"]["properties"]), keys(&json["points"][0]));
}

/// Waits in M/M/1, over a sweep of how busy the server is: for arrivals at r a second and services of
/// one second on average a message waits r / (1 - r) seconds on average, and waits at all with
/// probability r.
#[test]
fn waits_over_utilisation_are_those_of_theory() {
    let home = Sweeps::with(
        "
limitlab: 1
name: queue
seed: 3
duration: 3_600s
warm_up: 600s # six times the relaxation time of the busiest queue
workspaces:
  - group: queues
    count: 150
    agents: [{ name: a, traffic: { rate: 1/s } }]
backend: { scope: workspace, servers: 1, service_time: { exponential: 1s } }
",
    );
    home.done(&["--vary", "workspaces.queues.agents.a.traffic.rate=0.1/s..0.8/s:0.1/s", "-q"]);
    let csv = fs::read_to_string(home.path("results/queue-sweep/sweep.csv")).expect("it is there");
    let mut compared = 0;
    for row in csv.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let rate: f64 = cells[0].trim_end_matches("/s").parse().expect("a rate");
        let expected = match (cells[1], cells[2]) {
            ("all", "wait.mean") => rate / (1.0 - rate),
            ("all", "wait.probability" | "backend.utilisation") => rate,
            ("all", "backend.queue.mean") => rate * rate / (1.0 - rate),
            _ => continue,
        };
        let number = |cell: usize| -> f64 { cells[cell].parse().expect("a number") };
        // The 95% interval reaches 1.96 standard errors to each side. Of 32 honest figures one is
        // four of them off in one of 500 such tests.
        let error = (number(5) - number(4)) / 2.0 / 1.96;
        let off = (number(3) - expected).abs() / error;
        assert!(off < 4.0 && error < 0.1 * expected, "{row}: {off} standard errors off {expected}");
        compared += 1;
    }
    assert_eq!(compared, 32);
}
