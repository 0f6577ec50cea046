//! Limits that only report: what they would have refused.

use crate::rules::Reason;
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
    /// The shadow of each reason for which slots and pools of the group only report.
    by_reason: [Option<u16>; Reason::ALL.len()],
    /// Those that it has.
    own: Vec<u16>,
}

impl Shadows {
    /// Those of groups, each given by its throttles, and by the reasons for which its slots and
    /// pools only report: their names are the limits'.
    pub fn new<'a>(groups: impl Iterator<Item = (Vec<&'a Throttle>, Vec<Reason>)>) -> Self {
        let mut names: Vec<String> = Vec::new();
        for (throttles, reasons) in groups {
            let throttles = throttles.iter().filter(|it| it.on_exceed == OnExceed::Report);
            let limits = throttles.map(|throttle| throttle.name.as_str());
            for name in limits.chain(reasons.iter().map(|reason| reason.name())) {
                if !names.iter().any(|it| it == name) {
                    names.push(name.to_owned());
                }
            }
        }
        Self { names }
    }

    /// Their names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Those of a group, or of several groups together, by the numbers of limiters if it is one.
    pub fn of_groups(&self, throttles: &[&Throttle], reasons: &[Reason]) -> GroupShadows {
        let place = |name: &str| {
            let place = self.names.iter().position(|it| it == name);
            place.map(|place| place as u16)
        };
        let by_throttle: Vec<Option<u16>> = throttles
            .iter()
            .map(|it| if it.on_exceed == OnExceed::Report { place(&it.name) } else { None })
            .collect();
        let by_reason =
            Reason::ALL.map(|reason| place(reason.name()).filter(|_| reasons.contains(&reason)));
        let mut own: Vec<u16> = by_throttle.iter().chain(&by_reason).copied().flatten().collect();
        own.sort_unstable();
        own.dedup();
        GroupShadows { by_throttle, by_reason, own }
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

    /// The shadow of slots or of a pool, by the reason for which they would refuse.
    ///
    /// # Panics
    ///
    /// If they refuse.
    pub fn of_reason(&self, reason: Reason) -> usize {
        usize::from(self.by_reason[reason as usize].expect("only what reports is reported"))
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
