//! A scenario in words.

use super::model::Scenario;

/// What would run, in words: groups, expected load against what the limits hold, thresholds.
pub fn describe(scenario: &Scenario) -> String {
    scenario.name.clone()
}

/// What is legal and yet hardly meant: a backend that cannot keep up, a pool that cannot last.
pub fn warnings(_scenario: &Scenario) -> Vec<String> {
    Vec::new()
}
