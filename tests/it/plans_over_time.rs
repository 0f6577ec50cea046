//! Plans that change, pools that are counted for a while, and what is undone: case by case.

use limitlab::summary::Summary;

use crate::support::simulate;

/// A scenario of a few seconds with one group.
fn seconds(duration: u32, rest: &str) -> Summary {
    simulate(&format!("limitlab: 1\nname: plans\nduration: {duration}s\n{rest}"))
}

#[track_caller]
fn expect(summary: &Summary, metric: &str, value: f64) {
    let found = summary.value(metric).unwrap_or_else(|| panic!("{metric} is absent"));
    assert!(
        (found - value).abs() < 1e-9 * value.abs().max(1.0),
        "{metric} is {found}, not {value}"
    );
}

#[test]
fn of_plans_for_a_while_the_one_that_began_last_holds() {
    let earned = |timeline: &str, expected: f64| {
        let plans = "plans: { a: {}, b: { price: { per: workspace, amount: 1, every: 1s } }, \
                     c: { price: { per: workspace, amount: 100, every: 1s } } }";
        let group = "workspaces: [{ group: g, plan: a, agents: [{ name: x }] }]";
        let summary = seconds(100, &format!("{plans}\n{group}\ntimeline: [{timeline}]"));
        expect(&summary, "earned.plans", expected);
    };
    // Two times of the same plan that overlap are one, from 10 s to 40 s.
    let same = "{ at: 10s, for: 20s, set_plan: b }, { at: 20s, for: 20s, set_plan: b }";
    earned(same, 30.0);
    // b from 10 s, c from 20 s to 40 s, and b is over by then.
    let two = "{ at: 10s, for: 20s, set_plan: b }, { at: 20s, for: 20s, set_plan: c }";
    earned(two, 10.0 + 20.0 * 100.0);
    // c inside of b, which holds again.
    let inside = "{ at: 10s, for: 40s, set_plan: b }, { at: 20s, for: 10s, set_plan: c }";
    earned(inside, 30.0 + 10.0 * 100.0);
    // A plan for good holds from then on, and so does a subscription.
    let for_good = "{ at: 10s, for: 20s, set_plan: c }, { at: 20s, set_plan: b }";
    earned(for_good, 10.0 * 100.0 + 80.0);
    let subscribed = "{ at: 10s, for: 20s, set_plan: c }, { at: 20s, subscribe: b }";
    earned(subscribed, 10.0 * 100.0 + 80.0);
}

#[test]
fn plans_back_to_back_leave_no_gap() {
    // The agents that the second entry's plan admits stay active, in either order of writing.
    for timeline in [
        "{ at: 1s, for: 2s, set_plan: many }, { at: 3s, for: 2s, set_plan: many }",
        "{ at: 3s, for: 2s, set_plan: many }, { at: 1s, for: 2s, set_plan: many }",
    ] {
        let summary = seconds(
            5,
            &format!(
                "plans: {{ few: {{ active_agents: 1 }}, many: {{ active_agents: 3 }} }}
timeline: [{timeline}]
workspaces:
  - {{ group: g, plan: few, agents: [{{ name: x, count: 3, activity: {{ offline: 1500ms }} }}] }}
"
            ),
        );
        expect(&summary, "agents.taken_offline", 0.0);
    }
}

#[test]
fn a_plan_without_credits_has_no_pool_that_could_be_empty() {
    let summary = seconds(
        10,
        "plans: { a: { credits: { included: 1 } } }
workspaces:
  - group: g
    count: 100
    plan: { a: 50%, unlimited: 50% }
    agents: [{ name: x, traffic: { interarrival: 1s } }]
",
    );
    expect(&summary, "credits.time_to_zero.p5", 1.0);
    expect(&summary, "credits.time_to_zero.p95", 1.0);
    expect(&summary, "credits.periods_zero.share", 1.0);
    expect(&summary, "credits.periods_exhausted.share", 1.0);
    // From the second message on.
    expect(&summary, "credits.exhausted.time_share", 0.8);
}

#[test]
fn to_leave_the_credits_behind_is_not_to_use_them_up() {
    let summary = seconds(
        10,
        "plans: { a: { credits: { included: 100 } } }
timeline: [{ at: 3500ms, set_plan: unlimited }]
workspaces:
  - { group: g, plan: a, alerts: [80%], agents: [{ name: x, traffic: { interarrival: 1s } }] }
",
    );
    assert_eq!(summary.value("credits.time_to_zero.mean"), None);
    assert_eq!(summary.value("alerts.time{level=80%}"), None);
    expect(&summary, "credits.periods_zero.share", 0.0);
    expect(&summary, "credits.consumed", 3.0);
    expect(&summary, "credits.expired", 97.0);
}

