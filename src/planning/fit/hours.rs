//! How traffic rises and falls with the hour.

use super::special::f_tail;
use crate::units::{SimSpan, SimTime};

const HOUR: u64 = SimSpan::HOUR.nanos();
const DAY: u64 = SimSpan::DAY.nanos();
/// Hours of a day.
const OF_DAY: usize = 24;
/// Hours of a week.
pub(super) const OF_WEEK: usize = 168;
/// Parts of all agents and days, whose differences tell what is chance. Every agent is in another
/// one each day.
const PARTS: usize = 16;
/// Two weeks show that weekdays differ.
const FOR_WEEK: u64 = 14 * DAY;
/// Arrivals for each hour that are needed to tell it from others.
const FEWEST: u64 = 5;
/// A difference that chance alone makes less often than this is none of chance.
pub(super) const LEVEL: f64 = 0.01;

/// Arrivals by the hour of the week, from Monday 00:00 UTC on, in parts.
#[derive(Debug, Clone)]
pub(super) struct Hours {
    /// How far into the week t = 0 is \[ns\].
    offset: u64,
    counts: Vec<[u64; OF_WEEK]>,
}

/// Weights of hours.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rhythm {
    /// 24 of them, or 168; their mean is 1.
    pub weights: Vec<f64>,
    /// The test that tells them from weights that are all alike, or from those of days.
    pub test: HourTest,
}

/// A test that hours differ: how much they do over how much parts of the same hour do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HourTest {
    /// The ratio of both mean squares.
    pub ratio: f64,
    /// The chance of such a ratio or a greater one if hours do not differ.
    pub p: f64,
}

/// What is found about hours.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    /// They differ.
    Rhythm(Rhythm),
    /// They may well not.
    Flat(HourTest),
    /// There is too little to tell.
    TooLittle,
}

impl Hours {
    pub(super) fn new(offset: u64) -> Self {
        Self { offset, counts: vec![[0; OF_WEEK]; PARTS] }
    }

    /// Counts an arrival at the agent with a number.
    pub(super) fn add(&mut self, agent: u64, at: SimTime) {
        let shown = self.offset + at.nanos();
        let part = (agent + shown / DAY) % PARTS as u64;
        self.counts[part as usize][(shown / HOUR) as usize % OF_WEEK] += 1;
    }

    /// The hours of agents that each part has had up to `end`, as often as an arrival could come.
    fn exposure(&self, agents: u64, end: SimTime) -> Vec<[f64; OF_WEEK]> {
        let mut exposure = vec![[0.0; OF_WEEK]; PARTS];
        let all = PARTS as u64;
        let (mut at, end) = (self.offset, self.offset + end.nanos());
        while at < end {
            let next = (at / HOUR + 1) * HOUR;
            let hours = (next.min(end) - at) as f64 / HOUR as f64;
            let (day, hour) = (at / DAY, (at / HOUR) as usize % OF_WEEK);
            for part in 0..all {
                let first = (part + all - day % all) % all;
                let here = agents / all + u64::from(first < agents % all);
                exposure[part as usize][hour] += here as f64 * hours;
            }
            at = next;
        }
        exposure
    }

    /// The weights that hours have, if they differ.
    pub(super) fn found(&self, agents: u64, end: SimTime) -> Found {
        let exposure = self.exposure(agents, end);
        let by_week = Table::new(&self.counts, &exposure);
        let by_day = by_week.folded();
        let flat = vec![1.0; OF_DAY];
        let Some(day) = by_day.test(&flat, 1) else { return Found::TooLittle };
        let rhythm = |table: &Table, test| Rhythm { weights: table.weights(), test };
        if end.nanos() >= FOR_WEEK {
            let of_day = if day.p < LEVEL { by_day.weights() } else { flat };
            let fitted = if day.p < LEVEL { OF_DAY } else { 1 };
            let null: Vec<f64> = of_day.iter().cycle().take(OF_WEEK).copied().collect();
            if let Some(week) = by_week.test(&null, fitted).filter(|test| test.p < LEVEL) {
                return Found::Rhythm(rhythm(&by_week, week));
            }
        }
        if day.p < LEVEL { Found::Rhythm(rhythm(&by_day, day)) } else { Found::Flat(day) }
    }
}

/// Arrivals and exposures: a row for each part that has any, a column for each hour.
struct Table {
    counts: Vec<Vec<f64>>,
    exposure: Vec<Vec<f64>>,
}

impl Table {
    fn new(counts: &[[u64; OF_WEEK]], exposure: &[[f64; OF_WEEK]]) -> Self {
        let rows = counts.iter().zip(exposure);
        let used = rows.filter(|(_, exposure)| exposure.iter().any(|&it| it > 0.0));
        let (counts, exposure) = used
            .map(|(counts, exposure)| {
                (counts.iter().map(|&it| it as f64).collect(), exposure.to_vec())
            })
            .unzip();
        Self { counts, exposure }
    }

    /// The same by the hour of the day.
    fn folded(&self) -> Self {
        let fold = |rows: &[Vec<f64>]| {
            let of_hour = |row: &Vec<f64>, hour| row.iter().skip(hour).step_by(OF_DAY).sum();
            rows.iter().map(|row| (0..OF_DAY).map(|hour| of_hour(row, hour)).collect()).collect()
        };
        Self { counts: fold(&self.counts), exposure: fold(&self.exposure) }
    }

