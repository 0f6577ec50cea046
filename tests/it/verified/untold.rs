//! What no row tells is left open: a right decision is never called wrong.

use limitlab::scenario::{Scenario, parse};
use limitlab::verify::{Rule, Verdict, Verified};

use super::verdict_on;
use crate::decisions::audit::logged;

/// The log of a scenario whose decisions are right, and what is found of it.
fn judged(text: &str) -> (String, Verified) {
    let scenario: Scenario =
        parse("untold.yaml", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    let (_, log) = logged(&scenario, 1).unwrap_or_else(|error| panic!("{error}"));
    let verified = verdict_on(&scenario, &log);
    (log, verified)
}

/// The rows of a log in which something happened to somebody.
fn rows<'l>(log: &'l str, words: &[&str]) -> Vec<&'l str> {
    log.lines().filter(|row| words.iter().all(|word| row.contains(word))).collect()
}

#[test]
fn a_period_that_begins_without_a_grant_is_told_by_no_row() {
    // Each period ten credits, and as many more that the next grant pays for: from the second on nothing
    // is granted. Of each period the bot may use five.
    let (log, verified) = judged(
        "
limitlab: 1
name: untold
duration: 39s
plans:
  own: { credits: { included: 10, per: workspace, renews: 10s,
                    overage: { up_to: 100%, at_renewal: deduct } } }
workspaces:
  - group: shops
    plan: own
    agents: [{ name: bot, share: { at_most: 50% }, cost: 5, traffic: { interarrival: 4s } }]
    features: [{ name: rewriter, cost: 5, traffic: { interarrival: 2100ms } }]
",
    );
    assert!(rows(&log, &["bot", "message", "admitted"]).len() > 2, "{log}");
    assert!(!rows(&log, &["share_exhausted"]).is_empty(), "{log}");
    assert_eq!(rows(&log, &["renew"]).len(), 1, "{log}");
    assert_eq!(verified.verdict(), Verdict::Possible, "{verified:?}\n{log}");
    for rule in [Rule::SharesNeverExceeded, Rule::SharesRefusedRightly] {
        assert_eq!(verified.rules[&rule].possible, 1, "{verified:?}\n{log}");
    }
}

#[test]
fn whose_limit_an_attempt_meets_is_not_told_if_the_plan_changes_then() {
    // Each plan lets one in. Somebody's attempt arrives at the very instant at which he comes from one plan
    // to the other; then somebody on each plan tries.
    let (log, verified) = judged(
        "
limitlab: 1
name: untold
duration: 30s
plans: { few: { active_agents: 3 }, many: { active_agents: 9 } }
fair_use: [{ name: fleet, scope: plan, fixed_window: { limit: 1, per: 1h } }]
workspaces:
  - { group: mover, plan: few, agents: [{ name: bot, traffic: { interarrival: 20s } }] }
  - { group: low, plan: few, agents: [{ name: bot, traffic: { interarrival: 25s } }] }
  - { group: high, plan: many, agents: [{ name: bot, traffic: { interarrival: 25s } }] }
timeline: [{ at: 21s, group: mover, set_plan: many }]
backend: { scope: platform, servers: unlimited, service_time: 1s, network_delay: 1s }
",
    );
    // One of the two is refused, and rightly.
    assert_eq!(rows(&log, &["rate_limited"]).len(), 1, "{log}");
    assert_eq!(verified.verdict(), Verdict::Possible, "{verified:?}\n{log}");
    assert_eq!(verified.rules[&Rule::SharedRefusedRightly].violated, 0, "{verified:?}\n{log}");
}
