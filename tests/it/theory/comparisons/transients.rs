//! What happens after an empty start, long before it is forgotten.

use super::super::birth_death::BirthDeath;
use super::super::chain::Chain;
use super::super::transients::FirstCustomers;
use super::{Expectation, assert_theory};

/// Credits for the first customers only, so that nobody else waits; so many come that the last of
/// the first is there but for one workspace in 10^12.
#[test]
fn the_first_customers_of_a_server() {
    for (service_time, law) in [
        ("{ exponential: 1s }", FirstCustomers::exponential as fn(u32, f64) -> _),
        ("1s", FirstCustomers::constant_service),
    ] {
        for (customers, duration, workspaces) in
            [(2, 60, 40_000), (5, 70, 30_000), (20, 100, 10_000), (60, 180, 6_000)]
        {
            let theory: FirstCustomers = law(customers, 0.8);
            let mean = |of: &[f64]| of.iter().sum::<f64>() / f64::from(customers);
            let scenario = format!(
                "limitlab: 1
name: first
seed: 59
duration: {duration}s
backend: {{ scope: workspace, servers: 1, service_time: {service_time} }}
plans:
  few: {{ credits: {{ included: {customers}, renews: never }} }}
workspaces:
  - group: shops
    count: {workspaces}
    plan: few
    agents:
      - {{ name: a, count: 2, traffic: {{ rate: 0.4/s }} }}
"
            );
            assert_theory(
                &scenario,
                &[
                    Expectation::certain(
                        "messages.completed",
                        f64::from(customers) * f64::from(workspaces),
                    ),
                    Expectation::interval("wait.mean", mean(&theory.wait)),
                    Expectation::interval("wait.probability", mean(&theory.waits)),
                    Expectation::interval("latency.mean", mean(&theory.wait) + 1.0),
                ],
            );
        }
    }
}

/// Customers who come every 1.25 s: a window of a nanosecond holds a certain one of them.
#[test]
fn each_of_the_first_customers_who_come_at_even_times() {
    let theory = FirstCustomers::even_arrivals(40, 0.8);
    for (customer, workspaces) in
        [(1_u32, 100_u32), (2, 60_000), (4, 60_000), (12, 50_000), (40, 40_000)]
    {
        let at = 1_250_000_000 * u64::from(customer);
        let past = at + 1;
        let scenario = format!(
            "limitlab: 1
name: certain
seed: 61
duration: {past}ns
warm_up: {at}ns
backend: {{ scope: workspace, servers: 1, service_time: {{ exponential: 1s }} }}
workspaces:
  - group: shops
    count: {workspaces}
    agents:
      - {{ name: a, traffic: {{ interarrival: 1.25s }} }}
"
        );
        let (wait, waits) =
            (theory.wait[customer as usize - 1], theory.waits[customer as usize - 1]);
        let mut expectations =
            vec![Expectation::certain("messages.completed", f64::from(workspaces))];
        if customer == 1 {
            expectations.push(Expectation::certain("wait.mean", 0.0));
        } else {
            expectations.push(Expectation::interval("wait.mean", wait));
            expectations.push(Expectation::interval("wait.probability", waits));
        }
        assert_theory(&scenario, &expectations);
    }
}

/// What theory expects of servers with exponential service of 1 s from the shares of the numbers in
/// the system over a window, where `limit` may wait. Messages find what time does, since they are
/// Poisson; who finds n others waits for n - servers + 1 departures.
fn expectations(shares: &[f64], servers: u32, limit: Option<u32>) -> Vec<Expectation> {
    let mean = |value: &dyn Fn(u32) -> f64| -> f64 {
        shares.iter().zip(0..).map(|(share, number)| share * value(number)).sum()
    };
    let places = limit.map_or(u32::MAX, |limit| servers + limit);
    let queue = mean(&|number| f64::from(number.saturating_sub(servers)));
    let busy = mean(&|number| f64::from(number.min(servers)));
    let full = mean(&|number| if number == places { 1.0 } else { 0.0 });
    let waits = mean(&|number| if (servers..places).contains(&number) { 1.0 } else { 0.0 });
    let wait = mean(&|number| match number.checked_sub(servers) {
        Some(ahead) if number < places => f64::from(ahead + 1) / f64::from(servers),
        _ => 0.0,
    });
    let mut expectations = vec![
        Expectation::interval("backend.in_system.mean", queue + busy),
        Expectation::interval("backend.utilisation", busy / f64::from(servers)),
    ];
    if limit.is_some() {
        expectations.push(Expectation::interval("refusal.rate", full));
    }
    if limit == Some(0) {
        expectations.push(Expectation::certain("wait.mean", 0.0));
    } else {
        expectations.push(Expectation::interval("wait.probability", waits / (1.0 - full)));
        expectations.push(Expectation::interval("wait.mean", wait / (1.0 - full)));
        expectations.push(Expectation::interval("backend.queue.mean", queue));
    }
    expectations
}

