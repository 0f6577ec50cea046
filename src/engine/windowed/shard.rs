//! Workspaces that hear from the platform, which are simulated window by window.

use super::Everybody;
use super::mailbox::Mailbox;
use super::residents::Residents;
use crate::engine::cell::Post;
use crate::engine::wheel::Wheel;
use crate::units::SimTime;

/// Some workspaces, whose windows are simulated on one thread at a time.
pub(super) struct Shard<'a> {
    pub(super) residents: Residents<'a>,
    /// The places of the residents, by when something is due in them next.
    due: Wheel<u32>,
    /// Those in which something is due in the window that goes on.
    turn: Vec<(SimTime, u32)>,
    pub(super) mailbox: Mailbox,
}

impl<'a> Shard<'a> {
    /// Begins a part of all workspaces.
    pub(super) fn begin(everybody: &Everybody<'a>, replication: u32, of: (u32, u32)) -> Self {
        let mut due = Wheel::new(everybody.windows.shift);
        let mut place = 0;
        let residents = Residents::begin(everybody, replication, of, |first| {
            if let Some(first) = first {
                due.push(first, place);
            }
            place += 1;
        });
        Self { residents, due, turn: Vec::new(), mailbox: Mailbox::new() }
    }

    /// The number of the next window in which something is due.
    pub(super) fn next(&mut self) -> Option<u64> {
        self.due.reach(SimTime::NEVER)
    }

    /// In how many workspaces something is due in a window, of those to come the [next](Self::next) at most.
    pub(super) fn due_in(&self, window: u64) -> usize {
        if self.due.reached() == window { self.due.in_reach() } else { 0 }
    }

    /// Begins a window, by its number.
    pub(super) fn turn_to(&mut self, window: u64) {
        let ends = [window, window.saturating_add(1)].map(|it| self.due.last(it));
        self.mailbox.turn(ends.into());
    }

    /// Simulates a window, by its number. What arrives at the platform in it has been answered.
    pub(super) fn simulate(&mut self, window: u64) {
        let until = self.due.last(window);
        self.turn.clear();
        if self.due.reach(until).is_some() {
            self.due.take(&mut self.turn);
        }
        for turn in 0..self.turn.len() {
            let (_, place) = self.turn[turn];
            let post = Post::Mailbox(&mut self.mailbox);
            if let Some(at) = self.residents.advance(place as usize, post, (until, u32::MAX)) {
                self.due.push(at, place);
            }
        }
        self.mailbox.sort();
    }
}
