//! `workspaces.csv`: every workspace under both policies.

use crate::measure::WorkspaceFigures;
use crate::planning::Comparison;
use crate::report::format::{exact_decimal, exact_seconds};

/// A row for each workspace, those that change most first. Columns whose names end with `_a` are of
/// A, those with `_b` of B; a cell is empty where it does not apply.
pub(super) fn workspaces_csv(comparison: &Comparison) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut columns: Vec<String> = vec!["workspace".to_owned()];
    let both = |name: &str| ["a", "b"].map(|side| format!("{name}_{side}"));
    for name in [
        "plan",
        "seats",
        "hits",
        "first_hit_s",
        "hours_blocked",
        "messages_offered",
        "messages_completed",
        "messages_lost",
        "credits_consumed",
        "spent",
    ] {
        columns.extend(both(name));
    }
    columns.push("verdict".to_owned());
    for reason in &comparison.reasons {
        columns.extend(both(&format!("hours_blocked_{reason}")));
    }
    writer.write_record(&columns)?;
    for workspace in &comparison.workspaces {
        let [a, b] = [&workspace.a, &workspace.b];
        let mut row = vec![workspace.name.clone()];
        row.extend(workspace.plans.clone());
        row.extend([a.seats, b.seats].map(|seats| seats.to_string()));
        let figures = [&a.figures, &b.figures];
        for of in OF_BOTH {
            row.extend(figures.map(of));
        }
        let priced = figures.into_iter().zip(comparison.has_prices);
        row.extend(priced.map(
            |(it, has_prices)| if has_prices { exact_decimal(it.spent, 6) } else { String::new() },
        ));
        row.push(workspace.verdict.name().to_owned());
        for &reason in &comparison.reasons {
            row.extend(figures.map(|it| it.by_reason[reason as usize].hours.to_string()));
        }
        writer.write_record(&row)?;
    }
    Ok(crate::report::finish(writer))
}

/// What is read from the figures of both, from the hits on.
const OF_BOTH: [fn(&WorkspaceFigures) -> String; 7] = [
    |it| it.blocked.hits.to_string(),
    |it| it.first_hit.map_or_else(String::new, |at| exact_seconds(at.nanos())),
    |it| it.blocked.hours.to_string(),
    |it| it.offered.to_string(),
    |it| it.completed.to_string(),
    |it| it.lost.to_string(),
    |it| it.consumed.map_or_else(String::new, |amount| exact_decimal(amount, 3)),
];
