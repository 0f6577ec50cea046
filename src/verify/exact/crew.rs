//! Agents: which are there, which are active, and whether the product is.

use std::collections::BTreeMap;

use super::Context;
use crate::rules::Reason;
use crate::verify::event::{Answer, Deed};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::verdict::Verdict;

/// The agents of a workspace.
#[derive(Debug, Default)]
pub(super) struct Crew {
    /// How many exist, and how many are active.
    agents: i128,
    active: i128,
    members: BTreeMap<u32, Member>,
    /// Whether the product is there, once a row has told it.
    available: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Feature,
    Agent { active: bool },
}

impl Crew {
    pub(super) fn see(&mut self, context: &Context<'_, '_>, found: &mut Found) {
        let line = context.event.line;
        match context.event.deed {
            Deed::SetPlan(_) => self.available = Some(true),
            Deed::EndTrial => {
                self.available = Some(false);
                found.applies(Rule::TrialsEnd);
            }
            Deed::Create(answer) => self.create(answer, context, found),
            Deed::Enable(answer) => {
                self.trial(answer, line, found);
                self.enable(answer, context, found);
            }
            Deed::Disable => self.disable(context),
            Deed::Delete => {
                self.disable(context);
                self.agents -= 1;
            }
            Deed::Message(answer) => {
                self.trial(answer, line, found);
                self.message(answer, context, found);
            }
            _ => {}
        }
    }

    fn member(&mut self, context: &Context<'_, '_>) -> &mut Member {
        let agent = context.event.agent;
        self.members.entry(agent).or_insert_with(|| {
            if context.terms.is_feature(context.clerk.agent(agent)) {
                Member::Feature
            } else {
                Member::Agent { active: false }
            }
        })
    }

    fn create(&mut self, answer: Answer, context: &Context<'_, '_>, found: &mut Found) {
        let room = context.terms.range(context.plan, |plan| {
            let total = i128::from(plan.plan.total_agents);
            (total, total)
        });
        let demand = (self.agents + 1, self.agents + 1);
        let line = context.event.line;
        match answer {
            Answer::Admitted => {
                found.add(Rule::AgentsNeverExceeded, Verdict::of_admission(demand, room), line);
                self.agents += 1;
            }
            Answer::Refused(Reason::WorkspaceAgentLimit) => {
                found.add(Rule::AgentsRefusedRightly, Verdict::of_refusal(demand, room), line);
            }
            Answer::Refused(_) => {}
        }
    }

    fn enable(&mut self, answer: Answer, context: &Context<'_, '_>, found: &mut Found) {
        let room = context.terms.range(context.plan, |plan| (plan.slots(), plan.slots()));
        let demand = (self.active + 1, self.active + 1);
        let line = context.event.line;
        match answer {
            Answer::Admitted => {
                let member = self.member(context);
                // To enable an agent that is active takes no slot.
                if *member == (Member::Agent { active: false }) {
                    *member = Member::Agent { active: true };
                    self.active += 1;
                    found.enabled(demand, room, line);
                }
            }
            Answer::Refused(Reason::ActiveAgentLimit) => {
                found.add(Rule::SlotsRefusedRightly, Verdict::of_refusal(demand, room), line);
            }
            Answer::Refused(_) => {}
        }
    }

    fn disable(&mut self, context: &Context<'_, '_>) {
        let member = self.member(context);
        if *member == (Member::Agent { active: true }) {
            *member = Member::Agent { active: false };
            self.active -= 1;
        }
    }

    fn message(&mut self, answer: Answer, context: &Context<'_, '_>, found: &mut Found) {
        let right = match answer {
            Answer::Admitted => true,
            Answer::Refused(Reason::AgentNotActive) => false,
            Answer::Refused(_) => return,
        };
        let Member::Agent { active } = *self.member(context) else { return };
        let verdict = if active == right { Verdict::Held } else { Verdict::Violated };
        found.add(Rule::ActiveAgentsOnly, verdict, context.event.line);
    }

    fn trial(&self, answer: Answer, line: u64, found: &mut Found) {
        let verdict = match (answer, self.available) {
            (Answer::Admitted, Some(false)) | (Answer::Refused(Reason::TrialEnded), Some(true)) => {
                Verdict::Violated
            }
            (Answer::Refused(Reason::TrialEnded), None) => Verdict::Possible,
            _ => return,
        };
        found.add(Rule::TrialsEnd, verdict, line);
    }
}
