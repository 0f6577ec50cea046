//! What a trace has of each line: two passes over its rows, with memory for each agent and line.

use std::sync::Arc;

use super::agents::{Agent, Agents, Ended, State};
use super::hours::{Clock, Found, Hours};
use super::sample::Sample;
use super::values::{Kind, Values};
use crate::log::{Census, Deed, Playback, Row, Rows, Trace, TraceError, Whom};
use crate::units::{SimSpan, SimTime, Speed};

/// How many mean gaps the horizon of gaps is away, where the trace is long enough: few gaps are
/// longer, and few begin so late that they do not count.
const HORIZON: f64 = 20.0;

/// If fewer messages would come to agents that are away, that none did tells nothing.
const FEWEST_AWAY: f64 = 5.0;

/// What is known of a line after the first pass.
pub(super) struct Tally {
    /// Agents of all workspaces at the start.
    pub(super) agents: u64,
    /// Those of one workspace.
    pub(super) each: u32,
    /// All messages.
    pub(super) messages: u64,
    /// Those that begin a conversation, or are alone.
    pub(super) starts: u64,
    /// Those of them to an agent that was not active.
    pub(super) away: u64,
    pub(super) hours: Hours,
    pub(super) turns: Values,
    pub(super) think: Values,
    pub(super) costs: Values,
    /// Messages that do not say what they cost.
    pub(super) unpriced: u64,
    /// Rows by what they do that changed something, as [`Deed::NAMES`] has it.
    pub(super) deeds: [u64; Deed::KINDS],
    /// How long agents were active, were offline and were drafts \[ns\].
    pub(super) active: u128,
    pub(super) offline: u128,
    pub(super) draft: u128,
    /// Agents that were offline at the start, and drafts that were enabled.
    pub(super) began_offline: u64,
    pub(super) drafts_enabled: u64,
    /// The squares of the arrivals at each agent of the start, summed, and the arrivals.
    pub(super) squares: f64,
    pub(super) declared_starts: u64,
}

/// What is in a trace.
pub(super) struct Gathered {
    /// Line after line, over all groups.
    pub(super) lines: Vec<Tally>,
    /// The end: the last row's time, rounded up.
    pub(super) end: SimTime,
    /// What all times are multiples of \[ns\].
    grain: u64,
    agents: Agents,
    /// Rows that change a plan, and that buy a package.
    pub(super) plans: u64,
    pub(super) packages: u64,
    offset: u64,
}

/// What the second pass finds of a line.
pub(super) struct Spans {
    /// Operational time between two arrivals at an agent.
    pub(super) gaps: Sample,
    /// Time from an enable to the next disable, and from that to the next enable.
    pub(super) active: Sample,
    pub(super) offline: Sample,
    /// How much operational time there is until the end.
    pub(super) length: f64,
}

/// How far into the week a scenario starts \[ns\].
pub(super) fn offset(census: &Census) -> u64 {
    const WEEK: i128 = 7 * SimSpan::DAY.nanos() as i128;
    // The calendar of Unix begins on a Thursday.
    let since_monday = census.roster.start.as_nanosecond() + 3 * i128::from(SimSpan::DAY.nanos());
    since_monday.rem_euclid(WEEK) as u64
}

fn rows(trace: &Trace, census: &Census) -> Result<Rows, TraceError> {
    let playback = Playback { speed: Speed::NORMAL, until: SimTime::NEVER };
    Rows::open(trace, Arc::new(census.roster.clone()), playback)
}

/// The first line of each group, counted over all of them.
fn firsts(census: &Census) -> Vec<usize> {
    let mut next = 0;
    let groups = census.roster.groups.iter();
    groups
        .map(|group| {
            let first = next;
            next += group.lines.len();
            first
        })
        .collect()
}

