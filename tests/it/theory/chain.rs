//! Markov processes on any states, a time after their start, by brute force.

use super::poisson;

/// A process on the states 0, 1, ..
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// From which state to which, at what rate.
    jumps: Vec<(usize, usize, f64)>,
    /// No state is left at a higher rate.
    rate: f64,
}

impl Chain {
    pub(super) fn new(states: usize, jumps: Vec<(usize, usize, f64)>) -> Self {
        let mut leaves = vec![0.0; states];
        for &(from, _, rate) in &jumps {
            leaves[from] += rate;
        }
        Self { jumps, rate: leaves.into_iter().fold(0.0, f64::max) }
    }

    /// The mean probability of each state between two times after a start with these
    /// probabilities; see [`super::birth_death::BirthDeath::mean_between`].
    pub(super) fn mean_between(&self, start: &[f64], from: f64, to: f64) -> Vec<f64> {
        let Self { jumps, rate } = self;
        let mut shares = start.to_vec();
        let mut means = vec![0.0; shares.len()];
        let mut events = 0;
        while poisson::at_least(rate * to, events) > 1e-15 {
            let more = |time: f64| poisson::at_least(rate * time, events + 1);
            let weight = (more(to) - more(from)) / (rate * (to - from));
            for (mean, share) in means.iter_mut().zip(&shares) {
                *mean += weight * share;
            }
            let mut next = shares.clone();
            for &(from, to, jump) in jumps {
                let flow = shares[from] * jump / rate;
                next[from] -= flow;
                next[to] += flow;
            }
            shares = next;
            events += 1;
        }
        means
    }
}

#[cfg(test)]
mod tests {
    use super::super::birth_death::BirthDeath;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn neighbours_are_a_birth_and_death_process() {
        let process = BirthDeath::queue(2, 30, 1.5, 1.0);
        let jumps = (0..30).flat_map(|n| {
            let leaves = f64::from((n as u32 + 1).min(2));
            [(n, n + 1, 1.5), (n + 1, n, leaves)]
        });
        let chain = Chain::new(31, jumps.collect());
        let found = chain.mean_between(&process.nobody(), 0.5, 3.0);
        for (found, expected) in found.iter().zip(process.mean_between(&process.nobody(), 0.5, 3.0))
        {
            assert!((found - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn a_ring_of_three_states_as_known() {
        // Around at rate 1: the eigenvalues are 0 and (-3 +- i sqrt 3) / 2.
        let ring = Chain::new(3, vec![(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0)]);
        let found = ring.mean_between(&[1.0, 0.0, 0.0], 1.0, 1.0 + 1e-5);
        let expected = (1.0 + 2.0 * libm::exp(-1.5) * libm::cos(0.75_f64.sqrt())) / 3.0;
        assert_close(found[0], expected, 1e-4);
    }
}
