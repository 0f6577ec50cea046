//! What the timeline makes happen to a workspace.

use super::enforce::EnabledBy;
use super::{Cell, Event, World};
use crate::engine::calendar::Class;
use crate::engine::model::{GroupModel, OwnServers};
use crate::measure::Capacity;
use crate::random::Key;
use crate::rules::AgentState;
use crate::units::SimTime;
use crate::workload::{
    Action, Factor, LineKind, Occurrence, Pick, ServersChange, Steps, is_taken, servers_over_time,
};

impl Cell {
    /// Schedules the entries that happen to this workspace, in the order written. What changes
    /// traffic and servers is known beforehand and needs no event.
    pub(super) fn schedule_timeline(&mut self, world: &World<'_>) {
        self.factors = self.traffic_factors(world);
        // What begins goes before what ends at the same instant, so that back to back nothing is
        // undone in between.
        for ends in [false, true] {
            self.schedule_entries(world, ends);
        }
    }

    fn schedule_entries(&mut self, world: &World<'_>, ends: bool) {
        for (entry, occurrence) in world.model.timeline.iter().enumerate() {
            let entry = entry as u32;
            let (begins, undone) = match occurrence.action {
                Action::SetPlan(_) | Action::Subscribe(_) => (Class::Changes, Class::Changes),
                Action::BuyPackage(..) => (Class::Buys, Class::Buys),
                Action::Enable(_) => (Class::Takes, Class::Frees),
                Action::Disable(_) => (Class::Frees, Class::Takes),
                Action::Create(_) => (Class::Takes, Class::Takes),
                Action::Delete(_) => (Class::Frees, Class::Frees),
                Action::Traffic(_) | Action::Servers(_) | Action::Unavailable => continue,
            };
            if !is_taken(self.key, occurrence) {
                continue;
            }
            if !ends {
                self.schedule_in_time(world, occurrence.at, begins, Event::Begin { entry });
            } else if let Some(until) = occurrence.until {
                self.schedule_in_time(world, until, undone, Event::Undo { entry });
            }
        }
    }

    /// What the timeline does to the arrivals of this workspace.
    fn traffic_factors(&self, world: &World<'_>) -> Steps {
        let changes = world.model.timeline.iter();
        let factors = changes.filter_map(|occurrence| match occurrence.action {
            Action::Traffic(factor) if is_taken(self.key, occurrence) => Some(Factor {
                from: occurrence.at,
                until: occurrence.until.unwrap_or(SimTime::NEVER),
                factor,
            }),
            _ => None,
        });
        // Without changes nothing is allocated.
        let factors: Vec<Factor> = factors.collect();
        Steps::new(&factors)
    }

    /// Opens the workspace's own servers, with what the timeline does to their number.
    pub(super) fn open_servers(&mut self, world: &mut World<'_>) {
        let Some(OwnServers(first)) = world.model.own_servers else { return };
        let changes = world.model.timeline.iter();
        let changes = changes.filter_map(|occurrence| match occurrence.action {
            Action::Servers(servers) if is_taken(self.key, occurrence) => {
                Some(ServersChange { at: occurrence.at, until: occurrence.until, servers })
            }
            _ => None,
        });
        // Without changes nothing is allocated.
        let changes: Vec<ServersChange> = changes.collect();
        let capacity = Capacity::new(first, servers_over_time(&changes, first));
        let window = world.frame.window;
        self.tally.backend_capacity = capacity.time(window.from, window.until).unwrap_or(0);
        if let Some(own) = world.measures.backend.as_mut().filter(|_| world.model.servers_change) {
            own.has_servers(&capacity, world.model.bin, world.model.until);
        }
        if let Some(station) = &mut world.station {
            station.reopen(capacity);
        } else if let Some(servers) = &mut world.servers {
            servers.reopen(capacity);
        }
    }

