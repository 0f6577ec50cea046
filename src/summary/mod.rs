//! The result model and its file, `summary.json`: metrics by name, for every group.

mod backlog;
mod catalogue;
mod intervals;
mod model;
mod read_out;
mod replications;
mod saved;
mod selector;
mod windows;

pub use backlog::{Backlog, backlog};
pub use catalogue::{
    Direction, FAMILIES, Label, MetricFamily, MetricState, TIMED_OUT, Unit, family_of,
    family_of_metric,
};
pub use model::{
    CauseSummary, GroupSummary, Identity, Metric, Over, RunFigures, Summary, ThresholdSummary,
    ThresholdVerdict, Validity, Verdict, summary_schema,
};
pub use read_out::summarise;
pub use replications::{Finished, Replications, ReplicationsError};
pub use saved::{BASELINE, Saved};
pub use selector::Selector;
pub use windows::{WINDOWED, WindowValue, asks_for, is_of_lost, is_windowed, over_windows};
