//! What enforcement does that it should not, in one workspace.

use super::cause::Causes;
use super::ratio::{Kind, Need, Per, Ratio, indexes, limiters};
use super::tally::Tally;

/// What enforcement did that it should not have: of messages that were due inside the window, those that
/// are delivered twice too; of holds, what happened inside it. What the pool oversold is in its books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DamageTally {
    /// Refusals by rules that had room.
    pub false_refusals: u64,
    /// Decisions that were made again since what they had read was not so any more.
    pub retries: u64,
    /// Those given up after so many of these.
    pub give_ups: u64,
    /// Attempts that were admitted while nobody could decide.
    pub unchecked: u64,
    /// Charges of messages beyond the first that was not given back.
    pub double_charges: u64,
    /// What the second times came to \[thousandths\].
    pub double_charged: i128,
    /// Attempts of whose ends nobody heard.
    pub lost_releases: u64,
    /// What of that was served and is never charged \[thousandths\].
    pub unbilled: i128,
    /// Holds that expired before their attempts were over.
    pub expired_holds: u64,
    /// Charged beyond what was held for it \[thousandths\].
    pub above_hold: i128,
    /// The most credits that were out of reach when an attempt was refused for want of credits
    /// \[thousandths\].
    pub stranded: i128,
}

impl DamageTally {
    /// Adds what was done to another workspace.
    pub(super) const fn add(&mut self, other: &Self) {
        // Whoever adds a field is asked here whether it adds up over workspaces and over time.
        let Self {
            false_refusals,
            retries,
            give_ups,
            unchecked,
            double_charges,
            double_charged,
            lost_releases,
            unbilled,
            expired_holds,
            above_hold,
            stranded: _,
        } = other;
        self.false_refusals += *false_refusals;
        self.retries += *retries;
        self.give_ups += *give_ups;
        self.unchecked += *unchecked;
        self.double_charges += *double_charges;
        self.double_charged += *double_charged;
        self.lost_releases += *lost_releases;
        self.unbilled += *unbilled;
        self.expired_holds += *expired_holds;
        self.above_hold += *above_hold;
    }
}

/// Figures of it, for what limits cause.
pub(super) fn ratios(causes: &Causes) -> Vec<Ratio> {
    let mut all = damage();
    all.extend(over_admitted(causes));
    all
}

fn damage() -> Vec<Ratio> {
    let amount =
        |metric, of: fn(&Tally) -> i128| Ratio::new(metric, Kind::Total, 1e-3, of, Per::Workspace);
    vec![
        amount("credits.held_stranded", |t| t.damage.stranded).needs(Need::Stranded).undivided(),
        amount("credits.above_hold", |t| t.damage.above_hold).needs(Need::Holds),
        Ratio::total("holds.expired", |t| t.damage.expired_holds).needs(Need::Holds),
        Ratio::total("double_charges", |t| t.damage.double_charges).needs(Need::Doubles),
        amount("credits.double_charged", |t| t.damage.double_charged).needs(Need::Doubles),
        Ratio::total("releases.lost", |t| t.damage.lost_releases).needs(Need::Losses),
        amount("credits.unbilled", |t| t.damage.unbilled).needs(Need::Losses),
        Ratio::total("admissions.unchecked", |t| t.damage.unchecked).needs(Need::Unchecked),
        Ratio::total("limiter.over_admitted", |t| t.over_admitted.iter().sum())
            .needs(Need::Audited),
        Ratio::total("false_refusals", |t| t.damage.false_refusals).needs(Need::Audited),
        Ratio::total("decision.retries", |t| t.damage.retries).needs(Need::Contended),
        Ratio::total("decision.given_up", |t| t.damage.give_ups).needs(Need::Contended),
    ]
}

/// `limiter.over_admitted{limiter=..}` for each name of a limiter.
fn over_admitted(causes: &Causes) -> impl Iterator<Item = Ratio> {
    limiters(causes).into_iter().map(|name| {
        let own = indexes(causes, |cause| cause.limiter.as_deref() == Some(name));
        let exceeded = own.clone();
        let count = move |t: &Tally| exceeded.iter().map(|&cause| t.over_admitted[cause]).sum();
        Ratio::total(&format!("limiter.over_admitted{{limiter={name}}}"), count)
            .needs(Need::Exceeded(own))
    })
}
