//! Whole distributions against their exact distribution functions.

use super::statistics::{check_counts, check_law, gamma_cdf, normal_cdf};
use super::{Distribution, samples};

const MANY: u64 = 500_000;

#[track_caller]
fn check(distribution: &Distribution, cdf: impl Fn(f64) -> f64) {
    check_law(&format!("{distribution:?}"), samples("laws", distribution, MANY), cdf);
}

/// Tests a distribution over whole numbers; what is beyond the last probability is one more cell.
#[track_caller]
fn check_whole(distribution: &Distribution, first: u64, mut probabilities: Vec<f64>) {
    probabilities.push(1.0 - probabilities.iter().sum::<f64>());
    let mut counts = vec![0; probabilities.len()];
    for sample in samples("laws", distribution, MANY) {
        assert!(sample.fract() == 0.0, "{distribution:?} is over whole numbers");
        let cell = (sample as u64).checked_sub(first).expect("not below the least value");
        counts[(cell as usize).min(probabilities.len() - 1)] += 1;
    }
    check_counts(&format!("{distribution:?}"), &counts, &probabilities);
}

#[test]
fn exponential_and_erlang() {
    check(&Distribution::Exponential { mean: 3.0 }, |x| -libm::expm1(-x / 3.0));
    for k in [1, 3, 4, 5, 40] {
        let shape = f64::from(k);
        check(&Distribution::Erlang { mean: 7.0, k }, |x| gamma_cdf(shape, x * shape / 7.0));
    }
}

#[test]
fn gamma() {
    for cv in [0.1, 0.5, 0.999, 1.0, 1.001, 2.0, 5.0] {
        let shape = 1.0 / (cv * cv);
        check(&Distribution::Gamma { mean: 9.0, cv }, |x| gamma_cdf(shape, x * shape / 9.0));
    }
}

#[test]
fn gamma_of_cv_20_is_mostly_next_to_nothing() {
    // One in six is below the least double, so the distribution is tested between powers of ten.
    let shape = 1.0 / 400.0;
    let edges = [1e-300, 1e-200, 1e-100, 1e-30, 1e-10, 1e-3, 1.0, 1e2, 1e3, 4e3];
    let mut below = vec![0.0];
    below.extend(edges.iter().map(|edge| gamma_cdf(shape, edge * shape / 9.0)));
    below.push(1.0);
    let probabilities: Vec<f64> = below.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut counts = vec![0; probabilities.len()];
    for sample in samples("laws", &Distribution::Gamma { mean: 9.0, cv: 20.0 }, MANY) {
        counts[edges.partition_point(|&edge| edge <= sample)] += 1;
    }
    check_counts("gamma of cv 20", &counts, &probabilities);
}

#[test]
fn lognormal() {
    for cv in [0.01, 1.0, 20.0_f64] {
        let variance = libm::log1p(cv * cv);
        check(&Distribution::Lognormal { mean: 9.0, cv }, |x| {
            normal_cdf((libm::log(x / 9.0) + variance / 2.0) / variance.sqrt())
        });
    }
}

#[test]
fn weibull() {
    // Shapes 1/2, 1 and 2 have a cv in closed form.
    let rayleigh = (4.0 / std::f64::consts::PI - 1.0).sqrt();
    for (cv, shape) in [(5.0_f64.sqrt(), 0.5), (1.0, 1.0), (rayleigh, 2.0)] {
        let scale = 9.0 / libm::tgamma(1.0 + 1.0 / shape);
        check(&Distribution::Weibull { mean: 9.0, cv }, |x| {
            -libm::expm1(-libm::pow(x / scale, shape))
        });
    }
}

#[test]
fn normal_is_cut_at_zero() {
    for cv in [0.1, 0.6, 20.0] {
        let negative = normal_cdf(-1.0 / cv);
        check(&Distribution::Normal { mean: 4.0, cv }, |x| {
            (normal_cdf((x / 4.0 - 1.0) / cv) - negative) / (1.0 - negative)
        });
    }
}

