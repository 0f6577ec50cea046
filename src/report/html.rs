//! `report.html`: one self-contained page with all of it.

use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::format::{count, metric, percent, time};
use super::plots::Plot;
use super::section::ALL;
use super::terminal::{after, headline, measured, refused_share, value};
use super::words::{cause_label, offer_label, plural};
use crate::scenario::Scenario;
use crate::summary::{GroupSummary, Summary, Verdict};

/// The page, made from a template that escapes whatever a scenario's author wrote.
pub(super) fn html(
    scenario: &Scenario,
    summary: &Summary,
    plots: &[Plot],
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", include_str!("page.html"))?;
    environment
        .get_template("page")?
        .render(minijinja::value::Serde(page(scenario, summary, plots)))
}

/// All that the template shows, as text.
#[derive(Serialize)]
struct Page<'a> {
    name: &'a str,
    about: Option<&'a str>,
    asked: String,
    invalid: Option<&'static str>,
    why: &'a [String],
    verdict: Option<String>,
    passed: bool,
    thresholds: Vec<ThresholdRow<'a>>,
    headline: String,
    limits: Vec<LimitRow<'a>>,
    groups: Vec<&'a str>,
    figures: Vec<FigureRow>,
    plots: Vec<Picture<'a>>,
    metrics: Vec<GroupMetrics<'a>>,
    how: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct ThresholdRow<'a> {
    threshold: &'a str,
    measured: String,
    passed: bool,
}

/// One cause in one group.
#[derive(Serialize)]
struct LimitRow<'a> {
    group: &'a str,
    label: String,
    key: String,
    hit: bool,
    refused: String,
    share: String,
    workspaces: String,
    first: String,
    sentence: &'a str,
    options: String,
}

#[derive(Serialize)]
struct FigureRow {
    label: &'static str,
    /// Whether it belongs to the one above.
    part: bool,
    key: &'static str,
    values: Vec<String>,
}

#[derive(Serialize)]
struct Picture<'a> {
    title: &'a str,
    svg: &'a str,
}

#[derive(Serialize)]
struct GroupMetrics<'a> {
    group: &'a str,
    rows: Vec<[String; 4]>,
}

/// The figures that matter most, as people call them; those that begin with a space belong to the
/// one above.
const FIGURES: [(&str, &str); 24] = [
    ("Messages", "messages.offered"),
    (" answered", "messages.completed"),
    (" lost", "loss.rate"),
    ("Time from due to reply, half within", "latency.p50"),
    (" 19 of 20 within", "latency.p95"),
    (" 99 of 100 within", "latency.p99"),
    (" slowest", "latency.max"),
    (" of it waiting, 19 of 20 within", "wait.p95"),
    ("Workspaces that hit a limit", "workspaces.hit.share"),
    (" 99 of 100 have at most", "hits_per_workspace.p99"),
    (" the worst has", "hits_per_workspace.max"),
    ("Active agents in a workspace, on average", "active.mean"),
    (" at most", "active.max"),
    (" time with all slots taken", "active.full_time_share"),
    (" enables refused", "enable_refusal.rate"),
    ("Credits used", "credits.consumed"),
    (" expired unused", "credits.expired"),
    (" periods that ran out", "credits.periods_exhausted.share"),
    (" first ran out after, median", "credits.time_to_exhaustion.p50"),
    (" time without credits", "credits.exhausted.time_share"),
    ("Servers busy", "backend.utilisation"),
    (" waiting on average", "backend.queue.mean"),
    (" waiting at most", "backend.queue.max"),
    ("Fairness between the agents of a workspace (1 is equal)", "fairness.jain"),
];

fn page<'a>(scenario: &'a Scenario, summary: &'a Summary, plots: &'a [Plot]) -> Page<'a> {
    let all = summary.groups.get(ALL);
    let failed = summary.thresholds.iter().filter(|threshold| !threshold.passed).count();
    let total = summary.thresholds.len();
    let verdict = match (total, failed) {
        (0, _) => None,
        (1, 0) => Some("The threshold holds.".to_owned()),
        (_, 0) => Some(format!("All {total} thresholds hold.")),
        _ => Some(format!("{failed} of {} failed.", plural(total as u64, "threshold"))),
    };
    Page {
        name: &summary.scenario.name,
        about: summary.scenario.about.as_deref(),
        asked: asked(summary),
        invalid: match summary.validity.verdict {
            Verdict::Valid => None,
            Verdict::Growing => Some("This run has no steady state."),
            Verdict::Invalid => Some("This run is not valid."),
        },
        why: &summary.validity.why,
        verdict,
        passed: failed == 0,
        thresholds: summary
            .thresholds
            .iter()
            .enumerate()
            .map(|(index, threshold)| ThresholdRow {
                threshold: &threshold.threshold,
                measured: measured(scenario, index, threshold),
                passed: threshold.passed,
            })
            .collect(),
        headline: all.map_or_else(String::new, headline),
        limits: limits(summary),
        groups: shown(summary).iter().map(|(name, _)| *name).collect(),
        figures: figures(summary),
        plots: plots.iter().map(|plot| Picture { title: &plot.title, svg: &plot.svg }).collect(),
        metrics: metrics(summary),
        how: how(scenario, summary),
    }
}

