//! Floors: plain loops, each written for one work alone, that measure nothing. What a simulator
//! takes beyond them is what it costs to be one.

mod calendar;
mod counter;
mod measured;
mod one_queue;
mod pools;
mod shared;
mod timers;

pub(crate) use measured::measured;
pub(crate) use one_queue::{recursion, two_events};
pub(crate) use pools::{heap_apart, slots_apart, wheel_world};
pub(crate) use shared::shared;
pub(crate) use timers::{binary_heap, four_ary_heap, wheel};
