//! `report.html`: one self-contained page with all of it.

use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::advise;
use super::format::{count, metric, number, percent};
use super::plots::Plot;
use super::section::ALL;
use super::telling::{self, AT_ONCE, TIMES, Times, after, measured, refused_share, value};
use super::words::{cause_label, offer_label};
use crate::planning::AdviceSummary;
use crate::scenario::Scenario;
use crate::summary::{GroupSummary, Summary, ThresholdVerdict};

/// The page, made from a template that escapes whatever a scenario's author wrote.
pub(super) fn html(
    scenario: &Scenario,
    summary: &Summary,
    advice: Option<&AdviceSummary>,
    plots: &[Plot],
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", include_str!("page.html"))?;
    environment.get_template("page")?.render(minijinja::value::Serde(Page {
        advice: advice.map(advised),
        ..page(scenario, summary, plots)
    }))
}

/// All that the template shows, as text.
#[derive(Serialize)]
struct Page<'a> {
    name: &'a str,
    about: Option<&'a str>,
    asked: String,
    doubt: Option<&'static str>,
    why: &'a [String],
    /// What became of all thresholds, and its words.
    verdict: Option<(Mark, String)>,
    thresholds: Vec<ThresholdRow<'a>>,
    headline: String,
    limits: Vec<LimitRow<'a>>,
    first: Option<&'static str>,
    advice: Option<Advised>,
    told: Vec<Told>,
    times: Vec<TimesRow>,
    titles: [&'static str; 5],
    groups: Vec<String>,
    figures: Vec<FigureRow>,
    plots: Vec<Picture<'a>>,
    metrics: Vec<GroupMetrics>,
    how: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct ThresholdRow<'a> {
    threshold: &'a str,
    measured: String,
    mark: Mark,
}

/// What became of a threshold, for the eye.
#[derive(Serialize)]
struct Mark {
    sign: &'static str,
    class: &'static str,
    word: &'static str,
}

impl From<ThresholdVerdict> for Mark {
    fn from(verdict: ThresholdVerdict) -> Self {
        let (class, word) = match verdict {
            ThresholdVerdict::Pass => ("good", "holds"),
            ThresholdVerdict::Inconclusive => ("warn", "not certain"),
            ThresholdVerdict::Fail => ("bad", "failed"),
        };
        Self { sign: telling::sign(verdict), class, word }
    }
}

/// One cause in one group.
#[derive(Serialize)]
struct LimitRow<'a> {
    group: String,
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

