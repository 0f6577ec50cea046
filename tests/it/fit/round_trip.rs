//! What was fitted, run: is it as the trace is?

use std::sync::{Arc, Mutex};

use limitlab::log::Trace;
use limitlab::planning::fit::{fit, yaml};
use limitlab::rules::limiter::{Attempt, CustomLimiter, Quota, Throttle, ThrottleScope};
use limitlab::scenario::load;
use limitlab::units::SimSpan;
use limitlab::{RunOptions, Scenario, Watch, parse, run};
use rand_distr::{Distribution, Gamma, LogNormal};
use tempfile::TempDir;

use super::{DAY, HOUR, Rows, words};

const DAYS: f64 = 14.0;
const WORKSPACES: u32 = 40;
/// The limit that both the trace and what was fitted to it run into.
const LIMIT: &str = "
    fair_use: [{ name: burst, scope: agent, token_bucket: { rate: 1/h, burst: 3 } }]
";

/// A stream of gamma gaps with cv 2 along a wave of the day that is seven times as high at noon as at
/// midnight, at one agent in each workspace.
fn trace() -> String {
    let mut words = words("round trip", 0);
    let gap = Gamma::new(0.25, 4.0 * 1.5 * HOUR).unwrap();
    let level =
        |hour: usize| 1.0 - 0.75 * libm::cos(std::f64::consts::TAU * (hour as f64 + 0.5) / 24.0);
    let cost = LogNormal::from_mean_cv(3.0, 1.0).unwrap();
    let mut rows = Rows::default();
    for workspace in 1..=WORKSPACES {
        let mut left = gap.sample(&mut words);
        for hour in 0..(DAYS * 24.0) as usize {
            let level = level(hour % 24);
            let mut at = 0.0;
            // What is left of the gap is used up as fast as the level says.
            while at + left / level < HOUR {
                at += left / level;
                let cost: f64 = cost.sample(&mut words);
                let row = format!("shops/{workspace},sales,message,{cost:.3}");
                rows.add(hour as f64 * HOUR + at, row);
                left = gap.sample(&mut words);
            }
            left -= (HOUR - at) * level;
        }
    }
    rows.text()
}

/// What a scenario comes to.
struct Found {
    /// Messages by the hour of the day.
    hours: [f64; 24],
    /// The share that the limit refused, with how far one replication scatters.
    refused: (f64, f64),
}

#[track_caller]
fn found(scenario: &Scenario, replications: f64) -> Found {
    let outcome = run(scenario, RunOptions { threads: 2 }, &Watch::default());
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    let series = &outcome.measures.groups[0].series;
    assert_eq!(series.width(), SimSpan::HOUR);
    let mut hours = [0.0; 24];
    for (hour, &offered) in series.offered.iter().enumerate() {
        hours[hour % 24] += offered as f64 / replications;
    }
    let metric = outcome.summary.metric("all", "refusal.rate{limiter=burst}").unwrap();
    let refused = metric.value.unwrap();
    // The interval of a mean of so many: its half is 2 standard errors, or somewhat more.
    let scatter = metric.ci95.map_or(0.0, |[low, high]| (high - low) / 4.0 * replications.sqrt());
    Found { hours, refused: (refused, scatter) }
}

