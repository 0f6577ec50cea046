//! What a run takes: an order of magnitude.

use super::super::model::{Backend, Scenario};
use super::super::threshold::Threshold;
use super::activity::active_shares;
use super::{agents, messages_of_lines, messages_to_any, messages_to_strangers};
use crate::measure::ByBin;
use crate::summary::Selector;
use crate::workload::{AgentLine, Route, WhileOffline};

/// What a run is expected to take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::scenario) struct Cost {
    /// Events to simulate.
    pub(in crate::scenario) events: f64,
    /// Time on one thread \[s\].
    pub(in crate::scenario) seconds: f64,
    /// Memory on one thread \[bytes\].
    pub(in crate::scenario) bytes: f64,
    /// Whether more threads help.
    pub(in crate::scenario) divides: bool,
    /// Whether each of them then takes as much memory.
    pub(in crate::scenario) multiplies: bool,
}

/// Measured in release builds of the shipped scenarios, on one thread of a virtual machine: events
/// in a second while the state fits the caches, and once it does not.
const EVENTS_PER_SECOND: (f64, f64) = (2.5e6, 0.25e6);
/// The state of all workspaces that fits the caches \[bytes\].
const CACHED: f64 = 2e7;
/// Memory of a run whatever its size, of a workspace, and of an agent that are kept \[bytes\].
const BYTES: (f64, f64, f64) = (15e6, 5e3, 60.0);

/// Pages of a histogram that the times of a bin use at most, over eight doublings, the memory of
/// each, and that of the list of them \[bytes\].
const PAGES: (f64, f64, f64) = (250.0, 270.0, 7e3);
/// Memory of the counters of a bin \[bytes\].
const COUNTERS: f64 = 32.0;

/// What a run of a scenario is expected to take, all its replications.
pub(in crate::scenario) fn cost(scenario: &Scenario) -> Cost {
    let backend = scenario.backend.as_ref();
    let limited = backend.is_some_and(|backend| backend.servers.is_some());
    let together = scenario.workspaces_meet();
    let mut per_message = if limited { 2.0 } else { 1.15 };
    // Where completions cannot be known on arrival, each is an event.
    if backend.is_some_and(Backend::has_completions) {
        per_message += 1.0;
    }
    let (mut events, mut state) = (0.0, 0.0);
    for group in &scenario.groups {
        let workspaces = f64::from(group.count);
        let shares = active_shares(scenario, group);
        let messages = messages_of_lines(scenario, group);
        let agents = agents(scenario, group);
        for ((line, messages), (agents, share)) in
            group.lines.iter().zip(messages).zip(agents.iter().zip(shares))
        {
            let written = match line.while_offline {
                WhileOffline::Pause => share,
                WhileOffline::Refuse => 1.0,
            };
            events += workspaces * (messages * written * per_message);
            events += workspaces * agents * switches(line, scenario.duration.nanos() as f64);
        }
        let is_watched = group.customers.as_ref().is_some_and(|it| it.route == Route::LeastBusy);
        let each = if is_watched { per_message + 1.0 } else { per_message };
        events += workspaces * messages_to_any(scenario, group) * each;
        events += workspaces * messages_to_strangers(group) * per_message;
        state += workspaces * (BYTES.1 + BYTES.2 * agents.iter().sum::<f64>());
    }
    let kept = if together { state } else { 0.0 };
    let speed = if kept > CACHED { EVENTS_PER_SECOND.1 } else { EVENTS_PER_SECOND.0 };
    // A workspace that is begun costs what some twenty events cost.
    let begun: f64 = scenario.groups.iter().map(|group| f64::from(group.count)).sum();
    let replications = f64::from(scenario.replications);
    let seconds = replications * (events + 20.0 * begun) / speed;
    // Replications are forgotten one by one.
    Cost {
        events: replications * events,
        seconds,
        bytes: BYTES.0 + kept + by_bin(scenario),
        divides: !together || scenario.replications > 1 || scenario.platform_is_ahead().is_some(),
        multiplies: together && scenario.replications > 1,
    }
}

/// Memory of what is collected by bin for thresholds over windows \[bytes\].
fn by_bin(scenario: &Scenario) -> f64 {
    let bins = scenario.duration.nanos().div_ceil(scenario.series_every.nanos()) as f64;
    let of = |selector: &Selector, messages: f64| {
        let asked = Threshold::by_bin(&scenario.thresholds, selector);
        if asked == ByBin::default() {
            return 0.0;
        }
        let pages = (messages * f64::from(scenario.replications) / bins).min(PAGES.0);
        bins * (asked.times() as f64 * (pages * PAGES.1 + PAGES.2) + COUNTERS)
    };
    let mut all = 0.0;
    let groups = scenario.groups.iter().map(|group| {
        let messages: f64 = messages_of_lines(scenario, group).into_iter().sum();
        let messages = messages * f64::from(group.count);
        all += messages;
        of(&Selector::of_group(&group.name), messages)
    });
    groups.sum::<f64>() + of(&Selector::default(), all)
}

/// How often an agent switches state in so many nanoseconds.
fn switches(line: &AgentLine, time: f64) -> f64 {
    let Some(activity) = &line.activity else { return 0.0 };
    let (Some(active), Some(offline)) = (&activity.active, &activity.offline) else { return 2.0 };
    let cycle = active.mean() + offline.mean();
    if cycle > 0.0 { 2.0 * time / cycle } else { 0.0 }
}
