//! The rules of the product, sentence by sentence, each in a scenario of its own. The names begin
//! with the rule's number in docs/reference.md.

mod credits;
mod enables;
mod fair_use;
mod limits;
mod plans;
mod trials;

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::load;
use limitlab::summary::{CauseSummary, Summary};
use tempfile::TempDir;

use crate::support::simulate;

/// A message each hour.
const HOURLY: &str = "{ name: bot, traffic: { interarrival: 1h } }";

/// One workspace for so long on the plan `first`.
fn lasting(duration: &str, plans: &str, group: &str, timeline: &str) -> Summary {
    simulate(&format!(
        "limitlab: 1
name: rule
duration: {duration}
plans: {{ {plans} }}
workspaces: [{{ group: one, plan: first, {group} }}]
timeline: [{timeline}]
"
    ))
}

/// One workspace with these agents for 30 days.
fn month(plans: &str, agents: &str, timeline: &str) -> Summary {
    lasting("30d", plans, &format!("agents: [{agents}]"), timeline)
}

/// One workspace for a day, on a plan with these keys, with these agents.
fn workspace(plan: &str, agents: &str) -> Summary {
    lasting("1d", &format!("first: {{ {plan} }}"), &format!("agents: [{agents}]"), "")
}

/// What a scenario does that imports the plans of the preset.
fn with_preset(rest: &str) -> Summary {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let file = folder.path().join("own.yaml");
    let preset = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/presets/kommo-2026-06.yaml");
    let text = format!(
        "limitlab: 1\nimport: ['{preset}']\nname: own\nstart: 2026-06-01T00:00:00Z\n{rest}"
    );
    std::fs::write(&file, text).expect("the scenario can be written");
    let scenario = load(&file, &[]).unwrap_or_else(|error| panic!("{error}")).scenario;
    let outcome = run(&scenario, RunOptions { threads: 1 }, &Watch::default());
    outcome.expect("the scenario does not loop").summary
}

#[track_caller]
fn count(summary: &Summary, metric: &str) -> u64 {
    summary.value(metric).unwrap_or_else(|| panic!("{metric} is not there")).round() as u64
}

#[track_caller]
fn cause<'a>(summary: &'a Summary, reason: &str) -> &'a CauseSummary {
    let causes = &summary.groups["all"].refusals;
    causes.iter().find(|cause| cause.reason == reason).unwrap_or_else(|| panic!("no {reason}"))
}

/// How many tries were refused for a reason.
#[track_caller]
fn refused(summary: &Summary, reason: &str) -> u64 {
    cause(summary, reason).refused as u64
}
