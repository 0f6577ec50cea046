//! The oracle's rules: whether an attempt passes, worked out from all that passed before.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use limitlab::rules::limiter::{Quota, Throttle, ThrottleScope};
use limitlab::rules::{AgentState, Cycle, Reason};
use limitlab::units::Rate;

use super::pool::Shares;
use super::record::{Attempt, Refusal};
use super::world::Play;

impl Play<'_> {
    /// The first rule that refuses.
    pub(super) fn decide(
        &self,
        space: usize,
        agent: usize,
        cost: i128,
        now: u64,
    ) -> Result<(), Refusal> {
        let refused = |reason| Refusal { reason, limiter: None, retry_after: None };
        let record = &self.record.spaces[space];
        let standing = &self.stages[space].standing;
        if !standing.available {
            return Err(refused(Reason::TrialEnded));
        }
        if record.state(agent) != Some(AgentState::Active) {
            return Err(refused(Reason::AgentNotActive));
        }
        for scope in [ThrottleScope::Agent, ThrottleScope::Workspace] {
            for throttle in standing.throttles(standing.plan).filter(|it| it.scope == scope) {
                self.refused_by(throttle, space, agent, now)?;
            }
        }
        if standing.plan().credits.is_some() {
            let pool = record.pool();
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
        if self.delay == 0 && !self.has_room(space, now) {
            return Err(refused(Reason::Overloaded));
        }
        Ok(())
    }

    /// What of the included credits agents and features have a share in, those that exist.
    fn shares(&self, space: usize) -> Shares {
        let agents = 0..self.stages[space].agents.len();
        let exist = agents.filter(|&agent| self.record.spaces[space].state(agent).is_some());
        let members = exist.map(|agent| (agent, self.line(space, agent).share)).collect();
        let has_any = self.stages[space].group.lines.iter().any(|it| it.share.is_some());
        Shares { has_any, members }
    }
}

/// A token bucket, in thousandths of a token times the nanoseconds of its rate.
#[derive(Clone, Copy)]
struct Bucket {
    full: i128,
    token: i128,
    /// What comes in a nanosecond.
    gain: i128,
    level: i128,
    seen: u64,
}

impl Bucket {
    fn full(rate: Rate, burst_thousandths: u64, now: u64) -> Self {
        let per = i128::from(rate.per().nanos());
        let full = i128::from(burst_thousandths) * per;
        let gain = 1_000 * i128::from(rate.events());
        Self { full, token: 1_000 * per, gain, level: full, seen: now }
    }

    fn at(self, now: u64) -> Self {
        let level = self.full.min(self.level + self.gain * i128::from(now - self.seen));
        Self { level, seen: now, ..self }
    }

    /// The bucket as it is on another plan, which has the numbers of `new`.
    fn converted(self, new: Self) -> Self {
        let scaled = |it: i128| it * new.token / self.token;
        if (scaled(self.gain), scaled(self.full)) == (new.gain, new.full) {
            let old = self.at(new.seen);
            return Self { level: scaled(old.level), ..new };
        }
        let millionths = self.at(new.seen).level * 1_000_000 / self.token;
        // A level is whole in the greatest unit in which a nanosecond's gain and a thousandth are.
        let unit = gcd(new.gain, new.token / 1_000);
        let level = millionths * new.token / 1_000_000 / unit * unit;
        Self { level: level.min(new.full), ..new }
    }
}

fn gcd(x: i128, y: i128) -> i128 {
    if y == 0 { x } else { gcd(y, x % y) }
}

impl Play<'_> {
    /// Whether a limiter lets an attempt pass, worked out from all that it let pass before.
    fn refused_by(
        &self,
        throttle: &Throttle,
        space: usize,
        agent: usize,
        now: u64,
    ) -> Result<(), Refusal> {
        let shares =
            |it: &&Attempt| throttle.scope == ThrottleScope::Workspace || it.agent == agent;
        let passed = || self.record.spaces[space].attempts.iter().filter(|it| it.taken());
        let refused = |reason, retry_after| {
            Err(Refusal { reason, limiter: Some(throttle.name.clone()), retry_after })
        };
        if let Quota::Concurrency { limit, .. } = throttle.quota {
            let in_flight = passed().filter(shares).filter(|it| it.in_flight(now)).count();
            let full = in_flight >= limit as usize;
            return if full { refused(Reason::ConcurrencyLimited, None) } else { Ok(()) };
        }
        let standing = &self.stages[space].standing;
        let numbers = |plan: usize, now: u64| {
            let found = standing.throttles(plan).find(|it| it.name == throttle.name)?;
            let Quota::TokenBucket { rate, burst_thousandths, .. } = found.quota else {
                return None;
            };
            Some(Bucket::full(rate, burst_thousandths, now))
        };
        // What belongs to an agent begins with it.
        let first = match throttle.scope {
            ThrottleScope::Agent => self.stages[space].agents[agent].stint,
            _ => 0,
        };
        let mut bucket: Option<Bucket> = None;
        for (stint, &(begin, plan)) in standing.stints.iter().enumerate().skip(first) {
            let new = numbers(plan, begin);
            bucket = match (bucket, new) {
                (Some(old), Some(new)) => Some(old.converted(new)),
                (_, new) => new,
            };
            let end = standing.stints.get(stint + 1).map_or(u64::MAX, |it| it.0);
            let inside = |it: &&Attempt| begin <= it.at && it.at < end;
            for it in passed().filter(shares).filter(inside) {
                bucket = bucket.map(|old| {
                    let old = old.at(it.at);
                    Bucket { level: old.level - old.token, ..old }
                });
            }
        }
        let bucket = bucket.expect("it holds on the plan").at(now);
        if bucket.level < bucket.token {
            let wait = (bucket.token - bucket.level + bucket.gain - 1) / bucket.gain;
            return refused(Reason::RateLimited, Some(wait as u64));
        }
        Ok(())
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
