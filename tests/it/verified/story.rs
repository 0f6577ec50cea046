//! `limitlab explain`: what happened in one workspace, around a violation.

use std::fs;

use limitlab::log::Trace;
use limitlab::report::story_terminal;
use limitlab::scenario::Scenario;
use limitlab::units::{SimSpan, SimTime};
use limitlab::verify::{Breach, Focus, Question, Rule, Standard, Story, Verdict, tell_story};
use tempfile::TempDir;

use super::command::{HEAD, broken, printed};
use super::counterexamples::fleet;
use super::damage::shipped;
use super::verdict_on;
use crate::decisions::audit::logged;

/// Around the first violation, or that of a workspace.
const FIRST: Question<'static> = Question { workspace: None, at: None, around: 2 };

fn story(scenario: &Scenario, log: &str, question: Question<'_>) -> Story {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let path = folder.path().join("log.csv");
    fs::write(&path, log).expect("a file can be written");
    let told = tell_story(&Trace::new(path, "log.csv"), scenario, Standard::default(), question);
    told.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn an_overspend_is_told() {
    let scenario = shipped("last-credit", 2);
    let (_, log) = logged(&scenario, 1).expect("shipped scenarios do not loop");
    let told = story(&scenario, &log, FIRST);
    assert_eq!(told.focus, Focus::Violation);
    insta::assert_snapshot!(story_terminal(&told, "log.csv"), @"
    shops/1 in log.csv

    ✗ no pool is oversold: broken by 196 decisions

    Around the first of them:
      line           time  who      what happened                                                                        balance  active
      2008  23.263284815s  sales/1  message 1198 is refused: credits used up                                                   0       1
      2009  23.270975267s  sales/1  message 1199 is refused: credits used up                                                   0       1
    ✗ 2010  23.272355624s  sales/1  message 1001 is admitted, is charged 1, 1 of it beyond the balance, asked 4s before        0       1
                                    ✗ the pool did not have that much (no pool is oversold)
      2011  23.272355624s  sales/1  message 1001 is over                                                                       0       1
      2012  23.274330166s  sales/1  message 1200 is refused: credits used up                                                   0       1

    Rows 2,006 to 2,010 of 7,243 of the workspace; `--around N` tells more of them, and `--at TIME` others.
    ");
}

#[test]
fn every_violation_of_a_workspace_is_told() {
    let scenario = shipped("three-gateways", 3);
    let (_, log) = logged(&scenario, 1).expect("shipped scenarios do not loop");
    let verified = verdict_on(&scenario, &log);
    let mut sums = std::collections::BTreeMap::<Rule, u64>::new();
    for shop in ["shops/1", "shops/2", "shops/3"] {
        let question = Question { workspace: Some(shop), around: usize::MAX, ..FIRST };
        let told = story(&scenario, &log, question);
        assert_eq!((told.before, told.after), (0, 0));
        assert!(told.rows.is_sorted_by_key(|it| (it.row.time, it.row.line)), "{shop}");
        for (rule, count) in &told.broken {
            let is_it = |it: &&Breach| (it.rule, it.verdict) == (*rule, Verdict::Violated);
            let marked = told.rows.iter().flat_map(|it| it.broken.iter().filter(is_it)).count();
            assert_eq!(marked as u64, *count, "{shop}: {}", rule.name());
            *sums.entry(*rule).or_default() += count;
        }
    }
    for (rule, tally) in verified.rules.iter().filter(|(_, tally)| tally.decisions > 0) {
        assert_eq!(sums.get(rule), Some(&tally.decisions), "{}", rule.name());
    }
    assert!(sums.len() > 2, "{sums:?}");
    // Which limit had no room is told too.
    let told = story(&scenario, &log, FIRST);
    let broken = told.rows.iter().flat_map(|it| &it.broken);
    let limits: Vec<&str> = broken.filter_map(|it| it.limiter.as_deref()).collect();
    assert!(limits.contains(&"in-flight"), "{told:?}");
}

#[test]
fn what_limits_over_everybody_did_wrong_is_told_of_whom_it_concerns() {
    let (scenario, log) = fleet();
    let told = story(&scenario, &log, FIRST);
    assert_eq!(told.workspace, "shops/3");
    assert_eq!(told.broken.get(&Rule::SharedNeverExceeded), Some(&1));
    insta::assert_snapshot!(story_terminal(&told, "log.csv"), @"
    shops/3 in log.csv

    ✗ no limit over everybody is exceeded: broken by 1 decision

    Around the first of them:
      line  time  who  what happened
        10    0s  bot  is created
        11    0s  bot  is enabled
    ✗   35    6s  bot  message 1 is admitted
                       ✗ the limit had no room for it: “fleet” (no limit over everybody is exceeded)

    Rows 2 to 4 of 4 of the workspace; `--around N` tells more of them, and `--at TIME` others.
    ");
    let told = story(&scenario, &log, Question { workspace: Some("shops/4"), ..FIRST });
    assert_eq!((told.focus, told.before), (Focus::Beginning, 0));
    assert!(told.broken.is_empty(), "{told:?}");
    // The same where workspaces lie within brackets.
    let within = log.replace(",log,exact", ",log,");
    let told = story(&scenario, &within, FIRST);
    assert_eq!(told.workspace, "shops/3");
    assert_eq!(told.broken.get(&Rule::SharedNeverExceeded), Some(&1));
}

#[test]
fn any_time_can_be_told() {
    let (scenario, log) = fleet();
    let at = |secs| Some(SimTime::ZERO + SimSpan::from_secs(secs));
    let lines = |told: &Story| told.rows.iter().map(|it| it.row.line).collect::<Vec<_>>();
    let question = Question { workspace: Some("shops/9"), at: at(2), around: 1 };
    let told = story(&scenario, &log, question);
    assert_eq!((lines(&told), told.before, told.after), (vec![29, 31, 37], 2, 0));
    // Long after the last row there are the last ones.
    let question = Question { at: at(1_000), ..question };
    let told = story(&scenario, &log, question);
    assert_eq!((lines(&told), told.before, told.after), (vec![31, 37], 3, 0));
}

#[test]
fn a_story_is_printed_and_is_exit_code_0() {
    let (code, text) = printed("explain", &broken(), &["--around", "1"]);
    assert_eq!(code, Some(0), "{text}");
    insta::assert_snapshot!(text, @"
    shops/1 in log.csv

    ✗ no pool is oversold: broken by 2 decisions
    ✗ no agent is enabled without a slot: broken by 1 decision

    Around the first of them:
      line  time  who    what happened
         5    2s  bot/1  a message is admitted, is charged 9
    ✗    6    3s  bot/2  is enabled
                         ✗ no slot was free (no agent is enabled without a slot)
    ✗    7  4.5s  bot/2  a message is admitted, is charged 3.5
                         ✗ the pool did not have that much (no pool is oversold)

    Rows 4 to 6 of 7 of the workspace; `--around N` tells more of them, and `--at TIME` others.
    ");
    let sound =
        format!("{HEAD}0s,shops/7,few,set_plan,,,,,\n1s,shops/7,bot/1,enable,admitted,,,,\n");
    let (code, text) = printed("explain", &sound, &[]);
    assert_eq!(code, Some(0), "{text}");
    insta::assert_snapshot!(text, @"
    shops/7 in log.csv

    No rule is surely violated in any workspace; this is the first one.

    How it begins:
      line  time  who    what happened
         2    0s  few    becomes the plan
         3    1s  bot/1  is enabled

    These are all rows of the workspace.
    ");
}

#[test]
fn what_cannot_be_told_is_exit_code_2() {
    let (code, text) = printed("explain", &broken(), &["--workspace", "shop/1"]);
    assert_eq!(code, Some(2), "{text}");
    insta::assert_snapshot!(text, @"
    error: the log has no workspace `shop/1`
    hint: did you mean `shops/1`?
    ");
    let (code, text) = printed("explain", HEAD, &[]);
    assert_eq!(code, Some(2), "{text}");
    insta::assert_snapshot!(text, @"
    error: the log has no rows to tell of
    ");
    let (code, text) = printed("explain", &broken(), &["--at", "soon"]);
    assert_eq!(code, Some(2), "{text}");
    insta::assert_snapshot!(text, @"
    error: invalid value 'soon' for '--at <TIME>': `soon` is not a duration such as `250ms`, `8h` or `1d12h`

    For more information, try '--help'.
    ");
    let (code, text) = printed("explain", &broken().replace("few,renew", "few,renwe"), &[]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("renew"), "{text}");
}
