//! Fair-use limits in a run: case by case, with figures worked out by hand.

use limitlab::summary::Summary;

use crate::support::{outcome, simulate};

/// A workspace that is written to every `every`, for a time, under these limits.
fn shop(duration: &str, every: &str, line: &str, limits: &str, rest: &str) -> Summary {
    simulate(&format!(
        "limitlab: 1
name: limits
duration: {duration}
workspaces:
  - group: shops
    agents: [{{ name: a, traffic: {{ interarrival: {every} }}{line} }}]
    fair_use: [{limits}]
{rest}
"
    ))
}

const TEN_SECONDS: &str = "backend: { scope: workspace, servers: unlimited, service_time: 10s }";

#[track_caller]
fn expect(summary: &Summary, figures: &[(&str, f64)]) {
    for &(metric, value) in figures {
        let (group, key) = metric.split_once('/').unwrap_or(("all", metric));
        let found = summary.metric(group, key).and_then(|metric| metric.value);
        let found = found.unwrap_or_else(|| panic!("{metric} is absent"));
        assert!((found - value).abs() < 1e-9, "{metric} is {found}, not {value}");
    }
}

/// Messages of 0.5, 1, .. 3 s find 0, 0.5, 1, 1.5, 2 and 2.5 in a bucket that leaks one a second.
#[test]
fn a_leaky_bucket_has_those_in_excess_wait_for_their_turn() {
    let paced = |numbers: &str, line: &str, rest: &str| {
        let limit = format!("{{ name: paced, leaky_bucket: {{ rate: 1/s, {numbers} }} }}");
        shop("3.2s", "500ms", line, &limit, rest)
    };
    expect(
        &paced("burst: 2", "", ""),
        &[
            ("messages.completed", 5.0),
            ("refusal.rate{limiter=paced}", 1.0 / 6.0),
            ("wait.max", 2.0),
            ("wait.mean", 1.0),
            ("latency.mean", 1.0),
            ("wait.probability", 0.8),
        ],
    );
    expect(&paced("burst: 2, delay: 1", "", ""), &[("wait.max", 1.0), ("wait.mean", 0.3)]);
    let at_once = paced("burst: 2, delay: burst", "", "");
    expect(&at_once, &[("messages.completed", 5.0), ("wait.max", 0.0)]);
    // nginx's default: nothing in excess, so every other message.
    expect(&paced("burst: 0", "", ""), &[("messages.completed", 3.0), ("wait.max", 0.0)]);
    // Who loses patience while waiting keeps the place in the bucket.
    expect(
        &paced("burst: 2", ", patience: 1s", ""),
        &[
            ("messages.completed", 3.0),
            ("messages.timed_out", 2.0),
            ("loss.rate{reason=timed_out}", 2.0 / 6.0),
            ("attempts.refused", 1.0),
            ("wait.max", 1.0),
        ],
    );
    // What still waits at the end is in flight.
    expect(
        &paced("burst: 2", "", "drain: cut"),
        &[("messages.completed", 3.0), ("messages.in_flight", 2.0), ("messages.lost", 1.0)],
    );
}

/// Messages of 4, 8, .. 24 s; a reply takes 10 s, and one is written at a time.
#[test]
fn a_queue_for_places_is_first_come_first_served() {
    let limit = "{ name: one, concurrency: { limit: 1, queue: 1 } }";
    let queued = |line: &str| shop("25s", "4s", line, limit, TEN_SECONDS);
    // 4 to 14; 8 waits to 14; 12 is refused; 16 waits to 24, 20 is refused, and 24 waits to 34.
    expect(
        &queued(""),
        &[
            ("messages.completed", 4.0),
            ("refusal.rate{reason=concurrency_limited}", 2.0 / 6.0),
            ("wait.mean", 6.0),
            ("wait.max", 10.0),
            ("latency.mean", 16.0),
            ("wait.probability", 0.75),
        ],
    );
    // 16 gives up at 23, so 24 finds the place that is freed then.
    expect(
        &queued(", patience: 7s"),
        &[
            ("messages.completed", 3.0),
            ("messages.timed_out", 1.0),
            ("attempts.refused", 2.0),
            ("wait.max", 6.0),
        ],
    );
    // Whoever gets the place as patience ends has it.
    expect(&queued(", patience: 6s"), &[("messages.completed", 3.0), ("wait.max", 6.0)]);
    // 8 and 20 give up, a nanosecond before their turn.
    expect(
        &queued(", patience: 5999999999ns"),
        &[("messages.completed", 2.0), ("messages.timed_out", 2.0), ("attempts.refused", 2.0)],
    );
}

