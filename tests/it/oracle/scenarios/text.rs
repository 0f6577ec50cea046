//! Random scenarios as a user would write them.

use super::{Backend, Group, Knobs, Law, Line, Plan};

impl Knobs {
    pub(in super::super) fn span(&self, ticks: u32) -> String {
        format!("{}{}", ticks * self.tick.0, self.tick.1)
    }

    pub(in super::super) fn law(&self, law: Law) -> String {
        match law {
            Law::Constant(ticks) => self.span(ticks),
            Law::Uniform(min, max) => {
                format!("{{ uniform: {{ min: {}, max: {} }} }}", self.span(min), self.span(max))
            }
            Law::Exponential(mean) => format!("{{ exponential: {} }}", self.span(mean)),
        }
    }

    fn plan(&self, number: usize, plan: &Plan) -> String {
        let slots = plan.slots.map_or("unlimited".to_owned(), |slots| slots.to_string());
        let mut text = format!("{{ active_agents: {slots}, priority: {}", plan.priority);
        if let Some(total) = plan.total {
            text.extend([format!(", total_agents: {total}")]);
        }
        if let Some(ticks) = plan.trial {
            text.extend([format!(", trial: {}", self.span(ticks))]);
        }
        if let Some((amount, per, every)) = plan.price {
            let every = if every == 0 { "monthly".to_owned() } else { self.span(every) };
            text.extend([format!(", price: {{ amount: {amount}, per: {per}, every: {every} }}")]);
        }
        if let Some(credits) = &plan.credits {
            text.extend([format!(", credits: {}", self.credits(credits))]);
        }
        text.extend([format!(
            ", fair_use: {} }}",
            self.throttles(&format!("p{number}x"), &plan.throttles)
        )]);
        text
    }

    fn line(&self, number: usize, line: &Line, counted: bool) -> String {
        let mut activity = String::new();
        for (key, law) in
            [("draft", line.draft), ("active", line.active), ("offline", line.offline)]
        {
            if let Some(law) = law {
                activity.extend([format!("{key}: {}, ", self.law(law))]);
            }
        }
        if let Some(ticks) = line.retry_every {
            let every = format!("{{ retry_every: {} }}", self.span(ticks));
            let then = if ticks == 0 { "wait_for_slot" } else { &every };
            activity.extend([format!("on_refused: {then}")]);
        }
        let mut text = format!(
            "{{ name: l{number}, count: {}, start: {}, while_offline: {}, \
             activity: {{ {activity} }}",
            line.count,
            line.start,
            if line.pause { "pause" } else { "refuse" },
        );
        if let Some(churn) = &line.churn {
            text.extend([format!(", churn: {}", self.churn(churn))]);
        }
        text + &self.use_of(line, counted)
    }

    /// What agents and other features have in common, where credits are counted or not.
    fn use_of(&self, line: &Line, counted: bool) -> String {
        let mut text = format!(", cost: {}", line.cost);
        if let Some(share) = line.share.filter(|_| counted) {
            text.extend([format!(", share: {share}")]);
        }
        text.extend(self.traffic(line).map(|traffic| format!(", traffic: {traffic}")));
        text + &self.customers(line) + " }"
    }

    fn traffic(&self, line: &Line) -> Option<String> {
        if let Some(gap) = line.gap {
            return Some(format!("{{ interarrival: {} }}", self.law(gap)));
        }
        if let Some((users, think)) = line.users {
            return Some(format!("{{ closed: {{ users: {users}, think: {} }} }}", self.law(think)));
        }
        let (events, ticks) = line.rate?;
        let rate = format!("rate: {events}/{}", self.span(ticks));
        let traffic = line.turns.map_or(rate.clone(), |turns| {
            let think = self.law(line.think);
            let on_lost = if line.goes_on { "continue" } else { "end" };
            format!("sessions: {{ {rate}, turns: {turns}, think: {think}, on_lost: {on_lost} }}")
        });
        Some(format!("{{ {traffic} }}"))
    }

    /// The traffic of a workspace, if there is any, and where it goes.
    fn routed(&self, group: &Group) -> Option<String> {
        if let Some(recorded) = &self.recorded {
            let speed = if recorded.twice_as_fast { ", speed: 2x" } else { "" };
            let replay = if recorded.sessions { ", replay: sessions" } else { "" };
            return Some(format!("    traffic: {{ trace: day.csv{speed}{replay} }}\n"));
        }
        let (line, route) = group.routed.as_ref()?;
        let traffic = self.traffic(line)?;
        let alone = traffic.starts_with("{ interarrival") || traffic.starts_with("{ rate");
        let route = if alone && *route == "sticky" { "random" } else { route };
        Some(format!("    traffic: {traffic}\n    route: {route}\n"))
    }

    /// A group's plan, or a mix with that of another group.
    fn mix(&self, number: usize, group: &Group) -> String {
        let others = 0..self.groups.len();
        let other = others.rev().find(|&it| it != number && self.groups[it].plan.is_some());
        match other.filter(|_| group.mixed) {
            Some(other) => format!("{{ plan{number}: 60%, plan{other}: 40% }}"),
            None => format!("plan{number}"),
        }
    }

