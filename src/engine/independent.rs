//! Workspaces that never meet: each runs alone, on any thread. Those of all replications are
//! independent of each other alike.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::cell::{Cell, World};
use super::journal::{Journal, Names, Observers};
use super::kernel::{General, Plain};
use super::model::GroupModel;
use super::replicate::Tell;
use super::run::{EngineError, Part};
use super::servers::Servers;
use super::spread::{Pieces, spread};
use super::station::Station;
use crate::measure::{Capacity, Frame, Seen, section_of};
use crate::scenario::Scenario;

/// Workspaces that a thread takes at a time, at most: enough to make the taking cheap.
const MOST_AT_A_TIME: u64 = 256;

/// Simulates every workspace of these replications, over `threads` threads: one replication after the
/// other, so that each can be told of.
pub(super) fn run(
    scenario: &Scenario,
    frame: &Frame,
    replications: Range<u32>,
    threads: usize,
    observers: Observers<'_>,
    tell: Tell<'_>,
) -> Result<Part, EngineError> {
    let models = &GroupModel::all(scenario);
    let of_one: u64 = models.iter().map(|model| u64::from(model.count)).sum();
    let finished = (&AtomicU64::new(0), of_one * replications.len() as u64);
    let mut whole: Option<Part> = None;
    for (replication, done) in replications.zip(1..) {
        let of = (replication, threads);
        let part = run_one((scenario, models, frame), of, observers, finished)?;
        let is_whole = finished.0.load(Ordering::Relaxed) == of_one * done;
        if is_whole {
            tell(replication, &part);
        }
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => whole.merge(&part),
        }
        if !is_whole {
            break;
        }
    }
    Ok(whole.unwrap_or_else(|| Part::new(scenario, frame)))
}

/// Simulates every workspace of a replication. So many are finished, of so many.
fn run_one(
    (scenario, models, frame): (&Scenario, &[GroupModel], &Frame),
    (replication, threads): (u32, usize),
    observers: Observers<'_>,
    (finished, total): (&AtomicU64, u64),
) -> Result<Part, EngineError> {
    let (watch, names) = (observers.watch, &Names::of(scenario));
    let of_one: u64 = models.iter().map(|model| u64::from(model.count)).sum();
    let at_a_time = (of_one / (threads as u64 * 16)).clamp(1, MOST_AT_A_TIME);
    let workers = spread(
        &Pieces { numbers: 0..of_one, at_a_time },
        threads,
        watch,
        || {
            let journal = Journal::new(observers, names);
            Worker { journal, ..Worker::new(scenario, models, frame) }
        },
        |worker, workspace| {
            observers.check(worker.simulate(replication, workspace))?;
            watch.note(finished.fetch_add(1, Ordering::Relaxed) + 1, total);
            Ok(())
        },
    )?;
    let mut parts = workers.into_iter().map(Worker::end);
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
    /// In place of the servers, where completions are events.
    station: Option<Station>,
    journal: Option<Journal<'a>>,
    /// The section of each cohort in which its last workspace was, and what was seen before it.
    sections: Vec<Option<(u32, Seen)>>,
    part: Part,
}

impl<'a> Worker<'a> {
    fn new(scenario: &Scenario, models: &'a [GroupModel], frame: &'a Frame) -> Self {
        let window = frame.all.window;
        let (mut servers, mut station) = (None, None);
        if let Some(backend) = &scenario.backend {
            let capacity = Capacity::new(backend.servers, Vec::new());
            if backend.has_completions() {
                station = Some(Station::new(backend, capacity, window));
            } else {
                servers = Some(Servers::new(capacity, backend.queue_limit, window.from));
            }
        }
        let part = Part::new(scenario, frame);
        let (cell, journal) = (Cell::new(), None);
        let sections = vec![None; frame.cohorts.count()];
        Self { models, frame, cell, servers, station, journal, sections, part }
    }

    /// Turns to the section of a workspace of a cohort, by its group, its replication and its number in the
    /// group.
    fn turn_to_section(&mut self, cohort: usize, (group, replication, index): (usize, u32, u32)) {
        let (replications, count) = (self.frame.replications, self.models[group].count);
        let number = section_of(group, (replication, replications), (index, count));
        let (last, seen) = self.sections[cohort].get_or_insert_with(|| (number, Seen::default()));
        if *last != number {
            self.part.cohorts[cohort].end_section(*last, seen);
            *last = number;
        }
    }

    /// What was measured in all.
    fn end(mut self) -> Part {
        for (cohort, section) in self.part.cohorts.iter_mut().zip(&mut self.sections) {
            if let Some((last, seen)) = section {
                cohort.end_section(*last, seen);
            }
        }
        self.part
    }

