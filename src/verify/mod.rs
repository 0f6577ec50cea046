//! Whether a log of decisions keeps the rules, judged by other means than those that decided.
//!
//! `rules` decides one after the other, with a state that it carries on. Here nothing is decided: what
//! was is counted before and after, from the log alone, so that a mistake there is not repeated here.
//! Each decision lies between the instant at which it was asked for and that at which it was answered;
//! a [`Verdict`] holds for every placement inside these brackets.

mod bracket;
mod clerk;
mod counterexample;
mod court;
mod document;
mod event;
mod exact;
mod found;
mod gauge;
mod keys;
mod race;
mod rule;
mod shared;
mod shrink;
mod sort;
mod spill;
mod story;
mod terms;
mod told;
mod verdict;
mod within;

use std::collections::BTreeMap;
use std::io;

use thiserror::Error;

pub use counterexample::Counterexample;
pub use document::{
    CounterexampleDocument, FindingDocument, OversoldDocument, RowDocument, RuleDocument,
    VerdictDocument, verdict_schema,
};
pub use rule::Rule;
pub use story::{Breach, Focus, Question, Story, StoryError, StoryRow, tell_story};
pub use told::ToldRow;
pub use verdict::Verdict;

use self::court::{Court, Judged};
use self::found::Found;
use crate::log::{Trace, TraceError};
use crate::scenario::Scenario;
use crate::units::{Credits, SimSpan};

/// Of each rule so many violations are told at most, and so many possible ones.
const MOST_TOLD: usize = 5;

/// What a log is held to besides a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standard {
    /// How long credits may be held before the hold must have ended; `None` if nothing says so.
    pub hold_ttl: Option<SimSpan>,
}

/// What was found of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Rows that were read.
    pub rows: u64,
    /// Workspaces that they are of.
    pub workspaces: u64,
    /// Of each rule that applied anywhere, in how many workspaces it was found so; of limits over
    /// everybody, of how many limits.
    pub rules: BTreeMap<Rule, Tally>,
    /// What was charged beyond the balance and what overage permits, as far as it was not given back.
    pub oversold: Oversold,
    /// How many agents were active above the limit at most, in any workspace, since one was enabled without
    /// a slot.
    pub over_limit: u64,
    /// The first violations of each rule, and the first possible ones.
    pub findings: Vec<Finding>,
    /// Of each rule that was violated in a workspace: the first violation, shrunk to as few rows as still
    /// violate it.
    pub counterexamples: Vec<Counterexample>,
}

/// In how many workspaces a rule was held, may have been, or was violated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Where it was held.
    pub held: u64,
    /// Where it may have been violated, and may have been held.
    pub possible: u64,
    /// Where it was violated.
    pub violated: u64,
    /// How many single decisions surely broke it, in all of them.
    pub decisions: u64,
}

/// Credits that no balance covered, and no overage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Oversold {
    /// In all workspaces.
    pub sum: Credits,
    /// In the workspace where it is the most.
    pub most: Credits,
}

/// A rule that was violated, or may have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// What was found of it.
    pub verdict: Verdict,
    /// The workspace.
    pub workspace: String,
    /// The line of the log at which it shows.
    pub line: u64,
}

/// Why a log could not be judged.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// It cannot be read, or names what the scenario does not have.
    #[error(transparent)]
    Log(#[from] TraceError),
    /// What does not fit in memory could not be sorted.
    #[error("cannot sort the log in a temporary folder: {0}")]
    Sort(#[from] io::Error),
}

impl Verified {
    /// The worst of all that was found.
    pub fn verdict(&self) -> Verdict {
        let any = |count: fn(&Tally) -> u64| self.rules.values().any(|tally| count(tally) > 0);
        if any(|tally| tally.violated) {
            Verdict::Violated
        } else if any(|tally| tally.possible) {
            Verdict::Possible
        } else {
            Verdict::Held
        }
    }

    fn take_up(&mut self, workspace: &str, found: &Found) {
        for (rule, judgement) in found.all() {
            let tally = self.rules.entry(rule).or_default();
            tally.decisions += judgement.decisions;
            let count = match judgement.verdict {
                Verdict::Held => &mut tally.held,
                Verdict::Possible => &mut tally.possible,
                Verdict::Violated => &mut tally.violated,
            };
            *count += 1;
            let enough = *count > MOST_TOLD as u64;
            if let Some(line) = judgement.line.filter(|_| !enough) {
                let (verdict, workspace) = (judgement.verdict, workspace.to_owned());
                self.findings.push(Finding { rule, verdict, workspace, line });
            }
        }
        let oversold = i64::try_from(found.oversold).unwrap_or(i64::MAX);
        let sum = self.oversold.sum.thousandths().saturating_add(oversold);
        self.oversold.sum = Credits::from_thousandths(sum);
        self.oversold.most = self.oversold.most.max(Credits::from_thousandths(oversold));
        self.over_limit = self.over_limit.max(u64::try_from(found.over_limit).unwrap_or(0));
    }
}

/// Judges a log of decisions by the plans of a scenario.
///
/// The log begins where its workspaces do. It is read once if the rows of each workspace follow each
/// other, and else sorted, outside of memory where it is long. What is in memory at once is bounded,
/// whatever its length, but for names and for the rows of one workspace.
///
/// # Errors
///
/// If the log cannot be read, with its line and column; or names what the scenario does not have.
pub fn verify(
    log: &Trace,
    scenario: &Scenario,
    standard: Standard,
) -> Result<Verified, VerifyError> {
    let (mut verified, _) = judge(log, || Court::new(scenario, standard))?;
    verified.findings.sort_by_key(|it| (it.rule, std::cmp::Reverse(it.verdict), it.line));
    Ok(verified)
}

/// Reads a log once if the rows of each workspace follow each other, and else sorts it.
fn judge<'s>(log: &Trace, court: impl Fn() -> Court<'s>) -> Result<Judged, VerifyError> {
    match court().judge_in_turn(log)? {
        Some(judged) => Ok(judged),
        None => court().judge_sorted(log),
    }
}
