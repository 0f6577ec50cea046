//! The servers of a backend, first in first out; those of other disciplines are a
//! [`station`](super::station).
//!
//! Where the discipline is first in first out and service is never interrupted, it is known on
//! arrival when an attempt starts and ends: at the earliest instant at which a server is free. So
//! a completion need be no event unless something waits for it.
//! Source: J. Kiefer and J. Wolfowitz, On the Theory of Queues with Many Servers (1955), section 2.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::earliest::Earliest;
use crate::measure::{Ahead, Capacity};
use crate::units::{SimSpan, SimTime};

/// Servers that serve attempts in the order of their arrival.
#[derive(Debug, Clone)]
pub(super) struct Servers {
    /// How many there are; `None` is unlimited.
    capacity: Capacity,
    /// How many may wait; `None` is unlimited.
    queue_limit: Option<u32>,
    /// When each server that has served is free again; never more than there are servers. Where
    /// their number changes: when each service ends that may matter still.
    free_at: Earliest,
    /// When the last attempt started.
    last_start: SimTime,
    /// When each waiting attempt starts, ascending: those that came first start first.
    starts: VecDeque<SimTime>,
    /// When each waiting attempt leaves whose customer loses patience before it would start.
    leaves: BinaryHeap<Reverse<SimTime>>,
    /// How many of those that came so far leave after the queue begins to be watched.
    leaves_watched: u32,
    /// From when on the length of the queue is of interest.
    watched_from: SimTime,
}

/// When an attempt is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placement {
    /// When its service starts.
    pub(super) started: SimTime,
    /// When its service ends.
    pub(super) ended: SimTime,
    /// How many wait then, itself included; of no meaning if it did not wait. Of an attempt that
    /// arrives before the queue is watched, how many of those that came so far wait when it is.
    pub(super) queue: u32,
}

/// An attempt that is not served, since its customer loses patience first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Departure {
    /// When it leaves the queue.
    pub(super) at: SimTime,
    /// How many wait when it comes, as for those that are served.
    pub(super) queue: u32,
}

impl Servers {
    /// Idle servers, whose queue is watched from `watched_from` on.
    pub(super) fn new(capacity: Capacity, queue_limit: Option<u32>, watched_from: SimTime) -> Self {
        let (free_at, starts) = (Earliest::default(), VecDeque::new());
        Self {
            capacity,
            queue_limit,
            free_at,
            last_start: SimTime::ZERO,
            starts,
            leaves: BinaryHeap::new(),
            leaves_watched: 0,
            watched_from,
        }
    }

    /// Makes all servers idle, so many as `capacity` says.
    pub(super) fn reopen(&mut self, capacity: Capacity) {
        self.capacity = capacity;
        self.free_at.clear();
        self.starts.clear();
        self.leaves.clear();
        self.leaves_watched = 0;
        self.last_start = SimTime::ZERO;
    }

    /// Whether an attempt that arrives now is taken: a server is free, or the queue has room.
    #[inline(always)]
    pub(super) fn has_room(&mut self, now: SimTime) -> bool {
        self.queue_limit.is_none_or(|limit| self.has_room_in_queue(limit, now))
    }

    fn has_room_in_queue(&mut self, limit: u32, now: SimTime) -> bool {
        self.forget_gone(now);
        self.starts.len() + self.leaves.len() < limit as usize || self.server_is_free(now)
    }

    /// Serves an attempt that arrives now and takes `service` to serve.
    ///
    /// # Errors
    ///
    /// If it would start after `deadline`, it leaves then, or at once if that is past, and takes no
    /// server. When it would start is known on arrival, since those before it are placed.
    #[inline(always)]
    pub(super) fn place(
        &mut self,
        now: SimTime,
        service: SimSpan,
        deadline: SimTime,
    ) -> Result<Placement, Departure> {
        if self.capacity.changes() {
            // Put together anew, so that no other placement need stand where this one is handed over.
            let Placement { started, ended, queue } =
                self.place_among_changing(now, service, deadline)?;
            return Ok(Placement { started, ended, queue });
        }
        let Some(count) = self.capacity.first() else {
            return Ok(Placement { started: now, ended: now + service, queue: 0 });
        };
        let all_used = self.free_at.len() == count as usize;
        let at_hand = if all_used { self.free_at.first(now) } else { self.free_at.past(now) };
        let started = if let Some(at) = at_hand {
            let started = at.max(now);
            if started > deadline && started > now {
                return Err(self.leave(now, deadline));
            }
            self.free_at.replace_first(started + service);
            started
        } else {
            self.free_at.push(now + service);
            now
        };
        Ok(self.placed(now, started, service))
    }

