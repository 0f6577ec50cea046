//! How traffic rises and falls with the hour.

use crate::planning::special::f_tail;
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
/// No ratio needs to be told to be greater.
const MOST_RATIO: f64 = 1e9;
/// A difference that chance alone makes less often than this is none of chance.
pub(super) const LEVEL: f64 = 0.01;

/// Arrivals by the hour of the week, from Monday 00:00 UTC on, in parts.
#[derive(Debug, Clone)]
pub(super) struct Hours {
    /// How far into the week t = 0 is \[ns\].
    offset: u64,
    counts: Vec<[u64; OF_WEEK]>,
    /// Those of them that came after the first day.
    later: Vec<[u64; OF_WEEK]>,
    /// Arrivals in parts of all agents, and their times \[h\], summed.
    times: [(u64, f64); PARTS],
}

/// How arrivals become more over the trace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trend {
    /// The rate at the end less that at the start, over the mean: from -2 to 2.
    pub slope: f64,
    /// The chance of such a slope or a greater one if there is none.
    pub p: f64,
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
    /// Arrivals come by a clock of their own.
    Steady,
    /// There is too little to tell.
    TooLittle,
}

impl Hours {
    pub(super) fn new(offset: u64) -> Self {
        Self {
            offset,
            counts: vec![[0; OF_WEEK]; PARTS],
            later: vec![[0; OF_WEEK]; PARTS],
            times: [(0, 0.0); PARTS],
        }
    }

    /// Counts an arrival at the agent with a number.
    pub(super) fn add(&mut self, agent: u64, at: SimTime) {
        let shown = self.offset + at.nanos();
        let part = (agent + shown / DAY) % PARTS as u64;
        let hour = (shown / HOUR) as usize % OF_WEEK;
        self.counts[part as usize][hour] += 1;
        self.later[part as usize][hour] += u64::from(at.nanos() >= DAY);
        let (count, times) = &mut self.times[(agent % PARTS as u64) as usize];
        *count += 1;
        *times += at.nanos() as f64 / HOUR as f64;
    }

    /// How arrivals become more, if they do by more than chance.
    ///
    /// If a rate changes evenly, the mean time of arrivals is off the middle by a twelfth of the
    /// slope. It is held against how much the mean times of parts differ, by Student's t, since
    /// bursts make them differ more than those of a Poisson stream.
    pub(super) fn trend(&self, agents: u64, end: SimTime) -> Option<Trend> {
        /// Fewer parts, and fewer arrivals, tell nothing.
        const FEWEST_PARTS: usize = 4;
        const FEWEST_ARRIVALS: u64 = 50;
        /// Less is of no account, whatever chance explains.
        const LEAST_SLOPE: f64 = 0.05;
        let parts: Vec<_> = self.times.iter().filter(|(count, _)| *count > 0).collect();
        let total: u64 = parts.iter().map(|(count, _)| count).sum();
        if parts.len() < FEWEST_PARTS || total < FEWEST_ARRIVALS {
            return None;
        }
        // Hours that differ move the mean time, if not all days or weeks are whole.
        let by_week = Table::new(&self.counts, &self.exposure(agents, (0, end.nanos()), 0.0));
        let table = if end.nanos() >= FOR_WEEK { by_week } else { by_week.folded() };
        let flat = vec![1.0; table.hours()];
        let test = table.test(&flat, 1);
        let weights = if test.is_some_and(|it| it.p < LEVEL) { table.weights() } else { flat };
        let (mut middle, mut mass) = (0.0, 0.0);
        let (mut at, until) = (self.offset, self.offset + end.nanos());
        while at < until {
            let next = ((at / HOUR + 1) * HOUR).min(until);
            let weight = weights[(at / HOUR) as usize % weights.len()] * (next - at) as f64;
            middle += weight * (f64::midpoint(at as f64, next as f64) - self.offset as f64);
            mass += weight;
            at = next;
        }
        let length = end.nanos() as f64 / HOUR as f64;
        let middle = middle / mass / HOUR as f64;
        let mean = parts.iter().map(|(_, times)| times).sum::<f64>() / total as f64;
        let squares = parts.iter().map(|(count, times)| {
            let off = times / *count as f64 - mean;
            *count as f64 * off * off
        });
        let free = (parts.len() - 1) as f64;
        let variance = squares.sum::<f64>() / free / total as f64;
        let off = mean - middle;
        // Where all parts are the same, everybody writes at once.
        if variance <= 0.0 {
            return None;
        }
        let p = f_tail(off * off / variance, 1.0, free);
        let slope = (12.0 * off / length).clamp(-1.96, 1.96);
        (p < LEVEL && slope.abs() >= LEAST_SLOPE).then_some(Trend { slope, p })
    }

    /// The hours of agents that each part has had in a time \[ns\], as often as an arrival could
    /// come, if rates rise by so much of their mean until its end.
    fn exposure(&self, agents: u64, (from, end): (u64, u64), slope: f64) -> Vec<[f64; OF_WEEK]> {
        let mut exposure = vec![[0.0; OF_WEEK]; PARTS];
        let all = PARTS as u64;
        let mut at = self.offset + from;
        while at < self.offset + end {
            let next = ((at / HOUR + 1) * HOUR).min(self.offset + end);
            let level = 1.0 + slope * ((at - self.offset) as f64 / end as f64 - 0.5);
            let hours = level * (next - at) as f64 / HOUR as f64;
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

    /// The weights that hours have, if they differ by more than a trend makes them.
    pub(super) fn found(&self, agents: u64, end: SimTime, trend: Option<Trend>) -> Found {
        let slope = trend.map_or(0.0, |trend| trend.slope);
        let exposure = self.exposure(agents, (0, end.nanos()), slope);
        let by_week = Table::new(&self.counts, &exposure);
        let by_day = by_week.folded();
        let flat = vec![1.0; OF_DAY];
        let Some(day) = by_day.test(&flat, 1) else { return Found::TooLittle };
        if end.nanos() >= 2 * DAY && day.p < LEVEL {
            // Streams that begin with a whole gap each have more arrivals in their first hours, if
            // gaps scatter: what the first day alone shows is no rhythm.
            let exposure = self.exposure(agents, (DAY, end.nanos()), slope);
            let later = Table::new(&self.later, &exposure).folded().test(&flat, 1);
            if let Some(test) = later.filter(|test| test.p >= LEVEL) {
                return Found::Flat(test);
            }
        }
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

    /// How many hours there are.
    fn hours(&self) -> usize {
        self.counts.first().map_or(OF_DAY, Vec::len)
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
        // Without any scatter it would be infinite, which no document can say.
        let ratio = ratio.min(MOST_RATIO);
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
