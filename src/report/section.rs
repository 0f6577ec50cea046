//! What was measured, section by section: all groups together, then each group.

use crate::measure::{Cause, GroupFrame, GroupMeasures, HitMeasures, Measures};
use crate::scenario::Scenario;

/// The name of all groups together.
pub(super) const ALL: &str = "all";

/// A group, or all of them.
#[derive(Clone, Copy)]
pub(super) struct Section<'a> {
    /// The group's name, or [`ALL`].
    pub name: &'a str,
    /// What is fixed.
    pub frame: &'a GroupFrame,
    /// What was measured, in all replications together.
    pub measures: &'a GroupMeasures,
    /// How many replications that is.
    pub replications: u32,
}

impl<'a> Section<'a> {
    /// Why tries can be refused here, with what was counted.
    pub(super) fn hits(self) -> impl Iterator<Item = (&'a Cause, &'a HitMeasures)> {
        self.frame
            .causes
            .iter()
            .zip(&self.measures.hits)
            .enumerate()
            .filter(move |(index, _)| self.frame.own_causes.contains(*index))
            .map(|(_, hit)| hit)
    }
}

/// `all`, then the groups in the scenario's order.
pub(super) fn sections<'a>(scenario: &'a Scenario, measures: &'a Measures) -> Vec<Section<'a>> {
    let replications = measures.replications;
    let all =
        Section { name: ALL, frame: &measures.frame.all, measures: &measures.all, replications };
    let groups = scenario.groups.iter().zip(&measures.frame.groups).zip(&measures.groups).map(
        |((group, frame), measures)| Section { name: &group.name, frame, measures, replications },
    );
    std::iter::once(all).chain(groups).collect()
}
