//! Names of streams.

use super::Stream;
use super::mix::{mix_gamma, mix64, mix64_murmur};

/// The name of a stream: a chained hash of what it belongs to.
///
/// Build it from the general to the particular, and keep the key of a workspace rather than hash
/// its path for each agent. Order matters; a name and an index never mean the same. Keys are 128
/// bits wide, so that no two of the 2^40 or so of the largest run share theirs by chance (odds
/// below 10^-14).
///
/// # Examples
///
/// ```
/// use limitlab::random::Key;
///
/// let workspace = Key::root(7).index(0).name("startup").index(41);
/// let arrivals = workspace.name("arrivals").stream();
/// let cost = workspace.name("cost").stream();
/// assert_ne!(arrivals.at(0).unit(), cost.at(0).unit());
/// assert_eq!(cost.at(5).unit(), workspace.name("cost").stream().at(5).unit());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    left: u64,
    right: u64,
}

/// What a word stands for when it is absorbed, so that a seed, an index and a name differ.
///
/// The values are digits of pi, as good as any without structure. Source: the fractional part of
/// pi in hexadecimal, as in Bruce Schneier, "Blowfish" (1993).
#[derive(Clone, Copy)]
#[repr(u64)]
enum Role {
    Seed = 0x243f_6a88_85a3_08d3,
    Index = 0x1319_8a2e_0370_7344,
    NameLength = 0xa409_3822_299f_31d0,
    NameBytes = 0x082e_fa98_ec4e_6c89,
    Stream = 0x4528_21e6_38d0_1377,
}

impl Key {
    /// The key of everything that one seed determines.
    pub const fn root(seed: u64) -> Self {
        Self { left: 0, right: 0 }.absorb(Role::Seed, seed)
    }

    /// The key of member `index` of what this key names.
    #[inline]
    pub const fn index(self, index: u64) -> Self {
        self.absorb(Role::Index, index)
    }

    /// The key of what is called `name` within what this key names.
    ///
    /// The length counts: `name("ab").name("c")` and `name("a").name("bc")` differ.
    pub const fn name(self, name: &str) -> Self {
        let mut key = self.absorb(Role::NameLength, name.len() as u64);
        let mut rest = name.as_bytes();
        while let Some((word, after)) = rest.split_first_chunk::<8>() {
            key = key.absorb(Role::NameBytes, u64::from_le_bytes(*word));
            rest = after;
        }
        if rest.is_empty() {
            return key;
        }
        let mut last = [0; 8];
        last.split_at_mut(rest.len()).0.copy_from_slice(rest);
        key.absorb(Role::NameBytes, u64::from_le_bytes(last))
    }

    /// The stream that this key names.
    ///
    /// It is also kept apart from the keys below: drawing from a workspace's stream says nothing
    /// about the streams of its agents.
    #[inline]
    pub const fn stream(self) -> Stream {
        let end = self.absorb(Role::Stream, 0);
        Stream::new(end.left, mix_gamma(end.right))
    }

    /// Adds a word to the chain.
    ///
    /// For a given word this is a permutation of the 128 bits, so keys that differ stay different
    /// under equal words. For a given key each half is a permutation of the word, so members of one
    /// group never share a start. The halves feed each other first: were they apart, one chance
    /// collision of a half would be inherited by all keys below.
    #[inline]
    const fn absorb(self, role: Role, word: u64) -> Self {
        let left = self.left.wrapping_add(self.right.rotate_left(32)).wrapping_add(role as u64);
        let right = self.right ^ left.rotate_left(17);
        Self { left: mix64(left ^ word), right: mix64_murmur(right ^ word) }
    }
}
