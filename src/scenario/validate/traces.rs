//! Traces: which are replayed, by whom, and what is in them.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use super::super::at::{At, Findings};
use super::super::digest::Digest;
use super::super::fault::of_trace;
use super::super::recorded::{Recorded, RecordedPart, Recording};
use super::super::types::{self, Document};
use super::names::Names;
use super::plans::{Horizon, PlanOffer};
use crate::log::{
    Cast, CastLine, Part, Playback, Replay, Roster, Survey, Trace, TraceError, survey,
};
use crate::units::{SimTime, Speed};

/// The most traces that a scenario replays: each is a file that stays open.
const MOST_TRACES: usize = 100;

/// The traces of a scenario.
#[derive(Debug, Default)]
pub(super) struct Traces {
    pub(super) recordings: Vec<Recording>,
    /// What they have for each group.
    recorded: IndexMap<String, Recorded>,
    /// The plans to which workspaces of each group come by them.
    plans: IndexMap<String, Vec<String>>,
}

/// A place where a scenario names a trace.
struct Use<'d> {
    /// The group that replays it.
    group: &'d types::Group,
    /// The line or feature whose messages are replayed; `None` for all rows of the group.
    line: Option<&'d str>,
    file: &'d str,
    speed: Speed,
    replay: Replay,
    /// Where the file is named.
    at: At<'d>,
}

impl Traces {
    /// What traces have for the group `name`.
    pub(super) fn recorded(&self, name: &str) -> Option<Recorded> {
        self.recorded.get(name).cloned()
    }

    /// The plans to which workspaces of the group `name` come by traces.
    pub(super) fn plans(&self, name: &str) -> Vec<String> {
        self.plans.get(name).cloned().unwrap_or_default()
    }

