//! Fewer agents.

use super::{Candidate, Case, Level, Search};
use crate::planning::advise::levels::counts;
use crate::planning::advise::model::RemedyKind;
use crate::rules::limiter::ThrottleScope;
use crate::rules::{AgentState, Reason};
use crate::units::SimSpan;
use crate::workload::{AgentLine, LineKind};

/// The least used agents of each workspace are disabled for good: one, two, and so on; at least one
/// stays. Least used is to which fewest messages are written while it is active, and of those the one
/// that is written last.
///
/// Who is disabled takes no slot, draws on no pool, and nobody writes to it: its line has so many agents
/// fewer. Of a line that would have none left the agents stay drafts that nobody enables, since a line
/// has at least one.
pub(super) fn disable(case: &Case<'_>) -> Candidate {
    let applies = match case.reason {
        Reason::ActiveAgentLimit | Reason::CreditsExhausted => true,
        // Others cannot crowd out who has a limit of its own.
        Reason::RateLimited | Reason::ConcurrencyLimited => {
            let mut throttles = case.scenario.throttles_of(case.group);
            let own = throttles.find(|it| Some(it.name.as_str()) == case.limiter);
            own.is_some_and(|it| it.scope != ThrottleScope::Agent)
        }
        _ => false,
    };
    let lines = if applies { least_used(case) } else { Vec::new() };
    let agents: u32 = lines.iter().map(|line| line.count).sum();
    let levels = counts(agents.saturating_sub(1));
    let levels = levels.into_iter().map(|number| level(case, &lines, number)).collect();
    Candidate { kind: RemedyKind::DisableAgents, search: Search::Lowest, levels }
}

/// The lines whose agents are ever active, those to whose agents least is written first.
fn least_used<'a>(case: &Case<'a>) -> Vec<&'a AgentLine> {
    let messages = case.scenario.messages_to_lines(case.group);
    let lines = case.group.lines.iter().zip(messages);
    let mut lines: Vec<(&AgentLine, f64)> = lines
        .filter(|(line, _)| line.kind == LineKind::Agents && line.count > 0 && is_enabled(line))
        .map(|(line, messages)| (line, messages / f64::from(line.count)))
        .rev()
        .collect();
    lines.sort_by(|a, b| a.1.total_cmp(&b.1));
    lines.into_iter().map(|(line, _)| line).collect()
}

/// Whether anybody ever tries to enable agents of a line, as far as the line says.
fn is_enabled(line: &AgentLine) -> bool {
    let habit = line.activity.as_ref();
    match line.start {
        AgentState::Active => true,
        AgentState::Draft => habit.is_some_and(|it| it.draft.is_some()),
        AgentState::Offline => habit.is_some_and(|it| it.offline.is_some()),
    }
}

/// So many agents fewer, of the first lines first.
fn level(case: &Case<'_>, lines: &[&AgentLine], number: u32) -> Level {
    let (mut left, mut set, mut of) = (number, Vec::new(), Vec::new());
    for line in lines {
        let off = left.min(line.count);
        if off == 0 {
            break;
        }
        left -= off;
        of.push(format!("{off} of `{}`", line.name));
        let key = case.key(&format!("agents.{}", line.name));
        if off < line.count {
            set.push(format!("{key}.count={}", line.count - off));
            continue;
        }
        set.push(format!("{key}.start=draft"));
        if line.activity.as_ref().is_some_and(|it| it.draft.is_some()) {
            // A draft that would be enabled after the end is not enabled.
            let after = case.scenario.duration + SimSpan::DAY;
            set.push(format!("{key}.activity.draft={after}"));
        }
    }
    let plural = if number == 1 { "" } else { "s" };
    let what = format!("disable {number} agent{plural}: {}", of.join(", "));
    Level::free(what, set)
}
