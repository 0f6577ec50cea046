//! Values given on the command line: `--set KEY=VALUE`.

/// A value of the scenario that the command line sets, whatever the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// What messages call it: `--set`, `--seed`.
    pub(super) flag: String,
    /// `KEY=VALUE`.
    pub(super) text: String,
}

impl Override {
    /// `--set KEY=VALUE`. The key addresses keys of mappings, and items of lists by their names:
    /// `workspaces.shops.agents.sales.cost=2`; the value is YAML.
    pub fn set(argument: impl Into<String>) -> Self {
        Self { flag: "--set".to_owned(), text: argument.into() }
    }

    /// `--seed N`.
    pub fn seed(seed: u64) -> Self {
        Self { flag: "--seed".to_owned(), text: format!("seed={seed}") }
    }
}
