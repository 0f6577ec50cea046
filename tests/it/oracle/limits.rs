//! The oracle's rules: whether an attempt passes, worked out from all that passed before.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use limitlab::rules::limiter::{OnExceed, Quota, Throttle, ThrottleScope, Weight};
use limitlab::rules::{AgentState, Cycle, Reason};

use super::figures::OVERLOADED;
use super::limiters::{Answer, Mark, Seen};
use super::pool::Shares;
use super::record::{Attempt, Limit, Owner, Refusal, Visit};
use super::world::Play;

/// An attempt that asks to pass.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) space: usize,
    pub(super) agent: usize,
    pub(super) cost: i128,
    pub(super) now: u64,
    /// Whether it has asked before, at this instant, and a package was bought since.
    pub(super) again: bool,
}

/// What an attempt finds that passes some limits.
#[derive(Debug, Clone, Default)]
pub(super) struct Passage {
    /// How long limits that shape have it wait.
    pub(super) wait: u64,
    /// Those for a place in which it waits.
    pub(super) queues: Vec<Limit>,
    /// Those that only report and would have refused it.
    exceeded: Vec<Limit>,
}

impl Passage {
    /// Whether it goes on at once.
    pub(super) fn goes_on(&self) -> bool {
        self.wait == 0 && self.queues.is_empty()
    }
}

/// What an attempt finds at its workspace, and at the platform where that is the same decision.
pub(super) struct Passed {
    pub(super) here: Passage,
    pub(super) there: Option<Passage>,
}

/// A limit as an attempt meets it.
type Met<'s> = (Limit, &'s Throttle);

/// What a limit says to an attempt.
enum Word {
    Waits(u64),
    Queues,
    Refuses(Option<u64>),
}

impl<'s> Play<'s> {
    /// The first rule that refuses; `reported` takes the names of limits that would have.
    pub(super) fn decide(
        &mut self,
        asked: Asked,
        reported: &mut Vec<String>,
    ) -> Result<Passed, Refusal> {
        let refused = |reason| Refusal { reason, limiter: None, retry_after: None };
        let Asked { space, agent, cost, now, .. } = asked;
        if !self.stages[space].standing.available {
            return Err(refused(Reason::TrialEnded));
        }
        if self.record.spaces[space].state(agent) != Some(AgentState::Active) {
            return Err(refused(Reason::AgentNotActive));
        }
        let here = self.pass(&self.limits_here(space, agent), asked, reported)?;
        let standing = &self.stages[space].standing;
        if standing.plan().credits.is_some() {
            let pool = self.record.spaces[space].pool();
            let shares = self.shares(space);
            if let Err(reason) = pool.can_pay(agent, cost, &shares) {
                // Nothing renews once a trial has ended.
                let trial = standing.plan().trial;
                let trial_ends = trial.map_or(u64::MAX, |it| standing.joined + it.nanos());
                let cure = pool.cure(agent, cost, &shares).filter(|&at| at < trial_ends);
                let retry_after = cure.map(|at| at - now);
                return Err(Refusal { retry_after, ..refused(reason) });
            }
        }
        let at_once = self.delay == 0 && here.goes_on();
        // There it asks for the first time.
        let asked = Asked { again: false, ..asked };
        let there = at_once.then(|| self.decide_at_platform(asked, reported)).transpose()?;
        Ok(Passed { here, there })
    }

    /// The first limit of plan or platform that refuses, or a backend without room.
    pub(super) fn decide_at_platform(
        &mut self,
        asked: Asked,
        reported: &mut Vec<String>,
    ) -> Result<Passage, Refusal> {
        let passage = self.pass(&self.limits_there(asked.space), asked, reported)?;
        let refused = passage.goes_on() && !self.has_room(asked.space, asked.now);
        if refused { Err(OVERLOADED) } else { Ok(passage) }
    }

