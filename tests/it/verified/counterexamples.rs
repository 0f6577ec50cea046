//! Violations, shrunk: a few rows that violate the rule again, and no other that the log kept.

use limitlab::report::verified_terminal;
use limitlab::scenario::{Scenario, parse};
use limitlab::verify::{Rule, Verified};

use super::damage::shipped;
use super::forged::{DAMAGES, sound, text};
use super::verdict_on;
use crate::decisions::audit::logged;

#[test]
fn each_damage_is_shown_by_a_few_rows() {
    let (scenario, sound) = sound();
    for (what, damage, rule) in DAMAGES {
        let mut rows = sound.clone();
        damage(&mut rows);
        let verified = verdict_on(&scenario, &text(&rows));
        assert_shown(&scenario, &verified, rule);
        let found = verified.counterexamples.iter().find(|it| it.rule == rule);
        let rows = found.map_or(0, |it| it.rows.len());
        assert!(rows <= 12, "{what}: {rows} rows\n{}", found.expect("it is shown").log());
    }
}

/// Checks that a rule which was violated is shown by a log that violates it too, and no rule which was kept.
pub(super) fn assert_shown(scenario: &Scenario, verified: &Verified, rule: Rule) {
    let broken = |rule: &Rule| verified.rules[rule].violated > 0;
    let found = verified.counterexamples.iter().find(|it| it.rule == rule);
    let Some(found) = found else { panic!("{}: {verified:?}", rule.name()) };
    let again = verdict_on(scenario, &found.log());
    let violated = again.rules.iter().filter(|(_, tally)| tally.violated > 0);
    let violated: Vec<Rule> = violated.map(|(rule, _)| *rule).collect();
    assert!(violated.contains(&rule), "{}: {again:?}\n{}", rule.name(), found.log());
    assert!(violated.iter().all(broken), "{}: {again:?}\n{}", rule.name(), found.log());
}

/// What is printed of the counterexample of a rule.
fn printed(verified: &Verified, rule: Rule) -> String {
    let text = verified_terminal(verified, "log.csv", &[]);
    let begin = text.find(&format!("{}: broken", rule.sentence())).expect("it is broken");
    text[begin..].split("\n\n").next().unwrap_or_default().to_owned()
}

