//! Logs that were damaged, each in one way: the rule that is broken is named.

use std::fs;

use limitlab::scenario::{Scenario, load};
use limitlab::verify::{Rule, Verdict};
use tempfile::TempDir;

use super::verdict_on;
use crate::decisions::audit::logged;

/// A workspace in which every kind of decision is made, and one whose trial ends.
const SCENARIO: &str = "
limitlab: 1
name: forged
duration: 100s
plans:
  few: { active_agents: 2, total_agents: 4, credits: { included: 5, renews: 40s } }
  more: { active_agents: 3, total_agents: 5, credits: { included: 7, renews: 40s } }
  trying: { trial: 30s, credits: { included: 9, renews: never } }
packages: { some: { credits: 1.5, period: 30s } }
workspaces:
  - group: shops
    plan: few
    traffic: { trace: day.csv }
    agents: [{ name: sales, count: 3, cost: 2 }]
    features: [{ name: rewriter, cost: 0.25 }]
  - group: labs
    plan: trying
    traffic: { trace: day.csv }
    agents: [{ name: bot }]
fair_use: [{ name: all, concurrency: { limit: 1 } }]
backend: { service_time: 1s, servers: 9, network_delay: 10ms }
";

const DAY: &str = "time,workspace,agent,action,cost
1s,shops,sales/1,message,
1.5s,shops,sales/2,message,
4s,labs,bot,message,
6s,shops,sales/3,message,
7s,shops,rewriter,message,
9s,shops,sales/1,message,
11s,shops,sales/2,message,
12s,shops,sales/3,enable,
13s,shops,sales/1,disable,
13s,shops,sales/3,enable,
14s,shops,sales/1,message,
15s,shops,extra/1,create,
16s,shops,extra/2,create,
17s,shops,some,buy_package,
18s,shops,sales/3,message,
20s,shops,more,set_plan,
21s,shops,sales/1,enable,
22s,shops,sales/3,delete,
23s,shops,extra/3,create,
29s,labs,bot,message,
31s,labs,bot,message,
45s,shops,sales/1,message,
";

/// A log, row by row and cell by cell; the columns come first.
pub(super) type Rows = Vec<Vec<String>>;

pub(super) fn sound() -> (Scenario, Rows) {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let path = folder.path().join("own.yaml");
    fs::write(&path, SCENARIO).expect("a file can be written");
    fs::write(folder.path().join("day.csv"), DAY).expect("a file can be written");
    let scenario = match load(&path, &[]) {
        Ok(loaded) => loaded.scenario,
        Err(error) => panic!("{error}"),
    };
    let (_, log) = logged(&scenario, 1).unwrap_or_else(|error| panic!("{error}"));
    let rows = log.lines().map(|line| line.split(',').map(str::to_owned).collect());
    (scenario, rows.collect())
}

pub(super) fn text(rows: &Rows) -> String {
    rows.iter().map(|row| row.join(",") + "\n").collect()
}

/// The place of a column.
fn column(rows: &Rows, name: &str) -> usize {
    rows[0].iter().position(|it| it == name).expect("a log has the column")
}

/// The row that happens at a time, of a workspace's agent and action.
fn row(rows: &Rows, key: [&str; 4]) -> usize {
    let matches = |row: &&Vec<String>| row[..4] == key;
    let count = rows.iter().filter(matches).count();
    assert_eq!(count, 1, "{key:?} in\n{}", text(rows));
    rows.iter().position(|row| row[..4] == key).expect("it is there")
}

/// Sets cells of the row that `key` names.
fn set(rows: &mut Rows, key: [&str; 4], cells: &[(&str, &str)]) {
    let place = row(rows, key);
    for (name, value) in cells {
        let column = column(rows, name);
        (*value).clone_into(&mut rows[place][column]);
    }
}

#[test]
fn what_was_not_damaged_is_held() {
    let (scenario, rows) = sound();
    let verified = verdict_on(&scenario, &text(&rows));
    assert_eq!(verified.verdict(), Verdict::Held, "{verified:?}\n{}", text(&rows));
    // Limits of its own, shares and holds have logs of their own.
    let is_elsewhere = |rule: &Rule| {
        ["rates", "places", "shares", "holds"].iter().any(|it| rule.name().starts_with(it))
    };
    let rules: Vec<Rule> = verified.rules.keys().copied().collect();
    let others: Vec<Rule> = Rule::ALL.into_iter().filter(|rule| !is_elsewhere(rule)).collect();
    assert_eq!(rules, others, "every other rule applies somewhere");
    assert_eq!((verified.rows, verified.workspaces), (rows.len() as u64 - 2, 2));
}

