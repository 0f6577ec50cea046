//! The figures that are sums, or ratios of sums, over workspaces.

use std::collections::BTreeSet;

use super::cause::{Cause, Causes};
use super::group::GroupFrame;
use super::shadow::Shadows;
use super::tally::Tally;
use super::window::Window;
use super::{credits, damage, money};
use crate::rules::Reason;
use crate::units::SimSpan;

/// How a figure is made from the pairs (x, y) of workspaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Σx.
    Total,
    /// Σx / Σy, a share between 0 and 1.
    Share,
    /// Σx / n, the share of workspaces that have x = 1, not 0.
    Workspaces,
    /// Σx / Σy.
    Mean,
}

/// One figure: its metric, and what each workspace adds to it.
pub struct Ratio {
    /// The metric's key in summary.json.
    pub metric: String,
    /// How x and y are put together.
    pub kind: Kind,
    /// What one unit of x / y is in the metric's unit: 1e-9 for nanoseconds shown in seconds.
    pub scale: f64,
    /// What must be possible in a group for the metric to be there.
    pub(super) need: Need,
    by_time: ByTime,
    x: Sum,
    per: Per,
}

/// What tells of a figure by stretches of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByTime {
    /// What is summed up in workspaces.
    Sums,
    /// The books of servers.
    Servers,
    /// Nothing: it is of one instant, the greatest of something, or what a workspace has come to.
    Nothing,
}

/// What a workspace adds to a sum.
type Sum = Box<dyn Fn(&Tally) -> i128 + Send + Sync>;

/// What a figure is taken over: y.
pub(super) enum Per {
    /// What workspaces counted.
    Counted(Sum),
    /// Each workspace once.
    Workspace,
    /// The length of the window in each workspace \[ns\].
    Window(u64),
}

impl Per {
    pub(super) fn counted(count: impl Fn(&Tally) -> i128 + Send + Sync + 'static) -> Self {
        Self::Counted(Box::new(count))
    }
}

/// What must be possible for a figure to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Need {
    Nothing,
    Cut,
    Patience,
    Slots,
    Churn,
    Waits,
    Plans,
    Trials,
    PlansOrTrials,
    Pool,
    Packages,
    Overage,
    Prices,
    Backend,
    FiniteServers,
    /// One of these causes.
    Causes(Vec<usize>),
    /// One of these causes, where enforcement may not see it.
    Exceeded(Vec<usize>),
    /// This limit that only reports.
    Shadow(usize),
    /// Some limit that only reports.
    Shadows,
    Enforced,
    Audited,
    /// Credits can be out of reach.
    Stranded,
    Unchecked,
    Doubles,
    Losses,
    /// Credits are held for attempts that are under way.
    Holds,
    /// Decisions are made again if what they had read is not so any more.
    Contended,
}

impl Ratio {
    /// Whether a group has this figure.
    pub fn occurs(&self, group: &GroupFrame) -> bool {
        let GroupFrame { features, own_causes: causes, own_shadows: shadows, .. } = group;
        match &self.need {
            Need::Nothing => true,
            Need::Cut => features.cut,
            Need::Patience => features.patience,
            Need::Churn => features.crowded || features.churn,
            Need::Waits => features.waits,
            Need::Plans => features.plans,
            Need::Trials => features.trials,
            Need::PlansOrTrials => features.plans || features.trials,
            Need::Packages => features.packages,
            Need::Overage => features.overage,
            Need::Prices => features.prices,
            Need::Slots => features.slots,
            Need::Pool => features.pool,
            Need::Backend => features.servers.is_some(),
            Need::FiniteServers => features.servers.is_some_and(|servers| servers.is_some()),
            Need::Causes(any) => any.iter().any(|&cause| causes.contains(cause)),
            Need::Exceeded(any) => {
                features.enforced && any.iter().any(|&cause| causes.contains(cause))
            }
            Need::Shadow(shadow) => shadows.contains(*shadow),
            Need::Shadows => !shadows.is_empty(),
            Need::Enforced => features.enforced,
            Need::Audited => features.audited,
            Need::Stranded => features.stranded && features.pool,
            Need::Unchecked => features.unchecked,
            Need::Doubles => features.doubles,
            Need::Losses => features.losses,
            Need::Holds => features.holds && features.pool,
            Need::Contended => features.contended,
        }
    }

    pub(super) fn needs(mut self, need: Need) -> Self {
        self.need = need;
        self
    }

