//! What can be written on the command line.

mod questions;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

pub(super) use self::questions::{
    BASELINES, CompareArguments, CompareFormat, DiffArguments, Minimise, SizeArguments,
    SweepArguments,
};
use super::advise::AdviseArguments;
use super::builds::BuildArguments;
use crate::units::{Credits, ParseQuantityError, Rate, SimSpan, Speed, parse_count};

/// Simulates limits, shared credits and fair-use throttles from a scenario file.
#[derive(Debug, Parser)]
#[command(name = "limitlab", version, max_term_width = 100, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Simulate a scenario and write its results
    Run(RunArguments),
    /// Play a scenario in wall-clock time, against enforcement that is real
    Drive(DriveArguments),
    /// Validate a scenario and explain what would run
    Check(CheckArguments),
    /// Say what would have removed the limit hits, and what it costs
    Advise(AdviseArguments),
    /// Compare two policies on the same draws: what changes for each workspace
    Diff(DiffArguments),
    /// Simulate a scenario over a grid of values, on the same draws
    Sweep(SweepArguments),
    /// Find the smallest value of a key that meets thresholds
    Size(SizeArguments),
    /// Compare two results: what changed, and whether it is more than chance
    Compare(CompareArguments),
    /// Write a starter scenario
    New(NewArguments),
    /// Write a scenario that has the traffic of a trace
    Fit(FitArguments),
    /// Judge a log of decisions by the rules of a scenario
    Verify(VerifyArguments),
    /// Tell what happened in one workspace, around the first rule that it breaks
    Explain(ExplainArguments),
    /// Print the JSON Schema of scenario files, of results or of a document that is printed, or the
    /// guide to scenario files
    Schema(SchemaArguments),
}

/// Which scenario, and what to change in it.
#[derive(Debug, Args)]
pub(super) struct ScenarioArguments {
    /// The scenario file
    #[arg(value_name = "SCENARIO")]
    pub(super) path: PathBuf,
    /// Override a key of the scenario, such as workspaces.shops.agents.sales.cost=2
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// Override the scenario's seed
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 done and no threshold failed, 1 could not run, 2 the command line or the scenario \
is wrong, 5 a threshold is not certain to hold (only with --strict), 99 a threshold failed, 130 \
interrupted (what was measured so far is written).")]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub(super) scenario: ScenarioArguments,
    /// Write the results here instead of results/<name>
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Write every decision to decisions.csv too
    #[arg(long)]
    pub(super) decisions: bool,
    /// Try what would have removed the limit hits, for advice.json and the report
    #[arg(long)]
    pub(super) advise: bool,
    /// Fail where the interval of a metric lies on both sides of the bound of its threshold
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) builds: BuildArguments,
    #[command(flatten)]
    pub(super) how: HowArguments,
}

