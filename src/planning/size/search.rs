//! Which setting to try next, if more of a knob is never worse.

use crate::planning::grid::Grid;
use crate::summary::ThresholdVerdict;

/// What is known of the settings of a grid's knobs. Settings have numbers, as points of the grid have.
///
/// Who meets the thresholds does so with more of any knob, and who does not does not with less: so what was
/// tried tells of others. Of those that may still be the answer the one in the middle is tried next, in the
/// order of what they cost at least; with one knob that is bisection.
pub(super) struct Search {
    /// How many values each knob has.
    lengths: Vec<usize>,
    /// The places of each setting's values.
    places: Vec<Vec<usize>>,
    /// What each costs at least.
    floor: Vec<f64>,
    /// What is known of each, so far.
    known: Vec<Known>,
    /// What the cheapest costs that meets the thresholds.
    best: f64,
    /// All of them, in the order in which they are looked through.
    order: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    /// It was tried, or need not be.
    Settled,
}

impl Search {
    /// Of a grid whose settings cost at least `floor`.
    pub(super) fn new(grid: &Grid, is_reversed: bool, floor: Vec<f64>) -> Self {
        let lengths: Vec<usize> = grid.varied().iter().map(|knob| knob.values.len()).collect();
        let turned = |(place, length): (usize, &usize)| {
            if is_reversed { length - 1 - place } else { place }
        };
        let of = |point| grid.places(point).into_iter().zip(&lengths).map(turned).collect();
        let places: Vec<Vec<usize>> = (0..grid.len()).map(of).collect();
        let mut order: Vec<usize> = (0..places.len()).collect();
        let rank = |point: usize| (floor[point], places[point].iter().sum::<usize>());
        order.sort_by(|&one, &other| {
            let (one, other) = (rank(one), rank(other));
            one.0.total_cmp(&other.0).then(one.1.cmp(&other.1))
        });
        let known = vec![Known::Nothing; places.len()];
        Self { lengths, places, floor, known, best: f64::INFINITY, order }
    }

    /// The setting with most of every knob: what does not meet the thresholds there does so nowhere.
    pub(super) fn most(&self) -> usize {
        // A grid has at least one point.
        self.at(|_, length| length - 1).unwrap_or(0)
    }

    /// The settings with least of one knob and most of the others, where that is another one.
    pub(super) fn with_least_of_one(&self) -> Vec<usize> {
        let several = |&knob: &usize| self.lengths[knob] > 1;
        let knobs = (0..self.lengths.len()).filter(several);
        let least = |least| self.at(|knob, length| if knob == least { 0 } else { length - 1 });
        knobs.filter_map(least).collect()
    }

    /// The setting at these places of its knobs, by the number of a knob and that of its values.
    fn at(&self, place: impl Fn(usize, usize) -> usize) -> Option<usize> {
        let lengths = self.lengths.iter().enumerate();
        let wanted: Vec<usize> = lengths.map(|(knob, &length)| place(knob, length)).collect();
        self.places.iter().position(|places| *places == wanted)
    }

    /// The setting to try next; `None` when the answer is known.
    pub(super) fn next(&self) -> Option<usize> {
        let may_be =
            |&&point: &&usize| self.known[point] == Known::Nothing && self.floor[point] < self.best;
        let left: Vec<usize> = self.order.iter().filter(may_be).copied().collect();
        left.get(left.len() / 2).copied()
    }

