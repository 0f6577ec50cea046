//! Who decides for one workspace.

use super::believed::Believed;
use super::copies::Copies;
use super::faults::{OnUnavailable, Outages};
use super::lagging::Lagging;
use super::late::Late;
use super::leases::Leases;
use super::model::{Enforcement, Strategy};
use super::restarts::Restarts;
use crate::random::Key;
use crate::rules::limiter::Attempt;
use crate::rules::{Charge, CreditPool, Passed, Reason, Refusal, Rulebook, Wait, Workspace};
use crate::units::{Credits, SimSpan, SimTime};

/// What is asked for: an attempt of a message.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The agent that is written to.
    pub agent: usize,
    /// What it costs.
    pub cost: Credits,
    /// The node that decides.
    pub node: u32,
}

/// What an attempt took that was admitted.
#[derive(Debug, Clone, Copy)]
pub struct Admitted {
    /// How it pays.
    pub payment: Payment,
    /// What it took of limiters.
    pub passed: Passed,
}

/// How an attempt pays that was admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payment {
    /// Not at all: the plan counts no credits, or its pool only reports that it cannot pay.
    Nothing,
    /// It was charged.
    Charged(Charge),
    /// It is charged when it is over; so much is held for it until then.
    Held(Credits),
    /// It is charged when it is over, and nothing is held for it.
    Due,
}

/// Who decides for one workspace, by what a strategy lets it know. Reused for the next one.
#[derive(Debug)]
pub struct Enforcer {
    pub(super) enforcement: Enforcement,
    /// When the row on each node is free for the next decision.
    free: Vec<SimTime>,
    /// How often the workspace's row was written.
    pub(super) version: u64,
    pub(super) view: View,
    /// The limiters as they are believed to be, where that is not what they are, nor copies.
    pub(super) believed: Option<Believed>,
    pub(super) late: Late,
    restarts: Restarts,
    pub(super) outages: Outages,
    /// By how much the clock of each node is ahead \[ns\]; empty where none is off.
    clocks: Vec<i64>,
    /// The throttles that had no room for the attempt that was admitted last.
    exceeded: Vec<u16>,
    /// Whether the rule had room that refused last.
    pub(super) had_room: bool,
}

/// What is known beside the workspace's own row.
#[derive(Debug)]
pub(super) enum View {
    /// All there is.
    Row,
    Copies(Copies),
    Leases(Leases),
    Lagging(Lagging),
}

impl Enforcer {
    /// Whoever decides in this way.
    pub fn new(enforcement: Enforcement) -> Self {
        let view = match enforcement.strategy {
            Strategy::Atomic | Strategy::CheckThenAct { .. } | Strategy::Optimistic { .. } => {
                View::Row
            }
            Strategy::Replicated { nodes, .. } => View::Copies(Copies::new(nodes.count)),
            Strategy::Leased { nodes, lease, ttl } => {
                View::Leases(Leases::new(nodes.count, lease, ttl))
            }
            Strategy::Metered { read_cache, recheck_within, .. } => {
                View::Lagging(Lagging::new(read_cache, recheck_within))
            }
        };
        let is_copied = matches!(view, View::Copies(_));
        Self {
            enforcement,
            free: vec![SimTime::ZERO; enforcement.rows() as usize],
            version: 0,
            view,
            believed: (!is_copied && enforcement.misbelieves_limits()).then(Believed::default),
            late: Late::new(enforcement.faults.late_renewal),
            restarts: Restarts::new(enforcement.faults.node_restart),
            outages: Outages::default(),
            clocks: Vec::new(),
            exceeded: Vec::new(),
            had_room: false,
        }
    }

    /// Begins with a workspace that was just founded, whose draws are keyed by the first key, and those of
    /// nodes by the second. Nobody can decide in `outages`, from the first instant until the second of
    /// each.
    pub fn begin(
        &mut self,
        book: &Rulebook,
        workspace: &Workspace,
        (key, nodes): (Key, Key),
        outages: impl Iterator<Item = (SimTime, SimTime)>,
    ) {
        self.free.fill(SimTime::ZERO);
        self.version = 0;
        self.outages.set(outages);
        let rows = self.enforcement.rows();
        self.restarts.begin(rows, nodes);
        self.late.begin(rows, key);
        self.set_clocks(rows, nodes);
        if let Some(believed) = &mut self.believed {
            believed.begin(book, workspace.plan());
        }
        match &mut self.view {
            View::Row => {}
            View::Copies(copies) => copies.begin(book, workspace.plan()),
            View::Leases(leases) => leases.end(),
            View::Lagging(meter) => meter.begin(),
        }
    }

    fn set_clocks(&mut self, rows: u32, nodes: Key) {
        self.clocks.clear();
        if let Some(most) = self.enforcement.faults.clock_skew {
            let ahead = |row: u32| {
                let mut draw = nodes.index(u64::from(row)).name("clock").stream().at(0);
                (draw.unit().mul_add(2.0, -1.0) * most.nanos() as f64) as i64
            };
            self.clocks.extend((0..rows).map(ahead));
        }
    }

