//! An importing file over what it imports.

use std::collections::BTreeMap;
use std::mem;

use super::shape::Shape;
use super::tree::{Entry, Kind, Node};

/// What `own` says over what `imported` says: mappings key by key, lists by the names of their
/// items, and anything else replaced.
///
/// Where one of several kinds is chosen, such as a distribution, another choice replaces it.
pub(super) fn merge(imported: Node, own: Node) -> Node {
    join(imported, own, Some(Shape::scenario()), Lists::Joined)
}

/// What becomes of two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lists {
    /// Items are joined.
    Joined,
    /// One list takes the place of the other: inside a distribution a list is one value.
    Replaced,
}

/// `shape` is what must stand here, unknown below an unknown key.
fn join(imported: Node, own: Node, shape: Option<&Shape>, lists: Lists) -> Node {
    let kind = match (imported.kind, own.kind) {
        (Kind::Mapping(imported), Kind::Mapping(own)) => {
            Kind::Mapping(mappings(imported, own, shape.map(Shape::of_mapping), lists))
        }
        (Kind::Sequence(imported), Kind::Sequence(own)) if lists == Lists::Joined => {
            let item = match shape.map(Shape::resolved) {
                Some(Shape::List { item, .. }) => Some(item.as_ref()),
                _ => None,
            };
            Kind::Sequence(sequences(imported, own, item))
        }
        (_, kind) => kind,
    };
    Node::new(own.span, kind)
}

fn mappings(
    mut imported: Vec<Entry>,
    own: Vec<Entry>,
    shape: Option<&Shape>,
    mut lists: Lists,
) -> Vec<Entry> {
    match shape {
        Some(Shape::Choice(_)) => {
            let same = match (imported.as_slice(), own.as_slice()) {
                ([imported], [own]) => imported.key.text == own.key.text,
                _ => false,
            };
            if !same {
                return own;
            }
            lists = Lists::Replaced;
        }
        Some(Shape::Record(record)) => {
            let chosen = own.iter().find_map(|entry| record.kind(&entry.key.text));
            imported.retain(|entry| match record.kind(&entry.key.text) {
                Some(kind) => chosen.is_none_or(|chosen| chosen == kind),
                None => true,
            });
        }
        _ => {}
    }
    let places: BTreeMap<String, usize> =
        imported.iter().enumerate().map(|(index, entry)| (entry.key.text.clone(), index)).collect();
    let mut entries = imported;
    for Entry { key, value } in own {
        let Some(entry) = places.get(&key.text).map(|&index| &mut entries[index]) else {
            entries.push(Entry { key, value });
            continue;
        };
        let below = mem::replace(&mut entry.value, Node::nothing(value.span));
        let shape = shape.and_then(|shape| shape.of_key(&key.text));
        *entry = Entry { value: join(below, value, shape, lists), key };
    }
    entries
}

