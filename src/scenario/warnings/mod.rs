//! What is legal and yet hardly meant.

mod backend;
mod bounds;
mod customers;
mod enforcement;
mod limits;
mod thresholds;

use self::customers::{can_queue, customers};
use self::limits::{limits, limits_over_everybody};
use self::thresholds::thresholds;
use super::estimate::{
    active_credits, books_on, can_buy, messages_per_second, open_messages_per_second,
    open_messages_per_workspace, servers_wanted,
};
use super::model::{Backend, BackendScope, Group, Scenario};
use super::occurs::{all_can_be_away, can_be_away, can_occur, whoever_can_be_away};
use super::words::{counted, grouped, number, rounded, span};
use crate::random::Distribution;
use crate::rules::limiter::OnExceed;
use crate::rules::{Below, Plan, Reason, ShareTerms};
use crate::units::{Share, SimSpan};
use crate::workload::{Action, LineKind, OnRefused, Traffic, TrafficKind};

/// The plan that is built in and counts no credits on purpose.
const UNLIMITED: &str = "unlimited";

/// How often an agent may try again for a slot before it is worth a word: once a second.
const BUSY_RETRY: SimSpan = SimSpan::SECOND;

/// What is legal and yet hardly meant: a backend that cannot keep up, a pool that cannot last.
///
/// Each is a sentence without a full stop. What is expected is worked out as
/// [`describe`](super::describe) does.
pub fn warnings(scenario: &Scenario) -> Vec<String> {
    let mut warnings = Vec::new();
    if messages_per_second(scenario) <= 0.0 && !is_about_agents(scenario) {
        let none = scenario.groups.iter().all(|group| group.traffic().next().is_none());
        let why = match (none, scenario.traces.is_empty()) {
            (true, true) => "no group has `traffic`",
            (true, false) => "no trace has a message before the end of the duration",
            (false, _) => "all `traffic` comes to nothing",
        };
        warnings.push(format!("nobody writes to any agent: {why}"));
    }
    warnings.extend(scenario.idle_plans.iter().map(|plan| scenario.about_idle_plan(plan)));
    if let Some(backend) = &scenario.backend {
        utilisation(scenario, backend, &mut warnings);
        self::backend::backend(scenario, backend, &mut warnings);
    }
    for group in &scenario.groups {
        agents(group, &mut warnings);
        credits(scenario, group, &mut warnings);
        purchases(group, &mut warnings);
        trials(scenario, group, &mut warnings);
        limits(scenario, group, &mut warnings);
        tails(group, &mut warnings);
        thoughtless(scenario, group, &mut warnings);
        customers(scenario, group, &mut warnings);
        shares(group, &mut warnings);
    }
    limits_over_everybody(scenario, &mut warnings);
    self::enforcement::enforcement(scenario, &mut warnings);
    missing_figures(scenario, &mut warnings);
    thresholds(scenario, &mut warnings);
    warnings
}

/// Whether a scenario asks about agents and plans, for which nobody has to write.
fn is_about_agents(scenario: &Scenario) -> bool {
    let families = ["agents.", "active.", "enable", "create", "plans.", "trials."];
    let mut thresholds = scenario.thresholds.iter();
    thresholds.any(|it| families.iter().any(|family| it.metric.starts_with(family)))
}

fn utilisation(scenario: &Scenario, backend: &Backend, warnings: &mut Vec<String>) {
    let Some(servers) = backend.servers else { return };
    let mut compare = |messages: f64, whose: &str| {
        let busy = servers_wanted(backend, messages);
        if busy >= f64::from(servers) {
            warnings.push(format!(
                "the backend{whose} cannot keep up if nothing is refused: {} servers would be \
                 busy, and there are {}",
                number(busy),
                grouped(u64::from(servers))
            ));
        }
    };
    match backend.scope {
        BackendScope::Platform => compare(open_messages_per_second(scenario), ""),
        BackendScope::Workspace => {
            for group in &scenario.groups {
                let whose = format!(" of a workspace in `{}`", group.name);
                compare(open_messages_per_workspace(scenario, group), &whose);
            }
        }
    }
}

/// The plans on which workspaces begin.
fn first_plans(group: &Group) -> impl Iterator<Item = &Plan> {
    group.first_plans().map(|(plan, _)| plan)
}

fn agents(group: &Group, warnings: &mut Vec<String>) {
    let agents = group.agents();
    for plan in first_plans(group).filter(|plan| agents > plan.total_agents) {
        let whose = if group.mix.len() == 1 {
            "its plan".to_owned()
        } else {
            format!("the plan `{}`", plan.name)
        };
        warnings.push(format!(
            "`{}` has {} in each workspace, and {whose} holds {}: the others are refused",
            group.name,
            counted(u64::from(agents), "agent"),
            grouped(u64::from(plan.total_agents))
        ));
    }
    let is_short = |plan: &Plan| {
        plan.on_exceed == OnExceed::Refuse && plan.active_agents.is_some_and(|it| agents > it)
    };
    let slots_are_short = first_plans(group).any(is_short);
    for line in &group.lines {
        let every = line.activity.as_ref().map(|activity| activity.on_refused);
        if let Some(OnRefused::RetryEvery(every)) = every
            && every < BUSY_RETRY
            && slots_are_short
        {
            warnings.push(format!(
                "agents `{}` of `{}` that find no slot try again every {}: such loops make most \
                 of the run's work",
                line.name,
                group.name,
                span(every.nanos() as f64)
            ));
        }
    }
}

