//! What customers in the oracle do when they were refused: they try again, or give up.

use limitlab::random::Key;
use limitlab::workload::{Backoff, Jitter};

use super::super::record::{Loss, Refusal};
use super::{Class, Event, Origin, Play, draw};

impl Play<'_> {
    /// A customer comes to know that the last attempt was refused.
    pub(super) fn refused(&mut self, space: usize, of: Origin, why: &Refusal, now: u64) {
        let Some((at, backoff)) = self.next_attempt(space, of, why, now) else {
            self.give_up(space, of, Loss { at: now, timed_out: false });
            return;
        };
        let patience = self.patience_ends(space, of);
        if at > patience {
            self.give_up(space, of, Loss { at: now.max(patience), timed_out: true });
            return;
        }
        let of = Origin { backoff: Some(backoff), ..of };
        self.schedule(at, Class::Takes, space, Event::TryAgain { of });
    }

    pub(super) fn try_again(&mut self, space: usize, of: Origin, now: u64) {
        if self.record.spaces[space].state(of.agent).is_some() {
            self.attempt(space, of, now);
        } else {
            self.give_up(space, of, Loss { at: now, timed_out: false });
        }
    }

    pub(in super::super) fn give_up(&mut self, space: usize, of: Origin, loss: Loss) {
        self.record.spaces[space].messages[of.message].loss = Some(loss);
        self.lost(space, of, loss.at);
    }

    /// Until when a message waits to be served.
    pub(in super::super) fn patience_ends(&self, space: usize, of: Origin) -> u64 {
        let patience = self.line(space, of.agent).patience.as_ref();
        let due = self.record.spaces[space].messages[of.message].due;
        let length = |law| self.drawn(space, of.by, law, "patience", of.number);
        patience.map_or(u64::MAX, |law| due.saturating_add(length(law)))
    }

    /// When a message is tried again whose refusal is known at `now`, and the backoff until then;
    /// `None` if its customer does not mean to.
    fn next_attempt(
        &self,
        space: usize,
        of: Origin,
        why: &Refusal,
        now: u64,
    ) -> Option<(u64, u64)> {
        let line = self.line(space, of.agent);
        let retry = line.retry.as_ref()?;
        let made = self.record.spaces[space].messages[of.message].attempts.len() as u64;
        if !retry.reasons.contains(&why.reason)
            || retry.max_attempts.is_some_and(|most| made >= u64::from(most))
        {
            return None;
        }
        let key = self.key(space, of.by);
        let persistence = key.name("persistence").index(made).stream();
        let draw = persistence.at(of.number).below(1_000_000_000);
        if draw >= retry.persistence.billionths() {
            return None;
        }
        let key = key.name("backoff").index(made);
        let backoff = backoff(&retry.backoff, key, of.number, (made, of.backoff));
        let told = why.retry_after.filter(|_| retry.honour_retry_after).unwrap_or(0);
        Some((now.saturating_add(backoff.max(told)), backoff))
    }
}

/// The backoff after so many attempts, before the last of which it was `last`.
fn backoff(law: &Backoff, key: Key, number: u64, (made, last): (u64, Option<u64>)) -> u64 {
    let (base, factor, cap, jitter) = match law {
        Backoff::Wait(law) => return draw(law, key, number),
        Backoff::Growing { base, factor, cap, jitter } => {
            (base.nanos() as f64, *factor, cap.nanos() as f64, *jitter)
        }
    };
    let whole = (1..made).fold(base, |span, _| span * factor).min(cap);
    let chance = key.stream().at(number).unit();
    let span = match jitter {
        Jitter::None => whole,
        Jitter::Full => chance * whole,
        Jitter::Equal => (0.5 + 0.5 * chance) * whole,
        Jitter::Decorrelated => {
            let last = last.map_or(base, |last| last as f64);
            (base + chance * (3.0 * last - base)).min(cap)
        }
    };
    span.round() as u64
}
