//! Limits that bind always or never, and what changes nothing.

use super::*;

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

#[test]
fn a_lost_release_of_which_nothing_hangs_is_told() {
    let lost = |more: &str| {
        let faults = "enforcement: { faults: { lost_release: { share: 1% } }";
        plain(&format!("{faults}{more} }},"), "", "")
    };
    let told = "`lost_release` of enforcement changes nothing: no limit of attempts in flight is there, \
                and attempts are charged as they are admitted";
    assert_eq!(lost(""), [told]);
    assert_eq!(lost(", charge: on_complete"), Vec::<String>::new());
}
