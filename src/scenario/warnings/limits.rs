//! Limits that bind all the time, and limits that never do.

use super::super::estimate::{agents, drawn_for_lines, messages_per_workspace};
use super::super::model::{Group, Scenario};
use super::super::words::number;
use super::bounds::{hits, may_retry, steady, users};
use crate::random::{Distribution, Key};
use crate::rules::limiter::{OnExceed, Quota, Throttle, ThrottleScope, Weight};
use crate::units::{Rate, SimSpan};

/// A limit that is hit less often than this in a whole run never binds.
const HARDLY_EVER: f64 = 0.01;

/// So many costs are drawn to tell how many are too high.
const COSTS: u64 = 8_192;
/// Where fewer messages than this share can never pass, they may be meant.
const MANY: f64 = 0.01;

/// Appends what is to be said about the limits of a group.
pub(super) fn limits(scenario: &Scenario, group: &Group, warnings: &mut Vec<String>) {
    let name = &group.name;
    for throttle in &group.throttles {
        let whose = format!("`{}` of `{name}`", throttle.name);
        warnings.extend(too_small_a_burst(throttle, &whose));
        too_heavy(group, throttle, warnings);
        let (written, place) = if throttle.scope == ThrottleScope::Agent {
            (messages_to_an_agent(scenario, group), format!("for each agent of `{name}`"))
        } else {
            (messages_per_workspace(scenario, group), format!("in each workspace of `{name}`"))
        };
        if let Some(told) = overrun(scenario, throttle, &place, written) {
            warnings.push(told);
        } else if let Some(why) = never_binds(scenario, &[group], throttle) {
            warnings.push(format!("the limit {whose} never binds: {why}"));
        }
    }
}

/// Appends what is to be said about the limits over all workspaces.
pub(super) fn limits_over_everybody(scenario: &Scenario, warnings: &mut Vec<String>) {
    for throttle in &scenario.throttles {
        let whose = format!("`{}` over everybody", throttle.name);
        warnings.extend(too_small_a_burst(throttle, &whose));
        for group in &scenario.groups {
            too_heavy(group, throttle, warnings);
        }
        if let Some(told) = overrun_by_everybody(scenario, throttle) {
            warnings.push(told);
            continue;
        }
        let groups: Vec<&Group> = scenario.groups.iter().collect();
        if let Some(why) = never_binds(scenario, &groups, throttle) {
            warnings.push(format!("the limit {whose} never binds: {why}"));
        }
    }
}

