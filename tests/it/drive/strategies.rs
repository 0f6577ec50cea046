//! What the strategies of enforcement do when they are real.

use limitlab::verify::{Rule, Verdict};

use super::{column, driven};

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
    assert_eq!(drove.count("credits.consumed"), 500);
    assert_eq!(drove.verdict(Rule::PoolNeverOversold), Verdict::Held);
}

#[test]
fn who_writes_only_what_nobody_changed_never_oversells() {
    let strategy = "strategy: { optimistic: { read_to_write: 5ms, max_retries: 1 } }";
    let drove = driven(&busy(strategy), "1x");
    assert_eq!(drove.verdict(Rule::PoolNeverOversold), Verdict::Held);
    assert_eq!(drove.count("credits.oversold.total"), 0);
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
    assert_eq!(drove.count("active.max"), 6);
    assert_eq!(drove.count("active.over_limit.max"), 4);
    let atomic = yaml.replace("strategy: { check_then_act: { gap: 1s } }", "strategy: atomic");
    let drove = driven(&atomic, "10x");
    assert_eq!(drove.count("active.max"), 2);
    assert_eq!(drove.count("active.over_limit.max"), 0);
    assert_eq!(drove.verdict(Rule::SlotsNeverExceeded), Verdict::Held);
}

#[test]
fn copies_that_never_meet_admit_as_often_as_there_are_copies() {
    let nodes = |sync_every: &str| {
        busy(&format!("strategy: {{ replicated: {{ nodes: 2, sync_every: {sync_every} }} }}"))
    };
    let drove = driven(&nodes("1h"), "4x");
    // Some 1,000 of 1,999 messages come to each, and each admits 500.
    assert_eq!(drove.count("attempts.admitted"), 1_000);
    assert_eq!(drove.count("credits.oversold.total"), 500);
    assert_eq!(drove.verdict(Rule::PoolNeverOversold), Verdict::Violated);
    let nodes_told = |drove: &super::Drove| -> Vec<usize> {
        let rows = drove.rows();
        let messages = rows.iter().filter(|row| &row[column("action")] == "message");
        let told: Vec<String> = messages.map(|row| row[column("node")].to_owned()).collect();
        ["1", "2"].map(|node| told.iter().filter(|it| *it == node).count()).to_vec()
    };
    let told = nodes_told(&drove);
    assert_eq!(told.iter().sum::<usize>(), 1_999);
    // Four standard deviations of a fair coin's heads.
    assert!(told[0].abs_diff(told[1]) < 4 * 45, "{told:?}");
    // When they exchange what they admitted at half a second, both have some 250, and 250 more are too
    // many at the next exchange at most.
    let drove = driven(&nodes("500ms"), "1x");
    let admitted = drove.count("attempts.admitted");
    assert!((500..=760).contains(&admitted), "{admitted}");
}

#[test]
fn leases_never_oversell() {
    let drove = driven(&busy("strategy: { leased: { nodes: 4, lease: 30 } }"), "4x");
    assert_eq!(drove.verdict(Rule::PoolNeverOversold), Verdict::Held);
    // All four have messages enough to spend what they hold.
    assert_eq!(drove.count("credits.consumed"), 500);
    // The first who is refused comes to a node that has none, while others still hold what is left.
    let first = drove.rows().iter().position(|row| &row[column("outcome")] == "refused");
    let row = &drove.rows()[first.expect("somebody was refused")];
    let left: u32 = row[column("balance")].parse().expect("the pool is told");
    assert!(left > 0, "{row:?}");
}

#[test]
fn a_meter_that_has_heard_of_nothing_lets_everybody_in() {
    let drove = driven(&busy("strategy: { metered: { report_every: 1s } }"), "1x");
    // It hears after a second, of the messages that were decided until then: 999 at most.
    let admitted = drove.count("attempts.admitted");
    assert!((900..=999).contains(&admitted), "{admitted}");
    assert_eq!(drove.count("credits.oversold.total"), admitted - 500);
    assert_eq!(drove.verdict(Rule::PoolNeverOversold), Verdict::Violated);
}
