//! Questions around runs: what a change of policy does, what scenario has the traffic of a trace, and
//! what becomes of a scenario in wall-clock time.

mod diff;
pub mod drive;
pub mod fit;

pub use diff::{
    Change, Comparison, CountChange, DiffError, DiffSummary, GroupDiff, HoursDiff, MetricDiff,
    Policy, ReasonDiff, Side, Verdict, Verdicts, WorkspaceComparison, WorkspaceDiff,
    WorkspaceShare, diff, diff_schema,
};
