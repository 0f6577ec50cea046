//! Which metrics of a sweep are drawn and printed; its table has all of them.

use std::fmt;

use crate::planning::fault::QuestionFault;
use crate::scenario::{Scenario, Threshold, read_metric};
use crate::summary::{Metric, Selector, Summary, Unit, family_of};

/// A metric, and of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Whose it is.
    pub of: Selector,
    /// The key in summary.json, with its label: `refusal.rate{reason=overloaded}`.
    pub key: String,
}

/// The metrics of a sweep whose scenario has no thresholds, as far as they can occur.
const USUAL: [&str; 4] = ["latency.p99", "refusal.rate", "loss.rate", "backend.utilisation"];

impl Chosen {
    /// Reads a metric as thresholds have it: `latency.p99{group=shops}`.
    ///
    /// # Errors
    ///
    /// [`QuestionFault`] if there is no such metric, label, group or plan, or if it is measured only where it
    /// is asked for beforehand. A label may be of what cannot occur.
    pub fn read(text: &str, scenario: &Scenario) -> Result<Self, QuestionFault> {
        let refuse = |(what, hint): (String, Option<String>)| {
            let shown: String = text.chars().take(80).collect();
            QuestionFault::new(format!("`--metric {shown}`: {what}"), hint)
        };
        let (of, key) = read_metric(text, scenario).map_err(refuse)?;
        let chosen = Self { of, key };
        match chosen.asked_alone(scenario) {
            Some((what, hint)) => Err(refuse((what.to_owned(), Some(hint)))),
            None => Ok(chosen),
        }
    }

    /// Why a scenario does not measure it, if it would where it is asked beforehand; and how to ask.
    fn asked_alone(&self, scenario: &Scenario) -> Option<(&'static str, String)> {
        let is_asked = |is: &dyn Fn(&Selector, &str) -> bool| {
            scenario.asked().any(|(of, metric)| is(of, metric))
        };
        if self.key.contains("{within=") && !is_asked(&|_, metric| metric == self.key) {
            let what = "it is measured only where a threshold or `until` names it";
            return Some((what, format!("add a threshold such as `{} > 90%`", self.key)));
        }
        if self.of.plan.is_some() && !is_asked(&|of, _| *of == self.of) {
            let what = "plans are measured only where a threshold or `until` names them";
            let labels = self.of.labels();
            return Some((what, format!("add a threshold such as `loss.rate{{{labels}}} < 100%`")));
        }
        None
    }

    /// Those of the scenario's thresholds, each once.
    pub fn of_thresholds(scenario: &Scenario) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for Threshold { of, metric, .. } in &scenario.thresholds {
            let chosen = Self { of: of.clone(), key: metric.clone() };
            if !found.contains(&chosen) {
                found.push(chosen);
            }
        }
        found
    }

    /// Those that say something of most scenarios. Some of them may not occur.
    pub fn usual() -> Vec<Self> {
        USUAL.map(|key| Self { of: Selector::default(), key: key.to_owned() }).to_vec()
    }

    /// What a run says of it; `None` where it cannot occur.
    pub fn of(&self, summary: &Summary) -> Option<Metric> {
        summary.metric(&self.of.to_string(), &self.key).copied()
    }

    /// In what it is measured.
    pub fn unit(&self) -> Unit {
        let name = self.key.split('{').next().unwrap_or(&self.key);
        family_of(name).map_or(Unit::Count, |family| family.unit)
    }
}

