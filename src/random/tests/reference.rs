//! Our samplers against those of the crate `rand_distr`, fed by a long draw through `rand`'s traits.

use rand_distr::Distribution as Reference;

use super::statistics::check_same_law;
use super::{Distribution, samples, stream};

const MANY: u64 = 300_000;

#[track_caller]
fn check(ours: &Distribution, theirs: impl Reference<f64>) {
    let words = stream("reference").at(0);
    let theirs = theirs.sample_iter(words).take(MANY as usize).collect();
    check_same_law(&format!("{ours:?}"), samples("ours", ours, MANY), theirs);
}

#[test]
fn gamma() {
    for cv in [0.1, 0.7, 1.0, 3.0] {
        let shape = 1.0 / (cv * cv);
        check(
            &Distribution::Gamma { mean: 5.0, cv },
            rand_distr::Gamma::new(shape, 5.0 / shape).unwrap(),
        );
    }
}

#[test]
fn weibull() {
    for (cv, shape) in [(5.0_f64.sqrt(), 0.5), (1.0, 1.0)] {
        let scale = 5.0 / libm::tgamma(1.0 + 1.0 / shape);
        check(
            &Distribution::Weibull { mean: 5.0, cv },
            rand_distr::Weibull::new(scale, shape).unwrap(),
        );
    }
}

#[test]
fn poisson() {
    for mean in [0.5, 5.0, 12.0, 100.0, 1e5] {
        check(&Distribution::Poisson { mean }, rand_distr::Poisson::new(mean).unwrap());
    }
}

#[test]
fn normal() {
    check(
        &Distribution::Normal { mean: 50.0, cv: 0.1 },
        rand_distr::Normal::new(50.0, 5.0).unwrap(),
    );
}

#[test]
fn lognormal() {
    for cv in [0.2, 3.0] {
        check(
            &Distribution::Lognormal { mean: 5.0, cv },
            rand_distr::LogNormal::from_mean_cv(5.0, cv).unwrap(),
        );
    }
}

#[test]
fn exponential_pareto_and_geometric() {
    check(&Distribution::Exponential { mean: 2.0 }, rand_distr::Exp::new(0.5).unwrap());
    check(
        &Distribution::Pareto { minimum: 3.0, shape: 1.5 },
        rand_distr::Pareto::new(3.0, 1.5).unwrap(),
    );
    // Theirs counts the failures before the success.
    let theirs = rand_distr::Geometric::new(0.25).unwrap().map(|failures| (failures + 1) as f64);
    check(&Distribution::Geometric { mean: 4.0 }, theirs);
}
