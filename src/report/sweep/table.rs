//! `sweep.csv`: every metric of every point, in long form.

use std::io::Write;

use crate::planning::{Grid, PointRecord};

/// Writes the table row by row, as points come.
pub(super) struct Table<W: Write>(csv::Writer<W>);

/// The columns after those of the keys that are varied.
const COLUMNS: [&str; 6] = ["group", "metric", "value", "ci95_low", "ci95_high", "n"];

impl<W: Write> Table<W> {
    /// A table with its first line.
    pub(super) fn new(to: W, grid: &Grid) -> csv::Result<Self> {
        let mut writer = csv::Writer::from_writer(to);
        let keys = grid.varied().iter().map(|varied| varied.key.as_str());
        writer.write_record(keys.chain(COLUMNS))?;
        Ok(Self(writer))
    }

    /// Adds a point: a row for each group and metric, with the value and its 95% interval in SI units.
    /// A cell is empty where there is none.
    pub(super) fn add(&mut self, point: &PointRecord) -> csv::Result<()> {
        for (group, of_group) in point.summary.wholes() {
            for (name, metric) in &of_group.metrics {
                let shown = |value: f64| value.to_string();
                let [low, high] =
                    metric.ci95.map_or_else(Default::default, |interval| interval.map(shown));
                let value = metric.value.map(shown).unwrap_or_default();
                let n = metric.n.to_string();
                let own = [group, name, &value, &low, &high, &n];
                self.0.write_record(point.values.values().map(String::as_str).chain(own))?;
            }
        }
        Ok(())
    }

    /// Hands over what is not yet written.
    pub(super) fn finish(mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}
