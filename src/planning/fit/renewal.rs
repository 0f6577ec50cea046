//! How many arrivals a stream has that begins with a whole gap.

use super::law::Law;
use crate::random::{Distribution, Key};

/// The mean gap at which a stream of a law has `each` arrivals in `length` on average, both above 0.
///
/// The engine begins each stream with a whole gap: an ordinary renewal process, whose arrivals in a
/// time are not the time over the mean gap (Cox, Renewal Theory, 1962, 4.1). Streams of mean gap 1
/// are drawn until they have `each` arrivals on average; how long they last then is the length in
/// mean gaps. Draws are always the same.
pub(super) fn mean_gap(law: &Law, each: f64, length: f64) -> f64 {
    /// Draws where gaps scatter as those of a Poisson stream do: the mean is off by a third of a
    /// percent. With more scatter more are needed.
    const DRAWS: f64 = 1e5;
    /// So many draws for each of the others.
    const MOST_SCATTER: f64 = 30.0;
    /// Streams so long have all that they ever have more than others.
    const LONG: f64 = 2_000.0;
    /// What a mean gap is in the draws.
    const UNIT: f64 = 1e9;
    let cv = law.cv();
    // Cox, 4.5: the asymptotic renewal function.
    let more = f64::midpoint(cv * cv, -1.0);
    let distribution = match law {
        Law::Gamma { .. } => Distribution::Gamma { mean: UNIT, cv },
        Law::Weibull { .. } => Distribution::Weibull { mean: UNIT, cv },
        Law::Lognormal { .. } => Distribution::Lognormal { mean: UNIT, cv },
        // What is Poisson, and what is in its long run from the start, has as many in any time.
        _ => return length / each,
    };
    if each > LONG && each > 100.0 * more.abs() {
        return length / (each - more);
    }
    let sampler = distribution.sampler();
    let scatter = (cv * cv).clamp(1.0, MOST_SCATTER);
    let streams = (DRAWS * scatter / each).ceil().clamp(100.0, DRAWS * scatter) as u64;
    let target = (each * streams as f64).round().max(1.0) as usize;
    let key = Key::root(0).name("fit");
    // Times of arrivals, and the streams with how far each has come.
    let mut arrivals: Vec<f64> = Vec::with_capacity(2 * target);
    let mut ahead: Vec<(u64, u64, f64)> = Vec::new();
    for stream in 0..streams {
        ahead.push((stream, 1, sampler.sample(&mut key.index(stream).stream().at(0)) / UNIT));
    }
    let mut until = each;
    loop {
        for (stream, drawn, next) in &mut ahead {
            let draws = key.index(*stream).stream();
            while *next <= until {
                arrivals.push(*next);
                *next += sampler.sample(&mut draws.at(*drawn)) / UNIT;
                *drawn += 1;
            }
        }
        if arrivals.len() >= target {
            break;
        }
        until *= 1.5;
    }
    let (_, reached, _) = arrivals.select_nth_unstable_by(target - 1, f64::total_cmp);
    length / *reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erlang_streams_have_their_closed_form() {
        // Gamma gaps of shape 2 and mean 1 have t - 1/4 + exp(-4 t) / 4 arrivals in t (Cox, 4.2).
        let law = Law::Gamma { shape: 2.0, mean: 1.0 };
        for t in [0.5, 1.0, 3.0, 40.0] {
            let each = t - 0.25 + 0.25 * libm::exp(-4.0 * t);
            let found = mean_gap(&law, each, t);
            assert!((found - 1.0).abs() < 0.02, "{found} over {t}");
        }
    }

    #[test]
    fn long_streams_have_their_asymptote() {
        let law = Law::Gamma { shape: 0.25, mean: 7.0 };
        for each in [500.0, 50_000.0] {
            let found = mean_gap(&law, each, 1_000.0);
            assert!((found / (1_000.0 / (each - 1.5)) - 1.0).abs() < 0.02, "{found}");
        }
    }
}
