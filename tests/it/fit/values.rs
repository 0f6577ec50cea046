//! What messages cost, conversations, and agents that come and go.

use std::fmt::Write as _;

use limitlab::planning::fit::{Fit, yaml};
use limitlab::random::Distribution as Ours;
use limitlab::scenario::{Scenario, parse};
use limitlab::workload::TrafficKind;
use rand_distr::{Distribution, Exp, Gamma, Geometric, LogNormal, Uniform};

use super::{DAY, HOUR, Rows, assert_unbiased, fitted, line, traffic, words};

/// The scenario that says a fit.
#[track_caller]
fn scenario(fit: &Fit) -> Scenario {
    let text = yaml(fit, "day", "scenario.schema.json");
    parse("day.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The cost that is fitted to the costs of a message a minute, in credits.
#[track_caller]
fn cost(costs: impl Iterator<Item = f64>) -> (String, Ours) {
    let mut rows = Rows::default();
    for (minute, cost) in costs.enumerate() {
        rows.add(60.0 * minute as f64, format!("shops,sales,message,{cost:.3}"));
    }
    let fit = fitted(&rows.text());
    let name = line(&fit).cost.as_ref().expect("messages have costs").name.clone();
    let cost = scenario(&fit).groups[0].lines[0].cost.clone();
    (name, cost)
}

#[test]
fn costs_are_the_simplest_that_fits() {
    let mut draws = words("costs", 0);
    let (name, law) = cost(std::iter::repeat_n(2.5, 100));
    assert_eq!((name.as_str(), law), ("constant", Ours::Constant(2_500.0)));
    let whole = Uniform::new_inclusive(1_u32, 4).unwrap();
    let costs: Vec<f64> = (0..4_000).map(|_| f64::from(whole.sample(&mut draws))).collect();
    let mean = costs.iter().sum::<f64>() / 4.0;
    let (name, law) = cost(costs.into_iter());
    assert_eq!(name, "mixture");
    // Each value as often as it was seen.
    assert!((law.mean() - mean).abs() < 0.01, "{law:?} where the mean is {mean}");
    let range = Uniform::new(2.0, 8.0).unwrap();
    let (name, law) = cost((0..4_000).map(|_| range.sample(&mut draws)));
    assert_eq!(name, "uniform");
    assert!((law.mean() - 5_000.0).abs() < 100.0);
    let long = LogNormal::from_mean_cv(5.0, 1.5).unwrap();
    let (name, law) = cost((0..4_000).map(|_| long.sample(&mut draws)));
    assert_eq!(name, "lognormal");
    // Four standard errors of a mean with this cv.
    assert!((law.mean() / 5_000.0 - 1.0).abs() < 4.0 * 1.5 / 4_000.0_f64.sqrt());
    let near = Gamma::new(9.0, 1.0).unwrap();
    let both = (0..4_000).map(|n| near.sample(&mut draws) + if n % 3 == 0 { 100.0 } else { 0.0 });
    let costs: Vec<f64> = both.collect();
    let mean = costs.iter().sum::<f64>() / 4.0;
    let (name, law) = cost(costs.into_iter());
    assert_eq!(name, "mixture");
    assert!((law.mean() / mean - 1.0).abs() < 0.02, "{law:?} where the mean is {mean}");
}

/// Conversations with eighty agents for a week: one every four hours, of four turns on average, with
/// a lognormal time to think.
fn conversations(seed: u64) -> String {
    let mut words = words("conversations", seed);
    let begin = Exp::new(0.25 / HOUR).unwrap();
    let more = Geometric::new(0.25).unwrap();
    let think = LogNormal::from_mean_cv(40.0, 2.0).unwrap();
    let mut starts = Vec::new();
    for workspace in 1..=40 {
        for agent in 1..=2 {
            let mut at = begin.sample(&mut words);
            while at < 7.0 * DAY {
                starts.push((at, format!("shops/{workspace},sales/{agent}")));
                at += begin.sample(&mut words);
            }
        }
    }
    starts.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut text = "time,workspace,agent,action,cost,session,think\n".to_owned();
    for (number, (at, whom)) in starts.iter().enumerate() {
        let _ = writeln!(text, "{at:.6}s,{whom},message,,{number},");
        for _ in 0..more.sample(&mut words) {
            let _ = writeln!(text, ",{whom},message,,{number},{:.3}s", think.sample(&mut words));
        }
    }
    text
}

#[test]
fn conversations_have_their_turns_and_their_time_to_think() {
    let (mut rates, mut turns, mut thinks) = (vec![], vec![], vec![]);
    for seed in 0..6 {
        let fit = fitted(&conversations(seed));
        let line = line(&fit);
        assert_eq!(traffic(&fit).law.name, "exponential");
        assert_eq!(line.turns.as_ref().unwrap().name, "geometric");
        assert_eq!(line.think.as_ref().unwrap().name, "lognormal");
        let scenario = scenario(&fit);
        let traffic = scenario.groups[0].lines[0].traffic.as_ref().unwrap();
        let TrafficKind::Sessions { rate, turns: of_turns, think, .. } = &traffic.kind else {
            panic!("{traffic:?}")
        };
        rates.push(rate.per_second() * 4.0 * HOUR);
        turns.push(of_turns.mean());
        thinks.push(think.mean() / 1e9);
    }
    assert_unbiased("rate", &rates, 1.0);
    assert_unbiased("turns", &turns, 4.0);
    assert_unbiased("think", &thinks, 40.0);
}

/// Agents that are active for nine hours and offline for fifteen, on average, for a month, with two
/// messages an hour while they are active.
fn shifts(seed: u64, active: &impl Distribution<f64>) -> String {
    let mut words = words("shifts", seed);
    let offline = Exp::new(1.0 / (15.0 * HOUR)).unwrap();
    let gap = Exp::new(2.0 / HOUR).unwrap();
    let mut rows = Rows::default();
    for workspace in 1..=60 {
        let whom = format!("shops/{workspace},sales");
        let mut at = 0.0;
        let mut is_active = workspace % 8 < 3;
        while at < 30.0 * DAY {
            let length =
                if is_active { active.sample(&mut words) } else { offline.sample(&mut words) };
            let mut next = at + gap.sample(&mut words);
            while is_active && next < (at + length).min(30.0 * DAY) {
                rows.add(next, format!("{whom},message,"));
                next += gap.sample(&mut words);
            }
            at += length;
            if at < 30.0 * DAY {
                let action = if is_active { "disable" } else { "enable" };
                rows.add(at, format!("{whom},{action},"));
            }
            is_active = !is_active;
        }
    }
    rows.text()
}

#[test]
fn agents_come_and_go_and_their_customers_wait() {
    let exponential = Exp::new(1.0 / (9.0 * HOUR)).unwrap();
    let (mut active, mut offline, mut gaps) = (vec![], vec![], vec![]);
    for seed in 0..6 {
        let fit = fitted(&shifts(seed, &exponential));
        let line = line(&fit);
        assert!(line.pauses && (line.starts_offline - 0.62).abs() < 0.05, "{line:#?}");
        assert_eq!(line.active.as_ref().unwrap().name, "exponential");
        assert_eq!(traffic(&fit).law.name, "exponential");
        active.push(line.active.as_ref().unwrap().mean_s);
        offline.push(line.offline.as_ref().unwrap().mean_s);
        gaps.push(traffic(&fit).law.mean_s);
        scenario(&fit);
    }
    assert_unbiased("active", &active, 9.0 * HOUR);
    assert_unbiased("offline", &offline, 15.0 * HOUR);
    assert_unbiased("gap", &gaps, HOUR / 2.0);
}

#[test]
fn periods_of_another_law_are_told_from_exponential_ones() {
    let narrow = Gamma::new(4.0, 9.0 * HOUR / 4.0).unwrap();
    let (mut means, mut cvs) = (vec![], vec![]);
    for seed in 10..16 {
        let fit = fitted(&shifts(seed, &narrow));
        let active = line(&fit).active.as_ref().unwrap();
        assert_eq!(active.name, "gamma", "{active:#?}");
        means.push(active.mean_s);
        cvs.push(active.cv);
    }
    assert_unbiased("mean", &means, 9.0 * HOUR);
    assert_unbiased("cv", &cvs, 0.5);
}

#[test]
fn agents_that_are_created_and_deleted_are_churn() {
    let mut rows = Rows::default();
    rows.add(0.0, "shops/1,sales/1,message,".to_owned());
    for day in 0..10 {
        let (at, whom) = (f64::from(day) * DAY + 60.0, format!("shops/1,sales/{}", day + 2));
        rows.add(at, format!("{whom},create,"));
        rows.add(at + HOUR, format!("{whom},enable,"));
        rows.add(at + 2.0 * HOUR, format!("{whom},message,"));
        rows.add(at + 12.0 * HOUR, format!("{whom},delete,"));
    }
    rows.add(10.0 * DAY - 60.0, "shops/2,sales/1,message,".to_owned());
    let fit = fitted(&rows.text());
    let line = line(&fit);
    // Ten in ten days in one of two workspaces; two agents live on for ten days each.
    assert_eq!((line.agents, fit.duration.to_string().as_str()), (1, "10d"));
    assert_eq!(line.create.as_deref(), Some("1/2d"));
    assert_eq!(line.draft.as_deref(), Some("1h"));
    assert_eq!(line.delete_after.as_deref(), Some("2.5d"));
    // Nobody was away for long enough to tell whether customers wait.
    assert!(!line.pauses);
    scenario(&fit);
}
