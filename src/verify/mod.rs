//! Whether a log of decisions keeps the rules, judged by other means than those that decided.
//!
//! `rules` decides one after the other, with a state that it carries on. Here nothing is decided: what
//! was is counted before and after, from the log alone, so that a mistake there is not repeated here.
//! Each decision lies between the instant at which it was asked for and that at which it was answered;
//! a [`Verdict`] holds for every placement inside these brackets.

mod bracket;
mod gauge;
mod history;
mod judge;
mod limits;
mod rule;
mod steps;
mod stock;
mod verdict;

use std::collections::BTreeMap;

pub use rule::Rule;
pub use verdict::Verdict;

use self::history::{History, UnknownPlan};
use self::judge::judge;
use crate::log::{DecisionRow, DecisionRows, Trace, TraceError};
use crate::scenario::Scenario;

/// Rows that are in memory at once, where those of a workspace do not follow each other.
const MOST_ROWS: u64 = 4_000_000;

/// Of each rule so many violations are told at most, and so many possible ones.
const MOST_TOLD: usize = 5;

/// What was found of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Rows that were read.
    pub rows: u64,
    /// Workspaces that they are of.
    pub workspaces: u64,
    /// Of each rule that applied anywhere, in how many workspaces it was found so.
    pub rules: BTreeMap<Rule, Tally>,
    /// The first violations of each rule, and the first possible ones.
    pub findings: Vec<Finding>,
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

    fn take_up(&mut self, workspace: &str, judgements: Vec<judge::Judgement>) {
        for (rule, verdict, line) in judgements {
            let tally = self.rules.entry(rule).or_default();
            let count = match verdict {
                Verdict::Held => &mut tally.held,
                Verdict::Possible => &mut tally.possible,
                Verdict::Violated => &mut tally.violated,
            };
            *count += 1;
            let enough = *count > MOST_TOLD as u64;
            if let Some(line) = line.filter(|_| !enough) {
                let workspace = workspace.to_owned();
                self.findings.push(Finding { rule, verdict, workspace, line });
            }
        }
    }
}

/// Judges a log of decisions by the plans of a scenario.
///
/// The log begins where its workspaces do. It is read twice or more; what is in memory at once is
/// bounded, whatever its length, but for the names of its workspaces and for the rows of one.
///
/// # Errors
///
/// If the log cannot be read, with its line and column; or names what the scenario does not have.
pub fn verify(log: &Trace, scenario: &Scenario) -> Result<Verified, TraceError> {
    let court = Court { scenario };
    let census = court.census(log)?;
    let mut verified = Verified {
        rows: census.rows,
        workspaces: census.counts.len() as u64,
        ..Verified::default()
    };
    if census.in_turn {
        court.judge_in_turn(log, &mut verified)?;
    } else {
        for round in census.rounds() {
            court.judge_round(log, &round, &mut verified)?;
        }
    }
    verified.findings.sort_by_key(|it| (it.rule, std::cmp::Reverse(it.verdict), it.line));
    Ok(verified)
}

/// What is known of a log after a first look at it.
#[derive(Default)]
struct Census {
    rows: u64,
    /// How many rows each workspace has.
    counts: BTreeMap<Box<str>, u64>,
    /// Whether the rows of each workspace follow each other.
    in_turn: bool,
}

impl Census {
    /// Workspaces that are judged together, round by round.
    fn rounds(self) -> Vec<BTreeMap<Box<str>, History>> {
        let mut rounds = vec![BTreeMap::new()];
        let mut rows = 0;
        for (name, count) in self.counts {
            if rows > 0 && rows + count > MOST_ROWS {
                rounds.push(BTreeMap::new());
                rows = 0;
            }
            rows += count;
            rounds.last_mut().expect("there is one at least").insert(name, History::default());
        }
        rounds
    }
}

/// What a scenario says that rows are judged by.
struct Court<'s> {
    scenario: &'s Scenario,
}

