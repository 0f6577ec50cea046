//! Comparisons of results that are made up.

use indexmap::IndexMap;

use super::*;
use crate::random::{Distribution, Key};
use crate::summary::{
    GroupSummary, Identity, Metric, Over, Replications, Summary, Validity, Verdict,
};

/// A result of one group, `shops`, with these metrics in it and in `all`.
fn saved(seed: u64, metrics: &[(String, Metric)]) -> Saved {
    let group = GroupSummary {
        workspaces: 40,
        metrics: metrics.iter().cloned().collect(),
        refusals: Vec::new(),
    };
    let summary = Summary {
        limitlab: "0.1.0".to_owned(),
        scenario: Identity {
            warm_up_by: None,
            name: "made-up".to_owned(),
            about: None,
            sha256: format!("{seed:064}"),
            start: "2026-01-01T00:00:00Z".to_owned(),
            timezone: "UTC".to_owned(),
            duration_s: 3_600.0,
            warm_up_s: 0.0,
            bin_s: 60.0,
        },
        seed,
        replications: 1,
        intervals: Over::Workspaces,
        validity: Validity { verdict: Verdict::Valid, why: Vec::new() },
        thresholds: Vec::new(),
        groups: IndexMap::from([("all".to_owned(), group.clone()), ("shops".to_owned(), group)]),
        plans: IndexMap::new(),
        run: None,
    };
    Saved::new(summary, Replications::default())
}

fn metric(value: f64, half: f64, n: u64) -> Metric {
    Metric { value: Some(value), ci95: Some([value - half, value + half]), n }
}

fn compared(old: &Saved, new: &Saved) -> CompareSummary {
    compare(old, new, MIN_EFFECT).unwrap()
}

/// One metric of `shops`, of results with other seeds.
fn one(name: &str, old: Metric, new: Metric) -> MetricComparison {
    let [old, new] = [(1, old), (2, new)].map(|(seed, it)| saved(seed, &[(name.to_owned(), it)]));
    compared(&old, &new).groups["shops"][name].clone()
}

/// Two results with the same seed and one metric, by replication.
fn by_replication(name: &str, old: &[f64], new: &[f64]) -> MetricComparison {
    let [old, new] = [old, new].map(|values| {
        let value = Some(values.iter().sum::<f64>() / values.len() as f64);
        let mut saved = saved(1, &[(name.to_owned(), Metric { value, ci95: None, n: 9 })]);
        saved.summary.replications = values.len() as u32;
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        saved.replications.set("shops", name, values);
        saved
    });
    let mut new = new;
    new.summary.scenario.sha256 = "0".repeat(64);
    compared(&old, &new).groups["shops"][name].clone()
}

#[test]
fn independent_means_are_judged_as_published() {
    // Source: B. L. Welch's test in R, of two samples with the means 96.88794 and 87.25706 and the
    // variances 96.85 and 293.80 of 10 and 11 values: t = 1.5964 with 16.2 degrees of freedom, p = 0.1297,
    // interval -3.145136 to 22.406901.
    let half = |variance: f64, n: f64, t: f64| t * (variance / n).sqrt();
    let old = metric(87.25706, half(293.80, 11.0, 2.228_139), 11);
    let new = metric(96.88794, half(96.85, 10.0, 2.262_157), 10);
    let difference = one("fairness.jain", old, new).difference.unwrap();
    let [low, high] = difference.ci95.unwrap();
    assert!((low + 3.145).abs() < 3e-3 && (high - 22.407).abs() < 3e-3, "{low} {high}");
    assert!((difference.p.unwrap() - 0.1297).abs() < 1e-4, "{:?}", difference.p);
    assert_eq!((difference.by, difference.n), (JudgedBy::Intervals, [11, 10]));
}

#[test]
fn pairs_are_judged_as_published() {
    // Source: Student, The probable error of a mean, Biometrika 6 (1908): additional hours of sleep by two
    // drugs in ten patients, as `sleep` in R, whose paired t-test has t = 4.0621 with 9 degrees of freedom,
    // p = 0.002833, interval 0.7001142 to 2.4598858 and mean 1.58.
    let old = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    let new = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    let difference = by_replication("fairness.jain", &old, &new).difference.unwrap();
    assert_eq!((difference.by, difference.n), (JudgedBy::Pairs, [10, 10]));
    assert!((difference.change - 1.58).abs() < 1e-12);
    assert!((difference.p.unwrap() - 0.002_833).abs() < 1e-6, "{:?}", difference.p);
    // The differences lean to the right, and so does the interval that is drawn from them.
    let [low, high] = difference.ci95.unwrap();
    assert!(low > 0.70 && low < 1.2 && high > 2.46 && high < 4.0, "{low} {high}");
    // Of fewer, the interval is Student's: of the first five pairs t(4) = 2.776.
    let difference = by_replication("fairness.jain", &old[..5], &new[..5]).difference.unwrap();
    let half = 2.776_445 * (0.723 / 5.0_f64).sqrt();
    let [low, high] = difference.ci95.unwrap();
    assert!((difference.change - 1.24).abs() < 1e-9);
    assert!((high - low - 2.0 * half).abs() < 1e-3, "{low} {high} {half}");
}

