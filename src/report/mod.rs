//! Reports: what a run leaves behind in a folder, and what it shows on a terminal.
//!
//! Nothing here prints, and nothing is computed that `summary.json` should hold: figures are only
//! rounded, and series and histograms only laid out.

mod format;
mod terminal;
mod write;

pub use terminal::terminal;
pub use write::{Outputs, ReportError, write};