#[derive(Debug, Args)]
pub(super) struct LogArguments {
    /// The log: decisions.csv of a run, or one of its kind; perhaps packed as .gz or .zst
    #[arg(value_name = "LOG")]
    pub(super) log: PathBuf,
    /// The scenario whose plans and groups the log is of
    #[arg(long, value_name = "SCENARIO")]
    pub(super) scenario: PathBuf,
    /// Override a key of the scenario, such as plans.advanced.trial=14d
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// How long credits may be held, such as 10m: holds that are older must have ended
    #[arg(long, value_name = "DURATION")]
    pub(super) hold_ttl: Option<SimSpan>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 no rule was surely violated, 1 could not run, 2 the command line, the scenario or the log \
is wrong, 4 a rule was violated, 5 one may have been (only with --strict).")]
pub(super) struct VerifyArguments {
    #[command(flatten)]
    pub(super) of: LogArguments,
    /// Write the first violation of each rule here, shrunk to as few rows as still violate it: as logs
    /// that can be verified again
    #[arg(long, value_name = "DIR")]
    pub(super) counterexamples: Option<PathBuf>,
    /// Fail where it cannot be told whether a rule was violated
    #[arg(long)]
    pub(super) strict: bool,
    /// What to print: a summary for people, or a document for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 told, whether a rule is broken or not, 1 could not run, 2 the command line, the scenario or \
the log is wrong, or has no such workspace.")]
pub(super) struct ExplainArguments {
    #[command(flatten)]
    pub(super) of: LogArguments,
    /// The workspace, such as shops/734 [default: the first one of the log that breaks a rule]
    #[arg(long, value_name = "NAME")]
    pub(super) workspace: Option<String>,
    /// Tell of this time after the start, such as 1d12h [default: the first decision that breaks a rule]
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<SimSpan>,
    /// How many rows to tell before that, and after it
    #[arg(long, value_name = "N", default_value = "8", value_parser = parse_number)]
    pub(super) around: u32,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 done, no threshold failed and no rule was surely violated, 1 could not run, 2 the \
command line or the scenario is wrong, or it has what cannot be driven, 4 a rule was violated, 5 a \
threshold is not certain to hold (only with --strict), 99 a threshold failed, 130 interrupted (what was \
measured so far is written).")]
pub(super) struct DriveArguments {
    #[command(flatten)]
    pub(super) scenario: ScenarioArguments,
    /// Who decides
    #[arg(long, value_enum, default_value_t = DriveTarget::Embedded)]
    pub(super) target: DriveTarget,
    /// How much faster than the clock on the wall time runs, such as 1000x
    #[arg(long, value_name = "FACTOR", default_value = "1x")]
    pub(super) speed: Speed,
    /// Write the results here instead of results/<name>-drive
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Threads that ask and decide [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(super) threads: Option<u16>,
    /// Write each plot as a PNG too
    #[arg(long)]
    pub(super) png: bool,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// What to print: a summary for people, or the JSON that is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Fail where the interval of a metric lies on both sides of the bound of its threshold
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DriveTarget {
    /// Enforcement in this process, by the strategy of the scenario
    Embedded,
}

/// How to run, whatever is run. Nothing of it changes a figure.
#[derive(Debug, Args)]
pub(super) struct HowArguments {
    /// Threads to simulate on [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// Write each plot as a PNG too
    #[arg(long)]
    pub(super) png: bool,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// What to print: a summary for people, or the JSON that is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) scenario: ScenarioArguments,
    /// What to print: sentences and tables for people, or a JSON document
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct NewArguments {
    /// The file to write; it must not exist yet
    #[arg(value_name = "FILE", default_value = "scenario.yaml")]
    pub(super) path: PathBuf,
    /// The name of the scenario [default: that of the file]
    #[arg(long)]
    pub(super) name: Option<String>,
    /// The plan of the workspaces
    #[arg(long, default_value = "advanced")]
    pub(super) plan: String,
    /// Agents that may be active at once on that plan; 0 is unlimited
    #[arg(long, value_name = "N", default_value = "3", value_parser = parse_number)]
    pub(super) active_agents: u32,
    /// Credits that the plan includes for each seat and month
    #[arg(long, value_name = "CREDITS", default_value = "1_250")]
    pub(super) credits: Credits,
    /// How many workspaces
    #[arg(long, value_name = "N", default_value = "1_000", value_parser = parse_number)]
    pub(super) workspaces: u32,
    /// Agents of each workspace
    #[arg(long, value_name = "N", default_value = "5", value_parser = parse_number)]
    pub(super) agents: u32,
    /// Messages to each agent
    #[arg(long, value_name = "RATE", default_value = "40/d")]
    pub(super) messages: Rate,
    /// Credits that a message costs
    #[arg(long, value_name = "CREDITS", default_value = "1")]
    pub(super) cost: Credits,
    /// How long it runs
    #[arg(long, default_value = "30d")]
    pub(super) duration: SimSpan,
    /// Run it at once
    #[arg(long)]
    pub(super) run: bool,
}

#[derive(Debug, Args)]
pub(super) struct FitArguments {
    /// The trace: CSV, or CSV packed as .gz or .zst
    #[arg(value_name = "TRACE")]
    pub(super) trace: PathBuf,
    /// The file to write, which must not exist yet; `-` prints the scenario and nothing else
    /// [default: <name>.yaml beside the trace]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// The name of the scenario [default: that of the trace]
    #[arg(long)]
    pub(super) name: Option<String>,
    /// What t = 0 is on the calendar [default: the hour of the first row if that has an instant, else
    /// 2026-01-01T00:00:00Z]
    #[arg(long, value_name = "INSTANT")]
    pub(super) start: Option<Timestamp>,
    /// What to print: what was chosen and how well it fits for people, or a JSON document
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// What to print
    #[arg(value_enum, default_value_t = SchemaOf::Scenario)]
    pub(super) of: SchemaOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// The JSON Schema of scenario files
    Scenario,
    /// The JSON Schema of summary.json
    Summary,
    /// The JSON Schema of what `fit --format json` prints
    Fit,
    /// The JSON Schema of diff.json
    Diff,
    /// The JSON Schema of what `advise --format json` prints
    Advise,
    /// The JSON Schema of sweep.json
    Sweep,
    /// The JSON Schema of what `size --format json` prints
    Size,
    /// The JSON Schema of what `compare --format json` prints
    Compare,
    /// The JSON Schema of what `verify --format json` prints
    Verdict,
    /// The guide to scenario files, in Markdown
    Guide,
}

/// A whole number of 32 bits, such as `10_000`.
fn parse_number(text: &str) -> Result<u32, ParseQuantityError> {
    let too_many = || ParseQuantityError::new(text, "at most 4_294_967_295");
    u32::try_from(parse_count(text)?).map_err(|_| too_many())
}