    /// What of the included credits agents and features have a share in, those that exist.
    fn shares(&self, space: usize) -> Shares {
        let agents = 0..self.stages[space].agents.len();
        let exist = agents.filter(|&agent| self.record.spaces[space].state(agent).is_some());
        let members = exist.map(|agent| (agent, self.line(space, agent).share)).collect();
        let has_any = self.stages[space].group.lines.iter().any(|it| it.share.is_some());
        Shares { has_any, members }
    }

    /// The limits of a workspace's plan and group that a message to an agent meets, in order.
    fn limits_here(&self, space: usize, agent: usize) -> Vec<Met<'s>> {
        let standing = &self.stages[space].standing;
        let of = |scope: ThrottleScope| {
            let own = standing.throttles(standing.plan).filter(move |it| it.scope == scope);
            own.map(|it| (self.limit(it, space, agent), it))
        };
        of(ThrottleScope::Agent).chain(of(ThrottleScope::Workspace)).collect()
    }

    /// The limits over everybody that a message to a workspace meets, in order.
    fn limits_there(&self, space: usize) -> Vec<Met<'s>> {
        let of = |scope: ThrottleScope| {
            let all = self.scenario.throttles.iter().filter(move |it| it.scope == scope);
            all.map(|it| (self.limit(it, space, 0), it))
        };
        of(ThrottleScope::Plan).chain(of(ThrottleScope::Platform)).collect()
    }

    /// The limiter that a throttle is to an agent of a workspace.
    fn limit(&self, throttle: &Throttle, space: usize, agent: usize) -> Limit {
        let group = self.stages[space].group;
        let (owner, list) = match throttle.scope {
            ThrottleScope::Agent => (Owner::Agent { space, agent }, &group.throttles),
            ThrottleScope::Workspace => (Owner::Space(space), &group.throttles),
            ThrottleScope::Plan => {
                let name = &self.stages[space].standing.plan().name;
                let mut plans = self.scenario.groups.iter().flat_map(|it| &it.plans);
                let place = plans.position(|it| it.plan.name == *name);
                (Owner::Plan(place.expect("it is one of them")), &self.scenario.throttles)
            }
            ThrottleScope::Platform => (Owner::Everybody, &self.scenario.throttles),
        };
        let place = list.iter().position(|it| it.name == throttle.name);
        (owner, place.expect("it stands there"))
    }

    /// Whether an attempt passes all these limits; nothing is taken.
    fn pass(
        &mut self,
        limits: &[Met<'s>],
        asked: Asked,
        reported: &mut Vec<String>,
    ) -> Result<Passage, Refusal> {
        let mut passage = Passage::default();
        for &(limit, throttle) in limits {
            let reports = throttle.on_exceed == OnExceed::Report;
            match self.word(limit, throttle, asked) {
                Word::Waits(wait) if !reports => passage.wait = passage.wait.max(wait),
                Word::Queues if !reports => passage.queues.push(limit),
                Word::Waits(_) | Word::Queues => {}
                Word::Refuses(mut retry_after) => {
                    if throttle.count_refused {
                        // Whoever asks again is counted.
                        if !asked.again {
                            self.mark(limit, throttle, asked, true);
                        }
                        let Word::Refuses(then) = self.word(limit, throttle, asked) else {
                            panic!("{} admits whom it refused", throttle.name);
                        };
                        retry_after = then;
                    }
                    if reports {
                        passage.exceeded.push(limit);
                        reported.push(throttle.name.clone());
                    } else {
                        let (reason, limiter) = (throttle.quota.reason(), throttle.name.clone());
                        return Err(Refusal { reason, limiter: Some(limiter), retry_after });
                    }
                }
            }
        }
        Ok(passage)
    }

    /// Writes down that an attempt counts in a limit.
    fn mark(&mut self, limit: Limit, throttle: &Throttle, asked: Asked, refused: bool) {
        let (at, weight) = (asked.now, weight(throttle, asked.cost));
        if weight > 0 {
            let marks = self.record.counted.entry(limit).or_default();
            marks.push(Mark { at, weight, refused });
        }
    }

    fn word(&self, limit: Limit, throttle: &'s Throttle, asked: Asked) -> Word {
        if let Quota::Concurrency { limit: most, queue } = throttle.quota {
            let (held, waiting) = self.in_flight(limit);
            let (most, queue) = (most as usize, queue as usize);
            // Where nobody waits, those hold places who would wait for them.
            let reports = throttle.on_exceed == OnExceed::Report;
            return match held < if reports { most + queue } else { most } {
                true => Word::Waits(0),
                false if !reports && waiting < queue => Word::Queues,
                false => Word::Refuses(None),
            };
        }
        match self.answer(limit, throttle, asked) {
            Ok(wait) => Word::Waits(wait),
            Err(retry_after) => Word::Refuses(retry_after),
        }
    }

    /// What a limiter of a rate says, by all that was counted in it.
    fn answer(&self, limit: Limit, throttle: &'s Throttle, asked: Asked) -> Answer {
        let none = Vec::new();
        let marks = self.record.counted.get(&limit).unwrap_or(&none);
        let weight = weight(throttle, asked.cost);
        let (first, space) = match limit.0 {
            // What belongs to an agent begins with it.
            Owner::Agent { space, agent } => (self.stages[space].agents[agent].stint, space),
            Owner::Space(space) => (0, space),
            Owner::Plan(_) | Owner::Everybody => {
                let mut seen = Seen::nothing(&throttle.quota, 0);
                for &mark in marks {
                    seen.count(mark);
                }
                return seen.answer(asked.now, weight);
            }
        };
        let standing = &self.stages[space].standing;
        let mut seen: Option<Seen<'_>> = None;
        for (stint, &(begin, plan)) in standing.stints.iter().enumerate().skip(first) {
            let there = standing.throttles(plan).find(|it| it.name == throttle.name);
            seen = match (seen, there) {
                (Some(seen), Some(new)) => Some(seen.carried(&new.quota, begin)),
                (_, new) => new.map(|new| Seen::nothing(&new.quota, begin)),
            };
            let end = standing.stints.get(stint + 1).map_or(u64::MAX, |it| it.0);
            for &mark in marks.iter().filter(|it| begin <= it.at && it.at < end) {
                seen.as_mut().expect("it was there").count(mark);
            }
        }
        seen.expect("it holds on the plan").answer(asked.now, weight)
    }

    /// How many have a place in a limit, and how many wait for one.
    fn in_flight(&self, limit: Limit) -> (usize, usize) {
        let (space, own) = match limit.0 {
            Owner::Agent { space, agent } => (space, Some(agent)),
            Owner::Space(space) => (space, None),
            Owner::Plan(_) | Owner::Everybody => {
                let all = self.record.visits.iter();
                let all = all.filter(|it| !it.left && it.places.contains(&limit));
                let (waiting, held): (Vec<_>, Vec<_>) =
                    all.partition(|it| self.queues(it).contains(&limit));
                return (held.len(), waiting.len());
            }
        };
        let shares = |it: &&Attempt| {
            it.in_flight() && own.is_none_or(|own| it.agent == own) && !it.skips.contains(&limit)
        };
        let all = self.record.spaces[space].attempts.iter().filter(shares);
        let (waiting, held): (Vec<_>, Vec<_>) = all.partition(|it| it.queues.contains(&limit));
        (held.len(), waiting.len())
    }

    /// The limits for a place in which an attempt at the platform waits.
    pub(super) fn queues(&self, visit: &Visit) -> &[Limit] {
        &self.record.spaces[visit.space].attempts[visit.attempt].queues
    }

    /// Who has waited longest for a place in a limit: the workspace, and the attempt.
    pub(super) fn first_in_queue(&self, limit: Limit) -> Option<(usize, usize)> {
        let (Owner::Agent { space, .. } | Owner::Space(space)) = limit.0 else {
            let waits = |it: &&Visit| self.queues(it).contains(&limit);
            return self.record.visits.iter().find(waits).map(|it| (it.space, it.attempt));
        };
        let attempts = &self.record.spaces[space].attempts;
        let first = attempts.iter().position(|it| it.queues.contains(&limit));
        first.map(|attempt| (space, attempt))
    }

    /// Whether one of those who wait for a place in a limit gets one now.
    pub(super) fn gets_place(&self, limit: Limit) -> bool {
        let (Owner::Agent { space, .. } | Owner::Space(space)) = limit.0 else {
            let Quota::Concurrency { limit: most, .. } = self.scenario.throttles[limit.1].quota
            else {
                unreachable!("nobody waits for a place elsewhere")
            };
            return self.in_flight(limit).0 < most as usize;
        };
        let standing = &self.stages[space].standing;
        let name = &self.stages[space].group.throttles[limit.1].name;
        let there = standing.throttles(standing.plan).find(|it| it.name == *name);
        match there.map(|it| (&it.quota, it.on_exceed)) {
            Some((Quota::Concurrency { limit: most, .. }, OnExceed::Refuse)) => {
                self.in_flight(limit).0 < *most as usize
            }
            // Nothing limits them, or only by report.
            _ => true,
        }
    }

    /// Takes what an attempt found in the limits of its workspace.
    pub(super) fn take_here(&mut self, asked: Asked, attempt: usize, passage: Passage) {
        let limits = self.limits_here(asked.space, asked.agent);
        self.take(&limits, asked, &passage);
        let attempt = &mut self.record.spaces[asked.space].attempts[attempt];
        attempt.goes_on = asked.now + passage.wait;
        (attempt.skips, attempt.queues) = (passage.exceeded, passage.queues);
    }

    /// Takes what an attempt found at the platform, where its stay begins.
    pub(super) fn take_there(&mut self, asked: Asked, attempt: usize, passage: Passage) {
        let space = asked.space;
        let limits = self.limits_there(space);
        self.take(&limits, asked, &passage);
        let places = limits.into_iter().map(|it| it.0);
        let places = places.filter(|limit| !passage.exceeded.contains(limit)).collect();
        let visit = self.record.visits.len();
        self.record.visits.push(Visit { space, attempt, places, left: false });
        let attempt = &mut self.record.spaces[space].attempts[attempt];
        (attempt.visit, attempt.goes_on) = (Some(visit), asked.now + passage.wait);
        attempt.queues = passage.queues;
    }

    fn take(&mut self, limits: &[Met<'s>], asked: Asked, passage: &Passage) {
        for &(limit, throttle) in limits {
            let is_rate = !matches!(throttle.quota, Quota::Concurrency { .. });
            if is_rate && !passage.exceeded.contains(&limit) {
                self.mark(limit, throttle, asked, false);
            }
        }
    }
}

/// What an attempt weighs in a limit, in thousandths.
fn weight(throttle: &Throttle, cost: i128) -> i128 {
    match throttle.weight {
        Weight::Attempts => 1_000,
        Weight::Credits => cost,
    }
}

/// The instants of a cycle that is anchored at `anchor`, as far as anybody asks for them; in
/// nanoseconds from the start, before which some of them may lie.
pub(super) fn instants(
    renews: Cycle,
    start: Timestamp,
    anchor: i128,
) -> Box<dyn Iterator<Item = i128>> {
    let begin = start.as_nanosecond();
    match renews {
        Cycle::Never => Box::new(std::iter::empty()),
        Cycle::Every(period) => {
            let period = i128::from(period.nanos());
            let first = anchor.rem_euclid(period) - 2 * period;
            Box::new((0..).map(move |number| first + number * period))
        }
        Cycle::Monthly => {
            let anchor = Timestamp::from_nanosecond(begin + anchor).expect("scenarios are short");
            let anchor = anchor.to_zoned(TimeZone::UTC);
            let day = move |months: i32| {
                let day = anchor.checked_add(months.months()).expect("scenarios are short");
                day.timestamp().as_nanosecond() - begin
            };
            Box::new((-50..).map(day))
        }
    }
}

/// The first instant after `now` at which a pool renews that is anchored at `anchor`.
pub(super) fn next_instant(renews: Cycle, start: Timestamp, anchor: i128, now: u64) -> Option<u64> {
    let next = instants(renews, start, anchor).find(|&at| at > i128::from(now))?;
    Some(u64::try_from(next).expect("it is after now"))
}
