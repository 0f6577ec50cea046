//! Instants that come again and again: renewals of grants, billing of plans.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::units::{SimSpan, SimTime};

/// How often something begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cycle {
    /// Once, and never again.
    Never,
    /// Every so often, whatever the calendar says; above zero.
    Every(SimSpan),
    /// Every month of the calendar (UTC), on the day and at the time of day of the anchor.
    Monthly,
}

impl Cycle {
    /// The length of the period that ends at `instant`; `None` if there is none.
    pub fn before(self, instant: Timestamp) -> Option<SimSpan> {
        match self {
            Self::Never => None,
            Self::Every(span) => Some(span),
            Self::Monthly => {
                let began = instant.to_zoned(TimeZone::UTC).checked_sub(1.months()).ok()?;
                let length = instant.as_nanosecond() - began.timestamp().as_nanosecond();
                u64::try_from(length).ok().map(SimSpan::from_nanos)
            }
        }
    }
}

/// The instants of a [`Cycle`]: its anchor, and every whole number of cycles before and after it.
///
/// Months are always counted from the anchor, never from the one before: what is anchored on
/// January 31 comes on February 28 and on March 31. A month without such a day has its last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    cycle: Cycle,
    anchor: Timestamp,
    /// What t = 0 is on the calendar.
    start: Timestamp,
}

impl Recurrence {
    /// The instants of `cycle` around `anchor`, in the virtual time of a scenario that starts at
    /// `start`.
    pub const fn new(cycle: Cycle, anchor: Timestamp, start: Timestamp) -> Self {
        Self { cycle, anchor, start }
    }

    /// The first instant after `now`; [`SimTime::NEVER`] if there is none.
    pub fn after(&self, now: SimTime) -> SimTime {
        let next = match self.cycle {
            Cycle::Never => None,
            Cycle::Every(span) => Some(self.elapsed_periods(span, now, 1)),
            Cycle::Monthly => self.months(now).find(|&at| at > i128::from(now.nanos())),
        };
        next.and_then(|nanos| u64::try_from(nanos).ok()).map_or(SimTime::NEVER, SimTime::from_nanos)
    }

    /// The length of the period that `now` is in; `None` if it has no end. It may have begun
    /// before the start.
    pub fn length(&self, now: SimTime) -> Option<SimSpan> {
        let began = match self.cycle {
            Cycle::Never => None,
            Cycle::Every(span) => Some(self.elapsed_periods(span, now, 0)),
            Cycle::Monthly => self.months(now).filter(|&at| at <= i128::from(now.nanos())).last(),
        };
        let end = Some(self.after(now)).filter(|&end| end != SimTime::NEVER)?;
        u64::try_from(i128::from(end.nanos()) - began?).ok().map(SimSpan::from_nanos)
    }

    /// The last instant of a fixed cycle that is not after `now`, and `more` cycles after that
    /// \[ns since the start\].
    fn elapsed_periods(&self, span: SimSpan, now: SimTime, more: i128) -> i128 {
        let period = i128::from(span.nanos().max(1));
        let anchor = self.since_start(self.anchor);
        anchor + ((i128::from(now.nanos()) - anchor).div_euclid(period) + more) * period
    }

    /// The monthly instants around `now`, ascending: at least one before and one after it
    /// \[ns since the start\].
    fn months(&self, now: SimTime) -> impl Iterator<Item = i128> {
        let anchor = self.anchor.to_zoned(TimeZone::UTC);
        let at = i128::from(now.nanos()) + self.start.as_nanosecond();
        // Beyond the calendar's end there is nothing to count.
        let today = Timestamp::from_nanosecond(at).ok().map(|at| at.to_zoned(TimeZone::UTC));
        let whole = today.map(|today| {
            (i32::from(today.year()) - i32::from(anchor.year())) * 12 + i32::from(today.month())
                - i32::from(anchor.month())
        });
        let around = whole.into_iter().flat_map(|whole| whole - 1..=whole + 1);
        around.filter_map(move |months| {
            let day = anchor.checked_add(months.months()).ok()?;
            Some(self.since_start(day.timestamp()))
        })
    }

