//! What is legal and yet hardly meant.

mod limits;
mod thresholds;

use self::limits::limits;
use self::thresholds::thresholds;
use super::estimate::{
    active_credits, books_on, messages_per_second, open_messages_per_second,
    open_messages_per_workspace, servers_wanted,
};
use super::model::{Backend, BackendScope, Group, Scenario};
use super::words::{counted, grouped, number, rounded, span};
use crate::random::Distribution;
use crate::rules::{Overage, Plan};
use crate::units::{Share, SimSpan};
use crate::workload::{Action, OnRefused, TrafficKind};

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
        let traffic = scenario.groups.iter().flat_map(|group| &group.lines);
        let none = traffic.map(|line| &line.traffic).all(Option::is_none);
        let why = if none { "no group has `traffic`" } else { "all `traffic` comes to nothing" };
        warnings.push(format!("nobody writes to any agent: {why}"));
    }
    if let Some(backend) = &scenario.backend {
        utilisation(scenario, backend, &mut warnings);
    }
    for group in &scenario.groups {
        agents(group, &mut warnings);
        credits(scenario, group, &mut warnings);
        trials(scenario, group, &mut warnings);
        limits(scenario, group, &mut warnings);
        tails(group, &mut warnings);
        thoughtless(scenario, group, &mut warnings);
    }
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

