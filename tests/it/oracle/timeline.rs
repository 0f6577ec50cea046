//! The oracle's timeline.

use limitlab::rules::AgentState;
use limitlab::units::SimTime;
use limitlab::workload::{Action, Pick, is_taken};

use super::deeds::Buyer;
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
        // Of one class what begins goes before what ends.
        for is_end in [false, true] {
            self.schedule_entries(space, is_end);
        }
    }

    fn schedule_entries(&mut self, space: usize, is_end: bool) {
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
                Action::Traffic(_) | Action::Servers(_) | Action::Unavailable => continue,
            };
            if !is_taken(key, it) {
                continue;
            }
            if !is_end {
                self.schedule(it.at.nanos(), begins, space, Event::Begin { entry });
            } else if let Some(until) = it.until {
                self.schedule(until.nanos(), ends, space, Event::Undo { entry });
            }
        }
    }

    pub(super) fn begin(&mut self, space: usize, entry: usize, now: u64) {
        let group = self.stages[space].group;
        match group.timeline[entry].action {
            Action::SetPlan(plan) => {
                let for_a_while = group.timeline[entry].until.is_some();
                self.stages[space].held.push((for_a_while.then_some(entry), plan));
                self.set_plan(space, plan, now);
            }
            Action::Subscribe(plan) => {
                self.stages[space].held.push((None, plan));
                self.subscribe(space, plan, now);
            }
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
                            self.note_done(space, entry, agent);
                        }
                    }
                }
            }
            Action::Disable(pick) => {
                for agent in self.picked(space, pick, |it| it == AgentState::Active) {
                    if self.is_active(space, agent) {
                        self.note_done(space, entry, agent);
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
        if let Action::SetPlan(_) = action {
            // What was put in force last holds, of all that still is in force.
            let held = &mut self.stages[space].held;
            let held_until_now = held.last().is_some_and(|it| it.0 == Some(entry));
            held.retain(|it| it.0 != Some(entry));
            if held_until_now {
                let (_, plan) = *held.last().expect("it began with a plan");
                self.set_plan(space, plan, now);
            }
            return;
        }
        let done = std::mem::take(&mut self.stages[space].done);
        let (own, others): (Vec<_>, Vec<_>) = done.into_iter().partition(|it| it.0 == entry);
        self.stages[space].done = others;
        for (_, agent, actives) in own {
            if self.stages[space].agents[agent].actives != actives {
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

    fn note_done(&mut self, space: usize, entry: usize, agent: usize) {
        let stage = &mut self.stages[space];
        stage.done.push((entry, agent, stage.agents[agent].actives));
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
