//! Packages of credits, and who buys them.

use indexmap::IndexMap;

use super::super::at::{At, Findings};
use super::super::types::{self, Count};
use super::credits::{PRIORITIES, bounded_cycle};
use super::names::Names;
use super::numbers::{count, distribution};
use super::plans::Horizon;
use crate::rules::{Below, Package};
use crate::units::{Credits, Money};
use crate::workload::{AutoBuy, Buying, ByHand};

/// The most packages that are bought at once.
pub(super) const MOST_AT_ONCE: u64 = 10_000;

/// The packages that stand at `at`, and their names in the same order.
pub(super) fn packages(
    written: Option<&IndexMap<String, types::Package>>,
    horizon: Horizon,
    at: At<'_>,
    findings: &mut Findings,
) -> (Vec<Package>, Names) {
    let mut names = Names::default();
    if !at.is_sound() {
        names.set_incomplete();
    }
    let packages = written.into_iter().flatten().enumerate().map(|(index, (name, written))| {
        let (name_at, at) = at.entry(index);
        if let Err(error) = types::name(name) {
            findings.add(name_at, error.to_string());
        }
        names.add(name);
        package(name, written, horizon, at, findings)
    });
    (packages.collect(), names)
}

fn package(
    name: &str,
    written: &types::Package,
    horizon: Horizon,
    at: At<'_>,
    findings: &mut Findings,
) -> Package {
    if written.credits.0 == Credits::ZERO {
        findings.add(at.key("credits"), "`credits` must be above 0");
    }
    let valid = written.period.as_ref().and_then(|period| period.0);
    let renews = written.renews.as_ref().is_some_and(|flag| flag.0);
    if let Some(period) = valid {
        let at = at.key("period");
        if period.is_zero() {
            findings.add(at, "`period` must be above 0s");
        } else if renews {
            bounded_cycle("a package may renew", period, horizon.duration, at, findings);
        }
    }
    Package {
        name: name.to_owned(),
        credits: written.credits.0,
        valid,
        renews,
        price: written.price.as_ref().map_or(Money::ZERO, |price| price.0),
        priority: written.priority.as_ref().map_or(1, |priority| {
            count(priority, PRIORITIES, "`priority`", at.key("priority"), findings)
        }),
    }
}

/// How many packages are bought at once, at least `least`.
pub(super) fn bought_at_once(
    written: &Count,
    least: u64,
    what: &str,
    at: At<'_>,
    findings: &mut Findings,
) -> u32 {
    count(written, least..=MOST_AT_ONCE, what, at, findings)
}

/// What the workspaces of a group buy; `None` if that is at fault.
pub(super) fn buying(
    written: &types::Purchases,
    packages: &Names,
    at: At<'_>,
    findings: &mut Findings,
) -> Option<Buying> {
    packages.resolve(&written.name.0, "package", at.key("name"), findings);
    let at_start = written
        .at_start
        .as_ref()
        .map_or(0, |number| bought_at_once(number, 0, "`at_start`", at.key("at_start"), findings));
    let auto =
        written.auto_buy.as_ref().map(|written| auto_buy(written, at.key("auto_buy"), findings));
    let by_hand = written.by_hand.as_ref().map(|written| {
        let after = distribution(&written.after, at.key("by_hand").key("after"), findings);
        ByHand { after, at_most: written.at_most.as_ref().map(|most| most.0) }
    });
    let sound = ["at_start", "auto_buy", "by_hand"].iter().all(|key| at.key(key).is_sound());
    if at_start == 0 && auto.is_none() && by_hand.is_none() && sound {
        let hint = "give it `at_start`, `auto_buy` or `by_hand`";
        findings.add_with_hint(at, "`packages` buys nothing", hint);
    }
    Some(Buying { package: packages.place(&written.name.0)?, at_start, auto, by_hand })
}

fn auto_buy(written: &types::AutoBuy, at: At<'_>, findings: &mut Findings) -> AutoBuy {
    let below = written.below.as_ref().map(|below| below.0);
    let on_refusal = written.on_refusal.as_ref().is_some_and(|flag| flag.0);
    let nothing = match below {
        Some(Below::Share(share)) => share.billionths() == 0,
        Some(Below::Amount(amount)) => amount == Credits::ZERO,
        None => false,
    };
    let sound = at.key("below").is_sound() && at.key("on_refusal").is_sound();
    if nothing {
        findings.add(at.key("below"), "`below` must be above 0");
    } else if below.is_none() && !on_refusal && sound {
        findings.add(at, "`auto_buy` needs `below` or `on_refusal: true`");
    }
    AutoBuy { below, on_refusal, at_most: written.at_most.as_ref().map(|most| most.0) }
}