    /// Is not told by stretches of time.
    pub(super) fn undivided(self) -> Self {
        Self { by_time: ByTime::Nothing, ..self }
    }

    /// Whether what is summed up in workspaces adds up over stretches of time, too.
    pub(super) fn divides(&self) -> bool {
        self.by_time == ByTime::Sums
    }

    /// Whether the books of servers tell of it by stretches of time.
    pub fn is_of_servers(&self) -> bool {
        self.by_time == ByTime::Servers
    }

    /// The pair that a finished workspace adds.
    pub fn of(&self, tally: &Tally) -> (i128, i128) {
        let y = match &self.per {
            Per::Counted(count) => count(tally),
            Per::Workspace => 1,
            Per::Window(length) => i128::from(*length),
        };
        ((self.x)(tally), y)
    }

    /// Whether y is counted in workspaces too, not told by who and how long is measured.
    pub(super) const fn is_per_count(&self) -> bool {
        matches!(self.per, Per::Counted(_))
    }

    pub(super) fn total(metric: &str, x: impl Fn(&Tally) -> u64 + Send + Sync + 'static) -> Self {
        Self::new(metric, Kind::Total, 1.0, move |t| i128::from(x(t)), Per::Workspace)
    }

    fn mean(
        metric: &str,
        scale: f64,
        x: impl Fn(&Tally) -> i128 + Send + Sync + 'static,
        y: impl Fn(&Tally) -> i128 + Send + Sync + 'static,
    ) -> Self {
        Self::new(metric, Kind::Mean, scale, x, Per::counted(y))
    }

    pub(super) fn share(
        metric: &str,
        x: impl Fn(&Tally) -> u64 + Send + Sync + 'static,
        y: impl Fn(&Tally) -> u64 + Send + Sync + 'static,
    ) -> Self {
        let y = Per::counted(move |t| i128::from(y(t)));
        Self::new(metric, Kind::Share, 1.0, move |t| i128::from(x(t)), y)
    }

    /// The share that a time has of another one \[ns\].
    pub(super) fn share_of_time(
        metric: &str,
        x: fn(&Tally) -> u128,
        y: fn(&Tally) -> u128,
    ) -> Self {
        let y = Per::counted(move |t| y(t) as i128);
        Self::new(metric, Kind::Share, 1.0, move |t| x(t) as i128, y)
    }

    /// The share of workspaces of which something is true.
    pub(super) fn workspaces(
        metric: &str,
        x: impl Fn(&Tally) -> bool + Send + Sync + 'static,
    ) -> Self {
        let x = move |t: &Tally| i128::from(x(t));
        Self::new(metric, Kind::Workspaces, 1.0, x, Per::Workspace).undivided()
    }

    pub(super) fn new(
        metric: &str,
        kind: Kind,
        scale: f64,
        x: impl Fn(&Tally) -> i128 + Send + Sync + 'static,
        per: Per,
    ) -> Self {
        let (metric, x) = (metric.to_owned(), Box::new(x));
        Self { metric, kind, scale, need: Need::Nothing, by_time: ByTime::Sums, x, per }
    }
}

/// Every such figure, in the order in which results list them; a group has those that
/// [occur](Ratio::occurs) in it.
pub fn ratios(
    window: Window,
    causes: &Causes,
    shadows: &Shadows,
    withins: &[SimSpan],
) -> Vec<Ratio> {
    let length = window.length().nanos();
    let mut all = messages(causes, withins);
    all.extend(attempts(causes));
    all.extend(shadow(shadows));
    all.extend(times());
    all.extend(slots(length));
    all.extend(credits::ratios());
    all.extend(damage::ratios(causes));
    all.extend(money::ratios());
    all.extend(backend(length));
    let hits = |t: &Tally| i128::from(t.hits);
    all.push(Ratio::new("hits_per_workspace.mean", Kind::Mean, 1.0, hits, Per::Workspace));
    all.push(Ratio::workspaces("workspaces.hit.share", |t| t.hits > 0));
    let jain = |t: &Tally| i128::from(t.jain().unwrap_or(0));
    let has_jain = Per::counted(|t| i128::from(t.jain().is_some()));
    all.push(Ratio::new("fairness.jain", Kind::Share, 1e-9, jain, has_jain).undivided());
    all
}

