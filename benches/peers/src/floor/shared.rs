//! W3 by hand, without a measure.

use std::collections::VecDeque;

use super::calendar::{Due, Wheel};
use crate::draws::{Draws, nanos, seconds};
use crate::rules::{Gate, Servers};
use crate::run::Stopwatch;
use crate::works::{Found, Messages, Pools};

#[derive(Clone, Copy)]
enum Event {
    /// A message comes to a workspace.
    Message { workspace: u32 },
    /// A service ends.
    End,
}

/// All workspaces in one world with a wheel. The way to the servers takes always the same time, so
/// those under way are in a line of their own.
pub(crate) fn shared(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::shared(scale);
    let mut draws = Draws::seeded(pools.seed);
    let (between, end) = (1.0 / pools.rate, nanos(pools.seconds));
    let delay = nanos(pools.network_delay);
    let messages_a_second = pools.expected() / pools.seconds;
    let mut counts = Messages::default();
    let mut gates = vec![Gate::new(&pools); pools.workspaces as usize];
    let mut servers = Servers::new(&pools);
    let mut under_way = VecDeque::new();
    let mut wheel = Wheel::new(2.0 * messages_a_second, 16.0 * between);
    for workspace in 0..pools.workspaces {
        for _ in 0..pools.agents {
            let event = Event::Message { workspace };
            wheel.push(Due { time: draws.nanos(between), event });
        }
    }
    loop {
        let arrival = under_way.front().copied();
        let Some(Due { time, event }) = wheel.pop_before(arrival.unwrap_or(u64::MAX)) else {
            let Some(arrival) = under_way.pop_front() else { return Found::Messages(counts) };
            if servers.begin() {
                let time = arrival + draws.nanos(pools.service);
                wheel.push(Due { time, event: Event::End });
            } else {
                counts.waited += 1;
            }
            continue;
        };
        match event {
            Event::Message { workspace } => {
                counts.offered += 1;
                if gates[workspace as usize].admit(seconds(time)) {
                    counts.admitted += 1;
                    under_way.push_back(time + delay);
                }
                let next = time + draws.nanos(between);
                if next < end {
                    wheel.push(Due { time: next, event });
                }
            }
            Event::End => {
                // The reply is there after the way back, which nothing depends on.
                counts.replied += 1;
                if servers.go_on() {
                    let time = time + draws.nanos(pools.service);
                    wheel.push(Due { time, event });
                }
            }
        }
    }
}
