//! Thresholds: expectations that a run must meet.

use crate::measure::{ByBin, Measures, Whose};
use crate::summary::{
    Metric, Selector, Summary, ThresholdSummary, ThresholdVerdict, WindowValue, asks_for,
    over_windows,
};
use crate::units::{SimSpan, SimTime};

/// One expectation, such as `latency.p99{group=shops} < 10s`.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// As it was written.
    pub text: String,
    /// Whose metric is meant.
    pub of: Selector,
    /// The key of the metric in summary.json, labels included: `refusal.rate{reason=overloaded}`.
    pub metric: String,
    /// How the metric compares to the bound.
    pub comparison: Comparison,
    /// The bound, in the metric's SI unit.
    pub bound: f64,
    /// The length of the windows in each of which it must hold, a multiple of the width of the
    /// series' bins; `None` is over all that is measured.
    pub over: Option<SimSpan>,
    /// Whether no more replications are simulated once it surely fails.
    pub abort_on_fail: bool,
}

/// How a threshold is known to fail before all is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sure {
    /// By what was measured so far: it only rises.
    ByValue,
    /// By its interval.
    ByInterval,
}

/// How a metric compares to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

impl Comparison {
    /// How scenarios spell it.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::Unequal => "!=",
        }
    }

    /// Whether `value` compares to `bound` in this way.
    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Less => value < bound,
            Self::AtMost => value <= bound,
            Self::Greater => value > bound,
            Self::AtLeast => value >= bound,
            // Exact on purpose: thresholds of equality are on counts.
            Self::Equal => value.to_bits() == bound.to_bits() || (value == 0.0 && bound == 0.0),
            Self::Unequal => !Self::Equal.holds(value, bound),
        }
    }
}

impl Threshold {
    /// The expectation that a metric of all groups together compares to `bound` in this way. The
    /// metric is its key in summary.json, the bound is in its SI unit.
    pub fn new(metric: impl Into<String>, comparison: Comparison, bound: f64) -> Self {
        let metric = metric.into();
        let text = format!("{metric} {} {bound}", comparison.sign());
        Self {
            text,
            of: Selector::default(),
            metric,
            comparison,
            bound,
            over: None,
            abort_on_fail: false,
        }
    }

    /// What became of it in a run, from its summary and its measures. A metric of which nothing was
    /// observed fails; refusals that cannot occur are none. Where the interval of a metric lies on both
    /// sides of the bound it is not known whether it holds; over windows, and of equality, the value tells.
    pub fn judge(&self, summary: &Summary, measures: &Measures) -> ThresholdSummary {
        let there = ThresholdSummary {
            threshold: self.text.clone(),
            over_s: self.over.map(SimSpan::as_secs_f64),
            value: None,
            ci95: None,
            verdict: ThresholdVerdict::Fail,
            breached_at_s: None,
            aborted: false,
        };
        let metric = match (summary.metric(&self.of.to_string(), &self.metric), self.over) {
            (Some(_), Some(width)) => return self.judge_windows(summary, measures, width, there),
            (Some(metric), None) => *metric,
            (None, _) => {
                let value = self.metric.contains("{reason=").then_some(0.0);
                Metric { value, ci95: None, n: 0 }
            }
        };
        let Metric { value, ci95, .. } = metric;
        ThresholdSummary { value, ci95, verdict: self.verdict(metric), ..there }
    }

    /// Whether it so surely fails that no more replications are needed to know it: it would, were the interval
    /// of the metric twice as wide, since it is looked at several times and may be far off by chance at one of
    /// them; or no more of them can mend it.
    pub fn surely_fails(&self, summary: &Summary, measures: &Measures) -> bool {
        let judged = self.judge(summary, measures);
        let Some(value) = judged.value.filter(|_| judged.verdict == ThresholdVerdict::Fail) else {
            return false;
        };
        match self.sure() {
            Some(Sure::ByValue) => value > self.bound,
            Some(Sure::ByInterval) => judged.ci95.is_some_and(|[low, high]| {
                let twice = Some([2.0 * low - value, 2.0 * high - value]);
                let wider = Metric { value: Some(value), ci95: twice, n: 0 };
                self.verdict(wider) == ThresholdVerdict::Fail
            }),
            None => false,
        }
    }

    /// Whether it is about what was greatest, which has no interval and only rises.
    pub fn is_of_greatest(&self) -> bool {
        self.metric.rsplit('.').next() == Some("max")
    }

    /// Whether it is about a standard deviation.
    pub fn is_of_deviation(&self) -> bool {
        self.metric.rsplit('.').next() == Some("sd")
    }

    /// How it is known before the last replication that it fails; `None` where it is not.
    fn sure(&self) -> Option<Sure> {
        // What is greatest only rises, and what is counted never falls to nothing again.
        let rises = self.is_of_greatest();
        match self.comparison {
            _ if self.over.is_some() => None,
            Comparison::Less | Comparison::AtMost | Comparison::Equal if rises => {
                Some(Sure::ByValue)
            }
            Comparison::Equal if self.bound == 0.0 => Some(Sure::ByValue),
            Comparison::Equal | Comparison::Unequal => None,
            _ if rises => None,
            _ => Some(Sure::ByInterval),
        }
    }