#[test]
fn an_overspend_is_shown_with_what_there_was_and_who_drew_on_it() {
    let scenario = shipped("last-credit", 2);
    let (_, log) = logged(&scenario, 1).expect("shipped scenarios do not loop");
    let verified = verdict_on(&scenario, &log);
    assert_shown(&scenario, &verified, Rule::PoolNeverOversold);
    insta::assert_snapshot!(printed(&verified, Rule::PoolNeverOversold), @"
    no pool is oversold: broken in shops/1, as 10 rows of the log show
      line    3                  +0s  pool     set plan
      line    4                  +0s  pool     renew                               charged -5, balance 5
      line    5                  +0s  sales/1  create: admitted
      line    6                  +0s  sales/1  enable: admitted
      line 1997  +23s209ms645us127ns  sales/1  message: admitted, asked 4s before  cost 1, charged 1, balance 4
      line 1999  +23s221ms407us340ns  sales/1  message: admitted, asked 4s before  cost 1, charged 1, balance 3
      line 2001   +23s225ms130us98ns  sales/1  message: admitted, asked 4s before  cost 1, charged 1, balance 2
      line 2003  +23s232ms897us162ns  sales/1  message: admitted, asked 4s before  cost 1, charged 1, balance 1
      line 2005  +23s253ms690us916ns  sales/1  message: admitted, asked 4s before  cost 1, charged 1, balance 0
      line 2010  +23s272ms355us624ns  sales/1  message: admitted, asked 4s before  cost 1, charged 1, overage 1, balance 0
    ");
}

const FLEET: &str = "
limitlab: 1
name: fleet
duration: 20s
fair_use: [{ name: fleet, scope: platform, concurrency: { limit: 2 } }]
workspaces:
  - { group: shops, count: 9, agents: [{ name: bot }] }
";

/// How the logs of nine shops begin.
fn opened() -> String {
    let head = "time,workspace,agent,action,outcome,reason,limiter,message,attempt\n\
                0s,,decisions-1,log,exact,,,,\n";
    let shops = (1..10).map(|shop| {
        format!(
            "0s,shops/{shop},unlimited,set_plan,,,,,\n\
             0s,shops/{shop},bot,create,admitted,,,,\n\
             0s,shops/{shop},bot,enable,admitted,,,,\n"
        )
    });
    head.to_owned() + &shops.collect::<String>()
}

/// Attempts of nine shops of which two may be in flight: three are once, and then one finds no place though
/// both others are over.
pub(super) fn fleet() -> (Scenario, String) {
    let scenario = parse("fleet.yaml", FLEET, &[]).unwrap_or_else(|error| panic!("{error}"));
    let log = opened()
        + "1s,shops/2,bot,message,admitted,,,1,1\n\
           2s,shops/9,bot,message,admitted,,,1,1\n\
           3s,shops/4,bot,message,refused,concurrency_limited,fleet,1,1\n\
           4s,shops/2,bot,release,,,,1,1\n\
           5s,shops/5,bot,message,admitted,,,1,1\n\
           6s,shops/3,bot,message,admitted,,,1,1\n\
           7s,shops/5,bot,release,,,,1,1\n\
           8s,shops/9,bot,release,,,,1,1\n\
           9s,shops/7,bot,message,refused,concurrency_limited,fleet,1,1\n";
    (scenario, log)
}

#[test]
fn a_limit_over_everybody_is_shown_by_rows_of_several_workspaces() {
    let (scenario, log) = fleet();
    let verified = verdict_on(&scenario, &log);
    let [exceeded, refused] = [Rule::SharedNeverExceeded, Rule::SharedRefusedRightly];
    assert_shown(&scenario, &verified, exceeded);
    assert_shown(&scenario, &verified, refused);
    insta::assert_snapshot!(printed(&verified, exceeded), @"
    no limit over everybody is exceeded: broken by fleet, as 10 rows of the log show
      line  9  +0s  shops/3 unlimited  set plan
      line 10  +0s  shops/3 bot        create: admitted
      line 11  +0s  shops/3 bot        enable: admitted
      line 16  +0s  shops/5 bot        create: admitted
      line 17  +0s  shops/5 bot        enable: admitted
      line 28  +0s  shops/9 bot        create: admitted
      line 29  +0s  shops/9 bot        enable: admitted
      line 31  +2s  shops/9 bot        message: admitted
      line 34  +5s  shops/5 bot        message: admitted
      line 35  +6s  shops/3 bot        message: admitted
    ");
    insta::assert_snapshot!(printed(&verified, refused), @"
    no limit over everybody refuses what fits: broken by fleet, as 2 rows of the log show
      line 21  +0s  shops/7 unlimited  set plan
      line 38  +9s  shops/7 bot        message: refused, concurrency_limited by fleet
    ");
    // Within brackets too.
    let within = log.replace(",log,exact", ",log,");
    let verified = verdict_on(&scenario, &within);
    assert_shown(&scenario, &verified, exceeded);
}

#[test]
fn a_slot_too_many_is_shown_by_those_who_hold_the_others() {
    let (scenario, mut rows) = sound();
    let (_, damage, _) = DAMAGES
        .into_iter()
        .find(|(what, ..)| *what == "one agent too many")
        .expect("there is such a damage");
    damage(&mut rows);
    let verified = verdict_on(&scenario, &text(&rows));
    let rule = Rule::SlotsNeverExceeded;
    let found = verified.counterexamples.iter().find(|it| it.rule == rule);
    insta::assert_snapshot!(found.expect("it is violated").log(), @"
    time,workspace,agent,action,cost,message,attempt,key,node,due,sent,answered,replied,wait,outcome,reason,limiter,retry_after,charged,overage,hold,balance,active
    0s,,decisions-1,log,,,,,,,,,,,exact,,,,,,,,
    0s,shops/1,few,set_plan,,,,,,,,,,,,,,,,,,,0
    0s,shops/1,sales/1,create,,,,,,,,,,,admitted,,,,,,,,0
    0s,shops/1,sales/2,create,,,,,,,,,,,admitted,,,,,,,,0
    0s,shops/1,sales/1,enable,,,,,,,,,,,admitted,,,,,,,,1
    0s,shops/1,sales/2,enable,,,,,,,,,,,admitted,,,,,,,,2
    12s,shops/1,sales/3,enable,,,,,,,,,,,admitted,,,,,,,,2
    ");
}
