//! `limitlab advise`: what would have removed the limit hits, and what it costs.

use std::io::stdout;
use std::num::NonZero;
use std::sync::Arc;

use clap::Args;

use super::arguments::{Format, ScenarioArguments};
use super::diff::{is_stream, wrong};
use super::exit::Exit;
use super::output::{colour_of, complain, explain, hint, print};
use super::progress::{stop_on_interrupt, with_runs_bar};
use super::run::{WIDTH, all_threads, failed, load, load_with};
use crate::engine::{RunOptions, Watch};
use crate::planning::{self, AdviceSummary, AdviseError, AdviseOptions, AdviseWatch};
use crate::report;
use crate::scenario::{Scenario, ScenarioError};
use crate::units::Share;

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 done, whether anything helps or not, 1 could not run, 2 the command line or the scenario \
is wrong, 130 interrupted (there is no advice then).")]
pub(super) struct AdviseArguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// Advice for this group alone
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// Advice against hits for this reason alone, as `refusal.rate{reason=..}` spells it
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// The share of the hits that is to be removed
    #[arg(long, value_name = "SHARE", default_value = "99%")]
    remove: Share,
    /// Make at most so many runs
    #[arg(long, value_name = "N", default_value = "500")]
    max_runs: NonZero<u32>,
    /// Threads to simulate on [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print nothing but errors
    #[arg(long, short)]
    quiet: bool,
    /// What to print: a page for people, or a JSON document
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the command.
pub(super) fn advise(arguments: &AdviseArguments) -> Exit {
    try_advise(arguments).unwrap_or_else(|exit| exit)
}

/// The same; what ends it early was told.
fn try_advise(arguments: &AdviseArguments) -> Result<Exit, Exit> {
    must_be_file(&arguments.scenario)?;
    let loaded = load(&arguments.scenario).map_err(|error| explain(&error))?;
    let options = AdviseOptions {
        group: arguments.group.clone(),
        reason: arguments.reason.clone(),
        remove: arguments.remove,
        most_runs: arguments.max_runs.get(),
        run: RunOptions { threads: arguments.threads.map_or_else(all_threads, usize::from) },
    };
    let watch = Arc::new(Watch::default());
    stop_on_interrupt(&watch);
    let watch = AdviseWatch::new(watch);
    let advice = with_runs_bar(&watch, !arguments.quiet, || {
        advice(&arguments.scenario, &loaded.scenario, &options, &watch)
    })?;
    if !arguments.quiet {
        print(&match arguments.format {
            Format::Text => report::advise_terminal(&advice, colour_of(&stdout()), WIDTH),
            Format::Json => advice.to_json(),
        });
    }
    Ok(Exit::Done)
}

/// Refuses a scenario that can be read only once: it is read for every change.
pub(super) fn must_be_file(named: &ScenarioArguments) -> Result<(), Exit> {
    if is_stream(&named.path) {
        let what = "is read for every change and must be a file, not a stream";
        return Err(wrong(&format!("{} {what}", named.path.display())));
    }
    Ok(())
}

/// What would have removed the limit hits of the scenario that a command names, which was read as
/// `scenario`. What ends it early is told.
pub(super) fn advice(
    named: &ScenarioArguments,
    scenario: &Scenario,
    options: &AdviseOptions,
    watch: &AdviseWatch,
) -> Result<AdviceSummary, Exit> {
    let load = |set: &[String]| {
        let set = [&named.set[..], set].concat();
        match load_with(&named.path, &set, named.seed) {
            Ok(loaded) => Ok(Some(loaded.scenario)),
            // What cannot be said in this scenario does not apply to it.
            Err(ScenarioError::Faults(_)) => Ok(None),
            Err(error @ ScenarioError::Unreadable { .. }) => Err(error),
        }
    };
    let advice = planning::advise(scenario, options, watch, load);
    let mut advice = advice.map_err(|error| refused(&error))?;
    // Runs of a file that is being written to are of several scenarios.
    match super::run::load(named) {
        Ok(now) if now.scenario.sha256 == scenario.sha256 => {}
        Ok(_) | Err(ScenarioError::Faults(_)) => {
            complain("the scenario has changed while remedies were tried");
            return Err(Exit::Impossible);
        }
        Err(error) => return Err(explain(&error)),
    }
    advice.set.clone_from(&named.set);
    Ok(advice)
}

/// Tells why there is no advice.
fn refused(error: &AdviseError<ScenarioError>) -> Exit {
    match error {
        AdviseError::Misasked { what, hint: right } => {
            complain(what);
            hint(right);
            Exit::Wrong
        }
        AdviseError::Load { source } => explain(source),
        AdviseError::Run { set, source } => {
            if !set.is_empty() {
                complain(&format!("it cannot be run with {}", set.join(", ")));
            }
            failed(source.clone())
        }
        AdviseError::Interrupted => {
            complain(&error.to_string());
            Exit::Interrupted
        }
    }
}
