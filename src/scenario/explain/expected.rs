//! What is expected of a group, multiplied aloud, and of a run.

use std::fmt::Write;

use super::super::estimate::{
    Books, Outlook, agents, books, churns, cost, credits_to_any, drawn_for_lines, messages_to_any,
    outlook, reply, steps,
};
use super::super::model::{Group, Scenario};
use super::super::words::{Quantity, counted, distribution, number, rounded, span};
use super::{columns, row};
use crate::rules::Plan;
use crate::workload::{AgentLine, LineKind, Traffic, TrafficKind};

/// Shares that differ by less are told as the same.
const SAME: f64 = 0.005;

/// Whether slots, activity and trials make a difference.
fn differs(outlook: &Outlook) -> bool {
    outlook.reached < (1.0 - SAME) * outlook.messages
}

/// Appends what is expected of a group: each line's messages as a product, their sum, credits.
pub(super) fn describe_expected(text: &mut String, scenario: &Scenario, group: &Group) {
    let mut about = "expected";
    let mut say = |said: &str| row(text, std::mem::take(&mut about), said);
    let messages = drawn_for_lines(scenario, group);
    for (place, (line, messages)) in group.lines.iter().zip(messages).enumerate() {
        if line.traffic.is_some() {
            let all = number(messages * f64::from(group.count));
            let factors = product_of_line(scenario, group, place);
            say(&format!("{}: {factors} = {all}", line.name));
        }
        let recorded = group.recorded_to(line).messages;
        if recorded > 0 {
            say(&format!("{}: {} recorded", line.name, counted(recorded, "message")));
        }
    }
    let strangers = group.recorded.as_ref().map_or(0, |recorded| recorded.strangers.messages);
    if strangers > 0 {
        let recorded = counted(strangers, "message");
        say(&format!("agents that belong to no line: {recorded} recorded"));
    }
    if let Some(all) = &group.customers {
        let factors = product(scenario, group, &all.traffic, None);
        let messages = number(messages_to_any(scenario, group) * f64::from(group.count));
        say(&format!("any agent: {factors} = {messages}"));
        if group.first_plans().any(|(plan, _)| plan.credits.is_some()) {
            let credits = number(credits_to_any(scenario, group));
            say(&format!("{credits} credits each on average, if all agents get as many of them"));
        }
    }
    let outlook = outlook(scenario, group);
    let about = if churns(group) { "about " } else { "" };
    say(&format!(
        "{about}{} messages if always active, {} in each workspace",
        number(outlook.messages * f64::from(group.count)),
        number(outlook.messages)
    ));
    if differs(&outlook) {
        let reached = outlook.reached * f64::from(group.count);
        say(&format!("about {} after slots and activity", rounded(reached)));
    }
    if let Some(books) = books(scenario, group) {
        say(&describe_books(scenario, group, books));
        if differs(&outlook) && books.wanted > 0.0 && books.held > 0.0 {
            let share = number((100.0 * outlook.credits / books.held).round());
            let credits = rounded(outlook.credits);
            say(&format!("about {credits} credits after slots and activity, {share}%"));
        }
    }
}

/// The messages of a line as a product.
fn product_of_line(scenario: &Scenario, group: &Group, place: usize) -> String {
    let line = &group.lines[place];
    let agents = (line.kind == LineKind::Agents).then(|| agents(scenario, group)[place]);
    let traffic = line.traffic.as_ref();
    traffic.map_or(String::new(), |traffic| product(scenario, group, traffic, agents))
}

/// The messages of traffic as a product: to so many agents, or to one feature or workspace.
fn product(scenario: &Scenario, group: &Group, traffic: &Traffic, agents: Option<f64>) -> String {
    let mut factors = Vec::new();
    let mut per = String::new();
    match &traffic.kind {
        TrafficKind::Rate(rate) => factors.push(format!("{rate} messages")),
        TrafficKind::Interarrival(law) => {
            let time = distribution(law, Quantity::Span);
            factors.push(format!("a message every {time}"));
        }
        TrafficKind::Custom(custom) => {
            factors.push(format!("{} messages a second", number(custom.per_second())));
        }
        TrafficKind::Sessions { rate, turns, .. } => {
            factors.push(format!("{rate} conversations"));
            factors.push(format!("{} messages", number(turns.mean())));
        }
        TrafficKind::Closed { users, think } => {
            factors.push(counted(u64::from(*users), "user"));
            per = format!(" / {}", span(think.mean() + reply(scenario.backend.as_ref())));
        }
    }
    if let Some(mean) = agents {
        let agents = if (mean - 1.0).abs() < 1e-9 { "agent" } else { "agents" };
        factors.push(format!("{} {agents}", number(mean)));
    }
    factors.push(counted(u64::from(group.count), "workspace"));
    factors.push(format!("{}{per}", scenario.duration));
    // By what it is multiplied on average as it rises and falls.
    let rise = traffic.modulation.mean_over(scenario.duration, &steps(group));
    if (rise - 1.0).abs() > SAME {
        factors.push(format!("{} as it rises and falls", number(rise)));
    }
    factors.join(" x ")
}

