//! A scenario with no doubt left in it: what `engine` runs and every report names.

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use super::backend::{Backend, BackendScope};
use super::bins::series_every;
use super::clocks::clock_changes;
use super::declared::DeclaredPlan;
use super::precision::Precision;
use super::recorded::{Recorded, Recording};
use super::settling::Settling;
use super::suggest::nearest;
use super::threshold::Threshold;
use crate::enforcement::Enforcement;
use crate::log::LineSurvey;
use crate::random::Distribution;
use crate::rules::limiter::Throttle;
use crate::rules::{OnDowngrade, Package, Plan};
use crate::summary::Identity;
use crate::units::{ClockChange, Share, SimSpan};
use crate::workload::{AgentLine, Buying, Customers, LineKind, Occurrence, Traffic};

/// The start of a scenario that names none: 2026-01-01T00:00:00Z \[s since 1970\].
const DEFAULT_START: i64 = 1_767_225_600;

/// The start of a scenario that names none: 2026-01-01T00:00:00Z.
///
/// # Panics
///
/// Never.
pub fn default_start() -> Timestamp {
    Timestamp::from_second(DEFAULT_START).expect("2026 is within the calendar")
}

/// A scenario. References are resolved, units are integers, defaults are filled in.
///
/// It is [loaded](super::load) from a file, or built in code from [`new`](Self::new) on: every
/// field is public, and keeps the default that a scenario file has for it unless it is set. What a file
/// may not say code may not either: [`check`](Self::check) names every field that is at fault, and
/// [`engine::run`](crate::engine::run) asks it first.
///
/// # Examples
///
/// ```
/// use limitlab::rules::{Allowance, Cycle, Plan};
/// use limitlab::units::{Credits, SimSpan};
/// use limitlab::workload::{AgentLine, TrafficKind};
/// use limitlab::{Group, Scenario};
///
/// let plan = Plan {
///     active_agents: Some(3),
///     credits: Some(Allowance::new(Credits::whole(1_250), Cycle::Monthly)),
///     ..Plan::new("advanced")
/// };
/// let sales = AgentLine::new("sales", 5).with_traffic(TrafficKind::Rate("40/d".parse()?));
/// let shops = Group::new("shops", 100).on_plan(plan).with_line(sales);
/// let mut scenario = Scenario::new("campaign", SimSpan::DAY.times(30)).with_group(shops);
/// scenario.seed = 42;
/// scenario.check()?;
///
/// scenario.warm_up = scenario.duration;
/// let flaws = scenario.check().unwrap_err();
/// assert_eq!(flaws.to_string(), "warm_up must be less than the duration, 30d");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name; results are written to `results/<name>` unless told otherwise.
    pub name: String,
    /// What it is about, in the author's words.
    pub about: Option<String>,
    /// The seed of every draw.
    pub seed: u64,
    /// How many times it is run at most, each time with other draws; at least 1.
    pub replications: u32,
    /// When fewer are enough, if ever.
    pub until: Option<Precision>,
    /// What t = 0 is on the calendar.
    pub start: Timestamp,
    /// Whose clocks the hours of the day in results go by.
    pub timezone: TimeZone,
    /// Until when messages arrive.
    pub duration: SimSpan,
    /// From when on it is measured; less than `duration`. The most of it while it is to be found.
    pub warm_up: SimSpan,
    /// Who says how long the warm-up is.
    pub settling: Settling,
    /// What becomes of messages in flight at `duration`.
    pub drain: Drain,
    /// The workspaces, group by group; at least one.
    pub groups: Vec<Group>,
    /// What can be bought.
    pub packages: Vec<Package>,
    /// Every plan that can be had, whether a workspace is ever on it or not, in the order declared.
    /// It is there to be chosen from: what workspaces are on stands in their groups.
    pub plans: Vec<DeclaredPlan>,
    /// Plans that the scenario file or an override declares, and on which no workspace ever is:
    /// probably misspelt. Those of files that it imports are not among them.
    pub idle_plans: Vec<String>,
    /// Throttles of scope plan and platform, over all groups, in the order written; each has a name
    /// of its own, among those of the groups too.
    pub throttles: Vec<Throttle>,
    /// Traces that are replayed. They come with a scenario that was loaded from a file.
    pub traces: Vec<Recording>,
    /// What serves admitted attempts; `None` serves at once.
    pub backend: Option<Backend>,
    /// How decisions are made.
    pub enforcement: Enforcement,
    /// The width of a bin of the series; it divides the duration into at most 500, or 5,000 where
    /// the scenario chooses it.
    pub series_every: SimSpan,
    /// What the run must meet.
    pub thresholds: Vec<Threshold>,
    /// SHA-256 of the scenario as it was resolved from its files and overrides, of the traces that it
    /// replays and the tables that it draws from, in hexadecimal. It says nothing of what is changed in code afterwards,
    /// and is empty where a scenario was built in code.
    pub sha256: String,
}

