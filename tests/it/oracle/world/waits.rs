//! The way of an attempt in the oracle once its workspace has admitted it: waits at limits, the
//! platform, the reply.

use std::collections::BTreeSet;

use super::super::figures::OVERLOADED;
use super::super::limits::{Asked, Passage};
use super::super::record::{Fate, Limit, Loss, Refusal};
use super::{Class, Event, Origin, Play};

impl Play<'_> {
    /// An attempt goes on when it may, or is given up before.
    pub(super) fn hold_back(&mut self, space: usize, attempt: usize, now: u64) {
        if self.may_go_on(space, attempt, now) {
            self.go_on(space, attempt, now);
            return;
        }
        let ends = self.patience_ends(space, self.of(space, attempt));
        if ends < u64::MAX {
            let event = Event::LosesPatience { attempt };
            let order = self.schedule(ends.max(now), Class::Leaves, space, event);
            self.record.spaces[space].attempts[attempt].patience = Some(order);
        }
    }

    /// The message that an attempt is of.
    fn of(&self, space: usize, attempt: usize) -> Origin {
        self.stages[space].origins[attempt]
    }

    /// Whether an attempt has all its places, and its customer waits until limits that shape let it
    /// go on.
    fn may_go_on(&self, space: usize, attempt: usize, now: u64) -> bool {
        let it = &self.record.spaces[space].attempts[attempt];
        let ends = self.patience_ends(space, self.of(space, attempt));
        it.queues.is_empty() && it.goes_on.max(now) <= ends.max(now)
    }

    fn go_on(&mut self, space: usize, attempt: usize, now: u64) {
        let it = &mut self.record.spaces[space].attempts[attempt];
        it.patience = None;
        let at = it.goes_on.max(now);
        if it.visit.is_some() {
            self.schedule(at, Class::Takes, space, Event::AtBackend { attempt });
        } else {
            self.schedule(at + self.delay, Class::Takes, space, Event::AtPlatform { attempt });
        }
    }

    /// Places that are free go to those that wait for them, who came first first.
    pub(in super::super) fn let_in(&mut self, space: usize, now: u64) {
        let attempts = &self.record.spaces[space].attempts;
        let waited: BTreeSet<Limit> = attempts.iter().flat_map(|it| it.queues.clone()).collect();
        for limit in waited {
            while self.gets_place(limit, space, now)
                && let Some(attempt) = self.first_in_queue(limit, space)
            {
                let own = &mut self.record.spaces[space].attempts[attempt];
                own.queues.retain(|it| *it != limit);
                if self.may_go_on(space, attempt, now) {
                    self.go_on(space, attempt, now);
                }
            }
        }
    }

    fn first_in_queue(&self, limit: Limit, space: usize) -> Option<usize> {
        let attempts = &self.record.spaces[space].attempts;
        attempts.iter().position(|it| it.queues.contains(&limit))
    }

    pub(super) fn loses_patience(&mut self, space: usize, attempt: usize, order: u64, now: u64) {
        let it = &mut self.record.spaces[space].attempts[attempt];
        if it.patience != Some(order) {
            return;
        }
        it.fate = Fate::GivenUp { left: now };
        it.queues.clear();
        self.leave_platform(space, attempt, now);
        self.record.spaces[space].decided.push(attempt);
        self.is_over(space, attempt, now);
        self.give_up(space, self.of(space, attempt), Loss { at: now, timed_out: true });
    }

    /// An attempt gives its places back.
    pub(super) fn is_over(&mut self, space: usize, attempt: usize, now: u64) {
        self.record.spaces[space].attempts[attempt].over = true;
        self.let_in(space, now);
    }

    /// An attempt gives back what it holds of the platform's limits at `at`.
    pub(super) fn leave_platform(&mut self, space: usize, attempt: usize, at: u64) {
        if let Some(visit) = self.record.spaces[space].attempts[attempt].visit {
            self.record.visits[visit].left = Some(at);
        }
    }

    pub(super) fn at_platform(&mut self, space: usize, attempt: usize, now: u64) {
        let of = self.of(space, attempt);
        let mut reported = Vec::new();
        let answer = self.decide_at_platform(self.asks(space, of, now), &mut reported);
        self.note_reported(space, attempt, reported, now);
        match answer {
            Ok(passage) => self.enter(space, attempt, &passage, now),
            Err(why) => self.turn_back(space, attempt, why, now),
        }
    }

    pub(super) fn note_reported(
        &mut self,
        space: usize,
        attempt: usize,
        reported: Vec<String>,
        now: u64,
    ) {
        let own = &mut self.record.spaces[space].attempts[attempt].reported;
        own.extend(reported.into_iter().map(|name| (name, now)));
    }

    /// The attempt that a message makes now.
    pub(super) fn asks(&self, space: usize, of: Origin, now: u64) -> Asked {
        let law = &self.line(space, of.agent).cost;
        let cost = i128::from(self.drawn(space, of.by, law, "cost", of.number));
        Asked { space, agent: of.agent, cost, now, again: false }
    }

    /// An attempt has passed the platform's limits.
    pub(super) fn enter(&mut self, space: usize, attempt: usize, found: &Passage, now: u64) {
        let asked = self.asks(space, self.of(space, attempt), now);
        let visit = self.take_there(asked, found);
        let it = &mut self.record.spaces[space].attempts[attempt];
        (it.visit, it.goes_on) = (Some(visit), now + found.wait);
        if found.wait == 0 {
            self.serve(space, attempt, now);
        } else {
            self.hold_back(space, attempt, now);
        }
    }

    pub(super) fn at_backend(&mut self, space: usize, attempt: usize, now: u64) {
        if self.has_room(space, now) {
            self.serve(space, attempt, now);
        } else {
            self.leave_platform(space, attempt, now);
            self.turn_back(space, attempt, OVERLOADED, now);
        }
    }

    fn turn_back(&mut self, space: usize, attempt: usize, why: Refusal, now: u64) {
        let record = &mut self.record.spaces[space];
        let back = now + self.delay;
        record.attempts[attempt].fate = Fate::TurnedAway { at: now, back, why };
        record.decided.push(attempt);
        self.schedule(back, Class::Frees, space, Event::Back { attempt });
    }

    /// What became of an attempt is known at its workspace.
    pub(super) fn back(&mut self, space: usize, attempt: usize, now: u64) {
        self.is_over(space, attempt, now);
        if let Fate::TurnedAway { why, .. } = &self.record.spaces[space].attempts[attempt].fate {
            let why = why.clone();
            self.give_back(space, attempt, now);
            self.refused(space, self.of(space, attempt), &why, now);
        }
    }
}
