//! What `check` finds, as a document for programs.
//!
//! Its keys are part of the contract: they are described in the reference, and only added to.

mod facts;
mod limits;
mod traces;

use serde::Serialize;

use self::facts::ScenarioFacts;
use super::fault::{Faults, ScenarioFault};
use super::model::Scenario;
use super::warnings::warnings;

/// What `check` finds about a file.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// The version of limitlab.
    limitlab: &'static str,
    /// Whether the file is a scenario that can be run.
    valid: bool,
    /// What would run; `None` if the file is wrong.
    scenario: Option<ScenarioFacts>,
    /// What is legal and yet hardly meant, in sentences.
    warnings: Vec<String>,
    /// The file's mistakes, in the order of its text.
    faults: Vec<FaultFact>,
}

/// A mistake and its place.
#[derive(Debug, Clone, Serialize)]
struct FaultFact {
    file: String,
    /// From 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
    message: String,
    hint: Option<String>,
}

impl Checked {
    /// What is found about a scenario.
    pub fn valid(scenario: &Scenario) -> Self {
        Self {
            limitlab: env!("CARGO_PKG_VERSION"),
            valid: true,
            scenario: Some(ScenarioFacts::new(scenario)),
            warnings: warnings(scenario),
            faults: Vec::new(),
        }
    }

    /// What is found about a file that is wrong.
    pub fn wrong(faults: &Faults) -> Self {
        Self {
            limitlab: env!("CARGO_PKG_VERSION"),
            valid: false,
            scenario: None,
            warnings: Vec::new(),
            faults: faults.list().iter().map(FaultFact::new).collect(),
        }
    }

    /// The document, with a line break at its end.
    ///
    /// # Panics
    ///
    /// Never: the document is a tree of numbers and texts.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("facts can be written as JSON");
        text + "\n"
    }
}

impl FaultFact {
    fn new(fault: &ScenarioFault) -> Self {
        Self {
            file: fault.place.source.clone(),
            line: fault.place.line,
            column: fault.place.column,
            message: fault.message.clone(),
            hint: fault.hint.clone(),
        }
    }
}
