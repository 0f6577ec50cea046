//! The command line: the only place that prints, opens files by name, or decides an exit code.

mod advise;
mod arguments;
mod builds;
mod check;
mod compare;
mod diff;
mod drive;
mod exit;
mod explain;
mod fit;
mod judge;
mod new;
mod output;
mod progress;
mod run;
mod schema;
mod size;
mod sweep;
mod verify;

use clap::Parser;

pub use exit::Exit;

use arguments::{Arguments, Command};

/// Runs the command that the process was started with.
///
/// A command line that makes no sense ends the process with exit code 2 and says why.
pub fn run() -> Exit {
    match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Drive(arguments) => drive::run(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Fit(arguments) => fit::fit(&arguments),
        Command::Advise(arguments) => advise::advise(&arguments),
        Command::Diff(arguments) => diff::diff(&arguments),
        Command::Sweep(arguments) => sweep::sweep(&arguments),
        Command::Size(arguments) => size::size(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::New(arguments) => new::new(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Schema(arguments) => schema::schema(&arguments),
    }
}
