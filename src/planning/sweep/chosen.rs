//! Which metrics of a sweep are drawn and printed; its table has all of them.

use std::collections::BTreeSet;
use std::fmt;

use crate::planning::fault::QuestionFault;
use crate::scenario::{Group, Scenario, Threshold, did_you_mean, nearest};
use crate::summary::{
    FAMILIES, Label, Metric, MetricFamily, MetricState, Selector, Summary, Unit, family_of,
};
use crate::units::{Share, SimSpan};

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
    /// [`QuestionFault`] if there is no such metric, label, group or plan. A label may be of what cannot occur.
    pub fn read(text: &str, scenario: &Scenario) -> Result<Self, QuestionFault> {
        let refuse = |what: String, hint: Option<String>| {
            let shown: String = text.chars().take(80).collect();
            QuestionFault::new(format!("`--metric {shown}`: {what}"), hint)
        };
        let (name, labels) = text.split_once('{').unwrap_or((text, "}"));
        let (name, labels) = (name.trim(), labels.trim());
        let Some(labels) = labels.strip_suffix('}') else {
            let hint = Some("write `{group=shops}`".to_owned());
            return Err(refuse("the labels are not closed with a `}`".to_owned(), hint));
        };
        let family = measured(name).map_err(|(what, hint)| refuse(what, hint))?;
        let (mut group, mut plan, mut own) = (None, None, None);
        for pair in labels.split(',').filter(|pair| !pair.trim().is_empty()) {
            let Some((label, value)) = pair.split_once('=') else {
                let hint = Some("write `{group=shops}`".to_owned());
                return Err(refuse(format!("`{}` is no label", pair.trim()), hint));
            };
            let (label, value) = (label.trim(), value.trim());
            let place = match label {
                "group" => &mut group,
                "plan" => &mut plan,
                _ => &mut own,
            };
            if place.is_some() {
                return Err(refuse(format!("one label too many: `{label}`"), None));
            }
            let read = match label {
                "group" => of_group(value, scenario),
                "plan" => Ok(value.to_owned()),
                _ => of_family(label, value, family),
            };
            *place = Some(read.map_err(|(what, hint)| refuse(what, Some(hint)))?);
        }
        if family.label_needed && own.is_none() {
            let needed = family.labels.first().map_or("", |label| label.name());
            let hint = Some(format!("write it as in `{name}{{{needed}=..}}`"));
            return Err(refuse(format!("it needs its label `{needed}`"), hint));
        }
        let label = own.map_or_else(String::new, |label| format!("{{{label}}}"));
        let group = group.filter(|group| group != "all");
        let chosen = Self { of: Selector { group, plan }, key: format!("{name}{label}") };
        chosen.is_measured(family, scenario).map_err(|(what, hint)| refuse(what, Some(hint)))?;
        Ok(chosen)
    }

    /// Whether a scenario measures what it does where it is asked beforehand alone.
    fn is_measured(
        &self,
        family: &MetricFamily,
        scenario: &Scenario,
    ) -> Result<(), (String, String)> {
        let asks = |is: &dyn Fn(&Selector, &str) -> bool| {
            scenario.asked().any(|(of, metric)| is(of, metric))
        };
        if family.labels.contains(&Label::Within) && !asks(&|_, metric| metric == self.key) {
            let hint = format!("add a threshold such as `{} > 90%`", self.key);
            return Err(("it is measured where a threshold names it alone".to_owned(), hint));
        }
        let Some(plan) = &self.of.plan else { return Ok(()) };
        if scenario.selected(&self.of).is_empty() {
            let groups = scenario
                .groups
                .iter()
                .filter(|it| self.of.group.as_ref().is_none_or(|name| *name == it.name));
            let begun: BTreeSet<&str> = groups
                .flat_map(Group::first_plans)
                .filter(|(_, share)| *share > Share::NONE)
                .map(|(plan, _)| plan.name.as_str())
                .collect();
            let hint = did_you_mean(plan, "plans on which they begin", begun);
            return Err((format!("no workspace that is meant begins on a plan `{plan}`"), hint));
        }
        if !asks(&|of, _| *of == self.of) {
            let labels = self.of.labels();
            let hint = format!("add a threshold such as `loss.rate{{{labels}}} < 100%`");
            return Err(("plans are measured where a threshold names them alone".to_owned(), hint));
        }
        Ok(())
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

/// The family of a metric that runs measure.
fn measured(name: &str) -> Result<&'static MetricFamily, (String, Option<String>)> {
    match family_of(name) {
        Some(family) if family.state == MetricState::Measured => Ok(family),
        Some(_) => Err(("it is not supported yet".to_owned(), None)),
        None => {
            let measured = FAMILIES.iter().filter(|family| family.state == MetricState::Measured);
            let keys: Vec<String> = measured.flat_map(MetricFamily::keys).collect();
            let near = nearest(name, keys.iter().map(String::as_str));
            let hint = near.map_or_else(
                || "`limitlab run` writes all metrics to summary.json".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Err(("there is no such metric".to_owned(), Some(hint)))
        }
    }
}

fn of_group(group: &str, scenario: &Scenario) -> Result<String, (String, String)> {
    let mut names = scenario.groups.iter().map(|it| it.name.as_str());
    if group == "all" || names.any(|name| name == group) {
        return Ok(group.to_owned());
    }
    let names: Vec<&str> = scenario.groups.iter().map(|it| it.name.as_str()).collect();
    let hint = did_you_mean(group, "groups", names.iter().copied());
    Err((format!("there is no group `{group}`"), hint))
}

/// A label as the keys of its family spell it.
fn of_family(label: &str, value: &str, family: &MetricFamily) -> Result<String, (String, String)> {
    let Some(known) = family.labels.iter().find(|it| it.name() == label) else {
        let labels: Vec<&str> =
            family.labels.iter().map(|it| it.name()).chain(["group", "plan"]).collect();
        let hint = did_you_mean(label, "labels of this metric", labels.iter().copied());
        return Err((format!("this metric has no label `{label}`"), hint));
    };
    let value = match known {
        Label::Reason if !family.reasons().contains(&value) => {
            let hint = did_you_mean(value, "reasons", family.reasons().iter().copied());
            return Err((format!("unknown reason `{value}`"), hint));
        }
        Label::Within => match value.parse::<SimSpan>() {
            Ok(within) => within.to_string(),
            Err(error) => return Err((error.to_string(), "any duration".to_owned())),
        },
        Label::Level => match value.parse::<Share>() {
            Ok(level) => level.to_string(),
            Err(error) => return Err((error.to_string(), "a level of an alert".to_owned())),
        },
        Label::Reason | Label::Limiter | Label::Event => value.to_owned(),
    };
    Ok(format!("{label}={value}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    const YAML: &str = "{ limitlab: 1, name: small, duration: 1h, workspaces: [
        { group: shops, agents: [{ name: sales, traffic: { rate: 12/h } }] }],
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
            ("latncy.p99", "there is no such metric", "did you mean `latency.p99`?"),
            ("", "there is no such metric", "summary.json"),
            ("recovery.time{event=x}", "not supported yet", ""),
            ("loss.rate{group=shop}", "no group `shop`", "did you mean `shops`?"),
            ("loss.rate{shops}", "`shops` is no label", "{group=shops}"),
            ("loss.rate{group=shops", "not closed", "{group=shops}"),
            ("loss.rate{group=shops,group=all}", "one label too many", ""),
            ("loss.rate{reason=a,limiter=b}", "unknown reason `a`", "reasons"),
            ("latency.p99{reason=overloaded}", "no label `reason`", "`group`"),
            ("refusal.rate{reason=overloadd}", "unknown reason", "did you mean `overloaded`?"),
            ("alerts.time", "needs its label `level`", "alerts.time{level=..}"),
            ("alerts.time{level=half}", "is not a share", "level of an alert"),
            ("goodput.rate{within=10s}", "where a threshold names it", "within=10s} > 90%"),
            ("goodput.rate{within=x}", "is not a duration", "any duration"),
            ("loss.rate{plan=unlimted}", "begins on a plan `unlimted`", "mean `unlimited`?"),
            (
                "loss.rate{group=shops,plan=unlimited}",
                "where a threshold names them",
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