impl Gathered {
    /// The first pass: counts, and the values of messages.
    pub(super) fn read(trace: &Trace, census: &Census) -> Result<Self, TraceError> {
        let offset = offset(census);
        let groups = census.roster.groups.iter();
        let lines = groups.flat_map(|group| {
            group.lines.iter().map(|line| Tally::new(group.count, line.count, offset))
        });
        let mut found = Self {
            lines: lines.collect(),
            end: SimTime::ZERO,
            grain: 0,
            agents: Agents::default(),
            plans: 0,
            packages: 0,
            offset,
        };
        let firsts = firsts(census);
        let declared: Vec<u32> = census
            .roster
            .groups
            .iter()
            .map(|group| group.lines.iter().map(|line| line.count).sum())
            .collect();
        // The conversation that the last row is of, by its line, and its turns so far.
        let mut talk: Option<(usize, u64)> = None;
        let mut rows = rows(trace, census)?;
        while let Some(row) = rows.next_row()? {
            found.end = found.end.max(row.time);
            if row.think.is_none() {
                found.grain = gcd(found.grain, row.time.nanos());
            }
            let whom = match row.deed {
                Deed::SetPlan(_) => {
                    found.plans += 1;
                    continue;
                }
                Deed::BuyPackage(_) => {
                    found.packages += 1;
                    continue;
                }
                Deed::Message(whom)
                | Deed::Create(whom)
                | Deed::Enable(whom)
                | Deed::Disable(whom)
                | Deed::Delete(whom) => whom,
            };
            let place = firsts[row.group as usize] + whom.line as usize;
            let is_declared = whom.name < declared[row.group as usize];
            let agent = found.agents.named(&row, whom, place, is_declared);
            let line = &mut found.lines[place];
            if !matches!(row.deed, Deed::Message(_)) {
                line.note(&row, agent.does(row.deed, row.time));
                continue;
            }
            line.priced(&row);
            if let (Some(think), Some((_, turns))) = (row.think, &mut talk) {
                line.think.add(think.nanos());
                *turns += 1;
                continue;
            }
            if let Some((line, turns)) = talk.replace((place, 1)) {
                found.lines[line].turns.add(turns);
            }
            found.lines[place].arrival(agent, whom, row);
        }
        if let Some((line, turns)) = talk {
            found.lines[line].turns.add(turns);
        }
        found.close();
        Ok(found)
    }

    /// Rounds the end up, and closes the states that last until then.
    fn close(&mut self) {
        let whole = [SimSpan::HOUR, SimSpan::MINUTE, SimSpan::SECOND];
        let unit = whole.iter().find(|unit| self.end.nanos() > unit.nanos());
        let unit = unit.unwrap_or(&SimSpan::SECOND).nanos();
        // A row at the end itself would not be part of what is replayed.
        self.end = SimTime::from_nanos((self.end.nanos() / unit + 1) * unit);
        let mut seen = vec![0; self.lines.len()];
        for agent in self.agents.iter() {
            let line = &mut self.lines[agent.line];
            line.lasts(
                Ended { state: agent.state, since: agent.since, by_row: agent.by_row },
                self.end,
            );
            if agent.declared {
                seen[agent.line] += 1;
                line.began_offline += u64::from(agent.began_offline);
                line.squares += agent.starts as f64 * agent.starts as f64;
                line.declared_starts += agent.starts;
            }
        }
        for (line, seen) in self.lines.iter_mut().zip(seen) {
            let unseen = u128::from(line.agents.saturating_sub(seen));
            line.active += unseen * u128::from(self.end.nanos());
        }
    }

    /// The second pass: times between arrivals, which go by what hours weigh, and periods.
    pub(super) fn spans(
        &mut self,
        trace: &Trace,
        census: &Census,
        hours: &[Found],
    ) -> Result<Vec<Spans>, TraceError> {
        let firsts = firsts(census);
        let offset = self.offset;
        let weights = hours.iter().map(|found| match found {
            Found::Rhythm(rhythm) => &rhythm.weights[..],
            _ => &[],
        });
        let mut clocks: Vec<Clock> = weights.map(|it| Clock::new(offset, it)).collect();
        let mut spans: Vec<Spans> = self
            .lines
            .iter()
            .zip(&clocks)
            .map(|(line, clock)| line.spans(clock.clone().show(self.end), self.end, self.grain))
            .collect();
        let half = SimTime::from_nanos(self.end.nanos() / 2);
        self.agents.rewind();
        let mut rows = rows(trace, census)?;
        while let Some(row) = rows.next_row()? {
            let (Deed::Message(whom)
            | Deed::Create(whom)
            | Deed::Enable(whom)
            | Deed::Disable(whom)
            | Deed::Delete(whom)) = row.deed
            else {
                continue;
            };
            if row.think.is_some() {
                continue;
            }
            let place = firsts[row.group as usize] + whom.line as usize;
            let agent = self.agents.named(&row, whom, place, false);
            let shown = clocks[place].show(row.time);
            let found = &mut spans[place];
            let pauses = self.lines[place].pauses();
            if matches!(row.deed, Deed::Message(_)) {
                found.arrival(agent, shown, pauses);
            } else if let Some(ended) = agent.does(row.deed, row.time) {
                found.ended(ended, row.time, half);
                match (ended.state, agent.state) {
                    (State::Active, _) => agent.paused = shown,
                    (_, State::Active) => agent.lost += shown - agent.paused,
                    _ => {}
                }
            }
        }
        for agent in self.agents.iter() {
            let found = &mut spans[agent.line];
            let pauses = self.lines[agent.line].pauses();
            if let Some(last) = agent.last {
                let inactive = agent.state != State::Active;
                let now = if inactive && pauses { agent.paused } else { found.length };
                let now = if pauses { now - agent.lost } else { now };
                // Who paused may have had less time than the horizon: such a gap is left out.
                if now - last >= found.gaps.horizon() {
                    found.gaps.add_beyond();
                }
            }
            if agent.by_row && agent.since <= half {
                match agent.state {
                    State::Active => found.active.add_beyond(),
                    State::Offline => found.offline.add_beyond(),
                    _ => {}
                }
            }
        }
        Ok(spans)
    }
}

