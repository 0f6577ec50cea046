//! Numbers with a meaning: instants and spans of virtual time, credits, money, rates, shares.
//!
//! All of them are integers. What a user writes (`250ms`, `12/h`, `1_250`, `5%`) is parsed here, by
//! [`FromStr`](std::str::FromStr), and a [`ParseQuantityError`] says what was expected.

mod clock;
mod credits;
mod money;
mod parse;
mod rate;
mod share;
mod speed;
mod time;

pub use clock::ClockChange;
pub use credits::Credits;
pub use money::Money;
pub(crate) use parse::{Decimal, split_number};
pub use parse::{ParseQuantityError, parse_count};
pub use rate::Rate;
pub use share::Share;
pub use speed::Speed;
pub use time::{SimSpan, SimTime};
