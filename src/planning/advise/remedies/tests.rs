//! What applies to a case, and in which strengths.

use super::*;
use crate::scenario::parse;

/// Four plans, of which two are on sale at one number of slots, and one is a trial.
const YAML: &str =
    "{ limitlab: 1, name: small, duration: 30d, packages: { few: { credits: 300, price: 3.00 } },
    plans: {
        one: { active_agents: 1, credits: { included: 100 }, price: { amount: 5 },
            fair_use: [{ name: rate, token_bucket: { rate: 30/h, burst: 12 } }] },
        dear: { active_agents: 5, credits: { included: 900 }, price: { amount: 60 },
            fair_use: [{ name: rate, token_bucket: { rate: 1/min, burst: 12 } }] },
        five: { active_agents: 5, credits: { included: 400 }, price: { amount: 20 } },
        free: { active_agents: 2, credits: { included: 150 } },
        trial: { active_agents: 4, trial: 14d } },
    workspaces: [{ group: shops, count: 9, plan: { one: 60%, dear: 40% },
        agents: [
            { name: sales, count: 3, traffic: { rate: 1/h }, share: 60% },
            { name: idle, count: 2, activity: { draft: 1d }, start: draft },
            { name: help, traffic: { rate: 1/d } }],
        features: [{ name: search, share: { at_least: 5%, at_most: 10% } }],
        fair_use: [{ name: own, fixed_window: { limit: 3, per: 1m } },
            { name: flight, scope: agent, concurrency: { limit: 1 } }] }],
    fair_use: [{ name: fleet, leaky_bucket: { rate: 7/min, burst: 2 } }],
    backend: { servers: 12, service_time: 1s, queue: { limit: 1 } } }";

/// Each strength of a kind, in words and as it is set, against a reason that both plans are hit by.
fn levels(yaml: &str, reason: Reason, limiter: Option<&str>, kind: RemedyKind) -> Vec<String> {
    let scenario = parse("small.yaml", yaml, &[]).unwrap();
    let case = Case {
        scenario: &scenario,
        group: &scenario.groups[0],
        reason,
        limiter,
        plans: vec![0, 1],
    };
    let found = candidates(&case).into_iter().filter(|it| it.kind == kind);
    let levels: Vec<Level> = found.flat_map(|it| it.levels).collect();
    for level in &levels {
        let set: Vec<crate::scenario::Override> =
            level.set.iter().map(crate::scenario::Override::set).collect();
        let changed = parse("small.yaml", yaml, &set).unwrap();
        assert_ne!(changed.sha256, scenario.sha256, "{level:?} changes nothing");
    }
    levels.into_iter().map(|it| format!("{}: {}", it.what, it.set.join(" "))).collect()
}

#[test]
fn plans_further_up_come_by_what_they_have_of_the_limit_the_cheapest_first() {
    let up = |reason| levels(YAML, reason, None, RemedyKind::UpgradePlan);
    assert_eq!(
        up(Reason::ActiveAgentLimit),
        [
            "upgrade one to free: workspaces.shops.plan={ free: 60%, dear: 40% }",
            "upgrade one to five: workspaces.shops.plan={ five: 60%, dear: 40% }",
        ]
    );
    assert_eq!(
        up(Reason::CreditsExhausted),
        [
            "upgrade one to free: workspaces.shops.plan={ free: 60%, dear: 40% }",
            "upgrade one to five: workspaces.shops.plan={ five: 60%, dear: 40% }",
            "upgrade one to dear: workspaces.shops.plan=dear",
        ]
    );
    // Who is on the second plan of three cannot stay there when the first is to be the third.
    let three = YAML.replace("{ one: 60%, dear: 40% }", "{ one: 50%, dear: 30%, five: 20% }");
    assert_eq!(
        levels(&three, Reason::ActiveAgentLimit, None, RemedyKind::UpgradePlan),
        ["upgrade one to free: workspaces.shops.plan={ free: 50%, dear: 30%, five: 20% }"]
    );
    // Of limiters that stand in the plans; who has none of the name has no such limit.
    let rate = levels(YAML, Reason::RateLimited, Some("rate"), RemedyKind::UpgradePlan);
    assert_eq!(
        rate,
        [
            "upgrade one to dear, dear to five: workspaces.shops.plan={ dear: 60%, five: 40% }",
            "upgrade one to five, dear to five: workspaces.shops.plan=five",
        ]
    );
    assert!(levels(YAML, Reason::RateLimited, Some("own"), RemedyKind::UpgradePlan).is_empty());
    assert!(up(Reason::WorkspaceAgentLimit).is_empty());
    assert!(up(Reason::Overloaded).is_empty());
    let by_plan = YAML.replace("queue: { limit: 1 }", "queue: { limit: 1, discipline: priority }");
    let by_plan = by_plan.replace("one: {", "one: { priority: 3,");
    let up = levels(&by_plan, Reason::Overloaded, None, RemedyKind::UpgradePlan);
    assert_eq!(up, ["upgrade one to five: workspaces.shops.plan={ five: 60%, dear: 40% }"]);
}

