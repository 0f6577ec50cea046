//! One slot for which agents wait, whatever the law of the active periods: machines that wait for
//! one repairman.

/// `agents` that are offline for exponential times, and wait for the one slot in any order that
/// does not look at what is to come. In the language of queues M/G/1//N.
///
/// Source: Ashcroft, "The productivity of several machines under the care of one operator",
/// Journal of the Royal Statistical Society B 12 (1950); Takacs, Introduction to the Theory of
/// Queues (1962), chapter 5.
#[derive(Debug, Clone, Copy)]
pub(super) struct OneSlot {
    agents: u32,
    mean_offline: f64,
    mean_active: f64,
    /// How many active periods follow each other on average until the slot is free.
    in_a_row: f64,
}

impl OneSlot {
    /// From the transform of the active period.
    fn new(
        agents: u32,
        mean_offline: f64,
        mean_active: f64,
        transform: impl Fn(f64) -> f64,
    ) -> Self {
        let others = agents - 1;
        let mut term = 1.0;
        let mut in_a_row = term;
        for number in 1..=others {
            // C(others, number) times the product of 1 / transform - 1.
            term *= f64::from(others + 1 - number) / f64::from(number);
            term *= 1.0 / transform(f64::from(number) / mean_offline) - 1.0;
            in_a_row += term;
        }
        Self { agents, mean_offline, mean_active, in_a_row }
    }

    /// Active periods that are sums of `k` exponentials.
    pub(super) fn erlang(agents: u32, mean_offline: f64, mean_active: f64, k: u32) -> Self {
        let phase = mean_active / f64::from(k);
        Self::new(agents, mean_offline, mean_active, |s| libm::pow(1.0 + s * phase, -f64::from(k)))
    }

    /// Active periods that are all alike.
    pub(super) fn constant(agents: u32, mean_offline: f64, mean_active: f64) -> Self {
        Self::new(agents, mean_offline, mean_active, |s| libm::exp(-s * mean_active))
    }

    /// Enables per unit of time: in each cycle the slot is taken so often in a row, and then free
    /// until the first of all agents comes.
    pub(super) fn throughput(self) -> f64 {
        let free = self.mean_offline / f64::from(self.agents);
        self.in_a_row / (self.in_a_row * self.mean_active + free)
    }

    /// The share of time in which the slot is taken, which is the mean number of active agents.
    pub(super) fn taken(self) -> f64 {
        self.throughput() * self.mean_active
    }

    /// The share of enabled agents that waited: all but the first in a row.
    pub(super) fn wait_probability(self) -> f64 {
        1.0 - 1.0 / self.in_a_row
    }

    /// By Little's law from the number of agents that wait: those who are neither offline by their
    /// own habit nor active.
    pub(super) fn mean_wait(self) -> f64 {
        f64::from(self.agents) / self.throughput() - self.mean_offline - self.mean_active
    }
}

#[cfg(test)]
mod tests {
    use super::super::finite_sources::FiniteSources;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn exponential_periods_are_a_birth_and_death_process() {
        for (agents, mean_think, mean_service) in [(1, 15.0, 6.0), (4, 15.0, 6.0), (9, 3.0, 1.0)] {
            let chain = FiniteSources { users: agents, servers: 1, mean_think, mean_service };
            let found = OneSlot::erlang(agents, mean_think, mean_service, 1);
            assert_close(found.taken(), chain.utilisation(), 1e-11);
            assert!((found.wait_probability() - chain.wait_probability()).abs() < 1e-11);
            assert!((found.mean_wait() - chain.mean_wait()).abs() < 1e-9);
        }
    }

    /// The chain of how many wait whenever an active period ends. While one of constant length
    /// lasts, each other agent that is offline comes with the same probability.
    #[test]
    fn constant_periods_agree_with_the_embedded_chain() {
        for (agents, mean_offline, mean_active) in [(2_u32, 15.0, 6.0), (5, 15.0, 6.0)] {
            let comes = 1.0 - libm::exp(-mean_active / mean_offline);
            let binomial = |of: u32, count: u32| {
                let ways =
                    (0..count).fold(1.0, |ways, i| ways * f64::from(of - i) / f64::from(i + 1));
                ways * libm::pow(comes, f64::from(count))
                    * libm::pow(1.0 - comes, f64::from(of - count))
            };
            let mut left = vec![0.0; agents as usize];
            left[0] = 1.0;
            for _ in 0..2_000 {
                let mut next = vec![0.0; agents as usize];
                for (waiting, share) in (0_u32..).zip(&left) {
                    // One of those who wait is enabled, or the first who comes later.
                    let still = waiting.saturating_sub(1);
                    let offline = agents - 1 - still;
                    for count in 0..=offline {
                        next[(still + count) as usize] += share * binomial(offline, count);
                    }
                }
                left = next;
            }
            let found = OneSlot::constant(agents, mean_offline, mean_active);
            assert_close(found.wait_probability(), 1.0 - left[0], 1e-11);
        }
    }

    #[test]
    fn many_phases_are_constant() {
        let constant = OneSlot::constant(5, 15.0, 6.0);
        assert_close(OneSlot::erlang(5, 15.0, 6.0, 10_000_000).taken(), constant.taken(), 1e-6);
        // By hand: of two agents the other one comes within the period, or it does not.
        let two = OneSlot::constant(2, 15.0, 6.0);
        assert_close(two.wait_probability(), 1.0 - libm::exp(-0.4), 1e-14);
    }
}
