//! Lines of agents and other features, and who writes to them.

use std::fmt::Arguments;

use super::super::super::flaw::Finder;
use super::super::super::model::{Drain, Scenario};
use super::super::super::types::MOST_TIMES;
use super::super::super::words::grouped;
use super::super::lines::MOST_CREATIONS;
use super::super::modulation::MOST_PERIODS;
use super::super::retry::MOST_FACTOR;
use super::super::traffic::{MOST_USERS, is_zero};
use super::plans::rate;
use super::{above_zero, legal, name};
use crate::rules::AgentState;
use crate::units::SimSpan;
use crate::workload::{
    Activity, AgentLine, Backoff, Bursts, LineKind, OnRefused, Retry, Traffic, TrafficKind,
};

pub(super) fn line(scenario: &Scenario, line: &AgentLine, at: Arguments<'_>, finder: &mut Finder) {
    name(&line.name, format_args!("{at}.name"), finder);
    if line.kind == LineKind::Feature {
        let plain = line.count == 1
            && line.start == AgentState::Active
            && line.activity.is_none()
            && line.churn.is_none();
        finder.demand(plain, at, "must count 1 and always be active, since it is a feature");
    }
    if let Some(of) = &line.activity {
        activity(of, format_args!("{at}.activity"), finder);
    }
    if let Some(of) = &line.traffic {
        traffic(scenario, line.count, of, format_args!("{at}.traffic"), finder);
    }
    legal(&line.cost, format_args!("{at}.cost"), finder);
    if let Some(of) = line.client_throttling {
        let field = format_args!("{at}.client_throttling");
        let sound = (1_000..=1_000_000).contains(&of.multiplier_thousandths);
        finder.demand(sound, field, "must make from 1 to 1_000 attempts for each admitted one");
        finder.demand(!of.over.is_zero(), field, "must count over more than 0s");
    }
    if let Some(of) = &line.retry {
        retry(scenario, line, of, format_args!("{at}.retry"), finder);
    }
    if let Some(patience) = &line.patience {
        legal(patience, format_args!("{at}.patience"), finder);
    }
    if let Some(churn) = &line.churn {
        if let Some(create) = churn.create {
            let field = format_args!("{at}.churn.create");
            rate(create, field, finder);
            let expected = create.per_second() * scenario.duration.as_secs_f64();
            let most = grouped(MOST_CREATIONS);
            let message = format_args!("must be at most {most} tries in the duration");
            finder.demand(expected <= MOST_CREATIONS as f64, field, message);
        }
        if let Some(after) = &churn.delete_after {
            legal(after, format_args!("{at}.churn.delete_after"), finder);
        }
    }
    if let Some(share) = line.share {
        let sound = share.at_most.is_none_or(|most| share.at_least <= most);
        let field = format_args!("{at}.share.at_least");
        finder.demand(sound, field, "must not be greater than `at_most`");
    }
}

fn retry(
    scenario: &Scenario,
    line: &AgentLine,
    retry: &Retry,
    at: Arguments<'_>,
    finder: &mut Finder,
) {
    let field = format_args!("{at}.max_attempts");
    finder.demand(retry.max_attempts != Some(0), field, "must be at least 1");
    let ends = line.patience.is_some() || scenario.drain == Drain::Cut;
    let message = "must be limited where nobody loses patience and the run is not cut";
    finder.demand(retry.max_attempts.is_some() || ends, field, message);
    let sound = retry.budget.is_none_or(|budget| !budget.over.is_zero());
    finder.demand(sound, format_args!("{at}.budget.over"), "must be above zero");
    let sound = retry.reasons.iter().all(|reason| reason.refuses_attempts());
    finder.demand(sound, format_args!("{at}.reasons"), "must be reasons that refuse attempts");
    match &retry.backoff {
        Backoff::Wait(law) => {
            let field = format_args!("{at}.backoff");
            legal(law, field, finder);
            let sound = retry.max_attempts.is_some() || !is_zero(law);
            finder.demand(sound, field, "must take time where attempts are not limited");
        }
        Backoff::Growing { base, factor, cap, .. } => {
            above_zero(*base, format_args!("{at}.backoff.base"), finder);
            let most = grouped(MOST_FACTOR as u64);
            let sound = (1.0..=MOST_FACTOR).contains(factor);
            let field = format_args!("{at}.backoff.factor");
            finder.demand(sound, field, format_args!("must be from 1 to {most}"));
            let sound = cap >= base && *cap <= SimSpan::MAX_DURATION;
            let message = "must not be less than `base`, and at most 292 years";
            finder.demand(sound, format_args!("{at}.backoff.cap"), message);
        }
    }
}

