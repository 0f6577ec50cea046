//! What changes of plan and trials leave in the figures, beside what they do.

use limitlab::measure::SlotLimit;

use crate::support::{outcome, simulate};

/// How many agents may be active at the end of each bin, over all workspaces of a group.
fn limits(outcome: &limitlab::engine::Outcome, group: usize) -> Vec<Option<u64>> {
    let changes = &outcome.measures.groups[group].series.limit_change;
    let levels = changes.iter().scan(SlotLimit::default(), |level, &change| {
        *level += change;
        Some(level.total())
    });
    levels.collect()
}

#[test]
fn the_limit_over_time_is_that_of_the_plans_that_the_workspaces_have() {
    let outcome = outcome(
        "
limitlab: 1
name: limits
duration: 8h
series: { every: 1h }
plans:
  small: { active_agents: 3 }
  large: { active_agents: 50 }
  trial: { active_agents: 5, trial: 4h }
workspaces:
  - { group: up, count: 10, plan: small, agents: [{ name: bot, count: 6 }] }
  - { group: tries, count: 4, plan: trial, agents: [{ name: bot, count: 2 }] }
  - { group: free, count: 2, plan: unlimited, agents: [{ name: bot }] }
timeline:
  - { at: 2h, for: 3h, group: up, set_plan: large }
  - { at: 6h, group: tries, subscribe: small }
  - { at: 7h, group: free, set_plan: small }
",
    );
    let of = |limits: [u64; 8]| limits.map(Some).to_vec();
    assert_eq!(limits(&outcome, 0), of([30, 30, 500, 500, 500, 30, 30, 30]));
    assert_eq!(limits(&outcome, 1), of([20, 20, 20, 20, 0, 0, 12, 12]));
    let free = [vec![None; 7], vec![Some(6)]].concat();
    assert_eq!(limits(&outcome, 2), free);
    let summary = &outcome.summary;
    assert_eq!(summary.value("plans.changed"), Some(10.0 + 10.0 + 4.0 + 2.0));
    assert_eq!(summary.value("trials.ended"), Some(4.0));
    assert_eq!(summary.value("agents.taken_offline"), Some(8.0));
    assert_eq!(summary.metric("up", "trials.ended"), None);
}

#[test]
fn who_still_waits_at_the_end_is_counted() {
    // Two of seven agents are active; one that is disabled makes room for one that waits.
    let yaml = "
limitlab: 1
name: waiting
duration: 2h
plans: { p: { active_agents: 2 } }
workspaces:
  - group: g
    count: 3
    plan: p
    agents: [{ name: bot, count: 7, activity: { on_refused: wait_for_slot } }]
timeline: [{ at: 1h, disable: { line: bot, count: 1 } }]
";
    assert_eq!(simulate(yaml).value("enables.waiting"), Some(3.0 * 4.0));
    let smaller = yaml.replace("count: 7", "count: 3");
    assert_eq!(simulate(&smaller).value("enables.waiting"), Some(0.0));
}

#[test]
fn the_refused_share_of_creations_is_of_all_tries() {
    let summary = simulate(
        "
limitlab: 1
name: crowded
duration: 1h
plans: { p: { total_agents: 3 } }
workspaces: [{ group: g, count: 2, plan: p, agents: [{ name: bot, count: 4 }] }]
",
    );
    assert_eq!(summary.value("create_refusal.rate"), Some(0.25));
}
