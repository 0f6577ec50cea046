//! Windows of thresholds: `over 1h`.

use super::super::bins::WIDTHS;
use super::super::model::Drain;
use super::super::settling::Settling;
use super::super::words::grouped;
use super::MOST_BINS;
use crate::summary::{WINDOWED, is_of_lost, is_windowed};
use crate::units::SimSpan;

/// A message and a hint.
type Wrong = (String, String);

/// What a run measures, and in which bins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    /// Less than `duration`.
    pub(super) warm_up: SimSpan,
    pub(super) settling: Settling,
    pub(super) duration: SimSpan,
    /// The width of a bin, above 0.
    pub(super) bin: SimSpan,
    pub(super) drain: Drain,
}

impl Measured {
    /// Why there are no windows of this length.
    pub(super) fn not_a_window(self, width: SimSpan) -> Option<Wrong> {
        let Self { warm_up, duration, bin, .. } = self;
        if width.is_zero() {
            let message = "a window must be longer than 0s".to_owned();
            return Some((message, "any duration, such as `1h`".to_owned()));
        }
        if width.nanos() > duration.nanos() - warm_up.nanos() {
            let message = format!("no window of {width} fits into what is measured");
            let hint = match self.settling {
                Settling::ToFind => format!("`warm_up: auto` leaves {warm_up} at least"),
                _ => format!("that is {warm_up} to {duration} after the start"),
            };
            return Some((message, hint));
        }
        if !width.nanos().is_multiple_of(bin.nanos()) {
            let message = format!("a window of {width} is no whole number of bins of {bin}");
            return Some((message, self.fitting(width)));
        }
        // Windows begin and end with bins.
        let first = warm_up.nanos().div_ceil(bin.nanos());
        let last = duration.nanos() / bin.nanos();
        if last.saturating_sub(first) < width.nanos() / bin.nanos() {
            let message =
                format!("no window of {width} fits into the bins that are measured whole");
            let (begin, end) = (bin.times(first), bin.times(last));
            let hint = if begin < end {
                format!("that is {begin} to {end} after the start, in bins of {bin}")
            } else {
                format!("no bin of {bin} lies whole between {warm_up} and {duration}")
            };
            return Some((message, hint));
        }
        None
    }

    /// Which bins windows of this length consist of.
    fn fitting(self, width: SimSpan) -> String {
        let few = |every: SimSpan| self.duration.nanos().div_ceil(every.nanos()) <= MOST_BINS;
        let usual = WIDTHS.into_iter().rev();
        let mut fitting = usual
            .filter(|every| width.nanos().is_multiple_of(every.nanos()))
            .chain(std::iter::once(width));
        match fitting.find(|&every| few(every)) {
            Some(every) => format!("`series: {{ every: {every} }}` makes bins that fit"),
            None => format!(
                "in this duration no window can be so short: {} bins are the most",
                grouped(MOST_BINS)
            ),
        }
    }
}

/// Why a metric, given by its key, cannot be judged over windows.
pub(super) fn not_windowed(metric: &str, measured: Option<Measured>) -> Option<Wrong> {
    if !is_windowed(metric) {
        let message = format!("`{metric}` cannot be judged over windows");
        return Some((message, format!("over windows there are {WINDOWED}")));
    }
    let cut = measured.is_some_and(|measured| measured.drain == Drain::Cut);
    (cut && is_of_lost(metric)).then(|| {
        let message = format!("`{metric}` cannot be judged over windows with `drain: cut`");
        let hint = "what is in flight at the end is not told apart by windows from what was lost";
        (message, hint.to_owned())
    })
}
