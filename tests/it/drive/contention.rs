//! Full contention: everything is due at once, and two threads decide upon few rows.

use limitlab::summary;
use limitlab::verify::{Rule, Verdict};

use super::{column, driven};

/// Two workspaces, to each of whose two agents 300,000 messages are due in five virtual minutes: at
/// a million times the speed, at once.
const CROWDED: &str = "
limitlab: 1
name: crowded
duration: 5m
plans: { few: { active_agents: 2, credits: { included: 400_000.5, renews: never } } }
workspaces:
  - group: shops
    count: 2
    plan: few
    agents: [{ name: bot, count: 2, traffic: { interarrival: 1ms }, cost: 1 }]
";

#[test]
fn an_atomic_row_is_never_oversold_in_a_million_decisions() {
    let drove = driven(CROWDED, "1_000_000x");
    // 299,999 messages to each agent: one every millisecond, from the first one on, before the end.
    assert_eq!(drove.count("attempts.offered"), 1_199_996);
    // What the pools hold is used up to the last credit that can be, and no further.
    assert_eq!(drove.count("credits.consumed"), 800_000);
    assert_eq!(drove.count("credits.closing"), 1);
    assert_eq!(drove.count("attempts.admitted"), 800_000);
    assert_eq!(drove.count("credits.oversold.total"), 0);
    assert_eq!(drove.verdict(Rule::PoolNeverOversold), Verdict::Held);
    assert_eq!(drove.verdict(Rule::ChargedOnce), Verdict::Held);
    assert_ne!(drove.verified.verdict(), Verdict::Violated, "{:?}", drove.verified.findings);
    // Nobody can send a million messages in a third of a millisecond.
    let validity = &drove.driven.summary.validity;
    assert_eq!(validity.verdict, summary::Verdict::Invalid);
    assert!(validity.why[0].starts_with("The generator fell behind"), "{:?}", validity.why);
}

#[test]
fn a_gap_between_reading_and_writing_oversells_and_is_caught() {
    let yaml = "
limitlab: 1
name: gap
duration: 20s
plans: { few: { active_agents: 3, credits: { included: 500, renews: never } } }
workspaces:
  - group: shops
    count: 2
    plan: few
    agents: [{ name: bot, count: 3, traffic: { interarrival: 10ms }, cost: 1 }]
enforcement: { strategy: { check_then_act: { gap: 1s } } }
";
    let drove = driven(yaml, "20x");
    assert_eq!(drove.verdict(Rule::PoolNeverOversold), Verdict::Violated);
    let sum = |of: &str| -> i64 {
        let rows = drove.rows();
        let rows = rows.iter().filter(|row| &row[column("action")] == of);
        rows.filter_map(|row| row[column("charged")].parse::<i64>().ok()).sum()
    };
    let oversold = sum("message") - 1_000;
    assert!(oversold > 0);
    assert_eq!(drove.count("credits.oversold.total") as i64, oversold);
    assert_eq!(drove.count("credits.consumed"), 1_000);
    assert_eq!(sum("renew"), -1_000);
    // Who reads within a second before the last credit is written sees it still: three messages
    // come every ten milliseconds, and a gap is at most 20 virtual milliseconds longer than
    // written.
    assert!(drove.value("credits.oversold.max") <= 3.0 * 103.0 + 50.0, "{oversold}");
    assert!(drove.value("credits.oversold.max") >= 150.0, "{oversold}");
}
