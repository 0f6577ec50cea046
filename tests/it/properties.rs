//! What must hold in every scenario, whatever its numbers.

use std::fmt::Write;

use limitlab::summary::Summary;
use proptest::prelude::*;

use crate::support::simulate;

/// A small scenario with every feature that the numbers switch on.
#[derive(Debug, Clone)]
struct Knobs {
    seed: u32,
    slots: Option<u32>,
    total: u32,
    included: Option<u32>,
    renews: &'static str,
    agents: u32,
    sessions: bool,
    pause: bool,
    in_flight: Option<u32>,
    bucket: Option<u32>,
    backend: Option<(&'static str, u32, u32, u32)>,
    cut: bool,
    warm_up: u32,
}

fn knobs() -> impl Strategy<Value = Knobs> {
    let who = (
        any::<u32>(),
        prop::option::of(1..5_u32),
        1..8_u32,
        prop::option::of(0..60_u32),
        prop_oneof![Just("never"), Just("7m"), Just("monthly")],
    );
    let what = (1..7_u32, any::<bool>(), any::<bool>());
    let limits = (prop::option::of(1..3_u32), prop::option::of(1..5_u32));
    let backend = prop::option::of((
        prop_oneof![Just("platform"), Just("workspace")],
        1..4_u32,
        0..4_u32,
        0..3_u32,
    ));
    (who, what, limits, backend, any::<bool>(), 0..20_u32).prop_map(
        |(who, what, limits, backend, cut, warm_up)| Knobs {
            seed: who.0,
            slots: who.1,
            total: who.2,
            included: who.3,
            renews: who.4,
            agents: what.0,
            sessions: what.1,
            pause: what.2,
            in_flight: limits.0,
            bucket: limits.1,
            backend,
            cut,
            warm_up,
        },
    )
}

fn yaml(knobs: &Knobs) -> String {
    let mut text = format!(
        "limitlab: 1\nname: property\nseed: {}\nduration: 1h\nwarm_up: {}m\ndrain: {}\n",
        knobs.seed,
        knobs.warm_up,
        if knobs.cut { "cut" } else { "finish" },
    );
    let slots = knobs.slots.map_or("unlimited".to_owned(), |slots| slots.to_string());
    let credits = knobs.included.map_or(String::new(), |included| {
        format!(", credits: {{ included: {included}, per: seat, renews: {} }}", knobs.renews)
    });
    let traffic = if knobs.sessions {
        "sessions: { rate: 20/h, turns: { geometric: { mean: 3 } }, think: { exponential: 20s } }"
    } else {
        "rate: 1/min"
    };
    let mut throttles = String::new();
    if let Some(limit) = knobs.in_flight {
        write!(throttles, "{{ name: f, scope: agent, concurrency: {{ limit: {limit} }} }}, ")
            .expect("writing to a string never fails");
    }
    if let Some(burst) = knobs.bucket {
        write!(throttles, "{{ name: b, token_bucket: {{ rate: 2/min, burst: {burst} }} }}")
            .expect("writing to a string never fails");
    }
    write!(
        text,
        "plans: {{ p: {{ active_agents: {slots}, total_agents: {}{credits} }} }}\n\
         workspaces:\n  - group: g\n    count: 3\n    plan: p\n\
         \x20   seats: {{ uniform: {{ min: 1, max: 3 }} }}\n\
         \x20   fair_use: [{throttles}]\n    agents:\n      - name: a\n        count: {}\n\
         \x20       activity: {{ active: {{ exponential: 5m }}, offline: {{ exponential: 5m }} }}\n\
         \x20       traffic: {{ {traffic} }}\n        cost: {{ uniform: {{ min: 0, max: 3 }} }}\n\
         \x20       while_offline: {}\n",
        knobs.total,
        knobs.agents,
        if knobs.pause { "pause" } else { "refuse" },
    )
    .expect("writing to a string never fails");
    if let Some((scope, servers, limit, delay)) = knobs.backend {
        writeln!(
            text,
            "backend: {{ scope: {scope}, servers: {servers}, service_time: {{ exponential: 30s }}, \
             queue: {{ limit: {limit} }}, network_delay: {delay}s }}"
        )
        .expect("writing to a string never fails");
    }
    text
}

fn sum(summary: &Summary, names: &[&str]) -> f64 {
    names.iter().map(|name| summary.value(name).unwrap_or(0.0)).sum()
}

/// A sum of counts, which are whole.
fn count(summary: &Summary, names: &[&str]) -> u64 {
    sum(summary, names).round() as u64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn books_balance_and_limits_hold(knobs in knobs()) {
        let yaml = yaml(&knobs);
        let summary = simulate(&yaml);
        let ended = ["messages.completed", "messages.lost", "messages.in_flight"];
        prop_assert_eq!(count(&summary, &["messages.offered"]), count(&summary, &ended));
        let tried = ["attempts.admitted", "attempts.refused"];
        prop_assert_eq!(count(&summary, &["attempts.offered"]), count(&summary, &tried));
        prop_assert_eq!(summary.value("messages.in_flight").is_some(), knobs.cut);
        if knobs.included.is_some() {
            let came = sum(&summary, &["credits.opening", "credits.granted"]);
            let went =
                sum(&summary, &["credits.consumed", "credits.expired", "credits.closing"]);
            // Sums of thousandths, read out as floats.
            prop_assert!((came - went).abs() < 1e-6, "{} is not {}", came, went);
            prop_assert!(summary.value("credits.closing").is_some_and(|left| left >= 0.0));
        }
        let most = f64::from(knobs.slots.unwrap_or(u32::MAX).min(knobs.agents).min(knobs.total));
        prop_assert!(summary.value("active.max").is_some_and(|active| active <= most));
        prop_assert_eq!(
            summary.value("agents.max"),
            Some(f64::from(knobs.agents.min(knobs.total)))
        );
        for (name, metric) in &summary.groups["all"].metrics {
            if let Some(value) = metric.value {
                prop_assert!(value.is_finite(), "{}", name);
                let share = name.ends_with("rate") || name.ends_with("share");
                prop_assert!(!share || (0.0..=1.0).contains(&value), "{} is {}", name, value);
            }
            if let (Some(value), Some([low, high])) = (metric.value, metric.ci95) {
                prop_assert!(low <= value && value <= high, "{} outside its interval", name);
            }
        }
    }
}