    /// Learns what became of a setting, and what it really costs.
    pub(super) fn learn(&mut self, point: usize, verdict: ThresholdVerdict, cost: f64) {
        self.known[point] = Known::Settled;
        match verdict {
            ThresholdVerdict::Pass => self.best = self.best.min(cost),
            ThresholdVerdict::Inconclusive => {}
            ThresholdVerdict::Fail => {
                for (other, places) in self.places.iter().enumerate() {
                    let mut pairs = places.iter().zip(&self.places[point]);
                    if pairs.all(|(of_other, of_point)| of_other <= of_point) {
                        self.known[other] = Known::Settled;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ThresholdVerdict::{Fail, Inconclusive, Pass};

    fn grid(knobs: &[&str]) -> Grid {
        let knobs: Vec<String> = knobs.iter().map(|it| (*it).to_owned()).collect();
        Grid::read_knobs(&knobs, &[]).unwrap()
    }

    /// What is tried, and the cheapest of it that meets the thresholds.
    fn search(
        grid: &Grid,
        floor: impl Fn(&[usize]) -> f64,
        cost: impl Fn(&[usize]) -> f64,
        verdict: impl Fn(&[usize]) -> ThresholdVerdict,
    ) -> (usize, Option<Vec<usize>>) {
        let floors = (0..grid.len()).map(|point| floor(&grid.places(point))).collect();
        let mut search = Search::new(grid, false, floors);
        let (mut tried, mut best) = (0, None::<(f64, Vec<usize>)>);
        while let Some(point) = search.next() {
            let places = grid.places(point);
            let (verdict, cost) = (verdict(&places), cost(&places));
            search.learn(point, verdict, cost);
            tried += 1;
            if verdict == Pass && best.as_ref().is_none_or(|it| cost < it.0) {
                best = Some((cost, places));
            }
        }
        (tried, best.map(|it| it.1))
    }

    #[test]
    fn one_knob_is_bisected() {
        let grid = grid(&["a=1..1_000"]);
        let place = |places: &[usize]| places[0] as f64;
        for answer in [0, 1, 17, 500, 998, 999] {
            let verdict = |places: &[usize]| if places[0] >= answer { Pass } else { Fail };
            let (tried, found) = search(&grid, place, place, verdict);
            assert_eq!(found, Some(vec![answer]));
            assert!(tried <= 10, "{tried}");
        }
        let (tried, found) = search(&grid, place, place, |_| Fail);
        assert!(tried <= 10 && found.is_none());
        // What is not certain tells nothing of others.
        let verdict = |places: &[usize]| match places[0] {
            0..=300 => Fail,
            301..=303 => Inconclusive,
            _ => Pass,
        };
        let (tried, found) = search(&grid, place, place, verdict);
        assert_eq!(found, Some(vec![304]));
        assert!(tried <= 20, "{tried}");
    }

    #[test]
    fn the_cheapest_of_several_knobs_is_found_wherever_it_is() {
        let grid = grid(&["a=0..19", "b=0..29"]);
        for (slope, other) in [(1.0, 1.0), (3.0, 1.0), (1.0, 5.0), (2.0, 3.1)] {
            let cost = |places: &[usize]| slope * places[0] as f64 + other * places[1] as f64;
            let verdict = |places: &[usize]| {
                let enough = (places[0] + 1) * (places[1] + 1) >= 60 && places[1] > 2;
                if enough { Pass } else { Fail }
            };
            let all = (0..grid.len()).map(|point| grid.places(point));
            let cheapest = all.filter(|it| verdict(it) == Pass).map(|it| cost(&it));
            let cheapest = cheapest.fold(f64::INFINITY, f64::min);
            let (tried, found) = search(&grid, cost, cost, verdict);
            assert_eq!(cost(&found.unwrap()).to_bits(), cheapest.to_bits());
            assert!(tried < 60, "{tried} of 600");
        }
    }

    #[test]
    fn what_costs_less_than_it_seems_to_is_tried_as_long_as_it_may() {
        // Nothing is known of costs before a setting is tried, and less is dearer here.
        let grid = grid(&["a=0..9", "b=0..9"]);
        let cost = |places: &[usize]| 100.0 - (places[0] * places[1]) as f64;
        let verdict = |places: &[usize]| if places[0] > 3 { Pass } else { Fail };
        let (tried, found) = search(&grid, |_| 0.0, cost, verdict);
        assert_eq!(found, Some(vec![9, 9]));
        assert!(tried < 100, "those that fail are not all tried: {tried}");
    }

    #[test]
    fn the_other_way_round_less_is_more() {
        let grid = grid(&["a=1..100"]);
        let floors = (0..100).map(|place| 99.0 - f64::from(place)).collect();
        let mut search = Search::new(&grid, true, floors);
        assert_eq!((search.most(), search.with_least_of_one()), (0, vec![99]));
        while let Some(point) = search.next() {
            let verdict = if point <= 41 { Pass } else { Fail };
            search.learn(point, verdict, 99.0 - point as f64);
        }
        assert!((search.best - 58.0).abs() < 1e-9);
    }
}
