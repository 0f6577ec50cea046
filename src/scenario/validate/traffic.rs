//! Who writes to agents, and when.

use super::super::at::{At, Findings};
use super::super::types;
use super::numbers::{count_from_one, distribution};
use crate::random::Distribution;
use crate::workload::Traffic;

/// The most turns of a conversation, where they are visible.
const MOST_TURNS: u64 = 1_000_000;

/// Who writes to the agents of a line; `None` if its kind was at fault.
pub(super) fn traffic(
    written: &types::Traffic,
    at: At<'_>,
    findings: &mut Findings,
) -> Option<Traffic> {
    if let Some(rate) = &written.rate {
        return Some(Traffic::Rate(rate.0));
    }
    let types::Sessions { rate, turns, think } = written.sessions.as_ref()?;
    let at = at.key("sessions");
    let turns = turns.as_ref().map_or(Distribution::Constant(1.0), |turns| {
        count_from_one(turns, MOST_TURNS, "turns", at.key("turns"), findings)
    });
    let think = think.as_ref().map_or(Distribution::Constant(0.0), |think| {
        distribution(think, at.key("think"), findings)
    });
    Some(Traffic::Sessions { rate: rate.0, turns, think })
}
