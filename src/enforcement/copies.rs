//! Nodes that decide on copies of their own, which exchange what they admitted every so often.

use super::believed::Believed;
use crate::rules::limiter::Attempt;
use crate::rules::{Hold, Refusal, Rulebook, Wait};
use crate::units::SimTime;

/// The copies of one workspace.
///
/// What a copy does not know is told by what it has not seen: of credits and slots an amount, of
/// limiters what was done to them since copies were last exchanged.
#[derive(Debug)]
pub(super) struct Copies {
    /// Exchanges so far.
    exchanges: u64,
    /// What all copies of limiters were after the last exchange.
    agreed: Believed,
    /// What nodes did to limiters since then, in the order of time.
    news: Vec<(u32, Deed)>,
    nodes: Vec<Copy>,
    /// What was used, and agents enabled, that only the node knows which did it, since the last exchange.
    untold: Untold,
    /// Credits that nodes used and have forgotten since \[thousandths\].
    forgotten: i128,
}

/// What one node knows.
#[derive(Debug, Default)]
struct Copy {
    believed: Believed,
    /// The exchange after which its limiters are.
    exchange: u64,
    /// What it did since the last one.
    untold: Untold,
}

/// What others have not seen.
#[derive(Debug, Clone, Copy, Default)]
struct Untold {
    /// Credits used \[thousandths\].
    credits: i128,
    /// Agents enabled, less those disabled.
    active: i64,
}

/// What was done to limiters.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Taken(Attempt),
    /// The same, of which only the places are known any more.
    TakenPlaces(Attempt),
    /// Refused by a throttle, or passed all; where refusals are counted or noted.
    Checked(Attempt, Option<u16>),
    /// Refused by a throttle, or after all; where the limits that it passed keep what it took.
    Kept(Attempt, Option<u16>),
    Released {
        agent: usize,
        hold: Hold,
        now: SimTime,
    },
}

impl Copies {
    pub(super) fn new(nodes: u32) -> Self {
        Self {
            exchanges: 0,
            agreed: Believed::default(),
            news: Vec::new(),
            nodes: (0..nodes).map(|_| Copy::default()).collect(),
            untold: Untold::default(),
            forgotten: 0,
        }
    }

    pub(super) fn begin(&mut self, book: &Rulebook, plan: usize) {
        self.exchanges = 0;
        self.news.clear();
        self.agreed.begin(book, plan);
        (self.untold, self.forgotten) = (Untold::default(), 0);
        for node in &mut self.nodes {
            node.believed.begin(book, plan);
            (node.exchange, node.untold) = (0, Untold::default());
        }
    }

    pub(super) fn add_agent(&mut self, book: &Rulebook, plan: usize, now: SimTime) {
        let nodes = self.nodes.iter_mut().map(|node| &mut node.believed);
        for believed in nodes.chain([&mut self.agreed]) {
            believed.add_agent(book, plan, now);
        }
    }

    /// Lets the copies exchange what they have to tell, if so many exchanges were due by now and not
    /// all of them were made.
    pub(super) fn catch_up(&mut self, book: &Rulebook, plan: usize, exchanges: u64) {
        if exchanges > self.exchanges {
            self.exchanges = exchanges;
            self.exchange(book, plan);
        }
    }

    fn exchange(&mut self, book: &Rulebook, plan: usize) {
        for (_, deed) in self.news.drain(..) {
            match deed {
                Deed::Taken(attempt) => {
                    self.agreed.take(book, plan, &attempt);
                }
                Deed::TakenPlaces(attempt) => self.agreed.take_places(book, plan, &attempt),
                Deed::Checked(attempt, refused_by) => {
                    self.agreed.retrace(book, plan, &attempt, refused_by);
                }
                Deed::Kept(attempt, refused_by) => {
                    self.agreed.keep(book, plan, &attempt, refused_by);
                }
                Deed::Released { agent, hold, now } => {
                    self.agreed.release(book, (agent, hold), now);
                }
            }
        }
        self.untold = Untold::default();
        for node in &mut self.nodes {
            node.untold = Untold::default();
        }
    }

