//! The pool, of which it is known within brackets only what came and went.

use super::Judge;
use super::stock::{Change, Stock, never_above};
use crate::rules::Reason;
use crate::units::Credits;
use crate::verify::event::{Answer, Deed, Event};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::terms::UNLIMITED;
use crate::verify::verdict::Verdict;

impl Judge<'_, '_> {
    pub(super) fn credits(&self, found: &mut Found) {
        let changes = |amount: fn(&Event) -> i128| -> Vec<Change> {
            let moves = self.events.iter().filter(|event| amount(event) != 0);
            let change =
                |event: &Event| Change { at: event.at, amount: amount(event), line: event.line };
            moves.map(change).collect()
        };
        let drawn = changes(Event::drawn);
        if drawn.is_empty() && self.events.iter().all(|event| event.balance.is_none()) {
            return;
        }
        found.applies(Rule::PoolNeverOversold);
        let (least, most) = self.beyond();
        if let (verdict @ (Verdict::Possible | Verdict::Violated), line) = never_above(0, &drawn) {
            // What the rows do not call overage may be it all the same.
            let is_broken =
                verdict == Verdict::Violated && never_above(most, &drawn).0 == Verdict::Violated;
            let verdict = if is_broken { Verdict::Violated } else { Verdict::Possible };
            found.add(Rule::PoolNeverOversold, verdict, line.unwrap_or(0));
        }
        self.overage(found);
        let (drawn, held) = (Stock::new(&drawn), Stock::new(&changes(|it| it.hold.wide())));
        let told: i128 = self.events.iter().map(|it| it.overage.wide().max(0)).sum();
        for event in self.events {
            if event.deed != Deed::Message(Answer::Refused(Reason::CreditsExhausted)) {
                continue;
            }
            let cost = event.cost.wide();
            let (taken, held) = (drawn.taken(&event.at, 0), held.taken(&event.at, 0));
            let demand = (taken.0 + held.0.max(0) + cost, taken.1 + held.1.max(0) + cost);
            let endless = self.room(&event.at, |plan| {
                let endless = if plan.pool.refuses { 0 } else { UNLIMITED };
                (endless, endless)
            });
            let room = ((least - told).max(0) + endless.0, most + endless.1);
            let verdict = Verdict::of_refusal(demand, room);
            found.add(Rule::CreditsRefusedRightly, verdict, event.line);
        }
    }

    /// What may be charged beyond the balance: surely in one period, and at most in all of them.
    fn beyond(&self) -> (i128, i128) {
        let begins =
            |event: &&Event| matches!(event.deed, Deed::SetPlan(_) | Deed::Renew { of_plan: true });
        let periods = self.events.iter().filter(begins).count() as i128 + 1;
        let (least, most) = self.terms.range(None, |plan| plan.pool.overage);
        (least, most.saturating_mul(periods).min(UNLIMITED))
    }

    /// Judges what rows call overage: more than any plan permits in a period is oversold, and all of it
    /// is right if it would be right in one.
    fn overage(&self, found: &mut Found) {
        let told = self.events.iter().filter(|event| event.overage > Credits::ZERO);
        let mut sum = 0;
        for event in told {
            let amount = event.overage.wide();
            sum += amount;
            let limit = self.room(&event.at, |plan| plan.pool.overage);
            let surely = self.terms.range(None, |plan| plan.pool.overage).0;
            if amount > limit.1 {
                found.oversold += amount - limit.1;
                found.add(Rule::PoolNeverOversold, Verdict::Violated, event.line);
            } else if sum > surely {
                found.add(Rule::PoolNeverOversold, Verdict::Possible, event.line);
            }
        }
    }
}
