//! `series.csv`: what happened over time, group by group and bin by bin.

use super::format::exact_seconds;
use super::section::{ALL, Section};
use crate::measure::{BackendMeasures, Measures, SlotLimit};
use crate::scenario::{BackendScope, Scenario};
use crate::units::{Credits, SimSpan};

/// A row for each group and bin. Attempts count in the bin in which they were made; active agents,
/// their limit and credits are those at the bin's end, of all workspaces; the queue is the mean
/// number that waited, for each workspace or on the platform, as `backend.queue.mean` has it. All
/// are means over replications.
///
/// What does not apply is empty: a cause that the group does not have, credits without a pool, and
/// servers that it has not got.
pub(super) fn series_csv(
    scenario: &Scenario,
    measures: &Measures,
    sections: &[Section<'_>],
) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header(measures))?;
    for section in sections {
        let columns = Columns::new(scenario, measures, *section);
        for bin in 0..section.measures.series.bins() {
            writer.write_record(columns.row(bin))?;
        }
    }
    Ok(super::finish(writer))
}

fn header(measures: &Measures) -> Vec<String> {
    let causes = measures.frame.all.causes.iter().map(|cause| match &cause.limiter {
        Some(limiter) => format!("refused_{}:{limiter}", cause.reason),
        None => format!("refused_{}", cause.reason),
    });
    ["group", "from_s", "to_s", "offered", "admitted", "refused"]
        .map(str::to_owned)
        .into_iter()
        .chain(causes)
        .chain(
            ["active_agents", "active_limit", "credits_left", "queue", "utilisation"]
                .map(str::to_owned),
        )
        .collect()
}

/// The series of a section, in the units of the file.
struct Columns<'a> {
    section: Section<'a>,
    duration: SimSpan,
    active: Vec<i64>,
    limit: Vec<SlotLimit>,
    credits: Vec<i128>,
    load: Option<Load>,
}

impl<'a> Columns<'a> {
    fn new(scenario: &Scenario, measures: &Measures, section: Section<'a>) -> Self {
        let series = &section.measures.series;
        Self {
            section,
            duration: measures.frame.duration,
            active: levels(&series.active_change),
            limit: levels(&series.limit_change),
            credits: levels(&series.credits_change),
            load: load(scenario, measures, section),
        }
    }

    fn row(&self, bin: usize) -> Vec<String> {
        let Section { name, frame, measures, replications } = self.section;
        let mean = |sum: i128| mean(sum, replications);
        let series = &measures.series;
        let (from, to) = bin_bounds(series.width(), self.duration, bin);
        let refused: u64 = frame
            .causes
            .iter()
            .zip(&series.refused)
            .filter(|(cause, _)| cause.reason.refuses_attempts())
            .map(|(_, by_bin)| by_bin[bin])
            .sum();
        let offered = series.offered[bin];
        let mut row = vec![
            name.to_owned(),
            exact_seconds(from),
            exact_seconds(to),
            mean(i128::from(offered)),
            // A refusal of the platform comes back later, so it can stand in a later bin.
            mean(i128::from(offered) - i128::from(refused)),
            mean(i128::from(refused)),
        ];
        row.extend(series.refused.iter().enumerate().map(|(cause, by_bin)| {
            let occurs = frame.own_causes.contains(cause);
            if occurs { mean(i128::from(by_bin[bin])) } else { String::new() }
        }));
        row.push(mean(i128::from(self.active[bin])));
        let limit = self.limit[bin].total();
        row.push(limit.map_or_else(String::new, |slots| mean(i128::from(slots))));
        let left = mean_whole(self.credits[bin], replications);
        row.push(if frame.features.pool { credits(left) } else { String::new() });
        let load = self.load.as_ref();
        row.push(load.map_or_else(String::new, |load| format!("{:.6}", load.queue[bin])));
        row.push(
            load.and_then(|load| load.utilisation.as_ref())
                .map_or_else(String::new, |busy| format!("{:.6}", busy[bin])),
        );
        row
    }
}

/// What servers did, over time.
pub(super) struct Load {
    /// The mean number that waited, by bin: for each workspace, or on the platform.
    pub queue: Vec<f64>,
    /// The mean share of busy servers, by bin; `None` where they are unlimited.
    pub utilisation: Option<Vec<f64>>,
}

/// The load of a section's servers; `None` where it has none of its own.
pub(super) fn load(scenario: &Scenario, measures: &Measures, section: Section<'_>) -> Option<Load> {
    let backend = scenario.backend.as_ref()?;
    let (booked, pools) = match backend.scope {
        BackendScope::Platform if section.name == ALL => {
            (&measures.platform.as_ref()?.servers, u64::from(section.replications))
        }
        BackendScope::Platform => return None,
        BackendScope::Workspace => {
            (section.measures.backend.as_ref()?, section.measures.workspaces.max(1))
        }
    };
    let lengths = lengths(measures.frame.bin, measures.frame.duration, booked);
    let mean = |times: Vec<u128>, pools: u64| -> Vec<f64> {
        let level = |(time, length)| time as f64 / length as f64 / pools as f64;
        times.into_iter().zip(&lengths).map(|(time, &length)| level((time, length))).collect()
    };
    Some(Load {
        queue: mean(booked.waiting_series.times(), pools),
        utilisation: match (&booked.capacity_series, backend.servers) {
            (Some(series), _) => Some(
                booked
                    .busy_series
                    .times()
                    .into_iter()
                    .zip(series.times())
                    .map(|(busy, there)| if there > 0 { busy as f64 / there as f64 } else { 0.0 })
                    .collect(),
            ),
            (None, servers) => {
                servers.map(|servers| mean(booked.busy_series.times(), pools * u64::from(servers)))
            }
        },
    })
}

