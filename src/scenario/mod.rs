//! Scenario files: strict YAML in, a [`Scenario`] with no doubt left in it out, or every mistake of
//! the file at once, each with its place.

mod model;
mod threshold;

pub use model::{Backend, BackendScope, Drain, Group, Scenario};
pub use threshold::{Comparison, Threshold};
