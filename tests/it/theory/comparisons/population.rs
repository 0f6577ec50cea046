//! Agents that come and go: a limit on how many there may be, and slots.

use super::super::churn::WaitingDrafts;
use super::super::erlang::erlang_b;
use super::super::tolerance::poisson_count_error;
use super::{Expectation, RELAXATION_TIMES, assert_theory};

/// Agents created in a day, and days that one lives on average.
const CREATED: u32 = 6;
const LIFE: u32 = 4;
/// Agents created in the mean of a life.
const LOAD: f64 = (CREATED * LIFE) as f64;
/// Forty lives: more than twelve times 2.7 lives, which is the longer mean of the hyperexponential
/// law. The tail of the lognormal law leaves one agent in 10,000 of the start.
const WARM_UP_DAYS: u32 = 40 * LIFE;
const WINDOW_DAYS: u32 = 200;

/// Laws of the same mean, in days.
const LAWS: [&str; 4] = [
    "{ exponential: 4d }",
    "4d",
    "{ lognormal: { mean: 4d, cv: 1 } }",
    "{ hyperexponential: { mean: 4d, cv: 1.5 } }",
];

/// Workspaces past their warm-up.
fn scenario(plan: &str, line: &str, law: &str, workspaces: u32) -> String {
    assert!(f64::from(WARM_UP_DAYS) >= RELAXATION_TIMES * f64::from(LIFE));
    over((WARM_UP_DAYS, WINDOW_DAYS), plan, line, law, workspaces)
}

/// So many days of warm-up, and so many that are measured.
fn over(
    (warm_up, window): (u32, u32),
    plan: &str,
    line: &str,
    law: &str,
    workspaces: u32,
) -> String {
    let duration = warm_up + window;
    format!(
        "\
limitlab: 1
name: churn
seed: 37
duration: {duration}d
warm_up: {warm_up}d
plans:
  limited: {{ {plan} }}
workspaces:
  - group: agency
    count: {workspaces}
    plan: limited
    agents:
      - {{ name: a, {line}, churn: {{ create: {CREATED}/d, delete_after: {law} }} }}
"
    )
}

/// Tries to create an agent inside the window.
fn tries(workspaces: u32) -> f64 {
    f64::from(CREATED * WINDOW_DAYS * workspaces)
}

#[test]
fn a_limit_of_agents_refuses_as_erlang_says_whatever_their_lives() {
    let workspaces = 600;
    let refused = erlang_b(25, LOAD);
    for law in LAWS {
        assert_theory(
            &scenario("total_agents: 25", "start: draft", law, workspaces),
            &[
                Expectation::theory(
                    "creates.tried",
                    tries(workspaces),
                    poisson_count_error(tries(workspaces)),
                ),
                Expectation::interval("creates.refused", tries(workspaces) * refused),
                // By Little's law.
                Expectation::interval("agents.draft.mean", LOAD * (1.0 - refused)),
                Expectation::certain("agents.max", 25.0),
            ],
        );
    }
}

#[test]
fn without_a_limit_agents_are_as_many_as_are_created_in_a_life() {
    let workspaces = 200;
    for law in LAWS {
        assert_theory(
            &scenario("total_agents: 500", "start: offline", law, workspaces),
            &[
                Expectation::certain("creates.refused", 0.0),
                Expectation::interval("agents.offline.mean", LOAD),
            ],
        );
    }
}

/// From the start on, with lives that are all alike: whoever was created less than a life ago is
/// there, and the 30 agents of the start live as long.
#[test]
fn agents_rise_to_their_mean_within_a_life() {
    let (workspaces, first) = (4_000, 30);
    let line = format!("count: {first}, start: draft");
    for (days, expected) in [
        // From day 1 to 3, when day 2 is the middle of a straight line.
        ((1, 2), f64::from(first) + f64::from(CREATED) * 2.0),
        // From day 2 to 6: half of the time with the 30, and created in 2 to 4 days, then in 4.
        ((2, 4), f64::from(first) / 2.0 + f64::from(CREATED) * f64::midpoint(3.0, 4.0)),
        ((4, 6), LOAD),
    ] {
        assert_theory(
            &over(days, "total_agents: 500", &line, "4d", workspaces),
            &[Expectation::interval("agents.draft.mean", expected)],
        );
    }
}

/// Who is created and finds no slot stays a draft for life, and takes none. So slots refuse a
/// Poisson stream, and time finds them full as often as it does.
#[test]
fn slots_refuse_new_agents_as_erlang_says_whatever_their_lives() {
    let workspaces = 600;
    let refused = erlang_b(25, LOAD);
    for law in LAWS {
        assert_theory(
            &scenario("active_agents: 25", "start: active", law, workspaces),
            &[
                Expectation::interval("enable_refusal.rate", refused),
                Expectation::interval("active.full_time_share", refused),
                Expectation::interval("active.mean", LOAD * (1.0 - refused)),
                Expectation::interval("agents.draft.mean", LOAD * refused),
            ],
        );
    }
}

/// How long those waited who were enabled depends on the order of the line, and on that deleted
/// agents leave it.
#[test]
fn drafts_that_wait_for_a_slot_are_deleted_from_the_line_too() {
    let workspaces = 800;
    for slots in [20, 25] {
        let theory = WaitingDrafts { slots, load: LOAD, mean_life: f64::from(LIFE) };
        let enabled = theory.enabled() * f64::from(WINDOW_DAYS * workspaces);
        assert_theory(
            &scenario(
                &format!("active_agents: {slots}"),
                "start: active, activity: { on_refused: wait_for_slot }",
                LAWS[0],
                workspaces,
            ),
            &[
                Expectation::interval("active.mean", theory.mean_active_agents()),
                Expectation::interval("active.full_time_share", theory.full_time_share()),
                Expectation::interval("agents.draft.mean", theory.mean_waiting()),
                Expectation::interval("enables.admitted", enabled),
                Expectation::interval("enables.wait.probability", theory.wait_probability()),
                Expectation::interval("enables.wait.mean", theory.mean_wait() * 86_400.0),
            ],
        );
    }
}
