//! The plan of a sweep: every point's scenario is known to be right before the first is simulated.

use std::fmt;

use thiserror::Error;

use super::chosen::Chosen;
use crate::planning::fault::QuestionFault;
use crate::planning::grid::{Grid, Point};
use crate::scenario::{Scenario, Threshold};

/// A sweep whose points can all be simulated.
#[derive(Debug, Clone)]
pub struct SweepPlan {
    /// The points.
    pub grid: Grid,
    /// The name of the scenario, at the first point.
    pub name: String,
    /// The SHA-256 of each point's scenario, in the grid's order.
    pub scenarios: Vec<String>,
    /// The metrics that are drawn and printed.
    pub chosen: Vec<Chosen>,
    /// Whether they are wanted even where they can occur at no point.
    pub is_asked: bool,
    /// The thresholds of the first point.
    pub thresholds: Vec<Threshold>,
}

/// Why there is no plan.
#[derive(Debug, Error)]
pub enum PlanError<E: fmt::Debug + fmt::Display> {
    /// The scenario of a point is wrong.
    #[error("{source}")]
    Point {
        /// The first such point.
        point: Box<Point>,
        /// Its number, from 1.
        number: usize,
        /// How many points there are.
        of: usize,
        /// How many points after it are wrong too.
        more: usize,
        /// What is wrong.
        source: E,
    },
    /// A metric is none.
    #[error(transparent)]
    Metric(#[from] QuestionFault),
}

impl SweepPlan {
    /// Loads the scenario of every point. `metrics` are those that are asked for; without any they are
    /// those of the thresholds, or else a few that are usual.
    ///
    /// # Errors
    ///
    /// [`PlanError`] if a point is wrong, or a metric.
    ///
    /// # Panics
    ///
    /// Never: a grid has at least one point.
    pub fn check<E: fmt::Debug + fmt::Display>(
        grid: Grid,
        metrics: &[String],
        load: impl Fn(&Point) -> Result<Scenario, E>,
    ) -> Result<Self, PlanError<E>> {
        let mut first = None;
        let mut wrong: Option<PlanError<E>> = None;
        let mut scenarios = Vec::with_capacity(grid.len());
        for index in 0..grid.len() {
            let point = grid.point(index);
            match (load(&point), &mut wrong) {
                // The scenarios of all points might not fit in memory: they are loaded again.
                (Ok(scenario), _) => {
                    scenarios.push(scenario.sha256.clone());
                    first.get_or_insert(scenario);
                }
                (Err(_), Some(PlanError::Point { more, .. })) => *more += 1,
                (Err(source), _) => {
                    wrong = Some(PlanError::Point {
                        point: Box::new(point),
                        number: index + 1,
                        of: grid.len(),
                        more: 0,
                        source,
                    });
                }
            }
        }
        if let Some(error) = wrong {
            return Err(error);
        }
        let first = first.expect("a grid has at least one point");
        let asked = metrics.iter().map(|text| Chosen::read(text, &first));
        let mut chosen: Vec<Chosen> = Vec::new();
        for metric in asked {
            let metric = metric?;
            if !chosen.contains(&metric) {
                chosen.push(metric);
            }
        }
        if metrics.is_empty() {
            chosen = Chosen::of_thresholds(&first);
        }
        let is_asked = !chosen.is_empty();
        if !is_asked {
            chosen = Chosen::usual();
        }
        let Scenario { name, thresholds, .. } = first;
        Ok(Self { grid, name, scenarios, chosen, is_asked, thresholds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Override, parse};

    const YAML: &str = "{ limitlab: 1, name: small, duration: 1h, workspaces: [
        { group: shops, agents: [{ name: sales, traffic: { rate: 12/h } }] }] }";

    fn plan(vary: &str, metrics: &[&str]) -> Result<SweepPlan, PlanError<String>> {
        let grid = Grid::read(&[vary.to_owned()], &[]).unwrap();
        let metrics: Vec<String> = metrics.iter().map(|it| (*it).to_owned()).collect();
        SweepPlan::check(grid, &metrics, |point| {
            let overrides: Vec<Override> = point.overrides().collect();
            parse("small.yaml", YAML, &overrides).map_err(|error| error.to_string())
        })
    }

    #[test]
    fn every_point_is_checked() {
        let PlanError::Point { point, number, of, more, source } =
            plan("workspaces.shops.count=1,-1,2,0", &[]).unwrap_err()
        else {
            panic!("the second point is wrong");
        };
        assert_eq!((number, of, more), (2, 4, 1));
        assert_eq!(point.to_string(), "workspaces.shops.count=-1");
        assert!(source.contains("--vary"), "{source}");
    }

    #[test]
    fn metrics_are_those_asked_for_those_of_thresholds_or_usual_ones() {
        let names = |plan: SweepPlan| -> Vec<String> {
            plan.chosen.iter().map(Chosen::to_string).collect()
        };
        let usual = plan("seed=1,2", &[]).unwrap();
        assert!(!usual.is_asked);
        let usual = names(usual);
        assert_eq!(usual, ["latency.p99", "refusal.rate", "loss.rate", "backend.utilisation"]);
        let asked = plan("seed=1,2", &["wait.mean", "loss.rate", "wait.mean{group=all}"]).unwrap();
        assert_eq!(names(asked), ["wait.mean", "loss.rate"]);
        let own = plan("thresholds=[latency.p50 < 1s]", &[]).unwrap();
        assert_eq!(names(own), ["latency.p50"]);
        assert!(matches!(plan("seed=1,2", &["wait"]), Err(PlanError::Metric(_))));
    }
}
