//! Events and attempts that are sorted outside of memory: how they are written to temporary files.

use std::io::{self, Read, Write};

use extsort::{ExternalSorter, Sortable};

use super::bracket::Bracket;
use super::event::{Answer, Deed, End, Event, Key};
use crate::rules::Reason;
use crate::units::{Credits, SimSpan, SimTime};

/// So many are in memory at once \[about 200 bytes each\].
const IN_MEMORY: usize = 2_000_000;

/// A sorter that keeps what does not fit in memory in temporary files.
pub(super) fn sorter() -> ExternalSorter {
    ExternalSorter::new().with_segment_size(IN_MEMORY)
}

/// An event, with the number of its workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spilled {
    pub(super) workspace: u32,
    pub(super) event: Event,
}

/// An event in words of 64 bits.
const WORDS: usize = 14;

impl Sortable for Spilled {
    fn encode<W: Write>(&self, to: &mut W) -> io::Result<()> {
        let Event { at, line, deed, agent, attempt, key, .. } = self.event;
        let (code, reason, plan) = code(deed);
        let limiter = self.event.limiter.map_or(0, |limiter| u64::from(limiter) + 1);
        let optional = |present: bool, bit: u64| u64::from(present) << bit;
        let flags = optional(self.event.retry_after.is_some(), 0)
            | optional(self.event.balance.is_some(), 1);
        let words: [u64; WORDS] = [
            u64::from(self.workspace) | u64::from(agent) << 32,
            line,
            at.from.0.nanos(),
            at.until.0.nanos(),
            code | reason << 8 | u64::from(plan) << 16 | limiter << 32 | flags << 56,
            u64::from(attempt),
            key.0 as u64,
            (key.0 >> 64) as u64,
            self.event.retry_after.map_or(0, SimSpan::nanos),
            self.event.cost.thousandths() as u64,
            self.event.charged.thousandths() as u64,
            self.event.overage.thousandths() as u64,
            self.event.hold.thousandths() as u64,
            self.event.balance.map_or(0, Credits::thousandths) as u64,
        ];
        words.iter().try_for_each(|word| to.write_all(&word.to_le_bytes()))
    }

    fn decode<R: Read>(from: &mut R) -> io::Result<Self> {
        let mut words = [0; WORDS];
        for word in &mut words {
            let mut bytes = [0; 8];
            from.read_exact(&mut bytes)?;
            *word = u64::from_le_bytes(bytes);
        }
        let [who, line, sent, answered, what, attempt, low, high, retry_after, ..] = words;
        let credits = |place: usize| Credits::from_thousandths(words[place] as i64);
        let flags = what >> 56;
        let at = Bracket::new(SimTime::from_nanos(sent), SimTime::from_nanos(answered), line);
        let limiter = (what >> 32 & 0xff_ffff).checked_sub(1).map(|limiter| limiter as u16);
        let deed = deed(what as u8, (what >> 8) as u8, (what >> 16) as u16);
        let event = Event {
            at,
            line,
            deed: deed.ok_or_else(|| io::Error::other("a temporary file was changed"))?,
            agent: (who >> 32) as u32,
            attempt: attempt as u32,
            key: Key(u128::from(low) | u128::from(high) << 64),
            limiter,
            retry_after: (flags & 1 != 0).then(|| SimSpan::from_nanos(retry_after)),
            cost: credits(9),
            charged: credits(10),
            overage: credits(11),
            hold: credits(12),
            balance: (flags & 2 != 0).then(|| credits(13)),
        };
        Ok(Self { workspace: who as u32, event })
    }
}

