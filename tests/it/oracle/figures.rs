//! What the oracle makes of its record: every metric, counted anew for each.

use std::collections::BTreeMap;

use limitlab::rules::{AgentState, Reason};
use limitlab::scenario::{BackendScope, Group, Scenario};
use limitlab::workload::{Action, Occurrence};

use super::backends::server_time;
use super::messages::End;
use super::record::{Record, Refusal, Service, Space, Stay};

/// Some of the workspaces of a record: those of a group, or all.
pub(super) struct Scope<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) record: &'a Record,
    /// `None` is all of them together.
    pub(super) group: Option<usize>,
    /// Places in the record.
    pub(super) spaces: Vec<usize>,
    /// The measured window.
    pub(super) from: u64,
    pub(super) until: u64,
}

/// A metric's value, and whether it must be in the results.
pub(super) struct Figure {
    pub(super) value: Option<f64>,
    pub(super) needed: bool,
}

/// A refusal for want of room, as it is told.
pub(super) const OVERLOADED: Refusal =
    Refusal { reason: Reason::Overloaded, limiter: None, retry_after: None };

pub(super) type Figures = BTreeMap<String, Figure>;

impl<'a> Scope<'a> {
    /// The workspaces of group `group`, or all.
    pub(super) fn new(scenario: &'a Scenario, record: &'a Record, group: Option<usize>) -> Self {
        let all = record.spaces.iter().enumerate();
        let own = all.filter(|(_, space)| group.is_none_or(|group| space.group == group));
        Self {
            scenario,
            record,
            group,
            spaces: own.map(|(place, _)| place).collect(),
            from: scenario.warm_up.nanos(),
            until: scenario.duration.nanos(),
        }
    }

