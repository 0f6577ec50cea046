//! Lines of agents and other features in words.

use super::super::model::Group;
use super::super::words::{Quantity, counted, distribution, grouped, number, span};
use crate::rules::{AgentState, ShareTerms};
use crate::units::{Share, SimSpan};
use crate::workload::{
    Activity, AgentLine, Backoff, Churn, ClientThrottling, Customers, Jitter, LineKind, OnLost,
    OnRefused, Retry, RetryBudget, Route, Steps, Traffic, TrafficKind, WhileOffline,
};

/// What there is to say about a line of a group, a row each. `mean` is how many agents there are on
/// average.
pub(super) fn agents(group: &Group, line: &AgentLine, mean: f64, duration: SimSpan) -> Vec<String> {
    let counts = group.plans.iter().any(|offer| offer.plan.credits.is_some());
    let is_written_to = group.is_written_to(line);
    let mut rows = match line.kind {
        LineKind::Agents => states(line, mean),
        LineKind::Feature => vec!["always there, takes no slot".to_owned()],
    };
    match &line.traffic {
        None if group.recorded_to(line).messages > 0 => {
            rows.push("their messages were recorded".to_owned());
        }
        None if is_written_to => rows.push("customers of the workspace write to them".to_owned()),
        None => rows.push("nobody writes to them".to_owned()),
        Some(traffic) => {
            rows.push(customers(traffic, "each"));
            rows.extend(rise_and_fall(traffic, duration));
        }
    }
    if is_written_to {
        rows.extend(line.retry.as_ref().map(retry));
        rows.extend(line.client_throttling.map(client_throttling));
        rows.extend(line.patience.as_ref().map(|patience| {
            format!("customers wait for {} at most", distribution(patience, Quantity::Span))
        }));
    }
    if is_written_to && counts {
        rows.push(format!("credits a message: {}", distribution(&line.cost, Quantity::Credits)));
    }
    rows.extend(line.share.map(share));
    rows
}

/// How many agents there are, in which states, and how they come and go; a row each.
fn states(line: &AgentLine, mean: f64) -> Vec<String> {
    let agents = counted(u64::from(line.count), "agent");
    let start = match line.start {
        AgentState::Active => "active",
        AgentState::Draft => "draft",
        AgentState::Offline => "offline",
    };
    let pause = match line.while_offline {
        WhileOffline::Pause => "; customers wait while it is offline",
        WhileOffline::Refuse => "",
    };
    let mut rows = vec![format!("{agents}, {start} at first{pause}")];
    rows.extend(line.activity.as_ref().map(switching));
    rows.extend(line.churn.as_ref().map(|it| churn(it, mean)));
    rows
}

fn churn(churn: &Churn, mean: f64) -> String {
    let created = churn.create.map(|rate| format!("{rate} created in each workspace"));
    let deleted = churn
        .delete_after
        .as_ref()
        .map(|after| format!("deleted {} after they came", distribution(after, Quantity::Span)));
    let both = created.into_iter().chain(deleted).collect::<Vec<_>>().join(", ");
    format!("{both}: about {} at a time on average", number(mean))
}

fn share(terms: ShareTerms) -> String {
    let most = match terms.at_most {
        None => String::new(),
        Some(most) => format!("at most {most}"),
    };
    let least = match terms.at_least {
        Share::NONE => String::new(),
        least => format!("{least} kept"),
    };
    let both = [least, most].into_iter().filter(|said| !said.is_empty());
    match both.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "each may use all of a period's credits".to_owned(),
        both => format!("each of a period's credits: {both}"),
    }
}

/// What there is to say about the customers of each workspace as a whole, a row each.
pub(super) fn customers_of_all(all: &Customers, duration: SimSpan) -> Vec<String> {
    let to = match all.route {
        Route::Random => "any active agent",
        Route::RoundRobin => "the active agents in turn",
        Route::LeastBusy => "the active agent with the fewest messages under way",
        Route::Sticky => "the active agent that the conversation or user is with",
    };
    let mut rows = vec![customers(&all.traffic, "each workspace")];
    rows.extend(rise_and_fall(&all.traffic, duration));
    rows.push(format!("each message goes to {to}"));
    rows
}

/// Who writes to `whom`.
fn customers(traffic: &Traffic, whom: &str) -> String {
    let time = |law| distribution(law, Quantity::Span);
    match &traffic.kind {
        TrafficKind::Rate(rate) => format!("{rate} messages to {whom}"),
        TrafficKind::Interarrival(law) => format!("a message to {whom} every {}", time(law)),
        TrafficKind::Custom(custom) => format!(
            "{} messages a second to {whom}, by arrivals of one's own",
            number(custom.per_second())
        ),
        TrafficKind::Sessions { rate, turns, think, on_lost } => {
            let goes_on = match on_lost {
                OnLost::End => "",
                OnLost::Continue => ", which go on when one is lost",
            };
            format!(
                "{rate} conversations with {whom}, messages {}{goes_on}, time between them {}",
                distribution(turns, Quantity::Count),
                time(think)
            )
        }
        TrafficKind::Closed { users, think } => format!(
            "{} of {whom}, who write again and again, time between a reply and the next message {}",
            counted(u64::from(*users), "user"),
            time(think)
        ),
    }
}

