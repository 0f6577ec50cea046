//! Axes: where values lie, and which of them are named.

use crate::report::format::number;

/// One axis of a plot.
pub(super) struct Axis {
    /// What is measured along it, with its unit.
    pub title: String,
    scale: Scale,
    low: f64,
    high: f64,
    /// Values that are named, ascending.
    pub ticks: Vec<(f64, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Linear,
    Logarithmic,
}

/// Seconds in a day.
const DAY: f64 = 86_400.0;

/// Units of times on a linear axis, with their lengths \[s\].
const TIME_UNITS: [(&str, f64); 7] = [
    ("ns", 1e-9),
    ("µs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("min", 60.0),
    ("h", 3_600.0),
    ("d", DAY),
];

/// Steps between ticks of a time axis \[s\], with the unit of their labels.
const TIME_STEPS: [(f64, &str, f64); 30] = [
    (1e-3, "ms", 1e-3),
    (1e-2, "ms", 1e-3),
    (0.1, "ms", 1e-3),
    (0.2, "ms", 1e-3),
    (0.5, "ms", 1e-3),
    (1.0, "s", 1.0),
    (2.0, "s", 1.0),
    (5.0, "s", 1.0),
    (10.0, "s", 1.0),
    (20.0, "s", 1.0),
    (30.0, "s", 1.0),
    (60.0, "min", 60.0),
    (120.0, "min", 60.0),
    (300.0, "min", 60.0),
    (600.0, "min", 60.0),
    (1_200.0, "min", 60.0),
    (1_800.0, "min", 60.0),
    (3_600.0, "h", 3_600.0),
    (2.0 * 3_600.0, "h", 3_600.0),
    (3.0 * 3_600.0, "h", 3_600.0),
    (6.0 * 3_600.0, "h", 3_600.0),
    (12.0 * 3_600.0, "h", 3_600.0),
    (DAY, "d", DAY),
    (2.0 * DAY, "d", DAY),
    (5.0 * DAY, "d", DAY),
    (10.0 * DAY, "d", DAY),
    (30.0 * DAY, "d", DAY),
    (100.0 * DAY, "d", DAY),
    (1_000.0 * DAY, "d", DAY),
    (10_000.0 * DAY, "d", DAY),
];

/// Named values of a logarithmic axis of times \[s\]: a few for wide ranges.
const TIMES: [(f64, &str); 18] = [
    (1e-9, "1 ns"),
    (1e-8, "10 ns"),
    (1e-7, "100 ns"),
    (1e-6, "1 µs"),
    (1e-5, "10 µs"),
    (1e-4, "100 µs"),
    (1e-3, "1 ms"),
    (1e-2, "10 ms"),
    (0.1, "100 ms"),
    (1.0, "1 s"),
    (10.0, "10 s"),
    (60.0, "1 min"),
    (600.0, "10 min"),
    (3_600.0, "1 h"),
    (6.0 * 3_600.0, "6 h"),
    (DAY, "1 d"),
    (10.0 * DAY, "10 d"),
    (100.0 * DAY, "100 d"),
];

/// More of them, for narrow ranges of the times that are usual.
const MORE_TIMES: [(f64, &str); 24] = [
    (1e-3, "1 ms"),
    (2e-3, "2 ms"),
    (5e-3, "5 ms"),
    (1e-2, "10 ms"),
    (2e-2, "20 ms"),
    (5e-2, "50 ms"),
    (0.1, "100 ms"),
    (0.2, "200 ms"),
    (0.5, "500 ms"),
    (1.0, "1 s"),
    (2.0, "2 s"),
    (5.0, "5 s"),
    (10.0, "10 s"),
    (20.0, "20 s"),
    (30.0, "30 s"),
    (60.0, "1 min"),
    (120.0, "2 min"),
    (300.0, "5 min"),
    (600.0, "10 min"),
    (1_200.0, "20 min"),
    (1_800.0, "30 min"),
    (3_600.0, "1 h"),
    (2.0 * 3_600.0, "2 h"),
    (6.0 * 3_600.0, "6 h"),
];

impl Axis {
    /// Time from the start to `end` \[s\]; `start` is what the start is on the calendar.
    pub(super) fn since_start(end: f64, start: &str) -> Self {
        const MOST_TICKS: f64 = 10.0;
        let (step, unit, length) = TIME_STEPS
            .into_iter()
            .find(|(step, _, _)| end / step <= MOST_TICKS)
            .unwrap_or(TIME_STEPS[TIME_STEPS.len() - 1]);
        // Multiples of the step up to the end, however it was rounded.
        let ticks = (0..=(end / step + 1e-9) as u64)
            .map(|index| {
                let at = index as f64 * step;
                (at, format!("{} {unit}", number(at / length)))
            })
            .collect();
        let title = format!("time from the start ({start})");
        Self { title, scale: Scale::Linear, low: 0.0, high: end, ticks }
    }

    /// Times from `low` to `high` \[s\], both above 0, on a logarithmic scale.
    pub(super) fn log_time(title: &str, low: f64, high: f64) -> Self {
        const ROOM: f64 = 1.12;
        // A factor of three at least, so that a constant time is a line in the middle.
        let (low, high) = if high < 3.0 * low { (low / 2.0, high * 2.0) } else { (low, high) };
        let (low, high) = (low / ROOM, high * ROOM);
        let inside = |times: &[(f64, &str)]| -> Vec<(f64, String)> {
            let inside = times.iter().filter(|(value, _)| (low..=high).contains(value));
            inside.map(|(value, label)| (*value, (*label).to_owned())).collect()
        };
        let few = inside(&TIMES);
        let ticks = if few.len() < 4 { inside(&MORE_TIMES) } else { few };
        Self { title: title.to_owned(), scale: Scale::Logarithmic, low, high, ticks }
    }

    /// Amounts from 0 to at least `most`.
    pub(super) fn amounts(title: &str, most: f64) -> Self {
        let step = step(most);
        Self::linear(title, most, step, number)
    }

    /// Whole numbers from 0 to at least `most`.
    pub(super) fn counts(title: &str, most: f64) -> Self {
        Self::linear(title, most, step(most).max(1.0), number)
    }

    /// Shares from 0 to at least `most`; to 1 where that is not far.
    pub(super) fn shares(title: &str, most: f64) -> Self {
        let near = most > 0.4 && most <= 1.0;
        let (most, step) = if near { (1.0, 0.2) } else { (most, step(most)) };
        Self::linear(title, most, step, |share| format!("{} %", number(share * 100.0)))
    }

    /// Quantiles by how rare what lies above them is: each step to the right is ten times rarer.
    /// Values are 1 / (1 - q), up to `most`.
    pub(super) fn rarity(title: &str, most: f64) -> Self {
        let all: [(f64, &str); 9] = [
            (1.0, "0 %"),
            (2.0, "50 %"),
            (10.0, "90 %"),
            (100.0, "99 %"),
            (1e3, "99.9 %"),
            (1e4, "99.99 %"),
            (1e5, "99.999 %"),
            (1e6, "99.9999 %"),
            (1e7, "99.99999 %"),
        ];
        let ticks = all
            .into_iter()
            .filter(|(value, _)| *value <= most)
            .map(|(value, label)| (value, label.to_owned()))
            .collect();
        let scale = Scale::Logarithmic;
        Self { title: title.to_owned(), scale, low: 1.0, high: most, ticks }
    }

    /// Places for `count` things side by side, at 0.5, 1.5 and so on.
    pub(super) fn places(title: &str, labels: impl Iterator<Item = String>) -> Self {
        let ticks: Vec<(f64, String)> =
            labels.enumerate().map(|(place, label)| (place as f64 + 0.5, label)).collect();
        let high = ticks.len().max(1) as f64;
        Self { title: title.to_owned(), scale: Scale::Linear, low: 0.0, high, ticks }
    }

    /// Times from 0 to at least `most` \[s\].
    pub(super) fn times(title: &str, most: f64) -> Self {
        let (unit, length) = TIME_UNITS
            .into_iter()
            .rfind(|(_, length)| most >= *length * 1.5)
            .unwrap_or(if most > 0.0 { TIME_UNITS[0] } else { ("s", 1.0) });
        let label = |time: f64| format!("{} {unit}", number(time / length));
        Self::linear(title, most, step(most / length) * length, label)
    }

    /// Figures from below 0 to at least `most`, where some are.
    pub(super) fn signed(title: &str, least: f64, most: f64) -> Self {
        let step = step(most.max(0.0) - least);
        let (below, above) = ((-least / step - 1e-9).ceil(), (most / step - 1e-9).ceil().max(0.0));
        let ticks = (-(below as i64)..=above as i64)
            .map(|index| index as f64 * step)
            .map(|value| (value, number(value)))
            .collect();
        let (low, high) = (-below * step, above * step);
        Self { title: title.to_owned(), scale: Scale::Linear, low, high, ticks }
    }

    /// These values, ascending, all of which are named if they are not too many, with room at both ends; on a logarithmic scale
    /// where most of them would lie on one spot else.
    pub(super) fn values(title: &str, values: &[(f64, String)]) -> Self {
        const ROOM: f64 = 0.03;
        const MOST_NAMED: usize = 40;
        let ends = values.first().zip(values.last());
        let (low, high) = ends.map_or((0.0, 1.0), |(first, last)| (first.0, last.0));
        let gap = values.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(0.0, f64::max);
        let is_wide = low > 0.0 && high >= 20.0 * low && gap > 0.4 * (high - low);
        let (scale, low, high) = if is_wide {
            let room = libm::pow(high / low, ROOM);
            (Scale::Logarithmic, low / room, high * room)
        } else {
            let room = if high > low { (high - low) * ROOM } else { 1.0 };
            (Scale::Linear, low - room, high + room)
        };
        let every = values.len().div_ceil(MOST_NAMED).max(1);
        let ticks = values.iter().step_by(every).cloned().collect();
        Self { title: title.to_owned(), scale, low, high, ticks }
    }

    fn linear(title: &str, most: f64, step: f64, label: impl Fn(f64) -> String) -> Self {
        let steps = (most / step - 1e-9).ceil().max(1.0) as u64;
        // A product, since a sum of steps would not be round.
        let ticks = (0..=steps)
            .map(|index| {
                let value = index as f64 * step;
                (value, label(value))
            })
            .collect();
        let high = steps as f64 * step;
        Self { title: title.to_owned(), scale: Scale::Linear, low: 0.0, high, ticks }
    }

    /// Where a value lies: 0 at the low end, 1 at the high end, not beyond.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Logarithmic => {
                let log = |value: f64| libm::log10(value.max(f64::MIN_POSITIVE));
                (log(value) - log(self.low)) / (log(self.high) - log(self.low))
            }
        };
        place.clamp(0.0, 1.0)
    }
}