    /// An entry happens.
    pub(super) fn occur(&mut self, world: &mut World<'_>, entry: u32, now: SimTime) {
        let occurrence = &world.model.timeline[entry as usize];
        let undone = occurrence.until.is_some();
        match occurrence.action {
            Action::SetPlan(plan) => {
                self.put_on_plan(world, plan, undone.then_some(entry), now);
            }
            Action::Subscribe(plan) => self.subscribe(world, plan, now),
            Action::BuyPackage(package, count) => {
                for _ in 0..count {
                    self.buy(world, package as u16, now);
                }
            }
            Action::Create(pick) => {
                for _ in 0..pick.count.unwrap_or(1) {
                    if self.create(world, pick.line as u32, now) {
                        let agent = self.agents.len() as u32 - 1;
                        self.settle_in(world, agent, now);
                    }
                }
            }
            Action::Enable(pick) => {
                let by = if undone { EnabledBy::Entry(entry) } else { EnabledBy::Outside };
                self.for_each_picked(
                    world,
                    pick,
                    |cell, world, agent| cell.enable_for(world, (agent, by), now),
                    |state| state != AgentState::Active,
                );
            }
            Action::Disable(pick) => self.for_each_picked(
                world,
                pick,
                |cell, world, agent| {
                    if undone {
                        cell.will_undo(entry, agent);
                    }
                    cell.disable(world, agent, now);
                },
                |state| state == AgentState::Active,
            ),
            Action::Delete(pick) => self.for_each_picked(
                world,
                pick,
                |cell, world, agent| cell.delete(world, agent, now),
                |_| true,
            ),
            Action::Traffic(_) | Action::Servers(_) | Action::Unavailable => {}
        }
    }

    /// Does something to the agents of a line that are in a state now, in the order in which they
    /// were created.
    fn for_each_picked(
        &mut self,
        world: &mut World<'_>,
        pick: Pick,
        act: impl Fn(&mut Self, &mut World<'_>, u32),
        wanted: impl Fn(AgentState) -> bool,
    ) {
        // Picked before anything is done: a slot that one frees may be another's at once.
        let mut picked = std::mem::take(&mut self.scratch);
        picked.clear();
        let of_line = |agent: &u32| self.agents[*agent as usize].line as usize == pick.line;
        let is_wanted = |agent: &u32| self.workspace.agent(*agent as usize).is_some_and(&wanted);
        let agents = (0..self.agents.len() as u32).filter(of_line).filter(is_wanted);
        picked.extend(agents.take(pick.count.unwrap_or(u32::MAX) as usize));
        for &agent in &picked {
            if self.workspace.agent(agent as usize).is_some_and(&wanted) {
                act(self, world, agent);
            }
        }
        self.scratch = picked;
    }

    pub(super) fn will_undo(&mut self, entry: u32, agent: u32) {
        self.to_undo.push((entry, agent, self.agents[agent as usize].enabled));
    }

    /// An entry's time is over. Agents that are not in the period that it began or followed any more
    /// are left alone.
    pub(super) fn undo(&mut self, world: &mut World<'_>, entry: u32, now: SimTime) {
        let action = &world.model.timeline[entry as usize].action;
        if let Action::SetPlan(_) = action {
            self.leave_plan(world, entry, now);
            return;
        }
        let mut place = 0;
        while place < self.to_undo.len() {
            let (of, agent, enabled) = self.to_undo[place];
            if of != entry {
                place += 1;
                continue;
            }
            self.to_undo.remove(place);
            let Some(state) = self.workspace.agent(agent as usize) else { continue };
            let is_active = state == AgentState::Active;
            match action {
                _ if self.agents[agent as usize].enabled != enabled => {}
                Action::Enable(_) if is_active => self.disable(world, agent, now),
                Action::Disable(_) if !is_active => {
                    self.enable_for(world, (agent, EnabledBy::Outside), now);
                }
                _ => {}
            }
        }
    }

    /// Whether it is an agent, and no feature.
    pub(super) fn is_agent(&self, world: &World<'_>, agent: u32) -> bool {
        let line = self.agents[agent as usize].line as usize;
        world.model.lines[line].kind == LineKind::Agents
    }
}

/// When nobody can decide for a workspace, by what the timeline does to it.
pub(super) fn outages(
    model: &GroupModel,
    workspace: Key,
) -> impl Iterator<Item = (SimTime, SimTime)> {
    let happens =
        move |it: &&Occurrence| it.action == Action::Unavailable && is_taken(workspace, it);
    let outages = model.timeline.iter().filter(happens);
    outages.map(|it| (it.at, it.until.unwrap_or(SimTime::NEVER)))
}
