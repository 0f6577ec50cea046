//! Agents that are refused a slot and do not give up: they wait for one, or try again.

use super::super::finite_sources::FiniteSources;
use super::super::machine_repair::OneSlot;
use super::super::retries::RetryingLast;
use super::{Expectation, RELAXATION_TIMES, assert_theory};

/// Days of warm-up, and days measured after it.
const WARM_UP_DAYS: u32 = 20;
const WINDOW_DAYS: u32 = 200;
const HOUR: f64 = 3_600.0;

/// Workspaces whose agents compete for slots, from the past of a warm-up.
#[derive(Debug, Clone, Copy)]
struct Contest<'a> {
    agents: u32,
    slots: u32,
    active: &'a str,
    offline: &'a str,
    on_refused: &'a str,
    workspaces: u32,
}

impl Contest<'_> {
    fn scenario(self) -> String {
        let Self { agents, slots, active, offline, on_refused, workspaces } = self;
        let duration = WARM_UP_DAYS + WINDOW_DAYS;
        format!(
            "\
limitlab: 1
name: waiting
seed: 31
duration: {duration}d
warm_up: {WARM_UP_DAYS}d
plans:
  limited: {{ active_agents: {slots} }}
workspaces:
  - group: slots
    count: {workspaces}
    plan: limited
    agents:
      - name: a
        count: {agents}
        activity: {{ active: {active}, offline: {offline}, on_refused: {on_refused} }}
"
        )
    }

    /// This many enables in each hour, in all workspaces over the window.
    fn in_all(self, hourly: f64) -> f64 {
        hourly * f64::from(24 * WINDOW_DAYS * self.workspaces)
    }
}

/// Each wait is two tries, of which the first is refused.
fn refused_share(wait_probability: f64) -> f64 {
    wait_probability / (1.0 + wait_probability)
}

fn assert_settled(theory: FiniteSources) {
    assert!(RELAXATION_TIMES * theory.relaxation_time() <= f64::from(24 * WARM_UP_DAYS));
}

#[test]
fn slots_that_agents_wait_for_are_servers_of_finitely_many_sources() {
    for (agents, slots, mean_active, mean_offline, workspaces) in
        [(2, 1, 9.0, 15.0, 400), (5, 3, 9.0, 8.0, 200), (12, 2, 2.0, 12.0, 100)]
    {
        let theory = FiniteSources {
            users: agents,
            servers: slots,
            mean_think: mean_offline,
            mean_service: mean_active,
        };
        assert_settled(theory);
        let waits = theory.wait_probability();
        // Only the mean of the offline periods counts.
        for law in ["exponential: MEANh", "gamma: { mean: MEANh, cv: 0.5 }"] {
            let contest = Contest {
                agents,
                slots,
                active: &format!("{{ exponential: {mean_active}h }}"),
                offline: &format!("{{ {} }}", law.replace("MEAN", &mean_offline.to_string())),
                on_refused: "wait_for_slot",
                workspaces,
            };
            let busy = theory.utilisation() * f64::from(slots);
            assert_theory(
                &contest.scenario(),
                &[
                    Expectation::interval("active.mean", busy),
                    Expectation::interval("agents.offline.mean", f64::from(agents) - busy),
                    Expectation::interval("active.full_time_share", theory.all_busy()),
                    Expectation::interval("enables.admitted", contest.in_all(theory.throughput())),
                    Expectation::interval("enables.wait.probability", waits),
                    Expectation::interval("enables.wait.mean", theory.mean_wait() * HOUR),
                    Expectation::interval("enable_refusal.rate", refused_share(waits)),
                ],
            );
        }
    }
}

#[test]
fn one_slot_that_agents_wait_for_whatever_the_active_periods() {
    let (agents, mean_active, mean_offline) = (4, 6.0, 15.0);
    // From the exponential case; more even periods forget about as fast.
    assert_settled(FiniteSources {
        users: agents,
        servers: 1,
        mean_think: mean_offline,
        mean_service: mean_active,
    });
    for (active, theory) in [
        ("6h", OneSlot::constant(agents, mean_offline, mean_active)),
        ("{ erlang: { mean: 6h, k: 3 } }", OneSlot::erlang(agents, mean_offline, mean_active, 3)),
    ] {
        let contest = Contest {
            agents,
            slots: 1,
            active,
            offline: "{ exponential: 15h }",
            on_refused: "wait_for_slot",
            workspaces: 200,
        };
        let waits = theory.wait_probability();
        assert_theory(
            &contest.scenario(),
            &[
                Expectation::interval("active.mean", theory.taken()),
                Expectation::interval("active.full_time_share", theory.taken()),
                Expectation::interval("enables.admitted", contest.in_all(theory.throughput())),
                Expectation::interval("enables.wait.probability", waits),
                Expectation::interval("enables.wait.mean", theory.mean_wait() * HOUR),
                Expectation::interval("enable_refusal.rate", refused_share(waits)),
            ],
        );
    }
}

/// That these have settled after 20 days is shown where the formula is tested.
#[test]
fn one_agent_too_many_that_tries_again_in_even_steps() {
    for (slots, mean_active, mean_offline, retry) in
        [(1, 9.0, 15.0, 0.25), (1, 9.0, 15.0, 6.0), (2, 5.0, 8.0, 12.0), (4, 9.0, 4.0, 3.0)]
    {
        let theory = RetryingLast { slots, mean_active, mean_offline, retry };
        let agents = slots + 1;
        let contest = Contest {
            agents,
            slots,
            active: &format!("{{ exponential: {mean_active}h }}"),
            offline: &format!("{{ exponential: {mean_offline}h }}"),
            on_refused: &format!("{{ retry_every: {retry}h }}"),
            workspaces: 400,
        };
        let active = theory.mean_active_agents();
        assert_theory(
            &contest.scenario(),
            &[
                Expectation::interval("active.mean", active),
                Expectation::interval("active.full_time_share", theory.full_time_share()),
                Expectation::interval("agents.offline.mean", f64::from(agents) - active),
                Expectation::interval("enables.tried", contest.in_all(theory.tries())),
                Expectation::interval("enable_refusal.rate", theory.refused_share()),
            ],
        );
    }
}
