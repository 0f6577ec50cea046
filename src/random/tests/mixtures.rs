//! Distributions made of others, and observed values.

use super::statistics::{Moments, check_counts};
use super::{Branch, Distribution, Empirical, draws, moments, samples};

const MANY: u64 = 1_000_000;

fn mixture(branches: Vec<(u64, Distribution)>) -> Distribution {
    Distribution::Mixture(branches.into_iter().map(|(weight, of)| Branch { weight, of }).collect())
}

/// How often each of `values` was drawn.
fn counts(distribution: &Distribution, values: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; values.len()];
    for sample in samples("mixtures", distribution, MANY) {
        let index = values.iter().position(|value| (value - sample).abs() < 1e-9);
        counts[index.unwrap_or_else(|| panic!("{sample} is none of {values:?}"))] += 1;
    }
    counts
}

#[test]
fn branches_are_chosen_by_their_shares() {
    let billionths = [750_000_000, 0, 249_000_000, 1_000_000];
    let values = [2.0, 7.0, 3.0, 5.0];
    let branches = billionths.into_iter().zip(values.map(Distribution::Constant)).collect();
    let counts = counts(&mixture(branches), &values);
    assert_eq!(counts[1], 0, "a branch of 0% was drawn");
    let drawn = [counts[0], counts[2], counts[3]];
    check_counts("shares", &drawn, &[0.75, 0.249, 0.001]);
}

#[test]
fn a_branch_is_drawn_after_the_choice_from_the_same_draw() {
    let inner = Distribution::Exponential { mean: 3e9 };
    let sampler = mixture(vec![(1, inner.clone()), (3, Distribution::Constant(0.0))]).sampler();
    for mut draw in draws("choice", 1_000) {
        let mut same = draw.clone();
        let first = same.below(4) == 0;
        let expected = if first { inner.sampler().sample(&mut same) } else { 0.0 };
        assert_eq!(sampler.sample(&mut draw).to_bits(), expected.to_bits());
    }
}

#[test]
fn moments_of_mixtures_of_exponentials() {
    // Of weights w and means m: E(X^k) = k! x sum of w m^k.
    for parts in [vec![(9, 1.0), (1, 12.0)], vec![(1, 5.0)], vec![(5, 1.0), (3, 2.0), (2, 7.0)]] {
        let total: u64 = parts.iter().map(|(weight, _)| weight).sum();
        let raw = [(1.0, 1.0), (2.0, 2.0), (3.0, 6.0), (4.0, 24.0)].map(|(k, factorial)| {
            let sum: f64 = parts.iter().map(|(w, m)| *w as f64 * libm::pow(*m, k)).sum();
            factorial * sum / total as f64
        });
        let branches = parts.into_iter().map(|(w, mean)| (w, Distribution::Exponential { mean }));
        moments::check(&mixture(branches.collect()), Moments::from_raw(raw));
    }
}

#[test]
fn moments_of_mixtures_in_mixtures() {
    // 1 with 1/2, 2 with 1/8, uniform over 4 and 6 with 3/8.
    let inner = mixture(vec![
        (1, Distribution::Constant(2.0)),
        (
            3,
            Distribution::Scaled {
                unit: 2.0,
                of: Box::new(Distribution::UniformCount { min: 2, max: 3 }),
            },
        ),
    ]);
    let outer = mixture(vec![(5, Distribution::Constant(1.0)), (5, inner)]);
    let values = [(0.5, 1.0), (0.125, 2.0), (0.1875, 4.0), (0.1875, 6.0)];
    let raw = [1.0, 2.0, 3.0, 4.0]
        .map(|k| values.iter().map(|(share, value)| share * libm::pow(*value, k)).sum());
    moments::check(&outer, Moments::from_raw(raw));
}

#[test]
fn a_branch_without_a_mean_counts_only_if_it_is_chosen() {
    let endless = Distribution::Pareto { minimum: 1.0, shape: 1.0 };
    let with = |weight| mixture(vec![(9, Distribution::Constant(4.0)), (weight, endless.clone())]);
    assert_eq!((with(0).mean(), with(0).variance()), (4.0, 0.0));
    assert!(with(1).mean().is_infinite() && with(1).variance().is_infinite());
}

#[test]
fn whole_credits_are_counts_in_thousandths() {
    for counts in [Distribution::Poisson { mean: 3.0 }, Distribution::Geometric { mean: 4.0 }] {
        let credits = Distribution::Scaled { unit: 1e3, of: Box::new(counts.clone()) };
        let (counted, scaled) = (counts.sampler(), credits.sampler());
        for mut draw in draws("credits", 10_000) {
            let count = counted.sample_whole(&mut draw.clone());
            assert_eq!(scaled.sample_whole(&mut draw), 1_000 * count);
        }
        assert!((credits.mean() - 1e3 * counts.mean()).abs() < 1e-9);
        assert!((credits.cv() - counts.cv()).abs() < 1e-12);
    }
}

#[test]
fn observed_values_are_drawn_as_often_as_they_weigh() {
    let values = [3.0, 1.0, 8.0, 0.0];
    let even = Distribution::Empirical(Empirical::even(values.to_vec()).unwrap());
    check_counts("even", &counts(&even, &values), &[0.25; 4]);
    let raw =
        [1.0, 2.0, 3.0, 4.0].map(|k| values.map(|it| libm::pow(it, k)).iter().sum::<f64>() / 4.0);
    moments::check(&even, Moments::from_raw(raw));

    let weighted = [(3.0, 0.5), (9.0, 0.0), (1.0, 2.5), (8.0, 1.0)];
    let weighted = Empirical::weighted(&weighted).unwrap();
    assert_eq!(weighted.range(), (1.0, 8.0));
    let weighted = Distribution::Empirical(weighted);
    check_counts("weighted", &counts(&weighted, &[3.0, 1.0, 8.0]), &[0.125, 0.625, 0.25]);
    let raw =
        [1.0, 2.0, 3.0, 4.0].map(|k| 0.125 * libm::pow(3.0, k) + 0.625 + 0.25 * libm::pow(8.0, k));
    moments::check(&weighted, Moments::from_raw(raw));
}

#[test]
fn tables_that_mean_nothing_are_none() {
    assert_eq!(Empirical::even(vec![]), None);
    assert_eq!(Empirical::even(vec![1.0, -1.0]), None);
    assert_eq!(Empirical::even(vec![f64::NAN]), None);
    assert_eq!(Empirical::weighted(&[(1.0, 0.0)]), None);
    assert_eq!(Empirical::weighted(&[(1.0, -1.0), (1.0, 2.0)]), None);
    assert_eq!(Empirical::weighted(&[(1.0, f64::INFINITY)]), None);
}
