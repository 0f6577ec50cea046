//! The limits of a workspace and of its agents, decision by decision.

use std::collections::{BTreeMap, BTreeSet};

use super::gauge::{Gauge, Reading};
use super::history::{Answer, Deed, Event, History};
use super::judge::Found;
use super::rule::Rule;
use super::steps::Steps;
use super::stock::{Change, Stock};
use super::verdict::Verdict;
use crate::rules::Reason;
use crate::rules::limiter::{OnExceed, Quota, Throttle, ThrottleScope, Weight};
use crate::scenario::Group;
use crate::units::SimTime;
use crate::workload::ClientThrottling;

/// The state of a limiter: by its name, and by the agent if each has its own.
type Gauges<'g> = BTreeMap<(&'g str, Option<u32>), (Gauge, &'g Quota)>;

/// The limits that a workspace meets, and what happened in it.
pub(super) struct Limits<'g> {
    history: &'g History,
    group: &'g Group,
    /// Names that say nothing: of limits that only report on any plan, since what they count then is not
    /// told; and of those that all workspaces share.
    untold: BTreeSet<&'g str>,
}

impl<'g> Limits<'g> {
    pub(super) fn new(history: &'g History, group: &'g Group, shared: &'g [Throttle]) -> Self {
        let reports = |it: &&Throttle| it.on_exceed == OnExceed::Report;
        let untold = group.throttles.iter().filter(reports).chain(shared);
        Self { history, group, untold: untold.map(|it| it.name.as_str()).collect() }
    }

    /// Judges limits of rates, where every instant is known, and limits of attempts in flight.
    pub(super) fn judge(&self, plan: &Steps<usize>, found: &mut Found) {
        if self.history.is_exact() {
            let (gauges, unused) = (Gauges::new(), Gauges::new());
            Walk { limits: self, plan: None, gauges, unused, found }.go();
        }
        let is_places = |it: &&Throttle| matches!(it.quota, Quota::Concurrency { .. });
        let mut names: BTreeMap<&str, ThrottleScope> = BTreeMap::new();
        for throttle in self.group.throttles.iter().filter(is_places) {
            if !self.untold.contains(throttle.name.as_str()) {
                names.insert(&throttle.name, throttle.scope);
            }
        }
        for limit in names {
            self.places(limit, plan, found);
        }
    }

    /// Judges a limit of attempts in flight: whatever the plan was when an attempt was admitted, it has a
    /// place until it is over.
    fn places(&self, (name, scope): (&str, ThrottleScope), plan: &Steps<usize>, found: &mut Found) {
        let own = |event: &Event| (scope == ThrottleScope::Agent).then_some(event.agent);
        let mut changes: BTreeMap<Option<u32>, Vec<Change>> = BTreeMap::new();
        for event in &self.history.events {
            let amount = match event.deed {
                Deed::Message { answer: Answer::Admitted, .. } => 1,
                Deed::Release { .. } => -1,
                _ => continue,
            };
            let change = Change { at: event.at, amount, line: event.line };
            changes.entry(own(event)).or_default().push(change);
        }
        let stocks: BTreeMap<Option<u32>, Stock> =
            changes.into_iter().map(|(of, changes)| (of, Stock::new(&changes))).collect();
        let nobody = Stock::default();
        let is_change = |event: &&Event| matches!(event.deed, Deed::SetPlan(_));
        let several_plans = self.history.events.iter().filter(is_change).count() > 1;
        let is_vague = several_plans && self.has_queue(name);
        for event in &self.history.events {
            let Deed::Message { answer, limiter, .. } = &event.deed else { continue };
            let is_refused = limiter.as_deref() == Some(name);
            if !is_refused && *answer != Answer::Admitted {
                continue;
            }
            let plans = 0..self.group.plans.len();
            let mut room = plan.range(&event.at, plans, |plan| self.room(plan, name));
            // Where no plan has the limit, it says nothing.
            if room.0 == i128::MAX && !is_refused {
                continue;
            }
            // More may have places than there are since the plan changed, and others wait all the same:
            // who does is not told.
            if is_vague {
                room.1 = i128::MAX;
            }
            let stock = stocks.get(&own(event)).unwrap_or(&nobody);
            let (least, most) = stock.taken(&event.at, i128::from(!is_refused));
            let demand = (least + 1, most + 1);
            let (rule, verdict) = if is_refused {
                (Rule::PlacesRefusedRightly, Verdict::of_refusal(demand, room))
            } else {
                (Rule::PlacesNeverExceeded, Verdict::of_admission(demand, room))
            };
            found.add(rule, verdict, Some(event.line));
        }
    }

    /// Whether attempts may wait at a limit of those in flight, on any plan.
    fn has_queue(&self, name: &str) -> bool {
        let waits = |it: &Throttle| matches!(it.quota, Quota::Concurrency { queue: 1.., .. });
        self.group.throttles.iter().any(|throttle| throttle.name == name && waits(throttle))
    }

    /// How many a limit of attempts in flight lets in on a plan, those that wait included.
    fn room(&self, plan: usize, name: &str) -> i128 {
        let throttle = throttles(self.group, plan).find(|throttle| throttle.name == name);
        match throttle.map(|throttle| &throttle.quota) {
            Some(Quota::Concurrency { limit, queue }) => i128::from(*limit) + i128::from(*queue),
            _ => i128::MAX,
        }
    }
}