/// What would have removed the hits, as the terminal tells it.
#[derive(Serialize)]
struct Advised {
    asked: String,
    notes: Vec<String>,
    columns: [&'static str; 5],
    causes: Vec<advise::ToldCause>,
    legend: &'static str,
}

/// Sentences about one thing, those of the terminal.
#[derive(Serialize)]
struct Told {
    title: &'static str,
    lines: Vec<String>,
}

#[derive(Serialize)]
struct TimesRow {
    label: &'static str,
    cells: [String; 5],
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
struct GroupMetrics {
    group: String,
    rows: Vec<[String; 4]>,
}

/// The figures that matter most, as people call them; those that begin with a space belong to the
/// one above.
const FIGURES: &[(&str, &str)] = &[
    ("Messages", "messages.offered"),
    (" answered", "messages.completed"),
    (" lost", "loss.rate"),
    (" lost patience", "messages.timed_out"),
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
    (" most above the limit", "active.over_limit.max"),
    ("Enables refused", "enable_refusal.rate"),
    (" enabled after waiting for a slot", "enables.wait.probability"),
    (" still waiting at the end", "enables.waiting"),
    ("Agents to be created", "creates.tried"),
    (" refused", "create_refusal.rate"),
    ("Changes of plan", "plans.changed"),
    ("Trials that ended without a subscription", "trials.ended"),
    ("Active agents taken offline", "agents.taken_offline"),
    ("Credits used", "credits.consumed"),
    (" charged beyond the pools", "credits.overage"),
    (" bought", "credits.purchased"),
    (" expired unused", "credits.expired"),
    (" periods that ran out", "credits.periods_exhausted.share"),
    (" first ran out, from the start of the run, median", "credits.time_to_exhaustion.p50"),
    (" time without credits", "credits.exhausted.time_share"),
    ("Packages bought", "packages.bought"),
    (" begun anew", "packages.renewed"),
    ("Money earned", "earned.total"),
    (" by plans", "earned.plans"),
    (" by packages", "earned.packages"),
    (" by overage", "earned.overage"),
    (" a workspace spent, on average", "spent_per_workspace.mean"),
    (" at most", "spent_per_workspace.max"),
    ("Servers busy", "backend.utilisation"),
    ("Messages that wait for servers, on average", "backend.queue.mean"),
    (" at most", "backend.queue.max"),
    ("Fairness between the agents of a workspace (1 is equal)", "fairness.jain"),
];

fn page<'a>(scenario: &'a Scenario, summary: &'a Summary, plots: &'a [Plot]) -> Page<'a> {
    let all = summary.groups.get(ALL);
    Page {
        name: &summary.scenario.name,
        about: summary.scenario.about.as_deref(),
        asked: telling::asked(summary),
        doubt: telling::doubt(summary),
        why: &summary.validity.why,
        verdict: telling::verdict(summary).map(|(verdict, text)| (verdict.into(), text)),
        thresholds: summary
            .thresholds
            .iter()
            .enumerate()
            .map(|(index, threshold)| ThresholdRow {
                threshold: &threshold.threshold,
                measured: std::iter::once(measured(scenario, index, threshold))
                    .chain(telling::broken(threshold))
                    .collect::<Vec<String>>()
                    .join(", "),
                mark: threshold.verdict.into(),
            })
            .collect(),
        headline: all.map_or_else(String::new, telling::headline),
        limits: limits(summary),
        first: telling::first_of(summary),
        advice: None,
        told: all.map(|all| told(scenario, all, summary)).unwrap_or_default(),
        times: all.map(times).unwrap_or_default(),
        titles: TIMES,
        groups: shown(summary).into_iter().map(|(name, _)| name).collect(),
        figures: figures(summary),
        plots: plots.iter().map(|plot| Picture { title: &plot.title, svg: &plot.svg }).collect(),
        metrics: metrics(summary),
        how: how(scenario, summary),
    }
}

/// What would have removed the hits.
fn advised(advice: &AdviceSummary) -> Advised {
    Advised {
        asked: advise::asked(advice),
        notes: advice.notes.clone(),
        columns: advise::COLUMNS,
        causes: advise::told(advice),
        legend: advise::LEGEND,
    }
}

/// What happened, as the terminal tells it.
fn told(scenario: &Scenario, all: &GroupSummary, summary: &Summary) -> Vec<Told> {
    let mut messages = vec![telling::messages(all)];
    if matches!(telling::times(all), Times::AtOnce) {
        messages.push(AT_ONCE.to_owned());
    }
    let blocks = telling::blocks(scenario, summary).into_iter();
    std::iter::once(Told { title: "Messages", lines: messages })
        .chain(blocks.map(|telling::Block { title, lines }| Told { title, lines }))
        .collect()
}

fn times(all: &GroupSummary) -> Vec<TimesRow> {
    match telling::times(all) {
        Times::Rows(rows) => {
            rows.into_iter().map(|(label, cells)| TimesRow { label, cells }).collect()
        }
        Times::None | Times::AtOnce => Vec::new(),
    }
}

/// The groups and plans that have a column: all together only where there are several groups.
fn shown(summary: &Summary) -> Vec<(String, &GroupSummary)> {
    let skipped = usize::from(summary.groups.len() == 2);
    summary.wholes().skip(skipped).map(|(name, whole)| (telling::called(name), whole)).collect()
}

