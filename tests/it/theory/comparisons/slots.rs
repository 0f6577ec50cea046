//! Agents that compete for the slots of a plan.

use super::super::engset::{MixedCompetition, SlotCompetition};
use super::{Expectation, RELAXATION_TIMES, assert_theory};

/// Days of warm-up, and days measured after it.
const WARM_UP_DAYS: u32 = 10;
const WINDOW_DAYS: u32 = 110;

fn scenario(theory: SlotCompetition, active: &str, offline: &str, workspaces: u32) -> String {
    let SlotCompetition { agents, slots, .. } = theory;
    let duration = WARM_UP_DAYS + WINDOW_DAYS;
    format!(
        "\
limitlab: 1
name: slots
seed: 17
duration: {duration}d
warm_up: {WARM_UP_DAYS}d
plans:
  limited: {{ active_agents: {slots} }}
workspaces:
  - group: slots
    count: {workspaces}
    plan: limited
    agents:
      - {{ name: a, count: {agents}, activity: {{ active: {active}, offline: {offline} }} }}
"
    )
}

#[track_caller]
fn check(theory: SlotCompetition, active: &str, offline: &str, workspaces: u32) {
    // From the exponential case; the shapes below forget about as fast.
    let relaxation_hours = theory.relaxation_time();
    assert!(RELAXATION_TIMES * relaxation_hours <= f64::from(24 * WARM_UP_DAYS));
    assert_theory(
        &scenario(theory, active, offline, workspaces),
        &[
            Expectation::interval("enable_refusal.rate", theory.refused_share()),
            Expectation::interval("active.full_time_share", theory.full_time_share()),
            Expectation::interval("active.mean", theory.mean_active_agents()),
        ],
    );
}

#[test]
fn tries_see_the_others_and_time_sees_all() {
    for (agents, slots, mean_active, mean_offline, workspaces) in [
        (5, 3, 9.0, 15.0, 400),
        (10, 3, 9.0, 15.0, 200),
        (12, 1, 2.0, 18.0, 100),
        (60, 50, 20.0, 4.0, 50),
    ] {
        let theory = SlotCompetition { agents, slots, mean_active, mean_offline };
        let active = format!("{{ exponential: {mean_active}h }}");
        let offline = format!("{{ exponential: {mean_offline}h }}");
        check(theory, &active, &offline, workspaces);
    }
}

#[test]
fn only_the_means_of_the_periods_matter() {
    let theory = SlotCompetition { agents: 10, slots: 3, mean_active: 9.0, mean_offline: 15.0 };
    for (active, offline) in [
        ("9h", "{ exponential: 15h }"),
        ("{ lognormal: { mean: 9h, cv: 1.5 } }", "{ exponential: 15h }"),
        ("{ exponential: 9h }", "{ uniform: { min: 0s, max: 30h } }"),
        ("{ gamma: { mean: 9h, cv: 0.5 } }", "{ hyperexponential: { mean: 15h, cv: 1.5 } }"),
    ] {
        check(theory, active, offline, 200);
    }
}

/// The same with few refusals, with many and with one slot, for shapes far from exponential on both
/// sides. Not both constant: then agents never forget in which order they started.
#[test]
fn only_the_means_matter_however_tight_the_slots_are() {
    for (agents, slots, mean_active, mean_offline, workspaces) in
        [(5, 3, 9.0, 15.0, 500), (12, 1, 2.0, 18.0, 150), (8, 6, 20.0, 6.0, 200)]
    {
        let theory = SlotCompetition { agents, slots, mean_active, mean_offline };
        for (active, offline) in [
            ("constant: MEANh", "lognormal: { mean: MEANh, cv: 1 }"),
            ("lognormal: { mean: MEANh, cv: 1 }", "erlang: { mean: MEANh, k: 5 }"),
            ("lognormal: { mean: MEANh, cv: 1.5 }", "constant: MEANh"),
        ] {
            let law =
                |law: &str, mean: f64| format!("{{ {} }}", law.replace("MEAN", &mean.to_string()));
            check(theory, &law(active, mean_active), &law(offline, mean_offline), workspaces);
        }
    }
}

#[test]
fn lines_of_different_means_compete_for_the_same_slots() {
    let theory = MixedCompetition { lines: [(6, 9.0, 15.0), (4, 3.0, 2.0)], slots: 4 };
    for shapes in [
        ["exponential: 9h", "exponential: 15h", "exponential: 3h", "exponential: 2h"],
        [
            "constant: 9h",
            "exponential: 15h",
            "lognormal: { mean: 3h, cv: 1 }",
            "uniform: { min: 0s, max: 4h }",
        ],
    ] {
        let [active, offline, other_active, other_offline] = shapes;
        let first = SlotCompetition { agents: 6, slots: 4, mean_active: 9.0, mean_offline: 15.0 };
        let scenario =
            scenario(first, &format!("{{ {active} }}"), &format!("{{ {offline} }}"), 200)
                + &format!(
                    "      - {{ name: b, count: 4, activity: {{ active: {{ {other_active} }}, \
                 offline: {{ {other_offline} }} }} }}\n"
                );
        assert_theory(
            &scenario,
            &[
                Expectation::interval("enable_refusal.rate", theory.refused_share()),
                Expectation::interval("active.full_time_share", theory.full_time_share()),
                Expectation::interval("active.mean", theory.mean_active_agents()),
            ],
        );
    }
}

#[test]
fn slots_for_all_refuse_nobody() {
    let theory = SlotCompetition { agents: 3, slots: 3, mean_active: 9.0, mean_offline: 15.0 };
    assert_theory(
        &scenario(theory, "{ exponential: 9h }", "{ exponential: 15h }", 500),
        &[
            Expectation::certain("enable_refusal.rate", 0.0),
            Expectation::interval("active.full_time_share", theory.full_time_share()),
            Expectation::interval("active.mean", theory.mean_active_agents()),
        ],
    );
}
