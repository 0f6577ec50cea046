//! Which agent a message to the workspace goes to in the oracle.

use limitlab::rules::AgentState;
use limitlab::workload::{Route, TrafficKind};

use super::{Play, Talk};

impl Play<'_> {
    pub(super) fn arrival_at_workspace(&mut self, space: usize, now: u64) {
        let by = self.stages[space].group.lines.len();
        let number = self.stages[space].arrived[by] << 20;
        self.stages[space].arrived[by] += 1;
        self.next_arrival(space, by, None, now);
        if let Some(agent) = self.route(space, number, None) {
            self.first_message(space, by, agent, number, now);
        }
    }

    pub(super) fn turn_at_workspace(&mut self, space: usize, talk: usize, now: u64) {
        let Talk { by, agent, number, .. } = self.stages[space].talks[talk];
        let agent = self.route(space, number, agent);
        match (agent, self.customers(space, by)) {
            (Some(to), _) => {
                self.stages[space].talks[talk].agent = agent;
                self.write(space, (to, by), number, Some(talk), now);
            }
            (None, Some(TrafficKind::Closed { .. })) => self.think(space, talk, now),
            (None, _) => {}
        }
    }

    /// The agent that a message goes to, before which one of the same customer went to `last`.
    fn route(&self, space: usize, number: u64, last: Option<usize>) -> Option<usize> {
        let (stage, record) = (&self.stages[space], &self.record.spaces[space]);
        let exist =
            |agent: &usize| !record.features.contains(agent) && record.state(*agent).is_some();
        let exist: Vec<usize> = (0..stage.agents.len()).filter(exist).collect();
        let is_active = |agent: &usize| record.state(*agent) == Some(AgentState::Active);
        let active: Vec<usize> = exist.iter().copied().filter(is_active).collect();
        let meant = if active.is_empty() { exist } else { active };
        if meant.is_empty() {
            return None;
        }
        let recipients = self.key(space, stage.group.lines.len()).name("recipients").stream();
        let any = || meant[recipients.at(number).below(meant.len() as u64) as usize];
        let route = stage.group.customers.as_ref().map(|all| all.route);
        Some(match route.expect("somebody writes to the workspace") {
            Route::Random => any(),
            Route::Sticky => last.filter(|last| meant.contains(last)).unwrap_or_else(any),
            Route::RoundRobin => {
                let before = record.messages.iter().rfind(|it| it.routed).map(|it| it.agent);
                let mut after = meant.iter().filter(|&&agent| Some(agent) > before);
                *after.next().unwrap_or(&meant[0])
            }
            Route::LeastBusy => {
                let busy = |agent: &usize| {
                    let own = record.attempts.iter().filter(|it| it.agent == *agent);
                    own.filter(|it| it.in_flight()).count()
                };
                *meant.iter().min_by_key(|agent| busy(agent)).expect("there is one")
            }
        })
    }
}
