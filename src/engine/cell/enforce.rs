//! Decisions of an enforcement that is not the ideal: asked for, made later or on less than all there
//! is to know, and acted upon later still.

use super::agents::EnableTry;
use super::attempt::Waits;
use super::records::Payment;
use super::{Cell, Event, Flight, Message, NONE, World};
use crate::enforcement::{Admitted, Asked, Enforcement, Routing, Strategy};
use crate::engine::calendar::Class;
use crate::rules::{Charge, Reason, Refusal, Wait};
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

/// What is asked for.
#[derive(Debug, Clone, Copy)]
enum What {
    /// An attempt of a message, which costs so much.
    Attempt(Message, Credits),
    /// To enable an agent. An entry of the timeline asks that will undo it, or one that lets the
    /// agent's habits be.
    Enable { agent: u32, by: EnabledBy },
}

impl What {
    /// Whether it is measured.
    fn counts(self, world: &World<'_>, now: SimTime) -> bool {
        world.frame.window.contains(match self {
            Self::Attempt(message, _) => message.due,
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
        self.ask(world, What::Attempt(message, cost), node, now);
    }

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

    /// The node that decides what somebody does to an agent.
    pub(super) fn node_of_agent(&mut self, enforcement: &Enforcement, agent: u32) -> u32 {
        self.node(enforcement, agent, |cell| {
            let state = &mut cell.agents[agent as usize];
            state.deeds += 1;
            let (line, number, deed) = (state.line, state.number, state.deeds);
            cell.lines[line as usize].node_of_agent(number, u64::from(deed))
        })
    }

    /// The node that decides, drawn as `random` says where any may.
    fn node(
        &mut self,
        enforcement: &Enforcement,
        agent: u32,
        random: impl FnOnce(&mut Self) -> u64,
    ) -> u32 {
        let Some(nodes) = enforcement.nodes().filter(|nodes| nodes.count > 1) else { return 0 };
        let drawn = match nodes.routing {
            Routing::Random => random(self),
            Routing::Sticky => {
                let state = &self.agents[agent as usize];
                self.lines[state.line as usize].own_node(state.number)
            }
        };
        (drawn % u64::from(nodes.count)) as u32
    }

    fn ask(&mut self, world: &mut World<'_>, what: What, node: u32, now: SimTime) {
        let ask = Ask { what, node, version: 0, failed: 0, wait: Wait::NONE };
        let number = self.asks.insert(ask);
        self.queue(world, number, now);
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
                self.cut_asked(world, ask);
            } else {
                self.calendar.schedule(at, Class::Takes, event);
            }
        } else if matches!(event, Event::Decide { .. }) {
            self.decide_asked(world, ask, now);
        } else {
            self.act(world, ask, now);
        }
    }

    /// The run ends before what was asked for is decided.
    fn cut_asked(&mut self, world: &World<'_>, ask: u32) {
        if let What::Attempt(message, _) = self.asks.remove(ask).what {
            self.cut(world, message);
        }
    }

