//! Legal parameters at the ends of their ranges: no panic, no endless loop, nothing odd.

use super::{Branch, Distribution, Empirical, Key, draws, samples};

const SOME: u64 = 5_000;

/// Every distribution with a mean and a coefficient of variation.
fn with_mean_and_cv(mean: f64, cv: f64) -> Vec<Distribution> {
    let mut all = vec![
        Distribution::Normal { mean, cv },
        Distribution::Lognormal { mean, cv },
        Distribution::Gamma { mean, cv },
        Distribution::Weibull { mean, cv },
    ];
    if cv >= 1.0 {
        all.push(Distribution::Hyperexponential { mean, cv });
    }
    all
}

/// Every other distribution.
fn with_mean(mean: f64) -> Vec<Distribution> {
    vec![
        Distribution::Constant(mean),
        Distribution::Exponential { mean },
        Distribution::Uniform { min: 0.0, max: mean },
        Distribution::Uniform { min: mean, max: mean },
        Distribution::UniformCount { min: 0, max: mean as u64 },
        Distribution::UniformCount { min: 0, max: u64::MAX },
        Distribution::UniformCount { min: 1, max: u64::MAX },
        Distribution::Erlang { mean, k: 1 },
        Distribution::Erlang { mean, k: u32::MAX },
        Distribution::Pareto { minimum: mean, shape: 1e-3 },
        Distribution::Pareto { minimum: mean, shape: 1e-300 },
        Distribution::Pareto { minimum: mean, shape: 1e300 },
        Distribution::Geometric { mean: mean.max(1.0) },
        Distribution::Poisson { mean },
        Distribution::Mixture(vec![
            Branch { weight: (1 << 63) - 2, of: Distribution::Constant(mean) },
            Branch { weight: 1, of: Distribution::Exponential { mean } },
            Branch { weight: 0, of: Distribution::Pareto { minimum: mean, shape: 1e-300 } },
        ]),
        Distribution::Scaled { unit: 1e6, of: Box::new(Distribution::Constant(mean)) },
        Distribution::Empirical(Empirical::even(vec![0.0, mean]).unwrap()),
        Distribution::Empirical(Empirical::weighted(&[(mean, 1e-300), (0.0, 1e300)]).unwrap()),
    ]
}

#[test]
fn samples_are_finite_and_not_negative() {
    for mean in [f64::MIN_POSITIVE, 1e-3, 1.0, 10.0, 1e6, 1e9, 1e18, 1e300] {
        let mut all = with_mean(mean);
        for cv in [1e-300, 1e-160, 1e-12, 1e-8, 0.01, 1.0, 20.0, 1e6, 1e12, 1e160, 1e300] {
            all.extend(with_mean_and_cv(mean, cv));
        }
        for distribution in all {
            let sampler = distribution.sampler();
            for mut draw in draws("extremes", SOME) {
                let whole = sampler.sample_whole(&mut draw.clone());
                let sample = sampler.sample(&mut draw);
                assert!(sample >= 0.0 && sample.is_finite(), "{distribution:?}: {sample}");
                assert!(whole <= u64::MAX / 2, "{distribution:?}: {whole}");
            }
            assert!(distribution.mean() >= 0.0, "{distribution:?}");
            assert!(distribution.variance() >= 0.0, "{distribution:?}");
            assert!(distribution.cv() >= 0.0, "{distribution:?}");
        }
    }
}

#[test]
fn what_hardly_varies_stays_near_its_mean() {
    for mean in [1e-3, 250e6, 1e18] {
        for cv in [1e-300, 1e-160, 1e-12, 1e-6] {
            for distribution in with_mean_and_cv(mean, cv) {
                for sample in samples("hardly", &distribution, SOME) {
                    // A Weibull falls furthest: E is above e^-25 for 5,000 draws.
                    let off = (sample / mean - 1.0).abs();
                    assert!(off <= 25.0 * cv + 1e-15, "{distribution:?}: {sample}");
                }
            }
        }
    }
}