#[test]
fn periods_go_by_while_credits_are_not_counted() {
    let summary = seconds(
        35,
        "plans: { a: { credits: { included: 10, renews: 10s } } }
packages: { small: { credits: 50 } }
timeline: [{ at: 9500ms, for: 23s, set_plan: unlimited }]
workspaces:
  - group: g
    plan: a
    packages: { name: small, at_start: 1 }
    agents: [{ name: x, traffic: { interarrival: 1s } }]
",
    );
    // Back at 32.5 s, in the period from 30 s on: all ten, and the package is over.
    expect(&summary, "credits.granted", 10.0);
    expect(&summary, "credits.expired", 1.0 + 50.0);
    expect(&summary, "credits.closing", 8.0);
    assert_eq!(summary.value("refusal.rate{reason=credits_exhausted}"), Some(0.0));
}

#[test]
fn a_new_subscription_owes_nothing() {
    let summary = seconds(
        20,
        "plans:
  a: { credits: { included: 5, overage: { up_to: 100%, at_renewal: deduct } } }
  b: { credits: { included: 10 } }
timeline: [{ at: 9500ms, subscribe: b }]
workspaces: [{ group: g, plan: a, agents: [{ name: x, traffic: { interarrival: 1s } }] }]
",
    );
    expect(&summary, "credits.overage", 4.0);
    expect(&summary, "credits.granted", 10.0);
}

#[test]
fn overage_is_given_back_at_its_price() {
    let charged_and_back = |warm_up: &str, prices: [u32; 2]| {
        let [before, after] = prices;
        let credits = |price| {
            format!("{{ credits: {{ included: 0, overage: unlimited, overage_price: {price} }} }}")
        };
        seconds(
            10,
            &format!(
                "warm_up: {warm_up}
plans: {{ a: {}, b: {} }}
timeline: [{{ at: 2500ms, set_plan: b }}, {{ at: 8500ms, traffic: 0x }}]
workspaces: [{{ group: g, plan: a, agents: [{{ name: x, traffic: {{ interarrival: 1s }} }}] }}]
backend: {{ servers: 1, scope: workspace, service_time: 60s, queue: {{ limit: 0 }}, network_delay: 800ms }}
",
                credits(before),
                credits(after)
            ),
        )
    };
    // The first of eight is served; the others come back, the second after the price has changed.
    for prices in [[5, 1], [1, 5]] {
        let summary = charged_and_back("0s", prices);
        expect(&summary, "earned.overage", f64::from(prices[0]));
    }
    // What was charged before the window and comes back in it is less than nothing for all, and
    // nothing for whoever is ranked.
    let summary = charged_and_back("2100ms", [5, 5]);
    expect(&summary, "earned.overage", -5.0);
    expect(&summary, "spent_per_workspace.max", 0.0);
}

#[test]
fn what_is_kept_is_kept_from_overage_too() {
    let admitted = |overage: &str| {
        let summary = seconds(
            30,
            &format!(
                "plans: {{ a: {{ credits: {{ included: 10, overage: {overage} }} }} }}
workspaces:
  - group: g
    plan: a
    agents:
      - {{ name: x, traffic: {{ interarrival: 1s }} }}
      - {{ name: y, share: {{ at_least: 40% }} }}
"
            ),
        );
        (summary.value("attempts.admitted"), summary.value("refusal.rate{reason=share_exhausted}"))
    };
    // Six of the balance, and overage begins only where the balance ends.
    assert_eq!(admitted("unlimited"), (Some(6.0), Some(23.0 / 29.0)));
    assert_eq!(admitted("{ up_to: 100%, at_renewal: forgive }"), (Some(6.0), Some(23.0 / 29.0)));
}

#[test]
fn what_costs_nothing_needs_nothing_that_is_kept() {
    let summary = seconds(
        10,
        "plans: { a: { credits: { included: 10 } }, b: { credits: { included: 5 } } }
timeline: [{ at: 2500ms, set_plan: b }]
workspaces:
  - group: g
    plan: a
    agents:
      - { name: x, cost: 5, traffic: { interarrival: 2s } }
      - { name: y, share: { at_least: 50% } }
      - { name: z, cost: 0, traffic: { interarrival: 1s } }
",
    );
    // Five of x are due after 2 s, 4 s, ..: the first one is paid, and z is never refused.
    expect(&summary, "attempts.admitted", 9.0 + 1.0);
}

