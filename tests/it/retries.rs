//! Customers who try again and lose patience: case by case, with figures worked out by hand.

use limitlab::summary::Summary;

use crate::support::simulate;

/// A scenario of a few seconds with a workspace whose customers write every `every`.
fn seconds(duration: u32, every: &str, line: &str, rest: &str) -> Summary {
    simulate(&format!(
        "limitlab: 1
name: retries
duration: {duration}s
{rest}
workspaces:
  - group: shops
    plan: small
    agents: [{{ name: a, traffic: {{ interarrival: {every} }}, {line} }}]
"
    ))
}

const FREE: &str = "plans: { small: {} }";
/// A limit that admits one message.
const ONE: &str = "plans: { small: { fair_use:
    [{ name: one, scope: workspace, token_bucket: { rate: 1/h, burst: 1 } }] } }";

#[track_caller]
fn expect(summary: &Summary, figures: &[(&str, f64)]) {
    for &(metric, value) in figures {
        let found = summary.value(metric).unwrap_or_else(|| panic!("{metric} is absent"));
        assert!((found - value).abs() < 1e-9, "{metric} is {found}, not {value}");
    }
}

/// Messages of 4 s and 8 s; the first is served until 14 s.
#[test]
fn who_starts_when_patience_ends_is_served() {
    let queue = "backend: { scope: workspace, servers: 1, service_time: 10s }";
    let with =
        |patience| seconds(9, "4s", &format!("patience: {patience}"), &format!("{FREE}\n{queue}"));
    expect(
        &with("6s"),
        &[("messages.completed", 2.0), ("messages.timed_out", 0.0), ("wait.max", 6.0)],
    );
    expect(
        &with("5999999999ns"),
        &[
            ("messages.completed", 1.0),
            ("messages.timed_out", 1.0),
            ("loss.rate{reason=timed_out}", 0.5),
            ("attempts.admitted", 2.0),
            ("attempts.refused", 0.0),
            ("backend.queue.max", 1.0),
            ("backend.queue.mean", 1.0 / 9.0),
            ("fairness.jain", 1.0),
        ],
    );
}

#[test]
fn an_attempt_when_patience_ends_is_made() {
    let with = |patience| {
        let retry = "retry: { max_attempts: unlimited, backoff: { wait: 2s }, \
                     reasons: [agent_not_active] }";
        seconds(50, "10s", &format!("start: offline, patience: {patience}, {retry}"), FREE)
    };
    for (patience, attempts) in [("6s", 4.0), ("5999999999ns", 3.0)] {
        expect(
            &with(patience),
            &[
                ("attempts.amplification", attempts),
                ("messages.timed_out", 4.0),
                ("loss.rate{reason=agent_not_active}", 1.0),
                ("loss.rate{reason=timed_out}", 0.0),
                ("refusal.first_rate", 1.0),
            ],
        );
    }
}

/// The message of 10 s is admitted. That of 20 s is tried again at 35 s, when the agent is away;
/// that of 30 s finds it away already.
#[test]
fn a_message_is_lost_by_the_reason_of_its_last_attempt() {
    let retry = "retry: { max_attempts: 4, backoff: { wait: 15s }, honour_retry_after: false }";
    let away = "timeline: [{ at: 30s, disable: { line: a } }]";
    expect(
        &seconds(31, "10s", retry, &format!("{ONE}\n{away}")),
        &[
            ("messages.completed", 1.0),
            ("attempts.offered", 4.0),
            ("loss.rate{reason=agent_not_active}", 2.0 / 3.0),
            ("loss.rate{reason=rate_limited}", 0.0),
            ("refusal.rate{reason=rate_limited}", 1.0 / 4.0),
            ("refusal.first_rate", 2.0 / 3.0),
        ],
    );
    let cut = format!("{ONE}\n{away}\ndrain: cut");
    expect(
        &seconds(31, "10s", retry, &cut),
        &[("messages.in_flight", 1.0), ("messages.lost", 1.0), ("attempts.offered", 3.0)],
    );
}

