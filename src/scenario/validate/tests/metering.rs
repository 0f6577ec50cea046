//! Plans, packages and the lines that draw on a pool.

use super::valid;
use crate::random::Distribution;
use crate::rules::limiter::OnExceed;
use crate::rules::limiter::Quota;
use crate::rules::{
    Allowance, Anchor, Below, CarryOver, Cycle, OnDowngrade, Overage, OverageEnd, Package, Per,
    Plan, Price, ShareTerms,
};
use crate::scenario::{BillingAnchor, Group, Scenario};
use crate::units::{Credits, Rate, Share, SimSpan};
use crate::workload::{AutoBuy, Buying, ByHand, Churn, LineKind, OnRefused};

/// A scenario whose plans and group have so much more than a small one has.
fn scenario(top: &str, plan: &str, group: &str) -> Scenario {
    valid(&format!(
        "{{ limitlab: 1, name: x, duration: 60d, start: 2026-02-10T12:00:00Z, {top}
        plans: {{ pro: {{ {plan} }}, partner: {{}} }},
        workspaces: [{{ group: shops, {group} }}] }}"
    ))
}

fn plan(written: &str) -> Plan {
    let scenario = scenario("", written, "plan: pro, agents: [{ name: sales }]");
    scenario.groups[0].plans[0].plan.clone()
}

fn allowance(written: &str) -> Allowance {
    plan(&format!("credits: {{ included: 1_250, {written} }}")).credits.unwrap()
}

fn group(written: &str) -> Group {
    let packages = "packages: { big: { credits: 9 }, small: { credits: 5 } },";
    let group = format!("plan: {{ partner: 50%, pro: 50% }}, {written}");
    scenario(packages, "credits: { included: 10 }", &group).groups.remove(0)
}

fn share(text: &str) -> Share {
    text.parse().unwrap()
}

#[test]
fn a_plan_has_a_trial_and_a_price() {
    let read = plan("trial: 14d, price: { amount: 25.00 }");
    let price = |per, every| Price { amount: "25".parse().unwrap(), per, every };
    assert_eq!(read.trial, Some(SimSpan::DAY.times(14)));
    assert_eq!(read.price, Some(price(Per::Workspace, Cycle::Monthly)));
    let read = plan("price: { per: seat, amount: 25, every: 30d }");
    assert_eq!(read.price, Some(price(Per::Seat, Cycle::Every(SimSpan::DAY.times(30)))));
    assert_eq!((read.trial, read.credits), (None, None));
}

#[test]
fn credits_are_read_with_all_their_terms() {
    let default = Allowance::new(Credits::whole(1_250), Cycle::Monthly);
    assert_eq!(allowance(""), default);
    let written_out = "per: workspace, renews: monthly, anchor: subscription, carry_over: none, \
                       overage: refuse, priority: 1";
    assert_eq!(allowance(written_out), default);
    let read = allowance(
        "per: seat, renews: 30d, anchor: purchase, carry_over: all, overage: unlimited, \
         overage_price: 0.002, priority: 1_000",
    );
    let expected = Allowance {
        included: Credits::whole(1_250),
        per: Per::Seat,
        renews: Cycle::Every(SimSpan::DAY.times(30)),
        anchor: Anchor::Purchase,
        carry_over: CarryOver::All,
        overage: Overage::Unlimited,
        on_exceed: OnExceed::Refuse,
        overage_price: "0.002".parse().unwrap(),
        priority: 1_000,
    };
    assert_eq!(read, expected);
    let carried = allowance("carry_over: { up_to: 1_250 }").carry_over;
    assert_eq!(carried, CarryOver::UpTo(Credits::whole(1_250)));
    for (written, at_renewal) in [
        ("", OverageEnd::Forgive),
        (", at_renewal: forgive", OverageEnd::Forgive),
        (", at_renewal: deduct", OverageEnd::Deduct),
    ] {
        let overage = Overage::UpTo { share: share("10%"), at_renewal };
        assert_eq!(allowance(&format!("overage: {{ up_to: 10%{written} }}")).overage, overage);
    }
}

