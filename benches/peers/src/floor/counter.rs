//! Draws by their number, as limitlab has them: each is a function of a key and a counter, so that no
//! draw depends on how many were made before it.

use std::convert::Infallible;

use rand::TryRng;
use rand_distr::{Distribution, Exp1};

/// The step of the counter: two to the 64th by the golden ratio, made odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes all bits of a number.
/// Source: G. L. Steele, D. Lea and C. H. Flood, Fast Splittable Pseudorandom Number Generators
/// (OOPSLA 2014), figure 16.
#[inline]
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The draws of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stream(u64);

impl Stream {
    pub(super) const fn new(seed: u64, workspace: u32, kind: u64) -> Self {
        Self(mix(mix(seed.wrapping_add(STEP)).wrapping_add(workspace as u64) ^ mix(kind)))
    }

    /// The draw of that number, and those that follow if one is not enough.
    #[inline]
    pub(super) const fn at(self, number: u64) -> Counter {
        Counter(self.0.wrapping_add(number.wrapping_mul(STEP)))
    }
}

/// A generator that begins anew for each draw. What follows the first bits follows from them, so that
/// it is not what the next number has.
pub(super) struct Counter(u64);

impl Counter {
    #[inline]
    pub(super) const fn bits(&mut self) -> u64 {
        self.0 = mix(self.0);
        self.0
    }

    /// A number below `bound`, by the highest bits of a product.
    #[inline]
    pub(super) const fn below(&mut self, bound: u32) -> u32 {
        ((self.bits() as u128 * bound as u128) >> 64) as u32
    }

    /// An exponential span of that mean [ns].
    #[inline]
    pub(super) fn exponential(&mut self, mean: f64) -> u64 {
        let unit: f64 = Exp1.sample(self);
        (unit * mean) as i64 as u64
    }
}

impl TryRng for Counter {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let bits = self.bits().to_le_bytes();
            chunk.copy_from_slice(&bits[..chunk.len()]);
        }
        Ok(())
    }
}