/// An item whose name is imported goes over the item of that name, the others after all.
fn sequences(imported: Vec<Node>, own: Vec<Node>, shape: Option<&Shape>) -> Vec<Node> {
    // From the last to the first, so that of two items of one name the first one counts. A name
    // counts once: a second item of the same file is a mistake that must stay one.
    let names = imported.iter().enumerate().rev();
    let mut places: BTreeMap<String, usize> =
        names.filter_map(|(index, item)| Some((item.name()?.to_owned(), index))).collect();
    let mut items = imported;
    for value in own {
        match value.name().and_then(|name| places.remove(name)) {
            Some(index) => {
                let below = mem::replace(&mut items[index], Node::nothing(value.span));
                items[index] = join(below, value, shape, Lists::Joined);
            }
            None => items.push(value),
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::super::source::SourceId;
    use super::super::yaml;
    use super::*;

    fn tree(text: &str) -> Node {
        let mut mistakes = Vec::new();
        let tree = yaml::read(SourceId(0), text, 0, &mut mistakes);
        assert_eq!(mistakes, []);
        tree.unwrap()
    }

    fn canonical(tree: &Node) -> String {
        let mut bytes = Vec::new();
        tree.write_canonical(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[track_caller]
    fn check(imported: &str, own: &str, merged: &str) {
        assert_eq!(canonical(&merge(tree(imported), tree(own))), canonical(&tree(merged)));
    }

    #[test]
    fn mappings_merge_key_by_key_and_the_importing_file_wins() {
        check(
            "{ seed: 1, duration: 1h, plans: { a: { active_agents: 1, total_agents: 9 } } }",
            "{ seed: 2, plans: { a: { active_agents: 3 }, b: { total_agents: 4 } } }",
            "{ seed: 2, duration: 1h, plans: { a: { active_agents: 3, total_agents: 9 },
               b: { total_agents: 4 } } }",
        );
        check("{ plans: { a: { credits: 1 } } }", "{ plans: all }", "{ plans: all }");
        check("{ plans: all }", "{ plans: { a: {} } }", "{ plans: { a: {} } }");
    }

    #[test]
    fn lists_merge_by_name_and_append_what_is_new_or_has_none() {
        check(
            "{ workspaces: [{ group: a, count: 1, agents: [{ name: x, count: 1 }] }, { group: b }],
               thresholds: [x < 1] }",
            "{ workspaces: [{ group: c }, { group: a, agents: [{ name: y }, { name: x, cost: 2 }] }],
               thresholds: [y < 1] }",
            "{ workspaces: [{ group: a, count: 1, agents: [{ name: x, count: 1, cost: 2 },
               { name: y }] }, { group: b }, { group: c }], thresholds: [x < 1, y < 1] }",
        );
    }

    #[test]
    fn entries_of_the_timeline_are_not_named_by_their_group() {
        check(
            "{ timeline: [{ at: 1d, group: a, traffic: 2x }, { name: x, at: 2d, traffic: 2x }] }",
            "{ timeline: [{ at: 3d, group: a, set_plan: b }, { name: x, set_plan: b }] }",
            "{ timeline: [{ at: 1d, group: a, traffic: 2x }, { name: x, at: 2d, set_plan: b },
               { at: 3d, group: a, set_plan: b }] }",
        );
    }

    #[test]
    fn a_name_that_is_written_twice_in_a_file_stays_written_twice() {
        check(
            "{ workspaces: [{ group: a, count: 1 }, { group: a, count: 2 }] }",
            "{ workspaces: [{ group: a, count: 3 }, { group: a, count: 4 }] }",
            "{ workspaces: [{ group: a, count: 3 }, { group: a, count: 2 },
               { group: a, count: 4 }] }",
        );
    }

    #[test]
    fn another_kind_replaces_what_was_chosen() {
        let agent = |cost: &str| {
            format!("{{ workspaces: [{{ group: a, agents: [{{ name: x, cost: {cost} }}] }}] }}")
        };
        for (imported, own, merged) in [
            ("{ uniform: { min: 1, max: 2 } }", "2", "2"),
            ("2", "{ exponential: 3 }", "{ exponential: 3 }"),
            ("{ uniform: { min: 1, max: 2 } }", "{ exponential: 3 }", "{ exponential: 3 }"),
            (
                "{ uniform: { min: 1, max: 2 } }",
                "{ uniform: { max: 9 } }",
                "{ uniform: { min: 1, max: 9 } }",
            ),
        ] {
            check(&agent(imported), &agent(own), &agent(merged));
        }
        for (imported, own, merged) in [
            (
                "{ mixture: [{ share: 100%, of: 1 }] }",
                "{ mixture: [{ share: 50%, of: 1 }, { share: 50%, of: 2 }] }",
                "{ mixture: [{ share: 50%, of: 1 }, { share: 50%, of: 2 }] }",
            ),
            (
                "{ hyperexponential: { mean: 1, cv: 2 } }",
                "{ hyperexponential: { branches: [{ share: 100%, mean: 1 }] } }",
                "{ hyperexponential: { branches: [{ share: 100%, mean: 1 }] } }",
            ),
            (
                "{ hyperexponential: { mean: 1, cv: 2 } }",
                "{ hyperexponential: { cv: 3 } }",
                "{ hyperexponential: { mean: 1, cv: 3 } }",
            ),
        ] {
            check(&agent(imported), &agent(own), &agent(merged));
        }
        let traffic = |kind: &str| {
            format!("{{ workspaces: [{{ group: a, agents: [{{ name: x, traffic: {kind} }}] }}] }}")
        };
        check(
            &traffic("{ sessions: { rate: 1/d } }"),
            &traffic("{ rate: 2/h }"),
            &traffic("{ rate: 2/h }"),
        );
        let backoff = |keys: &str| {
            format!(
                "{{ workspaces: [{{ group: a, agents: [{{ name: x, retry: {{ backoff: {keys} }} }}] }}] }}"
            )
        };
        for (imported, own, merged) in [
            ("{ base: 1s, cap: 5s }", "{ wait: 9s }", "{ wait: 9s }"),
            ("{ wait: 9s }", "{ jitter: none }", "{ jitter: none }"),
            ("{ base: 1s, cap: 5s }", "{ cap: 9s }", "{ base: 1s, cap: 9s }"),
            ("{ base: 1s }", "{ base: 2s, wait: 9s }", "{ base: 2s, wait: 9s }"),
        ] {
            check(&backoff(imported), &backoff(own), &backoff(merged));
        }
        check(
            "{ workspaces: [{ group: a, fair_use: [{ name: f, scope: agent, concurrency: { limit: 2 } }] }] }",
            "{ workspaces: [{ group: a, fair_use: [{ name: f, token_bucket: { rate: 1/s, burst: 2 } }] }] }",
            "{ workspaces: [{ group: a, fair_use: [{ name: f, scope: agent, token_bucket: { rate: 1/s, burst: 2 } }] }] }",
        );
    }

    #[test]
    fn what_is_unknown_merges_like_the_rest() {
        check("{ x: { a: 1 } }", "{ x: { b: [2] } }", "{ x: { a: 1, b: [2] } }");
    }
}
