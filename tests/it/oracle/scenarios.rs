//! Random small scenarios in which much happens at the same instant.

use proptest::prelude::*;
use proptest::sample::select;

use super::metering::{Buying, Credits, Package, buying, credits, package};

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
    retry_every: Option<u32>,
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
}

#[derive(Debug, Clone)]
pub(super) struct Throttle {
    scope: &'static str,
    /// A burst, and tokens in so many ticks; or a number in flight.
    bucket: Result<(&'static str, u32, u32), u32>,
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    slots: Option<u32>,
    total: Option<u32>,
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
}

#[derive(Debug, Clone)]
pub(super) struct Backend {
    scope: &'static str,
    servers: Option<u32>,
    service: Law,
    queue: Option<u32>,
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
    backend: Option<Backend>,
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
        prop::option::of(1..9_u32),
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
    );
    (life, traffic).prop_map(|(life, traffic)| Line {
        count: life.0,
        start: life.1,
        draft: life.2,
        active: life.3,
        offline: life.4,
        retry_every: life.5,
        rate: traffic.0,
        turns: traffic.1,
        think: traffic.2,
        cost: traffic.3,
        pause: traffic.4,
        goes_on: traffic.5,
        gap: traffic.6,
        users: traffic.7.map(|users| (users, traffic.8)),
    })
}

fn throttle() -> impl Strategy<Value = Throttle> {
    let bucket = prop_oneof![
        (select(vec!["1", "2", "3", "1.5", "1.001"]), 1..4_u32, 4..20_u32).prop_map(Ok),
        (1..4_u32).prop_map(Err),
    ];
    (select(vec!["agent", "workspace"]), bucket)
        .prop_map(|(scope, bucket)| Throttle { scope, bucket })
}

