//! What is counted of a line.

use super::agents::{Agent, Ended, State};
use super::hours::{Hours, Trend};
use super::values::{Kind, Values};
use crate::log::{Deed, Row, Whom};
use crate::units::SimTime;

/// If fewer messages would come to agents that are away, that none did tells nothing.
pub(super) const FEWEST_AWAY: f64 = 5.0;

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
    /// Those of them to a draft.
    pub(super) to_drafts: u64,
    /// Messages, or conversations, with an agent that was deleted: nobody writes to those in a
    /// scenario, so that they are none of the starts.
    pub(super) to_nobody: u64,
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
    /// The end of the trace.
    pub(super) end: SimTime,
}

impl Tally {
    pub(super) fn new(workspaces: u32, each: u32, offset: u64) -> Self {
        Self {
            agents: u64::from(workspaces) * u64::from(each),
            each,
            messages: 0,
            starts: 0,
            away: 0,
            to_drafts: 0,
            to_nobody: 0,
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
            end: SimTime::ZERO,
        }
    }

    pub(super) fn priced(&mut self, row: &Row) {
        self.messages += 1;
        match row.cost {
            Some(cost) => self.costs.add(cost.thousandths().max(0) as u64),
            None => self.unpriced += 1,
        }
    }

    pub(super) fn arrival(&mut self, agent: &mut Agent, whom: Whom, row: Row) {
        if agent.state == State::Gone {
            self.to_nobody += 1;
            return;
        }
        self.starts += 1;
        self.to_drafts += u64::from(agent.state == State::Draft);
        if agent.state == State::Active {
            agent.untouched += u64::from(!agent.is_touched());
        } else {
            self.away += 1;
        }
        agent.starts += 1;
        let number = u64::from(row.workspace) * u64::from(self.each.max(1)) + u64::from(whom.name);
        self.hours.add(number, row.time);
    }

    pub(super) fn note(&mut self, row: &Row, ended: Option<Ended>, untouched: u64) {
        let Some(ended) = ended else { return };
        self.deeds[row.deed.kind()] += 1;
        let enabled = matches!(row.deed, Deed::Enable(_));
        self.drafts_enabled += u64::from(enabled && ended.state == State::Draft);
        if enabled && !ended.by_row {
            // It was offline from the start, which nobody could know before.
            self.away += untouched;
        }
        self.lasts(ended, row.time);
    }

    /// Counts the time from the beginning of a state to its end.
    pub(super) fn lasts(&mut self, ended: Ended, until: SimTime) {
        let length = u128::from((until - ended.since).nanos());
        match ended.state {
            State::Active => self.active += length,
            State::Offline => self.offline += length,
            State::Draft => self.draft += length,
            State::Gone => {}
        }
    }

    /// Whether customers wait for agents that are away: fewer than half as many messages come to
    /// those as would come if it made no difference. Nobody writes to the drafts of a line that has
    /// only what rows created, unless somebody did.
    pub(super) fn pauses(&self) -> bool {
        let away = (self.offline + self.draft) as f64;
        let expected = away / (away + self.active as f64).max(1.0) * self.starts as f64;
        let rarely = expected >= FEWEST_AWAY && (self.away as f64) < 0.5 * expected;
        rarely || (self.each == 0 && self.away == 0)
    }

    /// The time in which messages can come to agents of the line, summed over them \[ns\]. Who is
    /// created is enabled at once in a scenario, so drafts do not count unless somebody wrote to one.
    pub(super) fn exposure(&self) -> f64 {
        /// Who is only seen for a moment may be there all the time in a scenario, and would then be
        /// written to so many times as often.
        const MOST: f64 = 1_000.0;
        let offline = if self.pauses() { 0 } else { self.offline };
        let draft = if self.pauses() || self.to_drafts == 0 { 0 } else { self.draft };
        let whole = self.all_agents() as f64 * self.end.nanos() as f64;
        let least = if self.deeds[4] > 0 { 1.0 } else { whole / MOST };
        ((self.active + offline + draft) as f64).max(least)
    }

    /// Agents that messages can come to: those of the start, and those that were created and enabled.
    pub(super) fn all_agents(&self) -> u64 {
        (self.agents + self.drafts_enabled).max(1)
    }

    /// Whether rows make agents come and go for good.
    pub(super) fn is_churned(&self) -> bool {
        let [_, creates, _, _, deletes, ..] = self.deeds;
        creates > 0 || deletes > 0
    }

    /// How much more arrivals become.
    pub(super) fn trend(&self, end: SimTime) -> Option<Trend> {
        self.hours.trend(self.agents.max(1), end)
    }
}
