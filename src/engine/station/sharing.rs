//! Servers that all who are present share evenly.
//!
//! With n present and c servers each is served at the rate min(1, c / n), so all have at every
//! instant attained as much since any earlier one, and one number tells how much: who came when it
//! was a, to be served for s, is done when it is a + s.
//! Source: S. Yashkov, Processor-sharing queues: some progress in analysis (1987), section 2.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::units::{SimSpan, SimTime};

/// Parts of a nanosecond in which service is counted: the least common multiple of 1 to 46, so that
/// c / n of a nanosecond is a whole number of them for every n up to 46.
const PARTS: u128 = 9_419_588_158_802_421_600;

/// Who is being served by shared servers.
///
/// What each attains is counted in whole parts of a nanosecond, 9.4 × 10^18 of them. That is exact
/// while at most 46 share the servers; beyond, what is attained between two changes is rounded up to
/// a part. Who is done at a fraction of a nanosecond leaves at the next whole one, and takes its
/// share until then.
#[derive(Debug, Clone, Default)]
pub(super) struct Sharing {
    /// What each has attained since somebody was there \[parts\].
    attained: u128,
    /// At what attainment each is done \[parts\], with the number of its arrival and its job.
    ends: BinaryHeap<Reverse<(u128, u64, u32)>>,
    /// When the next one is done, if nothing changes.
    due: Option<SimTime>,
}

impl Sharing {
    /// Sends everybody away; the memory stays.
    pub(super) fn clear(&mut self) {
        self.ends.clear();
        (self.attained, self.due) = (0, None);
    }

    /// How many are there.
    pub(super) fn present(&self) -> u32 {
        self.ends.len() as u32
    }

    /// When the next one is done, if nothing changes.
    pub(super) const fn due(&self) -> Option<SimTime> {
        self.due
    }

    /// Serves those who are there for `span`, during which `servers` stay the same and nobody comes
    /// or goes; `None` is unlimited.
    pub(super) fn serve(&mut self, span: SimSpan, servers: Option<u32>) {
        if self.ends.is_empty() {
            return;
        }
        let span = u128::from(span.nanos());
        let (c, n) = self.shares(servers);
        let each = PARTS * c;
        self.attained += span * (each / n) + (span * (each % n)).div_ceil(n);
    }

    /// Somebody comes, to be served for `service`.
    pub(super) fn join(&mut self, service: SimSpan, number: u64, job: u32) {
        let end = self.attained.saturating_add(u128::from(service.nanos()) * PARTS);
        self.ends.push(Reverse((end, number, job)));
    }

    /// Takes one who is done; `None` if nobody is. Of those who are done together the one who came
    /// first goes first.
    pub(super) fn take_done(&mut self) -> Option<u32> {
        let &Reverse((end, _, job)) = self.ends.peek()?;
        if end > self.attained {
            return None;
        }
        self.ends.pop();
        if self.ends.is_empty() {
            self.attained = 0;
        }
        Some(job)
    }

    /// Works out anew when the next one is done, after somebody came or went or the servers changed.
    pub(super) fn look_ahead(&mut self, now: SimTime, servers: Option<u32>) {
        let (c, n) = self.shares(servers);
        self.due = self.ends.peek().map(|&Reverse((end, ..))| {
            // The least whole t with t c / n >= left: rounded up once, of whole nanoseconds and
            // parts apart, so that nothing overflows.
            let left = end.saturating_sub(self.attained);
            let (whole, parts) = (left / PARTS, left % PARTS);
            let (nanos, rest) = (whole * n / c, whole * n % c);
            let nanos = nanos + (rest * PARTS + parts * n).div_ceil(c * PARTS);
            now + SimSpan::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        });
    }

    /// The share of a server that each has, as a fraction of whole numbers.
    fn shares(&self, servers: Option<u32>) -> (u128, u128) {
        let present = u128::from(self.present().max(1));
        match servers.map(u128::from) {
            Some(servers) if servers < present => (servers, present),
            _ => (1, 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_least_common_multiple_of_1_to_46() {
        let gcd = |mut a: u128, mut b: u128| {
            while b > 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        assert_eq!((1..=46).fold(1, |all, n| all / gcd(all, n) * n), PARTS);
    }

    /// Three who come together to one server, to be served for 10, 20 and 30: done at 30, 50, 60.
    #[test]
    fn those_who_share_a_server_are_slowed_alike() {
        let mut sharing = Sharing::default();
        let mut now = SimTime::ZERO;
        for (job, service) in [(0, 10), (1, 20), (2, 30)] {
            sharing.join(SimSpan::from_nanos(service), u64::from(job), job);
        }
        let mut done = Vec::new();
        sharing.look_ahead(now, Some(1));
        while let Some(due) = sharing.due() {
            sharing.serve(due - now, Some(1));
            now = due;
            while let Some(job) = sharing.take_done() {
                done.push((job, now.nanos()));
            }
            sharing.look_ahead(now, Some(1));
        }
        assert_eq!(done, [(0, 30), (1, 50), (2, 60)]);
    }

    /// The longest services that there are, by the most that can be there with the fewest servers.
    #[test]
    fn the_greatest_numbers_fit() {
        let mut sharing = Sharing::default();
        let most = SimSpan::from_nanos(u64::MAX);
        (0..3).for_each(|job| sharing.join(most, u64::from(job), job));
        sharing.look_ahead(SimTime::ZERO, Some(2));
        assert_eq!(sharing.due(), Some(SimTime::NEVER));
        sharing.serve(most, Some(2));
        assert_eq!(sharing.attained, PARTS / 3 * 2 * u128::from(u64::MAX));
        assert_eq!(sharing.take_done(), None);
    }
}
