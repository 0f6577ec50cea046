//! Results in a folder, whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::builds::{Uncertain, run_junit, run_markdown};
use super::folder::{Content, ResultFile, replace};
use super::html::html;
use super::latency::{latency_csv, latency_hgrm};
use super::limit_hits::limit_hits_csv;
use super::plots::{plots, png};
use super::replications::replications_csv;
use super::section::sections;
use super::series::series_csv;
use crate::measure::Measures;
use crate::planning::{AdviceSummary, Unfit};
use crate::scenario::Scenario;
use crate::summary::{Replications, Summary};

/// Which files are written besides those that always are. None of them changes another file, but for
/// advice, which the page tells too.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outputs {
    /// Each plot as PNG too.
    pub png: bool,
    /// The log of decisions that was written [beside](super::beside) the folder, to be moved into it.
    pub decisions: Option<PathBuf>,
    /// The figures of each replication by itself, where there are several.
    pub replications: Replications,
    /// What would have removed the limit hits, where that was asked for: a file, and a section of the
    /// page.
    pub advice: Option<AdviceSummary>,
    /// The thresholds as JUnit XML, for a server of builds.
    pub junit: bool,
    /// The summary in Markdown, which is what [`run_markdown`] answers.
    pub markdown: bool,
    /// What these two make of thresholds that are not certain to hold.
    pub uncertain: Uncertain,
}

/// Why results could not be written. What was in the folder before is then still there.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The folder holds something that is not a result of limitlab.
    #[error(
        "{} is not empty and holds neither summary.json nor diff.json, so it is not a result that \
         may be replaced",
        folder.display()
    )]
    NotAResult {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds something besides a result.
    #[error(
        "{} is no part of the result beside it, which is replaced as a whole: move it, or write into \
         another folder",
        path.display()
    )]
    NotAPart {
        /// What it is.
        path: PathBuf,
    },
    /// The folder holds something that is not a sweep.
    #[error(
        "{} is not empty and holds no sweep.json, so it is not a sweep that may be continued or replaced",
        folder.display()
    )]
    NotASweep {
        /// The folder.
        folder: PathBuf,
    },
    /// Another process writes into the folder.
    #[error("another sweep is writing to {}", folder.display())]
    Taken {
        /// The folder.
        folder: PathBuf,
    },
    /// The place of the folder is taken by something that is not a folder.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The place.
        path: PathBuf,
    },
    /// A file or folder could not be read, written or renamed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried: `write`, `move aside` and so on.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A finished point is not there any more as it was written.
    #[error("cannot read {} back: it is {why}", path.display())]
    PointLost {
        /// Its file.
        path: PathBuf,
        /// What became of it.
        why: Unfit,
    },
    /// A file could not be made from the figures.
    #[error("cannot make {file}: {why}")]
    Render {
        /// The file, relative to the folder.
        file: String,
        /// Why not.
        why: String,
    },
}

/// Writes the results of a run into `folder`, replacing an older result there.
///
/// Whole or not at all: everything is written to a temporary folder beside it, which then takes
/// its place by a rename. A folder that is neither empty nor an older result is left alone.
///
/// # Errors
///
/// [`ReportError`] names the file. An older result is then untouched.
pub fn write(
    folder: &Path,
    scenario: &Scenario,
    summary: &Summary,
    measures: &Measures,
    outputs: &Outputs,
) -> Result<(), ReportError> {
    replace(folder, &files(scenario, summary, measures, outputs)?)
}

/// All files of a result.
fn files(
    scenario: &Scenario,
    summary: &Summary,
    measures: &Measures,
    outputs: &Outputs,
) -> Result<Vec<ResultFile>, ReportError> {
    let sections = sections(scenario, measures);
    let plots = plots(scenario, measures);
    let mut files = Vec::new();
    let mut add = |name: &str, bytes: Result<Vec<u8>, String>| {
        let name = name.to_owned();
        match bytes {
            Ok(bytes) => files.push(ResultFile { name, content: Content::Bytes(bytes) }),
            Err(why) => return Err(ReportError::Render { file: name, why }),
        }
        Ok(())
    };
    add("summary.json", Ok(summary.to_json().into_bytes()))?;
    add("latency.csv", text(latency_csv(&sections)))?;
    add("latency.hgrm", Ok(latency_hgrm(&sections).into_bytes()))?;
    add("limit_hits.csv", text(limit_hits_csv(&sections)))?;
    add("series.csv", text(series_csv(scenario, measures, &sections)))?;
    if outputs.replications.count() > 1 {
        add("replications.csv", text(replications_csv(&outputs.replications)))?;
    }
    if let Some(advice) = &outputs.advice {
        add("advice.json", Ok(advice.to_json().into_bytes()))?;
    }
    for plot in &plots {
        add(&format!("plots/{}.svg", plot.name), Ok(plot.svg.clone().into_bytes()))?;
        if outputs.png {
            add(&format!("plots/{}.png", plot.name), png(&plot.svg))?;
        }
    }
    add("report.html", text(html(scenario, summary, outputs.advice.as_ref(), &plots)))?;
    if outputs.junit {
        add("junit.xml", text(run_junit(scenario, summary, outputs.uncertain)))?;
    }
    if outputs.markdown {
        let told = run_markdown(scenario, summary, outputs.uncertain);
        add("summary.md", Ok(told.into_bytes()))?;
    }
    files.extend(outputs.decisions.iter().map(|written| ResultFile {
        name: "decisions.csv".to_owned(),
        content: Content::Beside(written.clone()),
    }));
    Ok(files)
}