/// A deed as a number, with the place of its reason and its plan. An answer that was no is one more than
/// the same that was yes.
fn code(deed: Deed) -> (u64, u64, u16) {
    let refused = |code: u64, reason: Reason| {
        let place = Reason::ALL.iter().position(|it| *it == reason).unwrap_or(0);
        (code, place as u64, 0)
    };
    let answered = |code: u64, answer: Answer| match answer {
        Answer::Admitted => (code, 0, 0),
        Answer::Refused(reason) => refused(code + 1, reason),
    };
    match deed {
        Deed::Message(answer) => answered(0, answer),
        Deed::Release(End::Served) => (2, 0, 0),
        Deed::Release(End::Refused(reason)) => refused(3, reason),
        Deed::Release(End::Left) => (16, 0, 0),
        Deed::Create(answer) => answered(4, answer),
        Deed::Enable(answer) => answered(6, answer),
        Deed::Settle => (8, 0, 0),
        Deed::Disable => (9, 0, 0),
        Deed::Delete => (10, 0, 0),
        Deed::SetPlan(plan) => (11, 0, plan),
        Deed::EndTrial => (12, 0, 0),
        Deed::Renew { of_plan } => (13, 0, u16::from(of_plan)),
        Deed::Expire => (14, 0, 0),
        Deed::BuyPackage => (15, 0, 0),
    }
}

/// The deed that a number stands for; `None` if it stands for none.
fn deed(code: u8, reason: u8, plan: u16) -> Option<Deed> {
    let reason = || Reason::ALL.get(usize::from(reason)).copied();
    let answer = if code % 2 == 0 { Some(Answer::Admitted) } else { reason().map(Answer::Refused) };
    Some(match code {
        0 | 1 => Deed::Message(answer?),
        2 => Deed::Release(End::Served),
        3 => Deed::Release(End::Refused(reason()?)),
        16 => Deed::Release(End::Left),
        4 | 5 => Deed::Create(answer?),
        6 | 7 => Deed::Enable(answer?),
        8 => Deed::Settle,
        9 => Deed::Disable,
        10 => Deed::Delete,
        11 => Deed::SetPlan(plan),
        12 => Deed::EndTrial,
        13 => Deed::Renew { of_plan: plan == 1 },
        14 => Deed::Expire,
        15 => Deed::BuyPackage,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_back_as_they_were() {
        let refused = Answer::Refused(Reason::ShareExhausted);
        let deeds = [
            Deed::Message(Answer::Admitted),
            Deed::Message(refused),
            Deed::Release(End::Refused(Reason::Overloaded)),
            Deed::Release(End::Served),
            Deed::Release(End::Left),
            Deed::Create(Answer::Admitted),
            Deed::Enable(refused),
            Deed::Settle,
            Deed::Disable,
            Deed::Delete,
            Deed::SetPlan(700),
            Deed::EndTrial,
            Deed::Renew { of_plan: true },
            Deed::Renew { of_plan: false },
            Deed::Expire,
            Deed::BuyPackage,
        ];
        for (place, deed) in deeds.into_iter().enumerate() {
            let is_even = place % 2 == 0;
            let (sent, answered) = (SimTime::from_nanos(7), SimTime::from_nanos(7 + place as u64));
            let event = Event {
                at: Bracket::new(sent, answered, 9),
                line: 9,
                deed,
                agent: 5,
                attempt: 3,
                key: Key(u128::MAX - place as u128),
                limiter: is_even.then_some(u16::MAX),
                retry_after: is_even.then_some(SimSpan::SECOND),
                cost: Credits::whole(2),
                charged: Credits::whole(-3),
                overage: Credits::whole(4),
                hold: Credits::from_thousandths(i64::MIN),
                balance: is_even.then_some(Credits::whole(-6)),
            };
            let spilled = Spilled { workspace: 8, event };
            let mut bytes = Vec::new();
            spilled.encode(&mut bytes).unwrap();
            assert_eq!(bytes.len(), 8 * WORDS);
            assert_eq!(Spilled::decode(&mut bytes.as_slice()).unwrap(), spilled);
        }
        let mut torn = [255; 8 * WORDS];
        torn[32] = 17;
        assert!(Spilled::decode(&mut torn.as_slice()).is_err());
    }
}
