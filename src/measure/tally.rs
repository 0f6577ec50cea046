//! Everything that is counted in one workspace while it is simulated.

use super::blocked::BlockedTally;
use super::credits::CreditTally;
use super::damage::DamageTally;
use super::group::GroupFrame;
use super::hits::{HitTally, Run};
use super::levels::LevelTally;
use super::money::MoneyTally;
use super::series::{BinCursor, SlotLimit, add_all};
use crate::units::{SimSpan, SimTime};

/// Messages of one agent or feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AgentTally {
    /// Messages offered.
    pub offered: u32,
    /// Messages admitted.
    pub admitted: u32,
}

/// The counters of one workspace. Reused for the next one, so that nothing is allocated anew.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Messages due inside the window.
    pub offered: u64,
    /// Those that were replied to.
    pub completed: u64,
    /// Those still on their way when a run with `drain: cut` ended.
    pub in_flight: u64,
    /// Those that were given up after a refusal, by the cause of the last one.
    pub lost: Vec<u64>,
    /// Those that were given up while they waited to be served.
    pub lost_waiting: u64,
    /// Those that were given up since patience ended, in a queue or between two tries.
    pub timed_out: u64,
    /// Tries of messages.
    pub attempts: u64,
    /// Attempts refused, by cause.
    pub refused: Vec<u64>,
    /// What limits that only report would have refused, by their places in the scenario's list.
    pub shadow: Vec<u64>,
    /// First attempts refused.
    pub first_refused: u64,
    /// Of completed messages \[ns\].
    pub latency: u128,
    /// Of completed messages \[ns\].
    pub wait: u128,
    /// Of completed messages \[ns\].
    pub service: u128,
    /// From attempts to their decisions \[ns\].
    pub decision: u128,
    /// Attempts that were decided.
    pub decided: u64,
    /// Completed messages that waited.
    pub waited: u64,
    /// Completed messages that were replied to within each span that is asked for.
    pub within: Vec<u64>,
    /// Tries to create an agent.
    pub creates_tried: u64,
    /// Those refused.
    pub creates_refused: u64,
    /// Tries to enable an agent.
    pub enables_tried: u64,
    /// Those refused.
    pub enables_refused: u64,
    /// Enabled agents that had waited for a slot.
    pub enables_waited: u64,
    /// Time that enabled agents had waited for a slot \[ns\].
    pub enables_wait: u128,
    /// Agents that waited for a slot when the window ended.
    pub enables_waiting: u64,
    /// Changes of plan, subscriptions included.
    pub plans_changed: u64,
    /// Trials that ended without a subscription.
    pub trials_ended: u64,
    /// Active agents that a change of plan or the end of a trial took offline.
    pub taken_offline: u64,
    /// Packages bought.
    pub packages_bought: u64,
    /// Packages that began anew.
    pub packages_renewed: u64,
    /// What was spent.
    pub money: MoneyTally,
    /// Limit hits of all causes.
    pub hits: u64,
    /// Agents by state.
    pub levels: LevelTally,
    /// The pool's books, where there is a pool.
    pub credits: Option<CreditTally>,
    /// Server time spent serving inside the window, of a backend of its own \[ns\].
    pub backend_busy: u128,
    /// Server time there was \[ns\].
    pub backend_capacity: u128,
    /// Waiting time inside the window, of a backend of its own \[ns\].
    pub backend_waiting: u128,
    /// Services ended inside the window, of a backend of its own.
    pub backend_served: u64,
    /// Attempts that were admitted above limiters, by the cause of their refusals.
    pub over_admitted: Vec<u64>,
    /// What enforcement did that it should not have.
    pub damage: DamageTally,
    /// Messages of each agent and feature.
    pub agents: Vec<AgentTally>,
    /// The places among them of those that are features, ascending.
    features: Vec<u32>,
    /// The hours with limit hits, where each workspace is told of by itself.
    pub blocked: Option<Box<BlockedTally>>,
    pub(super) by_cause: Vec<HitTally>,
    pub(super) run: Run,
    pub(super) enable_run: Run,
    pub(super) cursor: BinCursor,
    pub(super) limit: SlotLimit,
    /// The batch of a single run that goes on, and when it ends; [`SimTime::NEVER`] if no other comes after it.
    pub(super) batch: usize,
    pub(super) batch_ends: SimTime,
    pub(super) next_reading: usize,
    /// When there is something to see at the pool again.
    pub(super) look_at: SimTime,
}

