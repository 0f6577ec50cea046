//! Strategies of enforcement under Poisson traffic.

use super::super::constant_service::ConstantService;
use super::super::erlang::erlang_b;
use super::super::poisson;
use super::super::tolerance::poisson_count_error;
use super::{Expectation, assert_theory};
use crate::support::simulate;

/// Messages a second to each workspace, of one credit each.
const RATE: f64 = 1.0;

/// Credits of each workspace. The last one is used after 100 s, give or take 10: when that is within
/// any second or two is as good as uniform.
const POOL: u32 = 100;

/// Workspaces with a pool that runs out, enforced in a way.
fn running_out(workspaces: u32, enforcement: &str) -> String {
    format!(
        "\
limitlab: 1
name: running-out
seed: 17
duration: 4m
plans:
  pool: {{ credits: {{ included: {POOL}, per: workspace, renews: never }} }}
workspaces:
  - group: shops
    count: {workspaces}
    plan: pool
    agents:
      - {{ name: a, traffic: {{ rate: {RATE}/s }} }}
enforcement: {{ {enforcement} }}
"
    )
}

/// All are admitted whose reading finds a credit: up to the one that takes the last credit, and those
/// who come until that is written. These are a Poisson count.
#[test]
fn who_checks_and_then_acts_oversells_what_comes_in_the_gap() {
    for gap in [2_u32, 8] {
        let expected = f64::from(4_000 * gap) * RATE;
        let strategy = format!("strategy: {{ check_then_act: {{ gap: {gap}s }} }}");
        let theory = Expectation::theory;
        assert_theory(
            &running_out(4_000, &strategy),
            &[
                theory("credits.oversold.total", expected, poisson_count_error(expected)),
                Expectation::certain("credits.consumed", f64::from(4_000 * POOL)),
                Expectation::certain("false_refusals", 0.0),
            ],
        );
    }
}

/// A meter that hears of usage at the multiples of a span stops admission at the first multiple after
/// the last credit was used: what comes until then is oversold. That multiple is a uniform time away.
#[test]
fn a_meter_oversells_half_of_what_it_is_told_at_once() {
    let every = 10.0;
    let mean = RATE * every / 2.0;
    // Of a Poisson count whose mean is uniform.
    let variance = mean + RATE * every * RATE * every / 12.0;
    let workspaces = 8_000;
    let error = (f64::from(workspaces) * variance).sqrt();
    let expected = f64::from(workspaces) * mean;
    for more in ["", ", read_cache: 1h, recheck_within: 101"] {
        let strategy = format!("strategy: {{ metered: {{ report_every: 10s{more} }} }}");
        assert_theory(
            &running_out(workspaces, &strategy),
            &[
                Expectation::theory("credits.oversold.total", expected, error),
                Expectation::certain("false_refusals", 0.0),
            ],
        );
    }
}

/// What `nodes` nodes oversell between the last two exchanges before and after a pool is used up,
/// each of which sees what was left at the first, and what it admits itself.
fn replicas_oversell(nodes: u32, sync_every: f64) -> f64 {
    // The last credit is used a uniform time after the exchange.
    const STEPS: u32 = 400;
    let most = 60;
    let mut sum = 0.0;
    for step in 0..STEPS {
        let after = sync_every * (f64::from(step) + 0.5) / f64::from(STEPS);
        for others in 0..most {
            let left = others + 1;
            let share = poisson::mass(RATE * after, others);
            for later in 0..most {
                let share = share * poisson::mass(RATE * (sync_every - after), later);
                let admitted = f64::from(nodes) * least_mean(left + later, nodes, left);
                sum += share * (admitted - f64::from(left));
            }
        }
    }
    sum / f64::from(STEPS)
}

/// The mean of the lesser of `bound` and of what one of `nodes` gets of so many messages.
fn least_mean(messages: u32, nodes: u32, bound: u32) -> f64 {
    let share = 1.0 / f64::from(nodes);
    let mut mass = libm::pow(1.0 - share, f64::from(messages));
    let mut mean = 0.0;
    for count in 0..=messages {
        mean += mass * f64::from(count.min(bound));
        mass *= f64::from(messages - count) / f64::from(count + 1) * share / (1.0 - share);
    }
    mean
}