fn limits(summary: &Summary) -> Vec<LimitRow<'_>> {
    telling::parts(summary)
        .into_iter()
        .flatten()
        .flat_map(|(name, group)| {
            group.refusals.iter().enumerate().map(move |(index, cause)| LimitRow {
                // Once, above the rest of its rows.
                group: if index == 0 { name.clone() } else { String::new() },
                label: cause_label(&cause.reason, cause.limiter.as_deref()),
                key: cause.limiter.as_ref().map_or_else(
                    || cause.reason.clone(),
                    |limiter| format!("{} ({limiter})", cause.reason),
                ),
                hit: cause.refused > 0.0,
                refused: number(cause.refused),
                share: refused_share(group, cause).map_or_else(String::new, percent),
                workspaces: format!("{} of {}", number(cause.workspaces), count(group.workspaces)),
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
    // Where nothing takes time there are no times to compare.
    let takes_time = groups.iter().any(|(_, group)| value(group, "latency.max") > Some(0.0));
    let is_time = |key: &str| key.starts_with("latency.") || key.starts_with("wait.");
    let figures = FIGURES.iter().filter(|(_, key)| takes_time || !is_time(key));
    let rest = figures.filter_map(|&(label, key)| {
        let values: Vec<String> = groups.iter().map(|(_, group)| of(key, group)).collect();
        let present = values.iter().any(|value| !value.is_empty() && value != "–");
        let part = label.starts_with(' ');
        present.then_some(FigureRow { label: label.trim_start(), part, key, values })
    });
    std::iter::once(workspaces).chain(rest).collect()
}

fn metrics(summary: &Summary) -> Vec<GroupMetrics> {
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
    let found = summary.scenario.warm_up_by.as_ref();
    let warm_up_by = found.map_or_else(String::new, |by| format!(", found by {by}"));
    vec![
        ("Scenario", summary.scenario.name.clone()),
        ("SHA-256 of the scenario", summary.scenario.sha256.clone()),
        ("Seed", summary.seed.to_string()),
        ("Replications", summary.replications.to_string()),
        ("Start", summary.scenario.start.clone()),
        ("Duration", super::format::span(scenario.duration)),
        ("Warm-up", super::format::span(scenario.warm_up) + &warm_up_by),
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
        let page = html(&scenario, &summary, None, &[]).unwrap();
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
        assert!(page.contains("a &lt; b &amp; &quot;c&quot;"), "{page}");
    }

    #[test]
    fn the_page_needs_nothing_else() {
        let (scenario, measures, summary) = small();
        let plots = crate::report::plots::plots(&scenario, &measures);
        let page = html(&scenario, &summary, None, &plots).unwrap();
        for outside in ["src=", "href=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert_eq!(page.matches("<svg").count(), plots.len());
    }

    /// The characters that the template escapes.
    fn escaped(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('/', "&#x2f;")
    }

    #[test]
    fn the_page_tells_all_that_the_terminal_tells() {
        let (scenario, measures, mut summary) = small();
        let all = &mut summary.groups["all"];
        let seconds = |value| crate::summary::Metric { value: Some(value), ci95: None, n: 3 };
        for (name, value) in [
            ("packages.bought", 4.0),
            ("earned.total", 80.0),
            ("credits.overage", 7.0),
            ("alerts.time{level=80%}", 3_600.0),
            ("enables.wait.probability", 0.5),
            ("enables.wait.mean", 60.0),
            ("enables.waiting", 54.0),
            ("creates.tried", 9.0),
            ("agents.taken_offline", 17.0),
        ] {
            all.metrics.insert(name.to_owned(), seconds(value));
        }
        let plots = crate::report::plots::plots(&scenario, &measures);
        let page = html(&scenario, &summary, None, &plots);
        let page = page.unwrap();
        let terminal = crate::report::terminal(&scenario, &summary, false, 90);
        let flat = terminal.split_whitespace().collect::<Vec<&str>>().join(" ");
        let all = &summary.groups["all"];
        let blocks = telling::blocks(&scenario, &summary);
        assert_eq!(blocks.len(), 5);
        let lines = blocks.into_iter().flat_map(|block| block.lines);
        let rest = [telling::messages(all), telling::headline(all), telling::asked(&summary)];
        for line in lines.chain(rest) {
            assert!(flat.contains(&line), "{line} is not in\n{terminal}");
            assert!(page.contains(&escaped(&line)), "{line} is not on the page");
        }
        let Times::Rows(rows) = telling::times(all) else { panic!("replies took time") };
        for cell in rows.iter().flat_map(|(_, cells)| cells) {
            assert!(terminal.contains(cell) && page.contains(&format!(">{cell}<")), "{cell}");
        }
    }
}
