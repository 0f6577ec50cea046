//! Randomness: counter-based streams keyed by names and indexes, and distributions drawn from them.

mod distribution;

pub use distribution::Distribution;
