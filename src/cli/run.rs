//! `limitlab run`: simulate a scenario and write its results.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufWriter, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tempfile::TempDir;

use super::advise::{advice as advice_on, must_be_file};
use super::arguments::{Format, HowArguments, RunArguments, ScenarioArguments};
use super::builds::{BuildArguments, append_to_step};
use super::exit::Exit;
use super::output::{Named, colour_of, complain, explain, hint, print};
use super::progress::{stop_on_interrupt, with_bar, with_runs_bar};
use crate::engine::{self, EngineError, RunOptions, Watch};
use crate::log::DecisionLog;
use crate::measure::Measures;
use crate::planning::{AdviceSummary, AdviseOptions, AdviseWatch};
use crate::report::{self, Outputs, Uncertain};
use crate::scenario::{self, Faults, Loaded, Override, Scenario, ScenarioError};
use crate::summary::{RunFigures, Summary, ThresholdVerdict};

/// Columns of the summary on something that is no terminal.
pub(super) const WIDTH: usize = 100;

/// Runs the command.
pub(super) fn run(arguments: &RunArguments) -> Exit {
    match load(&arguments.scenario) {
        Ok(loaded) => {
            let RunArguments { scenario, out, decisions, advise, strict, builds, how } = arguments;
            let wanted = Wanted {
                out: out.as_deref(),
                decisions: *decisions,
                advised: advise.then_some(scenario),
                strict: *strict,
                builds: *builds,
            };
            simulate(&loaded.scenario, &wanted, how)
        }
        Err(error) => explain(&error),
    }
}

/// Reads the scenario that a command names, with its overrides.
pub(super) fn load(arguments: &ScenarioArguments) -> Result<Loaded, ScenarioError> {
    load_and_set(arguments, [])
}

/// The same with more that is set, after all else.
pub(super) fn load_and_set(
    arguments: &ScenarioArguments,
    more: impl IntoIterator<Item = Override>,
) -> Result<Loaded, ScenarioError> {
    let mut overrides = overrides(&arguments.set, arguments.seed);
    overrides.extend(more);
    scenario::load(&arguments.path, &overrides)
}

/// Reads a scenario with overrides of keys, and of its seed. Every command does it here.
pub(super) fn load_with(
    path: &Path,
    set: &[String],
    seed: Option<u64>,
) -> Result<Loaded, ScenarioError> {
    scenario::load(path, &overrides(set, seed))
}

/// What a command sets: keys, and the seed.
fn overrides(set: &[String], seed: Option<u64>) -> Vec<Override> {
    set.iter().map(Override::set).chain(seed.map(Override::seed)).collect()
}

/// Which files a run leaves, and where.
#[derive(Debug, Default)]
pub(super) struct Wanted<'a> {
    /// The folder; that of the scenario's name among the results unless said otherwise.
    pub(super) out: Option<&'a Path>,
    /// Whether every decision is logged.
    pub(super) decisions: bool,
    /// The scenario on which there is advice.
    pub(super) advised: Option<&'a ScenarioArguments>,
    /// Whether it fails where a threshold is not certain to hold.
    pub(super) strict: bool,
    /// What servers of builds are told.
    pub(super) builds: BuildArguments,
}

/// Simulates a scenario, writes what is wanted of its results, and prints its summary.
pub(super) fn simulate(scenario: &Scenario, wanted: &Wanted<'_>, how: &HowArguments) -> Exit {
    try_simulate(scenario, wanted, how).unwrap_or_else(|exit| exit)
}

/// The same, with all decisions, and with advice on what `advised` names, if they are asked for; what
/// ends the command early was told.
fn try_simulate(
    scenario: &Scenario,
    wanted: &Wanted<'_>,
    how: &HowArguments,
) -> Result<Exit, Exit> {
    wanted.advised.map_or(Ok(()), must_be_file)?;
    let named = || PathBuf::from("results").join(&scenario.name);
    let folder = wanted.out.map_or_else(named, Path::to_path_buf);
    report::check_folder(&folder).map_err(impossible)?;
    let draft = wanted.decisions.then(|| Draft::new(&folder, DecisionLog::new)).transpose()?;
    let watch = Arc::new(Watch::default());
    stop_on_interrupt(&watch);
    let options = RunOptions { threads: threads(how) };
    #[expect(clippy::disallowed_methods, reason = "what a run cost is told beside its results")]
    let began = Instant::now();
    // Who draws what came of it has to know too what warm-up was found.
    let settled = with_bar(&watch, !how.quiet, || engine::settle(scenario, options, &watch));
    let scenario = &*settled.map_err(failed)?;
    let outcome = with_bar(&watch, !how.quiet, || match &draft {
        Some(draft) => engine::run_logged(scenario, options, &watch, &draft.log),
        None => engine::run(scenario, options, &watch),
    });
    let mut outcome = outcome.map_err(failed)?;
    outcome.summary.run = Some(RunFigures {
        wall_s: began.elapsed().as_secs_f64(),
        events: outcome.events,
        messages: outcome.messages,
        threads: outcome.threads,
        peak_rss_bytes: peak_memory(),
    });
    let written = draft.map(Draft::finish).transpose()?;
    let decisions = written.as_ref().map(|beside| beside.path().join(DECISIONS));
    let replications = std::mem::take(&mut outcome.replications);
    // Who interrupts a run wants no more of them.
    let advised = wanted.advised.filter(|_| outcome.measures.interrupted.is_none());
    let advice = advised.map(|named| advice(named, scenario, how, &watch));
    let (advice, unadvised) = match advice.transpose() {
        Ok(advice) => (advice, None),
        Err(exit) => (None, Some(exit)),
    };
    let BuildArguments { junit, markdown } = wanted.builds;
    let uncertain = if wanted.strict { Uncertain::Fails } else { Uncertain::Passes };
    let outputs =
        Outputs { png: how.png, decisions, replications, advice, junit, markdown, uncertain };
    report::write(&folder, scenario, &outcome.summary, &outcome.measures, &outputs)
        .map_err(impossible)?;
    if !how.quiet {
        show(scenario, &outcome.summary, &folder, how.format);
        if let (Some(advice), Format::Text) = (&outputs.advice, how.format) {
            let text = report::advise_terminal(advice, colour_of(&stdout()), WIDTH);
            print(&format!("\n{text}"));
        }
    }
    if markdown {
        append_to_step(&report::run_markdown(scenario, &outcome.summary, uncertain))?;
    }
    // What was run is written whatever became of the advice; that there is none is told.
    Ok(unadvised.unwrap_or_else(|| verdict(&outcome.summary, &outcome.measures, wanted.strict)))
}

