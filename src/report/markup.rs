//! What documents for servers of builds have in common: Markdown that shows a text as it is, and cases of
//! JUnit that did not pass.

use quick_junit::{NonSuccessKind, TestCaseStatus};

/// A text that Markdown shows as it is, in one cell.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '~' | '#' | '>' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The status of a case that failed: of what kind, and what to say of it.
pub(super) fn failure(kind: &str, message: &str) -> TestCaseStatus {
    not_passed(NonSuccessKind::Failure, kind, message)
}

/// The same of one that could not be judged.
pub(super) fn error(kind: &str, message: &str) -> TestCaseStatus {
    not_passed(NonSuccessKind::Error, kind, message)
}

fn not_passed(what: NonSuccessKind, kind: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(what);
    status.set_type(kind).set_message(message);
    status
}