    pub(super) fn spaces(&self) -> impl Iterator<Item = &'a Space> {
        self.spaces.iter().map(|&place| &self.record.spaces[place])
    }

    pub(super) fn is_inside(&self, at: u64) -> bool {
        self.from <= at && at < self.until
    }

    pub(super) fn overlap(&self, begin: u64, end: u64) -> i128 {
        let (begin, end) = (begin.max(self.from), end.min(self.until));
        i128::from(end.saturating_sub(begin))
    }

    /// Latency, wait and service of completed messages.
    pub(super) fn times(&self) -> [Vec<u64>; 3] {
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for end in self.spaces().flat_map(|space| self.ends(space)) {
            if let End::Completed { latency, wait, service } = end {
                times[0].push(latency);
                times[1].push(wait);
                times[2].push(service);
            }
        }
        times
    }

    pub(super) fn enables(&self, space: &'a Space, refused: bool) -> usize {
        let inside = space.enables.iter().filter(|it| self.is_inside(it.at));
        inside.filter(|it| it.refused.is_some() == refused).count()
    }

    pub(super) fn creates_refused(&self, space: &Space) -> usize {
        space.creates.iter().filter(|it| it.refused && self.is_inside(it.at)).count()
    }

    /// Limit hits of a workspace.
    pub(super) fn hits(&self, space: &'a Space) -> u64 {
        let own = [Reason::AgentNotActive, Reason::TrialEnded];
        let attempts = self.attempts(space).filter_map(|it| self.refusal(it));
        let attempts = attempts.filter(|why| !own.contains(&why.reason)).count();
        let inside = space.enables.iter().filter(|it| self.is_inside(it.at));
        let enables = inside.filter(|it| it.refused == Some(Reason::ActiveAgentLimit)).count();
        (attempts + enables + self.creates_refused(space)) as u64
    }

    /// Every metric but those of credits and backends.
    pub(super) fn figures(&self) -> Figures {
        let mut figures = Figures::new();
        self.fates(&mut figures);
        self.tries(&mut figures);
        self.timings(&mut figures);
        self.agents(&mut figures);
        self.who(&mut figures);
        self.credits(&mut figures);
        self.money(&mut figures);
        self.alerts(&mut figures);
        self.backend(&mut figures);
        figures
    }

    fn timings(&self, figures: &mut Figures) {
        let times = self.times();
        let waited = times[1].iter().filter(|&&wait| wait > 0).count() as i128;
        put(figures, "wait.probability", ratio(waited, times[1].len() as i128));
        for (family, mut times) in ["latency", "wait", "service"].into_iter().zip(times) {
            times.sort_unstable();
            let seconds = |nanos: u64| nanos as f64 / 1e9;
            let mean = mean(&times);
            let squares =
                |mean: f64| times.iter().map(move |&t| (t as f64 - mean) * (t as f64 - mean));
            let variance = mean.map(|mean| squares(mean).sum::<f64>() / times.len() as f64);
            put(figures, &format!("{family}.mean"), mean.map(|mean| mean / 1e9));
            put(figures, &format!("{family}.sd"), variance.map(|it| it.sqrt() / 1e9));
            for (name, per_mille) in
                [("p50", 500), ("p90", 900), ("p95", 950), ("p99", 990), ("p99.9", 999)]
            {
                let value = quantile(&times, per_mille).map(seconds);
                put(figures, &format!("{family}.{name}"), value);
            }
            put(figures, &format!("{family}.max"), times.last().copied().map(seconds));
        }
    }

    fn agents(&self, figures: &mut Figures) {
        self.changes_of_plan(figures);
        let creates =
            |space: &Space| space.creates.iter().filter(|it| self.is_inside(it.at)).count() as i128;
        let tried = self.spaces().map(creates).sum();
        let refused = self.spaces().map(|it| self.creates_refused(it) as i128).sum();
        for (name, value) in [
            ("creates.tried", ratio(tried, 1)),
            ("creates.refused", ratio(refused, 1)),
            ("create_refusal.rate", ratio(refused, tried)),
        ] {
            figures.insert(name.to_owned(), Figure { value, needed: refused > 0 });
        }
        let admitted: usize = self.spaces().map(|it| self.enables(it, false)).sum();
        let refused: usize = self.spaces().map(|it| self.enables(it, true)).sum();
        put_count(figures, "enables.tried", admitted + refused);
        put_count(figures, "enables.admitted", admitted);
        put_count(figures, "enables.refused", refused);
        let rate = ratio(refused as i128, (admitted + refused) as i128);
        put(figures, "enable_refusal.rate", rate);
        let waits: Vec<u64> = self
            .spaces()
            .flat_map(|space| space.enables.iter().filter(|it| self.is_inside(it.at)))
            .filter_map(|it| it.waited)
            .collect();
        let waited = waits.iter().map(|&wait| i128::from(wait)).sum();
        let mean = ratio(waited, admitted as i128).map(|mean| mean / 1e9);
        let probability = ratio(waits.len() as i128, admitted as i128);
        for (name, value) in
            [("enables.wait.mean", mean), ("enables.wait.probability", probability)]
        {
            figures.insert(name.to_owned(), Figure { value, needed: !waits.is_empty() });
        }
        let (mut active, mut draft, mut offline, mut full) = (0, 0, 0, 0);
        let mut agents = 0;
        let (mut most, mut limited) = (0, 0);
        let (mut excess, mut exceeded) = (0, 0);
        let mut slots = false;
        for space in self.spaces() {
            let plans = &self.scenario.groups[space.group].plans;
            slots |= plans.iter().any(|it| it.plan.active_agents.is_some());
            for (begin, time, [actives, drafts, offlines]) in self.stretches(space) {
                active += time * actives as i128;
                draft += time * drafts as i128;
                offline += time * offlines as i128;
                most = most.max(actives);
                agents = agents.max(actives + drafts + offlines);
                if let Some(limit) = space.limit(begin).map(|limit| limit as usize) {
                    limited += time;
                    full += if actives >= limit { time } else { 0 };
                    exceeded += if actives > limit { time } else { 0 };
                    excess = excess.max(actives.saturating_sub(limit));
                }
            }
        }
        let length = self.overlap(0, self.until);
        let all = length * self.spaces.len() as i128;
        put(figures, "active.mean", ratio(active, all));
        put(figures, "agents.draft.mean", ratio(draft, all));
        put(figures, "agents.offline.mean", ratio(offline, all));
        put_count(figures, "active.max", most);
        put_count(figures, "agents.max", agents);
        if slots {
            put(figures, "active.full_time_share", ratio(full, limited));
            put_count(figures, "active.over_limit.max", excess);
            let mean = ratio(exceeded, self.spaces.len() as i128).map(|time| time / 1e9);
            put(figures, "active.over_limit.time", mean);
        }
    }

    /// What changes of plan and trials did, and who waits for a slot in the end.
    fn changes_of_plan(&self, figures: &mut Figures) {
        let stays = |is_counted: fn(&Stay) -> bool| {
            let all = self.spaces().flat_map(|space| &space.stays[1..]);
            all.filter(|it| self.is_inside(it.at) && is_counted(it)).count()
        };
        let taken = self.spaces().flat_map(|space| &space.taken_offline);
        for (name, count) in [
            ("plans.changed", stays(|it| it.plan.is_some())),
            ("trials.ended", stays(|it| it.plan.is_none())),
            ("agents.taken_offline", taken.filter(|at| self.is_inside(**at)).count()),
            ("enables.waiting", self.spaces().map(|space| space.waiting).sum()),
        ] {
            let figure = Figure { value: Some(count as f64), needed: count > 0 };
            figures.insert(name.to_owned(), figure);
        }
    }

    /// For how long inside the window how many agents of a workspace were active, draft, offline.
    fn stretches(&self, space: &Space) -> Vec<(u64, i128, [usize; 3])> {
        let mut instants: Vec<u64> = space.changes.iter().map(|change| change.at).collect();
        instants.extend(space.limits.iter().map(|it| it.0));
        instants.push(self.until);
        instants.sort_unstable();
        instants.dedup();
        let stretch = |ends: &[u64]| {
            let then = AgentState::Active;
            let counts = [then, AgentState::Draft, AgentState::Offline]
                .map(|state| space.count_in(state, ends[0]));
            (ends[0], self.overlap(ends[0], ends[1]), counts)
        };
        let all = instants.windows(2).map(stretch);
        all.filter(|(_, time, _)| *time > 0).collect()
    }

    fn who(&self, figures: &mut Figures) {
        let mut hits: Vec<u64> = self.spaces().map(|space| self.hits(space)).collect();
        hits.sort_unstable();
        put(figures, "hits_per_workspace.mean", mean(&hits));
        for (name, per_mille) in [("p50", 500), ("p90", 900), ("p99", 990), ("max", 1_000)] {
            let value = quantile(&hits, per_mille).map(|hits| hits as f64);
            put(figures, &format!("hits_per_workspace.{name}"), value);
        }
        let hit = hits.iter().filter(|&&hits| hits > 0).count() as i128;
        put(figures, "workspaces.hit.share", ratio(hit, hits.len() as i128));
        let jains: Vec<f64> = self.spaces().filter_map(|space| self.jain(space)).collect();
        let sum: f64 = jains.iter().sum();
        let jain = (!jains.is_empty()).then(|| sum / jains.len() as f64);
        put(figures, "fairness.jain", jain);
    }

    fn backend(&self, figures: &mut Figures) {
        let Some(backend) = &self.scenario.backend else { return };
        let platform = backend.scope == BackendScope::Platform;
        if platform && self.group.is_some() {
            return;
        }
        let own: Vec<&Service> =
            self.record.services.iter().filter(|it| self.spaces.contains(&it.space)).collect();
        let busy = own.iter().map(|it| self.overlap(it.left, it.ended.unwrap_or(it.left)));
        let busy: i128 = busy.sum();
        let waiting: i128 = own.iter().map(|it| self.overlap(it.arrived, it.left)).sum();
        let ended =
            own.iter().filter_map(|it| it.ended).filter(|&at| self.is_inside(at)).count() as i128;
        let backends = if platform { 1 } else { self.spaces.len() as i128 };
        let time = backends * self.overlap(0, self.until);
        let window = (self.from, self.until);
        let used = self.spaces.iter().take(backends as usize);
        let times = used.map(|&space| server_time(backend, &self.record.spaces[space], window));
        let orders = |group: &Group| {
            let unlimited = |it: &Occurrence| it.action == Action::Servers(None);
            group.timeline.iter().any(unlimited)
        };
        // Of servers of their own only what can be is asked, not what is.
        let endless = !platform
            && (backend.servers.is_none()
                || self.spaces().any(|space| orders(&self.scenario.groups[space.group])));
        if let Some(time) = times.sum::<Option<i128>>().filter(|_| !endless) {
            put(figures, "backend.utilisation", ratio(busy, time));
        }
        put(figures, "backend.queue.mean", ratio(waiting, time));
        put(figures, "backend.in_system.mean", ratio(waiting + busy, time));
        put(figures, "backend.throughput", ratio(ended * 1_000_000_000, time));
        // A queue is longest when somebody has joined it, or when the window begins.
        let joined = own.iter().map(|it| it.arrived).filter(|&at| self.is_inside(at));
        let longest = joined.chain([self.from]).flat_map(|at| {
            let waits = move |it: &&&Service| it.waits(at);
            let meets = |one: &Service, space: usize| platform || one.space == space;
            let queue =
                |&space: &usize| own.iter().filter(|it| meets(it, space)).filter(waits).count();
            self.spaces.iter().map(queue).collect::<Vec<_>>()
        });
        put_count(figures, "backend.queue.max", longest.max().unwrap_or(0));
    }
}

pub(super) fn put(figures: &mut Figures, name: &str, value: Option<f64>) {
    figures.insert(name.to_owned(), Figure { value, needed: true });
}

pub(super) fn put_count(figures: &mut Figures, name: &str, value: usize) {
    put(figures, name, Some(value as f64));
}

pub(super) fn ratio(x: i128, y: i128) -> Option<f64> {
    (y > 0).then(|| x as f64 / y as f64)
}

pub(super) fn mean(values: &[u64]) -> Option<f64> {
    ratio(values.iter().map(|&value| i128::from(value)).sum(), values.len() as i128)
}

/// The value of rank ceil(q n) of sorted values.
pub(super) fn quantile(sorted: &[u64], per_mille: usize) -> Option<u64> {
    let rank = (per_mille * sorted.len()).div_ceil(1_000).max(1);
    sorted.get(rank - 1).copied()
}
