//! Which agent a message to a workspace goes to, case by case. Agents are told apart by what their
//! messages cost.

use limitlab::summary::Summary;

use crate::support::simulate;

/// One workspace whose customers write as `traffic` says: every hour, unless it is replaced.
fn workspace(agents: &str, group: &str, rest: &str) -> String {
    format!(
        "
limitlab: 1
name: routing
duration: 390m
plans: {{ p: {{ credits: {{ included: 10_000_000 }} }} }}
workspaces:
  - {{ group: g, plan: p, traffic: {{ interarrival: 1h }}, {group}, agents: [{agents}] }}
{rest}
"
    )
}

/// Three agents whose messages cost 1, 10 and 100.
const THREE: &str = "{ name: a, cost: 1 }, { name: b, cost: 10 }, { name: c, cost: 100 }";

fn value(summary: &Summary, metric: &str) -> f64 {
    summary.value(metric).unwrap_or_else(|| panic!("{metric} was not observed"))
}

#[track_caller]
fn spends(text: &str, credits: f64) {
    let summary = simulate(text);
    assert_eq!(summary.value("credits.consumed"), Some(credits), "{text}");
}

#[test]
fn round_robin_takes_one_after_the_other() {
    // a b c a b c.
    spends(&workspace(THREE, "route: round_robin", ""), 222.0);
    // Without b, from the third message on: a b c a c a.
    let gone = "timeline: [{ at: 150m, disable: b }]";
    spends(&workspace(THREE, "route: round_robin", gone), 213.0);
    let gone = gone.replace("disable", "delete");
    spends(&workspace(THREE, "route: round_robin", &gone), 213.0);
    // The one that the last message went to is gone: a b | c a c a.
    // And one that comes stands behind: a b c a, then d of the same line as c.
    let more = "timeline: [{ at: 250m, create: c }, { at: 251m, enable: c }]";
    spends(&workspace(THREE, "route: round_robin", more), 1.0 + 10.0 + 100.0 + 1.0 + 10.0 + 100.0);
    let more = "timeline: [{ at: 30m, create: c }, { at: 31m, enable: c }]";
    spends(&workspace(THREE, "route: round_robin", more), 1.0 + 10.0 + 200.0 + 1.0 + 10.0);
}

#[test]
fn least_busy_takes_the_first_of_those_with_the_fewest() {
    let served = |minutes: u32, route: &str| {
        let backend = format!(
            "backend: {{ scope: workspace, servers: unlimited, service_time: {minutes}m }}"
        );
        workspace(THREE, route, &backend)
    };
    // Each reply is back before the next message, or at that very instant.
    spends(&served(50, "route: least_busy"), 6.0);
    spends(&served(60, "route: least_busy"), 6.0);
    // a b a b a b.
    spends(&served(80, "route: least_busy"), 33.0);
    // a b c, and then a again, whose first is back.
    spends(&served(170, "route: least_busy"), 222.0);
    // a b c a b c: all have one after three messages, and then two.
    spends(&served(1_000, "route: least_busy"), 222.0);
    // What a customer of a line wrote keeps an agent busy too.
    let line = "{ name: a, cost: 1, traffic: { interarrival: 59m } }, { name: b, cost: 10 }";
    let backend = "backend: { scope: workspace, servers: unlimited, service_time: 10m }";
    // Six messages to a itself, each a few minutes before one that goes to b.
    spends(&workspace(line, "route: least_busy", backend), 66.0);
    // One that was refused by the backend keeps it busy until the refusal is back.
    let far = "backend: { scope: workspace, servers: 1, queue: { limit: 0 }, service_time: 10h,
        network_delay: 31m }";
    let summary = simulate(&workspace(THREE, "route: least_busy", far));
    // a is served for good. b is told an hour and two minutes later, and so c comes in between:
    // a b c b c b. The credits of the last come back after the end.
    assert_eq!(summary.value("refusal.rate{reason=overloaded}"), Some(5.0 / 6.0));
    assert_eq!(summary.value("credits.consumed"), Some(11.0));
}

