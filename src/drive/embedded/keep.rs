//! What is kept of a workspace: a row, or a copy of it on each node.

use std::sync::PoisonError;
#[cfg(not(test))]
use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU64, Ordering},
};

// Tests go through all ways in which threads can take turns.
#[cfg(test)]
use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU64, Ordering},
};

use super::row::Row;
use super::rules::Rules;
use crate::drive::pace::Pace;
use crate::drive::target::{Decision, Deed};
use crate::enforcement::{Nodes, Routing};
use crate::random::Key;
use crate::units::{SimSpan, SimTime};

/// One workspace.
#[derive(Debug)]
pub(super) struct Keep {
    /// The place of its group.
    pub(super) group: usize,
    /// One, or a copy on each node; never none.
    copies: Vec<Mutex<Row>>,
    /// Who has one decides; others wait, first come first served. One for each node.
    turns: Vec<tokio::sync::Mutex<()>>,
    /// Draws which node decides.
    key: Key,
    /// How often that was drawn.
    drawn: AtomicU64,
    /// How often copies have exchanged what they admitted.
    exchanged: AtomicU64,
}

impl Keep {
    /// A workspace with these copies, on so many nodes.
    pub(super) fn new(group: usize, copies: Vec<Row>, (nodes, key): (usize, Key)) -> Self {
        Self {
            group,
            copies: copies.into_iter().map(Mutex::new).collect(),
            turns: (0..nodes).map(|_| tokio::sync::Mutex::new(())).collect(),
            key,
            drawn: AtomicU64::new(0),
            exchanged: AtomicU64::new(0),
        }
    }

    /// Keeps a node's row busy for a while, when it is free.
    pub(super) async fn busy(&self, pace: &Pace, node: usize, span: SimSpan) {
        let _turn = self.turns[node].lock().await;
        pace.pause(span).await;
    }

    /// Which node decides, from 0 on.
    pub(super) fn node(&self, nodes: Nodes, deed: Deed) -> usize {
        let sticky = deed.member().filter(|_| nodes.routing == Routing::Sticky);
        let number = match sticky {
            Some(member) => u64::from(member.line) << 32 | u64::from(member.number),
            None => self.drawn.fetch_add(1, Ordering::Relaxed),
        };
        self.key.stream().at(number).below(u64::from(nodes.count)) as usize
    }

    /// Does something with a copy, at an instant, while nobody else has it.
    pub(super) fn with<T>(
        &self,
        pace: &Pace,
        copy: usize,
        work: impl FnOnce(&mut Row, SimTime) -> T,
    ) -> T {
        let mut row = lock(&self.copies[copy]);
        // Looked up by who has the row: so the instants of a row never run backwards.
        work(&mut row, pace.now())
    }

    /// Has copies exchange what they admitted, if that has been due since they did last.
    pub(super) fn exchange(&self, (rules, pace): (&Rules, &Pace), every: SimSpan) {
        let due = pace.now().nanos() / every.nanos().max(1);
        if due <= self.exchanged.load(Ordering::Acquire) {
            return;
        }
        let mut rows = self.all();
        if due > self.exchanged.load(Ordering::Acquire) {
            exchange(&mut rows, rules, pace.now());
            self.exchanged.store(due, Ordering::Release);
        }
    }

    /// Does something to all copies at once. Answers what the first of them says for which there
    /// was something to do.
    pub(super) fn everywhere(&self, (rules, pace): (&Rules, &Pace), deed: Deed) -> Decision {
        let mut rows = self.all();
        let now = pace.now();
        if deed == Deed::Renew {
            // What was used in the period that ends counts against that.
            exchange(&mut rows, rules, now);
        }
        let mut answer = Decision::NOTHING;
        for row in &mut rows {
            let decision = row.decide(rules, deed, now);
            if decision.happened && !answer.happened {
                answer = decision;
            }
        }
        if let Deed::Disable(member) | Deed::Delete(member) = deed {
            for row in &mut rows {
                row.take_back(member);
            }
        }
        if rows.len() > 1 {
            (answer.balance, answer.active) = (None, None);
        }
        answer
    }

    /// All copies, always taken in the same order.
    fn all(&self) -> Vec<MutexGuard<'_, Row>> {
        self.copies.iter().map(lock).collect()
    }
}

fn lock(row: &Mutex<Row>) -> MutexGuard<'_, Row> {
    row.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes on each copy what the others admitted since they exchanged that last.
fn exchange(rows: &mut [MutexGuard<'_, Row>], rules: &Rules, now: SimTime) {
    let news: Vec<Vec<Deed>> = rows.iter_mut().map(|row| row.tell()).collect();
    for (teller, deeds) in news.iter().enumerate() {
        let others = rows.iter_mut().enumerate().filter(|(hearer, _)| *hearer != teller);
        for (_, row) in others {
            for &deed in deeds {
                row.write(rules, deed, now);
            }
        }
    }
}
