//! Workspaces that never meet: each runs alone, on any thread. Those of all replications are
//! independent of each other alike.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::cell::{Cell, World};
use super::model::GroupModel;
use super::run::{EngineError, Part};
use super::servers::Servers;
use super::spread::{Pieces, spread};
use super::watch::Watch;
use crate::measure::{Capacity, Frame, GroupMeasures};
use crate::scenario::Scenario;

/// Workspaces that a thread takes at a time, at most: enough to make the taking cheap.
const MOST_AT_A_TIME: u64 = 256;

/// Simulates every workspace of these replications, over `threads` threads.
pub(super) fn run(
    scenario: &Scenario,
    frame: &Frame,
    replications: Range<u32>,
    threads: usize,
    watch: &Watch,
) -> Result<Part, EngineError> {
    let models = &GroupModel::all(scenario);
    let of_one: u64 = models.iter().map(|model| u64::from(model.count)).sum();
    let begin = u64::from(replications.start) * of_one;
    let end = u64::from(replications.end) * of_one;
    let total = end - begin;
    let at_a_time = (total / (threads as u64 * 16)).clamp(1, MOST_AT_A_TIME);
    let finished = AtomicU64::new(0);
    let workers = spread(
        &Pieces { numbers: begin..end, at_a_time },
        threads,
        watch,
        || Worker::new(scenario, models, frame),
        |worker, piece| {
            worker.simulate((piece / of_one) as u32, piece % of_one)?;
            watch.note(finished.fetch_add(1, Ordering::Relaxed) + 1, total);
            Ok(())
        },
    )?;
    let mut parts = workers.into_iter().map(|worker| worker.part);
    let mut whole = parts.next().unwrap_or_else(|| Part::new(scenario, frame));
    parts.for_each(|part| whole.merge(&part));
    Ok(whole)
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

    /// Simulates a workspace of a replication, numbered over all groups.
    fn simulate(&mut self, replication: u32, workspace: u64) -> Result<(), EngineError> {
        let mut index = workspace;
        let mut group = 0;
        while index >= u64::from(self.models[group].count) {
            index -= u64::from(self.models[group].count);
            group += 1;
        }
        let measures: &mut GroupMeasures = &mut self.part.groups[group];
        let model = &self.models[group];
        let mut world = World {
            model,
            frame: &self.frame.groups[group],
            measures,
            servers: self.servers.as_mut(),
            platform: None,
        };
        self.cell.begin(&mut world, model.key(replication, index as u32));
        while self.cell.step(&mut world)? {}
        self.cell.finish(&mut world);
        self.part.events += self.cell.events();
        self.part.messages += self.cell.messages();
        Ok(())
    }
}
