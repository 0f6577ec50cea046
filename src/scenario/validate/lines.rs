//! Lines of agents and other features.

use super::super::at::{At, Findings};
use super::super::types::{self, AgentStart};
use super::super::words::{grouped, number};
use super::mix::Metering;
use super::names::Names;
use super::numbers::{count, distribution};
use super::plans::{Horizon, MOST_AGENTS};
use super::profiles::Clocks;
use super::retry::{client_throttling, retry};
use super::timeline::Timeline;
use super::traffic::{is_zero, traffic};
use crate::random::Distribution;
use crate::rules::{AgentState, ShareTerms};
use crate::units::{Credits, Share};
use crate::workload::{
    Activity, AgentLine, Churn, ClientThrottling, LineKind, OnRefused, Retry, Traffic, WhileOffline,
};

/// Reads the lines of a group.
pub(super) struct Lines<'a> {
    /// The group's name.
    pub(super) group: &'a str,
    pub(super) clocks: &'a Clocks,
    /// Whether messages on their way at the end are cut, or that cannot be told.
    pub(super) cuts: bool,
    pub(super) timeline: Timeline<'a>,
    /// Whether a plan of the group limits how many agents are active.
    pub(super) slots_are_limited: bool,
    pub(super) metering: &'a mut Metering,
    /// The names of the lines, in their order.
    pub(super) names: Names,
    /// What agents and features are promised together \[billionths of the included credits\].
    pub(super) promised: u64,
    pub(super) written_to: WrittenTo,
    /// Whether the group replays all rows of a trace, so that agents can be created.
    pub(super) records: bool,
    pub(super) findings: &'a mut Findings,
}

/// Who writes to the lines of a group, or to its workspaces.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WrittenTo {
    /// Whether traffic is drawn for any of them, as far as can be told.
    pub(super) perhaps: bool,
    /// Whether traffic of any was recorded.
    pub(super) by_trace: bool,
}

