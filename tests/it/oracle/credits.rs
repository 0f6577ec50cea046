//! The oracle's books of credits.

use std::collections::BTreeMap;

use limitlab::rules::Overage;

use super::deeds::{Deed, Done};
use super::figures::{Figure, Scope, mean, put, quantile, ratio};
use super::pool::{Flows, Pool};
use super::record::Space;

/// The books of one workspace over the window, in thousandths and nanoseconds.
#[derive(Default)]
struct Books {
    opening: i128,
    flows: Flows,
    closing: i128,
    exhausted: i128,
    /// Time on plans that count credits.
    counted: i128,
    periods: i128,
    periods_zero: i128,
    periods_exhausted: i128,
}

impl<'a> Scope<'a> {
    pub(super) fn credits(&self, figures: &mut BTreeMap<String, Figure>) {
        let all: Vec<Books> = self.spaces().filter_map(|space| self.books(space)).collect();
        if all.is_empty() {
            return;
        }
        let sum = |of: fn(&Books) -> i128| all.iter().map(of).sum::<i128>();
        let came = sum(|it| it.opening + it.flows.granted + it.flows.purchased);
        assert_eq!(
            came,
            sum(|it| it.flows.consumed + it.flows.expired + it.closing),
            "the oracle's books"
        );
        for (name, of) in [
            ("opening", (|it| it.opening) as fn(&Books) -> i128),
            ("granted", |it| it.flows.granted),
            ("consumed", |it| it.flows.consumed),
            ("expired", |it| it.flows.expired),
            ("closing", |it| it.closing),
        ] {
            put(figures, &format!("credits.{name}"), ratio(sum(of), 1_000));
        }
        let groups = || self.scenario.groups.iter().enumerate();
        let mut own = groups().filter(|&(group, _)| self.group.is_none_or(|own| own == group));
        let overage = |it: &limitlab::scenario::Offer| {
            it.plan.credits.as_ref().is_some_and(|it| it.overage != Overage::Refuse)
        };
        if own.any(|(_, group)| group.plans.iter().any(overage)) {
            put(figures, "credits.overage", ratio(sum(|it| it.flows.overage), 1_000));
        }
        for (name, value) in [
            ("credits.purchased", ratio(sum(|it| it.flows.purchased), 1_000)),
            ("packages.bought", ratio(sum(|it| it.flows.bought), 1)),
            ("packages.renewed", ratio(sum(|it| it.flows.renewed), 1)),
        ] {
            let needed = sum(|it| it.flows.purchased) > 0;
            figures.insert(name.to_owned(), Figure { value, needed });
        }
        let time = sum(|it| it.counted);
        let periods = sum(|it| it.periods);
        for (name, value) in [
            ("exhausted.time_share", ratio(sum(|it| it.exhausted), time)),
            ("periods_zero.share", ratio(sum(|it| it.periods_zero), periods)),
            ("periods_exhausted.share", ratio(sum(|it| it.periods_exhausted), periods)),
            ("oversold.total", Some(0.0)),
            ("oversold.max", Some(0.0)),
        ] {
            put(figures, &format!("credits.{name}"), value);
        }
        self.first_times(figures, "credits.time_to_zero", zeros);
        self.first_times(figures, "credits.time_to_exhaustion", refusals);
    }

    /// When workspaces first came to something.
    fn first_times(
        &self,
        figures: &mut BTreeMap<String, Figure>,
        name: &str,
        of: fn(&Space, &[Done]) -> Vec<usize>,
    ) {
        let first = |space: &Space| {
            let deeds = space.booked(self.until);
            Some(deeds[*of(space, deeds).first()?].at)
        };
        let mut first: Vec<u64> = self.spaces().filter_map(first).collect();
        first.sort_unstable();
        put(figures, &format!("{name}.mean"), mean(&first).map(|mean| mean / 1e9));
        for (quantile_name, per_mille) in [("p5", 50), ("p50", 500), ("p95", 950)] {
            let value = quantile(&first, per_mille).map(|nanos| nanos as f64 / 1e9);
            put(figures, &format!("{name}.{quantile_name}"), value);
        }
    }

