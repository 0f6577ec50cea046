//! How often 95% intervals hold what they are of: whole runs by many seeds, beside exact values.

use std::ops::RangeInclusive;
use std::thread;

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::parse;
use limitlab::summary::Over;

/// Runs of one kind.
pub(crate) struct Case {
    /// What is run.
    pub(crate) name: &'static str,
    /// What intervals are taken over.
    pub(crate) over: Over,
    /// How many workspaces or replications are watched, and for how long each.
    pub(crate) watched: String,
    /// Whose metrics are looked at, as a summary calls them.
    whole: &'static str,
    /// The scenario.
    yaml: String,
    /// Metrics with their exact values.
    exact: Vec<(&'static str, f64)>,
}

/// How often the interval of one metric held its exact value.
pub(crate) struct Covered {
    /// The metric.
    pub(crate) metric: &'static str,
    /// Its exact value.
    pub(crate) exact: f64,
    /// Runs whose interval held it.
    pub(crate) held: u32,
    /// Runs.
    pub(crate) runs: u32,
}

impl Case {
    /// Runs it with each of these seeds, as many at once as there are processors.
    pub(crate) fn study(&self, seeds: RangeInclusive<u64>) -> Vec<Covered> {
        let at_once = thread::available_parallelism().map_or(1, usize::from);
        let held: Vec<Vec<u32>> = thread::scope(|scope| {
            let start = |first| {
                let some = seeds.clone().skip(first).step_by(at_once);
                scope.spawn(move || self.held(some))
            };
            let started: Vec<_> = (0..at_once).map(start).collect();
            started.into_iter().map(|it| it.join().expect("runs that do not panic")).collect()
        });
        let runs = seeds.count() as u32;
        let covered = |(place, &(metric, exact))| {
            let held = held.iter().map(|held| held[place]).sum();
            Covered { metric, exact, held, runs }
        };
        self.exact.iter().enumerate().map(covered).collect()
    }

    /// How many of its runs with these seeds hold the exact value of each metric.
    fn held(&self, seeds: impl Iterator<Item = u64>) -> Vec<u32> {
        let mut held = vec![0; self.exact.len()];
        let mut scenario = parse("study.yaml", &self.yaml, &[]).unwrap_or_else(|it| panic!("{it}"));
        for seed in seeds {
            scenario.seed = seed;
            let outcome = run(&scenario, RunOptions { threads: 1 }, &Watch::default());
            let summary = outcome.unwrap_or_else(|error| panic!("{error}")).summary;
            assert_eq!(summary.intervals, self.over, "{}", self.name);
            for (held, &(metric, exact)) in held.iter_mut().zip(&self.exact) {
                // An interval that is not there holds nothing.
                let ends = summary.metric(self.whole, metric).and_then(|metric| metric.ci95);
                *held += u32::from(ends.is_some_and(|[low, high]| low <= exact && exact <= high));
            }
        }
        held
    }
}

/// Everything that is studied.
pub(crate) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for (name, percent, thousands) in [("M/M/1, 0.5 busy", 50, 4), ("M/M/1, 0.9 busy", 90, 40)] {
        all.extend(queue(name, percent, thousands));
    }
    all.extend(pool());
    all.extend(agents());
    all
}

