//! What can be written behind commands that ask more than one run answers.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Format, HowArguments, ScenarioArguments};
use crate::planning::MOST_REPLICATIONS;
use crate::units::Share;

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 done, 1 could not run, 2 the command line or a scenario is wrong, or the two cannot be \
compared, 130 interrupted (nothing is written).")]
pub(in crate::cli) struct DiffArguments {
    /// The scenario with the policy that is there
    #[arg(value_name = "A")]
    pub(in crate::cli) a: PathBuf,
    /// The scenario with the policy that is to come [default: A, with what --set says]
    #[arg(value_name = "B")]
    pub(in crate::cli) b: Option<PathBuf>,
    /// Override a key of B, such as plans.advanced.price.amount=45.00
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    /// Override a key of A and of B, such as workspaces.shops.count=100
    #[arg(long = "both", value_name = "KEY=VALUE")]
    pub(in crate::cli) both: Vec<String>,
    /// Override the seed of both
    #[arg(long, value_name = "N")]
    pub(in crate::cli) seed: Option<u64>,
    /// Write the results here instead of results/diff-<name> or results/diff-<name A>-<name B>
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) how: HowArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 done, whatever becomes of thresholds, 1 could not run, 2 the command line or the scenario \
of a point is wrong, 130 interrupted (finished points are kept, and the same command goes on from there).")]
pub(in crate::cli) struct SweepArguments {
    #[command(flatten)]
    pub(in crate::cli) scenario: ScenarioArguments,
    /// Vary a key of the scenario: backend.servers=100,200,400, or backend.servers=100..400:50, which is
    /// from..to:step. Of several every combination is a point
    #[arg(long, value_name = "KEY=VALUES", required = true)]
    pub(in crate::cli) vary: Vec<String>,
    /// Draw and print this metric, such as latency.p99{group=shops} [default: those of the thresholds]
    #[arg(long, value_name = "METRIC")]
    pub(in crate::cli) metric: Vec<String>,
    /// Keep points and write the results here instead of results/<name>-sweep
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Simulate points again that are kept there from before
    #[arg(long)]
    pub(in crate::cli) fresh: bool,
    #[command(flatten)]
    pub(in crate::cli) how: HowArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
More of a knob is taken to be never worse. Values are tried on the same draws, with ever more replications \
until it is 95 % certain whether they meet the thresholds.

Exit codes: 0 found, 1 could not run, 2 the command line or the scenario is wrong, 5 a value that may be \
better is not certain (only with --strict), 99 no value is certain to meet the thresholds, 130 interrupted \
(what was found so far is told).")]
pub(in crate::cli) struct SizeArguments {
    #[command(flatten)]
    pub(in crate::cli) scenario: ScenarioArguments,
    /// The key whose value is looked for: backend.servers=1..64, or plans.pro.credits.included=500..5000:250
    /// in steps. Of several the cheapest combination is looked for, with --minimise cost
    #[arg(long, value_name = "KEY=LO..HI", required = true)]
    pub(in crate::cli) knob: Vec<String>,
    /// What it has to meet, such as "latency.p99 < 10s" [default: the thresholds of the scenario]
    #[arg(long, value_name = "THRESHOLD")]
    pub(in crate::cli) until: Vec<String>,
    /// Look for the largest value that meets the thresholds: less of the knob is never worse
    #[arg(long, conflicts_with = "minimise")]
    pub(in crate::cli) largest: bool,
    /// Look for the combination that costs least: knobs by their --price, and what workspaces spend
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(in crate::cli) minimise: Option<Minimise>,
    /// What one of a knob costs over the run, such as backend.servers=12.50
    #[arg(long, value_name = "KEY=AMOUNT")]
    pub(in crate::cli) price: Vec<String>,
    /// The most replications of a value
    #[arg(long, value_name = "N", default_value_t = MOST_REPLICATIONS)]
    #[arg(value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(in crate::cli) max_replications: u32,
    /// Threads to simulate on [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(in crate::cli) threads: Option<u16>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
    /// What to print: the answer for people, or a document for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(in crate::cli) format: Format,
    /// Fail where a value that may be better is not certain
    #[arg(long)]
    pub(in crate::cli) strict: bool,
}

/// What is to be least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Minimise {
    /// What the knobs and the workspaces cost.
    Cost,
}

#[derive(Debug, Args)]
#[command(
    override_usage = "limitlab compare [OPTIONS] <OLD> <NEW>\n       \
        limitlab compare [OPTIONS] <NEW> --baseline [<NAME>]\n       \
        limitlab compare [OPTIONS] <NEW> --save-baseline [<NAME>]",
    after_help = "\
Results of the same scenario, seed and range of versions must be the same in every digit. Others are
compared as estimates: paired by replication where both have the same seed, else by their intervals.

Exit codes: 0 done, and no regression, 1 could not read or write, 2 the command line is wrong, or the two
cannot be compared, 3 a metric regressed, or behaviour changed where every digit must be the same."
)]
pub(in crate::cli) struct CompareArguments {
    /// What there was and what there is: each a folder of results, its summary.json, or a baseline
    #[arg(value_name = "RESULT", num_args = 1..=2, required = true)]
    pub(in crate::cli) results: Vec<PathBuf>,
    /// Compare with a baseline: a file, the one of the scenario's name in a folder, or
    /// results/baselines/NAME.json [default: that of the scenario's name]
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = BASELINES)]
    #[arg(conflicts_with = "save_baseline")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Keep the result as a baseline, in the same place, and compare nothing
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = BASELINES)]
    pub(in crate::cli) save_baseline: Option<PathBuf>,
    /// Changes of less than this share of the old value are of no account
    #[arg(long, value_name = "SHARE", default_value = "1%")]
    pub(in crate::cli) min_effect: Share,
    /// List the metrics without a difference too
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// What to print: a table for people, a document for programs, Markdown, or JUnit XML
    #[arg(long, value_enum, default_value_t = CompareFormat::Text)]
    pub(in crate::cli) format: CompareFormat,
    /// Write that to a file, and print the table for people
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

/// Where baselines are that nobody said a place for.
pub(in crate::cli) const BASELINES: &str = "results/baselines/";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CompareFormat {
    Text,
    Json,
    Markdown,
    Junit,
}
