//! Numbered pieces of work, spread over threads.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::run::EngineError;
use super::watch::Watch;

/// Pieces of work that threads take one after the other, in order.
pub(super) struct Pieces {
    /// Their numbers.
    pub(super) numbers: Range<u64>,
    /// How many a thread takes at a time, at least 1.
    pub(super) at_a_time: u64,
}

/// Has every piece done by one of `threads` workers, each on its own thread, until `watch` asks to
/// stop; answers the workers.
///
/// # Errors
///
/// That of the piece with the lowest number of those that fail, on any number of threads.
pub(super) fn spread<W: Send>(
    pieces: &Pieces,
    threads: usize,
    watch: &Watch,
    worker: impl Fn() -> W + Sync,
    simulate: impl Fn(&mut W, u64) -> Result<(), EngineError> + Sync,
) -> Result<Vec<W>, EngineError> {
    let Range { start, end } = pieces.numbers;
    let next = AtomicU64::new(start);
    let work = || {
        let mut worker = worker();
        while !watch.stopped() {
            let first = next.fetch_add(pieces.at_a_time, Ordering::Relaxed);
            if first >= end {
                break;
            }
            for piece in first..end.min(first + pieces.at_a_time) {
                if watch.stopped() {
                    break;
                }
                if let Err(error) = simulate(&mut worker, piece) {
                    // Nobody begins anew; what comes before this piece has begun already.
                    next.store(end, Ordering::Relaxed);
                    return Err((piece, error));
                }
            }
        }
        Ok(worker)
    };
    let results: Vec<Result<W, (u64, EngineError)>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        let theirs = others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(mine).chain(theirs).collect()
    });
    let mut workers = Vec::new();
    let mut failed = Vec::new();
    for result in results {
        match result {
            Ok(worker) => workers.push(worker),
            Err(error) => failed.push(error),
        }
    }
    match failed.into_iter().min_by_key(|(piece, _)| *piece) {
        Some((_, error)) => Err(error),
        None => Ok(workers),
    }
}