impl<'s> Court<'s> {
    fn open(&self, log: &Trace) -> Result<DecisionRows, TraceError> {
        DecisionRows::open(log, self.scenario.start)
    }

    fn census(&self, log: &Trace) -> Result<Census, TraceError> {
        let mut rows = self.open(log)?;
        let mut census = Census { in_turn: true, ..Census::default() };
        let mut last = String::new();
        while let Some(row) = rows.advance()? {
            census.rows += 1;
            if row.workspace != last {
                row.workspace.clone_into(&mut last);
                if self.group(&last).is_none() {
                    return Err(rows.unknown("workspace", "workspace", self.declared()));
                }
                let known = census.counts.contains_key(last.as_str());
                census.in_turn &= !known;
                if !known {
                    census.counts.insert(last.as_str().into(), 0);
                }
            }
            if let Some(count) = census.counts.get_mut(last.as_str()) {
                *count += 1;
            }
        }
        Ok(census)
    }

    /// What workspaces may be called.
    fn declared(&self) -> impl Iterator<Item = String> {
        let groups = self.scenario.groups.iter();
        groups.map(|group| format!("{}/1 to {}/{}", group.name, group.name, group.count))
    }

    /// The place of the group that a workspace is of.
    fn group(&self, workspace: &str) -> Option<usize> {
        let (name, number) = workspace.split_once('/').unwrap_or((workspace, "1"));
        let place = self.scenario.groups.iter().position(|group| group.name == name)?;
        let count = self.scenario.groups[place].count;
        let number: u32 = number.parse().ok().filter(|number| (1..=count).contains(number))?;
        (workspace.contains('/') || (count == 1 && number == 1)).then_some(place)
    }

    /// Judges workspaces whose rows follow each other.
    fn judge_in_turn(&self, log: &Trace, verified: &mut Verified) -> Result<(), TraceError> {
        let mut rows = self.open(log)?;
        let mut history = History::default();
        let mut last = String::new();
        while let Some(row) = rows.advance()? {
            if row.workspace != last {
                self.judge(&last, &std::mem::take(&mut history), verified);
                row.workspace.clone_into(&mut last);
            }
            if self.take(&mut history, &row).is_err() {
                return Err(rows.unknown("agent", "plan", self.plans(&last)));
            }
        }
        self.judge(&last, &history, verified);
        Ok(())
    }

    /// Judges some of the workspaces.
    fn judge_round(
        &self,
        log: &Trace,
        round: &BTreeMap<Box<str>, History>,
        verified: &mut Verified,
    ) -> Result<(), TraceError> {
        let mut histories: BTreeMap<&str, History> =
            round.keys().map(|name| (&**name, History::default())).collect();
        let mut rows = self.open(log)?;
        while let Some(row) = rows.advance()? {
            let Some(history) = histories.get_mut(row.workspace) else { continue };
            if self.take(history, &row).is_err() {
                let plans: Vec<String> = self.plans(row.workspace).collect();
                return Err(rows.unknown("agent", "plan", plans));
            }
        }
        for (name, history) in &histories {
            self.judge(name, history, verified);
        }
        Ok(())
    }

    fn take(&self, history: &mut History, row: &DecisionRow<'_>) -> Result<(), UnknownPlan> {
        history.take(row, self.plan_names(row.workspace))
    }

    fn plan_names(&self, workspace: &str) -> impl Iterator<Item = &'s str> {
        let group = self.group(workspace).map(|place| &self.scenario.groups[place]);
        group.into_iter().flat_map(|group| &group.plans).map(|offer| offer.plan.name.as_str())
    }

    fn plans(&self, workspace: &str) -> impl Iterator<Item = String> {
        self.plan_names(workspace).map(str::to_owned)
    }

    fn judge(&self, workspace: &str, history: &History, verified: &mut Verified) {
        let Some(place) = self.group(workspace) else { return };
        let Scenario { groups, throttles, .. } = self.scenario;
        verified.take_up(workspace, judge(history, &groups[place], throttles));
    }
}
