//! Events and attempts that are sorted outside of memory: how they are written to temporary files.

use std::cmp::Ordering;
use std::io::{self, Read, Write};

use extsort::{ExternalSorter, PushExternalSorter, Sortable};

use super::bracket::Bracket;
use super::event::{Answer, Deed, End, Event, Key};
use crate::rules::Reason;
use crate::units::{Credits, SimSpan, SimTime};

/// So many are in memory at once, and as many again while they are written \[about 150 bytes each\].
const IN_MEMORY: usize = 1_000_000;

/// A sorter that keeps what does not fit in memory in temporary files.
pub(super) fn sorter() -> ExternalSorter {
    // A segment is written as soon as it has more than this.
    ExternalSorter::new().with_segment_size(IN_MEMORY - 1)
}

/// By what events are sorted.
type Order = fn(&Spilled, &Spilled) -> Ordering;

/// The events of all workspaces, which come in any order.
pub(super) struct Spill {
    /// Those in memory, workspace by workspace, each in the order in which they came.
    events: Vec<Vec<Event>>,
    count: usize,
    /// Those that are in files, in segments that are sorted already.
    sorter: Option<PushExternalSorter<Spilled, Order>>,
}

impl Spill {
    pub(super) fn new() -> Self {
        Self { events: Vec::new(), count: 0, sorter: None }
    }

    /// Takes up an event of a workspace.
    pub(super) fn push(&mut self, workspace: usize, event: Event) -> io::Result<()> {
        if workspace >= self.events.len() {
            self.events.resize_with(workspace + 1, Vec::new);
        }
        self.events[workspace].push(event);
        self.count += 1;
        if self.count == IN_MEMORY { self.write() } else { Ok(()) }
    }

    /// Writes what is in memory.
    fn write(&mut self) -> io::Result<()> {
        let order: Order = |one, other| one.key().cmp(&other.key());
        let sorter = self.sorter.get_or_insert_with(|| sorter().pushed_by(order));
        for (workspace, events) in self.events.iter_mut().enumerate() {
            let workspace = workspace as u32;
            events.drain(..).try_for_each(|event| sorter.push(Spilled { workspace, event }))?;
        }
        self.count = 0;
        Ok(())
    }

    /// Calls `judge` with all events of each workspace in turn.
    pub(super) fn each<E: From<io::Error>>(
        mut self,
        mut judge: impl FnMut(usize, &mut Vec<Event>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.sorter.is_none() {
            return self.events.iter_mut().enumerate().try_for_each(|(workspace, events)| {
                let mut events = std::mem::take(events);
                judge(workspace, &mut events)
            });
        }
        self.write()?;
        let Some(sorter) = self.sorter else { return Ok(()) };
        drop(self.events);
        let mut events = Vec::new();
        let mut last = 0;
        for spilled in sorter.done()? {
            let Spilled { workspace, event } = spilled?;
            if workspace != last {
                judge(last as usize, &mut events)?;
                last = workspace;
            }
            events.push(event);
        }
        judge(last as usize, &mut events)
    }
}

impl Spilled {
    fn key(&self) -> (u32, u64) {
        (self.workspace, self.event.line)
    }
}

/// An event, with the number of its workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spilled {
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
    let answer =
        if code.is_multiple_of(2) { Some(Answer::Admitted) } else { reason().map(Answer::Refused) };
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

    fn event(line: u64) -> Event {
        let at = SimTime::from_nanos(line);
        Event {
            at: Bracket::new(at, at, line),
            line,
            deed: Deed::Settle,
            agent: 0,
            attempt: 0,
            key: Key::NONE,
            limiter: None,
            retry_after: None,
            cost: Credits::ZERO,
            charged: Credits::ZERO,
            overage: Credits::ZERO,
            hold: Credits::ZERO,
            balance: None,
        }
    }

    #[test]
    fn what_does_not_fit_in_memory_comes_back_in_order() {
        for rows in [7, IN_MEMORY as u64, 2 * IN_MEMORY as u64 + 100] {
            let mut spill = Spill::new();
            for line in 0..rows {
                spill.push(line as usize * 31 % 7, event(line)).unwrap();
            }
            let (mut next, mut count) = (0, 0);
            let all = spill.each(|workspace, events| {
                assert_eq!(workspace, next);
                assert!(events.is_sorted_by_key(|event| event.line));
                assert!(events.iter().all(|event| event.line as usize * 31 % 7 == workspace));
                count += events.len() as u64;
                next += 1;
                events.clear();
                io::Result::Ok(())
            });
            all.unwrap();
            assert_eq!((next, count), (7, rows));
        }
    }

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
            let is_even = place.is_multiple_of(2);
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
