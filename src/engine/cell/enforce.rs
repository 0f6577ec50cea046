//! Decisions of an enforcement that is not the ideal: asked for, made later or on less than all there
//! is to know, and acted upon later still.

use super::agents::EnableTry;
use super::attempt::Waits;
use super::records::Payment;
use super::{Cell, Event, Flight, Message, NONE, World};
use crate::enforcement::{Admitted, Asked, Enforcement, OnUnavailable, Strategy};
use crate::engine::calendar::Class;
use crate::engine::kernel::General;
use crate::rules::{Reason, Refusal, Wait};
use crate::units::{Credits, SimSpan, SimTime};

/// What is asked for and not decided yet, or decided and not acted upon.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    what: What,
    /// The node that decides.
    node: u32,
    /// What the decision was read from.
    version: u64,
    /// Decisions that came to nothing.
    failed: u32,
    /// How the attempt waits, as it was read.
    wait: Wait,
}

impl Ask {
    pub(super) const fn new(what: What, node: u32) -> Self {
        Self { what, node, version: 0, failed: 0, wait: Wait::NONE }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// An attempt of a message, which costs so much.
    Attempt(Message, Credits),
    /// The same, which is delivered for the second time.
    Again(Message, Credits),
    /// To enable an agent. An entry of the timeline asks that will undo it, or one that lets the
    /// agent's habits be.
    Enable { agent: u32, by: EnabledBy },
}

impl What {
    /// Whether it is measured.
    fn counts(self, world: &World<'_>, now: SimTime) -> bool {
        world.frame.window.contains(match self {
            Self::Attempt(message, _) | Self::Again(message, _) => message.due,
            Self::Enable { .. } => now,
        })
    }
}

/// Who asks for an agent to be enabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EnabledBy {
    /// The habit of its line.
    Habit,
    /// Somebody outside, for good.
    Outside,
    /// An entry of the timeline, until it is undone.
    Entry(u32),
}

impl Cell {
    /// Somebody asks whether an attempt is admitted.
    pub(super) fn ask_attempt(
        &mut self,
        world: &mut World<'_>,
        enforcement: &Enforcement,
        (message, cost): (Message, Credits),
        now: SimTime,
    ) {
        let node = self.node(enforcement, message.agent, |cell| {
            let customers = &cell.lines[message.customers as usize];
            customers.node(message.number, message.attempt)
        });
        self.deliver_again(world, enforcement, (message, cost), now);
        self.ask(world, What::Attempt(message, cost), node, now);
    }

    pub(super) fn ask(&mut self, world: &mut World<'_>, what: What, node: u32, now: SimTime) {
        let number = self.asks.insert(Ask::new(what, node));
        self.reach(world, number, now);
    }

    /// Reaches those who decide what is asked for; while nobody can, waits as long as anybody waits.
    pub(super) fn reach(&mut self, world: &mut World<'_>, ask: u32, now: SimTime) {
        let unavailable = self.enforcer.as_ref().and_then(|it| it.available_again(now));
        match (unavailable, world.model.enforcement) {
            (Some(back), Some(Enforcement { timeout, on_unavailable, .. }))
                if on_unavailable != OnUnavailable::Local =>
            {
                let given_up = now + timeout;
                if back <= given_up {
                    self.later(world, ask, (back, now), Event::Reach { ask });
                } else {
                    self.later(world, ask, (given_up, now), Event::Undecided { ask });
                }
            }
            _ => self.queue(world, ask, now),
        }
    }

    /// Puts what is asked for behind all that was asked of its node before.
    fn queue(&mut self, world: &mut World<'_>, ask: u32, now: SimTime) {
        let node = self.asks.at(ask).node;
        let Some(enforcer) = &mut self.enforcer else { return };
        let at = enforcer.decides_at(node, now);
        self.later(world, ask, (at, now), Event::Decide { ask });
    }

    /// Goes on with what is asked for, at once or later.
    fn later(
        &mut self,
        world: &mut World<'_>,
        ask: u32,
        (at, now): (SimTime, SimTime),
        event: Event,
    ) {
        if at > now {
            if world.model.cuts(at) {
                self.cut_asked(ask);
            } else {
                // Who waited until now goes before whoever asks now.
                let waited = matches!(event, Event::Reach { .. });
                let class = if waited { Class::Returns } else { Class::Takes };
                self.calendar.schedule(at, class, event);
            }
        } else {
            match event {
                Event::Decide { .. } => self.decide_asked(world, ask, now),
                Event::Undecided { .. } => self.undecided(world, ask, now),
                Event::Reach { .. } => self.reach(world, ask, now),
                _ => self.act(world, ask, now),
            }
        }
    }

