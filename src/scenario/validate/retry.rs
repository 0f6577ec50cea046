//! How customers try again.

use super::super::at::{At, Findings};
use super::super::types::{self, RetryReason};
use super::super::words::{grouped, number};
use super::numbers::{count_or_unlimited, distribution};
use super::traffic::is_zero;
use crate::rules::Reason;
use crate::units::{Share, SimSpan};
use crate::workload::{Backoff, ClientThrottling, Jitter, Retry, RetryBudget};

/// The greatest factor of a backoff.
pub(super) const MOST_FACTOR: f64 = 1_000.0;

/// How customers of a line try again, whose `retry` stands at `at`. `ends` is whether those who
/// would try again for ever lose patience or are cut.
pub(super) fn retry(
    written: &types::Retry,
    ends: bool,
    at: At<'_>,
    findings: &mut Findings,
) -> Retry {
    let attempts_at = at.key("max_attempts");
    let max_attempts =
        count_or_unlimited(&written.max_attempts, 1, "`max_attempts`", attempts_at, findings);
    let unlimited = max_attempts.is_none() && attempts_at.is_sound();
    if unlimited && !ends {
        let message = "customers who never give up would try again for ever after the end";
        let hint = "give the line `patience`, or the scenario `drain: cut`";
        findings.add_with_hint(attempts_at, message, hint);
    }
    let backoff_at = at.key("backoff");
    let backoff = written
        .backoff
        .as_ref()
        .map_or_else(default_backoff, |it| backoff(it, backoff_at, findings));
    if unlimited && matches!(&backoff, Backoff::Wait(law) if is_zero(law)) {
        let message = "customers who do not wait would try again for ever in no time";
        findings.add_with_hint(backoff_at.key("wait"), message, "give `wait` a time");
    }
    let reasons = written.reasons.as_ref().map(|reasons| {
        let mut all = Vec::new();
        for (index, reason) in reasons.iter().map(|&reason| meant(reason)).enumerate() {
            if all.contains(&reason) {
                let message = format!("`{reason}` stands here a second time");
                findings.add(at.key("reasons").item(index), message);
            }
            all.push(reason);
        }
        all
    });
    Retry {
        max_attempts,
        backoff,
        honour_retry_after: written.honour_retry_after.as_ref().is_none_or(|flag| flag.0),
        persistence: written.persistence.as_ref().map_or(Share::WHOLE, |share| share.0),
        reasons: reasons.unwrap_or_else(|| Retry::REASONS.to_vec()),
        budget: written.budget.as_ref().map(|budget| RetryBudget {
            share: budget.share.0,
            over: over(budget.over.as_ref(), at.key("budget").key("over"), findings),
        }),
    }
}

/// How customers of a line hold attempts back, whose `client_throttling` stands at `at`.
pub(super) fn client_throttling(
    written: &types::ClientThrottling,
    at: At<'_>,
    findings: &mut Findings,
) -> ClientThrottling {
    let multiplier = written.multiplier.as_ref().map_or(2.0, |factor| factor.0);
    if !(1.0..=MOST_FACTOR).contains(&multiplier) {
        let hint = format!("from 1x to {}x", grouped(MOST_FACTOR as u64));
        let message = format!("`multiplier` is out of range: {}x", number(multiplier));
        findings.add_with_hint(at.key("multiplier"), message, hint);
    }
    ClientThrottling {
        multiplier_thousandths: (multiplier.clamp(1.0, MOST_FACTOR) * 1e3).round() as u64,
        over: over(written.over.as_ref(), at.key("over"), findings),
    }
}

/// Over which time customers count.
fn over(written: Option<&types::Duration>, at: At<'_>, findings: &mut Findings) -> SimSpan {
    let span = written.map_or(ClientThrottling::DEFAULT.over, |span| span.0);
    if span.is_zero() {
        findings.add(at, "`over` must be above 0s");
    }
    span
}

const BASE: SimSpan = SimSpan::SECOND;
const FACTOR: f64 = 2.0;
const CAP: SimSpan = SimSpan::from_secs(60);

fn default_backoff() -> Backoff {
    Backoff::Growing { base: BASE, factor: FACTOR, cap: CAP, jitter: Jitter::default() }
}

fn backoff(written: &types::Backoff, at: At<'_>, findings: &mut Findings) -> Backoff {
    let types::Backoff { base, factor, cap, jitter, wait } = written;
    if let Some(wait) = wait {
        let others = [
            ("base", base.is_some()),
            ("factor", factor.is_some()),
            ("cap", cap.is_some()),
            ("jitter", jitter.is_some()),
        ];
        for (key, _) in others.into_iter().filter(|&(_, written)| written) {
            let message = format!("`{key}` would do nothing beside `wait`");
            let hint = "either `wait`, or `base`, `factor`, `cap` and `jitter`";
            findings.add_with_hint(at.key(key), message, hint);
        }
        return Backoff::Wait(distribution(wait, at.key("wait"), findings));
    }
    if factor.is_some() && matches!(jitter, Some(types::Jitter::Decorrelated)) {
        let message = "`factor` would do nothing with `jitter: decorrelated`";
        let hint = "each time is drawn from `base` to three times the last one";
        findings.add_with_hint(at.key("factor"), message, hint);
    }
    let first = base.as_ref().map_or(BASE, |span| span.0);
    let most = cap.as_ref().map_or(CAP, |span| span.0);
    let factor = factor.as_ref().map_or(FACTOR, |factor| factor.0);
    if first.is_zero() {
        findings.add_with_hint(at.key("base"), "`base` must be above 0s", "at least 1ns");
    }
    if !(1.0..=MOST_FACTOR).contains(&factor) {
        let hint = format!("from 1 to {}", grouped(MOST_FACTOR as u64));
        let message = format!("`factor` is out of range: {}", number(factor));
        findings.add_with_hint(at.key("factor"), message, hint);
    }
    if most < first && at.key("base").is_sound() && at.key("cap").is_sound() {
        if cap.is_some() {
            findings.add(at.key("cap"), format!("`cap`, {most}, is less than `base`, {first}"));
        } else {
            let message =
                format!("`cap`, {most} unless it is written, is less than `base`, {first}");
            findings.add_with_hint(
                at.key("base"),
                message,
                format!("write `cap: {first}` or more"),
            );
        }
    }
    let jitter = match jitter {
        Some(types::Jitter::None) => Jitter::None,
        Some(types::Jitter::Full) | None => Jitter::Full,
        Some(types::Jitter::Equal) => Jitter::Equal,
        Some(types::Jitter::Decorrelated) => Jitter::Decorrelated,
    };
    Backoff::Growing { base: first, factor: factor.clamp(1.0, MOST_FACTOR), cap: most, jitter }
}

const fn meant(reason: RetryReason) -> Reason {
    match reason {
        RetryReason::TrialEnded => Reason::TrialEnded,
        RetryReason::AgentNotActive => Reason::AgentNotActive,
        RetryReason::RateLimited => Reason::RateLimited,
        RetryReason::ConcurrencyLimited => Reason::ConcurrencyLimited,
        RetryReason::CreditsExhausted => Reason::CreditsExhausted,
        RetryReason::ShareExhausted => Reason::ShareExhausted,
        RetryReason::Overloaded => Reason::Overloaded,
        RetryReason::EnforcementUnavailable => Reason::EnforcementUnavailable,
    }
}
