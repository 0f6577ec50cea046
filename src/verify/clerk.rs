//! Rows of a log as events: names become numbers.

use indexmap::{IndexMap, IndexSet};

use super::bracket::Bracket;
use super::event::{Answer, Deed, End, Event, Key};
use crate::log::{DecisionRow, DecisionRows, Found, RecordedAction, TraceError};
use crate::scenario::{Group, Scenario};
use crate::units::Credits;
use crate::workload::ClientThrottling;

/// Who knows the names of a scenario and those of its log.
pub(super) struct Clerk<'s> {
    pub(super) scenario: &'s Scenario,
    /// What limits are called, those of customers who hold back among them.
    limiters: Vec<&'s str>,
    /// The workspaces of which there are rows, each with the place of its group.
    workspaces: IndexMap<Box<str>, usize>,
    /// What stands in the column `agent`.
    agents: IndexSet<Box<str>>,
    /// What the row before had there.
    last: (usize, usize),
}

/// A name that the scenario does not have.
enum Unknown {
    Workspace,
    /// Of a plan of this group.
    Plan(usize),
}

impl<'s> Clerk<'s> {
    pub(super) fn new(scenario: &'s Scenario) -> Self {
        let own = scenario.groups.iter().flat_map(|group| &group.throttles);
        let mut limiters: Vec<&str> =
            own.chain(&scenario.throttles).map(|throttle| throttle.name.as_str()).collect();
        limiters.push(ClientThrottling::NAME);
        limiters.sort_unstable();
        limiters.dedup();
        Self {
            scenario,
            limiters,
            workspaces: IndexMap::new(),
            agents: IndexSet::new(),
            last: (0, 0),
        }
    }

    /// The next row as an event, with the number of its workspace.
    pub(super) fn next(
        &mut self,
        rows: &mut DecisionRows,
    ) -> Result<Option<(usize, Event)>, TraceError> {
        let Some(row) = rows.advance()? else { return Ok(None) };
        match self.event(&row) {
            Ok(event) => Ok(Some(event)),
            Err(Unknown::Workspace) => {
                let groups = self.scenario.groups.iter();
                let declared =
                    groups.map(|group| format!("{0}/1 to {0}/{1}", group.name, group.count));
                Err(rows.unknown("workspace", "workspace", declared))
            }
            Err(Unknown::Plan(group)) => {
                let plans = self.scenario.groups[group].plans.iter();
                let declared = plans.map(|offer| offer.plan.name.clone());
                Err(rows.unknown("agent", "plan", declared))
            }
        }
    }

    /// How many workspaces there are so far.
    pub(super) fn workspaces(&self) -> usize {
        self.workspaces.len()
    }

    /// The name of a workspace.
    pub(super) fn workspace(&self, number: usize) -> &str {
        self.workspaces.get_index(number).map_or("", |(name, _)| name)
    }

    /// The place of its group.
    pub(super) fn group(&self, workspace: usize) -> usize {
        self.workspaces[workspace]
    }

    /// Its place in the order of the scenario.
    pub(super) fn rank(&self, workspace: usize) -> u64 {
        let before = &self.scenario.groups[..self.group(workspace)];
        let before: u64 = before.iter().map(|group| u64::from(group.count)).sum();
        before + u64::from(number_of(self.workspace(workspace)).unwrap_or(0))
    }

    /// What stands in the column `agent`.
    pub(super) fn agent(&self, number: u32) -> &str {
        self.agents.get_index(number as usize).map_or("", |name| name)
    }

    /// The number of a limit.
    pub(super) fn limiter(&self, name: &str) -> Option<u16> {
        self.limiters.binary_search(&name).ok().map(|place| place as u16)
    }

    /// What a limit is called.
    pub(super) fn limiter_name(&self, number: u16) -> &'s str {
        self.limiters.get(usize::from(number)).copied().unwrap_or_default()
    }

    fn event(&mut self, row: &DecisionRow<'_>) -> Result<(usize, Event), Unknown> {
        let workspace = self.number_workspace(row.workspace).ok_or(Unknown::Workspace)?;
        let place = self.workspaces[workspace];
        let (answer, limiter, retry_after) = match row.found {
            Some(Found::Refused(reason, limiter, retry_after)) => (
                (Answer::Refused(reason), End::Refused(reason)),
                self.limiter(limiter),
                retry_after,
            ),
            Some(Found::TimedOut) => ((Answer::Admitted, End::Left), None, None),
            Some(Found::Admitted) | None => ((Answer::Admitted, End::Served), None, None),
        };
        let plan = || plan_of(&self.scenario.groups[place], row.agent);
        let deed = match row.action {
            RecordedAction::SetPlan => Deed::SetPlan(plan().ok_or(Unknown::Plan(place))?),
            action => {
                let of_plan = action == RecordedAction::Renew && plan().is_some();
                // Only a change of plan is none of these.
                Deed::of(action, answer, of_plan).ok_or(Unknown::Plan(place))?
            }
        };
        let event = Event {
            at: Bracket::new(row.sent, row.answered, row.line),
            line: row.line,
            deed,
            agent: self.number_agent(row.agent),
            attempt: row.attempt,
            key: Key::of(row.key),
            limiter,
            retry_after,
            cost: row.cost.map_or(row.charged, |cost| self.asked(cost)),
            charged: row.charged,
            overage: row.overage,
            hold: row.hold,
            balance: row.balance,
        };
        Ok((workspace, event))
    }

    /// What an attempt asks for that costs so much: where credits are held, what it is thought to cost.
    fn asked(&self, cost: Credits) -> Credits {
        self.scenario.enforcement.charging.asks(cost)
    }

    /// The number of a workspace, from 0 on in the order of the log; `None` if the scenario has none of
    /// this name.
    fn number_workspace(&mut self, name: &str) -> Option<usize> {
        if self.workspaces.get_index(self.last.0).is_some_and(|(last, _)| **last == *name) {
            return Some(self.last.0);
        }
        self.last.0 = match self.workspaces.get_index_of(name) {
            Some(number) => number,
            None => self.workspaces.insert_full(name.into(), group_of(self.scenario, name)?).0,
        };
        Some(self.last.0)
    }

    fn number_agent(&mut self, name: &str) -> u32 {
        if self.agents.get_index(self.last.1).is_none_or(|last| **last != *name) {
            self.last.1 = match self.agents.get_index_of(name) {
                Some(number) => number,
                None => self.agents.insert_full(name.into()).0,
            };
        }
        self.last.1 as u32
    }
}

/// The number of a workspace in its group.
fn number_of(workspace: &str) -> Option<u32> {
    workspace.split_once('/').map_or(Some(1), |(_, number)| number.parse().ok())
}

/// The place of the group that a workspace is of.
fn group_of(scenario: &Scenario, workspace: &str) -> Option<usize> {
    let name = workspace.split_once('/').map_or(workspace, |(name, _)| name);
    let place = scenario.groups.iter().position(|group| group.name == name)?;
    let count = scenario.groups[place].count;
    let number = number_of(workspace).filter(|number| (1..=count).contains(number))?;
    (workspace.contains('/') || (count == 1 && number == 1)).then_some(place)
}

/// The place of a plan of a group.
fn plan_of(group: &Group, name: &str) -> Option<u16> {
    group.plans.iter().position(|offer| offer.plan.name == name).map(|place| place as u16)
}
