//! What is to come, in slots of equal length, taken slot after slot.

use crate::units::SimTime;

/// So many bits of a slot's number are told apart at one level.
const BITS: u32 = 6;
/// Slots of a level: a word has a bit for each of them.
const SLOTS: usize = 1 << BITS;

/// A timing wheel of several levels: what is near lies in the slot in which it is due, what is far in
/// one that is as many slots long as a level has, or so many times longer, and moves to a shorter one when
/// that is reached. To put in and to take out cost the same, however much is to come.
/// Source: G. Varghese and T. Lauck, Hashed and Hierarchical Timing Wheels (1987), scheme 7.
#[derive(Debug, Clone)]
pub(super) struct Wheel<T> {
    /// A slot is two to the power of this long \[ns\].
    shift: u32,
    /// The number of the slot that was reached last: nothing comes before it.
    reached: u64,
    /// The shortest slots first.
    levels: Vec<Level<T>>,
}

#[derive(Debug, Clone)]
struct Level<T> {
    /// A bit for each slot that holds something.
    full: u64,
    slots: Vec<Vec<(SimTime, T)>>,
}

impl<T> Default for Wheel<T> {
    fn default() -> Self {
        Self::new(0)
    }
}

impl<T> Wheel<T> {
    /// An empty wheel, whose slots are two to the power of `shift` long \[ns\].
    pub(super) const fn new(shift: u32) -> Self {
        Self { shift, reached: 0, levels: Vec::new() }
    }

    /// The number of the slot of an instant.
    #[inline]
    pub(super) const fn slot(&self, at: SimTime) -> u64 {
        at.nanos() >> self.shift
    }

    /// The last instant of a slot.
    #[inline]
    pub(super) const fn last(&self, slot: u64) -> SimTime {
        SimTime::from_nanos((slot << self.shift) | ((1 << self.shift) - 1))
    }

    /// The number of the slot that was reached last.
    #[inline]
    pub(super) const fn reached(&self) -> u64 {
        self.reached
    }
}

impl<T: Copy> Wheel<T> {
    /// Forgets all; the memory stays.
    pub(super) fn clear(&mut self) {
        self.reached = 0;
        for level in &mut self.levels {
            level.full = 0;
            level.slots.iter_mut().for_each(Vec::clear);
        }
    }

    /// Puts something in that is due at an instant, in a slot not before the one that was
    /// [reached](Self::reached).
    #[inline]
    pub(super) fn push(&mut self, at: SimTime, what: T) {
        let slot = self.slot(at);
        debug_assert!(slot >= self.reached, "{at:?} lies before what was reached");
        // The highest bit by which they differ says how far it is.
        let level = ((slot ^ self.reached) | 1).ilog2() / BITS;
        let place = (slot >> (level * BITS)) as usize % SLOTS;
        let level = level as usize;
        if level >= self.levels.len() {
            self.levels.resize_with(level + 1, Level::default);
        }
        let level = &mut self.levels[level];
        level.full |= 1 << place;
        level.slots[place].push((at, what));
    }

    /// Reaches the next slot that holds something, unless that comes after the one of `until`; answers
    /// its number.
    #[inline]
    pub(super) fn reach(&mut self, until: SimTime) -> Option<u64> {
        loop {
            let level = self.levels.iter().position(|level| level.full != 0)?;
            let shift = level as u32 * BITS;
            let place = self.levels[level].full.trailing_zeros();
            // What is above the digit of this level stays; what is below it begins anew.
            let above = self.reached.checked_shr(shift + BITS).unwrap_or(0);
            let slot = above.checked_shl(shift + BITS).unwrap_or(0) | (u64::from(place) << shift);
            if slot > self.slot(until) {
                return None;
            }
            self.reached = slot;
            if level == 0 {
                return Some(self.reached);
            }
            self.spread(level, place as usize);
        }
    }

    /// Moves what is in a longer slot that was reached to shorter ones.
    fn spread(&mut self, level: usize, place: usize) {
        self.levels[level].full &= !(1 << place);
        let mut moved = std::mem::take(&mut self.levels[level].slots[place]);
        for (at, what) in moved.drain(..) {
            self.push(at, what);
        }
        self.levels[level].slots[place] = moved;
    }

    /// Takes out what the slot holds that was [reached](Self::reach) last, in no order; `into` is empty.
    #[inline]
    pub(super) fn take(&mut self, into: &mut Vec<(SimTime, T)>) {
        let place = self.reached as usize % SLOTS;
        if let Some(level) = self.levels.first_mut() {
            level.full &= !(1 << place);
            std::mem::swap(&mut level.slots[place], into);
        }
    }

    /// How much the slot holds that was reached last.
    #[inline]
    pub(super) fn in_reach(&self) -> usize {
        self.levels.first().map_or(0, |level| level.slots[self.reached as usize % SLOTS].len())
    }

    /// All that is to come, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (SimTime, T)> + Clone + '_ {
        self.levels.iter().flat_map(|level| level.slots.iter().flatten().copied())
    }
}

impl<T> Default for Level<T> {
    fn default() -> Self {
        Self { full: 0, slots: std::iter::repeat_with(Vec::new).take(SLOTS).collect() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn slots_are_reached_in_order_and_hold_what_is_due_in_them(
            shift in 0..40_u32,
            steps in prop::collection::vec((0..64_u32, any::<u64>(), 0..3_u8), 1..200),
            until in any::<u64>(),
        ) {
            let mut wheel = Wheel::new(shift);
            let mut all: Vec<(SimTime, usize)> = Vec::new();
            for (number, &(bits, ahead, takes)) in steps.iter().enumerate() {
                let reached = wheel.reached() << shift;
                let at = SimTime::from_nanos(reached.saturating_add(ahead >> bits));
                wheel.push(at, number);
                all.push((at, number));
                for _ in 0..takes {
                    let mut listed: Vec<(SimTime, usize)> = wheel.iter().collect();
                    listed.sort_unstable();
                    all.sort_unstable();
                    prop_assert_eq!(&listed, &all);
                    let first = all.first().map(|&(at, _)| at.nanos() >> shift);
                    let until = SimTime::from_nanos(until);
                    let soon = first.filter(|&slot| slot <= until.nanos() >> shift);
                    prop_assert_eq!(wheel.reach(until), soon);
                    let slot = wheel.reach(SimTime::NEVER);
                    prop_assert_eq!(slot, first);
                    let Some(slot) = slot else { continue };
                    let mut taken = Vec::new();
                    wheel.take(&mut taken);
                    taken.sort_unstable();
                    let due = all.iter().take_while(|(at, _)| *at <= wheel.last(slot)).count();
                    let expected: Vec<(SimTime, usize)> = all.drain(..due).collect();
                    prop_assert_eq!(taken, expected);
                }
            }
        }
    }
}
