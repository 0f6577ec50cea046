//! W2 by hand, without a measure.

use super::calendar::{Due, Heap, Wheel};
use crate::draws::{Draws, nanos, seconds};
use crate::rules::Workspace;
use crate::run::Stopwatch;
use crate::works::{Found, Messages, Pools};

/// Slots of a workspace: ten agents, eight servers, and two that stay empty.
const SLOTS: usize = 20;
/// The bits of a slot's number.
const SLOT_BITS: u32 = 5;
/// That a slot has nothing due.
const IDLE: u64 = u64::MAX;

/// One workspace at a time, whose agents and servers have a slot each: the next event is the least of
/// twenty numbers, found without a branch.
pub(crate) fn slots_apart(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    let mut draws = Draws::seeded(pools.seed);
    Found::Messages((0..pools.workspaces).map(|_| slots(&pools, &mut draws)).sum())
}

fn slots(pools: &Pools, draws: &mut Draws) -> Messages {
    let (agents, between, end) = (pools.agents as usize, 1.0 / pools.rate, nanos(pools.seconds));
    let mut workspace = Workspace::new(pools);
    let mut idle: u32 = (1 << pools.servers.unwrap_or(0)) - 1;
    // A slot is when it is due, and its own number in the lowest bits: so the least is unique.
    let mut slots = [IDLE; SLOTS];
    let due = |time: u64, slot: usize| time << SLOT_BITS | slot as u64;
    for (slot, next) in slots.iter_mut().enumerate().take(agents) {
        *next = due(draws.nanos(between), slot);
    }
    loop {
        let least = least(&slots);
        let (time, slot) = (least >> SLOT_BITS, (least as usize) & ((1 << SLOT_BITS) - 1));
        if least == IDLE {
            return workspace.counts;
        }
        if slot < agents {
            if workspace.offer(seconds(time)) {
                let server = idle.trailing_zeros();
                idle &= idle - 1;
                let server = agents + server as usize;
                slots[server] = due(time + draws.nanos(pools.service), server);
            }
            let next = time + draws.nanos(between);
            slots[slot] = if next < end { due(next, slot) } else { IDLE };
        } else if workspace.reply() {
            slots[slot] = due(time + draws.nanos(pools.service), slot);
        } else {
            idle |= 1 << (slot - agents);
            slots[slot] = IDLE;
        }
    }
}

/// The least slot, by four chains of comparisons that do not wait for each other.
#[inline]
fn least(slots: &[u64; SLOTS]) -> u64 {
    let mut least = [IDLE; 4];
    for four in slots.chunks_exact(4) {
        for (least, &slot) in least.iter_mut().zip(four) {
            *least = slot.min(*least);
        }
    }
    least[0].min(least[1]).min(least[2].min(least[3]))
}

#[derive(Clone, Copy)]
enum Event {
    Message,
    Reply,
}

/// One workspace at a time, with a heap.
pub(crate) fn heap_apart(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    let mut draws = Draws::seeded(pools.seed);
    let (between, end) = (1.0 / pools.rate, nanos(pools.seconds));
    let mut calendar = Heap::new();
    let mut simulate = |_| {
        let mut workspace = Workspace::new(&pools);
        for _ in 0..pools.agents {
            calendar.push(Due { time: draws.nanos(between), event: Event::Message });
        }
        while let Some(Due { time, event }) = calendar.first() {
            let (begins, next) = match event {
                Event::Message => {
                    let next = time + draws.nanos(between);
                    let next = (next < end).then_some(Due { time: next, event });
                    (workspace.offer(seconds(time)), next)
                }
                Event::Reply => (workspace.reply(), None),
            };
            let mut reply = || Due { time: time + draws.nanos(pools.service), event: Event::Reply };
            match (next, begins) {
                (Some(next), false) => calendar.replace_first(next),
                (Some(next), true) => {
                    calendar.replace_first(next);
                    calendar.push(reply());
                }
                (None, true) => calendar.replace_first(reply()),
                (None, false) => drop(calendar.pop()),
            }
        }
        workspace.counts
    };
    Found::Messages((0..pools.workspaces).map(&mut simulate).sum())
}

/// All workspaces in one world, with a wheel.
pub(crate) fn wheel_world(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    let mut draws = Draws::seeded(pools.seed);
    let (between, end) = (1.0 / pools.rate, nanos(pools.seconds));
    let messages_a_second = pools.expected() / pools.seconds;
    let mut workspaces = vec![Workspace::new(&pools); pools.workspaces as usize];
    let mut wheel = Wheel::new(2.0 * messages_a_second, 16.0 * between);
    for workspace in 0..pools.workspaces {
        for _ in 0..pools.agents {
            let event = (workspace, Event::Message);
            wheel.push(Due { time: draws.nanos(between), event });
        }
    }
    while let Some(Due { time, event: (at, event) }) = wheel.pop() {
        let workspace = &mut workspaces[at as usize];
        let begins = match event {
            Event::Message => {
                let next = time + draws.nanos(between);
                if next < end {
                    wheel.push(Due { time: next, event: (at, event) });
                }
                workspace.offer(seconds(time))
            }
            Event::Reply => workspace.reply(),
        };
        if begins {
            let time = time + draws.nanos(pools.service);
            wheel.push(Due { time, event: (at, Event::Reply) });
        }
    }
    Found::Messages(workspaces.iter().map(|workspace| workspace.counts).sum())
}
