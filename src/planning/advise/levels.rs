//! How much of something there can be, and the least of it that is enough.

/// Factors by which a limit is raised, as numerator and denominator, ascending.
pub(super) const FACTORS: [(u64, u64); 9] =
    [(5, 4), (3, 2), (2, 1), (3, 1), (5, 1), (10, 1), (20, 1), (50, 1), (100, 1)];

/// A factor as it is read: `1.25x`.
pub(super) fn factor_text((times, per): (u64, u64)) -> String {
    format!("{}x", times as f64 / per as f64)
}

/// An amount so many times as large, rounded up; `None` if it does not fit.
pub(super) fn raised(amount: u64, (times, per): (u64, u64)) -> Option<u64> {
    let raised = (u128::from(amount) * u128::from(times)).div_ceil(u128::from(per));
    u64::try_from(raised).ok()
}

/// Numbers from 1 to `most`, ascending: each up to 100, those of two significant digits above, and
/// `most` itself. So the least that is enough is exact where it is small, and within a tenth of itself
/// elsewhere, and `most` takes few more runs to search than 100 does.
pub(super) fn counts(most: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let (mut next, mut step) = (1_u64, 1_u64);
    while next < u64::from(most) {
        found.push(next as u32);
        next += step;
        if next >= 100 * step {
            step *= 10;
        }
    }
    if most > 0 {
        found.push(most);
    }
    found
}

/// The lowest of `levels` levels by which no more than `goal` hits are left; where even the highest
/// leaves more, the lowest that leaves no more than the highest does. More of a remedy is taken for
/// never worse, so that halving finds it.
///
/// `hits` tells how many are left, or `None` of a level that makes no scenario. The answer is `None` if
/// there is no level that does.
pub(super) fn lowest<E>(
    levels: usize,
    goal: u64,
    mut hits: impl FnMut(usize) -> Result<Option<u64>, E>,
) -> Result<Option<usize>, E> {
    // What makes no scenario is too much of it.
    let mut above = levels;
    let (mut enough, at_most) = loop {
        let Some(top) = above.checked_sub(1) else { return Ok(None) };
        match hits(top)? {
            Some(left) => break (top, left.max(goal)),
            None => above = top - top / 16,
        }
    };
    let mut below = 0;
    while below < enough {
        let middle = below + (enough - below) / 2;
        if hits(middle)?.is_some_and(|left| left <= at_most) {
            enough = middle;
        } else {
            below = middle + 1;
        }
    }
    Ok(Some(enough))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The level that is found where level `n` leaves `left(n)` hits, and how many were looked at.
    fn found(
        levels: usize,
        goal: u64,
        left: impl Fn(usize) -> Option<u64>,
    ) -> (Option<usize>, usize) {
        let mut looked = 0;
        let lowest = lowest(levels, goal, |level| {
            looked += 1;
            Ok::<_, ()>(left(level))
        });
        (lowest.unwrap(), looked)
    }

    #[test]
    fn the_lowest_level_that_is_enough_is_found() {
        for enough in 0..40 {
            let (level, looked) = found(40, 5, |n| Some(if n >= enough { 5 } else { 6 }));
            assert_eq!(level, Some(enough));
            assert!(looked <= 7, "{looked}");
        }
        assert_eq!(found(1, 0, |_| Some(0)), (Some(0), 1));
        assert_eq!(found(0, 0, |_| Some(0)), (None, 0));
    }

    #[test]
    fn where_none_is_enough_the_lowest_is_found_that_does_as_much() {
        let left = |n: usize| Some(100 - 10 * (n as u64).min(4));
        assert_eq!(found(30, 1, left).0, Some(4));
        assert_eq!(found(30, 1, |_| Some(100)).0, Some(0));
    }

    #[test]
    fn what_makes_no_scenario_is_no_level() {
        let left = |n: usize| (n < 9).then(|| 10 - n as u64);
        assert_eq!(found(32, 6, left).0, Some(4));
        assert_eq!(found(32, 6, |_| None).0, None);
    }

    #[test]
    fn counts_are_exact_where_they_are_small() {
        assert!(counts(0).is_empty());
        assert_eq!(counts(1), [1]);
        assert_eq!(counts(7), [1, 2, 3, 4, 5, 6, 7]);
        let all = counts(1_234);
        assert_eq!(all[..100], (1..=100).collect::<Vec<u32>>());
        assert_eq!(all[100..103], [110, 120, 130]);
        assert_eq!(all[all.len() - 4..], [1_000, 1_100, 1_200, 1_234]);
        assert!(counts(u32::MAX).len() < 1_000);
    }

    #[test]
    fn what_is_raised_is_rounded_up() {
        assert_eq!(raised(1, (5, 4)), Some(2));
        assert_eq!(raised(4, (5, 4)), Some(5));
        assert_eq!(raised(u64::MAX, (2, 1)), None);
        assert_eq!([FACTORS[0], FACTORS[8]].map(factor_text), ["1.25x", "100x"]);
    }
}
