//! Instants, of which one that is past is at hand, or else the earliest.

use super::wheel::Wheel;
use crate::units::SimTime;

/// So many are looked through one by one, which is faster than anything else.
const FEW: usize = 16;
/// So many of them are in one slot of the wheel that holds more, about: to sort so few is cheap.
const OF_A_SLOT: u64 = 16;

/// Instants in any number, of which one is looked at and replaced. Of those that are past it does not
/// matter which one that is. What counts as past never becomes less.
#[derive(Debug, Clone, Default)]
pub(super) struct Earliest {
    /// All of them, in any order, while there are few.
    few: Vec<SimTime>,
    /// The place of the one that is at hand, of the few.
    at_hand: usize,
    /// All of them, since there were many.
    many: Many,
}

/// Many instants.
#[derive(Debug, Clone, Default)]
struct Many {
    /// Some that are past, in any order.
    past: Vec<SimTime>,
    /// The earliest of the others, descending.
    near: Vec<SimTime>,
    /// The rest, in slots after the one that was reached.
    far: Wheel<()>,
    /// What was taken out of a slot, for a moment.
    slot: Vec<(SimTime, ())>,
    count: usize,
}

impl Earliest {
    /// Forgets all; the memory stays.
    pub(super) fn clear(&mut self) {
        self.few.clear();
        self.at_hand = 0;
        if self.many.count > 0 {
            self.many.clear();
        }
    }

    /// How many there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.few.len() + self.many.count
    }

    /// One that is not after `now` if there is any, else the earliest.
    #[inline(always)]
    pub(super) fn first(&mut self, now: SimTime) -> Option<SimTime> {
        // They are replaced in turn, so where most are past the next one is.
        match self.few.get(self.at_hand) {
            Some(&instant) if instant <= now => Some(instant),
            _ => self.seek(now, SimTime::NEVER),
        }
    }

    /// One that is not after `now`, if there is any.
    #[inline(always)]
    pub(super) fn past(&mut self, now: SimTime) -> Option<SimTime> {
        match self.few.get(self.at_hand) {
            Some(&instant) if instant <= now => Some(instant),
            _ => self.seek(now, now),
        }
    }

    /// Finds one that is past, or the earliest, if it is not after `until`.
    #[inline(never)]
    fn seek(&mut self, now: SimTime, until: SimTime) -> Option<SimTime> {
        let Some(&first) = self.few.first() else {
            return self.many.seek(now, until).filter(|&instant| instant <= until);
        };
        let (mut place, mut earliest) = (0, first);
        for (other, &instant) in self.few.iter().enumerate() {
            let is_earlier = instant < earliest;
            place = if is_earlier { other } else { place };
            earliest = if is_earlier { instant } else { earliest };
        }
        self.at_hand = place;
        Some(earliest).filter(|&instant| instant <= until)
    }

    /// Adds one.
    pub(super) fn push(&mut self, instant: SimTime) {
        if self.many.count == 0 && self.few.len() < FEW {
            self.few.push(instant);
            return;
        }
        for few in self.few.drain(..) {
            self.many.add(few);
        }
        self.many.add(instant);
    }

    /// Puts a later one in the place of the one that was [found](Self::first), if there is one.
    #[inline(always)]
    pub(super) fn replace_first(&mut self, instant: SimTime) {
        if let Some(first) = self.few.get_mut(self.at_hand) {
            *first = instant;
            let next = self.at_hand + 1;
            self.at_hand = if next < self.few.len() { next } else { 0 };
        } else if self.many.take() {
            self.many.put(instant);
        }
    }

    /// Takes the one out that was [found](Self::first).
    pub(super) fn pop(&mut self) {
        if self.few.is_empty() {
            let taken = self.many.take();
            self.many.count -= usize::from(taken);
        } else {
            self.few.swap_remove(self.at_hand);
            self.at_hand = 0;
        }
    }

    /// All of them, in any order.
    pub(super) fn iter(&self) -> impl Iterator<Item = SimTime> + Clone + '_ {
        let Many { past, near, far, .. } = &self.many;
        let far = far.iter().map(|(instant, ())| instant);
        self.few.iter().chain(past).chain(near).copied().chain(far)
    }
}

