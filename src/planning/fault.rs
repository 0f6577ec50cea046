//! What a sweep cannot be asked.

use thiserror::Error;

/// Why there is no such sweep.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SweepFault {
    message: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl SweepFault {
    pub(super) fn new(message: impl Into<String>, hint: Option<String>) -> Self {
        Self { message: message.into(), hint }
    }
}
