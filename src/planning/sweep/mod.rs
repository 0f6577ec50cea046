//! What becomes of a scenario over a grid of values: its keys and points, their simulation beside each
//! other on the same draws, and what is kept of each.

mod chosen;
mod fault;
mod grid;
mod model;
mod plan;
mod quantity;
mod range;
mod record;
mod simulate;

pub use chosen::Chosen;
pub use fault::SweepFault;
pub use grid::{Grid, Point, Varied};
pub use model::{SweepSummary, SweptPoint, sweep_schema};
pub use plan::{PlanError, SweepPlan};
pub use record::{PointRecord, Unfit};
pub use simulate::{SweepError, SweepWatch, sweep};
