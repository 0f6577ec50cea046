//! A token bucket that a Poisson stream of messages draws on, one token each.
//!
//! Let W be the tokens that are missing: it drains at the bucket's rate r down to 0, a message is
//! admitted where W <= burst - 1, and then adds 1. So W is the work in a queue with constant
//! service 1/r that turns away whoever would wait longer than (burst - 1)/r, and a message finds it
//! as time does, since Poisson arrivals see time averages.
//!
//! Let F(x) be the share of time with W <= x, and a = arrival rate / r. Level x is crossed
//! downwards at the rate r F'(x), upwards by the messages that are admitted below x and lift W
//! above it (Brill and Posner, Level crossings in point processes applied to queues, 1977):
//!
//! - F'(x) = a (F(x) - F(x - 1)) for x < burst - 1, the equation of a queue without a limit;
//! - F'(x) = a (F(burst - 1) - F(x - 1)) for x from burst - 1 to burst.
//!
//! With G = F / F(0) the first integrates to G(x) - 1 = a (integral of G over \[x - 1, x\]), the
//! second then to G(burst) = 1 + a G(burst - 1). Since F(burst) = 1, the admitted share is
//! F(burst - 1) = G(burst - 1) / (1 + a G(burst - 1)). A queue with constant service holds W <= n
//! exactly when at most n messages are in it, so at whole numbers G sums the states of M/D/1, and
//! the token bucket is M/D/1/burst.
//! Source: Brun and Garcia, Analytical solution of finite capacity M/D/1 queues (2000), where
//! b(n) is this G(n).

use super::poisson;
use super::queues::relative_states;

/// The share of messages that a bucket with room for `burst` tokens refuses, where `load` is the
/// messages that come while one token does.
pub(super) fn refused_share(load: f64, burst: f64) -> f64 {
    assert!(burst >= 1.0, "a bucket of {burst} admits nothing");
    let short_of_full = if burst.fract() == 0.0 {
        whole_tokens(load, burst as usize - 1)
    } else {
        fraction_of_tokens(load, burst - 1.0)
    };
    1.0 - short_of_full / (1.0 + load * short_of_full)
}

/// What an attempt that a leaky bucket admits waits there, where `load` is the messages that come
/// while one leaves, in the time that one takes; and the share of those that wait. At most `burst`
/// are in excess, and `delay` of them go on at once.
///
/// The content is the work W above of a bucket of `burst` + 1 tokens, and whoever finds it up to `burst`
/// waits for what of it is above `delay`. So the mean is that of (W - delay)+ given W <= burst, which
/// is the integral of 1 - G(x) / G(burst) from delay to burst; and G integrates over one step to
/// (G(n) - 1) / a, by the first equation.
pub(super) fn leaky_wait(load: f64, burst: u32, delay: u32) -> (f64, f64) {
    let g = |tokens: u32| whole_tokens(load, tokens as usize);
    let below: f64 = (delay + 1..=burst).map(|step| (g(step) - 1.0) / load).sum();
    let mean = f64::from(burst - delay) - below / g(burst);
    (mean, 1.0 - g(delay) / g(burst))
}

/// G at a whole number: a sum of positive terms, good to the last digits.
fn whole_tokens(load: f64, tokens: usize) -> f64 {
    relative_states(tokens + 1, |count| poisson::mass(load, count)).iter().sum()
}

