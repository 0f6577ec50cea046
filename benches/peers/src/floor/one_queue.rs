//! W1 by hand.

use super::calendar::{Due, Heap};
use crate::draws::{Draws, nanos, seconds};
use crate::rules::Line;
use crate::run::Stopwatch;
use crate::works::{Found, OneQueue, Queue};

/// Waits follow from one another, so there is no calendar at all.
/// Source: D. V. Lindley, The Theory of Queues with a Single Server (Mathematical Proceedings of the
/// Cambridge Philosophical Society 48, 1952).
pub(crate) fn recursion(scale: f64, _: &mut Stopwatch) -> Found {
    let work = OneQueue::scaled(scale);
    let mut draws = Draws::seeded(work.seed);
    let between = 1.0 / work.arrival_rate;
    let (mut customers, mut wait, mut waits) = (0, 0.0_f64, 0.0);
    let mut now = draws.exponential(between);
    while now < work.seconds {
        customers += 1;
        waits += wait;
        let gap = draws.exponential(between);
        wait = (wait + draws.exponential(work.service) - gap).max(0.0);
        now += gap;
    }
    let mean_wait = waits / customers as f64;
    Found::Queue(Queue { arrived: customers, served: customers, mean_wait })
}

#[derive(Clone, Copy)]
enum Event {
    Arrival,
    Departure,
}

/// A heap of the next arrival and the next departure.
pub(crate) fn two_events(scale: f64, _: &mut Stopwatch) -> Found {
    let work = OneQueue::scaled(scale);
    let mut draws = Draws::seeded(work.seed);
    let (between, end) = (1.0 / work.arrival_rate, nanos(work.seconds));
    let mut line = Line::default();
    let mut calendar = Heap::new();
    calendar.push(Due { time: draws.nanos(between), event: Event::Arrival });
    while let Some(Due { time, event }) = calendar.pop() {
        let now = seconds(time);
        let begins = match event {
            Event::Arrival => {
                let time = time + draws.nanos(between);
                if time < end {
                    calendar.push(Due { time, event: Event::Arrival });
                }
                line.arrive(now)
            }
            Event::Departure => line.depart(now),
        };
        if begins {
            let time = time + draws.nanos(work.service);
            calendar.push(Due { time, event: Event::Departure });
        }
    }
    line.found()
}
