//! Fair-use limits.

use super::super::at::{At, Findings};
use super::super::model::Group;
use super::super::types::{self, FairUseScope, Weight as WrittenWeight};
use super::super::words::number as number_in_words;
use super::loops::line_at;
use super::names::Names;
use super::numbers::count;
use crate::rules::Reason;
use crate::rules::limiter::{
    Estimate, OnExceed, Quota, Throttle, ThrottleScope, Weight, WindowStart,
};
use crate::units::{Credits, SimSpan};
use crate::workload::ClientThrottling;

/// Where limits stand, and so who may share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// In a plan or a group.
    Workspace,
    /// At the top level.
    Top,
}

/// The limits that stand at `at`; `limiters` are the names that are taken.
pub(super) fn throttles(
    written: &[types::FairUse],
    level: Level,
    limiters: &mut Names,
    at: At<'_>,
    findings: &mut Findings,
) -> Vec<Throttle> {
    if !at.is_sound() {
        limiters.set_incomplete();
    }
    let limits = written.iter().enumerate().filter_map(|(index, limit)| {
        let at = at.item(index);
        limiters.declare(&limit.name.0, "limit", at.key("name"), findings);
        let name = limit.name.0.as_str();
        let of_slots = [Reason::ActiveAgentLimit, Reason::CreditsExhausted, Reason::ShareExhausted];
        let stands_for = if name == ClientThrottling::NAME {
            Some("what customers hold back themselves")
        } else if of_slots.iter().any(|reason| reason.name() == name) {
            Some("slots and pools that only report")
        } else {
            None
        };
        if let Some(other) = stands_for {
            let hint = format!("in results that stands for {other}");
            findings.add_with_hint(
                at.key("name"),
                format!("a limit cannot be called `{name}`"),
                hint,
            );
        }
        throttle(limit, level, at, findings)
    });
    limits.collect()
}

/// `None` if its kind was at fault.
fn throttle(
    written: &types::FairUse,
    level: Level,
    at: At<'_>,
    findings: &mut Findings,
) -> Option<Throttle> {
    let weight = match written.weight {
        Some(WrittenWeight::Credits) => Weight::Credits,
        Some(WrittenWeight::Attempts) | None => Weight::Attempts,
    };
    let quota = Reader { weight, at, findings }.quota(written)?;
    let count_refused = written.count_refused.as_ref().is_some_and(|flag| flag.0);
    if let Quota::Concurrency { .. } = quota {
        let hint = "a limit of messages in flight counts attempts, and a refused one is not in \
                    flight";
        if weight == Weight::Credits {
            let message = "`weight: credits` goes with limits of a rate";
            findings.add_with_hint(at.key("weight"), message, hint);
        }
        if count_refused {
            let message = "`count_refused` goes with limits of a rate";
            findings.add_with_hint(at.key("count_refused"), message, hint);
        }
    }
    let on_exceed = on_exceed(written.on_exceed);
    let scope = scope(written.scope, level, at.key("scope"), findings);
    let name = written.name.0.clone();
    Some(Throttle { name, scope, quota, weight, count_refused, on_exceed })
}

/// What happens above a limit.
pub(super) const fn on_exceed(written: Option<types::OnExceed>) -> OnExceed {
    match written {
        Some(types::OnExceed::Report) => OnExceed::Report,
        Some(types::OnExceed::Refuse) | None => OnExceed::Refuse,
    }
}

/// Finds the lines of groups, which stand at `at`, all whose messages weigh more than a limit ever
/// admits.
pub(super) fn too_heavy(
    groups: &[Group],
    over_everybody: &[Throttle],
    at: At<'_>,
    findings: &mut Findings,
) {
    for (number, group) in groups.iter().enumerate() {
        let at = at.item(number);
        let by_credits = |it: &&Throttle| it.weight == Weight::Credits;
        let limits = group.throttles.iter().chain(over_everybody).filter(by_credits);
        let Some((limit, most)) = limits
            .filter(|limit| limit.on_exceed == OnExceed::Refuse)
            .filter_map(|limit| Some((limit, limit.quota.heaviest()?)))
            .min_by_key(|(_, most)| *most)
        else {
            continue;
        };
        for (index, line) in group.lines.iter().enumerate() {
            let least = line.cost.least();
            if least > most as f64 && (line.traffic.is_some() || group.customers.is_some()) {
                let amount = |thousandths: f64| number_in_words(thousandths / 1e3);
                let message = format!(
                    "each message to `{}` costs {} credits or more, and the limit `{}` never \
                     admits more than {} at once",
                    line.name,
                    amount(least),
                    limit.name,
                    amount(most as f64)
                );
                let hint = "they would all be refused: let the limit admit more, or weigh attempts";
                findings.add_with_hint(line_at(group, index, at).key("cost"), message, hint);
            }
        }
    }
}

