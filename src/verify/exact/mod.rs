//! A workspace of which every instant is known: decision by decision, in their order.
//!
//! Each decision is judged beside what an atomic one would have said in its place, to which all had
//! happened that really had, whether there was room for it or not.

mod crew;
mod places;
mod pool;
mod promises;
mod rates;
mod shares;

use self::crew::Crew;
use self::places::Places;
use self::pool::Pool;
use self::promises::Promises;
use self::rates::Rates;
use self::shares::Shares;
use super::clerk::Clerk;
use super::event::{Deed, Event};
use super::found::Found;
use super::terms::GroupTerms;

/// Judges the events of a workspace, in the order in which they happened.
pub(super) fn judge(
    events: &[Event],
    terms: &GroupTerms<'_>,
    clerk: &Clerk<'_>,
    found: &mut Found,
) {
    let mut plan = None;
    let mut pool = Pool::new(events);
    let mut crew = Crew::default();
    let mut rates = Rates::new(terms);
    let mut places = Places::new(terms, events);
    let mut shares = Shares::new(terms);
    let mut promises = Promises::default();
    for event in events {
        if let Deed::SetPlan(new) = event.deed {
            plan = Some(new);
        }
        let context = Context { event, plan, terms, clerk };
        shares.see(&context, &pool, found);
        pool.see(&context, found);
        promises.see(&context, found);
        rates.see(&context, found);
        places.see(&context, found);
        crew.see(&context, found);
    }
}

/// An event, and what holds when it happens.
#[derive(Clone, Copy)]
struct Context<'c, 's> {
    event: &'c Event,
    /// The plan, once a row has told it: by its place in the group.
    plan: Option<u16>,
    terms: &'c GroupTerms<'s>,
    clerk: &'c Clerk<'s>,
}