#[test]
fn packages_are_bought_when_credits_run_out_and_on_top_of_what_is_bought() {
    let bought = |yaml: &str| levels(yaml, Reason::CreditsExhausted, None, RemedyKind::BuyPackages);
    let first = &bought(YAML)[0];
    assert_eq!(
        first,
        "buy up to 1 `few` a period: workspaces.shops.packages={ name: few, \
         auto_buy: { on_refusal: true, at_most: 1 per period } }"
    );
    let buys = |auto: &str| {
        let packages =
            format!("plan: {{ one: 60%, dear: 40% }}, packages: {{ name: few, {auto} }},");
        YAML.replace("plan: { one: 60%, dear: 40% },", &packages)
    };
    let more = bought(&buys(
        "at_start: 2, auto_buy: { below: 5%, on_refusal: true, at_most: 3 per period }",
    ));
    assert_eq!(
        more[0],
        "buy up to 4 `few` a period, not 3: workspaces.shops.packages.auto_buy={ below: 5%, \
         on_refusal: true, at_most: 4 per period }"
    );
    assert!(bought(&buys("auto_buy: { on_refusal: true }")).is_empty());
    assert!(levels(YAML, Reason::ShareExhausted, None, RemedyKind::BuyPackages).is_empty());
}

#[test]
fn the_least_used_agents_go_first_and_one_stays() {
    let fewer = levels(YAML, Reason::ActiveAgentLimit, None, RemedyKind::DisableAgents);
    assert_eq!(
        fewer,
        [
            "disable 1 agent: 1 of `idle`: workspaces.shops.agents.idle.count=1",
            "disable 2 agents: 2 of `idle`: workspaces.shops.agents.idle.start=draft \
             workspaces.shops.agents.idle.activity.draft=31d",
            "disable 3 agents: 2 of `idle`, 1 of `help`: workspaces.shops.agents.idle.start=draft \
             workspaces.shops.agents.idle.activity.draft=31d workspaces.shops.agents.help.start=draft",
            "disable 4 agents: 2 of `idle`, 1 of `help`, 1 of `sales`: \
             workspaces.shops.agents.idle.start=draft workspaces.shops.agents.idle.activity.draft=31d \
             workspaces.shops.agents.help.start=draft workspaces.shops.agents.sales.count=2",
            "disable 5 agents: 2 of `idle`, 1 of `help`, 2 of `sales`: \
             workspaces.shops.agents.idle.start=draft workspaces.shops.agents.idle.activity.draft=31d \
             workspaces.shops.agents.help.start=draft workspaces.shops.agents.sales.count=1",
        ]
    );
    let kind = RemedyKind::DisableAgents;
    assert_eq!(levels(YAML, Reason::RateLimited, Some("own"), kind).len(), 5);
    assert!(levels(YAML, Reason::ConcurrencyLimited, Some("flight"), kind).is_empty());
    assert!(levels(YAML, Reason::Overloaded, None, kind).is_empty());
}