/// Two limits hold an attempt: it goes on when both let it.
#[test]
fn whoever_waits_at_two_limits_goes_on_when_the_last_lets_it() {
    // A message a second from 1 s on to each of two agents, a first.
    let two = |limits: &str| {
        simulate(&format!(
            "limitlab: 1
name: limits
duration: 2.5s
workspaces:
  - group: shops
    agents:
      - {{ name: a, traffic: {{ interarrival: 1s }} }}
      - {{ name: b, traffic: {{ interarrival: 1s }} }}
    fair_use: [{limits}]
{TEN_SECONDS}
"
        ))
    };
    // Each agent answers one at a time: the second messages wait from 2 to 11 s.
    let own = "{ name: own, scope: agent, concurrency: { limit: 1, queue: 9 } }";
    expect(&two(own), &[("wait.max", 9.0), ("wait.mean", 4.5)]);
    // The workspace has three places: the fourth message, of b, waits for its agent and for one of
    // them, both free at 11 s.
    let both = format!("{own}, {{ name: all, concurrency: {{ limit: 3, queue: 9 }} }}");
    expect(&two(&both), &[("wait.max", 9.0), ("wait.mean", 4.5)]);
    // With one place for all, which keeps the order of arrival: 1, 11, 21 and 31 s.
    let both = format!("{own}, {{ name: all, concurrency: {{ limit: 1, queue: 9 }} }}");
    expect(&two(&both), &[("wait.max", 29.0), ("wait.mean", (10.0 + 19.0 + 29.0) / 4.0)]);
    // A bucket lets the four go at 1, 13, 25 and 37 s, which is after they have their places.
    let slow = "{ name: slow, leaky_bucket: { rate: 5/min, burst: 9 } }";
    let shaped = format!("{own}, {slow}");
    expect(&two(&shaped), &[("wait.max", 35.0), ("wait.mean", (12.0 + 23.0 + 35.0) / 4.0)]);
}

/// Two workspaces, written to at the same instants from 1 s on.
fn met(duration: &str, rest: &str) -> Summary {
    simulate(&format!(
        "limitlab: 1
name: limits
duration: {duration}
plans: {{ p: {{ credits: {{ included: 100 }} }}, q: {{}} }}
workspaces:
  - {{ group: first, plan: p, agents: [{{ name: a, traffic: {{ interarrival: 1s }} }}] }}
  - {{ group: second, plan: q, agents: [{{ name: a, traffic: {{ interarrival: 1s }} }}] }}
{rest}
"
    ))
}

#[test]
fn a_limit_over_everybody_is_met_in_the_order_of_the_scenario() {
    let limit = "{ name: fleet, fixed_window: { limit: 3, per: 10s } }";
    // Both at 1 s, and the first at 2 s.
    for backend in [
        String::new(),
        TEN_SECONDS.to_owned(),
        "backend: { servers: 9, service_time: 1s, network_delay: 100ms }".to_owned(),
    ] {
        let summary = met("9.5s", &format!("fair_use: [{limit}]\n{backend}"));
        expect(
            &summary,
            &[
                ("first/messages.completed", 2.0),
                ("second/messages.completed", 1.0),
                ("first/refusal.rate{limiter=fleet}", 7.0 / 9.0),
                ("all/credits.consumed", 2.0),
            ],
        );
    }
    let of_plans = met(
        "9.5s",
        "fair_use: [{ name: fleet, scope: plan, fixed_window: { limit: 3, \
                                per: 10s } }]",
    );
    expect(&of_plans, &[("first/messages.completed", 3.0), ("second/messages.completed", 3.0)]);
}