    fn since_start(&self, instant: Timestamp) -> i128 {
        instant.as_nanosecond() - self.start.as_nanosecond()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recurrence(cycle: Cycle, anchor: &str, start: &str) -> Recurrence {
        Recurrence::new(cycle, anchor.parse().unwrap(), start.parse().unwrap())
    }

    /// The first `count` instants, as dates and times.
    fn dates(recurrence: &Recurrence, count: usize) -> Vec<String> {
        let mut now = SimTime::ZERO;
        let start = recurrence.start.as_nanosecond();
        (0..count)
            .map(|_| {
                now = recurrence.after(now);
                let at = Timestamp::from_nanosecond(start + i128::from(now.nanos())).unwrap();
                at.to_string().trim_end_matches(":00Z").replace("T00:00", "")
            })
            .collect()
    }

    #[test]
    fn months_are_counted_from_the_anchor_by_a_table_worked_out_by_hand() {
        // Anchors on days that some months lack, over a leap day and a whole year.
        let table: [(&str, &str, &[&str]); 6] = [
            (
                "2027-01-31T00:00:00Z",
                "2027-01-31T00:00:00Z",
                &[
                    "2027-02-28",
                    "2027-03-31",
                    "2027-04-30",
                    "2027-05-31",
                    "2027-06-30",
                    "2027-07-31",
                    "2027-08-31",
                    "2027-09-30",
                    "2027-10-31",
                    "2027-11-30",
                    "2027-12-31",
                    "2028-01-31",
                    "2028-02-29",
                    "2028-03-31",
                ],
            ),
            (
                "2028-02-29T12:30:00Z",
                "2028-02-29T12:30:00Z",
                &["2028-03-29T12:30", "2028-04-29T12:30", "2028-05-29T12:30"],
            ),
            // Anchored long before the start: the next one is what follows the start.
            ("2024-02-29T00:00:00Z", "2026-02-10T00:00:00Z", &["2026-02-28", "2026-03-29"]),
            ("2026-05-31T00:00:00Z", "2026-06-01T00:00:00Z", &["2026-06-30", "2026-07-31"]),
            // Anchored after the start: the calendar reaches back too.
            ("2026-08-15T00:00:00Z", "2026-06-01T00:00:00Z", &["2026-06-15", "2026-07-15"]),
            ("2026-12-30T00:00:00Z", "2026-12-31T00:00:00Z", &["2027-01-30", "2027-02-28"]),
        ];
        for (anchor, start, expected) in table {
            let found = dates(&recurrence(Cycle::Monthly, anchor, start), expected.len());
            assert_eq!(found, expected, "{anchor} from {start}");
        }
    }

    #[test]
    fn fixed_cycles_know_no_calendar() {
        let every = Cycle::Every(SimSpan::DAY.times(30));
        let found = dates(&recurrence(every, "2026-01-31T00:00:00Z", "2026-01-31T00:00:00Z"), 3);
        assert_eq!(found, ["2026-03-02", "2026-04-01", "2026-05-01"]);
        let found = dates(&recurrence(every, "2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z"), 2);
        assert_eq!(found, ["2026-03-01", "2026-03-31"]);
    }

    #[test]
    fn a_period_is_as_long_as_its_month() {
        let monthly = recurrence(Cycle::Monthly, "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z");
        let days = |day: u64| monthly.length(SimTime::ZERO + SimSpan::DAY.times(day));
        // January 31 to February 28, then to March 31.
        assert_eq!(days(0), Some(SimSpan::DAY.times(28)));
        assert_eq!(days(27), Some(SimSpan::DAY.times(31)));
        let never = recurrence(Cycle::Never, "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z");
        assert_eq!(
            (never.length(SimTime::ZERO), never.after(SimTime::ZERO)),
            (None, SimTime::NEVER)
        );
    }

    #[test]
    fn the_calendar_ends_with_the_year_9999_and_virtual_time_later() {
        let late = recurrence(Cycle::Monthly, "9999-11-15T00:00:00Z", "9999-11-15T00:00:00Z");
        assert_ne!(late.after(SimTime::ZERO), SimTime::NEVER);
        assert_eq!(late.after(late.after(SimTime::ZERO)), SimTime::NEVER);
        assert_eq!(late.after(SimTime::NEVER), SimTime::NEVER);
        let early =
            recurrence(Cycle::Monthly, "-009999-01-02T01:59:59Z", "-009999-01-02T01:59:59Z");
        assert!(early.after(SimTime::ZERO) < SimTime::NEVER);
        let every = Cycle::Every(SimSpan::DAY);
        let fixed = recurrence(every, "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z");
        assert_eq!(fixed.after(SimTime::NEVER), SimTime::NEVER);
    }
}
