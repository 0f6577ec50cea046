//! The works on odem-rs: agents and servers are processes. A server sleeps until there is something to
//! serve and is woken by who brings it, as in the crate's example `mm1`.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::task::Waker;

use odem_rs::core::ops::waker;
use odem_rs::prelude::{Job, Pool, Sim, Simulator, sleep};

use crate::draws::Draws;
use crate::rules::{Gate, Line};
use crate::run::Stopwatch;
use crate::works::{Found, Messages, OneQueue, Pools, Timers};

/// The queue of W1, with its server.
#[derive(Default)]
struct Desk {
    line: RefCell<Line>,
    /// The server while it sleeps.
    sleeper: Cell<Option<Waker>>,
}

/// The customers of W1.
async fn arrivals(sim: &Sim, work: &OneQueue, desk: &Desk) {
    let mut draws = Draws::seeded(work.seed);
    loop {
        let gap = draws.exponential(1.0 / work.arrival_rate);
        if sim.now() + gap >= work.seconds {
            break;
        }
        sim.advance(gap).await;
        if desk.line.borrow_mut().arrive(sim.now())
            && let Some(server) = desk.sleeper.take()
        {
            server.wake();
        }
    }
}

/// The server of W1.
async fn server(sim: &Sim, work: &OneQueue, desk: &Desk) {
    let mut draws = Draws::seeded(work.seed + 1);
    loop {
        desk.sleeper.set(Some(waker().await));
        sleep().await;
        loop {
            sim.advance(draws.exponential(work.service)).await;
            if !desk.line.borrow_mut().depart(sim.now()) {
                break;
            }
        }
    }
}

pub(crate) fn one_queue(scale: f64, _: &mut Stopwatch) -> Found {
    let work = OneQueue::scaled(scale);
    let desk = Desk::default();
    let run = Simulator::<()>::default().run(async |sim| {
        let server = pin!(Job::new(server(sim, &work, &desk)));
        sim.activate(server);
        // The first customer may not come before the server sleeps.
        sim.defer().await;
        arrivals(sim, &work, &desk).await;
        while desk.sleeper.take().is_none() {
            sim.advance(work.service).await;
        }
    });
    run.expect("there is always something ahead");
    desk.line.into_inner().found()
}

/// A workspace of W2, with its servers.
struct Workspace {
    gate: RefCell<Gate>,
    /// Messages that no server has begun with.
    waiting: Cell<u32>,
    /// Those of its servers that sleep.
    sleepers: RefCell<Vec<Waker>>,
    counts: Cell<Messages>,
}

impl Workspace {
    fn new(pools: &Pools) -> Self {
        Self {
            gate: RefCell::new(Gate::new(pools)),
            waiting: Cell::new(0),
            sleepers: RefCell::default(),
            counts: Cell::default(),
        }
    }

    fn offer(&self, now: f64) {
        let mut counts = self.counts.get();
        counts.offered += 1;
        if self.gate.borrow_mut().admit(now) {
            counts.admitted += 1;
            self.waiting.update(|waiting| waiting + 1);
            match self.sleepers.borrow_mut().pop() {
                Some(server) => server.wake(),
                None => counts.waited += 1,
            }
        }
        self.counts.set(counts);
    }

    /// Whether there is a message to begin with.
    fn begin(&self) -> bool {
        let begins = self.waiting.get() > 0;
        self.waiting.update(|waiting| waiting.saturating_sub(1));
        begins
    }

    fn reply(&self) {
        let mut counts = self.counts.get();
        counts.replied += 1;
        self.counts.set(counts);
    }
}

/// Those who write to an agent of W2.
async fn agent(sim: &Sim, pools: &Pools, workspace: &Workspace, draws: &RefCell<Draws>) {
    loop {
        let gap = draws.borrow_mut().exponential(1.0 / pools.rate);
        if sim.now() + gap >= pools.seconds {
            break;
        }
        sim.advance(gap).await;
        workspace.offer(sim.now());
    }
}

/// A server of W2.
async fn pool_server(sim: &Sim, pools: &Pools, workspace: &Workspace, draws: &RefCell<Draws>) {
    loop {
        while workspace.begin() {
            let service = draws.borrow_mut().exponential(pools.service);
            sim.advance(service).await;
            workspace.reply();
        }
        let waker = waker().await;
        workspace.sleepers.borrow_mut().push(waker);
        sleep().await;
    }
}

/// Simulates so many workspaces, and counts their messages.
fn simulate(pools: &Pools, count: u32, draws: &RefCell<Draws>) -> Messages {
    let workspaces: Vec<Workspace> = (0..count).map(|_| Workspace::new(pools)).collect();
    let sum = || -> Messages { workspaces.iter().map(|workspace| workspace.counts.get()).sum() };
    let run = Simulator::<()>::default().run(async |sim| {
        let servers_of_one = pools.servers.unwrap_or(0);
        let servers = pin!(Pool::with_capacity((servers_of_one * count) as usize).with(Job::new));
        let agents = pin!(Pool::with_capacity((pools.agents * count) as usize).with(Job::new));
        for workspace in &workspaces {
            for _ in 0..servers_of_one {
                sim.activate(servers.alloc(pool_server(sim, pools, workspace, draws)));
            }
            for _ in 0..pools.agents {
                sim.activate(agents.alloc(agent(sim, pools, workspace, draws)));
            }
        }
        sim.advance(pools.seconds).await;
        while sum().replied < sum().admitted {
            sim.advance(pools.service).await;
        }
        // Wakers may not outlive what they wake.
        for workspace in &workspaces {
            workspace.sleepers.borrow_mut().clear();
        }
    });
    run.expect("there is always something ahead");
    sum()
}

pub(crate) fn one_world(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    let draws = RefCell::new(Draws::seeded(pools.seed));
    Found::Messages(simulate(&pools, pools.workspaces, &draws))
}

pub(crate) fn apart(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    let draws = RefCell::new(Draws::seeded(pools.seed));
    Found::Messages((0..pools.workspaces).map(|_| simulate(&pools, 1, &draws)).sum())
}

/// A timer of W6.
async fn timer(sim: &Sim, timers: &Timers, draws: &RefCell<Draws>, fired: &Cell<u64>) {
    loop {
        let delay = draws.borrow_mut().exponential(timers.delay);
        sim.advance(delay).await;
        fired.update(|fired| fired + 1);
    }
}

pub(crate) fn timers(scale: f64, stopwatch: &mut Stopwatch) -> Found {
    let timers = Timers::scaled(scale);
    let draws = RefCell::new(Draws::seeded(timers.seed));
    let fired = Cell::new(0);
    let run = Simulator::<()>::default().run(async |sim| {
        let pool = pin!(Pool::with_capacity(timers.pending as usize).with(Job::new));
        for _ in 0..timers.pending {
            sim.activate(pool.alloc(timer(sim, &timers, &draws, &fired)));
        }
        // Every timer begins, and is set, before this goes on.
        sim.defer().await;
        stopwatch.restart();
        sim.advance(timers.seconds).await;
        stopwatch.stop();
    });
    run.expect("there is always something ahead");
    Found::Timers { fired: fired.get() }
}
