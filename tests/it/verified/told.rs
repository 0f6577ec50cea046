//! Logs that say what no run says yet: holds, overage, promises, and instants within brackets.

use limitlab::scenario::{Scenario, parse};
use limitlab::units::{Credits, SimSpan};
use limitlab::verify::{Rule, Standard, Tally, Verdict, Verified};

use super::{verdict_by, verdict_on};

const SCENARIO: &str = "
limitlab: 1
name: told
duration: 1h
plans: { few: { credits: { included: 10, renews: never, overage: { up_to: 10% } } } }
workspaces:
  - group: shops
    plan: few
    agents: [{ name: bot, share: { at_most: 80% } }]
    fair_use: [{ name: slow, token_bucket: { rate: 1/s, burst: 2 } }]
";

fn scenario() -> Scenario {
    parse("told.yaml", SCENARIO, &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// How every log here begins.
const HEAD: &str = "\
time,workspace,agent,action,outcome,reason,limiter,retry_after,cost,key,attempt,charged,overage,hold,balance,sent,answered
0s,,decisions-1,log,exact,,,,,,,,,,,,
0s,shops,few,set_plan,,,,,,,,,,,0,,
0s,shops,few,renew,,,,,,,,-10,,,10,,
0s,shops,bot/1,create,admitted,,,,,,,,,,10,,
0s,shops,bot/1,enable,admitted,,,,,,,,,,10,,
";

/// Credits that are held, and what becomes of them.
const HOLDS: &str = "\
1s,shops,bot/1,message,admitted,,,,3,a,1,,,3,10,,
2s,shops,bot/1,message,admitted,,,,4,b,1,,,4,10,,
3s,shops,bot/1,message,refused,credits_exhausted,,,4.001,c,1,,,,10,,
4s,shops,bot/1,settle,,,,,,a,1,2,,-3,8,,
5s,shops,bot/1,release,refused,overloaded,,,,b,1,,,-4,8,,
6s,shops,bot/1,message,admitted,,,,5,d,1,,,5,8,,
16s,shops,bot/1,expire,,,,,,d,1,,,-5,8,,
";

fn judged(rows: &str) -> Verified {
    let standard = Standard { hold_ttl: Some(SimSpan::from_secs(10)) };
    verdict_by(&scenario(), &format!("{HEAD}{rows}"), standard)
}

/// What is found of rows of which one was replaced.
fn damaged(rows: &str, old: &str, new: &str) -> Verified {
    assert_eq!(rows.matches(old).count(), 1, "{old}");
    judged(&rows.replace(old, new))
}

fn assert_violated(verified: &Verified, rule: Rule) {
    let tally = verified.rules.get(&rule);
    assert!(tally.is_some_and(|tally| tally.violated == 1), "{}: {verified:?}", rule.name());
}

#[test]
fn holds_are_settled_or_expire() {
    let sound = judged(HOLDS);
    assert_eq!(sound.verdict(), Verdict::Held, "{sound:?}");
    assert!(sound.rules.contains_key(&Rule::HoldsEnd), "{sound:?}");
    let settle = "4s,shops,bot/1,settle,,,,,,a,1,2,,-3,8,,\n";
    for (what, old, new, rule) in [
        ("nobody settles it", settle, "", Rule::HoldsEnd),
        ("it is settled twice", settle, &settle.repeat(2), Rule::HoldsEnd),
        ("it is charged twice", settle, &settle.repeat(2), Rule::ChargedOnce),
        ("more is free than was held", ",b,1,,,-4,8", ",b,1,,,-4.001,8", Rule::HoldsEnd),
        ("it lives too long", "16s,", "16.000000001s,", Rule::HoldsEnd),
        ("what is held is refused", "4.001,c", "4,c", Rule::CreditsRefusedRightly),
    ] {
        let verified = damaged(HOLDS, old, new);
        let tally = verified.rules[&rule];
        assert!(tally.violated == 1, "{what}: {verified:?}");
    }
    let open = "7s,shops,bot/1,message,admitted,,,,1,e,1,,,1,8,,\n";
    assert_eq!(judged(&format!("{HOLDS}{open}")).verdict(), Verdict::Held);
    let unknown = verdict_on(&scenario(), &format!("{HEAD}{HOLDS}{open}"));
    assert_eq!(unknown.rules[&Rule::HoldsEnd].possible, 1, "{unknown:?}");
}

/// All that is there, and a credit of overage.
const OVERAGE: &str = "\
1s,shops,bot/1,message,admitted,,,,8,a,1,8,,,2,,
2s,shops,few,expire,,,,,,,,1.5,,,0.5,,
3s,shops,some,buy_package,,,,,,,,-1,,,1.5,,
4s,shops,rewriter,message,admitted,,,,2.25,b,1,2.25,0.75,,0,,
5s,shops,rewriter,message,refused,credits_exhausted,,,0.251,c,1,,,,0,,
6s,shops,rewriter,message,admitted,,,,0.25,d,1,0.25,0.25,,0,,
";

#[test]
fn overage_goes_as_far_as_the_plan_says() {
    let scenario = SCENARIO.replace("agents:", "features: [{ name: rewriter }]\n    agents:");
    let scenario = parse("told.yaml", &scenario, &[]).unwrap_or_else(|error| panic!("{error}"));
    let judged = |rows: &str| verdict_on(&scenario, &format!("{HEAD}{rows}"));
    let sound = judged(OVERAGE);
    assert_eq!(sound.verdict(), Verdict::Held, "{sound:?}");
    let too_much = OVERAGE.replace(",0.25,d,1,0.25,0.25,,0", ",1.3,d,1,1.3,1.3,,0");
    let found = judged(&too_much);
    assert_violated(&found, Rule::PoolNeverOversold);
    let oversold = Credits::from_thousandths(1_050);
    assert_eq!((found.oversold.sum, found.oversold.most), (oversold, oversold), "{found:?}");
    let expected = Tally { violated: 1, decisions: 1, ..Tally::default() };
    assert_eq!(found.rules[&Rule::PoolNeverOversold], expected);
    // What is given back of it is given back first.
    let back = "7s,shops,rewriter,release,refused,overloaded,,,,d,1,-1.3,-1.3,,0,,\n";
    assert_eq!(judged(&format!("{too_much}{back}")).oversold.sum, Credits::ZERO);
    // A log from elsewhere has no overage, and a balance below zero instead.
    let elsewhere = too_much
        .replace("2.25,0.75,,0,", "2.25,,,-0.75,")
        .replace("0.251,c,1,,,,0", "0.251,c,1,,,,-0.75")
        .replace("1.3,1.3,,0,", "1.3,,,-2.05,");
    assert_eq!(judged(&elsewhere).oversold.sum, oversold, "{:?}", judged(&elsewhere));
    let refused = judged(&OVERAGE.replace("0.251,c", "0.25,c"));
    assert_violated(&refused, Rule::CreditsRefusedRightly);
}

#[test]
fn shares_are_kept() {
    let rows = "\
1s,shops,bot/1,message,admitted,,,,7,a,1,7,,,3,,
2s,shops,bot/1,message,refused,share_exhausted,,,1.001,b,1,,,,3,,
3s,shops,bot/1,message,admitted,,,,1,c,1,1,,,2,,
";
    assert_eq!(judged(rows).verdict(), Verdict::Held, "{:?}", judged(rows));
    assert_violated(&damaged(rows, "1.001,b", "1,b"), Rule::SharesRefusedRightly);
    assert_violated(&damaged(rows, "1,c,1,1,,,2", "1.5,c,1,1.5,,,1.5"), Rule::SharesNeverExceeded);
}

#[test]
fn a_try_is_admitted_when_it_was_said() {
    let rows = "\
1s,shops,bot/1,message,admitted,,,,0,a,1,,,,10,,
1s,shops,bot/1,message,admitted,,,,0,b,1,,,,10,,
1s,shops,bot/1,message,refused,rate_limited,slow,1s,0,c,1,,,,10,,
1.5s,shops,bot/1,message,refused,rate_limited,slow,0.5s,0,d,1,,,,10,,
2s,shops,bot/1,message,admitted,,,,0,c,2,,,,10,,
2s,shops,bot/1,message,refused,rate_limited,slow,1s,0,d,2,,,,10,,
";
    assert_eq!(judged(rows).verdict(), Verdict::Held, "{:?}", judged(rows));
    let refused = "2s,shops,bot/1,message,refused,rate_limited,slow,1s,0,c,2,,,,10,,";
    let found = damaged(rows, "2s,shops,bot/1,message,admitted,,,,0,c,2,,,,10,,", refused);
    assert_violated(&found, Rule::RetryAfterKept);
    // The same where it is known only when it was asked and answered.
    let within = |second: &str| {
        let rows = format!(
            "1s,shops,bot/1,message,refused,rate_limited,slow,1s,0,c,1,,,,10,1s,1.1s\n\
             2s,shops,bot/1,message,refused,rate_limited,slow,1s,0,c,2,,,,10,{second}\n"
        );
        verdict_on(&scenario(), &format!("{HEAD}{rows}").replace(",log,exact,", ",log,,"))
    };
    assert_violated(&within("2.1s,2.2s"), Rule::RetryAfterKept);
    assert_eq!(within("2.05s,2.2s").rules[&Rule::RetryAfterKept].violated, 0);
}

#[test]
fn rates_are_judged_within_brackets() {
    let rows = |last: &str| {
        let rows = format!(
            "1s,shops,bot/1,message,admitted,,,,0,a,1,,,,10,1s,1.1s\n\
             1s,shops,bot/1,message,admitted,,,,0,b,1,,,,10,1s,1.2s\n\
             1s,shops,bot/1,message,{last}\n"
        );
        verdict_on(&scenario(), &format!("{HEAD}{rows}").replace(",log,exact,", ",log,,"))
    };
    let verdict = |verified: &Verified, rule: Rule| verified.rules[&rule];
    for (last, rule, verdict_of) in [
        ("admitted,,,,0,c,1,,,,10,1s,1.3s", Rule::RatesNeverExceeded, Verdict::Violated),
        ("admitted,,,,0,c,1,,,,10,1s,2.1s", Rule::RatesNeverExceeded, Verdict::Possible),
        ("admitted,,,,0,c,1,,,,10,2.2s,2.3s", Rule::RatesNeverExceeded, Verdict::Held),
        (
            "refused,rate_limited,slow,,0,c,1,,,,10,1.5s,1.6s",
            Rule::RatesRefusedRightly,
            Verdict::Held,
        ),
        (
            "refused,rate_limited,slow,,0,c,1,,,,10,1s,1.6s",
            Rule::RatesRefusedRightly,
            Verdict::Possible,
        ),
        (
            "refused,rate_limited,slow,,0,c,1,,,,10,2.2s,2.3s",
            Rule::RatesRefusedRightly,
            Verdict::Violated,
        ),
    ] {
        let found = rows(last);
        let Tally { held, possible, violated, .. } = verdict(&found, rule);
        let expected = match verdict_of {
            Verdict::Held => (1, 0, 0),
            Verdict::Possible => (0, 1, 0),
            Verdict::Violated => (0, 0, 1),
        };
        assert_eq!((held, possible, violated), expected, "{last}: {found:?}");
    }
}