pub(super) fn text<E: std::fmt::Display>(text: Result<String, E>) -> Result<Vec<u8>, String> {
    text.map(String::into_bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::report::fixture::small;
    use crate::summary::Finished;

    #[test]
    fn a_result_has_its_files_and_the_same_bytes_every_time() {
        let (scenario, measures, summary) = small();
        let outputs = Outputs { png: true, ..Outputs::default() };
        let first = files(&scenario, &summary, &measures, &outputs).unwrap();
        let second = files(&scenario, &summary, &measures, &outputs).unwrap();
        for (first, second) in first.iter().zip(&second) {
            assert_eq!(first.name, second.name);
            assert!(first.content == second.content, "{} differs", first.name);
        }
        let names: Vec<&str> = first.iter().map(|file| file.name.as_str()).collect();
        insta::assert_snapshot!(names.join("\n"), @r"
        summary.json
        latency.csv
        latency.hgrm
        limit_hits.csv
        series.csv
        plots/limit_hits.svg
        plots/limit_hits.png
        plots/hits_per_workspace.svg
        plots/hits_per_workspace.png
        plots/credits_left.svg
        plots/credits_left.png
        plots/active_agents.svg
        plots/active_agents.png
        plots/latency_percentiles.svg
        plots/latency_percentiles.png
        plots/latency_over_time.svg
        plots/latency_over_time.png
        plots/backend.svg
        plots/backend.png
        report.html
        ");
    }

    #[test]
    fn options_add_files_and_change_none() {
        let (scenario, measures, summary) = small();
        let write_to = |folder: &Path, all| {
            let outputs = Outputs { png: all, junit: all, markdown: all, ..Outputs::default() };
            write(folder, &scenario, &summary, &measures, &outputs).unwrap();
        };
        let home = tempfile::tempdir().unwrap();
        let (plain, more) = (home.path().join("plain"), home.path().join("more"));
        write_to(&plain, false);
        write_to(&more, true);
        for file in files(&scenario, &summary, &measures, &Outputs::default()).unwrap() {
            let [plain, more] = [&plain, &more].map(|it| fs::read(it.join(&file.name)).unwrap());
            assert!(plain == more, "{} differs", file.name);
        }
        for file in ["plots/limit_hits.png", "junit.xml", "summary.md"] {
            assert!(!plain.join(file).exists() && more.join(file).exists(), "{file}");
        }
        // What an older result had is gone with it.
        write_to(&more, false);
        assert!(!more.join("junit.xml").exists() && !more.join("summary.md").exists());
    }

    #[test]
    fn replications_are_told_apart_where_there_are_several() {
        let (scenario, measures, mut summary) = small();
        let mut outputs = Outputs::default();
        let names = |outputs: &Outputs, summary: &Summary| {
            let files = files(&scenario, summary, &measures, outputs).unwrap();
            let told = files.into_iter().find(|file| file.name == "replications.csv");
            told.map(|file| match file.content {
                Content::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
                Content::Beside(_) => String::new(),
            })
        };
        let mut finished = Finished::default();
        finished.add(0, &summary);
        assert_eq!(names(&outputs, &summary), None);
        let changed = summary.groups[0].metrics.get_mut("messages.offered").unwrap();
        (changed.value, changed.ci95) = (None, None);
        finished.add(1, &summary);
        outputs.replications = finished.in_order();
        let text = names(&outputs, &summary).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("group,metric,replication,value"));
        let first = lines.next().unwrap();
        assert!(first.starts_with("all,messages.offered,1,"), "{first}");
        assert_eq!(lines.next(), Some("all,messages.offered,2,"));
    }

    #[test]
    fn the_summary_reads_back() {
        let (scenario, measures, summary) = small();
        let home = tempfile::tempdir().unwrap();
        write(home.path(), &scenario, &summary, &measures, &Outputs::default()).unwrap();
        let text = fs::read_to_string(home.path().join("summary.json")).unwrap();
        assert!(text.ends_with("}\n"));
        assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);
    }
}