#[test]
fn sticky_keeps_a_user_with_its_agent() {
    let one = |route: &str, timeline: &str| {
        let text = workspace(
            "{ name: a, count: 9 }",
            &format!(
                "route: {route}, fair_use: [{{ name: one, scope: agent, \
                 token_bucket: {{ rate: 1/365d, burst: 1 }} }}]"
            ),
            timeline,
        );
        let text = text.replace("interarrival: 1h", "closed: { users: 1, think: 1h }");
        simulate(&text).value("attempts.refused")
    };
    // Six messages, of which its agent admits the first.
    assert_eq!(one("sticky", ""), Some(5.0));
    assert_eq!(one("round_robin", ""), Some(0.0));
    // All are away for a while: it stays with the same one, which refuses it for another reason.
    assert_eq!(one("sticky", "timeline: [{ at: 90m, for: 1h, disable: a }]"), Some(5.0));
}

#[test]
fn sticky_goes_to_another_when_its_agent_is_away() {
    let agents = "{ name: a, cost: 1 }, { name: b, cost: 100, start: offline }";
    let away = |what: &str| {
        let timeline = format!(
            "timeline: [{{ at: 150m, enable: b }}, {{ at: 210m, {what}: a }},
                {{ at: 270m, enable: a }}]"
        );
        let text = workspace(agents, "route: sticky", &timeline);
        text.replace("interarrival: 1h", "closed: { users: 1, think: 1h }")
    };
    // a a a, then b, and it stays there although a is back.
    spends(&away("disable"), 303.0);
    spends(&away("delete"), 303.0);
}

/// Conversations of three turns, all of which begin by the second hour, with a; it goes then.
#[test]
fn conversations_go_on_with_another_agent() {
    let agents = "{ name: a, cost: 1 }, { name: b, cost: 100, start: offline }";
    for (route, gone) in [("sticky", "disable"), ("sticky", "delete"), ("random", "delete")] {
        let timeline = format!(
            "timeline: [{{ at: 59m, traffic: 0x }}, {{ at: 59m, {gone}: a }}, {{ at: 59m, enable: b }}]"
        );
        let text = workspace(agents, &format!("route: {route}"), &timeline)
            .replace("interarrival: 1h", "sessions: { rate: 1/min, turns: 3, think: 1h }");
        let summary = simulate(&text);
        let messages = value(&summary, "messages.offered");
        // A third of the turns are first ones.
        assert!(messages > 90.0 && value(&summary, "messages.lost") == 0.0);
        assert_eq!(
            summary.value("credits.consumed"),
            Some(messages / 3.0 * 201.0),
            "{route}, {gone}"
        );
    }
}

#[test]
fn random_is_even_and_keyed_by_the_message() {
    let text = workspace(THREE, "route: random", "").replace("interarrival: 1h", "rate: 100/min");
    let summary = simulate(&text);
    let messages = value(&summary, "messages.offered");
    let credits = value(&summary, "credits.consumed");
    assert!((credits / messages - 37.0).abs() < 1.0, "{}", credits / messages);
    // The same messages go to the same agents whatever they cost.
    let again = text.replace("cost: 100 }", "cost: 0 }");
    let less = value(&simulate(&again), "credits.consumed");
    let to_c = (credits - less) / 100.0;
    assert!((to_c - to_c.round()).abs() < 1e-6 && (to_c / messages - 1.0 / 3.0).abs() < 0.02);
    // `random` is the default.
    let default = text.replace(", route: random", "");
    assert_eq!(simulate(&default).value("credits.consumed"), Some(credits));
}

