//! What is kept of one workspace, and decided upon by whoever has it: one node, at one instant.

use super::lease::{LeaseTerms, Leases};
use super::meter::Meter;
use super::rules::{Payment, Rules};
use crate::drive::target::{Decision, Deed, Member};
use crate::rules::{CreditPool, Flows, Founding, Reason, Refusal, Workspace};
use crate::units::{Credits, SimTime};
use crate::workload::LineKind;

/// The state of one workspace, as one node has it.
#[derive(Debug)]
pub(super) struct Row {
    workspace: Workspace,
    /// Of each line, the places of its agents in the workspace; `None` of those that were refused,
    /// or deleted.
    members: Vec<Vec<Option<usize>>>,
    /// Agents and features that ever were there.
    count: usize,
    /// Charged in this period although the pool could not pay \[thousandths\].
    oversold: i128,
    /// How often it was written.
    version: u64,
    meter: Meter,
    leases: Leases,
    /// What was written here that other nodes have not heard of.
    untold: Vec<Deed>,
}

/// What the pool of a row holds, and what came and went so far.
#[derive(Debug, Clone, Copy)]
struct Glance {
    booked: Flows,
    oversold: i128,
}

impl Row {
    /// A workspace with its features, and without agents.
    pub(super) fn new(rules: &Rules, founding: Founding) -> Self {
        let mut workspace = Workspace::empty();
        workspace.found(&rules.book, founding);
        let (mut members, mut count) = (Vec::new(), 0);
        for line in &rules.lines {
            if line.kind == LineKind::Feature {
                workspace.add_feature(&rules.book, line.share);
                members.push(vec![Some(count)]);
                count += 1;
            } else {
                members.push(Vec::new());
            }
        }
        Self {
            workspace,
            members,
            count,
            oversold: 0,
            version: 0,
            meter: Meter::default(),
            leases: Leases::default(),
            untold: Vec::new(),
        }
    }

    /// How often it was written.
    pub(super) const fn version(&self) -> u64 {
        self.version
    }

    /// The place of an agent or a feature; `None` if there is none.
    fn place(&self, member: Member) -> Option<usize> {
        let number = (member.number as usize).saturating_sub(1);
        self.members[usize::from(member.line)].get(number).copied().flatten()
    }

    /// Decides by what the row says: `None` where there is nothing to decide.
    pub(super) fn read(
        &mut self,
        rules: &Rules,
        deed: Deed,
        now: SimTime,
    ) -> Option<Result<(), Refusal>> {
        match deed {
            Deed::Attempt { member, cost, .. } => {
                let agent = self.place(member)?;
                Some(self.may_answer(rules, agent, cost, now))
            }
            Deed::Enable(member) => {
                let agent = self.place(member)?;
                (!self.workspace.is_active(agent)).then(|| self.may_enable())
            }
            _ => Some(Ok(())),
        }
    }

    fn may_answer(
        &mut self,
        rules: &Rules,
        agent: usize,
        cost: Credits,
        now: SimTime,
    ) -> Result<(), Refusal> {
        self.workspace.check(&rules.book, agent, cost, now)?;
        let (Payment::Meter(terms), Some(pool)) = (&rules.payment, self.workspace.pool()) else {
            return self.workspace.check_credits(&rules.book, agent, cost, now);
        };
        let left = pool.spendable().wide() - self.oversold;
        let seen = self.meter.read(terms, (left, pool.included()), now);
        let unseen = seen - left;
        self.workspace.check_credits_unseen(&rules.book, agent, (cost, unseen), now)
    }

    /// Decides and writes at once, as a node that spends what it has taken of the pool.
    pub(super) fn decide_leased(
        &mut self,
        (rules, terms): (&Rules, &LeaseTerms),
        (deed, node): (Deed, usize),
        now: SimTime,
    ) -> Decision {
        match self.read(rules, deed, now) {
            None => return Decision::NOTHING,
            Some(Err(refusal)) => return self.refused(refusal),
            Some(Ok(())) => {}
        }
        if let (Deed::Attempt { cost, .. }, Some(pool)) = (deed, self.workspace.pool())
            && self.workspace.is_metered()
            && !self.leases.spend(terms, (node, cost, pool.spendable()), now)
        {
            return self.refused(Refusal::of(Reason::CreditsExhausted));
        }
        self.write(rules, deed, now)
    }

    /// Decides and writes at once, on the copy of a node: others hear of it later.
    pub(super) fn decide_copied(&mut self, rules: &Rules, deed: Deed, now: SimTime) -> Decision {
        let decision = self.decide(rules, deed, now);
        if decision.happened && decision.refusal.is_none() {
            self.untold.push(deed);
        }
        // What this copy holds is not what there is.
        Decision { balance: None, active: None, ..decision }
    }

    /// What others have not heard of; they have now.
    pub(super) fn tell(&mut self) -> Vec<Deed> {
        std::mem::take(&mut self.untold)
    }

    /// Nobody hears any more that an agent was enabled here: it has gone since.
    pub(super) fn take_back(&mut self, member: Member) {
        self.untold.retain(|deed| *deed != Deed::Enable(member));
    }

