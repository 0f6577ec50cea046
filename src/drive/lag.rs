//! Whether the generator kept up.

use std::time::Duration;

use crate::measure::Histogram;

/// How late messages were sent, in wall-clock time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lag {
    /// \[ns\]
    late: Histogram,
}

impl Lag {
    /// More than this late is never on time.
    pub const MOST: Duration = Duration::from_millis(10);

    /// So late may 99 of 100 messages be that are sent in a drive that takes so long by its
    /// schedule: a hundredth of it, and [`MOST`](Self::MOST) at most.
    pub fn bound(whole: Duration) -> Duration {
        (whole / 100).min(Self::MOST)
    }

    /// Notes a message that was sent so late.
    pub fn record(&mut self, late: Duration) {
        self.late.record(u64::try_from(late.as_nanos()).unwrap_or(u64::MAX));
    }

    /// How many messages were sent.
    pub fn count(&self) -> u64 {
        self.late.count()
    }

    /// How late the message of this rank was, of a thousand; `None` if none was sent.
    pub fn quantile(&self, per_mille: u64) -> Option<Duration> {
        self.late.quantile(per_mille).map(Duration::from_nanos)
    }

    /// How late the latest was.
    pub fn greatest(&self) -> Option<Duration> {
        self.late.greatest().map(Duration::from_nanos)
    }

    /// Why the load was not that of the scenario, in a sentence, if the generator fell behind in a
    /// drive that takes so long by its schedule.
    pub fn complaint(&self, whole: Duration) -> Option<String> {
        let (late, bound) = (self.quantile(990)?, Self::bound(whole));
        (late > bound).then(|| {
            format!(
                "The generator fell behind: one of 100 messages was sent more than {late:.1?} after it \
                 was due, and {bound:.1?} is the most. A lower --speed gives it time."
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lag(late: impl IntoIterator<Item = u64>) -> Lag {
        let mut lag = Lag::default();
        late.into_iter().for_each(|millis| lag.record(Duration::from_millis(millis)));
        lag
    }

    #[test]
    fn one_of_a_hundred_may_be_late() {
        let hour = Duration::from_secs(3_600);
        assert_eq!(Lag::default().complaint(hour), None);
        let late = |count: usize| lag((0..100).map(|it| if it < count { 500 } else { 9 }));
        assert_eq!(late(1).complaint(hour), None);
        assert_eq!(late(1).greatest(), Some(Duration::from_millis(500)));
        let complaint = late(2).complaint(hour).unwrap();
        assert!(complaint.contains("499.") || complaint.contains("500"), "{complaint}");
        assert!(complaint.contains("10.0ms is the most"), "{complaint}");
    }

    #[test]
    fn a_short_drive_has_less_time() {
        let second = Duration::from_millis(100);
        assert_eq!(Lag::bound(second), Duration::from_millis(1));
        assert!(lag([2; 100]).complaint(second).is_some());
        assert_eq!(lag([2; 100]).complaint(Duration::from_secs(1)), None);
    }
}