impl Lines<'_> {
    /// The lines of the group that stands at `at`: agents, then features.
    pub(super) fn read(&mut self, written: &types::Group, at: At<'_>) -> Vec<AgentLine> {
        let mut lines = Vec::with_capacity(written.agents.len());
        let mut agents: u64 = 0;
        for (index, agent) in written.agents.iter().enumerate() {
            let at = at.key("agents").item(index);
            self.names.declare(&agent.name.0, "line of agents", at.key("name"), self.findings);
            let line = self.agents(agent, at);
            let before = agents;
            agents += u64::from(line.count);
            if before <= MOST_AGENTS && agents > MOST_AGENTS {
                let message = format!("a workspace has more than {} agents", grouped(MOST_AGENTS));
                self.findings.add(at.key("count"), message);
            }
            lines.push(line);
        }
        for (index, feature) in written.features.iter().flatten().enumerate() {
            let at = at.key("features").item(index);
            let kind = "line of agents or feature";
            self.names.declare(&feature.name.0, kind, at.key("name"), self.findings);
            let line = self.feature(feature, at);
            lines.push(line);
        }
        if !at.key("agents").is_sound() || !at.key("features").is_sound() {
            self.names.set_incomplete();
        }
        lines
    }

    fn agents(&mut self, written: &types::Agent, at: At<'_>) -> AgentLine {
        let start = match written.start {
            Some(AgentStart::Draft) => AgentState::Draft,
            Some(AgentStart::Active) | None => AgentState::Active,
            Some(AgentStart::Offline) => AgentState::Offline,
        };
        let activity = written.activity.as_ref().map(|written| {
            activity(written, self.slots_are_limited, at.key("activity"), self.findings)
        });
        let churn = written
            .churn
            .as_ref()
            .map(|written| churn(written, self.clocks.horizon, at.key("churn"), self.findings));
        // Churn without any key is a mistake of its own.
        let churns = |churn: &Churn| churn.create.is_some() || churn.delete_after.is_none();
        let creates = churn.as_ref().is_some_and(churns)
            || !at.key("churn").is_sound()
            || self.timeline.creates(self.group, &written.name.0)
            || self.records;
        let count = self.count(written.count.as_ref(), creates, at.key("count"));
        AgentLine {
            name: written.name.0.clone(),
            kind: LineKind::Agents,
            count,
            start,
            activity,
            traffic: self.traffic(written.traffic.as_ref(), Some(count), at.key("traffic")),
            cost: self.cost(written.cost.as_ref(), at.key("cost")),
            while_offline: match written.while_offline {
                Some(types::WhileOffline::Refuse) | None => WhileOffline::Refuse,
                Some(types::WhileOffline::Pause) => WhileOffline::Pause,
            },
            retry: self.retry(written.retry.as_ref(), at),
            client_throttling: self.client_throttling(written.client_throttling.as_ref(), at),
            patience: self.patience(written.patience.as_ref(), at),
            churn,
            share: self.share(written.share.as_ref(), count, at.key("share")),
        }
    }

    fn feature(&mut self, written: &types::Feature, at: At<'_>) -> AgentLine {
        AgentLine {
            name: written.name.0.clone(),
            kind: LineKind::Feature,
            count: 1,
            start: AgentState::Active,
            activity: None,
            traffic: self.traffic(written.traffic.as_ref(), Some(1), at.key("traffic")),
            cost: self.cost(written.cost.as_ref(), at.key("cost")),
            while_offline: WhileOffline::Refuse,
            retry: self.retry(written.retry.as_ref(), at),
            client_throttling: self.client_throttling(written.client_throttling.as_ref(), at),
            patience: self.patience(written.patience.as_ref(), at),
            churn: None,
            share: self.share(written.share.as_ref(), 1, at.key("share")),
        }
    }

    /// How many agents a line has, which may be none if others are created.
    fn count(&mut self, written: Option<&types::Count>, creates: bool, at: At<'_>) -> u32 {
        let bounds = u64::from(!creates)..=u64::from(u32::MAX);
        written.map_or(1, |number| count(number, bounds, "`count`", at, self.findings))
    }

    pub(super) fn traffic(
        &mut self,
        written: Option<&types::Traffic>,
        agents: Option<u32>,
        at: At<'_>,
    ) -> Option<Traffic> {
        let is_recorded = written.is_some_and(|written| written.trace.is_some());
        self.written_to.perhaps |= (written.is_some() && !is_recorded) || !at.is_sound();
        self.written_to.by_trace |= is_recorded;
        written.and_then(|written| traffic(written, agents, self.clocks, at, self.findings))
    }

    fn cost(
        &mut self,
        written: Option<&types::Distribution<types::Amount>>,
        at: At<'_>,
    ) -> Distribution {
        let one = Credits::whole(1).thousandths() as f64;
        written.map_or(Distribution::Constant(one), |cost| distribution(cost, at, self.findings))
    }

    /// How customers of the line at `at` hold attempts back.
    fn client_throttling(
        &mut self,
        written: Option<&types::ClientThrottling>,
        at: At<'_>,
    ) -> Option<ClientThrottling> {
        let at = at.key("client_throttling");
        written.map(|written| client_throttling(written, at, self.findings))
    }

    /// How customers of the line at `at` try again.
    fn retry(&mut self, written: Option<&types::Retry>, at: At<'_>) -> Option<Retry> {
        // Patience that is written ends it, also where something else is wrong with it.
        let ends = self.cuts || at.has("patience");
        written.map(|written| retry(written, ends, at.key("retry"), self.findings))
    }

    fn patience(
        &mut self,
        written: Option<&types::Distribution<types::Duration>>,
        at: At<'_>,
    ) -> Option<Distribution> {
        written.map(|written| distribution(written, at.key("patience"), self.findings))
    }

    /// The shares that each of `count` agents, or a feature, has of the included credits.
    fn share(
        &mut self,
        written: Option<&types::ShareTerms>,
        count: u32,
        at: At<'_>,
    ) -> Option<ShareTerms> {
        let written = written?;
        self.metering.require(at, self.findings);
        let terms = match written {
            types::ShareTerms::AtMost(most) => {
                ShareTerms { at_least: Share::NONE, at_most: Some(most.0) }
            }
            types::ShareTerms::Between(range) => ShareTerms {
                at_least: range.at_least.as_ref().map_or(Share::NONE, |share| share.0),
                at_most: range.at_most.as_ref().map(|share| share.0),
            },
        };
        let (least_at, most_at) = (at.key("at_least"), at.key("at_most"));
        if let types::ShareTerms::Between(range) = written
            && range.at_least.is_none()
            && range.at_most.is_none()
            && least_at.is_sound()
            && most_at.is_sound()
        {
            self.findings.add(at, "`share` needs `at_least`, `at_most` or both");
        }
        if terms.at_most.is_some_and(|most| terms.at_least > most) && most_at.is_sound() {
            self.findings.add(least_at, "`at_least` is greater than `at_most`");
            return Some(terms);
        }
        let (before, whole) = (self.promised, Share::WHOLE.billionths());
        let promised = terms.at_least.billionths().saturating_mul(u64::from(count));
        self.promised = before.saturating_add(promised);
        if before <= whole && self.promised > whole {
            let percent = number(self.promised as f64 / 1e7);
            let message = format!(
                "agents and features of a workspace are promised {percent}% of its credits"
            );
            let hint = "their `at_least`, times their `count`, sum to at most 100%";
            self.findings.add_with_hint(least_at, message, hint);
        }
        Some(terms)
    }
}

