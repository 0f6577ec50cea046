//! A scenario in words.

use std::fmt::Write;

use super::estimate::{
    credits_wanted, messages_per_second, messages_per_workspace, periods, pool, servers_wanted,
};
use super::model::{Backend, BackendScope, Drain, Group, Scenario};
use super::words::{
    Quantity, counted, credits as amount, distribution, grouped, number, printable, span,
};
use crate::rules::limiter::{Quota, Throttle, ThrottleScope};
use crate::rules::{AgentState, Allowance, Cycle, Per, Plan};
use crate::units::SimSpan;
use crate::workload::{
    Activity, AgentLine, OnLost, OnRefused, Steps, Traffic, TrafficKind, WhileOffline,
};

/// What would run, in words: groups, expected load against what the limits hold, thresholds.
///
/// What is expected is worked out from means, as if every agent were active all the time and
/// nothing were refused.
pub fn describe(scenario: &Scenario) -> String {
    let mut text = format!(
        "{}: {} from {}, seed {}\n",
        scenario.name, scenario.duration, scenario.start, scenario.seed
    );
    if let Some(about) = &scenario.about {
        let _ = writeln!(text, "{}", printable(about.trim()));
    }
    let mut notes = Vec::new();
    if !scenario.warm_up.is_zero() {
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
    describe_backend(&mut text, scenario);
    if !scenario.thresholds.is_empty() {
        text.push_str("\nthresholds\n");
        for threshold in &scenario.thresholds {
            let _ = writeln!(text, "  {}", threshold.text);
        }
    }
    text
}

/// A line of a group's table: what it is about, and what there is to say.
fn row(text: &mut String, about: &str, said: &str) {
    let _ = writeln!(text, "  {about:<12} {said}");
}

fn describe_group(text: &mut String, scenario: &Scenario, group: &Group) {
    let duration = scenario.duration;
    let workspaces = counted(u64::from(group.count), "workspace");
    let _ = writeln!(text, "{}: {workspaces} on the plan {}", group.name, group.plans[0].plan.name);
    row(text, "plan", &plan(&group.plans[0].plan));
    if let Some(allowance) = &group.plans[0].plan.credits {
        row(text, "credits", &credits(allowance, group));
    }
    for throttle in &group.throttles {
        row(text, "limit", &limit(throttle));
    }
    for line in &group.lines {
        row(
            text,
            "agents",
            &format!("{}: {}", line.name, agents(line, duration).join("\n               ")),
        );
    }
    let per_workspace = messages_per_workspace(scenario, group) * duration.as_secs_f64();
    let all = per_workspace * f64::from(group.count);
    let messages = format!(
        "{} messages if always active, {} in each workspace",
        number(all),
        number(per_workspace)
    );
    row(text, "expected", &messages);
    if let Some(allowance) = &group.plans[0].plan.credits {
        let wanted = credits_wanted(scenario, group);
        let held = pool(allowance, group) * periods(allowance, scenario) as f64;
        let share = if held > 0.0 { number(100.0 * wanted / held) } else { "more than 100".into() };
        let said = format!(
            "{} credits in each workspace, {share}% of the {} that its pool holds over {}",
            number(wanted),
            number(held),
            duration
        );
        row(text, "", &said);
    }
}

fn plan(plan: &Plan) -> String {
    let active = match plan.active_agents {
        Some(limit) => format!("{} active at once", counted(u64::from(limit), "agent")),
        None => "any number of agents active at once".to_owned(),
    };
    let counts = if plan.credits.is_none() { "; no credits are counted" } else { "" };
    format!("{active}, {} in total{counts}", grouped(u64::from(plan.total_agents)))
}

fn credits(allowance: &Allowance, group: &Group) -> String {
    let included = amount(allowance.included);
    let renews = match &allowance.renews {
        Cycle::Never => "once".to_owned(),
        Cycle::Every(period) => format!("every {period}"),
        Cycle::Monthly => "every month".to_owned(),
    };
    match allowance.per {
        Per::Seat => {
            let seats = distribution(&group.seats, Quantity::Count);
            let pool = number(pool(allowance, group));
            format!("{included} for each seat ({seats}) {renews}: {pool} on average")
        }
        Per::Workspace => format!("{included} for each workspace {renews}"),
    }
}

fn limit(throttle: &Throttle) -> String {
    let scope = match throttle.scope {
        ThrottleScope::Agent => "each agent",
        ThrottleScope::Workspace => "each workspace",
    };
    let rule = match throttle.quota {
        Quota::TokenBucket { rate, burst_thousandths } => {
            format!("{rate} after a burst of {}", number(burst_thousandths as f64 / 1e3))
        }
        Quota::Concurrency { limit } => format!("{} in flight", grouped(u64::from(limit))),
    };
    format!("{}: {rule}, {scope}", throttle.name)
}

/// What there is to say about a line, a row each.
fn agents(line: &AgentLine, duration: SimSpan) -> Vec<String> {
    let agents = counted(u64::from(line.count), "agent");
    let start = match line.start {
        AgentState::Active => "active",
        AgentState::Draft => "draft",
        AgentState::Offline => "offline",
    };
    let pause = match line.while_offline {
        WhileOffline::Pause => "; customers wait while it is offline",
        WhileOffline::Refuse => "",
    };
    let mut rows = vec![format!("{agents}, {start} at first{pause}")];
    rows.extend(line.activity.as_ref().map(switching));
    match &line.traffic {
        None => rows.push("nobody writes to them".to_owned()),
        Some(traffic) => {
            rows.push(customers(traffic));
            rows.extend(rise_and_fall(traffic, duration));
        }
    }
    if line.traffic.is_some() {
        rows.push(format!("credits a message: {}", distribution(&line.cost, Quantity::Credits)));
    }
    rows
}

/// Who writes.
fn customers(traffic: &Traffic) -> String {
    let time = |law| distribution(law, Quantity::Span);
    match &traffic.kind {
        TrafficKind::Rate(rate) => format!("{rate} messages to each"),
        TrafficKind::Interarrival(law) => format!("a message to each every {}", time(law)),
        TrafficKind::Sessions { rate, turns, think, on_lost } => {
            let goes_on = match on_lost {
                OnLost::End => "",
                OnLost::Continue => ", which go on when one is lost",
            };
            format!(
                "{rate} conversations with each, messages {}{goes_on}, time between them {}",
                distribution(turns, Quantity::Count),
                time(think)
            )
        }
        TrafficKind::Closed { users, think } => format!(
            "{} of each, who write again and again, time between a reply and the next message {}",
            counted(u64::from(*users), "user"),
            time(think)
        ),
    }
}

/// How traffic rises and falls, a row each.
fn rise_and_fall(traffic: &Traffic, duration: SimSpan) -> Vec<String> {
    /// More stages than this are counted, not told.
    const MOST_TOLD: usize = 6;
    let modulation = &traffic.modulation;
    let mut rows = Vec::new();
    if let Some(profile) = modulation.profile() {
        rows.push(format!("by the hour: {} on clocks of {}", profile.name, profile.zone));
    }
    let mut stages: Vec<String> = modulation
        .stages()
        .iter()
        .map(|stage| match stage.duration {
            SimSpan::ZERO => format!("to {}x at once", number(stage.target)),
            duration => format!("to {}x in {duration}", number(stage.target)),
        })
        .collect();
    if stages.len() > MOST_TOLD {
        let more = stages.len() - MOST_TOLD;
        stages.truncate(MOST_TOLD);
        stages.push(format!("and {more} more"));
    }
    if !stages.is_empty() {
        rows.push(format!("in stages: {}", stages.join(", ")));
    }
    if !modulation.is_flat() {
        let mean = modulation.mean_over(duration, &Steps::NONE);
        rows.push(format!("{}x of that on average over {duration}", number(mean)));
    }
    if let Some(bursts) = &traffic.bursts {
        let on_level = bursts.on_level();
        rows.push(format!(
            "in bursts: {}x while on, {}x while off; on for {}, off for {}",
            number(on_level),
            number(on_level * bursts.quiet),
            distribution(&bursts.on, Quantity::Span),
            distribution(&bursts.off, Quantity::Span)
        ));
    }
    rows
}

fn switching(activity: &Activity) -> String {
    let mut states = Vec::new();
    for (state, length) in
        [("draft", &activity.draft), ("active", &activity.active), ("offline", &activity.offline)]
    {
        if let Some(length) = length {
            states.push(format!("{state} for {}", distribution(length, Quantity::Span)));
        }
    }
    if let OnRefused::RetryEvery(every) = activity.on_refused {
        let every = span(every.nanos() as f64);
        states.push(format!("refused ones try again every {every}"));
    }
    if states.is_empty() { "they keep their state".to_owned() } else { states.join(", ") }
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
    let queue = match backend.queue_limit {
        Some(limit) => format!("{} may wait", grouped(u64::from(limit))),
        None => "any number may wait".to_owned(),
    };
    if backend.servers.is_some() {
        row(text, "queue", &queue);
    }
    if !backend.network_delay.is_zero() {
        let delay = span(backend.network_delay.nanos() as f64);
        row(text, "network", &format!("{delay} each way"));
    }
    describe_utilisation(text, scenario, backend);
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
          expected     6_000_000 messages if always active, 6_000 in each workspace
                       6_000 credits in each workspace, 107% of the 5_625 that its pool holds over 30d

        backend: unlimited servers for all workspaces, about 1.8s (lognormal) a message

        thresholds
          refusal.rate{reason=credits_exhausted} < 1%
          latency.p99{group=customers} < 30s
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
          expected     6 messages if always active, 6 in each workspace
                       6 credits in each workspace, 1_200% of the 0.5 that its pool holds over 1h30m

        backend: 2 servers in each workspace, 1.8s a message
          queue        any number may wait
          network      5ms each way
          offered      0% utilisation if always active and nothing is refused in idle
          offered      0.1% utilisation if always active and nothing is refused in paused
        ");
    }
}
