//! `limit_hits.csv`: how often, when and how long limits were hit, in long format.

use super::format::exact_seconds;
use super::section::Section;
use crate::measure::{Cause, Histogram};

/// Every histogram of limit hits: by group, cause and kind, a row for every bucket that holds
/// something, from its least to its greatest value, both inside. So is what pools oversold, where any
/// did.
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
        if section.measures.oversold_max > 0 {
            table.credits(any, "oversold_per_workspace", &section.measures.oversold)?;
        }
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
    fn counts(&mut self, key: [&str; 3], name: &str, of: &Histogram) -> Result<(), csv::Error> {
        self.buckets(key, (name, "hits"), of, |hits| hits.to_string())
    }

    /// A histogram of thousandths.
    fn credits(&mut self, key: [&str; 3], name: &str, of: &Histogram) -> Result<(), csv::Error> {
        self.buckets(key, (name, "credits"), of, |credits| (credits as f64 / 1e3).to_string())
    }

    fn times(&mut self, key: [&str; 3], name: &str, of: &Histogram) -> Result<(), csv::Error> {
        self.buckets(key, (name, "s"), of, exact_seconds)
    }

    /// A row for each bucket, whose bounds are shown in a unit.
    fn buckets(
        &mut self,
        key: [&str; 3],
        (name, unit): (&str, &str),
        histogram: &Histogram,
        show: impl Fn(u64) -> String,
    ) -> Result<(), csv::Error> {
        histogram.buckets().try_for_each(|bucket| {
            let bounds = [show(bucket.low), show(bucket.high)];
            self.row(key, name, [&bounds[0], &bounds[1]], unit, bucket.count)
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
        assert_snapshot!(csv, @r"
        group,reason,limiter,histogram,from,to,unit,count
        all,any,,per_workspace,2,2,hits,1
        all,any,,per_workspace,5,5,hits,1
        all,any,,per_workspace,8,8,hits,1
        all,active_agent_limit,,per_workspace,1,1,hits,3
        all,active_agent_limit,,hour_of_day,2,2,hour,3
        all,active_agent_limit,,run_length,1,1,hits,3
        all,active_agent_limit,,time_to_first,7198.365188096,7202.660155391,s,3
        all,rate_limited,burst,per_workspace,0,0,hits,2
        all,rate_limited,burst,per_workspace,2,2,hits,1
        all,rate_limited,burst,hour_of_day,0,0,hour,1
        all,rate_limited,burst,hour_of_day,1,1,hour,1
        all,rate_limited,burst,run_length,1,1,hits,2
        all,rate_limited,burst,time_between,2398.739234816,2400.886718463,s,1
        all,rate_limited,burst,retry_after,0.499908608,0.500170751,s,2
        all,rate_limited,burst,time_to_first,2997.887172608,3000.034656255,s,1
        all,credits_exhausted,,per_workspace,1,1,hits,1
        all,credits_exhausted,,per_workspace,4,4,hits,1
        all,credits_exhausted,,per_workspace,5,5,hits,1
        all,credits_exhausted,,hour_of_day,1,1,hour,5
        all,credits_exhausted,,hour_of_day,2,2,hour,5
        all,credits_exhausted,,run_length,1,1,hits,1
        all,credits_exhausted,,run_length,4,4,hits,1
        all,credits_exhausted,,run_length,5,5,hits,1
        all,credits_exhausted,,time_between,599.684808704,600.221679615,s,7
        all,credits_exhausted,,time_to_first,5398.773891072,5403.068858367,s,2
        all,credits_exhausted,,time_to_first,6597.069766656,6601.364733951,s,1
        all,overloaded,,per_workspace,0,0,hits,3
        ");
    }
}
