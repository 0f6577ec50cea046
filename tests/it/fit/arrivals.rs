//! Which law arrivals are taken to follow, and with which parameters.

use limitlab::random::Draw;
use rand_distr::{Distribution, Exp, Gamma, LogNormal, Weibull};

use super::{DAY, HOUR, Rows, assert_unbiased, fitted, renewals, traffic, words};

/// Traces of each law; the chance that one of them is taken for another is far smaller than 1 %, but
/// for the exponential law, which is rejected once in a hundred times.
const TRACES: u64 = 8;
/// The mean gap \[s\].
const MEAN: f64 = 2.0 * HOUR;

/// Fits traces of a law, which must be recognised: their mean gap \[s\] and its cv.
#[track_caller]
fn check(name: &str, cv: f64, law: &impl Distribution<f64>) {
    let mut means = Vec::new();
    let mut cvs = Vec::new();
    for seed in 0..TRACES {
        let fit = fitted(&renewals(law, words(name, seed), 14.0));
        let traffic = traffic(&fit);
        assert_eq!(traffic.law.name, name, "{traffic:#?}");
        assert!(traffic.law.distance().unwrap() < 0.015, "{traffic:#?}");
        means.push(traffic.law.mean_s);
        cvs.push(traffic.law.cv);
    }
    // A run begins with a whole gap, and then has (cv^2 - 1) / 2 messages too many: those are taken off.
    let each = 14.0 * DAY / MEAN;
    assert_unbiased("mean", &means, MEAN * each / (each - f64::midpoint(cv * cv, -1.0)));
    if name == "exponential" {
        assert!(cvs.iter().all(|&it| it.total_cmp(&1.0).is_eq()));
    } else {
        assert_unbiased("cv", &cvs, cv);
    }
}

#[test]
fn a_poisson_stream() {
    check("exponential", 1.0, &Exp::new(1.0 / MEAN).unwrap());
}

#[test]
fn gamma_gaps_that_cluster_and_that_are_regular() {
    for shape in [0.3_f64, 2.0] {
        check("gamma", 1.0 / shape.sqrt(), &Gamma::new(shape, MEAN / shape).unwrap());
    }
}

#[test]
fn weibull_gaps() {
    // Shape 1/2: the mean is twice the scale, the cv is the root of 5.
    check("weibull", 5.0_f64.sqrt(), &Weibull::new(MEAN / 2.0, 0.5).unwrap());
}

#[test]
fn lognormal_gaps() {
    check("lognormal", 2.0, &LogNormal::from_mean_cv(MEAN, 2.0).unwrap());
}

/// Poisson streams that are on for an hour and off for five, on average, with a message every five
/// minutes while on.
fn bursts(mut words: Draw) -> String {
    let (on, off, gap) = (
        Exp::new(1.0 / HOUR).unwrap(),
        Exp::new(0.2 / HOUR).unwrap(),
        Exp::new(1.0 / 300.0).unwrap(),
    );
    let mut rows = Rows::default();
    for workspace in 1..=40 {
        for agent in 1..=2 {
            // Who is on at first is so as often as in the long run: every sixth.
            let mut is_on = (2 * workspace + agent) % 6 == 0;
            let mut at = 0.0;
            while at < 14.0 * DAY {
                let length = if is_on { on.sample(&mut words) } else { off.sample(&mut words) };
                let mut next = at + gap.sample(&mut words);
                while is_on && next < (at + length).min(14.0 * DAY) {
                    rows.add(next, format!("shops/{workspace},sales/{agent},message,"));
                    next += gap.sample(&mut words);
                }
                at += length;
                is_on = !is_on;
            }
        }
    }
    rows.text()
}

/// The number before a unit, in seconds.
fn seconds(text: &str) -> f64 {
    text.parse::<limitlab::units::SimSpan>().unwrap().as_secs_f64()
}

#[test]
fn a_stream_that_is_on_and_off() {
    let (mut on, mut off, mut means) = (vec![], vec![], vec![]);
    for seed in 0..TRACES {
        let fit = fitted(&bursts(words("bursts", seed)));
        let traffic = traffic(&fit);
        assert_eq!(traffic.law.name, "bursts", "{traffic:#?}");
        assert_eq!(traffic.profile, None);
        let written = traffic.bursts.as_ref().unwrap();
        let part = |key: &str| {
            let after = written.split_once(&format!("{key}: {{ exponential: ")).unwrap().1;
            seconds(after.split_once(' ').unwrap().0)
        };
        on.push(part("on"));
        off.push(part("off"));
        means.push(traffic.law.mean_s);
    }
    assert_unbiased("on", &on, HOUR);
    assert_unbiased("off", &off, 5.0 * HOUR);
    assert_unbiased("mean gap", &means, 1_800.0);
}

/// Weights of a day: a wave that is three times as high at noon as at midnight.
fn wave() -> Vec<f64> {
    let angle = |hour: f64| std::f64::consts::TAU * (hour + 0.5) / 24.0;
    (0..24).map(|hour| 1.0 - 0.5 * libm::cos(angle(f64::from(hour)))).collect()
}

