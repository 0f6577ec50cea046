//! What a group measures of its pools.

use super::credits::CreditTally;
use super::group::{GroupFrame, GroupMeasures};
use super::tally::Tally;
use crate::rules::CreditPool;
use crate::units::{Credits, Money, SimTime};

impl GroupMeasures {
    /// Books the opening of a pool.
    pub fn pool_opened(&mut self, frame: &GroupFrame, tally: &mut Tally, pool: &CreditPool) {
        tally.credits = Some(CreditTally::default());
        let change = (Credits::ZERO, pool.balance());
        self.balance_changed(frame, tally, SimTime::ZERO, change);
    }

    /// Looks at a pool before anything happens to it at `now`: takes the readings of the burn-down
    /// fan that are due, and opens and closes the books when the window begins and ends.
    #[inline(always)]
    pub fn look(&mut self, frame: &GroupFrame, tally: &mut Tally, now: SimTime, pool: &CreditPool) {
        if now >= tally.look_at {
            self.look_closely(frame, tally, now, pool);
        }
    }

    #[cold]
    fn look_closely(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        pool: &CreditPool,
    ) {
        tally.look_at = SimTime::NEVER;
        if let Some(credits) = &mut tally.credits {
            credits.look(frame.window, now, pool);
            tally.look_at = credits.next_look(frame.window);
        }
        let Some(fan) = &mut self.fan else { return };
        while tally.next_reading < fan.readings() && now >= fan.instant(tally.next_reading) {
            fan.record(tally.next_reading, percent(pool));
            tally.next_reading += 1;
        }
        if tally.next_reading < fan.readings() {
            tally.look_at = tally.look_at.min(fan.instant(tally.next_reading));
        }
    }

    /// Books that a balance changed.
    #[inline(always)]
    pub fn balance_changed(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        (before, after): (Credits, Credits),
    ) {
        // The books close when the window ends, whatever retries charge after it.
        if now >= frame.window.until {
            return;
        }
        if let Some(credits) = &mut tally.credits {
            credits.note_balance(now, after);
        }
        let bin = self.series.bin(&mut tally.cursor, now);
        self.series.credits_change[bin] += after.wide() - before.wide();
    }

    /// Books that `amount` was charged to the grants of a pool, or given back if it is negative.
    #[inline(always)]
    pub fn used(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        amount: Credits,
        balance: Credits,
    ) {
        if !frame.alerts.is_empty()
            && let Some(credits) = &mut tally.credits
        {
            credits.used(now, amount, balance, &frame.alerts, &mut self.credits);
        }
    }

    /// Books a package that was bought, or began anew.
    pub fn package(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        price: Money,
        renewed: bool,
    ) {
        if let Some(credits) = &mut tally.credits {
            credits.relieved(frame.window, now);
        }
        if frame.window.contains(now) {
            tally.packages_bought += u64::from(!renewed);
            tally.packages_renewed += u64::from(renewed);
            tally.money.packages += price.millionths();
        }
    }
}

/// What is left of what the plan includes, in whole percent.
fn percent(pool: &CreditPool) -> usize {
    let (balance, included) = (pool.balance(), pool.included());
    if included == Credits::ZERO {
        return 0;
    }
    // Wide divisions are slow, and hardly ever needed.
    let percent = match balance.thousandths().checked_mul(100) {
        Some(hundredfold) => hundredfold / included.thousandths(),
        None => (balance.wide() * 100 / included.wide()) as i64,
    };
    percent as usize
}
