//! `limitlab verify`: judge a log of decisions by the rules of a scenario.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::arguments::{Format, LogArguments, VerifyArguments};
use super::exit::Exit;
use super::output::{complain, explain, print};
use super::run::load_with;
use crate::log::Trace;
use crate::report::{shell_word, verified_terminal};
use crate::scenario::{Faults, Loaded, ScenarioError};
use crate::verify::{Standard, Verdict, VerdictDocument, Verified, VerifyError, verify};

/// The scenario, its log, and what that is judged by; what stands in the way was told.
pub(super) fn read(arguments: &LogArguments) -> Result<(Loaded, Trace, Standard), Exit> {
    let LogArguments { log, scenario, set, hold_ttl } = arguments;
    let loaded = load_with(scenario, set, None).map_err(|error| explain(&error))?;
    Ok((loaded, open(log)?, Standard { hold_ttl: *hold_ttl }))
}

/// Runs the command.
pub(super) fn run(arguments: &VerifyArguments) -> Exit {
    let (loaded, log, standard) = match read(&arguments.of) {
        Ok(all) => all,
        Err(exit) => return exit,
    };
    let verified = match verify(&log, &loaded.scenario, standard) {
        Ok(verified) => verified,
        Err(error) => return untold(error),
    };
    let replays = match write_all(&verified, arguments) {
        Ok(replays) => replays,
        Err((path, error)) => {
            complain(&format!("cannot write {}: {error}", path.display()));
            return Exit::Impossible;
        }
    };
    if !arguments.quiet {
        print(&match arguments.format {
            Format::Text => verified_terminal(&verified, log.name(), &replays),
            Format::Json => {
                let scenario = (&*loaded.scenario.name, &*loaded.scenario.sha256);
                VerdictDocument::new(&verified, log.name(), scenario).to_json()
            }
        });
    }
    match verified.verdict() {
        Verdict::Violated => Exit::RuleViolated,
        Verdict::Possible if arguments.strict => Exit::Inconclusive,
        Verdict::Possible | Verdict::Held => Exit::Done,
    }
}

/// The log at a path, which can be read.
fn open(path: &Path) -> Result<Trace, Exit> {
    let log = Trace::new(path, path.display().to_string());
    match log.open() {
        Ok(_) => Ok(log),
        Err(source) => Err(explain(&ScenarioError::Unreadable { path: path.to_owned(), source })),
    }
}

/// Tells why a log could not be judged.
pub(super) fn untold(error: VerifyError) -> Exit {
    match error {
        VerifyError::Log(error) => explain(&ScenarioError::Faults(Faults::from(&error))),
        VerifyError::Sort(_) => {
            complain(&error.to_string());
            Exit::Impossible
        }
    }
}

/// Writes the counterexamples if that is asked for, and answers the commands that replay them.
fn write_all(
    verified: &Verified,
    arguments: &VerifyArguments,
) -> Result<Vec<String>, (PathBuf, io::Error)> {
    let Some(folder) = &arguments.counterexamples else { return Ok(Vec::new()) };
    fs::create_dir_all(folder).map_err(|error| (folder.clone(), error))?;
    let mut replays = Vec::new();
    for counterexample in &verified.counterexamples {
        let path = folder.join(format!("{}.csv", counterexample.rule.name()));
        fs::write(&path, counterexample.log()).map_err(|error| (path.clone(), error))?;
        replays.push(replay(&path, arguments));
    }
    Ok(replays)
}

/// The command that judges a log as this one was.
fn replay(path: &Path, arguments: &VerifyArguments) -> String {
    let mut words = vec!["limitlab".to_owned(), "verify".to_owned()];
    words.push(shell_word(&path.display().to_string()));
    words.push("--scenario".to_owned());
    words.push(shell_word(&arguments.of.scenario.display().to_string()));
    for set in &arguments.of.set {
        words.extend(["--set".to_owned(), shell_word(set)]);
    }
    if let Some(ttl) = arguments.of.hold_ttl {
        words.extend(["--hold-ttl".to_owned(), shell_word(&ttl.to_string())]);
    }
    words.join(" ")
}
