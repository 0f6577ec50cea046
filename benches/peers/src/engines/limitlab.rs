//! The works on limitlab: scenarios, with everything measured that it measures.

use limitlab::engine::{Calendar, Class};
use limitlab::random::{Distribution, Key};
use limitlab::units::{SimSpan, SimTime};
use limitlab::{RunOptions, Scenario, Summary, Watch, parse, run};

use crate::draws::nanos;
use crate::run::Stopwatch;
use crate::works::{Found, Messages, OneQueue, Pools, Queue, Timers};

/// Runs a scenario from its text.
fn summary_of(text: &str, threads: usize) -> Summary {
    let scenario: Scenario =
        parse("peers", text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let outcome = run(&scenario, RunOptions { threads }, &Watch::default());
    outcome.expect("nothing loops").summary
}

/// A count of the summary.
fn count(summary: &Summary, name: &str) -> u64 {
    value(summary, name).round() as u64
}

fn value(summary: &Summary, name: &str) -> f64 {
    summary.value(name).unwrap_or_else(|| panic!("there is no `{name}`"))
}

pub(crate) fn one_queue(scale: f64, _: &mut Stopwatch) -> Found {
    let OneQueue { seed, seconds, arrival_rate, service } = OneQueue::scaled(scale);
    let summary = summary_of(
        &format!(
            "
limitlab: 1
name: one-queue
seed: {seed}
duration: {seconds}s
workspaces: [{{ group: queue, agents: [{{ name: agent, traffic: {{ rate: {arrival_rate}/s }} }}] }}]
backend: {{ scope: workspace, servers: 1, service_time: {{ exponential: {service}s }} }}
"
        ),
        1,
    );
    Found::Queue(Queue {
        arrived: count(&summary, "messages.offered"),
        served: count(&summary, "messages.completed"),
        mean_wait: value(&summary, "wait.mean"),
    })
}

/// Runs workspaces; `rest` is what the scenario has besides them.
fn messages(pools: &Pools, rest: &str, threads: usize) -> Found {
    let Pools { seed, workspaces, agents, credits, bucket_rate, bucket_burst, seconds, .. } =
        *pools;
    // A rate is a whole number for a span of whole nanoseconds.
    let between = nanos(1.0 / pools.rate);
    let text = format!(
        "
limitlab: 1
name: pools
seed: {seed}
duration: {seconds}s
plans: {{ metered: {{ credits: {{ included: {credits}, per: workspace, renews: never }} }} }}
workspaces:
  - group: workspaces
    count: {workspaces}
    plan: metered
    agents: [{{ name: agent, count: {agents}, traffic: {{ rate: 1/{between}ns }} }}]
    fair_use:
      - {{ name: bucket, token_bucket: {{ rate: {bucket_rate}/s, burst: {bucket_burst} }} }}
{rest}
"
    );
    let summary = summary_of(&text, threads);
    let completed = count(&summary, "messages.completed");
    let waited = value(&summary, "wait.probability") * completed as f64;
    Found::Messages(Messages {
        offered: count(&summary, "messages.offered"),
        admitted: count(&summary, "attempts.admitted"),
        replied: completed,
        waited: waited.round() as u64,
    })
}

/// The servers of the scenario.
fn backend(pools: &Pools) -> String {
    let Some(servers) = pools.servers else { return String::new() };
    let scope = if pools.servers_are_shared { "platform" } else { "workspace" };
    let (service, delay) = (pools.service, nanos(pools.network_delay));
    format!(
        "backend: {{ scope: {scope}, servers: {servers}, service_time: {{ exponential: {service}s }}, \
         network_delay: {delay}ns }}"
    )
}

fn apart(scale: f64, threads: usize) -> Found {
    let pools = Pools::scaled(scale);
    messages(&pools, &backend(&pools), threads)
}

pub(crate) fn apart_on_one(scale: f64, _: &mut Stopwatch) -> Found {
    apart(scale, 1)
}

pub(crate) fn apart_on_two(scale: f64, _: &mut Stopwatch) -> Found {
    apart(scale, 2)
}

/// What makes limitlab simulate workspaces in one world is that they meet: here at a bucket of the
/// platform, which each message passes and which never refuses.
pub(crate) fn one_world(scale: f64, _: &mut Stopwatch) -> Found {
    let pools = Pools::scaled(scale);
    let bucket = "
fair_use: [{ name: all, scope: platform, token_bucket: { rate: 10_000_000/s, burst: 10_000_000 } }]";
    messages(&pools, &(backend(&pools) + bucket), 1)
}

fn shared(scale: f64, threads: usize) -> Found {
    let pools = Pools::shared(scale);
    messages(&pools, &backend(&pools), threads)
}

pub(crate) fn shared_on_one(scale: f64, _: &mut Stopwatch) -> Found {
    shared(scale, 1)
}

pub(crate) fn shared_on_two(scale: f64, _: &mut Stopwatch) -> Found {
    shared(scale, 2)
}

pub(crate) fn huge(scale: f64, _: &mut Stopwatch) -> Found {
    messages(&Pools::huge(scale), "", 2)
}

/// The calendar alone.
pub(crate) fn timers(scale: f64, stopwatch: &mut Stopwatch) -> Found {
    let timers = Timers::scaled(scale);
    let delays = Distribution::Exponential { mean: timers.delay * 1e9 }.sampler();
    let stream = Key::root(timers.seed).name("delays").stream();
    let mut drawn = 0;
    let mut delay = || {
        drawn += 1;
        SimSpan::from_nanos(delays.sample_whole(&mut stream.at(drawn)))
    };
    let mut calendar = Calendar::default();
    for timer in 0..timers.pending {
        calendar.schedule(SimTime::ZERO + delay(), Class::Takes, timer);
    }
    stopwatch.restart();
    let end = SimTime::ZERO + SimSpan::from_nanos(nanos(timers.seconds));
    let mut fired = 0;
    while let Some((now, _, timer)) = calendar.pop().filter(|(now, ..)| *now < end) {
        fired += 1;
        calendar.schedule(now + delay(), Class::Takes, timer);
    }
    Found::Timers { fired }
}
