//! Results that were written before.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::log::DecisionLog;
use crate::report::folder::replace_file;
use crate::report::write::ReportError;
use crate::summary::{BASELINE, Replications, Saved, Summary};

/// Why a result could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is no result.
    #[error("{} {what}", path.display())]
    NoResult {
        /// The file or folder.
        path: PathBuf,
        /// What it is or lacks, in words that follow its name.
        what: String,
    },
}

/// What no summary and no list of replications is longer than \[bytes\]: what is, is something else, and
/// need not fill the memory.
const MOST_BYTES: u64 = 1 << 30;

/// Reads a result: a folder that a run or a drive has written, its `summary.json`, or a baseline.
///
/// # Errors
///
/// [`ReadError`] names the file, and says what is wrong with it.
pub fn read_saved(path: &Path) -> Result<Saved, ReadError> {
    let is_folder = path.is_dir();
    let file = if is_folder { path.join("summary.json") } else { path.to_owned() };
    if is_folder && !file.exists() {
        let what = if path.join("diff.json").exists() {
            "holds no result of a run, but a comparison of two policies"
        } else {
            "holds no summary.json, so it is no result"
        };
        return Err(wrong(path, what));
    }
    let text = read(&file)?;
    let json: Value = serde_json::from_slice(&text)
        .map_err(|error| wrong(&file, &format!("is no JSON: {error}")))?;
    if let Some(name) = control_character(&json) {
        return Err(wrong(&file, &format!("has {name:?} in it, which is no text of a result")));
    }
    if json.get("baseline").is_some() {
        let saved: Saved = typed(&file, "baseline", json)?;
        if saved.baseline != BASELINE {
            let version = saved.baseline;
            let what =
                format!("is a baseline of version {version}, and version {BASELINE} is known");
            return Err(wrong(&file, &what));
        }
        return Ok(saved);
    }
    if json.get("groups").is_none() || json.get("scenario").is_none() {
        let what = if json.get("a").is_some() && json.get("b").is_some() {
            "is no result of a run, but a comparison of two policies"
        } else {
            "is JSON, but neither summary.json of a result nor a baseline"
        };
        return Err(wrong(&file, what));
    }
    let summary: Summary = typed(&file, "summary", json)?;
    let beside = file.parent().unwrap_or(Path::new(""));
    let mut saved = Saved::new(summary, replications(&beside.join("replications.csv"))?);
    saved.driven = is_driven(&beside.join("decisions.csv"))?;
    Ok(saved)
}

/// Keeps a result as a baseline, in a file. A file that is there must be an older baseline.
///
/// # Errors
///
/// [`ReadError`] if something else is there, or if what is there cannot be read.
pub fn save_baseline(path: &Path, saved: &Saved) -> Result<Result<(), ReportError>, ReadError> {
    if path.exists() {
        let is_baseline = path.is_file()
            && serde_json::from_slice::<Value>(&read(path)?)
                .is_ok_and(|json| json.get("baseline").is_some());
        if !is_baseline {
            return Err(wrong(path, "is there, and is no baseline that may be replaced"));
        }
    }
    Ok(replace_file(path, saved.to_json().as_bytes()))
}

fn wrong(path: &Path, what: &str) -> ReadError {
    ReadError::NoResult { path: path.to_owned(), what: what.to_owned() }
}

fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    let io = |source| ReadError::Io { path: path.to_owned(), source };
    let mut text = Vec::new();
    let mut file = File::open(path).map_err(io)?.take(MOST_BYTES);
    file.read_to_end(&mut text).map_err(io)?;
    if text.len() as u64 == MOST_BYTES {
        return Err(wrong(path, "is longer than a GiB, so it is no result"));
    }
    Ok(text)
}

/// Turns JSON into what it should be, or says where it is not.
fn typed<T: DeserializeOwned>(path: &Path, kind: &str, json: Value) -> Result<T, ReadError> {
    serde_path_to_error::deserialize(json).map_err(|error| {
        let (place, why) = (error.path().to_string(), error.into_inner());
        wrong(path, &format!("is no {kind} that this limitlab knows, at {place}: {why}"))
    })
}

/// A text of the document that would do something to a terminal, if there is one.
fn control_character(json: &Value) -> Option<&str> {
    let is_bad = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
    match json {
        Value::String(text) => Some(text.as_str()).filter(|text| is_bad(text)),
        Value::Array(parts) => parts.iter().find_map(control_character),
        Value::Object(parts) => parts.iter().find_map(|(name, part)| {
            Some(name.as_str())
                .filter(|it| it.contains(char::is_control))
                .or_else(|| control_character(part))
        }),
        _ => None,
    }
}

/// The metrics by replication, if there is such a file.
fn replications(path: &Path) -> Result<Replications, ReadError> {
    if !path.exists() {
        return Ok(Replications::default());
    }
    Replications::from_csv(&read(path)?)
        .map_err(|error| wrong(path, &format!("is wrong in {error}")))
}

/// Whether the log of decisions beside a summary, if there is one, is of a drive: such a log does not
/// know the very instants of what it tells.
fn is_driven(log: &Path) -> Result<bool, ReadError> {
    let io = |source| ReadError::Io { path: log.to_owned(), source };
    let mut file = match File::open(log) {
        Ok(file) => file.take(1 << 12),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(io(error)),
    };
    let mut head = Vec::new();
    file.read_to_end(&mut head).map_err(io)?;
    let head = String::from_utf8_lossy(&head);
    let exact = DecisionLog::exact_head().join(",");
    Ok(head.lines().nth(1).is_some_and(|row| row != exact))
}
