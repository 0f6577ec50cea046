//! Permutations of 64-bit words that look random.

/// 2^64 over the golden ratio, to the nearest odd number: the step between the words of one draw.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
pub(super) const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes a state into a word.
///
/// Source: David Stafford, "Better bit mixing" (2011), variant 13, as in Steele, Lea and Flood
/// (2014).
#[inline]
pub(super) const fn mix64(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// Mixes a state into a word, in another way than [`mix64`].
///
/// Source: Austin Appleby, `MurmurHash3` (2011), the 64-bit finalizer.
#[inline]
pub(super) const fn mix64_murmur(state: u64) -> u64 {
    let state = (state ^ (state >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let state = (state ^ (state >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^ (state >> 33)
}

/// Mixes a state into a gamma: odd, and with enough bit transitions that its multiples are spread.
///
/// Source: Steele, Lea and Flood (2014), with the comparison as the JDK's `SplittableRandom` has it: a gamma with *fewer* than 24 transitions is the one that is fixed up.
#[inline]
pub(super) const fn mix_gamma(state: u64) -> u64 {
    let gamma = mix64_murmur(state) | 1;
    if (gamma ^ (gamma >> 1)).count_ones() < 24 { gamma ^ 0xaaaa_aaaa_aaaa_aaaa } else { gamma }
}
