//! The oracle's agents: created, enabled, disabled and deleted, by their habits and from outside.

use limitlab::random::Distribution;
use limitlab::rules::{AgentState, Reason};
use limitlab::workload::OnRefused;

use super::record::{Change, Create, Enable};
use super::world::{Agent, Class, Event, Play, draw};

impl Play<'_> {
    pub(super) fn change(&mut self, space: usize, agent: usize, to: Option<AgentState>, at: u64) {
        self.record.spaces[space].changes.push(Change { at, agent, to });
    }

    /// Somebody tries to create an agent of a line; it is a draft.
    pub(super) fn create(&mut self, space: usize, line: usize, now: u64) -> Option<usize> {
        let exist = self.record.spaces[space].exist(now);
        let refused = exist >= self.stages[space].standing.plan().total_agents as usize;
        self.record.spaces[space].creates.push(Create { at: now, refused });
        if refused {
            return None;
        }
        let stage = &mut self.stages[space];
        let number = stage.agents.iter().filter(|it| it.line == line).count() as u64;
        let stint = stage.standing.stints.len() - 1;
        stage.agents.push(Agent::new(line, number, stint));
        let agent = stage.agents.len() - 1;
        self.change(space, agent, Some(AgentState::Draft), now);
        Some(agent)
    }

    /// When churn tries for the next time to create an agent.
    pub(super) fn schedule_create(&mut self, space: usize, line: usize, now: u64) {
        let stage = &self.stages[space];
        let declared = &stage.group.lines[line];
        let Some(rate) = declared.churn.as_ref().and_then(|churn| churn.create) else { return };
        let law =
            Distribution::Exponential { mean: rate.per().nanos() as f64 / rate.events() as f64 };
        let tries = stage.tries[line];
        let gap = draw(&law, stage.key.name(&declared.name).name("creations"), tries);
        self.schedule(now + gap, Class::Takes, space, Event::Create { line });
    }

    pub(super) fn create_by_churn(&mut self, space: usize, line: usize, now: u64) {
        self.stages[space].tries[line] += 1;
        self.schedule_create(space, line, now);
        let Some(agent) = self.create(space, line, now) else { return };
        self.settle_in(space, agent, now);
        match self.line(space, agent).start {
            AgentState::Active => self.enable(space, agent, now),
            AgentState::Offline => {
                self.change(space, agent, Some(AgentState::Offline), now);
                self.go_offline(space, agent, now);
            }
            AgentState::Draft => {}
        }
    }

    /// An agent that was created after the start has customers and habits.
    pub(super) fn settle_in(&mut self, space: usize, agent: usize, now: u64) {
        self.open_agent(space, agent, now);
        self.begin_life(space, agent, now);
    }

    /// When an agent that exists since `now` is first enabled, and deleted.
    pub(super) fn begin_life(&mut self, space: usize, agent: usize, now: u64) {
        let line = self.line(space, agent);
        let draft = line.activity.as_ref().and_then(|it| it.draft.as_ref());
        let is_draft = self.record.spaces[space].state(agent) == Some(AgentState::Draft);
        if let Some(law) = draft.filter(|_| is_draft) {
            let at = now + self.period(space, agent, law, "draft", 0);
            self.set_habit(space, agent, at, Class::Takes, Event::Enable { agent });
        }
        if let Some(law) = line.churn.as_ref().and_then(|it| it.delete_after.as_ref()) {
            let at = now + self.period(space, agent, law, "deletion", 0);
            self.schedule(at, Class::Frees, space, Event::Delete { agent });
        }
    }

    fn set_habit(&mut self, space: usize, agent: usize, at: u64, class: Class, event: Event) {
        self.stages[space].agents[agent].habit = Some(self.schedule(at, class, space, event));
    }

    /// Whether the habit that was scheduled as number `order` is still the agent's.
    pub(super) fn take_habit(&mut self, space: usize, agent: usize, order: u64) -> bool {
        let habit = &mut self.stages[space].agents[agent].habit;
        habit.take_if(|habit| *habit == order).is_some()
    }

    /// An agent's habits try to enable it.
    pub(super) fn enable(&mut self, space: usize, agent: usize, now: u64) {
        if !self.try_to_enable(space, agent, now) {
            self.enable_refused(space, agent, now);
        }
    }

    /// The timeline tries to enable an agent; to one that would give up nothing happens then.
    pub(super) fn enable_from_outside(&mut self, space: usize, agent: usize, now: u64) {
        let activity = self.line(space, agent).activity.as_ref();
        let gives_up = activity.is_none_or(|it| it.on_refused == OnRefused::GiveUp);
        if !self.try_to_enable(space, agent, now) && !gives_up {
            self.enable_refused(space, agent, now);
        }
    }

    fn try_to_enable(&mut self, space: usize, agent: usize, now: u64) -> bool {
        let activity = self.line(space, agent).activity.as_ref();
        let refused = if !self.stages[space].standing.available {
            Some(Reason::TrialEnded)
        } else if !self.has_slot(space) {
            Some(Reason::ActiveAgentLimit)
        } else {
            None
        };
        let waited = self.stages[space].waited(agent).map(|since| now - since);
        let waited = waited.filter(|_| refused.is_none());
        self.record.spaces[space].enables.push(Enable { at: now, refused, waited });
        if refused.is_some() {
            return false;
        }
        self.stages[space].waiting.retain(|&(waiting, _)| waiting != agent);
        self.change(space, agent, Some(AgentState::Active), now);
        let own = &mut self.stages[space].agents[agent];
        let n = own.actives;
        own.actives += 1;
        own.habit = None;
        let parked = std::mem::take(&mut own.parked);
        if let Some(law) = activity.and_then(|it| it.active.as_ref()) {
            let at = now + self.period(space, agent, law, "active", n);
            self.set_habit(space, agent, at, Class::Frees, Event::Disable { agent });
        }
        for talk in parked {
            self.schedule(now, Class::Takes, space, Event::Turn { talk });
        }
        true
    }

    fn has_slot(&self, space: usize) -> bool {
        let stage = &self.stages[space];
        let active = self.record.spaces[space].active(stage.agents.len());
        stage.standing.plan().active_agents.is_none_or(|limit| active < limit as usize)
    }

    fn enable_refused(&mut self, space: usize, agent: usize, now: u64) {
        let activity = self.line(space, agent).activity.as_ref();
        match activity.map_or(OnRefused::GiveUp, |it| it.on_refused) {
            OnRefused::RetryEvery(span) => {
                let at = now + span.nanos();
                self.set_habit(space, agent, at, Class::Takes, Event::Enable { agent });
            }
            OnRefused::GiveUp if self.stages[space].agents[agent].habit.is_none() => {
                self.go_offline(space, agent, now);
            }
            OnRefused::GiveUp => {}
            OnRefused::WaitForSlot => {
                let stage = &mut self.stages[space];
                if stage.waited(agent).is_none() {
                    stage.waiting.push((agent, now));
                    stage.agents[agent].habit = None;
                }
            }
        }
    }

    pub(super) fn disable(&mut self, space: usize, agent: usize, now: u64) {
        self.take_offline(space, agent, now);
        self.wake_waiting(space, now);
    }

    /// An active agent goes offline, and nobody gets its slot yet.
    pub(super) fn take_offline(&mut self, space: usize, agent: usize, now: u64) {
        self.change(space, agent, Some(AgentState::Offline), now);
        self.stages[space].agents[agent].habit = None;
        self.go_offline(space, agent, now);
    }

    /// Free slots go to those that wait for them, who came first first.
    pub(super) fn wake_waiting(&mut self, space: usize, now: u64) {
        while self.stages[space].standing.available
            && self.has_slot(space)
            && let Some(&(agent, _)) = self.stages[space].waiting.first()
        {
            self.enable(space, agent, now);
        }
    }

    pub(super) fn delete(&mut self, space: usize, agent: usize, now: u64) {
        if self.record.spaces[space].state(agent).is_none() {
            return;
        }
        self.change(space, agent, None, now);
        let stage = &mut self.stages[space];
        stage.waiting.retain(|&(waiting, _)| waiting != agent);
        stage.agents[agent].parked.clear();
        stage.agents[agent].habit = None;
        self.wake_waiting(space, now);
    }

    /// An offline period begins, at the end of which somebody tries to enable the agent.
    pub(super) fn go_offline(&mut self, space: usize, agent: usize, now: u64) {
        let activity = self.line(space, agent).activity.as_ref();
        if let Some(law) = activity.and_then(|it| it.offline.as_ref()) {
            let own = &mut self.stages[space].agents[agent];
            let n = own.offlines;
            own.offlines += 1;
            let at = now + self.period(space, agent, law, "offline", n);
            self.set_habit(space, agent, at, Class::Takes, Event::Enable { agent });
        }
    }
}
