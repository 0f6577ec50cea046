//! Traces at the edges of what can be fitted.

use limitlab::planning::fit::{Fit, tell, yaml};
use limitlab::random::Distribution as Ours;
use limitlab::{RunOptions, Scenario, Watch, parse, run};
use rand_distr::{Distribution, Exp, Gamma, Pareto};

use super::{DAY, HOUR, Rows, fitted, line, traffic, words};

#[track_caller]
fn scenario(fit: &Fit) -> Scenario {
    let text = yaml(fit, "day", "scenario.schema.json");
    parse("day.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A figure of all runs of a scenario together.
fn figure(scenario: &Scenario, name: &str, replications: u32) -> f64 {
    let scenario = Scenario { replications, ..scenario.clone() };
    let outcome = run(&scenario, RunOptions { threads: 2 }, &Watch::default());
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    let metric = outcome.summary.metric("shops", name).unwrap_or_else(|| panic!("no {name}"));
    metric.value.expect("there is something to tell")
}

#[test]
fn messages_of_one_instant_are_no_bursts() {
    let mut words = words("ties", 0);
    let gap = Exp::new(1.0 / HOUR).unwrap();
    let mut rows = Rows::default();
    let mut at = 0.0;
    for batch in 0..60 {
        at += gap.sample(&mut words);
        for _ in 0..[1, 1, 2, 4][batch % 4] {
            rows.add(at, "shops,sales,message,".to_owned());
        }
    }
    let fit = fitted(&rows.text());
    let law = &traffic(&fit).law;
    assert!(law.candidates.iter().all(|it| it.name != "bursts" && it.aic.is_finite()), "{law:#?}");
    assert_eq!(law.fits, Some(false), "{law:#?}");
    // Sixty in all, of which those near the end do not count.
    assert!((30..=60).contains(&law.none), "{law:#?}");
    assert!(fit.not_fitted.iter().any(|note| note.contains("come to an agent in one instant")));
    assert!(tell(&fit).contains("times; no law fits: each is further off than chance explains\n"));
    assert!(figure(&scenario(&fit), "messages.offered", 40) > 60.0);
}

#[test]
fn gaps_of_two_kinds_fit_no_law() {
    let mut rows = Rows::default();
    for workspace in 1..=20 {
        let mut at = f64::from(workspace) * 77.0;
        for number in 0..300 {
            rows.add(at, format!("shops/{workspace},sales,message,"));
            at += if number % 2 == 0 { 600.0 } else { 3_000.0 };
        }
    }
    let fit = fitted(&rows.text());
    assert_eq!(traffic(&fit).law.fits, Some(false), "{fit:#?}");
    let written = yaml(&fit, "day", "scenario.schema.json");
    assert!(written.contains(": no law fits; distance "), "{written}");
}

/// Two days of an agent in each of twenty workspaces, which is away every other hour but is written to
/// all the time; the first is told of another agent, at once.
fn away_half_the_time(create: bool) -> String {
    let mut words = words("away", 0);
    let gap = Exp::new(1.0 / 600.0).unwrap();
    let mut rows = Rows::default();
    if create {
        rows.add(0.0, "shops/1,sales/2,create,".to_owned());
    }
    for workspace in 1..=20 {
        let whom = format!("shops/{workspace},sales/1");
        for hour in 1..48 {
            let action = if hour % 2 == 1 { "disable" } else { "enable" };
            rows.add(f64::from(hour) * HOUR, format!("{whom},{action},"));
        }
        let mut at = gap.sample(&mut words);
        while at < 2.0 * DAY {
            rows.add(at, format!("{whom},message,"));
            at += gap.sample(&mut words);
        }
    }
    rows.text()
}

#[test]
fn an_agent_that_is_created_does_not_make_customers_wait() {
    let [without, with] = [false, true].map(|create| fitted(&away_half_the_time(create)));
    assert!(!line(&without).pauses && !line(&with).pauses, "{with:#?}");
    assert_eq!(traffic(&with).rate, traffic(&without).rate);
    let messages = line(&with).messages as f64;
    let found = figure(&scenario(&with), "messages.offered", 10);
    // A Poisson count, and the mean of ten.
    assert!((found / messages - 1.0).abs() < 4.0 * 1.1_f64.sqrt() / messages.sqrt(), "{found}");
    assert_eq!(line(&with).never_enabled, 1);
    assert!(with.not_fitted.iter().any(|note| note.ends_with("and never enabled: 1 row")));
}

#[test]
fn periods_that_are_always_the_same_are_constant() {
    let fit = fitted(&away_half_the_time(false));
    for law in [&line(&fit).active, &line(&fit).offline] {
        let law = law.as_ref().unwrap();
        assert_eq!((law.written.as_str(), law.fits), ("1h", None));
    }
    assert!(tell(&fit).contains("    active          1h, "), "{}", tell(&fit));
}

#[test]
fn few_periods_are_not_compared() {
    let mut rows = Rows::default();
    for (hour, action) in [(1.0, "message"), (2.0, "disable"), (5.0, "enable"), (9.0, "message")] {
        rows.add(hour * HOUR, format!("shops,sales,{action},"));
    }
    let text = tell(&fitted(&rows.text()));
    assert!(
        text.contains(
            "    active          { exponential: 7h }, 1 period, too few to compare laws\n"
        ),
        "{text}"
    );
}

#[test]
fn so_many_agents_find_room() {
    let mut words = words("room", 0);
    let gap = Exp::new(1.0 / DAY).unwrap();
    let mut rows = Rows::default();
    for agent in 1..=600 {
        let mut at = gap.sample(&mut words);
        while at < 5.0 * DAY {
            rows.add(at, format!("shops,sales/{agent},message,"));
            at += gap.sample(&mut words);
        }
    }
    let fit = fitted(&rows.text());
    assert_eq!(fit.groups[0].total_agents, Some(100_000));
    let scenario = scenario(&fit);
    assert_eq!(figure(&scenario, "agents.max", 1).to_bits(), 600.0_f64.to_bits());
    let was = line(&fit).messages as f64;
    let is = figure(&scenario, "messages.offered", 10);
    assert!((is / was - 1.0).abs() < 4.0 * 1.1_f64.sqrt() / was.sqrt(), "{is} where {was} was");
    // 480 at the start, and one more each hour, are too many as well.
    let mut rows = Rows::default();
    for agent in 1..=480 {
        rows.add(f64::from(agent), format!("shops,sales/{agent},message,"));
    }
    for hour in 1..48 {
        let whom = format!("shops,sales/{}", 480 + hour);
        rows.add(f64::from(hour) * HOUR, format!("{whom},create,"));
        rows.add(f64::from(hour) * HOUR + 1.0, format!("{whom},enable,"));
    }
    let fit = fitted(&rows.text());
    assert_eq!(fit.groups[0].total_agents, Some(100_000));
    let scenario = super::extremes::scenario(&fit);
    assert!(figure(&scenario, "agents.max", 5) > 500.0);
    assert!(figure(&scenario, "creates.refused", 5) < 0.5);
}

#[test]
fn costs_with_a_long_tail_keep_their_mean() {
    for shape in [1.5, 0.5] {
        let mut words = words("tail", 0);
        let law = Pareto::new(1.0, shape).unwrap();
        let costs: Vec<f64> = (0..20_000).map(|_| f64::min(law.sample(&mut words), 1e9)).collect();
        let mut rows = Rows::default();
        for (minute, cost) in costs.iter().enumerate() {
            rows.add(60.0 * minute as f64, format!("shops,sales,message,{cost:.3}"));
        }
        let fit = fitted(&rows.text());
        let cost = line(&fit).cost.as_ref().unwrap();
        assert_eq!(cost.name, "mixture");
        assert!(cost.distance < 0.02, "{}", cost.distance);
        let found: &Ours = &scenario(&fit).groups[0].lines[0].cost;
        let mean = costs.iter().sum::<f64>() / 20_000.0 * 1_000.0;
        assert!((found.mean() / mean - 1.0).abs() < 0.01, "{} where {mean} is", found.mean());
    }
}

/// Renewal streams that begin with a whole gap, as those of the engine do.
fn fresh(law: &impl Distribution<f64>, agents: u32, days: f64) -> String {
    let mut words = words("fresh", u64::from(agents));
    let mut rows = Rows::default();
    for workspace in 1..=agents {
        let mut at = law.sample(&mut words);
        while at < days * DAY {
            rows.add(at, format!("shops/{workspace},sales,message,"));
            at += law.sample(&mut words);
        }
    }
    rows.text()
}

#[test]
fn as_many_messages_come_where_gaps_scatter_widely() {
    // A mean of half an hour, and a cv of 10.
    let fit = fitted(&fresh(&Gamma::new(0.01, 50.0 * HOUR).unwrap(), 200, 3.0));
    assert_eq!(traffic(&fit).law.name, "gamma");
    assert_eq!(traffic(&fit).profile, None, "many messages at first are no rhythm");
    let was = line(&fit).messages as f64;
    let is = figure(&scenario(&fit), "messages.offered", 40);
    // A run scatters by 6 %; the mean of forty by 1 %.
    assert!((is / was - 1.0).abs() < 0.04, "{is} where {was} was");
}

#[test]
fn as_many_messages_come_where_agents_are_unlike() {
    let mut words = words("unlike", 0);
    let rate = Gamma::new(0.5, 2.0 / HOUR).unwrap();
    let mut rows = Rows::default();
    for workspace in 1..=500 {
        let rate: f64 = rate.sample(&mut words);
        let gap = Exp::new(rate.max(1e-6)).unwrap();
        let mut at = gap.sample(&mut words);
        while at < 3.0 * DAY {
            rows.add(at, format!("shops/{workspace},sales,message,"));
            at += gap.sample(&mut words);
        }
    }
    let fit = fitted(&rows.text());
    let was = line(&fit).messages as f64;
    let is = figure(&scenario(&fit), "messages.offered", 40);
    assert!((is / was - 1.0).abs() < 0.04, "{is} where {was} was");
}

#[test]
fn as_many_agents_are_away_at_the_start() {
    let mut words = words("start", 0);
    let on = Exp::new(1.0 / (9.0 * HOUR)).unwrap();
    let off = Exp::new(1.0 / (15.0 * HOUR)).unwrap();
    let gap = Exp::new(1.0 / 600.0).unwrap();
    let mut rows = Rows::default();
    for workspace in 1..=400 {
        let whom = format!("shops/{workspace},sales");
        let (mut at, mut is_on) = (0.0, workspace % 8 < 3);
        while at < DAY {
            let end = at + if is_on { on.sample(&mut words) } else { off.sample(&mut words) };
            let mut next = at + gap.sample(&mut words);
            while is_on && next < end.min(DAY) {
                rows.add(next, format!("{whom},message,"));
                next += gap.sample(&mut words);
            }
            at = end;
            if at < DAY {
                let action = if is_on { "disable" } else { "enable" };
                rows.add(at, format!("{whom},{action},"));
            }
            is_on = !is_on;
        }
    }
    let fit = fitted(&rows.text());
    // Five of eight, those included whom nobody sees all day.
    assert!((line(&fit).starts_offline - 0.625).abs() < 0.02, "{:#?}", line(&fit));
    let was = line(&fit).messages as f64;
    let is = figure(&scenario(&fit), "messages.offered", 20);
    // Time that is active scatters by 4 % in all shops, and periods are known from a day alone.
    assert!((is / was - 1.0).abs() < 0.1, "{is} where {was} was");
}

#[test]
fn a_clock_that_strikes_is_constant() {
    for gap in [HOUR, 1_700.0, DAY / 4.0] {
        let mut rows = Rows::default();
        for workspace in 1..=10 {
            let mut at = gap;
            while at < 14.0 * DAY {
                rows.add(at, format!("shops/{workspace},cron,message,"));
                at += gap;
            }
        }
        let fit = fitted(&rows.text());
        let traffic = traffic(&fit);
        assert_eq!((traffic.law.name.as_str(), traffic.profile.as_ref()), ("constant", None));
        assert!((traffic.law.mean_s - gap).abs() < 1e-6, "{traffic:#?}");
        let was = line(&fit).messages as f64;
        let is = figure(&scenario(&fit), "messages.offered", 1);
        assert!((is - was).abs() <= 10.0, "{is} where {was} was");
    }
}

#[test]
fn a_clock_of_one_agent_is_none_of_all() {
    let mut rows = Rows::default();
    for hour in 1..100 {
        rows.add(f64::from(hour) * HOUR, "shops/1,cron,message,".to_owned());
    }
    rows.add(HOUR, "shops/50,cron,message,".to_owned());
    let fit = fitted(&rows.text());
    let is = figure(&scenario(&fit), "messages.offered", 20);
    assert!((is / 100.0 - 1.0).abs() < 0.4, "{is} where 100 were: {:#?}", traffic(&fit));
}

#[test]
fn drafts_without_a_number_are_a_line() {
    let mut rows = Rows::default();
    for hour in 1..40 {
        rows.add(f64::from(hour) * HOUR, "shops,sales,message,".to_owned());
    }
    rows.add(2.0 * HOUR + 1.0, "shops,x,create,".to_owned());
    rows.add(3.0 * HOUR + 1.0, "shops,x,enable,".to_owned());
    rows.add(4.0 * HOUR + 1.0, "shops,x,message,2".to_owned());
    let fit = fitted(&rows.text());
    let x = fit.groups[0].lines.iter().find(|line| line.name == "x").expect("a line of its own");
    assert!(x.created_only && x.create.is_none() && x.messages == 1, "{x:#?}");
    let scenario = scenario(&fit);
    assert_eq!(figure(&scenario, "refusal.rate", 5).to_bits(), 0.0_f64.to_bits());
}

#[test]
fn a_rise_is_told_and_is_no_week() {
    let mut words = words("rise", 0);
    let peak = Exp::new(3.0 / HOUR).unwrap();
    let mark = rand_distr::Uniform::new(0.0, 3.0).unwrap();
    let mut rows = Rows::default();
    for workspace in 1..=20 {
        let mut at = peak.sample(&mut words);
        while at < 28.0 * DAY {
            if mark.sample(&mut words) < 1.0 + 2.0 * at / (28.0 * DAY) {
                rows.add(at, format!("shops/{workspace},sales,message,"));
            }
            at += peak.sample(&mut words);
        }
    }
    let fit = fitted(&rows.text());
    assert_eq!(traffic(&fit).profile, None);
    let trend = traffic(&fit).trend.expect("it is told");
    assert!((trend.factor - 3.0).abs() < 0.3 && trend.p < 1e-6, "{trend:?}");
    assert!(
        fit.not_fitted
            .iter()
            .any(|note| note.starts_with("shops.sales: that messages become more"))
    );
    // None is seen where there is none.
    let seen = (0..30).filter(|&seed| {
        let law = Exp::new(0.5 / HOUR).unwrap();
        let fit = fitted(&super::renewals(&law, super::words("flat rise", seed), 4.0));
        traffic(&fit).trend.is_some()
    });
    // The level is 1 %: more than three of thirty have a chance below 0.1 %.
    assert!(seen.count() <= 3);
}