    /// What was asked for is decided, by what is known.
    pub(super) fn decide_asked(&mut self, world: &mut World<'_>, ask: u32, now: SimTime) {
        let Ask { what, node, .. } = *self.asks.at(ask);
        let answer = match what {
            What::Attempt(message, cost) => self.read(world, (&message, cost), node, now),
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
        let paid = enforcer.check_credits(book, &mut self.workspace, asked, now);
        match paid {
            Err(Refusal { reason: Reason::CreditsExhausted, .. })
                if self.buys_for_refused(world, now) =>
            {
                let Some(enforcer) = &mut self.enforcer else { return Ok(wait) };
                enforcer.check_credits(book, &mut self.workspace, asked, now)?;
            }
            paid => paid?,
        }
        Ok(wait)
    }

    fn read_enable(
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

    /// What was decided is acted upon.
    pub(super) fn act(&mut self, world: &mut World<'_>, ask: u32, now: SimTime) {
        let Ask { what, node, version, failed, wait } = *self.asks.at(ask);
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
        match what {
            What::Attempt(message, cost) => {
                if let Err(refusal) = self.act_on_attempt(world, (message, cost, wait), node, now) {
                    self.refuse_asked(world, ask, refusal, now);
                    return;
                }
            }
            What::Enable { agent, by } => self.act_on_enable(world, (agent, by), node, now),
        }
        self.asks.remove(ask);
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
        let there =
            if is_one { Some(self.decide_at_platform(world, &message, cost, now)?) } else { None };
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
            self.charged(world, charge, now);
        }
        if model.awaits_replies {
            self.agents[agent].in_flight += 1;
        }
        (flight.payment, flight.hold) = (payment, passed.hold);
        self.go_in(world, (flight, ticket), Waits { here: waits, there }, passed.queues, now);
        Ok(())
    }

    /// Books what limits had no room for an attempt that was admitted.
    fn note_exceeded(&mut self, world: &World<'_>, message: &Message) {
        let Some(enforcer) = &self.enforcer else { return };
        if world.frame.window.contains(message.due) {
            self.tally.damage.over_admitted += enforcer.exceeded().len() as u64;
        }
    }

    /// Books how long a decision took.
    fn decided(&mut self, world: &mut World<'_>, message: &Message, now: SimTime) {
        if world.frame.window.contains(message.due) {
            world.measures.decided(&mut self.tally, now.since(message.sent));
        }
    }

    /// An agent is enabled, unless that has come about already or nobody may any more.
    fn act_on_enable(
        &mut self,
        world: &mut World<'_>,
        (agent, by): (u32, EnabledBy),
        node: u32,
        now: SimTime,
    ) {
        let was = self.workspace.agent(agent as usize);
        if was.is_none() || self.is_active(agent) {
            return;
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
                self.report_shadows(world, &message);
                self.decided(world, &message, now);
                self.log_decision(world, (&message, cost), Err(refusal), (node, now));
                self.refuse(world, message, refusal, now);
            }
            What::Enable { agent, by } => {
                let was = self.workspace.agent(agent as usize);
                if was.is_some() && !self.is_active(agent) {
                    let tried = EnableTry { agent, by, node, was, answer: Err(refusal) };
                    self.enable_decided(world, tried, now);
                }
            }
        }
    }

    /// An attempt that was admitted gives back its places.
    pub(super) fn release(&mut self, world: &World<'_>, flight: &Flight, now: SimTime) {
        let (book, agent) = (&world.model.book, flight.message.agent as usize);
        let Flight { hold, node, .. } = *flight;
        match &mut self.enforcer {
            None => self.workspace.release(book, agent, hold, now),
            Some(enforcer) => {
                enforcer.release(book, &mut self.workspace, (agent, hold, node), now);
            }
        }
    }

    /// An attempt gives back its places that waits for some of them still.
    pub(super) fn leave(&mut self, world: &World<'_>, flight: &Flight, now: SimTime) {
        let (book, agent) = (&world.model.book, flight.message.agent as usize);
        let Flight { hold, node, .. } = *flight;
        match &mut self.enforcer {
            None => self.workspace.leave(book, agent, hold, now),
            Some(enforcer) => enforcer.leave(book, &mut self.workspace, (agent, hold, node), now),
        }
    }

    /// An attempt gives back what it was charged.
    pub(super) fn restore(
        &mut self,
        world: &World<'_>,
        (agent, charge, node): (usize, Charge, u32),
        now: SimTime,
    ) {
        match &mut self.enforcer {
            None => {
                self.workspace.restore(agent, charge);
            }
            Some(enforcer) => {
                let book = &world.model.book;
                enforcer.restore(book, &mut self.workspace, (agent, charge, node), now);
            }
        }
    }

    /// Those who enforce hear that credits came or went by themselves.
    pub(super) fn note_credits(&mut self) {
        if let Some(enforcer) = &mut self.enforcer {
            enforcer.credits_changed();
        }
    }

    /// Those who enforce hear that a period of credits began, with nothing used.
    pub(super) fn note_period(&mut self) {
        if let Some(enforcer) = &mut self.enforcer {
            enforcer.begin_period();
        }
    }

    /// Those who enforce hear that an agent goes offline, or is deleted.
    pub(super) fn note_disabled(&mut self, world: &World<'_>, agent: u32, now: SimTime) -> u32 {
        let Some(enforcement) = world.model.enforcement else { return 0 };
        let node = self.node_of_agent(&enforcement, agent);
        if let Some(enforcer) = &mut self.enforcer {
            enforcer.enabled(&world.model.book, &self.workspace, (node, -1), now);
        }
        node
    }
}
