//! The metrics that a run may have, by family: names, units, labels, and what they mean.
//!
//! The key of a metric is the family's name, a dot and a statistic (`latency.p99`), or the name
//! alone where the family has no statistics; a label follows in braces, one at most
//! (`refusal.rate{reason=overloaded}`).

use crate::rules;

/// Metrics of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricFamily {
    /// What the keys begin with: `latency`.
    pub name: &'static str,
    /// What follows the name and a dot; empty if the name is the key.
    pub statistics: &'static [&'static str],
    /// In what the values are measured.
    pub unit: Unit,
    /// Labels that a key may have, one at a time.
    pub labels: &'static [Label],
    /// Whether a key must have one of them.
    pub label_needed: bool,
    /// Which values are good.
    pub direction: Direction,
    /// Whether runs measure it.
    pub state: MetricState,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// In what a metric is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Credits.
    Credits,
    /// A number of things, or of things for each other thing.
    Count,
    /// A share of a whole, from 0 to 1.
    Fraction,
    /// A number of things in a second.
    PerSecond,
    /// Money, in whatever currency the prices of the scenario are.
    Money,
}

/// What a label of a metric's key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Why an attempt was refused.
    Reason,
    /// Which limiter refused it.
    Limiter,
    /// A time that counts as good.
    Within,
    /// A level of the pool.
    Level,
    /// An event of the timeline.
    Event,
}

/// Which values of a metric are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The less the better.
    Lower,
    /// The more the better.
    Higher,
    /// Neither: it tells how much there was.
    Neutral,
}

/// Whether runs measure a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricState {
    /// Where it can occur, it is in the results.
    Measured,
    /// Its name is reserved.
    Planned,
}

use Direction::{Higher, Lower, Neutral};
use Label::{Event, Level, Limiter, Reason, Within};
use MetricState::{Measured, Planned};
use Unit::{Count, Credits, Fraction, Money, PerSecond, Seconds};

/// The reason of a message that was given up in a queue: its attempt was not refused.
pub const TIMED_OUT: &str = "timed_out";

const TIMES: &[&str] = &["mean", "sd", "p50", "p90", "p95", "p99", "p99.9", "max"];
const RUN_OUT: &[&str] = &["mean", "p5", "p50", "p95"];

/// A family without labels.
const fn family(
    name: &'static str,
    statistics: &'static [&'static str],
    unit: Unit,
    direction: Direction,
    meaning: &'static str,
) -> MetricFamily {
    MetricFamily {
        name,
        statistics,
        unit,
        labels: &[],
        label_needed: false,
        direction,
        state: Measured,
        meaning,
    }
}

impl MetricFamily {
    /// Whether a value above 1 makes no sense: of a share, unless servers that go finish what they serve.
    pub fn is_at_most_all(&self) -> bool {
        self.unit == Fraction && self.name != "backend.utilisation"
    }

    /// The family, whose keys may have one of `labels`.
    const fn labelled(mut self, labels: &'static [Label]) -> Self {
        self.labels = labels;
        self
    }

    /// The family, whose keys must have `labels`' label.
    const fn by(mut self, labels: &'static [Label]) -> Self {
        self.labels = labels;
        self.label_needed = true;
        self
    }

    /// The family, whose name is only reserved.
    const fn planned(mut self) -> Self {
        self.state = Planned;
        self
    }

    /// The keys of the family, without labels.
    pub fn keys(&self) -> impl Iterator<Item = String> + use<> {
        let name = self.name;
        let alone = self.statistics.is_empty().then(|| name.to_owned());
        alone
            .into_iter()
            .chain(self.statistics.iter().map(move |statistic| format!("{name}.{statistic}")))
    }

    /// What its label `reason` may be, if it has one.
    pub fn reasons(&self) -> Vec<&'static str> {
        let mut reasons = rules::Reason::ALL.map(rules::Reason::name).to_vec();
        reasons.extend((self.name == "loss.rate").then_some(TIMED_OUT));
        reasons
    }

    /// Whether `key`, without labels, belongs to the family.
    pub fn has(&self, key: &str) -> bool {
        match key.strip_prefix(self.name) {
            Some("") => self.statistics.is_empty(),
            Some(rest) => {
                rest.strip_prefix('.').is_some_and(|rest| self.statistics.contains(&rest))
            }
            None => false,
        }
    }
}

impl Label {
    /// The label as keys spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Limiter => "limiter",
            Self::Within => "within",
            Self::Level => "level",
            Self::Event => "event",
        }
    }
}

/// The family of `key`, which has no labels.
pub fn family_of(key: &str) -> Option<&'static MetricFamily> {
    FAMILIES.iter().find(|family| family.has(key))
}

/// The family of a metric by its key in `summary.json`, with its label if it has one.
pub fn family_of_metric(metric: &str) -> Option<&'static MetricFamily> {
    family_of(metric.split_once('{').map_or(metric, |(key, _)| key))
}

