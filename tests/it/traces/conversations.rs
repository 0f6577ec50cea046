//! Recorded conversations, by hand.

use super::{assert_values, replay_all};

const SHOP: &str = "limitlab: 1
name: talks
duration: 1h
workspaces:
  - group: shops
    traffic: { trace: day.csv, replay: sessions }
    agents: [{ name: sales, count: 2, cost: 2 }]
backend: { servers: 1, service_time: 2s }
";

/// A conversation of three turns, and a message in between.
const TALK: &str = "time,workspace,agent,action,cost,session,think
0s,shops,sales/1,message,,x,
,shops,sales/1,message,,x,1s
1m,shops,sales/1,message,,x,3s
7s,shops,sales/2,message,,,
";

#[test]
fn a_turn_follows_the_reply_to_the_one_before() {
    // Due at 0, 3 and 8; the server is taken from 7 to 9.
    let found = replay_all(SHOP, TALK);
    let (sum, waits) = (f64::from(2 + 2 + 2 + 3), 1.0);
    assert_values(&found, &[("latency.mean", sum / 4.0), ("wait.mean", waits / 4.0)]);
}

#[test]
fn slow_replies_put_the_conversation_off() {
    // Due at 0, 5 and 12; the message at 7 is served from 9 to 13.
    let found = replay_all(&SHOP.replace("2s", "4s"), TALK);
    assert_values(&found, &[("latency.mean", f64::from(4 + 4 + 6 + 5) / 4.0), ("wait.max", 2.0)]);
}

#[test]
fn think_times_run_with_the_clock_of_the_trace() {
    // Due at 0, 2.5 and 6; the message at 3.5 is served from 4.5 to 6.5.
    let found = replay_all(&SHOP.replace("sessions }", "sessions, speed: 2x }"), TALK);
    assert_values(&found, &[("latency.mean", (2.0 + 2.0 + 3.0 + 2.5) / 4.0), ("wait.max", 1.0)]);
}

#[test]
fn a_lost_turn_ends_the_conversation() {
    let trace = TALK.replace("7s,shops,sales/2,message", "1s,shops,sales/1,disable");
    let found = replay_all(SHOP, &trace);
    let expected = [("messages.offered", 2.0), ("messages.completed", 1.0), ("messages.lost", 1.0)];
    assert_values(&found, &expected);
    // Whatever conversations that are drawn do.
    let drawn = "count: 2, traffic: { sessions: { rate: 1/d, on_lost: continue } }";
    let found = replay_all(&SHOP.replace("count: 2", drawn).replace("1h", "1m"), &trace);
    assert_values(&found, &expected);
}

#[test]
fn a_conversation_waits_for_its_agent_and_ends_with_it() {
    let scenario = SHOP.replace("cost: 2", "cost: 2, while_offline: pause");
    let away =
        |until: &str| TALK.replace("7s,shops,sales/2,message", "1s,shops,sales/1,disable") + until;
    // The second turn is due at 3 and written at 10.
    let found = replay_all(&scenario, &away("10s,shops,sales/1,enable,,,\n"));
    assert_values(&found, &[("messages.offered", 3.0), ("latency.mean", 2.0)]);
    let found = replay_all(&scenario, &away("10s,shops,sales/1,delete,,,\n"));
    assert_values(&found, &[("messages.offered", 1.0)]);
}

#[test]
fn turns_cost_what_they_say_and_end_with_the_duration() {
    let scenario = SHOP
        .replace("duration", "plans: { p: { credits: { included: 100 } } }\nduration")
        .replace("    traffic", "    plan: p\n    traffic")
        .replace("1h", "8s");
    // The third turn would be written at 8.
    let trace = TALK.replace("message,,x,1s", "message,7.5,x,1s");
    let found = replay_all(&scenario, &trace);
    assert_values(&found, &[("messages.offered", 3.0), ("credits.consumed", 2.0 + 7.5 + 2.0)]);
}

#[test]
fn with_arrivals_every_message_comes_at_its_time() {
    let scenario = SHOP.replace(", replay: sessions", "");
    let trace = TALK
        .replace("\n,shops", "\n1s,shops")
        .replace("7s,shops", "2m,shops")
        .replace("message,,x,3s", "message,,x,whatever");
    // At 0, 1 s, 1 m and 2 m.
    let found = replay_all(&scenario, &trace);
    assert_values(&found, &[("wait.mean", 0.25), ("messages.completed", 4.0)]);
}

#[test]
fn servers_of_ones_own_are_done_before_the_agent_goes_offline() {
    // The reply is back at 2 and the agent goes offline. Both the next turn and its return are due
    // at 5, in the order in which they came about: the turn finds nobody.
    let own = SHOP
        .replace("cost: 2 }", "activity: { offline: { constant: 3s } } }")
        .replace("{ servers", "{ scope: workspace, queue: { discipline: lifo }, servers");
    let talk = "time,workspace,agent,action,cost,session,think
0s,shops,sales/1,message,,x,
,shops,sales/1,message,,x,3s
2s,shops,sales/1,disable,,,
";
    let found = replay_all(&own, talk);
    assert_values(&found, &[("messages.offered", 2.0), ("messages.lost", 1.0)]);
}
