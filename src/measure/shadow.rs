//! Limits that only report: what they would have refused.

use crate::rules::limiter::{OnExceed, Throttle};

/// The limits of a scenario that only report, by name: the same list for all groups, so that their
/// measures add up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shadows {
    names: Vec<String>,
}

/// Which of them a group has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupShadows {
    /// The shadow of each throttle of the group that only reports.
    by_throttle: Vec<Option<u16>>,
    /// Those that it has.
    own: Vec<u16>,
}

impl Shadows {
    /// Those of groups, each given by its throttles.
    pub fn new<'a>(groups: impl Iterator<Item = Vec<&'a Throttle>>) -> Self {
        let mut names: Vec<String> = Vec::new();
        for throttle in groups.flatten().filter(|it| it.on_exceed == OnExceed::Report) {
            if !names.contains(&throttle.name) {
                names.push(throttle.name.clone());
            }
        }
        Self { names }
    }

    /// Their names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Those of one group.
    pub fn of_group(&self, throttles: &[&Throttle]) -> GroupShadows {
        let shadow = |throttle: &&Throttle| {
            let reports = throttle.on_exceed == OnExceed::Report;
            let place = self.names.iter().position(|name| *name == throttle.name)?;
            reports.then_some(place as u16)
        };
        let by_throttle: Vec<Option<u16>> = throttles.iter().map(shadow).collect();
        let mut own: Vec<u16> = by_throttle.iter().copied().flatten().collect();
        own.sort_unstable();
        own.dedup();
        GroupShadows { by_throttle, own }
    }

    /// All of them, for the groups together.
    pub fn everything(&self) -> GroupShadows {
        let own = (0..self.names.len()).map(|place| place as u16).collect();
        GroupShadows { by_throttle: Vec::new(), own }
    }
}

impl GroupShadows {
    /// Whether the group has the one at a place of the scenario's list.
    pub fn contains(&self, shadow: usize) -> bool {
        self.own.contains(&(shadow as u16))
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// The shadow of a throttle, by its place among those of the group.
    ///
    /// # Panics
    ///
    /// If the throttle refuses.
    pub fn of_throttle(&self, throttle: u16) -> usize {
        let shadow = self.by_throttle[usize::from(throttle)];
        usize::from(shadow.expect("only what reports is reported"))
    }
}
