//! Questions around runs: what a change of policy does, and what scenario has the traffic of a trace.

mod diff;
pub mod fit;

pub use diff::{
    Change, Comparison, CountChange, DiffError, DiffSummary, GroupDiff, HoursDiff, MetricDiff,
    Policy, ReasonDiff, Side, Verdict, Verdicts, WorkspaceComparison, WorkspaceDiff,
    WorkspaceShare, diff, diff_schema,
};
