//! A log before the rules: workspace by workspace.

mod scene;

use std::collections::BTreeSet;

use super::clerk::Clerk;
use super::event::Event;
use super::found::{Found, Note, Noted};
use super::rule::Rule;
use super::shared::{Heard, Shared};
use super::shrink::{Whose, shrink};
use super::spill::Spill;
use super::terms::GroupTerms;
use super::verdict::Verdict;
use super::{Breach, Standard, Verified, VerifyError, counterexample, exact, keys, within};
use crate::log::{DecisionRows, Trace};
use crate::scenario::Scenario;

/// What a scenario says that rows are judged by, and what is found of them.
pub(super) struct Court<'s> {
    scenario: &'s Scenario,
    standard: Standard,
    clerk: Clerk<'s>,
    /// What holds in each group.
    groups: Vec<GroupTerms<'s>>,
    /// What limits over everybody have seen.
    shared: Shared<'s>,
    /// Where each rule was violated for the first time.
    cases: Vec<Case>,
    verified: Verified,
    /// The lines of which all that is found is noted, if that is asked for; and what was.
    noted: Option<Noted>,
    breaches: Vec<(u64, Breach)>,
}

/// What was found of a log, and of the lines that were to be noted.
pub(super) type Judged = (Verified, Vec<(u64, Breach)>);

/// The rows of a workspace in which a rule was violated for the first time.
struct Case {
    rule: Rule,
    workspace: usize,
    /// In the order in which they were judged.
    events: Vec<Event>,
}

impl<'s> Court<'s> {
    pub(super) fn new(scenario: &'s Scenario, standard: Standard) -> Self {
        let clerk = Clerk::new(scenario);
        let terms = |group| GroupTerms::new(group, &scenario.throttles, &clerk);
        let groups = scenario.groups.iter().map(terms).collect();
        let shared = Shared::new(scenario, &clerk);
        let (cases, verified) = (Vec::new(), Verified::default());
        Self {
            scenario,
            standard,
            clerk,
            groups,
            shared,
            cases,
            verified,
            noted: None,
            breaches: Vec::new(),
        }
    }

    /// Notes all that is found of some lines, and shows nothing else.
    pub(super) fn noting(mut self, lines: BTreeSet<u64>) -> Self {
        let noted = Noted::new(lines);
        self.shared.noted = Noted::clone(&noted);
        self.noted = Some(noted);
        self
    }

    /// Judges a log of which the rows of each workspace follow each other; `None` if they do not.
    pub(super) fn judge_in_turn(mut self, log: &Trace) -> Result<Option<Judged>, VerifyError> {
        let mut rows = DecisionRows::open(log, self.scenario.start)?;
        let mut events = Vec::new();
        let mut last = 0;
        while let Some((workspace, event)) = self.clerk.next(&mut rows)? {
            self.verified.rows += 1;
            if workspace != last {
                if workspace + 1 < self.clerk.workspaces() {
                    return Ok(None);
                }
                self.judge(last, &mut events)?;
                last = workspace;
            }
            events.push(event);
        }
        self.judge(last, &mut events)?;
        self.done(log).map(Some)
    }

    /// Judges a log whatever the order of its rows.
    pub(super) fn judge_sorted(mut self, log: &Trace) -> Result<Judged, VerifyError> {
        let mut rows = DecisionRows::open(log, self.scenario.start)?;
        let mut spill = Spill::new();
        while let Some((workspace, event)) = self.clerk.next(&mut rows)? {
            self.verified.rows += 1;
            spill.push(workspace, event)?;
        }
        spill.each(|workspace, events| self.judge(workspace, events))?;
        self.done(log)
    }

    fn done(mut self, log: &Trace) -> Result<Judged, VerifyError> {
        let cases = std::mem::take(&mut self.cases).into_iter().map(|case| {
            let Case { rule, workspace, events } = case;
            let terms = &self.groups[self.clerk.group(workspace)];
            let left = shrink(rule, (events, &Whose::new()), |events| self.found(terms, events));
            (rule, self.clerk.workspace(workspace).to_owned(), left)
        });
        let mut cases: Vec<_> = cases.collect();
        let shared = Shared::new(self.scenario, &self.clerk);
        let heard = std::mem::replace(&mut self.shared, shared).judge()?;
        for Heard { name, found, .. } in &heard {
            self.verified.take_up(name, found);
            self.breaches.extend(found.notes.iter().map(|note| breach(note, Some(name))));
        }
        for Heard { name, cases: of_limit, .. } in heard {
            for seen in of_limit {
                let is_new = cases.iter().all(|(rule, ..)| *rule != seen.rule);
                if is_new && self.noted.is_none() {
                    let left = self.shown(log, &seen)?;
                    cases.push((seen.rule, name.clone(), left));
                }
            }
        }
        cases.retain(|(_, _, events)| !events.is_empty());
        if !cases.is_empty() {
            self.verified.counterexamples = counterexample::tell(log, self.scenario, cases)?;
            self.verified.counterexamples.sort_by_key(|it| it.rule);
        }
        self.verified.workspaces = self.clerk.workspaces() as u64;
        Ok((self.verified, self.breaches))
    }

    /// Judges all events of a workspace, which are gone then.
    fn judge(&mut self, workspace: usize, events: &mut Vec<Event>) -> Result<(), VerifyError> {
        if events.is_empty() {
            return Ok(());
        }
        let group = self.clerk.group(workspace);
        let found = self.found(&self.groups[group], events);
        self.verified.take_up(self.clerk.workspace(workspace), &found);
        self.breaches.extend(found.notes.iter().map(|note| {
            breach(note, note.limiter.map(|limiter| self.clerk.limiter_name(limiter)))
        }));
        for (rule, judgement) in found.all() {
            let is_new = self.noted.is_none() && self.cases.iter().all(|case| case.rule != rule);
            if judgement.verdict == Verdict::Violated && is_new {
                self.cases.push(Case { rule, workspace, events: events.clone() });
            }
        }
        let rank = self.clerk.rank(workspace);
        self.shared.take_up(events, (self.scenario, group, rank))?;
        events.clear();
        Ok(())
    }

    /// What is found of the events of a workspace, which stand in the order of the log.
    fn found(&self, terms: &GroupTerms<'s>, events: &mut [Event]) -> Found {
        let mut found = Found::noting(self.noted.clone().unwrap_or_default());
        if events.iter().all(|event| event.at.is_point()) {
            if !events.is_sorted_by_key(|event| event.at.from) {
                events.sort_by_key(|event| event.at.from);
            }
            exact::judge(events, terms, &self.clerk, &mut found);
        } else {
            within::judge(events, terms, &self.clerk, &mut found);
        }
        keys::judge(events, self.standard.hold_ttl, &mut found);
        found
    }
}

/// A note with the name of its limit, and with its line.
fn breach(note: &Note, limiter: Option<&str>) -> (u64, Breach) {
    let Note { rule, verdict, line, .. } = *note;
    (line, Breach { rule, verdict, limiter: limiter.map(str::to_owned) })
}