    /// Why `abort_on_fail` makes no sense of it; `None` if it does.
    pub(super) fn never_sure(&self) -> Option<&'static str> {
        let is_in_vain = self.abort_on_fail && self.sure().is_none();
        is_in_vain.then_some(if self.over.is_some() {
            "what holds in every window so far may not hold in the mean of more replications, and the other \
             way round"
        } else {
            "before the last replication it is never sure that it fails"
        })
    }

    /// Whether it holds for a metric, wherever in its interval that truly is.
    pub fn verdict(&self, metric: Metric) -> ThresholdVerdict {
        let Some(value) = metric.value else { return ThresholdVerdict::Fail };
        let is_ordered = !matches!(self.comparison, Comparison::Equal | Comparison::Unequal);
        let ends = metric.ci95.filter(|_| is_ordered).unwrap_or([value; 2]);
        match ends.map(|end| self.holds(end)) {
            [true, true] => ThresholdVerdict::Pass,
            [false, false] => ThresholdVerdict::Fail,
            _ => ThresholdVerdict::Inconclusive,
        }
    }

    /// Judges every window. One in which nothing was observed has nothing to judge.
    fn judge_windows(
        &self,
        summary: &Summary,
        measures: &Measures,
        width: SimSpan,
        there: ThresholdSummary,
    ) -> ThresholdSummary {
        // Groups stand in the summary after `all`, in the scenario's order, and plans in that of the frame.
        let name = &self.of.to_string();
        let group = || summary.groups.get_index_of(name)?.checked_sub(1).map(Whose::Group);
        let whose = summary.plans.get_index_of(name).map(Whose::Plan).or_else(group);
        let whose = whose.unwrap_or(Whose::All);
        let (mut judged, mut holds) = (there, true);
        for WindowValue { from, value } in over_windows(measures, whose, &self.metric, width) {
            let Some(value) = value else { continue };
            if judged.value.is_none_or(|worst| self.is_worse(value, worst)) {
                judged.value = Some(value);
            }
            if holds && !self.holds(value) {
                holds = false;
                judged.breached_at_s = Some(from.since(SimTime::ZERO).as_secs_f64());
            }
        }
        if holds && judged.value.is_some() {
            judged.verdict = ThresholdVerdict::Pass;
        }
        judged
    }

    fn holds(&self, value: f64) -> bool {
        self.comparison.holds(value, self.bound)
    }

    /// Whether a value is further from holding than another.
    fn is_worse(&self, value: f64, than: f64) -> bool {
        let distance = |value: f64| (value - self.bound).abs();
        match self.comparison {
            Comparison::Less | Comparison::AtMost => value > than,
            Comparison::Greater | Comparison::AtLeast => value < than,
            Comparison::Equal => distance(value) > distance(than),
            Comparison::Unequal => distance(value) < distance(than),
        }
    }

    /// What must be collected by bin of those whom a selector means, to judge these. What is collected of a
    /// group is also that of each of its plans.
    pub fn by_bin(thresholds: &[Self], of: &Selector) -> ByBin {
        let of_group = |it: &Selector| it.group.is_none() || it.group == of.group;
        let of_plan = |it: &Selector| of.plan.is_none() || it.plan.is_none() || it.plan == of.plan;
        thresholds
            .iter()
            .filter(|it| it.over.is_some() && of_group(&it.of) && of_plan(&it.of))
            .fold(ByBin::default(), |all, it| all.and(asks_for(&it.metric)))
    }
}

#[cfg(test)]
mod tests {
    use ThresholdVerdict::{Fail, Inconclusive, Pass};

    use super::*;

    #[test]
    fn an_interval_on_both_sides_of_the_bound_tells_nothing() {
        let verdict = |comparison, ci95| {
            let metric = Metric { value: Some(5.0), ci95, n: 9 };
            Threshold::new("latency.p99", comparison, 6.0).verdict(metric)
        };
        for (comparison, ci95, expected) in [
            (Comparison::Less, Some([4.0, 5.9]), Pass),
            (Comparison::Less, Some([4.0, 6.0]), Inconclusive),
            (Comparison::AtMost, Some([4.0, 6.0]), Pass),
            (Comparison::Greater, Some([4.0, 5.9]), Fail),
            (Comparison::AtLeast, Some([4.0, 6.0]), Inconclusive),
            (Comparison::Less, None, Pass),
            // Counts that must be equal are.
            (Comparison::Equal, Some([4.0, 7.0]), Fail),
            (Comparison::Unequal, Some([4.0, 7.0]), Pass),
        ] {
            assert_eq!(verdict(comparison, ci95), expected, "{comparison:?} {ci95:?}");
        }
    }

    #[test]
    fn the_worst_value_is_the_one_furthest_from_holding() {
        let threshold = |comparison| Threshold {
            text: String::new(),
            of: Selector::default(),
            metric: String::new(),
            comparison,
            bound: 5.0,
            over: None,
            abort_on_fail: false,
        };
        for (comparison, worst) in [
            (Comparison::Less, 9.0),
            (Comparison::AtMost, 9.0),
            (Comparison::Greater, 2.0),
            (Comparison::AtLeast, 2.0),
            (Comparison::Equal, 9.0),
            (Comparison::Unequal, 4.0),
        ] {
            let threshold = threshold(comparison);
            let values = [4.0, 9.0, 2.0, 8.0];
            let found = values.into_iter().reduce(|worst, value| {
                if threshold.is_worse(value, worst) { value } else { worst }
            });
            assert_eq!(found, Some(worst), "{comparison:?}");
        }
    }
}
