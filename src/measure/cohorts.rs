//! Which workspaces are measured together.

use std::ops::Range;

/// The cohorts of a scenario, by number: workspaces that are measured together. They are those of a
/// group, or where something is asked of a plan, those of a group that begin on the same plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohorts {
    /// Those of each group.
    groups: Vec<Range<usize>>,
}

impl Cohorts {
    /// Those of groups that are parted by so many plans each; by one are all that are not parted.
    pub fn new(plans: impl IntoIterator<Item = usize>) -> Self {
        let groups = plans.into_iter().scan(0, |next, plans| {
            let first = *next;
            *next += plans.max(1);
            Some(first..*next)
        });
        Self { groups: groups.collect() }
    }

    /// The cohort of a workspace, by the number of its group and that of the plan on which it begins, which
    /// is asked for only where it matters.
    #[inline]
    pub fn of(&self, group: usize, plan: impl FnOnce() -> usize) -> usize {
        let cohorts = &self.groups[group];
        cohorts.start + if cohorts.len() > 1 { plan() } else { 0 }
    }

    /// Those of each group, in order.
    pub fn by_group(&self) -> impl Iterator<Item = Range<usize>> {
        self.groups.iter().cloned()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.groups.last().map_or(0, |last| last.end)
    }
}