#[test]
fn replicas_oversell_what_they_do_not_know_of_each_other() {
    for (nodes, sync_every) in [(2, 4_u32), (5, 2)] {
        let workspaces = 20_000;
        let expected = f64::from(workspaces) * replicas_oversell(nodes, f64::from(sync_every));
        let strategy =
            format!("strategy: {{ replicated: {{ nodes: {nodes}, sync_every: {sync_every}s }} }}");
        assert_theory(
            &running_out(workspaces, &strategy),
            &[
                Expectation::interval("credits.oversold.total", expected),
                Expectation::certain("false_refusals", 0.0),
            ],
        );
    }
}

/// Without another try, whoever reads within the time from the reading to the writing of another that
/// is written is lost: a counter with a dead time that the lost do not prolong.
///
/// Source: Knoll, Radiation Detection and Measurement (2010), chapter 4, equation 4.23.
#[test]
fn optimists_lose_what_a_dead_time_loses() {
    let lost = RATE * 0.5 / (1.0 + RATE * 0.5);
    let strategy = "strategy: { optimistic: { read_to_write: 500ms, max_retries: 0 } }";
    let scenario = running_out(400, strategy).replace("included: 100", "included: 100_000");
    assert_theory(
        &scenario,
        &[
            Expectation::interval("refusal.rate{reason=enforcement_unavailable}", lost),
            Expectation::certain("credits.oversold.total", 0.0),
            Expectation::certain("decision.retries", 0.0),
        ],
    );
}

/// Decisions of one workspace are a queue with one server and constant service.
#[test]
fn a_row_is_a_queue_with_constant_service() {
    let load = 0.6;
    let row = ConstantService::new(1, load);
    let scenario = running_out(400, "decision_time: 600ms")
        .replace("included: 100", "included: 100_000")
        .replace("duration: 4m", "duration: 30m\nwarm_up: 5m");
    assert_theory(
        &scenario,
        &[
            Expectation::interval("decision.mean", 0.6 * (1.0 + row.mean_wait())),
            Expectation::interval("latency.mean", 0.6 * (1.0 + row.mean_wait())),
            Expectation::theory("decision.p90", 0.6 * (1.0 + row.wait_quantile(0.9)), 0.01)
                .in_buckets(),
            Expectation::certain("credits.oversold.total", 0.0),
        ],
    );
}

/// Servers for all who come, each of which takes 5 s on average.
const SERVERS: &str =
    "backend: { servers: unlimited, service_time: { exponential: { mean: 5s } } }\n";

/// Messages in flight with servers for all are a Poisson count, also when one of them leaves: so many
/// are promised what the one that takes the last credit used.
///
/// Source: Kleinrock, Queueing Systems, volume 1 (1975), section 3.4, the M/M/infinity system.
#[test]
fn who_charges_on_completion_oversells_what_is_in_flight() {
    let expected = 4_000.0 * RATE * 5.0;
    let scenario = running_out(4_000, "charge: on_complete") + SERVERS;
    assert_theory(
        &scenario,
        &[
            Expectation::theory("credits.oversold.total", expected, poisson_count_error(expected)),
            Expectation::certain("credits.consumed", f64::from(4_000 * POOL)),
            Expectation::certain("false_refusals", 0.0),
        ],
    );
    let held = running_out(400, "charge: { hold: {} }") + SERVERS;
    assert_theory(
        &held,
        &[
            Expectation::certain("credits.oversold.total", 0.0),
            Expectation::certain("credits.consumed", f64::from(400 * POOL)),
            Expectation::certain("credits.above_hold", 0.0),
            Expectation::certain("false_refusals", 0.0),
        ],
    );
}

