//! The times between arrivals at agents, and how long they are active: a second pass over the rows.

use super::agents::{Agent, Ended, State};
use super::busy::Busy;
use super::gather::{Gathered, firsts, rows};
use super::hours::{Clock, Found};
use super::sample::Sample;
use super::steps::Steps;
use super::tally::Tally;
use crate::log::{Census, Deed, Trace, TraceError};
use crate::units::SimTime;

/// How many mean gaps the horizon of gaps is away, where the trace is long enough: few gaps are
/// longer, and few begin so late that they do not count.
const HORIZON: f64 = 20.0;

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

impl Gathered {
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
        let mut spans = self.begin(&clocks, census.roster.groups.len());
        let mut talk = SimTime::ZERO;
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
            talk = row.think.map_or(row.time, |think| talk + think);
            if matches!(row.deed, Deed::Message(_)) {
                self.busy[row.group as usize].add(talk);
            }
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
                if agent.state == State::Active
                    && let Some(last) = agent.heard.replace(row.time)
                {
                    self.steps[place].add(row.time - last);
                }
            } else if let Some(ended) = agent.does(row.deed, row.time) {
                if agent.state != State::Gone {
                    found.ended(ended, row.time, half);
                }
                agent.lose(ended.state, shown);
            }
        }
        for agent in self.agents.iter() {
            spans[agent.line].close(agent, self.lines[agent.line].pauses(), half);
        }
        Ok(spans)
    }

    /// What the pass begins with: clocks that show nothing yet.
    fn begin(&mut self, clocks: &[Clock], groups: usize) -> Vec<Spans> {
        let grain = self.grain();
        let lines = self.lines.iter().zip(clocks);
        let spans: Vec<Spans> = lines
            .map(|(line, clock)| Spans::new(line, clock.clone().show(self.end), self.end, grain))
            .collect();
        self.busy = vec![Busy::new(self.end); groups];
        self.steps = vec![Steps::default(); spans.len()];
        for agent in self.agents.iter_mut() {
            let until = agent.gone.map(|gone| clocks[agent.line].clone().show(gone));
            agent.until = until.unwrap_or(spans[agent.line].length);
        }
        spans
    }
}

impl Spans {
    fn new(line: &Tally, length: f64, end: SimTime, grain: u64) -> Self {
        let gap = line.exposure() / line.starts as f64;
        let horizon = (HORIZON * gap).min(length / 2.0);
        let half = end.nanos() as f64 / 2.0;
        Self {
            gaps: Sample::of_stamps(grain as f64, horizon),
            active: Sample::of_stamps(grain as f64, half),
            offline: Sample::of_stamps(grain as f64, half),
            length,
        }
    }

    fn arrival(&mut self, agent: &mut Agent, shown: f64, pauses: bool) {
        if agent.state == State::Gone {
            return;
        }
        let now = if pauses { shown - agent.lost } else { shown };
        if let Some(last) = agent.last {
            self.gaps.add(now - last);
        }
        agent.last = (shown <= agent.until - self.gaps.horizon()).then_some(now);
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

    /// Counts what still lasts at the end.
    fn close(&mut self, agent: &Agent, pauses: bool, half: SimTime) {
        if let Some(last) = agent.last {
            let inactive = agent.state != State::Active;
            let now = if inactive && pauses { agent.paused } else { agent.until };
            let now = if pauses { now - agent.lost } else { now };
            // Who paused may have had less time than the horizon: such a gap is left out.
            if now - last >= self.gaps.horizon() {
                self.gaps.add_beyond();
            }
        }
        if agent.by_row && agent.since <= half {
            match agent.state {
                State::Active => self.active.add_beyond(),
                State::Offline => self.offline.add_beyond(),
                _ => {}
            }
        }
    }
}
