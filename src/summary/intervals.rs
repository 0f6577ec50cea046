//! What the 95% intervals of a run are taken over, and those of figures that are no sums over workspaces.

use super::model::Over;
use super::windows::over_windows;
use crate::measure::{
    Batches, Family, GroupFrame, GroupMeasures, Histogram, Kind, Measures, PairMoments, Quantiles,
    Ratio, Whose, student_975,
};
use crate::units::SimSpan;

/// Which intervals the figures of some workspaces have.
#[derive(Clone, Copy)]
pub(super) struct Intervals<'a> {
    pub(super) over: Over,
    measures: &'a Measures,
    whose: Whose,
    frame: &'a GroupFrame,
    of: &'a GroupMeasures,
}

/// What intervals are taken over.
pub(super) fn over(measures: &Measures) -> Over {
    let window = measures.frame.all.window;
    if let Some(batches) = measures.frame.all.batches {
        let are_enough = batches.begun(window.until) >= Batches::FEWEST;
        if are_enough { Over::Batches } else { Over::Nothing }
    } else if measures.by_replication {
        Over::Replications
    } else if !measures.frame.depend {
        Over::Workspaces
    } else {
        Over::Nothing
    }
}

impl<'a> Intervals<'a> {
    /// Of these.
    pub(super) fn of(measures: &'a Measures, whose: Whose) -> Self {
        let (frame, of) = measures.of(whose);
        Self { over: over(measures), measures, whose, frame, of }
    }

    /// What was measured.
    pub(super) const fn measured(&self) -> (&'a GroupFrame, &'a GroupMeasures) {
        (self.frame, self.of)
    }

    /// How many of what they are taken over there are.
    pub(super) fn count(&self) -> u64 {
        match self.over {
            Over::Batches => self.frame.batches.map_or(0, |it| it.begun(self.frame.window.until)),
            Over::Workspaces => self.of.workspaces,
            _ => self.of.moments.first().map_or(0, PairMoments::count),
        }
    }

    /// How many of them a family is known of.
    pub(super) fn behind(&self, family: Family) -> u64 {
        match self.over {
            Over::Batches => self.of.sections.count(family),
            _ => self.count(),
        }
    }

    /// The sums that the figure with a number among the frame's ratios is made of. Groups are populations of
    /// their own, of as many workspaces in every run; a group of one is none, since it does not tell how others
    /// differ. Who is on a plan is chance, and that makes totals uncertain.
    pub(super) fn strata(&self, figure: usize, kind: Kind) -> Vec<&'a PairMoments> {
        let Measures { groups, plans, .. } = self.measures;
        let of_group = |group: &'a GroupMeasures| &group.moments[figure];
        match self.whose {
            Whose::All if self.over == Over::Workspaces => {
                let strata: Vec<&PairMoments> = groups.iter().map(of_group).collect();
                if strata.iter().all(|it| it.count() > 1) {
                    strata
                } else {
                    vec![of_group(self.of)]
                }
            }
            Whose::Plan(place) if kind == Kind::Total && !plans[place].strata.is_empty() => {
                plans[place].strata.iter().map(|stratum| &stratum[figure]).collect()
            }
            Whose::All | Whose::Group(_) | Whose::Plan(_) => vec![of_group(self.of)],
        }
    }

    /// The interval of a deviation.
    pub(super) fn deviation(&self, family: Family, value: f64) -> Option<[f64; 2]> {
        Some(self.of.sections.deviation(family)?.map(|factor| value * factor))
    }

    /// Half the width of the interval of a mean time \[s\].
    pub(super) fn mean(&self, family: Family) -> Option<f64> {
        let moments = self.of.sections.mean(family);
        Some(moments.ratio()?.half_width? / 1e9)
    }

    /// The quantiles of a family whose values are counted in a histogram.
    pub(super) fn quantiles<'h>(&self, family: Family, histogram: &'h Histogram) -> Quantiles<'h> {
        self.of.sections.quantiles(family, histogram)
    }

    /// Half the width of the interval of a figure with this value among the frame's ratios, over batches, and of how
    /// many it is made. How many workspaces are on a plan was drawn once for all of them, so they do not tell how
    /// far its totals are uncertain.
    pub(super) fn batched(
        &self,
        (number, ratio): (usize, &Ratio),
        value: f64,
    ) -> Option<(f64, u64)> {
        if ratio.kind == Kind::Total && self.is_drawn() {
            return None;
        }
        if ratio.is_of_servers() {
            return self.of_servers(&ratio.metric, value);
        }
        let whole = &self.of.moments[number];
        let (interval, count) = self.of.batches.interval(ratio, whole, self.frame.window)?;
        Some((interval.half_width? * ratio.scale, count))
    }

    /// Whether it is drawn who is meant.
    fn is_drawn(&self) -> bool {
        matches!(self.whose, Whose::Plan(place) if self.measures.frame.plans[place].is_drawn)
    }

    /// The same of a level of servers, from what it was in each batch: by how far that lies from its value on the
    /// whole.
    ///
    /// Source: S. Asmussen, P. W. Glynn, Stochastic Simulation (2007), section III.5: sectioning.
    pub(super) fn of_servers(&self, metric: &str, value: f64) -> Option<(f64, u64)> {
        let batches = self.frame.batches?;
        let bin = self.measures.frame.bin.nanos();
        let width = SimSpan::from_nanos(bin * batches.length as u64);
        let windows = over_windows(self.measures, self.whose, metric, width);
        let whole = windows.into_iter().step_by(batches.length).take(batches.count);
        // A batch in which there was nothing to share tells nothing.
        let values: Vec<f64> = whole.filter_map(|window| window.value).collect();
        let count = values.len() as u64;
        let degrees = count.checked_sub(1).filter(|_| count >= Batches::FEWEST)?;
        let squares: f64 = values.iter().map(|it| (it - value) * (it - value)).sum();
        let error = (squares / degrees as f64 / count as f64).sqrt();
        Some((student_975(degrees) * error, count))
    }
}