    /// An attempt, by the clock of the node that decides it.
    fn attempt(&self, workspace: &Workspace, asked: Asked, now: SimTime) -> Attempt {
        let Asked { agent, cost, node } = asked;
        workspace.attempt(agent, cost, self.clock(node, now))
    }

    /// What the clock of a node shows.
    pub(super) fn clock(&self, node: u32, now: SimTime) -> SimTime {
        let ahead = self.clocks.get(node as usize).copied().unwrap_or(0);
        SimTime::from_nanos(now.nanos().saturating_add_signed(ahead))
    }

    /// When enforcement is available again that is unavailable now.
    pub fn available_again(&self, now: SimTime) -> Option<SimTime> {
        self.outages.at(now).map(|outage| outage.1)
    }

    /// Whether nodes are on their own now.
    pub(super) fn is_cut_off(&self, now: SimTime) -> bool {
        self.outages.at(now).is_some() && self.enforcement.on_unavailable == OnUnavailable::Local
    }

    /// Has everybody hear what was to be heard by now, on the plan that held until then, and nodes
    /// restart that did. So this goes before a change of plan.
    pub fn wake(&mut self, book: &Rulebook, plan: usize, now: SimTime) {
        while let Some((node, at)) = self.restarts.next_until(now) {
            self.hear(book, plan, at);
            match &mut self.view {
                View::Row => {}
                View::Copies(copies) => copies.forget(book, plan, node),
                View::Leases(leases) => leases.forget(node),
                View::Lagging(meter) => meter.forget(),
            }
        }
        self.hear(book, plan, now);
    }

    fn hear(&mut self, book: &Rulebook, plan: usize, now: SimTime) {
        match (&mut self.view, self.enforcement.strategy) {
            (View::Copies(copies), Strategy::Replicated { sync_every, .. }) => {
                copies.catch_up(book, plan, self.outages.multiples(sync_every, now));
            }
            (View::Lagging(meter), Strategy::Metered { report_every, .. }) => {
                meter.catch_up(self.outages.multiples(report_every, now));
            }
            _ => {}
        }
    }

    /// An agent or a feature was added to the workspace.
    pub fn add_agent(&mut self, book: &Rulebook, workspace: &Workspace, now: SimTime) {
        let plan = workspace.plan();
        self.wake(book, plan, now);
        let skew = self.enforcement.faults.clock_skew.map_or(0, SimSpan::nanos);
        let earliest = SimTime::from_nanos(now.nanos().saturating_sub(skew));
        if let Some(believed) = &mut self.believed {
            believed.add_agent(book, plan, earliest);
        }
        if let View::Copies(copies) = &mut self.view {
            copies.add_agent(book, plan, earliest);
        }
    }

    /// When a decision is made that is asked of a node at `now`: after those that were asked of it
    /// before.
    pub fn decides_at(&mut self, node: u32, now: SimTime) -> SimTime {
        let free = &mut self.free[node as usize];
        *free = (*free).max(now) + self.enforcement.decision_time;
        *free
    }

    /// How often the workspace's row was written so far.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Decides an attempt up to its credits, as [`Workspace::check`] does.
    ///
    /// # Errors
    ///
    /// The first rule that refuses, as far as it is known.
    pub fn check(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        asked: Asked,
        now: SimTime,
    ) -> Result<Wait, Refusal> {
        let Asked { agent, cost, node } = asked;
        self.had_room = false;
        let plan = workspace.plan();
        self.wake(book, plan, now);
        let seen = self.attempt(workspace, asked, now);
        let answer = match (&mut self.view, &mut self.believed) {
            (View::Copies(copies), _) => {
                workspace.check_access(book, agent)?;
                copies.check(book, plan, &seen, node)
            }
            (_, Some(believed)) => {
                workspace.check_access(book, agent)?;
                believed.check(book, plan, &seen)
            }
            (_, None) => {
                let answer = workspace.check(book, agent, cost, now);
                if let Err(Refusal { reason: Reason::ConcurrencyLimited, limiter, .. }) = answer {
                    self.had_room = workspace.has_room((book, limiter), (agent, cost), now);
                }
                self.count_refusal(book, plan, refused_by(answer));
                return answer;
            }
        };
        let refused_by = refused_by(answer);
        self.had_room = workspace.retrace(book, (agent, cost), refused_by, now);
        self.count_refusal(book, plan, refused_by);
        if refused_by.is_some() {
            self.keep(book, workspace, (asked, refused_by), now);
        }
        answer
    }

    /// What a limit counts of refusals is written into the row.
    fn count_refusal(&mut self, book: &Rulebook, plan: usize, refused_by: Option<u16>) {
        self.version += u64::from(refused_by.is_some_and(|it| book.counts_refused(plan, it)));
    }

    /// The limits that a refused attempt passed keep what it took, where they do: those before the
    /// throttle that refused it, or all.
    fn keep(
        &mut self,
        book: &Rulebook,
        workspace: &Workspace,
        (asked, refused_by): (Asked, Option<u16>),
        now: SimTime,
    ) {
        if !self.enforcement.keeps_on_refusal {
            return;
        }
        let (plan, seen) = (workspace.plan(), self.attempt(workspace, asked, now));
        match (&mut self.view, &mut self.believed) {
            (View::Copies(copies), _) => {
                copies.keep(book, plan, (&seen, refused_by), asked.node);
            }
            (_, Some(believed)) => believed.keep(book, plan, &seen, refused_by),
            (_, None) => {}
        }
    }