    #[inline]
    fn placed(&mut self, now: SimTime, started: SimTime, service: SimSpan) -> Placement {
        let queue = if started > now { self.enqueue(now, started) } else { 0 };
        Placement { started, ended: started + service, queue }
    }

    /// Has an attempt wait that starts at `started`; answers how long the queue is with it.
    #[inline(never)]
    fn enqueue(&mut self, now: SimTime, started: SimTime) -> u32 {
        self.forget_gone(now);
        self.starts.push_back(started);
        self.queue(now)
    }

    /// Has an attempt wait that is not served before `deadline`.
    #[cold]
    fn leave(&mut self, now: SimTime, deadline: SimTime) -> Departure {
        let at = deadline.max(now);
        self.forget_gone(now);
        if at > now {
            self.leaves.push(Reverse(at));
            self.leaves_watched += u32::from(at > self.watched_from);
        }
        Departure { at, queue: self.queue(now) }
    }

    /// Serves an attempt where the number of servers changes: it starts at the first instant, not
    /// before those that came earlier, at which fewer are served than there are servers. Those that
    /// are served when servers go are finished.
    #[cold]
    fn place_among_changing(
        &mut self,
        now: SimTime,
        service: SimSpan,
        deadline: SimTime,
    ) -> Result<Placement, Departure> {
        let mut started = now.max(self.last_start);
        loop {
            self.forget_ended(started);
            let servers = self.capacity.at(started);
            if servers.is_none_or(|servers| self.free_at.len() < servers as usize) {
                break;
            }
            let end = self.free_at.first(started);
            let next = end.into_iter().chain(self.capacity.next_change(started)).min();
            // There is at least one server, and it is busy, so a service ends.
            started = next.expect("a service ends");
        }
        // Nobody who comes later starts earlier, whether this one is served or not.
        self.last_start = started;
        if started > deadline && started > now {
            return Err(self.leave(now, deadline));
        }
        self.free_at.push(started + service);
        Ok(self.placed(now, started, service))
    }

    fn forget_ended(&mut self, now: SimTime) {
        while self.free_at.past(now).is_some() {
            self.free_at.pop();
        }
    }

    /// How many wait now, or when the queue begins to be watched if that is later.
    #[inline]
    fn queue(&self, now: SimTime) -> u32 {
        if now < self.watched_from {
            let gone = self.starts.partition_point(|&start| start <= self.watched_from);
            return (self.starts.len() - gone) as u32 + self.leaves_watched;
        }
        (self.starts.len() + self.leaves.len()) as u32
    }

    /// What there is to do after `at`, of that what lies before `until`; `None` if the servers are
    /// unlimited or their number changes, which keep no account of it.
    ///
    /// A server that is busy then is busy without a pause until it is free for good: whatever it
    /// was given since was waiting for it.
    pub(super) fn ahead(&self, at: SimTime, until: SimTime) -> Option<Ahead> {
        self.capacity.first().filter(|_| !self.capacity.changes())?;
        let rest = |end: SimTime| u128::from(end.min(until).since(at).nanos());
        let free_at = self.free_at.iter().filter(|&free| free > at);
        let starts = self.starts.iter().copied().filter(|&start| start > at);
        let leaves = self.leaves.iter().map(|leave| leave.0).filter(|&leave| leave > at);
        Some(Ahead {
            busy: free_at.clone().map(rest).sum(),
            waiting: starts.clone().chain(leaves).map(rest).sum(),
            attempts: (free_at.count() + starts.count()) as u64,
        })
    }

