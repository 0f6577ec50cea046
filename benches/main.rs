//! Benchmarks: one binary, a module for each part.

mod calendar;
mod engine;

use criterion::{criterion_group, criterion_main};

criterion_group!(benches, calendar::bench, engine::bench);
criterion_main!(benches);