#[test]
fn a_limiter_is_raised_where_it_stands() {
    let raised = |reason, name| levels(YAML, reason, Some(name), RemedyKind::RaiseLimiter);
    let rate = raised(Reason::RateLimited, "rate");
    assert_eq!(rate.len(), 9);
    assert_eq!(
        rate[0],
        "raise `rate` to 1.25x: plans.one.fair_use.rate.token_bucket.rate=900/d \
         plans.one.fair_use.rate.token_bucket.burst=15 \
         plans.dear.fair_use.rate.token_bucket.rate=75/h \
         plans.dear.fair_use.rate.token_bucket.burst=15"
    );
    let own = raised(Reason::RateLimited, "own");
    assert_eq!(own[0], "raise `own` to 4: workspaces.shops.fair_use.own.fixed_window.limit=4");
    // One and a quarter of 1 is 2, and so is one and a half: the lower factor is enough said.
    let flight = raised(Reason::ConcurrencyLimited, "flight");
    assert_eq!(flight.len(), 7);
    assert_eq!(
        flight[1],
        "raise `flight` to 3: workspaces.shops.fair_use.flight.concurrency.limit=3"
    );
    let fleet = raised(Reason::RateLimited, "fleet");
    assert_eq!(
        fleet[2],
        "raise `fleet` to 2x: fair_use.fleet.leaky_bucket.rate=14/min fair_use.fleet.leaky_bucket.burst=4"
    );
    assert!(raised(Reason::RateLimited, "client_throttling").is_empty());
}

#[test]
fn plans_and_shares_are_raised_by_what_refused() {
    let slots = levels(YAML, Reason::ActiveAgentLimit, None, RemedyKind::RaiseSlots);
    assert_eq!(slots.len(), 5);
    assert_eq!(
        slots[1],
        "3 slots on one instead of 1, 6 slots on dear instead of 5: \
         plans.one.active_agents=3 plans.dear.active_agents=6"
    );
    let total = levels(YAML, Reason::WorkspaceAgentLimit, None, RemedyKind::RaiseTotalAgents);
    assert!(total[0].ends_with("plans.one.total_agents=625 plans.dear.total_agents=625"));
    let credits = levels(YAML, Reason::CreditsExhausted, None, RemedyKind::RaiseCredits);
    assert_eq!(
        credits[1],
        "include 1.5x the credits on one, dear: plans.one.credits.included=150 \
         plans.dear.credits.included=1350"
    );
    let share = levels(YAML, Reason::ShareExhausted, None, RemedyKind::RaiseShare);
    assert_eq!(
        share[2],
        "a share of 100% for `sales` instead of 60%, 20% for `search` instead of 10%: \
         workspaces.shops.agents.sales.share=100% \
         workspaces.shops.features.search.share={ at_least: 5%, at_most: 20% }"
    );
    let servers = levels(YAML, Reason::Overloaded, None, RemedyKind::AddServers);
    assert_eq!(servers[0], "13 servers instead of 12: backend.servers=13");
    assert!(servers.last().unwrap().starts_with("132 servers"));
}

#[test]
fn renewals_are_spread_where_they_matter() {
    let kind = RemedyKind::SpreadRenewals;
    let spread = |yaml: &str, reason, limiter| !levels(yaml, reason, limiter, kind).is_empty();
    assert!(spread(YAML, Reason::Overloaded, None));
    assert!(spread(YAML, Reason::RateLimited, Some("fleet")));
    assert!(!spread(YAML, Reason::RateLimited, Some("own")));
    // A pool that begins full and renews soon after would seem to help.
    assert!(!spread(YAML, Reason::CreditsExhausted, None));
    let warm = YAML.replace("duration: 30d", "duration: 90d, warm_up: 31d");
    assert!(spread(&warm, Reason::CreditsExhausted, None));
    let staggered = YAML.replace("count: 9,", "count: 9, billing_anchor: staggered,");
    assert!(!spread(&staggered, Reason::Overloaded, None));
    let alone = YAML.replace("count: 9,", "count: 1,");
    assert!(!spread(&alone, Reason::Overloaded, None));
}
