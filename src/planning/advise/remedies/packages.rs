//! Packages of credits that workspaces buy when theirs run out.

use super::{Candidate, Case, Level, Search};
use crate::planning::advise::levels::counts;
use crate::planning::advise::model::RemedyKind;
use crate::rules::{Below, Package, Reason};
use crate::units::Money;
use crate::workload::AutoBuy;

/// The most packages that a workspace may need in a period.
const MOST: u32 = 1_000;

/// So many packages in a period of the plan's credits, bought when a message cannot be paid: a candidate
/// for each package that can be bought. A group that buys already goes on with what it buys, and buys
/// more of it.
///
/// A share of an agent or a feature is of the included credits, so that no package adds to it.
pub(super) fn packages(case: &Case<'_>) -> Vec<Candidate> {
    let counts_credits = case.plans_hit().any(|plan| plan.credits.is_some());
    if case.reason != Reason::CreditsExhausted || !counts_credits {
        return Vec::new();
    }
    let offered = case.scenario.packages.iter().enumerate();
    let buying = case.group.buying.as_ref();
    offered
        .filter(|(place, _)| buying.is_none_or(|it| it.package == *place))
        .map(|(_, package)| Candidate {
            kind: RemedyKind::BuyPackages,
            search: Search::Lowest,
            levels: levels(case, package),
        })
        .collect()
}

fn levels(case: &Case<'_>, package: &Package) -> Vec<Level> {
    let buying = case.group.buying.as_ref();
    let auto = buying.and_then(|it| it.auto.as_ref());
    // Who buys as many as it takes when a message cannot be paid cannot buy more.
    let has_all = auto.is_some_and(|it| it.on_refusal && it.at_most.is_none());
    let already = match auto {
        Some(AutoBuy { on_refusal: true, at_most: Some(most), .. }) => *most,
        _ => 0,
    };
    let level = |number: u32| {
        let name = &package.name;
        let instead = if already > 0 { format!(", not {already}") } else { String::new() };
        let what = format!("buy up to {number} `{name}` a period{instead}");
        let below = match auto.and_then(|it| it.below.as_ref()) {
            Some(Below::Share(share)) => format!("below: {share}, "),
            Some(Below::Amount(amount)) => format!("below: {amount}, "),
            None => String::new(),
        };
        let auto = format!("{{ {below}on_refusal: true, at_most: {number} per period }}");
        // Who buys some already goes on with that, by hand too.
        let set = match buying {
            Some(_) => format!("{}={auto}", case.key("packages.auto_buy")),
            None => format!("{}={{ name: {name}, auto_buy: {auto} }}", case.key("packages")),
        };
        Level { what, set: vec![set], has_price: package.price > Money::ZERO, servers: 0 }
    };
    if has_all {
        return Vec::new();
    }
    counts(MOST).into_iter().filter(|&number| number > already).map(level).collect()
}
