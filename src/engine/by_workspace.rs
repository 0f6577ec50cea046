//! A run that tells of each workspace by itself too.

use super::frame;
use super::journal::Observers;
use super::replicate::simulate;
use super::run::{EngineError, RunOptions};
use super::settle::settle;
use super::watch::Watch;
use crate::measure::{Interruption, WorkspaceFigures};
use crate::scenario::Scenario;
use crate::summary::Summary;
use crate::units::SimTime;

/// One replication in figures, of all workspaces and of each.
#[derive(Debug)]
pub struct ByWorkspace {
    /// Its figures, without verdicts on thresholds; without what it cost.
    pub summary: Summary,
    /// The workspaces, in the scenario's order.
    pub workspaces: Vec<WorkspaceRecord>,
    /// Set if it was interrupted; workspaces may then be missing.
    pub interrupted: Option<Interruption>,
}

/// What is told of one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceRecord {
    /// The place of its group in the scenario.
    pub group: usize,
    /// Its number in its group, from 0.
    pub workspace: u32,
    /// The plan that it is founded on, as a place in the group's list.
    pub plan: usize,
    /// Its seats, at least 1.
    pub seats: u64,
    /// What happened in it.
    pub figures: WorkspaceFigures,
}

/// Simulates the first replication of a scenario, and tells of each workspace.
///
/// The figures of the workspaces add up to those of the summary, which are those of
/// [`run`](super::run()) with one replication. Memory grows with the number of workspaces.
///
/// # Errors
///
/// [`EngineError`] when the scenario loops in no time, or was built in code and has a flaw.
///
/// # Panics
///
/// As [`run`](super::run()) does.
///
/// # Examples
///
/// ```
/// use limitlab::engine::{RunOptions, Watch, run_by_workspace};
///
/// let text = "{ limitlab: 1, name: small, duration: 5h, workspaces: [{ group: shops, count: 3,
///     agents: [{ name: sales, traffic: { interarrival: 10m } }],
///     fair_use: [{ name: few, scope: workspace, token_bucket: { rate: 1/d, burst: 8 } }] }] }";
/// let scenario = limitlab::parse("small.yaml", text, &[])?;
/// let told = run_by_workspace(&scenario, RunOptions::default(), &Watch::default())?;
///
/// // The ninth message comes after 90 minutes, and is refused, as all of the later ones are.
/// assert_eq!(told.workspaces.len(), 3);
/// for workspace in &told.workspaces {
///     assert_eq!(workspace.figures.completed, 8);
///     assert_eq!(workspace.figures.blocked.hits, 21);
///     assert_eq!(workspace.figures.blocked.hours, 4);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn run_by_workspace(
    scenario: &Scenario,
    options: RunOptions,
    watch: &Watch,
) -> Result<ByWorkspace, EngineError> {
    scenario.check().map_err(EngineError::Flawed)?;
    let scenario = &*settle(scenario, options, watch)?;
    let mut frame = frame::frame(scenario, SimTime::ZERO + scenario.duration);
    frame.groups.iter_mut().for_each(|group| group.by_workspace = true);
    let mut simulated = simulate(scenario, frame, 0..1, options, Observers { watch, log: None })?;
    let mut workspaces = std::mem::take(&mut simulated.workspaces);
    workspaces.sort_unstable_by_key(|it| (it.group, it.workspace));
    Ok(ByWorkspace {
        summary: simulated.summary(scenario),
        workspaces,
        interrupted: simulated.measures.interrupted,
    })
}
