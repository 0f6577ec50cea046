//! Scenario files: strict YAML in, a [`Scenario`] with no doubt left in it out, or every mistake of
//! the file at once, each with its place.

mod at;
mod check;
mod checked;
mod digest;
mod encoding;
mod estimate;
mod explain;
mod fault;
mod files;
mod guide;
mod import;
mod load;
mod merge;
mod model;
pub mod occurs;
mod overrides;
mod reading;
mod render;
mod schema;
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
pub use explain::describe;
pub use fault::{Faults, Place, ScenarioError, ScenarioFault};
pub use guide::guide;
pub use load::{Loaded, load, parse};
pub use model::{Backend, BackendScope, BillingAnchor, Drain, Group, Offer, Scenario};
pub use overrides::Override;
pub use render::Colour;
pub use schema::scenario_schema;
pub use source::Source;
pub use starter::{StarterOptions, starter};
pub use threshold::{Comparison, Threshold};
pub use warnings::warnings;
