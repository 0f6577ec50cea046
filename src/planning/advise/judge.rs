//! What a remedy changes and costs, and which one is best.

use std::cmp::Ordering;

use super::model::{Cost, Count, Effect, Figure, Remedy, RemedyKind, RemedyVerdict};
use super::remedies::Level;
use crate::rules::Reason;
use crate::summary::{CauseSummary, GroupSummary, Summary};
use crate::units::Share;

/// The name of all groups together.
const ALL: &str = "all";

/// The parts of money that can be earned, in one of it.
const MILLIONTHS: f64 = 1e6;

/// Fewer hits than this share of them removed are no help.
const HELP: f64 = 0.01;

/// Remedies that remove fewer hits than they were to are about as good where the shares that they remove
/// lie in the same step of this size.
const STEP: f64 = 0.05;

/// Who gives up no more than this share of the messages that were replied to gives up nothing: other
/// draws alone may do that.
const GIVEN_UP: f64 = 0.001;

/// The metrics that a remedy is judged by.
const JUDGED: [&str; 6] = [
    "messages.offered",
    "messages.completed",
    "messages.lost",
    "refusal.rate",
    "latency.p99",
    "earned.total",
];

/// Drops what no remedy is judged by: there may be hundreds of runs, each with hundreds of groups.
pub(super) fn keep_judged(summary: &mut Summary) {
    for group in summary.groups.values_mut() {
        group.metrics.retain(|name, _| JUDGED.contains(&name.as_str()));
        group.metrics.shrink_to_fit();
    }
}

/// A cause of limit hits as summaries name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause<'a> {
    pub group: &'a str,
    pub reason: Reason,
    pub limiter: Option<&'a str>,
}

impl Cause<'_> {
    fn of<'s>(&self, summary: &'s Summary) -> Option<&'s CauseSummary> {
        let refusals = &summary.groups.get(self.group)?.refusals;
        refusals
            .iter()
            .find(|it| it.reason == self.reason.name() && it.limiter.as_deref() == self.limiter)
    }

    /// Its hits.
    pub(super) fn hits(&self, summary: &Summary) -> u64 {
        self.of(summary).map_or(0, |it| it.refused as u64)
    }

    /// Workspaces with at least one.
    pub(super) fn workspaces(&self, summary: &Summary) -> u64 {
        self.of(summary).map_or(0, |it| it.workspaces as u64)
    }
}

/// The reason of a cause, if it is a limit hit.
pub(super) fn limit_hit(cause: &CauseSummary) -> Option<Reason> {
    let mut hits = Reason::ALL.into_iter().filter(|it| it.is_limit_hit());
    hits.find(|it| it.name() == cause.reason)
}

/// Limit hits of all causes in a group.
fn hits_of(group: &GroupSummary) -> u64 {
    let hits = group.refusals.iter().filter(|it| limit_hit(it).is_some());
    hits.map(|it| it.refused as u64).sum()
}

/// How many hits may be left if this share of them is to be removed.
pub(super) fn may_be_left(hits: u64, remove: Share) -> u64 {
    let left = u128::from(Share::WHOLE.billionths() - remove.billionths());
    (u128::from(hits) * left / u128::from(Share::WHOLE.billionths())) as u64
}

/// The scenario as it is, and what of its hits is to be removed.
pub(super) struct Judge<'a> {
    pub cause: Cause<'a>,
    pub before: &'a Summary,
    pub remove: Share,
}

impl Judge<'_> {
    /// What a remedy in this strength does, by the run with it.
    pub(super) fn remedy(&self, kind: RemedyKind, level: &Level, after: &Summary) -> Remedy {
        let effect = self.effect(after);
        let Count { before, after: left } = effect.hits;
        let removed = 1.0 - left as f64 / before as f64;
        let verdict = match left {
            left if left <= may_be_left(before, self.remove) => RemedyVerdict::Removes,
            _ if removed >= HELP => RemedyVerdict::Helps,
            _ => RemedyVerdict::NoHelp,
        };
        let completed = effect.messages_completed;
        let cost = Cost {
            money: level.has_price.then(|| self.paid_more(after)),
            servers: level.servers,
            messages_given_up: completed.before.saturating_sub(completed.after),
        };
        let (what, set) = (level.what.clone(), level.set.clone());
        Remedy { kind, what, set, verdict, removed, effect, cost }
    }

    fn effect(&self, after: &Summary) -> Effect {
        let group = self.cause.group;
        let both =
            |of: &dyn Fn(&Summary) -> u64| Count { before: of(self.before), after: of(after) };
        let value =
            |summary: &Summary, name: &str| summary.metric(group, name).and_then(|it| it.value);
        let number = |name: &str| both(&|it| value(it, name).unwrap_or(0.0) as u64);
        let figure =
            |name: &str| Figure { before: value(self.before, name), after: value(after, name) };
        Effect {
            hits: both(&|it| self.cause.hits(it)),
            workspaces_hit: both(&|it| self.cause.workspaces(it)),
            hits_of_group: both(&|it| it.groups.get(group).map_or(0, hits_of)),
            hits_of_all: both(&|it| it.groups.get(ALL).map_or(0, hits_of)),
            messages_offered: number("messages.offered"),
            messages_completed: number("messages.completed"),
            messages_lost: number("messages.lost"),
            refusal_rate: figure("refusal.rate"),
            latency_p99: figure("latency.p99"),
        }
    }

    /// What all workspaces of the group pay more. Where nothing has a price, nothing is paid.
    fn paid_more(&self, after: &Summary) -> f64 {
        let paid = |summary: &Summary| {
            let earned = summary.metric(self.cause.group, "earned.total");
            earned.and_then(|it| it.value).unwrap_or(0.0)
        };
        // Both are whole millionths: what a float adds to their difference is not money.
        ((paid(after) - paid(self.before)) * MILLIONTHS).round() / MILLIONTHS
    }
}