fn scope(
    written: Option<FairUseScope>,
    level: Level,
    at: At<'_>,
    findings: &mut Findings,
) -> ThrottleScope {
    let unless_written = match level {
        Level::Workspace => FairUseScope::Workspace,
        Level::Top => FairUseScope::Platform,
    };
    let scope = match written.unwrap_or(unless_written) {
        FairUseScope::Agent => ThrottleScope::Agent,
        FairUseScope::Workspace => ThrottleScope::Workspace,
        FairUseScope::Plan => ThrottleScope::Plan,
        FairUseScope::Platform => ThrottleScope::Platform,
    };
    let name = scope.name();
    if scope.is_shared() && level == Level::Workspace {
        let message = format!("workspaces share a limit of scope `{name}`");
        let hint = "it stands in `fair_use` at the top level; here it is `agent` or `workspace`";
        findings.add_with_hint(at, message, hint);
        return ThrottleScope::Workspace;
    }
    if !scope.is_shared() && level == Level::Top {
        let message = format!("each workspace has its own limits of scope `{name}`");
        let hint = "they stand in `fair_use` of a plan or a group; here it is `plan` or `platform`";
        findings.add_with_hint(at, message, hint);
        return ThrottleScope::Platform;
    }
    scope
}

/// Reads the numbers of one limit.
struct Reader<'a, 'f> {
    weight: Weight,
    at: At<'a>,
    findings: &'f mut Findings,
}

impl Reader<'_, '_> {
    fn quota(&mut self, written: &types::FairUse) -> Option<Quota> {
        if let Some(it) = &written.token_bucket {
            let at = self.at.key("token_bucket");
            Some(Quota::TokenBucket {
                rate: it.rate.0,
                burst_thousandths: self.at_least_one(&it.burst, "burst", at.key("burst")),
                refill_every: it
                    .refill_every
                    .as_ref()
                    .map(|every| self.above_zero(every, "refill_every", at.key("refill_every"))),
            })
        } else if let Some(it) = &written.leaky_bucket {
            let burst = it.burst.as_ref().map_or(Credits::ZERO, |burst| burst.0);
            let delay = it.delay.as_ref().map_or(Some(Credits::ZERO), |delay| delay.0);
            let delay = delay.unwrap_or(burst);
            if delay > burst {
                let at = self.at.key("leaky_bucket").key("delay");
                let hint = "no more than the burst is ever in excess; `burst` is all of it";
                self.findings.add_with_hint(at, "`delay` must be at most `burst`", hint);
            }
            Some(Quota::LeakyBucket {
                rate: it.rate.0,
                burst_thousandths: burst.thousandths().unsigned_abs(),
                delay_thousandths: delay.thousandths().unsigned_abs(),
            })
        } else if let Some(it) = &written.fixed_window {
            let (limit_thousandths, per) = self.window("fixed_window", &it.limit, &it.per);
            let start = if it.aligned.as_ref().is_none_or(|flag| flag.0) {
                WindowStart::Aligned
            } else {
                WindowStart::FirstAttempt
            };
            Some(Quota::FixedWindow { limit_thousandths, per, start })
        } else if let Some(it) = &written.sliding_window {
            let (limit_thousandths, per) = self.window("sliding_window", &it.limit, &it.per);
            Some(Quota::SlidingWindow { limit_thousandths, per })
        } else if let Some(it) = &written.sliding_counter {
            let (limit_thousandths, per) = self.window("sliding_counter", &it.limit, &it.per);
            let estimate = match it.estimate {
                Some(types::Estimate::Floor) => Estimate::Floor,
                Some(types::Estimate::Exact) | None => Estimate::Exact,
            };
            Some(Quota::SlidingCounter { limit_thousandths, per, estimate })
        } else {
            let it = written.concurrency.as_ref()?;
            let at = self.at.key("concurrency");
            let most = u64::from(u32::MAX);
            Some(Quota::Concurrency {
                limit: count(&it.limit, 1..=most, "`limit`", at.key("limit"), self.findings),
                queue: it.queue.as_ref().map_or(0, |queue| {
                    count(queue, 0..=most, "`queue`", at.key("queue"), self.findings)
                }),
            })
        }
    }

    fn window(
        &mut self,
        kind: &str,
        limit: &types::Amount,
        per: &types::Duration,
    ) -> (u64, SimSpan) {
        let at = self.at.key(kind);
        let limit = self.at_least_one(limit, "limit", at.key("limit"));
        (limit, self.above_zero(per, "per", at.key("per")))
    }

    /// An amount \[thousandths\] that admits at least one attempt, or any credits at all.
    fn at_least_one(&mut self, amount: &types::Amount, key: &str, at: At<'_>) -> u64 {
        let least = match self.weight {
            Weight::Attempts => Credits::whole(1),
            Weight::Credits => Credits::from_thousandths(1),
        };
        if amount.0 < least {
            let (message, hint) = match self.weight {
                Weight::Attempts => (
                    format!("`{key}` must be at least 1"),
                    "an attempt counts as one, so less would admit nobody",
                ),
                Weight::Credits => {
                    (format!("`{key}` must be above 0"), "nothing would be admitted")
                }
            };
            self.findings.add_with_hint(at, message, hint);
        }
        amount.0.thousandths().unsigned_abs()
    }

    fn above_zero(&mut self, span: &types::Duration, key: &str, at: At<'_>) -> SimSpan {
        if span.0.is_zero() {
            self.findings.add(at, format!("`{key}` must be above 0s"));
            // Stands in, so that whatever is made of it has a length.
            return SimSpan::from_nanos(1);
        }
        span.0
    }
}
