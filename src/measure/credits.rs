//! The books of a credit pool.

use super::ratio::{Kind, Need, Per, Ratio};
use super::tally::Tally;
use super::timing::Timing;
use super::window::Window;
use crate::rules::{CreditPool, Flows};
use crate::units::{Credits, Share, SimTime};

/// What became of the credits of one workspace's pool. The books of the measured window, in
/// thousandths: `opening + granted + purchased = consumed + expired + held + closing`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreditTally {
    /// The balance at the beginning of the window.
    pub opening: i128,
    /// What is held for attempts that are under way at its end.
    pub held: i128,
    /// What is left beside that.
    pub closing: i128,
    /// What came and went inside it.
    pub flows: Flows,
    /// Time from a refusal for want of credits to the next credits, inside the window \[ns\].
    pub exhausted_time: u128,
    /// Periods that overlap the window.
    pub periods: u64,
    /// Those in which the balance reached zero.
    pub periods_zero: u64,
    /// Those in which an attempt was refused for want of credits.
    pub periods_exhausted: u64,
    /// The flows until the window began; `None` before.
    before: Option<Flows>,
    /// Whether the window has ended: what happens afterwards is in no book.
    closed: bool,
    /// When the balance was first zero.
    first_zero: Option<SimTime>,
    /// When an attempt was first refused for want of credits.
    first_refusal: Option<SimTime>,
    /// Time on a plan that counts credits, inside the window \[ns\].
    pub counted_time: u128,
    /// Since when credits are counted; `None` while they are not.
    counted_since: Option<SimTime>,
    period_began: SimTime,
    zero_in_period: bool,
    refused_in_period: bool,
    /// Since when there is nothing for those who come.
    exhausted_since: Option<SimTime>,
    /// Charged to grants in this period, less what was given back.
    used: i128,
    /// How many alerts were reached so far.
    alerted: usize,
    /// While what was used and what is left add up to the first of these, the next alert is reached when
    /// the second of them was used.
    next_alert: (i128, i128),
}

impl CreditTally {
    /// The workspace comes to a plan that counts credits, and has `balance`: a period begins for
    /// what is said of periods.
    pub fn begin_counting(&mut self, now: SimTime, balance: Credits) {
        self.counted_since = Some(now);
        self.period_began = now;
        self.note_balance(now, balance);
    }

    /// It comes to a plan that does not: what it has left says nothing until it leaves that.
    pub fn end_counting(&mut self, window: Window, now: SimTime) {
        if self.closed {
            return;
        }
        // The pool's own period goes on: what was used in it counts if the workspace comes back.
        let used = self.used;
        self.period_ended(window, now);
        self.used = used;
        if let Some(since) = self.counted_since.take() {
            self.counted_time += u128::from(window.overlap(since, now));
        }
    }

    /// Looks at the pool before anything happens to it at `now`: the window may begin or end.
    #[inline]
    pub fn look(&mut self, window: Window, now: SimTime, pool: &CreditPool) {
        if self.before.is_none() && now >= window.from {
            self.opening = pool.balance().wide();
            self.before = Some(pool.booked());
        }
        if now >= window.until && !self.closed {
            self.close(window, pool);
        }
    }

    /// When it has to be looked at next: when the window begins, or when it ends.
    pub fn next_look(&self, window: Window) -> SimTime {
        match (self.before, self.closed) {
            (None, _) => window.from,
            (Some(_), false) => window.until,
            (Some(_), true) => SimTime::NEVER,
        }
    }

    /// Brings up to an instant what is summed up inside the window; `flows` are what came and went in it until
    /// then.
    pub(super) fn settle(&mut self, window: Window, now: SimTime, flows: Flows) {
        if self.closed {
            return;
        }
        self.flows = flows;
        if let Some(since) = &mut self.counted_since {
            self.counted_time += u128::from(window.overlap(std::mem::replace(since, now), now));
        }
        if let Some(since) = &mut self.exhausted_since {
            self.exhausted_time += u128::from(window.overlap(std::mem::replace(since, now), now));
        }
    }

    /// Adds what came and went in another workspace, and for how long.
    pub(super) const fn add(&mut self, other: &Self) {
        // Whoever adds a field is asked here whether it adds up over workspaces and over time.
        let Self {
            flows,
            exhausted_time,
            periods,
            periods_zero,
            periods_exhausted,
            counted_time,
            opening: _,
            held: _,
            closing: _,
            before: _,
            closed: _,
            first_zero: _,
            first_refusal: _,
            counted_since: _,
            period_began: _,
            zero_in_period: _,
            refused_in_period: _,
            exhausted_since: _,
            used: _,
            alerted: _,
            next_alert: _,
        } = other;
        self.flows.add(flows);
        self.exhausted_time += *exhausted_time;
        self.periods += *periods;
        self.periods_zero += *periods_zero;
        self.periods_exhausted += *periods_exhausted;
        self.counted_time += *counted_time;
    }