#[test]
fn places_of_the_platform_are_free_when_service_ends() {
    let limit = "fair_use: [{ name: few, concurrency: { limit: 1 } }]";
    // At the servers from 1.5 to 2.5 s, and back at 3 s: the messages of 2 s come at 2.5 s.
    let backend = "backend: { servers: 9, service_time: 1s, network_delay: 500ms }";
    let summary = met("4.5s", &format!("{limit}\n{backend}"));
    expect(
        &summary,
        &[
            ("first/messages.completed", 4.0),
            ("second/messages.completed", 0.0),
            ("second/refusal.rate{reason=concurrency_limited}", 1.0),
            ("all/latency.max", 2.0),
        ],
    );
}

/// Replies take a second, one at a time, whoever asks.
#[test]
fn workspaces_wait_in_one_queue_for_places_of_the_platform() {
    let queued = |limit: &str, delay: &str| {
        let backend =
            format!("backend: {{ servers: 9, service_time: 1s, network_delay: {delay} }}");
        met("2.5s", &format!("fair_use: [{{ name: few, {limit} }}]\n{backend}"))
    };
    // 1 and 1, then 2 and 2: at 1, 2, 3 and 4 s.
    for delay in ["0s", "250ms"] {
        expect(
            &queued("concurrency: { limit: 1, queue: 5 }", delay),
            &[
                ("first/wait.max", 1.0),
                ("first/wait.mean", 0.5),
                ("second/wait.max", 2.0),
                ("second/wait.mean", 1.5),
                ("all/messages.completed", 4.0),
            ],
        );
    }
    // One waits: of 2 s the first, and the second is refused.
    expect(
        &queued("concurrency: { limit: 1, queue: 1 }", "0s"),
        &[
            ("first/wait.max", 1.0),
            ("second/wait.max", 1.0),
            ("second/refusal.rate{limiter=few}", 0.5),
            ("all/attempts.refused", 1.0),
        ],
    );
    // Each plan has a place of its own.
    let own = queued("scope: plan, concurrency: { limit: 1, queue: 1 }", "0s");
    expect(&own, &[("all/wait.max", 0.0)]);
}

#[test]
fn whoever_the_platform_holds_back_meets_the_backend_after_that() {
    let limit = "fair_use: [{ name: paced, leaky_bucket: { rate: 1/s, burst: 5 } }]";
    let backend = "backend: { servers: 1, service_time: 5s, queue: { limit: 0 } }";
    // The first is served from 1 to 6 s; the second waits until 2 s and finds no server.
    let summary = met("1.5s", &format!("{limit}\n{backend}"));
    expect(
        &summary,
        &[
            ("first/messages.completed", 1.0),
            ("second/refusal.rate{reason=overloaded}", 1.0),
            ("second/attempts.refused", 1.0),
        ],
    );
    // What was charged comes back, and patience ends the wait.
    let turned = limit.replace("burst: 5", "burst: 5, delay: 0");
    let swapped = met("1.5s", &format!("{turned}\n{backend}"));
    expect(&swapped, &[("first/credits.consumed", 1.0)]);
}

