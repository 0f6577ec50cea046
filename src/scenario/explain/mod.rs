//! A scenario in words.

mod agents;
mod enforcement;
mod expected;
mod limits;
mod plans;
mod theory;
mod timeline;
mod traces;

use std::fmt::Write;

use self::agents::{agents, customers_of_all};
use self::enforcement::describe_enforcement;
use self::expected::{describe_expected, describe_in_all};
use self::limits::limit;
use self::plans::GroupPlans;
pub use self::theory::in_theory;
use self::timeline::describe_timeline;
pub(super) use self::timeline::{taken, what};
use self::traces::describe_traces;
use super::discipline::{Codel, Discipline, Shed};
use super::estimate::{
    agents as agents_on_average, messages_per_second, messages_per_workspace, servers_wanted,
};
use super::model::{Backend, BackendScope, Drain, Group, Scenario};
use super::settling::Settling;
use super::words::{Quantity, counted, distribution, grouped, number, printable, span};
use crate::random::Key;
use crate::workload::LineKind;

/// More workspaces than this are not drawn one by one to be counted.
const MOST_DRAWN: u32 = 1_000_000;

/// What would run, in words: groups, expected load against what the limits hold, thresholds.
///
/// What is expected is worked out from means, as if every agent were active all the time, nothing
/// were refused, and workspaces stayed on the plans of the start; then again with slots, activity,
/// trials and changes of plan. What differs from workspace to workspace by chance, and all of the
/// second, is called a figure of about so much.
pub fn describe(scenario: &Scenario) -> String {
    let mut text = format!(
        "{}: {} from {}, seed {}",
        scenario.name, scenario.duration, scenario.start, scenario.seed
    );
    if scenario.replications > 1 {
        let most = counted(u64::from(scenario.replications), "replication");
        let fewest = scenario.until.as_ref().map(|until| format!("{} to ", until.fewest));
        let _ = write!(text, ", {}{most}", fewest.unwrap_or_default());
    }
    text.push('\n');
    if let Some(about) = &scenario.about {
        for line in about.trim().lines() {
            let _ = writeln!(text, "{}", printable(line));
        }
    }
    let mut notes = Vec::new();
    if scenario.settling == Settling::ToFind {
        let most = scenario.warm_up;
        notes.push(format!(
            "measured from when it has settled, by MSER-5: it is simulated once more to find that; at most {most}"
        ));
    } else if !scenario.warm_up.is_zero() {
        notes.push(format!("measured after {}", scenario.warm_up));
    }
    if scenario.drain == Drain::Cut {
        notes.push("what is in flight at the end is cut".to_owned());
    }
    if !notes.is_empty() {
        let _ = writeln!(text, "{}", notes.join("; "));
    }
    for group in &scenario.groups {
        text.push('\n');
        describe_group(&mut text, scenario, group);
    }
    text.push('\n');
    if !scenario.throttles.is_empty() {
        text.push_str("limits over all workspaces\n");
        for throttle in &scenario.throttles {
            row(&mut text, "limit", &limit(throttle));
        }
        text.push('\n');
    }
    describe_backend(&mut text, scenario);
    describe_enforcement(&mut text, scenario);
    describe_timeline(&mut text, scenario);
    describe_traces(&mut text, scenario);
    describe_in_all(&mut text, scenario);
    if !scenario.thresholds.is_empty() {
        text.push_str("\nthresholds\n");
        for threshold in &scenario.thresholds {
            let _ = writeln!(text, "  {}", threshold.text);
        }
    }
    text
}

/// What stands between two things that are said about the same.
const NEXT_ROW: &str = "\n               ";

/// A line of a group's table: what it is about, and what there is to say.
fn row(text: &mut String, about: &str, said: &str) {
    let _ = writeln!(text, "  {about:<12} {said}");
}

/// The lines of a table whose columns stand below each other.
fn columns<const N: usize>(rows: &[[String; N]]) -> impl Iterator<Item = String> {
    let widths: [usize; N] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
    });
    rows.iter().map(move |row| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    })
}

/// How many workspaces of a group `concerns` says yes to, as the run draws them in its first
/// replication; `None` if there are too many to ask.
pub(super) fn drawn(
    scenario: &Scenario,
    group: &Group,
    concerns: impl Fn(Key) -> bool,
) -> Option<u64> {
    let keys = Key::root(scenario.seed).index(0).name(&group.name);
    let count = Some(group.count).filter(|&count| count <= MOST_DRAWN)?;
    Some((0..u64::from(count)).filter(|&index| concerns(keys.index(index))).count() as u64)
}

