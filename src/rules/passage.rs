//! How an attempt passes gates: all or none, and what it holds then.

use std::collections::VecDeque;

use super::decision::{Reason, Refusal};
use super::gate::{Gate, Limiters};
use super::limiter::Attempt;
use super::meter::Meter;
use crate::units::SimSpan;

/// What an attempt that was admitted holds of limiters until it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The number by which the caller knows the attempt.
    pub ticket: u64,
    /// The limiters that hold no place for it, since they only reported it.
    skips: u32,
}

impl Hold {
    /// That of an attempt before it took anything.
    pub const NONE: Self = Self { ticket: 0, skips: 0 };
}

/// Why an attempt that passed does not go on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// How long limiters that shape have it wait.
    pub shaped: SimSpan,
    /// Whether it waits for a place of a limiter of attempts in flight.
    pub queued: bool,
}

impl Wait {
    /// It goes on at once.
    pub const NONE: Self = Self { shaped: SimSpan::ZERO, queued: false };

    /// Whether it goes on at once.
    pub const fn is_none(self) -> bool {
        self.shaped.is_zero() && !self.queued
    }

    /// Whoever waits at several limiters goes on when the last of them lets it.
    fn and(self, other: Self) -> Self {
        Self { shaped: self.shaped.max(other.shaped), queued: self.queued || other.queued }
    }
}

/// What limiters that only report would have refused of the last attempt.
#[derive(Debug, Clone, Default)]
pub(super) struct Exceeded {
    /// The throttles, by their places in their list.
    pub(super) throttles: Vec<u16>,
    skips: u32,
    /// Why the pool would have refused it, if it only reports.
    pub(super) pool: Option<Reason>,
}

impl Exceeded {
    pub(super) fn clear(&mut self) {
        self.clear_throttles();
        self.pool = None;
    }

    pub(super) fn clear_throttles(&mut self) {
        self.throttles.clear();
        self.skips = 0;
    }

    /// What an attempt holds that passed.
    pub(super) const fn hold(&self, ticket: u64) -> Hold {
        Hold { ticket, skips: self.skips }
    }

    fn contains(&self, gate: &Gate) -> bool {
        gate.reports && self.throttles.contains(&gate.throttle)
    }
}

/// Limiters of one scope, with their state and the gates that hold.
pub(super) struct Passage<'a> {
    pub(super) limiters: &'a Limiters,
    pub(super) gates: &'a [Gate],
    pub(super) meters: &'a mut [Meter],
}

