//! Distributions of durations, credits and counts.

use schemars::{JsonSchema, Schema};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::quantity::{Amount, Count, Duration, Number};
use crate::random;

/// A quantity that can be drawn.
pub(in crate::scenario) trait Measured:
    DeserializeOwned + JsonSchema + Clone + std::fmt::Debug
{
    /// What a mean is written as: means of counts have decimals.
    type Mean: DeserializeOwned + JsonSchema + Clone + std::fmt::Debug;
    /// Kinds of distributions that have no meaning for this quantity.
    const MEANINGLESS: &'static [&'static str];
    /// Kinds of distributions that are planned for it.
    const PLANNED: &'static [&'static str];
    /// The value in the smallest unit of the quantity.
    fn base(&self) -> f64;
    /// The mean in the smallest unit of the quantity.
    fn base_of_mean(mean: &Self::Mean) -> f64;

    /// The uniform distribution from `min` to `max`.
    fn uniform(min: &Self, max: &Self) -> random::Distribution {
        random::Distribution::Uniform { min: min.base(), max: max.base() }
    }
}

impl Measured for Duration {
    type Mean = Self;
    const MEANINGLESS: &'static [&'static str] = &["geometric", "poisson"];
    const PLANNED: &'static [&'static str] = &["mixture", "empirical"];

    fn base(&self) -> f64 {
        self.0.nanos() as f64
    }

    fn base_of_mean(mean: &Self) -> f64 {
        mean.base()
    }
}

impl Measured for Amount {
    type Mean = Self;
    const MEANINGLESS: &'static [&'static str] = &["geometric", "poisson"];
    // Whole credits need a distribution that counts in thousands of its base unit.
    const PLANNED: &'static [&'static str] = &["mixture", "empirical", "geometric", "poisson"];

    fn base(&self) -> f64 {
        self.0.thousandths() as f64
    }

    fn base_of_mean(mean: &Self) -> f64 {
        mean.base()
    }
}

impl Measured for Count {
    type Mean = Number;
    const MEANINGLESS: &'static [&'static str] = &[];
    const PLANNED: &'static [&'static str] = &["mixture", "empirical"];

    fn base(&self) -> f64 {
        self.0 as f64
    }

    fn base_of_mean(mean: &Number) -> f64 {
        mean.0
    }

    fn uniform(min: &Self, max: &Self) -> random::Distribution {
        random::Distribution::UniformCount { min: min.0, max: max.0 }
    }
}

/// A single value, which is constant, or a distribution by its name.
// The shape of what is written decides: a single value is `Constant`, a mapping is `Named`. Both
// are checked against the schema before, so an untagged enum hides no mistake here.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged, bound = "")]
#[schemars(rename = "{Q}Distribution", bound = "Q: Measured")]
pub(in crate::scenario) enum Distribution<Q: Measured> {
    /// Always the same.
    Constant(Q),
    /// Drawn.
    Named(Box<Kind<Q>>),
}

/// A distribution by its name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", bound = "")]
#[schemars(rename = "{Q}DistributionKind", bound = "Q: Measured", transform = fit_kinds::<Q>)]
pub(in crate::scenario) enum Kind<Q: Measured> {
    /// Always the same.
    Constant(Q),
    /// Exponential, by its mean.
    Exponential(Mean<Q::Mean>),
    /// Uniform from `min` to `max`; over counts both are included.
    Uniform(Range<Q>),
    /// Normal, drawn again until it is not negative.
    Normal(Spread<Q::Mean>),
    /// Lognormal.
    Lognormal(Spread<Q::Mean>),
    /// Gamma.
    Gamma(Spread<Q::Mean>),
    /// Weibull.
    Weibull(Spread<Q::Mean>),
    /// Sum of `k` exponentials.
    Erlang(Erlang<Q::Mean>),
    /// Pareto: never below `minimum`, with a tail of exponent `shape`.
    Pareto(Pareto<Q::Mean>),
    /// Two exponentials with balanced means.
    Hyperexponential(Branches<Q::Mean>),
    /// Geometric on 1, 2, .., by its mean.
    Geometric(Mean<Q::Mean>),
    /// Poisson on 0, 1, .., by its mean.
    Poisson(Mean<Q::Mean>),
}

/// A mean, bare or by its name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged, bound = "M: DeserializeOwned")]
#[schemars(rename = "{M}Mean", inline)]
pub(in crate::scenario) enum Mean<M> {
    /// The mean itself.
    Bare(M),
    /// `{ mean: .. }`.
    Named(OnlyMean<M>),
}

impl<M> Mean<M> {
    /// The mean, however it was written.
    pub(in crate::scenario) const fn value(&self) -> &M {
        match self {
            Self::Bare(mean) | Self::Named(OnlyMean { mean }) => mean,
        }
    }
}

/// A mean by its name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "{M}OnlyMean", inline)]
pub(in crate::scenario) struct OnlyMean<M> {
    /// The mean.
    pub(in crate::scenario) mean: M,
}

/// Bounds of a uniform distribution.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "{Q}Range", inline)]
pub(in crate::scenario) struct Range<Q> {
    /// The least value.
    pub(in crate::scenario) min: Q,
    /// The greatest value.
    pub(in crate::scenario) max: Q,
}

/// Mean and spread.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "{M}Spread", inline)]
pub(in crate::scenario) struct Spread<M> {
    /// The mean.
    pub(in crate::scenario) mean: M,
    /// Coefficient of variation: the standard deviation over the mean.
    pub(in crate::scenario) cv: Number,
}

/// Mean and spread of two exponentials.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "{M}Branches", inline, extend("x-not-supported-yet" = ["branches"]))]
pub(in crate::scenario) struct Branches<M> {
    /// The mean.
    pub(in crate::scenario) mean: M,
    /// Coefficient of variation: the standard deviation over the mean, at least 1.
    pub(in crate::scenario) cv: Number,
}

/// Mean and number of phases.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "{M}Erlang", inline)]
pub(in crate::scenario) struct Erlang<M> {
    /// The mean of the sum.
    pub(in crate::scenario) mean: M,
    /// How many exponentials are summed, at least 1.
    pub(in crate::scenario) k: Count,
}

/// Least value and exponent of the tail.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "{M}Pareto", inline)]
pub(in crate::scenario) struct Pareto<M> {
    /// The least value.
    pub(in crate::scenario) minimum: M,
    /// The exponent of the tail; the mean is finite above 1.
    pub(in crate::scenario) shape: Number,
}

/// Takes the kinds out of the schema that have no meaning for a quantity, and lists those that are
/// planned.
fn fit_kinds<Q: Measured>(schema: &mut Schema) {
    if let Some(Value::Array(kinds)) = schema.get_mut("oneOf") {
        kinds
            .retain(|kind| !Q::MEANINGLESS.iter().any(|name| !kind["properties"][*name].is_null()));
    }
    if Q::MEANINGLESS.contains(&"geometric") && !Q::PLANNED.contains(&"geometric") {
        let note = "it gives whole numbers, and durations are continuous";
        schema.insert("x-hints".into(), json!({ "geometric": note, "poisson": note }));
    }
    schema.insert("x-not-supported-yet".into(), json!(Q::PLANNED));
}
