//! What would have removed limit hits, on a terminal and on the page of a run.

mod telling;
mod terminal;

pub(super) use telling::{COLUMNS, LEGEND, ToldCause, asked, told};
pub use terminal::advise_terminal;