/// Messages of 2, 4, 6 and 8 s, each replied to after 5 s.
#[test]
fn a_limit_that_reports_counts_what_it_would_refuse_and_takes_nothing_of_it() {
    let limits = "{ name: calm, fixed_window: { limit: 2, per: 10s }, on_exceed: report },
        { name: alone, concurrency: { limit: 1 }, on_exceed: report },
        { name: paced, leaky_bucket: { rate: 1/4s, burst: 1 }, on_exceed: report }";
    let backend = "backend: { scope: workspace, servers: unlimited, service_time: 5s }";
    let summary = shop("9s", "2s", "", limits, backend);
    expect(
        &summary,
        &[
            ("messages.completed", 4.0),
            ("attempts.refused", 0.0),
            ("latency.max", 5.0),
            // Of 6 and 8 s.
            ("shadow.refusals{limiter=calm}", 2.0),
            // The place of 2 s is free at 7 s; those of 4 and 6 s got none.
            ("shadow.refusals{limiter=alone}", 2.0),
            // In excess by 0, 0.5, 1 and 1.5.
            ("shadow.refusals{limiter=paced}", 1.0),
            ("shadow.workspaces.share", 1.0),
        ],
    );
    assert!(summary.value("refusal.rate{limiter=calm}").is_none());
    // A limit before it refuses first, and one after it does not take back what it saw.
    let first = "{ name: none, fixed_window: { limit: 1, per: 10s } }, ";
    let summary = shop("9s", "2s", "", &format!("{first}{limits}"), backend);
    expect(&summary, &[("shadow.refusals{limiter=calm}", 0.0), ("attempts.refused", 3.0)]);
    assert_eq!(summary.value("shadow.workspaces.share"), Some(0.0));
    let over_all = met(
        "4.5s",
        "fair_use: [{ name: fleet, fixed_window: { limit: 3, per: 10s }, on_exceed: report }]",
    );
    expect(
        &over_all,
        &[
            ("first/shadow.refusals{limiter=fleet}", 2.0),
            ("second/shadow.refusals{limiter=fleet}", 3.0),
            ("all/shadow.refusals{limiter=fleet}", 5.0),
            ("all/messages.lost", 0.0),
        ],
    );
}

/// As above; a place and one to wait for it, though nobody waits.
#[test]
fn a_limit_that_reports_has_nobody_wait_for_a_place() {
    let limit = "{ name: alone, concurrency: { limit: 1, queue: 1 }, on_exceed: report }";
    let backend = "backend: { scope: workspace, servers: unlimited, service_time: 5s }";
    expect(
        &shop("9s", "2s", "", limit, backend),
        &[
            ("messages.completed", 4.0),
            ("wait.max", 0.0),
            // At 6 s those of 2 and 4 s are there; at 8 s the first of them is gone.
            ("shadow.refusals{limiter=alone}", 1.0),
        ],
    );
}

/// Messages of 1, 2, 3 and 5.6 s: the third buys the package that pays it.
#[test]
fn a_message_that_is_decided_again_counts_once() {
    let limit = "{ name: calm, sliding_window: { limit: 2, per: 3s }, on_exceed: report, \
                 count_refused: true }";
    let summary = simulate(&format!(
        "limitlab: 1
name: limits
duration: 6s
plans: {{ p: {{ credits: {{ included: 2, renews: never }} }} }}
packages: {{ more: {{ credits: 5 }} }}
workspaces:
  - group: shops
    plan: p
    packages: {{ name: more, auto_buy: {{ on_refusal: true }} }}
    agents: [{{ name: a, traffic: {{ interarrival: 1s }} }}]
    fair_use: [{limit}]
timeline:
  - {{ at: 3.5s, for: 1.6s, traffic: 0x }}
"
    ));
    expect(
        &summary,
        &[
            ("messages.completed", 4.0),
            ("packages.bought", 1.0),
            ("shadow.refusals{limiter=calm}", 1.0),
        ],
    );
}

/// A message of each, made at 1 s, is at the platform at 2 s.
#[test]
fn a_run_that_was_cut_off_does_not_know_what_a_limit_would_have_refused() {
    let limit = "{ name: fleet, fixed_window: { limit: 1, per: 1h }, on_exceed: report }";
    let backend = "backend: { servers: 9, service_time: 1s, network_delay: 1s }";
    let reported = |rest: &str| met("1.5s", &format!("fair_use: [{limit}]\n{backend}\n{rest}"));
    expect(&reported(""), &[("all/shadow.refusals{limiter=fleet}", 1.0)]);
    expect(
        &reported("drain: cut"),
        &[("all/messages.in_flight", 2.0), ("all/shadow.refusals{limiter=fleet}", 0.0)],
    );
}

