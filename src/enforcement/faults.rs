//! What goes wrong around decisions, in numbers.

use crate::units::{Share, SimSpan, SimTime};

/// What goes wrong around decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Attempts end, and nobody hears of it.
    pub lost_release: Option<LostRelease>,
    /// Attempts are asked for twice.
    pub duplicate_delivery: Option<DuplicateDelivery>,
    /// Each node's clock is off by a time of its own, up to this, before or after.
    pub clock_skew: Option<SimSpan>,
    /// Each node restarts after times that are exponential with this mean, above 0, and forgets what it
    /// has not told anybody.
    pub node_restart: Option<SimSpan>,
    /// Nodes hear late of a new period.
    pub late_renewal: Option<LateRenewal>,
}

/// Attempts end, and nobody hears of it: their places stay taken, what is held for them is, and what
/// was to be charged then is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostRelease {
    /// Of all that are answered, or refused further on.
    pub share: Share,
    /// After how long somebody finds that they have ended; `None` is never.
    pub found_after: Option<SimSpan>,
}

/// Attempts are asked for twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DuplicateDelivery {
    /// Of all.
    pub share: Share,
    /// From the first time to the second.
    pub after: SimSpan,
    /// Whether the second time is known by the key of the first, and changes nothing.
    pub idempotent: bool,
}

/// Nodes hear late of a new period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateRenewal {
    /// Of nodes, at each period that begins.
    pub share: Share,
    /// How late they are.
    pub by: SimSpan,
}

/// What becomes of an attempt while nobody can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUnavailable {
    /// It is refused.
    #[default]
    Refuse,
    /// It is admitted, whatever the rules say.
    Admit,
    /// Each node decides by what it knows, and hears nothing.
    Local,
}

/// When enforcement is unavailable: from the first instant until the second of each, which do not
/// overlap, in the order of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Outages(Vec<(SimTime, SimTime)>);

impl Outages {
    /// Makes these the outages, in any order; those that overlap or meet are one. The memory stays.
    pub(super) fn set(&mut self, outages: impl Iterator<Item = (SimTime, SimTime)>) {
        self.0.clear();
        self.0.extend(outages);
        self.0.sort_unstable();
        self.0.dedup_by(|next, one| {
            let meets = next.0 <= one.1;
            one.1 = if meets { one.1.max(next.1) } else { one.1 };
            meets
        });
    }

    /// The outage at an instant.
    pub(super) fn at(&self, now: SimTime) -> Option<(SimTime, SimTime)> {
        let next = self.0.partition_point(|outage| outage.0 <= now);
        let last = self.0[..next].last().copied();
        last.filter(|outage| now < outage.1)
    }

    /// How many multiples of a span, above 0, from it on have passed at an instant, up to the last at
    /// which enforcement was available.
    pub(super) fn multiples(&self, every: SimSpan, now: SimTime) -> u64 {
        let mut passed = now.nanos() / every.nanos();
        while let Some((from, _)) = self.at(SimTime::from_nanos(passed * every.nanos())) {
            if from == SimTime::ZERO {
                return 0;
            }
            passed = (from.nanos() - 1) / every.nanos();
        }
        passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(seconds: u64) -> SimTime {
        SimTime::from_nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn outages_that_overlap_or_meet_are_one() {
        let mut outages = Outages::default();
        let spans = [(50, 60), (10, 20), (15, 30), (30, 35), (12, 14)];
        outages.set(spans.into_iter().map(|(from, until)| (second(from), second(until))));
        assert_eq!(outages.0, [(second(10), second(35)), (second(50), second(60))]);
        for (now, expected) in
            [(9, None), (10, Some(10)), (34, Some(10)), (35, None), (59, Some(50))]
        {
            assert_eq!(outages.at(second(now)).map(|it| it.0), expected.map(second), "{now}");
        }
    }

    #[test]
    fn multiples_in_an_outage_pass_by() {
        let mut outages = Outages::default();
        outages.set([(second(20), second(35))].into_iter());
        let ten = SimSpan::from_nanos(10_000_000_000);
        // At 20 s and 30 s nobody hears anything, at 40 s of all.
        for (now, expected) in [(9, 0), (10, 1), (19, 1), (20, 1), (39, 1), (40, 4), (55, 5)] {
            assert_eq!(outages.multiples(ten, second(now)), expected, "{now}");
        }
        outages.set([(second(15), second(22)), (second(25), second(35))].into_iter());
        for (now, expected) in [(14, 1), (24, 1), (30, 1), (39, 1), (40, 4)] {
            assert_eq!(outages.multiples(ten, second(now)), expected, "{now}");
        }
        outages.set([(second(0), second(15))].into_iter());
        assert_eq!(outages.multiples(ten, second(12)), 0);
        assert_eq!(outages.multiples(ten, second(20)), 2);
    }
}
