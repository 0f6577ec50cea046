//! What a run of the fitted scenario is said to reproduce.

use limitlab::planning::fit::{FigureFit, Fit, tell, yaml};
use limitlab::{RunOptions, parse};
use rand_distr::{Distribution, Exp, Gamma};

use super::{DAY, HOUR, Rows, fitted, words};

#[track_caller]
fn held(trace: &str, threads: usize) -> Fit {
    let mut fit = fitted(trace);
    let scenario = parse("day.yaml", &yaml(&fit, "day", "scenario.schema.json"), &[]);
    let scenario = scenario.unwrap_or_else(|error| panic!("{error}"));
    fit.run(&scenario, RunOptions { threads }).unwrap_or_else(|error| panic!("{error}"));
    fit
}

fn figure<'a>(fit: &'a Fit, name: &str) -> &'a FigureFit {
    let figures = &fit.run.as_ref().expect("it was run").figures;
    figures.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("no {name}: {figures:#?}"))
}

/// Streams at thirty agents; in the third day, everybody writes fifty messages more in one hour.
fn streams(law: &impl Distribution<f64>, all_at_once: bool) -> String {
    let mut words = words("streams", 0);
    let mut rows = Rows::default();
    for workspace in 1..=30 {
        let mut at = law.sample(&mut words);
        while at < 7.0 * DAY {
            rows.add(at, format!("shops/{workspace},sales,message,1"));
            at += law.sample(&mut words);
        }
        for minute in 0..if all_at_once { 50 } else { 0 } {
            let at = 2.5 * DAY + 60.0 * f64::from(minute) + f64::from(workspace);
            rows.add(at, format!("shops/{workspace},sales,message,1"));
        }
    }
    rows.text()
}

#[test]
fn what_was_drawn_from_such_laws_is_reproduced() {
    for shape in [1.0, 4.0, 0.3] {
        let fit = held(&streams(&Gamma::new(shape, HOUR / shape).unwrap(), false), 2);
        let run = fit.run.as_ref().unwrap();
        assert!(run.figures.iter().all(|it| it.reproduced), "{run:#?}");
        assert_eq!((run.seed, run.runs, run.figures.len()), (1, 20, 3));
        let messages = figure(&fit, "messages");
        assert_eq!(messages.trace.to_bits(), (fit.rows as f64).to_bits());
        // Of a renewal stream the count scatters by the cv; two runs differ by 2.58 times the root
        // of two as much in one case of a hundred, and twenty runs tell that to a half.
        let expected = 2.58 * (2.0 * messages.trace / shape).sqrt();
        assert!((0.5..2.0).contains(&(messages.chance / expected)), "{messages:?}, {expected}");
    }
}

#[test]
fn what_all_do_at_once_is_said_not_to_be() {
    let fit = held(&streams(&Exp::new(1.0 / HOUR).unwrap(), true), 2);
    let busiest = figure(&fit, "most in 1h");
    assert!(!busiest.reproduced && busiest.trace > 1_500.0 && busiest.run < 500.0, "{busiest:?}");
    assert!(figure(&fit, "messages").reproduced);
    let text = tell(&fit);
    let row = text.lines().find(|line| line.contains("most in 1h")).unwrap();
    assert!(row.ends_with("  not reproduced"), "{row}");
}

#[test]
fn threads_change_nothing() {
    let trace = streams(&Gamma::new(0.5, 2.0 * HOUR).unwrap(), false);
    assert_eq!(held(&trace, 1).run, held(&trace, 3).run);
}

#[test]
fn messages_to_agents_that_are_away_are_counted() {
    let mut words = words("away", 1);
    let gap = Exp::new(1.0 / 600.0).unwrap();
    let mut rows = Rows::default();
    let mut away = 0;
    for workspace in 1..=40 {
        // Offline at first, which the first row about it does not say.
        let mut at = gap.sample(&mut words);
        while at < 4.0 * DAY {
            rows.add(at, format!("shops/{workspace},sales,message,1"));
            away += u32::from(((at / (6.0 * HOUR)) as u32).is_multiple_of(2));
            at += gap.sample(&mut words);
        }
        for quarter in 1..16 {
            let action = if quarter % 2 == 1 { "enable" } else { "disable" };
            rows.add(6.0 * HOUR * f64::from(quarter), format!("shops/{workspace},sales,{action},"));
        }
    }
    let fit = held(&rows.text(), 2);
    let figure = figure(&fit, "to agents that are away");
    assert_eq!(figure.trace.to_bits(), f64::from(away).to_bits());
    assert!(figure.reproduced, "{figure:?}");
}
