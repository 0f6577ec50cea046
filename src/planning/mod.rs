//! What is planned around runs: scenarios from recorded traffic.

pub mod fit;
