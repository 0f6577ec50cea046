//! Whether two results can be compared, how, and what must be known before that is read.

use super::model::CompareMode;
use crate::summary::{Saved, Summary, Verdict};

/// What forbids to compare two results, in sentences without their ends.
pub(super) fn obstacles(old: &Saved, new: &Saved) -> Vec<String> {
    let mut found = Vec::new();
    for (side, one) in [("OLD", old), ("NEW", new)] {
        found.extend(invalid(&one.summary).map(|why| format!("{side} is not valid: {why}")));
    }
    let [a, b] = [old, new].map(|it| &it.summary.scenario);
    for (what, of_old, of_new) in
        [("lasts", a.duration_s, b.duration_s), ("warms up for", a.warm_up_s, b.warm_up_s)]
    {
        if of_old.to_bits() != of_new.to_bits() {
            found.push(format!(
                "OLD {what} {of_old} s and NEW {of_new} s, so their counts are not of the same time, \
                 and what takes time has come further in one than in the other"
            ));
        }
    }
    let [of_old, of_new] = [old, new].map(|it| names(&it.summary));
    if of_old.iter().all(|name| !of_new.contains(name)) {
        let [of_old, of_new] = [of_old, of_new].map(|names| listed(&names));
        found.push(format!("they have no group in common: OLD has {of_old}, NEW has {of_new}"));
    }
    found
}

/// Why a result cannot be relied on, if it cannot.
pub(super) fn invalid(summary: &Summary) -> Option<String> {
    (summary.validity.verdict == Verdict::Invalid).then(|| {
        let why = summary.validity.why.join(" ");
        let why = why.trim_end_matches('.');
        if why.is_empty() { "it does not say why".to_owned() } else { why.to_owned() }
    })
}

/// Groups by name, without `all`.
fn names(summary: &Summary) -> Vec<&str> {
    summary.groups.keys().map(String::as_str).filter(|name| *name != "all").collect()
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// How two results are compared.
pub(super) fn mode(old: &Saved, new: &Saved) -> CompareMode {
    let [a, b] = [&old.summary, &new.summary];
    let is_again = a.scenario.sha256 == b.scenario.sha256
        && a.seed == b.seed
        && a.replications == b.replications
        && same_range(&a.limitlab, &b.limitlab);
    let is_driven = old.driven || new.driven;
    if is_again && !is_driven {
        return CompareMode::Exact;
    }
    let has_pairs = !old.replications.is_empty() && !new.replications.is_empty();
    if a.seed == b.seed && has_pairs && !is_driven {
        return CompareMode::Paired;
    }
    CompareMode::Unpaired
}

/// Whether two versions are to give the same figures: until 1.0.0 those with the same first two numbers,
/// then those with the same first one.
fn same_range(old: &str, new: &str) -> bool {
    let range = |version: &str| {
        let numbers = version.split(['-', '+']).next().unwrap_or(version);
        let mut numbers = numbers.split('.').map(|it| it.parse::<u64>().ok());
        let (major, minor) = (numbers.next()??, numbers.next()??);
        Some(if major == 0 { (major, minor) } else { (major, 0) })
    };
    old == new || range(old).is_some_and(|of_old| range(new) == Some(of_old))
}

/// What must be known before a comparison is read, in sentences.
pub(super) fn notes(old: &Saved, new: &Saved, mode: CompareMode) -> Vec<String> {
    let [a, b] = [&old.summary, &new.summary];
    let mut notes = Vec::new();
    for (side, one) in [("OLD", a), ("NEW", b)] {
        notes.extend(one.validity.why.iter().map(|why| format!("{side}: {why}")));
    }
    for (side, one) in [("OLD", old), ("NEW", new)] {
        if one.driven {
            notes.push(format!(
                "{side} was driven in wall-clock time: no two drives give the same figures."
            ));
        }
    }
    if mode == CompareMode::Exact {
        return notes;
    }
    if !same_range(&a.limitlab, &b.limitlab) {
        notes.push(format!(
            "OLD was made by limitlab {} and NEW by {}, which need not give the same figures.",
            a.limitlab, b.limitlab
        ));
    }
    if a.seed != b.seed {
        notes.push(format!(
            "The seeds are {} and {}: whether the scenarios differ in anything else is not known.",
            a.seed, b.seed
        ));
    } else if a.scenario.sha256 != b.scenario.sha256 {
        notes.push("The scenarios differ: two designs are compared.".to_owned());
    }
    if mode == CompareMode::Unpaired && a.seed == b.seed && !(old.driven || new.driven) {
        notes.push(
            "Not both have their metrics by replication, so they are compared as if they had other \
             draws: intervals are wider than they might be."
                .to_owned(),
        );
    }
    if a.replications != b.replications {
        notes.push(format!(
            "OLD has {} and NEW has {}; counts are means over them.",
            replications(a.replications),
            replications(b.replications)
        ));
    }
    for (what, of_old, of_new) in [
        ("start", &a.scenario.start, &b.scenario.start),
        ("timezone", &a.scenario.timezone, &b.scenario.timezone),
    ] {
        if of_old != of_new {
            notes.push(format!("The `{what}` is {of_old} in OLD and {of_new} in NEW."));
        }
    }
    notes.extend(of_groups(a, b));
    notes
}

fn replications(number: u32) -> String {
    if number == 1 { "1 replication".to_owned() } else { format!("{number} replications") }
}

/// Groups that only one of the results has, or of which it has more workspaces.
fn of_groups(old: &Summary, new: &Summary) -> Vec<String> {
    let mut notes = Vec::new();
    for (side, one, other) in [("OLD", old, new), ("NEW", new, old)] {
        let alone: Vec<&str> =
            names(one).into_iter().filter(|name| !other.groups.contains_key(*name)).collect();
        if !alone.is_empty() {
            notes.push(format!(
                "Only {side} has {}: `all` is not of the same groups.",
                listed(&alone)
            ));
        }
    }
    for (name, group) in old.wholes() {
        if let Some(other) = new.whole(name).filter(|it| it.workspaces != group.workspaces) {
            notes.push(format!(
                "`{name}` has {} workspaces in OLD and {} in NEW: sums are of so many.",
                group.workspaces, other.workspaces
            ));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::same_range;

    #[test]
    fn versions_promise_the_same_figures_in_a_range() {
        for (old, new, same) in [
            ("0.1.0", "0.1.7", true),
            ("0.1.0", "0.2.0", false),
            ("1.2.0", "1.9.3", true),
            ("1.9.0", "2.0.0", false),
            ("0.1.0-rc.1", "0.1.0", true),
            ("tip", "tip", true),
            ("tip", "0.1.0", false),
        ] {
            assert_eq!(same_range(old, new), same, "{old} {new}");
        }
    }
}
