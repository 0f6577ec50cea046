//! Tries to enable agents, where enforcement is not the ideal.

use super::agents::EnableTry;
use super::enforce::{EnabledBy, What};
use super::{Cell, Event, World};
use crate::enforcement::{Enforcement, Strategy};
use crate::engine::calendar::Class;
use crate::rules::{Reason, Refusal, Wait};
use crate::units::{SimSpan, SimTime};

impl Cell {
    /// Somebody asks whether an agent may be enabled.
    pub(super) fn ask_enable(
        &mut self,
        world: &mut World<'_>,
        enforcement: &Enforcement,
        (agent, by): (u32, EnabledBy),
        now: SimTime,
    ) {
        let node = self.node_of_agent(enforcement, agent);
        self.ask(world, What::Enable { agent, by }, node, now);
    }

    pub(super) fn read_enable(
        &mut self,
        world: &World<'_>,
        agent: u32,
        node: u32,
        now: SimTime,
    ) -> Result<Wait, Refusal> {
        let state = self.workspace.agent(agent as usize);
        if let (Some(enforcer), Some(_)) = (&mut self.enforcer, state) {
            enforcer.check_enable(&world.model.book, &self.workspace, node, now)?;
        }
        Ok(Wait::NONE)
    }

    /// An agent is enabled, unless that has come about already or nobody may any more. Answers whether it
    /// was.
    pub(super) fn act_on_enable(
        &mut self,
        world: &mut World<'_>,
        (agent, by): (u32, EnabledBy),
        node: u32,
        now: SimTime,
    ) -> bool {
        let was = self.workspace.agent(agent as usize);
        if was.is_none() || self.is_active(agent) {
            return false;
        }
        let answer = if self.workspace.available() {
            Ok(self.workspace.enable_anyway(agent as usize))
        } else {
            Err(Refusal::of(Reason::TrialEnded))
        };
        if let Some(enforcer) = self.enforcer.as_mut().filter(|_| answer.is_ok()) {
            enforcer.enabled(&world.model.book, &self.workspace, (node, 1), now);
        }
        self.enable_decided(world, EnableTry { agent, by, node, was, answer }, now);
        answer.is_ok()
    }

    /// Agents that wait for a slot since nobody could decide try again when somebody can, and not only when
    /// a slot is free.
    pub(super) fn try_again_when_decided(&mut self, world: &World<'_>, now: SimTime) {
        let back = self.enforcer.as_ref().and_then(|it| it.available_again(now));
        let soon = match world.model.enforcement.map(|it| it.strategy) {
            Some(Strategy::Optimistic { read_to_write, .. }) => read_to_write,
            _ => SimSpan::ZERO,
        };
        // Never at once, where time would stand still.
        let at = back.unwrap_or(now + soon.max(SimSpan::MILLISECOND));
        if !self.waiting.is_empty() && at < SimTime::NEVER {
            self.schedule_in_time(world, at, Class::Returns, Event::WaitingTry);
        }
    }
}
