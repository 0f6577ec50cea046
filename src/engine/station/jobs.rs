//! Those who are at a station, and what is told of them.

use std::collections::VecDeque;

use crate::units::{SimSpan, SimTime};

/// Somebody who comes to be served.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Arrival {
    /// Whose it is: the number of the workspace among those that meet, and of its flight.
    pub(in crate::engine) of: (u32, u32),
    /// The line it waits in: see [`Station::line`](super::Station::line).
    pub(in crate::engine) line: u32,
    pub(in crate::engine) service: SimSpan,
    /// When it leaves unless its service has started.
    pub(in crate::engine) deadline: SimTime,
}

/// What has become of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Verdict {
    pub(in crate::engine) of: (u32, u32),
    /// When it arrived.
    pub(in crate::engine) arrived: SimTime,
    pub(in crate::engine) fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Fate {
    /// Its service starts. Told only where it might have been [shed](Self::Shed) until then.
    Starts,
    /// Its service ends, which started then.
    Ends { started: SimTime },
    /// Its customer has lost patience.
    Leaves,
    /// It is refused, although it was let in.
    Shed,
}

/// Somebody who waits or is served.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    pub(super) of: (u32, u32),
    /// The number of its arrival, from 1 on; 0 once it is gone.
    pub(super) number: u64,
    pub(super) arrived: SimTime,
    /// When its service started; [`SimTime::NEVER`] while it waits.
    pub(super) started: SimTime,
    pub(super) service: SimSpan,
    /// How many were there when it came, itself included.
    pub(super) present: u32,
}

/// Those who wait or are served, by numbers that are used again, and what was not told of them yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Jobs {
    all: Vec<Job>,
    /// Numbers that are free to be used again.
    free: Vec<u32>,
    /// What has happened at this instant and was not told.
    told: VecDeque<Verdict>,
    /// Arrivals so far.
    arrived: u64,
}

impl Jobs {
    /// Forgets everybody; the memory stays.
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.free.clear();
        self.told.clear();
        self.arrived = 0;
    }

    /// Somebody arrives who does not wait or is not served yet. Answers its number, and that of its
    /// arrival.
    pub(super) fn insert(
        &mut self,
        of: (u32, u32),
        service: SimSpan,
        arrived: SimTime,
        present: u32,
    ) -> (u32, u64) {
        self.arrived += 1;
        let (number, started) = (self.arrived, SimTime::NEVER);
        let job = Job { of, number, arrived, started, service, present };
        if let Some(place) = self.free.pop() {
            self.all[place as usize] = job;
            return (place, number);
        }
        self.all.push(job);
        ((self.all.len() - 1) as u32, number)
    }

    /// One who is there.
    pub(super) fn at(&mut self, job: u32) -> &mut Job {
        &mut self.all[job as usize]
    }

    /// Whether the one whose arrival had this number still waits.
    pub(super) fn waits(&self, job: u32, number: u64) -> bool {
        let job = &self.all[job as usize];
        job.number == number && job.started == SimTime::NEVER
    }

    /// Notes what has become of one, to be told.
    pub(super) fn tell(&mut self, job: u32, fate: Fate) {
        let Job { of, arrived, .. } = self.all[job as usize];
        self.told.push_back(Verdict { of, arrived, fate });
    }

    /// Notes what has become of one in the end, to be told.
    pub(super) fn end(&mut self, job: u32, fate: Fate) {
        self.tell(job, fate);
        self.all[job as usize].number = 0;
        self.free.push(job);
    }

    /// Whether anything is to be told.
    pub(super) fn has_news(&self) -> bool {
        !self.told.is_empty()
    }

    /// What is to be told next.
    pub(super) fn news(&mut self) -> Option<Verdict> {
        self.told.pop_front()
    }
}
