//! The scenario that `limitlab new` writes.

use super::words::{credits, grouped};
use crate::units::{Credits, Rate, SimSpan};

/// What a starter scenario is about.
#[derive(Debug, Clone, PartialEq)]
pub struct StarterOptions {
    /// The scenario's name: letters, digits, `-` and `_`.
    pub name: String,
    /// Where editors find the schema: a path from the scenario's folder, or a URL.
    pub schema: String,
    /// The plan's name; `unlimited` declares none.
    pub plan: String,
    /// Agents that may be active at once on that plan; `None` is unlimited.
    pub active_agents: Option<u32>,
    /// Credits that the plan includes for each seat and month.
    pub credits_per_seat: Credits,
    /// Workspaces, at least 1.
    pub workspaces: u32,
    /// Agents of each workspace, at least 1.
    pub agents: u32,
    /// Messages that customers write to each agent.
    pub messages: Rate,
    /// Credits that one message costs.
    pub cost: Credits,
    /// How long it runs.
    pub duration: SimSpan,
}

impl Default for StarterOptions {
    /// A thousand workspaces with three slots and 1,250 credits a seat, over a month.
    fn default() -> Self {
        Self {
            name: "starter".to_owned(),
            schema: "../schema/scenario.schema.json".to_owned(),
            plan: "advanced".to_owned(),
            active_agents: Some(3),
            credits_per_seat: Credits::whole(1_250),
            workspaces: 1_000,
            agents: 5,
            messages: Rate::new(40, SimSpan::DAY),
            cost: Credits::whole(1),
            duration: SimSpan::DAY.times(30),
        }
    }
}

/// The text of a starter scenario: short, valid, and commented for people who have seen none.
pub fn starter(options: &StarterOptions) -> String {
    let limited = options.plan != "unlimited";
    let mut lines = vec![
        format!("# yaml-language-server: $schema={}", options.schema),
        "# Who hits which limit, how often, and how long do customers wait?".to_owned(),
        "#".to_owned(),
        "# Quantities have units: 250ms, 8h, 30d; 12/h, 2/s; 1%. Amounts have none: 1_250."
            .to_owned(),
        "# `limitlab check FILE` says in words what would run, `limitlab run FILE` runs it."
            .to_owned(),
        "limitlab: 1".to_owned(),
        format!("name: {}", options.name),
        noted("seed: 1", "the same seed gives the same results"),
        noted("start: 2026-06-01T00:00:00Z", "what t = 0 is on the calendar"),
        format!("duration: {}", options.duration),
        String::new(),
    ];
    if limited {
        lines.extend(plans(options));
    }
    lines.extend(workspaces(options));
    lines.extend([
        noted("backend:", "what answers the messages that are admitted"),
        noted("  servers: unlimited", "or a number: then messages queue"),
        "  service_time: { lognormal: { mean: 1.8s, cv: 1.2 } }".to_owned(),
        String::new(),
        noted("thresholds:", "what the run must meet; else it ends with exit code 99"),
    ]);
    let refusals = if limited { "refusal.rate{reason=credits_exhausted}" } else { "refusal.rate" };
    lines.push(format!("  - {refusals} < 1%"));
    lines.push("  - latency.p99{group=customers} < 30s".to_owned());
    lines.join("\n") + "\n"
}

/// A line with a comment; the comments of neighbours stand in one column.
fn noted(line: &str, comment: &str) -> String {
    format!("{line:<32} # {comment}")
}

fn plans(options: &StarterOptions) -> [String; 8] {
    let active = options
        .active_agents
        .map_or_else(|| "unlimited".to_owned(), |limit| grouped(u64::from(limit)));
    let included = credits(options.credits_per_seat);
    [
        "plans:".to_owned(),
        format!("  {}:", options.plan),
        noted(&format!("    active_agents: {active}"), "at once, in a workspace"),
        noted("    credits:", "one pool for all agents of a workspace"),
        format!("      included: {included}"),
        noted("      per: seat", "or workspace"),
        noted("      renews: monthly", "or never, or every so often: 30d"),
        String::new(),
    ]
}

fn workspaces(options: &StarterOptions) -> [String; 13] {
    let agents = grouped(u64::from(options.agents));
    let messages = options.messages;
    let cost = credits(options.cost);
    [
        "workspaces:".to_owned(),
        "  - group: customers".to_owned(),
        format!("    count: {}", grouped(u64::from(options.workspaces))),
        format!("    plan: {}", options.plan),
        "    seats: { uniform: { min: 1, max: 8 } }".to_owned(),
        "    agents:".to_owned(),
        "      - name: sales".to_owned(),
        noted(&format!("        count: {agents}"), "those that may not be active start offline"),
        noted(&format!("        traffic: {{ rate: {messages} }}"), "to each of them"),
        noted(&format!("        cost: {cost}"), "credits a message"),
        noted("    fair_use:", "refuses what comes faster than this"),
        "      - { name: burst, scope: workspace, token_bucket: { rate: 2/s, burst: 20 } }"
            .to_owned(),
        String::new(),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn valid(options: &StarterOptions) -> super::super::Scenario {
        let text = starter(options);
        parse("starter.yaml", &text, &[]).unwrap_or_else(|error| panic!("{text}\n{error}"))
    }

    #[test]
    fn a_starter_is_valid_and_says_what_was_asked() {
        let options = StarterOptions::default();
        let scenario = valid(&options);
        let group = &scenario.groups[0];
        assert_eq!((group.count, group.agents()), (1_000, 5));
        assert_eq!(group.plans[0].plan.active_agents, Some(3));
        assert_eq!(group.plans[0].plan.credits.as_ref().unwrap().included, Credits::whole(1_250));
        assert!(starter(&options).starts_with("# yaml-language-server: $schema="));
    }

    #[test]
    fn odd_options_make_valid_starters_too() {
        let options = StarterOptions {
            name: "odd_1".to_owned(),
            plan: "unlimited".to_owned(),
            active_agents: None,
            workspaces: 100_000_000,
            agents: 1,
            messages: Rate::new(7, SimSpan::from_nanos(90_000_000_001)),
            cost: Credits::from_thousandths(125),
            duration: SimSpan::from_nanos(3_600_000_000_001),
            ..StarterOptions::default()
        };
        assert_eq!(valid(&options).groups[0].plans[0].plan.name, "unlimited");
        let options = StarterOptions { active_agents: None, plan: "pro".into(), ..options };
        assert_eq!(valid(&options).groups[0].plans[0].plan.active_agents, None);
    }
}