/// The limits that hold on a plan: those of agents first, then those of the workspace.
fn throttles(group: &Group, plan: usize) -> impl Iterator<Item = &Throttle> {
    let of = move |scope: ThrottleScope| {
        let places = group.plans[plan].throttles.iter();
        let throttles = places.map(|&place| &group.throttles[usize::from(place)]);
        throttles.filter(move |throttle| throttle.scope == scope)
    };
    of(ThrottleScope::Agent).chain(of(ThrottleScope::Workspace))
}

/// Goes through what happened, with the state of limiters of rates.
struct Walk<'g, 'f> {
    limits: &'f Limits<'g>,
    plan: Option<usize>,
    gauges: Gauges<'g>,
    /// Limiters as they are of whom nothing was heard so far, by their names.
    unused: Gauges<'g>,
    found: &'f mut Found,
}

impl<'g> Walk<'g, '_> {
    fn go(&mut self) {
        let mut order: Vec<&Event> = self.limits.history.events.iter().collect();
        order.sort_by_key(|event| event.at.from);
        for event in order {
            let now = event.at.from.0;
            match &event.deed {
                Deed::SetPlan(plan) => self.set_plan(*plan, now),
                Deed::Message { answer, cost, limiter, .. } => {
                    self.message(event, (*answer, *cost, limiter.as_deref()), now);
                }
                Deed::Create(Answer::Admitted) => self.create(event.agent, now),
                _ => {}
            }
        }
    }

    fn set_plan(&mut self, plan: usize, now: SimTime) {
        self.plan = Some(plan);
        let group = self.limits.group;
        for gauges in [&mut self.gauges, &mut self.unused] {
            for ((name, agent), (gauge, old)) in std::mem::take(gauges) {
                let new = throttles(group, plan).find(|throttle| throttle.name == name);
                if let Some(new) = new
                    && let Some(gauge) = gauge.carried(old, &new.quota, now)
                {
                    gauges.insert((name, agent), (gauge, &new.quota));
                }
            }
        }
        for throttle in throttles(group, plan) {
            if let Some(gauge) = Gauge::new(&throttle.quota, now) {
                let name = throttle.name.as_str();
                self.unused.entry((name, None)).or_insert((gauge, &throttle.quota));
            }
        }
    }

    /// The limiters of an agent begin with it.
    fn create(&mut self, agent: u32, now: SimTime) {
        let Some(plan) = self.plan else { return };
        let of_agents = |it: &&Throttle| it.scope == ThrottleScope::Agent;
        for throttle in throttles(self.limits.group, plan).filter(of_agents) {
            if let Some(gauge) = Gauge::new(&throttle.quota, now) {
                self.gauges.insert((&throttle.name, Some(agent)), (gauge, &throttle.quota));
            }
        }
    }

    fn message(
        &mut self,
        event: &Event,
        (answer, cost, limiter): (Answer, i128, Option<&str>),
        now: SimTime,
    ) {
        // Who is held back, and who finds nobody, does not get to a limit.
        let is_far = matches!(answer, Answer::Refused(Reason::TrialEnded | Reason::AgentNotActive))
            || limiter == Some(ClientThrottling::NAME);
        let Some(plan) = self.plan.filter(|_| !is_far) else { return };
        let group = self.limits.group;
        for throttle in throttles(group, plan) {
            let is_refused = answer != Answer::Admitted && limiter == Some(&throttle.name);
            if self.meets(event, throttle, (is_refused, cost), now) {
                return;
            }
        }
        if answer != Answer::Admitted {
            return;
        }
        for throttle in throttles(group, plan) {
            let weight = weight(throttle, cost);
            if let Some((gauge, quota)) = self.gauge(throttle, event.agent)
                && weight > 0
            {
                gauge.count(quota, now, weight);
            }
        }
    }

    /// Judges what a limiter said of an attempt; answers whether it refused it.
    fn meets(
        &mut self,
        event: &Event,
        throttle: &'g Throttle,
        (is_refused, cost): (bool, i128),
        now: SimTime,
    ) -> bool {
        let weight = weight(throttle, cost);
        let Some((gauge, quota)) = self.gauge(throttle, event.agent) else {
            return is_refused;
        };
        if weight == 0 && !is_refused {
            return false;
        }
        let Reading { least, most, room } = gauge.read(quota, now, weight);
        let (demand, room) = ((least, most), (room, room));
        let (rule, verdict) = if is_refused {
            if throttle.count_refused && weight > 0 {
                gauge.count_refused(quota, now, weight);
            }
            let verdict = match weight {
                // What weighs nothing always passes.
                0 => Verdict::Violated,
                _ => Verdict::of_refusal(demand, room),
            };
            (Rule::RatesRefusedRightly, verdict)
        } else {
            (Rule::RatesNeverExceeded, Verdict::of_admission(demand, room))
        };
        self.found.add(rule, verdict, Some(event.line));
        is_refused
    }

    /// The state of a limiter of a rate that refuses; `None` of others.
    fn gauge(&mut self, throttle: &'g Throttle, agent: u32) -> Option<(&mut Gauge, &'g Quota)> {
        if self.limits.untold.contains(throttle.name.as_str()) {
            return None;
        }
        let agent = (throttle.scope == ThrottleScope::Agent).then_some(agent);
        let unused = self.unused.get(&(throttle.name.as_str(), None))?;
        let entry = self.gauges.entry((&throttle.name, agent));
        let (gauge, quota) = entry.or_insert_with(|| unused.clone());
        Some((gauge, quota))
    }
}

/// What an attempt weighs in a limiter \[thousandths\].
fn weight(throttle: &Throttle, cost: i128) -> i128 {
    match throttle.weight {
        Weight::Attempts => 1_000,
        Weight::Credits => cost,
    }
}
