//! `limitlab size`: the smallest value of a knob that is enough.

use std::io::stdout;
use std::sync::Arc;

use super::arguments::{Format, Minimise, SizeArguments};
use super::diff::{is_stream, wrong};
use super::exit::Exit;
use super::output::{colour_of, complain, explain, hint, print};
use super::progress::{stop_on_interrupt, with_spinner};
use super::run::{WIDTH, all_threads, failed, load_and_set};
use super::sweep::misasked;
use crate::engine::{RunOptions, Watch};
use crate::planning::{self, Aim, Grid, Point, Setting, SizeError, SizeQuestion, SizeSummary};
use crate::report;
use crate::scenario::{Override, Scenario, ScenarioError};
use crate::summary::ThresholdVerdict;

/// Runs the command.
pub(super) fn size(arguments: &SizeArguments) -> Exit {
    try_size(arguments).unwrap_or_else(|exit| exit)
}

/// The same; what ends it early was told.
fn try_size(arguments: &SizeArguments) -> Result<Exit, Exit> {
    let path = &arguments.scenario.path;
    if is_stream(path) {
        let what = "is read for every setting and must be a file, not a stream";
        return Err(wrong(&format!("{} {what}", path.display())));
    }
    let mut set = arguments.scenario.set.clone();
    set.extend(arguments.scenario.seed.map(|seed| format!("seed={seed}")));
    let question = question(arguments, &set).map_err(|fault| misasked(&fault))?;
    let watch = Arc::new(Watch::default());
    stop_on_interrupt(&watch);
    let options = RunOptions { threads: arguments.threads.map_or_else(all_threads, usize::from) };
    let found = with_spinner(!arguments.quiet, |say| {
        let mut tried = 0;
        planning::size(
            &question,
            options,
            &watch,
            |point| load(arguments, point),
            |it| {
                tried += 1;
                let values: Vec<String> =
                    it.setting.iter().map(|(key, value)| format!("{key}={value}")).collect();
                let verdict = match it.verdict {
                    ThresholdVerdict::Pass => "is enough",
                    ThresholdVerdict::Inconclusive => "is not certain",
                    ThresholdVerdict::Fail => "is not enough",
                };
                say(&format!("{tried} tried; {} {verdict}", values.join(" ")));
            },
        )
    });
    let (mut found, exit) = match found {
        Ok(found) => {
            let exit = match (&found.answer, found.open.is_empty()) {
                (None, _) => Exit::ThresholdFailed,
                (Some(_), false) if arguments.strict => Exit::Inconclusive,
                (Some(_), _) => Exit::Done,
            };
            (found, exit)
        }
        Err(SizeError::Interrupted(found)) if !found.tried.is_empty() => {
            (*found, Exit::Interrupted)
        }
        Err(error) => return Err(ended(error)),
    };
    found.set = set;
    if !arguments.quiet {
        show(arguments, &found);
    }
    Ok(exit)
}

fn question(
    arguments: &SizeArguments,
    set: &[String],
) -> Result<SizeQuestion, planning::QuestionFault> {
    let grid = Grid::read_knobs(&arguments.knob, set)?;
    let aim = match (arguments.minimise, arguments.largest) {
        (Some(Minimise::Cost), _) => Aim::Cheapest,
        (None, true) => Aim::Largest,
        (None, false) => Aim::Smallest,
    };
    let question = SizeQuestion::read(grid, aim, &arguments.price)?;
    Ok(question.with_most_replications(arguments.max_replications))
}

/// The scenario of a setting.
fn load(arguments: &SizeArguments, point: &Point) -> Result<Scenario, ScenarioError> {
    let more = Override::until(&arguments.until).into_iter().chain(point.overrides());
    load_and_set(&arguments.scenario, more).map(|loaded| loaded.scenario)
}

/// Tells why there is no answer.
fn ended(error: SizeError<ScenarioError>) -> Exit {
    match error {
        SizeError::Interrupted(_) => {
            complain("interrupted: nothing was tried to the end");
            Exit::Interrupted
        }
        SizeError::Question(fault) => misasked(&fault),
        SizeError::Run { point, source } => {
            complain(&format!("{point} cannot be run"));
            failed(source)
        }
        SizeError::Load { source: source @ ScenarioError::Unreadable { .. }, .. } => {
            explain(&source)
        }
        SizeError::Load { point, source } => {
            complain(&format!("the scenario is wrong with {point}"));
            let exit = explain(&source);
            hint("--knob, --until and --set are read like the scenario");
            exit
        }
    }
}

fn show(arguments: &SizeArguments, found: &SizeSummary) {
    match arguments.format {
        Format::Text => {
            let again = |setting: &Setting| {
                let set = found.set.iter().cloned();
                let until = serde_json::to_string(&arguments.until).unwrap_or_default();
                let until = (!arguments.until.is_empty()).then(|| format!("thresholds={until}"));
                let values = setting.iter().map(|(key, value)| format!("{key}={value}"));
                let all: Vec<String> = set
                    .chain(values)
                    .chain(until)
                    .map(|it| format!("--set {}", report::shell_word(&it)))
                    .collect();
                let path = report::shell_word(&arguments.scenario.path.display().to_string());
                format!("Run it: limitlab run {path} {}", all.join(" "))
            };
            print(&report::size_terminal(found, again, colour_of(&stdout()), WIDTH));
        }
        Format::Json => print(&found.to_json()),
    }
}
