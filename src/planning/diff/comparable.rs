//! Whether two scenarios are about the same customers over the same time.

use crate::scenario::{Group, Scenario, did_you_mean};

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

/// What else differs between comparable scenarios than the policy, or is left out, in sentences.
pub(super) fn notes(a: &Scenario, b: &Scenario) -> Vec<String> {
    let mut notes = Vec::new();
    if a.replications.max(b.replications) > 1 {
        notes.push("Only the first replication is compared.".to_owned());
    }
    for group in &a.groups {
        let Some(other) = b.groups.iter().find(|it| it.name == group.name) else { continue };
        notes.extend(of_lines(group, other));
        let [one, two] = [group, other].map(|it| it.customers.as_ref().map(|it| &it.traffic));
        if one != two {
            notes.push(rewritten(&format!("workspaces of `{}`", group.name)));
        }
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
        if line.traffic != twin.traffic {
            notes.push(rewritten(&whom));
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
