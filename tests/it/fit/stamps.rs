//! Times that are rounded.

use rand_distr::{Distribution, Exp};

use super::{DAY, HOUR, Rows, fitted, traffic, words};

/// Poisson streams at ten agents, with times rounded down to so many seconds; one is off.
fn floored(mean: f64, grain: f64, off: f64) -> String {
    let mut words = words("floored", 0);
    let gap = Exp::new(1.0 / mean).unwrap();
    let mut rows = Rows::default();
    for workspace in 1..=10 {
        let mut at = gap.sample(&mut words);
        while at < 7.0 * DAY {
            rows.add((at / grain).floor() * grain, format!("shops/{workspace},sales,message,"));
            at += gap.sample(&mut words);
        }
    }
    rows.add(3.0 * DAY + off, "shops/1,sales,message,".to_owned());
    rows.text()
}

#[test]
fn a_poisson_stream_stays_one_when_times_are_rounded_down() {
    for (mean, grain) in [(30.0, 1.0), (600.0, 60.0), (30.0, 60.0), (1_800.0, HOUR), (900.0, HOUR)]
    {
        let fit = fitted(&floored(mean, grain, 0.0));
        let law = &traffic(&fit).law;
        assert_eq!((law.name.as_str(), law.fits), ("exponential", Some(true)), "{law:#?}");
        assert!((law.mean_s / mean - 1.0).abs() < 0.1, "{law:#?}");
    }
}

#[test]
fn one_finer_stamp_changes_nothing() {
    let law = |off: f64| traffic(&fitted(&floored(600.0, 60.0, off))).law.clone();
    let (all, but_one) = (law(0.0), law(0.001));
    assert_eq!((&all.name, all.count, all.fits), (&but_one.name, but_one.count, but_one.fits));
    for (one, other) in all.candidates.iter().zip(&but_one.candidates) {
        assert!((one.distance - other.distance).abs() < 0.001, "{one:?} and {other:?}");
    }
}
