//! Random traces: much at the same instant, much that cannot be done, and agents that nobody declared.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::select;

use super::scenarios::{Knobs, knobs};

/// How it is replayed.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    rows: Vec<Row>,
    pub(super) twice_as_fast: bool,
    pub(super) sessions: bool,
}

#[derive(Debug, Clone)]
struct Row {
    /// In thousandths of the duration.
    at: u32,
    /// Whether it happens with the row before it.
    tied: bool,
    group: usize,
    workspace: usize,
    action: &'static str,
    line: usize,
    number: usize,
    cost: &'static str,
    /// Think times of the turns that follow, in ticks.
    turns: Vec<u32>,
}

fn row() -> impl Strategy<Value = Row> {
    (
        (0..1_100_u32, any::<bool>(), 0..60_usize, 0..60_usize),
        select(vec![
            "message",
            "message",
            "message",
            "message",
            "create",
            "enable",
            "disable",
            "delete",
            "set_plan",
            "buy_package",
        ]),
        (0..60_usize, 1..5_usize),
        select(vec!["", "", "0", "1", "2.5"]),
        prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(0..9_u32, 1..4)],
    )
        .prop_map(|(place, action, (line, number), cost, turns)| Row {
            at: place.0,
            tied: place.1,
            group: place.2,
            workspace: place.3,
            action,
            line,
            number,
            cost,
            turns,
        })
}

pub(super) fn recorded() -> impl Strategy<Value = Knobs> {
    let rows = prop::collection::vec(row(), 0..60);
    (knobs(), rows, any::<bool>(), any::<bool>()).prop_map(
        |(knobs, mut rows, twice_as_fast, sessions)| {
            rows.sort_by_key(|row| row.at);
            knobs.with_trace(Recorded { rows, twice_as_fast, sessions })
        },
    )
}

impl Knobs {
    /// The trace as it would be recorded.
    pub(super) fn trace(&self, recorded: &Recorded) -> String {
        let mut text = "time,workspace,agent,action,cost,session,think\n".to_owned();
        let mut created: BTreeSet<(usize, usize, String)> = BTreeSet::new();
        let speed = 1 + u32::from(recorded.twice_as_fast);
        let mut at = 0;
        for (number, row) in recorded.rows.iter().enumerate() {
            if !row.tied {
                at = row.at * self.duration() * speed / 1_000;
            }
            let group = row.group % self.groups();
            let (count, lines, features) = self.cast(group);
            let workspace = row.workspace % count;
            // Beside the lines there are agents that belong to none.
            let line = row.line % (lines.len() + features + 1);
            let mut action = row.action;
            let agent = match action {
                "set_plan" => self.plan_of(row.line),
                "buy_package" if self.has_packages() => "pack0".to_owned(),
                "buy_package" => continue,
                _ if line < lines.len() => {
                    let name = format!("l{line}/{}", row.number);
                    if row.number > lines[line]
                        && !created.contains(&(group, workspace, name.clone()))
                    {
                        action = "create";
                    }
                    name
                }
                _ if line < lines.len() + features => {
                    action = "message";
                    format!("f{}", line - lines.len())
                }
                _ => {
                    let name = format!("other-{}", row.number);
                    if !created.contains(&(group, workspace, name.clone())) {
                        action = "create";
                    }
                    name
                }
            };
            if action == "create" {
                created.insert((group, workspace, agent.clone()));
            }
            let is_message = action == "message";
            let cost = if is_message { row.cost } else { "" };
            let talks = recorded.sessions && is_message && !row.turns.is_empty();
            let session = if talks { format!("talk{number}") } else { String::new() };
            let who = format!("g{group}/{},{agent},{action}", workspace + 1);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{},{who},{cost},{session},", self.span(at));
            for &think in row.turns.iter().filter(|_| talks) {
                let _ = writeln!(text, ",{who},,{session},{}", self.span(think));
            }
        }
        text
    }
}