/// The lengths of the bins \[ns\]: the last one can be shorter.
fn lengths(width: SimSpan, duration: SimSpan, booked: &BackendMeasures) -> Vec<u64> {
    (0..booked.busy_series.times().len())
        .map(|bin| {
            let (from, to) = bin_bounds(width, duration, bin);
            to - from
        })
        .collect()
}

/// Where a bin begins and ends \[ns\].
pub(super) fn bin_bounds(width: SimSpan, duration: SimSpan, bin: usize) -> (u64, u64) {
    let from = width.nanos() * bin as u64;
    (from, (from + width.nanos()).min(duration.nanos()))
}

/// The levels at the ends of bins, from the changes inside them.
pub(super) fn levels<T: Copy + Default + std::ops::Add<Output = T>>(changes: &[T]) -> Vec<T> {
    changes
        .iter()
        .scan(T::default(), |level, &change| {
            *level = *level + change;
            Some(*level)
        })
        .collect()
}

/// Digits behind the point of a mean that is not whole.
const DECIMALS: u32 = 6;

/// The mean of a count over replications: `12`, `0.4`, `1.333333`.
fn mean(sum: i128, replications: u32) -> String {
    let unit = 10_i128.pow(DECIMALS);
    let parts = mean_whole(sum * unit, replications);
    let (whole, rest) = (parts / unit, (parts % unit).unsigned_abs());
    let sign = if parts < 0 && whole == 0 { "-" } else { "" };
    if rest == 0 {
        return whole.to_string();
    }
    let fraction = format!("{rest:06}");
    format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
}

/// The mean rounded to a whole number.
fn mean_whole(sum: i128, replications: u32) -> i128 {
    let replications = i128::from(replications);
    (sum + replications / 2).div_euclid(replications)
}

/// Thousandths as credits; a sum over workspaces can be more than 64 bits hold.
fn credits(thousandths: i128) -> String {
    i64::try_from(thousandths).map_or_else(
        |_| format!("{}.{:03}", thousandths / 1_000, (thousandths % 1_000).abs()),
        |thousandths| Credits::from_thousandths(thousandths).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::report::fixture::small;
    use crate::report::section::sections;

    #[test]
    fn the_series_has_a_row_for_each_group_and_bin() {
        let (scenario, mut measures, _) = small();
        let csv = series_csv(&scenario, &measures, &sections(&scenario, &measures)).unwrap();
        assert_snapshot!(csv, @r"
        group,from_s,to_s,offered,admitted,refused,refused_active_agent_limit,refused_rate_limited:burst,refused_credits_exhausted,refused_overloaded,active_agents,active_limit,credits_left,queue,utilisation
        all,0,3600,6,5,1,0,1,0,0,9,9,20,0.000185,0.000463
        all,3600,7200,16,10,6,0,1,5,0,9,9,0,0.003056,0.000926
        all,7200,10800,5,0,5,3,0,5,0,9,9,0,0.000000,0.000000
        all,10800,12600,0,0,0,0,0,0,0,9,9,0,0.000000,0.000000
        shops,0,3600,6,5,1,0,1,0,0,9,9,20,0.000185,0.000463
        shops,3600,7200,16,10,6,0,1,5,0,9,9,0,0.003056,0.000926
        shops,7200,10800,5,0,5,3,0,5,0,9,9,0,0.000000,0.000000
        shops,10800,12600,0,0,0,0,0,0,0,9,9,0,0.000000,0.000000
        ");
        measures.replications = 2;
        let csv = series_csv(&scenario, &measures, &sections(&scenario, &measures)).unwrap();
        let row = csv.lines().nth(1).unwrap();
        assert_eq!(row, "all,0,3600,3,2.5,0.5,0,0.5,0,0,4.5,4.5,10,0.000185,0.000463");
    }

    #[test]
    fn the_last_bin_ends_with_the_run() {
        let (width, duration) = (SimSpan::from_nanos(10), SimSpan::from_nanos(25));
        assert_eq!(bin_bounds(width, duration, 1), (10, 20));
        assert_eq!(bin_bounds(width, duration, 2), (20, 25));
    }

    #[test]
    fn means_are_exact_to_a_millionth() {
        assert_eq!(
            [mean(84, 7), mean(2, 5), mean(4, 3), mean(0, 3)],
            ["12", "0.4", "1.333333", "0"]
        );
        assert_eq!([mean(-1, 2), mean(-7, 2), mean(2, 3)], ["-0.5", "-3.5", "0.666667"]);
        assert_eq!(mean(i128::from(u64::MAX), 1), u64::MAX.to_string());
    }

    #[test]
    fn credits_of_any_size_are_exact() {
        assert_eq!(credits(1_250_500), "1250.5");
        assert_eq!(credits(i128::from(i64::MAX) * 10), "92233720368547758.070");
    }
}
