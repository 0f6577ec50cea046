//! What a run tells a server of builds: its thresholds as JUnit XML, and a summary in Markdown.

mod junit;
mod markdown;

pub(super) use junit::run_junit;
pub use markdown::run_markdown;

use super::telling;
use crate::summary::{Summary, ThresholdVerdict, Verdict};

/// What a build makes of a threshold of which it is not certain that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Uncertain {
    /// It passes, and says so.
    #[default]
    Passes,
    /// It fails, as `--strict` asks for.
    Fails,
}

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Nothing is wrong.
    Passed,
    /// It passes, but with a doubt that whoever reads it must know.
    Doubtful,
    /// The build fails.
    Failed,
}

impl Outcome {
    /// What came of a threshold.
    const fn of(verdict: ThresholdVerdict, uncertain: Uncertain) -> Self {
        match (verdict, uncertain) {
            (ThresholdVerdict::Pass, _) => Self::Passed,
            (ThresholdVerdict::Inconclusive, Uncertain::Passes) => Self::Doubtful,
            (ThresholdVerdict::Inconclusive, Uncertain::Fails) | (ThresholdVerdict::Fail, _) => {
                Self::Failed
            }
        }
    }

    /// What came of a run: the worst of its thresholds and of its validity.
    fn of_run(summary: &Summary, uncertain: Uncertain) -> Self {
        let valid = match summary.validity.verdict {
            Verdict::Valid => Self::Passed,
            Verdict::Growing => Self::Doubtful,
            Verdict::Invalid => Self::Failed,
        };
        summary.verdict().map_or(valid, |verdict| valid.max(Self::of(verdict, uncertain)))
    }

    const fn mark(self) -> &'static str {
        match self {
            Self::Passed => "✅",
            Self::Doubtful => "⚠️",
            Self::Failed => "❌",
        }
    }
}

/// What came of a run, in a sentence without its end.
fn headline(summary: &Summary) -> String {
    let total = summary.thresholds.len();
    let told = summary.verdict().map_or_else(
        || "no thresholds".to_owned(),
        |worst| {
            let those = summary.thresholds.iter().filter(|it| it.verdict == worst).count();
            let (many, are) = match (worst, total) {
                (_, 1) => ("the threshold".to_owned(), "is"),
                (ThresholdVerdict::Pass, _) => (format!("all {total} thresholds"), "are"),
                _ => (
                    format!("{those} of {total} thresholds"),
                    if those == 1 { "is" } else { "are" },
                ),
            };
            match worst {
                ThresholdVerdict::Pass if total == 1 => format!("{many} holds"),
                ThresholdVerdict::Pass => format!("{many} hold"),
                ThresholdVerdict::Inconclusive => format!("{many} {are} not certain to hold"),
                ThresholdVerdict::Fail => format!("{many} failed"),
            }
        },
    );
    match telling::doubt(summary) {
        Some(doubt) => format!("{doubt}; {told}"),
        None => told,
    }
}

/// An interval by its ends, with the unit once if both have the same: `10.3 to 10.5 s`.
fn from_to([low, high]: &[String; 2]) -> String {
    let parts = |end: &str| {
        let (number, unit) = end.split_once(' ')?;
        Some((number.to_owned(), unit.to_owned())).filter(|(it, _)| it.ends_with(char::is_numeric))
    };
    match (parts(low), parts(high)) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

#[cfg(test)]
mod tests;
