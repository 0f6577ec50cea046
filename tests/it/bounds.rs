//! The table of bounds in the reference: each of them is tried, and one more.

use std::fmt::Write as _;
use std::fs;

use limitlab::scenario::{ScenarioError, parse};

/// A row of the table: of what, the bound, and scenarios that have so many.
type Row = (&'static str, u64, &'static [fn(u64) -> String]);

/// The rows of the table.
const ROWS: &[Row] = &[
    ("workspaces of a group", 100_000_000, &[|n| group(&format!("count: {n}"))]),
    (
        "seats of a workspace",
        1_000_000,
        &[
            |n| group(&format!("seats: {n}")),
            |n| group(&format!("seats: {{ uniform: {{ min: 1, max: {n} }} }}")),
        ],
    ),
    (
        "agents of a workspace at the start, and `total_agents`",
        100_000,
        &[|n| agent(&format!("count: {n}")), |n| plan(&format!("total_agents: {n}"))],
    ),
    (
        "agents that one `create` of the timeline makes",
        100_000,
        &[|n| top(&format!("timeline: [{{ at: 1s, create: {{ line: a, count: {n} }} }}]"))],
    ),
    (
        "tries of `churn.create` in the duration, in each workspace on average",
        1_000_000,
        &[|n| agent(&format!("churn: {{ create: {n}/1d }}"))],
    ),
    (
        "users of `closed` traffic of a line, or of a group, in each workspace",
        1_000_000,
        &[
            |n| agent(&format!("traffic: {{ closed: {{ users: {n}, think: 1s }} }}")),
            |n| group(&format!("traffic: {{ closed: {{ users: {n}, think: 1s }} }}")),
            |n| {
                agent(&format!(
                    "count: {}, traffic: {{ closed: {{ users: 100, think: 1s }} }}",
                    n.div_ceil(100)
                ))
            },
        ],
    ),
    (
        "turns of a conversation",
        1_000_000,
        &[|n| agent(&format!("traffic: {{ sessions: {{ rate: 1/h, turns: {n} }} }}"))],
    ),
    (
        "packages that are bought at once, `at_start` or by an entry of the timeline",
        10_000,
        &[
            |n| group(&format!("packages: {{ name: small, at_start: {n} }}")),
            |n| {
                top(&format!(
                    "timeline: [{{ at: 1s, buy_package: {{ name: small, count: {n} }} }}]"
                ))
            },
        ],
    ),
    (
        "renewals of a plan's credits, or of a package, and payments for a plan, in the duration",
        1_000_000,
        &[
            |n| lasting(n, &plan("credits: { included: 9, renews: 1s }")),
            |n| lasting(n, &plan("price: { amount: 9, every: 1s }")),
            |n| lasting(n, &top("packages: { more: { credits: 1, period: 1s, renews: true } }")),
        ],
    ),
    (
        "`priority`",
        1_000,
        &[
            |n| plan(&format!("credits: {{ included: 9, priority: {n} }}")),
            |n| top(&format!("packages: {{ more: {{ credits: 1, priority: {n} }} }}")),
        ],
    ),
    (
        "limits of a group, those of all its plans and its own",
        1_000,
        &[|n| {
            group(&format!(
                "fair_use: [{}]",
                list(n, |it| { format!("{{ name: l{it}, concurrency: {{ limit: 1 }} }}") })
            ))
        }],
    ),
    (
        "periods of `bursts`, on and off, of one agent or workspace on average",
        10_000_000,
        &[
            |n| lasting(n, &agent("traffic: { rate: 1/h, bursts: { on: 1s, off: 1s } }")),
            |n| lasting(n, &group("traffic: { rate: 1/h, bursts: { on: 1s, off: 1s } }")),
        ],
    ),
    ("`replications`", 10_000, &[|n| top(&format!("replications: {n}"))]),
    ("bins of `series`", 5_000, &[|n| lasting(n, &top("series: { every: 1s }"))]),
    (
        "entries of the timeline times groups",
        1_000_000,
        &[|n| {
            let entries = list(n.div_ceil(1_000), |_| "{ at: 1s, disable: a }".to_owned());
            let groups = list(1_000, |it| format!("{{ group: g{it}, agents: [{{ name: a }}] }}"));
            format!(
                "{{ limitlab: 1, name: x, duration: 1d, timeline: [{entries}], workspaces: \
                 [{groups}] }}"
            )
        }],
    ),
    ("`k` of `erlang`", 100_000, &[|n| cost(&format!("erlang: {{ mean: 2, k: {n} }}"))]),
    (
        "`cv` of a distribution, and `shape` of `pareto`",
        1_000,
        &[
            |n| cost(&format!("normal: {{ mean: 2, cv: {n} }}")),
            |n| cost(&format!("lognormal: {{ mean: 2, cv: {n} }}")),
            |n| cost(&format!("gamma: {{ mean: 2, cv: {n} }}")),
            |n| cost(&format!("weibull: {{ mean: 2, cv: {n} }}")),
            |n| cost(&format!("hyperexponential: {{ mean: 2, cv: {n} }}")),
            |n| cost(&format!("pareto: {{ minimum: 2, shape: {n} }}")),
        ],
    ),
    (
        "factors",
        1_000_000,
        &[
            |n| {
                agent(&format!(
                    "traffic: {{ rate: 1/h, stages: [{{ duration: 0s, target: {n}x }}] }}"
                ))
            },
            |n| {
                top(&format!("timeline: [{{ at: 1s, traffic: {n}x }}]"))
                    .replace("name: a", "name: a, traffic: { rate: 1/h }")
            },
        ],
    ),
    ("characters of a name", 100, &[|n| group("").replace("shops", &"n".repeat(n as usize))]),
];

