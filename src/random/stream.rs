//! Sequences of draws with random access.

use super::Draw;

/// A sequence of draws, each found by its number in constant time.
///
/// This is the generator of Steele, Lea and Flood, whose state is the arithmetic progression
/// `start + n x gamma` modulo 2^64. They walk it; we compute a member, since a progression needs
/// no walking. Each stream has its own gamma, so two streams that happen to share a state part at
/// the next draw.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    start: u64,
    /// Odd, with at least 24 bit transitions.
    gamma: u64,
}

impl Stream {
    pub(super) const fn new(start: u64, gamma: u64) -> Self {
        Self { start, gamma }
    }

    /// Draw number `n`.
    #[inline]
    pub const fn at(&self, n: u64) -> Draw {
        Draw::new(self.start.wrapping_add(n.wrapping_mul(self.gamma)))
    }
}
