//! Birth-death processes by brute force: the independent route for every formula of a Markov
//! queue, and the proof that a warm-up is long enough.

use super::poisson;

/// A process on the states 0, 1, .., that moves up by one or down by one.
#[derive(Debug, Clone)]
pub(super) struct BirthDeath {
    /// The rate from state n to n + 1.
    births: Vec<f64>,
    /// The rate from state n + 1 to n; as long as `births`.
    deaths: Vec<f64>,
}

impl BirthDeath {
    /// The process with `steps` states above state 0, from its rates of birth in state n and of
    /// death in state n + 1.
    pub(super) fn new(steps: u32, birth: impl Fn(u32) -> f64, death: impl Fn(u32) -> f64) -> Self {
        Self { births: (0..steps).map(birth).collect(), deaths: (1..=steps).map(death).collect() }
    }

    /// Messages to `servers` servers with room for `places` in all, served and waiting.
    pub(super) fn queue(servers: u32, places: u32, arrival_rate: f64, service_rate: f64) -> Self {
        Self::new(places, |_| arrival_rate, |busy| f64::from(busy.min(servers)) * service_rate)
    }

    /// The stationary probability of each state, from the balance between neighbours.
    pub(super) fn stationary(&self) -> Vec<f64> {
        let mut weights = vec![1.0];
        let mut last = 1.0;
        for (birth, death) in self.births.iter().zip(&self.deaths) {
            last *= birth / death;
            weights.push(last);
        }
        let total: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / total).collect()
    }

    /// The mean probability of each state between two times after a start with these
    /// probabilities.
    ///
    /// Until `time` the process spends the probability of more than k events over their rate
    /// between the k-th event and the next; see [`Self::by_events`].
    pub(super) fn mean_between(&self, start: &[f64], from: f64, to: f64) -> Vec<f64> {
        self.by_events(start, to, |rate, events| {
            let more = |time| poisson::at_least(rate * time, events + 1);
            (more(to) - more(from)) / (rate * (to - from))
        })
    }

    /// The probability of each state a time after a start with these probabilities.
    pub(super) fn after(&self, start: &[f64], time: f64) -> Vec<f64> {
        self.by_events(start, time, |rate, events| poisson::mass(rate * time, events))
    }

    /// The start with nobody.
    pub(super) fn nobody(&self) -> Vec<f64> {
        let mut start = vec![0.0; self.births.len() + 1];
        start[0] = 1.0;
        start
    }

    /// The process jumps, or stays, at the events of a Poisson stream of some rate: the sum over
    /// those until `end`, each weighted by that rate and the number of events before.
    ///
    /// Source: Grassmann, "Transient solutions in Markovian queueing systems", Computers &
    /// Operations Research 4 (1977).
    fn by_events(&self, start: &[f64], end: f64, weight: impl Fn(f64, u32) -> f64) -> Vec<f64> {
        let most = |rates: &[f64]| rates.iter().fold(0.0, |most: f64, &rate| most.max(rate));
        let rate = most(&self.births) + most(&self.deaths);
        let mut shares = start.to_vec();
        let mut sums = vec![0.0; shares.len()];
        let mut events = 0;
        while poisson::at_least(rate * end, events) > 1e-15 {
            let weight = weight(rate, events);
            for (sum, share) in sums.iter_mut().zip(&shares) {
                *sum += weight * share;
            }
            let mut next = shares.clone();
            for (state, (birth, death)) in self.births.iter().zip(&self.deaths).enumerate() {
                let flow = (shares[state] * birth - shares[state + 1] * death) / rate;
                next[state] -= flow;
                next[state + 1] += flow;
            }
            shares = next;
            events += 1;
        }
        sums
    }

    /// The time in which what is left of the initial state shrinks by a factor of e: one over the
    /// spectral gap.
    ///
    /// Minus the generator is similar to a symmetric tridiagonal matrix, whose eigenvalues below x
    /// are counted by the signs of a Sturm sequence; its least is 0, the second least the gap.
    /// Source: Wilkinson, The Algebraic Eigenvalue Problem (1965), chapter 5.
    pub(super) fn relaxation_time(&self) -> f64 {
        let rates = self.births.iter().chain(&self.deaths);
        let (mut low, mut high) = (0.0, 4.0 * rates.fold(0.0, |most: f64, &rate| most.max(rate)));
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if self.eigenvalues_below(middle) < 2 {
                low = middle;
            } else {
                high = middle;
            }
        }
        1.0 / high
    }

    fn eigenvalues_below(&self, x: f64) -> usize {
        let states = self.births.len() + 1;
        let mut pivot = 1.0;
        let mut coupling = 0.0;
        let mut below = 0;
        for state in 0..states {
            let up = self.births.get(state).copied().unwrap_or(0.0);
            let down = if state == 0 { 0.0 } else { self.deaths[state - 1] };
            pivot = up + down - x - coupling / pivot;
            if pivot == 0.0 {
                pivot = -f64::EPSILON;
            }
            below += usize::from(pivot < 0.0);
            coupling = up * self.deaths.get(state).copied().unwrap_or(0.0);
        }
        below
    }
}