fn describe_group(text: &mut String, scenario: &Scenario, group: &Group) {
    let duration = scenario.duration;
    let plans = GroupPlans::new(scenario, group);
    let workspaces = counted(u64::from(group.count), "workspace");
    let _ = writeln!(text, "{}: {workspaces} {}", group.name, plans.whose());
    for (about, said) in plans.rows() {
        row(text, about, &said);
    }
    for (line, mean) in group.lines.iter().zip(agents_on_average(scenario, group)) {
        let about = match line.kind {
            LineKind::Agents => "agents",
            LineKind::Feature => "feature",
        };
        let said = agents(group, line, mean, duration).join(NEXT_ROW);
        row(text, about, &format!("{}: {said}", line.name));
    }
    if let Some(all) = &group.customers {
        row(text, "customers", &customers_of_all(all, duration).join(NEXT_ROW));
    }
    describe_expected(text, scenario, group);
}

fn describe_backend(text: &mut String, scenario: &Scenario) {
    let Some(backend) = &scenario.backend else {
        text.push_str("backend: none, messages are served at once\n");
        return;
    };
    let scope = match backend.scope {
        BackendScope::Platform => "for all workspaces",
        BackendScope::Workspace => "in each workspace",
    };
    let servers = match backend.servers {
        Some(servers) => counted(u64::from(servers), "server"),
        None => "unlimited servers".to_owned(),
    };
    let service = distribution(&backend.service_time, Quantity::Span);
    let _ = writeln!(text, "backend: {servers} {scope}, {service} a message");
    for (about, said) in queue(backend) {
        row(text, about, &said);
    }
    if !backend.network_delay.is_zero() {
        let delay = span(backend.network_delay.nanos() as f64);
        row(text, "network", &format!("{delay} each way"));
    }
    describe_utilisation(text, scenario, backend);
}

/// How attempts wait at a backend, and what it refuses before its queue is full.
fn queue(backend: &Backend) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let next = match (backend.discipline, backend.scope) {
        (Discipline::Fifo | Discipline::ProcessorSharing, _) => "",
        (Discipline::Lifo, _) => ", who came last is served next",
        (Discipline::Fair, BackendScope::Platform) => ", workspaces are served in turn",
        (Discipline::Fair, BackendScope::Workspace) => ", agents are served in turn",
        (Discipline::Priority, _) => ", plans are served by their priority",
    };
    let most = match backend.queue_limit {
        Some(limit) => grouped(u64::from(limit)),
        None => "any number".to_owned(),
    };
    if backend.servers.is_some() {
        let said = match backend.discipline {
            Discipline::ProcessorSharing => {
                format!("all share the servers evenly, {most} beyond their number")
            }
            _ => format!("{most} may wait{next}"),
        };
        rows.push(("queue", said));
    }
    let said = match &backend.shed {
        None => return rows,
        Some(Shed::Codel(Codel { target, interval })) => {
            format!("who is next, once all have waited {target} or more for {interval}")
        }
        Some(Shed::Utilisation(it)) if it.keep.is_empty() => {
            format!("all, while more than {} of the servers are busy", it.above)
        }
        Some(Shed::Utilisation(it)) => format!(
            "all but those on {}, while more than {} of the servers are busy",
            it.keep.join(", "),
            it.above
        ),
        Some(Shed::Aimd(it)) => format!(
            "above an adaptive limit, {} at first, from {} to {}: {} of it is left after a reply \
             later than {}",
            grouped(u64::from(it.initial)),
            grouped(u64::from(it.min)),
            grouped(u64::from(it.max)),
            number(f64::from(it.backoff_millionths) / 1e6),
            it.timeout
        ),
    };
    rows.push(("refused", said));
    rows
}