    /// Reads the traces that a document names, which stands at `root`. They are added to `digest`.
    ///
    /// What is in them is only looked at where nothing else was found to be at fault: the names of
    /// their rows are those of the document.
    pub(super) fn read(
        document: &Document,
        root: At<'_>,
        horizon: Horizon,
        (plans, packages): (Option<&IndexMap<String, PlanOffer>>, &Names),
        digest: &mut Digest,
        findings: &mut Findings,
    ) -> Self {
        let uses = uses(document, root);
        let named: Vec<(PathBuf, Use<'_>)> =
            uses.into_iter().filter_map(|of| Some((locate(&of, findings)?, of))).collect();
        let mut traces = Self { recordings: recordings(&named, findings), ..Self::default() };
        if !findings.mistakes.is_empty() || traces.recordings.is_empty() {
            return traces;
        }
        let plans = plans.into_iter().flat_map(IndexMap::keys).map(String::as_str);
        let plans: Vec<String> = plans.chain(["unlimited"]).map(str::to_owned).collect();
        let packages: Vec<String> = packages.iter().map(str::to_owned).collect();
        let mut told: Vec<TraceError> = Vec::new();
        for recording in &mut traces.recordings {
            recording.plans.clone_from(&plans);
            let casts = document.workspaces.iter().map(|group| cast(group, recording, &plans));
            let groups = casts.collect();
            let roster = Roster { start: horizon.start, groups, packages: packages.clone() };
            let (roster, until) = (Arc::new(roster), SimTime::ZERO + horizon.duration);
            let playback = Playback { speed: recording.speed, until };
            let mut content = Digest::of_trace();
            match survey(&recording.trace, &roster, playback, |line| content.add_line(line)) {
                Ok(found) => {
                    recording.survey = found;
                    recording.sha256 = content.hex();
                    digest.add_trace(&recording.sha256);
                }
                // One that is replayed at two speeds is read twice.
                Err(error) if told.contains(&error) => continue,
                Err(error) => {
                    let mistake = of_trace(&error, &mut findings.tables.files);
                    findings.mistakes.push(mistake);
                    told.push(error);
                    continue;
                }
            }
            for (place, cast) in roster.groups.iter().enumerate() {
                if cast.part == Part::Nothing {
                    continue;
                }
                let survey = &recording.survey;
                traces.recorded.entry(cast.name.clone()).or_default().add(survey, place);
                let come_to = plans.iter().zip(&survey.groups[place].plans);
                let come_to = come_to.filter(|(_, comes)| **comes).map(|(plan, _)| plan.clone());
                traces.plans.entry(cast.name.clone()).or_default().extend(come_to);
            }
        }
        traces
    }
}

/// The places where a document names traces.
fn uses<'d>(document: &'d Document, root: At<'d>) -> Vec<Use<'d>> {
    let mut uses = Vec::new();
    for (index, group) in document.workspaces.iter().enumerate() {
        let at = root.key("workspaces").item(index);
        let mut note = |line, traffic: Option<&'d types::Traffic>, at: At<'d>| {
            let at = at.key("traffic");
            let Some(traffic) = traffic.filter(|_| at.is_sound()) else { return };
            let Some(file) = traffic.trace.as_ref().filter(|_| at.key("trace").is_sound()) else {
                return;
            };
            uses.push(Use {
                group,
                line,
                file: &file.0,
                speed: traffic.speed.as_ref().map_or(Speed::NORMAL, |speed| speed.0),
                replay: match traffic.replay {
                    Some(types::Replay::Arrivals) | None => Replay::Arrivals,
                    Some(types::Replay::Sessions) => Replay::Sessions,
                },
                at: at.key("trace"),
            });
        };
        note(None, group.traffic.as_ref(), at);
        for (index, line) in group.agents.iter().enumerate() {
            let at = at.key("agents").item(index);
            note(Some(&line.name.0), line.traffic.as_ref(), at);
        }
        for (index, line) in group.features.iter().flatten().enumerate() {
            let at = at.key("features").item(index);
            note(Some(&line.name.0), line.traffic.as_ref(), at);
        }
    }
    uses
}

/// The file that is meant, if it can be opened.
fn locate(of: &Use<'_>, findings: &mut Findings) -> Option<PathBuf> {
    let path = findings.tables.path(of.file, of.at.source());
    let Some(path) = path else {
        findings.add(of.at, "only a scenario in a file can replay a trace");
        return None;
    };
    if let Err(error) = Trace::new(&path, "").open() {
        findings.add(of.at, format!("cannot read {}: {error}", path.display()));
        return None;
    }
    Some(path)
}

/// The traces that are meant, each at each of its speeds.
fn recordings(named: &[(PathBuf, Use<'_>)], findings: &mut Findings) -> Vec<Recording> {
    let mut recordings: Vec<(PathBuf, Recording)> = Vec::new();
    for (path, of) in named {
        let identity = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let is_this =
            |(known, it): &&mut (PathBuf, Recording)| *known == identity && it.speed == of.speed;
        let whole_too = recordings.iter().any(|(known, it)| {
            *known == identity && of.line.is_some() && it.is_whole(&of.group.group.0)
        });
        if whole_too {
            let message = format!("`{}` replays all rows of this trace already", of.group.group.0);
            findings.add(of.at, message);
            continue;
        }
        if let Some((_, known)) = recordings.iter_mut().find(is_this) {
            known.note(of);
            continue;
        }
        if recordings.len() == MOST_TRACES {
            findings.add(of.at, format!("a scenario replays more than {MOST_TRACES} traces"));
            break;
        }
        let mut recording = Recording {
            trace: Trace::new(path, path.display().to_string()),
            speed: of.speed,
            parts: Vec::new(),
            elsewhere: Vec::new(),
            plans: Vec::new(),
            survey: Survey::default(),
            sha256: String::new(),
        };
        recording.note(of);
        recordings.push((identity, recording));
    }
    let groups = recordings.iter().map(|(identity, it)| {
        let groups: Vec<String> = it.parts.iter().map(|(name, _)| name.clone()).collect();
        (identity.clone(), groups)
    });
    let groups: Vec<(PathBuf, Vec<String>)> = groups.collect();
    for (identity, recording) in &mut recordings {
        let same = groups.iter().filter(|(other, _)| other == identity);
        recording.elsewhere = same.flat_map(|(_, names)| names.clone()).collect();
    }
    recordings.into_iter().map(|(_, recording)| recording).collect()
}

impl Recording {
    /// Notes that it is replayed here.
    fn note(&mut self, of: &Use<'_>) {
        let name = &of.group.group.0;
        let known = self.parts.iter_mut().find(|(group, _)| group == name);
        match (known, of.line) {
            (Some((_, RecordedPart::Lines(lines))), Some(line)) => {
                lines.push((line.to_owned(), of.replay));
            }
            // All rows stand in the group, which is read before its lines.
            (Some(_), _) => {}
            (None, None) => self.parts.push((name.clone(), RecordedPart::All(of.replay))),
            (None, Some(line)) => {
                let lines = vec![(line.to_owned(), of.replay)];
                self.parts.push((name.clone(), RecordedPart::Lines(lines)));
            }
        }
    }
}

/// A group of the document, as a trace may name it.
fn cast(group: &types::Group, recording: &Recording, plans: &[String]) -> Cast {
    let count = |written: Option<&types::Count>| {
        // What is beyond the bounds is told elsewhere.
        written.map_or(1, |count| u32::try_from(count.0).unwrap_or(u32::MAX))
    };
    let agents = group.agents.iter().map(|line| CastLine {
        name: line.name.0.clone(),
        count: count(line.count.as_ref()),
        is_feature: false,
    });
    let features = group.features.iter().flatten().map(|feature| CastLine {
        name: feature.name.0.clone(),
        count: 1,
        is_feature: true,
    });
    let lines: Vec<CastLine> = agents.chain(features).collect();
    let part = recording.part(&group.group.0, &lines);
    Cast {
        name: group.group.0.clone(),
        count: count(group.count.as_ref()),
        plans: plans.to_vec(),
        named: part != Part::Nothing || recording.elsewhere.contains(&group.group.0),
        part,
        lines,
    }
}