fn messages(causes: &Causes, withins: &[SimSpan]) -> Vec<Ratio> {
    let mut all = vec![
        Ratio::total("messages.offered", |t| t.offered),
        Ratio::total("messages.completed", |t| t.completed),
        Ratio::total("messages.lost", Tally::lost_total),
        Ratio::total("messages.timed_out", |t| t.timed_out).needs(Need::Patience),
        Ratio::total("messages.in_flight", |t| t.in_flight).needs(Need::Cut).undivided(),
        Ratio::share("loss.rate", Tally::lost_total, |t| t.offered),
    ];
    all.extend(by_reason("loss.rate", causes, |t, cause| t.lost[cause], |t| t.offered));
    let waiting = Ratio::share("loss.rate{reason=timed_out}", |t| t.lost_waiting, |t| t.offered);
    all.push(waiting.needs(Need::Patience));
    all.extend(withins.iter().enumerate().map(|(index, within)| {
        let metric = format!("goodput.rate{{within={within}}}");
        Ratio::share(&metric, move |t| t.within[index], |t| t.offered)
    }));
    all
}

fn attempts(causes: &Causes) -> Vec<Ratio> {
    let (offered, made) = (|t: &Tally| i128::from(t.offered), |t: &Tally| i128::from(t.attempts));
    let mut all = vec![
        Ratio::total("attempts.offered", |t| t.attempts),
        Ratio::total("attempts.admitted", |t| t.attempts - t.refused_total()),
        Ratio::total("attempts.refused", Tally::refused_total),
        Ratio::mean("attempts.amplification", 1.0, made, offered),
        Ratio::share("refusal.rate", Tally::refused_total, |t| t.attempts),
    ];
    all.extend(by_reason("refusal.rate", causes, |t, cause| t.refused[cause], |t| t.attempts));
    all.extend(by_limiter(causes));
    all.push(Ratio::share("refusal.first_rate", |t| t.first_refused, |t| t.offered));
    all
}

/// `METRIC{reason=..}` for each reason for which attempts can be refused: what `of` counts for each
/// of its causes, among what `among` counts.
fn by_reason(
    metric: &str,
    causes: &Causes,
    of: fn(&Tally, usize) -> u64,
    among: fn(&Tally) -> u64,
) -> Vec<Ratio> {
    Reason::ALL
        .into_iter()
        .filter(|reason| reason.refuses_attempts())
        .filter_map(|reason| {
            let own = indexes(causes, |cause| cause.reason == reason);
            let counted = own.clone();
            let share = Ratio::share(
                &format!("{metric}{{reason={reason}}}"),
                move |t| counted.iter().map(|&cause| of(t, cause)).sum(),
                among,
            );
            (!own.is_empty()).then(|| share.needs(Need::Causes(own)))
        })
        .collect()
}

/// `refusal.rate{limiter=..}` for each name of a limiter.
fn by_limiter(causes: &Causes) -> Vec<Ratio> {
    limiters(causes)
        .into_iter()
        .map(|name| {
            let own = indexes(causes, |cause| cause.limiter.as_deref() == Some(name));
            let refused = own.clone();
            Ratio::share(
                &format!("refusal.rate{{limiter={name}}}"),
                move |t| refused.iter().map(|&cause| t.refused[cause]).sum(),
                |t| t.attempts,
            )
            .needs(Need::Causes(own))
        })
        .collect()
}

/// The names of limiters.
pub(super) fn limiters(causes: &Causes) -> BTreeSet<&str> {
    causes.iter().filter_map(|cause| cause.limiter.as_deref()).collect()
}

/// What limits that only report would have refused.
fn shadow(shadows: &Shadows) -> Vec<Ratio> {
    let refusals = shadows.names().iter().enumerate().map(|(place, name)| {
        let metric = format!("shadow.refusals{{limiter={name}}}");
        Ratio::total(&metric, move |t| t.shadow[place]).needs(Need::Shadow(place))
    });
    let mut all: Vec<Ratio> = refusals.collect();
    let hit = |t: &Tally| t.shadow.iter().any(|&refusals| refusals > 0);
    all.push(Ratio::workspaces("shadow.workspaces.share", hit).needs(Need::Shadows));
    all.extend(shadows.names().iter().enumerate().map(|(place, name)| {
        let metric = format!("shadow.workspaces.share{{limiter={name}}}");
        Ratio::workspaces(&metric, move |t| t.shadow[place] > 0).needs(Need::Shadow(place))
    }));
    all
}

