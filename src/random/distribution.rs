//! Probability distributions.

/// A distribution of a quantity in the smallest unit of that quantity: nanoseconds, thousandths of
/// a credit, or counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// Always the same value.
    Constant(f64),
    /// Exponential with this mean.
    Exponential {
        /// Above 0.
        mean: f64,
    },
    /// Continuous and uniform on \[min, max\].
    Uniform {
        /// At least 0.
        min: f64,
        /// At least `min`.
        max: f64,
    },
    /// Uniform over the whole numbers min, min + 1, .., max.
    UniformCount {
        /// The least value.
        min: u64,
        /// The greatest value, at least `min`.
        max: u64,
    },
    /// Normal, drawn again until it is not negative; `mean` and `cv` are those before that cut.
    Normal {
        /// Above 0.
        mean: f64,
        /// Standard deviation over mean, at least 0.
        cv: f64,
    },
    /// Lognormal with this mean.
    Lognormal {
        /// Above 0.
        mean: f64,
        /// Standard deviation over mean, above 0.
        cv: f64,
    },
    /// Gamma with this mean.
    Gamma {
        /// Above 0.
        mean: f64,
        /// Standard deviation over mean, above 0.
        cv: f64,
    },
    /// Weibull with this mean.
    Weibull {
        /// Above 0.
        mean: f64,
        /// Standard deviation over mean, above 0.
        cv: f64,
    },
    /// Sum of `k` exponentials.
    Erlang {
        /// Mean of the sum, above 0.
        mean: f64,
        /// At least 1.
        k: u32,
    },
    /// Pareto: never below `minimum`, tail with exponent `shape`.
    Pareto {
        /// Above 0.
        minimum: f64,
        /// Above 0; the mean is finite above 1.
        shape: f64,
    },
    /// Two exponentials with balanced means.
    Hyperexponential {
        /// Above 0.
        mean: f64,
        /// Standard deviation over mean, at least 1.
        cv: f64,
    },
    /// Geometric on 1, 2, ..
    Geometric {
        /// At least 1.
        mean: f64,
    },
    /// Poisson on 0, 1, ..
    Poisson {
        /// At least 0.
        mean: f64,
    },
}
