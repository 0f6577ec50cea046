//! What stands in braces behind a metric: `{group=shops,reason=overloaded}`.

use super::super::suggest::did_you_mean;
use super::piece::Piece;
use super::thresholds::Reader;
use crate::summary::{Label, MetricFamily, Selector, TIMED_OUT};
use crate::units::{Share, SimSpan};

/// The labels of a metric.
#[derive(Default)]
pub(super) struct Labels {
    /// Whose metric is meant.
    pub(super) of: Selector,
    /// The one that is part of the key, as the key spells it: `reason=overloaded`.
    pub(super) label: Option<String>,
}

/// Labels as they are written, each at most once.
#[derive(Default)]
struct Written<'t> {
    group: Option<Piece<'t>>,
    plan: Option<Piece<'t>>,
    /// Those of the metric, with their names.
    own: Vec<(Piece<'t>, Piece<'t>)>,
}

impl Reader<'_, '_> {
    /// Reads the labels of a metric of a family, which is `None` if it is at fault.
    pub(super) fn labels(
        &mut self,
        written: Piece<'_>,
        family: Option<&'static MetricFamily>,
    ) -> Option<Labels> {
        let (Written { group, plan, own }, mut sound) = self.pairs(written)?;
        let group = group.filter(|group| group.text != "all");
        if let Some(group) = group {
            self.group(group);
        }
        if let Some(plan) = plan {
            self.plan(plan, group);
        }
        let [group_name, plan] = [group, plan].map(|it| it.map(|it| it.text.to_owned()));
        let mut labels = Labels { of: Selector { group: group_name, plan }, label: None };
        for &(name, value) in &own {
            labels.label = self.label(name, value, family);
            sound &= labels.label.is_some();
        }
        let found = |label: Label| own.iter().find(|(name, _)| name.text == label.name());
        if let (Some(group), Some(&(_, level)), true) = (group, found(Label::Level), sound) {
            sound = self.has_level(group.text, level);
        }
        if own.len() > 1 && sound {
            let limiter = found(Label::Limiter).map(|&(_, value)| value);
            let reason = found(Label::Reason).map(|&(_, value)| value);
            sound = match (limiter, reason) {
                (Some(limiter), Some(reason)) => {
                    labels.label = Some(format!("{}={}", Label::Limiter.name(), limiter.text));
                    self.refuses_for(limiter, reason, group)
                }
                _ => self.one_too_many(own[1].0),
            };
        }
        sound.then_some(labels)
    }

