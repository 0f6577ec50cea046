//! The oracle's account of money, and of who was told how much of a pool was used.

use std::collections::BTreeMap;

use limitlab::rules::{Per, Plan};
use limitlab::units::{Money, Share};
use limitlab::workload::{Action, Occurrence};

use super::deeds::Deed;
use super::figures::{Figure, Scope, mean, put, quantile};
use super::limits::instants;
use super::pool::Pool;
use super::record::Space;

impl Scope<'_> {
    pub(super) fn money(&self, figures: &mut BTreeMap<String, Figure>) {
        let (mut plans, mut packages, mut overage) = (0.0, 0.0, 0.0);
        let mut spent = Vec::new();
        for space in self.spaces() {
            let (before, after) =
                (space.pool_before(self.from).flows, space.pool_before(self.until).flows);
            let of_plans = self.for_plans(space);
            let of_packages = (after.for_packages - before.for_packages) as f64 / 1e6;
            let of_overage = (after.for_overage - before.for_overage) as f64 / 1e6;
            plans += of_plans;
            packages += of_packages;
            overage += of_overage;
            // Groups in which nothing has a price are left out, though they spend nothing.
            if self.is_priced(space) {
                let sum = of_plans + of_packages + of_overage;
                // What was charged before the window may be given back in it.
                spent.push(sum.max(0.0));
            }
        }
        let total = plans + packages + overage;
        let needed = [plans, packages, overage].iter().any(|&it| it != 0.0);
        spent.sort_by(f64::total_cmp);
        // Ranks are those of whole numbers.
        let ranks: Vec<u64> = (0..spent.len() as u64).collect();
        let rank = |per_mille| quantile(&ranks, per_mille).map(|rank| spent[rank as usize]);
        for (name, value) in [
            ("earned.plans", Some(plans)),
            ("earned.packages", Some(packages)),
            ("earned.overage", Some(overage)),
            ("earned.total", Some(total)),
            ("spent_per_workspace.mean", Some(total / self.spaces.len() as f64)),
            ("spent_per_workspace.p50", rank(500)),
            ("spent_per_workspace.p90", rank(900)),
            ("spent_per_workspace.p99", rank(990)),
            ("spent_per_workspace.max", rank(1_000)),
        ] {
            figures.insert(name.to_owned(), Figure { value, needed });
        }
    }

    /// Whether anything has a price that a workspace could pay.
    fn is_priced(&self, space: &Space) -> bool {
        let group = &self.scenario.groups[space.group];
        let orders = |it: &Occurrence| matches!(it.action, Action::BuyPackage(..));
        let recorded = |it: &Space| {
            it.group == space.group
                && it.deeds.iter().any(|it| matches!(it.deed, Deed::Bought { .. }))
        };
        let buys = group.buying.is_some()
            || group.timeline.iter().any(orders)
            || self.record.spaces.iter().any(recorded);
        let packages = self.scenario.packages.iter().any(|it| it.price > Money::ZERO);
        let costs = |plan: &Plan| {
            let credits = plan.credits.as_ref();
            plan.price.is_some() || credits.is_some_and(|it| it.overage_price > Money::ZERO)
        };
        buys && packages || group.plans.iter().any(|it| costs(&it.plan))
    }

    /// What a workspace paid for its plans: of each period's price the part of the period that it
    /// had the plan for, inside the window.
    fn for_plans(&self, space: &Space) -> f64 {
        let ends = space.stays[1..].iter().map(|it| it.at).chain([self.until]);
        let mut sum = 0.0;
        for (stay, end) in space.stays.iter().zip(ends) {
            let Some(plan) = stay.plan else { continue };
            let Some(price) = self.scenario.groups[space.group].plans[plan].plan.price else {
                continue;
            };
            let seats = if price.per == Per::Seat { space.seats as f64 } else { 1.0 };
            let (from, to) = (stay.at.max(self.from), end.min(self.until));
            let (from, to) = (i128::from(from), i128::from(to));
            let mut periods = instants(price.every, self.scenario.start, stay.anchor).peekable();
            while let Some(begin) = periods.next().filter(|&begin| begin < to) {
                let next = *periods.peek().expect("it goes on for ever");
                let part = (next.min(to) - begin.max(from)).max(0) as f64;
                sum += price.amount.as_f64() * seats * part / (next - begin) as f64;
            }
        }
        sum
    }

    pub(super) fn alerts(&self, figures: &mut BTreeMap<String, Figure>) {
        let groups = self.spaces().map(|space| &self.scenario.groups[space.group]);
        let levels: Vec<Share> = groups.flat_map(|group| group.alerts.clone()).collect();
        for level in levels {
            let own = self
                .spaces()
                .filter(|space| self.scenario.groups[space.group].alerts.contains(&level));
            let told: Vec<u64> = own.filter_map(|space| told(space, self.until, level)).collect();
            let value = mean(&told).map(|mean| mean / 1e9);
            put(figures, &format!("alerts.time{{level={level}}}"), value);
        }
    }
}

/// When such a share of what a period's pool held was used for the first time.
fn told(space: &Space, until: u64, level: Share) -> Option<u64> {
    let deeds = space.booked(until);
    let reached = |place: &usize| {
        let pool = Pool::after(&deeds[..=*place], &space.packages);
        let whole = pool.used + pool.balance();
        pool.is_counted()
            && whole > 0
            && pool.used * 1_000_000_000 >= whole * i128::from(level.billionths())
    };
    (0..deeds.len()).find(reached).map(|place| deeds[place].at)
}