#[test]
fn uniform_and_pareto() {
    check(&Distribution::Uniform { min: 2.0, max: 5.0 }, |x| (x - 2.0) / 3.0);
    for shape in [0.3, 1.0, 2.5] {
        check(&Distribution::Pareto { minimum: 2.0, shape }, |x| 1.0 - libm::pow(2.0 / x, shape));
    }
}

#[test]
fn hyperexponential() {
    for cv in [1.0, 2.0, 20.0_f64] {
        let lean = ((cv * cv - 1.0) / (cv * cv + 1.0)).sqrt();
        let (p, q) = (0.5 * (1.0 + lean), 0.5 * (1.0 - lean));
        check(&Distribution::Hyperexponential { mean: 6.0, cv }, |x| {
            1.0 - p * libm::exp(-2.0 * p * x / 6.0) - q * libm::exp(-2.0 * q * x / 6.0)
        });
    }
}

#[test]
fn uniform_over_counts_includes_both_ends() {
    check_whole(&Distribution::UniformCount { min: 3, max: 9 }, 3, vec![1.0 / 7.0; 7]);
}

#[test]
fn geometric_starts_at_one() {
    for mean in [1.1, 2.0, 30.0] {
        let p = 1.0 / mean;
        let probabilities = (0..300).map(|k| p * libm::pow(1.0 - p, f64::from(k))).collect();
        check_whole(&Distribution::Geometric { mean }, 1, probabilities);
    }
}

#[test]
fn poisson() {
    for mean in [0.1, 3.0, 9.99, 10.0, 11.0, 30.0, 400.0] {
        let probabilities = (0..600)
            .map(f64::from)
            .map(|k| libm::exp(k * libm::log(mean) - mean - libm::lgamma(k + 1.0)))
            .collect();
        check_whole(&Distribution::Poisson { mean }, 0, probabilities);
    }
}

#[test]
fn large_poisson_means_are_gamma_tails() {
    // P(N <= k) = 1 - P(gamma of shape k + 1 <= mean); cells of about a tenth of a deviation.
    for mean in [3e5_f64, 2e6] {
        let width = (mean.sqrt() / 10.0).floor();
        let edges: Vec<f64> =
            (0..=80).map(|i| (mean + (f64::from(i) - 40.0) * width).floor()).collect();
        let below: Vec<f64> = edges.iter().map(|edge| 1.0 - gamma_tail_cdf(*edge, mean)).collect();
        let mut probabilities = vec![below[0]];
        probabilities.extend(below.windows(2).map(|pair| pair[1] - pair[0]));
        probabilities.push(1.0 - below[80]);
        let mut counts = vec![0; probabilities.len()];
        for sample in samples("laws", &Distribution::Poisson { mean }, MANY) {
            counts[edges.partition_point(|&edge| edge <= sample)] += 1;
        }
        check_counts(&format!("poisson {mean}"), &counts, &probabilities);
    }
}

/// The probability that a gamma of the whole shape `a` is at most `x`: that `a` or more events
/// happen by `x`. Summed from the probabilities of a, a + 1, .. events.
fn gamma_tail_cdf(a: f64, x: f64) -> f64 {
    // Loader's form of the Poisson probability, free of cancellation. Source: Loader, "Fast and
    // accurate computation of binomial probabilities" (2000).
    let off = a - x;
    let log_first = off
        - a * libm::log1p(off / x)
        - 0.5 * libm::log(2.0 * std::f64::consts::PI * a)
        - 1.0 / (12.0 * a);
    let (mut term, mut sum, mut k) = (libm::exp(log_first), 0.0, a);
    // Below the mean the terms rise first; 12 deviations of either side hold all there is.
    while k < x + 12.0 * x.sqrt() {
        sum += term;
        k += 1.0;
        term *= x / k;
    }
    sum
}