/// What is done to a log, and the rule that is broken then.
pub(super) type Damage = (&'static str, fn(&mut Rows), Rule);

/// Puts a copy of a row below it, with other cells.
fn again(rows: &mut Rows, key: [&str; 4], cells: &[(&str, &str)]) {
    let place = row(rows, key);
    let mut copy = rows[place].clone();
    for (name, value) in cells {
        (*value).clone_into(&mut copy[column(rows, name)]);
    }
    rows.insert(place + 1, copy);
}

fn drop_row(rows: &mut Rows, key: [&str; 4]) {
    let place = row(rows, key);
    rows.remove(place);
}

/// Has no row tell a balance, so that only what is charged and granted counts.
fn without_balances(rows: &mut Rows) {
    let balance = column(rows, "balance");
    rows[1..].iter_mut().for_each(|row| row[balance].clear());
}

const ADMITTED: (&str, &str) = ("outcome", "admitted");
const REFUSED: (&str, &str) = ("outcome", "refused");

pub(super) const DAMAGES: [Damage; 28] = [
    (
        "a charge that is more than what left the pool",
        |rows| set(rows, ["9s", "shops/1", "sales/1", "message"], &[("charged", "2.001")]),
        Rule::CreditsConserved,
    ),
    (
        "a thousandth too much in the pool",
        |rows| set(rows, ["20s", "shops/1", "more", "renew"], &[("balance", "2.251")]),
        Rule::CreditsConserved,
    ),
    (
        "a renewal that nobody wrote down",
        |rows| drop_row(rows, ["40s", "shops/1", "more", "renew"]),
        Rule::CreditsConserved,
    ),
    (
        "credits that do not expire",
        |rows| set(rows, ["40s", "shops/1", "more", "expire"], &[("charged", "0")]),
        Rule::CreditsConserved,
    ),
    (
        "credits that are not given back",
        |rows| set(rows, ["1.52s", "shops/1", "sales/2", "release"], &[("charged", "")]),
        Rule::CreditsConserved,
    ),
    (
        "a package that brings more than it says",
        |rows| set(rows, ["17s", "shops/1", "some", "buy_package"], &[("charged", "-1")]),
        Rule::CreditsConserved,
    ),
    (
        "a message that the pool could not pay",
        |rows| {
            let cells = [ADMITTED, ("reason", ""), ("charged", "2"), ("balance", "-1.25")];
            set(rows, ["11s", "shops/1", "sales/2", "message"], &cells);
        },
        Rule::PoolNeverOversold,
    ),
    (
        "a package that was never bought",
        |rows| {
            without_balances(rows);
            drop_row(rows, ["17s", "shops/1", "some", "buy_package"]);
        },
        Rule::PoolNeverOversold,
    ),
    (
        "a plan that grants nothing",
        |rows| {
            without_balances(rows);
            drop_row(rows, ["0s", "labs/1", "trying", "renew"]);
        },
        Rule::PoolNeverOversold,
    ),
    (
        "a pool that is charged a minute early",
        |rows| {
            without_balances(rows);
            let early = [("time", "14s"), ("sent", "14s"), ("answered", "14s")];
            set(rows, ["45s", "shops/1", "sales/1", "message"], &early);
        },
        Rule::PoolNeverOversold,
    ),
    (
        "a delivery that is charged twice",
        |rows| again(rows, ["4s", "labs/1", "bot/1", "message"], &[("balance", "7")]),
        Rule::ChargedOnce,
    ),
    (
        "a second attempt of what was paid",
        |rows| {
            let later = [("time", "6s"), ("sent", "6s"), ("answered", "6s"), ("attempt", "2")];
            again(rows, ["4s", "labs/1", "bot/1", "message"], &later);
        },
        Rule::ChargedOnce,
    ),
    (
        "a refusal of what the pool could pay",
        |rows| set(rows, ["11s", "shops/1", "sales/2", "message"], &[("cost", "0.75")]),
        Rule::CreditsRefusedRightly,
    ),
    (
        "credits that have run out in a full pool",
        |rows| {
            let refused = [REFUSED, ("reason", "credits_exhausted"), ("charged", "")];
            set(rows, ["45s", "shops/1", "sales/1", "message"], &refused);
        },
        Rule::CreditsRefusedRightly,
    ),
    (
        "one agent too many",
        |rows| {
            set(rows, ["12s", "shops/1", "sales/3", "enable"], &[ADMITTED, ("reason", "")]);
        },
        Rule::SlotsNeverExceeded,
    ),
    (
        "a slot that was never freed",
        |rows| drop_row(rows, ["13s", "shops/1", "sales/1", "disable"]),
        Rule::SlotsNeverExceeded,
    ),
    (
        "a slot that is taken before it is free",
        |rows| {
            let place = row(rows, ["13s", "shops/1", "sales/1", "disable"]);
            rows.swap(place, place + 1);
        },
        Rule::SlotsNeverExceeded,
    ),
    (
        "a third slot before the plan has it",
        |rows| {
            let place = row(rows, ["21s", "shops/1", "sales/1", "enable"]);
            "19.5s".clone_into(&mut rows[place][0]);
        },
        Rule::SlotsNeverExceeded,
    ),
    (
        "a slot that is refused though one is free",
        |rows| {
            let refused = [REFUSED, ("reason", "active_agent_limit")];
            set(rows, ["21s", "shops/1", "sales/1", "enable"], &refused);
        },
        Rule::SlotsRefusedRightly,
    ),
    (
        "a freed slot that is not free at once",
        |rows| {
            let refused = [REFUSED, ("reason", "active_agent_limit")];
            set(rows, ["13s", "shops/1", "sales/3", "enable"], &refused);
        },
        Rule::SlotsRefusedRightly,
    ),
    (
        "a fifth agent where four may be",
        |rows| {
            let key = ["16s", "shops/1", "agents that traces create", "create"];
            set(rows, key, &[ADMITTED, ("reason", "")]);
        },
        Rule::AgentsNeverExceeded,
    ),
    (
        "agents that were created twice",
        |rows| {
            again(rows, ["0s", "shops/1", "sales/3", "create"], &[("agent", "sales/4")]);
        },
        Rule::AgentsNeverExceeded,
    ),
    (
        "an agent that is refused while there is room",
        |rows| {
            let refused = [REFUSED, ("reason", "workspace_agent_limit")];
            set(rows, ["23s", "shops/1", "agents that traces create/2", "create"], &refused);
        },
        Rule::AgentsRefusedRightly,
    ),
    (
        "a reply of an agent that is away",
        |rows| {
            set(rows, ["6s", "shops/1", "sales/3", "message"], &[ADMITTED, ("reason", "")]);
        },
        Rule::ActiveAgentsOnly,
    ),
    (
        "an agent that is said to be away",
        |rows| {
            let refused = [REFUSED, ("reason", "agent_not_active"), ("charged", "")];
            set(rows, ["18s", "shops/1", "sales/3", "message"], &refused);
        },
        Rule::ActiveAgentsOnly,
    ),
    (
        "a clock that is late: the agent was disabled by then",
        |rows| {
            let late = [("time", "13.5s"), ("sent", "13.5s"), ("answered", "13.5s")];
            set(rows, ["9s", "shops/1", "sales/1", "message"], &late);
        },
        Rule::ActiveAgentsOnly,
    ),
    (
        "a reply after the trial",
        |rows| {
            set(rows, ["31s", "labs/1", "bot/1", "message"], &[ADMITTED, ("reason", "")]);
        },
        Rule::TrialsEnd,
    ),
    (
        "a trial that ends too early",
        |rows| {
            let refused = [REFUSED, ("reason", "trial_ended"), ("charged", "")];
            set(rows, ["29s", "labs/1", "bot/1", "message"], &refused);
        },
        Rule::TrialsEnd,
    ),
];

#[test]
fn each_damage_is_named() {
    let (scenario, sound) = sound();
    for (what, damage, rule) in DAMAGES {
        let mut rows = sound.clone();
        damage(&mut rows);
        assert_ne!(rows, sound, "{what}");
        let verified = verdict_on(&scenario, &text(&rows));
        let found = verified.rules.get(&rule);
        let is_named = found.is_some_and(|tally| tally.violated == 1);
        assert!(is_named, "{what}: {verified:?}");
        let shown = verified.findings.iter().any(|it| it.rule == rule);
        assert!(shown, "{what}: {verified:?}");
    }
}

#[test]
fn what_may_have_been_before_is_possible() {
    let (scenario, mut rows) = sound();
    // Asked for before the agent went offline, and refused after it. An exact log has no doubt.
    set(&mut rows, ["14s", "shops/1", "sales/1", "message"], &[("sent", "12.9s")]);
    assert_eq!(verdict_on(&scenario, &text(&rows)).verdict(), Verdict::Held);
    let outcome = column(&rows, "outcome");
    rows[1][outcome].clear();
    let verified = verdict_on(&scenario, &text(&rows));
    assert_eq!(verified.rules[&Rule::ActiveAgentsOnly].possible, 1, "{verified:?}");
    assert_eq!(verified.verdict(), Verdict::Possible, "{verified:?}");
}

#[test]
fn rows_of_several_workspaces_may_alternate_or_follow_each_other() {
    let (scenario, rows) = sound();
    let mut in_turn = rows.clone();
    in_turn[2..].sort_by_key(|row| row[1].clone());
    assert_ne!(rows, in_turn);
    let [mixed, in_turn] = [rows, in_turn].map(|rows| verdict_on(&scenario, &text(&rows)));
    assert_eq!(mixed, in_turn);
}