/// That more comes to a limit over everybody than it admits.
fn overrun_by_everybody(scenario: &Scenario, throttle: &Throttle) -> Option<String> {
    let all = |share: &dyn Fn(&Group) -> f64| -> f64 {
        let groups = scenario.groups.iter();
        groups.map(|it| passing(scenario, it) * f64::from(it.count) * share(it)).sum()
    };
    if throttle.scope != ThrottleScope::Plan {
        return overrun(scenario, throttle, "for all workspaces together", all(&|_| 1.0));
    }
    // Who comes to another plan later is not counted anywhere.
    if scenario.groups.iter().any(|group| group.mix.len() != group.plans.len()) {
        return None;
    }
    let plans = scenario.groups.iter().flat_map(Group::first_plans);
    let mut names: Vec<&str> = plans.map(|(plan, _)| plan.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().find_map(|name| {
        let share = |group: &Group| {
            let own = group.first_plans().filter(|(plan, _)| plan.name == name);
            own.map(|(_, share)| share.as_f64()).sum()
        };
        let place = format!("for all workspaces on `{name}` together");
        overrun(scenario, throttle, &place, all(&share))
    })
}

/// Messages of each workspace of a group that its own limits let through in the long run at most
/// \[1/s\].
fn passing(scenario: &Scenario, group: &Group) -> f64 {
    let own = group
        .throttles
        .iter()
        .filter(|it| it.scope == ThrottleScope::Workspace && it.on_exceed == OnExceed::Refuse);
    let admitted = own.filter_map(pace).map(|it| it.at_most(scenario));
    admitted.fold(messages_per_workspace(scenario, group), f64::min)
}

/// Messages to an agent of the line that gets most \[1/s\]. Those of customers of the workspace,
/// which go to whoever is active, are not counted.
fn messages_to_an_agent(scenario: &Scenario, group: &Group) -> f64 {
    let drawn = drawn_for_lines(scenario, group);
    let each = drawn.iter().zip(agents(scenario, group)).filter(|(_, agents)| *agents > 0.0);
    each.map(|(drawn, agents)| drawn / agents / scenario.duration.as_secs_f64()).fold(0.0, f64::max)
}

/// That more is written than a limit admits in all of the duration.
fn overrun(scenario: &Scenario, throttle: &Throttle, place: &str, written: f64) -> Option<String> {
    let admitted = pace(throttle)?;
    let to_each = if throttle.scope == ThrottleScope::Agent { " to one" } else { "" };
    (written > admitted.at_most(scenario)).then(|| {
        format!(
            "the limit `{}` admits {} {place}, and customers write {}{}{to_each}",
            throttle.name,
            admitted.said,
            number(written * admitted.seconds),
            admitted.unit
        )
    })
}

/// How much a limit of a rate admits.
struct Pace {
    /// In the long run \[1/s\].
    per_second: f64,
    /// Besides that, at once.
    head: f64,
    /// In words: `12/h`, `100 in 1h`.
    said: String,
    /// What follows a number of messages in the same words: `/h`, ` in 1h`.
    unit: String,
    /// The time that these are counted in.
    seconds: f64,
}

impl Pace {
    /// What passes in a whole run at most \[1/s\].
    fn at_most(&self, scenario: &Scenario) -> f64 {
        self.per_second + self.head / scenario.duration.as_secs_f64()
    }

    /// So much at a time, and `head` at once.
    fn of_windows(limit: f64, per: SimSpan, head: f64) -> Self {
        let seconds = per.as_secs_f64();
        let (said, unit) = (format!("{} in {per}", number(limit)), format!(" in {per}"));
        Self { per_second: limit / seconds, head, said, unit, seconds }
    }

    fn of_rate(rate: Rate, head: f64) -> Self {
        let said = rate.to_string();
        let unit = said.split_once('/').map_or("s", |(_, unit)| unit);
        let seconds = match unit {
            "s" => 1.0,
            "min" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            // A rate is spelt with one of these or a span.
            other => other.parse::<SimSpan>().map_or(1.0, SimSpan::as_secs_f64),
        };
        Self { per_second: rate.per_second(), head, unit: format!("/{unit}"), said, seconds }
    }
}

/// How many messages a limit of a rate admits; `None` for other limits.
fn pace(throttle: &Throttle) -> Option<Pace> {
    if throttle.weight == Weight::Credits {
        return None;
    }
    let whole = |thousandths: u64| thousandths as f64 / 1e3;
    match throttle.quota {
        Quota::TokenBucket { rate, burst_thousandths, refill_every } => {
            let burst = whole(burst_thousandths);
            Some(match refill_every.filter(|every| is_lost(rate, burst, every.as_secs_f64())) {
                Some(every) => Pace::of_windows(burst, every, burst),
                None => Pace::of_rate(rate, burst),
            })
        }
        Quota::LeakyBucket { rate, burst_thousandths, .. } => {
            Some(Pace::of_rate(rate, whole(burst_thousandths) + 1.0))
        }
        Quota::FixedWindow { limit_thousandths, per, .. }
        | Quota::SlidingWindow { limit_thousandths, per }
        | Quota::SlidingCounter { limit_thousandths, per, .. } => {
            let limit = whole(limit_thousandths);
            Some(Pace::of_windows(limit, per, limit))
        }
        Quota::Concurrency { .. } | Quota::Custom(_) => None,
    }
}

/// Whether a bucket has no room for what comes back in `every` seconds.
fn is_lost(rate: Rate, burst: f64, every: f64) -> bool {
    burst * (1.0 + 1e-9) < rate.per_second() * every
}

/// That a bucket has no room for what comes back at once.
fn too_small_a_burst(throttle: &Throttle, whose: &str) -> Option<String> {
    let Quota::TokenBucket { rate, burst_thousandths, refill_every: Some(every) } = throttle.quota
    else {
        return None;
    };
    let burst = burst_thousandths as f64 / 1e3;
    let back = rate.per_second() * every.as_secs_f64();
    is_lost(rate, burst, every.as_secs_f64()).then(|| {
        format!(
            "the limit {whose} has room for {burst} of the {} that come back every {every}: it \
             admits {burst} in {every}, and not {rate}",
            number(back),
            burst = number(burst),
        )
    })
}

/// Messages that cost more than a limit ever admits at once.
fn too_heavy(group: &Group, throttle: &Throttle, warnings: &mut Vec<String>) {
    if throttle.weight != Weight::Credits || throttle.on_exceed != OnExceed::Refuse {
        return;
    }
    let Some(most) = throttle.quota.heaviest() else { return };
    for line in group.lines.iter().filter(|line| group.is_written_to(line)) {
        let share = share_above(&line.cost, most);
        if share >= MANY {
            warnings.push(format!(
                "about {}% of the messages to `{}` in `{}` can never pass the limit `{}`: they cost \
                 more than {} credits, which is all that it admits at once",
                number((100.0 * share).round()),
                line.name,
                group.name,
                throttle.name,
                number(most as f64 / 1e3)
            ));
        }
    }
}

/// The share of what is drawn that is more than so many thousandths.
fn share_above(cost: &Distribution, most: u64) -> f64 {
    let (sampler, stream) = (cost.sampler(), Key::root(0).name("costs").stream());
    let drawn = (0..COSTS).filter(|&number| sampler.sample_whole(&mut stream.at(number)) > most);
    drawn.count() as f64 / COSTS as f64
}

/// Why nothing is ever refused by a limit that these groups meet; `None` if something may be.
fn never_binds(scenario: &Scenario, groups: &[&Group], throttle: &Throttle) -> Option<String> {
    if let Quota::Concurrency { limit, queue } = throttle.quota {
        if scenario.backend.is_none() {
            return Some("without a `backend` every message is answered in no time".to_owned());
        }
        let users = users(scenario, groups, throttle.scope)?;
        return (users <= f64::from(limit) + f64::from(queue))
            .then(|| format!("at most {} users wait for replies at once", number(users)));
    }
    let (messages, limiters) = steady(scenario, groups, throttle.scope)?;
    let all = messages * scenario.duration.as_secs_f64() * limiters;
    let binds = throttle.weight != Weight::Attempts
        || all * hits(&throttle.quota, messages)? >= HARDLY_EVER
        || may_retry(scenario, groups, throttle);
    if binds {
        return None;
    }
    let whose = match throttle.scope {
        ThrottleScope::Agent => "an agent gets",
        ThrottleScope::Workspace => "a workspace gets",
        ThrottleScope::Plan => "all workspaces on a plan get at most",
        ThrottleScope::Platform => "all workspaces together get",
    };
    let many = |thousandths: u64| number(thousandths as f64 / 1e3);
    let (of, most) = match throttle.quota {
        Quota::TokenBucket { burst_thousandths, .. } => {
            ("its rate", format!("{} at once", many(burst_thousandths)))
        }
        Quota::LeakyBucket { delay_thousandths, .. } => {
            ("its rate", format!("{} at once", many(delay_thousandths + 1_000)))
        }
        Quota::FixedWindow { limit_thousandths, per, .. }
        | Quota::SlidingWindow { limit_thousandths, per }
        | Quota::SlidingCounter { limit_thousandths, per, .. } => {
            ("what it admits", format!("{} in {per}", many(limit_thousandths)))
        }
        Quota::Concurrency { .. } | Quota::Custom(_) => return None,
    };
    let percent = 100.0 * messages / pace(throttle)?.per_second;
    let share = if percent < 1e-3 { "less than 0.001".to_owned() } else { number(percent) };
    Some(format!("{whose} {share}% of {of}, and hardly ever {most}"))
}
