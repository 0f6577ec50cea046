//! Each warning, and scenarios without any.

use super::super::{Override, parse};
use super::*;

const CALM: &str = "
limitlab: 1
name: calm
duration: 1d
plans:
  small: { active_agents: 2, total_agents: 10, credits: { included: 300 } }
workspaces:
  - group: shops
    count: 100
    plan: small
    agents: [{ name: sales, count: 2, traffic: { rate: 6/h }, activity: { active: 1h } }]
    fair_use: [{ name: burst, token_bucket: { rate: 1/min, burst: 5 } }]
backend: { servers: 10, service_time: 1s }
thresholds: [credits.consumed > 1]
";

fn warned(set: &[&str]) -> Vec<String> {
    let overrides: Vec<Override> = set.iter().copied().map(Override::set).collect();
    warnings(&parse("x.yaml", CALM, &overrides).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn a_calm_scenario_has_no_warnings() {
    assert_eq!(warned(&[]), Vec::<String>::new());
    assert_eq!(warned(&["plans.small.trial=1d"]), Vec::<String>::new());
    let subscribed = ["plans.small.trial=12h", "timeline=[{ at: 6h, subscribe: small }]"];
    assert_eq!(warned(&subscribed), Vec::<String>::new());
}

#[test]
fn plans_without_a_figure_are_named_where_credits_matter() {
    let two = "{ limitlab: 1, name: x, duration: 1d, plans: { a: {}, b: {} }, workspaces: [
        { group: one, plan: a, agents: [{ name: s, traffic: { rate: 1/h } }] },
        { group: two, plan: b, agents: [{ name: s, traffic: { rate: 1/h } }] },
        { group: free, agents: [{ name: s, traffic: { rate: 1/h } }] }] }";
    let groups = |set: &str| {
        let scenario = parse("x.yaml", two, &[Override::set(set)]).unwrap();
        let warned = warnings(&scenario);
        let named = warned.iter().filter(|text| text.contains("has no `credits`"));
        named.map(|text| text.split('`').nth(5).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(groups("seed=2").is_empty());
    assert_eq!(groups("plans.b.credits.included=9_000"), ["one"]);
    assert_eq!(groups("thresholds=['credits.consumed > 1']"), ["one", "two"]);
    assert_eq!(groups("thresholds=['credits.consumed{group=two} > 1']"), ["two"]);
}

/// That what is set makes each of these warnings.
fn assert_warned(cases: &[(&[&str], &str)]) {
    for &(set, warning) in cases {
        let warned = warned(set);
        assert!(warned.iter().any(|text| text.contains(warning)), "{set:?}: {warned:#?}");
    }
}

#[test]
fn limits_that_never_bind_and_thresholds_that_cannot_fail() {
    assert_warned(&[
        (
            &["workspaces.shops.agents.sales.activity={}", "plans.small.credits.included=200"],
            "the pool of a workspace in `shops` cannot last: 200 credits over 1d, and always active agents would use 288",
        ),
        (
            &["workspaces.shops.fair_use.burst.token_bucket={ rate: 1/s, burst: 50 }"],
            "the limit `burst` of `shops` never binds: a workspace gets 0.333% of its rate, and hardly ever 50 at once",
        ),
        (
            &[
                "backend.queue={}",
                "workspaces.shops.fair_use=[{ name: flight, concurrency: { limit: 2 } }]",
                "workspaces.shops.agents=[{ name: a, traffic: { closed: { users: 2, think: 1m } } }]",
            ],
            "the limit `flight` of `shops` never binds: at most 2 users wait for replies at once",
        ),
        (
            &["thresholds=['refusal.rate{reason=overloaded} < 1%']"],
            "`refusal.rate{reason=overloaded} < 1%` always holds: no backend has a `queue` with a `limit`",
        ),
        (
            &["thresholds=['refusal.rate{group=shops,reason=share_exhausted} > 1%']"],
            "always fails: no agent or feature has a `share` of the pool",
        ),
        (
            &["thresholds=['refusal.rate{reason=active_agent_limit} == 0']"],
            "always holds: no plan has fewer slots than there are agents",
        ),
    ]);
}

#[test]
fn each_warning_has_its_cause() {
    assert_warned(&[
        (&["workspaces.shops.count=10_000"], "the backend cannot keep up if nothing is"),
        (&["backend.scope=workspace", "backend.service_time=1h"], "of a workspace in `shops`"),
        (
            &["plans.small.credits.included=200"],
            "the pool of a workspace in `shops` may not last: 200 credits over 1d, and always active agents would use 288 (about 12 after slots and activity)",
        ),
        (
            &["workspaces.shops.agents.sales.cost={ pareto: { minimum: 1, shape: 1 } }"],
            "has no mean",
        ),
        (
            &["workspaces.shops.agents.sales.count=11"],
            "has 11 agents in each workspace, and its plan holds 10",
        ),
        (
            &["workspaces.shops.fair_use.burst.token_bucket.rate=1/h"],
            "the limit `burst` admits 1/h",
        ),
        (
            &[
                "workspaces.shops.agents.sales.activity.on_refused={ retry_every: 1ms }",
                "workspaces.shops.agents.sales.count=3",
            ],
            "find no slot try again every 1ms",
        ),
        (
            &["plans.bare={ active_agents: 2 }", "workspaces.shops.plan=bare"],
            "the plan `bare` has no `credits`, so none are counted in `shops`: give it a figure, such as `plans.bare.credits.included`",
        ),
        (
            &["plans.small.trial=12h"],
            "the trial `small` ends after 12h in every workspace of `shops` that is on it",
        ),
        (
            &[
                "plans.tiny={ credits: { included: 9 } }",
                "workspaces.shops.plan={ small: 80%, tiny: 20% }",
            ],
            "the pool of a workspace in `shops` on `tiny` cannot last: 9 credits over 1d, and always active agents would use 288 (about 12 after slots and activity)",
        ),
        (
            &["timeline=[{ at: 0s, for: 12h, share: 50%, traffic: 3x }]"],
            "always active agents would use 432",
        ),
        (&["workspaces.shops.plan=unlimited"], "no plan of these workspaces counts credits"),
        (&["workspaces.shops.agents=[{ name: idle }]"], "nobody writes to any agent"),
    ]);
}

/// Workspaces that would use 200 credits a day.
fn hungry(credits: &str, group: &str, rest: &str) -> Vec<String> {
    let text = format!(
        "{{ limitlab: 1, name: x, duration: 10d, {rest}
        plans: {{ p: {{ credits: {{ renews: 5d, {credits} }} }} }},
        packages: {{ small: {{ credits: 100 }},
            again: {{ credits: 100, period: 2d, renews: true }} }},
        workspaces: [{{ group: shops, plan: p, {group}
            agents: [{{ name: sales, traffic: {{ rate: 100/d }}, cost: 2 }}] }}] }}"
    );
    warnings(&parse("x.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn what_is_bought_and_overage_make_a_pool_last() {
    let none = "included: 500";
    for (credits, group) in [
        ("included: 1_000", ""),
        ("included: 500, overage: unlimited", ""),
        ("included: 500, overage: { up_to: 100% }", ""),
        ("included: 1_000, overage: { up_to: 10%, at_renewal: deduct }", ""),
        (none, "packages: { name: small, at_start: 10 },"),
        (none, "packages: { name: small, auto_buy: { below: 5%, at_most: 5 per period } },"),
        (none, "packages: { name: small, auto_buy: { below: 5% } },"),
        (none, "packages: { name: again, at_start: 2 },"),
        ("included: 0", "packages: { name: small, auto_buy: { on_refusal: true } },"),
        ("included: 0", "packages: { name: small, at_start: 1, auto_buy: { below: 50 } },"),
    ] {
        assert_eq!(hungry(credits, group, ""), Vec::<String>::new(), "{credits} {group}");
    }
    let twice = "timeline: [{ at: 4d, share: 50%, buy_package: { name: small, count: 20 } }],";
    assert_eq!(hungry(none, "", twice), Vec::<String>::new());
}

#[test]
fn a_pool_that_cannot_last_says_what_was_counted() {
    let told = |credits: &str, group: &str, counted: &str| {
        let expected = format!("the pool of a workspace in `shops` cannot last{counted}");
        let expected = format!("{expected}, and always active agents would use 2_000");
        assert_eq!(hungry(credits, group, ""), [expected], "{credits} {group}");
    };
    told("included: 500", "", ": 1_000 credits over 10d");
    told("included: 0", "packages: { name: small, at_start: 3 },", ": 300 credits over 10d");
    told(
        "included: 500",
        "packages: { name: small, at_start: 1, auto_buy: { below: 5%, at_most: 4 per period } },",
        ": 1_100 credits over 10d, up to 800 more of packages",
    );
    told(
        "included: 500, overage: { up_to: 10% }",
        "",
        ": 1_000 credits over 10d, up to 100 more of overage",
    );
    // What is deducted at the renewal was there before.
    told(
        "included: 500, overage: { up_to: 10%, at_renewal: deduct }",
        "",
        ": 1_000 credits over 10d, up to 50 more of overage",
    );
    told(
        "included: 500",
        "packages: { name: small, by_hand: { after: 1h } },",
        " unless somebody buys: 1_000 credits over 10d",
    );
    // Nothing is ever charged to an empty pool, so no charge leaves too little.
    told(
        "included: 0",
        "packages: { name: small, auto_buy: { below: 50 } },",
        ": 0 credits over 10d",
    );
}

#[test]
fn a_pool_that_may_not_last_says_what_was_counted_too() {
    // 24 h of 24 messages of 2 agents, each active for 2 h: 12 of 288 credits.
    let told = |set: &[&str], expected: &str| {
        let mut all = vec!["packages={ small: { credits: 5 } }"];
        all.extend(set);
        assert_eq!(warned(&all), [format!("the pool of a workspace in `shops` {expected}")]);
    };
    let active = "and always active agents would use 288 (about 12 after slots and activity)";
    told(
        &[
            "plans.small.credits={ included: 10, overage: { up_to: 30% } }",
            "workspaces.shops.packages={ name: small, by_hand: { after: 1h } }",
        ],
        &format!(
            "may not last unless somebody buys: 10 credits over 1d, up to 3 more of overage, \
             {active}"
        ),
    );
    told(
        &[
            "plans.small.credits={ included: 10, overage: { up_to: 10% } }",
            "workspaces.shops.packages={ name: small, by_hand: { after: 1h } }",
        ],
        &format!(
            "cannot last unless somebody buys: 10 credits over 1d, up to 1 more of overage, \
             {active}"
        ),
    );
}

#[test]
fn a_purchase_below_a_share_of_nothing_is_told() {
    let warned = hungry(
        "included: 0",
        "packages: { name: small, at_start: 20, auto_buy: { below: 20% } },",
        "",
    );
    assert_eq!(
        warned,
        ["`auto_buy` never buys in `shops`: 20% of the included credits is nothing where none \
          are included; write an amount, or `on_refusal: true`"]
    );
}

/// One group whose workspaces each get three messages a minute, with what else a scenario has.
fn plain(top: &str, group: &str, agents: &str) -> Vec<String> {
    let text = format!(
        "{{ limitlab: 1, name: x, duration: 1d, {top}
        workspaces: [{{ group: shops, count: 100, {group}
            agents: [{{ name: sales, count: 2, traffic: {{ rate: 90/h }}, {agents} }}] }}] }}"
    );
    warnings(&parse("x.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}")))
}

