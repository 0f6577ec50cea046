//! The pool: what is in it, and what was charged that was not.

use std::collections::BTreeMap;

use super::Context;
use crate::rules::Reason;
use crate::units::{Credits, SimTime};
use crate::verify::event::{Answer, Deed, Event, Key};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::terms::UNLIMITED;
use crate::verify::verdict::Verdict;

/// A pool of credits \[thousandths\].
#[derive(Debug)]
pub(super) struct Pool {
    /// Whether anything was told of it.
    is_there: bool,
    /// What it holds, never below zero: what was charged beyond is forgiven at once.
    balance: i128,
    /// What rows say it holds.
    told: i128,
    /// What is set aside of it.
    held: i128,
    /// Charged beyond the balance in this period, as a plan may permit it, at least and at most.
    used: (i128, i128),
    /// How many periods have begun, those included that changes of plan may have begun.
    period: u32,
    plan_since: SimTime,
    /// Charges that went beyond the balance.
    beyond: BTreeMap<Key, Beyond>,
}

/// What of a charge went beyond the balance.
#[derive(Debug, Clone, Copy, Default)]
struct Beyond {
    /// As a plan may permit it.
    permitted: i128,
    /// What no plan permits, by the row's overage; and what the row itself does not tell.
    oversold: i128,
    untold: i128,
    period: u32,
}

impl Pool {
    /// The pool before the first of these events: what its first balance tells.
    pub(super) fn new(events: &[Event]) -> Self {
        let mut drawn = 0;
        let opening = events.iter().find_map(|event| {
            drawn += event.drawn();
            event.balance.map(|balance| balance.wide() + drawn)
        });
        let balance = opening.unwrap_or(0);
        Self {
            is_there: opening.is_some(),
            balance: balance.max(0),
            told: balance,
            held: 0,
            used: (0, 0),
            period: 0,
            plan_since: SimTime::ZERO,
            beyond: BTreeMap::new(),
        }
    }

    /// What is in it and not set aside.
    pub(super) fn free(&self) -> i128 {
        self.balance - self.held
    }

    /// How many periods have begun.
    pub(super) fn period(&self) -> u32 {
        self.period
    }

    /// What can be spent, at least and at most.
    pub(super) fn spendable(&self, context: &Context<'_, '_>) -> (i128, i128) {
        let limit = context.terms.range(context.plan, |plan| plan.pool.overage);
        let (least, most) = (limit.0 - self.used.1, limit.1 - self.used.0);
        (self.free() + least.max(0), self.free() + most.max(0))
    }

    pub(super) fn see(&mut self, context: &Context<'_, '_>, found: &mut Found) {
        let event = context.event;
        match event.deed {
            Deed::SetPlan(_) => {
                // Perhaps a new subscription, with a period of its own.
                self.used.0 = 0;
                self.period += 1;
                self.plan_since = event.at.from.0;
            }
            Deed::Renew { of_plan: true } if event.at.from.0 != self.plan_since => {
                self.used = (0, 0);
                self.period += 1;
            }
            Deed::Message(Answer::Refused(Reason::CreditsExhausted)) => {
                self.refused(context, found);
            }
            _ => {}
        }
        self.held += event.hold.wide();
        if event.charged != Credits::ZERO || event.overage != Credits::ZERO {
            self.is_there = true;
            if event.drawn() < 0 || event.charged < Credits::ZERO {
                self.come(event, found);
            } else {
                self.charge(context, found);
            }
        }
        if self.is_there {
            found.applies(Rule::PoolNeverOversold);
        }
        if let Some(balance) = event.balance {
            let expected = self.told - event.drawn();
            let verdict =
                if balance.wide() == expected { Verdict::Held } else { Verdict::Violated };
            found.add(Rule::CreditsConserved, verdict, event.line);
            self.told = balance.wide();
        } else {
            self.told -= event.drawn();
        }
    }

    fn refused(&self, context: &Context<'_, '_>, found: &mut Found) {
        let cost = context.event.cost.wide();
        let refuses = context.terms.range(context.plan, |plan| {
            let endless = if plan.pool.refuses { 0 } else { UNLIMITED };
            (endless, endless)
        });
        let spendable = self.spendable(context);
        let room = (spendable.0 + refuses.0, spendable.1 + refuses.1);
        let verdict = Verdict::of_refusal((cost, cost), room);
        found.add(Rule::CreditsRefusedRightly, verdict, context.event.line);
    }

    /// Something leaves the pool.
    fn charge(&mut self, context: &Context<'_, '_>, found: &mut Found) {
        let event = context.event;
        let drawn = event.drawn();
        let untold = (drawn - self.balance).max(0);
        self.balance -= drawn - untold;
        let excess = untold + event.overage.wide();
        if excess <= 0 {
            return;
        }
        let is_charge = matches!(event.deed, Deed::Message(_) | Deed::Settle | Deed::Release(_));
        let limit = context.terms.range(context.plan, |plan| plan.pool.overage);
        // Only charges are permitted beyond the balance; what expires is there.
        let (surely, perhaps) = if is_charge {
            ((limit.0 - self.used.1).max(0), (limit.1 - self.used.0).max(0))
        } else {
            (0, 0)
        };
        let verdict = Verdict::of_admission((excess, excess), (surely, perhaps));
        found.add(Rule::PoolNeverOversold, verdict, event.line);
        if !is_charge {
            return;
        }
        let permitted = excess.min(perhaps);
        let oversold = excess - permitted;
        found.oversold += oversold;
        self.used = (self.used.0 + excess.min(surely), self.used.1 + permitted);
        if event.key != Key::NONE {
            let beyond = self.beyond.entry(event.key).or_default();
            let untold = untold.min(oversold);
            beyond.permitted += permitted;
            beyond.oversold += oversold - untold;
            beyond.untold += untold;
            beyond.period = self.period;
        }
    }

    /// Something comes into the pool, or a charge is given back: first what of it was oversold.
    fn come(&mut self, event: &Event, found: &mut Found) {
        let mut nothing = Beyond::default();
        let beyond = self.beyond.get_mut(&event.key).filter(|_| event.key != Key::NONE);
        let beyond = beyond.unwrap_or(&mut nothing);
        let back = (-event.overage.wide()).max(0);
        let oversold = back.min(beyond.oversold);
        let permitted = (back - oversold).min(beyond.permitted);
        let coming = (-event.drawn()).max(0);
        let untold = coming.min(beyond.untold);
        beyond.oversold -= oversold;
        beyond.permitted -= permitted;
        beyond.untold -= untold;
        found.oversold -= oversold + untold;
        self.balance += coming - untold;
        self.used.0 = (self.used.0 - permitted).max(0);
        if beyond.period == self.period {
            self.used.1 = (self.used.1 - permitted).max(0);
        }
    }
}