#[test]
fn directions_decide_what_a_change_is() {
    let of = |name, old, new| one(name, metric(old, 0.01, 1_000), metric(new, 0.01, 1_000)).verdict;
    assert_eq!(of("latency.mean", 2.0, 2.4), MetricVerdict::Regressed);
    assert_eq!(of("latency.mean", 2.4, 2.0), MetricVerdict::Improved);
    assert_eq!(of("goodput.rate{within=10s}", 0.9, 0.8), MetricVerdict::Regressed);
    assert_eq!(of("goodput.rate{within=10s}", 0.8, 0.9), MetricVerdict::Improved);
    assert_eq!(of("active.mean", 2.0, 2.4), MetricVerdict::Changed);
    assert_eq!(of("mine", 2.0, 2.4), MetricVerdict::Changed);
    // Within chance, and above chance but of no account.
    assert_eq!(of("latency.mean", 2.0, 2.01), MetricVerdict::Same);
    let tiny = one("latency.mean", metric(2.0, 1e-6, 1_000), metric(2.01, 1e-6, 1_000));
    assert_eq!(tiny.verdict, MetricVerdict::Same);
    assert!(tiny.difference.unwrap().p.unwrap() < 1e-9);
}

#[test]
fn small_shares_are_related_to_one_in_a_hundred() {
    let of = |old, new| {
        let found = one("refusal.rate", metric(old, 1e-7, 1_000), metric(new, 1e-7, 1_000));
        (found.verdict, found.difference.unwrap().relative.unwrap())
    };
    let (verdict, relative) = of(1e-6, 5e-5);
    assert_eq!(verdict, MetricVerdict::Same);
    assert!((relative - 4.9e-3).abs() < 1e-9);
    assert_eq!(of(1e-6, 2e-4).0, MetricVerdict::Regressed);
    let (verdict, relative) = of(0.5, 0.51);
    assert_eq!(verdict, MetricVerdict::Regressed);
    assert!((relative - 0.02).abs() < 1e-9);
}

#[test]
fn an_interval_that_was_cut_off_reaches_as_far_as_on_its_other_side() {
    // 0.001 +- 0.003, cut off at 0. By its lower side alone 0.0024 more would be clear.
    let cut = Metric { value: Some(0.001), ci95: Some([0.0, 0.004]), n: 100 };
    let none = Metric { value: Some(0.0), ci95: Some([0.0, 0.0]), n: 100 };
    let difference = one("refusal.rate", none, cut).difference.unwrap();
    let half = 0.003_f64;
    let [low, high] = difference.ci95.unwrap();
    assert!((low - (0.001 - half)).abs() < 1e-5 && (high - 0.004).abs() < 1e-5, "{low} {high}");
    // Of an interval that is longer on one side, the one that faces the other estimate counts.
    let right = Metric { value: Some(2.0), ci95: Some([1.9, 4.0]), n: 1_000_000 };
    let p = |other: f64| {
        one("latency.mean", right, metric(other, 0.01, 1_000_000)).difference.unwrap().p.unwrap()
    };
    assert!(p(1.5) < 1e-9 && p(2.5) > 0.5, "{} {}", p(1.5), p(2.5));
}

#[test]
fn what_does_not_scatter_is_sure_but_for_whole_numbers() {
    let constant = |value: f64, n| metric(value, 0.0, n);
    let share = |n| one("enable_refusal.rate", constant(0.4, n), constant(0.6, n)).verdict;
    assert_eq!((share(300), share(2)), (MetricVerdict::Regressed, MetricVerdict::Same));
    // The longest queue was 3, and is 4.
    let queue = |new| one("backend.queue.max", constant(3.0, 300), constant(new, 300)).verdict;
    assert_eq!((queue(4.0), queue(9.0)), (MetricVerdict::Same, MetricVerdict::Regressed));
    let pairs = |new: f64, n| by_replication("backend.queue.max", &vec![3.0; n], &vec![new; n]);
    assert_eq!(pairs(4.0, 5).verdict, MetricVerdict::Same);
    assert_eq!(pairs(4.0, 40).verdict, MetricVerdict::Regressed);
    assert_eq!(by_replication("active.mean", &[2.5; 6], &[3.5; 6]).verdict, MetricVerdict::Changed);
    let same = by_replication("active.mean", &[2.5; 6], &[2.5; 6]);
    assert_eq!(same.verdict, MetricVerdict::Same);
}