/// How customers try again.
fn retry(retry: &Retry) -> String {
    if retry.persistence == Share::NONE || retry.max_attempts == Some(1) {
        return "refused customers do not try again".to_owned();
    }
    let attempts = match retry.max_attempts {
        None => "refused customers try again and again".to_owned(),
        Some(most) => {
            format!("refused customers try again, {} attempts in all", grouped(u64::from(most)))
        }
    };
    let who = match retry.persistence {
        Share::WHOLE => String::new(),
        share => format!(" ({share} of them after each refusal)"),
    };
    let when = match &retry.backoff {
        Backoff::Wait(law) => format!("after {}", distribution(law, Quantity::Span)),
        Backoff::Growing { base, factor, cap, jitter } => growing((*base, *factor, *cap), *jitter),
    };
    let told = if retry.honour_retry_after { ", or when they are told to" } else { "" };
    let reasons: Vec<&str> = retry.reasons.iter().map(|reason| reason.name()).collect();
    let budget = retry.budget.map_or(String::new(), |RetryBudget { share, over }| {
        format!("; as long as less than {share} of the attempts of the last {over} are retries")
    });
    format!("{attempts}{who}: {when}{told}; for {}{budget}", reasons.join(", "))
}

/// How customers hold attempts back.
fn client_throttling(client: ClientThrottling) -> String {
    let multiplier = number(client.multiplier_thousandths as f64 / 1e3);
    format!(
        "customers hold attempts back above {multiplier}x of those admitted in the last {}",
        client.over
    )
}

/// After what time they do, which grows from its base by its factor up to its cap.
fn growing((base, factor, cap): (SimSpan, f64, SimSpan), jitter: Jitter) -> String {
    let jitter = match jitter {
        // It goes by what the last try waited, and not by the factor.
        Jitter::Decorrelated => {
            return format!("after {base} to three times the last time, up to {cap}");
        }
        Jitter::None => "without jitter",
        Jitter::Full => "with full jitter",
        Jitter::Equal => "with equal jitter",
    };
    if factor > 1.0 {
        format!("after {base}, {}x longer each time up to {cap}, {jitter}", number(factor))
    } else {
        format!("after {base} each time, {jitter}")
    }
}

/// How traffic rises and falls, a row each.
fn rise_and_fall(traffic: &Traffic, duration: SimSpan) -> Vec<String> {
    /// More stages than this are counted, not told.
    const MOST_TOLD: usize = 6;
    let modulation = &traffic.modulation;
    let mut rows = Vec::new();
    if let Some(profile) = modulation.profile() {
        rows.push(format!("by the hour: {} on clocks of {}", profile.name, profile.zone));
    }
    let mut stages: Vec<String> = modulation
        .stages()
        .iter()
        .map(|stage| match stage.duration {
            SimSpan::ZERO => format!("to {}x at once", number(stage.target)),
            duration => format!("to {}x in {duration}", number(stage.target)),
        })
        .collect();
    if stages.len() > MOST_TOLD {
        let more = stages.len() - MOST_TOLD;
        stages.truncate(MOST_TOLD);
        stages.push(format!("and {more} more"));
    }
    if !stages.is_empty() {
        rows.push(format!("in stages: {}", stages.join(", ")));
    }
    if !modulation.is_flat() {
        let mean = modulation.mean_over(duration, &Steps::NONE);
        rows.push(format!("{}x of that on average over {duration}", number(mean)));
    }
    if let Some(bursts) = &traffic.bursts {
        let on_level = bursts.on_level();
        rows.push(format!(
            "in bursts: {}x while on, {}x while off; on for {}, off for {}",
            number(on_level),
            number(on_level * bursts.quiet),
            distribution(&bursts.on, Quantity::Span),
            distribution(&bursts.off, Quantity::Span)
        ));
    }
    rows
}

fn switching(activity: &Activity) -> String {
    let mut states = Vec::new();
    for (state, length) in
        [("draft", &activity.draft), ("active", &activity.active), ("offline", &activity.offline)]
    {
        if let Some(length) = length {
            states.push(format!("{state} for {}", distribution(length, Quantity::Span)));
        }
    }
    if let OnRefused::RetryEvery(every) = activity.on_refused {
        let every = span(every.nanos() as f64);
        states.push(format!("refused ones try again every {every}"));
    }
    if activity.on_refused == OnRefused::WaitForSlot {
        states.push("refused ones wait for a slot".to_owned());
    }
    if states.is_empty() { "they keep their state".to_owned() } else { states.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backoff_is_told_by_what_it_goes_by() {
        let told = |factor, jitter| {
            growing((SimSpan::from_secs(2), factor, SimSpan::from_secs(60)), jitter)
        };
        assert_eq!(
            told(3.0, Jitter::Full),
            "after 2s, 3x longer each time up to 1m, with full jitter"
        );
        assert_eq!(told(1.0, Jitter::None), "after 2s each time, without jitter");
        assert_eq!(
            told(3.0, Jitter::Decorrelated),
            "after 2s to three times the last time, up to 1m"
        );
    }
}
