//! What a trace has done to agents, plans and pools, by hand; and who goes first.

use super::{assert_values, replay};

const SHOP: &str = "limitlab: 1
name: deeds
duration: 1h
plans:
  small: { active_agents: 2, total_agents: 4, credits: { included: 10, renews: never } }
  large: { active_agents: 3, credits: { included: 100, renews: never } }
packages: { more: { credits: 5 } }
workspaces:
  - group: shops
    plan: small
    traffic: { trace: day.csv }
    agents: [{ name: sales, count: 3, cost: 2 }]
";

#[test]
fn enables_and_disables_obey_the_slots() {
    // At the start two of three are enabled.
    let rows = "1s,shops,sales/3,enable,
1s,shops,sales/1,enable,
2s,shops,sales/3,message,
3s,shops,sales/1,disable,
3s,shops,sales/1,disable,
4s,shops,sales/3,enable,
5s,shops,sales/3,message,
6s,shops,sales/1,message,
";
    assert_values(
        &replay(SHOP, rows),
        &[
            ("enables.tried", 5.0),
            ("enables.refused", 2.0),
            ("messages.offered", 3.0),
            ("messages.completed", 1.0),
            ("refusal.rate{reason=agent_not_active}", 2.0 / 3.0),
            ("credits.consumed", 2.0),
        ],
    );
}

#[test]
fn agents_are_created_deleted_and_created_again() {
    let rows = "1s,shops,sales/2,create,
2s,shops,bot,create,
3s,shops,sales/4,create,
4s,shops,bot,message,
5s,shops,sales/1,delete,
6s,shops,bot,enable,
7s,shops,bot,message,
8s,shops,bot,message,0.5
9s,shops,sales/4,create,
10s,shops,sales/4,message,
11s,shops,sales/1,create,
12s,shops,sales/1,message,
13s,shops,sales/2,delete,
13s,shops,sales/2,delete,
14s,shops,sales/1,create,
15s,shops,sales/1,message,
16s,shops,sales/2,message,
";
    assert_values(
        &replay(SHOP, rows),
        &[
            // Three at the start; bot; sales/4, for which there is no room until sales/1 is gone;
            // sales/1, for which there is none until sales/2 is gone. That sales/2 is there is no
            // try.
            ("creates.tried", 8.0),
            ("creates.refused", 2.0),
            ("enables.tried", 4.0),
            // Those to sales/1 and sales/2 while they do not exist are not written; the drafts bot,
            // sales/4 and sales/1 do not answer.
            ("messages.offered", 5.0),
            ("messages.completed", 2.0),
            // The line's cost is not that of bot.
            ("credits.consumed", 1.5),
        ],
    );
}

#[test]
fn plans_and_packages_change_pools() {
    let rows = "1s,shops,sales/1,message,4
2s,shops,more,buy_package,
3s,shops,large,set_plan,
4s,shops,sales/3,enable,
5s,shops,large,set_plan,
6s,shops,sales/3,message,
";
    assert_values(
        &replay(SHOP, rows),
        &[
            ("plans.changed", 1.0),
            ("packages.bought", 1.0),
            ("credits.purchased", 5.0),
            ("credits.consumed", 6.0),
            // Of a hundred four were used under the other plan.
            ("credits.closing", 100.0 + 5.0 - 6.0),
            ("messages.completed", 2.0),
            ("enables.refused", 1.0),
        ],
    );
}

#[test]
fn rows_beyond_the_end_do_nothing_whatever_they_name() {
    let rows = "1s,shops,sales/1,message,\n2h,shops,large,set_plan,\n3h,shops,bot,create,\n";
    let found = replay(SHOP, rows);
    assert_values(&found, &[("messages.completed", 1.0)]);
    assert!(found.metric("all", "plans.changed").is_none());
}