#[cfg(test)]
mod tests {
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn the_stationary_state_is_geometric_for_one_server() {
        let states = BirthDeath::queue(1, 200, 0.8, 1.0).stationary();
        for (count, &share) in states.iter().take(50).enumerate() {
            assert_close(share, 0.2 * libm::pow(0.8, count as f64), 1e-12);
        }
    }

    /// The eigenvalues of M/M/1/K are known: for service at rate 1, one plus the arrival rate less
    /// 2 sqrt(arrival rate) cos(pi j / (K + 1)).
    /// Source: Takacs, Introduction to the Theory of Queues (1962), chapter 1.
    #[test]
    fn one_server_relaxes_as_known() {
        for (places, arrival_rate) in [(5, 0.8), (20, 1.3), (3_000, 0.9)] {
            let turn = std::f64::consts::PI / f64::from(places + 1);
            let gap = arrival_rate + 1.0 - 2.0 * f64::sqrt(arrival_rate) * libm::cos(turn);
            let found = BirthDeath::queue(1, places, arrival_rate, 1.0).relaxation_time();
            assert_close(found, 1.0 / gap, 1e-9);
        }
        // Without a limit: one over (1 - sqrt(utilisation))^2.
        let unlimited = BirthDeath::queue(1, 5_000, 0.9, 1.0).relaxation_time();
        assert_close(unlimited, 1.0 / ((1.0 - 0.9_f64.sqrt()) * (1.0 - 0.9_f64.sqrt())), 1e-3);
    }

    #[test]
    fn independent_sources_relax_as_one_of_them() {
        // 12 agents that alternate by themselves: each forgets at the sum of its two rates.
        let alone = BirthDeath::new(12, |on| f64::from(12 - on) / 15.0, |on| f64::from(on) / 9.0);
        assert_close(alone.relaxation_time(), 1.0 / (1.0 / 15.0 + 1.0 / 9.0), 1e-9);
    }

    #[test]
    fn an_empty_start_is_left_as_known() {
        let (from, to) = (0.4_f64, 1.7);
        // The mean of exp(-rate t) between the two times.
        let left =
            |rate: f64| (libm::exp(-rate * from) - libm::exp(-rate * to)) / rate / (to - from);
        let process = |servers, places, rate| BirthDeath::queue(servers, places, rate, 1.0);
        let from_nobody =
            |process: BirthDeath, from, to| process.mean_between(&process.nobody(), from, to);
        // One place: busy for load / (1 + load) of the time, less what is left of the start.
        let one = from_nobody(process(1, 1, 0.7), from, to);
        assert_close(one[1], 0.7 / 1.7 * (1.0 - left(1.7)), 1e-12);
        assert_close(one[0] + one[1], 1.0, 1e-12);
        // A server for each: a Poisson number of mean load (1 - exp(-t)).
        let many = from_nobody(process(60, 60, 3.0), from, to);
        let mean: f64 = many.iter().zip(0_u32..).map(|(share, n)| share * f64::from(n)).sum();
        assert_close(mean, 3.0 * (1.0 - left(1.0)), 1e-11);
        // Halfway, and from there on.
        let many = process(60, 60, 3.0);
        let halfway = many.after(&many.nobody(), 0.5);
        for found in [many.after(&many.nobody(), 1.0), many.after(&halfway, 0.5)] {
            let expected = poisson::mass(3.0 * (1.0 - libm::exp(-1.0)), 2);
            assert_close(found[2], expected, 1e-11);
        }
        // After a long time nothing is left of it.
        let late = from_nobody(process(2, 6, 1.5), 200.0, 201.0);
        for (found, expected) in late.into_iter().zip(process(2, 6, 1.5).stationary()) {
            assert_close(found, expected, 1e-10);
        }
    }
}
