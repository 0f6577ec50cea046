//! Agents of a trace: whether each is active, and since when.

use std::collections::BTreeMap;

use crate::log::{Deed, Row, Whom};
use crate::units::SimTime;

/// What an agent does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Active,
    Offline,
    Draft,
    Gone,
}

/// An agent that rows name.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are facts that do not depend on each other"
)]
#[derive(Debug, Clone)]
pub(super) struct Agent {
    /// Its line, counted over all groups.
    pub(super) line: usize,
    pub(super) state: State,
    pub(super) since: SimTime,
    /// Whether a row began the state: else it has lasted since before the start.
    pub(super) by_row: bool,
    /// Whether it was there at the start, and whether it was offline then.
    pub(super) declared: bool,
    pub(super) began_offline: bool,
    touched: bool,
    /// Messages, or conversations, that were begun with it.
    pub(super) starts: u64,
    /// Operational time while it was not active, and at the end of its last time active.
    pub(super) lost: f64,
    pub(super) paused: f64,
    /// Operational time of its last message, where the gap after that counts.
    pub(super) last: Option<f64>,
    /// Messages before its state changed for the first time.
    pub(super) untouched: u64,
    /// When it was deleted first, and the operational time then, or at the end.
    pub(super) gone: Option<SimTime>,
    pub(super) until: f64,
    /// Its last message while it was active.
    pub(super) heard: Option<SimTime>,
}

/// A state that ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ended {
    pub(super) state: State,
    pub(super) since: SimTime,
    pub(super) by_row: bool,
}

/// All agents that rows name, by group, workspace and name.
#[derive(Debug, Default)]
pub(super) struct Agents {
    all: BTreeMap<(u32, u32, u32), Agent>,
}

impl Agents {
    /// The agent that a row names, which is of a line that has so many at the start.
    pub(super) fn named(
        &mut self,
        row: &Row,
        whom: Whom,
        line: usize,
        declared: bool,
    ) -> &mut Agent {
        self.all.entry((row.group, row.workspace, whom.name)).or_insert_with(|| Agent {
            line,
            state: if declared { State::Active } else { State::Gone },
            since: SimTime::ZERO,
            by_row: false,
            declared,
            began_offline: false,
            touched: false,
            starts: 0,
            lost: 0.0,
            paused: 0.0,
            last: None,
            untouched: 0,
            gone: None,
            until: 0.0,
            heard: None,
        })
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Agent> {
        self.all.values()
    }

    /// All of them, to be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Agent> {
        self.all.values_mut()
    }

    /// Goes back to the start, where it is known now who was offline.
    pub(super) fn rewind(&mut self) {
        for agent in self.all.values_mut() {
            agent.state = match (agent.declared, agent.began_offline) {
                (false, _) => State::Gone,
                (true, true) => State::Offline,
                (true, false) => State::Active,
            };
            (agent.since, agent.by_row) = (SimTime::ZERO, false);
            (agent.lost, agent.paused, agent.last, agent.heard) = (0.0, 0.0, None, None);
        }
    }
}

impl Agent {
    /// Whether a row has changed its state, or tried to.
    pub(super) fn is_touched(&self) -> bool {
        self.touched
    }

    /// Notes the operational time at which a state ended: that while it is not active is lost.
    pub(super) fn lose(&mut self, ended: State, shown: f64) {
        match (ended, self.state) {
            (State::Active, _) => self.paused = shown,
            (_, State::Active) => self.lost += shown - self.paused,
            _ => {}
        }
    }

    /// Does what a row says: the state that it ends, if it does.
    pub(super) fn does(&mut self, deed: Deed, now: SimTime) -> Option<Ended> {
        let next = match (deed, self.state) {
            (Deed::Create(_), State::Gone) => State::Draft,
            (Deed::Enable(_), State::Offline | State::Draft) => State::Active,
            (Deed::Disable(_), State::Active) => State::Offline,
            (Deed::Delete(_), State::Active | State::Offline | State::Draft) => State::Gone,
            // Who is enabled first was not active before.
            (Deed::Enable(_), State::Active) if !self.touched && self.declared => {
                (self.state, self.began_offline) = (State::Offline, true);
                State::Active
            }
            _ => {
                self.touched = true;
                return None;
            }
        };
        self.touched = true;
        let ended = Ended { state: self.state, since: self.since, by_row: self.by_row };
        (self.state, self.since, self.by_row) = (next, now, true);
        if next == State::Gone {
            self.gone.get_or_insert(now);
        }
        Some(ended)
    }
}
