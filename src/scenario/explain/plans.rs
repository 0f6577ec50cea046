//! The plans of a group in words: limits, credits, prices, packages.

use super::super::estimate::pool;
use super::super::model::{BillingAnchor, Group, Scenario};
use super::super::words::{
    Quantity, counted, credits as amount, distribution, grouped, number, span,
};
use super::drawn;
use super::limits::limit;
use crate::random::Distribution;
use crate::rules::limiter::OnExceed;
use crate::rules::{
    Allowance, Anchor, Below, CarryOver, Cycle, OnDowngrade, Overage, OverageEnd, Package, Per,
    Plan, Price,
};
use crate::units::{Money, Share};
use crate::workload::{Action, AutoBuy, Buying, ByHand, plan_of};

/// A line of a group's table: what it is about, and what there is to say.
type Row = (&'static str, String);

/// The plans of a group, to be put in words.
pub(super) struct GroupPlans<'s> {
    scenario: &'s Scenario,
    group: &'s Group,
}

impl<'s> GroupPlans<'s> {
    pub(super) const fn new(scenario: &'s Scenario, group: &'s Group) -> Self {
        Self { scenario, group }
    }

    /// On which plans the workspaces are.
    pub(super) fn whose(&self) -> String {
        match self.group.mix[..] {
            [(plan, _)] => format!("on the plan {}", self.group.plans[plan].plan.name),
            ref mix => format!("on {} plans", mix.len()),
        }
    }

    /// All there is to say, a row each.
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for place in 0..self.group.plans.len() {
            self.plan(place, &mut rows);
        }
        rows.extend(self.group.throttles.iter().enumerate().map(|(place, throttle)| {
            ("limit", format!("{}{}", limit(throttle), self.where_it_holds(place)))
        }));
        if self.group.billing_anchor == BillingAnchor::Staggered {
            let said = "subscriptions are spread over the period before the start";
            rows.push(("billing", said.to_owned()));
        }
        if let Some(buying) = &self.group.buying {
            let package = &self.scenario.packages[buying.package];
            rows.push(("packages", format!("{}: {}", package.name, contents(package))));
            rows.extend(purchases(buying).into_iter().map(|said| ("", said)));
        }
        if !self.group.alerts.is_empty() {
            let levels: Vec<String> = self.group.alerts.iter().map(Share::to_string).collect();
            rows.push(("alerts", format!("at {} of a period's pool", levels.join(", "))));
        }
        if self.slots_can_become_fewer() {
            rows.push(("downgrade", on_downgrade(self.group.on_downgrade).to_owned()));
        }
        rows
    }

    /// What there is to say about the plan at `place` of the group's list.
    fn plan(&self, place: usize, rows: &mut Vec<Row>) {
        let plan = &self.group.plans[place].plan;
        let who = match self.group.plans.len() {
            1 => String::new(),
            _ => format!("{}, {}: ", plan.name, self.who(place)),
        };
        rows.push(("plan", format!("{who}{}", self::plan(plan))));
        if plan.priority != 1 {
            rows.push(("priority", grouped(u64::from(plan.priority))));
        }
        if let Some(price) = &plan.price {
            rows.push(("price", self::price(price)));
        }
        if let Some(allowance) = &plan.credits {
            rows.push(("credits", credits(allowance, self.group)));
            rows.extend(terms(allowance).into_iter().map(|said| ("", said)));
        }
    }

    /// How many workspaces are on the plan at `place` at the start.
    fn who(&self, place: usize) -> String {
        let mix = &self.group.mix;
        match mix.iter().find(|&&(plan, _)| plan == place) {
            None if self.comes_by_timeline(place) => "by the timeline".to_owned(),
            None => "by a trace".to_owned(),
            Some((_, Share::WHOLE)) => "all at the start".to_owned(),
            Some(&(_, share)) => {
                let is_on = |workspace| plan_of(workspace, mix) == place;
                match drawn(self.scenario, self.group, is_on) {
                    Some(count) => format!("{} ({share})", counted(count, "workspace")),
                    None => share.to_string(),
                }
            }
        }
    }

    /// Whether the timeline puts workspaces on the plan at `place`.
    fn comes_by_timeline(&self, place: usize) -> bool {
        self.group.timeline.iter().any(|occurrence| {
            matches!(
                occurrence.action,
                Action::SetPlan(plan) | Action::Subscribe(plan) if plan == place
            )
        })
    }

    /// On which plans the limit at `place` holds, if not on all.
    fn where_it_holds(&self, place: usize) -> String {
        let holds: Vec<&str> = self
            .group
            .plans
            .iter()
            .filter(|offer| offer.throttles.iter().any(|&it| usize::from(it) == place))
            .map(|offer| offer.plan.name.as_str())
            .collect();
        if holds.len() == self.group.plans.len() {
            return String::new();
        }
        format!(", on {}", holds.join(", "))
    }

    /// Whether a change of plan can leave fewer slots.
    fn slots_can_become_fewer(&self) -> bool {
        let changes = |action: &Action| matches!(action, Action::SetPlan(_) | Action::Subscribe(_));
        let slots = |place: usize| self.group.plans[place].plan.active_agents.unwrap_or(u32::MAX);
        let most = (0..self.group.plans.len()).map(slots).max();
        let least = (0..self.group.plans.len()).map(slots).min();
        if self.group.records(|it| it.plans > 0) && least != most {
            return true;
        }
        self.group.timeline.iter().any(|occurrence| {
            let (Action::SetPlan(plan) | Action::Subscribe(plan)) = occurrence.action else {
                return false;
            };
            most.is_some_and(|most| slots(plan) < most)
        }) || self.group.timeline.iter().any(|occurrence| {
            changes(&occurrence.action) && occurrence.until.is_some() && least != most
        })
    }
}

