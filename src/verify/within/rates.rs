//! Limits of rates within brackets.

use std::collections::BTreeMap;

use super::Judge;
use super::envelope::{Envelope, Meeting};
use crate::rules::Reason;
use crate::rules::limiter::{Quota, ThrottleScope};
use crate::verify::event::{Answer, Deed};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::terms::{Limit, weight};
use crate::verify::verdict::Verdict;

impl<'s> Judge<'_, 's> {
    pub(super) fn rates(&self, found: &mut Found) {
        for place in 0..self.terms.limiters.len() {
            let of_plans = self.terms.plans.iter().flat_map(|plan| &plan.limits);
            let own: Vec<&Limit<'s>> = of_plans.filter(|limit| limit.place == place).collect();
            let Some(&limit) = own.first() else { continue };
            let is_rate =
                !matches!(limit.throttle.quota, Quota::Concurrency { .. } | Quota::Custom(_));
            if is_rate {
                // Where its numbers change with the plan, or refusals count, it is not looked for which
                // placement is worst.
                let is_same = |it: &&&Limit<'_>| it.throttle.quota == limit.throttle.quota;
                let is_known = own.len() == self.terms.plans.len()
                    && own.iter().all(|it| is_same(&it))
                    && own.iter().all(|it| !it.throttle.count_refused);
                self.rate(limit, is_known, found);
            }
        }
    }

    fn rate(&self, limit: &Limit<'s>, is_known: bool, found: &mut Found) {
        let mut meetings: BTreeMap<Option<u32>, Vec<Meeting>> = BTreeMap::new();
        for event in self.events {
            let is_admitted = match event.deed {
                Deed::Message(Answer::Admitted) => true,
                Deed::Message(Answer::Refused(Reason::RateLimited))
                    if event.limiter == Some(limit.name) =>
                {
                    false
                }
                _ => continue,
            };
            let weight = weight(limit.throttle, event.cost);
            let of_agent = limit.throttle.scope == ThrottleScope::Agent;
            let meeting = Meeting { at: event.at, weight, line: event.line, is_admitted };
            meetings.entry(of_agent.then_some(event.agent)).or_default().push(meeting);
        }
        for meetings in meetings.values() {
            let judged =
                if is_known { Envelope::judge(&limit.throttle.quota, meetings) } else { None };
            let Some(judged) = judged else {
                for it in meetings {
                    let rule = rule(it.is_admitted);
                    found.add_of(rule, Verdict::Possible, (it.line, Some(limit.name)));
                }
                continue;
            };
            if let Some((verdict, line)) = judged.exceeded {
                found.add_of(rule(true), verdict, (line, Some(limit.name)));
            }
            for (verdict, line) in judged.refusals {
                found.add(rule(false), verdict, line);
            }
        }
    }
}

fn rule(is_admitted: bool) -> Rule {
    if is_admitted { Rule::RatesNeverExceeded } else { Rule::RatesRefusedRightly }
}
