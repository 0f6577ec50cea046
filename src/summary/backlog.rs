//! Does the backlog grow?

use crate::measure::{BackendMeasures, Window};
use crate::units::SimSpan;

/// How a backend's queue developed over the measured window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backlog {
    /// By how many messages the queue grows in a second, from the second to the last quarter.
    pub growth: f64,
    /// Whether that is a trend: then the run has no steady state.
    pub grows: bool,
}

/// Servers busier than this for half a run keep no reserve that could work a backlog off.
const SATURATED: f64 = 0.98;

/// A queue that grows at a constant rate is 1.67 and 1.4 times longer in the third and in the last
/// quarter than in the one before. A stationary queue varies, but not upwards twice in a row by
/// this factor with servers saturated.
const UPWARDS: f64 = 1.2;

/// Reads the trend of the queue of `servers` servers, unless their number changes, from the bins
/// that lie whole inside `window`: of `measures` over so many replications, the mean of them.
/// `None` if there are too few bins. Those after the window may hold work that an interrupted run
/// had begun.
pub fn backlog(
    measures: &BackendMeasures,
    servers: u64,
    bin: SimSpan,
    window: Window,
    replications: u32,
) -> Option<Backlog> {
    let quarters = |times: &[u128]| quarters(times, bin, replications);
    let first = window.from.nanos().div_ceil(bin.nanos()) as usize;
    let last = (window.until.nanos() / bin.nanos()) as usize;
    let waiting = quarters(measures.waiting_series.times().get(first..last)?)?;
    let busy = quarters(measures.busy_series.times().get(first..last)?)?;
    let bins = last - first;
    let apart = bin.as_secs_f64() * bins as f64 / 2.0;
    let servers = match &measures.capacity_series {
        Some(series) => {
            let capacity = quarters(series.times().get(first..last)?)?;
            f64::midpoint(capacity[2], capacity[3])
        }
        None => servers as f64,
    };
    let utilisation = f64::midpoint(busy[2], busy[3]) / servers;
    let upwards = waiting[2] > UPWARDS * waiting[1] && waiting[3] > UPWARDS * waiting[2];
    let grows = upwards && utilisation > SATURATED && waiting[3] - waiting[1] > 1.0;
    Some(Backlog { growth: (waiting[3] - waiting[1]) / apart, grows })
}

/// The mean level in each quarter of the bins, over replications; `None` with fewer than eight bins.
fn quarters(times: &[u128], bin: SimSpan, replications: u32) -> Option<[f64; 4]> {
    (times.len() >= 8).then(|| {
        std::array::from_fn(|quarter| {
            let part = &times[times.len() * quarter / 4..times.len() * (quarter + 1) / 4];
            let level = part.iter().sum::<u128>() as f64 / (part.len() as f64 * bin.nanos() as f64);
            level / f64::from(replications)
        })
    })
}