/// What would have removed the limit hits of the scenario that a command names.
fn advice(
    named: &ScenarioArguments,
    scenario: &Scenario,
    how: &HowArguments,
    watch: &Arc<Watch>,
) -> Result<AdviceSummary, Exit> {
    let run = RunOptions { threads: threads(how) };
    let options = AdviseOptions { run, ..AdviseOptions::default() };
    let watch = AdviseWatch::new(Arc::clone(watch));
    with_runs_bar(&watch, !how.quiet, || advice_on(named, scenario, &options, &watch))
}

/// The log of decisions in a folder of results.
pub(super) const DECISIONS: &str = "decisions.csv";

/// A log of decisions that is written beside the results until they are whole.
pub(super) struct Draft {
    beside: TempDir,
    pub(super) log: DecisionLog,
}

impl Draft {
    /// A log that begins as `log` says, beside what is to be a folder of results.
    pub(super) fn new(
        folder: &Path,
        log: impl FnOnce(BufWriter<Named>) -> DecisionLog,
    ) -> Result<Self, Exit> {
        let beside = report::beside(folder).map_err(impossible)?;
        let path = beside.path().join(DECISIONS);
        let file = File::create(&path)
            .map_err(|error| impossible(format!("cannot write {}: {error}", path.display())))?;
        Ok(Self { beside, log: log(BufWriter::new(Named { file, path })) })
    }

    /// A file beside it that is gone when it is.
    pub(super) fn scratch(&self, name: &str) -> PathBuf {
        self.beside.path().join(name)
    }

    /// The folder that holds the whole log.
    pub(super) fn finish(self) -> Result<TempDir, Exit> {
        self.log.finish().map_err(|error| impossible(EngineError::Log(error.to_string())))?;
        Ok(self.beside)
    }
}

/// Tells why a command could not run.
pub(super) fn impossible(why: impl Display) -> Exit {
    complain(&why.to_string());
    Exit::Impossible
}

/// Tells why a run failed.
pub(super) fn failed(error: EngineError) -> Exit {
    match error {
        EngineError::Trace(error) => explain(&ScenarioError::Faults(Faults::from(&error))),
        EngineError::Replications(_) => {
            complain(&error.to_string());
            hint("--set replications=1");
            Exit::Wrong
        }
        error => impossible(error),
    }
}

/// How many threads to simulate on.
pub(super) fn threads(how: &HowArguments) -> usize {
    how.threads.map_or_else(all_threads, usize::from)
}

/// As many threads as the machine has.
pub(super) fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Prints what came of a scenario, and where its results are.
pub(super) fn show(scenario: &Scenario, summary: &Summary, folder: &Path, format: Format) {
    match format {
        Format::Text => {
            let colour = colour_of(&stdout());
            let text = report::terminal(scenario, summary, colour, WIDTH);
            print(&format!("{text}\nResults: {}\n", folder.display()));
        }
        Format::Json => print(&summary.to_json()),
    }
}

/// How the command ends by what was measured.
pub(super) fn verdict(summary: &Summary, measures: &Measures, strict: bool) -> Exit {
    if measures.interrupted.is_some() {
        return Exit::Interrupted;
    }
    match summary.verdict() {
        Some(ThresholdVerdict::Fail) => Exit::ThresholdFailed,
        Some(ThresholdVerdict::Inconclusive) if strict => Exit::Inconclusive,
        _ => Exit::Done,
    }
}

/// The greatest memory of this process so far \[bytes\], where Linux tells it.
pub(super) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