/// How many tries to create an agent a line may expect in a workspace within the duration: far more
/// than agents may exist, and few enough to be gone through.
pub(super) const MOST_CREATIONS: u64 = 1_000_000;

fn churn(written: &types::Churn, horizon: Horizon, at: At<'_>, findings: &mut Findings) -> Churn {
    let delete_at = at.key("delete_after");
    let sound = at.key("create").is_sound() && delete_at.is_sound();
    if written.create.is_none() && written.delete_after.is_none() && sound {
        findings.add(at, "`churn` needs `create`, `delete_after` or both");
    }
    if let Some(rate) = &written.create
        && rate.0.per_second() * horizon.duration.as_secs_f64() > MOST_CREATIONS as f64
    {
        let message = format!(
            "churn may create {} agents in the duration, and {} are more",
            grouped(MOST_CREATIONS),
            rate.0
        );
        findings.add(at.key("create"), message);
    }
    Churn {
        create: written.create.as_ref().map(|rate| rate.0),
        delete_after: written
            .delete_after
            .as_ref()
            .map(|after| distribution(after, delete_at, findings)),
    }
}

fn activity(
    written: &types::Activity,
    slots_are_limited: bool,
    at: At<'_>,
    findings: &mut Findings,
) -> Activity {
    let mut span = |key: &str, written: &Option<types::Distribution<types::Duration>>| {
        written.as_ref().map(|written| distribution(written, at.key(key), findings))
    };
    let (draft, active) = (span("draft", &written.draft), span("active", &written.active));
    let offline = span("offline", &written.offline);
    let on_refused = match &written.on_refused {
        None | Some(types::OnRefused::GiveUp) => OnRefused::GiveUp,
        Some(types::OnRefused::WaitForSlot) => OnRefused::WaitForSlot,
        Some(types::OnRefused::RetryEvery(every)) => {
            if every.0.is_zero() {
                let at = at.key("on_refused").key("retry_every");
                findings.add(at, "trying again every 0s would never end");
            }
            OnRefused::RetryEvery(every.0)
        }
    };
    let never_waits = offline.as_ref().is_some_and(is_zero);
    if never_waits && active.as_ref().is_some_and(is_zero) {
        let message = "agents that are never active and never offline switch for ever in no time";
        findings.add(at.key("offline"), message);
    } else if never_waits && slots_are_limited && on_refused == OnRefused::GiveUp {
        let hint = "give `offline` a time, or set `on_refused: { retry_every: .. }`";
        let message = "an agent that is refused would try again for ever in no time";
        findings.add_with_hint(at.key("offline"), message, hint);
    }
    Activity { draft, active, offline, on_refused }
}