#[test]
fn without_anything_about_chance_there_is_no_verdict() {
    let bare = |value| Metric { value, ci95: None, n: 10_000 };
    for (old, new) in [
        (bare(Some(1.0)), bare(Some(9.0))),
        (bare(None), metric(1.0, 0.1, 9)),
        (metric(1.0, 0.1, 9), bare(Some(9.0))),
        (metric(1.0, 0.1, 1), metric(9.0, 0.1, 1)),
    ] {
        let found = one("latency.p99", old, new);
        assert_eq!((found.verdict, found.difference), (MetricVerdict::Unjudged, None));
        assert_eq!((found.old, found.new), (Some(old), Some(new)));
    }
    let mut new = saved(2, &[]);
    let old = saved(1, &[("latency.p99".to_owned(), bare(Some(1.0)))]);
    assert_eq!(compared(&old, &new).counts.unjudged, 2);
    assert_eq!(compared(&new, &old).counts.unjudged, 2);
    new.summary.seed = 1;
    assert_eq!(compared(&old, &new).mode, CompareMode::Unpaired);
}

/// A result of 120 metrics in 20 replications that share what their draws have in common; one metric may
/// have a fault.
fn many(draws: u64, fault: f64) -> Saved {
    let common = Distribution::Lognormal { mean: 1.0, cv: 0.05 }.sampler();
    let own = Distribution::Normal { mean: 1.0, cv: 0.003 }.sampler();
    let mut found = Vec::new();
    for number in 0..120_u64 {
        let key = Key::root(5).index(number);
        let factor = if number == 77 { fault } else { 1.0 };
        let values: Vec<f64> = (0..20_u64)
            .map(|replication| {
                let shared = common.sample(&mut key.name("common").stream().at(replication));
                let alone = own.sample(&mut key.name("own").index(draws).stream().at(replication));
                (number + 1) as f64 * shared * alone * factor
            })
            .collect();
        found.push((format!("mine{{reason=r{number}}}"), values));
    }
    let metrics: Vec<(String, Metric)> = found
        .iter()
        .map(|(name, values)| {
            let (mean, error) = bootstrap::mean_and_error(values.iter().copied());
            (name.clone(), metric(mean, 2.093 * error, 20))
        })
        .collect();
    let mut saved = saved(1, &metrics);
    saved.summary.scenario.sha256 = format!("{draws:064}");
    for (name, values) in found {
        saved.replications.set("all", &name, values.iter().copied().map(Some).collect());
        saved.replications.set("shops", &name, values.into_iter().map(Some).collect());
    }
    saved
}

#[test]
fn a_fault_of_two_percent_in_one_metric_is_found_and_nothing_else() {
    let found = compared(&many(1, 1.0), &many(2, 1.02));
    assert_eq!((found.mode, found.resamples), (CompareMode::Paired, Some(RESAMPLES)));
    let changed: Vec<_> = found.with(MetricVerdict::Changed).map(|it| (it.0, it.1)).collect();
    assert_eq!(changed, [("all", "mine{reason=r77}"), ("shops", "mine{reason=r77}")]);
    // The same figures in `all` and its only group are one question.
    assert_eq!((found.questions, found.counts.same), (120, 238));
    let relative = found.groups["all"]["mine{reason=r77}"].difference.unwrap().relative.unwrap();
    assert!((relative - 0.02).abs() < 0.003, "{relative}");
}

