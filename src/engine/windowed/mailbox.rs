//! What attempts ask of the platform, and what it answers before they are there.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::engine::servers::{Departure, Placement};
use crate::engine::slab::Slab;
use crate::rules::{Reason, Refusal};
use crate::units::{Credits, SimSpan, SimTime};

/// What an attempt asks of the platform.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Request {
    /// How long it takes to serve.
    pub(in crate::engine) service: SimSpan,
    /// When its customer loses patience.
    pub(in crate::engine) deadline: SimTime,
    /// What limits are asked for.
    pub(in crate::engine) cost: Credits,
    /// The agent that it is for.
    pub(in crate::engine) agent: u32,
}

/// What becomes of an attempt at the platform: it is refused, or admitted, and then served or left.
pub(in crate::engine) type Answer = Result<Result<Placement, Departure>, Refusal>;

/// A request that is on its way, and from the window on in which it arrives, the answer.
#[derive(Debug, Clone, Copy)]
struct Letter {
    request: Request,
    answer: Answer,
    /// Its number among all of its mailbox: of one workspace, those that were sent first go first.
    number: u64,
}

/// When a request arrives, from which workspace, and its letter. Requests that arrive at the same instant
/// are answered in the order of their workspaces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    pub(super) at: SimTime,
    pub(super) workspace: u32,
    letter: u32,
}

/// The letters of some workspaces.
pub(in crate::engine) struct Mailbox {
    letters: Slab<Letter>,
    /// Letters so far.
    posted: u64,
    /// The last instant of the window that goes on, and of that after it.
    ends: (SimTime, SimTime),
    /// What arrives in the window after the one that goes on, in no order.
    next: Vec<Arrival>,
    /// What arrives after that: limits have it wait before it goes its way. Of equal workspace and
    /// instant, what was sent first goes first.
    later: BinaryHeap<Reverse<(SimTime, u32, u64, u32)>>,
    /// What arrives in the window that goes on, in order.
    arrived: Vec<Arrival>,
    /// Whether time has ended before something could arrive.
    is_overrun: bool,
}

impl Arrival {
    /// In whose turn it is.
    #[inline]
    pub(super) fn key(&self) -> (SimTime, u32) {
        (self.at, self.workspace)
    }
}

impl Mailbox {
    pub(super) fn new() -> Self {
        Self {
            letters: Slab::default(),
            posted: 0,
            ends: (SimTime::ZERO, SimTime::ZERO),
            next: Vec::new(),
            later: BinaryHeap::new(),
            arrived: Vec::new(),
            is_overrun: false,
        }
    }

    /// Sends a request of a workspace, which arrives at `at`; answers its letter.
    #[inline]
    pub(in crate::engine) fn post(&mut self, at: SimTime, workspace: u32, request: Request) -> u32 {
        let answer = Err(Refusal::of(Reason::Overloaded));
        let number = self.posted;
        self.posted += 1;
        let letter = self.letters.insert(Letter { request, answer, number });
        let (this, next) = self.ends;
        if at <= next {
            // The way is longer than a window, unless time has come to its end.
            self.is_overrun |= at <= this;
            self.next.push(Arrival { at, workspace, letter });
        } else {
            self.later.push(Reverse((at, workspace, number, letter)));
        }
        letter
    }

    /// Takes the answer out of a letter that has arrived.
    #[inline]
    pub(in crate::engine) fn take(&mut self, letter: u32) -> Answer {
        self.letters.remove(letter).answer
    }

    /// Begins the window that ends with the first of these instants, and that after it with the second.
    pub(super) fn turn(&mut self, ends: (SimTime, SimTime)) {
        self.ends = ends;
        self.arrived.clear();
        std::mem::swap(&mut self.arrived, &mut self.next);
        let sent_late = self.arrived.len();
        while let Some(&Reverse((at, workspace, _, letter))) = self.later.peek()
            && at <= ends.0
        {
            self.later.pop();
            self.arrived.push(Arrival { at, workspace, letter });
        }
        if self.arrived.len() > sent_late {
            put_in_order(&mut self.arrived, &self.letters);
        }
    }

    /// Puts in order what arrives in the window after the one that was gone through.
    pub(super) fn sort(&mut self) {
        put_in_order(&mut self.next, &self.letters);
    }

    /// What arrives in the window that goes on, in order.
    pub(super) fn arrived(&self) -> &[Arrival] {
        &self.arrived
    }

    /// Answers a request that arrives in the window that goes on.
    #[inline]
    pub(super) fn answer(&mut self, arrival: Arrival, answer: impl FnOnce(&Request) -> Answer) {
        let letter = self.letters.at(arrival.letter);
        letter.answer = answer(&letter.request);
    }

    /// Whether time has ended before something could arrive: what was answered since is of no meaning.
    pub(super) const fn is_overrun(&self) -> bool {
        self.is_overrun
    }
}

fn put_in_order(arrivals: &mut [Arrival], letters: &Slab<Letter>) {
    let number = |arrival: &Arrival| letters.get(arrival.letter).number;
    arrivals.sort_unstable_by(|one, other| match one.key().cmp(&other.key()) {
        Ordering::Equal => number(one).cmp(&number(other)),
        order => order,
    });
}
