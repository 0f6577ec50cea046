//! What attempts ask of a platform whose answers nobody waits for.

use super::mailbox::Request;
use crate::engine::cell::Admission;
use crate::engine::servers::{Departure, Placement};
use crate::units::SimTime;

/// What becomes of an attempt that the platform admits: it is served, or left.
pub(super) type Fate = Result<Placement, Departure>;

/// An attempt that was sent, and when it was answered what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    pub(super) at: SimTime,
    pub(super) workspace: u32,
    pub(super) of: Admission,
    pub(super) fate: Fate,
}

/// When a request arrives, from which workspace, and its letter; by them requests are put in order: of one
/// workspace and one instant those that were sent first go first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) key: (SimTime, u32, u32),
    pub(super) request: Request,
}

/// What some workspaces have sent, and hear nothing of.
pub(in crate::engine) struct Outbox {
    /// First so many that were kept back, then the others in the order in which they were sent.
    letters: Vec<Letter>,
    kept: usize,
    /// Their requests, of which so many are answered.
    sent: Vec<Sent>,
    answered: usize,
    /// Whether time has ended before something could arrive.
    is_overrun: bool,
}

impl Outbox {
    pub(super) const fn new() -> Self {
        Self { letters: Vec::new(), kept: 0, sent: Vec::new(), answered: 0, is_overrun: false }
    }

    /// Sends a request of a workspace, which arrives at `at`, and is for an attempt that is admitted.
    #[inline]
    pub(in crate::engine) fn post(
        &mut self,
        at: SimTime,
        workspace: u32,
        (of, request): (Admission, Request),
    ) {
        self.is_overrun |= at == SimTime::NEVER;
        let fate = Err(Departure { at, queue: 0 });
        let key = (at, workspace, self.letters.len() as u32);
        self.letters.push(Letter { at, workspace, of, fate });
        self.sent.push(Sent { key, request });
    }

    /// Puts in order what is not answered.
    pub(super) fn sort(&mut self) {
        self.sent.sort_unstable_by_key(|sent| sent.key);
    }

    /// The first request that is not answered.
    #[inline]
    pub(super) fn first(&self) -> Option<&Sent> {
        self.sent.get(self.answered)
    }

    /// Answers the [first](Self::first) request.
    #[inline]
    pub(super) fn answer(&mut self, fate: Fate) {
        let letter = self.sent[self.answered].key.2;
        self.letters[letter as usize].fate = fate;
        self.answered += 1;
    }

    /// Puts all letters into `opened` in place of what is there: those that are answered, and those that arrive
    /// later, which stay here too. Answers how many of the first were kept back; the others are in the order
    /// in which they were sent.
    pub(super) fn open(&mut self, opened: &mut Vec<Letter>) -> usize {
        opened.clear();
        std::mem::swap(&mut self.letters, opened);
        self.sent.drain(..self.answered);
        self.answered = 0;
        for (place, sent) in self.sent.iter_mut().enumerate() {
            let (_, _, letter) = &mut sent.key;
            self.letters.push(opened[*letter as usize]);
            *letter = place as u32;
        }
        std::mem::replace(&mut self.kept, self.letters.len())
    }

    /// How much was sent and is not answered.
    pub(super) fn len(&self) -> usize {
        self.sent.len() - self.answered
    }

    /// Whether time has ended before something could arrive.
    pub(super) const fn is_overrun(&self) -> bool {
        self.is_overrun
    }
}