#[test]
fn hardly_anything_is_reported_of_pairs_that_differ_by_chance() {
    // Unpaired: with other draws of everything, by intervals.
    let other = |draws: u64| {
        let mut found = Vec::new();
        for number in 0..60_u64 {
            let stream = Key::root(draws).index(number).stream();
            let law = Distribution::Lognormal { mean: 3.0, cv: 0.8 }.sampler();
            let values = (0..25_u64).map(|n| law.sample(&mut stream.at(n))).collect::<Vec<_>>();
            let (mean, error) = bootstrap::mean_and_error(values.iter().copied());
            found.push((format!("mine{{reason=r{number}}}"), metric(mean, 2.064 * error, 25)));
        }
        saved(draws, &found)
    };
    let results: Vec<Saved> = (1..=30).map(other).collect();
    let paired: Vec<Saved> = (1..=10).map(|draws| many(draws, 1.0)).collect();
    let reported = |results: &[Saved], most: usize| {
        let all = (0..results.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let pairs: Vec<_> = all.take(most).collect();
        let found = pairs.iter().filter(|(a, b)| {
            compare(&results[*a], &results[*b], 0.0).unwrap().verdict != CompareVerdict::Same
        });
        (found.count(), pairs.len())
    };
    let (found, of) = reported(&results, 200);
    assert!(found <= 4 && of == 200, "{found} of {of}");
    let (found, of) = reported(&paired, 45);
    assert!(found <= 1 && of == 45, "{found} of {of}");
}

/// A change of a result.
type Alter = fn(&mut Saved);

#[test]
fn the_same_scenario_and_seed_must_give_every_digit() {
    let two = [
        ("latency.mean".to_owned(), metric(2.0, 0.1, 40)),
        ("messages.offered".to_owned(), metric(100.0, 5.0, 40)),
    ];
    let old = saved(1, &two);
    let same = compared(&old, &old);
    assert_eq!((same.mode, same.verdict), (CompareMode::Exact, CompareVerdict::Same));
    assert_eq!(same.counts.same, 4);
    let changes: [(&str, Alter); 8] = [
        ("a digit", |it| {
            it.summary.groups["shops"].metrics["latency.mean"].value = Some(2.000_000_1);
        }),
        ("an interval", |it| it.summary.groups["shops"].metrics["latency.mean"].ci95 = None),
        ("a number", |it| it.summary.groups["shops"].metrics["latency.mean"].n = 41),
        ("a metric", |it| {
            it.summary.groups["shops"].metrics.shift_remove("latency.mean");
        }),
        ("a group", |it| {
            it.summary.groups.insert("labs".to_owned(), it.summary.groups["all"].clone());
        }),
        ("workspaces", |it| it.summary.groups["all"].workspaces = 41),
        ("a cause", |it| {
            it.summary.groups["all"].refusals.push(crate::summary::CauseSummary {
                reason: "overloaded".to_owned(),
                limiter: None,
                sentence: "No.".to_owned(),
                options: Vec::new(),
                refused: 1.0,
                workspaces: 1.0,
                first_p50_s: None,
            });
        }),
        ("validity", |it| it.summary.validity.verdict = Verdict::Growing),
    ];
    for (what, change) in changes {
        let mut new = old.clone();
        change(&mut new);
        let found = compared(&old, &new);
        assert_eq!(found.mode, CompareMode::Exact, "{what}");
        assert_eq!(found.verdict, CompareVerdict::BehaviourChanged, "{what}");
        assert_eq!(found.counts.changed + found.others.len(), 1, "{what}: {:?}", found.others);
        assert!(found.fails());
    }
    let mut newer = old.clone();
    newer.summary.limitlab = "0.1.9".to_owned();
    assert_eq!(compared(&old, &newer).mode, CompareMode::Exact);
    newer.summary.limitlab = "0.2.0".to_owned();
    assert_eq!(compared(&old, &newer).mode, CompareMode::Unpaired);
    let mut driven = old.clone();
    driven.driven = true;
    assert_eq!(compared(&old, &driven).mode, CompareMode::Unpaired);
}

#[test]
fn replications_of_the_same_run_must_be_the_same_too() {
    let old = many(1, 1.0);
    let mut new = old.clone();
    let mut values = old.replications.of("all", "mine{reason=r3}").to_vec();
    (values[4], values[9]) = (Some(1.5), None);
    new.replications.set("all", "mine{reason=r3}", values);
    let found = compared(&old, &new);
    let what = "mine{reason=r3} of all in 2 of 20 replications, first in number 5";
    assert_eq!(found.others.len(), 1);
    assert_eq!((&*found.others[0].what, found.others[0].new.as_deref()), (what, Some("1.5")));
}

#[test]
fn what_cannot_be_compared_says_why() {
    let old = saved(1, &[]);
    let refused = |change: fn(&mut Saved)| {
        let mut new = saved(2, &[]);
        change(&mut new);
        compare(&old, &new, MIN_EFFECT).unwrap_err().0.join("\n")
    };
    let interrupted = refused(|it| {
        it.summary.validity = Validity {
            verdict: Verdict::Invalid,
            why: vec!["The run was interrupted after 3 workspaces.".to_owned()],
        };
    });
    assert_eq!(interrupted, "NEW is not valid: The run was interrupted after 3 workspaces");
    let longer = refused(|it| it.summary.scenario.duration_s = 7_200.0);
    assert!(longer.starts_with("OLD lasts 3600 s and NEW 7200 s"), "{longer}");
    let warmer = refused(|it| it.summary.scenario.warm_up_s = 60.0);
    assert!(warmer.starts_with("OLD warms up for 0 s and NEW 60 s"), "{warmer}");
    let others = refused(|it| {
        let group = it.summary.groups.shift_remove("shops").unwrap();
        it.summary.groups.insert("labs".to_owned(), group);
    });
    assert_eq!(others, "they have no group in common: OLD has `shops`, NEW has `labs`");
}
