//! Nodes that decide on copies of their own, which exchange what they admitted every so often.

use crate::rules::limiter::Attempt;
use crate::rules::{Hold, Meters, Refusal, Rulebook, Wait};
use crate::units::{SimSpan, SimTime};

/// The copies of one workspace.
///
/// What a copy does not know is told by what it has not seen: of credits and slots an amount, of
/// limiters what was done to them since copies were last exchanged.
#[derive(Debug)]
pub(super) struct Copies {
    sync_every: SimSpan,
    /// Exchanges so far.
    exchanges: u64,
    /// What all copies of limiters were after the last exchange.
    agreed: Meters,
    /// What was done to limiters since then, in the order of time.
    news: Vec<Deed>,
    nodes: Vec<Copy>,
}

/// What one node knows.
#[derive(Debug, Default)]
struct Copy {
    meters: Meters,
    /// The exchange after which its limiters are.
    exchange: u64,
    /// Credits that others used since the last one \[thousandths\].
    unseen: i128,
    /// Agents that others enabled since then, less those disabled.
    unseen_active: i64,
}

/// What was done to limiters.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Taken(Attempt),
    /// Refused by a throttle, or passed all; where refusals are counted or noted.
    Checked(Attempt, Option<u16>),
    Released {
        agent: usize,
        hold: Hold,
        now: SimTime,
    },
}

impl Copies {
    pub(super) fn new(nodes: u32, sync_every: SimSpan) -> Self {
        Self {
            sync_every,
            exchanges: 0,
            agreed: Meters::default(),
            news: Vec::new(),
            nodes: (0..nodes).map(|_| Copy::default()).collect(),
        }
    }

    pub(super) fn begin(&mut self, book: &Rulebook, plan: usize) {
        self.exchanges = 0;
        self.news.clear();
        self.agreed.begin(book, plan);
        for node in &mut self.nodes {
            node.meters.begin(book, plan);
            (node.exchange, node.unseen, node.unseen_active) = (0, 0, 0);
        }
    }

    pub(super) fn add_agent(&mut self, book: &Rulebook, plan: usize, now: SimTime) {
        for meters in self.all() {
            meters.add_agent(book, plan, now);
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Meters> {
        self.nodes.iter_mut().map(|node| &mut node.meters).chain([&mut self.agreed])
    }

    /// Lets the copies exchange what they have to tell, if it is time.
    pub(super) fn catch_up(&mut self, book: &Rulebook, plan: usize, now: SimTime) {
        let exchanges = now.nanos() / self.sync_every.nanos();
        if exchanges > self.exchanges {
            self.exchanges = exchanges;
            self.exchange(book, plan);
        }
    }

    fn exchange(&mut self, book: &Rulebook, plan: usize) {
        for deed in self.news.drain(..) {
            match deed {
                Deed::Taken(attempt) => {
                    self.agreed.take_anyway(book, plan, &attempt, 0);
                }
                Deed::Checked(attempt, refused_by) => {
                    self.agreed.retrace(book, plan, &attempt, refused_by);
                }
                Deed::Released { agent, hold, now } => {
                    self.agreed.release(book, agent, hold, now);
                }
            }
        }
        for node in &mut self.nodes {
            (node.unseen, node.unseen_active) = (0, 0);
        }
    }

    /// The workspace comes to another plan: all copies hear of it, and of each other, at once.
    pub(super) fn change_plan(
        &mut self,
        book: &Rulebook,
        (old, new): (usize, usize),
        now: SimTime,
    ) {
        self.exchange(book, old);
        self.agreed.change_plan(book, (old, new), now);
        for node in &mut self.nodes {
            node.meters.clone_from(&self.agreed);
            node.exchange = self.exchanges;
        }
    }

    /// The limiters as a node knows them.
    fn meters(&mut self, node: u32) -> &mut Meters {
        let node = &mut self.nodes[node as usize];
        if node.exchange < self.exchanges {
            node.meters.clone_from(&self.agreed);
            node.exchange = self.exchanges;
        }
        &mut node.meters
    }

    pub(super) fn check(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
        node: u32,
    ) -> Result<Wait, Refusal> {
        let answer = self.meters(node).check(book, plan, attempt);
        let refused_by = answer.err().and_then(|refusal| refusal.limiter);
        if book.reports() || refused_by.is_some_and(|it| book.counts_refused(plan, it)) {
            self.news.push(Deed::Checked(*attempt, refused_by));
        }
        answer
    }

    /// Answers how the attempt waits, by what the node knows.
    pub(super) fn take(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
        node: u32,
    ) -> Wait {
        let (_, wait) = self.meters(node).take_anyway(book, plan, attempt, 0);
        self.news.push(Deed::Taken(*attempt));
        wait
    }

    pub(super) fn release(
        &mut self,
        book: &Rulebook,
        (agent, hold): (usize, Hold),
        node: u32,
        now: SimTime,
    ) {
        if book.holds_places() {
            self.meters(node).release(book, agent, hold, now);
            self.news.push(Deed::Released { agent, hold, now });
        }
    }

    /// A node used credits \[thousandths\], or gave them back if there are less than none.
    pub(super) fn used(&mut self, node: u32, amount: i128) {
        for (other, copy) in self.nodes.iter_mut().enumerate() {
            copy.unseen += if other == node as usize { 0 } else { amount };
        }
    }

    /// A node enabled so many agents more.
    pub(super) fn enabled(&mut self, node: u32, change: i64) {
        for (other, copy) in self.nodes.iter_mut().enumerate() {
            copy.unseen_active += if other == node as usize { 0 } else { change };
        }
    }

    /// A period of credits begins, with nothing used.
    pub(super) fn begin_period(&mut self) {
        for copy in &mut self.nodes {
            copy.unseen = 0;
        }
    }

    /// Credits that a node has not seen used \[thousandths\].
    pub(super) fn unseen(&self, node: u32) -> i128 {
        self.nodes[node as usize].unseen
    }

    /// Active agents that a node has not seen enabled.
    pub(super) fn unseen_active(&self, node: u32) -> i64 {
        self.nodes[node as usize].unseen_active
    }
}
