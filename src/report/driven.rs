//! How a drive went, on a terminal. Writing into a text cannot fail, so its results are dropped.

use std::fmt::Write;
use std::time::Duration;

use super::format::{count, number};
use crate::drive::Lag;

/// How many messages were sent, in what time, and how late they were.
pub fn driven_terminal(messages: u64, wall: Duration, lag: &Lag) -> String {
    let mut text = format!("Driven: {} messages in {wall:.2?}", count(messages));
    let seconds = wall.as_secs_f64();
    if seconds > 0.0 {
        let _ = write!(text, ", {} a second", number((messages as f64 / seconds).round()));
    }
    if let (Some(p50), Some(p99), Some(most)) =
        (lag.quantile(500), lag.quantile(990), lag.greatest())
    {
        let _ = write!(
            text,
            "\nLate by: {p50:.1?} (median), {p99:.1?} (p99), {most:.1?} at most, on the wall's clock"
        );
    }
    text + "\n\n"
}