    /// Simulates a workspace of a replication, numbered over all groups.
    fn simulate(&mut self, replication: u32, workspace: u64) -> Result<(), EngineError> {
        let mut index = workspace;
        let mut group = 0;
        while index >= u64::from(self.models[group].count) {
            index -= u64::from(self.models[group].count);
            group += 1;
        }
        if let Some(journal) = &mut self.journal {
            journal.begin(workspace);
            journal.turn_to(group, index as u32);
        }
        let model = &self.models[group];
        let key = model.key(replication, index as u32);
        let cohort = self.frame.cohorts.of(group, || model.first_plan(key));
        if self.frame.groups[group].batches.is_none() {
            self.turn_to_section(cohort, (group, replication, index as u32));
        }
        let is_plain = model.is_plain() && self.journal.is_none() && self.station.is_none();
        let mut world = World {
            model,
            frame: &self.frame.groups[group],
            measures: &mut self.part.cohorts[cohort],
            servers: self.servers.as_mut(),
            station: self.station.as_mut(),
            number: 0,
            limits: None,
            platform: None,
            journal: self.journal.as_mut().map(|journal| journal as _),
            post: None,
        };
        self.cell.begin(&mut world, (key, model.nodes_key(replication)));
        if is_plain {
            while self.cell.advance::<Plain>(&mut world)? {}
        } else {
            while self.cell.advance::<General>(&mut world)? {}
        }
        self.cell.finish(&mut world);
        if self.frame.groups[group].by_workspace {
            self.part.workspaces.push(self.cell.record(model, group, index as u32));
        }
        self.part.events += self.cell.events();
        self.part.messages += self.cell.messages();
        if let Some(journal) = &mut self.journal {
            journal.end();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::frame;
    use crate::units::SimTime;

    /// Workspaces of two groups that leave much behind: conversations that wait, places that are
    /// held, packages, plans that change, agents that are created.
    const BUSY: &str = "
limitlab: 1
name: busy
duration: 6h
drain: cut
plans:
  small: { active_agents: 2, credits: { included: 60, renews: 2h }, trial: 4h }
  large: { active_agents: 4, credits: { included: 90, per: seat, renews: 1h, overage: unlimited } }
packages: { some: { credits: 20, period: 50m } }
workspaces:
  - group: shops
    count: 30
    plan: { small: 60%, large: 40% }
    seats: { uniform: { min: 1, max: 4 } }
    packages: { name: some, auto_buy: { below: 10%, at_most: 2 per period } }
    agents:
      - name: sales
        count: 3
        activity: { active: 40m, offline: { exponential: 20m }, on_refused: wait_for_slot }
        traffic: { sessions: { rate: 4/h, turns: { geometric: { mean: 5 } }, think: 30s } }
        while_offline: pause
        churn: { create: 1/h, delete_after: { exponential: 2h } }
    fair_use: [{ name: in-flight, scope: agent, concurrency: { limit: 1 } }]
  - group: labs
    count: 20
    agents: [{ name: bot, count: 2, traffic: { rate: 2/min, bursts: { on: 5m, off: 9m } } }]
    fair_use: [{ name: burst, scope: workspace, token_bucket: { rate: 2/min, burst: 5 } }]
backend: { scope: workspace, servers: 2, service_time: { exponential: 20s }, queue: { limit: 3 } }
timeline: [{ at: 3h, share: 50%, group: shops, subscribe: large }]
";

    /// All that is measured when `workers` take the workspaces in this order, in turn.
    fn measured(order: &[u64], workers: usize) -> String {
        let scenario = crate::scenario::parse("busy.yaml", BUSY, &[]).unwrap();
        let models = GroupModel::all(&scenario);
        let frame = frame::frame(&scenario, SimTime::ZERO + scenario.duration);
        let mut workers: Vec<Worker> =
            (0..workers).map(|_| Worker::new(&scenario, &models, &frame)).collect();
        for (turn, &workspace) in order.iter().enumerate() {
            let worker = turn % workers.len();
            workers[worker].simulate(0, workspace).unwrap();
        }
        let mut whole = Part::new(&scenario, &frame);
        for worker in workers {
            whole.merge(&worker.end());
        }
        format!("{:?} {} {}", whole.cohorts, whole.events, whole.messages)
    }

    #[test]
    fn any_order_of_workspaces_measures_the_same() {
        let forwards: Vec<u64> = (0..50).collect();
        let backwards: Vec<u64> = (0..50).rev().collect();
        // 50 and 17 have no common divisor, so each comes once, and groups alternate.
        let mixed: Vec<u64> = (0..50).map(|turn| turn * 17 % 50).collect();
        let expected = measured(&forwards, 1);
        for (order, workers) in [(&backwards, 1), (&mixed, 1), (&backwards, 3), (&mixed, 2)] {
            assert!(measured(order, workers) == expected, "{workers} workers, {order:?}");
        }
        assert!(measured(&forwards[1..], 1) != expected);
    }
}