/// The step of 1, 2 or 5 times a power of ten that gives three to six ticks up to `most`.
fn step(most: f64) -> f64 {
    if most <= 0.0 {
        return 1.0;
    }
    let (mut power, mut scaled) = (1.0, most);
    while scaled > 10.0 {
        scaled /= 10.0;
        power *= 10.0;
    }
    while scaled <= 1.0 {
        scaled *= 10.0;
        power /= 10.0;
    }
    let step = match scaled {
        s if s > 6.0 => 2.0,
        s if s > 3.0 => 1.0,
        s if s > 1.5 => 0.5,
        _ => 0.25,
    };
    step * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn time_axes_count_in_units_of_the_calendar() {
        let labels_of = |end: f64| labels(&Axis::since_start(end, "")).join(", ");
        assert_eq!(labels_of(30.0 * DAY), "0 d, 5 d, 10 d, 15 d, 20 d, 25 d, 30 d");
        assert_eq!(labels_of(DAY), "0 h, 3 h, 6 h, 9 h, 12 h, 15 h, 18 h, 21 h, 24 h");
        assert_eq!(labels_of(95.0), "0 s, 10 s, 20 s, 30 s, 40 s, 50 s, 60 s, 70 s, 80 s, 90 s");
    }

    #[test]
    fn logarithmic_axes_name_a_handful_of_times() {
        let wide = Axis::log_time("", 1e-3, 4_000.0);
        assert_eq!(labels(&wide).join(", "), "1 ms, 10 ms, 100 ms, 1 s, 10 s, 1 min, 10 min, 1 h");
        let narrow = Axis::log_time("", 1.0, 3.0);
        assert_eq!(labels(&narrow).join(", "), "1 s, 2 s");
        let constant = Axis::log_time("", 2.0, 2.0);
        assert!((constant.place(2.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn times_from_zero_count_in_a_unit_that_suits_them() {
        for (most, text) in [
            (0.0, "0 s, 1 s"),
            (0.012, "0 ms, 2.5 ms, 5 ms, 7.5 ms, 10 ms, 12.5 ms"),
            (12.0, "0 s, 2.5 s, 5 s, 7.5 s, 10 s, 12.5 s"),
            (80.0, "0 s, 20 s, 40 s, 60 s, 80 s"),
            (3.0 * DAY, "0 d, 0.5 d, 1 d, 1.5 d, 2 d, 2.5 d, 3 d"),
        ] {
            assert_eq!(labels(&Axis::times("", most)).join(", "), text);
        }
    }

    #[test]
    fn figures_below_zero_have_an_axis_too() {
        let axis = Axis::signed("", -0.3, 0.9);
        assert_eq!(labels(&axis).join(", "), "-0.5, -0.25, 0, 0.25, 0.5, 0.75, 1");
        let axis = Axis::signed("", -4.0, -1.0);
        assert_eq!(labels(&axis).join(", "), "-4, -3, -2, -1, 0");
        assert!(axis.place(-4.0) == 0.0 && axis.place(0.0) > 0.99);
    }

    #[test]
    fn values_that_are_swept_lie_where_they_belong() {
        let axis = |values: &[f64]| {
            let values: Vec<_> = values.iter().map(|it| (*it, it.to_string())).collect();
            let axis = Axis::values("", &values);
            values.iter().map(|(value, _)| axis.place(*value)).collect::<Vec<f64>>()
        };
        let places = axis(&[100.0, 200.0, 400.0]);
        assert!((places[1] - places[0] - (places[2] - places[0]) / 3.0).abs() < 1e-9, "{places:?}");
        let places = axis(&[1.0, 10.0, 100.0]);
        assert!((places[1] - 0.5).abs() < 1e-9, "{places:?}");
        assert!((axis(&[7.0])[0] - 0.5).abs() < 1e-9);
    }

    #[test]
    fn linear_axes_end_on_a_tick() {
        for (most, text) in [
            (0.0, "0, 1"),
            (3.0, "0, 0.5, 1, 1.5, 2, 2.5, 3"),
            (1_234.0, "0, 250, 500, 750, 1,000, 1,250"),
            (87_654.0, "0, 20,000, 40,000, 60,000, 80,000, 100,000"),
        ] {
            assert_eq!(labels(&Axis::amounts("", most)).join(", "), text);
        }
        assert_eq!(labels(&Axis::counts("", 3.0)).join(", "), "0, 1, 2, 3");
        assert_eq!(labels(&Axis::shares("", 0.7)).last(), Some(&"100 %"));
        assert_eq!(
            labels(&Axis::shares("", 2.6)).join(", "),
            "0 %, 50 %, 100 %, 150 %, 200 %, 250 %, 300 %"
        );
        assert_eq!(
            labels(&Axis::shares("", 0.03)).join(", "),
            "0 %, 0.5 %, 1 %, 1.5 %, 2 %, 2.5 %, 3 %"
        );
    }
}