/// Every family, in the order in which results list them.
#[rustfmt::skip] // A table, a family a row.
pub const FAMILIES: &[MetricFamily] = &[
    family("messages", &["offered"], Count, Neutral,
        "Messages that customers wrote."),
    family("messages", &["completed"], Count, Higher,
        "Messages that were replied to."),
    family("messages", &["lost"], Count, Lower,
        "Messages that were given up."),
    family("messages", &["timed_out"], Count, Lower,
        "Messages whose customers lost patience, in a queue or between two tries."),
    family("messages", &["in_flight"], Count, Neutral,
        "Messages that were in flight when a run with `drain: cut` ended."),
    family("loss.rate", &[], Fraction, Lower,
        "Lost messages among those offered.").labelled(&[Reason]),
    family("goodput.rate", &[], Fraction, Higher,
        "Messages replied to within a time, among those offered.").by(&[Within]),
    family("attempts", &["offered", "admitted"], Count, Neutral,
        "Tries of messages, and those that passed every limit."),
    family("attempts", &["refused"], Count, Lower,
        "Tries of messages that a limit refused."),
    family("attempts.amplification", &[], Count, Lower,
        "Attempts for each message."),
    family("refusal.rate", &[], Fraction, Lower,
        "Refused attempts among all attempts.").labelled(&[Reason, Limiter]),
    family("refusal.first_rate", &[], Fraction, Lower,
        "Refused first attempts among first attempts."),
    family("latency", TIMES, Seconds, Lower,
        "Time from when a message was due to its reply."),
    family("wait", TIMES, Seconds, Lower,
        "Time that the attempt which succeeded spent in queues."),
    family("service", TIMES, Seconds, Neutral,
        "Time that the backend worked on a message."),
    family("decision", TIMES, Seconds, Lower,
        "Time from an attempt to its decision, where decisions take time."),
    family("decision", &["retries", "given_up"], Count, Lower,
        "Decisions made again since what they had read had changed, and those given up."),
    family("wait.probability", &[], Fraction, Lower,
        "Completed messages whose successful attempt waited."),
    family("creates", &["tried", "refused"], Count, Neutral,
        "Agents that were to be created, and those refused."),
    family("create_refusal.rate", &[], Fraction, Lower,
        "Refused creations of agents among all that were tried."),
    family("enables", &["tried", "admitted"], Count, Neutral,
        "Tries to enable an agent, and those admitted."),
    family("enables", &["refused"], Count, Lower,
        "Tries to enable an agent that found every slot taken."),
    family("enable_refusal.rate", &[], Fraction, Lower,
        "Refused tries to enable an agent among all such tries."),
    family("enables.wait.mean", &[], Seconds, Lower,
        "Time that enabled agents had waited for a slot, those without a wait included."),
    family("enables.wait.probability", &[], Fraction, Lower,
        "Enabled agents that had waited for a slot."),
    family("enables", &["waiting"], Count, Lower,
        "Agents that still waited for a slot at the end."),
    family("plans", &["changed"], Count, Neutral,
        "Changes of plan, subscriptions included."),
    family("trials", &["ended"], Count, Neutral,
        "Trials that ended without a subscription."),
    family("agents", &["taken_offline"], Count, Lower,
        "Active agents that a change of plan or the end of a trial took offline."),
    family("active", &["mean", "max"], Count, Neutral,
        "Active agents of a workspace."),
    family("active.full_time_share", &[], Fraction, Lower,
        "Time with every slot taken."),
    family("active.over_limit.max", &[], Count, Lower,
        "Active agents above the limit at once."),
    family("active.over_limit.time", &[], Seconds, Lower,
        "Time with more active agents than the limit."),
    family("agents", &["max", "draft.mean", "offline.mean"], Count, Neutral,
        "Agents of a workspace: the most there were, and those draft and offline."),
    family("credits", &["opening", "granted", "consumed", "closing"], Credits, Neutral,
        "Credits at the start, granted by plans, charged, and at the end."),
    family("credits", &["expired"], Credits, Lower,
        "Credits that were left over at renewals."),
    family("credits", &["purchased", "overage"], Credits, Neutral,
        "Credits that packages brought, and those charged beyond the grants."),
    family("credits", &["held"], Credits, Neutral,
        "Credits that are held for attempts under way at the end."),
    family("credits.exhausted.time_share", &[], Fraction, Lower,
        "Time from a refusal for want of credits to the next credits."),
    family("credits.time_to_zero", RUN_OUT, Seconds, Higher,
        "Time to the first balance of zero, over workspaces that got there."),
    family("credits.time_to_exhaustion", RUN_OUT, Seconds, Higher,
        "Time to the first refusal for want of credits, over workspaces that got there."),
    family("credits.periods_zero.share", &[], Fraction, Lower,
        "Periods in which a balance reached zero."),
    family("credits.periods_exhausted.share", &[], Fraction, Lower,
        "Periods in which credits were refused."),
    family("packages", &["bought", "renewed"], Count, Neutral,
        "Packages bought, and those that began anew."),
    family("alerts.time", &[], Seconds, Higher,
        "Time to the first use of such a share of a pool, over workspaces that got there.")
        .by(&[Level]),
    family("earned", &["plans", "packages", "overage", "total"], Money, Neutral,
        "What the workspaces spent, and so the vendor earned."),
    family("spent_per_workspace", &["mean", "p50", "p90", "p99", "max"], Money, Neutral,
        "What a workspace spent."),
    family("credits.oversold", &["total", "p50", "p90", "p99", "max"], Credits, Lower,
        "Credits charged beyond the grants: in all, and of a workspace."),
    family("credits.held_stranded", &[], Credits, Lower,
        "The most credits that were out of reach when a message was refused for want of credits."),
    family("credits.above_hold", &[], Credits, Lower,
        "Credits charged beyond what was held for them."),
    family("holds", &["expired"], Count, Lower,
        "Holds that ended before their attempts did."),
    family("limiter.over_admitted", &[], Count, Lower,
        "Attempts admitted above a limiter.").labelled(&[Limiter]),
    family("false_refusals", &[], Count, Lower,
        "Refusals by a rule that had room."),
    family("admissions.unchecked", &[], Count, Lower,
        "Attempts admitted while enforcement was unavailable."),
    family("double_charges", &[], Count, Lower,
        "Attempts that were charged twice."),
    family("credits.double_charged", &[], Credits, Lower,
        "Credits that were charged for the second time."),
    family("releases", &["lost"], Count, Lower,
        "Attempts of whose ends nobody heard."),
    family("credits.unbilled", &[], Credits, Lower,
        "Credits that attempts cost which were served and never charged."),
    family("shadow.refusals", &[], Count, Neutral,
        "Attempts that a limit which only reports would have refused.").by(&[Limiter]),
    family("shadow.workspaces.share", &[], Fraction, Neutral,
        "Workspaces that limits which only report would have refused.").labelled(&[Limiter]),
    family("backend.utilisation", &[], Fraction, Neutral,
        "Busy time of the servers among their time."),
    family("backend.queue", &["mean", "max"], Count, Lower,
        "Attempts waiting for a server."),
    family("backend.in_system.mean", &[], Count, Neutral,
        "Attempts waiting or being served."),
    family("backend.throughput", &[], PerSecond, Higher,
        "Attempts that the servers finished."),
    family("backlog.growth", &[], PerSecond, Lower,
        "Growth of what waits; above zero there is no steady state."),
    family("hits_per_workspace", &["mean", "p50", "p90", "p99", "max"], Count, Lower,
        "Refusals by limits in a workspace."),
    family("workspaces.hit.share", &[], Fraction, Lower,
        "Workspaces that a limit refused at least once."),
    family("fairness.jain", &[], Fraction, Higher,
        "How evenly the agents of a workspace were served: 1 is alike, 1/n is one alone."),
    family("recovery.time", &[], Seconds, Lower,
        "Time until things were as before an event.").by(&[Event]).planned(),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_belongs_to_one_family() {
        let mut seen = BTreeSet::new();
        for key in FAMILIES.iter().flat_map(MetricFamily::keys) {
            let families = FAMILIES.iter().filter(|family| family.has(&key)).count();
            assert_eq!(families, 1, "{key}");
            assert!(seen.insert(key));
        }
        assert!(seen.len() > 90);
        assert_eq!(family_of("latency.p99.9").unwrap().name, "latency");
        assert_eq!(family_of("wait.probability").unwrap().unit, Fraction);
        assert_eq!(family_of_metric("refusal.rate{reason=overloaded}").unwrap().unit, Fraction);
        assert_eq!(family_of("latency"), None);
        assert_eq!(family_of("latency.p42"), None);
    }

    #[test]
    fn every_metric_says_which_values_are_good() {
        let of = |metric: &str| family_of_metric(metric).map(|family| family.direction);
        for key in FAMILIES.iter().flat_map(MetricFamily::keys) {
            assert!(
                of(&key).is_some() && of(&format!("{key}{{reason=overloaded}}")) == of(&key),
                "{key}"
            );
        }
        for (direction, metrics) in [
            (
                Lower,
                ["latency.p99", "wait.mean", "loss.rate{reason=timed_out}", "credits.oversold.max"],
            ),
            (
                Higher,
                [
                    "goodput.rate{within=10s}",
                    "messages.completed",
                    "fairness.jain",
                    "backend.throughput",
                ],
            ),
            (
                Neutral,
                ["messages.offered", "credits.granted", "backend.utilisation", "service.p50"],
            ),
        ] {
            assert!(metrics.iter().all(|metric| of(metric) == Some(direction)), "{direction:?}");
        }
        assert_eq!(of("own.metric"), None);
    }
}