    /// What stands between a group's limits and its lines.
    fn buys(&self, group: &Group) -> String {
        let counted = group.plan.as_ref().is_some_and(|plan| plan.credits.is_some());
        let mut text = String::new();
        if group.staggered {
            text.push_str("    billing_anchor: staggered\n");
        }
        if counted {
            text.extend([format!("    alerts: {}\n", group.alerts)]);
        }
        if let Some(buying) = &group.buying
            && counted
            && !self.packages.is_empty()
        {
            let buying = self.buying(buying, self.packages.len());
            text.extend([format!("    packages: {buying}\n")]);
        }
        text
    }

    /// Whose the servers are, if there is a backend.
    pub(in super::super) fn backend_scope(&self) -> Option<&'static str> {
        self.backend.as_ref().map(|backend| backend.scope)
    }

    /// What happens when.
    fn timeline(&self) -> String {
        let named: Vec<usize> =
            (0..self.groups.len()).filter(|&group| self.groups[group].plan.is_some()).collect();
        let kind = |group: &Group| {
            let credits = group.plan.as_ref().is_some_and(|plan| plan.credits.is_some());
            let routed = group.routed.iter().map(|(line, _)| line);
            let mut all = group.lines.iter().chain(&group.features).chain(routed);
            let written =
                all.clone().any(|it| it.gap.is_some() || it.users.is_some() || it.rate.is_some());
            let closed = all.any(|it| it.gap.is_none() && it.users.is_some());
            (group.lines.len(), credits && !self.packages.is_empty(), written && !closed)
        };
        let lines: Vec<_> = self.groups.iter().map(kind).collect();
        let entries = self.entries.iter();
        let entries =
            entries.map(|it| self.entry(it, &lines, &named, self.duration)).collect::<String>();
        if entries.is_empty() { entries } else { format!("timeline:\n{entries}") }
    }

    fn backend(&self, backend: &Backend) -> String {
        let unlimited =
            |count: Option<u32>| count.map_or("unlimited".to_owned(), |count| count.to_string());
        let first = self.groups.iter().position(|group| group.plan.is_some());
        let shed = backend.shed.map_or(String::new(), |(above, keeps)| {
            let keep = first.filter(|_| keeps);
            let keep = keep.map_or(String::new(), |it| format!("plan{it}"));
            format!("shed: {{ utilisation: {{ above: {above}, keep: [{keep}] }} }}, ")
        });
        format!(
            "backend: {{ scope: {}, {shed}servers: {}, service_time: {}, \
                 queue: {{ limit: {}, discipline: {} }}, network_delay: {} }}\n",
            backend.scope,
            unlimited(backend.servers),
            self.law(backend.service),
            unlimited(backend.queue),
            backend.discipline,
            self.span(backend.delay),
        )
    }

    /// The scenario as a user would write it.
    pub(in super::super) fn yaml(&self) -> String {
        let mut text = format!(
            "limitlab: 1\nname: oracle\nseed: {}\nstart: 2026-01-31T12:00:00Z\n\
             duration: {}\nwarm_up: {}\ndrain: {}\n",
            self.seed,
            self.span(self.duration),
            self.span(self.warm_up),
            if self.cut { "cut" } else { "finish" },
        );
        if let Some(ticks) = self.series_every {
            text.extend([format!("series: {{ every: {} }}\n", self.span(ticks))]);
        }
        if let Some(ticks) = self.within {
            let within = self.span(ticks);
            text.extend([format!("thresholds: ['goodput.rate{{within={within}}} >= 0']\n")]);
        }
        let plans = self.groups.iter().enumerate();
        let plans: Vec<String> = plans
            .filter_map(|(number, group)| Some((number, group.plan.as_ref()?)))
            .map(|(number, plan)| format!("  plan{number}: {}\n", self.plan(number, plan)))
            .collect();
        if !plans.is_empty() {
            text.extend([format!("plans:\n{}", plans.concat())]);
        }
        if !self.packages.is_empty() {
            text.push_str(&self.packages(&self.packages));
        }
        text.push_str(&self.timeline());
        if !self.throttles.is_empty() {
            text.extend([format!("fair_use: {}\n", self.throttles("t", &self.throttles))]);
        }
        text.push_str("workspaces:\n");
        for (number, group) in self.groups.iter().enumerate() {
            let plan =
                if group.plan.is_some() { self.mix(number, group) } else { "unlimited".into() };
            let head = format!(
                "  - group: g{number}\n    count: {}\n    plan: {plan}\n    seats: {}\n    \
                 fair_use: {}\n    on_downgrade: {}\n{}{}    agents:\n",
                group.count,
                group.seats,
                self.throttles("g", &group.throttles),
                group.on_downgrade,
                self.routed(group).unwrap_or_default(),
                self.buys(group),
            );
            text.push_str(&head);
            let counted = group.plan.as_ref().is_some_and(|plan| plan.credits.is_some());
            for (number, line) in group.lines.iter().enumerate() {
                text.extend([format!("      - {}\n", self.line(number, line, counted))]);
            }
            if !group.features.is_empty() {
                text.push_str("    features:\n");
            }
            for (number, line) in group.features.iter().enumerate() {
                let used = self.use_of(line, counted);
                text.extend([format!("      - {{ name: f{number}{used}\n")]);
            }
        }
        text.extend(self.backend.as_ref().map(|backend| self.backend(backend)));
        text
    }
}