    fn books(&self, space: &'a Space) -> Option<Books> {
        if space.deeds.is_empty() {
            return None;
        }
        let (before, after) = (space.pool_before(self.from), space.pool_before(self.until));
        let since = |of: fn(&Flows) -> i128| of(&after.flows) - of(&before.flows);
        let mut books = Books {
            opening: before.balance(),
            closing: after.balance(),
            flows: Flows {
                granted: since(|it| it.granted),
                purchased: since(|it| it.purchased),
                consumed: since(|it| it.consumed),
                overage: since(|it| it.overage),
                expired: since(|it| it.expired),
                bought: since(|it| it.bought),
                renewed: since(|it| it.renewed),
                for_packages: 0,
                for_overage: 0,
            },
            ..Books::default()
        };
        let deeds = space.booked(self.until);
        let counted = counted(space, deeds);
        let (zeros, refusals) = (zeros(space, deeds), refusals(space, deeds));
        // A period begins with the plan's credits, or when they begin to be counted.
        let begins = |place: usize| {
            counted[place]
                && (place == 0
                    || !counted[place - 1]
                    || matches!(deeds[place].deed, Deed::Renewed(_) | Deed::Subscribed { .. }))
        };
        for begin in (0..deeds.len()).filter(|&place| begins(place)) {
            let is_end = |&place: &usize| begins(place) || !counted[place];
            let end = (begin + 1..deeds.len()).find(is_end).unwrap_or(deeds.len());
            let until = deeds.get(end).map_or(self.until, |it| it.at);
            if self.overlap(deeds[begin].at, until) > 0 {
                let is_own = |place: &usize| (begin..end).contains(place);
                books.periods += 1;
                books.periods_zero += i128::from(zeros.iter().any(is_own));
                books.periods_exhausted += i128::from(refusals.iter().any(is_own));
            }
        }
        for place in (0..deeds.len()).filter(|&place| counted[place]) {
            let until = deeds.get(place + 1).map_or(self.until, |it| it.at);
            books.counted += self.overlap(deeds[place].at, until);
        }
        let mut since = None;
        for done in deeds {
            match done.deed {
                Deed::Refused => since = since.or(Some(done.at)),
                Deed::Bought { .. }
                | Deed::Renewed(_)
                | Deed::Changed(_)
                | Deed::Subscribed { .. } => {
                    books.exhausted += since.take().map_or(0, |it| self.overlap(it, done.at));
                }
                Deed::Ended { anew: true, .. } => {
                    books.exhausted += since.take().map_or(0, |it| self.overlap(it, done.at));
                }
                _ => {}
            }
        }
        books.exhausted += since.map_or(0, |it| self.overlap(it, self.until));
        Some(books)
    }
}

/// Whether credits were counted after each deed.
fn counted(space: &Space, deeds: &[Done]) -> Vec<bool> {
    let after = |place: usize| Pool::after(&deeds[..=place], &space.packages);
    (0..deeds.len()).map(|place| after(place).is_counted()).collect()
}

/// The deeds that left a balance of zero while credits were counted, as places. Packages of the
/// start are there from the start.
fn zeros(space: &Space, deeds: &[Done]) -> Vec<usize> {
    let counted = counted(space, deeds);
    let balance = |place: usize| Pool::after(&deeds[..=place], &space.packages).balance();
    let after_start = deeds.iter().enumerate().skip(space.at_start);
    let touched = after_start.filter(|(_, it)| !matches!(it.deed, Deed::Refused));
    touched.map(|(place, _)| place).filter(|&place| counted[place] && balance(place) == 0).collect()
}

/// The refusals for want of credits, as places among the deeds.
fn refusals(_: &Space, deeds: &[Done]) -> Vec<usize> {
    let refused = deeds.iter().enumerate().filter(|(_, it)| matches!(it.deed, Deed::Refused));
    refused.map(|(place, _)| place).collect()
}
