//! What tells one scenario from others.

use std::fmt::Write;

use sha2::{Digest as _, Sha256};

use super::tree::Node;

/// The SHA-256 of a scenario as it was resolved from its files and overrides, of its traces as they
/// are unpacked, and of its tables; or of one trace.
#[derive(Debug)]
pub(super) struct Digest(Sha256);

impl Digest {
    /// That of a tree.
    pub(super) fn of(root: &Node) -> Self {
        let mut canonical = Vec::new();
        root.write_canonical(&mut canonical);
        Self(Sha256::new_with_prefix(canonical))
    }

    /// Adds a table that the scenario draws from.
    pub(super) fn add(&mut self, table: &str) {
        self.0.update((table.len() as u64).to_le_bytes());
        self.0.update(table);
    }

    /// Adds a trace that the scenario replays, which has this digest.
    pub(super) fn add_trace(&mut self, trace: &str) {
        self.0.update(trace);
    }

    /// That of a trace of which nothing was read yet.
    pub(super) fn of_trace() -> Self {
        Self(Sha256::new())
    }

    /// Adds a line of the trace, with its end.
    pub(super) fn add_line(&mut self, line: &[u8]) {
        self.0.update(line);
    }

    /// The digest in hexadecimal.
    pub(super) fn hex(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
