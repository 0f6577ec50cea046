//! `replications.csv`: the figures of each replication by itself.

use crate::summary::Replications;

/// A row for each metric of each group and each replication, numbered from 1. The value is empty where
/// nothing was observed.
pub(super) fn replications_csv(replications: &Replications) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(Replications::COLUMNS)?;
    for (group, metric, number, value) in replications.values() {
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        writer.write_record([group, metric, &number.to_string(), &value])?;
    }
    Ok(super::finish(writer))
}