fn describe_utilisation(text: &mut String, scenario: &Scenario, backend: &Backend) {
    let Some(servers) = backend.servers else { return };
    let share = |messages: f64| {
        let busy = servers_wanted(backend, messages);
        let percent = number(100.0 * busy / f64::from(servers));
        format!("{percent}% utilisation if always active and nothing is refused")
    };
    match backend.scope {
        BackendScope::Platform => row(text, "offered", &share(messages_per_second(scenario))),
        BackendScope::Workspace => {
            for group in &scenario.groups {
                let said =
                    format!("{} in {}", share(messages_per_workspace(scenario, group)), group.name);
                row(text, "offered", &said);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{StarterOptions, parse, starter};
    use super::*;

    /// A scenario that uses most of what there is to say about plans and the timeline.
    const METERED: &str =
        "{ limitlab: 1, name: metered, duration: 60d, on_downgrade: oldest_offline,
            plans: {
                trial: { active_agents: 50, trial: 14d, credits: { included: 1_800 } },
                advanced: { active_agents: 3, price: { per: seat, amount: 25 },
                    fair_use: [{ name: burst, token_bucket: { rate: 2/s, burst: 20 } }],
                    credits: { included: 1_250, per: seat, anchor: 15,
                        carry_over: { up_to: 2_500 }, overage_price: 0.02,
                        overage: { up_to: 10%, at_renewal: deduct } } },
                pro: { credits: { included: 9_000, overage: unlimited } } },
            packages: { small: { credits: 500, period: 30d, renews: true, price: 10 } },
            workspaces: [{ group: shops, count: 1_000, plan: { trial: 20%, advanced: 80% },
                billing_anchor: staggered, alerts: [80%, 95%],
                packages: { name: small, at_start: 1, by_hand: { after: 4h },
                    auto_buy: { below: 5%, at_most: 3 per period } },
                agents: [
                    { name: sales, count: 2, share: 50%, traffic: { rate: 20/d },
                      activity: { active: 9h, on_refused: wait_for_slot } },
                    { name: sale, count: 0, churn: { create: 1/d, delete_after: 7d } }],
                features: [{ name: rewriter, traffic: { rate: 5/d }, cost: 2,
                    share: { at_least: 10% } }] }],
            backend: { servers: 50, service_time: 2s },
            timeline: [
                { name: rush, at: 20d, for: 2d, traffic: 4x },
                { name: signup, at: 10d, share: 40%, subscribe: advanced },
                { name: outage, at: 20d6h, for: 10m, backend: { servers: 5 } },
                { name: wake, at: 21d, share: 10%, enable: { line: sales, count: 2 } },
                { name: refill, at: 25d, buy_package: { name: small, count: 2 } },
                { name: better, at: 30d, share: 25%, set_plan: pro }] }";

    #[test]
    fn a_small_scenario_is_told_on_one_screen() {
        let text = starter(&StarterOptions::default());
        insta::assert_snapshot!(describe(&parse("x.yaml", &text, &[]).unwrap()), @"
        starter: 30d from 2026-06-01T00:00:00Z, seed 1

        customers: 1_000 workspaces on the plan advanced
          plan         3 agents active at once, 500 in total
          credits      1_250 for each seat (1 to 8) every month: 5_625 on average
          limit        burst: 2/s after a burst of 20, each workspace
          agents       sales: 5 agents, active at first
                       40/d messages to each
                       credits a message: 1
          expected     sales: 40/d messages x 5 agents x 1_000 workspaces x 30d = 6_000_000
                       6_000_000 messages if always active, 6_000 in each workspace
                       about 3_600_000 after slots and activity
                       6_000 credits in each workspace, 107% of the 5_625 that its pool holds over 30d
                       about 3_600 credits after slots and activity, 64%

        backend: unlimited servers for all workspaces, about 1.8s (lognormal) a message

        in all, about, after slots and activity and before refusals
          group      workspaces  agents  messages   credits    pools hold
          customers  1_000       5_000   3_600_000  3_600_000  5_630_000
        a run takes about 6_900_000 events, 3s on one thread, and 20 MB

        thresholds
          refusal.rate{reason=credits_exhausted} < 1%
          latency.p99{group=customers} < 30s
        ");
    }

    #[test]
    fn plans_packages_and_the_timeline_are_told() {
        insta::assert_snapshot!(describe(&parse("x.yaml", METERED, &[]).unwrap()), @"
        metered: 60d from 2026-01-01T00:00:00Z, seed 1

        shops: 1_000 workspaces on 2 plans
          plan         trial, 188 workspaces (20%): 50 agents active at once, 500 in total; a trial that ends after 14d
          credits      1_800 for each workspace every month
          plan         advanced, 812 workspaces (80%): 3 agents active at once, 500 in total
          price        25.00 for each seat every month
          credits      1_250 for each seat (1) every month: 1_250
                       renewals count from 2026-01-15T00:00:00Z
                       what is left at a renewal stays, as far as it is at most 2_500 for each seat together with what is granted anew
                       up to 10% beyond them, deducted at the renewal, 0.02 a credit
          plan         pro, by the timeline: any number of agents active at once, 500 in total
          credits      9_000 for each workspace every month
                       any number of credits beyond them
          limit        burst: 2/s after a burst of 20, each workspace, on advanced
          billing      subscriptions are spread over the period before the start
          packages     small: 500 credits for 30d, again and again, 10.00 each time, priority 1
                       1 in each workspace at the start
                       one when less than 5% is left, at most 3 a period
                       one by hand, 4h after a refusal
          alerts       at 80%, 95% of a period's pool
          downgrade    agents that were enabled first go offline
          agents       sales: 2 agents, active at first
                       active for 9h, refused ones wait for a slot
                       20/d messages to each
                       credits a message: 1
                       each of a period's credits: at most 50%
          agents       sale: 0 agents, active at first
                       1/d created in each workspace, deleted 7d after they came: about 6.59 at a time on average
                       nobody writes to them
          feature      rewriter: always there, takes no slot
                       5/d messages to each
                       credits a message: 2
                       each of a period's credits: 10% kept
          expected     sales: 20/d messages x 2 agents x 1_000 workspaces x 60d x 1.1 as it rises and falls = 2_640_000
                       rewriter: 5/d messages x 1_000 workspaces x 60d x 1.1 as it rises and falls = 330_000
                       2_970_000 messages if always active, 2_970 in each workspace
                       about 313_000 after slots and activity
                       about 2_780 credits in each workspace, 46.2% of the 6_022 that its pool holds over 60d, or until its trial ends, on average; up to 6_435 more of packages; up to 100 more of overage; somebody buys who sees a refusal
                       about 618 credits after slots and activity, 10%

        backend: 50 servers for all workspaces, 2s a message
          queue        any number may wait
          offered      2.29% utilisation if always active and nothing is refused

        timeline
          at        for  group  workspaces  what
          10d            shops  369 (40%)   subscribe to the plan advanced
          20d       2d   shops  1_000       traffic comes 4x
          20d6h          all                the backend has 5 servers
          20d6h10m       all                the backend has 50 servers
          21d            shops  107 (10%)   enable 2 of sales
          25d            shops  1_000       buy 2 of the package small
          30d            shops  234 (25%)   change to the plan pro

        in all, about, after slots and activity and before refusals
          group  workspaces  agents  messages  credits  pools hold
          shops  1_000       2_000   313_000   618_000  6_020_000
        a run takes about 5_940_000 events, 2s on one thread, and 20 MB
        ");
    }

    #[test]
    fn what_a_scenario_leaves_out_is_told_too() {
        let text =
            "{ limitlab: 1, name: odd, about: odd ends, duration: 90m, warm_up: 10m, drain: cut,
            plans: { once: { credits: { included: 0.5, renews: never } } },
            workspaces: [
                { group: idle, agents: [{ name: sales, start: draft, activity: { draft: 1h } }] },
                { group: paused, plan: once, agents: [{ name: night, while_offline: pause,
                    traffic: { sessions: { rate: 1/h, turns: { geometric: 4 }, think: 40s } },
                    activity: { active: 1h, on_refused: { retry_every: 1m } } }],
                  fair_use: [{ name: flight, scope: agent, concurrency: { limit: 4 } }] }],
            backend: { scope: workspace, servers: 2, service_time: 1.8s, network_delay: 5ms } }";
        insta::assert_snapshot!(describe(&parse("x.yaml", text, &[]).unwrap()), @"
        odd: 1h30m from 2026-01-01T00:00:00Z, seed 1
        odd ends
        measured after 10m; what is in flight at the end is cut

        idle: 1 workspace on the plan unlimited
          plan         any number of agents active at once, 500 in total; no credits are counted
          agents       sales: 1 agent, draft at first
                       draft for 1h
                       nobody writes to them
          expected     0 messages if always active, 0 in each workspace

        paused: 1 workspace on the plan once
          plan         any number of agents active at once, 500 in total
          credits      0.5 for each workspace once
          limit        flight: 4 in flight, each agent
          agents       night: 1 agent, active at first; customers wait while it is offline
                       active for 1h, refused ones try again every 1m
                       1/h conversations with each, messages about 4 (geometric), time between them 40s
                       credits a message: 1
          expected     night: 1/h conversations x 4 messages x 1 agent x 1 workspace x 1h30m = 6
                       6 messages if always active, 6 in each workspace
                       about 4 after slots and activity
                       6 credits in each workspace, 1_200% of the 0.5 that its pool holds over 1h30m
                       about 4 credits after slots and activity, 800%

        backend: 2 servers in each workspace, 1.8s a message
          queue        any number may wait
          network      5ms each way
          offered      0% utilisation if always active and nothing is refused in idle
          offered      0.1% utilisation if always active and nothing is refused in paused

        in all, about, after slots and activity and before refusals
          group   workspaces  agents  messages  credits  pools hold
          idle    1           1       0
          paused  1           1       4         4        0.5
        a run takes about 12 events, less than 0.1s on one thread, and 20 MB
        ");
    }
}
