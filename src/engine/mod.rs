//! Simulation by discrete events in virtual time.
//!
//! A cell is one workspace with its calendar of events. Without a platform-wide backend
//! workspaces never meet: each cell runs alone from start to end, on any thread, and its memory is
//! used again for the next one (`independent`). With one they meet in its servers only: the cell
//! whose next event is earliest goes first (`coupled`). Servers whose completions cannot be known
//! on arrival are a `station`, which has instants of its own.

mod by_workspace;
mod calendar;
mod cell;
mod coupled;
mod earliest;
mod frame;
mod independent;
mod journal;
mod kernel;
mod lines;
mod model;
mod recording;
mod replicate;
mod run;
mod servers;
mod settle;
mod slab;
mod spread;
mod station;
mod watch;
mod wheel;
mod windowed;

pub use by_workspace::{ByWorkspace, WorkspaceRecord, run_by_workspace};
pub use calendar::{Calendar, Class};
pub(crate) use frame::frame;
pub use run::{EngineError, Outcome, RunOptions, run, run_logged};
pub use settle::settle;
pub use watch::Watch;