#[test]
fn recorded_messages_are_tried_again_and_lose_patience() {
    let scenario = SHOP.replace(
        "cost: 2 }",
        "cost: 2, retry: { max_attempts: 3, backoff: { wait: 4s }, reasons: [agent_not_active] }, \
         patience: 6s }",
    );
    // The first finds sales/3 at its second attempt, the second is given up after six seconds.
    let rows = "1s,shops,sales/3,message,
2s,shops,sales/1,disable,
3s,shops,sales/3,enable,
10s,shops,sales/1,message,
";
    assert_values(
        &replay(&scenario, rows),
        &[
            ("messages.completed", 1.0),
            ("messages.timed_out", 1.0),
            ("attempts.offered", 4.0),
            ("latency.max", 4.0),
        ],
    );
}

#[test]
fn customers_who_wait_do_not_write_while_the_agent_is_away() {
    let scenario = SHOP.replace("cost: 2", "cost: 2, while_offline: pause");
    let rows = "1s,shops,sales/3,message,\n2s,shops,sales/1,message,\n";
    assert_values(&replay(&scenario, rows), &[("messages.offered", 1.0)]);
}

#[test]
fn what_frees_goes_first_whatever_the_order_of_rows() {
    let rows = "1s,shops,sales/3,enable,
1s,shops,sales/3,message,
1s,shops,sales/1,disable,
";
    assert_values(
        &replay(SHOP, rows),
        &[("enables.refused", 1.0), ("messages.completed", 1.0), ("enables.tried", 4.0)],
    );
    // Plans before purchases before messages: the pool of ten is the larger one by then.
    let rows = "1s,shops,sales/1,message,105
1s,shops,more,buy_package,
1s,shops,large,set_plan,
";
    assert_values(&replay(SHOP, rows), &[("messages.completed", 1.0), ("credits.closing", 0.0)]);
}

#[test]
fn rows_of_one_instant_keep_their_order() {
    let scenario = SHOP.replace(
        "    traffic",
        "    fair_use: [{ name: one, token_bucket: { rate: 1/h, burst: 1 } }]\n    traffic",
    );
    for (first, second) in [(3.0, 5.0), (5.0, 3.0)] {
        let rows = format!("1s,shops,sales/1,message,{first}\n1s,shops,sales/2,message,{second}\n");
        assert_values(&replay(&scenario, &rows), &[("credits.consumed", first)]);
    }
}

#[test]
fn rows_go_before_entries_of_the_timeline_and_messages_that_are_drawn() {
    let scenario = format!("{SHOP}timeline: [{{ at: 1s, set_plan: small }}]\n");
    let changes = |rows: &str| replay(&scenario, rows).value("plans.changed");
    assert_eq!(changes("1s,shops,large,set_plan,\n"), Some(2.0));
    assert_eq!(changes("2s,shops,large,set_plan,\n"), Some(1.0));

    let scenario = SHOP
        .replace("count: 3, cost: 2", "traffic: { interarrival: 1m }, cost: 2")
        .replace("included: 10,", "included: 5,")
        .replace("1h", "61s");
    // Only one of both can be paid.
    let rows = "1m,shops,sales,message,5\n";
    assert_values(&replay(&scenario, rows), &[("credits.consumed", 5.0), ("messages.lost", 1.0)]);
}

#[test]
fn workspaces_go_in_the_order_of_the_scenario() {
    let scenario = "limitlab: 1
name: order
duration: 1h
workspaces:
  - { group: a, count: 2, traffic: { trace: day.csv }, agents: [{ name: bot }] }
  - { group: b, traffic: { trace: day.csv }, agents: [{ name: bot }] }
backend: { servers: 1, service_time: 1s, queue: { limit: 0 } }
";
    let rows = "1s,b,bot,message,\n1s,a/2,bot,message,\n5s,b/1,bot,message,\n5s,b,bot,message,\n";
    assert_values(
        &replay(scenario, rows),
        &[("a:messages.completed", 1.0), ("b:messages.completed", 1.0), ("b:messages.lost", 2.0)],
    );
}

#[test]
fn a_trace_decides_what_can_occur() {
    let without = replay(SHOP, "1s,shops,sales/1,message,\n");
    for metric in ["plans.changed", "packages.bought", "creates.tried"] {
        assert!(without.metric("all", metric).is_none(), "{metric}");
    }
}
