//! Thresholds: expectations that a run must meet.

/// One expectation, such as `latency.p99{group=shops} < 10s`.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// As it was written.
    pub text: String,
    /// The group whose metric is meant; `None` is all.
    pub group: Option<String>,
    /// The key of the metric in summary.json, labels included: `refusal.rate{reason=overloaded}`.
    pub metric: String,
    /// How the metric compares to the bound.
    pub comparison: Comparison,
    /// The bound, in the metric's SI unit.
    pub bound: f64,
}

/// How a metric compares to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

impl Comparison {
    /// Whether `value` compares to `bound` in this way.
    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Less => value < bound,
            Self::AtMost => value <= bound,
            Self::Greater => value > bound,
            Self::AtLeast => value >= bound,
            // Exact on purpose: thresholds of equality are on counts.
            Self::Equal => value.to_bits() == bound.to_bits() || (value == 0.0 && bound == 0.0),
            Self::Unequal => !Self::Equal.holds(value, bound),
        }
    }
}
