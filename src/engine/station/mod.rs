//! Servers whose completions are events: those of every discipline but first in first out, and of
//! that one where attempts are refused before its queue is full.
//!
//! A station has instants of its own, at which it does one thing after the other: at each, first
//! services end, then servers that are free are given to those that wait, then those leave who lose
//! patience. It is told of an arrival after all that.

mod aimd;
mod codel;
mod jobs;
mod lines;
mod sharing;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use self::aimd::Limit;
use self::codel::{Control, Queue, Taken};
pub(super) use self::jobs::{Arrival, Fate, Verdict};
use self::jobs::{Job, Jobs};
use self::lines::Lines;
use self::sharing::Sharing;
use crate::measure::{BackendMeasures, Capacity, Window};
use crate::scenario::{Backend, BackendScope, Discipline, Shed};
use crate::units::{Share, SimTime};

/// Servers, and those who are served or wait.
#[derive(Debug, Clone)]
pub(super) struct Station {
    discipline: Discipline,
    scope: BackendScope,
    capacity: Capacity,
    /// How many may wait; `None` is unlimited.
    queue_limit: Option<u32>,
    shedding: Shedding,
    jobs: Jobs,
    lines: Lines,
    /// When each service ends, where servers are not shared.
    ends: BinaryHeap<Reverse<(SimTime, u64, u32)>>,
    sharing: Sharing,
    /// When each of those who wait loses patience, with the number of its arrival; those who do not
    /// wait any more are passed over when it is their turn.
    leaves: BinaryHeap<Reverse<(SimTime, u64, u32)>>,
    /// The last instant at which anything happened.
    now: SimTime,
    work: Work,
}

/// What is refused before the queue is full.
#[derive(Debug, Clone)]
enum Shedding {
    Nothing,
    Codel(Control),
    Utilisation(Share),
    Aimd(Limit),
}

/// What the servers did inside the window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    window: Window,
    /// Server time spent serving \[ns\].
    pub(super) busy: u128,
    /// Time spent waiting by all \[ns\].
    pub(super) waiting: u128,
    /// Services that ended.
    pub(super) served: u64,
}

impl Station {
    /// Idle servers, whose work is measured inside `window`.
    pub(super) fn new(backend: &Backend, capacity: Capacity, window: Window) -> Self {
        let shedding = match &backend.shed {
            None => Shedding::Nothing,
            Some(Shed::Codel(codel)) => Shedding::Codel(Control::new(*codel)),
            Some(Shed::Utilisation(it)) => Shedding::Utilisation(it.above),
            Some(Shed::Aimd(aimd)) => Shedding::Aimd(Limit::new(*aimd)),
        };
        Self {
            discipline: backend.discipline,
            scope: backend.scope,
            capacity,
            queue_limit: backend.queue_limit,
            shedding,
            jobs: Jobs::default(),
            lines: Lines::new(backend.discipline),
            ends: BinaryHeap::new(),
            sharing: Sharing::default(),
            leaves: BinaryHeap::new(),
            now: SimTime::ZERO,
            work: Work { window, busy: 0, waiting: 0, served: 0 },
        }
    }

    /// Makes all servers idle, so many as `capacity` says.
    pub(super) fn reopen(&mut self, capacity: Capacity) {
        self.capacity = capacity;
        self.jobs.clear();
        self.lines.clear();
        self.ends.clear();
        self.sharing.clear();
        self.leaves.clear();
        match &mut self.shedding {
            Shedding::Nothing | Shedding::Utilisation(_) => {}
            Shedding::Codel(control) => control.clear(),
            Shedding::Aimd(limit) => limit.clear(),
        }
        self.now = SimTime::ZERO;
        self.work = Work { busy: 0, waiting: 0, served: 0, ..self.work };
    }

    /// The line in which an attempt waits: of a workspace by its number, to an agent, on a plan of
    /// this rank by priority.
    pub(super) fn line(&self, workspace: u32, agent: u32, rank: u32) -> u32 {
        match (self.discipline, self.scope) {
            (Discipline::Fifo | Discipline::Lifo | Discipline::ProcessorSharing, _) => 0,
            (Discipline::Fair, BackendScope::Platform) => workspace,
            (Discipline::Fair, BackendScope::Workspace) => agent,
            (Discipline::Priority, _) => rank,
        }
    }

