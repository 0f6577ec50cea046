//! What random scenarios say of credits and packages.

use proptest::prelude::*;
use proptest::sample::select;

use super::scenarios::{Knobs, Law, law};

/// What a plan says of its credits.
#[derive(Debug, Clone)]
pub(super) struct Credits {
    included: u32,
    per: &'static str,
    /// After how many ticks it renews; 0 is monthly.
    renews: Option<u32>,
    /// `Err` is so much more than what is included.
    carry_over: Result<&'static str, u32>,
    overage: &'static str,
    priority: Option<u32>,
    anchor: &'static str,
    /// Of overage, where there is any.
    price: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub(super) struct Package {
    credits: &'static str,
    price: &'static str,
    /// Ticks; `None` is the plan's.
    period: Option<u32>,
    renews: bool,
    priority: u32,
}

/// What a group buys: the first or the last package.
#[derive(Debug, Clone)]
pub(super) struct Buying {
    last: bool,
    at_start: u32,
    below: Option<&'static str>,
    on_refusal: bool,
    at_most: Option<u32>,
    by_hand: Option<(Law, Option<u32>)>,
}

pub(super) fn credits() -> impl Strategy<Value = Credits> {
    let renews = prop_oneof![
        1 => Just(None),
        1 => Just(Some(0)),
        4 => (5..60_u32).prop_map(Some),
    ];
    let carry_over = prop_oneof![
        3 => Just(Ok("none")),
        1 => Just(Ok("all")),
        3 => (0..12_u32).prop_map(Err),
    ];
    let overage = select(vec![
        "refuse",
        "refuse",
        "refuse",
        "refuse",
        "unlimited",
        "{ up_to: 10% }",
        "{ up_to: 35%, at_renewal: forgive }",
        "{ up_to: 35%, at_renewal: deduct }",
        "{ up_to: 100%, at_renewal: deduct }",
    ]);
    let per = select(vec!["seat", "workspace"]);
    let priority = prop::option::weighted(0.5, 1..4_u32);
    let anchor = select(vec![
        "subscription",
        "subscription",
        "purchase",
        "2025-12-31",
        "2026-02-15",
        "1",
        "29",
        "31",
    ]);
    let price = prop::option::of(select(vec!["0.5", "3", "0.25"]));
    let main = (0..25_u32, per, renews, carry_over, overage, priority);
    (main, anchor, price).prop_map(
        |((included, per, renews, carry_over, overage, priority), anchor, price)| Credits {
            included,
            per,
            renews,
            carry_over,
            overage,
            priority,
            anchor,
            price,
        },
    )
}

pub(super) fn package() -> impl Strategy<Value = Package> {
    (
        select(vec!["1", "2", "3", "5", "8", "0.5"]),
        prop::option::of(1..40_u32),
        any::<bool>(),
        1..4_u32,
        select(vec!["0", "2.5", "10"]),
    )
        .prop_map(|(credits, period, renews, priority, price)| Package {
            credits,
            price,
            period,
            renews,
            priority,
        })
}

pub(super) fn buying() -> impl Strategy<Value = Buying> {
    (
        any::<bool>(),
        prop_oneof![2 => Just(0), 1 => 1..4_u32],
        prop::option::of(select(vec!["10%", "50%", "100%", "2", "0.5"])),
        any::<bool>(),
        prop::option::weighted(0.6, 1..4_u32),
        prop::option::weighted(0.3, (law(), prop::option::of(1..3_u32))),
    )
        .prop_map(|(last, at_start, below, on_refusal, at_most, by_hand)| Buying {
            last,
            at_start,
            below,
            on_refusal,
            at_most,
            by_hand,
        })
}

impl Credits {
    pub(super) fn is_monthly(&self) -> bool {
        self.renews == Some(0)
    }
}

impl Knobs {
    pub(super) fn credits(&self, of: &Credits) -> String {
        let renews = match of.renews {
            None => "never".to_owned(),
            Some(0) => "monthly".to_owned(),
            Some(ticks) => self.span(ticks),
        };
        let carry_over = match of.carry_over {
            Ok(word) => word.to_owned(),
            Err(more) => format!("{{ up_to: {} }}", of.included + more),
        };
        let priority = of.priority.map_or(String::new(), |it| format!(", priority: {it}"));
        // Days need months, dates need renewals.
        let anchor = match of.renews {
            None if of.anchor.contains('-') => "subscription",
            None | Some(1..) if of.anchor.len() < 3 => "subscription",
            _ => of.anchor,
        };
        let price = of.price.filter(|_| of.overage != "refuse");
        let price = price.map_or(String::new(), |it| format!(", overage_price: {it}"));
        format!(
            "{{ included: {}, per: {}, renews: {renews}, carry_over: {carry_over}, overage: {}\
             {priority}, anchor: {anchor}{price} }}",
            of.included, of.per, of.overage,
        )
    }

    /// The packages of the scenario.
    pub(super) fn packages(&self, packages: &[Package]) -> String {
        let mut text = String::from("packages:\n");
        for (number, it) in packages.iter().enumerate() {
            let period = it.period.map_or("plan".to_owned(), |ticks| self.span(ticks));
            text.extend([format!(
                "  pack{number}: {{ credits: {}, period: {period}, renews: {}, priority: {}, \
                 price: {} }}\n",
                it.credits, it.renews, it.priority, it.price,
            )]);
        }
        text
    }

    /// What a group buys of so many packages.
    pub(super) fn buying(&self, of: &Buying, packages: usize) -> String {
        let package = if of.last { packages - 1 } else { 0 };
        let per_period = |most: Option<u32>| {
            most.map_or(String::new(), |most| format!(", at_most: {most} per period"))
        };
        // Something has to be bought.
        let nobody = of.below.is_none() && !of.on_refusal;
        let at_start = if nobody { of.at_start.max(1) } else { of.at_start };
        let mut text = format!("{{ name: pack{package}, at_start: {at_start}");
        if !nobody {
            let below = of.below.map_or(String::new(), |below| format!(", below: {below}"));
            let most = per_period(of.at_most);
            text.extend([format!(", auto_buy: {{ on_refusal: {}{below}{most} }}", of.on_refusal)]);
        }
        if let Some((after, most)) = of.by_hand {
            let (after, most) = (self.law(after), per_period(most));
            text.extend([format!(", by_hand: {{ after: {after}{most} }}")]);
        }
        text + " }"
    }
}
