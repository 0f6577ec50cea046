//! Scenario files: strict YAML in, a [`Scenario`] with no doubt left in it out, or every mistake of
//! the file at once, each with its place.

pub mod absent;
mod ahead;
mod at;
mod backend;
mod bins;
mod check;
mod checked;
mod clocks;
mod declared;
mod digest;
mod discipline;
mod encoding;
mod estimate;
mod explain;
mod fault;
mod files;
mod flaw;
mod guide;
mod import;
mod load;
mod merge;
mod model;
pub mod occurs;
mod overrides;
mod precision;
mod reading;
mod recorded;
mod render;
mod schema;
mod selected;
mod settling;
mod shape;
mod source;
mod starter;
mod suggest;
mod threshold;
mod tree;
mod types;
mod validate;
mod warnings;
mod words;
mod yaml;

pub use checked::Checked;
pub use declared::DeclaredPlan;
pub use discipline::{Aimd, Codel, Discipline, Shed, Utilisation};
pub use explain::{describe, in_theory};
pub use fault::{Faults, Place, ScenarioError, ScenarioFault};
pub use flaw::{Flaw, Flaws};
pub use guide::guide;
pub use load::{Loaded, load, parse};
pub use model::{
    Backend, BackendScope, BillingAnchor, Drain, Group, Offer, Scenario, default_start,
};
pub use overrides::Override;
pub use precision::Precision;
pub use recorded::{Recorded, RecordedPart, Recording};
pub use render::Colour;
pub use schema::scenario_schema;
pub use settling::Settling;
pub use source::Source;
pub use starter::{StarterOptions, starter};
pub(crate) use suggest::did_you_mean;
pub use threshold::{Comparison, Threshold};
pub(crate) use validate::read_metric;
pub use warnings::warnings;
