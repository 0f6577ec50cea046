//! limitlab simulates, drives and verifies limits and shared credits of software products that
//! sell AI agents.
//!
//! A [`Scenario`] is read from a file with [`load`] or from text with [`parse`], or built in code;
//! [`run`] simulates it; the [`Summary`] has every metric by its name, as `summary.json` and
//! thresholds have them. All of them are listed in `docs/reference.md`.
//!
//! ```
//! use limitlab::{RunOptions, Watch, parse, run};
//!
//! let text = "
//! limitlab: 1
//! name: small
//! duration: 7d
//! plans: { advanced: { active_agents: 3, credits: { included: 2_000 } } }
//! workspaces:
//!   - group: shops
//!     count: 40
//!     plan: advanced
//!     agents: [{ name: sales, count: 5, traffic: { rate: 60/d }, cost: 2 }]
//! backend: { scope: workspace, servers: 4, service_time: { exponential: 2s } }
//! ";
//! let scenario = parse("small.yaml", text, &[])?;
//! let outcome = run(&scenario, RunOptions { threads: 2 }, &Watch::default())?;
//! let summary = outcome.summary;
//!
//! // Two of five agents find no slot; those that are active have less work than credits.
//! assert_eq!(summary.value("enable_refusal.rate"), Some(0.4));
//! let p99 = summary.metric("shops", "latency.p99").and_then(|metric| metric.value);
//! assert!(p99.unwrap() > 2.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The same without a file:
//!
//! ```
//! use limitlab::random::Distribution;
//! use limitlab::rules::limiter::{Quota, Throttle, ThrottleScope};
//! use limitlab::rules::{Allowance, Cycle, Plan};
//! use limitlab::scenario::BackendScope;
//! use limitlab::units::{Credits, SimSpan};
//! use limitlab::workload::{AgentLine, TrafficKind};
//! use limitlab::{Backend, Group, RunOptions, Scenario, Watch, run};
//!
//! let plan = Plan {
//!     active_agents: Some(3),
//!     credits: Some(Allowance::new(Credits::whole(2_000), Cycle::Monthly)),
//!     ..Plan::new("advanced")
//! };
//! // Costs are in thousandths of a credit, times in nanoseconds.
//! let sales = AgentLine::new("sales", 5)
//!     .with_traffic(TrafficKind::Rate("60/d".parse()?))
//!     .with_cost(Distribution::Constant(2_000.0));
//! let burst = Quota::token_bucket("2/min".parse()?, 5);
//! let shops = Group::new("shops", 40)
//!     .on_plan(plan)
//!     .with_line(sales)
//!     .with_throttle(Throttle::new("burst", ThrottleScope::Workspace, burst));
//! let service = Distribution::Exponential { mean: 2e9 };
//! let scenario = Scenario::new("small", SimSpan::DAY.times(7))
//!     .with_group(shops)
//!     .with_backend(Backend::new(BackendScope::Workspace, Some(4), service));
//!
//! let summary = run(&scenario, RunOptions::default(), &Watch::default())?.summary;
//! assert_eq!(summary.value("enable_refusal.rate"), Some(0.4));
//! assert!(summary.value("refusal.rate{limiter=burst}").unwrap() < 0.001);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A limiter of one's own is a [`CustomLimiter`](rules::limiter::CustomLimiter), an arrival process
//! of one's own is a [`CustomArrivals`](workload::CustomArrivals); they stand in a scenario beside
//! the built-in ones. `examples/` has a program with each.
//!
//! The modules are floors: each names only modules that are listed before it. The map is in
//! `ARCHITECTURE.md`.

pub mod units;

pub mod random;

pub mod rules;

pub mod workload;

pub mod enforcement;

pub mod measure;

pub mod log;

pub mod summary;

pub mod scenario;

pub mod engine;

pub mod drive;

pub mod verify;

pub mod planning;

pub mod report;

pub mod cli;

pub use engine::{Outcome, RunOptions, Watch, run};
pub use scenario::{Backend, Group, Scenario, load, parse};
pub use summary::Summary;
