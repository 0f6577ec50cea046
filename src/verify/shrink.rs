//! A violation, shrunk: the fewest rows that still violate the rule, and violate no other.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Answer, Deed, Event, Key};
use super::found::Found;
use super::race::race;
use super::rule::Rule;
use super::verdict::Verdict;
use crate::units::Credits;

/// So many events are judged at most for one violation; what is left then stands as it is.
const MOST_JUDGED: usize = 5_000_000;

/// Who shrinks a case.
struct Shrinker<J> {
    rule: Rule,
    /// What other rules were violated before.
    others: BTreeSet<Rule>,
    judge: J,
    /// Events that may still be judged.
    budget: usize,
}

/// The workspace of each line, where events are of several.
pub(super) type Whose = BTreeMap<u64, usize>;

/// What is left of events, in the order in which they were judged, that violate a rule. What has nothing to
/// do with the rule is not told any more.
pub(super) fn shrink(
    rule: Rule,
    (mut events, whose): (Vec<Event>, &Whose),
    judge: impl FnMut(&mut [Event]) -> Found,
) -> Vec<Event> {
    let mut shrinker = Shrinker { rule, others: BTreeSet::new(), judge, budget: MOST_JUDGED };
    let found = (shrinker.judge)(&mut events);
    let violated = found.all().filter(|(_, it)| it.verdict == Verdict::Violated);
    shrinker.others = violated.map(|(rule, _)| rule).collect();
    let Some(line) = found.of(rule).and_then(|judgement| judgement.line) else { return events };
    let last = events.iter().position(|event| event.line == line).unwrap_or(0);
    shrinker.keep_if_valid(&mut events, |events| events[..=last].to_vec());
    if !is_of_credits(rule) {
        shrinker.keep_if_valid(&mut events, without_credits);
    }
    let mut kept = BTreeSet::from([line]);
    match race(&events).filter(|_| rule == Rule::PoolNeverOversold) {
        Some((told, lines)) if shrinker.is_valid(&told) => (events, kept) = (told, lines),
        _ => shrinker.cut(&mut events),
    }
    shrinker.minimise(&mut events, (line, &kept), whose);
    events
}

/// Whether the rule is about credits.
fn is_of_credits(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::PoolNeverOversold
            | Rule::CreditsConserved
            | Rule::ChargedOnce
            | Rule::HoldsEnd
            | Rule::CreditsRefusedRightly
            | Rule::SharesNeverExceeded
            | Rule::SharesRefusedRightly
            | Rule::RetryAfterKept
    )
}

/// What only moves credits.
fn is_flow(event: &Event) -> bool {
    matches!(event.deed, Deed::Renew { .. } | Deed::Expire | Deed::BuyPackage)
}

/// What happens to agents and plans: it stands for all that came before.
pub(super) fn is_standing(event: &Event) -> bool {
    matches!(
        event.deed,
        Deed::SetPlan(_)
            | Deed::Create(Answer::Admitted)
            | Deed::Enable(Answer::Admitted)
            | Deed::Disable
            | Deed::Delete
    )
}

/// The events, as if nobody counted credits.
fn without_credits(events: &[Event]) -> Vec<Event> {
    let others = events.iter().filter(|event| !is_flow(event));
    let blank = |event: &Event| Event {
        charged: Credits::ZERO,
        overage: Credits::ZERO,
        hold: Credits::ZERO,
        balance: None,
        ..*event
    };
    others.map(blank).collect()
}

impl<J: FnMut(&mut [Event]) -> Found> Shrinker<J> {
    /// Whether events violate the rule, and no rule that was not violated before.
    fn is_valid(&mut self, events: &[Event]) -> bool {
        self.budget = self.budget.saturating_sub(events.len());
        if self.budget == 0 || events.is_empty() {
            return false;
        }
        let found = (self.judge)(&mut events.to_vec());
        let is_violated =
            |judgement: &super::found::Judgement| judgement.verdict == Verdict::Violated;
        found.of(self.rule).is_some_and(|it| is_violated(&it))
            && found.all().all(|(rule, it)| !is_violated(&it) || self.others.contains(&rule))
    }

