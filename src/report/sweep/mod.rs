//! What a sweep leaves behind in its folder, and what it shows on a terminal.

mod folder;
mod table;
mod terminal;

pub use folder::SweepFolder;

use self::folder::{MARK, TABLE};
use self::table::Table;
use super::folder::{failed, put};
use super::plots::{png, sweep_plots};
use super::write::ReportError;
use crate::planning::{SweepPlan, SweepSummary};

/// Writes what comes of a sweep whose points are all finished: the table, the plots, and last of all
/// `sweep.json`, which is what it answers. Points and plots of other sweeps in the folder are removed.
///
/// # Errors
///
/// [`ReportError`] names the file. Every file is then whole, and the points are all there.
pub fn write_sweep(
    folder: &SweepFolder,
    plan: &SweepPlan,
    mut summary: SweepSummary,
    png_too: bool,
) -> Result<SweepSummary, ReportError> {
    let path = folder.path(TABLE);
    // Read one by one: all points together might not fit in memory.
    put(&path, |file| {
        let io = |error: csv::Error| failed("write", &path)(error.into());
        let mut table = Table::new(file, &plan.grid).map_err(io)?;
        for (index, scenario) in plan.scenarios.iter().enumerate() {
            let point = plan.grid.point(index);
            let record = folder.read(&point, scenario)?;
            table.add(&record).map_err(io)?;
            summary.add(&point, &plan.chosen, &record.summary);
        }
        table.finish().map_err(failed("write", &path))
    })?;
    summary.finish(&plan.chosen, plan.is_asked);
    let mut names: Vec<String> = Vec::new();
    for plot in sweep_plots(plan, &summary) {
        if png_too {
            let file = format!("plots/{}.png", plot.name);
            let bytes =
                png(&plot.svg).map_err(|why| ReportError::Render { file: file.clone(), why })?;
            folder.put(&file, &bytes)?;
            names.push(format!("{}.png", plot.name));
        }
        folder.put(&format!("plots/{}.svg", plot.name), plot.svg.as_bytes())?;
        names.push(format!("{}.svg", plot.name));
    }
    names.sort();
    let mut ids: Vec<String> = summary.points.iter().map(|point| point.id.clone()).collect();
    ids.sort();
    folder.clear_others(&ids, &names)?;
    folder.put(MARK, summary.to_json().as_bytes())?;
    Ok(summary)
}

/// A sweep in `width` columns (80 to 100 are used); with ANSI colours if `colour`, which never carry a
/// meaning of their own.
pub fn sweep_terminal(
    plan: &SweepPlan,
    summary: &SweepSummary,
    colour: bool,
    width: usize,
) -> String {
    terminal::text(plan, summary, colour, width)
}
