//! What holds from a change to the next: the plan, and whether the product is there.

use crate::verify::bracket::Bracket;

/// Changes of something, in the order of the log.
#[derive(Debug)]
pub(super) struct Steps<T>(Vec<(Bracket, T)>);

impl<T: Copy> Steps<T> {
    pub(super) fn new(changes: impl Iterator<Item = (Bracket, T)>) -> Self {
        Self(changes.collect())
    }

    /// What may hold when something happens: the last that surely came before, and all that may have
    /// come since. Nothing if no change is known to have come before.
    pub(super) fn at<'s>(&'s self, at: &'s Bracket) -> impl Iterator<Item = T> + Clone + 's {
        let sure = self.0.iter().filter(|(change, _)| change.is_before(at));
        let last = sure.max_by_key(|(change, _)| change.until);
        let since = last.map(|(change, _)| change.from);
        let others = self.0.iter().filter(move |(change, _)| {
            let is_later = since.is_none_or(|since| change.until >= since);
            change.may_be_before(at) && is_later
        });
        let is_known = last.is_some();
        others.filter(move |_| is_known).map(|&(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SimTime;

    fn bracket(sent: u64, answered: u64, line: u64) -> Bracket {
        Bracket::new(SimTime::from_nanos(sent), SimTime::from_nanos(answered), line)
    }

    #[test]
    fn what_may_hold_is_the_last_that_is_sure_and_what_may_follow() {
        let changes = [(bracket(0, 0, 1), 'a'), (bracket(5, 5, 3), 'b'), (bracket(8, 12, 5), 'c')];
        let steps = Steps::new(changes.into_iter());
        for (at, expected) in [
            (bracket(0, 0, 2), "a"),
            (bracket(5, 5, 2), "a"),
            (bracket(5, 5, 4), "b"),
            (bracket(4, 6, 4), "ab"),
            (bracket(7, 7, 4), "b"),
            (bracket(9, 9, 6), "bc"),
            (bracket(1, 20, 6), "abc"),
            (bracket(13, 13, 6), "c"),
        ] {
            let found: String = steps.at(&at).collect();
            assert_eq!(found, expected, "{at:?}");
        }
        assert_eq!(
            Steps::new([(bracket(3, 3, 1), 'a')].into_iter()).at(&bracket(1, 1, 2)).count(),
            0
        );
    }
}
