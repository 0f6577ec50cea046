//! Scenarios fitted to traces whose laws are known: drawn by `rand_distr`, which shares nothing with
//! what is tested but the words that it draws from.

mod any;
mod arrivals;
mod command;
mod extremes;
mod reproduced;
mod round_trip;
mod stamps;
mod values;

use std::fs;

use limitlab::log::Trace;
use limitlab::planning::fit::{Fit, LineFit, TrafficFit, fit};
use limitlab::random::{Draw, Key};
use rand_distr::Distribution;
use tempfile::TempDir;

const HOUR: f64 = 3_600.0;
const DAY: f64 = 24.0 * HOUR;

/// Words for a test.
fn words(test: &str, seed: u64) -> Draw {
    Key::root(20_261_126).name(test).index(seed).stream().at(0)
}

/// Rows with their times \[s\], in no order.
#[derive(Default)]
struct Rows(Vec<(f64, String)>);

impl Rows {
    fn add(&mut self, at: f64, rest: String) {
        self.0.push((at, rest));
    }

    /// The text of a trace, with times to a microsecond.
    fn text(mut self) -> String {
        self.0.sort_by(|one, other| one.0.total_cmp(&other.0));
        let rows = self.0.iter().map(|(at, rest)| format!("{at:.6}s,{rest}\n"));
        "time,workspace,agent,action,cost\n".to_owned() + &rows.collect::<String>()
    }
}

/// The fit of a trace.
#[track_caller]
fn fitted(text: &str) -> Fit {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let path = folder.path().join("day.csv");
    fs::write(&path, text).expect("a trace can be written");
    fit(&Trace::new(path, "day.csv"), None).unwrap_or_else(|error| panic!("{error}"))
}

/// The only line of a fit.
fn line(fit: &Fit) -> &LineFit {
    &fit.groups[0].lines[0]
}

fn traffic(fit: &Fit) -> &TrafficFit {
    line(fit).traffic.as_ref().expect("there are messages")
}

/// Renewal streams at two agents in each of forty workspaces, which have gone on for a long time: one
/// that begins with a gap at the start has more messages at first if gaps scatter, and so a profile.
fn renewals(law: &impl Distribution<f64>, mut words: Draw, days: f64) -> String {
    let mut rows = Rows::default();
    for workspace in 1..=40 {
        for agent in 1..=2 {
            let mut at = -30.0 * DAY;
            while at < days * DAY {
                if at >= 0.0 {
                    rows.add(at, format!("shops/{workspace},sales/{agent},message,"));
                }
                at += law.sample(&mut words);
            }
        }
    }
    rows.text()
}

/// Asserts that estimates from independent traces have the right mean, within four of their own
/// standard errors.
#[track_caller]
fn assert_unbiased(what: &str, estimates: &[f64], expected: f64) {
    let n = estimates.len() as f64;
    let mean = estimates.iter().sum::<f64>() / n;
    let squares: f64 = estimates.iter().map(|it| (it - mean) * (it - mean)).sum();
    let error = (squares / (n - 1.0) / n).sqrt();
    let off = (mean - expected).abs();
    assert!(off <= 4.0 * error, "{what}: {mean} ± {error} where {expected} is right");
    // An estimate that scatters widely would pass whatever it is.
    assert!(error < 0.05 * expected, "{what}: {estimates:?}");
}
