//! Violations, shrunk: a few rows that violate the rule again, and no other that the log kept.

use limitlab::verify::{Rule, Verdict};

use super::forged::{DAMAGES, sound, text};
use super::verdict_on;

#[test]
fn each_damage_is_shown_by_a_few_rows() {
    let (scenario, sound) = sound();
    for (what, damage, rule) in DAMAGES {
        let mut rows = sound.clone();
        damage(&mut rows);
        let verified = verdict_on(&scenario, &text(&rows));
        let broken = |rule: &Rule| verified.rules[rule].violated > 0;
        let found = verified.counterexamples.iter().find(|it| it.rule == rule);
        let Some(found) = found else { panic!("{what}: {verified:?}") };
        assert!(found.rows.len() <= 12, "{what}: {} rows\n{}", found.rows.len(), found.log());
        let again = verdict_on(&scenario, &found.log());
        let violated = again.rules.iter().filter(|(_, tally)| tally.violated > 0);
        let violated: Vec<Rule> = violated.map(|(rule, _)| *rule).collect();
        assert!(violated.contains(&rule), "{what}: {again:?}\n{}", found.log());
        assert!(violated.iter().all(broken), "{what}: {again:?}\n{}", found.log());
        assert_eq!(again.verdict(), Verdict::Violated, "{what}");
    }
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