    /// Nobody could decide in time.
    pub(super) fn undecided(&mut self, world: &mut World<'_>, ask: u32, now: SimTime) {
        let admits = world
            .model
            .enforcement
            .is_some_and(|enforcement| enforcement.on_unavailable == OnUnavailable::Admit);
        if admits {
            let what = self.asks.at(ask).what;
            let counts = !matches!(what, What::Again(..)) && what.counts(world, now);
            let is_done = self.act_on(world, ask, now);
            self.tally.damage.unchecked += u64::from(counts && is_done);
        } else {
            self.refuse_asked(world, ask, Refusal::of(Reason::EnforcementUnavailable), now);
        }
    }

    /// The run ends before what was asked for is decided.
    fn cut_asked(&mut self, ask: u32) {
        if let What::Attempt(message, _) = self.asks.remove(ask).what {
            self.cut(&message);
        }
    }

    /// What was asked for is decided, by what is known.
    pub(super) fn decide_asked(&mut self, world: &mut World<'_>, ask: u32, now: SimTime) {
        let Ask { what, node, .. } = *self.asks.at(ask);
        let answer = match what {
            What::Attempt(message, cost) | What::Again(message, cost) => {
                self.read(world, (&message, cost), node, now)
            }
            What::Enable { agent, .. } => self.read_enable(world, agent, node, now),
        };
        let wait = match answer {
            Ok(wait) => wait,
            Err(refusal) => {
                self.note_false_refusal(world, ask, refusal, now);
                self.refuse_asked(world, ask, refusal, now);
                return;
            }
        };
        let Some(enforcer) = &self.enforcer else { return };
        let record = self.asks.at(ask);
        (record.wait, record.version) = (wait, enforcer.version());
        let gap = match world.model.enforcement.map(|it| it.strategy) {
            Some(Strategy::CheckThenAct { gap }) => gap,
            Some(Strategy::Optimistic { read_to_write, .. }) => read_to_write,
            _ => SimSpan::ZERO,
        };
        self.later(world, ask, (now + gap, now), Event::Act { ask });
    }

    /// What is known of an attempt says of it.
    fn read(
        &mut self,
        world: &mut World<'_>,
        (message, cost): (&Message, Credits),
        node: u32,
        now: SimTime,
    ) -> Result<Wait, Refusal> {
        let asked = Asked { agent: message.agent as usize, cost: world.model.asks(cost), node };
        let book = &world.model.book;
        let Some(enforcer) = &mut self.enforcer else { return Ok(Wait::NONE) };
        let wait = enforcer.check(book, &mut self.workspace, asked, now)?;
        let mut paid = enforcer.check_credits(book, &mut self.workspace, asked, now);
        match paid {
            Err(Refusal { reason: Reason::CreditsExhausted, .. })
                if self.buys_for_refused(world, now) =>
            {
                let Some(enforcer) = &mut self.enforcer else { return Ok(wait) };
                paid = enforcer.check_credits(book, &mut self.workspace, asked, now);
            }
            _ => {}
        }
        if paid.is_err()
            && let Some(enforcer) = &mut self.enforcer
        {
            enforcer.refused_further_on(book, &self.workspace, asked, now);
        }
        paid.map(|()| wait)
    }

    /// What was decided is acted upon.
    pub(super) fn act(&mut self, world: &mut World<'_>, ask: u32, now: SimTime) {
        let Ask { what, version, failed, .. } = *self.asks.at(ask);
        let Some(enforcer) = &self.enforcer else { return };
        if let Some(Strategy::Optimistic { max_retries, .. }) =
            world.model.enforcement.map(|it| it.strategy)
            && enforcer.version() != version
        {
            if failed < max_retries {
                self.asks.at(ask).failed += 1;
                self.tally.damage.retries += u64::from(what.counts(world, now));
                self.queue(world, ask, now);
            } else {
                self.tally.damage.give_ups += u64::from(what.counts(world, now));
                let refusal = Refusal::of(Reason::EnforcementUnavailable);
                self.refuse_asked(world, ask, refusal, now);
            }
            return;
        }
        self.act_on(world, ask, now);
    }

    /// What was asked for is done, unless that comes to nothing. Answers whether it was.
    fn act_on(&mut self, world: &mut World<'_>, ask: u32, now: SimTime) -> bool {
        let Ask { what, node, wait, .. } = *self.asks.at(ask);
        let answer = match what {
            What::Attempt(message, cost) => {
                self.act_on_attempt(world, (message, cost, wait), node, now)
            }
            What::Again(message, cost) => self.act_again(world, (message, cost), node, now),
            What::Enable { agent, by } => {
                self.asks.remove(ask);
                return self.act_on_enable(world, (agent, by), node, now);
            }
        };
        match answer {
            Ok(()) => {
                self.asks.remove(ask);
            }
            Err(refusal) => self.refuse_asked(world, ask, refusal, now),
        }
        answer.is_ok()
    }

