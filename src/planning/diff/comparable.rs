//! Whether two scenarios are about the same customers over the same time.

use crate::scenario::{Group, RecordedPart, Scenario, did_you_mean};
use crate::units::Speed;
use crate::workload::Action;

/// What forbids to compare two scenarios, in sentences without their ends.
pub(super) fn mismatches(a: &Scenario, b: &Scenario) -> Vec<String> {
    let mut found = Vec::new();
    if a.seed != b.seed {
        let seeds = format!("the seed is {} in A and {} in B", a.seed, b.seed);
        found.push(format!("{seeds}; `--seed N` sets both"));
    }
    for (key, of_a, of_b) in [
        ("start", a.start.to_string(), b.start.to_string()),
        ("duration", a.duration.to_string(), b.duration.to_string()),
        ("warm_up", a.warm_up.to_string(), b.warm_up.to_string()),
    ] {
        if of_a != of_b {
            let differs = format!("`{key}` is {of_a} in A and {of_b} in B");
            found.push(format!("{differs}; `--both {key}=VALUE` sets both"));
        }
    }
    for group in &a.groups {
        match b.groups.iter().find(|it| it.name == group.name) {
            None => found.push(alone("A", group, "B", b)),
            Some(other) if other.count != group.count => {
                let (name, of_a, of_b) = (&group.name, group.count, other.count);
                let differs = format!("the group `{name}` has {of_a} workspaces in A");
                let key = format!("workspaces.{name}.count");
                found.push(format!("{differs} and {of_b} in B; `--both {key}=N` sets both"));
            }
            Some(_) => {}
        }
    }
    let only_b = b.groups.iter().filter(|it| a.groups.iter().all(|other| other.name != it.name));
    found.extend(only_b.map(|group| alone("B", group, "A", a)));
    found
}

/// A group that stands in one of the scenarios only.
fn alone(side: &str, group: &Group, other: &str, scenario: &Scenario) -> String {
    let kind = format!("groups of {other}");
    let names = scenario.groups.iter().map(|it| it.name.as_str());
    let hint = did_you_mean(&group.name, &kind, names);
    format!("the group `{}` is in {side} only; {hint}", group.name)
}

/// What must be known of two comparable scenarios before their comparison is read, in sentences.
pub(super) fn notes(a: &Scenario, b: &Scenario) -> Vec<String> {
    let mut notes = Vec::new();
    if a.replications.max(b.replications) > 1 {
        notes.push("Only the first replication is compared.".to_owned());
    }
    for (side, one, other) in [("A", a, b), ("B", b, a)] {
        let own = one.idle_plans.iter().filter(|plan| !other.idle_plans.contains(*plan));
        notes.extend(own.map(|plan| {
            let told = one.about_idle_plan(plan);
            let end = if told.ends_with('?') { "" } else { "." };
            format!("{side}: {told}{end}")
        }));
    }
    notes
}

/// What else differs between comparable scenarios than the policy, so that they have not the same
/// draws, in sentences.
pub(super) fn other_draws(a: &Scenario, b: &Scenario) -> Vec<String> {
    let mut notes = Vec::new();
    for group in &a.groups {
        let Some(other) = b.groups.iter().find(|it| it.name == group.name) else { continue };
        notes.extend(of_lines(group, other));
        let [one, two] = [group, other].map(|it| it.customers.as_ref().map(|it| &it.traffic));
        if one != two {
            notes.push(rewritten(&format!("workspaces of `{}`", group.name)));
        }
        notes.extend(of_traces([a, b], &group.name));
        notes.extend(of_timeline([group, other]));
    }
    notes
}

