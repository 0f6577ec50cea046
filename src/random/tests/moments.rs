//! Means and variances, of what is drawn and as `Distribution` tells them.

use super::statistics::{Moments, check_moments};
use super::{Distribution, samples};

const MANY: u64 = 1_000_000;

/// Asserts that samples and the read-outs agree with exact moments.
#[track_caller]
pub(super) fn check(distribution: &Distribution, exact: Moments) {
    let what = format!("{distribution:?}");
    let near = |stated: f64, exact: f64| (stated - exact).abs() <= 1e-9 * exact.abs();
    assert!(near(distribution.mean(), exact.mean), "{what}: mean {}", distribution.mean());
    assert!(
        near(distribution.variance(), exact.variance),
        "{what}: variance {} is not {}",
        distribution.variance(),
        exact.variance
    );
    assert!(near(distribution.cv(), exact.variance.sqrt() / exact.mean), "{what}");
    check_moments(&what, &samples("moments", distribution, MANY), exact);
}

/// Moments given as mean, coefficient of variation and kurtosis.
fn moments(mean: f64, cv: f64, kurtosis: f64) -> Moments {
    Moments { mean, variance: mean * cv * (mean * cv), kurtosis }
}

#[test]
fn exponential_and_erlang() {
    for mean in [1e-3, 1.0, 250e6, 1e18] {
        check(&Distribution::Exponential { mean }, moments(mean, 1.0, 9.0));
    }
    for k in [1, 2, 4, 5, 50] {
        let shape = f64::from(k);
        check(
            &Distribution::Erlang { mean: 3e9, k },
            moments(3e9, 1.0 / shape.sqrt(), 3.0 + 6.0 / shape),
        );
    }
}

#[test]
fn gamma_of_shapes_above_and_below_one() {
    for cv in [1e-9, 0.01, 0.5, 0.99, 1.0, 1.01, 2.0, 4.0] {
        check(&Distribution::Gamma { mean: 40.0, cv }, moments(40.0, cv, 3.0 + 6.0 * cv * cv));
    }
}

#[test]
fn lognormal() {
    for cv in [0.01, 0.3, 1.0] {
        // With w = 1 + cv^2, E(X^k) = mean^k x w^(k (k - 1) / 2), and for the kurtosis see Johnson,
        // Kotz and Balakrishnan (1994), equation 14.9b.
        let w = 1.0 + cv * cv;
        let kurtosis = w * w * w * w + 2.0 * w * w * w + 3.0 * w * w - 3.0;
        check(&Distribution::Lognormal { mean: 12e3, cv }, moments(12e3, cv, kurtosis));
    }
}

#[test]
fn weibull_meets_the_mean_and_cv_it_was_given() {
    for cv in [0.05, 0.3, 1.0, 1.5] {
        let power = super::super::weibull::power(libm::log1p(cv * cv));
        let raw = [1.0, 2.0, 3.0, 4.0].map(|k| {
            libm::pow(5.0, k)
                * libm::exp(libm::lgamma(1.0 + k * power) - k * libm::lgamma(1.0 + power))
        });
        check(&Distribution::Weibull { mean: 5.0, cv }, Moments::from_raw(raw));
    }
}

#[test]
fn weibull_powers_solve_their_equation() {
    for (cv, power) in
        [(1.0, 1.0), (f64::sqrt(5.0), 2.0), ((4.0 / std::f64::consts::PI - 1.0).sqrt(), 0.5)]
    {
        let solved = super::super::weibull::power(libm::log1p(cv * cv));
        assert!((solved - power).abs() < 1e-13, "{solved} is not {power}");
    }
    // For a small cv the power is cv x sqrt(6) / pi, to a share of about cv.
    for cv in [1e-12, 1e-9, 1e-6] {
        let solved = super::super::weibull::power(libm::log1p(cv * cv));
        let limit = cv * 6.0_f64.sqrt() / std::f64::consts::PI;
        assert!((solved / limit - 1.0).abs() < 2.0 * cv + 1e-12, "{solved} is not {limit}");
    }
}

