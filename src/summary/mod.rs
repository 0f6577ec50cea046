//! What a run measured, by name.

mod catalogue;

pub use catalogue::{Direction, FAMILIES, Label, MetricFamily, MetricState, Unit, family_of};