#[test]
fn limits_over_everybody_are_warned_of_too() {
    let over = |limit: &str| plain(&format!("fair_use: [{{ name: fleet, {limit} }}],"), "", "");
    for (limit, told) in [
        (
            "token_bucket: { rate: 1/h, burst: 1 }",
            "the limit `fleet` admits 1/h for all workspaces together, and customers write 18_000/h",
        ),
        (
            "fixed_window: { limit: 100, per: 10m }",
            "the limit `fleet` admits 100 in 10m for all workspaces together, and customers write \
             3_000 in 10m",
        ),
        (
            "scope: plan, leaky_bucket: { rate: 1/min, burst: 5 }",
            "the limit `fleet` admits 1/min for all workspaces on `unlimited` together, and \
             customers write 300/min",
        ),
        (
            "token_bucket: { rate: 1_000/s, burst: 1_000 }",
            "the limit `fleet` over everybody never binds: all workspaces together get 0.5% of its \
             rate, and hardly ever 1_000 at once",
        ),
        (
            "scope: plan, sliding_window: { limit: 1_000_000, per: 1h }",
            "the limit `fleet` over everybody never binds: all workspaces on a plan get at most \
             1.8% of what it admits, and hardly ever 1_000_000 in 1h",
        ),
        (
            "concurrency: { limit: 1 }",
            "the limit `fleet` over everybody never binds: without a `backend` every message is \
             answered in no time",
        ),
    ] {
        assert_eq!(over(limit), [told], "{limit}");
    }
    // What comes at the rate of a limit is hard to tell; what comes in a short run is not much.
    for limit in [
        "token_bucket: { rate: 6/s, burst: 50 }",
        "token_bucket: { rate: 1/h, burst: 1_000_000 }",
        "sliding_counter: { limit: 36_000, per: 1h }",
        "weight: credits, token_bucket: { rate: 1/h, burst: 1 }",
    ] {
        assert_eq!(over(limit), Vec::<String>::new(), "{limit}");
    }
    // What limits of the workspaces hold back does not come to one over everybody.
    let fleet = "fair_use: [{ name: fleet, token_bucket: { rate: 2/min, burst: 1 } }],";
    let own = "fair_use: [{ name: own, token_bucket: { rate: 1/h, burst: 1 } }],";
    assert_eq!(
        plain(fleet, own, ""),
        ["the limit `own` admits 1/h in each workspace of `shops`, and customers write 180/h"]
    );
}

