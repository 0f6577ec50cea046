//! What is told of one workspace by itself: its figures, and the hours in which limits blocked it.

use super::tally::Tally;
use crate::rules::Reason;
use crate::units::{SimSpan, SimTime};

/// How many reasons there are.
const REASONS: usize = Reason::ALL.len();

/// The limit hits of one workspace by the hours of the run in which they fell, for each reason.
///
/// Hours are sets, so that hits may be booked in any order.
#[derive(Debug, Clone, Default)]
pub struct BlockedTally {
    hits: [u64; REASONS],
    /// The earliest.
    first: Option<SimTime>,
    /// A bit for each hour up to the last with a hit.
    hours: [Vec<u64>; REASONS],
}

impl BlockedTally {
    /// Begins anew; what was allocated is used again.
    pub(super) fn clear(&mut self) {
        (self.hits, self.first) = ([0; REASONS], None);
        self.hours.iter_mut().for_each(Vec::clear);
    }

    /// Books a limit hit at `now` in a run that ends at `until`. What is tried again after that falls
    /// into the last hour, as it falls into the last bin of the series.
    pub(super) fn hit(&mut self, reason: Reason, now: SimTime, until: SimTime) {
        let last = SimTime::from_nanos(until.nanos().saturating_sub(1));
        let hour = now.min(last).nanos() / SimSpan::HOUR.nanos();
        let (word, bit) = ((hour / 64) as usize, hour % 64);
        let hours = &mut self.hours[reason as usize];
        if hours.len() <= word {
            hours.resize(word + 1, 0);
        }
        hours[word] |= 1 << bit;
        self.hits[reason as usize] += 1;
        self.first = Some(self.first.map_or(now, |first| first.min(now)));
    }

    /// Hours with a hit for any reason.
    fn any_hour(&self) -> u64 {
        let words = self.hours.iter().map(Vec::len).max().unwrap_or(0);
        let word = |at: usize| self.hours.iter().filter_map(move |hours| hours.get(at));
        (0..words).map(|at| count(word(at).fold(0, |any, hours| any | hours))).sum()
    }

    fn by_reason(&self) -> [BlockedFigures; REASONS] {
        std::array::from_fn(|reason| BlockedFigures {
            hits: self.hits[reason],
            hours: self.hours[reason].iter().copied().map(count).sum(),
        })
    }
}

fn count(word: u64) -> u64 {
    u64::from(word.count_ones())
}

/// How often, and in how many hours, something was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockedFigures {
    /// Refused tries.
    pub hits: u64,
    /// Hours of the run, counted from the start, in which at least one try was refused.
    pub hours: u64,
}

/// The figures of one workspace: what it adds to the metrics of its group, and when limits blocked
/// it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceFigures {
    /// Messages due inside the window.
    pub offered: u64,
    /// Those that were replied to.
    pub completed: u64,
    /// Those that were given up.
    pub lost: u64,
    /// Those still on their way when a run with `drain: cut` ended.
    pub in_flight: u64,
    /// Limit hits of all reasons. An hour with hits for two reasons is one hour.
    pub blocked: BlockedFigures,
    /// Limit hits by reason, at the places of [`Reason::ALL`].
    pub by_reason: [BlockedFigures; REASONS],
    /// The first limit hit.
    pub first_hit: Option<SimTime>,
    /// Credits charged to grants, less what was given back \[thousandths\]; `None` where there is no
    /// pool.
    pub consumed: Option<i128>,
    /// Credits charged beyond the grants, less what was given back \[thousandths\]; `None` where there
    /// is no pool.
    pub overage: Option<i128>,
    /// Money \[millionths\].
    pub spent: i128,
}

impl WorkspaceFigures {
    /// Those of a finished workspace whose hours were noted.
    pub fn of(tally: &Tally) -> Self {
        let none = BlockedTally::default();
        let noted = tally.blocked.as_deref().unwrap_or(&none);
        let credits = tally.credits.as_ref();
        Self {
            offered: tally.offered,
            completed: tally.completed,
            lost: tally.lost_total(),
            in_flight: tally.in_flight,
            blocked: BlockedFigures { hits: tally.hits, hours: noted.any_hour() },
            by_reason: noted.by_reason(),
            first_hit: noted.first,
            consumed: credits.map(|credits| credits.flows.consumed),
            overage: credits.map(|credits| credits.flows.overage),
            spent: tally.money.total(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: u64, nanos: u64) -> SimTime {
        SimTime::ZERO + SimSpan::HOUR.times(hours) + SimSpan::from_nanos(nanos)
    }

    #[test]
    fn an_hour_counts_once_however_its_hits_come() {
        let mut tally = BlockedTally::default();
        let until = at(200, 1);
        for (reason, now) in [
            (Reason::RateLimited, at(1, 0)),
            (Reason::RateLimited, at(3, 0)),
            // In any order.
            (Reason::Overloaded, at(2, 5)),
            (Reason::Overloaded, at(0, 7)),
            (Reason::Overloaded, at(1, 9)),
            (Reason::RateLimited, at(3, SimSpan::HOUR.nanos() - 1)),
            (Reason::RateLimited, at(4, 0)),
            // After the end, and so in the last hour, which is a nanosecond long.
            (Reason::RateLimited, at(300, 0)),
            (Reason::RateLimited, at(200, 0)),
        ] {
            tally.hit(reason, now, until);
        }
        let by_reason = tally.by_reason();
        assert_eq!(by_reason[Reason::RateLimited as usize], BlockedFigures { hits: 6, hours: 4 });
        assert_eq!(by_reason[Reason::Overloaded as usize], BlockedFigures { hits: 3, hours: 3 });
        assert_eq!((tally.any_hour(), tally.first), (6, Some(at(0, 7))));
        tally.clear();
        assert_eq!((tally.any_hour(), tally.first), (0, None));
        assert_eq!(tally.by_reason(), [BlockedFigures::default(); REASONS]);
    }
}
