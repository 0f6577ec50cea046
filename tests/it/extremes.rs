//! The greatest and the least numbers of the language, together: nothing overflows.

use proptest::prelude::*;
use proptest::sample::select;

use crate::support::simulate;

const SPANS: [&str; 6] = ["0s", "1ns", "1h", "73_000d", "106_000d", "106_580d"];

fn span() -> impl Strategy<Value = &'static str> {
    select(SPANS.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_greatest_numbers_of_the_language_do_not_overflow(
        seed in prop_oneof![Just(0), Just(u64::MAX), any::<u64>()],
        times in (select(vec!["1ns", "2s", "106_000d", "106_580d"]), span(), span(), span(), span()),
        series in prop::option::of(select(vec!["30_000d", "106_580d"])),
        warm in any::<bool>(),
        cut in any::<bool>(),
        backend in (
            select(vec!["platform", "workspace"]),
            select(vec!["1", "4_294_967_295", "unlimited"]),
            select(vec!["0", "4_294_967_295", "unlimited"]),
        ),
        amounts in (
            select(vec!["0", "0.001", "1_000_000_000_000"]),
            select(vec!["1", "1_000_000", "{ pareto: { minimum: 1, shape: 0.01 } }"]),
            select(vec!["0", "1_000_000_000_000", "{ pareto: { minimum: 1, shape: 0.01 } }"]),
            select(vec!["never", "monthly", "1_000d", "106_580d"]),
        ),
        limits in (
            select(vec!["1/ns", "1/106_580d", "999_999_999_999_989/106_580d", "0.001/h"]),
            select(vec!["1", "1_000_000_000_000", "1.001"]),
            select(vec!["1", "4_294_967_295"]),
            select(vec!["0", "1", "4_294_967_295"]),
        ),
        pause in any::<bool>(),
    ) {
        let (duration, delay, service, active, think) = times;
        let (scope, servers, queue) = backend;
        let (included, seats, cost, renews) = amounts;
        let (rate, burst, in_flight, slots) = limits;
        // Ten messages or conversations an agent, whatever the duration; loops are another matter.
        let traffic = match duration { "1ns" => "1/ns", "2s" => "5/s", _ => "1/10_000d" };
        let renews = if duration == "1ns" && renews == "monthly" { "never" } else { renews };
        let series = series.map_or(String::new(), |every| format!("series: {{ every: {every} }}"));
        let warm_up = match (warm, duration) { (true, "2s") => "1s", (true, "1ns") | (false, _) => "0s", _ => "105_999d" };
        let active = if active == "0s" { "1ns" } else { active };
        let (drain, away) = (if cut { "cut" } else { "finish" }, if pause { "pause" } else { "refuse" });
        let yaml = format!(
            "
limitlab: 1
name: extremes
seed: {seed}
duration: {duration}
warm_up: {warm_up}
drain: {drain}
{series}
plans:
  great:
    active_agents: {slots}
    credits: {{ included: {included}, per: seat, renews: {renews} }}
    fair_use:
      - {{ name: bucket, token_bucket: {{ rate: {rate}, burst: {burst} }} }}
      - {{ name: flights, scope: agent, concurrency: {{ limit: {in_flight} }} }}
workspaces:
  - group: g
    count: 3
    plan: great
    seats: {seats}
    agents:
      - {{ name: a, count: 2, cost: {cost}, while_offline: {away}, traffic: {{ rate: {traffic} }} }}
      - name: b
        count: 2
        cost: {cost}
        while_offline: {away}
        activity: {{ active: {active}, offline: 40_000d }}
        traffic: {{ sessions: {{ rate: {traffic}, turns: 3, think: {think} }} }}
backend: {{ scope: {scope}, servers: {servers}, service_time: {service}, queue: {{ limit: {queue} }}, network_delay: {delay} }}
"
        );
        let summary = simulate(&yaml);
        for (name, metric) in &summary.groups["all"].metrics {
            prop_assert!(metric.value.is_none_or(f64::is_finite), "{}", name);
            if let (Some(value), Some([low, high])) = (metric.value, metric.ci95) {
                prop_assert!(low <= value && value <= high, "{}: {} {} {}", name, low, value, high);
            }
        }
    }
}
