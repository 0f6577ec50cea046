//! What size is enough, where theory says which: servers by Erlang C, pools by the Poisson distribution.

use limitlab::planning::{Aim, Grid, Point, SizeQuestion, SizeSummary, size};
use limitlab::scenario::{Override, parse};
use limitlab::{RunOptions, Watch};

use crate::theory::erlang::erlang_c;
use crate::theory::poisson;

fn found(yaml: &str, knob: &str, threads: usize) -> SizeSummary {
    let grid = Grid::read_knobs(&[knob.to_owned()], &[]).expect("a knob");
    let question = SizeQuestion::read(grid, Aim::Smallest, &[]).expect("a question");
    let load =
        |point: &Point| parse("size.yaml", yaml, &point.overrides().collect::<Vec<Override>>());
    let found = size(&question, RunOptions { threads }, &Watch::default(), load, |_| {});
    found.unwrap_or_else(|error| panic!("{error}"))
}

fn answer(found: &SizeSummary) -> Option<u32> {
    let (_, value) = found.answer.as_ref()?.get_index(0)?;
    value.parse().ok()
}

/// The chance that a message waits: 1 where servers cannot keep up.
fn waits(servers: u32, load: f64) -> f64 {
    if f64::from(servers) > load { erlang_c(servers, load) } else { 1.0 }
}

/// A queue before servers of a second each that are to be sized, measured when it has settled, for so many
/// messages or ten times as long as it takes to settle.
fn queue(servers: u32, busy: f64) -> String {
    let load = f64::from(servers) * busy;
    // The relaxation time of M/M/c: R. Syski, Introduction to Congestion Theory in Telephone Systems.
    let slow = 1.0 - busy.sqrt();
    let settles = 1.0 / f64::from(servers) / (slow * slow);
    let (warm_up, measured) = (5.0 * settles, (6_000.0 / load).max(10.0 * settles));
    let bound = f64::midpoint(waits(servers - 1, load), waits(servers, load));
    let milliseconds = |seconds: f64| (seconds * 1e3).round() as u64;
    format!(
        "{{ limitlab: 1, name: queue, seed: 5, warm_up: {}ms, duration: {}ms, workspaces: [
        {{ group: one, agents: [{{ name: line, traffic: {{ rate: {load:.6}/s }} }}] }}],
        backend: {{ servers: 1, service_time: {{ exponential: 1s }} }},
        thresholds: ['wait.probability < {bound:.9}'] }}",
        milliseconds(warm_up),
        milliseconds(warm_up + measured),
    )
}

#[test]
fn servers_are_those_of_erlang() {
    for servers in [1, 2, 4, 8, 16, 32, 64] {
        for busy in [0.7, 0.8, 0.9] {
            let knob = format!("backend.servers=1..{}", servers * 3 / 2 + 2);
            let found = found(&queue(servers, busy), &knob, 2);
            assert_eq!(answer(&found), Some(servers), "{busy}: {found:#?}");
            assert!(found.open.is_empty());
            let beyond = found.beyond.map(|it| it[0].clone());
            assert_eq!(beyond, (servers > 1).then(|| (servers - 1).to_string()));
        }
    }
}

#[test]
fn pools_are_those_of_the_poisson_distribution() {
    for (mean, most) in [(20.0, 0.05), (20.0, 0.5), (200.0, 0.1)] {
        // The smallest pool that no more than so many workspaces exhaust, with the bound between what it
        // leaves and what one credit less would leave.
        let exceeds = |pool: u32| poisson::at_least(mean, pool + 1);
        let pool = (0..400).find(|&pool| exceeds(pool) < most).expect("chances fall to nothing");
        let bound = f64::midpoint(exceeds(pool - 1), exceeds(pool));
        let yaml = format!(
            "{{ limitlab: 1, name: pool, seed: 5, duration: 1h,
            plans: {{ metered: {{ credits: {{ included: 1, per: workspace, renews: never }} }} }},
            workspaces: [{{ group: shops, count: 2_000, plan: metered,
            agents: [{{ name: line, traffic: {{ rate: {mean}/h }} }}] }}],
            thresholds: ['workspaces.hit.share < {bound:.9}'] }}"
        );
        let found = found(&yaml, "plans.metered.credits.included=1..400", 2);
        assert_eq!(answer(&found), Some(pool), "{mean} {most}: {found:#?}");
    }
}

#[test]
fn threads_change_nothing() {
    let yaml = queue(3, 0.8);
    assert_eq!(found(&yaml, "backend.servers=1..6", 1), found(&yaml, "backend.servers=1..6", 3));
}