/// The messages of 1 and 2 s to one agent go on at 1 and 11 s, that of 3 s to the other at once.
#[test]
fn refusals_of_the_platform_follow_each_other_as_they_are_decided() {
    let outcome = outcome(
        "limitlab: 1
name: limits
duration: 5s
workspaces:
  - group: shops
    agents:
      - { name: a, traffic: { interarrival: 1s } }
      - { name: b, traffic: { interarrival: 3s } }
    fair_use: [{ name: paced, scope: agent, leaky_bucket: { rate: 1/10s, burst: 1 } }]
fair_use: [{ name: fleet, fixed_window: { limit: 1, per: 1h } }]
",
    );
    let causes = outcome.measures.frame.all.causes.iter().zip(&outcome.measures.all.hits);
    let mut fleet = causes.filter(|(cause, _)| cause.limiter.as_deref() == Some("fleet"));
    let (_, hits) = fleet.next().expect("it refuses");
    // Decided at 3 and 11 s.
    for (histogram, seconds) in [(&hits.first, 3), (&hits.gap, 8)] {
        let nanos = seconds * 1_000_000_000;
        let buckets: Vec<_> = histogram.buckets().collect();
        assert!(
            matches!(buckets[..], [it] if it.count == 1 && it.low <= nanos && nanos <= it.high),
            "{buckets:?} do not hold {seconds} s alone"
        );
    }
}

/// A message a second, from 1 s on.
#[test]
fn refused_attempts_count_where_it_is_said_so() {
    let admitted = |limit: &str| {
        let limit = format!("{{ name: l, {limit} }}");
        shop("9.5s", "1s", "", &limit, "").value("messages.completed").expect("there are some")
    };
    let cases: [(&str, f64, f64); 5] = [
        // 1 and 2; 6 and 7, when those are out of sight.
        ("sliding_window: { limit: 2, per: 5s }", 4.0, 2.0),
        // Every other one; the others take the half token that is there.
        ("token_bucket: { rate: 1/2s, burst: 1 }", 5.0, 1.0),
        ("leaky_bucket: { rate: 1/2s, burst: 0 }", 5.0, 1.0),
        // 1 and 2, 5 and 6: the windows begin at 0 and 5 s whatever is counted.
        ("fixed_window: { limit: 2, per: 5s }", 4.0, 4.0),
        // From 5 s on (10 - t)/5 of the last window's count: 2, or the 4 that were tried.
        ("sliding_counter: { limit: 2, per: 5s }", 3.0, 2.0),
    ];
    for (limit, without, with) in cases {
        assert_eq!(admitted(limit).to_bits(), without.to_bits(), "{limit}");
        let counted = admitted(&format!("{limit}, count_refused: true"));
        assert_eq!(counted.to_bits(), with.to_bits(), "{limit}");
    }
}

/// A message a second that costs 3 credits finds 5, 3, 1, 2, 3 and 1.
#[test]
fn credits_weigh_where_it_is_said_so() {
    let limit = "{ name: l, token_bucket: { rate: 1/s, burst: 5 }, weight: credits }";
    let summary = shop("6.5s", "1s", ", cost: 3", limit, "");
    expect(&summary, &[("messages.completed", 3.0), ("attempts.refused", 3.0)]);
    // What costs nothing passes always.
    let summary = shop("6.5s", "1ms", ", cost: 0", limit, "");
    expect(&summary, &[("attempts.refused", 0.0)]);
    // What may cost more than fits is refused for good: nobody is told to come back.
    let cost = ", cost: { uniform: { min: 4, max: 9 } }, \
                retry: { max_attempts: 2, backoff: { wait: 1h } }";
    let summary = shop("6.5s", "1s", cost, limit, "");
    expect(&summary, &[("messages.offered", 6.0)]);
}