fn activity(activity: &Activity, at: Arguments<'_>, finder: &mut Finder) {
    for (key, law) in
        [("draft", &activity.draft), ("active", &activity.active), ("offline", &activity.offline)]
    {
        if let Some(law) = law {
            legal(law, format_args!("{at}.{key}"), finder);
        }
    }
    if let OnRefused::RetryEvery(every) = activity.on_refused {
        above_zero(every, format_args!("{at}.on_refused"), finder);
    }
}

/// Traffic to so many agents, or to a workspace as a whole, which counts as one.
pub(super) fn traffic(
    scenario: &Scenario,
    agents: u32,
    traffic: &Traffic,
    at: Arguments<'_>,
    finder: &mut Finder,
) {
    let field = format_args!("{at}.kind");
    match &traffic.kind {
        TrafficKind::Rate(of) => rate(*of, field, finder),
        TrafficKind::Interarrival(law) => {
            legal(law, field, finder);
            finder.demand(!is_zero(law), field, "must take time between messages");
        }
        TrafficKind::Sessions { rate: of, turns, think, on_lost: _ } => {
            rate(*of, format_args!("{at}.kind.rate"), finder);
            legal(turns, format_args!("{at}.kind.turns"), finder);
            legal(think, format_args!("{at}.kind.think"), finder);
        }
        TrafficKind::Closed { users, think } => {
            let together = u64::from(*users) * u64::from(agents);
            let sound = *users >= 1 && together <= MOST_USERS;
            let most = grouped(MOST_USERS);
            let message = format_args!("must be at least 1, and at most {most} in a line");
            finder.demand(sound, format_args!("{at}.kind.users"), message);
            legal(think, format_args!("{at}.kind.think"), finder);
            let steady = traffic.modulation.is_flat() && traffic.bursts.is_none();
            let message = "must be steady: users of closed traffic write when they have replies";
            finder.demand(steady, at, message);
        }
        TrafficKind::Custom(_) => {}
    }
    let factor = |value: f64| (0.0..=MOST_TIMES).contains(&value);
    let sound = traffic.modulation.stages().iter().all(|stage| factor(stage.target));
    let message = format_args!("must have targets from 0 to {}", grouped(MOST_TIMES as u64));
    finder.demand(sound, format_args!("{at}.modulation"), message);
    if let Some(of) = &traffic.bursts {
        let sound = factor(of.quiet);
        let message = format_args!("must be from 0 to {}", grouped(MOST_TIMES as u64));
        finder.demand(sound, format_args!("{at}.bursts.quiet"), message);
        bursts(of, scenario.duration, format_args!("{at}.bursts"), finder);
    }
}

fn bursts(bursts: &Bursts, duration: SimSpan, at: Arguments<'_>, finder: &mut Finder) {
    legal(&bursts.on, format_args!("{at}.on"), finder);
    legal(&bursts.off, format_args!("{at}.off"), finder);
    let period = bursts.on.mean() + bursts.off.mean();
    let periods = 2.0 * duration.nanos() as f64 / period;
    let sound = period.is_finite() && periods <= MOST_PERIODS;
    let most = grouped(MOST_PERIODS as u64);
    let message =
        format_args!("must have a mean, and at most {most} periods on and off in the duration");
    finder.demand(sound, at, message);
    let message = "must let something arrive: `on` takes time, or `quiet` is above 0";
    finder.demand(bursts.on_level().is_finite(), at, message);
}
