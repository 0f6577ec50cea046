//! What a limit over everybody saw when it broke a rule, read again: rows of several workspaces.

use std::collections::{BTreeMap, BTreeSet};

use super::Court;
use crate::log::{DecisionRows, Trace};
use crate::units::Credits;
use crate::verify::VerifyError;
use crate::verify::event::{Deed, Event, Key};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::shared::{Seen, Shared};
use crate::verify::shrink::{Whose, is_standing, shrink};
use crate::verify::verdict::Verdict;

/// Events of several workspaces, in the order of time.
struct Scene {
    events: Vec<Event>,
    workspaces: Whose,
}

impl Court<'_> {
    /// The fewest events that show a violation of a limit over everybody; none if so many attempts led to
    /// it that what was noted of them does not show it.
    pub(super) fn shown(&mut self, log: &Trace, seen: &Seen) -> Result<Vec<Event>, VerifyError> {
        let Scene { events, workspaces } = self.scene(log, seen)?;
        let judge = |events: &mut [Event]| self.found_of_all(events, &workspaces);
        let mut left = shrink(seen.rule, (events, &workspaces), judge);
        let found = self.found_of_all(&mut left, &workspaces);
        let is_violated =
            |rule| found.of(rule).is_some_and(|judgement| judgement.verdict == Verdict::Violated);
        let was_violated =
            |rule: &Rule| self.verified.rules.get(rule).is_some_and(|tally| tally.violated > 0);
        let is_clear = Rule::ALL.iter().all(|rule| was_violated(rule) || !is_violated(*rule));
        Ok(if is_violated(seen.rule) && is_clear { left } else { Vec::new() })
    }

    /// Reads the rows of the attempts that were seen, of their ends, and of the agents and plans of their
    /// workspaces.
    fn scene(&mut self, log: &Trace, seen: &Seen) -> Result<Scene, VerifyError> {
        let mut there = BTreeSet::new();
        let mut rows = DecisionRows::open(log, self.scenario.start)?;
        while let Some((workspace, event)) = self.clerk.next(&mut rows)? {
            if seen.lines.contains(&event.line) {
                there.insert(workspace);
            }
        }
        let mut scene = Scene { events: Vec::new(), workspaces: Whose::new() };
        let mut attempts: BTreeSet<(usize, Key, u32, u32)> = BTreeSet::new();
        let mut rows = DecisionRows::open(log, self.scenario.start)?;
        while let Some((workspace, event)) = self.clerk.next(&mut rows)? {
            if !there.contains(&workspace) {
                continue;
            }
            let attempt = (workspace, event.key, event.attempt, event.agent);
            let is_told = match event.deed {
                Deed::Message(_) if seen.lines.contains(&event.line) => {
                    attempts.insert(attempt);
                    true
                }
                Deed::Release(_) => attempts.remove(&attempt),
                _ => is_standing(&event) && event.at.from.0 <= seen.until,
            };
            if is_told {
                scene.workspaces.insert(event.line, workspace);
                scene.events.push(without_credits(event));
            }
        }
        scene.events.sort_by_key(|event| (event.at.from, event.line));
        Ok(scene)
    }

    /// What is found of events of several workspaces, in each and of the limits over everybody.
    fn found_of_all(&self, events: &mut [Event], workspaces: &Whose) -> Found {
        let mut of_workspaces: BTreeMap<usize, Vec<Event>> = BTreeMap::new();
        for event in events {
            let workspace = workspaces.get(&event.line).copied().unwrap_or(0);
            of_workspaces.entry(workspace).or_default().push(*event);
        }
        let mut all = Found::default();
        let mut shared = Shared::new(self.scenario, &self.clerk);
        for (workspace, mut events) in of_workspaces {
            let group = self.clerk.group(workspace);
            all.join(&self.found(&self.groups[group], &mut events));
            let place = (self.scenario, group, self.clerk.rank(workspace));
            // What fits in memory needs no file.
            if shared.take_up(&events, place).is_err() {
                return Found::default();
            }
        }
        for heard in shared.judge().unwrap_or_default() {
            all.join(&heard.found);
        }
        all
    }
}

/// An event as limits over everybody see it.
fn without_credits(event: Event) -> Event {
    Event {
        retry_after: None,
        charged: Credits::ZERO,
        overage: Credits::ZERO,
        hold: Credits::ZERO,
        balance: None,
        ..event
    }
}