#[test]
fn normal_with_and_without_a_visible_cut() {
    check(&Distribution::Normal { mean: 7.0, cv: 0.1 }, moments(7.0, 0.1, 3.0));
    for cv in [0.5, 1.0, 30.0] {
        let distribution = Distribution::Normal { mean: 2.0, cv };
        check(&distribution, Moments::from_raw(cut_normal_moments(2.0, 2.0 * cv)));
    }
}

/// E(X^k) of a normal cut at 0, for k = 1 to 4.
///
/// Integration by parts gives E(X^k) = m E(X^(k-1)) + s^2 (k - 1) E(X^(k-2)), and s x hazard more
/// for k = 1.
fn cut_normal_moments(m: f64, s: f64) -> [f64; 4] {
    let at_zero = libm::exp(-0.5 * (m / s) * (m / s)) / (2.0 * std::f64::consts::PI).sqrt();
    let first = m + s * at_zero / super::statistics::normal_cdf(m / s);
    let second = m * first + s * s;
    let third = m * second + 2.0 * s * s * first;
    [first, second, third, m * third + 3.0 * s * s * second]
}

#[test]
fn uniform_over_an_interval_and_over_counts() {
    check(
        &Distribution::Uniform { min: 3.0, max: 9.0 },
        Moments { mean: 6.0, variance: 3.0, kurtosis: 1.8 },
    );
    for (min, max) in [(0, 2), (3, 9), (1_000, 1_000_000)] {
        let n = (max - min + 1) as f64;
        check(
            &Distribution::UniformCount { min, max },
            Moments {
                mean: (min + max) as f64 / 2.0,
                variance: (n * n - 1.0) / 12.0,
                kurtosis: 3.0 - 6.0 * (n * n + 1.0) / (5.0 * (n * n - 1.0)),
            },
        );
    }
}

#[test]
fn pareto() {
    for shape in [10.0, 20.0] {
        let raw = [1.0, 2.0, 3.0, 4.0].map(|k| libm::pow(2.0, k) * shape / (shape - k));
        check(&Distribution::Pareto { minimum: 2.0, shape }, Moments::from_raw(raw));
    }
    let heavy = Distribution::Pareto { minimum: 2.0, shape: 1.5 };
    assert_eq!((heavy.mean(), heavy.variance(), heavy.cv()), (6.0, f64::INFINITY, f64::INFINITY));
    assert!(Distribution::Pareto { minimum: 2.0, shape: 1.0 }.mean().is_infinite());
}

#[test]
fn hyperexponential() {
    for cv in [1.0, 1.5, 3.0_f64] {
        // Balanced: p a = q b = mean / 2, with p and q the roots of p q = 1 / (2 (cv^2 + 1)).
        let lean = ((cv * cv - 1.0) / (cv * cv + 1.0)).sqrt();
        let (p, q) = (0.5 * (1.0 + lean), 0.5 * (1.0 - lean));
        let (a, b) = (1.0 / (2.0 * p), 1.0 / (2.0 * q));
        let raw = [(1.0, 1.0), (2.0, 2.0), (3.0, 6.0), (4.0, 24.0)]
            .map(|(k, factorial)| factorial * (p * libm::pow(a, k) + q * libm::pow(b, k)));
        check(&Distribution::Hyperexponential { mean: 1.0, cv }, Moments::from_raw(raw));
    }
}

#[test]
fn geometric_and_poisson() {
    for mean in [1.2, 4.0, 500.0] {
        let p = 1.0 / mean;
        let exact =
            Moments { mean, variance: mean * (mean - 1.0), kurtosis: 9.0 + p * p / (1.0 - p) };
        check(&Distribution::Geometric { mean }, exact);
    }
    for mean in [0.01, 1.0, 9.99, 10.0, 47.5, 3e5, 2e6, 1e12] {
        let exact = Moments { mean, variance: mean, kurtosis: 3.0 + 1.0 / mean };
        check(&Distribution::Poisson { mean }, exact);
    }
}
