//! What `summary.json` holds.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// A run in figures. Everything but [`run`](Self::run) is the same, byte for byte, for the same
/// scenario and seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// The version of limitlab that made it.
    pub limitlab: String,
    /// What was run.
    pub scenario: Identity,
    /// The seed of every draw.
    pub seed: u64,
    /// How many times it was run, each time with other draws; counts are means over these.
    pub replications: u32,
    /// What the intervals of its figures are taken over.
    pub intervals: Over,
    /// Whether the figures can be trusted as a steady state.
    pub validity: Validity,
    /// What the run had to meet, in the scenario's order.
    pub thresholds: Vec<ThresholdSummary>,
    /// `all`, then the groups in the scenario's order.
    pub groups: IndexMap<String, GroupSummary>,
    /// The workspaces that begin on a plan, where something is asked of it: `plan=pro` of all groups,
    /// `group=shops,plan=pro` of one.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub plans: IndexMap<String, GroupSummary>,
    /// What the run cost: the only part that differs from run to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunFigures>,
}

/// Which scenario was run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// Its name.
    pub name: String,
    /// What it is about, in its author's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// SHA-256 of the scenario as resolved, in hexadecimal.
    pub sha256: String,
    /// What t = 0 is on the calendar, RFC 3339.
    pub start: String,
    /// Whose clocks the hours of the day go by: a name of the IANA database.
    pub timezone: String,
    /// \[s\]
    pub duration_s: f64,
    /// \[s\]
    pub warm_up_s: f64,
    /// The rule by which the warm-up was found; absent where the scenario says how long it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_up_by: Option<String>,
    /// Width of a bin of the series \[s\].
    pub bin_s: f64,
}

/// The figures of one group, of `all`, or of those that begin on a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupSummary {
    /// Workspaces that were simulated in each replication.
    pub workspaces: u64,
    /// Metrics by name, labels included.
    pub metrics: IndexMap<String, Metric>,
    /// Who was refused, by cause.
    pub refusals: Vec<CauseSummary>,
}

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metric {
    /// In SI units; `null` if nothing was observed.
    pub value: Option<f64>,
    /// The 95% interval, over what [`Summary::intervals`] says; `null` where there is none, as of what
    /// was the greatest, which bounds nothing.
    pub ci95: Option<[f64; 2]>,
    /// With an interval, the workspaces, replications or batches behind it; else the observations behind
    /// the value; in all replications together.
    pub n: u64,
}

/// What intervals are taken over: what is independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Over {
    /// Workspaces that never meet, of all replications.
    Workspaces,
    /// Replications, since workspaces meet.
    Replications,
    /// Stretches of the only replication, since workspaces meet or there is one alone.
    Batches,
    /// There is nothing, since the only replication is too short for stretches.
    Nothing,
}

/// The refusals of one cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CauseSummary {
    /// The reason, as in `refusal.rate{reason=..}`.
    pub reason: String,
    /// The limiter, where one refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limiter: Option<String>,
    /// What the customer was told.
    pub sentence: String,
    /// What the customer was offered.
    pub options: Vec<String>,
    /// Tries refused in a replication, on average.
    #[serde(serialize_with = "whole_if_it_is")]
    pub refused: f64,
    /// Workspaces of a replication in which this happened at least once, on average.
    #[serde(serialize_with = "whole_if_it_is")]
    pub workspaces: f64,
    /// The median time from the start of the run to a workspace's first that is measured \[s\].
    pub first_p50_s: Option<f64>,
}

/// Writes a mean of counts, of which that of one replication is whole.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn whole_if_it_is<S: Serializer>(mean: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if mean.fract() == 0.0 && *mean < 9e15 {
        serializer.serialize_u64(*mean as u64)
    } else {
        serializer.serialize_f64(*mean)
    }
}

/// Whether the figures describe a steady state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Validity {
    /// In one word.
    pub verdict: Verdict,
    /// Why, in sentences; empty when valid.
    pub why: Vec<String>,
}

/// Whether a run can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing speaks against it.
    Valid,
    /// A backlog grows: there is no steady state, and waits depend on how long the run was.
    Growing,
    /// It was interrupted, or its load was not what the scenario asks for.
    Invalid,
}

