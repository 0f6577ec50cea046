//! The oracle's servers: how many there are at an instant, and when an attempt is served.

use limitlab::scenario::{Backend, BackendScope};
use limitlab::units::SimTime;
use limitlab::workload::{Action, is_taken};

use super::record::{Service, Space};
use super::world::Play;

/// Another number of servers, from when until when.
pub(super) type ServersChange = (u64, u64, Option<u32>);

/// The servers that a workspace uses.
pub(super) fn servers(backend: &Backend, space: &Space, at: u64) -> Option<u32> {
    if backend.scope == BackendScope::Platform {
        let last = backend.changes.iter().rev().find(|it| it.0.nanos() <= at);
        return last.map_or(backend.servers, |it| it.1);
    }
    let all = space.servers.iter().enumerate();
    let hold = all.filter(|(_, it)| it.0 <= at && at < it.1);
    // The one that began last, and of those that began together the one that is written last.
    hold.max_by_key(|(number, it)| (it.0, *number)).map_or(backend.servers, |(_, it)| it.2)
}

/// When the number of servers of a workspace may change.
pub(super) fn instants(backend: &Backend, space: &Space) -> Vec<u64> {
    let shared = backend.changes.iter().map(|it| it.0.nanos());
    shared.chain(space.servers.iter().flat_map(|it| [it.0, it.1])).collect()
}

/// The time of all servers together between two instants; `None` if there is no end of them.
pub(super) fn server_time(
    backend: &Backend,
    space: &Space,
    (from, to): (u64, u64),
) -> Option<i128> {
    let mut bounds = instants(backend, space);
    bounds.extend([from, to]);
    bounds.retain(|&at| from <= at && at <= to);
    bounds.sort_unstable();
    let mut time = 0;
    for bounds in bounds.windows(2).filter(|bounds| bounds[0] < bounds[1]) {
        let servers = servers(backend, space, bounds[0])?;
        time += i128::from(bounds[1] - bounds[0]) * i128::from(servers);
    }
    Some(time)
}

impl Play<'_> {
    /// What the timeline makes of the servers of a workspace.
    pub(super) fn server_changes(&self, space: usize) -> Vec<ServersChange> {
        let stage = &self.stages[space];
        let taken = stage.group.timeline.iter().filter(|it| is_taken(stage.key, it));
        let changes = taken.filter_map(|it| {
            let Action::Servers(servers) = it.action else { return None };
            Some((it.at.nanos(), it.until.map_or(u64::MAX, SimTime::nanos), servers))
        });
        changes.collect()
    }

    /// The services of the backend that a workspace uses.
    fn services(&self, space: usize, backend: &Backend) -> impl Iterator<Item = &Service> {
        let shared = backend.scope == BackendScope::Platform;
        self.record.services.iter().filter(move |it| shared || it.space == space)
    }

    pub(super) fn has_room(&self, space: usize, now: u64) -> bool {
        let Some(backend) = &self.scenario.backend else { return true };
        let servers = servers(backend, &self.record.spaces[space], now);
        let all = || self.services(space, backend);
        let busy = all().filter(|it| it.is_served(now)).count();
        if self.is_shed(space, busy, servers) {
            return false;
        }
        let (Some(servers), Some(limit)) = (servers, backend.queue_limit) else {
            return true;
        };
        let waiting = all().filter(|it| it.waits(now)).count();
        busy < servers as usize || waiting < limit as usize
    }

    /// When an attempt that arrives now is served: as soon as fewer are served than there are
    /// servers, and not before any that came earlier.
    pub(super) fn start_of_service(&self, space: usize, backend: &Backend, now: u64) -> u64 {
        let own = &self.record.spaces[space];
        let is_ahead = |it: &&Service| it.left > now || it.is_served(now);
        let ahead: Vec<&Service> = self.services(space, backend).filter(is_ahead).collect();
        // Whoever leaves without being served has waited in vain for a server until then.
        let turn = ahead.iter().map(|it| it.left).fold(now, u64::max);
        let is_free = |at: u64| {
            let busy = ahead.iter().filter(|it| it.is_served(at)).count();
            servers(backend, own, at).is_none_or(|servers| busy < servers as usize)
        };
        let ends = ahead.iter().filter_map(|it| it.ended).chain(instants(backend, own));
        let ends = ends.filter(|&at| at >= turn);
        let instants = std::iter::once(turn).chain(ends).filter(|&at| is_free(at));
        instants.min().expect("when all have ended, a server is free")
    }
}
