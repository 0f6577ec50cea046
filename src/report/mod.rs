//! Reports: what a run leaves behind in a folder, and what it shows on a terminal.
//!
//! Nothing here prints, and nothing is computed that `summary.json` or `diff.json` should hold: figures are only
//! rounded, and series and histograms only laid out.

mod advise;
mod builds;
mod columns;
mod compare;
mod diff;
mod driven;
mod folder;
mod format;
mod html;
mod latency;
mod limit_hits;
mod markup;
mod plots;
mod replications;
mod screen;
mod section;
mod series;
mod size;
mod story;
mod sweep;
mod telling;
mod terminal;
mod verified;
mod words;
mod write;

#[cfg(test)]
mod fixture;

pub use advise::advise_terminal;
pub use builds::{Uncertain, run_markdown};
pub use compare::{
    ReadError, compare_junit, compare_markdown, compare_terminal, read_saved, save_baseline,
    write_document,
};
pub use diff::{diff_terminal, write_diff};
pub use driven::driven_terminal;
pub use folder::{beside, check_folder};
pub use size::size_terminal;
pub use story::story_terminal;
pub use sweep::{SweepFolder, sweep_terminal, write_sweep};
pub use terminal::terminal;
pub use verified::verified_terminal;
pub use words::shell_word;
pub use write::{Outputs, ReportError, write};

/// The text of a finished CSV file.
fn finish(writer: csv::Writer<Vec<u8>>) -> String {
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("only text was written")
}
