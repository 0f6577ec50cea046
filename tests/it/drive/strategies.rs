//! What the strategies of enforcement do when they are real.

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::summary::{Over, Summary};
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
    // Five come while one thinks, so most that read find that somebody wrote: two tries are not
    // enough.
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
    // When they exchange what they admitted at half a second, both have some 250, and 250 more are
    // too many at the next exchange at most.
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

/// Renewals, a bucket, and agents that come and go.
const LIVELY: &str = "
limitlab: 1
name: lively
duration: 2m
plans: { few: { active_agents: 2, credits: { included: 50.5, renews: 30s, carry_over: all } } }
workspaces:
  - group: shops
    count: 4
    plan: few
    seats: 2
    agents:
      - name: bot
        count: 3
        traffic: { rate: 3/s }
        activity: { active: { exponential: 9s }, offline: { exponential: 9s } }
        churn: { create: 2/min, delete_after: { exponential: 1m } }
    features: [{ name: help, traffic: { rate: 1/s }, cost: { uniform: { min: 0.5, max: 3 } } }]
    fair_use: [{ name: burst, scope: workspace, token_bucket: { rate: 2/s, burst: 10 } }]
";

#[test]
fn books_balance_and_renewals_are_those_of_a_run() {
    for strategy in [
        "atomic",
        "{ check_then_act: { gap: 200ms } }",
        "{ optimistic: { read_to_write: 100ms } }",
        "{ replicated: { nodes: 3, sync_every: 5s, routing: sticky } }",
        "{ leased: { nodes: 3, lease: 5, ttl: 10s } }",
        "{ metered: { report_every: 10s, read_cache: 5s, recheck_within: 10% } }",
    ] {
        let drove = driven(&format!("{LIVELY}enforcement: {{ strategy: {strategy} }}\n"), "60x");
        let run = run(&drove.scenario, RunOptions::default(), &Watch::default()).expect("it runs");
        let granted = run.summary.value("credits.granted").expect("a run measures it");
        let thousandths = |metric: &str| (drove.value(metric) * 1e3).round() as i64;
        assert_eq!(thousandths("credits.granted"), (granted * 1e3).round() as i64, "{strategy}");
        let [came, went] = [
            ["credits.opening", "credits.granted"].map(thousandths).iter().sum::<i64>(),
            ["credits.consumed", "credits.expired", "credits.closing"]
                .map(thousandths)
                .iter()
                .sum(),
        ];
        assert_eq!(came, went, "{strategy}");
        // What was charged is what the rows say, and what the books say.
        let charged: f64 = drove
            .rows()
            .iter()
            .filter(|row| &row[column("action")] == "message")
            .filter_map(|row| row[column("charged")].parse::<f64>().ok())
            .sum();
        let booked = thousandths("credits.consumed") + thousandths("credits.oversold.total");
        assert_eq!(booked, (charged * 1e3).round() as i64, "{strategy}");
        // A node that has spent its lease refuses although others hold some: that is no oversale.
        let is_sound = ["atomic", "{ opt", "{ lea"].iter().any(|it| strategy.starts_with(it));
        if is_sound {
            assert_ne!(drove.verdict(Rule::PoolNeverOversold), Verdict::Violated, "{strategy}");
            assert_eq!(thousandths("credits.oversold.total"), 0, "{strategy}");
        }
        if strategy == "atomic" {
            let findings = &drove.verified.findings;
            assert_ne!(drove.verified.verdict(), Verdict::Violated, "{findings:?}");
        }
        // Ten at once, and two a second after that, in each of four workspaces.
        if strategy == "atomic" {
            assert!(drove.count("attempts.admitted") <= 4 * (10 + 240 + 1));
        }
    }
}

#[test]
fn a_drive_of_one_workspace_is_told_by_batches_as_a_run_is() {
    let drove = driven(&LIVELY.replace("count: 4", "count: 1"), "120x");
    let run = run(&drove.scenario, RunOptions::default(), &Watch::default()).expect("it runs");
    let (drove, run) = (&drove.driven.summary, &run.summary);
    assert_eq!((drove.intervals, run.intervals), (Over::Batches, Over::Batches));
    let of = |summary: &Summary, name: &str| *summary.metric("all", name).expect("it is measured");
    // Messages are those of a run. They count when they are due, however late their answers are; only those of which the
    // answers overtake each other just when a batch ends may count in the next one.
    for name in ["messages.offered", "attempts.offered"] {
        assert_eq!(of(drove, name).value, of(run, name).value, "{name}");
        let [one, other] = [drove, run].map(|it| of(it, name).ci95.expect("there are batches"));
        let times = (one[1] - one[0]) / (other[1] - other[0]);
        assert!((times - 1.0).abs() < 0.2, "{name}: {one:?} {other:?}");
    }
    for name in ["active.mean", "credits.consumed", "refusal.rate", "hits_per_workspace.mean"] {
        let [low, high] = of(drove, name).ci95.expect("there are batches");
        let value = of(run, name).value.expect("a run observes it");
        // The answers of a drive are not quite those of the run.
        let wide = high - low;
        assert!(low - wide <= value && value <= high + wide, "{name}: {value} in {low} to {high}");
    }
}
