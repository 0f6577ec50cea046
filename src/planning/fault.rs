//! What no grid of values can be asked.

use thiserror::Error;

/// Why there is no such sweep, or no such size.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct QuestionFault {
    message: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl QuestionFault {
    pub(in crate::planning) fn new(message: impl Into<String>, hint: Option<String>) -> Self {
        Self { message: message.into(), hint }
    }
}
