//! The figures of each replication by itself: what two runs on the same draws are compared by.

use std::collections::BTreeMap;

use super::model::Summary;

/// Figures that are there in some replications only are not told: whether there is a trend to speak of
/// depends on the draws.
const NOW_AND_THEN: &str = "backlog.growth";

/// The metrics of each replication.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replications {
    /// Which: of a group (or `all`), by its name in summary.json.
    columns: Vec<(String, String)>,
    /// The values by the number of the replication, from 0; `None` where nothing was observed.
    rows: BTreeMap<u32, Vec<Option<f64>>>,
}

impl Replications {
    /// Takes up the summary of a replication, by its number from 0.
    pub fn add(&mut self, number: u32, summary: &Summary) {
        if self.columns.is_empty() {
            let groups = summary.groups.iter();
            let of = |(group, it): (&String, &super::GroupSummary)| {
                let names = it.metrics.keys().filter(|name| *name != NOW_AND_THEN);
                names.map(|name| (group.clone(), name.clone())).collect::<Vec<_>>()
            };
            self.columns = groups.flat_map(of).collect();
        }
        let value = |(group, name): &(String, String)| summary.metric(group, name)?.value;
        self.rows.insert(number, self.columns.iter().map(value).collect());
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Every value: its group, its metric, the number of its replication from 1 on, and what it is. By
    /// group and metric in the order of the summary, then by replication.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str, u32, Option<f64>)> {
        self.columns.iter().enumerate().flat_map(|(place, (group, metric))| {
            let rows = self.rows.iter();
            rows.map(move |(&number, row)| {
                (group.as_str(), metric.as_str(), number + 1, row[place])
            })
        })
    }
}
