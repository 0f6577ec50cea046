//! How a workspace of the oracle begins: its agents, its pool, its customers.

use std::collections::BTreeMap;

use limitlab::random::Key;
use limitlab::rules::AgentState;
use limitlab::scenario::Group;
use limitlab::workload::{LineKind, TrafficKind, plan_of};

use super::super::plans::{Standing, first_anchor};
use super::super::record::{Space, Stay};
use super::{Agent, Named, Play, Stage, Talk, draw};

impl<'s> Play<'s> {
    /// Creates a workspace and its agents, and lets those start active that find a slot.
    pub(super) fn open(&mut self, number: usize, group: &'s Group, index: u64) {
        let key = Key::root(self.scenario.seed).index(0).name(&group.name).index(index);
        let seats = draw(&group.seats, key.name("seats"), 0).max(1);
        let lines = group.lines.len();
        let plan = plan_of(key, &group.mix);
        let anchor = first_anchor(group, &group.plans[plan].plan, self.scenario.start, key);
        self.record.spaces.push(Space {
            group: number,
            seats,
            stays: vec![Stay { at: 0, plan: Some(plan), anchor }],
            packages: self.scenario.packages.clone(),
            at_start: group.buying.as_ref().map_or(0, |it| it.at_start as usize),
            deeds: Vec::new(),
            messages: Vec::new(),
            attempts: Vec::new(),
            decided: Vec::new(),
            creates: Vec::new(),
            enables: Vec::new(),
            limits: vec![(0, group.plans[plan].plan.active_agents)],
            servers: Vec::new(),
            taken_offline: Vec::new(),
            waiting: 0,
            features: Vec::new(),
            changes: Vec::new(),
        });
        self.stages.push(Stage {
            group,
            key,
            seats,
            standing: Standing::new(group, plan, anchor),
            somebody_buys: false,
            noticed: 0,
            agents: Vec::new(),
            first: 0,
            arrived: vec![0; lines + 1],
            carried: BTreeMap::new(),
            tries: vec![0; lines],
            talks: Vec::new(),
            origins: Vec::new(),
            named: Named::default(),
            waiting: Vec::new(),
            done: Vec::new(),
            held: vec![(None, plan)],
        });
        let space = self.stages.len() - 1;
        self.record.spaces[space].servers = self.server_changes(space);
        self.schedule_trial(space, 0);
        self.schedule_timeline(space);
        self.populate(space);
        self.stages[space].first = self.stages[space].agents.len();
        self.name_agents(space);
        for line in 0..lines {
            self.schedule_create(space, line, 0);
        }
        self.open_pool(space);
        self.begin_lives(space);
        self.open_workspace(space);
    }

    /// Has the agents of the start begin in the state that their line says.
    fn begin_lives(&mut self, space: usize) {
        let features = self.record.spaces[space].features.clone();
        let agents = (0..self.stages[space].first).filter(|agent| !features.contains(agent));
        let agents: Vec<usize> = agents.collect();
        for &agent in &agents {
            if self.line(space, agent).start != AgentState::Draft {
                self.change(space, agent, Some(AgentState::Offline), 0);
            }
        }
        for agent in agents {
            self.begin_life(space, agent, 0);
            match self.line(space, agent).start {
                AgentState::Active => self.enable(space, agent, 0),
                AgentState::Offline => self.go_offline(space, agent, 0),
                AgentState::Draft => {}
            }
        }
    }

    /// Creates the agents of the start, and the features.
    fn populate(&mut self, space: usize) {
        let group = self.stages[space].group;
        for (line, declared) in group.lines.iter().enumerate() {
            for _ in 0..declared.count {
                if declared.kind == LineKind::Agents {
                    self.create(space, line, 0);
                } else {
                    self.stages[space].agents.push(Agent::new(line, 0, 0));
                    let feature = self.stages[space].agents.len() - 1;
                    self.record.spaces[space].features.push(feature);
                }
            }
        }
    }

    /// Customers begin to write to the agents of a line.
    fn open_line(&mut self, space: usize, line: usize) {
        let Some(kind) = self.customers(space, line) else { return };
        let own = self.own(space, line);
        if !matches!(kind, TrafficKind::Rate(_) | TrafficKind::Sessions { .. }) {
            for agent in own {
                self.open_agent(space, agent, 0);
            }
        } else if !own.is_empty() {
            self.next_arrival(space, line, None, 0);
        }
    }

    /// Customers of its own begin to write to an agent.
    pub(in super::super) fn open_agent(&mut self, space: usize, agent: usize, now: u64) {
        let line = self.stages[space].agents[agent].line;
        match self.customers(space, line) {
            Some(TrafficKind::Closed { users, .. }) => {
                let before = self.stages[space].agents[agent].number * u64::from(*users);
                for user in 0..u64::from(*users) {
                    self.open_user(space, (line, Some(agent)), before + user, now);
                }
            }
            Some(_) => self.next_arrival(space, line, Some(agent), now),
            None => {}
        }
    }

    /// Customers begin to write to all lines, and to the workspace as a whole.
    fn open_workspace(&mut self, space: usize) {
        let by = self.stages[space].group.lines.len();
        for line in 0..by {
            self.open_line(space, line);
        }
        match self.customers(space, by) {
            Some(TrafficKind::Closed { users, .. }) => {
                for user in 0..u64::from(*users) {
                    self.open_user(space, (by, None), user, 0);
                }
            }
            Some(_) => self.next_arrival(space, by, None, 0),
            None => {}
        }
    }

    /// A user begins to think.
    fn open_user(
        &mut self,
        space: usize,
        (by, agent): (usize, Option<usize>),
        user: u64,
        now: u64,
    ) {
        let talks = &mut self.stages[space].talks;
        let (number, left, script, cost) = (user << 40, u64::MAX, Vec::new(), None);
        talks.push(Talk { by, agent, number, left, script, cost });
        let talk = talks.len() - 1;
        self.think(space, talk, now);
    }
}
