//! The workspaces that a selector means.

use std::borrow::Cow;

use super::model::{Group, Offer, Scenario};
use super::occurs::changes_plans;
use crate::rules::limiter::Throttle;
use crate::summary::Selector;
use crate::units::Share;

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
        if changes_plans(self) {
            let mix = vec![(plan, Share::WHOLE)];
            return Some(Cow::Owned(Self { count, mix, ..self.clone() }));
        }
        let Offer { plan, throttles } = &self.plans[plan];
        let places = 0..throttles.len() as u16;
        let own = throttles.iter().filter_map(|&place| self.throttles.get(usize::from(place)));
        let own: Vec<Throttle> = own.cloned().collect();
        let only = Offer { plan: plan.clone(), throttles: places.collect() };
        Some(Cow::Owned(Self {
            count,
            plans: vec![only],
            mix: vec![(0, Share::WHOLE)],
            throttles: own,
            ..self.clone()
        }))
    }

    /// The place of the plan that is called so, if workspaces begin on it, and the share of those that do.
    pub fn begins_on(&self, name: &str) -> Option<(usize, Share)> {
        let is_meant = |plan: usize| self.plans.get(plan).is_some_and(|it| it.plan.name == name);
        let mut mix = self.mix.iter().copied();
        mix.find(|&(plan, share)| is_meant(plan) && share > Share::NONE)
    }
}
