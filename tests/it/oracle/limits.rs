//! The oracle's rules: whether an attempt passes, worked out from all that passed before, and when
//! it is served.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use limitlab::rules::limiter::{Quota, Throttle, ThrottleScope};
use limitlab::rules::{AgentState, Cycle, Reason};
use limitlab::scenario::{Backend, BackendScope};

use super::record::{Message, Refusal, Service, Space};
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
        let group = self.stages[space].group;
        let record = &self.record.spaces[space];
        if record.state(agent) != AgentState::Active {
            return Err(refused(Reason::AgentNotActive));
        }
        for scope in [ThrottleScope::Agent, ThrottleScope::Workspace] {
            for throttle in group.throttles.iter().filter(|it| it.scope == scope) {
                refused_by(throttle, record, agent, now)?;
            }
        }
        if group.plans[0].plan.credits.is_some() {
            let pool = record.pool();
            if !pool.can_pay(cost) {
                let retry_after = pool.cure(cost).map(|at| at - now);
                return Err(Refusal { retry_after, ..refused(Reason::CreditsExhausted) });
            }
        }
        if self.delay == 0 && !self.has_room(space, now) {
            return Err(refused(Reason::Overloaded));
        }
        Ok(())
    }

    /// The services of the backend that a workspace uses.
    fn services(&self, space: usize, backend: &Backend) -> impl Iterator<Item = &Service> {
        let shared = backend.scope == BackendScope::Platform;
        self.record.services.iter().filter(move |it| shared || it.space == space)
    }

    pub(super) fn has_room(&self, space: usize, now: u64) -> bool {
        let Some(backend) = &self.scenario.backend else { return true };
        let (Some(servers), Some(limit)) = (backend.servers, backend.queue_limit) else {
            return true;
        };
        let all = || self.services(space, backend);
        let busy = all().filter(|it| it.started <= now && now < it.ended).count();
        let waiting = all().filter(|it| it.started > now).count();
        busy < servers as usize || waiting < limit as usize
    }

    /// When an attempt that arrives now is served: as soon as fewer are served than there are
    /// servers, and not before any that came earlier.
    pub(super) fn start_of_service(&self, space: usize, backend: &Backend, now: u64) -> u64 {
        let Some(servers) = backend.servers else { return now };
        let ahead: Vec<&Service> =
            self.services(space, backend).filter(|it| it.ended > now).collect();
        let turn = ahead.iter().map(|it| it.started).fold(now, u64::max);
        let is_free = |at: u64| {
            ahead.iter().filter(|it| it.started <= at && at < it.ended).count() < servers as usize
        };
        let ends = ahead.iter().map(|it| it.ended).filter(|&at| at >= turn);
        let instants = std::iter::once(turn).chain(ends).filter(|&at| is_free(at));
        instants.min().expect("when all have ended, a server is free")
    }
}

/// Whether a limiter lets an attempt pass, worked out from all that it let pass before.
fn refused_by(throttle: &Throttle, space: &Space, agent: usize, now: u64) -> Result<(), Refusal> {
    let shares = |it: &&Message| throttle.scope == ThrottleScope::Workspace || it.agent == agent;
    let passed = space.messages.iter().filter(|it| it.taken()).filter(shares);
    let refused = |reason, retry_after| {
        Err(Refusal { reason, limiter: Some(throttle.name.clone()), retry_after })
    };
    match &throttle.quota {
        Quota::Concurrency { limit } => {
            if passed.filter(|it| it.in_flight(now)).count() >= *limit as usize {
                return refused(Reason::ConcurrencyLimited, None);
            }
        }
        Quota::TokenBucket { rate, burst_thousandths } => {
            // Thousandths of a token, times the nanoseconds of the rate.
            let per = i128::from(rate.per().nanos());
            let (full, token) = (i128::from(*burst_thousandths) * per, 1_000 * per);
            let gain = 1_000 * i128::from(rate.events());
            let (mut level, mut seen) = (full, 0);
            for it in passed {
                level = full.min(level + gain * i128::from(it.due - seen)) - token;
                seen = it.due;
            }
            level = full.min(level + gain * i128::from(now - seen));
            if level < token {
                let wait = (token - level + gain - 1) / gain;
                return refused(Reason::RateLimited, Some(wait as u64));
            }
        }
    }
    Ok(())
}

/// The first instant after `now` at which a pool renews.
pub(super) fn next_instant(renews: Cycle, start: Timestamp, now: u64) -> Option<u64> {
    let month = |months: i32| {
        let day = start.to_zoned(TimeZone::UTC).checked_add(months.months()).ok()?;
        u64::try_from(day.timestamp().as_nanosecond() - start.as_nanosecond()).ok()
    };
    match renews {
        Cycle::Never => None,
        Cycle::Every(period) => Some((now / period.nanos() + 1) * period.nanos()),
        Cycle::Monthly => (1..).map_while(month).find(|&at| at > now),
    }
}
