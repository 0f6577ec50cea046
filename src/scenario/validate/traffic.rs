//! Who writes to agents and workspaces, and when.

use super::super::at::{At, Findings};
use super::super::types;
use super::super::words::grouped;
use super::modulation::{bursts, modulation};
use super::numbers::{count, count_from_one, distribution};
use super::profiles::Clocks;
use crate::random::Distribution;
use crate::workload::{OnLost, Traffic, TrafficKind};

/// The most turns of a conversation, where they are visible.
const MOST_TURNS: u64 = 1_000_000;
/// The most users of a line in one workspace.
pub(super) const MOST_USERS: u64 = 1_000_000;

/// Who writes to the `agents` of a line, or to a workspace as a whole if that is `None`; `None` if the
/// kind was at fault, or if it was recorded: traces are read elsewhere.
pub(super) fn traffic(
    written: &types::Traffic,
    agents: Option<u32>,
    clocks: &Clocks,
    at: At<'_>,
    findings: &mut Findings,
) -> Option<Traffic> {
    if written.trace.is_some() {
        for key in ["profile", "timezone", "stages", "bursts"].into_iter().filter(|key| at.has(key))
        {
            let message = format!("`{key}` says when messages arrive, and a `trace` does so too");
            let hint = "`rate`, `interarrival` and `sessions` can rise and fall; `speed` has a \
                        trace come faster";
            findings.add_with_hint(at.key(key), message, hint);
        }
        return None;
    }
    for key in ["speed", "replay"].into_iter().filter(|key| at.has(key)) {
        findings.add(at.key(key), format!("`{key}` belongs to a `trace`, and there is none"));
    }
    let kind = kind(written, agents.unwrap_or(1), at, findings);
    let whose = if agents.is_some() { "an agent" } else { "a workspace" };
    let modulation = modulation(written, clocks, at, findings);
    let bursts = written.bursts.as_ref().and_then(|written| {
        bursts(written, (clocks.horizon.duration, whose), at.key("bursts"), findings)
    });
    kind.map(|kind| Traffic { kind, modulation, bursts })
}

fn kind(
    written: &types::Traffic,
    agents: u32,
    at: At<'_>,
    findings: &mut Findings,
) -> Option<TrafficKind> {
    if let Some(rate) = &written.rate {
        return Some(TrafficKind::Rate(rate.0));
    }
    if let Some(law) = &written.interarrival {
        let at = at.key("interarrival");
        let law = distribution(law, at, findings);
        if is_zero(&law) {
            let hint = "give `interarrival` a time above 0s";
            findings.add_with_hint(at, "messages would come for ever in no time", hint);
            return None;
        }
        return Some(TrafficKind::Interarrival(law));
    }
    if let Some(sessions) = &written.sessions {
        return Some(conversations(sessions, at.key("sessions"), findings));
    }
    let types::Closed { users, think } = written.closed.as_ref()?;
    let at = at.key("closed");
    let think = distribution(think, at.key("think"), findings);
    let users = count(users, 1..=MOST_USERS, "`users`", at.key("users"), findings);
    if u64::from(users) * u64::from(agents) > MOST_USERS {
        let message = format!("a line has more than {} users", grouped(MOST_USERS));
        findings.add(at.key("users"), message);
    }
    Some(TrafficKind::Closed { users, think })
}

fn conversations(written: &types::Sessions, at: At<'_>, findings: &mut Findings) -> TrafficKind {
    let types::Sessions { rate, turns, think, on_lost } = written;
    let turns = turns.as_ref().map_or(Distribution::Constant(1.0), |turns| {
        count_from_one(turns, MOST_TURNS, "turns", at.key("turns"), findings)
    });
    let think = think.as_ref().map_or(Distribution::Constant(0.0), |think| {
        distribution(think, at.key("think"), findings)
    });
    let on_lost = match on_lost {
        None | Some(types::OnLost::End) => OnLost::End,
        Some(types::OnLost::Continue) => OnLost::Continue,
    };
    TrafficKind::Sessions { rate: rate.0, turns, think, on_lost }
}

/// Whether every draw is zero.
pub(super) fn is_zero(distribution: &Distribution) -> bool {
    distribution.mean() <= 0.0
}
