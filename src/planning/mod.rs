//! Questions that take several runs to answer.

mod diff;

pub use diff::{
    Change, Comparison, CountChange, DiffError, DiffSummary, GroupDiff, HoursDiff, MetricDiff,
    Policy, ReasonDiff, Side, Verdict, Verdicts, WorkspaceComparison, WorkspaceDiff,
    WorkspaceShare, diff, diff_schema,
};