/// Which of two remedies is told first: what removes most hits; of those that remove about as many,
/// what gives up no messages, then what customers pay least for, an unknown price after every known
/// one, then what takes fewest servers, then what gives up fewest messages, then the order of kinds.
pub(super) fn best_first(a: &Remedy, b: &Remedy) -> Ordering {
    let steps = |it: &Remedy| match it.verdict {
        RemedyVerdict::Helps => (it.removed / STEP) as u64,
        RemedyVerdict::Removes | RemedyVerdict::NoHelp => 0,
    };
    let gives_up = |it: &Remedy| {
        let most = it.effect.messages_completed.before as f64 * GIVEN_UP;
        it.cost.messages_given_up as f64 > most
    };
    let money = |it: &Remedy| it.cost.money.unwrap_or(f64::INFINITY);
    a.verdict
        .cmp(&b.verdict)
        .then(steps(b).cmp(&steps(a)))
        .then(gives_up(a).cmp(&gives_up(b)))
        .then(money(a).total_cmp(&money(b)))
        .then(a.cost.servers.cmp(&b.cost.servers))
        .then(a.cost.messages_given_up.cmp(&b.cost.messages_given_up))
        .then(a.kind.cmp(&b.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A remedy that leaves so many of 100 hits, at this price.
    fn remedy(left: u64, money: Option<f64>, given_up: u64) -> Remedy {
        let count = |before, after| Count { before, after };
        let none = Figure { before: None, after: None };
        let removed = 1.0 - left as f64 / 100.0;
        Remedy {
            kind: RemedyKind::UpgradePlan,
            what: format!("{left} left"),
            set: Vec::new(),
            verdict: match left {
                0 | 1 => RemedyVerdict::Removes,
                2..100 => RemedyVerdict::Helps,
                _ => RemedyVerdict::NoHelp,
            },
            removed,
            effect: Effect {
                hits: count(100, left),
                workspaces_hit: count(1, 1),
                hits_of_group: count(100, left),
                hits_of_all: count(100, left),
                messages_offered: count(2_000, 2_000),
                messages_completed: count(2_000, 2_000 - given_up),
                messages_lost: count(0, 0),
                refusal_rate: none,
                latency_p99: none,
            },
            cost: Cost { money, servers: 0, messages_given_up: given_up },
        }
    }

    #[test]
    fn what_is_to_be_removed_is_counted_exactly() {
        let share = |text: &str| text.parse::<Share>().unwrap();
        assert_eq!(may_be_left(1_000, share("99%")), 10);
        assert_eq!(may_be_left(99, share("99%")), 0);
        assert_eq!(may_be_left(7, Share::WHOLE), 0);
        assert_eq!(may_be_left(u64::MAX, Share::NONE), u64::MAX);
    }

    #[test]
    fn the_best_is_what_removes_most_and_then_what_costs_least() {
        let in_order = [
            remedy(1, Some(0.0), 2),
            remedy(0, Some(10.0), 0),
            remedy(0, None, 0),
            // More than one message in a thousand is given up.
            remedy(0, Some(0.0), 3),
            // As good as the next one, which removes more and costs more.
            remedy(14, Some(5.0), 0),
            remedy(12, Some(6.0), 0),
            remedy(30, Some(0.0), 0),
            remedy(100, Some(0.0), 0),
            remedy(120, Some(1.0), 0),
        ];
        for (place, a) in in_order.iter().enumerate() {
            for b in &in_order[place + 1..] {
                assert_eq!(best_first(a, b), Ordering::Less, "{a:?}\n{b:?}");
                assert_eq!(best_first(b, a), Ordering::Greater);
            }
            assert_eq!(best_first(a, a), Ordering::Equal);
        }
    }
}
