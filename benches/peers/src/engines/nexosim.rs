//! The works on NeXosim: a model for each thing that goes its own way, which schedules its own inputs,
//! as in the crate's documentation of self-scheduling. On one thread, as the other engines: what
//! happens at one instant is a single event here, so that threads would have nothing to share.

use std::ops::Range;
use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, EventSource, Output, SinkState, event_queue};
use nexosim::simulation::{Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use crate::draws::{Draws, seconds};
use crate::rules::{Line, Workspace as Rules};
use crate::run::Stopwatch;
use crate::works::{Found, Messages, OneQueue, Pools, Timers};

/// Nanoseconds since the simulation began.
fn now<M: Model>(context: &Context<M>) -> u64 {
    context.time().duration_since(MonotonicTime::EPOCH).as_nanos() as u64
}

/// An exponential span of that mean [s]; what is scheduled must lie ahead.
fn ahead(draws: &mut Draws, mean: f64) -> Duration {
    Duration::from_nanos(draws.nanos(mean).max(1))
}

/// The queue of W1.
#[derive(Serialize, Deserialize)]
struct Desk {
    work: OneQueue,
    draws: Draws,
    line: Line,
    result: Output<Found>,
}

#[Model]
impl Desk {
    #[nexosim(init)]
    #[expect(clippy::unused_async, reason = "models begin in a future")]
    async fn init(&mut self, context: &Context<Self>) {
        let gap = ahead(&mut self.draws, 1.0 / self.work.arrival_rate);
        let scheduled = context.schedule_event(gap, schedulable!(Self::arrive), ());
        scheduled.expect("it lies ahead");
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, (): (), context: &Context<Self>) {
        let now = now(context);
        let gap = ahead(&mut self.draws, 1.0 / self.work.arrival_rate);
        if seconds(now) + gap.as_secs_f64() < self.work.seconds {
            let scheduled = context.schedule_event(gap, schedulable!(Self::arrive), ());
            scheduled.expect("it lies ahead");
        }
        if self.line.arrive(seconds(now)) {
            self.serve(context);
        }
    }

    fn serve(&mut self, context: &Context<Self>) {
        let service = ahead(&mut self.draws, self.work.service);
        let scheduled = context.schedule_event(service, schedulable!(Self::depart), ());
        scheduled.expect("it lies ahead");
    }

    #[nexosim(schedulable)]
    fn depart(&mut self, (): (), context: &Context<Self>) {
        if self.line.depart(seconds(now(context))) {
            self.serve(context);
        }
    }

    async fn close(&mut self) {
        self.result.send(self.line.found()).await;
    }
}

pub(crate) fn one_queue(scale: f64, _: &mut Stopwatch) -> Found {
    let work = OneQueue::scaled(scale);
    let draws = Draws::seeded(work.seed);
    let mut desk = Desk { work, draws, line: Line::default(), result: Output::default() };
    let (sink, mut results) = event_queue(SinkState::Enabled);
    desk.result.connect_sink(sink);
    let mailbox = Mailbox::new();
    let mut bench = SimInit::with_num_threads(1);
    let close = EventSource::new().connect(Desk::close, &mailbox).register(&mut bench);
    let mut simulation = started(bench.add_model(desk, mailbox, "desk"));
    simulation.run().expect("no model fails");
    simulation.process_event(&close, ()).expect("no model fails");
    results.try_read().expect("the desk tells what it counted")
}

/// The simulation of a bench, at its beginning.
fn started(bench: SimInit) -> Simulation {
    bench.init(MonotonicTime::EPOCH).expect("the bench is complete")
}

/// A workspace of W2.
#[derive(Serialize, Deserialize)]
struct Workspace {
    pools: Pools,
    draws: Draws,
    rules: Rules,
    result: Output<Messages>,
}

#[Model]
impl Workspace {
    #[nexosim(init)]
    #[expect(clippy::unused_async, reason = "models begin in a future")]
    async fn init(&mut self, context: &Context<Self>) {
        for _ in 0..self.pools.agents {
            let gap = ahead(&mut self.draws, 1.0 / self.pools.rate);
            let scheduled = context.schedule_event(gap, schedulable!(Self::offer), ());
            scheduled.expect("it lies ahead");
        }
    }

    #[nexosim(schedulable)]
    fn offer(&mut self, (): (), context: &Context<Self>) {
        let now = seconds(now(context));
        let gap = ahead(&mut self.draws, 1.0 / self.pools.rate);
        if now + gap.as_secs_f64() < self.pools.seconds {
            let scheduled = context.schedule_event(gap, schedulable!(Self::offer), ());
            scheduled.expect("it lies ahead");
        }
        if self.rules.offer(now) {
            self.serve(context);
        }
    }

    fn serve(&mut self, context: &Context<Self>) {
        let service = ahead(&mut self.draws, self.pools.service);
        let scheduled = context.schedule_event(service, schedulable!(Self::reply), ());
        scheduled.expect("it lies ahead");
    }

    #[nexosim(schedulable)]
    fn reply(&mut self, (): (), context: &Context<Self>) {
        if self.rules.reply() {
            self.serve(context);
        }
    }

    async fn close(&mut self) {
        self.result.send(self.rules.counts).await;
    }
}

/// Simulates workspaces, whose draws are seeded by their numbers, and counts their messages.
fn simulate(pools: Pools, workspaces: Range<u32>) -> Messages {
    let (sink, mut results) = event_queue(SinkState::Enabled);
    let mut bench = SimInit::with_num_threads(1);
    let mut closes = EventSource::new();
    for number in workspaces {
        let draws = Draws::seeded(pools.seed + u64::from(number));
        let rules = Rules::new(&pools);
        let mut workspace = Workspace { pools, draws, rules, result: Output::default() };
        workspace.result.connect_sink(sink.clone());
        let mailbox = Mailbox::new();
        closes = closes.connect(Workspace::close, &mailbox);
        bench = bench.add_model(workspace, mailbox, "workspace");
    }
    let close = closes.register(&mut bench);
    let mut simulation = started(bench);
    simulation.run().expect("no model fails");
    simulation.process_event(&close, ()).expect("no model fails");
    std::iter::from_fn(|| results.try_read()).sum()
}

pub(crate) fn one_world(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    Found::Messages(simulate(pools, 0..pools.workspaces))
}

pub(crate) fn apart(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    let counts = (0..pools.workspaces).map(|number| simulate(pools, number..number + 1));
    Found::Messages(counts.sum())
}

/// The timers of W6.
#[derive(Serialize, Deserialize)]
struct Clocks {
    timers: Timers,
    draws: Draws,
    fired: u64,
    result: Output<u64>,
}

#[Model]
impl Clocks {
    #[nexosim(init)]
    #[expect(clippy::unused_async, reason = "models begin in a future")]
    async fn init(&mut self, context: &Context<Self>) {
        (0..self.timers.pending).for_each(|timer| self.set(timer, context));
    }

    fn set(&mut self, timer: u32, context: &Context<Self>) {
        let delay = ahead(&mut self.draws, self.timers.delay);
        let scheduled = context.schedule_event(delay, schedulable!(Self::fire), timer);
        scheduled.expect("it lies ahead");
    }

    #[nexosim(schedulable)]
    fn fire(&mut self, timer: u32, context: &Context<Self>) {
        self.fired += 1;
        self.set(timer, context);
    }

    async fn close(&mut self) {
        self.result.send(self.fired).await;
    }
}

pub(crate) fn timers(scale: f64, stopwatch: &mut Stopwatch) -> Found {
    let timers = Timers::scaled(scale);
    let draws = Draws::seeded(timers.seed);
    let mut clocks = Clocks { timers, draws, fired: 0, result: Output::default() };
    let (sink, mut results) = event_queue(SinkState::Enabled);
    clocks.result.connect_sink(sink);
    let mailbox = Mailbox::new();
    let mut bench = SimInit::with_num_threads(1);
    let close = EventSource::new().connect(Clocks::close, &mailbox).register(&mut bench);
    let mut simulation = started(bench.add_model(clocks, mailbox, "clocks"));
    stopwatch.restart();
    simulation.step_until(Duration::from_secs_f64(timers.seconds)).expect("no model fails");
    stopwatch.stop();
    simulation.process_event(&close, ()).expect("no model fails");
    Found::Timers { fired: results.try_read().expect("the clocks tell what they counted") }
}