fn asked(summary: &Summary) -> String {
    let workspaces = summary.groups.get(ALL).map_or(0, |all| all.workspaces);
    let day = summary.scenario.start.split('T').next().unwrap_or_default();
    let warm_up = if summary.scenario.warm_up_s > 0.0 {
        format!(", of which the first {} are not measured", time(summary.scenario.warm_up_s))
    } else {
        String::new()
    };
    format!(
        "{} over {} from {day}{warm_up}",
        plural(workspaces, "workspace"),
        time(summary.scenario.duration_s)
    )
}

/// The groups that have a column: all of them together only where there are several.
fn shown(summary: &Summary) -> Vec<(&str, &GroupSummary)> {
    let skipped = usize::from(summary.groups.len() == 2);
    summary.groups.iter().skip(skipped).map(|(name, group)| (name.as_str(), group)).collect()
}

fn limits(summary: &Summary) -> Vec<LimitRow<'_>> {
    let groups = summary.groups.iter().filter(|(name, _)| *name != ALL);
    groups
        .flat_map(|(name, group)| {
            group.refusals.iter().enumerate().map(move |(index, cause)| LimitRow {
                // Once, above the rest of its rows.
                group: if index == 0 { name } else { "" },
                label: cause_label(&cause.reason, cause.limiter.as_deref()),
                key: cause.limiter.as_ref().map_or_else(
                    || cause.reason.clone(),
                    |limiter| format!("{} ({limiter})", cause.reason),
                ),
                hit: cause.refused > 0,
                refused: count(cause.refused),
                share: refused_share(group, cause).map_or_else(String::new, percent),
                workspaces: format!("{} of {}", count(cause.workspaces), count(group.workspaces)),
                first: cause.first_p50_s.map_or_else(String::new, after),
                sentence: &cause.sentence,
                options: cause
                    .options
                    .iter()
                    .map(|offer| offer_label(offer))
                    .collect::<Vec<String>>()
                    .join(", "),
            })
        })
        .collect()
}

fn figures(summary: &Summary) -> Vec<FigureRow> {
    let groups = shown(summary);
    let of = |key: &str, group: &GroupSummary| match group.metrics.get(key) {
        None => String::new(),
        Some(_) => value(group, key).map_or_else(|| "–".to_owned(), |value| metric(key, value)),
    };
    let workspaces = FigureRow {
        label: "Workspaces",
        part: false,
        key: "workspaces",
        values: groups.iter().map(|(_, group)| count(group.workspaces)).collect(),
    };
    let rest = FIGURES.into_iter().filter_map(|(label, key)| {
        let values: Vec<String> = groups.iter().map(|(_, group)| of(key, group)).collect();
        let present = values.iter().any(|value| !value.is_empty());
        let part = label.starts_with(' ');
        present.then_some(FigureRow { label: label.trim_start(), part, key, values })
    });
    std::iter::once(workspaces).chain(rest).collect()
}

fn metrics(summary: &Summary) -> Vec<GroupMetrics<'_>> {
    let row = |(name, of): (&String, &crate::summary::Metric)| {
        let value = of.value.map_or_else(|| "not observed".to_owned(), |v| metric(name, v));
        let interval = of.ci95.map_or_else(String::new, |[low, high]| {
            format!("{} to {}", metric(name, low), metric(name, high))
        });
        [name.clone(), value, interval, count(of.n)]
    };
    shown(summary)
        .into_iter()
        .map(|(group, of)| GroupMetrics { group, rows: of.metrics.iter().map(row).collect() })
        .collect()
}

fn how(scenario: &Scenario, summary: &Summary) -> Vec<(&'static str, String)> {
    vec![
        ("Scenario", summary.scenario.name.clone()),
        ("SHA-256 of the scenario", summary.scenario.sha256.clone()),
        ("Seed", summary.seed.to_string()),
        ("Replications", summary.replications.to_string()),
        ("Start", summary.scenario.start.clone()),
        ("Duration", super::format::span(scenario.duration)),
        ("Warm-up", super::format::span(scenario.warm_up)),
        ("Bins of the series", super::format::span(scenario.series_every)),
        ("limitlab", format!("version {}", summary.limitlab)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::small;

    #[test]
    fn what_authors_write_is_escaped() {
        let (scenario, _, mut summary) = small();
        summary.scenario.name = "<script>alert(1)</script>".to_owned();
        summary.scenario.about = Some("a < b & \"c\"".to_owned());
        summary.groups["all"].refusals[0].sentence = "<b>".to_owned();
        let page = html(&scenario, &summary, &[]).unwrap();
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
        assert!(page.contains("a &lt; b &amp; &quot;c&quot;"), "{page}");
    }

    #[test]
    fn the_page_needs_nothing_else() {
        let (scenario, measures, summary) = small();
        let plots = crate::report::plots::plots(&scenario, &measures);
        let page = html(&scenario, &summary, &plots).unwrap();
        for outside in ["src=", "href=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert_eq!(page.matches("<svg").count(), plots.len());
    }
}
