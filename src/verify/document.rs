//! What was found of a log, as a document for programs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Counterexample, Finding, Tally, Verdict, Verified};

/// What was found of a log of decisions. Keys are added in later versions, and none is taken away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerdictDocument {
    /// The version of limitlab that made it.
    pub limitlab: String,
    /// The log.
    pub log: String,
    /// The scenario whose plans and groups it was judged by, by its name, and its SHA-256.
    pub scenario: String,
    /// SHA-256 of the scenario as it was resolved.
    pub sha256: String,
    /// Rows that were read.
    pub rows: u64,
    /// Workspaces that they are of.
    pub workspaces: u64,
    /// The worst of all rules: `held`, `possible` or `violated`.
    pub verdict: String,
    /// The rules that applied anywhere.
    pub rules: Vec<RuleDocument>,
    /// Credits that were charged beyond the balance and what overage permits, and not given back.
    pub oversold: OversoldDocument,
    /// How many agents were active above the limit at most, in any workspace, since one was enabled without
    /// a slot.
    pub over_limit: u64,
    /// The first violations of each rule, five at most, and the first possible ones.
    pub findings: Vec<FindingDocument>,
    /// Of each rule that was violated in a workspace: the fewest rows that still violate it.
    pub counterexamples: Vec<CounterexampleDocument>,
}

/// What was found of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleDocument {
    /// Its name.
    pub rule: String,
    /// What it says.
    pub says: String,
    /// In how many workspaces it was held; of limits over everybody, by how many limits.
    pub held: u64,
    /// In how many it may have been violated, and may have been held.
    pub possible: u64,
    /// In how many it was violated.
    pub violated: u64,
    /// How many single decisions surely broke it.
    pub decisions: u64,
}

/// Credits that were charged beyond what there was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OversoldDocument {
    /// In all workspaces.
    pub sum: f64,
    /// In the workspace where it is the most.
    pub most: f64,
}

/// A rule that was violated, or may have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingDocument {
    /// The rule.
    pub rule: String,
    /// `possible` or `violated`.
    pub verdict: String,
    /// The workspace, or the limit over everybody.
    pub workspace: String,
    /// The line of the log at which it shows.
    pub line: u64,
}

/// The fewest rows of a log that violate a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CounterexampleDocument {
    /// The rule.
    pub rule: String,
    /// The workspace, or the limit over everybody.
    pub workspace: String,
    /// Its rows.
    pub rows: Vec<RowDocument>,
}

/// A row of a counterexample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RowDocument {
    /// Its line in the log.
    pub line: u64,
    /// How long after the first row it happened \[s\].
    pub after_s: f64,
    /// The workspace.
    pub workspace: String,
    /// The agent, the feature or the plan.
    pub agent: String,
    /// What happened.
    pub action: String,
    /// What was decided; empty if nothing was.
    pub outcome: String,
    /// Why it was refused; empty if it was not.
    pub reason: String,
    /// Which limit refused it.
    pub limiter: String,
}

impl Verdict {
    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Possible => "possible",
            Self::Violated => "violated",
        }
    }
}

impl VerdictDocument {
    /// What was found of the log that is called `log`, judged by a scenario of this name and digest.
    pub fn new(verified: &Verified, log: &str, (scenario, sha256): (&str, &str)) -> Self {
        let rules = verified.rules.iter().map(|(rule, tally)| {
            let Tally { held, possible, violated, decisions } = *tally;
            let (rule, says) = (rule.name().to_owned(), rule.sentence().to_owned());
            RuleDocument { rule, says, held, possible, violated, decisions }
        });
        let findings = verified.findings.iter().map(|it| {
            let Finding { rule, verdict, workspace, line } = it;
            FindingDocument {
                rule: rule.name().to_owned(),
                verdict: verdict.name().to_owned(),
                workspace: workspace.clone(),
                line: *line,
            }
        });
        Self {
            limitlab: env!("CARGO_PKG_VERSION").to_owned(),
            log: log.to_owned(),
            scenario: scenario.to_owned(),
            sha256: sha256.to_owned(),
            rows: verified.rows,
            workspaces: verified.workspaces,
            verdict: verified.verdict().name().to_owned(),
            rules: rules.collect(),
            oversold: OversoldDocument {
                sum: verified.oversold.sum.as_f64(),
                most: verified.oversold.most.as_f64(),
            },
            over_limit: verified.over_limit,
            findings: findings.collect(),
            counterexamples: verified.counterexamples.iter().map(counterexample).collect(),
        }
    }
}

impl VerdictDocument {
    /// The document as text that ends in a line break.
    ///
    /// # Panics
    ///
    /// Never: plain structs, string keys and floats are always JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a document is always JSON") + "\n"
    }
}

fn counterexample(it: &Counterexample) -> CounterexampleDocument {
    let rows = it.rows.iter().map(|row| RowDocument {
        line: row.line,
        after_s: it.since_first(row).as_secs_f64(),
        workspace: row.cell("workspace").to_owned(),
        agent: row.cell("agent").to_owned(),
        action: row.cell("action").to_owned(),
        outcome: row.cell("outcome").to_owned(),
        reason: row.cell("reason").to_owned(),
        limiter: row.cell("limiter").to_owned(),
    });
    CounterexampleDocument {
        rule: it.rule.name().to_owned(),
        workspace: it.workspace.clone(),
        rows: rows.collect(),
    }
}

/// The JSON Schema of [`VerdictDocument`].
pub fn verdict_schema() -> serde_json::Value {
    schemars::schema_for!(VerdictDocument).to_value()
}
