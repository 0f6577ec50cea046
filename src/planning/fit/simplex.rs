//! The least value of a function without its derivatives.

/// Steps after which the search ends wherever it is.
const MOST_STEPS: u32 = 400;
/// It ends when its corners differ by less than this: far less than a test of fit can see.
const SETTLED: f64 = 1e-6;

/// Where `cost` is least near `start`, and its value there.
///
/// Source: Nelder and Mead, A simplex method for function minimization, The Computer Journal 7
/// (1965), with their coefficients 1, 2, 1/2 and 1/2. A cost of infinity keeps the search out.
pub(super) fn least<const N: usize>(
    start: [f64; N],
    cost: impl Fn(&[f64; N]) -> f64,
) -> ([f64; N], f64) {
    /// The first step along each coordinate: those are logarithms, so it is by two thirds.
    const STEP: f64 = 0.5;
    let mut corners: Vec<([f64; N], f64)> = vec![(start, cost(&start))];
    for axis in 0..N {
        let mut at = start;
        at[axis] += STEP;
        corners.push((at, cost(&at)));
    }
    for _ in 0..MOST_STEPS {
        corners.sort_by(|one, other| one.1.total_cmp(&other.1));
        let (best, worst) = (corners[0].1, corners[N].1);
        if worst - best < SETTLED {
            break;
        }
        let mut middle = [0.0; N];
        for (at, _) in &corners[..N] {
            for axis in 0..N {
                middle[axis] += at[axis] / N as f64;
            }
        }
        let towards = |factor: f64| {
            let from = corners[N].0;
            let mut at = middle;
            for axis in 0..N {
                at[axis] += factor * (middle[axis] - from[axis]);
            }
            (at, cost(&at))
        };
        let reflected = towards(1.0);
        let next = if reflected.1 < best {
            let expanded = towards(2.0);
            Some(if expanded.1 < reflected.1 { expanded } else { reflected })
        } else if reflected.1 < corners[N - 1].1 {
            Some(reflected)
        } else {
            let contracted = towards(if reflected.1 < worst { 0.5 } else { -0.5 });
            (contracted.1 < worst.min(reflected.1)).then_some(contracted)
        };
        if let Some(next) = next {
            corners[N] = next;
        } else {
            let kept = corners[0].0;
            for (at, value) in &mut corners[1..] {
                for axis in 0..N {
                    at[axis] = f64::midpoint(at[axis], kept[axis]);
                }
                *value = cost(at);
            }
        }
    }
    corners.sort_by(|one, other| one.1.total_cmp(&other.1));
    corners[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_valley_of_rosenbrock_is_followed_to_its_end() {
        let (at, value) = least([-1.2, 1.0], |[x, y]| {
            let (across, along) = (y - x * x, 1.0 - x);
            100.0 * across * across + along * along
        });
        assert!((at[0] - 1.0).abs() < 0.01 && (at[1] - 1.0).abs() < 0.02 && value < 1e-4);
    }
}
