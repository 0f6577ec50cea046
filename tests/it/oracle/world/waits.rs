//! The way of an attempt in the oracle once its workspace has admitted it: waits at limits, the
//! platform, the reply.

use std::collections::BTreeSet;

use super::super::figures::OVERLOADED;
use super::super::limits::{Asked, Passage};
use super::super::record::{Fate, Limit, Loss, Owner, Refusal};
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

    /// Places of a workspace that are free go to those that wait for them, who came first first.
    pub(in super::super) fn let_in(&mut self, space: usize, now: u64) {
        let attempts = &self.record.spaces[space].attempts;
        let waited = attempts.iter().flat_map(|it| it.queues.clone());
        let own = |it: &Limit| matches!(it.0, Owner::Agent { .. } | Owner::Space(_));
        self.hand_on(waited.filter(own).collect(), now);
    }

    /// The same of places over everybody.
    pub(super) fn let_in_over_everybody(&mut self, now: u64) {
        let there = self.record.visits.iter().filter(|it| !it.left);
        let waited = there.flat_map(|it| self.queues(it)).copied().collect();
        self.hand_on(waited, now);
    }

    fn hand_on(&mut self, waited: BTreeSet<Limit>, now: u64) {
        for limit in waited {
            while self.gets_place(limit)
                && let Some((space, attempt)) = self.first_in_queue(limit)
            {
                let own = &mut self.record.spaces[space].attempts[attempt];
                own.queues.retain(|it| *it != limit);
                if self.may_go_on(space, attempt, now) {
                    self.go_on(space, attempt, now);
                }
            }
        }
    }

    pub(super) fn loses_patience(&mut self, space: usize, attempt: usize, order: u64, now: u64) {
        let it = &mut self.record.spaces[space].attempts[attempt];
        if it.patience != Some(order) {
            return;
        }
        it.fate = Fate::GivenUp { left: now };
        it.queues.clear();
        self.leave_platform(space, attempt);
        self.record.spaces[space].decided.push(attempt);
        self.is_over(space, attempt, now);
        self.give_up(space, self.of(space, attempt), Loss { at: now, timed_out: true });
        self.let_in_over_everybody(now);
    }

    /// An attempt gives its places back.
    pub(super) fn is_over(&mut self, space: usize, attempt: usize, now: u64) {
        self.record.spaces[space].attempts[attempt].over = true;
        self.let_in(space, now);
    }

    /// An attempt gives back what it holds of the platform's limits.
    pub(super) fn leave_platform(&mut self, space: usize, attempt: usize) {
        if let Some(visit) = self.record.spaces[space].attempts[attempt].visit {
            self.record.visits[visit].left = true;
        }
    }

    pub(super) fn at_platform(&mut self, space: usize, attempt: usize, now: u64) {
        let of = self.of(space, attempt);
        let mut reported = Vec::new();
        let answer = self.decide_at_platform(self.asks(space, of, now), &mut reported);
        self.note_reported(space, attempt, reported, now);
        match answer {
            Ok(passage) => self.enter(space, attempt, passage, now),
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
        let drawn = || i128::from(self.drawn(space, of.by, law, "cost", of.number));
        let cost = of.cost.unwrap_or_else(drawn);
        Asked { space, agent: of.agent, cost, now, again: false }
    }

    /// An attempt has passed the platform's limits.
    pub(super) fn enter(&mut self, space: usize, attempt: usize, found: Passage, now: u64) {
        let asked = self.asks(space, self.of(space, attempt), now);
        let goes_on = found.goes_on();
        self.take_there(asked, attempt, found);
        if goes_on {
            self.serve(space, attempt, now);
        } else {
            self.hold_back(space, attempt, now);
        }
    }

    pub(super) fn at_backend(&mut self, space: usize, attempt: usize, now: u64) {
        if self.has_room(space, now) {
            self.serve(space, attempt, now);
        } else {
            self.leave_platform(space, attempt);
            self.turn_back(space, attempt, OVERLOADED, now);
            self.let_in_over_everybody(now);
        }
    }

    fn turn_back(&mut self, space: usize, attempt: usize, why: Refusal, now: u64) {
        let record = &mut self.record.spaces[space];
        let back = now + self.delay;
        record.attempts[attempt].fate = Fate::TurnedAway { at: now, back, why };
        record.decided.push(attempt);
        self.schedule(back, Class::Frees, space, Event::Back { attempt });
    }

    /// The backend is done with an attempt at `done`, and its workspace knows at `back`.
    pub(in super::super) fn ends(&mut self, space: usize, attempt: usize, done: u64, back: u64) {
        let visit = self.record.spaces[space].attempts[attempt].visit;
        if visit.is_some_and(|visit| !self.record.visits[visit].places.is_empty()) {
            self.schedule(done, Class::Frees, space, Event::Served { attempt });
        }
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
