//! What each entry of the timeline makes happen, and to whom.

use indexmap::IndexMap;

use super::super::super::at::{At, Findings};
use super::super::super::model::BackendScope;
use super::super::super::suggest::did_you_mean;
use super::super::super::types::{Bought, CountOrUnlimited, Name, Picked, TimelineEntry};
use super::super::groups::{Draft, Registry};
use super::super::names::Names;
use super::super::numbers::{count, count_or_unlimited};
use super::super::packages::bought_at_once;
use super::super::plans::MOST_AGENTS;
use super::{Doing, can_be_undone, doing};
use crate::units::{Share, SimSpan, SimTime};
use crate::workload::{
    Action, AgentLine, LineKind, Occurrence, Pick, ServersChange, Traffic, TrafficKind,
};

/// Reads entry after entry.
pub(super) struct Reader<'r> {
    /// `None` if it is at fault.
    pub(super) duration: Option<SimSpan>,
    pub(super) groups: &'r mut [Draft],
    /// `None` if there is none.
    pub(super) backend: Option<BackendScope>,
    pub(super) backend_is_sound: bool,
    pub(super) registry: &'r Registry,
    /// The names of entries.
    pub(super) names: Names,
    /// How often each text of an entry without a name was met.
    pub(super) texts: IndexMap<String, u32>,
    /// What happens to a platform's servers.
    pub(super) changes: Vec<ServersChange>,
    pub(super) findings: &'r mut Findings,
}

/// An entry as far as it is the same for all groups.
struct Entry<'t> {
    at: At<'t>,
    /// Where what happens stands.
    action_at: At<'t>,
    /// The groups it is for, as places; every group if it names none.
    groups: Vec<usize>,
    names_group: bool,
    /// What keys its draws.
    key: String,
    begins: SimTime,
    until: Option<SimTime>,
    share: Share,
}

