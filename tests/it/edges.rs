//! Edges of the contract, case by case.

use crate::support::simulate;

#[test]
fn a_plan_without_a_slot_is_full_all_the_time() {
    let summary = simulate(
        "
limitlab: 1
name: none
duration: 1h
plans: { none: { active_agents: 0 } }
workspaces:
  - { group: g, plan: none, agents: [{ name: a, traffic: { rate: 1/min } }] }
",
    );
    assert_eq!(summary.value("active.full_time_share"), Some(1.0));
    assert_eq!(summary.value("enable_refusal.rate"), Some(1.0));
    assert_eq!(summary.value("refusal.rate{reason=agent_not_active}"), Some(1.0));
}