    /// An attempt that passed all limits of the workspace was refused all the same.
    pub fn refused_further_on(
        &mut self,
        book: &Rulebook,
        workspace: &Workspace,
        asked: Asked,
        now: SimTime,
    ) {
        self.keep(book, workspace, (asked, None), now);
    }

    /// Decides whether an attempt can be paid, as [`Workspace::check_credits`] does.
    ///
    /// # Errors
    ///
    /// The first rule that refuses, as far as it is known.
    pub fn check_credits(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        asked: Asked,
        now: SimTime,
    ) -> Result<(), Refusal> {
        let Asked { agent, cost, node } = asked;
        let Some(unseen) = self.unseen(workspace, node, now) else {
            return workspace.check_credits(book, agent, cost, now);
        };
        let answer = workspace.check_credits_unseen(book, agent, (cost, unseen), now);
        if let Err(Refusal { reason: Reason::CreditsExhausted, .. }) = answer {
            self.had_room = workspace.can_pay(cost);
        }
        answer
    }

    /// What was used of the pool \[thousandths\] that a node does not know of; `None` if it knows all.
    pub(super) fn unseen(
        &mut self,
        workspace: &Workspace,
        node: u32,
        now: SimTime,
    ) -> Option<i128> {
        let spendable = |unseen| workspace.spendable_unseen(unseen).unwrap_or(0);
        if let Some(left) = self.late.left(node, now) {
            return Some(left - spendable(0));
        }
        let is_cut_off = self.is_cut_off(now);
        match &mut self.view {
            View::Row => None,
            View::Copies(copies) => Some(copies.unseen(node)),
            View::Leases(leases) if is_cut_off => Some(leases.own(node, now) - spendable(0)),
            View::Leases(leases) => Some(-leases.elsewhere(node, now)),
            View::Lagging(meter) => {
                let included = workspace.pool().map_or(Credits::ZERO, CreditPool::included);
                Some(meter.unseen(spendable, included, (now, !is_cut_off)))
            }
        }
    }

    /// Whether the rule that refused last had room, with all that was admitted counted.
    pub const fn had_room(&self) -> bool {
        self.had_room
    }

    /// Has an attempt take what it needs, which was found there, whether it is still there or not: of
    /// limiters, and of the pool as it pays. Answers too how it waits.
    pub fn take(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        (asked, ticket): (Asked, u64),
        now: SimTime,
    ) -> (Admitted, Wait) {
        let Asked { agent, cost, node } = asked;
        self.writes(book, workspace, now);
        let exceeded = &mut self.exceeded;
        exceeded.clear();
        workspace.without_room(book, (agent, cost), now, |throttle| exceeded.push(throttle));
        let (plan, seen) = (workspace.plan(), self.attempt(workspace, asked, now));
        let known = match (&mut self.view, &mut self.believed) {
            (View::Copies(copies), _) => Some(copies.take(book, plan, &seen, node)),
            (_, Some(believed)) => Some(believed.take(book, plan, &seen)),
            (_, None) => None,
        };
        let (passed, wait) = workspace.pass_anyway(book, agent, (cost, ticket), now);
        let payment =
            if workspace.pays() { self.pay(workspace, asked, now) } else { Payment::Nothing };
        (Admitted { payment, passed }, known.unwrap_or(wait))
    }

    /// The row is written, after all that was to be heard by then.
    pub(super) fn writes(&mut self, book: &Rulebook, workspace: &Workspace, now: SimTime) {
        self.version += 1;
        self.wake(book, workspace.plan(), now);
    }

    /// The throttles, by their places in the group's list, that had no room for the attempt that
    /// [took](Self::take) last, with all counted that was admitted before.
    pub fn exceeded(&self) -> &[u16] {
        &self.exceeded
    }

    /// The workspace came from one plan to another, after everybody [heard](Self::wake) what was to be
    /// heard by then.
    pub fn change_plan(&mut self, book: &Rulebook, plans: (usize, usize), now: SimTime) {
        self.credits_changed();
        self.late.hear();
        if let Some(believed) = &mut self.believed {
            believed.change_plan(book, plans, now);
        }
        if let View::Copies(copies) = &mut self.view {
            copies.change_plan(book, plans, now);
        }
    }

    /// Credits that lie where an attempt cannot have them which a node refused for want of credits
    /// \[thousandths\].
    pub fn stranded(&mut self, node: u32, now: SimTime) -> i128 {
        match &mut self.view {
            View::Leases(leases) => leases.elsewhere(node, now),
            View::Row | View::Copies(_) | View::Lagging(_) => 0,
        }
    }
}

/// The throttle that refused, if one did.
fn refused_by(answer: Result<Wait, Refusal>) -> Option<u16> {
    answer.err().and_then(|refusal| refusal.limiter)
}
