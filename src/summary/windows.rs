//! Metrics over windows: stretches of so many bins of the series, each of which lies whole inside
//! what is measured.

use std::ops::Range;

use super::read_out::QUANTILES;
use crate::measure::{
    BackendMeasures, BinnedMessages, ByBin, Cause, GroupFrame, GroupMeasures, Measures, Timing,
    Whose,
};
use crate::units::{SimSpan, SimTime};

/// A window, and the value of a metric in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowValue {
    /// When the window begins.
    pub from: SimTime,
    /// In the metric's unit; `None` if nothing was observed in the window.
    pub value: Option<f64>,
}

/// The metrics that can be told over windows, in words for a hint.
pub const WINDOWED: &str = "`attempts.offered`, `.admitted` and `.refused`, `refusal.rate`, \
    `messages.offered`, `.completed` and `.lost`, `loss.rate`, `goodput.rate`, all of `latency`, \
    `wait` and `service`, `backend.utilisation`, `.queue.mean`, `.in_system.mean` and `.throughput`";

/// \[ns\]
const SECOND: u128 = SimSpan::SECOND.nanos() as u128;

/// How a metric is read over windows.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reading<'m> {
    Attempts(Attempts),
    /// Refused attempts among all; for a reason or by a limiter, where one is named.
    Refused(Option<(By, &'m str)>),
    Messages(Messages),
    /// Lost messages among all.
    Lost,
    /// Messages replied to within a span.
    Within(SimSpan),
    Time(Time, Statistic),
    Servers(Level),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Attempts {
    Offered,
    Admitted,
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    Reason,
    Limiter,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Messages {
    Offered,
    Completed,
    Lost,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Time {
    Latency,
    Wait,
    Service,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Statistic {
    Mean,
    Deviation,
    /// In thousandths.
    Quantile(u64),
    Greatest,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Level {
    Utilisation,
    Queue,
    InSystem,
    /// Services that end.
    Throughput,
}

impl<'m> Reading<'m> {
    /// How the metric with this key is read; `None` if it is not told over windows.
    fn of(metric: &'m str) -> Option<Self> {
        let (name, label) = metric.split_once('{').unwrap_or((metric, ""));
        let label = label.strip_suffix('}').and_then(|label| label.split_once('='));
        Some(match (name, label) {
            ("attempts.offered", None) => Self::Attempts(Attempts::Offered),
            ("attempts.admitted", None) => Self::Attempts(Attempts::Admitted),
            ("attempts.refused", None) => Self::Attempts(Attempts::Refused),
            ("refusal.rate", None) => Self::Refused(None),
            ("refusal.rate", Some(("reason", it))) => Self::Refused(Some((By::Reason, it))),
            ("refusal.rate", Some(("limiter", it))) => Self::Refused(Some((By::Limiter, it))),
            ("messages.offered", None) => Self::Messages(Messages::Offered),
            ("messages.completed", None) => Self::Messages(Messages::Completed),
            ("messages.lost", None) => Self::Messages(Messages::Lost),
            ("loss.rate", None) => Self::Lost,
            ("goodput.rate", Some(("within", span))) => Self::Within(span.parse().ok()?),
            ("backend.utilisation", None) => Self::Servers(Level::Utilisation),
            ("backend.queue.mean", None) => Self::Servers(Level::Queue),
            ("backend.in_system.mean", None) => Self::Servers(Level::InSystem),
            ("backend.throughput", None) => Self::Servers(Level::Throughput),
            (_, None) => {
                let (family, statistic) = name.split_once('.')?;
                let time = match family {
                    "latency" => Time::Latency,
                    "wait" => Time::Wait,
                    "service" => Time::Service,
                    _ => return None,
                };
                Self::Time(time, Statistic::of(statistic)?)
            }
            _ => return None,
        })
    }
}

impl Statistic {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "mean" => Self::Mean,
            "sd" => Self::Deviation,
            "max" => Self::Greatest,
            _ => Self::Quantile(QUANTILES.iter().find(|(it, _)| *it == name)?.1),
        })
    }

    fn read(self, timing: &Timing) -> Option<f64> {
        match self {
            Self::Mean => timing.mean(),
            Self::Deviation => timing.deviation(),
            Self::Quantile(per_mille) => timing.quantile(per_mille),
            Self::Greatest => timing.greatest(),
        }
    }
}

/// Whether the metric with this key can be told over windows.
pub fn is_windowed(metric: &str) -> bool {
    Reading::of(metric).is_some()
}

/// Whether the metric with this key counts messages that were lost.
pub fn is_of_lost(metric: &str) -> bool {
    matches!(Reading::of(metric), Some(Reading::Lost | Reading::Messages(Messages::Lost)))
}

/// What must be collected by bin to tell the metric with this key over windows.
pub fn asks_for(metric: &str) -> ByBin {
    let none = ByBin::default();
    match Reading::of(metric) {
        Some(Reading::Messages(_) | Reading::Lost | Reading::Within(_)) => {
            ByBin { messages: true, ..none }
        }
        Some(Reading::Time(Time::Latency, _)) => ByBin { latency: true, ..none },
        Some(Reading::Time(Time::Wait, _)) => ByBin { wait: true, ..none },
        Some(Reading::Time(Time::Service, _)) => ByBin { service: true, ..none },
        Some(Reading::Attempts(_) | Reading::Refused(_) | Reading::Servers(_)) | None => none,
    }
}

/// The values of a metric in every window of the length `width`. None if the metric is not told over windows or
/// was not collected by bin, or if `width` is no whole number of bins.
pub fn over_windows(
    measures: &Measures,
    whose: Whose,
    metric: &str,
    width: SimSpan,
) -> Vec<WindowValue> {
    let bin = measures.frame.bin;
    let window = measures.frame.all.window;
    let length = (width.nanos() / bin.nanos()) as usize;
    let bins = window.from.nanos().div_ceil(bin.nanos()) as usize
        ..(window.until.nanos() / bin.nanos()) as usize;
    let Some(reading) = Reading::of(metric) else { return Vec::new() };
    if length == 0 || !width.nanos().is_multiple_of(bin.nanos()) {
        return Vec::new();
    }
    let (frame, of) = measures.of(whose);
    let windows = Windows { measures, is_all: whose == Whose::All, frame, of, bins, length };
    let begins =
        windows.begins().map(|bin_number| SimTime::from_nanos(bin_number as u64 * bin.nanos()));
    begins.zip(windows.values(reading)).map(|(from, value)| WindowValue { from, value }).collect()
}

/// The windows of some workspaces.
struct Windows<'a> {
    measures: &'a Measures,
    is_all: bool,
    frame: &'a GroupFrame,
    of: &'a GroupMeasures,
    /// The bins that lie whole inside what is measured.
    bins: Range<usize>,
    /// Bins of a window, at least 1.
    length: usize,
}

impl Windows<'_> {
    /// The first bin of each window.
    fn begins(&self) -> Range<usize> {
        let end = (self.bins.end + 1).saturating_sub(self.length);
        self.bins.start..end.max(self.bins.start)
    }

    fn values(&self, reading: Reading<'_>) -> Vec<Option<f64>> {
        let series = &self.of.series;
        let (offered, refused) = (self.sums(&series.offered), || self.refused(|_| true));
        match reading {
            Reading::Attempts(Attempts::Offered) => self.counts(&offered),
            Reading::Attempts(Attempts::Refused) => self.counts(&refused()),
            Reading::Attempts(Attempts::Admitted) => self.counts(&minus(&offered, &refused())),
            Reading::Refused(None) => shares(&refused(), &offered),
            Reading::Refused(Some((by, name))) => {
                let is_meant = |cause: &Cause| match by {
                    By::Reason => cause.reason.name() == name,
                    By::Limiter => cause.limiter.as_deref() == Some(name),
                };
                shares(&self.refused(is_meant), &offered)
            }
            Reading::Messages(_) | Reading::Lost | Reading::Within(_) | Reading::Time(..) => {
                self.of.by_bin.as_ref().map_or_else(Vec::new, |it| self.messages(it, reading))
            }
            Reading::Servers(level) => self.servers(level).unwrap_or_default(),
        }
    }

    /// Of messages by the bin in which they were due.
    fn messages(&self, by_bin: &BinnedMessages, reading: Reading<'_>) -> Vec<Option<f64>> {
        let (offered, completed) = (self.sums(&by_bin.offered), self.sums(&by_bin.completed));
        match reading {
            Reading::Messages(Messages::Offered) => self.counts(&offered),
            Reading::Messages(Messages::Completed) => self.counts(&completed),
            Reading::Messages(Messages::Lost) => self.counts(&minus(&offered, &completed)),
            Reading::Lost => shares(&minus(&offered, &completed), &offered),
            Reading::Within(span) => {
                let place = self.frame.withins.iter().position(|within| *within == span);
                let good = place.map(|place| self.sums(&by_bin.within[place]));
                good.map_or_else(Vec::new, |good| shares(&good, &offered))
            }
            Reading::Time(time, statistic) => {
                let times = match time {
                    Time::Latency => &by_bin.latency,
                    Time::Wait => &by_bin.wait,
                    Time::Service => &by_bin.service,
                };
                times.as_ref().map_or_else(Vec::new, |times| {
                    times.sliding(self.bins.clone(), self.length, |it| statistic.read(it))
                })
            }
            Reading::Attempts(_) | Reading::Refused(_) | Reading::Servers(_) => Vec::new(),
        }
    }

    /// Refused attempts for the causes that are meant.
    fn refused(&self, is_meant: impl Fn(&Cause) -> bool) -> Vec<u64> {
        let mut all = vec![0; self.begins().len()];
        for (cause, by_bin) in self.frame.causes.iter().zip(&self.of.series.refused) {
            if cause.reason.refuses_attempts() && is_meant(cause) {
                let sums = self.sums(by_bin);
                all.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum);
            }
        }
        all
    }

    /// The level of a backend; `None` where the group has none of its own.
    fn servers(&self, level: Level) -> Option<Vec<Option<f64>>> {
        let (booked, pools): (&BackendMeasures, u64) = match &self.measures.platform {
            Some(platform) if self.is_all => {
                (&platform.servers, u64::from(self.measures.replications))
            }
            Some(_) => return None,
            None => (self.of.backend.as_ref()?, self.of.workspaces),
        };
        let time = u128::from(self.measures.frame.bin.nanos()) * u128::from(pools);
        let bins = booked.busy_series.bins();
        let pool_time = vec![time; bins];
        let (busy, waiting) = (booked.busy_series.times(), booked.waiting_series.times());
        let (over, under) = match level {
            Level::Queue => (waiting, pool_time),
            Level::InSystem => (
                busy.iter().zip(waiting).map(|(busy, waiting)| busy + waiting).collect(),
                pool_time,
            ),
            Level::Throughput => {
                let served = booked.served_series.iter().map(|&count| u128::from(count) * SECOND);
                (served.collect(), pool_time)
            }
            Level::Utilisation => {
                let fixed = match &self.measures.frame.platform_servers {
                    Some(capacity) => capacity.first(),
                    None => self.frame.features.servers.flatten(),
                };
                let capacity = match &booked.capacity_series {
                    Some(series) => series.times(),
                    None => vec![time * u128::from(fixed?); bins],
                };
                (busy, capacity)
            }
        };
        Some(shares(&self.sums(&over), &self.sums(&under)))
    }

    /// The sum in each window.
    fn sums<T: Copy + std::iter::Sum<T>>(&self, by_bin: &[T]) -> Vec<T> {
        let window = |begin: usize| by_bin[begin..begin + self.length].iter().copied().sum();
        self.begins().map(window).collect()
    }

    /// Counts of a replication.
    fn counts(&self, sums: &[u64]) -> Vec<Option<f64>> {
        let replications = f64::from(self.measures.replications);
        sums.iter().map(|&sum| Some(sum as f64 / replications)).collect()
    }
}

fn minus(whole: &[u64], part: &[u64]) -> Vec<u64> {
    whole.iter().zip(part).map(|(whole, part)| whole.saturating_sub(*part)).collect()
}

/// Ratios of sums; `None` where there is nothing to share.
fn shares<T: Figure>(of: &[T], among: &[T]) -> Vec<Option<f64>> {
    let share = |(of, among): (&T, &T)| {
        let (of, among) = (of.figure(), among.figure());
        (among > 0.0).then(|| of / among)
    };
    of.iter().zip(among).map(share).collect()
}

/// A sum that is read out.
trait Figure: Copy {
    fn figure(self) -> f64;
}

impl Figure for u64 {
    fn figure(self) -> f64 {
        self as f64
    }
}

impl Figure for u128 {
    fn figure(self) -> f64 {
        self as f64
    }
}
