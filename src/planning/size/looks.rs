//! How surely a setting meets thresholds: looks at ever more replications, until one tells.

use crate::planning::special::student_quantile;
use crate::scenario::{Comparison, Scenario, Threshold};
use crate::summary::{Metric, Summary, ThresholdVerdict};

use super::model::Judged;

/// What may be wrong of what is said of a setting.
pub(super) const LEVEL: f64 = 0.05;
/// Independent observations below which an interval is not believed: the sums behind it are not normal yet.
const FEWEST: u64 = 32;
/// The same where all were alike: what happens once in a hundred times need not have happened yet.
const FEWEST_ALIKE: u64 = 100;
/// How many times as many replications the next look has.
const GROWTH: u32 = 4;
/// Observations that a quantile's interval is at least taken over are parts of a run, which are no more
/// than so many.
const MOST_DEGREES: u64 = 19;
/// The same of a deviation, of which ten pools of these are told apart.
const MOST_DEGREES_OF_DEVIATION: u64 = 9;

/// The replications of each look at a setting, of at most `most`.
///
/// The first has as many as the scenario, and no fewer than it takes for as many independent observations as
/// are believed: workspaces of the groups that thresholds are about, or replications where those meet.
pub(super) fn looks(scenario: &Scenario, most: u32) -> Vec<u32> {
    let own = scenario.until.as_ref().map_or(scenario.replications, |until| until.fewest);
    let meant = |threshold: &Threshold| {
        scenario.selected(&threshold.of).iter().map(|group| u64::from(group.count)).sum::<u64>()
    };
    let observed = scenario.thresholds.iter().map(meant).min();
    let in_one = if scenario.workspaces_meet() { 1 } else { observed.unwrap_or(1).max(1) };
    let first = own.max(FEWEST.div_ceil(in_one) as u32).min(most);
    let mut looks = vec![first];
    let mut last = first;
    while last < most {
        last = last.saturating_mul(GROWTH).min(most);
        looks.push(last);
    }
    looks
}

/// What a run says of every threshold, where it is one of so many looks at a setting.
///
/// All looks together are wrong of a threshold as seldom as one look with a 95% interval: each has its part
/// of what may be wrong (Bonferroni), and a wider interval for it. What never has an interval goes by its
/// value: what was greatest, windows, `==` and `!=`.
pub(super) fn judge(scenario: &Scenario, summary: &Summary, looks: usize) -> Vec<Judged> {
    let thresholds = scenario.thresholds.iter().zip(&summary.thresholds);
    let one = |(threshold, told): (&Threshold, &crate::summary::ThresholdSummary)| {
        let mut judged = Judged {
            threshold: told.threshold.clone(),
            metric: threshold.metric.clone(),
            value: told.value,
            interval: None,
            n: None,
            verdict: told.verdict,
        };
        let metric = summary.metric(&threshold.of.to_string(), &threshold.metric);
        let is_ordered = !matches!(threshold.comparison, Comparison::Equal | Comparison::Unequal);
        // What was greatest has no interval, however often it is looked at.
        let by_value = threshold.over.is_some() || !is_ordered || threshold.is_of_greatest();
        let Some(metric) = metric.filter(|metric| !by_value && metric.value.is_some()) else {
            return judged;
        };
        let widened =
            if threshold.is_of_deviation() { widened_deviation } else { widened_around_value };
        let Some(wider) = widened(*metric, looks) else {
            // Too few values for an interval tell nothing.
            judged.verdict = ThresholdVerdict::Inconclusive;
            return judged;
        };
        judged.interval = wider.ci95;
        judged.n = Some(metric.n);
        let alike = wider.ci95.is_some_and(|[low, high]| low >= high);
        let needed = if alike { FEWEST_ALIKE } else { FEWEST };
        judged.verdict = if metric.n < needed {
            ThresholdVerdict::Inconclusive
        } else {
            threshold.verdict(wider)
        };
        judged
    };
    thresholds.map(one).collect()
}

/// How many times as wide as that of one look the interval of each of several looks is, by so many observations,
/// where degrees of freedom are no more than `most`.
fn wider(n: u64, most: u64, looks: usize) -> f64 {
    let degrees = n.saturating_sub(1).clamp(1, most) as f64;
    let tail = LEVEL / 2.0;
    student_quantile(tail / looks as f64, degrees) / student_quantile(tail, degrees)
}

/// A deviation with the interval of one look of several, which is one of its logarithm, and around what that is
/// corrected to; `None` if it has no interval.
fn widened_deviation(metric: Metric, looks: usize) -> Option<Metric> {
    let [low, high] = metric.ci95?;
    let by = wider(metric.n, MOST_DEGREES_OF_DEVIATION, looks);
    let middle = libm::sqrt(low * high);
    let ci95 = Some([middle * libm::pow(low / middle, by), middle * libm::pow(high / middle, by)]);
    Some(Metric { ci95, ..metric })
}