/// An M/M/1 queue whose server takes a second on average, watched for so many thousand seconds by each
/// workspace or replication, and for 120 times as long by itself, before which four workspaces meet: batches
/// must be much longer than what a queue remembers. With a quarter of it deviations are held in 94% of runs.
fn queue(name: &'static str, percent: u32, thousands: u32) -> [Case; 3] {
    let busy = f64::from(percent) / 100.0;
    // J. F. C. Kingman's textbook results: the time in the system is exponential with mean 1 / (1 - busy).
    let mean = 1.0 / (1.0 - busy);
    let exact = vec![
        ("latency.mean", mean),
        ("latency.sd", mean),
        ("latency.p50", mean * libm::log(2.0)),
        ("latency.p90", mean * libm::log(10.0)),
        ("wait.probability", busy),
        ("backend.utilisation", busy),
        ("backend.queue.mean", busy * busy / (1.0 - busy)),
        ("backend.throughput", busy),
    ];
    [
        (Over::Workspaces, 40, 1, "scope: workspace, ", thousands),
        (Over::Replications, 1, 40, "", thousands),
        (Over::Batches, 4, 1, "", 120 * thousands),
    ]
    .map(|(over, count, replications, scope, thousands)| {
        let sources = if over == Over::Batches { f64::from(count) } else { 1.0 };
        let rate = busy / sources;
        let times = if over == Over::Batches { 1 } else { count * replications };
        Case {
            name,
            over,
            watched: match thousands {
                1_000.. => {
                    format!("{times} × {},{:03},000 s", thousands / 1_000, thousands % 1_000)
                }
                _ => format!("{times} × {thousands},000 s"),
            },
            whole: "all",
            yaml: format!(
                "
limitlab: 1
name: study
duration: {}s
warm_up: {}s
replications: {replications}
workspaces:
  - {{ group: a, count: {count}, agents: [{{ name: bot, traffic: {{ rate: {rate}/s }} }}] }}
backend: {{ {scope}servers: 1, service_time: {{ exponential: 1s }} }}
",
                thousands * 1_100,
                thousands * 100,
            ),
            exact: exact.clone(),
        }
    })
}

/// A pool of 100 credits for a day on which as many messages are expected, one credit each.
fn pool() -> Vec<Case> {
    let (expected, credits) = (100.0_f64, 100);
    let (mut term, mut within, mut used) = (libm::exp(-expected), 0.0, 0.0);
    for count in 0..=credits {
        within += term;
        used += f64::from(count) * term;
        term *= expected / f64::from(count + 1);
    }
    let exhausted = 1.0 - within;
    used += f64::from(credits) * exhausted;
    let exact = vec![
        ("refusal.rate", 1.0 - used / expected),
        ("credits.periods_exhausted.share", exhausted),
        ("messages.completed", 400.0 * used),
        ("credits.consumed", 400.0 * used),
    ];
    let of = |over, count, days: u32, backend: &str| {
        Case {
        name: "pool of 100 for 100",
        over,
        watched: format!("{count} × {days} d"),
        whole: "all",
        yaml: format!(
            "
limitlab: 1
name: study
duration: {days}d
series: {{ every: 12h }}
plans: {{ metered: {{ credits: {{ included: 100, per: workspace, renews: 1d }} }} }}
workspaces:
  - {{ group: a, count: {count}, plan: metered, agents: [{{ name: bot, traffic: {{ rate: 100/d }} }}] }}
{backend}
"
        ),
        exact: exact.clone(),
    }
    };
    let alone = of(Over::Batches, 1, 400, "");
    let mut parted =
        of(Over::Workspaces, 800, 1, "thresholds: ['loss.rate{plan=metered} <= 100%']");
    (parted.name, parted.whole) = ("half on a pool of 100 for 100", "plan=metered");
    parted.yaml = parted.yaml.replace("plan: metered,", "plan: { metered: 50%, unlimited: 50% },");
    vec![of(Over::Workspaces, 400, 1, ""), alone, parted]
}

/// Twenty agents in a workspace, each of them active for 40 minutes and then offline for 20, on average.
fn agents() -> [Case; 2] {
    [(Over::Workspaces, 40, 2), (Over::Batches, 1, 60)].map(|(over, count, days)| Case {
        name: "20 agents, active two thirds of the time",
        over,
        watched: format!("{count} × {days} d"),
        whole: "all",
        yaml: format!(
            "
limitlab: 1
name: study
duration: {}h
warm_up: 12h
workspaces:
  - group: a
    count: {count}
    agents:
      - name: bot
        count: 20
        activity: {{ active: {{ exponential: 40m }}, offline: {{ exponential: 20m }} }}
        traffic: {{ rate: 1/d }}
",
            12 + 24 * days
        ),
        exact: vec![
            ("active.mean", 20.0 * 2.0 / 3.0),
            ("agents.offline.mean", 20.0 / 3.0),
            // Each is enabled once an hour.
            ("enables.tried", f64::from(20 * 24 * count * days)),
        ],
    })
}