impl Scenario {
    /// A scenario without groups, of which at least one is needed. Messages arrive until `duration`
    /// and are then finished; all is measured from the start, which is 2026-01-01; the seed is 1;
    /// without a backend every message is answered at once.
    pub fn new(name: impl Into<String>, duration: SimSpan) -> Self {
        Self {
            name: name.into(),
            about: None,
            seed: 1,
            replications: 1,
            until: None,
            start: default_start(),
            timezone: TimeZone::UTC,
            duration,
            warm_up: SimSpan::ZERO,
            settling: Settling::Given,
            drain: Drain::Finish,
            groups: Vec::new(),
            packages: Vec::new(),
            plans: Vec::new(),
            idle_plans: Vec::new(),
            throttles: Vec::new(),
            traces: Vec::new(),
            backend: None,
            enforcement: Enforcement::default(),
            series_every: series_every(duration),
            thresholds: Vec::new(),
            sha256: String::new(),
        }
    }

    /// The scenario with one group more.
    pub fn with_group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self
    }

    /// The scenario with this backend.
    pub fn with_backend(self, backend: Backend) -> Self {
        Self { backend: Some(backend), ..self }
    }

    /// The scenario with one threshold more.
    pub fn with_threshold(mut self, threshold: Threshold) -> Self {
        self.thresholds.push(threshold);
        self
    }

    /// The scenario with one throttle of scope plan or platform more.
    pub fn with_throttle(mut self, throttle: Throttle) -> Self {
        self.throttles.push(throttle);
        self
    }

    /// Whether workspaces share more than the rules: servers, limits, or a trace, whose rows are of
    /// many. Those that share nothing are simulated one by one.
    pub fn workspaces_meet(&self) -> bool {
        self.workspaces_depend() || !self.traces.is_empty()
    }

    /// Whether what happens in one workspace depends on the others: they share servers or limits.
    pub fn workspaces_depend(&self) -> bool {
        let shares = |backend: &Backend| backend.scope == BackendScope::Platform;
        self.backend.as_ref().is_some_and(shares) || !self.throttles.is_empty()
    }

    /// The throttles that messages of a group meet: its own, then those over everybody.
    pub fn throttles_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Throttle> {
        group.throttles.iter().chain(&self.throttles)
    }

    /// What is to be said about one of its [idle plans](Self::idle_plans).
    pub fn about_idle_plan(&self, name: &str) -> String {
        let plans = self.groups.iter().flat_map(|group| &group.plans);
        let near = nearest(name, plans.map(|offer| offer.plan.name.as_str()));
        let meant = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        format!(
            "no workspace is ever on the plan `{name}`, which no group and no entry names{meant}"
        )
    }

    /// How its clocks go within the duration, in order, the first from the start on.
    pub fn clocks(&self) -> Vec<ClockChange> {
        clock_changes(&self.timezone, self.start, self.duration)
    }

    /// How results name it.
    pub fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            about: self.about.clone(),
            sha256: self.sha256.clone(),
            start: self.start.to_string(),
            timezone: self.timezone.iana_name().unwrap_or("UTC").to_owned(),
            duration_s: self.duration.as_secs_f64(),
            warm_up_s: self.warm_up.as_secs_f64(),
            warm_up_by: (self.settling != Settling::Given).then(|| Settling::RULE.to_owned()),
            bin_s: self.series_every.as_secs_f64(),
        }
    }
}

/// What becomes of messages in flight when the arrivals stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drain {
    /// They are finished.
    #[default]
    Finish,
    /// They are counted as in flight.
    Cut,
}

/// Workspaces declared together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name; never `all`, which means every group.
    pub name: String,
    /// How many workspaces, at least 1.
    pub count: u32,
    /// Every plan that a workspace of the group can be on, the first of the mix first.
    pub plans: Vec<Offer>,
    /// The plans at the start, as places in `plans`, and their shares, which sum to the whole.
    pub mix: Vec<(usize, Share)>,
    /// Seats of each workspace, drawn once, at least 1.
    pub seats: Distribution,
    /// When each workspace's subscription renews.
    pub billing_anchor: BillingAnchor,
    /// The agents and features of each workspace, line by line; agents first.
    pub lines: Vec<AgentLine>,
    /// Who writes to each workspace as a whole; `None` is nobody.
    pub customers: Option<Customers>,
    /// What traces have for it; `None` if it replays none.
    pub recorded: Option<Recorded>,
    /// Throttles of scope agent and workspace: those of each plan, then the group's, in the order
    /// written. Those of two plans that have the same name are both there.
    pub throttles: Vec<Throttle>,
    /// Who buys packages; `None` is nobody but the timeline.
    pub buying: Option<Buying>,
    /// Shares of the pool at whose use somebody is told, ascending.
    pub alerts: Vec<Share>,
    /// Which agents go when a change of plan leaves too many.
    pub on_downgrade: OnDowngrade,
    /// What happens to its workspaces, in the order written.
    pub timeline: Vec<Occurrence>,
}