#[test]
fn limits_of_all_kinds_and_scopes_are_warned_of() {
    let own = |limit: &str| plain("", &format!("fair_use: [{{ name: x, {limit} }}],"), "");
    for (limit, told) in [
        (
            "fixed_window: { limit: 1_000_000, per: 1h }",
            "the limit `x` of `shops` never binds: a workspace gets 0.018% of what it admits, and \
             hardly ever 1_000_000 in 1h",
        ),
        (
            "scope: agent, sliding_counter: { limit: 1_000, per: 1h }",
            "the limit `x` of `shops` never binds: an agent gets 9% of what it admits, and hardly \
             ever 1_000 in 1h",
        ),
        (
            "leaky_bucket: { rate: 1/s, burst: 60, delay: 29 }",
            "the limit `x` of `shops` never binds: a workspace gets 5% of its rate, and hardly \
             ever 30 at once",
        ),
        (
            "token_bucket: { rate: 1/s, burst: 60, refill_every: 1m }",
            "the limit `x` of `shops` never binds: a workspace gets 5% of its rate, and hardly \
             ever 60 at once",
        ),
        (
            "scope: agent, token_bucket: { rate: 1/min, burst: 5 }",
            "the limit `x` admits 1/min for each agent of `shops`, and customers write 1.5/min to \
             one",
        ),
    ] {
        assert_eq!(own(limit), [told], "{limit}");
    }
    for limit in [
        "fixed_window: { limit: 240, per: 1h }",
        "sliding_window: { limit: 2, per: 1s }",
        // Nobody is refused, and yet some wait.
        "leaky_bucket: { rate: 1/s, burst: 60 }",
        "token_bucket: { rate: 1/s, burst: 60, refill_every: 1h }",
    ] {
        let warned = own(limit);
        assert!(warned.iter().all(|it| !it.contains("never binds")), "{limit}: {warned:?}");
    }
    // Whoever is refused elsewhere may come back, and then others with them.
    let refuses = "fair_use: [{ name: x, fixed_window: { limit: 1_000_000, per: 1h } },
        { name: flight, concurrency: { limit: 1 } }],";
    let backend = "backend: { servers: 100, service_time: 1s },";
    assert_eq!(plain(backend, refuses, "retry: { max_attempts: 9 }"), Vec::<String>::new());
    assert_eq!(plain(backend, refuses, "").len(), 1);
}

