//! Distributions of durations, credits and counts.

use schemars::{JsonSchema, Schema};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::quantity::{Amount, Count, Duration, Number, ShareText, Text};
use crate::random;
use crate::units::{ParseQuantityError, parse_count};

/// A quantity that can be drawn.
pub(in crate::scenario) trait Measured:
    DeserializeOwned + JsonSchema + Clone + std::fmt::Debug
{
    /// What a mean is written as: means of counts have decimals.
    type Mean: DeserializeOwned + JsonSchema + Clone + std::fmt::Debug;
    /// Kinds of distributions that have no meaning for this quantity.
    const MEANINGLESS: &'static [&'static str];
    /// The word that the schema has for it.
    const WORD: &'static str;
    /// What distributions of whole numbers count, in the smallest unit of the quantity.
    const WHOLE: u32;
    /// Reads a value.
    fn read(text: &str) -> Result<Self, ParseQuantityError>;
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
    const WORD: &'static str = "duration";
    const WHOLE: u32 = 1;

    fn read(text: &str) -> Result<Self, ParseQuantityError> {
        text.parse().map(Self)
    }

    fn base(&self) -> f64 {
        self.0.nanos() as f64
    }

    fn base_of_mean(mean: &Self) -> f64 {
        mean.base()
    }
}

impl Measured for Amount {
    type Mean = Self;
    const MEANINGLESS: &'static [&'static str] = &[];
    const WORD: &'static str = "amount";
    const WHOLE: u32 = 1_000;

    fn read(text: &str) -> Result<Self, ParseQuantityError> {
        text.parse().map(Self)
    }

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
    const WORD: &'static str = "count";
    const WHOLE: u32 = 1;

    fn read(text: &str) -> Result<Self, ParseQuantityError> {
        parse_count(text).map(Self)
    }

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
    /// Exponential, by its mean: as between events that know nothing of each other.
    Exponential(Mean<Q::Mean>),
    /// Every value from `min` to `max` alike; counts include both ends.
    Uniform(Range<Q>),
    /// Normal, drawn again until it is not negative. `cv` is 0 to 1,000; mean and `cv` are those
    /// before that.
    Normal(Spread<Q::Mean>),
    /// Lognormal: mostly short and now and then long, as service often is. `cv` is 0.001 to 1,000.
    Lognormal(Spread<Q::Mean>),
    /// Gamma. `cv` is 0.001 to 1,000.
    Gamma(Spread<Q::Mean>),
    /// Weibull. `cv` is 0.001 to 1,000.
    Weibull(Spread<Q::Mean>),
    /// The sum of `k` exponentials, by the mean of the sum: steps one after the other. `k` is 1 to
    /// 100,000.
    Erlang(Erlang<Q::Mean>),
    /// Pareto: never below `minimum`, with a tail of exponent `shape`, which is above 0 and at most
    /// 1,000; at 1 or less there is no mean.
    Pareto(Pareto<Q::Mean>),
    /// Exponentials that take turns at random: two by their mean and `cv` of 1 to 1,000, each of
    /// which brings half of the mean; or branch by branch, with shares that sum to 100%.
    Hyperexponential(Hyperexponential<Q::Mean>),
    /// Geometric on 1, 2, .., by its mean of at least 1; of credits, on whole ones.
    Geometric(Mean<Q::Mean>),
    /// Poisson on 0, 1, .., by its mean; of credits, on whole ones.
    Poisson(Mean<Q::Mean>),
    /// Values or distributions that take turns at random, by shares that sum to 100%.
    Mixture(#[schemars(length(min = 1))] Vec<Branch<Q>>),
    /// Values of a CSV file, drawn with replacement. Its header is `value`, or `value,weight`; its
    /// path is relative to this file.
    Empirical(Text),
}

/// A distribution of a mixture.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "")]
#[schemars(rename = "{Q}Branch", bound = "Q: Measured", inline)]
pub(in crate::scenario) struct Branch<Q: Measured> {
    /// How often it is drawn from; all shares together are 100%.
    pub(in crate::scenario) share: ShareText,
    /// A single value, or a distribution.
    pub(in crate::scenario) of: Distribution<Q>,
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

/// Exponentials that take turns at random.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "{M}Hyperexponential",
    inline,
    extend("oneOf" = [{ "required": ["mean", "cv"] }, { "required": ["branches"] }])
)]
pub(in crate::scenario) struct Hyperexponential<M> {
    /// The mean of two exponentials, each of which brings half of it.
    pub(in crate::scenario) mean: Option<M>,
    /// Coefficient of variation: the standard deviation over the mean, at least 1.
    pub(in crate::scenario) cv: Option<Number>,
    /// The exponentials themselves.
    #[schemars(length(min = 1))]
    pub(in crate::scenario) branches: Option<Vec<Phase<M>>>,
}

/// One of the exponentials that take turns.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "{M}Phase", inline)]
pub(in crate::scenario) struct Phase<M> {
    /// How often it is drawn from; all shares together are 100%.
    pub(in crate::scenario) share: ShareText,
    /// Its mean.
    pub(in crate::scenario) mean: M,
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

/// Takes the kinds out of the schema that have no meaning for a quantity.
fn fit_kinds<Q: Measured>(schema: &mut Schema) {
    if let Some(Value::Array(kinds)) = schema.get_mut("oneOf") {
        kinds
            .retain(|kind| !Q::MEANINGLESS.iter().any(|name| !kind["properties"][*name].is_null()));
    }
    if Q::MEANINGLESS.contains(&"geometric") {
        let note = "it gives whole numbers, and durations are continuous";
        schema.insert("x-hints".into(), json!({ "geometric": note, "poisson": note }));
    }
}