/// G anywhere, by Erlang's sum, whose terms alternate and cancel: for small numbers only.
///
/// Source: Erlang, The theory of probabilities and telephone conversations (1909).
fn fraction_of_tokens(load: f64, tokens: f64) -> f64 {
    assert!(tokens < 8.0, "too many digits cancel at {tokens}");
    (0..=tokens as u32)
        .map(|step| {
            let left = load * (tokens - f64::from(step));
            let sign = if step % 2 == 0 { 1.0 } else { -1.0 };
            // e^left x left^step / step! is the Poisson mass without its e^-left, twice.
            sign * poisson::mass(left, step) * libm::exp(2.0 * left)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::erlang::erlang_b;
    use super::super::tolerance::assert_close;
    use super::*;

    /// The refused share from the level-crossing equations alone, by the trapezoidal rule with
    /// `grid` steps a token, and nothing else of the derivation.
    fn integrated(load: f64, burst: f64, grid: u32) -> f64 {
        let step = 1.0 / f64::from(grid);
        let admits_up_to = ((burst - 1.0) * f64::from(grid)).round() as usize;
        let lag = grid as usize;
        let mut work = vec![1.0];
        for index in 0..admits_up_to + lag {
            let jumped = |index: usize| if index < lag { 0.0 } else { work[index - lag] };
            let now = work[index];
            // The lagged term jumps from 0 to F(0) at one token; the step up to there sees 0.
            let lagged_next = if index + 1 == lag { 0.0 } else { jumped(index + 1) };
            let lagged = jumped(index) + lagged_next;
            let next = if index < admits_up_to {
                let half = load * step / 2.0;
                (now * (1.0 + half) - half * lagged) / (1.0 - half)
            } else {
                now + load * step * (work[admits_up_to] - lagged / 2.0)
            };
            work.push(next);
        }
        1.0 - work[admits_up_to] / work[admits_up_to + lag]
    }

    #[test]
    fn two_grids_converge_to_the_formula() {
        for burst in [1.0, 1.5, 2.0, 2.5, 5.0, 40.0] {
            for load in [0.7, 0.97, 1.0, 1.03, 1.3] {
                let (coarse, fine) = (integrated(load, burst, 200), integrated(load, burst, 400));
                let expected = refused_share(load, burst);
                // The rule's error falls with the square of the step: four times at half of it.
                assert!((fine - expected).abs() < 1e-5, "{load} {burst}: {fine} {expected}");
                let better = fine + (fine - coarse) / 3.0;
                assert!((better - expected).abs() < 1e-9, "{load} {burst}: {better} {expected}");
            }
        }
    }

    #[test]
    fn one_token_is_one_server_and_any_service_time_will_do() {
        for load in [0.1, 1.0, 2.5] {
            assert_close(refused_share(load, 1.0), erlang_b(1, load), 1e-14);
        }
        // Two places, by hand: G(1) = e^a.
        assert_close(refused_share(1.0, 2.0), 1.0 / (1.0 + libm::exp(1.0)), 1e-14);
    }

    #[test]
    fn a_bucket_of_two_that_leaks_by_hand() {
        // W <= 1 is either 0, with weight 1, or has the density a e^(a x) above: so those that wait
        // are 1 - e^-a, and the integral of 1 - e^(a x - a) over a step is 1 - (1 - e^-a) / a.
        let none = 1.0 - libm::exp(-1.5);
        let (mean, waiting) = leaky_wait(1.5, 1, 0);
        assert_close(waiting, none, 1e-14);
        assert_close(mean, 1.0 - none / 1.5, 1e-14);
        assert_eq!(leaky_wait(0.7, 4, 4), (0.0, 0.0));
        // With room without end it is M/D/1, whose mean wait is a / (2 (1 - a)).
        let (mean, waiting) = leaky_wait(0.5, 60, 0);
        assert_close(mean, 0.5, 1e-12);
        assert_close(waiting, 0.5, 1e-12);
    }

    #[test]
    fn both_sums_agree_where_both_are_good() {
        for load in [0.7, 1.0, 1.3] {
            for tokens in 0..6_u32 {
                let whole = whole_tokens(load, tokens as usize);
                assert_close(fraction_of_tokens(load, f64::from(tokens)), whole, 1e-10);
            }
        }
    }

    #[test]
    fn a_deep_bucket_refuses_the_excess_or_nothing() {
        assert_close(refused_share(1.5, 60.0), 1.0 / 3.0, 1e-9);
        assert!(refused_share(0.7, 60.0).abs() < 1e-14);
        // At the load: about 1 / (2 burst), as for work that drifts nowhere.
        assert_close(refused_share(1.0, 1_000.0), 1.0 / 2_000.0, 2e-3);
    }
}
