//! Simulating the points of a sweep, several beside each other.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::engine::{EngineError, RunOptions, Watch, run};
use crate::scenario::Scenario;
use crate::summary::Summary;

/// How a sweep is watched from outside: progress out, a wish to stop in.
#[derive(Debug, Default)]
pub struct SweepWatch {
    /// Asked to stop for all of them.
    whole: Arc<Watch>,
    /// The points that are finished, and the watches of those under way.
    state: Mutex<(u64, Vec<Arc<Watch>>)>,
}

impl SweepWatch {
    /// Stops when `whole` is asked to.
    pub fn new(whole: Arc<Watch>) -> Self {
        Self { whole, state: Mutex::default() }
    }

    /// How many points were finished, and how much is done of all of them, those under way included:
    /// each has [`Watch::WHOLE`] parts.
    pub fn progress(&self) -> (u64, u64) {
        let (finished, running) = &*self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way: u64 = running.iter().map(|watch| watch.progress()).sum();
        (*finished, finished * Watch::WHOLE + under_way)
    }

    fn stopped(&self) -> bool {
        self.whole.stopped()
    }

    fn begin(&self) -> Arc<Watch> {
        let watch = Arc::new(self.whole.beside());
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1.push(Arc::clone(&watch));
        watch
    }

    fn end(&self, watch: &Arc<Watch>, is_finished: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1.retain(|other| !Arc::ptr_eq(other, watch));
        state.0 += u64::from(is_finished);
    }
}

/// Why a sweep ended early. What was finished by then was handed over.
#[derive(Debug, Error)]
pub enum SweepError<E: fmt::Debug + fmt::Display> {
    /// A point could not be run.
    #[error("{source}")]
    Run {
        /// Which one.
        point: usize,
        /// Why.
        source: EngineError,
    },
    /// Its scenario could not be had, or what came of it could not be kept.
    #[error("{source}")]
    Around {
        /// Which one.
        point: usize,
        /// Why.
        source: E,
    },
    /// The watch asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl<E: fmt::Debug + fmt::Display> SweepError<E> {
    /// Errors are told in the order of points.
    const fn place(&self) -> usize {
        match self {
            Self::Run { point, .. } | Self::Around { point, .. } => *point,
            Self::Interrupted => usize::MAX,
        }
    }
}

