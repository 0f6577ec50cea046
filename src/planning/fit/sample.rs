//! Observed spans and amounts, in buckets.

use libm::{exp2, floor, log, log2};

/// Buckets from a value to its double: each is 4.4 % wide.
const PER_OCTAVE: f64 = 16.0;
/// All of them: up to 2^64.
const BUCKETS: usize = 64 * 16 + 1;

/// Values at least 0, counted in buckets; those beyond the horizon are only known to be so.
///
/// A window cuts long spans off, and so it shows too many short ones. Who counts spans lets each
/// begin at least a horizon before the end of the window, and tells those that last longer apart:
/// then the window shows all lengths up to the horizon as often as they are.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    counts: Vec<u64>,
    /// Values at most as large as the horizon.
    seen: u64,
    /// Those that are larger.
    beyond: u64,
    horizon: f64,
    /// What all values are multiples of, as far as is known; they stand for what rounds to them.
    grain: f64,
    /// Whether values are the differences of rounded ones, and so are off by up to a grain.
    of_stamps: bool,
    /// The sum of the values in each bucket.
    sums: Vec<f64>,
    sum: f64,
    squares: f64,
    logs: f64,
    least: f64,
    least_apart: f64,
    greatest: f64,
}

/// A bucket that holds something, from one edge to the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) count: u64,
    /// The mean of what it holds.
    pub(super) mean: f64,
}

impl Sample {
    /// An empty sample of values up to `horizon` that are the differences of multiples of `grain`.
    pub(super) fn of_stamps(grain: f64, horizon: f64) -> Self {
        Self { of_stamps: true, ..Self::new(grain, horizon) }
    }

    /// An empty sample of values that are multiples of `grain`, up to `horizon`.
    pub(super) fn new(grain: f64, horizon: f64) -> Self {
        Self {
            counts: vec![0; BUCKETS],
            sums: vec![0.0; BUCKETS],
            of_stamps: false,
            least_apart: f64::INFINITY,
            seen: 0,
            beyond: 0,
            horizon,
            grain,
            sum: 0.0,
            squares: 0.0,
            logs: 0.0,
            least: f64::INFINITY,
            greatest: 0.0,
        }
    }

    /// Takes values to be multiples of `grain`, which is known when all are.
    pub(super) fn coarsen(&mut self, grain: f64) {
        self.grain = grain.max(1.0);
    }

    /// Counts a value.
    pub(super) fn add(&mut self, value: f64) {
        if value > self.horizon {
            self.beyond += 1;
            return;
        }
        let bucket = if value < 1.0 { 0 } else { 1 + (log2(value) * PER_OCTAVE) as usize };
        self.counts[bucket.min(BUCKETS - 1)] += 1;
        self.sums[bucket.min(BUCKETS - 1)] += value;
        self.seen += 1;
        self.sum += value;
        self.squares += value * value;
        // Nothing has no logarithm; it stands for all that rounds to it.
        self.logs += log(value.max(self.grain / 4.0));
        self.least = self.least.min(value);
        if value >= 1.0 {
            self.least_apart = self.least_apart.min(value);
        }
        self.greatest = self.greatest.max(value);
    }

    /// Counts a value that is only known to lie beyond the horizon.
    pub(super) fn add_beyond(&mut self) {
        self.beyond += 1;
    }

    /// How many values there are.
    pub(super) fn count(&self) -> u64 {
        self.seen + self.beyond
    }

    /// How many of them lie beyond the horizon.
    pub(super) fn beyond(&self) -> u64 {
        self.beyond
    }

    /// What is only known to lie beyond it.
    pub(super) fn horizon(&self) -> f64 {
        self.horizon
    }

    /// How many values are none, where they are not rounded so coarsely that chance makes some of
    /// them none.
    pub(super) fn at_once(&self) -> u64 {
        /// So much coarser than the mean no grain makes many values none.
        const GRAINS: f64 = 100.0;
        let is_fine = self.seen > 0 && self.mean() >= GRAINS * self.grain;
        if is_fine { self.counts[0] } else { 0 }
    }

    /// The mean of those up to the horizon.
    pub(super) fn mean(&self) -> f64 {
        self.sum / self.seen as f64
    }

