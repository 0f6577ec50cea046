//! What happens at given instants.

mod reader;

use indexmap::IndexMap;

use self::reader::Reader;
use super::super::at::{At, Findings};
use super::super::model::Backend;
use super::super::types::{Bought, CountOrUnlimited, Document, Name, Picked, TimelineEntry};
use super::super::words::grouped;
use super::groups::{Draft, Registry};
use super::names::Names;
use crate::units::SimSpan;
use crate::workload::{Action, Pick, servers_over_time};

/// The most entries times groups: each of them is looked at.
pub(super) const MOST_OCCURRENCES: usize = 1_000_000;

/// The timeline as it was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeline<'d> {
    entries: &'d [TimelineEntry],
    /// Where the scenario stands.
    root: At<'d>,
    /// How long customers write; `None` if that is at fault.
    pub(super) duration: Option<SimSpan>,
}

/// What an entry makes happen, as it was written.
#[derive(Debug, Clone, Copy)]
enum Doing<'d> {
    /// Something with a plan.
    Plan(&'d Name, fn(usize) -> Action),
    /// A purchase.
    Buy(&'d Bought),
    /// Something with agents of a line.
    Agents(&'d Picked, fn(Pick) -> Action),
    /// So many times as many arrivals.
    Traffic(f64),
    /// Other servers.
    Servers(&'d CountOrUnlimited),
    /// Whether enforcement is available.
    Available(bool),
}

impl<'d> Timeline<'d> {
    /// The timeline of a document that stands at `root`.
    pub(super) fn new(
        document: &'d Document,
        duration: SimSpan,
        root: At<'d>,
        findings: &mut Findings,
    ) -> Self {
        let entries = document.timeline.as_deref().unwrap_or_default();
        let sound = root.key("duration").is_sound() && !document.duration.0.is_zero();
        let duration = sound.then_some(duration);
        if entries.len().saturating_mul(document.workspaces.len()) > MOST_OCCURRENCES {
            let message = format!(
                "the entries of the timeline times the groups are more than {}",
                grouped(MOST_OCCURRENCES as u64)
            );
            findings.add(root.key("timeline"), message);
            return Self { entries: &[], root, duration };
        }
        Self { entries, root, duration }
    }

    /// The entries, and where each stands.
    fn entries(self) -> impl Iterator<Item = (&'d TimelineEntry, At<'d>)> {
        let at = self.root.key("timeline");
        let entries = self.entries.iter().enumerate();
        entries.map(move |(index, entry)| (entry, at.item(index)))
    }

    /// The entries that can concern the group `name`.
    fn concerning(self, name: &str) -> impl Iterator<Item = (&'d TimelineEntry, At<'d>)> {
        self.entries().filter(move |(entry, at)| {
            at.key("group").is_sound() && entry.group.as_ref().is_none_or(|group| group.0 == name)
        })
    }

    /// The plans to which workspaces of the group `name` change, and where they are named.
    pub(super) fn plans(self, name: &str) -> impl Iterator<Item = (&'d str, At<'d>)> {
        self.concerning(name).filter_map(|(entry, at)| {
            let (key, doing) = doing(entry)?;
            match doing {
                Doing::Plan(plan, _) => Some((plan.0.as_str(), at.key(key))),
                _ => None,
            }
        })
    }

    /// Whether agents of a line of the group `group` are created.
    pub(super) fn creates(self, group: &str, line: &str) -> bool {
        self.concerning(group).any(|(entry, at)| {
            let created = entry.create.as_ref().map(|picked| line_of(picked).0.as_str());
            created == Some(line) || !at.key("create").is_sound()
        })
    }

    /// Makes it happen to `groups` and to the backend.
    pub(super) fn happen(
        self,
        groups: &mut [Draft],
        backend: Option<&mut Backend>,
        registry: &Registry,
        findings: &mut Findings,
    ) {
        let mut reader = Reader {
            duration: self.duration,
            groups,
            backend: backend.as_ref().map(|backend| backend.scope),
            backend_is_sound: self.root.key("backend").is_sound(),
            registry,
            names: Names::default(),
            texts: IndexMap::new(),
            changes: Vec::new(),
            findings,
        };
        for (entry, at) in self.entries() {
            reader.entry(entry, at);
        }
        let found = reader.changes;
        if let Some(backend) = backend {
            backend.changes = servers_over_time(&found, backend.servers);
        }
    }
}

/// What an entry does, and the key that says so; `None` if that was at fault.
fn doing(entry: &TimelineEntry) -> Option<(&'static str, Doing<'_>)> {
    let plans = [
        ("set_plan", &entry.set_plan, Action::SetPlan as fn(usize) -> Action),
        ("subscribe", &entry.subscribe, Action::Subscribe),
    ];
    let agents = [
        ("enable", &entry.enable, Action::Enable as fn(Pick) -> Action),
        ("disable", &entry.disable, Action::Disable),
        ("create", &entry.create, Action::Create),
        ("delete", &entry.delete, Action::Delete),
    ];
    let plans =
        plans.into_iter().filter_map(|(key, of, to)| Some((key, Doing::Plan(of.as_ref()?, to))));
    let agents =
        agents.into_iter().filter_map(|(key, of, to)| Some((key, Doing::Agents(of.as_ref()?, to))));
    let bought = entry.buy_package.as_ref().map(|of| ("buy_package", Doing::Buy(of)));
    let traffic = entry.traffic.as_ref().map(|factor| ("traffic", Doing::Traffic(factor.0)));
    let servers = entry.backend.as_ref().map(|of| ("backend", Doing::Servers(&of.servers)));
    let available =
        entry.enforcement.as_ref().map(|of| ("enforcement", Doing::Available(of.available.0)));
    plans.chain(agents).chain(bought).chain(traffic).chain(servers).chain(available).next()
}

/// Whether what `key` says can be undone.
fn can_be_undone(key: &str) -> bool {
    matches!(key, "traffic" | "backend" | "set_plan" | "enable" | "disable" | "enforcement")
}

fn line_of(picked: &Picked) -> &Name {
    match picked {
        Picked::All(line) => line,
        Picked::Some(some) => &some.line,
    }
}