    fn server_is_free(&mut self, now: SimTime) -> bool {
        if self.capacity.changes() {
            // Whoever waits comes first, and whoever leaves without being served found no server
            // until then. Otherwise all that started by now is served or done.
            if self.last_start > now {
                return false;
            }
            self.forget_ended(now);
            let servers = self.capacity.at(now);
            return servers.is_none_or(|servers| self.free_at.len() < servers as usize);
        }
        self.capacity.first().is_none_or(|count| self.free_at.len() < count as usize)
            || self.free_at.past(now).is_some()
    }

    #[inline]
    fn forget_gone(&mut self, now: SimTime) {
        while self.starts.front().is_some_and(|&start| start <= now) {
            self.starts.pop_front();
        }
        while self.leaves.peek().is_some_and(|leave| leave.0 <= now) {
            self.leaves.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same queue, told step by step: at each arrival, every server and every waiting attempt
    /// is looked at.
    fn by_hand(arrivals: &[(u64, u64)], servers: usize, limit: usize) -> Vec<Option<(u64, u64)>> {
        let mut free_at = vec![0_u64; servers];
        let mut served: Vec<Option<(u64, u64)>> = Vec::new();
        for &(now, service) in arrivals {
            let waiting = served.iter().flatten().filter(|(start, _)| *start > now).count();
            let idle = free_at.iter().any(|&free| free <= now);
            if !idle && waiting >= limit {
                served.push(None);
                continue;
            }
            let earliest = free_at.iter_mut().min().expect("there are servers");
            let start = (*earliest).max(now);
            *earliest = start + service;
            served.push(Some((start, start + service)));
        }
        served
    }

    fn always(servers: u32) -> Capacity {
        Capacity::new(Some(servers), Vec::new())
    }

    /// What became of an attempt: when it started and ended, or when it left; and how many waited
    /// when it had come, itself included.
    type Fate = (Result<(u64, u64), u64>, u32);

    /// Arrivals with their service and their deadlines, told nanosecond by nanosecond: first what
    /// ends, then who waits starts as far as there are servers, then who waits too long leaves, then
    /// who arrives.
    fn by_the_nanosecond(
        arrivals: &[(u64, u64, u64)],
        capacity: &Capacity,
        limit: usize,
    ) -> Vec<Option<Fate>> {
        let mut fates: Vec<Option<Fate>> = vec![None; arrivals.len()];
        let (mut waiting, mut busy) = (VecDeque::<usize>::new(), Vec::<u64>::new());
        let mut next = 0;
        let mut now = 0;
        while next < arrivals.len() || !waiting.is_empty() {
            busy.retain(|&end| end > now);
            let servers = capacity.at(SimTime::from_nanos(now)).unwrap_or(u32::MAX) as usize;
            while let Some(&first) = waiting.front()
                && busy.len() < servers
            {
                waiting.pop_front();
                let (_, service, _) = arrivals[first];
                fates[first].as_mut().unwrap().0 = Ok((now, now + service));
                busy.extend((service > 0).then_some(now + service));
            }
            waiting.retain(|&it| arrivals[it].2 > now);
            while arrivals.get(next).is_some_and(|&(at, ..)| at == now) {
                let (_, service, deadline) = arrivals[next];
                if waiting.is_empty() && busy.len() < servers {
                    fates[next] = Some((Ok((now, now + service)), 0));
                    busy.extend((service > 0).then_some(now + service));
                } else if waiting.len() < limit {
                    if deadline > now {
                        waiting.push_back(next);
                    }
                    fates[next] = Some((Err(deadline.max(now)), waiting.len() as u32));
                }
                next += 1;
            }
            now += 1;
        }
        fates
    }

    #[test]
    fn a_queue_that_is_not_watched_yet_is_as_long_as_it_is_then() {
        let at = SimTime::from_nanos;
        let mut servers = Servers::new(always(1), None, at(25));
        let mut queue =
            |now| servers.place(at(now), SimSpan::from_nanos(10), SimTime::NEVER).unwrap().queue;
        // Served from 0, 10, 20, 30, 40 on: two of those that came before 25 wait then.
        assert_eq!([0, 1, 2, 3, 4].map(&mut queue), [0, 0, 0, 1, 2]);
        assert_eq!([25, 45].map(queue), [3, 2]);
    }

    proptest! {
        #[test]
        fn what_is_ahead_is_what_was_placed_and_is_not_done(
            gaps in prop::collection::vec((0..30_u64, 0..60_u64), 1..100),
            count in 1..5_u32,
            later in 0..40_u64,
            until in 0..3_000_u64,
        ) {
            let at = SimTime::from_nanos;
            let mut servers = Servers::new(always(count), None, SimTime::ZERO);
            let mut now = 0;
            let mut placed = Vec::new();
            for (gap, service) in gaps {
                now += gap;
                let service = SimSpan::from_nanos(service);
                placed.push(servers.place(at(now), service, SimTime::NEVER).unwrap());
            }
            let (cut, until) = (at(now + later), at(now + later + until));
            let length = |begin: SimTime, end: SimTime| {
                u128::from(end.min(until).since(begin.max(cut)).nanos())
            };
            let expected = Ahead {
                busy: placed.iter().map(|it| length(it.started, it.ended)).sum(),
                waiting: placed.iter().map(|it| length(cut, it.started)).sum(),
                attempts: placed.iter().filter(|it| it.ended > cut).count() as u64,
            };
            prop_assert_eq!(servers.ahead(cut, until), Some(expected));
        }

        #[test]
        fn servers_and_customers_that_come_and_go_are_those_told_by_the_nanosecond(
            gaps in prop::collection::vec((0..20_u64, 0..40_u64, 0..90_u64), 1..80),
            first in 1..4_u32,
            changes in prop::collection::btree_map(1..400_u64, 1..5_u32, 0..6),
            limit in 0..6_u32,
        ) {
            let at = SimTime::from_nanos;
            let changes = changes.into_iter().map(|(now, servers)| (at(now), Some(servers)));
            let capacity = Capacity::new(Some(first), changes.collect());
            let mut now = 0;
            let arrivals: Vec<(u64, u64, u64)> = gaps
                .into_iter()
                .map(|(gap, service, patience)| {
                    now += gap;
                    // Some have lost it before they come, some never do.
                    let deadline = if patience > 60 { u64::MAX } else { now + patience };
                    (now, service, deadline.saturating_sub(5))
                })
                .collect();
            let expected = by_the_nanosecond(&arrivals, &capacity, limit as usize);
            let mut servers = Servers::new(capacity, Some(limit), SimTime::ZERO);
            for (&(now, service, deadline), expected) in arrivals.iter().zip(expected) {
                let fate = servers.has_room(at(now)).then(|| {
                    match servers.place(at(now), SimSpan::from_nanos(service), at(deadline)) {
                        Ok(Placement { started, ended, queue }) => {
                            let queue = if started > at(now) { queue } else { 0 };
                            (Ok((started.nanos(), ended.nanos())), queue)
                        }
                        Err(Departure { at, queue }) => (Err(at.nanos()), queue),
                    }
                });
                prop_assert_eq!(fate, expected);
            }
        }

        #[test]
        fn placements_are_those_of_a_queue_told_step_by_step(
            gaps in prop::collection::vec((0..30_u64, 0..60_u64), 1..150),
            count in 1..5_u32,
            limit in 0..6_u32,
        ) {
            let mut now = 0;
            let arrivals: Vec<(u64, u64)> = gaps
                .into_iter()
                .map(|(gap, service)| {
                    now += gap;
                    (now, service)
                })
                .collect();
            let mut servers = Servers::new(always(count), Some(limit), SimTime::ZERO);
            let expected = by_hand(&arrivals, count as usize, limit as usize);
            for (&(now, service), expected) in arrivals.iter().zip(expected) {
                let now = SimTime::from_nanos(now);
                let placed = servers.has_room(now).then(|| {
                    let service = SimSpan::from_nanos(service);
                    let placement = servers.place(now, service, SimTime::NEVER).unwrap();
                    (placement.started.nanos(), placement.ended.nanos())
                });
                prop_assert_eq!(placed, expected);
            }
        }
    }
}