impl Reader<'_> {
    /// Reads an entry that stands at `at`.
    pub(super) fn entry(&mut self, written: &TimelineEntry, at: At<'_>) {
        if let Some(name) = &written.name {
            self.names.declare(&name.0, "entry of the timeline", at.key("name"), self.findings);
        }
        let begins = self.begins(written, at);
        let doing = doing(written);
        let until = written.lasts.as_ref().map(|lasts| {
            let at = at.key("for");
            if lasts.0.is_zero() {
                self.findings.add(at, "`for` must be above 0s");
            } else if let Some((key, _)) = doing
                && !can_be_undone(key)
            {
                let message = format!("`{key}` cannot be undone: it takes no `for`");
                self.findings.add(at, message);
            }
            begins + lasts.0
        });
        let groups = self.groups(written, at);
        let Some((key, doing)) = doing else { return };
        let entry = Entry {
            at,
            action_at: at.key(key),
            groups,
            names_group: written.group.is_some(),
            key: self.key(written, key, begins),
            begins,
            until,
            share: written.share.as_ref().map_or(Share::WHOLE, |share| share.0),
        };
        match doing {
            Doing::Plan(plan, to) => self.plan(&entry, plan, to),
            Doing::Buy(bought) => self.buy(&entry, bought),
            Doing::Agents(picked, to) => self.agents(&entry, picked, to, key),
            Doing::Traffic(factor) => self.traffic(&entry, factor),
            Doing::Servers(servers) => self.servers(&entry, servers),
            Doing::Available(available) => self.enforcement(&entry, available),
        }
    }

    fn begins(&mut self, written: &TimelineEntry, at: At<'_>) -> SimTime {
        let begins = SimTime::ZERO + written.at.0;
        if let Some(duration) = self.duration
            && begins >= SimTime::ZERO + duration
        {
            let message = format!("`at` must lie before the end of the duration, {duration}");
            self.findings.add(at.key("at"), message);
        }
        begins
    }

    /// The groups that an entry is for, as places.
    fn groups(&mut self, written: &TimelineEntry, at: At<'_>) -> Vec<usize> {
        let at = at.key("group");
        let Some(name) = &written.group else {
            return if at.is_sound() { (0..self.groups.len()).collect() } else { Vec::new() };
        };
        self.registry.known.groups.resolve(&name.0, "group", at, self.findings);
        let group = self.groups.iter().position(|draft| draft.group.name == name.0);
        group.into_iter().collect()
    }

    /// What keys the draws of an entry: its name, or what it does and when.
    fn key(&mut self, written: &TimelineEntry, action: &str, at: SimTime) -> String {
        if let Some(name) = &written.name {
            return name.0.clone();
        }
        let text = format!("{action} at {}ns", at.nanos());
        let times = self.texts.entry(text.clone()).or_insert(0);
        *times += 1;
        if *times == 1 { text } else { format!("{text}#{times}") }
    }

    /// Notes that `action` happens to the group at `place`.
    fn note(&mut self, place: usize, entry: &Entry<'_>, action: Action) {
        self.groups[place].group.timeline.push(Occurrence {
            key: entry.key.clone(),
            at: entry.begins,
            until: entry.until,
            share: entry.share,
            action,
        });
    }

    fn plan(&mut self, entry: &Entry<'_>, plan: &Name, to: fn(usize) -> Action) {
        self.registry.resolve_plan(&plan.0, entry.action_at, self.findings);
        for &place in &entry.groups {
            if let Some(plan) = self.groups[place].plans.place(&plan.0) {
                self.note(place, entry, to(plan));
            }
        }
    }

    fn buy(&mut self, entry: &Entry<'_>, bought: &Bought) {
        let at = entry.action_at;
        let (name, name_at, number) = match bought {
            Bought::One(name) => (name, at, 1),
            Bought::Many(many) => {
                let number = many.count.as_ref().map_or(1, |number| {
                    bought_at_once(number, 1, "`count`", at.key("count"), self.findings)
                });
                (&many.name, at.key("name"), number)
            }
        };
        let packages = &self.registry.packages;
        packages.resolve(&name.0, "package", name_at, self.findings);
        let counting = |place: &&usize| self.groups[**place].metering.may_count();
        let counting: Vec<usize> = entry.groups.iter().filter(counting).copied().collect();
        if counting.is_empty()
            && let Some(&place) = entry.groups.first()
        {
            self.groups[place].metering.require(at, self.findings);
        }
        let Some(package) = packages.place(&name.0) else { return };
        for place in counting {
            self.note(place, entry, Action::BuyPackage(package, number));
        }
    }

    fn agents(&mut self, entry: &Entry<'_>, picked: &Picked, to: fn(Pick) -> Action, key: &str) {
        let at = entry.action_at;
        let (line, line_at, written) = match picked {
            Picked::All(line) => (line, at, None),
            Picked::Some(some) => (&some.line, at.key("line"), some.count.as_ref()),
        };
        let creates = key == "create";
        let number = written.map(|number| {
            // Each creation is a try; of those that exist, `count` may be more than there are.
            let most = if creates { MOST_AGENTS } else { u64::from(u32::MAX) };
            count(number, 1..=most, "`count`", at.key("count"), self.findings)
        });
        // All agents that do not exist yet would be any number.
        let number = number.or(creates.then_some(1));
        let mut found = false;
        let mut feature = None;
        for &place in &entry.groups {
            let draft = &self.groups[place];
            let of_line = draft.lines.place(&line.0);
            match of_line.and_then(|of_line| Some((of_line, draft.group.lines.get(of_line)?.kind)))
            {
                Some((line, LineKind::Agents)) => {
                    found = true;
                    self.note(place, entry, to(Pick { line, count: number }));
                }
                Some((_, LineKind::Feature)) => feature = Some(place),
                None => found |= draft.lines.may_contain(&line.0),
            }
        }
        if found || entry.groups.is_empty() {
            return;
        }
        if let Some(place) = feature {
            let group = &self.groups[place].group.name;
            let message = format!("`{}` is a feature of `{group}`, not a line of agents", line.0);
            let hint = "features are always there";
            self.findings.add_with_hint(line_at, message, hint);
            return;
        }
        let mut lines = Names::default();
        for &place in &entry.groups {
            let agents = self.groups[place].group.lines.iter();
            let agents = agents.filter(|line| line.kind == LineKind::Agents);
            agents.for_each(|line| lines.add(&line.name));
        }
        let hint = did_you_mean(&line.0, "declared", lines.iter());
        let message = format!("no line of agents is called `{}`", line.0);
        self.findings.add_with_hint(line_at, message, hint);
    }

    fn traffic(&mut self, entry: &Entry<'_>, factor: f64) {
        let written_to = |place: &usize| self.groups[*place].written_to.perhaps;
        if !entry.groups.is_empty() && !entry.groups.iter().any(written_to) {
            let recorded = entry.groups.iter().map(|&place| &self.groups[place]);
            let recorded =
                recorded.filter(|draft| draft.written_to.by_trace).map(|draft| &draft.group.name);
            if let Some(name) = recorded.into_iter().next() {
                let message = format!(
                    "the traffic of `{name}` is recorded: it comes when it came, not so many times \
                     as often"
                );
                let hint = "name a `group` whose traffic has a rate";
                self.findings.add_with_hint(entry.action_at, message, hint);
                return;
            }
            let message = if entry.names_group {
                "nobody writes to this group: it has no traffic to multiply"
            } else {
                "nobody writes to any group: there is no traffic to multiply"
            };
            self.findings.add(entry.action_at, message);
        }
        let closed = entry.groups.iter().find_map(|&place| {
            let group = &self.groups[place].group;
            let is_closed = |traffic: &Traffic| matches!(traffic.kind, TrafficKind::Closed { .. });
            let of_line = |line: &&AgentLine| line.traffic.as_ref().is_some_and(is_closed);
            let line = group.lines.iter().find(of_line);
            let of_all = group.customers.as_ref().is_some_and(|all| is_closed(&all.traffic));
            match line {
                Some(line) => Some(format!("`{}` in `{}`", line.name, group.name)),
                None => of_all.then(|| format!("the workspaces of `{}`", group.name)),
            }
        });
        if let Some(whose) = closed {
            let message = format!(
                "the users of {whose} are `closed`: they write when they have their reply, not so \
                 many times as often"
            );
            let hint = "name a `group` whose traffic has a rate";
            self.findings.add_with_hint(entry.action_at, message, hint);
        }
        for &place in &entry.groups {
            self.note(place, entry, Action::Traffic(factor));
        }
    }

    fn enforcement(&mut self, entry: &Entry<'_>, available: bool) {
        if available {
            let message = "enforcement is available where no entry says otherwise";
            let hint = "say `available: false`, and with `for` how long";
            self.findings.add_with_hint(entry.action_at.key("available"), message, hint);
        }
        for &place in &entry.groups {
            self.note(place, entry, Action::Unavailable);
        }
    }

    fn servers(&mut self, entry: &Entry<'_>, servers: &CountOrUnlimited) {
        let at = entry.action_at.key("servers");
        let servers = count_or_unlimited(servers, 1, "`servers`", at, self.findings);
        match self.backend {
            None if self.backend_is_sound => {
                let hint = "give the scenario a `backend`";
                let message = "there is no backend to change";
                self.findings.add_with_hint(entry.action_at, message, hint);
            }
            None => {}
            Some(BackendScope::Platform) => {
                let hint = "leave it out, or give the backend `scope: workspace`";
                for key in ["group", "share"] {
                    if entry.at.has(key) {
                        let message = format!("all workspaces share the backend: no `{key}` here");
                        self.findings.add_with_hint(entry.at.key(key), message, hint);
                    }
                }
                self.changes.push(ServersChange { at: entry.begins, until: entry.until, servers });
            }
            Some(BackendScope::Workspace) => {
                for &place in &entry.groups {
                    self.note(place, entry, Action::Servers(servers));
                }
            }
        }
    }
}
