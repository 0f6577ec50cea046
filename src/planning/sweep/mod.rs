//! What becomes of a scenario over a grid of values: the simulation of its points beside each other on the
//! same draws, and what is kept of each.

mod chosen;
mod model;
mod plan;
mod record;
mod simulate;

pub use chosen::Chosen;
pub use model::{SweepSummary, SweptPoint, sweep_schema};
pub use plan::{PlanError, SweepPlan};
pub use record::{PointRecord, Unfit};
pub use simulate::{SweepError, SweepWatch, sweep};
