//! What the strategies of enforcement do when they are real.

use limitlab::verify::{Rule, Verdict};

use super::driven;

/// Messages to one row, one every virtual millisecond.
fn busy(enforcement: &str) -> String {
    format!(
        "
limitlab: 1
name: busy
duration: 2s
plans: {{ few: {{ credits: {{ included: 500, renews: never }} }} }}
workspaces:
  - group: shops
    plan: few
    agents: [{{ name: bot, traffic: {{ interarrival: 1ms }}, cost: 1 }}]
enforcement: {{ {enforcement} }}
"
    )
}

#[test]
fn a_row_that_takes_its_time_decides_one_after_the_other() {
    // 1,999 decisions of two milliseconds at the wall's pace.
    let drove = driven(&busy("decision_time: 2ms"), "1x");
    let wall = drove.driven.wall.as_secs_f64();
    assert!(wall >= 1.999 * 2.0, "{wall}");
    assert_eq!(drove.value("credits.consumed"), 500.0);
    assert_eq!(drove.verdict(Rule::PoolNeverOversold), Verdict::Held);
}

#[test]
fn who_writes_only_what_nobody_changed_never_oversells() {
    let strategy = "strategy: { optimistic: { read_to_write: 5ms, max_retries: 1 } }";
    let drove = driven(&busy(strategy), "1x");
    assert_eq!(drove.verdict(Rule::PoolNeverOversold), Verdict::Held);
    assert_eq!(drove.value("credits.oversold.total"), 0.0);
    // Five come while one thinks, so most that read find that somebody wrote: two tries are not enough.
    let unavailable = drove.value("refusal.rate{reason=enforcement_unavailable}");
    assert!(unavailable > 0.2, "{unavailable}");
    assert!(drove.value("credits.consumed") <= 500.0);
}

#[test]
fn who_reads_and_writes_later_lets_too_many_agents_be_active() {
    let yaml = "
limitlab: 1
name: stampede
duration: 10s
plans: { few: { active_agents: 2 } }
workspaces:
  - group: shops
    count: 5
    plan: few
    agents: [{ name: bot, count: 6, start: offline, activity: { offline: 5s } }]
enforcement: { strategy: { check_then_act: { gap: 1s } } }
";
    let drove = driven(yaml, "10x");
    // All six see two free slots at five seconds, and take them a second later.
    assert_eq!(drove.value("active.max"), 6.0);
    assert_eq!(drove.value("active.over_limit.max"), 4.0);
    let atomic = yaml.replace("strategy: { check_then_act: { gap: 1s } }", "strategy: atomic");
    let drove = driven(&atomic, "10x");
    assert_eq!(drove.value("active.max"), 2.0);
    assert_eq!(drove.value("active.over_limit.max"), 0.0);
    assert_eq!(drove.verdict(Rule::SlotsNeverExceeded), Verdict::Held);
}
