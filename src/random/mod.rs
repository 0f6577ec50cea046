//! Randomness: counter-based streams keyed by names and indexes, and distributions drawn from them.
//!
//! Nothing here has a state that a simulation must carry along. A [`Key`] names a purpose by a
//! chained hash of the seed, names and indexes: seed, replication, group, workspace, line, agent,
//! purpose. A key opens a [`Stream`], and draw number n of a stream is a [`Draw`], found in
//! constant time by [`Stream::at`]. A draw hands out as many words as one quantity may need, and
//! what one draw consumes moves no other draw. So the n-th message of an agent costs the same
//! credits whether or not other agents exist, in whatever order a kernel works and on however many
//! threads; changing one knob of a scenario leaves every other draw as it was (common random
//! numbers). A [`Distribution`] says what is wanted, its [`Sampler`] turns draws into it.
//!
//! # What must not change
//!
//! Which words a key, a stream and a draw yield, and how a sampler uses them, is part of what a
//! released version promises: the same scenario and seed give the same bytes, on every machine.
//! Only integer arithmetic, the IEEE 754 operations (`+ - * /`, square root, comparison, rounding)
//! and the transcendental functions of the crate `libm` are used, because those of `std` come from
//! the platform and differ in their last bits. `tests/pins.rs` holds literal values.
//!
//! # Where the crate `rand` is used
//!
//! [`Draw`] implements its traits, so that any code written for `rand` can draw from our streams.
//! The crate `rand_distr` is the independent reference that our samplers are tested against. It is
//! not what we draw with: its draws may change from one release to the next, and its logarithms
//! come from `std` as soon as any dependency turns on `num-traits/std`. The thread-local generator
//! of `rand` is left out of the build, for it is seeded by the operating system.

mod mix;

mod draw;
mod key;
mod stream;

mod ziggurat;

mod gamma;
mod poisson;
mod weibull;

mod distribution;
mod empirical;
mod sampler;

pub use distribution::{Branch, Distribution};
pub use draw::Draw;
pub use empirical::Empirical;
pub use key::Key;
pub use sampler::Sampler;
pub use stream::Stream;

#[cfg(test)]
mod tests;
