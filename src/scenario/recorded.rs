//! Recorded traffic of a scenario.

use std::sync::Arc;

use super::model::{Group, Scenario};
use crate::log::{Cast, CastLine, LineSurvey, Part, Playback, Replay, Roster, Survey, Trace};
use crate::units::{SimTime, Speed};
use crate::workload::LineKind;

/// A trace that is replayed at one speed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The file.
    pub trace: Trace,
    /// How much faster its time runs.
    pub speed: Speed,
    /// The groups that replay it at this speed, by their names, and what of it.
    pub parts: Vec<(String, RecordedPart)>,
    /// Groups that replay it at another speed only.
    pub elsewhere: Vec<String>,
    /// The plans that its rows may name.
    pub plans: Vec<String>,
    /// What was in it when the scenario was loaded.
    pub survey: Survey,
    /// SHA-256 of what was in it then, unpacked, in hexadecimal.
    pub sha256: String,
}

/// What of a trace a group replays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedPart {
    /// All of its rows.
    All(Replay),
    /// Messages to these lines, by their names.
    Lines(Vec<(String, Replay)>),
}

/// What traces have for the workspaces of a group, before the end of the duration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recorded {
    /// Messages to each line of the group.
    pub lines: Vec<LineSurvey>,
    /// Messages to agents that belong to no line, since a row created them.
    pub strangers: LineSurvey,
    /// Tries to create an agent.
    pub creates: u64,
    /// Agents that are enabled.
    pub enables: u64,
    /// Agents that are disabled.
    pub disables: u64,
    /// Agents that are deleted.
    pub deletes: u64,
    /// Changes of plan.
    pub plans: u64,
    /// Packages that are bought.
    pub purchases: u64,
}

impl Recorded {
    /// Messages, whoever they are to.
    pub fn messages(&self) -> u64 {
        self.lines.iter().map(|line| line.messages).sum::<u64>() + self.strangers.messages
    }

    /// Adds what another trace has for the group at `place` of its roster.
    pub(super) fn add(&mut self, survey: &Survey, place: usize) {
        let group = &survey.groups[place];
        let lines = group.lines.len() - 1;
        self.lines.resize(lines, LineSurvey::default());
        for (mine, theirs) in self.lines.iter_mut().zip(&group.lines) {
            mine.add(*theirs);
        }
        self.strangers.add(group.lines[lines]);
        let [_, creates, enables, disables, deletes, plans, purchases] = group.deeds;
        self.creates += creates;
        self.enables += enables;
        self.disables += disables;
        self.deletes += deletes;
        self.plans += plans;
        self.purchases += purchases;
    }
}

impl Recording {
    /// The names that the trace may use in a scenario, and what of it is replayed.
    pub fn roster(&self, scenario: &Scenario) -> Arc<Roster> {
        Arc::new(Roster {
            start: scenario.start,
            groups: scenario.groups.iter().map(|group| self.cast(group)).collect(),
            packages: scenario.packages.iter().map(|package| package.name.clone()).collect(),
        })
    }

    fn cast(&self, group: &Group) -> Cast {
        let lines = group.lines.iter().map(|line| CastLine {
            name: line.name.clone(),
            count: line.count,
            is_feature: line.kind == LineKind::Feature,
        });
        let lines: Vec<CastLine> = lines.collect();
        let part = self.part(&group.name, &lines);
        let mut plans: Vec<String> =
            group.plans.iter().map(|offer| offer.plan.name.clone()).collect();
        // Plans to which workspaces come only beyond the end stand behind those that they can have.
        let beyond = self.plans.iter().filter(|plan| !plans.contains(*plan));
        let beyond: Vec<String> = beyond.cloned().collect();
        plans.extend(beyond);
        Cast {
            name: group.name.clone(),
            count: group.count,
            plans,
            named: part != Part::Nothing || self.elsewhere.contains(&group.name),
            part,
            lines,
        }
    }

    /// What of the trace a group with these lines replays.
    pub(super) fn part(&self, group: &str, lines: &[CastLine]) -> Part {
        let part = self.parts.iter().find(|(name, _)| name == group);
        match part.map(|(_, part)| part) {
            None => Part::Nothing,
            Some(RecordedPart::All(replay)) => Part::All(*replay),
            Some(RecordedPart::Lines(meant)) => {
                let replay = |line: &CastLine| {
                    meant.iter().find(|(name, _)| *name == line.name).map(|&(_, replay)| replay)
                };
                Part::Lines(lines.iter().map(replay).collect())
            }
        }
    }

    /// Whether a group replays all of its rows: what agents and plans do as well.
    pub fn is_whole(&self, group: &str) -> bool {
        let is_meant = |(name, part): &(String, RecordedPart)| {
            name == group && matches!(part, RecordedPart::All(_))
        };
        self.parts.iter().any(is_meant)
    }

    /// How it is replayed until arrivals stop.
    pub fn playback(&self, scenario: &Scenario) -> Playback {
        Playback { speed: self.speed, until: SimTime::ZERO + scenario.duration }
    }
}
