//! A target in this process: enforcement with locks, copies and delays that are real.

mod row;
mod rules;

use std::sync::{Arc, Mutex, PoisonError};

use self::row::Row;
use self::rules::Rules;
use super::pace::Pace;
use super::target::{Decision, Deed, Request, Target};
use crate::enforcement::{Enforcement, Strategy};
use crate::rules::{Founding, Reason, Refusal};
use crate::scenario::Scenario;
use crate::units::{SimSpan, SimTime};

/// Enforcement in this process, by the strategy of a scenario.
#[derive(Debug)]
pub struct Embedded {
    enforcement: Enforcement,
    pace: Arc<Pace>,
    /// Of each group.
    rules: Vec<Rules>,
    keeps: Vec<Keep>,
}

/// One workspace.
#[derive(Debug)]
struct Keep {
    /// The place of its group.
    group: usize,
    row: Mutex<Row>,
    /// Who has it decides; others wait, first come first served.
    turn: tokio::sync::Mutex<()>,
}

impl Embedded {
    /// Enforcement of the workspaces of a scenario, each of which is founded so, in their order.
    pub fn new(
        scenario: &Scenario,
        foundings: impl IntoIterator<Item = Founding>,
        pace: &Arc<Pace>,
    ) -> Self {
        let strategy = &scenario.enforcement.strategy;
        let rules: Vec<Rules> =
            scenario.groups.iter().map(|group| Rules::new(group, strategy)).collect();
        let places = scenario.groups.iter().enumerate();
        let groups = places.flat_map(|(place, group)| (0..group.count).map(move |_| place));
        let keeps = groups.zip(foundings).map(|(group, founding)| Keep {
            group,
            row: Mutex::new(Row::new(&rules[group], founding)),
            turn: tokio::sync::Mutex::new(()),
        });
        let keeps = keeps.collect();
        Self { enforcement: scenario.enforcement, pace: Arc::clone(pace), rules, keeps }
    }

    /// Does something with the row of a workspace, at an instant, while nobody else has it.
    fn with<T>(&self, keep: &Keep, work: impl FnOnce(&mut Row, &Rules, SimTime) -> T) -> T {
        let mut row = keep.row.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked up by who has the row: so the instants of a row never run backwards.
        work(&mut row, &self.rules[keep.group], self.pace.now())
    }

    /// Decides what a strategy is about: attempts, and enables.
    async fn by_strategy(&self, keep: &Keep, deed: Deed) -> Decision {
        match self.enforcement.strategy {
            Strategy::CheckThenAct { gap } => self.check_then_act(keep, deed, gap).await,
            Strategy::Optimistic { read_to_write, max_retries } => {
                self.optimistic(keep, deed, (read_to_write, max_retries)).await
            }
            _ => self.with(keep, |row, rules, now| row.decide(rules, deed, now)),
        }
    }

    async fn check_then_act(&self, keep: &Keep, deed: Deed, gap: SimSpan) -> Decision {
        let read = self.with(keep, |row, rules, now| {
            let answer = row.read(rules, deed, now)?;
            Some(answer.map_err(|refusal| row.refused(refusal)))
        });
        match read {
            None => Decision::NOTHING,
            Some(Err(refused)) => refused,
            Some(Ok(())) => {
                self.pace.pause(gap).await;
                self.with(keep, |row, rules, now| row.write(rules, deed, now))
            }
        }
    }

    async fn optimistic(
        &self,
        keep: &Keep,
        deed: Deed,
        (read_to_write, max_retries): (SimSpan, u32),
    ) -> Decision {
        for _ in 0..=max_retries {
            let read = self.with(keep, |row, rules, now| {
                let answer = row.read(rules, deed, now)?;
                Some((answer.map_err(|refusal| row.refused(refusal)), row.version()))
            });
            let version = match read {
                None => return Decision::NOTHING,
                Some((Err(refused), _)) => return refused,
                Some((Ok(()), version)) => version,
            };
            self.pace.pause(read_to_write).await;
            let written = self.with(keep, |row, rules, now| {
                // Nobody wrote, so what was read still holds, but for what time brings.
                (row.version() == version).then(|| row.decide(rules, deed, now))
            });
            if let Some(decision) = written {
                return decision;
            }
        }
        let refusal = Refusal::of(Reason::EnforcementUnavailable);
        self.with(keep, |row, _, _| row.refused(refusal))
    }
}

impl Target for Embedded {
    async fn decide(&self, request: Request) -> Decision {
        let keep = &self.keeps[request.workspace as usize];
        let is_decided = matches!(request.deed, Deed::Attempt { .. } | Deed::Enable(_));
        if !is_decided || self.pace.passed().is_zero() {
            return self.with(keep, |row, rules, now| row.decide(rules, request.deed, now));
        }
        if !self.enforcement.decision_time.is_zero() {
            let turn = keep.turn.lock().await;
            self.pace.pause(self.enforcement.decision_time).await;
            drop(turn);
        }
        self.by_strategy(keep, request.deed).await
    }
}