fn plan() -> impl Strategy<Value = Plan> {
    (
        prop::option::of(0..5_u32),
        prop::option::of(1..7_u32),
        prop::option::weighted(0.7, credits()),
        prop::collection::vec(throttle(), 0..2),
    )
        .prop_map(|(slots, total, credits, throttles)| Plan {
            slots,
            total,
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
    )
        .prop_map(|(count, plan, seats, lines, throttles, buying)| Group {
            count,
            plan,
            seats,
            lines,
            throttles,
            buying,
        })
}

fn backend() -> impl Strategy<Value = Backend> {
    (
        select(vec!["platform", "workspace"]),
        prop::option::weighted(0.85, 1..4_u32),
        law(),
        prop::option::weighted(0.8, 0..4_u32),
        prop_oneof![Just(0), 1..6_u32],
    )
        .prop_map(|(scope, servers, service, queue, delay)| Backend {
            scope,
            servers,
            service,
            queue,
            delay,
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
        prop::option::weighted(0.8, backend()),
    )
        .prop_map(|(time, measures, groups, packages, backend)| Knobs {
            seed: time.0,
            tick: time.1,
            duration: time.2,
            warm_up: time.3.min(time.2 - 1),
            series_every: measures.0,
            within: measures.1,
            cut: measures.2,
            groups,
            packages,
            backend,
        })
}

impl Knobs {
    pub(super) fn span(&self, ticks: u32) -> String {
        format!("{}{}", ticks * self.tick.0, self.tick.1)
    }

    pub(super) fn law(&self, law: Law) -> String {
        match law {
            Law::Constant(ticks) => self.span(ticks),
            Law::Uniform(min, max) => {
                format!("{{ uniform: {{ min: {}, max: {} }} }}", self.span(min), self.span(max))
            }
            Law::Exponential(mean) => format!("{{ exponential: {} }}", self.span(mean)),
        }
    }

    fn throttles(&self, prefix: &str, throttles: &[Throttle]) -> String {
        let mut list = String::new();
        for (number, Throttle { scope, bucket }) in throttles.iter().enumerate() {
            let kind = match bucket {
                Ok((burst, tokens, ticks)) => {
                    let rate = format!("{tokens}/{}", self.span(*ticks));
                    format!("token_bucket: {{ rate: {rate}, burst: {burst} }}")
                }
                Err(limit) => format!("concurrency: {{ limit: {limit} }}"),
            };
            list.extend([format!("{{ name: {prefix}{number}, scope: {scope}, {kind} }}, ")]);
        }
        format!("[{list}]")
    }

    fn plan(&self, plan: &Plan) -> String {
        let slots = plan.slots.map_or("unlimited".to_owned(), |slots| slots.to_string());
        let mut text = format!("{{ active_agents: {slots}");
        if let Some(total) = plan.total {
            text.extend([format!(", total_agents: {total}")]);
        }
        if let Some(credits) = &plan.credits {
            text.extend([format!(", credits: {}", self.credits(credits))]);
        }
        text.extend([format!(", fair_use: {} }}", self.throttles("p", &plan.throttles))]);
        text
    }

    fn line(&self, number: usize, line: &Line) -> String {
        let mut activity = String::new();
        for (key, law) in
            [("draft", line.draft), ("active", line.active), ("offline", line.offline)]
        {
            if let Some(law) = law {
                activity.extend([format!("{key}: {}, ", self.law(law))]);
            }
        }
        if let Some(ticks) = line.retry_every {
            let every = self.span(ticks);
            activity.extend([format!("on_refused: {{ retry_every: {every} }}")]);
        }
        let mut text = format!(
            "{{ name: l{number}, count: {}, start: {}, cost: {}, while_offline: {}, \
             activity: {{ {activity} }}",
            line.count,
            line.start,
            line.cost,
            if line.pause { "pause" } else { "refuse" },
        );
        if let Some(gap) = line.gap {
            text.extend([format!(", traffic: {{ interarrival: {} }}", self.law(gap))]);
        } else if let Some((users, think)) = line.users {
            let think = self.law(think);
            text.extend([format!(", traffic: {{ closed: {{ users: {users}, think: {think} }} }}")]);
        } else if let Some((events, ticks)) = line.rate {
            let rate = format!("rate: {events}/{}", self.span(ticks));
            let traffic = line.turns.map_or(rate.clone(), |turns| {
                let think = self.law(line.think);
                let on_lost = if line.goes_on { "continue" } else { "end" };
                format!(
                    "sessions: {{ {rate}, turns: {turns}, think: {think}, on_lost: {on_lost} }}"
                )
            });
            text.extend([format!(", traffic: {{ {traffic} }}")]);
        }
        text + " }"
    }

    /// What stands between a group's limits and its lines.
    fn buys(&self, group: &Group) -> String {
        let counted = group.plan.as_ref().is_some_and(|plan| plan.credits.is_some());
        match &group.buying {
            Some(buying) if counted && !self.packages.is_empty() => {
                let buying = self.buying(buying, self.packages.len());
                format!("    packages: {buying}\n    agents:\n")
            }
            _ => "    agents:\n".to_owned(),
        }
    }

    /// The scenario as a user would write it.
    pub(super) fn yaml(&self) -> String {
        let mut text = format!(
            "limitlab: 1\nname: oracle\nseed: {}\nstart: 2026-01-31T12:00:00Z\n\
             duration: {}\nwarm_up: {}\ndrain: {}\n",
            self.seed,
            self.span(self.duration),
            self.span(self.warm_up),
            if self.cut { "cut" } else { "finish" },
        );
        if let Some(ticks) = self.series_every {
            text.extend([format!("series: {{ every: {} }}\n", self.span(ticks))]);
        }
        if let Some(ticks) = self.within {
            let within = self.span(ticks);
            text.extend([format!("thresholds: ['goodput.rate{{within={within}}} >= 0']\n")]);
        }
        let plans = self.groups.iter().enumerate();
        let plans: Vec<String> = plans
            .filter_map(|(number, group)| Some((number, group.plan.as_ref()?)))
            .map(|(number, plan)| format!("  plan{number}: {}\n", self.plan(plan)))
            .collect();
        if !plans.is_empty() {
            text.extend([format!("plans:\n{}", plans.concat())]);
        }
        if !self.packages.is_empty() {
            text.push_str(&self.packages(&self.packages));
        }
        text.push_str("workspaces:\n");
        for (number, group) in self.groups.iter().enumerate() {
            let plan =
                if group.plan.is_some() { format!("plan{number}") } else { "unlimited".into() };
            let head = format!(
                "  - group: g{number}\n    count: {}\n    plan: {plan}\n    seats: {}\n    \
                 fair_use: {}\n    agents:\n",
                group.count,
                group.seats,
                self.throttles("g", &group.throttles),
            );
            let head = head.replace("    agents:\n", &self.buys(group));
            text.push_str(&head);
            for (number, line) in group.lines.iter().enumerate() {
                text.extend([format!("      - {}\n", self.line(number, line))]);
            }
        }
        if let Some(backend) = &self.backend {
            let unlimited = |count: Option<u32>| {
                count.map_or("unlimited".to_owned(), |count| count.to_string())
            };
            let line = format!(
                "backend: {{ scope: {}, servers: {}, service_time: {}, queue: {{ limit: {} }}, \
                 network_delay: {} }}\n",
                backend.scope,
                unlimited(backend.servers),
                self.law(backend.service),
                unlimited(backend.queue),
                self.span(backend.delay),
            );
            text.push_str(&line);
        }
        text
    }
}