pub(super) fn indexes(causes: &Causes, wanted: impl Fn(&Cause) -> bool) -> Vec<usize> {
    causes.iter().enumerate().filter(|(_, cause)| wanted(cause)).map(|(index, _)| index).collect()
}

fn times() -> Vec<Ratio> {
    let completed = |t: &Tally| i128::from(t.completed);
    vec![
        Ratio::mean("latency.mean", 1e-9, |t| t.latency as i128, completed),
        Ratio::mean("wait.mean", 1e-9, |t| t.wait as i128, completed),
        Ratio::mean("service.mean", 1e-9, |t| t.service as i128, completed),
        Ratio::mean("decision.mean", 1e-9, |t| t.decision as i128, |t| i128::from(t.decided))
            .needs(Need::Enforced),
        Ratio::share("wait.probability", |t| t.waited, |t| t.completed),
    ]
}

fn slots(length: u64) -> Vec<Ratio> {
    let level = |metric, time: fn(&Tally) -> u128| {
        Ratio::new(metric, Kind::Mean, 1.0, move |t| time(t) as i128, Per::Window(length))
    };
    let admitted = |t: &Tally| i128::from(t.enables_tried - t.enables_refused);
    let excess = |t: &Tally| t.levels.excess_time as i128;
    let (full, limited) = (|t: &Tally| t.levels.full_time, |t: &Tally| t.levels.limited_time);
    vec![
        Ratio::total("creates.tried", |t| t.creates_tried).needs(Need::Churn),
        Ratio::total("creates.refused", |t| t.creates_refused).needs(Need::Churn),
        Ratio::share("create_refusal.rate", |t| t.creates_refused, |t| t.creates_tried)
            .needs(Need::Churn),
        Ratio::total("enables.tried", |t| t.enables_tried),
        Ratio::total("enables.admitted", |t| t.enables_tried - t.enables_refused),
        Ratio::total("enables.refused", |t| t.enables_refused),
        Ratio::share("enable_refusal.rate", |t| t.enables_refused, |t| t.enables_tried),
        level("active.mean", |t| t.levels.active_time),
        level("agents.draft.mean", |t| t.levels.draft_time),
        level("agents.offline.mean", |t| t.levels.offline_time),
        Ratio::share_of_time("active.full_time_share", full, limited).needs(Need::Slots),
        Ratio::new("active.over_limit.time", Kind::Mean, 1e-9, excess, Per::Workspace)
            .needs(Need::Slots),
        Ratio::mean("enables.wait.mean", 1e-9, |t| t.enables_wait as i128, admitted)
            .needs(Need::Waits),
        Ratio::share(
            "enables.wait.probability",
            |t| t.enables_waited,
            |t| t.enables_tried - t.enables_refused,
        )
        .needs(Need::Waits),
        Ratio::total("enables.waiting", |t| t.enables_waiting).needs(Need::Waits).undivided(),
        Ratio::total("plans.changed", |t| t.plans_changed).needs(Need::Plans),
        Ratio::total("trials.ended", |t| t.trials_ended).needs(Need::Trials),
        Ratio::total("agents.taken_offline", |t| t.taken_offline).needs(Need::PlansOrTrials),
    ]
}

/// Of servers that each workspace has by itself. What they have to do is booked when it comes to them, so by
/// stretches of time their own books tell of it.
fn backend(length: u64) -> Vec<Ratio> {
    let busy = |t: &Tally| t.backend_busy as i128;
    let waiting = |t: &Tally| t.backend_waiting as i128;
    let in_system = |t: &Tally| (t.backend_waiting + t.backend_busy) as i128;
    let served = |t: &Tally| i128::from(t.backend_served);
    let (capacity, time) = (Per::counted(|t| t.backend_capacity as i128), || Per::Window(length));
    let of = |metric, scale, x: fn(&Tally) -> i128, per, need| {
        let figure = Ratio::new(metric, Kind::Mean, scale, x, per).needs(need);
        Ratio { by_time: ByTime::Servers, ..figure }
    };
    vec![
        // Above 1 where servers go that finish what they serve.
        of("backend.utilisation", 1.0, busy, capacity, Need::FiniteServers),
        of("backend.queue.mean", 1.0, waiting, time(), Need::Backend),
        of("backend.in_system.mean", 1.0, in_system, time(), Need::Backend),
        of("backend.throughput", 1e9, served, time(), Need::Backend),
    ]
}
