//! Instants and spans of time in a trace.

use jiff::Timestamp;

use super::error::Problem;
use super::names::show;
use crate::units::{ParseQuantityError, SimSpan};

pub(super) const DURATION: &str = "a duration such as `250ms`, `8h` or `1d12h`";
const TIME: &str = "a duration from the start such as `1.5s`, or an instant such as \
                    `2026-06-01T00:00:00Z`";

/// A span of time, or what it should be; that is `expected` where the text is nothing like one.
pub(super) fn span(text: &[u8], expected: &str) -> Result<SimSpan, String> {
    let text = std::str::from_utf8(text).map_err(|_| expected.to_owned())?;
    text.parse().map_err(|error: ParseQuantityError| {
        if error.expected == DURATION { expected.to_owned() } else { error.expected }
    })
}

/// Whether what stands for an instant says more than nanoseconds.
#[cold]
fn is_too_fine(text: &[u8]) -> bool {
    let mut parts = text.split(|&byte| byte == b'.');
    let decimals = parts.nth(1).unwrap_or_default();
    decimals.iter().take_while(|byte| byte.is_ascii_digit()).count() > 9
}

#[cold]
pub(super) fn not_a(text: &[u8], cell: usize, expected: &str) -> Problem {
    if text.is_empty() {
        return Problem::of_cell(cell, format!("nothing stands here, and not {expected}"));
    }
    Problem::of_cell(cell, format!("`{}` is not {expected}", show(text)))
}

/// The instant that a cell names, since the start, which is `start` on the calendar.
pub(super) fn instant(text: &[u8], cell: usize, start: Timestamp) -> Result<SimSpan, Problem> {
    let is_stamp = text.get(4) == Some(&b'-');
    if !is_stamp {
        return span(text, TIME).map_err(|expected| not_a(text, cell, &expected));
    }
    let stamp = std::str::from_utf8(text).ok().and_then(|it| it.parse::<Timestamp>().ok());
    let stamp = stamp.ok_or_else(|| {
        let expected = "an instant with nine decimals of a second at most";
        not_a(text, cell, if is_too_fine(text) { expected } else { TIME })
    })?;
    let since = stamp.as_nanosecond() - start.as_nanosecond();
    if since < 0 {
        let message = format!("`{}` lies before the start", show(text));
        let hint = format!("the scenario's `start` is {start}");
        return Err(Problem::of_cell(cell, message).hint(hint));
    }
    let longest = i128::from(SimSpan::MAX_DURATION.nanos());
    Ok(SimSpan::from_nanos(since.min(longest) as u64))
}
