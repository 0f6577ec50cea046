//! `limitlab sweep`: what becomes of a scenario over a grid of values.

use std::io::stdout;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::arguments::{Format, SweepArguments};
use super::diff::{is_stream, wrong};
use super::exit::Exit;
use super::output::{colour_of, complain, explain, hint, print, remark};
use super::progress::{stop_on_interrupt, with_points_bar};
use super::run::{WIDTH, failed, impossible, load_and_set, threads};
use crate::engine::Watch;
use crate::planning::{
    self, Grid, PlanError, Point, PointRecord, QuestionFault, SweepError, SweepPlan, SweepSummary,
    SweepWatch, Unfit,
};
use crate::report::{self, ReportError, SweepFolder};
use crate::scenario::{Scenario, ScenarioError};

/// Runs the command.
pub(super) fn sweep(arguments: &SweepArguments) -> Exit {
    try_sweep(arguments).unwrap_or_else(|exit| exit)
}

/// The same; what ends it early was told.
fn try_sweep(arguments: &SweepArguments) -> Result<Exit, Exit> {
    let SweepArguments { vary, metric, out, how, .. } = arguments;
    let path = &arguments.scenario.path;
    if is_stream(path) {
        let what = "is read for every point and must be a file, not a stream";
        return Err(wrong(&format!("{} {what}", path.display())));
    }
    let mut set = arguments.scenario.set.clone();
    set.extend(arguments.scenario.seed.map(|seed| format!("seed={seed}")));
    let grid = Grid::read(vary, &set).map_err(|fault| misasked(&fault))?;
    let load = |point: &Point| load(arguments, point);
    let plan = SweepPlan::check(grid, metric, load).map_err(|error| unplanned(&error))?;
    let place = out
        .clone()
        .unwrap_or_else(|| PathBuf::from("results").join(format!("{}-sweep", plan.name)));
    let folder = SweepFolder::open(&place).map_err(impossible)?;
    let begun = SweepSummary::begun(&plan.name, &set, &plan.grid);
    folder.begin(&begun).map_err(impossible)?;
    let todo = unfinished(arguments, &plan, &folder)?;
    if !todo.is_empty() {
        simulate(arguments, &plan, &folder, &todo)
            .map_err(|(error, finished)| ended(&error, &plan, finished, &place))?;
    }
    let summary = report::write_sweep(&folder, &plan, begun, how.png).map_err(impossible)?;
    if !how.quiet {
        show(&plan, &summary, &place, how.format);
    }
    Ok(Exit::Done)
}

/// The scenario of a point.
fn load(arguments: &SweepArguments, point: &Point) -> Result<Scenario, ScenarioError> {
    load_and_set(&arguments.scenario, point.overrides()).map(|loaded| loaded.scenario)
}

/// The points that are to be simulated: all but those that are kept from before. Says what of those
/// cannot be used.
fn unfinished(
    arguments: &SweepArguments,
    plan: &SweepPlan,
    folder: &SweepFolder,
) -> Result<Vec<usize>, Exit> {
    let mut todo = Vec::new();
    let mut unfit: Vec<(Unfit, String, usize)> = Vec::new();
    for (index, scenario) in plan.scenarios.iter().enumerate() {
        let point = plan.grid.point(index);
        if arguments.fresh {
            folder.forget(&point).map_err(impossible)?;
        }
        let Err(why) = folder.kept(&point, scenario) else { continue };
        todo.push(index);
        match unfit.iter_mut().find(|(other, ..)| *other == why) {
            Some((.., more)) => *more += 1,
            None => unfit.push((why, format!("points/{}.json", point.id()), 0)),
        }
    }
    if !arguments.how.quiet {
        for (why, file, more) in unfit.iter().filter(|(why, ..)| *why != Unfit::Missing) {
            let who = match more {
                0 => format!("{file} is"),
                more => format!("{file} and {more} more are"),
            };
            remark(&format!("{who} {why}: simulated again"));
        }
        let (all, kept) = (plan.grid.len(), plan.grid.len() - todo.len());
        if kept > 0 {
            remark(&format!("kept from before: {kept} of {all} points"));
        }
    }
    Ok(todo)
}