/// The plans at the start that any workspace can be on.
fn first_plans(group: &Group) -> impl Iterator<Item = &Plan> {
    group.first_plans().filter(|&(_, share)| share > Share::NONE).map(|(plan, _)| plan)
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
    let slots_are_short =
        first_plans(group).any(|plan| plan.active_agents.is_some_and(|limit| agents > limit));
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

fn credits(scenario: &Scenario, group: &Group, warnings: &mut Vec<String>) {
    for plan in first_plans(group) {
        let Some(books) = books_on(scenario, group, plan) else { continue };
        let any_overage = plan.credits.as_ref().map(|it| it.overage) == Some(Overage::Unlimited);
        if books.wanted <= books.held || any_overage {
            continue;
        }
        let on = match group.mix.len() {
            1 => String::new(),
            _ => format!(" on `{}`", plan.name),
        };
        let active = active_credits(scenario, group, plan, books);
        let told = if active < 0.995 * books.wanted {
            format!(" (about {} after slots and activity)", rounded(active))
        } else {
            String::new()
        };
        warnings.push(format!(
            "the pool of a workspace in `{}`{on} {} last: {}{} credits over {}, and always \
             active agents would use {}{told}",
            group.name,
            if active > books.held { "cannot" } else { "may not" },
            if books.about { "about " } else { "" },
            number(books.held),
            span(books.over.nanos() as f64),
            number(books.wanted)
        ));
    }
}

/// Trials that end with nobody who could have subscribed.
fn trials(scenario: &Scenario, group: &Group, warnings: &mut Vec<String>) {
    let leaves = |action: &Action| matches!(action, Action::SetPlan(_) | Action::Subscribe(_));
    if group.timeline.iter().any(|occurrence| leaves(&occurrence.action)) {
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
            let meant = threshold.group.as_ref().is_none_or(|name| *name == group.name);
            meant && is_of_credits(&threshold.metric)
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
        let times = match line.traffic.as_ref().map(|traffic| &traffic.kind) {
            Some(TrafficKind::Interarrival(law)) => Some(("time between messages", law)),
            Some(TrafficKind::Sessions { think, .. } | TrafficKind::Closed { think, .. }) => {
                Some(("think time", think))
            }
            Some(TrafficKind::Rate(_)) | None => None,
        };
        if let Some((what, law)) = times
            && endless(law)
        {
            warnings.push(format!(
                "the {what} of `{}` in `{}` has no mean: its Pareto shape is at most 1",
                line.name, group.name
            ));
        }
    }
}

/// Users who take no time to write again: one who is refused does so for ever in no time.
fn thoughtless(scenario: &Scenario, group: &Group, warnings: &mut Vec<String>) {
    let backend = scenario.backend.as_ref();
    let can_refuse = group.plans.iter().any(|offer| offer.plan.credits.is_some())
        || !group.throttles.is_empty()
        || backend.is_some_and(|it| it.servers.is_some() && it.queue_limit.is_some());
    for line in group.lines.iter().filter(|_| can_refuse) {
        if let Some(TrafficKind::Closed { think, .. }) = line.traffic.as_ref().map(|it| &it.kind)
            && think.mean() <= 0.0
        {
            warnings.push(format!(
                "users of `{}` in `{}` do not think: one who is refused writes again for ever in \
                 no time, and the run ends there",
                line.name, group.name
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Override, parse};
    use super::*;

    const CALM: &str = "
limitlab: 1
name: calm
duration: 1d
plans:
  small: { active_agents: 2, total_agents: 10, credits: { included: 300 } }
workspaces:
  - group: shops
    count: 100
    plan: small
    agents: [{ name: sales, count: 2, traffic: { rate: 6/h }, activity: { active: 1h } }]
    fair_use: [{ name: burst, token_bucket: { rate: 1/min, burst: 5 } }]
backend: { servers: 10, service_time: 1s }
thresholds: [credits.consumed > 1]
";

    fn warned(set: &[&str]) -> Vec<String> {
        let overrides: Vec<Override> = set.iter().copied().map(Override::set).collect();
        warnings(&parse("x.yaml", CALM, &overrides).unwrap_or_else(|error| panic!("{error}")))
    }

    #[test]
    fn a_calm_scenario_has_no_warnings() {
        assert_eq!(warned(&[]), Vec::<String>::new());
        assert_eq!(warned(&["plans.small.trial=1d"]), Vec::<String>::new());
        let subscribed = ["plans.small.trial=12h", "timeline=[{ at: 6h, subscribe: small }]"];
        assert_eq!(warned(&subscribed), Vec::<String>::new());
    }

    #[test]
    fn plans_without_a_figure_are_named_where_credits_matter() {
        let two = "{ limitlab: 1, name: x, duration: 1d, plans: { a: {}, b: {} }, workspaces: [
            { group: one, plan: a, agents: [{ name: s, traffic: { rate: 1/h } }] },
            { group: two, plan: b, agents: [{ name: s, traffic: { rate: 1/h } }] },
            { group: free, agents: [{ name: s, traffic: { rate: 1/h } }] }] }";
        let groups = |set: &str| {
            let scenario = parse("x.yaml", two, &[Override::set(set)]).unwrap();
            let warned = warnings(&scenario);
            let named = warned.iter().filter(|text| text.contains("has no `credits`"));
            named.map(|text| text.split('`').nth(5).unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(groups("seed=2").is_empty());
        assert_eq!(groups("plans.b.credits.included=9_000"), ["one"]);
        assert_eq!(groups("thresholds=['credits.consumed > 1']"), ["one", "two"]);
        assert_eq!(groups("thresholds=['credits.consumed{group=two} > 1']"), ["two"]);
    }

    /// That what is set makes each of these warnings.
    fn assert_warned(cases: &[(&[&str], &str)]) {
        for &(set, warning) in cases {
            let warned = warned(set);
            assert!(warned.iter().any(|text| text.contains(warning)), "{set:?}: {warned:#?}");
        }
    }

    #[test]
    fn limits_that_never_bind_and_thresholds_that_cannot_fail() {
        assert_warned(&[
            (
                &["workspaces.shops.agents.sales.activity={}", "plans.small.credits.included=200"],
                "the pool of a workspace in `shops` cannot last: 200 credits over 1d, and always active agents would use 288",
            ),
            (
                &["workspaces.shops.fair_use.burst.token_bucket={ rate: 1/s, burst: 50 }"],
                "the limit `burst` of `shops` never binds: a workspace gets 0.333% of its rate, and hardly ever 50 at once",
            ),
            (
                &[
                    "backend.queue={}",
                    "workspaces.shops.fair_use=[{ name: flight, concurrency: { limit: 2 } }]",
                    "workspaces.shops.agents=[{ name: a, traffic: { closed: { users: 2, think: 1m } } }]",
                ],
                "the limit `flight` of `shops` never binds: at most 2 users wait for replies at once",
            ),
            (
                &["thresholds=['refusal.rate{reason=overloaded} < 1%']"],
                "`refusal.rate{reason=overloaded} < 1%` always holds: no backend has a `queue` with a `limit`",
            ),
            (
                &["thresholds=['refusal.rate{group=shops,reason=share_exhausted} > 1%']"],
                "always fails: no agent or feature has a `share` of the pool",
            ),
            (
                &["thresholds=['refusal.rate{reason=active_agent_limit} == 0']"],
                "always holds: no plan has fewer slots than there are agents",
            ),
        ]);
    }

    #[test]
    fn each_warning_has_its_cause() {
        assert_warned(&[
            (&["workspaces.shops.count=10_000"], "the backend cannot keep up if nothing is"),
            (&["backend.scope=workspace", "backend.service_time=1h"], "of a workspace in `shops`"),
            (
                &["plans.small.credits.included=200"],
                "the pool of a workspace in `shops` may not last: 200 credits over 1d, and always active agents would use 288 (about 12 after slots and activity)",
            ),
            (
                &["workspaces.shops.agents.sales.cost={ pareto: { minimum: 1, shape: 1 } }"],
                "has no mean",
            ),
            (
                &["workspaces.shops.agents.sales.count=11"],
                "has 11 agents in each workspace, and its plan holds 10",
            ),
            (
                &["workspaces.shops.fair_use.burst.token_bucket.rate=1/h"],
                "the limit `burst` admits 1/h",
            ),
            (
                &[
                    "workspaces.shops.agents.sales.activity.on_refused={ retry_every: 1ms }",
                    "workspaces.shops.agents.sales.count=3",
                ],
                "find no slot try again every 1ms",
            ),
            (
                &["plans.bare={ active_agents: 2 }", "workspaces.shops.plan=bare"],
                "the plan `bare` has no `credits`, so none are counted in `shops`: give it a figure, such as `plans.bare.credits.included`",
            ),
            (
                &["plans.small.trial=12h"],
                "the trial `small` ends after 12h in every workspace of `shops` that is on it",
            ),
            (
                &[
                    "plans.tiny={ credits: { included: 9 } }",
                    "workspaces.shops.plan={ small: 80%, tiny: 20% }",
                ],
                "the pool of a workspace in `shops` on `tiny` cannot last: 9 credits over 1d, and always active agents would use 288 (about 12 after slots and activity)",
            ),
            (
                &["timeline=[{ at: 0s, for: 12h, share: 50%, traffic: 3x }]"],
                "always active agents would use 432",
            ),
            (&["workspaces.shops.plan=unlimited"], "no plan of these workspaces counts credits"),
            (&["workspaces.shops.agents=[{ name: idle }]"], "nobody writes to any agent"),
        ]);
    }
}
