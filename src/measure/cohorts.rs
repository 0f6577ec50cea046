//! Which workspaces are measured together.

use std::ops::Range;

/// The cohorts of a scenario, by number: workspaces that are measured together. They are those of a
/// group; or of a group of whose plans something is asked, those that begin on each of these, and the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cohorts {
    groups: Vec<GroupCohorts>,
}

/// Those of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
struct GroupCohorts {
    all: Range<usize>,
    /// The cohort of each plan, counted from the first of the group; empty where it has only one.
    of_plan: Vec<usize>,
}

impl Cohorts {
    /// Adds those of a group with so many plans, of which these are asked for, by their places. `rest` is
    /// whether workspaces begin on others, too.
    pub fn add_group(&mut self, plans: usize, asked: &[usize], rest: bool) {
        let first = self.count();
        let count = asked.len() + usize::from(rest || asked.is_empty());
        let place = |plan| asked.iter().position(|&it| it == plan).unwrap_or(count - 1);
        let of_plan = if count > 1 { (0..plans).map(place).collect() } else { Vec::new() };
        self.groups.push(GroupCohorts { all: first..first + count, of_plan });
    }

    /// The cohort of a workspace, by the number of its group and that of the plan on which it begins, which
    /// is asked for only where it matters.
    #[inline]
    pub fn of(&self, group: usize, plan: impl FnOnce() -> usize) -> usize {
        let GroupCohorts { all, of_plan } = &self.groups[group];
        all.start + if of_plan.is_empty() { 0 } else { of_plan[plan()] }
    }

    /// Those of each group, in order.
    pub fn by_group(&self) -> impl Iterator<Item = Range<usize>> {
        self.groups.iter().map(|group| group.all.clone())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.groups.last().map_or(0, |last| last.all.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_that_nobody_asks_of_are_one_cohort() {
        let mut cohorts = Cohorts::default();
        cohorts.add_group(3, &[], true);
        cohorts.add_group(4, &[3, 1], true);
        cohorts.add_group(1, &[0], false);
        cohorts.add_group(2, &[1, 0], false);
        let own: Vec<Range<usize>> = cohorts.by_group().collect();
        assert_eq!(own, [0..1, 1..4, 4..5, 5..7]);
        let of = |group, plans: usize| -> Vec<usize> {
            (0..plans).map(|plan| cohorts.of(group, || plan)).collect()
        };
        assert_eq!(of(0, 3), [0, 0, 0]);
        assert_eq!(of(1, 4), [3, 2, 3, 1]);
        assert_eq!(of(2, 1), [4]);
        assert_eq!(of(3, 2), [6, 5]);
    }
}
