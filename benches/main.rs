//! Benchmarks: one binary, a module for each part.

mod calendar;
mod drive;
mod engine;
mod limiters;
mod scenario;
mod streams;
mod trace;
mod verify;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    benches,
    calendar::bench,
    drive::bench,
    engine::bench,
    limiters::bench,
    scenario::bench,
    streams::bench,
    trace::bench,
    verify::bench
);
criterion_main!(benches);
