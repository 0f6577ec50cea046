//! Workspaces that never meet: each runs alone, on any thread.

use std::sync::atomic::{AtomicU64, Ordering};

use super::cell::{Cell, World};
use super::model::GroupModel;
use super::run::{EngineError, Part};
use super::servers::Servers;
use super::watch::Watch;
use crate::measure::{Capacity, Frame, GroupMeasures};
use crate::scenario::Scenario;

/// Workspaces that a thread takes at a time, at most: enough to make the taking cheap.
const MOST_AT_A_TIME: u64 = 256;

/// Simulates every workspace, over `threads` threads.
pub(super) fn run(
    scenario: &Scenario,
    models: &[GroupModel],
    frame: &Frame,
    threads: usize,
    watch: &Watch,
) -> Result<Part, EngineError> {
    let total: u64 = models.iter().map(|model| u64::from(model.count)).sum();
    let share = (total / (threads as u64 * 16)).clamp(1, MOST_AT_A_TIME);
    let next = AtomicU64::new(0);
    let finished = AtomicU64::new(0);
    let work = || {
        let mut worker = Worker::new(scenario, models, frame);
        while !watch.stopped() {
            let first = next.fetch_add(share, Ordering::Relaxed);
            if first >= total {
                break;
            }
            for workspace in first..total.min(first + share) {
                if watch.stopped() {
                    break;
                }
                if let Err(error) = worker.simulate(workspace) {
                    // Nobody begins anew; what comes before this workspace has begun already.
                    next.store(total, Ordering::Relaxed);
                    return Err((workspace, error));
                }
                watch.note(finished.fetch_add(1, Ordering::Relaxed) + 1, total);
            }
        }
        Ok(worker.part)
    };
    let parts: Vec<Result<Part, (u64, EngineError)>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        let theirs = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(mine).chain(theirs).collect()
    });
    let mut whole: Option<Part> = None;
    let mut failed = Vec::new();
    for part in parts {
        match (part, &mut whole) {
            (Ok(part), Some(whole)) => whole.merge(&part),
            (Ok(part), None) => whole = Some(part),
            (Err(error), _) => failed.push(error),
        }
    }
    // The first in the scenario's order, on any number of threads.
    match failed.into_iter().min_by_key(|(workspace, _)| *workspace) {
        Some((_, error)) => Err(error),
        None => Ok(whole.unwrap_or_else(|| Part::new(scenario, frame))),
    }
}

/// What a thread needs to simulate one workspace after the other.
struct Worker<'a> {
    models: &'a [GroupModel],
    frame: &'a Frame,
    cell: Cell,
    servers: Option<Servers>,
    part: Part,
}

impl<'a> Worker<'a> {
    fn new(scenario: &Scenario, models: &'a [GroupModel], frame: &'a Frame) -> Self {
        let servers = scenario.backend.as_ref().map(|backend| {
            let capacity = Capacity::new(backend.servers, Vec::new());
            Servers::new(capacity, backend.queue_limit, frame.all.window.from)
        });
        Self { models, frame, cell: Cell::new(), servers, part: Part::new(scenario, frame) }
    }

    /// Simulates a workspace, numbered over all groups.
    fn simulate(&mut self, workspace: u64) -> Result<(), EngineError> {
        let mut index = workspace;
        let mut group = 0;
        while index >= u64::from(self.models[group].count) {
            index -= u64::from(self.models[group].count);
            group += 1;
        }
        let measures: &mut GroupMeasures = &mut self.part.groups[group];
        let mut world = World {
            model: &self.models[group],
            frame: &self.frame.groups[group],
            measures,
            servers: self.servers.as_mut(),
            platform: None,
        };
        self.cell.begin(&mut world, index as u32);
        while self.cell.step(&mut world)? {}
        self.cell.finish(&mut world);
        self.part.events += self.cell.events();
        self.part.messages += self.cell.messages();
        Ok(())
    }
}
