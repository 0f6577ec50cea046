//! The platform, as it decides what arrives in a window before the workspaces go through that.

use std::sync::MutexGuard;

use super::mailbox::{Answer, Request};
use super::outbox::Fate;
use super::sender::Sender;
use super::shard::Shard;
use crate::engine::cell::{FULL, measure_fate};
use crate::engine::coupled::Shared;
use crate::engine::servers::Departure;
use crate::measure::Frame;
use crate::rules::limiter::Attempt;
use crate::scenario::Scenario;
use crate::units::SimTime;

/// Servers and limits that all workspaces share.
pub(super) struct Office<'a> {
    scenario: &'a Scenario,
    pub(super) shared: Shared<'a>,
    /// How many requests of each shard are answered.
    answered: Vec<usize>,
}

impl<'a> Office<'a> {
    pub(super) fn new(scenario: &'a Scenario, frame: &Frame) -> Self {
        Self { scenario, shared: Shared::new(scenario, frame), answered: Vec::new() }
    }

    /// Answers all requests that arrive in the window that begins, in the order in which they arrive.
    pub(super) fn answer_all(&mut self, shards: &mut [MutexGuard<'_, Shard<'_>>]) {
        if let [shard] = shards {
            let mailbox = &mut shard.mailbox;
            for place in 0..mailbox.arrived().len() {
                let arrival = mailbox.arrived()[place];
                mailbox.answer(arrival, |request| self.answer(arrival.at, request));
            }
            return;
        }
        self.answered.clear();
        self.answered.resize(shards.len(), 0);
        loop {
            let heads = shards.iter().zip(&self.answered).enumerate();
            let heads = heads.filter_map(|(number, (shard, &answered))| {
                Some((shard.mailbox.arrived().get(answered)?.key(), number))
            });
            let Some((_, first)) = heads.min() else { break };
            let mailbox = &mut shards[first].mailbox;
            let arrival = mailbox.arrived()[self.answered[first]];
            self.answered[first] += 1;
            mailbox.answer(arrival, |request| self.answer(arrival.at, request));
        }
    }

    /// Serves all requests that arrive until an instant, in the order in which they arrive, where everything
    /// is admitted.
    pub(super) fn serve_until(
        &mut self,
        senders: &mut [MutexGuard<'_, Sender<'_>>],
        until: SimTime,
    ) {
        loop {
            let heads = senders.iter().enumerate();
            let heads =
                heads.filter_map(|(number, sender)| Some((sender.outbox.first()?.key, number)));
            let Some(((now, ..), first)) = heads.min().filter(|(key, _)| key.0 <= until) else {
                break;
            };
            let outbox = &mut senders[first].outbox;
            let Some(sent) = outbox.first() else { break };
            let fate = self.serve(now, &sent.request);
            outbox.answer(fate);
        }
    }

    /// Decides a request that arrives at `now`.
    #[inline]
    fn answer(&mut self, now: SimTime, request: &Request) -> Answer {
        let Shared { serving, limits, .. } = &mut self.shared;
        let start = self.scenario.start;
        let &Request { cost, agent, .. } = request;
        let attempt = || Attempt { now, start, agent: agent as usize, cost };
        // Limits over everybody are the same on every plan.
        if let Some(limits) = limits {
            limits.check(0, &attempt())?;
        }
        let Some(servers) = &mut serving.servers else { return Err(FULL) };
        if !servers.has_room(now) {
            return Err(FULL);
        }
        if let Some(limits) = limits {
            limits.take(0, &attempt(), 0);
        }
        Ok(self.serve(now, request))
    }

    /// Serves a request that arrives at `now` and is admitted.
    #[inline]
    fn serve(&mut self, now: SimTime, request: &Request) -> Fate {
        let Shared { serving, measures, .. } = &mut self.shared;
        let &Request { service, deadline, .. } = request;
        let fate = match &mut serving.servers {
            Some(servers) => servers.place(now, service, deadline),
            None => Err(Departure { at: now, queue: 0 }),
        };
        if let Some(measures) = measures {
            measure_fate(measures, now, fate);
        }
        fate
    }
}