impl Passage<'_> {
    /// Whether an attempt passes all gates; `wait` takes up how it waits there.
    ///
    /// # Errors
    ///
    /// The first refusal.
    #[inline(always)]
    pub(super) fn check(
        &mut self,
        attempt: &Attempt,
        exceeded: &mut Exceeded,
        wait: &mut Wait,
    ) -> Result<(), Refusal> {
        for gate in self.gates {
            let limiter = usize::from(gate.limiter);
            let meter = &mut self.meters[limiter];
            if meter.passes(gate, attempt) {
                continue;
            }
            // By value, so that an attempt need not stand in memory for what passes.
            let answer = meter.check(gate, *attempt);
            if !gate.reports {
                *wait = wait.and(answer?);
            } else if answer.is_err() {
                exceeded.throttles.push(gate.throttle);
                exceeded.skips |= self.limiters.skips[limiter];
            }
        }
        Ok(())
    }

    /// Takes what was found, but for places.
    #[inline(always)]
    pub(super) fn take(&mut self, attempt: &Attempt, exceeded: &Exceeded) {
        for gate in self.gates {
            if !exceeded.contains(gate) {
                self.meters[usize::from(gate.limiter)].take(gate, attempt);
            }
        }
    }

    /// Notes the gates that only report and have no room.
    pub(super) fn note_exceeded(&mut self, attempt: &Attempt, exceeded: &mut Exceeded) {
        for gate in self.gates.iter().filter(|gate| gate.reports) {
            let limiter = usize::from(gate.limiter);
            if !self.meters[limiter].has_room(gate, attempt) {
                exceeded.throttles.push(gate.throttle);
                exceeded.skips |= self.limiters.skips[limiter];
            }
        }
    }

    /// Takes what an attempt needs whether it is there or not, but for places. Answers how long
    /// limiters that shape have it wait.
    pub(super) fn take_anyway(&mut self, attempt: &Attempt, exceeded: &Exceeded) -> SimSpan {
        let mut shaped = SimSpan::ZERO;
        for gate in self.gates.iter().filter(|gate| !exceeded.contains(gate)) {
            let wait = self.meters[usize::from(gate.limiter)].take_anyway(gate, attempt);
            // Nobody waits for what only reports.
            shaped = shaped.max(if gate.reports { SimSpan::ZERO } else { wait });
        }
        shaped
    }

    /// Tells the throttles that have no room for an attempt.
    pub(super) fn without_room(&mut self, attempt: &Attempt, mut refused: impl FnMut(u16)) {
        for gate in self.gates.iter().filter(|gate| !gate.reports) {
            if !self.meters[usize::from(gate.limiter)].has_room_really(gate, attempt) {
                refused(gate.throttle);
            }
        }
    }

    /// Goes the way of an attempt that somebody else checked, who counts by himself: up to the gate of
    /// the throttle that refused it, if any did. Notes and counts there what is noted and counted of
    /// refusals. Answers whether that gate has room; `None` if it is none of these.
    pub(super) fn retrace(
        &mut self,
        attempt: &Attempt,
        refused_by: Option<u16>,
        exceeded: &mut Exceeded,
    ) -> Option<bool> {
        for gate in self.gates {
            let limiter = usize::from(gate.limiter);
            let meter = &mut self.meters[limiter];
            let refuses = Some(gate.throttle) == refused_by;
            if !gate.reports && !refuses {
                continue;
            }
            let has_room = if refuses {
                meter.has_room_really(gate, attempt)
            } else {
                meter.has_room(gate, attempt)
            };
            if (refuses || !has_room) && gate.counts_refused {
                meter.count_refused(gate, attempt);
            }
            if refuses {
                return Some(has_room);
            }
            if !has_room {
                exceeded.throttles.push(gate.throttle);
                exceeded.skips |= self.limiters.skips[limiter];
            }
        }
        None
    }

    /// Takes what an attempt that was refused needs of limits of rates, up to the throttle that refused
    /// it. Answers whether that is further on.
    pub(super) fn keep(&mut self, attempt: &Attempt, refused_by: Option<u16>) -> bool {
        for gate in self.gates {
            if Some(gate.throttle) == refused_by {
                return false;
            }
            let limiter = usize::from(gate.limiter);
            if !self.limiters.all[limiter].holds_places() {
                self.meters[limiter].take_anyway(gate, attempt);
            }
        }
        true
    }

    /// Takes places whether there are any or not, as [`take_places`](Self::take_places) does.
    pub(super) fn take_places_anyway(&mut self, attempt: &Attempt, hold: Hold) -> u16 {
        let mut queues = 0;
        for (meter, skip) in self.meters.iter_mut().zip(&self.limiters.skips) {
            if hold.skips & skip == 0 {
                queues += u16::from(meter.take_place_anyway(attempt, hold.ticket));
            }
        }
        queues
    }

    /// Takes places, those on other plans too. Answers how many the attempt waits for.
    pub(super) fn take_places(&mut self, attempt: Attempt, hold: Hold) -> u16 {
        let mut queues = 0;
        for (meter, skip) in self.meters.iter_mut().zip(&self.limiters.skips) {
            if hold.skips & skip == 0 {
                queues += u16::from(meter.take_place(&attempt, hold.ticket));
            }
        }
        queues
    }
}

/// Gives back the places that an attempt held, as `release` does it for each. `admitted` takes the
/// tickets of those that waited for a place and have one now.
pub(super) fn give_back(
    (limiters, meters): (&Limiters, &mut [Meter]),
    hold: Hold,
    admitted: &mut VecDeque<u64>,
    mut release: impl FnMut(&mut Meter) -> Option<u64>,
) {
    for (meter, skip) in meters.iter_mut().zip(&limiters.skips) {
        if hold.skips & skip == 0 {
            admitted.extend(release(meter));
        }
    }
}