/// Windows that begin and end before the start is forgotten.
#[test]
fn queues_fill_up_from_an_empty_start() {
    for (servers, queue_limit, rate) in
        [(1, None, 0.8), (1, None, 1.5), (3, None, 2.4), (1, Some(0), 0.9), (2, Some(3), 2.5)]
    {
        for (from, to, workspaces) in [(0, 2, 60_000), (1, 4, 30_000), (5, 15, 15_000)] {
            let places = servers + queue_limit.unwrap_or(150);
            let process = BirthDeath::queue(servers, places, rate, 1.0);
            let shares = process.mean_between(&process.nobody(), f64::from(from), f64::from(to));
            let limit = queue_limit.map_or("unlimited".to_owned(), |limit| limit.to_string());
            let scenario = format!(
                "limitlab: 1
name: filling
seed: 67
duration: {to}s
warm_up: {from}s
backend:
  scope: workspace
  servers: {servers}
  service_time: {{ exponential: 1s }}
  queue: {{ limit: {limit} }}
workspaces:
  - group: shops
    count: {workspaces}
    agents:
      - {{ name: a, traffic: {{ rate: {rate}/s }} }}
"
            );
            assert_theory(&scenario, &expectations(&shares, servers, queue_limit));
        }
    }
}

/// A rush from 5 s to 9 s, and two more servers from 8 s on: before, within and after.
#[test]
fn queues_of_a_rush_that_more_servers_meet() {
    let process = |servers, rate| BirthDeath::queue(servers, 150, rate, 1.0);
    let calm = process(1, 0.8);
    let rush = process(1, 2.0);
    let met = process(3, 2.0);
    let over = process(3, 0.8);
    let at_5 = calm.after(&calm.nobody(), 5.0);
    let at_8 = rush.after(&at_5, 3.0);
    let at_9 = met.after(&at_8, 1.0);
    let more = "  - { at: 8s, backend: { servers: 3 } }\n";
    // Nothing happens at the end of a run and later, so who waits then is served by one server.
    for ((from, to), shares, servers, more) in [
        ((6, 8), rush.mean_between(&at_5, 1.0, 3.0), 1, ""),
        ((9, 10), over.mean_between(&at_9, 0.0, 1.0), 3, more),
        ((10, 12), over.mean_between(&at_9, 1.0, 3.0), 3, more),
    ] {
        let scenario = format!(
            "limitlab: 1
name: rush
seed: 69
duration: {to}s
warm_up: {from}s
backend: {{ scope: workspace, servers: 1, service_time: {{ exponential: 1s }} }}
workspaces:
  - group: shops
    count: 120_000
    agents:
      - {{ name: a, traffic: {{ rate: 0.8/s }} }}
timeline:
  - {{ at: 5s, for: 4s, traffic: 2.5x }}
{more}"
        );
        assert_theory(&scenario, &expectations(&shares, servers, None));
    }
}

/// Three servers that are overrun for 6 s, of which one remains: those that go finish what they
/// serve, so some are still busy while the queue waits for the one. Who finds k busy and j waiting
/// is served when k - 1 of them have ended, and then one after the other j + 1 times.
#[test]
fn servers_that_go_finish_what_they_serve() {
    const LONGEST: usize = 90;
    let (before, after) = (5.0, 0.5);
    let crowded = BirthDeath::queue(3, LONGEST as u32 + 3, before, 1.0);
    let at_6 = crowded.after(&crowded.nobody(), 6.0);
    let state = |busy: usize, waiting: usize| busy * (LONGEST + 1) + waiting;
    let mut start = vec![0.0; 4 * (LONGEST + 1)];
    for (number, share) in at_6.iter().enumerate() {
        start[state(number.min(3), number.saturating_sub(3))] += share;
    }
    let mut jumps = Vec::new();
    for waiting in 0..=LONGEST {
        for busy in 0..=3 {
            let here = state(busy, waiting);
            match (busy, waiting) {
                (0, 0) => jumps.push((here, state(1, 0), after)),
                (_, LONGEST) => {}
                _ => jumps.push((here, state(busy, waiting + 1), after)),
            }
            match (busy, waiting) {
                (0, _) => {}
                (1, 1..) => jumps.push((here, state(1, waiting - 1), 1.0)),
                _ => jumps.push((here, state(busy - 1, waiting), busy as f64)),
            }
        }
    }
    let chain = Chain::new(start.len(), jumps);
    for (from, to) in [(6, 7), (8, 12)] {
        let shares = chain.mean_between(&start, f64::from(from - 6), f64::from(to - 6));
        let mean = |value: &dyn Fn(usize, usize) -> f64| -> f64 {
            let states = (0..=3).flat_map(|busy| (0..=LONGEST).map(move |queue| (busy, queue)));
            states.map(|(busy, queue)| shares[state(busy, queue)] * value(busy, queue)).sum()
        };
        let busy = mean(&|busy, _| busy as f64);
        let queue = mean(&|_, queue| queue as f64);
        let wait = mean(&|busy, queue| {
            let freed: f64 = (2..=busy).map(|busy| 1.0 / busy as f64).sum();
            if busy == 0 { 0.0 } else { freed + queue as f64 + 1.0 }
        });
        let waits = mean(&|busy, _| if busy == 0 { 0.0 } else { 1.0 });
        let scenario = format!(
            "limitlab: 1
name: leaving
seed: 71
duration: {to}s
warm_up: {from}s
backend: {{ scope: workspace, servers: 3, service_time: {{ exponential: 1s }} }}
workspaces:
  - group: shops
    count: 40_000
    agents:
      - {{ name: a, traffic: {{ rate: {before}/s }} }}
timeline:
  - {{ at: 6s, traffic: 0.1x }}
  - {{ at: 6s, backend: {{ servers: 1 }} }}
"
        );
        assert_theory(
            &scenario,
            &[
                Expectation::interval("backend.in_system.mean", busy + queue),
                Expectation::interval("backend.utilisation", busy),
                Expectation::interval("backend.queue.mean", queue),
                Expectation::interval("wait.mean", wait),
                Expectation::interval("wait.probability", waits),
            ],
        );
    }
}