#[test]
fn constants_are_exact() {
    let certain: [(Distribution, f64); 8] = [
        (Distribution::Constant(0.0), 0.0),
        (Distribution::Constant(250e6), 250e6),
        (Distribution::Constant(0.1), 0.1),
        (Distribution::Normal { mean: 0.1, cv: 0.0 }, 0.1),
        (Distribution::Uniform { min: 0.3, max: 0.3 }, 0.3),
        (Distribution::UniformCount { min: 7, max: 7 }, 7.0),
        (Distribution::Geometric { mean: 1.0 }, 1.0),
        (Distribution::Poisson { mean: 0.0 }, 0.0),
    ];
    for (distribution, value) in certain {
        assert_eq!(distribution.mean().to_bits(), value.to_bits());
        assert_eq!((distribution.variance(), distribution.cv()), (0.0, 0.0), "{distribution:?}");
        for sample in samples("constants", &distribution, 1_000) {
            assert_eq!(sample.to_bits(), value.to_bits(), "{distribution:?}");
        }
    }
}

#[test]
fn exponentials_of_any_mean_are_multiples_of_one_variate() {
    let one = Distribution::Exponential { mean: 1.0 }.sampler();
    for mean in [1e-3, 7.0, 1e18] {
        let scaled = Distribution::Exponential { mean }.sampler();
        for draw in draws("multiples", 10_000) {
            let (base, sample) = (one.sample(&mut draw.clone()), scaled.sample(&mut draw.clone()));
            assert_eq!((base * mean).to_bits(), sample.to_bits());
        }
    }
}

#[test]
fn whole_samples_round_halves_up_and_saturate() {
    let two_53 = (1_u64 << 53) as f64;
    for (value, whole) in [
        (0.0, 0),
        (0.499_999_999_999_999_94, 0),
        (0.5, 1),
        (1.499, 1),
        (1.5, 2),
        (2.5, 3),
        (2_251_799_813_685_246.5, 2_251_799_813_685_247),
        (2_251_799_813_685_247.5, 2_251_799_813_685_248),
        (4_503_599_627_370_495.5, 4_503_599_627_370_496),
        (4_503_599_627_370_497.0, 4_503_599_627_370_497),
        (4_503_599_627_370_497.5, 4_503_599_627_370_498),
        (two_53 + 2.0, (1 << 53) + 2),
        (4.6e18, 4_600_000_000_000_000_000),
        (9_223_372_036_854_775_808.0, u64::MAX / 2),
        (1e19, u64::MAX / 2),
        (1e300, u64::MAX / 2),
    ] {
        let draw = &mut Key::root(0).stream().at(0);
        assert_eq!(Distribution::Constant(value).sampler().sample_whole(draw), whole, "{value}");
    }
}

#[test]
fn illegal_parameters_are_caught() {
    for distribution in [
        Distribution::Constant(-1.0),
        Distribution::Constant(f64::NAN),
        Distribution::Exponential { mean: 0.0 },
        Distribution::Exponential { mean: f64::INFINITY },
        Distribution::Uniform { min: 2.0, max: 1.0 },
        Distribution::UniformCount { min: 2, max: 1 },
        Distribution::Normal { mean: 1.0, cv: -0.1 },
        Distribution::Lognormal { mean: 1.0, cv: 0.0 },
        Distribution::Gamma { mean: f64::NAN, cv: 1.0 },
        Distribution::Weibull { mean: 1.0, cv: f64::NAN },
        Distribution::Erlang { mean: 1.0, k: 0 },
        Distribution::Pareto { minimum: 0.0, shape: 1.0 },
        Distribution::Hyperexponential { mean: 1.0, cv: 0.99 },
        Distribution::Geometric { mean: 0.5 },
        Distribution::Poisson { mean: -1.0 },
    ] {
        assert!(!distribution.is_legal(), "{distribution:?}");
    }
}
