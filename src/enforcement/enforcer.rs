//! Who decides for one workspace.

use super::copies::Copies;
use super::lagging::Lagging;
use super::leases::Leases;
use super::model::{Enforcement, Strategy};
use crate::rules::{Charge, CreditPool, Hold, Reason, Refusal, Rulebook, Taken, Wait, Workspace};
use crate::units::{Credits, SimTime};

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

/// Who decides for one workspace, by what a strategy lets it know. Reused for the next one.
#[derive(Debug)]
pub struct Enforcer {
    enforcement: Enforcement,
    /// When the row on each node is free for the next decision.
    free: Vec<SimTime>,
    /// How often the workspace's row was written.
    version: u64,
    view: View,
    /// The throttles that had no room for the attempt that was admitted last.
    exceeded: Vec<u16>,
    /// Whether the rule had room that refused last.
    had_room: bool,
}

/// What is known beside the workspace's own row.
#[derive(Debug)]
enum View {
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
            Strategy::Replicated { nodes, sync_every } => {
                View::Copies(Copies::new(nodes.count, sync_every))
            }
            Strategy::Leased { nodes, lease, ttl } => {
                View::Leases(Leases::new(nodes.count, lease, ttl))
            }
            Strategy::Metered { read_cache, report_every, recheck_within } => {
                View::Lagging(Lagging::new(read_cache, report_every, recheck_within))
            }
        };
        let free = vec![SimTime::ZERO; enforcement.rows() as usize];
        Self { enforcement, free, version: 0, view, exceeded: Vec::new(), had_room: false }
    }

    /// Begins with a workspace that was just founded.
    pub fn begin(&mut self, book: &Rulebook, workspace: &Workspace) {
        self.free.fill(SimTime::ZERO);
        self.version = 0;
        match &mut self.view {
            View::Row => {}
            View::Copies(copies) => copies.begin(book, workspace.plan()),
            View::Leases(leases) => leases.end(),
            View::Lagging(meter) => meter.begin(),
        }
    }

    /// An agent or a feature was added to the workspace.
    pub fn add_agent(&mut self, book: &Rulebook, workspace: &Workspace, now: SimTime) {
        if let View::Copies(copies) = &mut self.view {
            let plan = workspace.plan();
            copies.catch_up(book, plan, now);
            copies.add_agent(book, plan, now);
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
        let View::Copies(copies) = &mut self.view else {
            let answer = workspace.check(book, agent, cost, now);
            let refused_by = answer.err().and_then(|refusal| refusal.limiter);
            // What a limit counts of refusals is written into the row.
            let counts = refused_by.is_some_and(|it| book.counts_refused(workspace.plan(), it));
            self.version += u64::from(counts);
            return answer;
        };
        workspace.check_access(book, agent)?;
        let plan = workspace.plan();
        copies.catch_up(book, plan, now);
        let answer = copies.check(book, plan, &workspace.attempt(agent, cost, now), node);
        let refused_by = answer.err().and_then(|refusal| refusal.limiter);
        self.had_room = workspace.retrace(book, (agent, cost), refused_by, now);
        answer
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
        let unseen = match &mut self.view {
            View::Row => return workspace.check_credits(book, agent, cost, now),
            View::Copies(copies) => copies.unseen(node),
            View::Leases(leases) => -leases.elsewhere(node, now),
            View::Lagging(meter) => {
                let left = |unseen| workspace.spendable_unseen(unseen).unwrap_or(0);
                let included = workspace.pool().map_or(Credits::ZERO, CreditPool::included);
                meter.unseen(left, included, now)
            }
        };
        let answer = workspace.check_credits_unseen(book, agent, (cost, unseen), now);
        if let Err(Refusal { reason: Reason::CreditsExhausted, .. }) = answer {
            self.had_room = workspace.can_pay(cost);
        }
        answer
    }

    /// Whether the rule that refused last had room, with all that was admitted counted.
    pub const fn had_room(&self) -> bool {
        self.had_room
    }

    /// Has an attempt take what it needs, which was found there, whether it is still there or not.
    /// Answers too how it waits.
    pub fn take(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        (asked, ticket): (Asked, u64),
        now: SimTime,
    ) -> (Taken, Wait) {
        let Asked { agent, cost, node } = asked;
        self.version += 1;
        let exceeded = &mut self.exceeded;
        exceeded.clear();
        workspace.without_room(book, (agent, cost), now, |throttle| exceeded.push(throttle));
        let spendable = workspace.spendable_unseen(0);
        let mut known = None;
        match &mut self.view {
            View::Row | View::Lagging(_) => {}
            View::Copies(copies) => {
                let plan = workspace.plan();
                copies.catch_up(book, plan, now);
                let attempt = workspace.attempt(agent, cost, now);
                known = Some(copies.take(book, plan, &attempt, node));
            }
            View::Leases(leases) => {
                if let Some(spendable) = spendable {
                    leases.spend(node, (cost.wide(), spendable), now);
                }
            }
        }
        let (taken, wait) = workspace.take_anyway(book, agent, (cost, ticket), now);
        if let Some(charge) = taken.charge {
            self.used(node, charge.amount.wide(), now);
        }
        (taken, known.unwrap_or(wait))
    }

    fn used(&mut self, node: u32, amount: i128, now: SimTime) {
        match &mut self.view {
            View::Copies(copies) => copies.used(node, amount),
            View::Lagging(meter) => meter.used(amount, now),
            View::Row | View::Leases(_) => {}
        }
    }

    /// The throttles, by their places in the group's list, that had no room for the attempt that
    /// [took](Self::take) last, with all counted that was admitted before.
    pub fn exceeded(&self) -> &[u16] {
        &self.exceeded
    }

    /// Gives back the places of an attempt that a node had admitted.
    pub fn release(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        (agent, hold, node): (usize, Hold, u32),
        now: SimTime,
    ) {
        self.version += u64::from(book.holds_places());
        workspace.release(book, agent, hold, now);
        self.gave_back(book, workspace, (agent, hold, node), now);
    }

    /// Gives back the places of an attempt that a node had admitted and that waits for some of them
    /// still.
    pub fn leave(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        (agent, hold, node): (usize, Hold, u32),
        now: SimTime,
    ) {
        self.version += u64::from(book.holds_places());
        workspace.leave(book, agent, hold, now);
        self.gave_back(book, workspace, (agent, hold, node), now);
    }

    fn gave_back(
        &mut self,
        book: &Rulebook,
        workspace: &Workspace,
        (agent, hold, node): (usize, Hold, u32),
        now: SimTime,
    ) {
        if let View::Copies(copies) = &mut self.view {
            copies.catch_up(book, workspace.plan(), now);
            copies.release(book, (agent, hold), node, now);
        }
    }

    /// Gives back what a node had charged; answers what came back into the balance.
    pub fn restore(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        (agent, charge, node): (usize, Charge, u32),
        now: SimTime,
    ) -> Credits {
        self.version += 1;
        if let View::Copies(copies) = &mut self.view {
            copies.catch_up(book, workspace.plan(), now);
        }
        let period = workspace.pool().map(CreditPool::period);
        if period == Some(charge.period) {
            self.used(node, -charge.amount.wide(), now);
        }
        workspace.restore(agent, charge)
    }

    /// Credits came or went by themselves, or by a change of plan.
    pub fn credits_changed(&mut self) {
        self.version += 1;
        if let View::Leases(leases) = &mut self.view {
            leases.end();
        }
    }

    /// A period of credits began, with nothing used.
    pub fn begin_period(&mut self) {
        self.credits_changed();
        match &mut self.view {
            View::Copies(copies) => copies.begin_period(),
            View::Lagging(meter) => meter.begin_period(),
            View::Row | View::Leases(_) => {}
        }
    }

    /// The workspace came from one plan to another.
    pub fn change_plan(&mut self, book: &Rulebook, plans: (usize, usize), now: SimTime) {
        self.credits_changed();
        if let View::Copies(copies) = &mut self.view {
            copies.change_plan(book, plans, now);
        }
    }

    /// Decides whether an agent may be enabled.
    ///
    /// # Errors
    ///
    /// [`Reason::TrialEnded`], or [`Reason::ActiveAgentLimit`] as far as it is known.
    pub fn check_enable(
        &mut self,
        book: &Rulebook,
        workspace: &Workspace,
        node: u32,
        now: SimTime,
    ) -> Result<(), Refusal> {
        self.had_room = false;
        if !workspace.available() {
            return Err(Refusal::of(Reason::TrialEnded));
        }
        let mut unseen = 0;
        if let View::Copies(copies) = &mut self.view {
            copies.catch_up(book, workspace.plan(), now);
            unseen = copies.unseen_active(node);
        }
        if workspace.slots().has_room_beside(-unseen) {
            Ok(())
        } else {
            self.had_room = workspace.slots().has_room();
            Err(Refusal::of(Reason::ActiveAgentLimit))
        }
    }

    /// A node enabled so many agents more, or disabled them if there are less than none.
    pub fn enabled(
        &mut self,
        book: &Rulebook,
        workspace: &Workspace,
        (node, change): (u32, i64),
        now: SimTime,
    ) {
        self.version += 1;
        if let View::Copies(copies) = &mut self.view {
            copies.catch_up(book, workspace.plan(), now);
            copies.enabled(node, change);
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