    /// What came into a pool and went in the window until now.
    pub fn flows(&self, pool: &CreditPool) -> Flows {
        let (now, before) = (pool.booked(), self.before.unwrap_or_else(|| pool.booked()));
        now.since(before)
    }

    /// Closes the books at the end of the window.
    #[cold]
    fn close(&mut self, window: Window, pool: &CreditPool) {
        self.end_counting(window, window.until);
        self.closed = true;
        self.held = pool.held();
        self.closing = pool.balance().wide() - self.held;
        self.flows = self.flows(pool);
    }

    /// Notes a balance that anything left.
    #[inline(always)]
    pub fn note_balance(&mut self, now: SimTime, balance: Credits) {
        if balance == Credits::ZERO && self.counted_since.is_some() {
            self.zero_in_period = true;
            self.first_zero.get_or_insert(now);
        }
    }

    /// Books that `amount` was charged to grants, which left `balance`; negative if it was given
    /// back. Alerts are shares of what was used and is left, ascending.
    #[inline]
    pub fn used(
        &mut self,
        now: SimTime,
        amount: Credits,
        balance: Credits,
        alerts: &[(Share, usize)],
        measures: &mut CreditMeasures,
    ) {
        self.used += amount.wide();
        let (whole, needed) = self.next_alert;
        if self.used + balance.wide() != whole || self.used >= needed {
            self.alert(now, balance, alerts, measures);
        }
    }

    /// Books the alerts that are reached.
    #[inline(never)]
    fn alert(
        &mut self,
        now: SimTime,
        balance: Credits,
        alerts: &[(Share, usize)],
        measures: &mut CreditMeasures,
    ) {
        if self.counted_since.is_none() || self.closed {
            return;
        }
        let whole = self.used + balance.wide();
        let of_whole = i128::from(Share::WHOLE.billionths());
        while let Some(&(level, place)) = alerts.get(self.alerted) {
            let needed = whole * i128::from(level.billionths());
            if self.used * of_whole < needed || whole == 0 {
                // Rounded up, so that it is reached exactly when this much was used.
                let least = (needed + of_whole - 1) / of_whole;
                let least = if whole > 0 { least } else { i128::MIN };
                self.next_alert = (whole, least);
                return;
            }
            measures.alerts[place].record(now.nanos());
            self.alerted += 1;
        }
        self.next_alert = (whole, i128::MAX);
    }

    /// Books an attempt that the pool could not pay.
    pub fn refused(&mut self, now: SimTime) {
        if self.closed {
            return;
        }
        self.first_refusal.get_or_insert(now);
        self.exhausted_since.get_or_insert(now);
        self.refused_in_period = true;
    }

    /// Books that credits came in: a package, a plan.
    pub fn relieved(&mut self, window: Window, now: SimTime) {
        if let Some(since) = self.exhausted_since.take() {
            self.exhausted_time += u128::from(window.overlap(since, now));
        }
    }

    /// Books the end of a period.
    pub fn period_ended(&mut self, window: Window, now: SimTime) {
        if self.closed {
            return;
        }
        if self.counted_since.is_some() && window.overlap(self.period_began, now) > 0 {
            self.periods += 1;
            self.periods_zero += u64::from(self.zero_in_period);
            self.periods_exhausted += u64::from(self.refused_in_period);
        }
        self.relieved(window, now);
        (self.zero_in_period, self.refused_in_period) = (false, false);
        self.period_began = now;
        self.used = 0;
    }

    /// Ends the workspace, whose books are closed if they are not yet.
    pub fn finish(&mut self, window: Window, pool: &CreditPool, measures: &mut CreditMeasures) {
        self.look(window, SimTime::NEVER, pool);
        self.note_firsts(measures);
    }

    /// Ends a workspace whose books of the window were kept elsewhere, where its pool cannot be looked
    /// at: the balances when it began and ended, and what came and went in it.
    pub fn finish_by(
        &mut self,
        window: Window,
        (opening, closing): (i128, i128),
        flows: Flows,
        measures: &mut CreditMeasures,
    ) {
        self.end_counting(window, window.until);
        self.closed = true;
        (self.opening, self.closing, self.flows) = (opening, closing, flows);
        self.note_firsts(measures);
    }

    fn note_firsts(&self, measures: &mut CreditMeasures) {
        if let Some(instant) = self.first_zero {
            measures.time_to_zero.record(instant.nanos());
        }
        if let Some(instant) = self.first_refusal {
            measures.time_to_exhaustion.record(instant.nanos());
        }
    }
}

