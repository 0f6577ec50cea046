//! The figures of each replication by itself: what two runs on the same draws are compared by.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::model::{GroupSummary, Summary};

/// The metrics of each replication: by group, by metric, then from the first replication on. `None`
/// where a replication observed nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Replications(IndexMap<String, IndexMap<String, Vec<Option<f64>>>>);

/// Where `replications.csv` is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct ReplicationsError {
    /// From 1 on.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

impl Replications {
    /// The columns of `replications.csv`.
    pub const COLUMNS: [&str; 4] = ["group", "metric", "replication", "value"];

    /// More replications than any scenario may have are a mistake, and would take memory.
    const MOST: usize = 100_000;

    /// Reads the text of `replications.csv`: a row for each group, metric and replication, of which those
    /// of one metric are in the order of the replications, from 1 on. The value is empty where nothing
    /// was observed.
    ///
    /// # Errors
    ///
    /// [`ReplicationsError`] says which line is none of that, and why.
    pub fn from_csv(text: &[u8]) -> Result<Self, ReplicationsError> {
        let mut reader = csv::Reader::from_reader(text);
        let wrong = |line, what: &str| ReplicationsError { line, what: what.to_owned() };
        let unreadable = |error: csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            wrong(line, "it is no row of four values")
        };
        if *reader.headers().map_err(unreadable)? != Self::COLUMNS[..] {
            return Err(wrong(1, "the columns must be group,metric,replication,value"));
        }
        let mut found = Self::default();
        for row in reader.records() {
            let row = row.map_err(unreadable)?;
            let line = row.position().map_or(1, csv::Position::line);
            let [group, metric, number, value] = [&row[0], &row[1], &row[2], &row[3]];
            let value = match value {
                "" => None,
                text => match text.parse::<f64>() {
                    Ok(value) if value.is_finite() => Some(value),
                    _ => return Err(wrong(line, &format!("`{text}` is no number"))),
                },
            };
            let values = found.0.entry(group.to_owned()).or_default();
            let values = values.entry(metric.to_owned()).or_default();
            if number.parse() != Ok(values.len() + 1) || values.len() == Self::MOST {
                let what = format!("the replication is `{number}`, and not {}", values.len() + 1);
                return Err(wrong(line, &what));
            }
            values.push(value);
        }
        Ok(found)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a metric of a group was in each replication; nothing where that is not known.
    pub fn of(&self, group: &str, metric: &str) -> &[Option<f64>] {
        self.0.get(group).and_then(|metrics| metrics.get(metric)).map_or(&[], Vec::as_slice)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.values().next().and_then(|metrics| metrics.values().next()).map_or(0, Vec::len)
    }

    /// Every value: its group, its metric, the number of its replication from 1 on, and what it is.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str, usize, Option<f64>)> {
        self.0.iter().flat_map(|(group, metrics)| {
            metrics.iter().flat_map(move |(metric, values)| {
                let numbered = (1..).zip(values);
                numbered
                    .map(move |(number, value)| (group.as_str(), metric.as_str(), number, *value))
            })
        })
    }

    /// Sets what a metric of a group was in each replication.
    pub fn set(&mut self, group: &str, metric: &str, values: Vec<Option<f64>>) {
        self.0.entry(group.to_owned()).or_default().insert(metric.to_owned(), values);
    }
}

/// The figures of replications that are finished in any order.
#[derive(Debug, Default)]
pub struct Finished {
    /// Which: of a group (or `all`), by its name in summary.json.
    columns: Vec<(String, String)>,
    /// The values by the number of the replication.
    rows: BTreeMap<u32, Vec<Option<f64>>>,
}

/// Figures that are there in some replications only are not told: whether there is a trend to speak of
/// depends on the draws.
const NOW_AND_THEN: &str = "backlog.growth";

impl Finished {
    /// Takes up the summary of a replication, by its number.
    pub fn add(&mut self, number: u32, summary: &Summary) {
        if self.columns.is_empty() {
            let of = |(group, it): (&str, &GroupSummary)| {
                let names = it.metrics.keys().filter(|name| *name != NOW_AND_THEN);
                names.map(|name| (group.to_owned(), name.clone())).collect::<Vec<_>>()
            };
            self.columns = summary.wholes().flat_map(of).collect();
        }
        let value = |(group, name): &(String, String)| summary.metric(group, name)?.value;
        self.rows.insert(number, self.columns.iter().map(value).collect());
    }

    /// All of them, in order.
    pub fn in_order(self) -> Replications {
        let mut all = Replications::default();
        for (place, (group, metric)) in self.columns.iter().enumerate() {
            all.set(group, metric, self.rows.values().map(|row| row[place]).collect());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "group,metric,replication,value\n";

    fn read(rows: &str) -> Result<Replications, String> {
        let text = format!("{HEAD}{rows}");
        Replications::from_csv(text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn replications_are_read_in_any_order_of_metrics() {
        let rows =
            "all,wait.p99,1,0.25\nshops,wait.p99,1,\nall,wait.p99,2,1e-3\nshops,wait.p99,2,3\n";
        let found = read(rows).unwrap();
        assert_eq!(found.of("all", "wait.p99"), [Some(0.25), Some(0.001)]);
        assert_eq!(found.of("shops", "wait.p99"), [None, Some(3.0)]);
        assert!(found.of("all", "wait.p50").is_empty() && found.of("labs", "wait.p99").is_empty());
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Replications>(&json).unwrap(), found);
        assert!(read("").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_row_of_replications_is_told_with_its_line() {
        for (rows, told) in [
            ("all,wait.p99,2,1\n", "line 2: the replication is `2`, and not 1"),
            ("all,wait.p99,1,1\nall,wait.p99,1,1\n", "line 3: the replication is `1`, and not 2"),
            ("all,wait.p99,first,1\n", "line 2: the replication is `first`, and not 1"),
            ("all,wait.p99,1,inf\n", "line 2: `inf` is no number"),
            ("all,wait.p99,1,1 s\n", "line 2: `1 s` is no number"),
            ("all,wait.p99,1\n", "line 2: it is no row of four values"),
        ] {
            assert_eq!(read(rows).unwrap_err(), told);
        }
        let other = Replications::from_csv(b"group,metric,value\n").unwrap_err();
        assert_eq!(other.to_string(), "line 1: the columns must be group,metric,replication,value");
        assert!(Replications::from_csv(b"\xff\xfe").is_err());
    }
}