#[test]
fn buckets_and_costs_that_do_not_fit_are_told() {
    let small =
        "fair_use: [{ name: x, token_bucket: { rate: 2/s, burst: 5, refill_every: 10s } }],";
    assert_eq!(
        plain("", small, ""),
        [
            "the limit `x` of `shops` has room for 5 of the 20 that come back every 10s: it admits 5 \
          in 10s, and not 2/s"
        ]
    );
    let small = small.replace("10s", "30m");
    assert_eq!(
        plain("", &small, ""),
        [
            "the limit `x` of `shops` has room for 5 of the 3_600 that come back every 30m: it \
             admits 5 in 30m, and not 2/s",
            "the limit `x` admits 5 in 30m in each workspace of `shops`, and customers write 90 in \
             30m",
        ]
    );
    let by_credits =
        "fair_use: [{ name: x, weight: credits, token_bucket: { rate: 99/s, burst: 5 } }],";
    let cost = |cost: &str| plain("", by_credits, &format!("cost: {{ {cost} }}"));
    assert_eq!(
        cost("uniform: { min: 0, max: 20 }"),
        [
            "about 75% of the messages to `sales` in `shops` can never pass the limit `x`: they cost \
          more than 5 credits, which is all that it admits at once"
        ]
    );
    assert_eq!(cost("uniform: { min: 0, max: 5 }"), Vec::<String>::new());
    assert_eq!(cost("exponential: 0.5"), Vec::<String>::new());
}