/// On which plan of a mix a workspace is.
fn on(group: &Group, plan: &Plan) -> String {
    if group.mix.len() == 1 { String::new() } else { format!(" on `{}`", plan.name) }
}

/// Pools that cannot last, or may not: that do only because agents are not always active.
fn credits(scenario: &Scenario, group: &Group, warnings: &mut Vec<String>) {
    for plan in first_plans(group) {
        let Some(books) = books_on(scenario, group, plan) else { continue };
        if !books.is_exceeded_by(books.wanted) {
            continue;
        }
        let mut there = vec![format!(
            "{}{} credits over {}",
            if books.about { "about " } else { "" },
            number(books.held),
            span(books.over.nanos() as f64)
        )];
        there.extend(books.more.clauses());
        let active = active_credits(scenario, group, plan, books);
        let told = if active < 0.995 * books.wanted {
            format!(" (about {} after slots and activity)", rounded(active))
        } else {
            String::new()
        };
        warnings.push(format!(
            "the pool of a workspace in `{}`{} {} last{}: {}, and always active agents would use \
             {}{told}",
            group.name,
            on(group, plan),
            if books.is_exceeded_by(active) { "cannot" } else { "may not" },
            if books.more.by_hand { " unless somebody buys" } else { "" },
            there.join(", "),
            number(books.wanted)
        ));
    }
}

/// Shares of a pool that leave nothing, or change nothing.
fn shares(group: &Group, warnings: &mut Vec<String>) {
    if !all_plans(group).any(|plan| plan.credits.is_some()) {
        return;
    }
    for line in group.lines.iter().filter(|line| line.cost.mean() > 0.0) {
        let whose = format!("`{}` in `{}`", line.name, group.name);
        match line.share {
            Some(ShareTerms { at_most: Some(Share::NONE), .. }) => warnings.push(format!(
                "{whose} may use nothing of the pool, since its `share` is 0%: what costs anything \
                 is refused"
            )),
            Some(ShareTerms { at_least: Share::NONE, at_most: None }) => warnings.push(format!(
                "the `share` of {whose} changes nothing: it keeps 0% of the pool, and caps nothing"
            )),
            _ => {}
        }
    }
}

/// Automatic purchases for which no balance is ever low enough.
fn purchases(group: &Group, warnings: &mut Vec<String>) {
    let auto = group.buying.as_ref().and_then(|buying| buying.auto.as_ref());
    for plan in first_plans(group) {
        if let (Some(auto), Some(allowance)) = (auto, &plan.credits)
            && let Some(Below::Share(share)) = auto.below
            && !can_buy(auto, allowance)
        {
            warnings.push(format!(
                "`auto_buy` never buys in `{}`{}: {share} of the included credits is nothing where \
                 none are included; write an amount, or `on_refusal: true`",
                group.name,
                on(group, plan)
            ));
        }
    }
}

/// Trials that end with nobody who could have subscribed.
fn trials(scenario: &Scenario, group: &Group, warnings: &mut Vec<String>) {
    let leaves = |action: &Action| matches!(action, Action::SetPlan(_) | Action::Subscribe(_));
    let recorded = group.records(|it| it.plans > 0);
    if recorded || group.timeline.iter().any(|occurrence| leaves(&occurrence.action)) {
        return;
    }
    for plan in first_plans(group) {
        if let Some(trial) = plan.trial.filter(|&trial| trial < scenario.duration) {
            warnings.push(format!(
                "the trial `{}` ends after {} in every workspace of `{}` that is on it: no entry \
                 of `timeline` has `subscribe` or `set_plan` for them",
                plan.name,
                span(trial.nanos() as f64),
                group.name
            ));
        }
    }
}

/// The plans that any workspace can be on, by the timeline too.
fn all_plans(group: &Group) -> impl Iterator<Item = &Plan> {
    let nobody = |place: usize| group.mix.contains(&(place, Share::NONE));
    let plans = group.plans.iter().enumerate();
    plans.filter(move |&(place, _)| !nobody(place)).map(|(_, offer)| &offer.plan)
}

/// Whether a metric tells of credits, so that a plan without a figure leaves it without a meaning.
fn is_of_credits(metric: &str) -> bool {
    let of_credits = ["credits.", "alerts.", "packages."];
    of_credits.iter().any(|family| metric.starts_with(family))
        || metric.contains("=credits_exhausted")
        || metric.contains("=share_exhausted")
}

