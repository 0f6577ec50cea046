//! An arrival process of one's own: a Poisson stream whose rate jumps between calm and storm (a
//! Markov-modulated Poisson process), beside the Poisson stream of the same mean rate.
//!
//! ```sh
//! cargo run --example own_arrivals
//! ```

use std::error::Error;

use limitlab::random::{Distribution, Draw, Sampler};
use limitlab::rules::limiter::{Quota, Throttle, ThrottleScope};
use limitlab::units::{SimSpan, SimTime};
use limitlab::workload::{AgentLine, CustomArrivals, TrafficKind};
use limitlab::{Group, RunOptions, Scenario, Summary, Watch, run};

/// Workspaces of each group, with one agent each.
pub(crate) const WORKSPACES: u32 = 2_000;
/// How long they are simulated.
pub(crate) const DURATION: SimSpan = SimSpan::DAY;
/// Calm, then storm: messages an hour, and how long it lasts on average \[h\].
pub(crate) const PHASES: [(f64, f64); 2] = [(3.0, 5.0), (45.0, 1.0)];

/// Messages that come in an hour in the long run: 10.
pub(crate) fn per_hour() -> f64 {
    let [(calm, long), (storm, short)] = PHASES;
    (calm * long + storm * short) / (long + short)
}

/// Nanoseconds in an hour.
const HOUR: f64 = 3.6e12;

/// A Poisson stream that is calm and stormy in turn, each for an exponential time.
#[derive(Debug, Clone)]
struct Weather {
    /// Time to the next message in each phase, if the phase lasts, and the length of the phase.
    phases: [(Sampler, Sampler); 2],
    /// The phase that it is in; `None` before the first message was asked for.
    phase: Option<usize>,
    /// What is left of the phase \[ns\].
    left: u64,
}

impl Weather {
    fn new() -> Self {
        let exponential = |mean| Distribution::Exponential { mean }.sampler();
        let phases =
            PHASES.map(|(rate, length)| (exponential(HOUR / rate), exponential(HOUR * length)));
        Self { phases, phase: None, left: 0 }
    }

    /// Begins a phase.
    fn enter(&mut self, phase: usize, draw: &mut Draw) {
        self.left = self.phases[phase].1.sample_whole(draw);
        self.phase = Some(phase);
    }
}

impl CustomArrivals for Weather {
    fn next(&mut self, _now: SimTime, draw: &mut Draw) -> Option<SimSpan> {
        if self.phase.is_none() {
            // As often in a storm as in the long run.
            let [(_, long), (_, short)] = PHASES;
            let stormy = draw.unit() < short / (long + short);
            self.enter(usize::from(stormy), draw);
        }
        let mut passed = 0_u64;
        loop {
            let phase = self.phase.unwrap_or_default();
            // Exponentials have no memory: after a change of phase the time is drawn anew.
            let wait = self.phases[phase].0.sample_whole(draw);
            if wait < self.left {
                self.left -= wait;
                return Some(SimSpan::from_nanos(passed.saturating_add(wait)));
            }
            passed = passed.saturating_add(self.left);
            self.enter(1 - phase, draw);
        }
    }

    fn per_second(&self) -> f64 {
        per_hour() / 3_600.0
    }
}

/// Two groups under the same fair-use limit, to which as many messages come.
pub(crate) fn scenario() -> Result<Scenario, Box<dyn Error>> {
    let written_to = |name: &str, kind: TrafficKind| -> Result<Group, Box<dyn Error>> {
        let bucket = Quota::token_bucket("20/h".parse()?, 10);
        Ok(Group::new(name, WORKSPACES)
            .with_line(AgentLine::new("sales", 1).with_traffic(kind))
            .with_throttle(Throttle::new("fair-use", ThrottleScope::Workspace, bucket)))
    };
    let rate = format!("{}/h", per_hour()).parse()?;
    Ok(Scenario::new("own-arrivals", DURATION)
        .with_group(written_to("stormy", TrafficKind::custom(Weather::new()))?)
        .with_group(written_to("steady", TrafficKind::Rate(rate))?))
}

pub(crate) fn simulate(threads: usize) -> Result<Summary, Box<dyn Error>> {
    Ok(run(&scenario()?, RunOptions { threads }, &Watch::default())?.summary)
}

fn main() -> Result<(), Box<dyn Error>> {
    let summary = simulate(2)?;
    let expected = per_hour() * f64::from(WORKSPACES) * DURATION.as_secs_f64() / 3_600.0;
    println!("{expected:.0} messages are expected in each group");
    for group in ["stormy", "steady"] {
        let figure = |metric: &str| summary.metric(group, metric).and_then(|it| it.value);
        let offered = figure("messages.offered").unwrap_or_default();
        let refused = figure("refusal.rate{limiter=fair-use}").unwrap_or_default();
        println!("{group}: {offered:.0} came, {:.2} % refused", 100.0 * refused);
    }
    Ok(())
}
