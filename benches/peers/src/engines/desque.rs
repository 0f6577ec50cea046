//! The works on desque: events are types that are executed on the state, and one that is to happen
//! again schedules a new one, as in the crate's example `mm1_queue`.

use desque::serial::{Event, Simulation};
use desque::{Result, SimState};

use crate::draws::{Draws, nanos, seconds};
use crate::rules::{Line, Workspace};
use crate::run::Stopwatch;
use crate::works::{Found, Messages, OneQueue, Pools, Timers};

/// Nanoseconds, since integers are compared fastest.
type Time = u64;

/// The state of W1.
struct Store {
    work: OneQueue,
    draws: Draws,
    line: Line,
}

impl SimState<Time> for Store {}

#[derive(Debug)]
struct Arrival;

#[derive(Debug)]
struct Departure;

impl Event<Store, Time> for Arrival {
    fn execute(&mut self, simulation: &mut Simulation<Store, Time>) -> Result {
        let now = *simulation.current_time();
        let store = simulation.state_mut();
        let begins = store.line.arrive(seconds(now));
        let next = now + store.draws.nanos(1.0 / store.work.arrival_rate);
        if next < nanos(store.work.seconds) {
            simulation.schedule(Self, next)?;
        }
        if begins { serve(simulation) } else { Ok(()) }
    }
}

impl Event<Store, Time> for Departure {
    fn execute(&mut self, simulation: &mut Simulation<Store, Time>) -> Result {
        let now = *simulation.current_time();
        let begins = simulation.state_mut().line.depart(seconds(now));
        if begins { serve(simulation) } else { Ok(()) }
    }
}

fn serve(simulation: &mut Simulation<Store, Time>) -> Result {
    let now = *simulation.current_time();
    let store = simulation.state_mut();
    let end = now + store.draws.nanos(store.work.service);
    simulation.schedule(Departure, end)
}

pub(crate) fn one_queue(scale: f64, _: &mut Stopwatch) -> Found {
    let work = OneQueue::scaled(scale);
    let mut draws = Draws::seeded(work.seed);
    let first = draws.nanos(1.0 / work.arrival_rate);
    let mut simulation = Simulation::new(Store { work, draws, line: Line::default() }, 0);
    simulation.schedule(Arrival, first).expect("it is not in the past");
    simulation.run().expect("no event fails");
    simulation.state().line.found()
}

/// The state of W2: some of the workspaces.
struct World {
    pools: Pools,
    draws: Draws,
    workspaces: Vec<Workspace>,
}

impl SimState<Time> for World {}

#[derive(Debug)]
struct Message {
    workspace: u32,
}

#[derive(Debug)]
struct Reply {
    workspace: u32,
}

impl Event<World, Time> for Message {
    fn execute(&mut self, simulation: &mut Simulation<World, Time>) -> Result {
        let now = *simulation.current_time();
        let workspace = self.workspace;
        let world = simulation.state_mut();
        let begins = world.workspaces[workspace as usize].offer(seconds(now));
        let next = now + world.draws.nanos(1.0 / world.pools.rate);
        if next < nanos(world.pools.seconds) {
            simulation.schedule(Self { workspace }, next)?;
        }
        if begins { answer(simulation, workspace) } else { Ok(()) }
    }
}

impl Event<World, Time> for Reply {
    fn execute(&mut self, simulation: &mut Simulation<World, Time>) -> Result {
        let workspace = self.workspace;
        let begins = simulation.state_mut().workspaces[workspace as usize].reply();
        if begins { answer(simulation, workspace) } else { Ok(()) }
    }
}

fn answer(simulation: &mut Simulation<World, Time>, workspace: u32) -> Result {
    let now = *simulation.current_time();
    let world = simulation.state_mut();
    let end = now + world.draws.nanos(world.pools.service);
    simulation.schedule(Reply { workspace }, end)
}

/// Simulates so many workspaces, and counts their messages.
fn simulate(pools: Pools, workspaces: u32, draws: Draws) -> (Messages, Draws) {
    let world =
        World { pools, draws, workspaces: vec![Workspace::new(&pools); workspaces as usize] };
    let mut simulation = Simulation::new(world, 0);
    for workspace in 0..workspaces {
        for _ in 0..pools.agents {
            let first = simulation.state_mut().draws.nanos(1.0 / pools.rate);
            simulation.schedule(Message { workspace }, first).expect("it is not in the past");
        }
    }
    simulation.run().expect("no event fails");
    let world = simulation.state();
    let counts = world.workspaces.iter().map(|workspace| workspace.counts).sum();
    (counts, world.draws.clone())
}

pub(crate) fn one_world(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    let (counts, _) = simulate(pools, pools.workspaces, Draws::seeded(pools.seed));
    Found::Messages(counts)
}

pub(crate) fn apart(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    let mut draws = Draws::seeded(pools.seed);
    let counts = (0..pools.workspaces).map(|_| {
        let (counts, then) = simulate(pools, 1, draws.clone());
        draws = then;
        counts
    });
    Found::Messages(counts.sum())
}

/// The state of W6.
struct Clocks {
    timers: Timers,
    draws: Draws,
    fired: u64,
}

impl SimState<Time> for Clocks {
    fn is_complete(&self, now: &Time) -> bool {
        *now >= nanos(self.timers.seconds)
    }
}

#[derive(Debug)]
struct Timer {
    number: u32,
}

impl Event<Clocks, Time> for Timer {
    fn execute(&mut self, simulation: &mut Simulation<Clocks, Time>) -> Result {
        let now = *simulation.current_time();
        let clocks = simulation.state_mut();
        clocks.fired += 1;
        let next = now + clocks.draws.nanos(clocks.timers.delay);
        simulation.schedule(Self { number: self.number }, next)
    }
}

pub(crate) fn timers(scale: f64, stopwatch: &mut Stopwatch) -> Found {
    let timers = Timers::scaled(scale);
    let draws = Draws::seeded(timers.seed);
    let mut simulation = Simulation::new(Clocks { timers, draws, fired: 0 }, 0);
    for number in 0..timers.pending {
        let first = simulation.state_mut().draws.nanos(timers.delay);
        simulation.schedule(Timer { number }, first).expect("it is not in the past");
    }
    stopwatch.restart();
    simulation.run().expect("no event fails");
    Found::Timers { fired: simulation.state().fired }
}
