//! How many agents of each line there are on average, those of churn included.

use super::super::model::Group;
use crate::random::{Distribution, Key};
use crate::rules::Plan;
use crate::units::SimSpan;
use crate::workload::{AgentLine, LineKind};

/// The time is cut into so many equal parts, and agents are counted in the middle of each.
const PARTS: u32 = 1_000;

/// So many lives are drawn of a distribution.
const LIVES: u64 = 8_192;

/// Agents of each line of a workspace on `plan`, on average from the start until `until`.
///
/// Agents of churn come as a Poisson stream and stay as long as they live, so of themselves there
/// are as many as an M/G/∞ queue holds; of those, as many as the plan has room for.
pub(super) fn population(group: &Group, plan: &Plan, until: SimSpan) -> Vec<f64> {
    let mut room = plan.total_agents;
    let lines: Vec<Line> = group
        .lines
        .iter()
        .map(|line| {
            let first =
                if line.kind == LineKind::Agents { line.count.min(room) } else { line.count };
            room -= if line.kind == LineKind::Agents { first } else { 0 };
            Line::new(line, first)
        })
        .collect();
    let mut means = vec![0.0; lines.len()];
    let parts = if lines.iter().all(Line::is_steady) { 1 } else { PARTS };
    for part in 0..parts {
        let at = until.nanos() as f64 * (f64::from(part) + 0.5) / f64::from(parts);
        let counts: Vec<(f64, f64)> = lines.iter().map(|line| line.at(at)).collect();
        let agents = counts.iter().zip(&group.lines);
        let agents = agents.filter(|(_, line)| line.kind == LineKind::Agents);
        let (old, new) = agents.fold((0.0, 0.0), |sum, (of, _)| (sum.0 + of.0, sum.1 + of.1));
        let room = (f64::from(plan.total_agents) - old).max(0.0);
        let created = if new > room { room / new } else { 1.0 };
        for (mean, (old, new)) in means.iter_mut().zip(counts) {
            *mean += (old + created * new) / f64::from(parts);
        }
    }
    means
}

/// A line's agents over time.
struct Line {
    /// Those of the start.
    first: f64,
    /// Tries to create one \[1/ns\].
    create: f64,
    life: Life,
}

impl Line {
    fn new(line: &AgentLine, first: u32) -> Self {
        let churn = line.churn.as_ref();
        let create = churn.and_then(|churn| churn.create);
        Self {
            first: f64::from(first),
            create: create.map_or(0.0, |rate| 1.0 / rate.mean_interval_nanos()),
            life: Life::new(churn.and_then(|churn| churn.delete_after.as_ref())),
        }
    }

    /// Whether there are as many at all times.
    const fn is_steady(&self) -> bool {
        self.create <= 0.0 && matches!(self.life, Life::Endless)
    }

    /// Those of the start that are still there at an instant, and those that were created.
    fn at(&self, instant: f64) -> (f64, f64) {
        (self.first * self.life.survives(instant), self.create * self.life.lived(instant))
    }
}

/// How long an agent lives.
enum Life {
    Endless,
    Exponential {
        mean: f64,
    },
    /// Lives that were drawn, ascending, and their sums from the first on.
    Drawn {
        lives: Vec<f64>,
        sums: Vec<f64>,
    },
}

impl Life {
    fn new(law: Option<&Distribution>) -> Self {
        let drawn = match law {
            None => return Self::Endless,
            Some(&Distribution::Exponential { mean }) => return Self::Exponential { mean },
            Some(Distribution::Constant(_)) => 1,
            Some(_) => LIVES,
        };
        let (sampler, stream) =
            (law.map(Distribution::sampler), Key::root(0).name("estimate").stream());
        let mut lives: Vec<f64> = (0..drawn)
            .filter_map(|number| {
                let sampler = sampler.as_ref()?;
                Some(sampler.sample_whole(&mut stream.at(number)) as f64)
            })
            .collect();
        lives.sort_unstable_by(f64::total_cmp);
        let sums = lives.iter().scan(0.0, |sum, life| {
            *sum += life;
            Some(*sum)
        });
        Self::Drawn { sums: sums.collect(), lives }
    }

    /// The probability that a life lasts longer than `time`.
    fn survives(&self, time: f64) -> f64 {
        match self {
            Self::Endless => 1.0,
            Self::Exponential { mean } => libm::exp(-time / mean),
            Self::Drawn { lives, .. } => {
                let over = lives.partition_point(|&life| life <= time);
                (lives.len() - over) as f64 / lives.len() as f64
            }
        }
    }

    /// How much of a life lies within `time` of its beginning, on average.
    fn lived(&self, time: f64) -> f64 {
        match self {
            Self::Endless => time,
            Self::Exponential { mean } => mean * -libm::expm1(-time / mean),
            Self::Drawn { lives, sums } => {
                let over = lives.partition_point(|&life| life <= time);
                let whole = over.checked_sub(1).map_or(0.0, |last| sums[last]);
                (whole + time * (lives.len() - over) as f64) / lives.len() as f64
            }
        }
    }
}