/// Plans without a figure for credits, as presets have them where none is published, in a scenario
/// that is about credits.
fn missing_figures(scenario: &Scenario, warnings: &mut Vec<String>) {
    let counts = |plan: &Plan| plan.credits.is_some();
    let counted = scenario.groups.iter().any(|group| all_plans(group).any(counts));
    let plans = scenario.groups.iter().flat_map(|group| {
        let without = all_plans(group).filter(|&plan| !counts(plan) && plan.name != UNLIMITED);
        without.map(move |plan| (group, plan))
    });
    for (group, plan) in plans {
        let asked = scenario.thresholds.iter().any(|threshold| {
            let meant = group.selected(&threshold.of);
            let has_it =
                |it: std::borrow::Cow<'_, Group>| all_plans(&it).any(|it| it.name == plan.name);
            meant.is_some_and(has_it) && is_of_credits(&threshold.metric)
        });
        if counted || asked {
            let (plan, name) = (&plan.name, &group.name);
            warnings.push(format!(
                "the plan `{plan}` has no `credits`, so none are counted in `{name}`: give it a \
                 figure, such as `plans.{plan}.credits.included`"
            ));
        }
    }
}

/// Distributions whose mean does not exist: no run is long enough for them.
fn tails(group: &Group, warnings: &mut Vec<String>) {
    let endless = |distribution: &Distribution| distribution.mean().is_infinite();
    for line in &group.lines {
        if endless(&line.cost) {
            warnings.push(format!(
                "the cost of `{}` in `{}` has no mean: its Pareto shape is at most 1",
                line.name, group.name
            ));
        }
    }
    for (whose, traffic) in written(group) {
        let times = match &traffic.kind {
            TrafficKind::Interarrival(law) => Some(("time between messages", law)),
            TrafficKind::Sessions { think, .. } | TrafficKind::Closed { think, .. } => {
                Some(("think time", think))
            }
            TrafficKind::Rate(_) | TrafficKind::Custom(_) => None,
        };
        if let Some((what, law)) = times
            && endless(law)
        {
            warnings
                .push(format!("the {what} of {whose} has no mean: its Pareto shape is at most 1"));
        }
    }
}

/// The traffic of a group, and whose each is.
fn written(group: &Group) -> impl Iterator<Item = (String, &Traffic)> {
    let of_lines = group.lines.iter().filter_map(|line| {
        Some((format!("`{}` in `{}`", line.name, group.name), line.traffic.as_ref()?))
    });
    let whole = group.customers.as_ref();
    of_lines.chain(whole.map(|all| (format!("the workspaces of `{}`", group.name), &all.traffic)))
}

/// Users who take no time to write again: one who is refused does so for ever in no time.
fn thoughtless(scenario: &Scenario, group: &Group, warnings: &mut Vec<String>) {
    let reasons = [
        Reason::TrialEnded,
        Reason::AgentNotActive,
        Reason::RateLimited,
        Reason::ConcurrencyLimited,
        Reason::CreditsExhausted,
        Reason::ShareExhausted,
        Reason::Overloaded,
        Reason::EnforcementUnavailable,
    ];
    let backend = scenario.backend.as_ref();
    let leaves_at_once = backend.is_some_and(|backend| backend.network_delay.is_zero());
    let leaves_at_once = leaves_at_once && can_queue(scenario, group);
    let mut warn = |whose: &str, why: &str| {
        warnings.push(format!(
            "users of {whose} {why} writes again for ever in no time, and the run ends there"
        ));
    };
    let never_thinks = |traffic: &Traffic| match &traffic.kind {
        TrafficKind::Closed { think, .. } => think.mean() <= 0.0,
        _ => false,
    };
    let refused = "do not think: one who is refused";
    for line in &group.lines {
        if !line.traffic.as_ref().is_some_and(never_thinks) {
            continue;
        }
        let occurs = |reason| match reason {
            Reason::AgentNotActive => can_be_away(scenario, group, line),
            other => can_occur(scenario, group, other),
        };
        let loops = |reason| occurs(reason) && !line.lingers(reason);
        let whose = format!("`{}` in `{}`", line.name, group.name);
        if reasons.into_iter().any(loops) {
            warn(&whose, refused);
        } else if leaves_at_once && line.has_no_patience() {
            warn(&whose, "neither think nor wait: one who finds no free server");
        }
    }
    let customers = group.customers.as_ref().filter(|all| never_thinks(&all.traffic));
    let occurs = |reason| match reason {
        Reason::AgentNotActive => {
            all_can_be_away(group)
                || group.lines.iter().any(|it| whoever_can_be_away(scenario, group, it))
        }
        other => can_occur(scenario, group, other),
    };
    let agents = || group.lines.iter().filter(|line| line.kind == LineKind::Agents);
    let loops = |reason| occurs(reason) && agents().any(|line| !line.lingers(reason));
    if customers.is_some() && reasons.into_iter().any(loops) {
        warn(&format!("the workspaces of `{}`", group.name), refused);
    }
}

#[cfg(test)]
mod tests;
