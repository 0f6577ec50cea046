//! `limitlab drive`: play a scenario in wall-clock time against enforcement that is real, and judge
//! what that decided.

use std::path::PathBuf;
use std::sync::Arc;

use super::arguments::{DriveArguments, DriveTarget, Format};
use super::exit::Exit;
use super::judge::judged_meanwhile;
use super::output::{complain, explain, print};
use super::progress::{stop_on_interrupt, with_bar_and_words};
use super::run::{
    DECISIONS, Draft, all_threads, failed, impossible, load, peak_memory, show, verdict,
};
use crate::engine::{self, RunOptions, Watch};
use crate::log::{DecisionLog, Trace};
use crate::planning::drive::{DriveOptions, Driven, DrivingError, drive};
use crate::report::{self, Outputs, driven_terminal, verified_terminal};
use crate::scenario::Scenario;
use crate::summary::RunFigures;
use crate::verify::{Standard, Verdict, Verified, verify};

/// Runs the command.
pub(super) fn run(arguments: &DriveArguments) -> Exit {
    match load(&arguments.scenario) {
        Ok(loaded) => drive_it(&loaded.scenario, arguments).unwrap_or_else(|exit| exit),
        Err(error) => explain(&error),
    }
}

/// Drives a scenario, writes its results and prints them; what ends the command early was told.
fn drive_it(scenario: &Scenario, arguments: &DriveArguments) -> Result<Exit, Exit> {
    let named = || PathBuf::from("results").join(format!("{}-drive", scenario.name));
    let folder = arguments.out.clone().unwrap_or_else(named);
    report::check_folder(&folder).map_err(impossible)?;
    let watch = Arc::new(Watch::default());
    stop_on_interrupt(&watch);
    let threads = arguments.threads.map_or_else(all_threads, usize::from);
    // Who draws what came of it has to know too what warm-up was found.
    let settled = engine::settle(scenario, RunOptions { threads }, &watch);
    let scenario = &*settled.map_err(failed)?;
    let draft = Draft::new(&folder, DecisionLog::of_service)?;
    let options = DriveOptions { speed: arguments.speed, threads };
    let scratch = draft.scratch("due.csv");
    let logs = (draft.scratch(DECISIONS), draft.scratch("so-far.csv"));
    let driven = with_bar_and_words(&watch, !arguments.quiet, |tell| {
        let work = || match arguments.target {
            DriveTarget::Embedded => drive(scenario, options, &watch, (&draft.log, &scratch)),
        };
        if arguments.quiet {
            work()
        } else {
            judged_meanwhile((&logs.0, &logs.1), scenario, tell, work)
        }
    });
    let mut driven = driven.map_err(told)?;
    driven.summary.run = Some(RunFigures {
        wall_s: driven.wall.as_secs_f64(),
        events: driven.answered,
        messages: driven.messages,
        threads,
        peak_rss_bytes: peak_memory(),
    });
    let beside = draft.finish()?;
    let log = beside.path().join(DECISIONS);
    let shown = folder.join(DECISIONS).display().to_string();
    let verified = verify(&Trace::new(&log, &*shown), scenario, Standard::default());
    let verified = verified.map_err(impossible)?;
    let outputs = Outputs { png: arguments.png, decisions: Some(log), ..Outputs::default() };
    report::write(&folder, scenario, &driven.summary, &driven.measures, &outputs)
        .map_err(impossible)?;
    if !arguments.quiet {
        show(scenario, &driven.summary, &folder, arguments.format);
        if arguments.format == Format::Text {
            print(&driven_terminal(driven.messages, driven.wall, &driven.lag));
            print(&verified_terminal(&verified, &shown, &[]));
        }
    }
    Ok(exit(&driven, &verified, arguments.strict))
}

/// Tells why nothing was driven.
fn told(error: DrivingError) -> Exit {
    match error {
        DrivingError::Engine(error) => failed(error),
        DrivingError::Unplayable(_) => {
            complain(&error.to_string());
            Exit::Wrong
        }
        DrivingError::Interrupted => {
            complain(&error.to_string());
            Exit::Interrupted
        }
        error => impossible(error),
    }
}

/// Of several reasons to fail, an interruption counts first, then a rule that was broken.
fn exit(driven: &Driven, verified: &Verified, strict: bool) -> Exit {
    match (verdict(&driven.summary, &driven.measures, strict), verified.verdict()) {
        (Exit::Interrupted, _) => Exit::Interrupted,
        (_, Verdict::Violated) => Exit::RuleViolated,
        (exit, _) => exit,
    }
}
