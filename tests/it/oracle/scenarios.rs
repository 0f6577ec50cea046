//! Random small scenarios in which much happens at the same instant.

mod customers;
mod limits;
mod text;

use proptest::prelude::*;
use proptest::sample::select;

use self::customers::{Retry, patience, retry};
use self::limits::{Throttle, throttle};
use super::events::{Churn, Entry, churn, entry};
use super::metering::{Buying, Credits, Package, buying, credits, package};
use super::rows::Recorded;

/// A duration in ticks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Law {
    Constant(u32),
    Uniform(u32, u32),
    Exponential(u32),
}

#[derive(Debug, Clone)]
pub(super) struct Line {
    count: u32,
    start: &'static str,
    draft: Option<Law>,
    active: Option<Law>,
    offline: Option<Law>,
    /// Retries after so many ticks, or, with 0, waits for a slot.
    retry_every: Option<u32>,
    churn: Option<Churn>,
    /// Messages or conversations of an agent, in so many ticks.
    rate: Option<(u32, u32)>,
    turns: Option<&'static str>,
    think: Law,
    goes_on: bool,
    /// Messages at such times from each other instead.
    gap: Option<Law>,
    /// So many users of each agent instead, and how long they think.
    users: Option<(u32, Law)>,
    cost: &'static str,
    pause: bool,
    share: Option<&'static str>,
    retry: Option<Retry>,
    patience: Option<Law>,
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    slots: Option<u32>,
    trial: Option<u32>,
    total: Option<u32>,
    /// What it costs, for whom, and after how many ticks again; 0 is monthly.
    price: Option<(u32, &'static str, u32)>,
    priority: u32,
    credits: Option<Credits>,
    throttles: Vec<Throttle>,
}

#[derive(Debug, Clone)]
pub(super) struct Group {
    count: u32,
    plan: Option<Plan>,
    seats: &'static str,
    lines: Vec<Line>,
    throttles: Vec<Throttle>,
    buying: Option<Buying>,
    on_downgrade: &'static str,
    mixed: bool,
    staggered: bool,
    features: Vec<Line>,
    /// Whose traffic is that of the workspace, and its route.
    routed: Option<(Line, &'static str)>,
    alerts: &'static str,
}

#[derive(Debug, Clone)]
pub(super) struct Backend {
    scope: &'static str,
    servers: Option<u32>,
    service: Law,
    queue: Option<u32>,
    discipline: &'static str,
    /// Above which share attempts are shed, but for those on the first plan.
    shed: Option<(&'static str, bool)>,
    delay: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Knobs {
    seed: u32,
    /// The unit of every time below.
    tick: (u32, &'static str),
    duration: u32,
    warm_up: u32,
    series_every: Option<u32>,
    within: Option<u32>,
    cut: bool,
    groups: Vec<Group>,
    packages: Vec<Package>,
    entries: Vec<Entry>,
    backend: Option<Backend>,
    /// Limits over everybody.
    throttles: Vec<Throttle>,
    /// Recorded traffic of all groups, in place of that of their workspaces.
    recorded: Option<Recorded>,
}

impl Knobs {
    /// The scenario with a trace of all its groups.
    pub(super) fn with_trace(mut self, recorded: Recorded) -> Self {
        self.groups.iter_mut().for_each(|group| group.routed = None);
        self.recorded = Some(recorded);
        self
    }

    /// The trace, if there is one, and how many times as fast its time runs.
    pub(super) fn recording(&self) -> Option<(String, u64)> {
        let recorded = self.recorded.as_ref()?;
        Some((self.trace(recorded), 1 + u64::from(recorded.twice_as_fast)))
    }

    /// How long it lasts, in ticks.
    pub(super) const fn duration(&self) -> u32 {
        self.duration
    }

    pub(super) const fn groups(&self) -> usize {
        self.groups.len()
    }

    /// How many workspaces a group has, how many agents each of its lines, and how many features.
    pub(super) fn cast(&self, group: usize) -> (usize, Vec<usize>, usize) {
        let of = &self.groups[group];
        let lines = of.lines.iter().map(|line| line.count as usize).collect();
        (of.count as usize, lines, of.features.len())
    }

    /// One of the plans.
    pub(super) fn plan_of(&self, any: usize) -> String {
        let named = (0..self.groups.len()).filter(|&it| self.groups[it].plan.is_some());
        let plans: Vec<String> = named.map(|it| format!("plan{it}")).collect();
        plans.get(any % (plans.len() + 1)).cloned().unwrap_or("unlimited".to_owned())
    }

    pub(super) const fn has_packages(&self) -> bool {
        !self.packages.is_empty()
    }
}

pub(super) fn law() -> impl Strategy<Value = Law> {
    prop_oneof![
        5 => (0..12_u32).prop_map(Law::Constant),
        1 => (0..6_u32, 6..20_u32).prop_map(|(min, max)| Law::Uniform(min, max)),
        2 => (1..12_u32).prop_map(Law::Exponential),
    ]
}

/// A law that does not yield 0 all the time.
fn some_time() -> impl Strategy<Value = Law> {
    law().prop_map(|law| if let Law::Constant(0) = law { Law::Constant(1) } else { law })
}

/// A law of times between messages: not so short that nothing else happens.
fn gap() -> impl Strategy<Value = Law> {
    prop_oneof![
        2 => (3..40_u32).prop_map(Law::Constant),
        1 => (0..6_u32, 6..30_u32).prop_map(|(min, max)| Law::Uniform(min, max)),
        2 => (4..40_u32).prop_map(Law::Exponential),
    ]
}

fn line() -> impl Strategy<Value = Line> {
    let life = (
        1..4_u32,
        select(vec!["active", "active", "active", "offline", "draft"]),
        prop::option::of(law()),
        prop::option::weighted(0.4, law()),
        prop::option::of(some_time()),
        prop::option::of(prop_oneof![2 => 1..9_u32, 1 => Just(0)]),
        churn(),
    );
    let traffic = (
        prop::option::weighted(0.9, (1..4_u32, 5..50_u32)),
        prop::option::of(select(vec!["1", "2", "3", "{ uniform: { min: 1, max: 5 } }"])),
        law(),
        select(vec!["0", "1", "1", "2", "0.5", "7", "{ uniform: { min: 0, max: 3 } }"]),
        any::<bool>(),
        any::<bool>(),
        prop::option::weighted(0.2, gap()),
        prop::option::weighted(0.2, 1..4_u32),
        gap(),
        prop::option::weighted(
            0.15,
            select(vec![
                "10%",
                "30%",
                "{ at_least: 12% }",
                "{ at_least: 5%, at_most: 30% }",
                "{ at_least: 0%, at_most: 55.5% }",
            ]),
        ),
    );
    let customers = (prop::option::weighted(0.5, retry()), prop::option::weighted(0.5, patience()));
    (life, traffic, customers).prop_map(|(life, traffic, (retry, patience))| Line {
        count: life.0,
        start: life.1,
        draft: life.2,
        active: life.3,
        offline: life.4,
        retry_every: life.5,
        churn: life.6,
        rate: traffic.0,
        turns: traffic.1,
        think: traffic.2,
        cost: traffic.3,
        pause: traffic.4,
        goes_on: traffic.5,
        gap: traffic.6,
        users: traffic.7.map(|users| (users, traffic.8)),
        share: traffic.9,
        retry,
        patience,
    })
}

fn plan() -> impl Strategy<Value = Plan> {
    (
        prop::option::of(0..5_u32),
        prop::option::of(1..7_u32),
        prop::option::weighted(0.7, credits()),
        prop::collection::vec(throttle(), 0..3),
        prop::option::weighted(0.15, 1..90_u32),
        prop::option::weighted(
            0.3,
            (1..40_u32, select(vec!["seat", "workspace"]), prop_oneof![Just(0), 5..60_u32]),
        ),
        1..4_u32,
    )
        .prop_map(|(slots, total, credits, throttles, trial, price, priority)| Plan {
            slots,
            trial,
            total,
            price,
            priority,
            credits,
            throttles,
        })
}

fn group() -> impl Strategy<Value = Group> {
    (
        1..4_u32,
        prop::option::weighted(0.85, plan()),
        select(vec!["1", "2", "{ uniform: { min: 1, max: 3 } }"]),
        prop::collection::vec(line(), 1..3),
        prop::collection::vec(throttle(), 0..3),
        prop::option::weighted(0.4, buying()),
        select(vec!["newest_offline", "oldest_offline", "keep_until_disabled"]),
        (
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.3),
            select(vec!["[]", "[]", "[50%]", "[80%, 100%]", "[30%, 95%]"]),
            prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(line(), 1..3)],
            prop::option::weighted(
                0.4,
                (line(), select(vec!["random", "round_robin", "least_busy", "sticky"])),
            ),
        ),
    )
        .prop_map(|(count, plan, seats, lines, throttles, buying, on_downgrade, terms)| {
            Group {
                count,
                plan,
                seats,
                lines,
                throttles,
                buying,
                on_downgrade,
                mixed: terms.0,
                staggered: terms.1,
                alerts: terms.2,
                features: terms.3,
                routed: terms.4,
            }
        })
}

fn backend() -> impl Strategy<Value = Backend> {
    (
        select(vec!["platform", "workspace"]),
        prop::option::weighted(0.85, 1..4_u32),
        law(),
        prop::option::weighted(0.8, 0..4_u32),
        prop_oneof![Just(0), 1..6_u32],
        prop_oneof![
            3 => Just("fifo"),
            2 => select(vec!["lifo", "fair", "priority"]),
        ],
        prop::option::weighted(0.2, (select(vec!["0%", "40%", "60%", "90%"]), any::<bool>())),
    )
        .prop_map(|(scope, servers, service, queue, delay, discipline, shed)| Backend {
            scope,
            servers,
            service,
            queue,
            delay,
            discipline,
            shed: shed.filter(|_| servers.is_some()),
        })
}

/// Where a tick is a nanosecond, all times are whole ticks and ties are everywhere.
fn tick() -> impl Strategy<Value = (u32, &'static str)> {
    prop_oneof![
        5 => Just((1, "ns")),
        1 => Just((40, "ns")),
        2 => Just((1, "s")),
        1 => Just((1, "min")),
        1 => Just((10, "h")),
    ]
}

pub(super) fn knobs() -> impl Strategy<Value = Knobs> {
    (
        (any::<u32>(), tick(), 20..220_u32, prop_oneof![Just(0), 0..60_u32]),
        (prop::option::of(1..50_u32), prop::option::of(1..30_u32), any::<bool>()),
        prop::collection::vec(group(), 1..4),
        prop_oneof![1 => Just(Vec::new()), 1 => prop::collection::vec(package(), 1..3)],
        prop_oneof![1 => Just(Vec::new()), 1 => prop::collection::vec(entry(), 1..4)],
        prop::option::weighted(0.8, backend()),
        prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(throttle(), 1..3)],
    )
        .prop_map(|(time, measures, groups, packages, entries, backend, throttles)| Knobs {
            seed: time.0,
            tick: time.1,
            duration: time.2,
            warm_up: time.3.min(time.2 - 1),
            series_every: measures.0,
            within: measures.1,
            cut: measures.2,
            groups,
            packages,
            entries,
            backend,
            throttles,
            recorded: None,
        })
}