/// Refused at 20 s, deleted at 25 s: nobody tries again at 35 s.
#[test]
fn nobody_tries_again_with_an_agent_that_was_deleted() {
    let retry = "retry: { max_attempts: 4, backoff: { wait: 15s }, honour_retry_after: false }";
    let gone = "timeline: [{ at: 25s, delete: { line: a } }]";
    expect(
        &seconds(31, "10s", retry, &format!("{ONE}\n{gone}")),
        &[
            ("messages.offered", 2.0),
            ("attempts.offered", 2.0),
            ("loss.rate{reason=rate_limited}", 0.5),
        ],
    );
}

/// The one credit is spent at 10 s. The message of 20 s is told of the renewal at 30 s, which comes
/// after the end and before it; the books are closed by then.
#[test]
fn renewals_go_on_for_who_tries_again_after_the_end() {
    let plan = "plans: { small: { credits: { included: 1, renews: 30s } } }";
    let retry = "retry: { max_attempts: 2, reasons: [credits_exhausted] }";
    expect(
        &seconds(25, "10s", retry, plan),
        &[
            ("messages.completed", 2.0),
            ("latency.max", 10.0),
            ("credits.opening", 1.0),
            ("credits.consumed", 1.0),
            ("credits.granted", 0.0),
            ("credits.closing", 0.0),
        ],
    );
    let deaf = "retry: { max_attempts: 2, reasons: [credits_exhausted],
          honour_retry_after: false, backoff: { wait: 9s } }";
    expect(
        &seconds(25, "10s", deaf, plan),
        &[("messages.completed", 1.0), ("loss.rate{reason=credits_exhausted}", 0.5)],
    );
}

/// One of 1 s is served until 11 s. That of 2 s waits beside it until 5 s, that of 5 s until 8 s, and
/// that of 8 s until it is served: each comes at the instant at which the one before has left.
#[test]
fn who_waits_holds_a_place_until_patience_ends() {
    let plan = "plans: { small: { fair_use: [{ name: two, concurrency: { limit: 2 } }] } }";
    let backend = "backend: { scope: workspace, servers: 1, service_time: 10s }";
    expect(
        &seconds(9, "1s", "patience: 3s", &format!("{plan}\n{backend}")),
        &[
            ("messages.offered", 8.0),
            ("messages.completed", 2.0),
            ("messages.timed_out", 2.0),
            ("refusal.rate{reason=concurrency_limited}", 0.5),
            ("messages.lost", 6.0),
        ],
    );
}

/// Both users write at 1 s. One is served until 11 s; the other gives up at 4 s and at 8 s, thinks
/// for 1 s each time, and is served from 11 s on.
#[test]
fn a_customer_goes_on_from_the_loss() {
    let summary = simulate(
        "limitlab: 1
name: retries
duration: 10s
workspaces:
  - group: shops
    agents: [{ name: a, traffic: { closed: { users: 2, think: 1s } }, patience: 3s }]
backend: { scope: workspace, servers: 1, service_time: 10s }
",
    );
    expect(
        &summary,
        &[
            ("messages.offered", 4.0),
            ("messages.completed", 2.0),
            ("messages.timed_out", 2.0),
            ("wait.max", 2.0),
        ],
    );
}

/// A way of 4 s each: an attempt of 4 s is at the servers at 8 s, when a patience of 3 s is over. It is
/// served nevertheless if a server is free, and leaves at once if not.
#[test]
fn patience_that_ends_on_the_way_is_noticed_there() {
    let with = |servers| {
        let backend = format!(
            "backend: {{ scope: workspace, servers: {servers}, service_time: 10s, \
             network_delay: 4s }}"
        );
        seconds(9, "4s", "patience: 3s", &format!("{FREE}\n{backend}"))
    };
    expect(&with(2), &[("messages.completed", 2.0), ("latency.max", 18.0)]);
    expect(
        &with(1),
        &[("messages.completed", 1.0), ("messages.timed_out", 1.0), ("backend.queue.mean", 0.0)],
    );
}
