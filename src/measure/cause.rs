//! Causes of refusals: a reason, and the limiter where one refused.

use crate::rules::limiter::{OnExceed, Throttle};
use crate::rules::{Reason, Refusal};

/// Why tries of a group can be refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// The reason.
    pub reason: Reason,
    /// The name of the limiter, for the reasons that have one.
    pub limiter: Option<String>,
}

/// What refuses by a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimiterCause<'a> {
    /// Its name.
    pub name: &'a str,
    /// The reason of its refusals.
    pub reason: Reason,
    /// Whether it refuses, and does not only report.
    pub refuses: bool,
}

impl<'a> From<&'a Throttle> for LimiterCause<'a> {
    fn from(throttle: &'a Throttle) -> Self {
        Self {
            name: &throttle.name,
            reason: throttle.quota.reason(),
            refuses: throttle.on_exceed == OnExceed::Refuse,
        }
    }
}

/// All causes that can occur in a scenario, in the order of [`Reason::ALL`]: the same list for all
/// groups, so that their measures add up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Causes {
    causes: Vec<Cause>,
}

/// Which of the causes a group has, and how its refusals find them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCauses {
    /// The cause of each limiter of the group that refuses.
    by_limiter: Vec<Option<u16>>,
    /// The cause of each reason without a limiter, by its place in [`Reason::ALL`].
    by_reason: [Option<u16>; Reason::ALL.len()],
}

impl Causes {
    /// The causes of groups, each given by its limiters, in the order by which refusals name them, and
    /// by the other reasons that can occur. One that only reports causes nothing.
    pub fn new<'a>(groups: impl Iterator<Item = (Vec<LimiterCause<'a>>, Vec<Reason>)>) -> Self {
        let mut causes: Vec<Cause> = Vec::new();
        for (limiters, reasons) in groups {
            let refuse = limiters.into_iter().filter(|it| it.refuses);
            let limited =
                refuse.map(|it| Cause { reason: it.reason, limiter: Some(it.name.to_owned()) });
            let others = reasons.into_iter().map(|reason| Cause { reason, limiter: None });
            for cause in limited.chain(others) {
                if !causes.contains(&cause) {
                    causes.push(cause);
                }
            }
        }
        // Stable: limiters keep the order in which they are written.
        causes.sort_by_key(|cause| cause.reason);
        Self { causes }
    }

    /// The causes, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Cause> {
        self.causes.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.causes.len()
    }

    /// Whether nothing can be refused.
    pub fn is_empty(&self) -> bool {
        self.causes.is_empty()
    }

    /// Those of a group, or of several groups together, by the numbers of limiters if it is one.
    ///
    /// # Panics
    ///
    /// If they were not among those given to [`new`](Self::new).
    pub fn of_groups(&self, limiters: &[LimiterCause<'_>], reasons: &[Reason]) -> GroupCauses {
        let find = |reason: Reason, limiter: Option<&str>| {
            self.causes
                .iter()
                .position(|it| it.reason == reason && it.limiter.as_deref() == limiter)
                .map(|index| index as u16)
        };
        GroupCauses {
            by_limiter: limiters
                .iter()
                .map(|it| if it.refuses { find(it.reason, Some(it.name)) } else { None })
                .collect(),
            by_reason: Reason::ALL
                .map(|reason| find(reason, None).filter(|_| reasons.contains(&reason))),
        }
    }
}

impl GroupCauses {
    /// The cause of a refusal, as an index into [`Causes`].
    ///
    /// # Panics
    ///
    /// If the group was said to have no such refusals.
    pub fn index(&self, refusal: &Refusal) -> usize {
        let index = match refusal.limiter {
            Some(limiter) => self.by_limiter[usize::from(limiter)],
            None => self.by_reason[refusal.reason as usize],
        };
        let Some(index) = index else {
            panic!("{} was said to be impossible", refusal.reason);
        };
        usize::from(index)
    }

    /// The cause of the refusals by a limiter of the group, as an index into [`Causes`]; `None` if it
    /// only reports.
    pub fn of_limiter(&self, limiter: u16) -> Option<usize> {
        self.by_limiter[usize::from(limiter)].map(usize::from)
    }

    /// Whether a cause can occur in this group.
    pub fn contains(&self, cause: usize) -> bool {
        let cause = Some(cause as u16);
        self.by_limiter.contains(&cause) || self.by_reason.contains(&cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_at_their_place_in_the_list() {
        for (place, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, place);
        }
    }
}