#[test]
fn hours_and_refusals_are_those_of_the_trace() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("day.csv");
    std::fs::write(&path, trace()).unwrap();
    let fitted = fit(&Trace::new(&path, "day.csv"), None).unwrap();
    let traffic = fitted.groups[0].lines[0].traffic.as_ref().unwrap();
    assert_eq!(traffic.law.name, "gamma", "{traffic:#?}");
    assert!((traffic.law.cv - 2.0).abs() < 0.15, "{traffic:#?}");
    let end = "series: { every: 1h }\n";
    let replayed = format!(
        "limitlab: 1\nname: day\nduration: 14d\nworkspaces:\n  - group: shops\n    count: 40\n    \
         traffic: {{ trace: day.csv }}\n    agents: [{{ name: sales, count: 1 }}]{LIMIT}{end}"
    );
    let file = folder.path().join("replayed.yaml");
    std::fs::write(&file, replayed).unwrap();
    let replayed = load(&file, &[]).unwrap_or_else(|error| panic!("{error}"));
    let text = yaml(&fitted, "day", "scenario.schema.json");
    let replications = 20.0;
    let text = format!("{}{LIMIT}{end}replications: 20\n", text.trim_end().to_owned() + "\n");
    let scenario = parse("day.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let (was, is) = (found(&replayed.scenario, 1.0), found(&scenario, replications));
    // Counts of a stream with cv 2 have four times the variance of Poisson counts, or less. Of the
    // chi-square of 24 hours 0.1 % are above 51.2.
    let hours = was.hours.iter().zip(&is.hours);
    let square: f64 = hours.map(|(was, is)| (was - is) * (was - is) / (4.0 * is)).sum();
    assert!(square < 51.2, "{square}: {:?} where {:?} was", is.hours, was.hours);
    // The whole day: within four standard deviations.
    let (was_all, is_all) = (was.hours.iter().sum::<f64>(), is.hours.iter().sum::<f64>());
    assert!((was_all - is_all).abs() < 4.0 * 2.0 * was_all.sqrt(), "{is_all} where {was_all} was");
    // The trace is one replication: within four of the standard deviations of those.
    let ((was, _), (is, scatter)) = (was.refused, is.refused);
    assert!(was > 0.1, "{was}: the limit binds");
    assert!((was - is).abs() < 4.0 * scatter, "{is} ± {scatter} where {was} was");
    assert!(scatter < 0.05 * was, "{scatter} of {was}: the interval says something");
}

/// Notes when attempts are made. Clones share the notes, which change no answer.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Vec<u64>>>);

impl CustomLimiter for Notes {
    fn check(&self, _: &Attempt) -> Result<(), Option<SimSpan>> {
        Ok(())
    }

    fn take(&mut self, attempt: &Attempt) {
        self.0.lock().unwrap().push(attempt.now.nanos());
    }
}

#[test]
fn the_time_between_messages_scatters_as_in_the_trace() {
    let mut words = words("scatter", 0);
    let lognormal = LogNormal::from_mean_cv(600.0, 2.0).unwrap();
    let gamma = Gamma::new(4.0, 150.0).unwrap();
    for name in ["lognormal", "gamma"] {
        let mut rows = Rows::default();
        let mut gaps = Vec::new();
        let mut at = 0.0;
        while at < 60.0 * DAY {
            rows.add(at, "shops,sales,message,1".to_owned());
            gaps.push(match name {
                "gamma" => gamma.sample(&mut words),
                _ => lognormal.sample(&mut words),
            });
            at += gaps[gaps.len() - 1];
        }
        let fit = super::fitted(&rows.text());
        assert_eq!(super::traffic(&fit).law.name, name);
        let text = yaml(&fit, "day", "scenario.schema.json");
        let mut scenario = parse("day.yaml", &text, &[]).unwrap();
        let notes = Notes::default();
        let quota = Quota::custom(notes.clone());
        let throttle = Throttle::new("notes", ThrottleScope::Workspace, quota);
        scenario.groups = vec![scenario.groups.remove(0).with_throttle(throttle)];
        run(&scenario, RunOptions { threads: 1 }, &Watch::default()).unwrap();
        let notes = notes.0.lock().unwrap();
        let found: Vec<f64> = notes.windows(2).map(|it| (it[1] - it[0]) as f64 / 1e9).collect();
        let ((was_mean, was), (is_mean, is)) = (moments(&gaps), moments(&found));
        // Some 8,640 gaps: the mean scatters by cv/93, and the cv of the lognormal law, whose tail is
        // long, by a tenth of itself in either.
        assert!((is_mean / was_mean - 1.0).abs() < 4.0 * 1.5 * was / 93.0, "{is_mean}, {was_mean}");
        let within = if name == "lognormal" { 0.4 } else { 0.06 };
        assert!((is / was - 1.0).abs() < within, "{name}: cv {is} where {was} was");
    }
}

/// Mean and cv.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>() / n;
    (mean, variance.sqrt() / mean)
}
