//! What is taken and given back over time: credits, slots, agents.

use crate::verify::bracket::{Bracket, Moment};
use crate::verify::verdict::Verdict;

/// Something that takes, or gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::verify) struct Change {
    pub(in crate::verify) at: Bracket,
    /// Taken if it is above zero, else given back.
    pub(in crate::verify) amount: i128,
    pub(in crate::verify) line: u64,
}

/// Changes, ordered so that what is taken at an instant can be bounded.
#[derive(Debug, Default)]
pub(in crate::verify) struct Stock {
    takes: Side,
    frees: Side,
}

/// Changes of one kind: the moments from which, and until which, they may have happened, each with the
/// sum of those that come no later.
#[derive(Debug, Default)]
struct Side {
    from: Vec<(Moment, i128)>,
    until: Vec<(Moment, i128)>,
}

impl Side {
    fn new(changes: impl Iterator<Item = Change> + Clone) -> Self {
        let summed = |moments: &mut dyn Iterator<Item = (Moment, i128)>| {
            let mut moments: Vec<(Moment, i128)> = moments.collect();
            moments.sort_unstable_by_key(|&(moment, _)| moment);
            let mut sum = 0;
            for (_, amount) in &mut moments {
                sum += *amount;
                *amount = sum;
            }
            moments
        };
        let amounts = changes.map(|it| (it.at, it.amount.abs()));
        Self {
            from: summed(&mut amounts.clone().map(|(at, amount)| (at.from, amount))),
            until: summed(&mut amounts.map(|(at, amount)| (at.until, amount))),
        }
    }

    /// The sum of those before a moment.
    fn before(sums: &[(Moment, i128)], moment: Moment) -> i128 {
        let count = sums.partition_point(|&(at, _)| at < moment);
        count.checked_sub(1).map_or(0, |last| sums[last].1)
    }

    /// What surely happened before something.
    fn surely(&self, at: &Bracket) -> i128 {
        Self::before(&self.until, at.from)
    }

    /// What may have happened before something; it itself too, if it is among these.
    fn perhaps(&self, at: &Bracket) -> i128 {
        Self::before(&self.from, at.until)
    }
}

impl Stock {
    pub(in crate::verify) fn new(changes: &[Change]) -> Self {
        let of = |takes: bool| changes.iter().copied().filter(move |it| (it.amount > 0) == takes);
        Self { takes: Side::new(of(true)), frees: Side::new(of(false)) }
    }

    /// The least and the most that others have taken when something happens that takes `own` itself, or
    /// nothing if it was refused.
    pub(in crate::verify) fn taken(&self, at: &Bracket, own: i128) -> (i128, i128) {
        let itself = if at.is_point() { 0 } else { own };
        let least = self.takes.surely(at) - self.frees.perhaps(at);
        let most = self.takes.perhaps(at) - itself - self.frees.surely(at);
        (least, most)
    }
}

/// Whether what is taken is never more than `room`, whatever the order; and the line at which it surely
/// is, or may be.
///
/// Exact: all that takes is placed as early as it may be and all that gives back as late, which is the
/// worst for every moment at once; and the other way round, which is the best.
pub(in crate::verify) fn never_above(room: i128, changes: &[Change]) -> (Verdict, Option<u64>) {
    let first_above = |takes_early: bool| {
        let mut order: Vec<(Moment, &Change)> = changes
            .iter()
            .map(|it| (if (it.amount > 0) == takes_early { it.at.from } else { it.at.until }, it))
            .collect();
        order.sort_by_key(|&(moment, _)| moment);
        let mut taken = 0;
        order.into_iter().find_map(|(_, change)| {
            taken += change.amount;
            (change.amount > 0 && taken > room).then_some(change.line)
        })
    };
    if let Some(line) = first_above(false) {
        return (Verdict::Violated, Some(line));
    }
    match first_above(true) {
        Some(line) => (Verdict::Possible, Some(line)),
        None => (Verdict::Held, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::units::SimTime;

    /// Calls `visit` with every order in which the changes may have happened.
    fn orders(changes: &[Change], visit: &mut impl FnMut(&[Change])) {
        fn extend(
            left: &mut Vec<Change>,
            done: &mut Vec<Change>,
            visit: &mut impl FnMut(&[Change]),
        ) {
            if left.is_empty() {
                if is_possible(done) {
                    visit(done);
                }
                return;
            }
            for place in 0..left.len() {
                done.push(left.remove(place));
                extend(left, done, visit);
                left.insert(place, done.pop().unwrap());
            }
        }
        extend(&mut changes.to_vec(), &mut Vec::new(), visit);
    }

    /// Whether instants can be given to changes in this order, so that those of one instant that are
    /// known exactly stand in the order of their lines.
    fn is_possible(order: &[Change]) -> bool {
        let mut now = SimTime::ZERO;
        for (place, change) in order.iter().enumerate() {
            now = now.max(change.at.from.0);
            if now > change.at.until.0 {
                return false;
            }
            let later = &order[place + 1..];
            let same = |it: &&Change| it.at.is_point() && it.at.from.0 == change.at.from.0;
            if change.at.is_point() && later.iter().filter(same).any(|it| it.line < change.line) {
                return false;
            }
        }
        true
    }

    fn changes() -> impl Strategy<Value = Vec<Change>> {
        let change = (0..6_u64, prop_oneof![3 => Just(0), 2 => 1..5_u64], -3..4_i128);
        proptest::collection::vec(change, 1..6).prop_map(|changes| {
            let changes = changes.into_iter().filter(|change| change.2 != 0).enumerate();
            let changes = changes.map(|(line, (from, length, amount))| {
                let [from, until] = [from, from + length].map(SimTime::from_nanos);
                let line = line as u64 + 1;
                Change { at: Bracket::new(from, until, line), amount, line }
            });
            changes.collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 4_000,
            rng_seed: RngSeed::Fixed(1),
            ..ProptestConfig::default()
        })]

        #[test]
        fn a_verdict_is_what_all_orders_say(changes in changes(), room in 0..5_i128) {
            let (mut kept, mut broken) = (false, false);
            orders(&changes, &mut |order| {
                let mut taken = 0;
                let is_kept = order.iter().all(|it| {
                    taken += it.amount;
                    it.amount < 0 || taken <= room
                });
                kept |= is_kept;
                broken |= !is_kept;
            });
            let expected = match (kept, broken) {
                (true, false) => Verdict::Held,
                (true, true) => Verdict::Possible,
                _ => Verdict::Violated,
            };
            prop_assert_eq!(never_above(room, &changes).0, expected);
        }

        #[test]
        fn bounds_hold_in_every_order(changes in changes()) {
            let stock = Stock::new(&changes);
            for change in &changes {
                let (least, most) = stock.taken(&change.at, change.amount.max(0));
                orders(&changes, &mut |order| {
                    let before = order.iter().take_while(|it| it.line != change.line);
                    let taken: i128 = before.map(|it| it.amount).sum();
                    assert!((least..=most).contains(&taken), "{taken} {least} {most} {change:?}");
                });
            }
        }
    }
}
