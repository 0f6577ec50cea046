//! `latency.csv` and `latency.hgrm`: every recorded bucket of latency, wait and service.

use std::fmt::Write as _;

use super::format::exact_seconds;
use super::section::Section;
use crate::measure::{GroupMeasures, Timing};

/// The kinds of time, as metrics are named.
fn timings(measures: &GroupMeasures) -> [(&'static str, &Timing); 3] {
    [("latency", &measures.latency), ("wait", &measures.wait), ("service", &measures.service)]
}

/// A row for every bucket that holds times: from its least to its greatest value, both inside.
pub(super) fn latency_csv(sections: &[Section<'_>]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["group", "metric", "from_s", "to_s", "count", "cumulative"])?;
    for section in sections {
        for (metric, timing) in timings(section.measures) {
            let mut cumulative = 0;
            for bucket in timing.histogram().buckets() {
                cumulative += bucket.count;
                writer.write_record([
                    section.name,
                    metric,
                    &exact_seconds(bucket.low),
                    &exact_seconds(bucket.high),
                    &bucket.count.to_string(),
                    &cumulative.to_string(),
                ])?;
            }
        }
    }
    Ok(super::finish(writer))
}

/// Steps of the percentiles for each halving of the distance to 100 %, as is usual.
const TICKS: u32 = 5;

/// Nanoseconds in a millisecond, the unit that tools expect in these files.
const MILLISECOND: f64 = 1e6;

/// The percentile distributions \[ms\], in the text format that tools for `HdrHistogram` read.
///
/// Source: `HdrHistogram` for Java, `AbstractHistogram.outputPercentileDistribution`.
pub(super) fn latency_hgrm(sections: &[Section<'_>]) -> String {
    let mut text = String::new();
    for section in sections {
        for (metric, timing) in timings(section.measures) {
            if timing.count() > 0 {
                let separator = if text.is_empty() { "" } else { "\n" };
                _ = writeln!(text, "{separator}# group={} metric={metric} unit=ms", section.name);
                percentiles(&mut text, timing);
            }
        }
    }
    text
}

fn percentiles(text: &mut String, timing: &Timing) {
    let histogram = hdr(timing);
    _ = writeln!(
        text,
        "{:>12} {:>14} {:>10} {:>14}\n",
        "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
    );
    let mut total = 0;
    for value in histogram.iter_quantiles(TICKS) {
        total += value.count_since_last_iteration();
        let quantile = value.quantile_iterated_to();
        let shown = value.value_iterated_to() as f64 / MILLISECOND;
        _ = write!(text, "{shown:12.6} {quantile:14.12} {total:10}");
        if quantile < 1.0 {
            _ = write!(text, " {:14.2}", 1.0 / (1.0 - quantile));
        }
        text.push('\n');
    }
    // The exact ones, as in summary.json, rather than those of the buckets.
    let exact = |seconds: Option<f64>| seconds.unwrap_or(0.0) * 1e3;
    _ = writeln!(
        text,
        "#[Mean    = {:12.3}, StdDeviation   = {:12.3}]",
        exact(timing.mean()),
        exact(timing.deviation())
    );
    _ = writeln!(
        text,
        "#[Max     = {:12.3}, Total count    = {:12}]",
        exact(timing.greatest()),
        timing.count()
    );
    _ = writeln!(
        text,
        "#[Buckets = {:12}, SubBuckets     = {:12}]",
        histogram.buckets(),
        // Of three significant digits: the power of two above 2 x 10^3.
        2_048
    );
}

/// The same histogram, as the crate that knows the format has it.
fn hdr(timing: &Timing) -> hdrhistogram::Histogram<u64> {
    // Times are at most 292 years, so twice the greatest fits.
    let greatest = timing.histogram().buckets().last().map_or(0, |bucket| bucket.high);
    let most = greatest.clamp(2, u64::MAX / 2);
    let mut histogram = hdrhistogram::Histogram::new_with_bounds(1, most, 3)
        .expect("1 to at least 2 with three digits is a legal histogram");
    for bucket in timing.histogram().buckets() {
        histogram.saturating_record_n(bucket.low, bucket.count);
    }
    histogram
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::report::fixture::small;
    use crate::report::section::sections;

    #[test]
    fn every_bucket_has_a_row_with_exact_bounds() {
        let (scenario, measures, _) = small();
        let csv = latency_csv(&sections(&scenario, &measures)[..1]).unwrap();
        assert_snapshot!(csv, @r"
        group,metric,from_s,to_s,count,cumulative
        all,latency,0.999817216,1.000341503,3,3
        all,latency,1.999634432,2.000683007,2,5
        all,latency,2.99892736,3.001024511,3,8
        all,latency,3.999268864,4.001366015,3,11
        all,latency,4.999610368,5.003804671,3,14
        all,latency,6.996099072,7.000293375,1,15
        all,wait,0,0,3,3
        all,wait,0.999817216,1.000341503,2,5
        all,wait,1.999634432,2.000683007,3,8
        all,wait,2.99892736,3.001024511,3,11
        all,wait,3.999268864,4.001366015,3,14
        all,wait,5.99785472,6.002049023,1,15
        all,service,0.999817216,1.000341503,15,15
        ");
    }

    #[test]
    fn percentiles_are_in_the_format_of_hdrhistogram() {
        let (scenario, measures, _) = small();
        let text = latency_hgrm(&sections(&scenario, &measures)[..1]);
        let latency = text.split("\n\n#").next().unwrap();
        assert_snapshot!(latency, @r"
        # group=all metric=latency unit=ms
               Value     Percentile TotalCount 1/(1-Percentile)

         1000.341503 0.000000000000          3           1.00
         1000.341503 0.100000000000          3           1.11
         1000.341503 0.200000000000          3           1.25
         2000.683007 0.300000000000          5           1.43
         3001.024511 0.400000000000          8           1.67
         3001.024511 0.500000000000          8           2.00
         4001.366015 0.550000000000         11           2.22
         4001.366015 0.600000000000         11           2.50
         4001.366015 0.650000000000         11           2.86
         4001.366015 0.700000000000         11           3.33
         5003.804671 0.750000000000         14           4.00
         5003.804671 0.775000000000         14           4.44
         5003.804671 0.800000000000         14           5.00
         5003.804671 0.825000000000         14           5.71
         5003.804671 0.850000000000         14           6.67
         5003.804671 0.875000000000         14           8.00
         5003.804671 0.887500000000         14           8.89
         5003.804671 0.900000000000         14          10.00
         5003.804671 0.912500000000         14          11.43
         5003.804671 0.925000000000         14          13.33
         7000.293375 0.937500000000         15          16.00
         7000.293375 1.000000000000         15
        #[Mean    =     3333.333, StdDeviation   =     1699.673]
        #[Max     =     7000.000, Total count    =           15]
        #[Buckets =           23, SubBuckets     =         2048]
        ");
    }
}