/// Figures of what became of credits.
pub(super) fn ratios() -> Vec<Ratio> {
    let amount = |metric, of: fn(&CreditTally) -> i128| {
        let thousandths = move |t: &Tally| t.credits.as_ref().map_or(0, of);
        Ratio::new(metric, Kind::Total, 1e-3, thousandths, Per::Workspace)
    };
    let of = |t: &Tally, count: fn(&CreditTally) -> u64| t.credits.as_ref().map_or(0, count);
    let time = |t: &Tally| t.credits.as_ref().map_or(0, |c| c.counted_time);
    let exhausted = |t: &Tally| t.credits.as_ref().map_or(0, |c| c.exhausted_time);
    let periods = move |t: &Tally| of(t, |c| c.periods);
    let share = |metric, count: fn(&CreditTally) -> u64| {
        Ratio::share(metric, move |t| of(t, count), periods)
    };
    let mut all = vec![
        amount("credits.opening", |c| c.opening).undivided(),
        amount("credits.granted", |c| c.flows.granted),
        amount("credits.purchased", |c| c.flows.purchased).needs(Need::Packages),
        amount("credits.consumed", |c| c.flows.consumed),
        amount("credits.overage", |c| c.flows.overage).needs(Need::Overage),
        amount("credits.oversold.total", |c| c.flows.oversold),
        amount("credits.expired", |c| c.flows.expired),
        amount("credits.held", |c| c.held).needs(Need::Holds).undivided(),
        amount("credits.closing", |c| c.closing).undivided(),
        Ratio::share_of_time("credits.exhausted.time_share", exhausted, time),
        share("credits.periods_zero.share", |c| c.periods_zero),
        share("credits.periods_exhausted.share", |c| c.periods_exhausted),
    ];
    for ratio in all.iter_mut().filter(|ratio| ratio.need == Need::Nothing) {
        ratio.need = Need::Pool;
    }
    all.extend([
        Ratio::total("packages.bought", |t| t.packages_bought).needs(Need::Packages),
        Ratio::total("packages.renewed", |t| t.packages_renewed).needs(Need::Packages),
    ]);
    all
}

/// When the pools of a group ran out, from the start of the run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreditMeasures {
    /// To the first balance of zero, over workspaces that got there.
    pub time_to_zero: Timing,
    /// To the first refusal for want of credits, over workspaces that got there.
    pub time_to_exhaustion: Timing,
    /// To each alert of the scenario, over workspaces that got there.
    pub alerts: Vec<Timing>,
}

impl CreditMeasures {
    /// Nothing measured yet, with so many alerts.
    pub fn new(alerts: usize) -> Self {
        Self { alerts: vec![Timing::default(); alerts], ..Self::default() }
    }

    /// Adds what another one measured.
    pub fn merge(&mut self, other: &Self) {
        self.time_to_zero.merge(&other.time_to_zero);
        self.time_to_exhaustion.merge(&other.time_to_exhaustion);
        for (mine, theirs) in self.alerts.iter_mut().zip(&other.alerts) {
            mine.merge(theirs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{CarryOver, Included};

    const WINDOW: Window =
        Window { from: SimTime::from_nanos(100), until: SimTime::from_nanos(1_000) };

    #[test]
    fn books_open_after_the_warm_up_and_balance() {
        let whole = Credits::whole;
        let at = SimTime::from_nanos;
        let terms = Included { amount: whole(10), renews: at(500), ..Included::NOTHING };
        let mut pool = CreditPool::default();
        pool.open(terms);
        let mut tally = CreditTally::default();
        tally.begin_counting(SimTime::ZERO, pool.balance());
        let mut measures = CreditMeasures::new(1);
        let alerts = [("80%".parse().unwrap(), 0)];
        let mut charge = |tally: &mut CreditTally, pool: &mut CreditPool, now, amount| {
            tally.look(WINDOW, at(now), pool);
            let charge = pool.charge(whole(amount));
            tally.note_balance(at(now), pool.balance());
            tally.used(at(now), whole(amount), pool.balance(), &alerts, &mut measures);
            charge
        };
        charge(&mut tally, &mut pool, 50, 4);
        charge(&mut tally, &mut pool, 100, 6);
        tally.refused(at(300));
        tally.look(WINDOW, at(500), &pool);
        tally.period_ended(WINDOW, at(500));
        pool.renew(terms, CarryOver::None);
        let last = charge(&mut tally, &mut pool, 600, 1);
        pool.restore(last);
        tally.finish(WINDOW, &pool, &mut measures);
        assert_eq!((tally.opening, tally.closing), (6_000, 10_000));
        let Flows { granted, consumed, expired, .. } = tally.flows;
        assert_eq!((granted, consumed, expired), (10_000, 6_000, 0));
        assert_eq!(tally.exhausted_time, 200);
        assert_eq!((tally.periods, tally.periods_zero, tally.periods_exhausted), (2, 1, 1));
        assert_eq!(measures.time_to_zero.mean(), Some(100e-9));
        assert_eq!(measures.time_to_exhaustion.mean(), Some(300e-9));
        assert_eq!(measures.alerts[0].mean(), Some(100e-9));
    }
}