impl Tally {
    /// Begins anew, for a workspace without agents.
    pub fn reset(&mut self, frame: &GroupFrame) {
        let (causes, shadows) = (frame.causes.len(), frame.shadows.names().len());
        let first_end = frame.batches.and_then(|batches| batches.ends().next());
        let mut lost = std::mem::take(&mut self.lost);
        let mut refused = std::mem::take(&mut self.refused);
        let mut over_admitted = std::mem::take(&mut self.over_admitted);
        let mut shadow = std::mem::take(&mut self.shadow);
        let mut within = std::mem::take(&mut self.within);
        let mut per_agent = std::mem::take(&mut self.agents);
        let mut features = std::mem::take(&mut self.features);
        let mut by_cause = std::mem::take(&mut self.by_cause);
        let mut blocked = std::mem::take(&mut self.blocked);
        refill(&mut lost, causes);
        refill(&mut refused, causes);
        refill(&mut over_admitted, causes);
        refill(&mut shadow, shadows);
        refill(&mut within, frame.withins.len());
        per_agent.clear();
        features.clear();
        refill(&mut by_cause, causes);
        if let Some(blocked) = &mut blocked {
            blocked.clear();
        }
        let batch_ends = first_end.unwrap_or(SimTime::NEVER);
        let kept =
            Self { lost, refused, shadow, within, over_admitted, batch_ends, ..Self::default() };
        *self = Self { agents: per_agent, features, by_cause, blocked, ..kept };
    }

    /// Whether a batch ends until an instant, of a single run that has batches: then it is to be
    /// [booked](super::GroupMeasures::end_batch) before anything happens at that instant. Answers when it ends.
    #[inline(always)]
    pub fn batch_ended(&self, now: SimTime) -> Option<SimTime> {
        (now >= self.batch_ends && self.batch_ends < SimTime::NEVER).then_some(self.batch_ends)
    }

    /// Adds so many agents.
    pub fn add_agents(&mut self, count: u32) {
        self.agents.extend(std::iter::repeat_n(AgentTally::default(), count as usize));
    }

    /// Adds a feature.
    pub fn add_feature(&mut self) {
        self.features.push(self.agents.len() as u32);
        self.agents.push(AgentTally::default());
    }

    /// Books that an attempt to an agent was admitted and that its customer did not give it up in the
    /// queue.
    #[inline]
    pub fn kept(&mut self, agent: usize) {
        self.agents[agent].admitted += 1;
    }

    /// Counts a reply within the spans that are longer than its latency \[ns\].
    #[inline(always)]
    pub(super) fn replied_within(&mut self, withins: &[SimSpan], latency: u64) {
        match (self.within.as_mut_slice(), withins) {
            // Mostly one is asked for, if any.
            ([count], [within]) => *count += u64::from(latency <= within.nanos()),
            (counts, withins) => {
                for (count, within) in counts.iter_mut().zip(withins) {
                    *count += u64::from(latency <= within.nanos());
                }
            }
        }
    }

    /// Books that a message was given up after a refusal of this cause, perhaps since patience
    /// ended.
    pub fn gave_up(&mut self, cause: usize, impatient: bool) {
        self.lost[cause] += 1;
        self.timed_out += u64::from(impatient);
    }

    /// Books that a message was given up while it waited to be served, since patience ended.
    pub fn gave_up_waiting(&mut self) {
        self.lost_waiting += 1;
        self.timed_out += 1;
    }

    /// Messages given up, whatever the cause.
    pub fn lost_total(&self) -> u64 {
        self.lost.iter().sum::<u64>() + self.lost_waiting
    }

    /// Attempts refused, whatever the cause.
    pub fn refused_total(&self) -> u64 {
        self.refused.iter().sum()
    }