/// One threshold and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdSummary {
    /// As it was written.
    pub threshold: String,
    /// The length of its windows, if it is over windows \[s\].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_s: Option<f64>,
    /// What was measured, in the worst window if it is over windows; `null` if nothing was
    /// observed, which fails.
    pub value: Option<f64>,
    /// The 95% interval of the value, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci95: Option<[f64; 2]>,
    /// Whether it holds.
    pub verdict: ThresholdVerdict,
    /// When the first window began in which it does not hold \[s\].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breached_at_s: Option<f64>,
    /// Whether no more replications were simulated since it fails: `abort_on_fail`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aborted: bool,
}

/// Whether a threshold holds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ThresholdVerdict {
    /// It does not, wherever in its interval the metric truly is.
    Fail,
    /// The interval lies on both sides of the bound: a longer run, or more replications, can tell.
    Inconclusive,
    /// It does, wherever in its interval the metric truly is.
    Pass,
}

/// What a run cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunFigures {
    /// Wall-clock time of the simulation \[s\].
    pub wall_s: f64,
    /// Events simulated.
    pub events: u64,
    /// Messages simulated, the warm-up's included.
    pub messages: u64,
    /// Threads that simulated.
    pub threads: usize,
    /// The greatest memory of the process so far \[bytes\]; `null` where the system does not tell.
    pub peak_rss_bytes: Option<u64>,
}

impl Validity {
    /// Adds why there is no steady state.
    pub fn doubt(&mut self, why: String) {
        if self.verdict == Verdict::Valid {
            self.verdict = Verdict::Growing;
        }
        self.why.push(why);
    }
}

impl Summary {
    /// All whose figures there are, by name: `all`, each group, each plan that is told of.
    pub fn wholes(&self) -> impl Iterator<Item = (&str, &GroupSummary)> {
        self.groups.iter().chain(&self.plans).map(|(name, whole)| (name.as_str(), whole))
    }

    /// The figures of those that are called so: `all`, a group, or `plan=pro`, as a
    /// [selector](super::Selector) calls them.
    pub fn whole(&self, name: &str) -> Option<&GroupSummary> {
        self.groups.get(name).or_else(|| self.plans.get(name))
    }

    /// A metric of those that are [called so](Self::whole), by its key in `summary.json`; `None` if there
    /// are none, or if the metric cannot occur in them.
    ///
    /// ```
    /// # use limitlab::{Group, Scenario, run, units::SimSpan, workload::{AgentLine, TrafficKind}};
    /// # let bot = AgentLine::new("bot", 1).with_traffic(TrafficKind::Rate("1/min".parse()?));
    /// # let group = Group::new("shops", 10).with_line(bot);
    /// # let scenario = Scenario::new("small", SimSpan::HOUR).with_group(group);
    /// # let summary = run(&scenario, Default::default(), &Default::default())?.summary;
    /// let offered = summary.metric("shops", "messages.offered").unwrap();
    /// let [low, high] = offered.ci95.unwrap();
    /// assert!(low < 600.0 && 600.0 < high);
    /// assert!(summary.metric("shops", "credits.consumed").is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn metric(&self, whole: &str, name: &str) -> Option<&Metric> {
        self.whole(whole)?.metrics.get(name)
    }

    /// The value of a metric of all groups together, in its SI unit; `None` if it is absent or was
    /// never observed.
    ///
    /// ```
    /// # use limitlab::{Group, Scenario, run, units::SimSpan, workload::{AgentLine, TrafficKind}};
    /// # let bot = AgentLine::new("bot", 1).with_traffic(TrafficKind::Rate("1/min".parse()?));
    /// # let group = Group::new("shops", 10).with_line(bot);
    /// # let scenario = Scenario::new("small", SimSpan::HOUR).with_group(group);
    /// # let summary = run(&scenario, Default::default(), &Default::default())?.summary;
    /// // Without a backend every message is answered at once.
    /// assert_eq!(summary.value("latency.p99"), Some(0.0));
    /// assert_eq!(summary.value("latency.p42"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn value(&self, name: &str) -> Option<f64> {
        self.metric("all", name)?.value
    }

    /// The text of `summary.json`.
    ///
    /// # Panics
    ///
    /// Never: plain structs, string keys and floats are always JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a summary is always JSON") + "\n"
    }

    /// What became of the thresholds: that of the worst; `None` if there are none.
    pub fn verdict(&self) -> Option<ThresholdVerdict> {
        self.thresholds.iter().map(|threshold| threshold.verdict).min()
    }
}

/// The JSON Schema of `summary.json`.
pub fn summary_schema() -> serde_json::Value {
    schemars::schema_for!(Summary).to_value()
}
