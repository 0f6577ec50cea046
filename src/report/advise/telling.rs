//! Advice in words that the terminal and the page have in common.

use serde::Serialize;

use crate::planning::{AdviceSummary, CauseAdvice, Cost, Count, Remedy, RemedyVerdict};
use crate::report::format::{count, money, percent, time};
use crate::report::words::{cause_label, plural, shell_word};

/// What the columns beside a remedy are called.
pub(in crate::report) const COLUMNS: [&str; 5] =
    ["removed", "other hits", "lost", "p99 then", "costs"];

/// What those columns mean, in sentences.
pub(in crate::report) const LEGEND: &str = "Removed: of the hits. Other hits: of the same group, by other \
    limits. Lost: messages. Costs: what customers pay more over the run, servers, or replies that are \
    given up; a limit that is raised has no price here.";

/// A change that is smaller than this share of a time is not told.
const SAME_TIME: f64 = 0.01;

/// A cause of limit hits in a group, with what was tried against it.
#[derive(Serialize)]
pub(in crate::report) struct ToldCause {
    pub group: String,
    /// The cause, and how many it hit.
    pub text: String,
    /// What helps, best first.
    pub rows: Vec<ToldRemedy>,
    /// What does not, or that there is nothing, in a sentence without its end.
    pub rest: Option<String>,
}

/// A remedy that helps.
#[derive(Serialize)]
pub(in crate::report) struct ToldRemedy {
    /// Whether it removes as many hits as it was to, for the eye.
    pub sign: &'static str,
    pub what: String,
    /// One for each of [`COLUMNS`].
    pub cells: [String; 5],
    /// As the command line takes it.
    pub set: String,
}

/// Every cause, in the order of the advice.
pub(in crate::report) fn told(advice: &AdviceSummary) -> Vec<ToldCause> {
    advice.causes.iter().map(cause).collect()
}

/// What was looked at, in a sentence without its end.
pub(in crate::report) fn asked(advice: &AdviceSummary) -> String {
    let runs = plural(u64::from(advice.runs), "run");
    format!("{runs} on the same draws; ✓ removes {} of the hits", percent(advice.remove))
}

fn cause(advice: &CauseAdvice) -> ToldCause {
    let helps = |it: &&Remedy| it.verdict != RemedyVerdict::NoHelp;
    let text = format!(
        "{}: {} in {} of {}",
        cause_label(&advice.reason, advice.limiter.as_deref()),
        plural(advice.hits, "hit"),
        count(advice.workspaces_hit),
        plural(advice.workspaces, "workspace"),
    );
    let no_help = advice.remedies.iter().filter(|it| !helps(it));
    let no_help: Vec<&str> = no_help.map(|it| it.what.as_str()).collect();
    let mut rest = Vec::new();
    if advice.complete && advice.remedies.is_empty() {
        rest.push("nothing that the scenario has applies".to_owned());
    } else if !no_help.is_empty() {
        rest.push(format!("no help: {}", no_help.join("; ")));
    }
    if !advice.complete {
        rest.push("not everything was tried, since no run was left".to_owned());
    }
    let rest = (!rest.is_empty()).then(|| rest.join("; "));
    let rows = advice.remedies.iter().filter(helps).map(remedy).collect();
    ToldCause { group: advice.group.clone(), text, rows, rest }
}

fn remedy(remedy: &Remedy) -> ToldRemedy {
    let effect = &remedy.effect;
    let others = |of: fn(&Count) -> u64| of(&effect.hits_of_group).saturating_sub(of(&effect.hits));
    let others = Count { before: others(|it| it.before), after: others(|it| it.after) };
    let p99 = match (effect.latency_p99.before, effect.latency_p99.after) {
        (before, Some(after)) if is_other(before, after) => time(after),
        _ => NOTHING.to_owned(),
    };
    ToldRemedy {
        sign: if remedy.verdict == RemedyVerdict::Removes { "✓" } else { "·" },
        what: remedy.what.clone(),
        cells: [
            removed(remedy.removed),
            change(others),
            change(effect.messages_lost),
            p99,
            costs(&remedy.cost, effect.messages_completed.before),
        ],
        set: set(&remedy.set),
    }
}

/// A share of the hits, in tenths of a percent and never more than it is: 98.8% are not 99%, and whether
/// they are is the question.
fn removed(share: f64) -> String {
    // What should be a whole number of tenths may be a little less as a float.
    format!("{} %", (share * 1_000.0 + 1e-6).floor() / 10.0)
}

/// What does not change, or costs nothing.
const NOTHING: &str = "–";

fn is_other(before: Option<f64>, after: f64) -> bool {
    before.is_none_or(|before| (after - before).abs() > SAME_TIME * before)
}

/// A difference with its sign.
fn change(Count { before, after }: Count) -> String {
    match after.cmp(&before) {
        std::cmp::Ordering::Less => format!("-{}", count(before - after)),
        std::cmp::Ordering::Equal => NOTHING.to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", count(after - before)),
    }
}

/// What a remedy costs where so many messages are replied to without it.
fn costs(cost: &Cost, replies: u64) -> String {
    let mut parts = Vec::new();
    match cost.money {
        None => parts.push("price unknown".to_owned()),
        Some(more) if more > 0.0 => parts.push(format!("+{}", money(more))),
        Some(less) if less < 0.0 => parts.push(money(less)),
        Some(_) => {}
    }
    if cost.servers > 0 {
        parts.push(plural(cost.servers, "server"));
    }
    if cost.messages_given_up > 0 {
        let share = cost.messages_given_up as f64 / replies as f64;
        parts.push(format!("{} of replies", percent(share)));
    }
    if parts.is_empty() { NOTHING.to_owned() } else { parts.join(", ") }
}

/// Changes as the command line takes them.
fn set(changes: &[String]) -> String {
    let told: Vec<String> =
        changes.iter().map(|change| format!("--set {}", shell_word(change))).collect();
    told.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        let changes = ["plans.pro.active_agents=5", "workspaces.shops.plan={ pro: 100% }"];
        let told = set(&changes.map(str::to_owned));
        assert_eq!(
            told,
            "--set plans.pro.active_agents=5 --set 'workspaces.shops.plan={ pro: 100% }'"
        );
    }

    #[test]
    fn costs_are_told_one_by_one() {
        let cost = |money, servers, messages_given_up| {
            costs(&Cost { money, servers, messages_given_up }, 2_400)
        };
        assert_eq!(cost(Some(0.0), 0, 0), "–");
        assert_eq!(cost(Some(7_500.0), 0, 0), "+7,500.00");
        assert_eq!(cost(Some(-2.5), 0, 1), "-2.50, 0.042 % of replies");
        assert_eq!(cost(None, 0, 1_200), "price unknown, 50 % of replies");
        assert_eq!(cost(Some(0.0), 1, 0), "1 server");
    }

    #[test]
    fn nothing_is_told_to_be_removed_that_is_not() {
        let told = [1.0, 0.99, 0.989_99, 5.0 / 7.0].map(removed);
        assert_eq!(told, ["100 %", "99 %", "98.9 %", "71.4 %"]);
    }

    #[test]
    fn differences_have_their_signs() {
        let of = |before, after| change(Count { before, after });
        assert_eq!([of(3, 3), of(1_003, 3), of(0, 7)], ["–", "-1,000", "+7"]);
    }
}
