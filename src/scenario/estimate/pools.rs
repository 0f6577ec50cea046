//! What pools hold, and what is asked of them.

use super::super::model::{BillingAnchor, Group, Scenario};
use super::more::{More, Spell, bought_anyway, bought_automatically, overage};
use super::recorded::{credits as recorded, credits_to_strangers};
use super::{churns, messages_per_agent, population, routed, routed_credits, steps};
use crate::rules::{Allowance, Anchor, Cycle, Per, Plan, Recurrence};
use crate::units::{SimSpan, SimTime};
use crate::workload::{AgentLine, AutoBuy};

/// Credits of a workspace, on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::scenario) struct Books {
    /// What always active agents would use.
    pub(in crate::scenario) wanted: f64,
    /// What its pools hold: what plans include, and the packages that are bought in any case.
    pub(in crate::scenario) held: f64,
    /// What can come to that.
    pub(in crate::scenario) more: More,
    /// Over how long: the duration, or the trial if that ends before.
    pub(in crate::scenario) over: SimSpan,
    /// Whether it is a mean of what differs from workspace to workspace by chance.
    pub(in crate::scenario) about: bool,
}

impl Books {
    /// Whether so much use is more than there can be, unless somebody buys by hand.
    pub(in crate::scenario) fn is_exceeded_by(&self, used: f64) -> bool {
        used > self.held + self.more.packages + self.more.overage
    }
}

/// The mean cost of a message \[credits\].
pub(in crate::scenario) fn credits_per_message(line: &AgentLine) -> f64 {
    line.cost.mean() / 1e3
}

/// The mean pool of one period of a workspace \[credits\].
pub(in crate::scenario) fn pool(allowance: &Allowance, group: &Group) -> f64 {
    let times = match allowance.per {
        Per::Seat => group.seats.mean(),
        Per::Workspace => 1.0,
    };
    allowance.included.as_f64() * times
}

/// The books of the workspaces that begin on a plan; `None` if it counts no credits.
pub(in crate::scenario) fn books_on(
    scenario: &Scenario,
    group: &Group,
    plan: &Plan,
) -> Option<Books> {
    let allowance = plan.credits.as_ref()?;
    let over = plan.trial.map_or(scenario.duration, |trial| trial.min(scenario.duration));
    let steps = steps(group);
    let agents = population(group, plan, over);
    let any = routed(scenario, group, over, &steps) * routed_credits(group, &agents);
    let own: f64 = group
        .lines
        .iter()
        .zip(agents)
        .map(|(line, agents)| {
            messages_per_agent(scenario, line, over, &steps) * agents * credits_per_message(line)
        })
        .sum();
    // As if they came evenly over the duration.
    let recorded = recorded(group).iter().sum::<f64>() + credits_to_strangers(group);
    let recorded = recorded * over.as_secs_f64() / scenario.duration.as_secs_f64();
    let spell = Spell { over, periods: periods(allowance, scenario, group, over) };
    let pool = pool(allowance, group);
    let held = pool * spell.periods + bought_anyway(scenario, group, spell);
    let overage = overage(allowance, pool, spell.periods);
    // A purchase by the balance follows a charge, and nothing can be charged to nothing.
    let on_refusal = |auto: &AutoBuy| auto.on_refusal;
    let auto = group.buying.as_ref().and_then(|buying| buying.auto.as_ref());
    let begins = held + overage > 0.0 || auto.is_some_and(on_refusal);
    let packages = bought_automatically(scenario, group, allowance, spell);
    Some(Books {
        wanted: (own + any) * over.as_secs_f64() + recorded,
        held,
        more: More {
            packages: if begins { packages } else { 0.0 },
            overage,
            by_hand: group.buying.as_ref().is_some_and(|buying| buying.by_hand.is_some()),
        },
        over,
        about: churns(group) || is_staggered(allowance, group),
    })
}

/// The books of the workspaces whose plan at the start counts credits: their mean; `None` if there
/// are none.
pub(in crate::scenario) fn books(scenario: &Scenario, group: &Group) -> Option<Books> {
    let more = More { packages: 0.0, overage: 0.0, by_hand: false };
    let mut sum = Books { wanted: 0.0, held: 0.0, more, over: SimSpan::ZERO, about: false };
    let mut counting = 0.0;
    for (plan, share) in group.first_plans() {
        if let Some(books) = books_on(scenario, group, plan) {
            let share = share.as_f64();
            sum.wanted += share * books.wanted;
            sum.held += share * books.held;
            sum.more.packages += share * books.more.packages;
            sum.more.overage += share * books.more.overage;
            sum.more.by_hand |= books.more.by_hand;
            sum.over = sum.over.max(books.over);
            sum.about |= books.about;
            counting += share;
        }
    }
    sum.more.packages /= counting;
    sum.more.overage /= counting;
    let mean = Books { wanted: sum.wanted / counting, held: sum.held / counting, ..sum };
    (counting > 0.0).then_some(mean)
}

/// Whether the periods of workspaces begin at different instants.
fn is_staggered(allowance: &Allowance, group: &Group) -> bool {
    group.billing_anchor == BillingAnchor::Staggered
        && allowance.anchor == Anchor::Subscription
        && allowance.renews != Cycle::Never
}

/// How many periods of a pool begin within `over`, the first one at the start, on average.
fn periods(allowance: &Allowance, scenario: &Scenario, group: &Group, over: SimSpan) -> f64 {
    /// The most anchors that are tried, and the most periods that are gone through for it.
    const ANCHORS: (u64, u64) = (512, 50_000);
    let begun = |anchor| {
        let renewals = Recurrence::new(allowance.renews, anchor, scenario.start);
        let (mut periods, mut now) = (0, SimTime::ZERO);
        while now < SimTime::ZERO + over {
            periods += 1;
            now = renewals.after(now);
        }
        periods
    };
    let start = scenario.start;
    if !is_staggered(allowance, group) {
        let anchor = match allowance.anchor {
            Anchor::Subscription | Anchor::Purchase => start,
            Anchor::Fixed(anchor) => anchor,
        };
        return begun(anchor) as f64;
    }
    let length = match allowance.renews {
        // A renewal is as likely at any instant.
        Cycle::Every(period) => return 1.0 + over.nanos() as f64 / period.nanos() as f64,
        cycle => cycle.before(start).map_or(0, SimSpan::nanos),
    };
    // Months differ: the anchors lie evenly over the one before the start.
    let anchors = (ANCHORS.1 / begun(start)).clamp(16, ANCHORS.0);
    let all: u64 = (0..anchors)
        .map(|number| {
            let back = i128::from(length) * i128::from(2 * number + 1) / i128::from(2 * anchors);
            let back = jiff::SignedDuration::from_nanos_i128(back);
            begun(start.checked_sub(back).unwrap_or(start))
        })
        .sum();
    all as f64 / anchors as f64
}
