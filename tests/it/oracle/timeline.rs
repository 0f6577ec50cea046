//! The oracle's timeline.

use limitlab::rules::AgentState;
use limitlab::units::SimTime;
use limitlab::workload::{Action, Pick, is_taken};

use super::pool::Buyer;
use super::world::{Class, Event, Play};

impl Play<'_> {
    /// What the timeline makes of the traffic of a workspace: factors, and from when until when.
    pub(super) fn factors(&self, space: usize) -> Vec<(u64, u64, f64)> {
        let stage = &self.stages[space];
        let taken = stage.group.timeline.iter().filter(|it| is_taken(stage.key, it));
        let factors = taken.filter_map(|it| {
            let Action::Traffic(factor) = it.action else { return None };
            let until = it.until.map_or(u64::MAX, SimTime::nanos);
            Some((it.at.nanos(), until, factor))
        });
        factors.collect()
    }

    /// When arrivals that come at such factors of their pace have come so far from `now` on as
    /// `exposure` says, and what rounding leaves of it; `None` if not before the end.
    pub(super) fn after_exposure(
        &self,
        space: usize,
        now: u64,
        exposure: f64,
    ) -> Option<(u64, f64)> {
        let factors = self.factors(space);
        let mut bounds: Vec<u64> = factors.iter().flat_map(|it| [it.0, it.1]).collect();
        bounds.push(self.until);
        bounds.retain(|&at| now < at && at <= self.until);
        bounds.sort_unstable();
        bounds.dedup();
        let (mut begin, mut left) = (now, exposure);
        for end in bounds {
            let hold = factors.iter().filter(|it| it.0 <= begin && begin < it.1);
            let pace: f64 = hold.map(|it| it.2).product();
            let length = (end - begin) as f64;
            if left < pace * length {
                // It lies in this stretch, the end of which belongs to the next one.
                let at = (begin + (left / pace).round().max(0.0) as u64).min(end - 1);
                return Some((at, left - pace * (at - begin) as f64));
            }
            left -= pace * length;
            begin = end;
        }
        None
    }

    /// Schedules what happens to a workspace.
    pub(super) fn schedule_timeline(&mut self, space: usize) {
        let stage = &self.stages[space];
        let (key, group) = (stage.key, stage.group);
        for (entry, it) in group.timeline.iter().enumerate() {
            let (begins, ends) = match it.action {
                Action::BuyPackage(..) => (Class::Buys, Class::Buys),
                Action::Enable(_) => (Class::Takes, Class::Frees),
                Action::Disable(_) => (Class::Frees, Class::Takes),
                Action::Create(_) => (Class::Takes, Class::Takes),
                Action::Delete(_) => (Class::Frees, Class::Frees),
                Action::SetPlan(_) | Action::Subscribe(_) => (Class::Changes, Class::Changes),
                Action::Traffic(_) | Action::Servers(_) => continue,
            };
            if is_taken(key, it) {
                self.schedule(it.at.nanos(), begins, space, Event::Begin { entry });
                if let Some(until) = it.until {
                    self.schedule(until.nanos(), ends, space, Event::Undo { entry });
                }
            }
        }
    }

    pub(super) fn begin(&mut self, space: usize, entry: usize, now: u64) {
        let group = self.stages[space].group;
        match group.timeline[entry].action {
            Action::SetPlan(plan) => {
                let old = self.stages[space].standing.plan;
                self.stages[space].done.push((entry, old));
                self.set_plan(space, plan, now);
            }
            Action::Subscribe(plan) => self.subscribe(space, plan, now),
            Action::BuyPackage(package, count) => {
                let is_pooled = !self.record.spaces[space].deeds.is_empty();
                for _ in 0..if is_pooled { count } else { 0 } {
                    self.buy(space, package, Buyer::Ordered, now);
                }
            }
            Action::Create(pick) => {
                for _ in 0..pick.count.unwrap_or(1) {
                    if let Some(agent) = self.create(space, pick.line, now) {
                        self.settle_in(space, agent, now);
                    }
                }
            }
            Action::Enable(pick) => {
                for agent in self.picked(space, pick, |it| it != AgentState::Active) {
                    if !self.is_active(space, agent) {
                        self.enable_from_outside(space, agent, now);
                        if self.is_active(space, agent) {
                            self.stages[space].done.push((entry, agent));
                        }
                    }
                }
            }
            Action::Disable(pick) => {
                for agent in self.picked(space, pick, |it| it == AgentState::Active) {
                    if self.is_active(space, agent) {
                        self.stages[space].done.push((entry, agent));
                        self.disable(space, agent, now);
                    }
                }
            }
            Action::Delete(pick) => {
                for agent in self.picked(space, pick, |_| true) {
                    self.delete(space, agent, now);
                }
            }
            _ => unreachable!("not scheduled"),
        }
    }

    pub(super) fn undo(&mut self, space: usize, entry: usize, now: u64) {
        let action = &self.stages[space].group.timeline[entry].action;
        let done = std::mem::take(&mut self.stages[space].done);
        let (own, others): (Vec<_>, Vec<_>) = done.into_iter().partition(|it| it.0 == entry);
        self.stages[space].done = others;
        for (_, agent) in own {
            if let Action::SetPlan(_) = action {
                self.set_plan(space, agent, now);
                continue;
            }
            let exists = self.record.spaces[space].state(agent).is_some();
            match (action, self.is_active(space, agent)) {
                (Action::Enable(_), true) => self.disable(space, agent, now),
                (Action::Disable(_), false) if exists => {
                    self.enable_from_outside(space, agent, now);
                }
                _ => {}
            }
        }
    }

    pub(super) fn is_active(&self, space: usize, agent: usize) -> bool {
        self.record.spaces[space].state(agent) == Some(AgentState::Active)
    }

    /// Agents of a line that are in such a state, in the order in which they were created.
    fn picked(&self, space: usize, pick: Pick, wanted: fn(AgentState) -> bool) -> Vec<usize> {
        let agents = &self.stages[space].agents;
        let record = &self.record.spaces[space];
        let own = (0..agents.len()).filter(|&agent| agents[agent].line == pick.line);
        let wanted = own.filter(|&agent| record.state(agent).is_some_and(wanted));
        wanted.take(pick.count.unwrap_or(u32::MAX) as usize).collect()
    }
}