    /// Their standard deviation over their mean.
    pub(super) fn cv(&self) -> f64 {
        let mean = self.mean();
        let variance = (self.squares / self.seen as f64 - mean * mean).max(0.0);
        libm::sqrt(variance) / mean
    }

    /// The mean of their logarithms.
    pub(super) fn mean_log(&self) -> f64 {
        self.logs / self.seen as f64
    }

    /// The least and the greatest value up to the horizon.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.least, self.greatest)
    }

    /// What values are blurred by: the differences of stamps by twice what each is rounded by.
    pub(super) fn blur(&self) -> f64 {
        if self.of_stamps && self.grain > 1.0 { self.grain } else { 0.0 }
    }

    /// The shortest time that the sample can show: the least of values that are not the same
    /// instant, and what times are rounded to.
    pub(super) fn shortest(&self) -> f64 {
        self.least_apart.max(self.grain)
    }

    /// All time that was seen: that of spans cut off at the horizon up to there.
    pub(super) fn seen_time(&self) -> f64 {
        let cut = if self.beyond == 0 { 0.0 } else { self.beyond as f64 * self.horizon };
        self.sum + cut
    }

    /// Whether all values are the same, as far as rounded stamps and buckets tell.
    pub(super) fn is_constant(&self) -> bool {
        /// Two of them may be the same by chance.
        const FEWEST: u64 = 3;
        /// What varies less is taken to be constant: buckets are not much finer.
        const CV: f64 = 0.02;
        /// So much coarser than the mean no grain makes values look alike.
        const GRAINS: f64 = 10.0;
        if self.seen < FEWEST || self.beyond > 0 || self.mean() <= 0.0 {
            return false;
        }
        let blur = self.blur();
        let blurred = self.mean() >= GRAINS * blur && self.greatest - self.least < 2.0 * blur;
        self.cv() < CV || blurred
    }

    /// The buckets that hold something, in order; where values are coarser than buckets, several
    /// of those are one, and edges lie between the values.
    pub(super) fn cells(&self) -> Vec<Cell> {
        let edge = |bucket: usize| {
            let upper = exp2(bucket as f64 / PER_OCTAVE);
            let lower = exp2((bucket as f64 - 1.0) / PER_OCTAVE);
            // Below `upper` are the multiples of the grain up to the one before its ceiling.
            let coarse = self.grain > upper - lower && self.grain > 1.0;
            if coarse { (-floor(-upper / self.grain) - 0.5) * self.grain } else { upper }
        };
        let mut cells: Vec<Cell> = Vec::new();
        for (bucket, &count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let from = if bucket == 0 { 0.0 } else { edge(bucket - 1).min(self.horizon) };
            let to = edge(bucket).min(self.horizon);
            let mean = self.sums[bucket] / count as f64;
            match cells.last_mut() {
                // Only what is rounded at the horizon has no width.
                Some(last) if to <= last.to => {
                    let both = (last.count + count) as f64;
                    last.mean = (last.mean * last.count as f64 + self.sums[bucket]) / both;
                    last.count += count;
                }
                Some(last) => {
                    let from = from.max(last.to);
                    cells.push(Cell { from, to, count, mean });
                }
                None => cells.push(Cell { from, to, count, mean }),
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_lie_between_coarse_values() {
        let mut sample = Sample::new(1_000.0, 50_000.0);
        for value in [0.0, 1_000.0, 2_000.0, 2_000.0, 60_000.0] {
            sample.add(value);
        }
        let cells = sample.cells();
        let found: Vec<_> = cells.iter().map(|cell| (cell.from, cell.to, cell.count)).collect();
        assert_eq!(found, [(0.0, 500.0, 1), (500.0, 1_500.0, 1), (1_500.0, 2_500.0, 2)]);
        assert_eq!((sample.count(), sample.beyond()), (5, 1));
        assert_eq!(sample.range(), (0.0, 2_000.0));
    }

    #[test]
    fn fine_values_have_cells_of_a_few_percent() {
        let mut sample = Sample::new(1.0, f64::INFINITY);
        sample.add(1e9);
        let cell = sample.cells()[0];
        assert!(cell.from <= 1e9 && 1e9 < cell.to && cell.to / cell.from < 1.05);
    }
}
