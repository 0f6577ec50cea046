//! What metrics, reasons and offers are called on a page for people.

use crate::workload::ClientThrottling;

/// A cause of refusals in words: `rate limit "burst"`.
pub(super) fn cause_label(reason: &str, limiter: Option<&str>) -> String {
    if limiter == Some(ClientThrottling::NAME) {
        return "held back by clients".to_owned();
    }
    let words = match reason {
        "workspace_agent_limit" => "agents in total",
        "active_agent_limit" => "active agents",
        "agent_not_active" => "agent not active (no limit)",
        "trial_ended" => "trial ended (no limit)",
        "rate_limited" => "rate limit",
        "concurrency_limited" => "messages at once",
        "credits_exhausted" => "credits used up",
        "overloaded" => "servers busy",
        other => return other.replace('_', " "),
    };
    match limiter {
        Some(limiter) => format!("{words} \u{201c}{limiter}\u{201d}"),
        None => words.to_owned(),
    }
}

/// An offer in words: `buy a package`.
pub(super) fn offer_label(offer: &str) -> String {
    match offer {
        "upgrade_plan" => "upgrade the plan".to_owned(),
        "buy_package" => "buy a package".to_owned(),
        other => other.replace('_', " "),
    }
}

/// A word as a shell reads it.
///
/// ```
/// use limitlab::report::shell_word;
///
/// assert_eq!(shell_word("backend.servers=5"), "backend.servers=5");
/// assert_eq!(shell_word("it's"), r"'it'\''s'");
/// ```
pub fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=,:+@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// `1 group`, `2 groups`.
pub(super) fn plural(number: u64, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", super::format::count(number))
}
