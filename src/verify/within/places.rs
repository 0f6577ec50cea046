//! Limits of attempts in flight: whatever the plan was when an attempt was admitted, it has a place until
//! it is over.

use std::collections::BTreeMap;

use super::Judge;
use super::stock::{Change, Stock};
use crate::rules::limiter::ThrottleScope;
use crate::verify::event::{Answer, Deed, Event};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::terms::{Limit, UNLIMITED, has_queue, places};
use crate::verify::verdict::Verdict;

impl<'s> Judge<'_, 's> {
    pub(super) fn places(&self, found: &mut Found) {
        for place in 0..self.terms.limiters.len() {
            let of_plans = self.terms.plans.iter().flat_map(|plan| &plan.limits);
            let own: Vec<&Limit<'s>> = of_plans.filter(|limit| limit.place == place).collect();
            if own.iter().any(|limit| places(limit.throttle).is_some()) {
                self.limit(&own, found);
            }
        }
    }

    /// Judges a limit, which has its numbers on each plan.
    fn limit(&self, limits: &[&Limit<'s>], found: &mut Found) {
        let Limit { place, name, throttle } = *limits[0];
        let own = |event: &Event| (throttle.scope == ThrottleScope::Agent).then_some(event.agent);
        let mut changes: BTreeMap<Option<u32>, Vec<Change>> = BTreeMap::new();
        for event in self.events {
            let amount = match event.deed {
                Deed::Message(Answer::Admitted) => 1,
                Deed::Release(_) => -1,
                _ => continue,
            };
            let change = Change { at: event.at, amount, line: event.line };
            changes.entry(own(event)).or_default().push(change);
        }
        let stocks: BTreeMap<Option<u32>, Stock> =
            changes.into_iter().map(|(of, changes)| (of, Stock::new(&changes))).collect();
        let nobody = Stock::default();
        let is_change = |event: &&Event| matches!(event.deed, Deed::SetPlan(_));
        let several_plans = self.events.iter().filter(is_change).count() > 1;
        let is_vague = several_plans && limits.iter().any(|limit| has_queue(limit.throttle));
        let (mut worst, mut refusals) = (Verdict::Held, Vec::new());
        for event in self.events {
            let Deed::Message(answer) = event.deed else { continue };
            let is_refused = event.limiter == Some(name) && answer != Answer::Admitted;
            if !is_refused && answer != Answer::Admitted {
                continue;
            }
            let mut room = self.room(&event.at, |plan| {
                let limit = plan.limits.iter().find(|limit| limit.place == place);
                let room = limit.and_then(|limit| places(limit.throttle)).unwrap_or(UNLIMITED);
                (room, room)
            });
            // Where no plan has the limit, it says nothing.
            if room.0 == UNLIMITED && !is_refused {
                continue;
            }
            // More may have places than there are since the plan changed, and others wait all the
            // same: who does is not told.
            if is_vague {
                room.1 = UNLIMITED;
            }
            let stock = stocks.get(&own(event)).unwrap_or(&nobody);
            let (least, most) = stock.taken(&event.at, i128::from(!is_refused));
            let demand = (least + 1, most + 1);
            if is_refused {
                refusals.push((demand, room, event.line));
            } else {
                let verdict = Verdict::of_admission(demand, room);
                worst = worst.max(verdict);
                let at = (event.line, Some(name));
                found.add_of(Rule::PlacesNeverExceeded, verdict, at);
            }
        }
        // Nor is it told where more were let in than there are places.
        let is_vague = worst != Verdict::Held && limits.iter().any(|it| has_queue(it.throttle));
        for (demand, mut room, line) in refusals {
            room.1 = if is_vague { UNLIMITED } else { room.1 };
            found.add(Rule::PlacesRefusedRightly, Verdict::of_refusal(demand, room), line);
        }
    }
}