impl Spans {
    fn arrival(&mut self, agent: &mut Agent, shown: f64, pauses: bool) {
        let now = if pauses { shown - agent.lost } else { shown };
        if let Some(last) = agent.last {
            self.gaps.add(now - last);
        }
        agent.last = (shown <= self.length - self.gaps.horizon()).then_some(now);
    }

    fn ended(&mut self, ended: Ended, now: SimTime, half: SimTime) {
        if !ended.by_row || ended.since > half {
            return;
        }
        let length = (now - ended.since).nanos() as f64;
        match ended.state {
            State::Active => self.active.add(length),
            State::Offline => self.offline.add(length),
            State::Draft | State::Gone => {}
        }
    }
}

impl Tally {
    fn new(workspaces: u32, each: u32, offset: u64) -> Self {
        Self {
            agents: u64::from(workspaces) * u64::from(each),
            each,
            messages: 0,
            starts: 0,
            away: 0,
            hours: Hours::new(offset),
            turns: Values::new(Kind::Count),
            think: Values::new(Kind::Time),
            costs: Values::new(Kind::Credits),
            unpriced: 0,
            deeds: [0; Deed::KINDS],
            active: 0,
            offline: 0,
            draft: 0,
            began_offline: 0,
            drafts_enabled: 0,
            squares: 0.0,
            declared_starts: 0,
        }
    }

    fn priced(&mut self, row: &Row) {
        self.messages += 1;
        match row.cost {
            Some(cost) => self.costs.add(cost.thousandths().max(0) as u64),
            None => self.unpriced += 1,
        }
    }

    fn arrival(&mut self, agent: &mut Agent, whom: Whom, row: Row) {
        self.starts += 1;
        self.away += u64::from(agent.state != State::Active);
        agent.starts += 1;
        let number = u64::from(row.workspace) * u64::from(self.each.max(1)) + u64::from(whom.name);
        self.hours.add(number, row.time);
    }

    fn note(&mut self, row: &Row, ended: Option<Ended>) {
        let Some(ended) = ended else { return };
        self.deeds[row.deed.kind()] += 1;
        let enabled = matches!(row.deed, Deed::Enable(_));
        self.drafts_enabled += u64::from(enabled && ended.state == State::Draft);
        self.lasts(ended, row.time);
    }

    /// Counts the time from the beginning of a state to its end.
    fn lasts(&mut self, ended: Ended, until: SimTime) {
        let length = u128::from((until - ended.since).nanos());
        match ended.state {
            State::Active => self.active += length,
            State::Offline => self.offline += length,
            State::Draft => self.draft += length,
            State::Gone => {}
        }
    }

    /// Whether customers wait for agents that are away: fewer than half as many messages come to
    /// those as would come if it made no difference. So it is with agents that are created.
    pub(super) fn pauses(&self) -> bool {
        let away = (self.offline + self.draft) as f64;
        let expected = away / (away + self.active as f64).max(1.0) * self.starts as f64;
        self.deeds[1] > 0 || (expected >= FEWEST_AWAY && (self.away as f64) < 0.5 * expected)
    }

    /// The time in which messages can come to agents of the line, summed over them \[ns\].
    pub(super) fn exposure(&self) -> f64 {
        let away = if self.pauses() { 0 } else { self.offline + self.draft };
        (self.active + away) as f64
    }

    fn spans(&self, length: f64, end: SimTime, grain: u64) -> Spans {
        let gap = self.exposure() / self.starts as f64;
        let horizon = (HORIZON * gap).min(length / 2.0);
        let half = end.nanos() as f64 / 2.0;
        Spans {
            gaps: Sample::new(grain as f64, horizon),
            active: Sample::new(grain as f64, half),
            offline: Sample::new(grain as f64, half),
            length,
        }
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