fn plan(plan: &Plan) -> String {
    let active = match plan.active_agents {
        Some(limit) => format!("{} active at once", counted(u64::from(limit), "agent")),
        None => "any number of agents active at once".to_owned(),
    };
    let counts = if plan.credits.is_none() { "; no credits are counted" } else { "" };
    let trial = plan.trial.map_or(String::new(), |trial| {
        format!("; a trial that ends after {}", span(trial.nanos() as f64))
    });
    let reported = match plan.on_exceed {
        OnExceed::Refuse => "",
        OnExceed::Report => " (more are only reported)",
    };
    let total = grouped(u64::from(plan.total_agents));
    format!("{active}{reported}, {total} in total{counts}{trial}")
}

fn price(price: &Price) -> String {
    let per = match price.per {
        Per::Seat => "each seat",
        Per::Workspace => "each workspace",
    };
    format!("{} for {per} {}", price.amount, cycle(price.every))
}

fn cycle(cycle: Cycle) -> String {
    match cycle {
        Cycle::Never => "once".to_owned(),
        Cycle::Every(period) => format!("every {period}"),
        Cycle::Monthly => "every month".to_owned(),
    }
}

fn credits(allowance: &Allowance, group: &Group) -> String {
    let included = amount(allowance.included);
    let renews = cycle(allowance.renews);
    match allowance.per {
        Per::Seat => {
            let seats = distribution(&group.seats, Quantity::Count);
            let pool = number(pool(allowance, group));
            let average = match group.seats {
                Distribution::Constant(_) => "",
                _ => " on average",
            };
            format!("{included} for each seat ({seats}) {renews}: {pool}{average}")
        }
        Per::Workspace => format!("{included} for each workspace {renews}"),
    }
}

/// What differs from credits that renew with the subscription and expire then, a row each.
fn terms(allowance: &Allowance) -> Vec<String> {
    let times = match allowance.per {
        Per::Seat => " for each seat",
        Per::Workspace => "",
    };
    let mut rows = Vec::new();
    match allowance.anchor {
        Anchor::Subscription => {}
        Anchor::Purchase => rows.push("renewals count from the purchase of the plan".to_owned()),
        Anchor::Fixed(instant) => rows.push(format!("renewals count from {instant}")),
    }
    if allowance.on_exceed == OnExceed::Report {
        rows.push("what the pool cannot pay is admitted and only reported".to_owned());
    }
    match allowance.carry_over {
        CarryOver::None => {}
        CarryOver::All => rows.push("what is left at a renewal stays".to_owned()),
        CarryOver::UpTo(most) => {
            let most = amount(most);
            rows.push(format!(
                "what is left at a renewal stays, as far as it is at most {most}{times} together \
                 with what is granted anew"
            ));
        }
    }
    let overage = match allowance.overage {
        Overage::Refuse => None,
        Overage::Unlimited => Some("any number of credits beyond them".to_owned()),
        Overage::UpTo { share, at_renewal } => {
            let end = match at_renewal {
                OverageEnd::Forgive => "forgotten",
                OverageEnd::Deduct => "deducted",
            };
            Some(format!("up to {share} beyond them, {end} at the renewal"))
        }
    };
    rows.extend(overage.map(|said| match allowance.overage_price {
        Money::ZERO => said,
        price => format!("{said}, {price} a credit"),
    }));
    if allowance.priority != 1 {
        rows.push(format!("drawn with priority {}", allowance.priority));
    }
    rows
}

fn contents(package: &Package) -> String {
    let valid = match package.valid {
        None => "until the plan's renewal".to_owned(),
        Some(period) => format!("for {period}"),
    };
    let renews = if package.renews { ", again and again" } else { "" };
    let price = match package.price {
        Money::ZERO => String::new(),
        price => format!(", {price} each time"),
    };
    let credits = amount(package.credits);
    format!("{credits} credits {valid}{renews}{price}, priority {}", package.priority)
}

/// When packages are bought, a row each.
fn purchases(buying: &Buying) -> Vec<String> {
    let most = |most: &Option<u32>| {
        most.map_or(String::new(), |most| {
            format!(", at most {} a period", grouped(u64::from(most)))
        })
    };
    let mut rows = Vec::new();
    if buying.at_start > 0 {
        rows.push(format!("{} in each workspace at the start", grouped(buying.at_start.into())));
    }
    if let Some(AutoBuy { below, on_refusal, at_most }) = &buying.auto {
        let below = below.map(|below| match below {
            Below::Share(share) => format!("when less than {share} is left"),
            Below::Amount(least) => format!("when less than {} is left", amount(least)),
        });
        let refused = on_refusal.then(|| "when the pool cannot pay".to_owned());
        let when: Vec<String> = below.into_iter().chain(refused).collect();
        rows.push(format!("one {}{}", when.join(" and "), most(at_most)));
    }
    if let Some(ByHand { after, at_most }) = &buying.by_hand {
        let after = distribution(after, Quantity::Span);
        rows.push(format!("one by hand, {after} after a refusal{}", most(at_most)));
    }
    rows
}

const fn on_downgrade(which: OnDowngrade) -> &'static str {
    match which {
        OnDowngrade::NewestOffline => "agents that were enabled last go offline",
        OnDowngrade::OldestOffline => "agents that were enabled first go offline",
        OnDowngrade::KeepUntilDisabled => "agents stay active until they are disabled",
    }
}