/// What can fail around the run of a point.
#[derive(Debug, Error)]
enum Around {
    #[error(transparent)]
    Scenario(ScenarioError),
    #[error("the scenario has changed since the sweep began")]
    Changed,
    #[error(transparent)]
    Report(ReportError),
}

/// Simulates these points and keeps each as soon as it is finished; says how many were, if not all.
fn simulate(
    arguments: &SweepArguments,
    plan: &SweepPlan,
    folder: &SweepFolder,
    todo: &[usize],
) -> Result<(), (SweepError<Around>, usize)> {
    let whole = Arc::new(Watch::default());
    stop_on_interrupt(&whole);
    let watch = SweepWatch::new(whole);
    let load = |index: usize| {
        let scenario = load(arguments, &plan.grid.point(index)).map_err(Around::Scenario)?;
        if scenario.sha256 == plan.scenarios[index] { Ok(scenario) } else { Err(Around::Changed) }
    };
    let keep = |index: usize, summary| {
        let point = plan.grid.point(index);
        folder.keep(&point, &PointRecord::new(&point, summary)).map_err(Around::Report)
    };
    let all = plan.grid.len();
    let how = &arguments.how;
    with_points_bar(&watch, (todo.len(), all), !how.quiet, || {
        planning::sweep(todo, threads(how), &watch, load, keep)
    })
    .map_err(|error| (error, all - todo.len() + watch.progress().0 as usize))
}

/// Tells why a sweep ended early.
fn ended(error: &SweepError<Around>, plan: &SweepPlan, finished: usize, place: &Path) -> Exit {
    let all = plan.grid.len();
    let kept = format!("{finished} of {all} points are kept in {}", place.display());
    let at = |point: &usize| format!("the point {}", plan.grid.point(*point));
    let exit = match error {
        SweepError::Interrupted => {
            complain(&format!("interrupted: {kept}"));
            hint("the same command goes on from there, if it does not say --fresh");
            return Exit::Interrupted;
        }
        SweepError::Run { point, source } => {
            complain(&format!("{} cannot be run", at(point)));
            failed(source.clone())
        }
        SweepError::Around { point, source: Around::Scenario(source) } => {
            complain(&format!("{} cannot be loaded any more", at(point)));
            explain(source)
        }
        SweepError::Around { point, source } => impossible(format!("{}: {source}", at(point))),
    };
    hint(&kept);
    exit
}

/// Tells why a command line asks for nothing that there is.
pub(super) fn misasked(fault: &QuestionFault) -> Exit {
    complain(&fault.to_string());
    if let Some(right) = &fault.hint {
        hint(right);
    }
    Exit::Wrong
}

/// Tells which point is wrong, and what is wrong with it.
fn unplanned(error: &PlanError<ScenarioError>) -> Exit {
    match error {
        PlanError::Metric(fault) => misasked(fault),
        // No point can be right then.
        PlanError::Point { source: source @ ScenarioError::Unreadable { .. }, .. } => {
            explain(source)
        }
        PlanError::Point { point, number, of, more, source } => {
            let others = match more {
                0 => String::new(),
                1 => ", and one point after it".to_owned(),
                more => format!(", and {more} points after it"),
            };
            complain(&format!("point {number} of {of}, {point}, is wrong{others}"));
            explain(source)
        }
    }
}

fn show(plan: &SweepPlan, summary: &SweepSummary, place: &Path, format: Format) {
    match format {
        Format::Text => {
            let text = report::sweep_terminal(plan, summary, colour_of(&stdout()), WIDTH);
            print(&format!("{text}\nResults: {}\n", place.display()));
        }
        Format::Json => print(&summary.to_json()),
    }
}
