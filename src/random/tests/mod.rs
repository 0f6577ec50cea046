//! Draws are what they claim to be. All seeds are fixed, so a test that passes once always does;
//! limits follow from each statistic's own distribution.

mod statistics;

mod pins;
mod streams;
mod words;

mod extremes;
mod laws;
mod mixtures;
mod moments;
mod reference;
mod ziggurats;

use super::{Branch, Distribution, Draw, Empirical, Key, Stream};

/// The stream that a test draws from.
fn stream(test: &str) -> Stream {
    Key::root(20_261_122).name(test).stream()
}

/// The first `count` draws of the stream named `test`.
fn draws(test: &str, count: u64) -> impl Iterator<Item = Draw> {
    let stream = stream(test);
    (0..count).map(move |n| stream.at(n))
}

/// `count` samples.
fn samples(test: &str, distribution: &Distribution, count: u64) -> Vec<f64> {
    let sampler = distribution.sampler();
    draws(test, count).map(|mut draw| sampler.sample(&mut draw)).collect()
}