/// Whoever tries again when told is admitted then.
#[test]
fn retry_after_of_every_limit_is_kept() {
    let retry = ", retry: { max_attempts: 2, backoff: { wait: 0s }, honour_retry_after: true }";
    for limit in [
        "token_bucket: { rate: 1/4s, burst: 1 }",
        "token_bucket: { rate: 1/4s, burst: 1, refill_every: 4s }",
        "leaky_bucket: { rate: 1/4s, burst: 0 }",
        "fixed_window: { limit: 1, per: 4s }",
        "fixed_window: { limit: 1, per: 4s, aligned: false }",
        "sliding_window: { limit: 1, per: 4s }",
        "sliding_counter: { limit: 1, per: 4s }",
        "sliding_counter: { limit: 1, per: 4s, estimate: floor }",
    ] {
        // Messages of 1 and 2 s: the second is refused once.
        let summary = shop("2.5s", "1s", retry, &format!("{{ name: l, {limit} }}"), "");
        expect(
            &summary,
            &[("messages.completed", 2.0), ("attempts.offered", 3.0), ("messages.lost", 0.0)],
        );
    }
}

/// Messages of 1 to 4 s; a reply takes 10 s; the plan changes at 6 s.
#[test]
fn a_change_of_plan_lets_in_who_waits_for_a_place() {
    let changed = |to: &str| {
        simulate(&format!(
            "limitlab: 1
name: limits
duration: 7s
plans:
  small: {{ fair_use: [{{ name: places, concurrency: {{ limit: 1, queue: 5 }} }}] }}
  large: {{ fair_use: [{{ name: places, concurrency: {{ limit: 3, queue: 5 }} }}] }}
  free: {{}}
  tried:
    fair_use: [{{ name: places, concurrency: {{ limit: 1 }}, on_exceed: report }}]
workspaces:
  - group: shops
    plan: small
    agents: [{{ name: a, traffic: {{ interarrival: 1s }} }}]
timeline:
  - {{ at: 4.5s, traffic: 0x }}
  - {{ at: 6s, set_plan: {to} }}
{TEN_SECONDS}
"
        ))
    };
    // The second and the third at 6 s, the fourth when the first is replied to at 11 s.
    expect(&changed("large"), &[("wait.mean", (4.0 + 3.0 + 7.0) / 4.0), ("wait.max", 7.0)]);
    // Nothing limits them any more, or only by report.
    for plan in ["free", "tried"] {
        expect(&changed(plan), &[("wait.mean", (4.0 + 3.0 + 2.0) / 4.0), ("wait.max", 4.0)]);
    }
}

/// Five times what a bucket admits. Of messages that are sent with the chance p each, every fifth
/// slot or a later one is admitted: one in 4 + 1/p. A client sends K times that, so p = (K - 1)/4, up
/// to all.
#[test]
fn a_client_that_throttles_itself_sends_a_multiple_of_what_is_admitted() {
    let scenario = |client: &str| {
        let bucket = "{ name: bucket, token_bucket: { rate: 10/s, burst: 1 } }";
        shop("2h", "20ms", client, bucket, "warm_up: 30m")
    };
    for (multiplier, sent) in [(2.0, 0.25), (3.0, 0.5), (4.0, 0.75), (9.0, 1.0)] {
        let client = format!(", client_throttling: {{ multiplier: {multiplier}x }}");
        let admitted = 1.0 / (4.0 + 1.0 / sent);
        let summary = scenario(&client);
        let held = summary.value("refusal.rate{limiter=client_throttling}").expect("it throttles");
        let refused = summary.value("refusal.rate{limiter=bucket}").expect("it refuses");
        // Six thousand attempts are counted at a time, so that shares scatter by a hundredth.
        assert!((held - (1.0 - sent)).abs() < 0.01, "{multiplier}: {held}");
        assert!((refused - (sent - admitted)).abs() < 0.015, "{multiplier}: {refused}");
        let reason = summary.value("refusal.rate{reason=overloaded}");
        assert_eq!(reason.map(f64::to_bits), Some(held.to_bits()));
    }
}

