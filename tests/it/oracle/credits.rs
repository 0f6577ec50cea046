//! The oracle's books of credits.

use std::collections::BTreeMap;

use limitlab::rules::Reason;

use super::figures::{Figure, Scope, mean, put, quantile, ratio};
use super::record::{Fate, Message, Space};

/// The books of one workspace over the window, in thousandths and nanoseconds.
#[derive(Default)]
struct Books {
    opening: i128,
    granted: i128,
    consumed: i128,
    expired: i128,
    closing: i128,
    exhausted: i128,
    periods: i128,
    periods_zero: i128,
    periods_exhausted: i128,
}

impl<'a> Scope<'a> {
    pub(super) fn credits(&self, figures: &mut BTreeMap<String, Figure>) {
        let all: Vec<Books> = self.spaces().filter_map(|space| self.books(space)).collect();
        if all.is_empty() {
            return;
        }
        let sum = |of: fn(&Books) -> i128| all.iter().map(of).sum::<i128>();
        let came = sum(|it| it.opening + it.granted);
        assert_eq!(came, sum(|it| it.consumed + it.expired + it.closing), "the oracle's books");
        for (name, of) in [
            ("opening", (|it| it.opening) as fn(&Books) -> i128),
            ("granted", |it| it.granted),
            ("consumed", |it| it.consumed),
            ("expired", |it| it.expired),
            ("closing", |it| it.closing),
        ] {
            put(figures, &format!("credits.{name}"), ratio(sum(of), 1_000));
        }
        let time = self.overlap(0, self.until) * all.len() as i128;
        let periods = sum(|it| it.periods);
        for (name, value) in [
            ("exhausted.time_share", ratio(sum(|it| it.exhausted), time)),
            ("periods_zero.share", ratio(sum(|it| it.periods_zero), periods)),
            ("periods_exhausted.share", ratio(sum(|it| it.periods_exhausted), periods)),
            ("oversold.total", Some(0.0)),
            ("oversold.max", Some(0.0)),
        ] {
            put(figures, &format!("credits.{name}"), value);
        }
        self.first_times(figures, "credits.time_to_zero", zeros);
        self.first_times(figures, "credits.time_to_exhaustion", refusals);
    }

    /// When workspaces first came to something.
    fn first_times(
        &self,
        figures: &mut BTreeMap<String, Figure>,
        name: &str,
        of: fn(&Space) -> Vec<u64>,
    ) {
        let mut first: Vec<u64> =
            self.spaces().filter_map(|space| of(space).into_iter().min()).collect();
        first.sort_unstable();
        put(figures, &format!("{name}.mean"), mean(&first).map(|mean| mean / 1e9));
        for (quantile_name, per_mille) in [("p5", 50), ("p50", 500), ("p95", 950)] {
            let value = quantile(&first, per_mille).map(|nanos| nanos as f64 / 1e9);
            put(figures, &format!("{name}.{quantile_name}"), value);
        }
    }

    fn books(&self, space: &'a Space) -> Option<Books> {
        let included = space.included?;
        let mut books = Books {
            opening: space.balance_before(self.from)?,
            closing: space.balance(u64::MAX)?,
            ..Books::default()
        };
        for &renewal in space.renewals.iter().filter(|&&at| self.is_inside(at)) {
            books.granted += included;
            books.expired += space.balance_before(renewal)?;
        }
        let charged = |it: &&Message| it.taken() && self.is_inside(it.due);
        books.consumed = space.messages.iter().filter(charged).map(|it| it.cost).sum();
        for (message, back) in returns(space).filter(|&(_, back)| back >= self.from) {
            books.consumed -= message.cost;
            let is_over = space.renewals.iter().any(|&at| message.due < at && at <= back);
            books.expired += if is_over { message.cost } else { 0 };
        }
        let begins: Vec<u64> = [0].into_iter().chain(space.renewals.iter().copied()).collect();
        let ends = begins[1..].iter().copied().chain([self.until]);
        let (zeros, refusals) = (zeros(space), refusals(space));
        for (begin, end) in begins.iter().copied().zip(ends).filter(|&(_, end)| end > self.from) {
            let own = |all: &[u64]| all.iter().copied().filter(|&at| begin <= at && at < end).min();
            books.periods += 1;
            books.periods_zero += i128::from(own(&zeros).is_some());
            books.periods_exhausted += i128::from(own(&refusals).is_some());
            books.exhausted += own(&refusals).map_or(0, |since| self.overlap(since, end));
        }
        Some(books)
    }
}

/// Messages whose credits were given back, and when.
pub(super) fn returns(space: &Space) -> impl Iterator<Item = (&Message, u64)> {
    let back =
        |it: &Message| if let Fate::TurnedAway { back } = it.fate { Some(back) } else { None };
    space.messages.iter().filter_map(move |it| Some((it, back(it)?)))
}

/// When a balance was zero after a grant or a charge.
fn zeros(space: &Space) -> Vec<u64> {
    let grants = [0].into_iter().chain(space.renewals.iter().copied());
    let grants = grants.filter(|_| space.included == Some(0));
    let charges = space.messages.iter().filter(|it| it.left == Some(0)).map(|it| it.due);
    grants.chain(charges).collect()
}

/// When an attempt was refused for want of credits.
fn refusals(space: &Space) -> Vec<u64> {
    let is_own = |it: &&Message| matches!(&it.fate, Fate::Refused(why) if why.reason == Reason::CreditsExhausted);
    space.messages.iter().filter(is_own).map(|it| it.due).collect()
}
