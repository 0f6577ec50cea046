//! How many servers a backend has over time.

use std::collections::BTreeMap;

use crate::units::SimTime;

/// Another number of servers for a while.
#[derive(Debug, Clone, Copy)]
pub struct ServersChange {
    /// From when on.
    pub at: SimTime,
    /// Until when; `None` is for ever.
    pub until: Option<SimTime>,
    /// How many; `None` is unlimited.
    pub servers: Option<u32>,
}

/// How many servers there are from which instant on, ascending. Without a change there are
/// `servers`; of several changes at once the one that began last holds, and of those that began
/// together the last one.
pub fn servers_over_time(
    written: &[ServersChange],
    servers: Option<u32>,
) -> Vec<(SimTime, Option<u32>)> {
    let mut instants: BTreeMap<SimTime, Vec<usize>> = BTreeMap::new();
    for (index, change) in written.iter().enumerate() {
        instants.entry(change.at).or_default().push(index);
        if let Some(until) = change.until {
            instants.entry(until).or_default().push(index);
        }
    }
    let mut holding: BTreeMap<(SimTime, usize), Option<u32>> = BTreeMap::new();
    let mut current = servers;
    let mut changes = Vec::new();
    for (instant, concerned) in instants {
        for index in concerned {
            let change = written[index];
            if change.at == instant && change.until != Some(instant) {
                holding.insert((change.at, index), change.servers);
            } else {
                holding.remove(&(change.at, index));
            }
        }
        let next = holding.last_key_value().map_or(servers, |(_, &last)| last);
        if next != current {
            changes.push((instant, next));
            current = next;
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> SimTime {
        SimTime::from_nanos(nanos)
    }

    fn found(written: &[(u64, Option<u64>, u32)]) -> Vec<(u64, u32)> {
        let written: Vec<ServersChange> = written
            .iter()
            .map(|&(from, until, servers)| ServersChange {
                at: at(from),
                until: until.map(at),
                servers: Some(servers),
            })
            .collect();
        let found = servers_over_time(&written, Some(100));
        found.into_iter().map(|(at, servers)| (at.nanos(), servers.unwrap_or(0))).collect()
    }

    #[test]
    fn the_change_that_began_last_holds() {
        for (written, expected) in [
            (&[][..], &[][..]),
            (&[(10, None, 50)], &[(10, 50)]),
            (&[(10, Some(20), 50)], &[(10, 50), (20, 100)]),
            // One inside of another, in either order of writing.
            (&[(10, Some(40), 50), (20, Some(30), 5)], &[(10, 50), (20, 5), (30, 50), (40, 100)]),
            (&[(20, Some(30), 5), (10, Some(40), 50)], &[(10, 50), (20, 5), (30, 50), (40, 100)]),
            // The first one ends under the second.
            (&[(10, Some(30), 50), (20, Some(40), 5)], &[(10, 50), (20, 5), (40, 100)]),
            // Back to back, together, and without a difference.
            (&[(10, Some(20), 50), (20, Some(30), 5)], &[(10, 50), (20, 5), (30, 100)]),
            (&[(10, Some(20), 50), (10, Some(15), 5)], &[(10, 5), (15, 50), (20, 100)]),
            (&[(10, Some(20), 100)], &[]),
        ] {
            assert_eq!(found(written), expected, "{written:?}");
        }
    }
}
