//! Whose metric is meant.

use std::fmt;

/// Workspaces whose metrics stand together: of all groups or of one, and where a plan is named those of them
/// that begin on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selector {
    /// The group; `None` is all of them together.
    pub group: Option<String>,
    /// The plan on which the workspaces begin; `None` is any.
    pub plan: Option<String>,
}

impl Selector {
    /// All workspaces of a group.
    pub fn of_group(group: impl Into<String>) -> Self {
        Self { group: Some(group.into()), plan: None }
    }

    /// What stands in braces behind a metric, without the metric's own label; empty for all workspaces.
    pub fn labels(&self) -> String {
        let labels = [("group", &self.group), ("plan", &self.plan)];
        let named = labels.iter().filter_map(|(label, name)| Some((label, name.as_ref()?)));
        named.map(|(label, name)| format!("{label}={name}")).collect::<Vec<_>>().join(",")
    }
}

/// As the workspaces are called in a summary: `all`, a group by its name, else `plan=pro` or
/// `group=shops,plan=pro`.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.group, &self.plan) {
            (None, None) => f.write_str("all"),
            (Some(group), None) => f.write_str(group),
            (_, Some(_)) => f.write_str(&self.labels()),
        }
    }
}
