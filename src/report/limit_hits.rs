//! `limit_hits.csv`: how often, when and how long limits were hit, in long format.

use super::format::exact_seconds;
use super::section::Section;
use crate::measure::{Cause, Histogram};

/// Every histogram of limit hits: by group, cause and kind, a row for every bucket that holds
/// something, from its least to its greatest value, both inside.
///
/// Workspaces without hits are in `per_workspace`, as 0.
pub(super) fn limit_hits_csv(sections: &[Section<'_>]) -> Result<String, csv::Error> {
    let mut table = Table { writer: csv::Writer::from_writer(Vec::new()) };
    table.writer.write_record([
        "group",
        "reason",
        "limiter",
        "histogram",
        "from",
        "to",
        "unit",
        "count",
    ])?;
    for section in sections {
        let any = [section.name, "any", ""];
        table.counts(any, "per_workspace", &section.measures.hits_per_workspace)?;
        for (Cause { reason, limiter }, hits) in section.hits() {
            let key = [section.name, reason.name(), limiter.as_deref().unwrap_or("")];
            table.counts(key, "per_workspace", &hits.per_workspace)?;
            for (hour, &count) in hits.by_hour.iter().enumerate().filter(|(_, count)| **count > 0) {
                let hour = hour.to_string();
                table.row(key, "hour_of_day", [&hour, &hour], "hour", count)?;
            }
            table.counts(key, "run_length", &hits.run_length)?;
            table.times(key, "time_between", &hits.gap)?;
            table.times(key, "retry_after", &hits.retry_after)?;
            table.times(key, "time_to_first", &hits.first)?;
        }
    }
    Ok(super::finish(table.writer))
}

struct Table {
    writer: csv::Writer<Vec<u8>>,
}

impl Table {
    fn counts(
        &mut self,
        key: [&str; 3],
        name: &str,
        histogram: &Histogram,
    ) -> Result<(), csv::Error> {
        histogram.buckets().try_for_each(|bucket| {
            let bounds = [bucket.low.to_string(), bucket.high.to_string()];
            self.row(key, name, [&bounds[0], &bounds[1]], "hits", bucket.count)
        })
    }

    fn times(
        &mut self,
        key: [&str; 3],
        name: &str,
        histogram: &Histogram,
    ) -> Result<(), csv::Error> {
        histogram.buckets().try_for_each(|bucket| {
            let bounds = [exact_seconds(bucket.low), exact_seconds(bucket.high)];
            self.row(key, name, [&bounds[0], &bounds[1]], "s", bucket.count)
        })
    }

    fn row(
        &mut self,
        [group, reason, limiter]: [&str; 3],
        name: &str,
        [from, to]: [&str; 2],
        unit: &str,
        count: u64,
    ) -> Result<(), csv::Error> {
        let count = count.to_string();
        self.writer.write_record([group, reason, limiter, name, from, to, unit, &count])
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::report::fixture::small;
    use crate::report::section::sections;

    #[test]
    fn hits_stand_in_long_format() {
        let (scenario, measures, _) = small();
        let csv = limit_hits_csv(&sections(&scenario, &measures)[..1]).unwrap();
        assert_snapshot!(csv, @"");
    }
}
