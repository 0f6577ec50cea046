//! The workspaces that a selector means.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::model::{Group, Offer, Scenario};
use crate::summary::Selector;
use crate::units::Share;
use crate::workload::{Action, Occurrence};

impl Scenario {
    /// The groups that a selector means, as far as it does: those of which [`Group::selected`] has any.
    pub fn selected(&self, of: &Selector) -> Vec<Cow<'_, Group>> {
        self.groups.iter().filter_map(|group| group.selected(of)).collect()
    }

    /// The metrics that are asked for beforehand: of whom, and their keys in summary.json.
    pub fn asked(&self) -> impl Iterator<Item = (&Selector, &str)> {
        let thresholds = self.thresholds.iter().map(|it| (&it.of, it.metric.as_str()));
        thresholds.chain(self.until.iter().map(|until| (&until.of, until.metric.as_str())))
    }
}

impl Group {
    /// The group as far as a selector means it: with the workspaces alone that begin on the plan that it
    /// names, about so many; `None` if it means none of them.
    pub fn selected(&self, of: &Selector) -> Option<Cow<'_, Self>> {
        if of.group.as_ref().is_some_and(|name| *name != self.name) {
            return None;
        }
        let Some(name) = &of.plan else { return Some(Cow::Borrowed(self)) };
        let (plan, share) = self.begins_on(name)?;
        let count = (f64::from(self.count) * share.as_f64()).round().max(1.0) as u32;
        let plans = self.plans_from(plan);
        let throttles: BTreeSet<u16> =
            plans.iter().flat_map(|&plan| self.plans[plan].throttles.iter().copied()).collect();
        let of_throttle = |place: &u16| throttles.range(..place).count() as u16;
        let of_plan = |place: usize| plans.iter().position(|&plan| plan == place).unwrap_or(0);
        let offer = |&plan: &usize| {
            let Offer { plan, throttles } = &self.plans[plan];
            Offer { plan: plan.clone(), throttles: throttles.iter().map(of_throttle).collect() }
        };
        let occurrence = |it: &Occurrence| {
            let action = match it.action {
                Action::SetPlan(place) => Action::SetPlan(of_plan(place)),
                Action::Subscribe(place) => Action::Subscribe(of_plan(place)),
                ref other => other.clone(),
            };
            Occurrence { action, ..it.clone() }
        };
        let own = throttles.iter().filter_map(|&place| self.throttles.get(usize::from(place)));
        Some(Cow::Owned(Self {
            count,
            plans: plans.iter().map(offer).collect(),
            mix: vec![(0, Share::WHOLE)],
            throttles: own.cloned().collect(),
            timeline: self.timeline.iter().map(occurrence).collect(),
            ..self.clone()
        }))
    }

    /// The places of the plans that workspaces may come to that begin on one, which is the first.
    fn plans_from(&self, first: usize) -> Vec<usize> {
        let by_timeline = self.timeline.iter().filter_map(|it| match it.action {
            Action::SetPlan(place) | Action::Subscribe(place) => Some(place),
            _ => None,
        });
        // Rows of a trace may name any.
        let by_rows = if self.records(|it| it.plans > 0) { 0..self.plans.len() } else { 0..0 };
        let mut plans = vec![first];
        for place in by_timeline.chain(by_rows) {
            if !plans.contains(&place) {
                plans.push(place);
            }
        }
        plans
    }

    /// The place of the plan that is called so, if workspaces begin on it, and the share of those that do.
    pub fn begins_on(&self, name: &str) -> Option<(usize, Share)> {
        let is_meant = |plan: usize| self.plans.get(plan).is_some_and(|it| it.plan.name == name);
        let mut mix = self.mix.iter().copied();
        mix.find(|&(plan, share)| is_meant(plan) && share > Share::NONE)
    }
}