/// Any other metric with the interval of one look of several; `None` if it has no interval.
fn widened_around_value(metric: Metric, looks: usize) -> Option<Metric> {
    let (value, [low, high]) = metric.value.zip(metric.ci95)?;
    let by = wider(metric.n, MOST_DEGREES, looks);
    // What is never below nothing is not so in an interval either.
    let least = if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
    let ci95 = Some([(value - by * (value - low)).max(least), value + by * (high - value)]);
    Some(Metric { ci95, ..metric })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{RunOptions, Watch, run};
    use crate::scenario::parse;

    fn scenario(replications: u32, more: &str) -> Scenario {
        let text = format!(
            "{{ limitlab: 1, name: small, duration: 1h, replications: {replications}, workspaces: [
            {{ group: shops, count: 10, agents: [{{ name: sales, traffic: {{ rate: 12/h }} }}] }},
            {{ group: one, agents: [{{ name: sales, traffic: {{ rate: 12/h }} }}] }}]{more} }}"
        );
        parse("small.yaml", &text, &[]).unwrap()
    }

    #[test]
    fn the_first_look_has_enough_to_be_believed() {
        let looks = |scenario: &Scenario| looks(scenario, 512);
        assert_eq!(looks(&scenario(1, "")), [32, 128, 512]);
        assert_eq!(looks(&scenario(1, ", thresholds: [loss.rate < 1%]")), [3, 12, 48, 192, 512]);
        let of_one = ", thresholds: [loss.rate < 1%, 'loss.rate{group=one} < 1%']";
        assert_eq!(looks(&scenario(5, of_one)), [32, 128, 512]);
        let meeting = ", backend: { servers: 1, service_time: 1s }, thresholds: [loss.rate < 1%]";
        assert_eq!(looks(&scenario(100, meeting)), [100, 400, 512]);
        assert_eq!(looks(&scenario(600, meeting)), [512]);
    }

    #[test]
    fn more_looks_have_wider_intervals_and_few_observations_tell_nothing() {
        let metric = Metric { value: Some(10.0), ci95: Some([9.0, 12.0]), n: 1_000 };
        let same = widened_around_value(metric, 1).unwrap().ci95.unwrap();
        assert!((same[0] - 9.0).abs() < 1e-12 && (same[1] - 12.0).abs() < 1e-12);
        // Tables: Student's t with 19 degrees exceeds 2.0930 with 2.5%, and 2.8609 with 0.5%.
        let [low, high] = widened_around_value(metric, 5).unwrap().ci95.unwrap();
        let by = 2.8609 / 2.0930;
        assert!((low - (10.0 - by)).abs() < 1e-4 && (high - (10.0 + 2.0 * by)).abs() < 1e-4);
        let near = Metric { value: Some(0.1), ci95: Some([0.0, 0.2]), n: 1_000 };
        assert_eq!(
            widened_around_value(near, 5).unwrap().ci95.unwrap()[0].to_bits(),
            0.0_f64.to_bits()
        );
        assert_eq!(widened_around_value(Metric { ci95: None, ..metric }, 5), None);
        // With 9 degrees 2.2622 and 3.2498; of 10 in [8, 18] the middle is 12.
        let metric = Metric { ci95: Some([8.0, 18.0]), ..metric };
        let [low, high] = widened_deviation(metric, 5).unwrap().ci95.unwrap();
        let by = libm::pow(1.5, 3.2498 / 2.2622);
        assert!((low - 12.0 / by).abs() < 1e-3 && (high - 12.0 * by).abs() < 1e-3, "{low} {high}");
        assert_eq!(widened_deviation(Metric { ci95: None, ..metric }, 5), None);

        let told = |replications: u32, threshold: &str| {
            let scenario = scenario(replications, &format!(", thresholds: ['{threshold}']"));
            let outcome = run(&scenario, RunOptions::default(), &Watch::default()).unwrap();
            judge(&scenario, &outcome.summary, 3).remove(0).verdict
        };
        // 132 messages in each replication, of 11 workspaces.
        assert_eq!(told(2, "messages.offered > 10"), ThresholdVerdict::Inconclusive);
        assert_eq!(told(4, "messages.offered > 10"), ThresholdVerdict::Pass);
        assert_eq!(told(4, "messages.offered > 200"), ThresholdVerdict::Fail);
        // Nobody is refused: that might be chance, as long as nothing else was seen.
        assert_eq!(told(4, "loss.rate < 1%"), ThresholdVerdict::Inconclusive);
        assert_eq!(told(10, "loss.rate < 1%"), ThresholdVerdict::Pass);
        // What has no interval goes by its value.
        assert_eq!(told(1, "latency.max < 1s"), ThresholdVerdict::Pass);
    }
}