/// Everybody is refused and would try ten times: of a hundred attempts ten are retries.
#[test]
fn a_budget_bounds_retries() {
    let none = "{ name: none, token_bucket: { rate: 1/1000h, burst: 1 } }";
    let retry = |budget: &str| {
        format!(
            ", retry: {{ max_attempts: 10, backoff: {{ wait: 100ms }}, \
                 honour_retry_after: false{budget} }}"
        )
    };
    let amplified = |budget: &str| {
        let summary = shop("1h", "1s", &retry(budget), none, "");
        summary.value("attempts.amplification").expect("there are attempts")
    };
    assert!(amplified("") > 9.9);
    for (share, expected) in [("10%", 1.0 / 0.9), ("50%", 2.0), ("0%", 1.0)] {
        let found = amplified(&format!(", budget: {{ share: {share}, over: 10m }}"));
        assert!((found - expected).abs() < 0.01 * expected, "{share}: {found}");
    }
}

/// A message a second from 1 s on, of 3 credits each.
#[test]
fn a_pool_that_reports_pays_what_it_can() {
    let pool = |included: &str| {
        simulate(&format!(
            "limitlab: 1
name: limits
duration: 6.5s
plans: {{ p: {{ credits: {{ included: {included}, renews: never, on_exceed: report }} }} }}
workspaces:
  - {{ group: shops, plan: p, agents: [{{ name: a, cost: 3, traffic: {{ interarrival: 1s }} }}] }}
"
        ))
    };
    expect(
        &pool("10"),
        &[
            ("messages.completed", 6.0),
            ("attempts.refused", 0.0),
            ("credits.consumed", 9.0),
            ("credits.closing", 1.0),
            ("shadow.refusals{limiter=credits_exhausted}", 3.0),
            ("shadow.workspaces.share", 1.0),
        ],
    );
    expect(&pool("18"), &[("shadow.refusals{limiter=credits_exhausted}", 0.0)]);
}

/// Agents a, b and c are enabled in that order; a is disabled at 2 s, d is enabled at 3 s.
#[test]
fn slots_that_report_let_everybody_be_active() {
    let slots = |to: &str| {
        simulate(&format!(
            "limitlab: 1
name: limits
duration: 10s
plans:
  p: {{ active_agents: 2, on_exceed: report }}
  q: {{ active_agents: 2 }}
workspaces:
  - group: shops
    plan: p
    agents:
      - {{ name: a }}
      - {{ name: b }}
      - {{ name: c }}
      - {{ name: d, start: offline }}
timeline:
  - {{ at: 2s, disable: a }}
  - {{ at: 3s, enable: d }}
{to}
"
        ))
    };
    // c has no slot; d has the one that a left.
    expect(
        &slots(""),
        &[
            ("enables.tried", 4.0),
            ("enables.refused", 0.0),
            ("shadow.refusals{limiter=active_agent_limit}", 1.0),
            ("active.mean", (2.0 * 3.0 + 1.0 * 2.0 + 7.0 * 3.0) / 10.0),
            ("active.over_limit.max", 1.0),
            ("active.over_limit.time", 9.0),
        ],
    );
    // A plan that enforces takes the newest offline.
    expect(
        &slots("  - { at: 5s, set_plan: q }"),
        &[("agents.taken_offline", 1.0), ("active.over_limit.time", 4.0)],
    );
    // One that reports takes nobody.
    let summary = slots("  - { at: 5s, for: 1s, set_plan: unlimited }");
    expect(&summary, &[("agents.taken_offline", 0.0)]);
}
