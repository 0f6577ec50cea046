//! The plans that the workspaces of a group can be on.

use std::mem::discriminant;

use indexmap::IndexMap;

use super::super::at::{At, Findings};
use super::super::model::Offer;
use super::super::types::{PlanOrMix, ShareText};
use super::super::words::grouped;
use super::groups::Registry;
use super::names::Names;
use super::plans::PlanOffer;
use crate::rules::limiter::Throttle;
use crate::units::Share;

/// The most limits of a workspace: every attempt meets those of its plan and its group.
pub(super) const MOST_LIMITS: usize = 1_000;

/// Every plan that a workspace of a group can be on, in the order in which they are added.
#[derive(Debug, Default)]
pub(super) struct GroupPlans {
    /// The names of the plans.
    pub(super) names: Names,
    pub(super) offers: Vec<Offer>,
    /// Those of each plan, then, once they are added, the group's own.
    pub(super) throttles: Vec<Throttle>,
    /// The names of the throttles.
    pub(super) limiters: Names,
    /// The plan that each throttle's name was first found in, and its place.
    first: IndexMap<String, (usize, usize)>,
    /// Whether any plan counts credits, as far as can be told.
    may_count: bool,
}

impl GroupPlans {
    /// Adds the plan `name`, which is named at `at`, unless it is there; its place. An unknown one
    /// is stood in for, and whoever named it is told elsewhere.
    pub(super) fn add(
        &mut self,
        name: &str,
        registry: &mut Registry,
        at: At<'_>,
        findings: &mut Findings,
    ) -> usize {
        if let Some(place) = self.names.place(name) {
            return place;
        }
        self.names.add(name);
        let offer = registry.offer(name).unwrap_or_else(|| {
            // The plan that was meant may have limits of its own, and credits.
            registry.known.limiters.set_incomplete();
            PlanOffer { may_count: true, ..PlanOffer::unlimited() }
        });
        let plan = self.offers.len();
        let mut places = Vec::with_capacity(offer.throttles.len());
        for throttle in offer.throttles {
            let place = self.throttles.len();
            let first = *self.first.entry(throttle.name.clone()).or_insert((plan, place));
            let alike = &self.throttles.get(first.1).unwrap_or(&throttle);
            // Two limits of one plan that have the same name are a mistake of that plan.
            if first.0 != plan && !are_alike(alike, &throttle) {
                let message = format!(
                    "the plans `{}` and `{name}` both have a limit `{}`, of another scope, kind or weight",
                    self.offers[first.0].plan.name, throttle.name
                );
                let hint = "limits of one name count together in results: give them the same \
                            scope, kind and weight, or two names";
                findings.add_with_hint(at, message, hint);
            }
            places.push(place as u16);
            self.throttles.push(throttle);
        }
        self.limiters.include(&offer.limiters);
        self.may_count |= offer.may_count;
        self.offers.push(Offer { plan: offer.plan, throttles: places });
        plan
    }

    /// Adds the plans that `written` names at `at`; their places and shares.
    pub(super) fn add_mix(
        &mut self,
        written: Option<&PlanOrMix>,
        registry: &mut Registry,
        at: At<'_>,
        findings: &mut Findings,
    ) -> Vec<(usize, Share)> {
        match written {
            None => {
                if !at.is_sound() {
                    registry.known.limiters.set_incomplete();
                    self.may_count = true;
                }
                vec![(self.add("unlimited", registry, at, findings), Share::WHOLE)]
            }
            Some(PlanOrMix::Plan(name)) => {
                registry.resolve_plan(&name.0, at, findings);
                vec![(self.add(&name.0, registry, at, findings), Share::WHOLE)]
            }
            Some(PlanOrMix::Mix(shares)) => {
                whole(shares, at, findings);
                let entries = shares.iter().enumerate();
                entries
                    .map(|(index, (name, share))| {
                        let (name_at, _) = at.entry(index);
                        registry.resolve_plan(name, name_at, findings);
                        (self.add(name, registry, name_at, findings), share.0)
                    })
                    .collect()
            }
        }
    }

    /// Adds the group's own throttles, which hold on every plan; they stand at `at`.
    pub(super) fn add_own(&mut self, own: Vec<Throttle>, at: At<'_>, findings: &mut Findings) {
        let first = self.throttles.len();
        self.throttles.extend(own);
        for offer in &mut self.offers {
            offer.throttles.extend((first..self.throttles.len()).map(|place| place as u16));
        }
        if self.throttles.len() > MOST_LIMITS {
            let most = grouped(MOST_LIMITS as u64);
            findings.add(at, format!("a workspace has more than {most} limits"));
        }
    }

    /// Whether a plan limits how many agents are active.
    pub(super) fn limit_slots(&self) -> bool {
        self.offers.iter().any(|offer| offer.plan.active_agents.is_some())
    }

    /// Whether credits are counted on any of the plans.
    pub(super) fn metering(&self) -> Metering {
        let declared = self.offers.iter().find(|offer| offer.plan.name != "unlimited");
        let lacking = declared.or(self.offers.first()).filter(|_| !self.may_count);
        Metering { lacking: lacking.map(|offer| offer.plan.name.clone()), told: false }
    }
}

/// Whether two limits of one name mean the same to who meets them.
fn are_alike(one: &Throttle, other: &Throttle) -> bool {
    let numbers = |it: &Throttle| (it.scope, it.weight, discriminant(&it.quota));
    numbers(one) == numbers(other)
}

/// The rule that the shares of a mix sum to the whole.
fn whole(shares: &IndexMap<String, ShareText>, at: At<'_>, findings: &mut Findings) {
    let sum: u64 = shares.values().map(|share| share.0.billionths()).sum();
    let sound = (0..shares.len()).all(|index| at.entry(index).1.is_sound());
    if sum != Share::WHOLE.billionths() && sound {
        let percent = sum as f64 / 1e7;
        let message = format!("the shares of the plans sum to {percent}%");
        findings.add_with_hint(at, message, "they must sum to exactly 100%");
    }
}

/// Whether a group's plans count credits.
#[derive(Debug)]
pub(super) struct Metering {
    /// A plan that lacks them, if all do.
    lacking: Option<String>,
    /// Whether that has been said.
    told: bool,
}

impl Metering {
    /// Whether credits are counted, as far as can be told.
    pub(super) const fn may_count(&self) -> bool {
        self.lacking.is_none()
    }

    /// Notes a mistake, once for each group, if no credits are counted: what stands at `at` needs
    /// them.
    pub(super) fn require(&mut self, at: At<'_>, findings: &mut Findings) {
        let Some(plan) = self.lacking.as_ref().filter(|_| !self.told) else { return };
        self.told = at.is_sound();
        let hint = if plan == "unlimited" {
            "it is built in; name a plan that has a figure, `plans.NAME.credits.included`".into()
        } else {
            format!("give it a figure: `plans.{plan}.credits.included`")
        };
        findings.add_with_hint(at, format!("the plan `{plan}` has no `credits`"), hint);
    }
}