/// Simulates some points, by their numbers, beside each other on `threads` threads; where there are
/// fewer points than threads, each on several. `load` gives the scenario of a point, `keep` is handed
/// what came of it as soon as it is finished: in any order, and from any thread.
///
/// What comes of a point depends on its scenario alone. After an error no point begins anew, and those
/// under way are finished; what `watch` stops is not.
///
/// # Errors
///
/// [`SweepError`]: that of the lowest point of those that failed, or that it was interrupted.
///
/// # Panics
///
/// If the system cannot start so many threads, or if a limiter or an arrival process of one's own
/// panics.
///
/// # Examples
///
/// ```
/// use std::sync::Mutex;
///
/// use limitlab::planning::{Grid, SweepWatch, sweep};
/// use limitlab::scenario::{Override, parse};
///
/// let text = "{ limitlab: 1, name: small, duration: 5h, workspaces: [{ group: shops,
///     agents: [{ name: sales, traffic: { interarrival: 10m } }],
///     fair_use: [{ name: few, scope: workspace, token_bucket: { rate: 1/d, burst: 30 } }] }] }";
/// let burst = "workspaces.shops.fair_use.few.token_bucket.burst=10..30:10".to_owned();
/// let grid = Grid::read(&[burst], &[])?;
/// let load = |point: usize| {
///     parse("small.yaml", text, &grid.point(point).overrides().collect::<Vec<Override>>())
/// };
/// let refused = Mutex::new(vec![None; grid.len()]);
/// sweep(&[0, 1, 2], 2, &SweepWatch::default(), load, |point, summary| {
///     refused.lock().unwrap()[point] = summary.value("attempts.refused");
///     Ok(())
/// })?;
///
/// // 29 messages come.
/// assert_eq!(*refused.lock().unwrap(), [Some(19.0), Some(9.0), Some(0.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sweep<E: fmt::Debug + fmt::Display + Send>(
    points: &[usize],
    threads: usize,
    watch: &SweepWatch,
    load: impl Fn(usize) -> Result<Scenario, E> + Sync,
    keep: impl Fn(usize, Summary) -> Result<(), E> + Sync,
) -> Result<(), SweepError<E>> {
    let threads = threads.max(1);
    let next = AtomicUsize::new(0);
    let one = |point: usize| {
        let around = |source| SweepError::Around { point, source };
        let scenario = load(point).map_err(around)?;
        let left = points.len() - watch.progress().0 as usize;
        let options = RunOptions { threads: threads / threads.min(left).max(1) };
        let of_point = watch.begin();
        let outcome = run(&scenario, options, &of_point);
        let kept = match outcome {
            Ok(outcome) if outcome.measures.interrupted.is_some() => Err(SweepError::Interrupted),
            Ok(outcome) => keep(point, outcome.summary).map_err(around),
            Err(source) => Err(SweepError::Run { point, source }),
        };
        watch.end(&of_point, kept.is_ok());
        kept
    };
    let work = || {
        loop {
            // The order in which they are taken says nothing of what comes of them.
            let Some(&point) = points.get(next.fetch_add(1, Ordering::Relaxed)) else {
                return Ok(());
            };
            if watch.stopped() {
                return Err(SweepError::Interrupted);
            }
            if let Err(error) = one(point) {
                next.store(points.len(), Ordering::Relaxed);
                return Err(error);
            }
        }
    };
    let ends: Vec<Result<(), SweepError<E>>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(points.len())).map(|_| scope.spawn(work)).collect();
        let mine = work();
        let theirs = others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(mine).chain(theirs).collect()
    });
    let failed = ends.into_iter().filter_map(Result::err).min_by_key(SweepError::place);
    failed.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Override, parse};

    const YAML: &str = "{ limitlab: 1, name: small, duration: 1d, replications: 3, workspaces: [
        { group: shops, count: 5, agents: [{ name: sales, traffic: { rate: 12/h } }] }],
        backend: { servers: 1, service_time: { exponential: 20s } } }";

    fn load(point: usize) -> Result<Scenario, String> {
        let seed = Override::seed(point as u64);
        parse("small.yaml", YAML, &[seed]).map_err(|error| error.to_string())
    }

    #[test]
    fn threads_change_nothing_and_points_are_handed_over_once() {
        let told = |points: &[usize], threads: usize| {
            let kept = Mutex::new(vec![None; 9]);
            let watch = SweepWatch::default();
            sweep(points, threads, &watch, load, |point, summary| {
                let mut kept = kept.lock().unwrap();
                assert!(kept[point].replace(summary).is_none());
                Ok(())
            })
            .unwrap();
            let all = points.len() as u64;
            assert_eq!(watch.progress(), (all, all * Watch::WHOLE));
            kept.into_inner().unwrap()
        };
        let alone = told(&[0, 1, 3, 5, 8], 1);
        assert_eq!(alone.iter().flatten().count(), 5);
        assert_eq!(alone, told(&[0, 1, 3, 5, 8], 3));
        assert_eq!(alone[3], told(&[3], 4)[3]);
        assert!(told(&[], 2).iter().all(Option::is_none));
    }

    #[test]
    fn the_error_of_the_lowest_point_is_told() {
        let refuse = |point: usize, _| {
            if point > 3 { Err(format!("{point} cannot be kept")) } else { Ok(()) }
        };
        for threads in [1, 4] {
            let error = sweep(&[1, 4, 6], threads, &SweepWatch::default(), load, refuse);
            assert_eq!(error.unwrap_err().to_string(), "4 cannot be kept");
        }
        let missing = |_| Err("it is gone".to_owned());
        let error = sweep(&[2], 2, &SweepWatch::default(), missing, |_, _| Ok(())).unwrap_err();
        assert!(matches!(error, SweepError::Around { point: 2, .. }), "{error}");
    }

    #[test]
    fn what_is_stopped_hands_nothing_over() {
        let whole = Arc::new(Watch::default());
        let watch = SweepWatch::new(Arc::clone(&whole));
        let keep = |_, _| {
            whole.stop();
            Ok::<(), String>(())
        };
        let error = sweep(&[0, 1, 2], 1, &watch, load, keep).unwrap_err();
        assert!(matches!(error, SweepError::Interrupted), "{error}");
        assert_eq!(watch.progress().0, 1);
    }
}