    /// Whether somebody who was let in may still be refused.
    pub(super) const fn decides_late(&self) -> bool {
        matches!(self.shedding, Shedding::Codel(_))
    }

    /// What was done inside the window so far.
    pub(super) const fn work(&self) -> Work {
        self.work
    }

    /// Whether an attempt that arrives now is let in. One that is kept is not shed for utilisation.
    pub(super) fn has_room(&mut self, now: SimTime, is_kept: bool) -> bool {
        let servers = self.capacity.at(now);
        let (busy, waiting) = self.levels(servers);
        let is_shed = match (&self.shedding, servers) {
            (Shedding::Utilisation(above), Some(servers)) if !is_kept => {
                let most = u128::from(above.billionths()) * u128::from(servers);
                u128::from(busy) * u128::from(Share::WHOLE.billionths()) > most
            }
            (Shedding::Aimd(limit), _) => !limit.admits(busy + waiting),
            _ => false,
        };
        if is_shed {
            return false;
        }
        let is_idle = servers.is_none_or(|servers| busy < servers);
        let has_room = is_idle || self.queue_limit.is_none_or(|limit| waiting < limit);
        if let Shedding::Aimd(limit) = &mut self.shedding
            && !has_room
        {
            limit.dropped();
        }
        has_room
    }

    /// Lets somebody in who arrives now, after all that is [due](Self::next) by now.
    pub(super) fn enter(
        &mut self,
        now: SimTime,
        arrival: Arrival,
        mut measures: Option<&mut BackendMeasures>,
    ) {
        self.pass(now, measures.as_deref_mut());
        let Arrival { of, line, service, deadline } = arrival;
        let servers = self.capacity.at(now);
        let (busy, waiting) = self.levels(servers);
        let (job, number) = self.jobs.insert(of, service, now, busy + waiting + 1);
        if self.discipline == Discipline::ProcessorSharing {
            self.jobs.at(job).started = now;
            self.sharing.join(service, number, job);
            self.sharing.look_ahead(now, servers);
        } else if servers.is_none_or(|servers| busy < servers) {
            // Nobody waits where a server is free; so it is the next one.
            self.lines.join(job, line);
            self.fill(now);
        } else if deadline > now {
            self.lines.join(job, line);
            if deadline < SimTime::NEVER {
                self.leaves.push(Reverse((deadline, number, job)));
            }
        } else {
            self.leave(job);
        }
        // Shared servers are done at once with what takes no time.
        let is_over = self.sharing.due().is_some_and(|due| due <= now);
        let (_, waiting) = self.levels(servers);
        if let Some(measures) = measures.filter(|_| !is_over) {
            measures.queued(now, waiting);
        }
    }

    /// When there is something to do next.
    pub(super) fn next(&mut self) -> Option<SimTime> {
        if self.jobs.has_news() {
            return Some(self.now);
        }
        let end = self.next_end();
        // Whoever is served already or gone does not leave any more.
        while let Some(&Reverse((_, number, job))) = self.leaves.peek()
            && !self.jobs.waits(job, number)
        {
            self.leaves.pop();
        }
        let leave = self.leaves.peek().map(|&Reverse((at, ..))| at);
        [end, leave, self.next_change()].into_iter().flatten().min()
    }

    /// Does what is to be done at the next instant, and tells of one it became of; `None` if it
    /// became of nobody.
    pub(super) fn step(&mut self, mut measures: Option<&mut BackendMeasures>) -> Option<Verdict> {
        if let Some(told) = self.jobs.news() {
            return Some(told);
        }
        let now = self.next()?;
        let is_changed = self.next_change().is_some_and(|at| at <= now);
        self.pass(now, measures.as_deref_mut());
        let servers = self.capacity.at(now);
        if let Some(job) = self.take_ended(now) {
            self.work.served += u64::from(self.work.window.contains(now));
            if let Some(measures) = measures {
                measures.ended(now);
            }
            let Job { arrived, started, present, .. } = *self.jobs.at(job);
            if let Shedding::Aimd(limit) = &mut self.shedding {
                limit.replied(now - arrived, present);
            }
            self.jobs.end(job, Fate::Ends { started });
            self.fill(now);
            self.sharing.look_ahead(now, servers);
        } else if is_changed {
            self.fill(now);
            self.sharing.look_ahead(now, servers);
        } else if let Some(&Reverse((at, _, job))) = self.leaves.peek()
            && at <= now
        {
            self.lines.leave(job);
            self.leave(job);
        }
        self.jobs.news()
    }

