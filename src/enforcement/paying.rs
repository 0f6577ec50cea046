//! What attempts pay, and what is known of it.

use super::charging::Charging;
use super::enforcer::{Asked, Enforcer, Payment, View};
use crate::rules::{Charge, CreditPool, Rulebook, Workspace};
use crate::units::{Credits, SimTime};

impl Enforcer {
    /// Has an attempt that is admitted pay in its way.
    pub(super) fn pay(&mut self, workspace: &mut Workspace, asked: Asked, now: SimTime) -> Payment {
        let Asked { agent, cost, node } = asked;
        match self.enforcement.charging {
            Charging::OnComplete => Payment::Due,
            Charging::OnAdmit => {
                self.uses(workspace, (node, cost.wide()), now);
                Payment::Charged(workspace.charge_anyway(agent, cost))
            }
            Charging::Hold { .. } => {
                self.uses(workspace, (node, cost.wide()), now);
                workspace.hold(cost);
                Payment::Held(cost)
            }
        }
    }

    /// A node is about to use so much more of the pool \[thousandths\], or gives it back if it is less
    /// than nothing.
    fn uses(&mut self, workspace: &Workspace, (node, amount): (u32, i128), now: SimTime) {
        self.late.used(node, amount);
        let is_cut_off = self.is_cut_off(now);
        match &mut self.view {
            View::Row => {}
            View::Copies(copies) => copies.used(node, amount),
            View::Lagging(meter) => meter.used(amount),
            View::Leases(leases) => {
                // What is given back goes to the pool, and not to the lease.
                if let Some(spendable) = workspace.spendable_unseen(0).filter(|_| amount > 0) {
                    let spendable = Some(spendable).filter(|_| !is_cut_off);
                    leases.spend(node, (amount, spendable), now);
                }
            }
        }
    }

    /// Charges an attempt that is over, for which so much was held; `None` where the plan counts no
    /// credits by now.
    pub fn charge_late(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        (asked, held): (Asked, Credits),
        now: SimTime,
    ) -> Option<Charge> {
        let Asked { agent, cost, node } = asked;
        self.writes(book, workspace, now);
        self.uses(workspace, (node, (cost - held).wide()), now);
        workspace.end_hold(held);
        workspace.charge_late(agent, cost)
    }

    /// Frees what was held for an attempt.
    pub fn end_hold(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        (node, held): (u32, Credits),
        now: SimTime,
    ) {
        self.writes(book, workspace, now);
        self.uses(workspace, (node, -held.wide()), now);
        workspace.end_hold(held);
    }

    /// Gives back what a node had charged; answers what came back into the balance.
    pub fn restore(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        (agent, charge, node): (usize, Charge, u32),
        now: SimTime,
    ) -> Credits {
        self.writes(book, workspace, now);
        let period = workspace.pool().map(CreditPool::period);
        if period == Some(charge.period) {
            self.uses(workspace, (node, -charge.amount.wide()), now);
        }
        workspace.restore(agent, charge)
    }

    /// Credits of a package came, or went if there are less than none \[thousandths\].
    pub fn package_changed(&mut self, amount: i128) {
        self.credits_changed();
        self.late.come(amount);
    }

    /// Credits came or went by themselves, or by a change of plan.
    pub fn credits_changed(&mut self) {
        self.version += 1;
        if let View::Leases(leases) = &mut self.view {
            leases.end();
        }
    }

    /// A period of credits is about to begin: nodes that hear late of it go on with what they know.
    pub fn ends_period(&mut self, book: &Rulebook, workspace: &Workspace, now: SimTime) {
        if self.late.nodes().is_empty() {
            return;
        }
        self.wake(book, workspace.plan(), now);
        for node in self.late.nodes() {
            let unseen = self.unseen(workspace, node, now).unwrap_or(0);
            self.late.end_period(node, workspace.spendable_unseen(unseen).unwrap_or(0), now);
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
}
