//! The oracle's servers where it is not known on arrival who is served when.

use limitlab::scenario::{Backend, BackendScope, Discipline, Shed};

use super::backends::{instants, servers};
use super::record::{Fate, Loss, Service};
use super::world::{Origin, Play};

/// An attempt that waits or is served.
pub(super) struct Late {
    /// Its stay, as a place in the record.
    service: usize,
    space: usize,
    attempt: usize,
    of: Origin,
    /// How long it takes to serve.
    length: u64,
    patience: u64,
    /// Whose turn is its turn: a workspace or an agent.
    party: usize,
    priority: u32,
}

impl<'s> Play<'s> {
    /// The backend, if it is one where that is not known on arrival.
    pub(super) fn late_backend(&self) -> Option<&'s Backend> {
        let is_late = |it: &&Backend| it.discipline != Discipline::Fifo || it.shed.is_some();
        self.scenario.backend.as_ref().filter(is_late)
    }

    /// Whether an attempt of a workspace is shed while so many servers are busy.
    pub(super) fn is_shed(&self, space: usize, busy: usize, servers: Option<u32>) -> bool {
        let shed = self.scenario.backend.as_ref().and_then(|backend| backend.shed.as_ref());
        let (Some(Shed::Utilisation(it)), Some(servers)) = (shed, servers) else { return false };
        let is_kept = it.keep.contains(&self.stages[space].standing.plan().name);
        let share = busy as f64 / f64::from(servers);
        !is_kept && share > it.above.as_f64()
    }

    /// The workspaces whose attempts meet at the servers of one.
    fn meets(&self, one: usize, other: usize) -> bool {
        let backend = self.scenario.backend.as_ref();
        one == other || backend.is_some_and(|it| it.scope == BackendScope::Platform)
    }

    /// Has an attempt wait, or be served if a server is free.
    pub(super) fn enter_late(
        &mut self,
        backend: &Backend,
        (space, attempt): (usize, usize),
        of: Origin,
        (now, length): (u64, u64),
    ) {
        let arrived = Service { space, arrived: now, left: u64::MAX, ended: None };
        let busy = self.record.services.iter();
        let busy = busy.filter(|it| self.meets(space, it.space) && it.is_served(now)).count();
        let own = &self.record.spaces[space];
        let is_free = servers(backend, own, now).is_none_or(|servers| busy < servers as usize);
        let patience = self.patience_ends(space, of);
        self.record.services.push(arrived);
        let service = self.record.services.len() - 1;
        let shared = backend.scope == BackendScope::Platform;
        let late = Late {
            service,
            space,
            attempt,
            of,
            length,
            patience,
            party: if shared { space } else { of.agent },
            priority: self.stages[space].standing.plan().priority,
        };
        let record = &mut self.record.spaces[space];
        record.attempts[attempt].fate = Fate::AtBackend;
        record.decided.push(attempt);
        if is_free || patience > now {
            let home = self.home(space);
            if !self.rounds.contains(&(home, late.party)) {
                self.rounds.push((home, late.party));
            }
            self.late.push(late);
            self.fill(backend, space, now);
        } else {
            self.leave(&late, now);
        }
    }

    /// The number of the servers that a workspace uses.
    fn home(&self, space: usize) -> usize {
        (0..=space).find(|&it| self.meets(it, space)).expect("it meets itself")
    }

    /// When something happens at the servers next.
    pub(super) fn next_late(&self) -> Option<u64> {
        let backend = self.late_backend()?;
        let all = self.late.iter().flat_map(|it| {
            let service = &self.record.services[it.service];
            let waits = service.left == u64::MAX;
            let changes = instants(backend, &self.record.spaces[it.space]);
            // What changed before it came it has found.
            let seen = self.late_seen.max(service.arrived);
            let changes = changes.into_iter().filter(move |&at| waits && at > seen);
            let patience = Some(it.patience).filter(|_| waits && it.patience < u64::MAX);
            changes.chain(service.ended).chain(patience)
        });
        all.min()
    }

    /// What happens at all servers at an instant: services end, those that wait are served, those
    /// leave who lose patience.
    pub(super) fn happen_late(&mut self, now: u64) {
        let Some(backend) = self.late_backend() else { return };
        self.late_seen = now;
        for space in 0..self.record.spaces.len() {
            if self.home(space) != space {
                continue;
            }
            self.servers_change(backend, space, now);
            loop {
                let ended = |it: &Late| self.record.services[it.service].ended;
                let own =
                    self.late.iter().enumerate().filter(|(_, it)| self.meets(space, it.space));
                let due = own.filter(|(_, it)| ended(it).is_some_and(|at| at <= now));
                // Of those that end together the one that came first goes first.
                let Some((place, _)) = due.min_by_key(|(_, it)| it.service) else { break };
                let late = self.late.remove(place);
                self.end(&late, now);
                self.fill(backend, space, now);
            }
            loop {
                let waits = |it: &Late| self.record.services[it.service].left == u64::MAX;
                let own =
                    self.late.iter().enumerate().filter(|(_, it)| self.meets(space, it.space));
                let due = own.filter(|(_, it)| waits(it) && it.patience <= now);
                let Some((place, _)) = due.min_by_key(|(_, it)| (it.patience, it.service)) else {
                    break;
                };
                let late = self.late.remove(place);
                self.leave_round(late.space, late.party);
                self.leave(&late, now);
            }
        }
    }

    /// Gives servers that have come to those who wait, unless a service ends at that instant: then
    /// they are given with its server.
    fn servers_change(&mut self, backend: &Backend, space: usize, now: u64) {
        let ended = |it: &Late| self.record.services[it.service].ended;
        let mut own = self.late.iter().filter(|it| self.meets(space, it.space));
        if !own.any(|it| ended(it).is_some_and(|at| at <= now)) {
            self.fill(backend, space, now);
        }
    }

    fn fill(&mut self, backend: &Backend, space: usize, now: u64) {
        loop {
            let own = |it: &&Late| self.meets(space, it.space);
            let left = |it: &Late| self.record.services[it.service].left;
            let busy = self.late.iter().filter(own).filter(|it| left(it) < u64::MAX).count();
            let servers = servers(backend, &self.record.spaces[space], now);
            if servers.is_some_and(|servers| busy >= servers as usize) {
                break;
            }
            let waiting = || self.late.iter().filter(own).filter(|it| left(it) == u64::MAX);
            let next = match backend.discipline {
                Discipline::Fifo => waiting().min_by_key(|it| it.service),
                Discipline::Lifo => waiting().max_by_key(|it| it.service),
                Discipline::Priority => waiting().min_by_key(|it| (it.priority, it.service)),
                Discipline::Fair => {
                    let home = self.home(space);
                    let turn = self.rounds.iter().find(|it| it.0 == home).map(|it| it.1);
                    let of_turn = waiting().filter(|it| Some(it.party) == turn);
                    of_turn.min_by_key(|it| it.service)
                }
                Discipline::ProcessorSharing => unreachable!("the oracle does not share servers"),
            };
            let Some(&Late { service, party, length, .. }) = next else { break };
            self.record.services[service].left = now;
            self.record.services[service].ended = Some(now + length);
            // The party goes to the end of the round, if others of it wait.
            let home = self.home(space);
            self.rounds.retain(|it| *it != (home, party));
            if self.party_waits(space, party) {
                self.rounds.push((home, party));
            }
        }
    }

    fn party_waits(&self, space: usize, party: usize) -> bool {
        let waits = |it: &&Late| self.record.services[it.service].left == u64::MAX;
        let mut own = self.late.iter().filter(|it| self.meets(space, it.space)).filter(waits);
        own.any(|it| it.party == party)
    }

    fn leave_round(&mut self, space: usize, party: usize) {
        let home = self.home(space);
        if !self.party_waits(space, party) {
            self.rounds.retain(|it| *it != (home, party));
        }
    }

    fn end(&mut self, late: &Late, now: u64) {
        let started = self.record.services[late.service].left;
        let back = now + self.delay;
        let record = &mut self.record.spaces[late.space];
        record.attempts[late.attempt].fate = Fate::Served { started, ended: now, back };
        self.ends(late.space, late.attempt, now, back);
        self.reply(late.space, late.of, back);
    }

    fn leave(&mut self, late: &Late, now: u64) {
        self.record.services[late.service].left = now;
        self.record.spaces[late.space].attempts[late.attempt].fate = Fate::GivenUp { left: now };
        self.ends(late.space, late.attempt, now, now);
        self.give_up(late.space, late.of, Loss { at: now, timed_out: true });
    }
}
