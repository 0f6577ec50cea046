//! Measuring: counters, histograms, series and their intervals.
//!
//! Everything that is collected is an integer, and merges by addition, maximum or concatenation of
//! counts: so the result does not depend on which thread simulated which workspace. Floats appear
//! only when a figure is read out.
//!
//! A [`Tally`] collects one workspace; [`GroupMeasures`] collects what is histogrammed at once and
//! takes up the tallies of finished workspaces.

mod backend;
mod batches;
mod binned;
mod blocked;
mod books;
mod capacity;
mod cause;
mod cohorts;
mod counted;
mod credits;
mod damage;
mod features;
mod group;
mod histogram;
mod hits;
mod jackknife;
mod levels;
mod lives;
mod moments;
mod money;
mod platform;
mod ratio;
mod sections;
mod series;
mod shadow;
mod tally;
mod timing;
mod whole;
mod window;

pub use backend::{Ahead, BackendMeasures, Served};
pub use batches::{BatchSums, Batches};
pub use binned::{BinnedMessages, BinnedTimes, ByBin};
pub use blocked::{BlockedFigures, BlockedTally, WorkspaceFigures};
pub use capacity::Capacity;
pub use cause::{Cause, Causes, GroupCauses, LimiterCause};
pub use cohorts::Cohorts;
pub use credits::{CreditMeasures, CreditTally};
pub use damage::DamageTally;
pub use features::Features;
pub use group::{GroupFrame, GroupMeasures, Reply};
pub use histogram::{Bucket, Histogram, Ranks};
pub use hits::{HitMeasures, HitTally};
pub use levels::LevelTally;
pub(crate) use moments::student_975;
pub use moments::{Interval, PairMoments};
pub use money::MoneyTally;
pub use platform::PlatformMeasures;
pub use ratio::{Kind, Ratio, ratios};
pub use sections::{Family, Quantiles, Sections, Seen, section_of};
pub use series::{CreditFan, HeatMap, Series, SlotLimit, Track};
pub use shadow::{GroupShadows, Shadows};
pub use tally::{AgentTally, Tally};
pub use timing::Timing;
pub use whole::{Frame, Interruption, Measures, PlanFrame, PlanMeasures, Whose};
pub use window::Window;
