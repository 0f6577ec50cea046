//! What is kept of a finished point, and how it is known to be whole and right.

use std::fmt::Write as _;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::planning::grid::Point;
use crate::summary::Summary;

/// A finished point. The same, byte for byte, for the same scenario and values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointRecord {
    /// Each key that is varied with its value, in the grid's order.
    pub values: IndexMap<String, String>,
    /// What came of it, but for what the run cost.
    pub summary: Summary,
}

/// Why what is kept of a point cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unfit {
    /// Nothing is kept of it.
    #[error("missing")]
    Missing,
    /// It is not what was written.
    #[error("broken")]
    Broken,
    /// It is of another scenario, or of other values.
    #[error("of another scenario")]
    OtherScenario,
    /// Another version of limitlab made it.
    #[error("made by limitlab {0}")]
    OtherVersion(String),
}

impl Point {
    /// What its file is called: the same wherever a point with these values is.
    ///
    /// # Panics
    ///
    /// Never: texts are always JSON.
    pub fn id(&self) -> String {
        let told = serde_json::to_vec(&self.values).expect("texts are always JSON");
        let mut id = sha256(&told);
        // 64 bits: among 10,000 points two are alike once in 10^11 sweeps, and then are not found.
        id.truncate(16);
        id
    }
}

/// What the last lines of a record begin and end with; the digest stands between.
const DIGEST: [&str; 2] = ["  \"sha256\": \"", "\"\n}\n"];

impl PointRecord {
    /// That of a point with the summary of its run.
    pub fn new(point: &Point, summary: Summary) -> Self {
        Self { values: point.values.clone(), summary: Summary { run: None, ..summary } }
    }

    /// The text of its file: JSON, whose last key `sha256` is the SHA-256 of all lines before its own.
    ///
    /// # Panics
    ///
    /// Never: plain structs, string keys and floats are always JSON.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a record is always JSON");
        // In the place of the end of the object.
        text.truncate(text.len() - "\n}".len());
        text.push_str(",\n");
        let digest = sha256(text.as_bytes());
        let [before, after] = DIGEST;
        text + before + &digest + after
    }

    /// Reads the file of a point whose scenario has this SHA-256.
    ///
    /// # Errors
    ///
    /// [`Unfit`] if it is not as it was written, of another scenario or of another version.
    pub fn read(text: &[u8], point: &Point, scenario: &str) -> Result<Self, Unfit> {
        let record = Self::whole(text).ok_or(Unfit::Broken)?;
        let version = &record.summary.limitlab;
        if version != env!("CARGO_PKG_VERSION") {
            return Err(Unfit::OtherVersion(version.clone()));
        }
        let same_values = record.values.iter().eq(&point.values);
        if !same_values || record.summary.scenario.sha256 != scenario {
            return Err(Unfit::OtherScenario);
        }
        Ok(record)
    }

    /// The record in a text, if every byte of it is as it was written.
    fn whole(text: &[u8]) -> Option<Self> {
        let text = str::from_utf8(text).ok()?;
        let [before, after] = DIGEST;
        let (told, digest) = text.strip_suffix(after)?.rsplit_once(before)?;
        (sha256(told.as_bytes()) == digest).then_some(())?;
        serde_json::from_str(text).ok()
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::grid::Grid;
    use crate::scenario::parse;
    use crate::{RunOptions, Watch, run};

    const YAML: &str = "{ limitlab: 1, name: small, duration: 1h, workspaces: [
        { group: shops, agents: [{ name: sales, traffic: { rate: 12/h } }] }] }";

    fn kept() -> (Point, PointRecord) {
        let grid = Grid::read(&["seed=1,2".to_owned()], &[]).unwrap();
        let point = grid.point(1);
        let overrides: Vec<_> = point.overrides().collect();
        let scenario = parse("small.yaml", YAML, &overrides).unwrap();
        let summary = run(&scenario, RunOptions::default(), &Watch::default()).unwrap().summary;
        let record = PointRecord::new(&point, summary);
        (point, record)
    }

    #[test]
    fn a_record_reads_back_for_its_own_point_alone() {
        let (point, record) = kept();
        let (text, scenario) = (record.to_json(), &record.summary.scenario.sha256);
        let read =
            |point: &Point, scenario: &str| PointRecord::read(text.as_bytes(), point, scenario);
        assert_eq!(read(&point, scenario), Ok(record.clone()));
        assert_eq!(read(&point, "0"), Err(Unfit::OtherScenario));
        let other = Grid::read(&["seed=3".to_owned()], &[]).unwrap().point(0);
        assert_eq!(read(&other, scenario), Err(Unfit::OtherScenario));
        let mut older = record.clone();
        older.summary.limitlab = "0.0.1".to_owned();
        let text = older.to_json();
        let read = PointRecord::read(text.as_bytes(), &point, scenario);
        assert_eq!(read, Err(Unfit::OtherVersion("0.0.1".to_owned())));
    }

    #[test]
    fn no_byte_can_be_changed_left_out_or_added() {
        let (point, record) = kept();
        let scenario = &record.summary.scenario.sha256;
        let text = record.to_json().into_bytes();
        let broken = |text: &[u8]| {
            assert_eq!(PointRecord::read(text, &point, scenario), Err(Unfit::Broken));
        };
        for at in (0..text.len()).step_by(37).chain(text.len() - 80..text.len()) {
            let mut other = text.clone();
            other[at] ^= 1;
            broken(&other);
            other.remove(at);
            broken(&other);
            broken(&text[..at]);
        }
        broken(&[&text[..], b"\n"].concat());
        broken(&[b" ", &text[..]].concat());
        broken(&[]);
    }

    #[test]
    fn the_digest_is_of_all_lines_before_it() {
        let (_, record) = kept();
        let text = record.to_json();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let told = lines[..lines.len() - 2].concat();
        assert_eq!(value["sha256"], sha256(told.as_bytes()).as_str());
    }
}
