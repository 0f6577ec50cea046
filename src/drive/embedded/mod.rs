//! A target in this process: enforcement with locks, copies and delays that are real.

mod keep;
mod lease;
mod meter;
mod row;
mod rules;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::keep::Keep;
use self::row::Row;
use self::rules::{Payment, Rules};
use super::pace::Pace;
use super::target::{Decision, Deed, Request, Target};
use crate::enforcement::{Enforcement, Strategy};
use crate::random::Key;
use crate::rules::{Founding, Reason, Refusal};
use crate::scenario::Scenario;
use crate::units::SimSpan;

/// Enforcement in this process, by the strategy of a scenario.
#[derive(Debug)]
pub struct Embedded {
    enforcement: Enforcement,
    pace: Arc<Pace>,
    /// Of each group.
    rules: Vec<Rules>,
    keeps: Vec<Keep>,
}

impl Embedded {
    /// Enforcement of the workspaces of a scenario, each of which is founded so, in their order.
    pub fn new(
        scenario: &Scenario,
        foundings: impl IntoIterator<Item = Founding>,
        pace: &Arc<Pace>,
    ) -> Self {
        let enforcement = scenario.enforcement;
        let rules = scenario.groups.iter().map(|group| Rules::new(group, &enforcement.strategy));
        let rules: Vec<Rules> = rules.collect();
        let places = scenario.groups.iter().enumerate();
        let groups = places.flat_map(|(place, group)| (0..group.count).map(move |_| place));
        let nodes = enforcement.rows() as usize;
        let is_copied = matches!(enforcement.strategy, Strategy::Replicated { .. });
        let copies = if is_copied { nodes } else { 1 };
        let keeps = groups.zip(foundings).zip(0..).map(|((group, founding), number)| {
            let row = || Row::new(&rules[group], founding);
            let key = Key::root(scenario.seed).name("nodes that decide").index(number);
            Keep::new(group, (0..copies).map(|_| row()).collect(), (nodes, key))
        });
        let keeps = keeps.collect();
        Self { enforcement, pace: Arc::clone(pace), rules, keeps }
    }

    /// Decides what a strategy is about, messages and enables, on one of its nodes.
    async fn by_strategy(&self, keep: &Keep, deed: Deed, node: usize) -> Decision {
        let (rules, pace) = (&self.rules[keep.group], &*self.pace);
        match self.enforcement.strategy {
            Strategy::CheckThenAct { gap } => self.check_then_act(keep, deed, gap).await,
            Strategy::Optimistic { read_to_write, max_retries } => {
                self.optimistic(keep, deed, (read_to_write, max_retries)).await
            }
            Strategy::Replicated { sync_every, .. } => {
                keep.exchange((rules, pace), sync_every);
                keep.with(pace, node, |row, now| row.decide_copied(rules, deed, now))
            }
            Strategy::Atomic | Strategy::Leased { .. } | Strategy::Metered { .. } => {
                keep.with(pace, 0, |row, now| match &rules.payment {
                    Payment::Lease(terms) => row.decide_leased((rules, terms), (deed, node), now),
                    _ => row.decide(rules, deed, now),
                })
            }
        }
    }

    async fn check_then_act(&self, keep: &Keep, deed: Deed, gap: SimSpan) -> Decision {
        let (rules, pace) = (&self.rules[keep.group], &*self.pace);
        let read = keep.with(pace, 0, |row, now| {
            let answer = row.read(rules, deed, now)?;
            Some(answer.map_err(|refusal| row.refused(refusal)))
        });
        match read {
            None => Decision::NOTHING,
            Some(Err(refused)) => refused,
            Some(Ok(())) => {
                pace.pause(gap).await;
                keep.with(pace, 0, |row, now| row.write(rules, deed, now))
            }
        }
    }

    async fn optimistic(
        &self,
        keep: &Keep,
        deed: Deed,
        (read_to_write, max_retries): (SimSpan, u32),
    ) -> Decision {
        let (rules, pace) = (&self.rules[keep.group], &*self.pace);
        for _ in 0..=max_retries {
            let read = keep.with(pace, 0, |row, now| {
                let answer = row.read(rules, deed, now)?;
                Some((answer.map_err(|refusal| row.refused(refusal)), row.version()))
            });
            let version = match read {
                None => return Decision::NOTHING,
                Some((Err(refused), _)) => return refused,
                Some((Ok(()), version)) => version,
            };
            pace.pause(read_to_write).await;
            let written = keep.with(pace, 0, |row, now| {
                // Nobody wrote, so what was read still holds, but for what time brings.
                (row.version() == version).then(|| row.decide(rules, deed, now))
            });
            if let Some(decision) = written {
                return decision;
            }
        }
        let refusal = Refusal::of(Reason::EnforcementUnavailable);
        keep.with(pace, 0, |row, _| row.refused(refusal))
    }
}

impl Target for Embedded {
    async fn decide(&self, Request { workspace, deed }: Request) -> Decision {
        let keep = &self.keeps[workspace as usize];
        let rules = &self.rules[keep.group];
        let is_decided = matches!(deed, Deed::Attempt { .. } | Deed::Enable(_));
        // What is there from the start is everywhere.
        if !is_decided || self.pace.passed().is_zero() {
            return keep.everywhere((rules, &self.pace), deed);
        }
        let nodes = self.enforcement.nodes();
        let node = nodes.map(|nodes| keep.node(nodes, deed));
        let place = node.unwrap_or(0);
        let decision_time = self.enforcement.decision_time;
        if !decision_time.is_zero() {
            keep.busy(&self.pace, place, decision_time).await;
        }
        let decision = self.by_strategy(keep, deed, place).await;
        Decision { node: node.map(|node| node as u32 + 1), ..decision }
    }
}