#[test]
fn nobody_is_there() {
    // All are away: refused, although the line has its own customers wait.
    for route in ["random", "round_robin", "least_busy"] {
        let agents = "{ name: a, count: 2, start: draft, while_offline: pause }";
        let summary = simulate(&workspace(agents, &format!("route: {route}"), ""));
        assert_eq!(summary.value("messages.offered"), Some(6.0), "{route}");
        assert_eq!(summary.value("refusal.rate{reason=agent_not_active}"), Some(1.0), "{route}");
    }
    // No agent exists until the fourth hour, and nobody writes: users think again, and messages are
    // not even offered.
    let agents = "{ name: a, count: 0 }";
    let later = "timeline: [{ at: 210m, create: a }, { at: 211m, enable: a }]";
    for kind in ["interarrival: 1h", "closed: { users: 1, think: 1h }"] {
        let text = workspace(agents, "route: random", later).replace("interarrival: 1h", kind);
        let summary = simulate(&text);
        assert_eq!(summary.value("messages.offered"), Some(3.0), "{kind}");
        assert_eq!(summary.value("messages.completed"), Some(3.0), "{kind}");
    }
}

#[test]
fn a_conversation_ends_where_no_agent_is_left() {
    let turns = |later: &str| {
        let timeline = format!(
            "timeline: [{{ at: 59m, traffic: 0x }}, {{ at: 59m, delete: a }},
                {{ at: {later}, create: a }}, {{ at: {later}, enable: a }}]"
        );
        let text = workspace("{ name: a }", "route: sticky", &timeline)
            .replace("interarrival: 1h", "sessions: { rate: 1/min, turns: 3, think: 1h }");
        let summary = simulate(&text);
        assert_eq!(summary.value("messages.lost"), Some(0.0));
        value(&summary, "messages.offered")
    };
    // The second turns come in the second hour.
    let first = turns("3h");
    assert!(first > 30.0);
    assert!((turns("59m") - 3.0 * first).abs() < 1e-9);
}

#[test]
fn features_are_no_agents() {
    let features = "route: round_robin, features: [{ name: f, cost: 1_000 }]";
    spends(&workspace(THREE, features, ""), 222.0);
}

#[test]
fn a_message_is_tried_again_with_the_same_agent() {
    // a has one token; b comes between the refusal and the next try, and would admit it.
    let agents = "{ name: a, cost: 1, retry: { max_attempts: 2, backoff: { wait: 10m },
            honour_retry_after: false } }, { name: b, cost: 100, start: offline }";
    let group = "route: round_robin, fair_use: [{ name: one, scope: agent,
            token_bucket: { rate: 1/365d, burst: 1 } }]";
    let summary =
        simulate(&workspace(agents, group, "timeline: [{ at: 125m, for: 30m, enable: b }]"));
    // Six messages to a: the first is admitted, five are tried twice.
    assert_eq!(summary.value("attempts.offered"), Some(11.0));
    assert_eq!(summary.value("attempts.refused"), Some(10.0));
    assert_eq!(summary.value("credits.consumed"), Some(1.0));
}

#[test]
fn the_timeline_multiplies_it_and_lines_have_their_own() {
    let agents = "{ name: a, cost: 1 }";
    // Twice as fast from the second hour on: 60, 120, 150, .. and 330 before the end at 390.
    let rush = "timeline: [{ at: 2h, traffic: 2x }]";
    spends(&workspace(agents, "route: random", rush), 10.0);
    // Beside six messages to the workspace, thirteen to the line.
    let both = "{ name: a, cost: 1, traffic: { interarrival: 30m } }";
    spends(&workspace(both, "route: random", ""), 18.0);
}

#[test]
fn draws_of_lines_stay_as_they_are() {
    let features = "features: [{ name: f, cost: { uniform: { min: 1, max: 9 } },
        traffic: { sessions: { rate: 10/h, turns: { geometric: 4 }, think: 40s } } }]";
    let with = workspace("{ name: a, cost: 0 }", features, "");
    let without = with.replace("traffic: { interarrival: 1h }, ", "");
    let (with, without) = (simulate(&with), simulate(&without));
    let credits = value(&without, "credits.consumed");
    assert!(credits > 100.0);
    assert_eq!(with.value("credits.consumed"), Some(credits));
    let messages = value(&without, "messages.offered") + 6.0;
    assert_eq!(with.value("messages.offered"), Some(messages));
}