#[test]
fn an_empty_plan_with_a_package_is_not_empty() {
    let summary = seconds(
        20,
        "plans: { a: { credits: { included: 0, renews: never } } }
packages: { k: { credits: 100, period: 1000s, price: 5 } }
workspaces:
  - group: g
    plan: a
    packages: { name: k, at_start: 1 }
    agents: [{ name: x, traffic: { interarrival: 1s } }]
",
    );
    assert_eq!(summary.value("credits.time_to_zero.mean"), None);
    expect(&summary, "credits.periods_zero.share", 0.0);
}

#[test]
fn only_what_an_entry_did_is_undone() {
    // Enabled from 1 s to 5 s by the entry; what the agent's own habit enables at 11 s stays.
    let active = |activity: &str, timeline: &str| {
        let summary = seconds(
            60,
            &format!(
                "timeline: [{timeline}]
workspaces: [{{ group: g, agents: [{{ name: x, start: offline, activity: {activity} }}] }}]
"
            ),
        );
        summary.value("active.mean").expect("it is always there") * 60.0
    };
    let habits = "{ active: 4s, offline: 6s }";
    let entry = "{ at: 1s, for: 11500ms, enable: x }";
    // From 1 s for 4 s in every 10 s: six times.
    assert!((active(habits, entry) - 24.0).abs() < 1e-9);
    // Without habits the entry's time is all.
    assert!((active("{}", entry) - 11.5).abs() < 1e-9);
}

#[test]
fn what_would_come_after_the_end_is_still_a_habit() {
    // A draft that is refused tries again after its time as a draft, though the run ends before.
    let tried = |hours: u32| {
        let summary = simulate(&format!(
            "
limitlab: 1
name: drafts
duration: {hours}h
plans: {{ a: {{ active_agents: 1 }} }}
timeline: [{{ at: 10h, create: y }}]
workspaces:
  - group: g
    plan: a
    agents:
      - {{ name: holder }}
      - name: y
        count: 0
        start: active
        churn: {{ create: 1/d }}
        activity: {{ draft: 150h, offline: 1h }}
"
        ));
        let creates = summary.value("creates.tried").expect("agents are created");
        (creates, summary.value("enables.tried").expect("enables are tried"))
    };
    // The one of the timeline stays a draft; the others are tried once each, the holder too.
    let (creates, enables) = tried(149);
    assert!(creates > 3.0);
    assert!((enables - (creates - 1.0)).abs() < 0.5, "{enables} of {creates}");
}

#[test]
fn a_renewal_after_the_trial_cures_nothing() {
    let waits = |renews: &str| {
        let outcome = crate::support::outcome(&format!(
            "
limitlab: 1
name: trial
duration: 20s
plans: {{ t: {{ trial: 5s, credits: {{ included: 3, renews: {renews} }} }} }}
workspaces: [{{ group: g, plan: t, agents: [{{ name: x, traffic: {{ interarrival: 1s }} }}] }}]
"
        ));
        let all = &outcome.measures;
        let causes = all.frame.all.causes.iter().zip(&all.all.hits);
        let credits = causes
            .filter(|(cause, _)| cause.reason == limitlab::rules::Reason::CreditsExhausted)
            .map(|(_, hits)| (hits.count, hits.retry_after.count()));
        credits.collect::<Vec<_>>()
    };
    assert_eq!(waits("4500ms"), [(1, 1)]);
    assert_eq!(waits("5s"), [(1, 0)]);
    assert_eq!(waits("8s"), [(1, 0)]);
}

#[test]
fn small_sums_are_told_within_a_thousandth_of_them() {
    // A day of 31 that cost a tenth.
    let summary = seconds(
        86_400,
        "plans: { a: { price: { per: workspace, amount: 0.1, every: 31d } } }
workspaces: [{ group: g, plan: a, agents: [{ name: x }] }]
",
    );
    let mean = summary.value("spent_per_workspace.mean").unwrap();
    assert!((mean - 0.1 / 31.0).abs() < 1e-6, "{mean}");
    for figure in ["p50", "p99", "max"] {
        let found = summary.value(&format!("spent_per_workspace.{figure}")).unwrap();
        assert!((found - mean).abs() <= 0.001 * mean, "{figure}: {found}, {mean}");
    }
}