/// A Poisson stream of a wave, by thinning one of its peak.
fn waving(mut words: Draw, days: f64) -> String {
    let weights = wave();
    let peak = Exp::new(1.5 / MEAN).unwrap();
    let mark = rand_distr::Uniform::new(0.0, 1.5).unwrap();
    let mut rows = Rows::default();
    for workspace in 1..=40 {
        for agent in 1..=2 {
            let mut at = peak.sample(&mut words);
            while at < days * DAY {
                if mark.sample(&mut words) < weights[(at / HOUR) as usize % 24] {
                    rows.add(at, format!("shops/{workspace},sales/{agent},message,"));
                }
                at += peak.sample(&mut words);
            }
        }
    }
    rows.text()
}

#[test]
fn a_wave_is_found_and_leaves_a_poisson_stream() {
    for (days, seed) in [(3.0, 0), (7.0, 1), (21.0, 2)] {
        let fit = fitted(&waving(words("wave", seed), days));
        let traffic = traffic(&fit);
        let profile = traffic.profile.as_ref().unwrap_or_else(|| panic!("{traffic:#?}"));
        assert_eq!((traffic.law.name.as_str(), profile.weights.len()), ("exponential", 24));
        // Each weight scatters as a Poisson count does: a chi-square of 24 - 1, of which 0.1 % are
        // above 49.7.
        let each = 80.0 * days * DAY / MEAN / 24.0;
        let pairs = profile.weights.iter().zip(wave());
        let square: f64 =
            pairs.map(|(found, weight)| (found - weight) * (found - weight) / weight * each).sum();
        assert!(square < 49.7, "{square} over {days} days: {profile:?}");
    }
}

#[test]
fn weekdays_are_told_apart_in_two_weeks_and_not_before() {
    let rate = Exp::new(2.0 / HOUR).unwrap();
    for (days, weights) in [(13.0, 24), (21.0, 168)] {
        let mut words = words("week", 0);
        let mut rows = Rows::default();
        for workspace in 1..=40 {
            let mut at = rate.sample(&mut words);
            while at < days * DAY {
                // 2026-01-01, the first day, is a Thursday: nobody writes on Saturday and Sunday, and
                // at night.
                let (day, hour) = ((at / DAY) as usize % 7, (at / HOUR) as usize % 24);
                if !(2..4).contains(&day) && hour >= 8 {
                    rows.add(at, format!("shops/{workspace},sales,message,"));
                }
                at += rate.sample(&mut words);
            }
        }
        let fit = fitted(&rows.text());
        let profile = traffic(&fit).profile.as_ref().unwrap();
        assert_eq!(profile.weights.len(), weights);
        if weights == 168 {
            // Weekends do not lie in the middle of it, which is no trend.
            assert_eq!(traffic(&fit).trend, None);
            let total = |day: usize| profile.weights[24 * day..24 * (day + 1)].iter().sum::<f64>();
            assert!(total(5) + total(6) < 1e-9, "nobody writes on a weekend");
            // Five days have all that seven have on average; each scatters by 1.3 %.
            assert!((0..5).all(|day| (total(day) / 24.0 - 1.4).abs() < 0.08));
        }
    }
}

#[test]
fn bursts_are_not_taken_for_a_profile() {
    let law = Gamma::new(0.1, 10.0 * MEAN).unwrap();
    let found = (0..40)
        .filter(|&seed| {
            let fit = fitted(&renewals(&law, words("flat", seed), 4.0));
            traffic(&fit).profile.is_some()
        })
        .count();
    // The level is 1 %: more than three of forty have a chance below 0.1 %.
    assert!(found <= 3, "{found} of 40 have a profile");
}

#[test]
fn few_messages_and_constant_gaps() {
    let fit = fitted(&renewals(&Exp::new(0.1 / DAY).unwrap(), words("few", 0), 2.0));
    let traffic = traffic(&fit);
    assert_eq!((traffic.law.name.as_str(), traffic.law.candidates.len()), ("exponential", 0));
    let mut rows = Rows::default();
    for minute in 1..=1_000 {
        rows.add(f64::from(minute) * 300.0, "shops,cron,message,1".to_owned());
    }
    let fit = fitted(&rows.text());
    assert_eq!(super::traffic(&fit).interarrival.as_deref(), Some("5m"));
}

#[test]
fn agents_that_differ_are_said_to() {
    let mut words = words("differ", 0);
    let mut rows = Rows::default();
    for workspace in 1..=40 {
        let gap = Exp::new(f64::from(workspace % 4 + 1) / MEAN).unwrap();
        let mut at = gap.sample(&mut words);
        while at < 14.0 * DAY {
            rows.add(at, format!("shops/{workspace},sales,message,"));
            at += gap.sample(&mut words);
        }
    }
    let fit = fitted(&rows.text());
    assert!(super::line(&fit).differ.is_some_and(|ratio| ratio > 10.0), "{fit:#?}");
    assert!(
        fit.not_fitted.iter().any(|note| note.starts_with("shops.sales: how much agents differ"))
    );
}