    /// Books what goes on until `now`, at which nothing is done before it was.
    pub(super) fn pass(&mut self, now: SimTime, measures: Option<&mut BackendMeasures>) {
        if now <= self.now {
            return;
        }
        let servers = self.capacity.at(self.now);
        let (busy, waiting) = self.levels(servers);
        let inside = u128::from(self.work.window.overlap(self.now, now));
        self.work.busy += inside * u128::from(busy);
        self.work.waiting += inside * u128::from(waiting);
        if let Some(measures) = measures {
            measures.stood(self.now, now, (busy, waiting));
        }
        if self.discipline == Discipline::ProcessorSharing {
            self.sharing.serve(now - self.now, servers);
        }
        self.now = now;
    }

    /// How many servers are busy, and how many attempts there are beyond that.
    fn levels(&self, servers: Option<u32>) -> (u32, u32) {
        if self.discipline == Discipline::ProcessorSharing {
            let present = self.sharing.present();
            let busy = servers.map_or(present, |servers| present.min(servers));
            return (busy, present - busy);
        }
        (self.ends.len() as u32, self.lines.waiting())
    }

    fn next_end(&self) -> Option<SimTime> {
        if self.discipline == Discipline::ProcessorSharing {
            return self.sharing.due();
        }
        self.ends.peek().map(|&Reverse((at, ..))| at)
    }

    /// When the number of servers changes next, if that matters to anybody: to those who wait, and
    /// to all who share.
    fn next_change(&self) -> Option<SimTime> {
        let matters = self.lines.waiting() > 0 || self.sharing.present() > 0;
        if !matters || !self.capacity.changes() {
            return None;
        }
        self.capacity.next_change(self.now)
    }

    /// Takes one whose service has ended.
    fn take_ended(&mut self, now: SimTime) -> Option<u32> {
        if self.discipline == Discipline::ProcessorSharing {
            return self.sharing.take_done();
        }
        let &Reverse((at, _, job)) = self.ends.peek()?;
        if at > now {
            return None;
        }
        self.ends.pop();
        Some(job)
    }

    /// Gives servers that are free to those who wait.
    fn fill(&mut self, now: SimTime) {
        if self.discipline == Discipline::ProcessorSharing {
            return;
        }
        let servers = self.capacity.at(now);
        while servers.is_none_or(|servers| self.ends.len() < servers as usize) {
            let Some(job) = self.take_waiting(now) else { break };
            let it = self.jobs.at(job);
            it.started = now;
            self.ends.push(Reverse((now + it.service, it.number, job)));
            if self.decides_late() {
                self.jobs.tell(job, Fate::Starts);
            }
        }
    }

    /// Takes the one from the queue who is served next, and refuses those who are not served since
    /// the queue does not drain.
    fn take_waiting(&mut self, now: SimTime) -> Option<u32> {
        let Self { shedding, lines, jobs, .. } = self;
        let Shedding::Codel(control) = shedding else { return lines.next() };
        control.next(now, &mut Waiting { lines, jobs })
    }

    /// Somebody loses patience, who does not wait any more.
    fn leave(&mut self, job: u32) {
        if let Shedding::Aimd(limit) = &mut self.shedding {
            limit.dropped();
        }
        self.jobs.end(job, Fate::Leaves);
    }
}

/// Those who wait, of whom some are refused.
struct Waiting<'a> {
    lines: &'a mut Lines,
    jobs: &'a mut Jobs,
}

impl Queue for Waiting<'_> {
    fn take(&mut self, now: SimTime) -> Option<Taken> {
        let job = self.lines.next()?;
        let waited = now - self.jobs.at(job).arrived;
        Some(Taken { job, waited, left: self.lines.waiting() })
    }

    fn refuse(&mut self, job: u32) {
        self.jobs.end(job, Fate::Shed);
    }
}

#[cfg(test)]
mod tests;
