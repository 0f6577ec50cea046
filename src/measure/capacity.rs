//! How many servers a backend has over time.

use crate::units::SimTime;

/// The number of servers as a function of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// At the start; `None` is unlimited.
    first: Option<u32>,
    /// From an instant on, ascending.
    changes: Vec<(SimTime, Option<u32>)>,
}

impl Capacity {
    /// `first` servers, and others from the instants of `changes` on, which ascend.
    pub const fn new(first: Option<u32>, changes: Vec<(SimTime, Option<u32>)>) -> Self {
        Self { first, changes }
    }

    /// Whether it ever changes.
    pub const fn changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// How many there are at the start.
    pub const fn first(&self) -> Option<u32> {
        self.first
    }

    /// Whether there is a limit all the time.
    pub fn is_limited(&self) -> bool {
        self.first.is_some() && self.changes.iter().all(|(_, servers)| servers.is_some())
    }

    /// How many there are at `now`.
    pub fn at(&self, now: SimTime) -> Option<u32> {
        let passed = self.changes.partition_point(|&(at, _)| at <= now);
        passed.checked_sub(1).map_or(self.first, |last| self.changes[last].1)
    }

    /// The first change after `now`.
    pub fn next_change(&self, now: SimTime) -> Option<SimTime> {
        let passed = self.changes.partition_point(|&(at, _)| at <= now);
        self.changes.get(passed).map(|&(at, _)| at)
    }

    /// The stretches of \[`from`, `to`) in which the number stays the same, and the number.
    pub fn stretches(
        &self,
        from: SimTime,
        to: SimTime,
    ) -> impl Iterator<Item = (SimTime, SimTime, Option<u32>)> {
        let mut at = from;
        std::iter::from_fn(move || {
            (at < to).then(|| {
                let begun = at;
                at = self.next_change(begun).map_or(to, |next| next.min(to));
                (begun, at, self.at(begun))
            })
        })
    }

    /// Server time in \[`from`, `to`) \[ns\]; `None` if there is no limit all the time.
    pub fn time(&self, from: SimTime, to: SimTime) -> Option<u128> {
        let stretches = self.stretches(from, to);
        let time = stretches.map(|(from, to, servers)| {
            servers.map(|servers| u128::from(servers) * u128::from(to.since(from).nanos()))
        });
        time.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_time_is_the_area_under_the_steps() {
        let at = SimTime::from_nanos;
        let steps = Capacity::new(Some(4), vec![(at(10), Some(1)), (at(30), Some(4))]);
        assert_eq!([9, 10, 29, 30].map(|now| steps.at(at(now))), [4, 1, 1, 4].map(Some));
        assert_eq!(steps.time(at(5), at(40)), Some(5 * 4 + 20 + 10 * 4));
        assert_eq!(steps.time(at(12), at(12)), Some(0));
        let endless = Capacity::new(Some(4), vec![(at(10), None)]);
        assert_eq!((endless.time(at(0), at(20)), endless.is_limited()), (None, false));
    }
}
