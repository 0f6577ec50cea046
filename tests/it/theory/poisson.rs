//! Poisson counts, and the Erlang (gamma) times until so many of them have come.

/// The probability of exactly `count` events where `mean` are expected.
pub(super) fn mass(mean: f64, count: u32) -> f64 {
    if mean == 0.0 {
        return if count == 0 { 1.0 } else { 0.0 };
    }
    let count = f64::from(count);
    libm::exp(count * libm::log(mean) - mean - libm::lgamma(count + 1.0))
}

/// The probability of at most `count` events where `mean` are expected.
///
/// Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.4.21.
pub(super) fn at_most(mean: f64, count: u32) -> f64 {
    upper_gamma(f64::from(count) + 1.0, mean)
}

/// The probability of at least `count` events where `mean` are expected.
pub(super) fn at_least(mean: f64, count: u32) -> f64 {
    if count == 0 { 1.0 } else { lower_gamma(f64::from(count), mean) }
}

/// The time until event number `events` of a Poisson stream: Erlang-distributed.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeOfEvent {
    /// At least 1.
    pub(super) events: u32,
    /// Events per unit of time.
    pub(super) rate: f64,
}

impl TimeOfEvent {
    pub(super) fn mean(self) -> f64 {
        f64::from(self.events) / self.rate
    }

    pub(super) fn standard_deviation(self) -> f64 {
        f64::from(self.events).sqrt() / self.rate
    }

    /// The probability that it comes by `time`.
    pub(super) fn by(self, time: f64) -> f64 {
        lower_gamma(f64::from(self.events), self.rate * time)
    }

    /// The density at `time`: event number k comes when one does and k - 1 have come.
    pub(super) fn density(self, time: f64) -> f64 {
        self.rate * mass(self.rate * time, self.events - 1)
    }

    /// The time by which it comes with probability `q`, by bisection to the last bit.
    pub(super) fn quantile(self, q: f64) -> f64 {
        let (mut low, mut high) = (0.0, self.mean());
        while self.by(high) < q {
            high *= 2.0;
        }
        loop {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                return middle;
            }
            if self.by(middle) < q {
                low = middle;
            } else {
                high = middle;
            }
        }
    }
}

/// The regularised lower incomplete gamma function P(a, x).
fn lower_gamma(a: f64, x: f64) -> f64 {
    if x < a + 1.0 { gamma_series(a, x) } else { 1.0 - gamma_fraction(a, x) }
}

/// The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x).
fn upper_gamma(a: f64, x: f64) -> f64 {
    if x < a + 1.0 { 1.0 - gamma_series(a, x) } else { gamma_fraction(a, x) }
}

/// P(a, x) for x below a + 1, where the series converges fast.
///
/// Source: Abramowitz and Stegun (1964), 6.5.29.
fn gamma_series(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let mut term = 1.0 / a;
    let mut sum = term;
    let mut divisor = a;
    while term > sum * 1e-17 {
        divisor += 1.0;
        term *= x / divisor;
        sum += term;
    }
    sum * libm::exp(a * libm::log(x) - x - libm::lgamma(a))
}

/// Q(a, x) for x from a + 1 on, where the continued fraction converges fast; by Lentz's method.
///
/// Source: Abramowitz and Stegun (1964), 6.5.31; Digital Library of Mathematical Functions, 8.9.2.
fn gamma_fraction(a: f64, x: f64) -> f64 {
    let mut partial = x + 1.0 - a;
    let mut above = 1.0 / f64::MIN_POSITIVE;
    let mut below = 1.0 / partial;
    let mut fraction = below;
    for step in 1..100_000 {
        let step = f64::from(step);
        let numerator = -step * (step - a);
        partial += 2.0;
        below = 1.0 / (numerator * below + partial);
        above = partial + numerator / above;
        fraction *= below * above;
        if (below * above - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction * libm::exp(a * libm::log(x) - x - libm::lgamma(a))
}

#[cfg(test)]
mod tests {
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn tails_are_the_sums_of_masses() {
        for mean in [0.3, 2.0, 18.0, 24.0, 100.0, 700.0] {
            let mut below = 0.0;
            for count in 0..1_000 {
                assert!((at_least(mean, count) - (1.0 - below)).abs() < 1e-11, "{mean} {count}");
                below += mass(mean, count);
                assert!((at_most(mean, count) - below).abs() < 1e-11, "{mean} {count}");
            }
        }
    }

    #[test]
    fn poisson_sums_as_tabulated() {
        // Published tables of the cumulative Poisson distribution, four decimals.
        for (mean, count, expected) in
            [(1.0, 0, 0.3679), (2.0, 3, 0.8571), (5.0, 5, 0.6160), (10.0, 10, 0.5830)]
        {
            assert!((at_most(mean, count) - expected).abs() < 5e-5, "{mean} {count}");
        }
    }

    /// Twice the rate times an Erlang time of k events is chi-squared with 2k degrees of freedom.
    #[test]
    fn quantiles_are_those_of_the_chi_squared_tables() {
        // Source: Abramowitz and Stegun (1964), table 26.8.
        for (degrees, q, expected) in [
            (2, 0.95, 5.99146),
            (10, 0.05, 3.94030),
            (10, 0.5, 9.34182),
            (20, 0.05, 10.8508),
            (20, 0.5, 19.3374),
            (20, 0.95, 31.4104),
            (100, 0.05, 77.9295),
            (100, 0.95, 124.342),
        ] {
            let time = TimeOfEvent { events: degrees / 2, rate: 0.5 };
            assert_close(time.quantile(q), expected, 5e-6);
            assert_close(time.by(time.quantile(q)), q, 1e-12);
        }
    }

    #[test]
    fn the_density_integrates_to_the_moments() {
        let time = TimeOfEvent { events: 101, rate: 20.0 };
        let step = 1e-3;
        let (mut mass, mut mean, mut square) = (0.0, 0.0, 0.0);
        for index in 1..20_000 {
            let at = f64::from(index) * step;
            let part = time.density(at) * step;
            mass += part;
            mean += part * at;
            square += part * at * at;
        }
        assert_close(mass, 1.0, 1e-9);
        assert_close(mean, time.mean(), 1e-9);
        assert_close((square - mean * mean).sqrt(), time.standard_deviation(), 1e-7);
    }
}