    /// An attempt takes what it was decided to have, unless nobody is there any more who would answer,
    /// or the platform refuses it.
    fn act_on_attempt(
        &mut self,
        world: &mut World<'_>,
        (message, cost, wait): (Message, Credits, Wait),
        node: u32,
        now: SimTime,
    ) -> Result<(), Refusal> {
        let (model, agent) = (world.model, message.agent as usize);
        let asked = Asked { agent, cost: model.asks(cost), node };
        self.workspace.check_access(&model.book, agent)?;
        self.workspace.note_exceeded(&model.book, agent, asked.cost, now);
        let is_one = wait.is_none() && model.delay.is_zero();
        let there = if is_one {
            let answer = self.decide_at_platform::<General>(world, &message, cost, now);
            if answer.is_err()
                && let Some(enforcer) = &mut self.enforcer
            {
                enforcer.refused_further_on(&model.book, &self.workspace, asked, now);
            }
            Some(answer?)
        } else {
            None
        };
        let mut flight = Flight::new(message, cost);
        (flight.node, flight.decided) = (node, now);
        // A queue names those that it lets in, so they have a number before they enter it.
        let ticket = if model.book.holds_places() { self.flights.insert(flight) } else { NONE };
        let taken = self.with_pool(world, now, |cell, world| {
            let enforcer = cell.enforcer.as_mut()?;
            let book = &world.model.book;
            Some(enforcer.take(book, &mut cell.workspace, (asked, u64::from(ticket)), now))
        });
        let Some((Admitted { payment, passed }, waits)) = taken else { return Ok(()) };
        let (payment, moved) = self.begin_to_pay(world, (&message, cost, node), payment, now);
        self.report_shadows(world, &message);
        self.note_exceeded(world, &message);
        self.decided(world, &message, now);
        self.log_decision(world, (&message, cost), Ok(moved), (node, now));
        if let Payment::Charged(charge) = payment {
            self.charged(world, &charge, now);
            self.note_charged(&message, charge.amount);
        }
        if model.awaits_replies {
            self.in_flight[agent] += 1;
        }
        (flight.payment, flight.hold) = (payment, passed.hold);
        self.go_in(world, (flight, ticket), Waits { here: waits, there }, passed.queues, now);
        Ok(())
    }

    /// Books what limits had no room for an attempt that was admitted.
    pub(super) fn note_exceeded(&mut self, world: &mut World<'_>, message: &Message) {
        let Some(enforcer) = &self.enforcer else { return };
        if message.counts {
            world.measures.over_admitted(world.frame, &mut self.tally, enforcer.exceeded());
        }
    }

    /// Books how long a decision took.
    fn decided(&mut self, world: &mut World<'_>, message: &Message, now: SimTime) {
        if message.counts {
            world.measures.decided(&mut self.tally, now, now.since(message.sent));
        }
    }

    /// Books a refusal that had room, and credits that lay elsewhere then.
    fn note_false_refusal(&mut self, world: &World<'_>, ask: u32, refusal: Refusal, now: SimTime) {
        let Ask { what, node, .. } = *self.asks.at(ask);
        let counts = what.counts(world, now);
        if let Some(enforcer) = self.enforcer.as_mut().filter(|_| counts) {
            self.tally.damage.false_refusals += u64::from(enforcer.had_room());
            if refusal.reason == Reason::CreditsExhausted {
                let stranded = enforcer.stranded(node, now) + self.in_vain;
                self.tally.damage.stranded = self.tally.damage.stranded.max(stranded);
            }
        }
    }

    /// What was asked for is refused.
    fn refuse_asked(&mut self, world: &mut World<'_>, ask: u32, refusal: Refusal, now: SimTime) {
        let Ask { what, node, .. } = self.asks.remove(ask);
        match what {
            What::Attempt(message, cost) => {
                if refusal.reason == Reason::EnforcementUnavailable {
                    // Nobody has looked by what limits that only report would have refused it.
                    let (book, agent) = (&world.model.book, message.agent as usize);
                    self.workspace.note_exceeded(book, agent, world.model.asks(cost), now);
                }
                self.report_shadows(world, &message);
                self.decided(world, &message, now);
                self.log_decision(world, (&message, cost), Err(refusal), (node, now));
                self.refuse(world, &message, &refusal, now);
            }
            What::Again(message, cost) => {
                self.log_decision(world, (&message, cost), Err(refusal), (node, now));
            }
            What::Enable { agent, by } => {
                let was = self.workspace.agent(agent as usize);
                if was.is_some() && !self.is_active(agent) {
                    let tried = EnableTry { agent, by, node, was, answer: Err(refusal) };
                    self.enable_decided(world, tried, now);
                    if refusal.reason == Reason::EnforcementUnavailable {
                        self.try_again_when_decided(world, now);
                    }
                }
            }
        }
    }
}