#[test]
fn anchors_on_the_calendar_are_instants() {
    let fixed = |instant: &str| Anchor::Fixed(instant.parse().unwrap());
    for (written, anchor) in [
        ("anchor: 15", fixed("2026-01-15T00:00:00Z")),
        ("anchor: 31, renews: monthly", fixed("2026-01-31T00:00:00Z")),
        ("anchor: 2026-06-15", fixed("2026-06-15T00:00:00Z")),
        ("anchor: 2025-12-31, renews: 7d", fixed("2025-12-31T00:00:00Z")),
    ] {
        assert_eq!(allowance(written).anchor, anchor, "{written}");
    }
}

#[test]
fn packages_have_their_terms() {
    let packages = "packages: { small: { credits: 5_000 }, big: { credits: 0.5, period: 30d, \
                    renews: true, price: 10.00, priority: 7 } },";
    let small = Package {
        name: "small".to_owned(),
        credits: Credits::whole(5_000),
        valid: None,
        renews: false,
        price: "0".parse().unwrap(),
        priority: 1,
    };
    let big = Package {
        name: "big".to_owned(),
        credits: Credits::from_thousandths(500),
        valid: Some(SimSpan::DAY.times(30)),
        renews: true,
        price: "10".parse().unwrap(),
        priority: 7,
    };
    let read = scenario(packages, "", "agents: [{ name: sales }]").packages;
    assert_eq!(read, [small, big]);
}

#[test]
fn a_mix_is_in_the_order_written() {
    let group = group("agents: [{ name: sales }]");
    let names: Vec<&str> = group.plans.iter().map(|offer| offer.plan.name.as_str()).collect();
    assert_eq!(names, ["partner", "pro"]);
    assert_eq!(group.mix, [(0, share("50%")), (1, share("50%"))]);
    let thirds = "plan: { unlimited: 33.3333333%, pro: 66.6666667% }, agents: [{ name: sales }]";
    let group = scenario("", "", thirds).groups.remove(0);
    assert_eq!((group.plans[0].plan.name.as_str(), group.mix.len()), ("unlimited", 2));
}

#[test]
fn limits_of_one_name_stand_in_two_plans() {
    let burst = |rate: &str| {
        format!("fair_use: [{{ name: burst, token_bucket: {{ rate: {rate}, burst: 5 }} }}]")
    };
    let text = format!(
        "{{ limitlab: 1, name: x, duration: 60d,
        plans: {{ a: {{ {} }}, b: {{ {} }} }},
        workspaces: [{{ group: shops, plan: {{ a: 1%, b: 99% }}, agents: [{{ name: x }}],
            fair_use: [{{ name: own, concurrency: {{ limit: 4 }} }}] }}] }}",
        burst("1/s"),
        burst("9/s")
    );
    let group = valid(&text).groups.remove(0);
    let names: Vec<&str> = group.throttles.iter().map(|limit| limit.name.as_str()).collect();
    assert_eq!(names, ["burst", "burst", "own"]);
    assert_eq!(group.plans[0].throttles, [0, 2]);
    assert_eq!(group.plans[1].throttles, [1, 2]);
    let Quota::TokenBucket { rate, .. } = group.throttles[1].quota else { panic!("a bucket") };
    assert_eq!(rate, Rate::new(9, SimSpan::SECOND));
}

#[test]
fn a_group_says_when_it_renews_and_who_goes() {
    let agents = "agents: [{ name: sales }]";
    let read = |top: &str, group: &str| {
        let group = scenario(top, "", &format!("{group} {agents}")).groups.remove(0);
        (group.billing_anchor, group.on_downgrade)
    };
    let same = BillingAnchor::SameInstant;
    assert_eq!(read("", ""), (same, OnDowngrade::NewestOffline));
    let top = "on_downgrade: oldest_offline,";
    assert_eq!(read(top, ""), (same, OnDowngrade::OldestOffline));
    let both = read(top, "on_downgrade: keep_until_disabled, billing_anchor: staggered,");
    assert_eq!(both, (BillingAnchor::Staggered, OnDowngrade::KeepUntilDisabled));
    let newest = read(top, "on_downgrade: newest_offline, billing_anchor: same_instant,");
    assert_eq!(newest, (same, OnDowngrade::NewestOffline));
}

