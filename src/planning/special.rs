//! Special functions, and the tails of distributions that tests of fit need.

use libm::{erfc, exp, lgamma, log};

/// Terms after which a series or a fraction has converged, or never will.
const MOST_TERMS: u32 = 100_000;
/// What changes less is settled.
const SETTLED: f64 = 1e-14;
/// Stands in for 0 in a denominator.
const TINY: f64 = 1e-300;

/// The regularised lower incomplete gamma function P(a, x), for a above 0 and x from 0 on.
///
/// Source: DLMF 8.11.4 (the series) and 8.9.2 (the continued fraction, by Lentz's method as
/// modified by Thompson and Barnett, 1986).
#[expect(clippy::many_single_char_names, reason = "they are those of the source")]
pub(in crate::planning) fn gamma_p(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x == f64::INFINITY {
        return 1.0;
    }
    let front = exp(a * log(x) - x - lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..MOST_TERMS {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * SETTLED {
                break;
            }
        }
        return (front * sum).min(1.0);
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / TINY, 1.0 / b);
    let mut fraction = d;
    for n in 1..MOST_TERMS {
        let n = f64::from(n);
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / apart(numerator * d + b);
        c = apart(b + numerator / c);
        fraction *= c * d;
        if (c * d - 1.0).abs() < SETTLED {
            break;
        }
    }
    (1.0 - front * fraction).clamp(0.0, 1.0)
}

/// The regularised incomplete beta function I(x; a, b), for a and b above 0 and x from 0 to 1.
///
/// Source: DLMF 8.17.22 and 8.17.4, by the same method.
#[expect(clippy::many_single_char_names, reason = "they are those of the source")]
pub(in crate::planning) fn beta_inc(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_inc(1.0 - x, b, a);
    }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x)) / a;
    let (mut c, mut d) = (1.0, 1.0 / apart(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..MOST_TERMS {
        let m = f64::from(m);
        let before = fraction;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for numerator in [even, odd] {
            d = 1.0 / apart(1.0 + numerator * d);
            c = apart(1.0 + numerator / c);
            fraction *= c * d;
        }
        if (fraction / before - 1.0).abs() < SETTLED {
            break;
        }
    }
    front * fraction
}

/// The chance that an F variable of so many degrees of freedom is above `value`.
pub(in crate::planning) fn f_tail(value: f64, upper: f64, lower: f64) -> f64 {
    beta_inc(lower / (lower + upper * value), lower / 2.0, upper / 2.0)
}

/// The chance that Student's t with so many degrees of freedom is at least as far from 0 as `value`.
///
/// Source: DLMF 8.17.22 by way of M. Abramowitz and I. Stegun, Handbook of Mathematical Functions,
/// equation 26.7.1. With more degrees than a million it is the normal distribution, which is as near
/// as one can tell from the tails that matter here.
pub(in crate::planning) fn student_tails(value: f64, degrees: f64) -> f64 {
    let value = value.abs();
    if degrees > MOST_DEGREES {
        return erfc(value / std::f64::consts::SQRT_2);
    }
    // A square that overflows leaves 0, which is what is left of the tails.
    beta_inc(degrees / (degrees + value * value), degrees / 2.0, 0.5)
}

/// What Student's t with so many degrees of freedom, from 1 on, exceeds with this chance, below a half; the
/// degrees need not be whole.
///
/// Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, equation 26.7.5, from which
/// Newton's method goes on.
pub(in crate::planning) fn student_quantile(tail: f64, degrees: f64) -> f64 {
    let z = normal_quantile(tail);
    if degrees > MOST_DEGREES {
        return z;
    }
    let cube = z * z * z;
    let fifth = cube * z * z;
    let start = z
        + (cube + z) / (4.0 * degrees)
        + (5.0 * fifth + 16.0 * cube + 3.0 * z) / (96.0 * degrees * degrees);
    let height = exp(lgamma(degrees / 2.0 + 0.5) - lgamma(degrees / 2.0))
        / libm::sqrt(degrees * std::f64::consts::PI);
    // The expansion ends below the quantile.
    solved(start, |value| {
        let density = height * exp(-(degrees + 1.0) / 2.0 * libm::log1p(value * value / degrees));
        (student_tails(value, degrees) / 2.0 - tail) / density
    })
}

/// What a normal variable exceeds with this chance, below a half.
fn normal_quantile(tail: f64) -> f64 {
    let height = 1.0 / libm::sqrt(2.0 * std::f64::consts::PI);
    solved(0.0, |value| (normal(-value) - tail) / (height * exp(-value * value / 2.0)))
}

/// Where Newton's steps end that begin at `start`. Tails of a density that falls are convex, so from below
/// a quantile steps never pass it.
fn solved(start: f64, step: impl Fn(f64) -> f64) -> f64 {
    let mut value = start;
    for _ in 0..MOST_STEPS {
        let step = step(value);
        value += step;
        if step.abs() < 1e-12 * value {
            break;
        }
    }
    value
}

/// The normal distribution function.
pub(in crate::planning) fn normal(x: f64) -> f64 {
    0.5 * erfc(-x / std::f64::consts::SQRT_2)
}

/// Degrees of freedom beyond which Student's t is normal: at five standard errors its tails differ by a
/// thousandth of themselves.
const MOST_DEGREES: f64 = 1e6;
/// Steps after which Newton's method has settled: it takes six with one degree of freedom, else less.
const MOST_STEPS: u32 = 50;

/// The value, or what stands in for it where it is 0.
fn apart(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} where {expected} is right");
    }

    #[test]
    fn the_incomplete_gamma_function_has_its_closed_forms() {
        for x in [0.01, 0.5, 1.0, 3.0, 20.0] {
            assert_near(gamma_p(1.0, x), 1.0 - exp(-x));
            assert_near(gamma_p(0.5, x), 1.0 - erfc(libm::sqrt(x)));
            assert_near(gamma_p(3.0, x), 1.0 - exp(-x) * (1.0 + x + x * x / 2.0));
        }
    }

    #[test]
    fn quantiles_of_student_are_those_of_tables() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, and 1.3.6.7.1 for the normal.
        for (tail, degrees, expected) in [
            (0.025, 1.0, 12.706),
            (0.025, 10.0, 2.228),
            (0.05, 5.0, 2.015),
            (0.005, 31.0, 2.744),
            (0.001, 3.0, 10.215),
            (0.025, 1e9, 1.960),
            (0.005, 1e9, 2.576),
        ] {
            let found = student_quantile(tail, degrees);
            assert!((found - expected).abs() < 6e-4, "{tail} {degrees}: {found}");
            assert_near(student_tails(found, degrees), 2.0 * tail);
        }
    }

    #[test]
    fn tails_of_f_are_those_of_tables() {
        // Critical values: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.3.
        for (value, upper, lower, tail) in
            [(4.965, 1.0, 10.0, 0.05), (3.326, 5.0, 10.0, 0.05), (10.044, 1.0, 10.0, 0.01)]
        {
            assert!((f_tail(value, upper, lower) - tail).abs() < 2e-5);
        }
        assert_near(beta_inc(0.3, 2.0, 1.0), 0.09);
        assert_near(normal(0.0), 0.5);
        assert!((normal(1.959_964) - 0.975).abs() < 1e-6);
    }
}
