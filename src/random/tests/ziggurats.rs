//! The ziggurats, layer by layer and in their tails.

use super::super::ziggurat::{StandardNormal, UnitExponential};
use super::draws;
use super::statistics::{check_counts, check_probability, normal_cdf};

/// Draws: enough that the rarest event tested is seen a hundred times.
const MANY: u64 = 20_000_000;

/// Cells of equal probability: some lie within one layer.
const CELLS: usize = 1_000;

#[test]
fn the_exponential_is_exact_throughout_and_in_its_tail() {
    let exponential = UnitExponential::new();
    let mut counts = vec![0; CELLS];
    let thresholds = [1e-4, 7.0, 7.697, 7.698, 8.0, 12.0];
    let mut above = [0; 6];
    for mut draw in draws("exponential ziggurat", MANY) {
        let x = exponential.sample(&mut draw);
        assert!(x >= 0.0);
        counts[(-libm::expm1(-x) * CELLS as f64) as usize] += 1;
        for (above, threshold) in above.iter_mut().zip(thresholds) {
            *above += u64::from(x > threshold);
        }
    }
    check_counts("exponential", &counts, &[1.0 / CELLS as f64; CELLS]);
    for (above, threshold) in above.into_iter().zip(thresholds) {
        check_probability(&format!("P(X > {threshold})"), above, MANY, libm::exp(-threshold));
    }
}

#[test]
fn the_normal_is_exact_throughout_and_in_its_tails() {
    let normal = StandardNormal::new();
    let mut counts = vec![0; CELLS];
    let thresholds = [1e-3, 3.0, 3.654, 3.655, 4.0, 4.5];
    let (mut above, mut below) = ([0; 6], [0; 6]);
    for mut draw in draws("normal ziggurat", MANY) {
        let z = normal.sample(&mut draw);
        counts[(normal_cdf(z) * CELLS as f64) as usize] += 1;
        for (i, threshold) in thresholds.into_iter().enumerate() {
            above[i] += u64::from(z > threshold);
            below[i] += u64::from(z < -threshold);
        }
    }
    check_counts("normal", &counts, &[1.0 / CELLS as f64; CELLS]);
    for (i, threshold) in thresholds.into_iter().enumerate() {
        let tail = normal_cdf(-threshold);
        check_probability(&format!("P(Z > {threshold})"), above[i], MANY, tail);
        check_probability(&format!("P(Z < -{threshold})"), below[i], MANY, tail);
        check_probability(&format!("P(|Z| > {threshold})"), above[i] + below[i], MANY, 2.0 * tail);
    }
}