/// Held is what the messages in flight are thought to cost.
#[test]
fn what_is_held_is_what_is_in_flight() {
    let in_flight = 4_000.0 * RATE * 5.0;
    let scenario = running_out(4_000, "charge: { hold: { estimate: 3 } }")
        .replace("included: 100", "included: 100_000")
        .replace("duration: 4m", "duration: 1m\ndrain: cut")
        + SERVERS;
    assert_theory(
        &scenario,
        &[
            Expectation::theory(
                "credits.held",
                3.0 * in_flight,
                3.0 * poisson_count_error(in_flight),
            ),
            Expectation::theory("messages.in_flight", in_flight, poisson_count_error(in_flight)),
        ],
    );
    // A hold that ends after 2 s is there as long as both it and its message are.
    let shorter = in_flight * (1.0 - libm::exp(-2.0 / 5.0));
    assert_theory(
        &scenario.replace("estimate: 3", "estimate: 3, ttl: 2s"),
        &[Expectation::theory("credits.held", 3.0 * shorter, 3.0 * poisson_count_error(shorter))],
    );
}

/// Places that are lost for a while are the only ones taken where service takes no time: an attempt is
/// blocked when all are, and those that are lost come as a Poisson stream.
#[test]
fn lost_places_block_as_erlang_says() {
    let (places, share, found) = (3_u32, 0.2, 10.0);
    let offered = RATE * share * found;
    let blocked = erlang_b(places, offered);
    let scenario = running_out(400, "faults: { lost_release: { share: 20%, found_after: 10s } }")
        .replace(
            "credits: { included: 100, per: workspace, renews: never }",
            "fair_use: [{ name: few, scope: agent, concurrency: { limit: 3 } }]",
        )
        .replace("duration: 4m", "duration: 30m\nwarm_up: 5m");
    assert_theory(
        &scenario,
        &[
            Expectation::interval("refusal.rate{limiter=few}", blocked),
            Expectation::certain("limiter.over_admitted", 0.0),
        ],
    );
}

/// Of what a meter is told at the multiples of a span it never hears what came before the last restart
/// in between. Meters stop admission when they have heard of all credits: a renewal process of reports.
///
/// Source: Cox, Renewal Theory (1962), section 4.2: E N(c) = c / mean + (1 + cv^2) / 2 reports, for
/// many of them.
#[test]
fn what_nodes_forget_is_oversold() {
    let (every, mean, pool) = (5.0_f64, 8.0_f64, 500.0);
    // Time between the last restart and the report, if there was one since the report before.
    let heard = mean * (1.0 - libm::exp(-every / mean));
    let square = 2.0 * mean * mean * (1.0 - libm::exp(-every / mean) * (1.0 + every / mean));
    let of_report = RATE * heard;
    let variance = of_report + RATE * RATE * (square - heard * heard);
    let reports = pool / of_report + f64::midpoint(1.0, variance / (of_report * of_report));
    let oversold = RATE * every * reports - pool;
    let scenario = running_out(
        1,
        "strategy: { metered: { report_every: 5s } }, faults: { node_restart: { every: 8s } }",
    )
    .replace("included: 100", "included: 500")
    .replace("duration: 4m", "duration: 30m\nreplications: 2000");
    assert_theory(&scenario, &[Expectation::interval("credits.oversold.total", oversold)]);
}

/// What other nodes have left of their leases is out of reach; each has less than a lease.
#[test]
fn leases_strand_no_more_than_those_of_the_other_nodes() {
    for (nodes, lease, workspaces) in [(2, 5, 200), (3, 10, 200), (6, 2, 200), (4, 1, 50)] {
        let strategy = format!("strategy: {{ leased: {{ nodes: {nodes}, lease: {lease} }} }}");
        let summary = simulate(&running_out(workspaces, &strategy));
        let stranded = summary.value("credits.held_stranded").expect("there are leases");
        let bound = f64::from(workspaces * (nodes - 1) * (lease - 1));
        assert!(stranded <= bound, "{nodes} nodes, {lease} credits: {stranded}, not {bound}");
        // Nearly every workspace has somebody refused while others have credits.
        assert!(lease == 1 || stranded > bound / 4.0, "{nodes} nodes, {lease} credits: {stranded}");
    }
}