    fn may_enable(&self) -> Result<(), Refusal> {
        let has_room = self.workspace.slots().has_room();
        if has_room { Ok(()) } else { Err(Refusal::of(Reason::ActiveAgentLimit)) }
    }

    /// Writes what a request does, whatever the row says: whoever decided may have known too
    /// little.
    pub(super) fn write(&mut self, rules: &Rules, deed: Deed, now: SimTime) -> Decision {
        let before = self.glance();
        let mut decision = match deed {
            Deed::Attempt { member, message, cost } => match self.place(member) {
                Some(agent) => self.answer(rules, agent, (cost, message), now),
                None => return Decision::NOTHING,
            },
            Deed::Create(member) => self.create(rules, member, now),
            Deed::Enable(member) => match self.place(member) {
                Some(agent) if !self.workspace.is_active(agent) => self.enable(rules, agent),
                _ => return Decision::NOTHING,
            },
            Deed::Disable(member) => match self.place(member) {
                Some(agent) if self.workspace.is_active(agent) => {
                    self.workspace.disable(agent);
                    Decision::ADMITTED
                }
                _ => return Decision::NOTHING,
            },
            Deed::Delete(member) => match self.place(member) {
                Some(agent) => {
                    self.workspace.delete(agent);
                    self.members[usize::from(member.line)][member.number as usize - 1] = None;
                    Decision::ADMITTED
                }
                None => return Decision::NOTHING,
            },
            Deed::Renew => self.renew(rules, before, now),
        };
        self.version += 1;
        self.look_back(&mut decision);
        decision
    }

    /// Decides and writes at once.
    pub(super) fn decide(&mut self, rules: &Rules, deed: Deed, now: SimTime) -> Decision {
        match self.read(rules, deed, now) {
            None => Decision::NOTHING,
            Some(Ok(())) => self.write(rules, deed, now),
            Some(Err(refusal)) => self.refused(refusal),
        }
    }

    /// What is told of a request that is refused.
    pub(super) fn refused(&self, refusal: Refusal) -> Decision {
        let mut decision = Decision::refused(refusal);
        self.look_back(&mut decision);
        decision
    }

    /// Notes how the row stands after a decision.
    fn look_back(&self, decision: &mut Decision) {
        let pool = self.workspace.pool().filter(|_| self.workspace.is_metered());
        decision.balance = pool.map(|pool| {
            let balance = pool.balance().wide() - self.oversold;
            Credits::from_thousandths(i64::try_from(balance).unwrap_or(i64::MIN))
        });
        decision.active = Some(self.workspace.slots().active());
    }

    /// Charges an attempt, and takes what it needs of limiters.
    fn answer(
        &mut self,
        rules: &Rules,
        agent: usize,
        (cost, message): (Credits, u64),
        now: SimTime,
    ) -> Decision {
        let attempt = (cost, message);
        let charge = if rules.writes_anyway {
            self.workspace.pass_anyway(&rules.book, agent, attempt, now);
            self.workspace.pays().then(|| self.workspace.charge_anyway(agent, cost))
        } else {
            self.workspace.take(&rules.book, agent, attempt, now).charge
        };
        let Some(charge) = charge else { return Decision::ADMITTED };
        self.workspace.settle(&charge);
        self.oversold += charge.oversold.wide();
        if let Payment::Meter(terms) = &rules.payment {
            self.meter.used(terms, cost, now);
        }
        Decision { charged: Some(charge.amount), overage: charge.overage, ..Decision::ADMITTED }
    }

    fn enable(&mut self, rules: &Rules, agent: usize) -> Decision {
        let refusal = if rules.writes_anyway {
            self.workspace.enable_anyway(agent);
            None
        } else {
            self.workspace.enable(agent).err()
        };
        Decision { refusal, ..Decision::ADMITTED }
    }

    fn create(&mut self, rules: &Rules, member: Member, now: SimTime) -> Decision {
        let line = usize::from(member.line);
        let refusal = self.workspace.create(&rules.book, rules.lines[line].share, now).err();
        let place = refusal.is_none().then_some(self.count);
        self.count += usize::from(refusal.is_none());
        let numbers = &mut self.members[line];
        numbers.resize(numbers.len().max(member.number as usize), None);
        numbers[member.number as usize - 1] = place;
        Decision { refusal, ..Decision::ADMITTED }
    }

    /// Begins a period; what was oversold in the one before is forgotten, so that much more comes
    /// in.
    fn renew(&mut self, rules: &Rules, before: Glance, now: SimTime) -> Decision {
        if !self.workspace.is_metered() {
            return Decision::NOTHING;
        }
        self.workspace.renew(&rules.book, now);
        let after = self.glance();
        self.oversold = 0;
        self.meter.renewed();
        self.leases.end();
        let credits =
            |amount: i128| Credits::from_thousandths(i64::try_from(amount).unwrap_or(i64::MAX));
        let expired = after.booked.expired - before.booked.expired;
        let granted = after.booked.granted - before.booked.granted + before.oversold;
        Decision { renewed: Some((credits(expired), credits(granted))), ..Decision::ADMITTED }
    }

    fn glance(&self) -> Glance {
        let booked = self.workspace.pool().map(CreditPool::booked).unwrap_or_default();
        Glance { booked, oversold: self.oversold }
    }
}
