//! `retry_after`: what a refusal said would be admitted then.

use super::Context;
use crate::rules::Reason;
use crate::units::{Credits, SimTime};
use crate::verify::event::{Answer, Deed, Event};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::verdict::Verdict;

/// Promises that stand: nothing has happened since that their rule could not know.
#[derive(Debug, Default)]
pub(super) struct Promises(Vec<Promise>);

#[derive(Debug, Clone, Copy)]
struct Promise {
    by: Promiser,
    agent: u32,
    /// From when on as much as this costs at most is admitted.
    ready: SimTime,
    cost: Credits,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Promiser {
    /// A limit of a rate, by its number among all names.
    Limit(u16),
    Pool,
}

impl Promises {
    pub(super) fn see(&mut self, context: &Context<'_, '_>, found: &mut Found) {
        let event = context.event;
        match event.deed {
            // Whoever is admitted, or charged, takes something.
            Deed::Message(Answer::Admitted) | Deed::SetPlan(_) | Deed::EndTrial => self.0.clear(),
            Deed::Message(Answer::Refused(reason)) => self.refused(reason, context, found),
            // What expires by then was known; what expires later may be missing later.
            Deed::Expire => {
                let now = event.at.from.0;
                self.0.retain(|it| it.by != Promiser::Pool || it.ready >= now);
            }
            _ if event.charged > Credits::ZERO || event.hold > Credits::ZERO => {
                self.0.retain(|it| it.by != Promiser::Pool);
            }
            _ => {}
        }
    }

    fn refused(&mut self, reason: Reason, context: &Context<'_, '_>, found: &mut Found) {
        let event = context.event;
        let Some((by, counts_refused)) = promiser(reason, context) else { return };
        let Event { agent, cost, line, .. } = *event;
        let now = event.at.from.0;
        let concerns = |it: &Promise| it.by == by && it.agent == agent;
        let is_broken = self.0.iter().any(|it| concerns(it) && it.ready <= now && it.cost >= cost);
        if is_broken {
            found.add(Rule::RetryAfterKept, Verdict::Violated, line);
        }
        if counts_refused {
            self.0.retain(|it| it.by != by);
        }
        let Some(after) = event.retry_after else { return };
        found.applies(Rule::RetryAfterKept);
        let ready = now + after;
        let promise = Promise { by, agent, ready, cost };
        if !self.0.iter().any(|it| concerns(it) && it.ready <= ready && it.cost >= cost) {
            self.0.retain(|it| !(concerns(it) && it.ready >= ready && it.cost <= cost));
            self.0.push(promise);
        }
    }
}

/// Who refused, if it is somebody whose promises are judged; and whether what it refuses counts there.
/// Limits over everybody depend on what others do.
fn promiser(reason: Reason, context: &Context<'_, '_>) -> Option<(Promiser, bool)> {
    let plan = &context.terms.plans[usize::from(context.plan?)];
    match reason {
        Reason::CreditsExhausted => Some((Promiser::Pool, false)),
        Reason::RateLimited => {
            let name = context.event.limiter?;
            let limit = plan.limits.iter().find(|limit| limit.name == name)?;
            Some((Promiser::Limit(name), limit.throttle.count_refused))
        }
        _ => None,
    }
}
