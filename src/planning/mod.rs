//! Questions around runs: what would have removed limit hits, what a change of policy does, what changed between
//! results, what a grid of values does, which value is enough, what scenario has the traffic of a trace, and what
//! becomes of a scenario in wall-clock time.

mod advise;
mod compare;
mod diff;
pub mod drive;
mod fault;
pub mod fit;
mod grid;
mod size;
mod special;
mod sweep;

pub use advise::{
    AdviceSummary, AdviseError, AdviseOptions, AdviseWatch, CauseAdvice, Cost, Count, Effect,
    Figure, Remedy, RemedyKind, RemedyVerdict, advise, advise_schema,
};
pub use compare::{
    Better, CompareError, CompareMode, CompareSummary, CompareVerdict, ComparedResult, Difference,
    FAMILY_LEVEL, JudgedBy, MIN_EFFECT, MetricComparison, MetricVerdict, OtherDifference,
    VerdictCounts, compare, compare_schema, unfit_for_baseline,
};
pub use diff::{
    Change, Comparison, CountChange, DiffError, DiffSummary, GroupDiff, HoursDiff, MetricDiff,
    Policy, ReasonDiff, Side, Verdict, Verdicts, WorkspaceComparison, WorkspaceDiff,
    WorkspaceShare, diff, diff_schema,
};
pub use fault::QuestionFault;
pub use grid::{Grid, Point, Varied, short_keys};
pub use size::{
    Aim, Judged, Knob, MOST_REPLICATIONS, Setting, SettingCost, SizeError, SizeQuestion,
    SizeSummary, Tried, size, size_schema,
};
pub use sweep::{
    Chosen, PlanError, PointRecord, SweepError, SweepPlan, SweepSummary, SweepWatch, SweptPoint,
    Unfit, sweep, sweep_schema,
};