    /// A node forgets what it has not told anybody: nobody will ever know. Only places and slots are
    /// known, to those who hold them.
    pub(super) fn forget(&mut self, book: &Rulebook, plan: usize, node: u32) {
        let copy = &mut self.nodes[node as usize];
        copy.believed.clone_from(&self.agreed);
        copy.exchange = self.exchanges;
        self.news.retain_mut(|(by, deed)| {
            if *by != node {
                return true;
            }
            match *deed {
                Deed::Taken(attempt) | Deed::TakenPlaces(attempt) => {
                    copy.believed.take_places(book, plan, &attempt);
                    *deed = Deed::TakenPlaces(attempt);
                    book.holds_places()
                }
                Deed::Released { agent, hold, now } => {
                    copy.believed.release(book, (agent, hold), now);
                    true
                }
                Deed::Checked(..) | Deed::Kept(..) => false,
            }
        });
        // Who is active is known to everybody who comes back.
        let untold = std::mem::take(&mut copy.untold);
        self.untold.credits -= untold.credits;
        self.untold.active -= untold.active;
        self.forgotten += untold.credits;
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
            node.believed.clone_from(&self.agreed);
            node.exchange = self.exchanges;
        }
    }

    /// The limiters as a node knows them.
    fn believed(&mut self, node: u32) -> &mut Believed {
        let node = &mut self.nodes[node as usize];
        if node.exchange < self.exchanges {
            node.believed.clone_from(&self.agreed);
            node.exchange = self.exchanges;
        }
        &mut node.believed
    }

    pub(super) fn check(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
        node: u32,
    ) -> Result<Wait, Refusal> {
        let answer = self.believed(node).check(book, plan, attempt);
        let refused_by = answer.err().and_then(|refusal| refusal.limiter);
        if book.reports() || refused_by.is_some_and(|it| book.counts_refused(plan, it)) {
            self.news.push((node, Deed::Checked(*attempt, refused_by)));
        }
        answer
    }

    /// The limits that a refused attempt passed keep what it took, as a node knows them.
    pub(super) fn keep(
        &mut self,
        book: &Rulebook,
        plan: usize,
        (attempt, refused_by): (&Attempt, Option<u16>),
        node: u32,
    ) {
        self.believed(node).keep(book, plan, attempt, refused_by);
        self.news.push((node, Deed::Kept(*attempt, refused_by)));
    }

    /// Answers how the attempt waits, by what the node knows.
    pub(super) fn take(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
        node: u32,
    ) -> Wait {
        let wait = self.believed(node).take(book, plan, attempt);
        self.news.push((node, Deed::Taken(*attempt)));
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
            self.believed(node).release(book, (agent, hold), now);
            self.news.push((node, Deed::Released { agent, hold, now }));
        }
    }

    /// A node used credits \[thousandths\], or gave them back if there are less than none.
    pub(super) fn used(&mut self, node: u32, amount: i128) {
        self.nodes[node as usize].untold.credits += amount;
        self.untold.credits += amount;
    }

    /// A node enabled so many agents more.
    pub(super) fn enabled(&mut self, node: u32, change: i64) {
        self.nodes[node as usize].untold.active += change;
        self.untold.active += change;
    }

    /// A period of credits begins, with nothing used.
    pub(super) fn begin_period(&mut self) {
        (self.untold.credits, self.forgotten) = (0, 0);
        for copy in &mut self.nodes {
            copy.untold.credits = 0;
        }
    }

    /// Credits that a node has not seen used \[thousandths\].
    pub(super) fn unseen(&self, node: u32) -> i128 {
        let own = self.nodes[node as usize].untold.credits;
        self.forgotten + self.untold.credits - own
    }

    /// Active agents that a node has not seen enabled.
    pub(super) fn unseen_active(&self, node: u32) -> i64 {
        let own = self.nodes[node as usize].untold.active;
        self.untold.active - own
    }
}