    /// The sums over the parts of each hour.
    fn by_hour(rows: &[Vec<f64>]) -> Vec<f64> {
        let hours = rows.first().map_or(0, Vec::len);
        (0..hours).map(|hour| rows.iter().map(|row| row[hour]).sum()).collect()
    }

    /// The arrivals of an hour over its exposure, as weights of mean 1; hours that were never seen
    /// have that of all that were.
    fn weights(&self) -> Vec<f64> {
        let (counts, exposure) = (Self::by_hour(&self.counts), Self::by_hour(&self.exposure));
        let overall = counts.iter().sum::<f64>() / exposure.iter().sum::<f64>();
        let rates = counts.iter().zip(&exposure);
        let rates: Vec<f64> =
            rates.map(|(count, time)| if *time > 0.0 { count / time } else { overall }).collect();
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        rates.iter().map(|rate| rate / mean).collect()
    }

    /// Whether hours differ from `null` by more than parts of an hour do from each other, where
    /// `null` has so many fitted parameters.
    ///
    /// Parts may differ in how much they have altogether. The counts that are expected then are
    /// fitted in turn to the sums of parts and of hours (Deming and Stephan, 1940). Both sums of
    /// squares are Pearson's; their ratio stands in the place of a chi-square test, since bursts make
    /// counts differ by more than chance does in a Poisson stream (`McCullagh` and Nelder, Generalized
    /// Linear Models, 1989, 4.5 and 6.2).
    fn test(&self, null: &[f64], fitted: usize) -> Option<HourTest> {
        let (counts, exposure) = (Self::by_hour(&self.counts), Self::by_hour(&self.exposure));
        let seen = exposure.iter().filter(|&&it| it > 0.0).count();
        let parts = self.counts.len();
        let total: f64 = counts.iter().sum();
        if parts < 2 || seen < 3 || seen <= fitted || total < (FEWEST * seen as u64) as f64 {
            return None;
        }
        let mut hours = null.to_vec();
        let scale = |hours: &[f64]| -> Vec<f64> {
            let rows = self.counts.iter().zip(&self.exposure);
            rows.map(|(row, exposure)| {
                let expected: f64 = exposure.iter().zip(hours).map(|(it, hour)| it * hour).sum();
                if expected > 0.0 { row.iter().sum::<f64>() / expected } else { 0.0 }
            })
            .collect()
        };
        let expected = |parts: &[f64], hour: usize| -> f64 {
            self.exposure.iter().zip(parts).map(|(row, part)| row[hour] * part).sum()
        };
        let of_parts = scale(&hours);
        let mut between = 0.0;
        for hour in 0..hours.len() {
            let expected = expected(&of_parts, hour) * hours[hour];
            if expected > 0.0 {
                let off = counts[hour] - expected;
                between += off * off / expected;
            } else if counts[hour] > 0.0 {
                // An hour that `null` says is empty.
                between += counts[hour] * counts[hour];
            }
        }
        let mut of_parts = of_parts;
        for _ in 0..20 {
            for hour in 0..hours.len() {
                let expected = expected(&of_parts, hour);
                hours[hour] = if expected > 0.0 { counts[hour] / expected } else { 0.0 };
            }
            of_parts = scale(&hours);
        }
        let mut within = 0.0;
        let mut cells = 0;
        for ((row, exposure), part) in self.counts.iter().zip(&self.exposure).zip(&of_parts) {
            for hour in 0..hours.len() {
                let expected = exposure[hour] * hours[hour] * part;
                cells += usize::from(exposure[hour] > 0.0);
                if expected > 0.0 {
                    let off = row[hour] - expected;
                    within += off * off / expected;
                }
            }
        }
        let free = (cells + 1).checked_sub(parts + seen).filter(|&free| free > 0)?;
        let upper = (seen - fitted) as f64;
        let ratio = (between / upper) / (within / free as f64).max(f64::MIN_POSITIVE);
        Some(HourTest { ratio, p: f_tail(ratio, upper, free as f64) })
    }
}

/// Operational time: that of a stream which does not rise and fall, along one that does.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    offset: u64,
    weights: Vec<f64>,
    /// Up to when it was wound \[ns\], and what it showed then.
    at: u64,
    shown: f64,
}

impl Clock {
    /// A clock that goes by weights; without any, as time does.
    pub(super) fn new(offset: u64, weights: &[f64]) -> Self {
        let weights = if weights.is_empty() { vec![1.0] } else { weights.to_vec() };
        Self { offset, weights, at: 0, shown: 0.0 }
    }

    /// What it shows at an instant not before the last one \[ns\].
    pub(super) fn show(&mut self, now: SimTime) -> f64 {
        loop {
            let shown = self.offset + self.at;
            let weight = self.weights[(shown / HOUR) as usize % self.weights.len()];
            let next = (shown / HOUR + 1) * HOUR - self.offset;
            if now.nanos() < next {
                return self.shown + (now.nanos().saturating_sub(self.at)) as f64 * weight;
            }
            self.shown += (next - self.at) as f64 * weight;
            self.at = next;
        }
    }
}
