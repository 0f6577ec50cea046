//! What a trace has, row by row, in the oracle.

use std::collections::BTreeMap;

use limitlab::units::{Credits, SimSpan};

use super::super::deeds::Buyer;
use super::{Class, Event, Play, Talk};

/// A trace as the oracle reads it.
#[derive(Default)]
pub(in super::super) struct Trace {
    rows: Vec<Row>,
}

/// A row, and the turns that stand below it.
struct Row {
    at: u64,
    space: usize,
    agent: String,
    action: String,
    cost: Option<i128>,
    turns: Vec<Turn>,
}

/// A later turn: how long after the reply, and what it costs.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    think: u64,
    cost: Option<i128>,
}

/// What the oracle knows of the agents of a workspace by the names that they have in a trace.
#[derive(Default)]
pub(super) struct Named {
    agents: BTreeMap<String, usize>,
    /// Messages so far, line by line.
    messages: BTreeMap<usize, u64>,
}

impl Trace {
    /// Reads a trace of groups with so many workspaces; its time runs so much faster.
    pub(in super::super) fn new(text: &str, counts: &[usize], speed: u64) -> Self {
        let span = |text: &str| text.parse::<SimSpan>().expect("it is a time").nanos() / speed;
        let mut rows: Vec<Row> = Vec::new();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [time, workspace, agent, action, cost, _, think] = cells[..] else {
                panic!("{line}")
            };
            let cost = cost.parse::<Credits>().ok().map(Credits::wide);
            if time.is_empty() {
                let above = rows.last_mut().expect("a first turn stands above");
                above.turns.push(Turn { think: span(think), cost });
                continue;
            }
            let (group, number) = workspace.split_once('/').expect("workspaces have numbers");
            let group: usize = group[1..].parse().expect("groups have numbers");
            let number: usize = number.parse().expect("it is a number");
            let before: usize = counts[..group].iter().sum();
            rows.push(Row {
                at: span(time),
                space: before + number - 1,
                agent: agent.to_owned(),
                action: action.to_owned(),
                cost,
                turns: Vec::new(),
            });
        }
        Self { rows }
    }

    /// How many rows it has.
    pub(super) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// When and where a row happens, and as what.
    pub(super) fn place(&self, row: usize) -> (u64, Class, usize) {
        let Row { at, space, action, .. } = &self.rows[row];
        let class = match action.as_str() {
            "disable" | "delete" => Class::Frees,
            "set_plan" => Class::Changes,
            "buy_package" => Class::Buys,
            _ => Class::Takes,
        };
        (*at, class, *space)
    }
}

impl Play<'_> {
    /// The names of the agents of the start.
    pub(super) fn name_agents(&mut self, space: usize) {
        for line in 0..self.stages[space].group.lines.len() {
            let name = &self.stages[space].group.lines[line].name;
            for (number, agent) in self.own(space, line).into_iter().enumerate() {
                let names = &mut self.stages[space].named.agents;
                names.insert(format!("{name}/{}", number + 1), agent);
                // A feature has no number.
                names.insert(name.clone(), agent);
            }
        }
    }

    /// The line that a name belongs to: behind those of the group and that of its customers stands
    /// one for agents that belong to none.
    fn line_of(&self, space: usize, name: &str) -> usize {
        let lines = &self.stages[space].group.lines;
        let line = name.split('/').next().unwrap_or(name);
        lines.iter().position(|it| it.name == line).unwrap_or(lines.len() + 1)
    }

    pub(super) fn row(&mut self, space: usize, row: usize, now: u64) {
        let Row { agent: name, action, cost, turns, .. } = &self.trace.rows[row];
        let (cost, turns) = (*cost, turns.clone());
        let (name, action) = (name.clone(), action.clone());
        let known = self.stages[space].named.agents.get(&name).copied();
        let there = known.filter(|&agent| self.record.spaces[space].state(agent).is_some());
        match (action.as_str(), there) {
            ("message", there) => self.recorded_message(space, &name, there, (cost, turns), now),
            ("create", None) => {
                let line = self.line_of(space, &name);
                if let Some(agent) = self.create(space, line, now) {
                    self.stages[space].named.agents.insert(name, agent);
                    self.settle_in(space, agent, now);
                }
            }
            ("enable", Some(agent)) if !self.is_active(space, agent) => {
                self.enable_from_outside(space, agent, now);
            }
            ("disable", Some(agent)) if self.is_active(space, agent) => {
                self.disable(space, agent, now);
            }
            ("delete", Some(agent)) => self.delete(space, agent, now),
            ("set_plan", _) => {
                let plans = &self.stages[space].group.plans;
                let plan = plans.iter().position(|it| it.plan.name == name);
                let plan = plan.expect("the group can be on every plan that rows name");
                self.stages[space].held.push((None, plan));
                self.set_plan(space, plan, now);
            }
            ("buy_package", _) if !self.record.spaces[space].deeds.is_empty() => {
                self.buy(space, 0, Buyer::Ordered, now);
            }
            _ => {}
        }
    }

    fn recorded_message(
        &mut self,
        space: usize,
        name: &str,
        there: Option<usize>,
        (cost, turns): (Option<i128>, Vec<Turn>),
        now: u64,
    ) {
        let line = self.line_of(space, name);
        let drawn_too = self.customers(space, line).is_some();
        let before = self.stages[space].named.messages.entry(line).or_default();
        let number = (*before << 20) + if drawn_too { 1 << 63 } else { 0 };
        *before += 1;
        let Some(agent) = there.filter(|&agent| !self.is_away(space, agent)) else { return };
        let mut talk = None;
        if !turns.is_empty() {
            let script = turns.into_iter().rev().collect();
            let (agent, left) = (Some(agent), 0);
            self.stages[space].talks.push(Talk { by: line, agent, number, left, script, cost });
            talk = Some(self.stages[space].talks.len() - 1);
        }
        self.write_for(space, (agent, line), number, (talk, cost), now);
    }

    /// The next turn of a recorded conversation, if one is left.
    pub(super) fn next_recorded(&mut self, space: usize, talk: usize, now: u64) -> bool {
        let talks = &mut self.stages[space].talks[talk];
        let Some(Turn { think, cost }) = talks.script.pop() else { return false };
        talks.number += 1;
        talks.cost = cost;
        self.schedule(now + think, Class::Takes, space, Event::Turn { talk });
        true
    }
}
