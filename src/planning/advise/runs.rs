//! Runs of the scenario with something changed in it, each made once.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::AdviseError;
use super::judge::keep_judged;
use super::watch::AdviseWatch;
use crate::engine::{ByWorkspace, RunOptions, run_by_workspace};
use crate::scenario::{Scenario, Settling};
use crate::summary::Summary;

/// Gives the scenario with these KEY=VALUE set in it; `None` if they make no scenario.
pub(super) type Load<'a, E> = dyn Fn(&[String]) -> Result<Option<Scenario>, E> + 'a;

/// The runs that were made, and those that may still be.
pub(super) struct Runs<'a, E> {
    pub load: &'a Load<'a, E>,
    /// What is measured is measured over the same time as in this one.
    pub like: &'a Scenario,
    pub options: RunOptions,
    pub watch: &'a AdviseWatch,
    /// How many may be made.
    pub most: u32,
    /// How many were.
    pub made: u32,
    /// What came of each change; `None` of what makes no scenario.
    pub known: BTreeMap<Vec<String>, Option<Arc<Summary>>>,
}

/// Why a search ends early.
pub(super) enum Stop<E: fmt::Debug + fmt::Display> {
    /// All runs that may be made were made.
    Spent,
    /// Nothing can be said.
    Failed(AdviseError<E>),
}

impl<E: fmt::Debug + fmt::Display> Runs<'_, E> {
    /// What comes of the scenario with these changes; `None` if they make no scenario.
    pub(super) fn with(&mut self, set: &[String]) -> Result<Option<Arc<Summary>>, Stop<E>> {
        if let Some(known) = self.known.get(set) {
            return Ok(known.clone());
        }
        let loaded = (self.load)(set);
        let loaded = loaded.map_err(|source| Stop::Failed(AdviseError::Load { source }))?;
        let found = match loaded {
            None => None,
            Some(_) if self.made >= self.most => return Err(Stop::Spent),
            Some(mut scenario) => {
                if scenario.settling == Settling::ToFind {
                    let Scenario { warm_up, settling, .. } = *self.like;
                    (scenario.warm_up, scenario.settling) = (warm_up, settling);
                }
                let mut summary = self.run(&scenario, set).map_err(Stop::Failed)?.summary;
                keep_judged(&mut summary);
                Some(Arc::new(summary))
            }
        };
        self.known.insert(set.to_vec(), found.clone());
        Ok(found)
    }

    /// Runs a scenario in which this is set.
    pub(super) fn run(
        &mut self,
        scenario: &Scenario,
        set: &[String],
    ) -> Result<ByWorkspace, AdviseError<E>> {
        let watch = self.watch.begin();
        let told = run_by_workspace(scenario, self.options, &watch)
            .map_err(|source| AdviseError::Run { set: set.to_vec(), source })?;
        if told.interrupted.is_some() {
            return Err(AdviseError::Interrupted);
        }
        self.watch.end();
        self.made += 1;
        Ok(told)
    }
}
