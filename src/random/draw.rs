//! One draw: the words behind one random quantity.

use std::convert::Infallible;

use rand::TryRng;
use rand::rand_core::utils::fill_bytes_via_next_word;

use super::mix::{GOLDEN_GAMMA, mix64};

/// The distance of the doubles in \[1/2, 1), and of the numbers that [`Draw::unit`] yields: 2^-53.
const UNIT_STEP: f64 = 1.0 / (1_u64 << 53) as f64;

/// An endless supply of random words for one quantity: `SplitMix64`, started at one state.
///
/// Most quantities need one word; those drawn by rejection go on. A stream's states are `gamma`
/// apart and a draw's are the golden gamma apart, so what one draw consumes never reaches into the
/// next one.
///
/// It implements `rand::Rng`, so that code written for that crate can draw from our streams. Long
/// sequences are what a [`Stream`](super::Stream) is for: draws of several quantities belong to
/// several streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    state: u64,
}

impl Draw {
    #[inline]
    pub(super) const fn new(state: u64) -> Self {
        Self { state }
    }

    /// The next word, uniform over all of them.
    #[inline]
    pub const fn next_u64(&mut self) -> u64 {
        let word = mix64(self.state);
        self.state = self.state.wrapping_add(GOLDEN_GAMMA);
        word
    }

    /// A uniform number in \[0, 1), a multiple of 2^-53.
    #[inline]
    pub const fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * UNIT_STEP
    }

    /// A uniform number in (0, 1], a multiple of 2^-53: it has a logarithm.
    #[inline]
    pub const fn open_unit(&mut self) -> f64 {
        ((self.next_u64() >> 11) + 1) as f64 * UNIT_STEP
    }

    /// A whole number below `bound`, each exactly as likely as the others.
    ///
    /// Source: Daniel Lemire, "Fast random integer generation in an interval", ACM Transactions on
    /// Modeling and Computer Simulation 29 (2019), algorithm 5.
    ///
    /// # Panics
    ///
    /// If `bound` is 0: there is no such number.
    #[inline]
    pub const fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "no whole number is below 0");
        let mut product = self.next_u64() as u128 * bound as u128;
        if (product as u64) < bound {
            // 2^64 modulo `bound`: so many of the lowest products would make some numbers likelier.
            let excess = bound.wrapping_neg() % bound;
            while (product as u64) < excess {
                product = self.next_u64() as u128 * bound as u128;
            }
        }
        (product >> 64) as u64
    }
}

impl TryRng for Draw {
    type Error = Infallible;

    /// The upper half of the next word.
    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next_u64() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}
