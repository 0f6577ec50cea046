//! What was found of a workspace, or of a limit that all share, rule by rule.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::rule::Rule;
use super::verdict::Verdict;

/// What was found of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judgement {
    /// The worst of all decisions.
    pub(super) verdict: Verdict,
    /// The first line that says so, if the rule may be broken.
    pub(super) line: Option<u64>,
    /// How many decisions surely broke it.
    pub(super) decisions: u64,
}

/// What was found of one decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) rule: Rule,
    pub(super) verdict: Verdict,
    pub(super) line: u64,
    /// The limit that had no room, by its number among all names.
    pub(super) limiter: Option<u16>,
}

/// The lines of which all that is found is noted, but that they are right.
pub(super) type Noted = Rc<BTreeSet<u64>>;

/// What was found of each rule that applied.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    rules: [Option<Judgement>; Rule::ALL.len()],
    /// What was charged beyond the balance and what overage permits, less what of that was given back
    /// \[thousandths\].
    pub(super) oversold: i128,
    /// How many agents were surely active above the limit at most, since one of them was enabled.
    pub(super) over_limit: i128,
    noted: Noted,
    /// Of the lines that are noted.
    pub(super) notes: Vec<Note>,
}

impl Found {
    /// Nothing yet, with lines of which all is to be noted.
    pub(super) fn noting(noted: Noted) -> Self {
        Self { noted, ..Self::default() }
    }

    /// Takes up what a decision says of a rule.
    #[inline]
    pub(super) fn add(&mut self, rule: Rule, verdict: Verdict, line: u64) {
        self.add_of(rule, verdict, (line, None));
    }

    /// The same of a limit, by its number among all names.
    #[inline]
    pub(super) fn add_of(
        &mut self,
        rule: Rule,
        verdict: Verdict,
        (line, limiter): (u64, Option<u16>),
    ) {
        if verdict != Verdict::Held && self.noted.contains(&line) {
            self.notes.push(Note { rule, verdict, line, limiter });
        }
        let found = &mut self.rules[rule as usize];
        if verdict == Verdict::Held && found.is_some() {
            return;
        }
        let line = (verdict != Verdict::Held).then_some(line);
        let worst = found.get_or_insert(Judgement { verdict, line, decisions: 0 });
        worst.decisions += u64::from(verdict == Verdict::Violated);
        if verdict > worst.verdict {
            (worst.verdict, worst.line) = (verdict, line);
        }
    }

    /// Takes up an enable that was admitted: so many agents are active then, at least and at most, of as
    /// many as there are slots.
    pub(super) fn enabled(&mut self, demand: (i128, i128), slots: (i128, i128), line: u64) {
        self.add(Rule::SlotsNeverExceeded, Verdict::of_admission(demand, slots), line);
        self.over_limit = self.over_limit.max(demand.0 - slots.1);
    }

    /// Takes up that a rule applied, and was held as far as it goes.
    pub(super) fn applies(&mut self, rule: Rule) {
        self.add(rule, Verdict::Held, 0);
    }

    /// Takes up what was found of another workspace.
    pub(super) fn join(&mut self, other: &Self) {
        for (rule, judgement) in other.all() {
            let own = &mut self.rules[rule as usize];
            let joined = own.get_or_insert(Judgement { decisions: 0, ..judgement });
            joined.decisions += judgement.decisions;
            if judgement.verdict > joined.verdict {
                (joined.verdict, joined.line) = (judgement.verdict, judgement.line);
            }
        }
        self.oversold += other.oversold;
        self.over_limit = self.over_limit.max(other.over_limit);
    }

    /// What was found of a rule.
    pub(super) fn of(&self, rule: Rule) -> Option<Judgement> {
        self.rules[rule as usize]
    }

    /// What was found of the rules that applied.
    pub(super) fn all(&self) -> impl Iterator<Item = (Rule, Judgement)> {
        let found = Rule::ALL.into_iter().zip(self.rules);
        found.filter_map(|(rule, judgement)| Some((rule, judgement?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_stands_with_its_first_line() {
        let mut found = Found::default();
        let rule = Rule::TrialsEnd;
        assert_eq!(found.of(rule), None);
        for (verdict, line) in [
            (Verdict::Held, 3),
            (Verdict::Possible, 5),
            (Verdict::Violated, 8),
            (Verdict::Possible, 9),
            (Verdict::Violated, 10),
            (Verdict::Held, 11),
        ] {
            found.add(rule, verdict, line);
        }
        let expected = Judgement { verdict: Verdict::Violated, line: Some(8), decisions: 2 };
        assert_eq!(found.all().collect::<Vec<_>>(), [(rule, expected)]);
    }
}