/// What is asked of the pools of a group, and what they hold.
fn describe_books(scenario: &Scenario, group: &Group, books: Books) -> String {
    let Books { wanted, held, more, over, about } = books;
    let about = if about { "about " } else { "" };
    let trial_ends = |plan: &Plan| plan.trial.is_some_and(|trial| trial < scenario.duration);
    let time = match group.mix.len() {
        1 if over < scenario.duration => format!("until the trial ends after {over}"),
        1 => format!("over {over}"),
        _ if group.first_plans().any(|(plan, _)| trial_ends(plan)) => {
            format!("over {}, or until its trial ends, on average", scenario.duration)
        }
        _ => format!("over {over} on average"),
    };
    let pool = if held > 0.0 {
        let share = number(100.0 * wanted / held);
        format!("{share}% of the {} that its pool holds {time}", number(held))
    } else {
        format!("and its pool holds none {time}")
    };
    let by_hand = more.by_hand.then(|| "somebody buys who sees a refusal".to_owned());
    let more = more.clauses().into_iter().chain(by_hand).map(|clause| format!("; {clause}"));
    let more: String = more.collect();
    format!("{about}{} credits in each workspace, {pool}{more}", number(wanted))
}

/// Appends all groups side by side, and what a run of them takes.
pub(super) fn describe_in_all(text: &mut String, scenario: &Scenario) {
    let heads = ["group", "workspaces", "agents", "messages", "credits", "pools hold"];
    let mut rows = vec![heads.map(str::to_owned)];
    for group in &scenario.groups {
        let outlook = outlook(scenario, group);
        let count = f64::from(group.count);
        let books = books(scenario, group);
        rows.push([
            group.name.clone(),
            number(count),
            number(count * f64::from(group.agents())),
            rounded(count * outlook.reached),
            books.map_or(String::new(), |_| rounded(count * outlook.counting * outlook.credits)),
            books.map_or(String::new(), |books| rounded(count * outlook.counting * books.held)),
        ]);
    }
    text.push_str("\nin all, about, after slots and activity and before refusals\n");
    for line in columns(&rows) {
        let _ = writeln!(text, "  {line}");
    }
    let cost = cost(scenario);
    let divides = cost.divides && cost.seconds >= 1.0;
    let threads = if divides { "on one thread, less on more" } else { "on one thread" };
    let each = if divides && cost.multiplies { " for each thread" } else { "" };
    // How many there are is what the run is for.
    let mut lines = scenario.groups.iter().flat_map(|group| &group.lines);
    let tries_again =
        |line: &AgentLine| line.retry.as_ref().is_some_and(|retry| retry.max_attempts != Some(1));
    let uncounted = if lines.any(tries_again) { ", retries not counted" } else { "" };
    let run = match scenario.replications {
        1 => "a run takes".to_owned(),
        several => {
            let most = if scenario.until.is_some() { "at most " } else { "" };
            format!("a run of {most}{} takes", counted(u64::from(several), "replication"))
        }
    };
    let _ = writeln!(
        text,
        "{run} about {} events, {} {threads}, and {} MB{each}{uncounted}",
        rounded(cost.events),
        if cost.seconds < 0.1 {
            "less than 0.1s".to_owned()
        } else {
            span(one_digit(cost.seconds) * 1e9)
        },
        rounded(one_digit(cost.bytes / 1e6))
    );
}

/// A number of which only the order of magnitude means anything.
fn one_digit(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let unit = libm::pow(10.0, libm::log10(value).floor());
    (value / unit).round() * unit
}