/// So many texts, with commas between them.
fn list(count: u64, text: impl Fn(u64) -> String) -> String {
    (0..count).fold(String::new(), |mut all, number| {
        let _ = write!(all, "{}, ", text(number));
        all
    })
}

/// A scenario whose parts have so much more.
fn scenario(top: &str, plan: &str, group: &str, agent: &str) -> String {
    let comma = |more: &str| if more.is_empty() { String::new() } else { format!(", {more}") };
    let plan = if plan.is_empty() { "credits: { included: 9 }" } else { plan };
    let packages =
        if top.starts_with("packages") { "" } else { "packages: { small: { credits: 5 } }, " };
    format!(
        "{{ limitlab: 1, name: x, duration: 1d, {packages}plans: {{ p: {{ {plan} }} }}, \
         workspaces: [{{ group: shops, plan: p, agents: [{{ name: a{} }}]{} }}]{} }}",
        comma(agent),
        comma(group),
        comma(top)
    )
}

fn top(more: &str) -> String {
    scenario(more, "", "", "")
}

fn plan(terms: &str) -> String {
    scenario("", terms, "", "")
}

fn group(more: &str) -> String {
    scenario("", "", more, "")
}

fn agent(more: &str) -> String {
    scenario("", "", "", more)
}

fn cost(law: &str) -> String {
    agent(&format!("cost: {{ {law} }}"))
}

fn lasting(seconds: u64, scenario: &str) -> String {
    scenario.replace("duration: 1d", &format!("duration: {seconds}s"))
}

fn mistakes(text: &str) -> usize {
    match parse("x.yaml", text, &[]) {
        Ok(_) => 0,
        Err(ScenarioError::Faults(faults)) => faults.list().len(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn each_bound_is_held_and_no_less() {
    for (what, bound, scenarios) in ROWS {
        for (number, scenario) in scenarios.iter().enumerate() {
            assert_eq!(mistakes(&scenario(*bound)), 0, "{what}, number {number}, at the bound");
            assert!(mistakes(&scenario(bound + 1)) > 0, "{what}, number {number}, one above it");
        }
    }
}

#[test]
fn the_table_lists_the_bounds_that_are_tried_here() {
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md");
    let reference = fs::read_to_string(reference).expect("the reference can be read");
    let (_, chapter) = reference.split_once("\n### Bounds\n").expect("there is a table of bounds");
    let (chapter, _) = chapter.split_once("\n### ").expect("something follows it");
    let rows = chapter.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    let listed: Vec<(String, u64)> = rows
        .skip(1)
        .map(|row| {
            let mut cells = row.trim_matches('|').split('|').map(str::trim);
            let what = cells.next().unwrap_or_default().to_owned();
            let bound = cells.next().unwrap_or_default().replace(',', "");
            (what, bound.parse().expect("a bound is a number"))
        })
        .collect();
    let tried: Vec<(String, u64)> =
        ROWS.iter().map(|(what, bound, _)| ((*what).to_owned(), *bound)).collect();
    assert_eq!(listed, tried);
}