/// A plan that a workspace of a group can be on.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The plan.
    pub plan: Plan,
    /// The throttles that hold on it, as places in the group's list: the plan's, then the group's.
    pub throttles: Vec<u16>,
}

/// When each workspace's subscription renews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BillingAnchor {
    /// All of them at the start, and so all at the same instants: a herd.
    #[default]
    SameInstant,
    /// Spread evenly over the period before the start.
    Staggered,
}

impl Group {
    /// `count` workspaces without agents, on the built-in plan, with one seat each.
    pub fn new(name: impl Into<String>, count: u32) -> Self {
        Self {
            name: name.into(),
            count,
            plans: vec![Offer { plan: Plan::unlimited(), throttles: Vec::new() }],
            mix: vec![(0, Share::WHOLE)],
            seats: Distribution::Constant(1.0),
            billing_anchor: BillingAnchor::SameInstant,
            lines: Vec::new(),
            customers: None,
            recorded: None,
            throttles: Vec::new(),
            buying: None,
            alerts: Vec::new(),
            on_downgrade: OnDowngrade::NewestOffline,
            timeline: Vec::new(),
        }
    }

    /// The group on this plan instead of others.
    pub fn on_plan(self, plan: Plan) -> Self {
        self.on_plans([(plan, Share::WHOLE)])
    }

    /// The group on these plans instead of others, each with its share of the workspaces at the
    /// start; the shares sum to the whole. A plan that workspaces come to later has
    /// [`Share::NONE`]. The throttles that the group has already hold on all of them.
    pub fn on_plans(mut self, plans: impl IntoIterator<Item = (Plan, Share)>) -> Self {
        let throttles: Vec<u16> = (0..self.throttles.len()).map(|place| place as u16).collect();
        (self.plans, self.mix) = plans
            .into_iter()
            .enumerate()
            .map(|(place, (plan, share))| {
                (Offer { plan, throttles: throttles.clone() }, (place, share))
            })
            .unzip();
        self
    }

    /// The group with one line of agents, or one feature, more.
    pub fn with_line(mut self, line: AgentLine) -> Self {
        self.lines.push(line);
        self
    }

    /// The group with one throttle more, which holds on every plan.
    pub fn with_throttle(mut self, throttle: Throttle) -> Self {
        let place = self.throttles.len() as u16;
        self.throttles.push(throttle);
        for offer in &mut self.plans {
            offer.throttles.push(place);
        }
        self
    }

    /// Agents that each workspace declares; other features are not among them.
    pub fn agents(&self) -> u32 {
        let agents = self.lines.iter().filter(|line| line.kind == LineKind::Agents);
        agents.map(|line| line.count).sum()
    }

    /// All its traffic: that of its lines, and that of the workspace as a whole.
    pub fn traffic(&self) -> impl Iterator<Item = &Traffic> {
        let whole = self.customers.as_ref().map(|customers| &customers.traffic);
        self.lines.iter().filter_map(|line| line.traffic.as_ref()).chain(whole)
    }

    /// Whether anybody may write to a line.
    pub fn is_written_to(&self, line: &AgentLine) -> bool {
        self.is_addressed(line) || (self.customers.is_some() && line.kind == LineKind::Agents)
    }

    /// Whether anybody may write to a line itself, and not to the workspace.
    pub fn is_addressed(&self, line: &AgentLine) -> bool {
        line.traffic.is_some() || self.recorded_to(line).messages > 0
    }

    /// The messages that traces have for a line of the group, in all workspaces.
    pub fn recorded_to(&self, line: &AgentLine) -> LineSurvey {
        let place = self.lines.iter().position(|it| it.name == line.name);
        let of = self.recorded.as_ref().zip(place);
        of.and_then(|(recorded, place)| recorded.lines.get(place).copied()).unwrap_or_default()
    }

    /// Whether traces have rows of the group for which this holds.
    pub fn records(&self, what: impl FnOnce(&Recorded) -> bool) -> bool {
        self.recorded.as_ref().is_some_and(what)
    }

    /// The plans on which workspaces begin, each with the share of those that do.
    pub fn first_plans(&self) -> impl Iterator<Item = (&Plan, Share)> {
        let begun = self.mix.iter().filter(|(_, share)| *share > Share::NONE);
        begun.map(|&(plan, share)| (&self.plans[plan].plan, share))
    }
}
