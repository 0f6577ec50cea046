//! Quantiles of laws of which only the distribution function is known.

/// The least value at which `share_at_most`, which rises, reaches `q`; it lies between 0 and
/// `most`.
///
/// # Panics
///
/// If it does not lie there.
pub(super) fn quantile(q: f64, most: f64, share_at_most: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, most);
    assert!(share_at_most(low) < q && share_at_most(high) > q, "no quantile below {most}");
    // Each step halves what is left: 80 of them leave less than a double tells apart.
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if share_at_most(middle) < q {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[test]
fn the_median_of_an_exponential_law_is_ln_2() {
    let median = quantile(0.5, 100.0, |x| 1.0 - libm::exp(-x));
    assert!((median - std::f64::consts::LN_2).abs() < 1e-12, "{median}");
}