#[test]
fn packages_are_bought_in_three_ways() {
    let bought = |written: &str| {
        let text = format!("packages: {{ name: small, {written} }}, agents: [{{ name: sales }}]");
        group(&text).buying.unwrap()
    };
    let nothing = Buying { package: 1, at_start: 0, auto: None, by_hand: None };
    assert_eq!(bought("at_start: 2"), Buying { at_start: 2, ..nothing.clone() });
    let auto = bought("auto_buy: { below: 5%, on_refusal: false, at_most: 3 per period }").auto;
    let below = Some(Below::Share(share("5%")));
    assert_eq!(auto, Some(AutoBuy { below, on_refusal: false, at_most: Some(3) }));
    let auto = bought("auto_buy: { below: 500 }").auto.unwrap();
    assert_eq!(auto.below, Some(Below::Amount(Credits::whole(500))));
    let auto = bought("auto_buy: { on_refusal: true }").auto;
    assert_eq!(auto, Some(AutoBuy { below: None, on_refusal: true, at_most: None }));
    let by_hand = bought("by_hand: { after: { exponential: 4h }, at_most: 1 per period }").by_hand;
    let after = Distribution::Exponential { mean: 4.0 * 3_600e9 };
    assert_eq!(by_hand, Some(ByHand { after, at_most: Some(1) }));
}

#[test]
fn alerts_ascend() {
    let group = group("alerts: [95%, 80%, 100%], agents: [{ name: sales }]");
    assert_eq!(group.alerts, [share("80%"), share("95%"), share("100%")]);
}

#[test]
fn agents_and_features_have_shares() {
    let group = group(
        "agents: [
            { name: a, share: 20% },
            { name: b, count: 3, share: { at_least: 10%, at_most: 30% } },
            { name: c, share: { at_least: 1% } },
            { name: d, share: { at_most: 1% } },
            { name: e }],
        features: [
            { name: rewriter, traffic: { rate: 3/d }, cost: 2, share: 30% },
            { name: idle }]",
    );
    let shares: Vec<Option<ShareTerms>> = group.lines.iter().map(|line| line.share).collect();
    let terms = |least: &str, most: &str| {
        Some(ShareTerms { at_least: share(least), at_most: Some(share(most)) })
    };
    let expected = [
        terms("0%", "20%"),
        terms("10%", "30%"),
        Some(ShareTerms { at_least: share("1%"), at_most: None }),
        terms("0%", "1%"),
        None,
        terms("0%", "30%"),
        None,
    ];
    assert_eq!(shares, expected);
    let rewriter = &group.lines[5];
    assert_eq!((rewriter.kind, rewriter.count), (LineKind::Feature, 1));
    assert_eq!(rewriter.cost, Distribution::Constant(2_000.0));
    assert!(rewriter.traffic.is_some() && group.lines[6].traffic.is_none());
    assert_eq!(group.agents(), 7);
}

#[test]
fn agents_come_and_go_and_wait() {
    let group = group(
        "agents: [
            { name: a, count: 0, churn: { create: 2/d, delete_after: { exponential: 30d } } },
            { name: b, churn: { delete_after: 1d } },
            { name: c, activity: { active: 1h, on_refused: wait_for_slot } }]",
    );
    let churn = Churn {
        create: Some(Rate::new(2, SimSpan::DAY)),
        delete_after: Some(Distribution::Exponential { mean: 30.0 * 86_400e9 }),
    };
    assert_eq!((group.lines[0].count, group.lines[0].churn.as_ref()), (0, Some(&churn)));
    assert_eq!(group.lines[1].churn.as_ref().unwrap().create, None);
    let activity = group.lines[2].activity.as_ref().unwrap();
    assert_eq!(activity.on_refused, OnRefused::WaitForSlot);
}
