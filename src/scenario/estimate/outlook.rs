//! What is expected of a group, if always active and after slots and activity.

use super::super::model::{Group, Scenario};
use super::activity::{active_shares, credited_shares, reached_by_any};
use super::{
    credits_of_lines, credits_to_strangers, messages_of_lines, messages_to_any,
    messages_to_strangers,
};
use crate::units::Share;

/// Messages and credits of a workspace of a group over the duration, on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::scenario) struct Outlook {
    /// Messages, if always active.
    pub(in crate::scenario) messages: f64,
    /// Those that reach an active agent.
    pub(in crate::scenario) reached: f64,
    /// Credits that those use on plans that count them, of a workspace that begins on one.
    pub(in crate::scenario) credits: f64,
    /// The share of workspaces that begin on a plan that counts credits.
    pub(in crate::scenario) counting: f64,
}

/// What is expected of a group.
pub(in crate::scenario) fn outlook(scenario: &Scenario, group: &Group) -> Outlook {
    let counts = |plan: &crate::rules::Plan| plan.credits.is_some();
    let counting = group.first_plans().filter(|(plan, _)| counts(plan));
    let counting: f64 = counting.map(|(_, share): (_, Share)| share.as_f64()).sum();
    let mut outlook = Outlook { messages: 0.0, reached: 0.0, credits: 0.0, counting };
    let messages = messages_of_lines(scenario, group).into_iter();
    let shares = active_shares(scenario, group).into_iter();
    let shares = shares.zip(credited_shares(scenario, group));
    let costs = credits_of_lines(scenario, group).into_iter();
    for (cost, (messages, (active, credited))) in costs.zip(messages.zip(shares)) {
        outlook.messages += messages;
        outlook.reached += messages * active;
        if counting > 0.0 {
            outlook.credits += credited * cost / counting;
        }
    }
    // Whoever was written to is taken to have been enabled.
    outlook.messages += messages_to_strangers(group);
    outlook.reached += messages_to_strangers(group);
    if counting > 0.0 {
        outlook.credits += credits_to_strangers(group);
    }
    let any = messages_to_any(scenario, group);
    let (reached, credited) = reached_by_any(scenario, group);
    outlook.messages += any;
    outlook.reached += any * reached;
    if counting > 0.0 {
        outlook.credits += any * credited / counting;
    }
    outlook
}
