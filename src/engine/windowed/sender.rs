//! Workspaces that hear nothing from the platform, which are simulated far ahead of it.

use super::Everybody;
use super::outbox::{Letter, Outbox};
use super::residents::Residents;
use crate::engine::cell::Post;
use crate::units::{SimSpan, SimTime};

/// Some workspaces, which are simulated on one thread at a time.
pub(super) struct Sender<'a> {
    pub(super) residents: Residents<'a>,
    /// When something is due in each of them next; [`SimTime::NEVER`] if nothing is.
    due: Vec<SimTime>,
    pub(super) outbox: Outbox,
    /// What was sent in the stretch before, and what became of it.
    opened: Vec<Letter>,
    /// Until when all of the workspaces were simulated; some may be further.
    pub(super) reached: SimTime,
    /// Until when what arrived at the platform is answered.
    pub(super) served: SimTime,
    /// How many requests they sent in the stretch before, and how many they should send at most.
    pub(super) sent: usize,
    most: usize,
    /// Whether something is due when time has ended.
    is_overrun: bool,
}

impl<'a> Sender<'a> {
    /// Begins a part of all workspaces.
    pub(super) fn begin(everybody: &Everybody<'a>, replication: u32, of: (u32, u32)) -> Self {
        let mut due = Vec::new();
        let residents = Residents::begin(everybody, replication, of, |first| {
            due.push(first.unwrap_or(SimTime::NEVER));
        });
        let (reached, served) = (SimTime::ZERO, SimTime::ZERO);
        let (outbox, opened) = (Outbox::new(), Vec::new());
        let (sent, most) = (0, everybody.windows.most_sent);
        Self { residents, due, outbox, opened, reached, served, sent, most, is_overrun: false }
    }

    /// Whether time has ended before something could happen.
    pub(super) const fn is_overrun(&self) -> bool {
        self.is_overrun || self.outbox.is_overrun()
    }

    /// When something is due next in any workspace, or arrives at the platform.
    pub(super) fn next(&self) -> Option<SimTime> {
        let due = self.due.iter().copied().filter(|&due| due < SimTime::NEVER);
        due.chain(self.outbox.first().map(|sent| sent.key.0)).min()
    }

    /// Simulates every workspace until an instant, and books what became of what was answered: both in one
    /// go, while a workspace is at hand in the cache. If they send more than they should, it goes less far.
    pub(super) fn simulate(&mut self, mut until: SimTime) {
        let begins = self.due.iter().copied().min().unwrap_or(until);
        let kept = self.outbox.open(&mut self.opened);
        let before = self.outbox.len();
        let (kept, opened) = self.opened.split_at(kept);
        let mut letters = opened.iter().peekable();
        for letter in kept {
            self.residents.hear(letter, self.served);
        }
        for (place, due) in self.due.iter_mut().enumerate() {
            // Workspaces were simulated in this order when they sent these.
            while let Some(letter) = letters.next_if(|it| self.residents.place(it) == place) {
                self.residents.hear(letter, self.served);
            }
            if *due > until || *due == SimTime::NEVER {
                continue;
            }
            let post = Post::Outbox(&mut self.outbox);
            let next = self.residents.advance(place, post, (until, self.most as u32));
            self.is_overrun |= next == Some(SimTime::NEVER);
            *due = next.unwrap_or(SimTime::NEVER);
            if *due <= until {
                // It stopped before its time; all before what is due next has happened.
                until = SimTime::from_nanos(due.nanos().saturating_sub(1));
            } else if self.outbox.len() - before > self.most {
                until = until.min(begins + SimSpan::from_nanos(until.since(begins).nanos() / 2));
            }
        }
        self.sent = self.outbox.len() - before;
        self.outbox.sort();
        self.reached = until;
    }

    /// Books what became of what was answered.
    pub(super) fn hear(&mut self) {
        self.outbox.open(&mut self.opened);
        for letter in &self.opened {
            self.residents.hear(letter, self.served);
        }
    }
}
