//! Workspaces that meet in the platform's servers: one calendar of calendars, on one thread.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::calendar::Class;
use super::cell::{Cell, World};
use super::frame;
use super::model::GroupModel;
use super::run::{EngineError, Part};
use super::servers::Servers;
use super::watch::Watch;
use crate::measure::{BackendMeasures, Capacity, Frame, Interruption};
use crate::scenario::{Backend, Scenario};
use crate::units::{SimSpan, SimTime};

/// Events between two looks at the watch.
const WATCH_EVERY: u64 = 1 << 14;

/// Simulates all workspaces together, in order of time; ties go by class, then by workspace in the
/// scenario's order.
pub(super) fn run(
    scenario: &Scenario,
    backend: &Backend,
    models: &[GroupModel],
    frame: &Frame,
    watch: &Watch,
) -> Result<Part, EngineError> {
    let mut part = Part::new(scenario, frame);
    let capacity = Capacity::new(backend.servers, backend.changes.clone());
    let mut platform = BackendMeasures::new(frame.all.window, frame.bin, frame.bins());
    if capacity.changes() {
        platform.has_servers(&capacity, frame.bin, SimTime::ZERO + scenario.duration);
    }
    let mut servers = Servers::new(capacity, backend.queue_limit, frame.all.window.from);
    let mut cells: Vec<(usize, Cell)> = Vec::new();
    let mut order: BinaryHeap<Reverse<(SimTime, Class, u32)>> = BinaryHeap::new();
    for (group, model) in models.iter().enumerate() {
        for index in 0..model.count {
            let mut cell = Cell::new();
            let mut world = World {
                model,
                frame: &frame.groups[group],
                measures: &mut part.groups[group],
                servers: Some(&mut servers),
                platform: Some(&mut platform),
            };
            cell.begin(&mut world, index);
            if let Some((time, class)) = cell.next() {
                order.push(Reverse((time, class, cells.len() as u32)));
            }
            cells.push((group, cell));
        }
    }
    let mut events: u64 = 0;
    let mut stopped_at = None;
    while let Some(mut top) = order.peek_mut() {
        let Reverse((now, _, number)) = *top;
        events += 1;
        if events.is_multiple_of(WATCH_EVERY) {
            watch.note(now.nanos(), scenario.duration.nanos());
            if watch.stopped() {
                stopped_at = Some(now);
                break;
            }
        }
        let (group, cell) = &mut cells[number as usize];
        let mut world = World {
            model: &models[*group],
            frame: &frame.groups[*group],
            measures: &mut part.groups[*group],
            servers: Some(&mut servers),
            platform: Some(&mut platform),
        };
        cell.step(&mut world)?;
        match cell.next() {
            Some((time, class)) => *top = Reverse((time, class, number)),
            None => {
                PeekMut::pop(top);
            }
        }
    }
    if let Some(at) = stopped_at.and_then(|at| reached(frame, at))
        && let Some(ahead) = servers.ahead(at, frame.all.window.until)
    {
        platform.cut(&ahead);
    }
    Ok(finish(scenario, models, frame, cells, part, (platform, stopped_at)))
}

/// Where the window of a run ends that was interrupted at `at`: there, but not before it has begun;
/// `None` if the whole window was simulated.
fn reached(whole: &Frame, at: SimTime) -> Option<SimTime> {
    let window = whole.all.window;
    (at < window.until).then(|| at.max(window.from + SimSpan::from_nanos(1)))
}

/// Ends every workspace; those of an interrupted run as if arrivals had stopped there.
fn finish(
    scenario: &Scenario,
    models: &[GroupModel],
    whole: &Frame,
    cells: Vec<(usize, Cell)>,
    mut part: Part,
    (platform, stopped_at): (BackendMeasures, Option<SimTime>),
) -> Part {
    let cut_frame =
        stopped_at.and_then(|at| reached(whole, at)).map(|at| frame::frame(scenario, at));
    let frame = cut_frame.as_ref().unwrap_or(whole);
    for (group, mut cell) in cells {
        let mut world = World {
            model: &models[group],
            frame: &frame.groups[group],
            measures: &mut part.groups[group],
            servers: None,
            platform: None,
        };
        cell.finish(&mut world);
        part.events += cell.events();
        part.messages += cell.messages();
    }
    part.platform = Some(platform);
    part.interrupted = stopped_at.map(Interruption::Until);
    part.frame = cut_frame;
    part
}