#[test]
fn shares_and_retries_that_do_nothing_are_told() {
    let top = "plans: { p: { credits: { included: 90_000 } } },";
    let share = |share: &str| plain(top, "plan: p,", &format!("share: {share}"));
    assert_eq!(
        share("0%"),
        ["`sales` in `shops` may use nothing of the pool, since its `share` is 0%: what costs \
          anything is refused"]
    );
    assert_eq!(
        share("{ at_least: 0% }"),
        ["the `share` of `sales` in `shops` changes nothing: it keeps 0% of the pool, and caps \
          nothing"]
    );
    assert_eq!(share("20%"), Vec::<String>::new());
    let limit = "fair_use: [{ name: x, token_bucket: { rate: 4/min, burst: 9 } }],";
    let retry = |keys: &str| plain("", limit, &format!("retry: {{ {keys} }}"));
    for (keys, why) in [
        ("max_attempts: 1", "`max_attempts` is 1, the first one"),
        ("max_attempts: 3, persistence: 0%", "`persistence` is 0%"),
        ("max_attempts: 3, budget: { share: 0% }", "the `share` of the `budget` is 0%"),
    ] {
        let told = format!("`sales` in `shops` has a `retry` by which nobody tries again: {why}");
        assert_eq!(retry(keys), [told]);
    }
    assert_eq!(retry("max_attempts: 2, budget: { share: 1% }"), Vec::<String>::new());
}