impl Many {
    fn clear(&mut self) {
        self.past.clear();
        self.near.clear();
        self.far.clear();
        self.count = 0;
    }

    /// Finds one that is past, or else the earliest, which is of no interest if it lies after `until`.
    fn seek(&mut self, now: SimTime, until: SimTime) -> Option<SimTime> {
        loop {
            if let Some(&instant) = self.past.last().or(self.near.last()) {
                return Some(instant);
            }
            if !self.open(now, until) {
                return None;
            }
        }
    }

    /// Takes out what is in the next slot, unless that lies after `until`. Answers whether there is one.
    fn open(&mut self, now: SimTime, until: SimTime) -> bool {
        let Some(slot) = self.far.reach(until) else { return false };
        self.far.take(&mut self.slot);
        let all_past = self.far.last(slot) <= now;
        let into = if all_past { &mut self.past } else { &mut self.near };
        into.extend(self.slot.drain(..).map(|(instant, ())| instant));
        if !all_past {
            self.near.sort_unstable_by(|one, other| other.cmp(one));
        }
        true
    }

    /// Takes the one out that was found; answers whether there was one.
    fn take(&mut self) -> bool {
        self.past.pop().or_else(|| self.near.pop()).is_some()
    }

    /// Adds one. Whenever there are twice as many, slots are measured anew.
    fn add(&mut self, instant: SimTime) {
        self.put(instant);
        self.count += 1;
        if self.count.is_power_of_two() {
            self.measure();
        }
    }

    fn put(&mut self, instant: SimTime) {
        // What was reached has been taken out.
        if self.far.slot(instant) <= self.far.reached() {
            let place = self.near.partition_point(|&other| other > instant);
            self.near.insert(place, instant);
        } else {
            self.far.push(instant, ());
        }
    }

    /// Makes slots so long that few are in each.
    fn measure(&mut self) {
        let ahead =
            || self.near.iter().copied().chain(self.far.iter().map(|(instant, ())| instant));
        let (Some(first), Some(last)) = (ahead().min(), ahead().max()) else { return };
        let length = last.since(first).nanos() / self.count as u64 * OF_A_SLOT;
        let mut far = Wheel::new(length.max(1).ilog2());
        ahead().for_each(|instant| far.push(instant, ()));
        self.near.clear();
        self.far = far;
        // Nothing is left in the slot that is reached.
        self.open(SimTime::ZERO, SimTime::NEVER);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_at_hand_is_past_or_the_earliest(
            steps in prop::collection::vec((0..4_u8, 0..1_000_u64), 1..300),
        ) {
            let mut instants = Earliest::default();
            let mut all: Vec<u64> = Vec::new();
            let mut now = 0;
            for (step, nanos) in steps {
                now += nanos / 20;
                let earliest = all.iter().min().copied();
                let past = instants.past(SimTime::from_nanos(now)).map(SimTime::nanos);
                prop_assert_eq!(past.is_some(), earliest.is_some_and(|earliest| earliest <= now));
                prop_assert!(past.is_none_or(|past| past <= now && all.contains(&past)));
                let first = instants.first(SimTime::from_nanos(now)).map(SimTime::nanos);
                match first {
                    Some(first) if first <= now => prop_assert!(all.contains(&first)),
                    first => prop_assert_eq!(first, earliest),
                }
                let place = first.and_then(|first| all.iter().position(|&it| it == first));
                match (step, place) {
                    (0, Some(place)) => {
                        instants.pop();
                        all.swap_remove(place);
                    }
                    (1, Some(place)) => {
                        all[place] = all[place].max(now) + nanos;
                        instants.replace_first(SimTime::from_nanos(all[place]));
                    }
                    _ => {
                        instants.push(SimTime::from_nanos(now + nanos));
                        all.push(now + nanos);
                    }
                }
                all.sort_unstable();
                let mut listed: Vec<u64> = instants.iter().map(SimTime::nanos).collect();
                listed.sort_unstable();
                prop_assert_eq!(&listed, &all);
                prop_assert_eq!(instants.len(), all.len());
            }
        }
    }
}