/// What differs in the traces that a group replays.
fn of_traces(both: [&Scenario; 2], group: &str) -> Option<String> {
    let [a, b] = both.map(|scenario| {
        let own = scenario.traces.iter().filter_map(|recording| {
            let (_, part) = recording.parts.iter().find(|(name, _)| name == group)?;
            Some((recording.sha256.as_str(), recording.speed, part))
        });
        let mut own: Vec<_> = own.collect();
        own.sort_by_key(|&(sha256, speed, _)| (sha256, speed));
        own
    });
    if a == b {
        return None;
    }
    let contents = |own: &[(&str, Speed, &RecordedPart)]| -> Vec<String> {
        own.iter().map(|(sha256, ..)| (*sha256).to_owned()).collect()
    };
    let speeds = |own: &[(&str, Speed, &RecordedPart)]| -> Vec<Speed> {
        own.iter().map(|(_, speed, _)| *speed).collect()
    };
    let what = if contents(&a) != contents(&b) {
        "in its traces"
    } else if speeds(&a) != speeds(&b) {
        "in its `speed`"
    } else {
        "in what is replayed of its traces, and how"
    };
    Some(format!(
        "The recorded traffic of the group `{group}` differs {what}: what changes is not the \
         policy alone."
    ))
}

/// What the timeline does otherwise to those who write, and to the agents that there are.
fn of_timeline(both: [&Group; 2]) -> Vec<String> {
    let entries = |wanted: fn(&Action) -> bool| {
        let [a, b] = both.map(|group| {
            let own = group.timeline.iter().filter(|entry| wanted(&entry.action));
            // A place in the list of lines says nothing without that list.
            let line = |action: &Action| match action {
                Action::Create(pick) | Action::Delete(pick) => group.lines[pick.line].name.as_str(),
                _ => "",
            };
            let told = own.map(|it| {
                let count = match it.action {
                    Action::Create(pick) | Action::Delete(pick) => pick.count,
                    _ => None,
                };
                let factor = if let Action::Traffic(factor) = it.action { factor } else { 0.0 };
                let creates = matches!(it.action, Action::Create(_));
                (it.at, it.until, it.share, factor.to_bits(), creates, line(&it.action), count)
            });
            let mut told: Vec<_> = told.collect();
            told.sort_unstable();
            told
        });
        a != b
    };
    let name = &both[0].name;
    let mut notes = Vec::new();
    if entries(|action| matches!(action, Action::Traffic(_))) {
        notes.push(rewritten(&format!("the group `{name}` on the timeline")));
    }
    if entries(|action| matches!(action, Action::Create(_) | Action::Delete(_))) {
        notes.push(format!(
            "The timeline creates or deletes other agents in the group `{name}`: what changes is \
             not the policy alone."
        ));
    }
    notes
}

/// Draws are keyed by the names of lines.
fn of_lines(group: &Group, other: &Group) -> Vec<String> {
    let names = |group: &Group| -> Vec<String> {
        let mut names: Vec<String> =
            group.lines.iter().map(|line| format!("`{}`", line.name)).collect();
        names.sort_unstable();
        names
    };
    let (of_a, of_b) = (names(group), names(other));
    let only = |one: &[String], two: &[String]| -> Vec<String> {
        one.iter().filter(|name| !two.contains(name)).cloned().collect()
    };
    let mut notes = Vec::new();
    for (side, only) in [("A", only(&of_a, &of_b)), ("B", only(&of_b, &of_a))] {
        if !only.is_empty() {
            let (group, lines) = (&group.name, only.join(", "));
            let what = format!("Of the group `{group}` only {side} has {lines}");
            notes.push(format!("{what}: a line of another name draws other messages."));
        }
    }
    for line in &group.lines {
        let Some(twin) = other.lines.iter().find(|it| it.name == line.name) else { continue };
        let whom = format!("`{}` of the group `{}`", line.name, group.name);
        if line.churn != twin.churn {
            notes.push(format!(
                "The `churn` of {whom} differs: what changes is not the policy alone."
            ));
        }
        if line.traffic != twin.traffic {
            notes.push(rewritten(&whom));
        } else if line.count != twin.count && group.recorded.is_some() && line.traffic.is_none() {
            notes.push(format!(
                "A workspace has {} of {whom} under A and {} under B: of a trace, messages to agents \
                 that there are not are not written.",
                line.count, twin.count
            ));
        } else if line.count != twin.count && line.traffic.is_some() {
            notes.push(format!(
                "A workspace has {} of {whom} under A and {} under B: other messages are drawn.",
                line.count, twin.count
            ));
        }
    }
    notes
}

fn rewritten(whom: &str) -> String {
    format!("The traffic of {whom} differs: what changes is not the policy alone.")
}