#[test]
fn backends_whose_order_or_shedding_changes_nothing_are_told() {
    let of = |backend: &str| plain(&format!("backend: {{ {backend} }},"), "", "");
    let busy = "servers: 8, service_time: 1s";
    for (backend, told) in [
        (
            format!(
                "{busy}, queue: {{ limit: 2 }}, shed: {{ codel: {{ target: 1s, interval: 9s }} }}"
            ),
            "nobody is shed by `codel`: it refuses only while more than one waits behind whoever is \
             served, and the queue has room for 2",
        ),
        (
            "servers: 8, service_time: { uniform: { min: 900ms, max: 1s } }, \
             shed: { aimd: { timeout: 800ms } }"
                .to_owned(),
            "every reply is bad to `aimd`, since it takes 900ms or more, and `timeout` is 800ms: the \
             limit falls to `min`, 1",
        ),
        (
            format!("{busy}, queue: {{ limit: 4 }}, shed: {{ aimd: {{ timeout: 9s }} }}"),
            "the limit of `aimd` begins at 20, and the servers and the queue have room for 12: until \
             it has fallen below that it refuses nobody",
        ),
    ] {
        assert_eq!(of(&backend), [told], "{backend}");
    }
    for backend in [
        "queue: { limit: 3 }, shed: { codel: { target: 1s, interval: 9s } }",
        "queue: { limit: 12 }, shed: { aimd: { timeout: 1s } }",
        "shed: { aimd: { timeout: 1s } }",
    ] {
        assert_eq!(of(&format!("{busy}, {backend}")), Vec::<String>::new(), "{backend}");
    }
    let alone = |discipline: &str, group: &str, agents: &str| {
        let backend = "backend: { scope: workspace, servers: 1, service_time: 1s, queue: {";
        let top = format!(
            "plans: {{ one: {{}}, two: {{ priority: 2 }} }}, {backend} discipline: {discipline} }} }},"
        );
        plain(&top, group, agents)
    };
    let mix = "plan: { one: 50%, two: 50% },";
    assert_eq!(
        alone("priority", mix, ""),
        [
            "the discipline of the backend changes nothing: all that wait are of one workspace, which is \
          on one plan"
        ]
    );
    assert_eq!(alone("fair", mix, "").len(), 1, "plans have a priority");
    let single = warnings(
        &parse(
            "x.yaml",
            "{ limitlab: 1, name: x, duration: 1d, workspaces: [{ group: shops, agents: [
                { name: sales, traffic: { rate: 90/h } }, { name: idle }] }],
            backend: { scope: workspace, servers: 1, service_time: 1s, queue: { discipline: fair } } }",
            &[],
        )
        .unwrap(),
    );
    assert_eq!(
        single,
        [
            "the discipline of the backend changes nothing: there is only one agent that is written to \
          in each workspace"
        ]
    );
}

#[test]
fn a_plan_that_nobody_is_on_is_told_with_what_was_meant() {
    assert_eq!(
        warned(&["plans.smal.active_agents=3", "plans.other={}"]),
        [
            "no workspace is ever on the plan `smal`, which no group and no entry names; did you \
             mean `small`?",
            "no workspace is ever on the plan `other`, which no group and no entry names",
        ]
    );
    let entry = "timeline=[{ at: 6h, set_plan: other }]";
    let told = warned(&["plans.other={ credits: { included: 900 } }", entry]);
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn slots_that_only_report_hold_nobody_back() {
    let short = |on_exceed: &str| {
        let plans = format!(
            "plans: {{ p: {{ active_agents: 1, on_exceed: {on_exceed}, credits: {{ included: 9 }} }} }},"
        );
        plain(&plans, "plan: p,", "")
    };
    let pool = "the pool of a workspace in `shops` cannot last: 9 credits over 1d, and always active \
                agents would use 4_320";
    assert_eq!(short("refuse"), [format!("{pool} (about 2_160 after slots and activity)")]);
    assert_eq!(short("report"), [pool]);
}
