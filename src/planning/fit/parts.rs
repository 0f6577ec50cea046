//! A law in ranges, where no other fits.

use super::sample::Cell;

/// Ranges of the same share at first.
const PARTS: u64 = 20;
/// A range whose middle is no further from the mean of what lies in it is narrow enough.
const NEAR: f64 = 0.01;
/// The share of a range that nothing may lie in: else there are two of them.
const EMPTY: f64 = 0.5;

/// A range, and how many values lie in it. All of it is as likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) min: u64,
    pub(super) max: u64,
    pub(super) count: u64,
}

/// Ranges that hold about a twentieth each, and less in tails: a range is split until its middle is
/// the mean of the values in it, to a hundredth, and nothing lies in no more than half of it. So the
/// mean of all ranges is that of all values. Values are whole numbers, and counts are drawn as such.
pub(super) fn parts(cells: &[Cell], of_counts: bool) -> Vec<Part> {
    let total: u64 = cells.iter().map(|cell| cell.count).sum();
    let each = total.div_ceil(PARTS);
    let mut found = Vec::new();
    let (mut first, mut count) = (0, 0);
    for (place, cell) in cells.iter().enumerate() {
        // A value that is frequent has a part of its own.
        if place > first && (count >= each || cell.count >= each) {
            split(&cells[first..place], of_counts, &mut found);
            (first, count) = (place, 0);
        }
        count += cell.count;
    }
    if first < cells.len() {
        split(&cells[first..], of_counts, &mut found);
    }
    found
}

/// Adds the range of all cells, or of parts of them.
fn split(cells: &[Cell], of_counts: bool, found: &mut Vec<Part>) {
    let (min, max) = (cells[0].from, cells[cells.len() - 1].to);
    let count: u64 = cells.iter().map(|cell| cell.count).sum();
    let mean = cells.iter().map(|cell| cell.mean * cell.count as f64).sum::<f64>() / count as f64;
    let middle = f64::midpoint(min, max);
    let gaps = cells.windows(2).map(|pair| pair[1].from - pair[0].to);
    let widest = gaps.enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other));
    let is_narrow = max - min <= NEAR * mean;
    match widest {
        Some((place, gap)) if gap > EMPTY * (max - min) && !is_narrow => {
            split(&cells[..=place], of_counts, found);
            split(&cells[place + 1..], of_counts, found);
        }
        Some((place, _)) if (middle - mean).abs() > NEAR * mean => {
            let below = cells.partition_point(|cell| cell.mean < middle);
            let at = if (1..cells.len()).contains(&below) { below } else { place + 1 };
            split(&cells[..at], of_counts, found);
            split(&cells[at..], of_counts, found);
        }
        _ => {
            // One end is moved so that the middle is the mean; a whole number cannot be a little less.
            let (min, max) = match middle.total_cmp(&mean) {
                _ if of_counts => (min, max),
                std::cmp::Ordering::Greater => (min, 2.0 * mean - min),
                _ => (2.0 * mean - max, max),
            };
            found.push(Part { min: min.round() as u64, max: max.round() as u64, count });
        }
    }
}

/// Kolmogorov's and Smirnov's distance between cells and ranges, over the edges of the cells.
pub(super) fn distance(cells: &[Cell], parts: &[Part]) -> f64 {
    let total: u64 = cells.iter().map(|cell| cell.count).sum();
    // The share of ranges below `x`, with that at `x` itself or without it.
    let below = |x: f64, with: bool| {
        let shares = parts.iter().map(|part| {
            let (min, max) = (part.min as f64, part.max as f64);
            let share = if part.min == part.max {
                f64::from(u8::from(if with { min <= x } else { min < x }))
            } else {
                ((x - min) / (max - min)).clamp(0.0, 1.0)
            };
            share * part.count as f64
        });
        shares.sum::<f64>() / total as f64
    };
    let (mut seen, mut distance) = (0, 0.0_f64);
    for cell in cells {
        distance = distance.max((below(cell.from, false) - seen as f64 / total as f64).abs());
        seen += cell.count;
        distance = distance.max((below(cell.to, true) - seen as f64 / total as f64).abs());
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(value: f64, count: u64) -> Cell {
        Cell { from: value, to: value, count, mean: value }
    }

    #[test]
    fn a_long_tail_keeps_its_mean() {
        // A Pareto law by its quantiles.
        let cells: Vec<Cell> = (0..4_000)
            .map(|n| {
                cell((1_000.0 * libm::pow(1.0 - (f64::from(n) + 0.5) / 4_000.0, -2.0)).round(), 1)
            })
            .collect();
        let mean = cells.iter().map(|it| it.mean).sum::<f64>() / 4_000.0;
        let found = parts(&cells, false);
        let sum =
            found.iter().map(|it| (it.min + it.max) as f64 / 2.0 * it.count as f64).sum::<f64>();
        assert!((sum / 4_000.0 / mean - 1.0).abs() < 0.001, "{sum} where {mean} is right");
        assert!(found.len() < 150 && distance(&cells, &found) < 0.01, "{}", found.len());
    }

    #[test]
    fn nothing_is_drawn_from_a_wide_gap() {
        let cells: Vec<Cell> = [10.0, 11.0, 12.0, 1_000.0, 1_001.0].map(|it| cell(it, 1)).to_vec();
        let found = parts(&cells, false);
        assert!(found.iter().all(|it| it.max <= 12 || it.min >= 1_000), "{found:?}");
        assert_eq!(found.iter().map(|it| it.count).sum::<u64>(), 5);
    }
}