    /// Takes the labels apart, and says whether all of them are labels; `None` if there are no braces.
    fn pairs<'p>(&mut self, written: Piece<'p>) -> Option<(Written<'p>, bool)> {
        let inner = written.trim();
        let Some(text) = inner.text.strip_prefix('{').and_then(|text| text.strip_suffix('}'))
        else {
            return self.fault(inner, "labels stand in braces", "write `{group=shops}`");
        };
        let inner = Piece { text, start: inner.start + 1 };
        let (mut all, mut sound) = (Written::default(), true);
        for pair in inner.split(',') {
            let Some((name, value)) = pair.split_once("=") else {
                sound = false;
                self.fault::<()>(pair.trim(), "a label is `name=value`", "write `{group=shops}`");
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            let is_twice = match name.text {
                "group" => all.group.replace(value).is_some(),
                "plan" => all.plan.replace(value).is_some(),
                text => {
                    let is_twice = all.own.iter().any(|(other, _)| other.text == text);
                    all.own.push((name, value));
                    is_twice
                }
            };
            if is_twice {
                sound = self.one_too_many(name);
            }
        }
        Some((all, sound))
    }

    fn one_too_many(&mut self, name: Piece<'_>) -> bool {
        let message = format!("one label too many: `{}`", name.text);
        let hint = "a metric has one label besides `group` and `plan`, or `reason` with `limiter`";
        self.fault::<()>(name, message, hint);
        false
    }

    fn group(&mut self, value: Piece<'_>) {
        let place = value.place(self.at);
        self.known.groups.resolve(value.text, "group", place, self.findings);
    }

    /// Notes a mistake if no workspace begins on a plan, in a group if it is of one.
    fn plan(&mut self, value: Piece<'_>, group: Option<Piece<'_>>) {
        let of_group = group.and_then(|group| self.known.first_plans_of.get(group.text));
        if group.is_some() && of_group.is_none() {
            // The group is at fault.
            return;
        }
        let begun = of_group.unwrap_or(&self.known.first_plans);
        if begun.may_contain(value.text) {
            return;
        }
        let whose = group.map_or_else(String::new, |group| format!(" of `{}`", group.text));
        let hint = did_you_mean(value.text, "plans on which they begin", begun.iter());
        let message = format!("no workspace{whose} begins on a plan `{}`", value.text);
        self.fault::<()>(value, message, hint);
    }

    /// Whether a limit refuses for a reason, and for that alone.
    fn refuses_for(
        &mut self,
        limiter: Piece<'_>,
        reason: Piece<'_>,
        group: Option<Piece<'_>>,
    ) -> bool {
        let is_meant = |of: &Option<String>| match (of, group) {
            (Some(of), Some(group)) => of == group.text,
            _ => true,
        };
        let limits = self.known.reasons.iter();
        let mut reasons: Vec<&str> = limits
            .filter(|it| it.limiter == limiter.text && is_meant(&it.group))
            .map(|it| it.reason.name())
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        let known = reasons.join("` and `");
        match reasons[..] {
            [] => true,
            [only] if only == reason.text => true,
            _ if !reasons.contains(&reason.text) => {
                let message = format!("`{}` refuses for `{known}` alone", limiter.text);
                self.fault::<()>(reason, message, "leave out `reason`");
                false
            }
            _ => {
                let message = format!("limits called `{}` refuse for `{known}`", limiter.text);
                let hint = "name the `group`, or leave out `reason` or `limiter`";
                self.fault::<()>(reason, message, hint);
                false
            }
        }
    }

    /// Whether the group that is named has an alert at a level that some group has.
    fn has_level(&mut self, group: &str, written: Piece<'_>) -> bool {
        let (Some(alerts), Ok(level)) =
            (self.known.alerts_of.get(group), written.text.parse::<Share>())
        else {
            return true;
        };
        let level = level.to_string();
        if alerts.may_contain(&level) {
            return true;
        }
        let hint = did_you_mean(&level, "declared", alerts.iter());
        self.fault::<()>(written, format!("`{group}` has no alert at {level}"), hint);
        false
    }

    /// A label that is part of the key, as the key spells it.
    fn label(
        &mut self,
        name: Piece<'_>,
        value: Piece<'_>,
        family: Option<&'static MetricFamily>,
    ) -> Option<String> {
        let Some(label) = family?.labels.iter().find(|label| label.name() == name.text) else {
            let labels: Vec<&str> =
                family?.labels.iter().map(|label| label.name()).chain(["group", "plan"]).collect();
            let hint = did_you_mean(name.text, "labels of this metric", labels.iter().copied());
            return self.fault(name, format!("this metric has no label `{}`", name.text), hint);
        };
        match label {
            Label::Reason => {
                // Who loses patience is lost and not refused.
                let reasons = family.map_or_else(Vec::new, MetricFamily::reasons);
                if value.text == TIMED_OUT && !reasons.contains(&TIMED_OUT) {
                    let message = "who loses patience is lost, not refused";
                    let hint = format!("write `loss.rate{{reason={TIMED_OUT}}}`");
                    return self.fault(value, message, hint);
                }
                if !reasons.contains(&value.text) {
                    let hint = did_you_mean(value.text, "reasons", reasons.iter().copied());
                    return self.fault(value, format!("unknown reason `{}`", value.text), hint);
                }
            }
            Label::Limiter => {
                let place = value.place(self.at);
                self.known.limiters.resolve(value.text, "limit", place, self.findings);
            }
            Label::Within => match value.text.parse::<SimSpan>() {
                // The key has the span as it is read out: `90s` is `1m30s`.
                Ok(within) => return Some(format!("{}={within}", name.text)),
                Err(error) => return self.fault(value, error.to_string(), "any duration"),
            },
            Label::Level => return self.level(name, value),
            // Families with this label are only planned.
            Label::Event => {}
        }
        Some(format!("{}={}", name.text, value.text))
    }

    /// A level at which somebody is told, as the key spells it.
    fn level(&mut self, name: Piece<'_>, value: Piece<'_>) -> Option<String> {
        let alerts = &self.known.alerts;
        let level = match value.text.parse::<Share>() {
            Ok(level) => level.to_string(),
            Err(error) => {
                let hint = did_you_mean(value.text, "declared", alerts.iter());
                return self.fault(value, error.to_string(), hint);
            }
        };
        if !alerts.may_contain(&level) {
            let hint = did_you_mean(&level, "declared", alerts.iter());
            return self.fault(value, format!("no group has an alert at {level}"), hint);
        }
        Some(format!("{}={level}", name.text))
    }
}