    /// Adds what another workspace has counted, as far as that adds up over time, too: not what is of one
    /// instant, nor the greatest of something, nor what servers do, who are given it before they do it.
    #[expect(clippy::too_many_lines, reason = "each field is named, so that none is forgotten")]
    pub(super) fn add(&mut self, other: &Self) {
        // Whoever adds a field is asked here whether it adds up over workspaces and over time.
        let Self {
            offered,
            completed,
            lost,
            lost_waiting,
            timed_out,
            attempts,
            refused,
            shadow,
            first_refused,
            latency,
            wait,
            service,
            decision,
            decided,
            waited,
            within,
            creates_tried,
            creates_refused,
            enables_tried,
            enables_refused,
            enables_waited,
            enables_wait,
            plans_changed,
            trials_ended,
            taken_offline,
            packages_bought,
            packages_renewed,
            money,
            hits,
            levels,
            credits,
            over_admitted,
            damage,
            in_flight: _,
            enables_waiting: _,
            backend_busy: _,
            backend_capacity: _,
            backend_waiting: _,
            backend_served: _,
            agents: _,
            features: _,
            blocked: _,
            by_cause: _,
            run: _,
            enable_run: _,
            cursor: _,
            limit: _,
            batch: _,
            batch_ends: _,
            next_reading: _,
            look_at: _,
        } = other;
        self.offered += offered;
        self.completed += completed;
        self.lost_waiting += lost_waiting;
        self.timed_out += timed_out;
        self.attempts += attempts;
        self.first_refused += first_refused;
        self.latency += latency;
        self.wait += wait;
        self.service += service;
        self.decision += decision;
        self.decided += decided;
        self.waited += waited;
        self.creates_tried += creates_tried;
        self.creates_refused += creates_refused;
        self.enables_tried += enables_tried;
        self.enables_refused += enables_refused;
        self.enables_waited += enables_waited;
        self.enables_wait += enables_wait;
        self.plans_changed += plans_changed;
        self.trials_ended += trials_ended;
        self.taken_offline += taken_offline;
        self.packages_bought += packages_bought;
        self.packages_renewed += packages_renewed;
        self.hits += hits;
        add_all(&mut self.lost, lost);
        add_all(&mut self.refused, refused);
        add_all(&mut self.shadow, shadow);
        add_all(&mut self.within, within);
        add_all(&mut self.over_admitted, over_admitted);
        self.money.add(money);
        self.levels.add(levels);
        self.damage.add(damage);
        if let Some(theirs) = credits {
            self.credits.get_or_insert_default().add(theirs);
        }
    }

    /// Jain's index of the messages admitted for each agent that was written to, in billionths;
    /// `None` if none was.
    ///
    /// Source: R. Jain, D. Chiu, W. Hawe, A Quantitative Measure of Fairness and Discrimination
    /// for Resource Allocation in Shared Computer Systems (DEC TR-301, 1984), equation 2.
    pub fn jain(&self) -> Option<u64> {
        let is_feature = |place| self.features.binary_search(&place).is_ok();
        let agents = (0..).zip(&self.agents).filter(|&(place, _)| !is_feature(place));
        let written = agents.map(|(_, agent)| agent).filter(|agent| agent.offered > 0);
        let (mut n, mut sum, mut squares) = (0_u64, 0_u128, 0_u128);
        for &AgentTally { admitted, .. } in written {
            n += 1;
            sum += u128::from(admitted);
            squares += u128::from(admitted) * u128::from(admitted);
        }
        // Nobody admitted anywhere: all are served alike.
        let equal = (n > 0).then_some(1_000_000_000);
        if squares == 0 {
            return equal;
        }
        let index = (sum * sum) as f64 / (u128::from(n) * squares) as f64;
        Some((index * 1e9).round() as u64)
    }
}

fn refill<T: Clone + Default>(values: &mut Vec<T>, length: usize) {
    values.clear();
    values.resize(length, T::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jain_is_one_when_all_are_served_alike_and_one_nth_when_one_takes_all() {
        let mut tally = Tally::default();
        assert_eq!(tally.jain(), None);
        let agents = |messages: [(u32, u32); 4]| -> Vec<AgentTally> {
            let agent = |(offered, admitted)| AgentTally { offered, admitted };
            messages.into_iter().map(agent).collect()
        };
        tally.agents = agents([(9, 5), (5, 5), (0, 0), (7, 5)]);
        assert_eq!(tally.jain(), Some(1_000_000_000));
        tally.agents = agents([(9, 5), (5, 0), (3, 0), (7, 0)]);
        assert_eq!(tally.jain(), Some(250_000_000));
    }
}
