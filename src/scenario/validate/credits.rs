//! The credits that a plan includes.

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::super::at::{At, Findings};
use super::super::types::{self, AtRenewal, OverageWord, PerWord, Renewal};
use super::super::words::{credits, grouped};
use super::fair_use::on_exceed;
use super::numbers::count;
use super::plans::Horizon;
use crate::rules::limiter::OnExceed;
use crate::rules::{Allowance, Anchor, CarryOver, Cycle, Overage, OverageEnd, Per};
use crate::units::{Money, SimSpan};

/// How often a pool may renew within the duration: far more often than any product does, and few
/// enough to count.
pub(super) const MOST_RENEWALS: u64 = 1_000_000;

/// The least and the greatest priority of a grant.
pub(super) const PRIORITIES: std::ops::RangeInclusive<u64> = 1..=1_000;

/// The credits that stand at `at`.
pub(super) fn allowance(
    written: &types::PlanCredits,
    horizon: Horizon,
    at: At<'_>,
    findings: &mut Findings,
) -> Allowance {
    let renews = renews(written, horizon, at.key("renews"), findings);
    let overage = overage(written.overage.as_ref());
    if overage == Overage::Refuse && written.overage_price.is_some() && at.key("overage").is_sound()
    {
        let message = "`overage_price` has no meaning with `overage: refuse`";
        let hint = "write `overage: unlimited`, or `overage: { up_to: 10% }`";
        findings.add_with_hint(at.key("overage_price"), message, hint);
    }
    let on_exceed = on_exceed(written.on_exceed);
    if on_exceed == OnExceed::Report
        && overage == Overage::Unlimited
        && at.key("overage").is_sound()
    {
        let message = "`on_exceed: report` has nothing to report with `overage: unlimited`";
        findings.add_with_hint(at.key("on_exceed"), message, "every message is paid then");
    }
    Allowance {
        on_exceed,
        included: written.included.0,
        per: per(written.per),
        renews,
        anchor: anchor(written, renews, horizon.start, at, findings),
        carry_over: carry_over(written, at, findings),
        overage,
        overage_price: written.overage_price.as_ref().map_or(Money::ZERO, |price| price.0),
        priority: written.priority.as_ref().map_or(1, |priority| {
            count(priority, PRIORITIES, "`priority`", at.key("priority"), findings)
        }),
    }
}

/// What an amount is multiplied by.
pub(super) const fn per(written: Option<PerWord>) -> Per {
    match written {
        Some(PerWord::Seat) => Per::Seat,
        Some(PerWord::Workspace) | None => Per::Workspace,
    }
}

/// Notes a mistake if something would happen every `period`, more often than can be counted; `what`
/// is what may happen less often.
pub(super) fn bounded_cycle(
    what: &str,
    period: SimSpan,
    duration: SimSpan,
    at: At<'_>,
    findings: &mut Findings,
) {
    if !period.is_zero() && duration.nanos() / period.nanos() > MOST_RENEWALS {
        let message = format!(
            "{what} {} times in the duration, and every {period} is more often",
            grouped(MOST_RENEWALS)
        );
        findings.add(at, message);
    }
}

fn renews(
    written: &types::PlanCredits,
    horizon: Horizon,
    at: At<'_>,
    findings: &mut Findings,
) -> Cycle {
    match written.renews.as_ref().map_or(Renewal::Monthly, |renews| renews.0) {
        Renewal::Monthly => Cycle::Monthly,
        Renewal::Never => Cycle::Never,
        Renewal::Every(period) => {
            if period.is_zero() {
                let hint = "`renews: never` renews never";
                findings.add_with_hint(at, "a pool cannot renew every 0s", hint);
            }
            bounded_cycle("a pool may renew", period, horizon.duration, at, findings);
            Cycle::Every(period)
        }
    }
}

fn anchor(
    written: &types::PlanCredits,
    renews: Cycle,
    start: Timestamp,
    at: At<'_>,
    findings: &mut Findings,
) -> Anchor {
    let renews_is_sound = at.key("renews").is_sound();
    let at = at.key("anchor");
    match written.anchor.as_ref().map_or(types::Anchor::Subscription, |anchor| anchor.0) {
        types::Anchor::Subscription => Anchor::Subscription,
        types::Anchor::Purchase => Anchor::Purchase,
        types::Anchor::Day(day) => {
            if renews != Cycle::Monthly && renews_is_sound {
                let hint = "with a duration the anchor can be a date such as `2026-06-15`";
                let message = "a day of the month is an anchor of `renews: monthly` only";
                findings.add_with_hint(at, message, hint);
            }
            // January has every day that a month can have, so that counting months from it gives
            // short ones their last day. The first years of the calendar are not whole.
            let year = start.to_zoned(TimeZone::UTC).year().max(-9998);
            let anchor = date(year, 1, day).to_zoned(TimeZone::UTC);
            Anchor::Fixed(anchor.map_or(start, |anchor| anchor.timestamp()))
        }
        types::Anchor::Date(instant) => {
            if renews == Cycle::Never && renews_is_sound {
                findings.add(at, "a pool that never renews has no day to renew on");
            }
            Anchor::Fixed(instant)
        }
    }
}

fn carry_over(written: &types::PlanCredits, at: At<'_>, findings: &mut Findings) -> CarryOver {
    match &written.carry_over {
        None | Some(types::CarryOver::None) => CarryOver::None,
        Some(types::CarryOver::All) => CarryOver::All,
        Some(types::CarryOver::UpTo(most)) => {
            let included = written.included.0;
            if most.0 < included && at.key("included").is_sound() {
                let message =
                    format!("`up_to` must be at least what is included, {}", credits(included));
                findings.add(at.key("carry_over").key("up_to"), message);
            }
            CarryOver::UpTo(most.0)
        }
    }
}

fn overage(written: Option<&types::Overage>) -> Overage {
    match written {
        None | Some(types::Overage::Word(OverageWord::Refuse)) => Overage::Refuse,
        Some(types::Overage::Word(OverageWord::Unlimited)) => Overage::Unlimited,
        Some(types::Overage::Bounded(bounded)) => Overage::UpTo {
            share: bounded.up_to.0,
            at_renewal: match bounded.at_renewal {
                Some(AtRenewal::Deduct) => OverageEnd::Deduct,
                Some(AtRenewal::Forgive) | None => OverageEnd::Forgive,
            },
        },
    }
}
