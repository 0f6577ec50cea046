//! Driving in wall-clock time: what is asked for and when, what is decided, and whether it holds.

mod command;
mod contention;
mod pace;
mod strategies;

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::Arc;

use limitlab::Scenario;
use limitlab::drive::{Pace, Target};
use limitlab::engine::Watch;
use limitlab::log::{DecisionLog, Trace};
use limitlab::planning::drive::{DriveOptions, Driven, DrivingError, drive, drive_target};
use limitlab::rules::Founding;
use limitlab::scenario::parse;
use limitlab::verify::{Rule, Standard, Verdict, Verified, verify};
use tempfile::TempDir;

/// A drive with its log, and what verify finds there.
struct Drove {
    driven: Driven,
    scenario: Scenario,
    verified: Verified,
    folder: TempDir,
}

impl Drove {
    fn log(&self) -> PathBuf {
        self.folder.path().join("decisions.csv")
    }

    /// The rows of the log, each with its cells by the names of their columns.
    fn rows(&self) -> Vec<csv::StringRecord> {
        let mut reader = csv::Reader::from_path(self.log()).expect("the log can be read");
        reader.records().map(|row| row.expect("a row can be read")).collect()
    }

    /// The worst that was found of a rule.
    fn verdict(&self, rule: Rule) -> Verdict {
        let tally = self.verified.rules.get(&rule).expect("the rule applied somewhere");
        match (tally.violated, tally.possible) {
            (0, 0) => Verdict::Held,
            (0, _) => Verdict::Possible,
            _ => Verdict::Violated,
        }
    }

    /// The value of a metric of all groups.
    #[track_caller]
    fn value(&self, metric: &str) -> f64 {
        self.driven.summary.value(metric).unwrap_or_else(|| panic!("{metric} is measured"))
    }

    /// The same of a metric that is a whole number.
    #[track_caller]
    fn count(&self, metric: &str) -> u64 {
        self.value(metric) as u64
    }
}

/// The column of a log by its name.
fn column(name: &str) -> usize {
    let columns = limitlab::log::DecisionRecord::COLUMNS;
    columns.iter().position(|it| *it == name).expect("a log has the column")
}

fn options(speed: &str) -> DriveOptions {
    DriveOptions { speed: speed.parse().expect("it is a speed"), threads: 2 }
}

/// Drives a scenario's text against its own strategy.
#[track_caller]
fn driven(yaml: &str, speed: &str) -> Drove {
    driven_by(yaml, |scenario, log, scratch| {
        drive(scenario, options(speed), &Watch::default(), (log, scratch))
    })
}

/// The same against another target.
#[track_caller]
fn driven_against<T: Target>(
    yaml: &str,
    speed: &str,
    target: impl FnOnce(&[Founding], &Arc<Pace>) -> T,
) -> Drove {
    driven_by(yaml, |scenario, log, scratch| {
        drive_target(scenario, options(speed), &Watch::default(), (log, scratch), target)
    })
}

#[track_caller]
fn driven_by(
    yaml: &str,
    by: impl FnOnce(&Scenario, &DecisionLog, &std::path::Path) -> Result<Driven, DrivingError>,
) -> Drove {
    let scenario = parse("test.yaml", yaml, &[]).unwrap_or_else(|error| panic!("{error}"));
    let folder = TempDir::new().expect("a temporary folder can be made");
    let path = folder.path().join("decisions.csv");
    let file = File::create(&path).expect("a file can be made");
    let log = DecisionLog::of_service(BufWriter::new(file));
    let driven = by(&scenario, &log, &folder.path().join("due.csv"));
    let driven = driven.unwrap_or_else(|error| panic!("{error}"));
    log.finish().expect("the log can be written");
    let verified = verify(&Trace::new(&path, "decisions.csv"), &scenario, Standard::default());
    let verified = verified.unwrap_or_else(|error| panic!("{error}"));
    Drove { driven, scenario, verified, folder }
}