impl fmt::Display for Chosen {
    /// As thresholds spell it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.of.labels();
        match self.key.split_once('{') {
            _ if labels.is_empty() => f.write_str(&self.key),
            None => write!(f, "{}{{{labels}}}", self.key),
            Some((name, label)) => write!(f, "{name}{{{labels},{label}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    const YAML: &str = "{ limitlab: 1, name: small, duration: 1h, workspaces: [
        { group: shops, agents: [{ name: sales, traffic: { rate: 12/h } }],
          fair_use: [{ name: burst, scope: workspace, token_bucket: { rate: 2/s, burst: 20 } }] }],
        thresholds: [latency.p99 < 1s, 'latency.p99{group=shops} < 2s', latency.p99 < 3s,
            'goodput.rate{within=90s} > 1%', 'loss.rate{plan=unlimited} < 1%'] }";

    #[test]
    fn metrics_are_spelled_as_in_thresholds() {
        let scenario = parse("small.yaml", YAML, &[]).unwrap();
        for (text, group, shown) in [
            ("latency.p99", None, "latency.p99"),
            (" wait.mean { group = all } ", None, "wait.mean"),
            ("loss.rate{group=shops}", Some("shops"), "loss.rate{group=shops}"),
            (
                "refusal.rate{reason=overloaded, group=shops}",
                Some("shops"),
                "refusal.rate{group=shops,reason=overloaded}",
            ),
            ("goodput.rate{within=1m30s}", None, "goodput.rate{within=1m30s}"),
            ("goodput.rate{within=90s}", None, "goodput.rate{within=1m30s}"),
            ("wait.mean{plan=unlimited}", None, "wait.mean{plan=unlimited}"),
            (
                "refusal.rate{reason=rate_limited,limiter=burst}",
                None,
                "refusal.rate{limiter=burst}",
            ),
        ] {
            let chosen = Chosen::read(text, &scenario).unwrap();
            assert_eq!(chosen.of.group.as_deref(), group, "{text}");
            assert_eq!(chosen.to_string(), shown);
        }
        let own: Vec<String> =
            Chosen::of_thresholds(&scenario).iter().map(Chosen::to_string).collect();
        let expected = [
            "latency.p99",
            "latency.p99{group=shops}",
            "goodput.rate{within=1m30s}",
            "loss.rate{plan=unlimited}",
        ];
        assert_eq!(own, expected);
    }

    #[test]
    fn what_is_no_metric_says_what_is_near() {
        let scenario = parse("small.yaml", YAML, &[]).unwrap();
        for (text, what, hint) in [
            ("latncy.p99", "unknown metric `latncy.p99`", "did you mean `latency.p99`?"),
            ("", "unknown metric ``", "metrics begin with"),
            ("recovery.time{event=x}", "not supported yet", ""),
            ("loss.rate{group=shop}", "no group is called `shop`", "did you mean `shops`?"),
            ("loss.rate{shops}", "a label is `name=value`", "{group=shops}"),
            ("loss.rate{group=shops", "labels stand in braces", "{group=shops}"),
            ("loss.rate{group=shops,group=all}", "one label too many", ""),
            ("loss.rate{reason=a,limiter=b}", "unknown reason `a`", "reasons"),
            ("latency.p99{reason=overloaded}", "no label `reason`", "`group`"),
            ("refusal.rate{reason=overloadd}", "unknown reason", "did you mean `overloaded`?"),
            ("refusal.rate{limiter=bust}", "no limit is called `bust`", "did you mean `burst`?"),
            (
                "refusal.rate{limiter=burst,reason=overloaded}",
                "`burst` refuses for `rate_limited` alone",
                "leave out `reason`",
            ),
            ("alerts.time", "needs its label `level`", "alerts.time{level=..}"),
            ("alerts.time{level=half}", "is not a share", "declared"),
            ("goodput.rate{within=10s}", "only where a threshold or `until`", "within=10s} > 90%"),
            ("goodput.rate{within=x}", "is not a duration", "any duration"),
            ("loss.rate{plan=unlimted}", "begins on a plan `unlimted`", "mean `unlimited`?"),
            (
                "loss.rate{group=shops,plan=unlimited}",
                "only where a threshold or `until`",
                "`loss.rate{group=shops,plan=unlimited} < 100%`",
            ),
        ] {
            let fault = Chosen::read(text, &scenario).unwrap_err();
            assert!(fault.to_string().contains(what), "{text}: {fault}");
            let told = fault.hint.unwrap_or_default();
            assert!(told.contains(hint), "{text}: {told}");
        }
    }
}