    fn keep_if_valid(
        &mut self,
        events: &mut Vec<Event>,
        change: impl FnOnce(&[Event]) -> Vec<Event>,
    ) {
        let changed = change(events);
        if self.is_valid(&changed) {
            *events = changed;
        }
    }

    /// Begins as late as it can: what the pool held then is told by the first balance.
    fn cut(&mut self, events: &mut Vec<Event>) {
        let mut kept = 1;
        while kept < events.len() {
            let place = events.len() - kept;
            kept *= 2;
            if is_of_credits(self.rule) && events[place].balance.is_none() {
                continue;
            }
            let before = events[..place].iter().filter(|event| is_standing(event));
            let before = before.map(|event| Event { balance: None, ..*event });
            let late: Vec<Event> = before.chain(events[place..].iter().copied()).collect();
            if self.is_valid(&late) {
                *events = late;
                return;
            }
        }
    }

    /// Takes out what can be taken out, in ever smaller parts, until nothing can (Zeller's ddmin).
    fn minimise(
        &mut self,
        events: &mut Vec<Event>,
        (line, kept): (u64, &BTreeSet<u64>),
        whose: &Whose,
    ) {
        let mut units = units(events, self.rule, (line, kept), whose);
        let mut parts = 2;
        while !units.is_empty() {
            let size = units.len().div_ceil(parts);
            let mut taken = false;
            let mut begin = 0;
            while begin < units.len() {
                let end = (begin + size).min(units.len());
                let out: BTreeSet<u64> = units[begin..end].iter().flatten().copied().collect();
                let left: Vec<Event> =
                    events.iter().filter(|event| !out.contains(&event.line)).copied().collect();
                if self.is_valid(&left) {
                    *events = left;
                    units.drain(begin..end);
                    taken = true;
                } else {
                    begin = end;
                }
            }
            if size == 1 && !taken {
                return;
            }
            // What could not be taken out in large parts may be in small ones; and what could not be
            // taken out alone may be now.
            parts =
                if size == 1 { units.len().max(1) } else { (2 * parts).min(units.len().max(1)) };
        }
    }
}

/// What is taken out together, as lines: all that is of one attempt, or of one agent. What the decision at
/// `line` goes back to stays, and what is to be kept.
fn units(
    events: &[Event],
    rule: Rule,
    (line, kept): (u64, &BTreeSet<u64>),
    whose: &Whose,
) -> Vec<Vec<u64>> {
    /// What a unit is of.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Of {
        Key(usize, Key),
        Agent(usize, u32),
        Line(u64),
    }
    let of = |event: &Event| whose.get(&event.line).copied().unwrap_or_default();
    let place = events.iter().position(|event| event.line == line).unwrap_or(0);
    let before = &events[..place];
    let own = events.get(place).map(of);
    let last = |what: &dyn Fn(&Event) -> bool| before.iter().rfind(|it| what(it)).map(|it| it.line);
    let plan = last(&|it| matches!(it.deed, Deed::SetPlan(_)) && Some(of(it)) == own);
    let agent = events.get(place).map_or(0, |event| event.agent);
    let activity = last(&|event| {
        let of_agent = event.agent == agent && is_standing(event);
        of_agent && !matches!(event.deed, Deed::SetPlan(_) | Deed::Create(_))
    });
    let is_alone = |event: &Event| rule == Rule::ActiveAgentsOnly && event.agent == agent;
    let mut units: BTreeMap<Of, Vec<u64>> = BTreeMap::new();
    for event in events {
        let stays = kept.contains(&event.line)
            || Some(event.line) == plan
            || (rule == Rule::ActiveAgentsOnly && Some(event.line) == activity)
            || (is_of_credits(rule) && is_flow(event) && event.key == Key::NONE);
        if stays {
            continue;
        }
        let unit = match event.deed {
            Deed::Message(Answer::Admitted) | Deed::Settle | Deed::Expire | Deed::Release(_)
                if event.key != Key::NONE =>
            {
                Of::Key(of(event), event.key)
            }
            Deed::Create(Answer::Admitted)
            | Deed::Enable(Answer::Admitted)
            | Deed::Disable
            | Deed::Delete
                if !is_alone(event) =>
            {
                Of::Agent(of(event), event.agent)
            }
            _ => Of::Line(event.line),
        };
        units.entry(unit).or_default().push(event.line);
    }
    units.into_values().collect()
}
