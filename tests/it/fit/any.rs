//! Whatever replays is fitted, and what is written loads and runs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use limitlab::log::Trace;
use limitlab::planning::fit::{fit, yaml};
use limitlab::scenario::load;
use limitlab::{RunOptions, Watch, parse, run};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use tempfile::TempDir;

/// What happens next in a trace.
#[derive(Debug, Clone)]
struct Step {
    /// After how long \[ns\].
    after: u64,
    workspace: u32,
    agent: &'static str,
    action: &'static str,
    cost: Option<u32>,
    /// Times to think of a conversation \[ms\], and how many messages come at once otherwise.
    turns: Vec<u32>,
    times: usize,
}

fn step() -> impl Strategy<Value = Step> {
    let after = select(vec![0, 0, 1, 1_000_000, 1_000_000_000, 60_000_000_000, 3_600_000_000_000]);
    let agent = select(vec!["sales/1", "sales/1", "sales/2", "desk", "sales/7", "x", "more/2"]);
    let action = prop_oneof![
        6 => Just("message"),
        1 => Just("create"),
        2 => Just("enable"),
        2 => Just("disable"),
        1 => Just("delete"),
    ];
    let cost = proptest::option::of(select(vec![0, 1, 2_500, 1_000_000]));
    let turns = prop_oneof![3 => Just(vec![]), 1 => vec(0_u32..90_000, 1..4)];
    (after, 1_u32..4, agent, action, cost, turns, 1_usize..12).prop_map(
        |(after, workspace, agent, action, cost, turns, times)| Step {
            after,
            workspace,
            agent,
            action,
            cost,
            turns,
            times,
        },
    )
}

fn trace(steps: &[Step]) -> String {
    let mut text = "time,workspace,agent,action,cost,session,think\n".to_owned();
    let mut now = 0;
    // Whom no scenario declares is there when a row has created it.
    let mut there: BTreeSet<String> = BTreeSet::new();
    for (number, step) in steps.iter().enumerate() {
        now += step.after;
        let whom = format!("shops/{},{}", step.workspace, step.agent);
        let declared = matches!(step.agent, "sales/1" | "sales/2" | "desk");
        let is_new = !declared && there.insert(whom.clone());
        let action = if is_new { "create" } else { step.action };
        let cost = match step.cost {
            Some(cost) if action == "message" => {
                format!("{}.{:03}", cost / 1_000, cost % 1_000)
            }
            _ => String::new(),
        };
        if action != "message" {
            let _ = writeln!(text, "{now}ns,{whom},{action},,,");
        } else if step.turns.is_empty() {
            for _ in 0..step.times {
                let _ = writeln!(text, "{now}ns,{whom},message,{cost},,");
            }
        } else {
            let _ = writeln!(text, "{now}ns,{whom},message,{cost},{number},");
            for think in &step.turns {
                let _ = writeln!(text, ",{whom},message,{cost},{number},{think}ms");
            }
        }
    }
    text
}

/// A scenario that replays the trace.
const REPLAY: &str = "
limitlab: 1
name: replay
duration: 60d
workspaces:
  - group: shops
    count: 3
    traffic: { trace: day.csv, replay: sessions }
    agents: [{ name: sales, count: 2 }, { name: desk }]
";

proptest! {
    // The same traces every time: each is fitted, and what comes of it is run several times.
    #![proptest_config(ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_replays_is_fitted_and_runs(steps in vec(step(), 1..80)) {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file can be written");
        };
        let text = trace(&steps);
        write("day.csv", &text);
        write("replay.yaml", REPLAY);
        prop_assume!(load(&folder.path().join("replay.yaml"), &[]).is_ok());
        let fitted = fit(&Trace::new(folder.path().join("day.csv"), "day.csv"), None);
        let fitted = match fitted {
            Ok(fitted) => fitted,
            Err(error) => {
                prop_assert!(!text.contains(",message,"), "{error}\n{text}");
                return Ok(());
            }
        };
        let written = yaml(&fitted, "day", "scenario.schema.json");
        let scenario = parse("day.yaml", &written, &[]);
        let scenario = scenario.unwrap_or_else(|error| panic!("{error}\n{written}\n{text}"));
        let outcome = run(&scenario, RunOptions::default(), &Watch::default());
        let outcome = outcome.unwrap_or_else(|error| panic!("{error}\n{written}\n{text}"));
        prop_assert_eq!(outcome.summary.metric("shops", "refusal.rate{reason=rate_limited}"), None);
        let lines = fitted.groups.iter().flat_map(|group| &group.lines);
        for law in lines.filter_map(|line| line.traffic.as_ref()).map(|traffic| &traffic.law) {
            let finite = |value: f64| value.is_finite() && value.abs() < 1e12;
            prop_assert!(law.candidates.iter().all(|it| finite(it.aic)), "{:?}\n{}", law, text);
            prop_assert!(finite(law.mean_s) && finite(law.cv), "{:?}\n{}", law, text);
        }
    }
}
