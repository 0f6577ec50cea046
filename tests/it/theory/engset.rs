//! Engset's formulas: finitely many agents compete for slots.

use super::birth_death::BirthDeath;

/// Agents that alternate between a slot (active) and none (offline), and that draw a new offline
/// period when no slot is free. Only the two means matter, not the shapes of the periods.
///
/// Source: Engset, Die Wahrscheinlichkeitsrechnung zur Bestimmung der Wähleranzahl in
/// automatischen Fernsprechämtern (1918); insensitivity: Cohen, The generalized Engset formulae
/// (1957).
#[derive(Debug, Clone, Copy)]
pub(super) struct SlotCompetition {
    pub(super) agents: u32,
    pub(super) slots: u32,
    pub(super) mean_active: f64,
    pub(super) mean_offline: f64,
}

impl SlotCompetition {
    /// The probability of each number of active agents: binomial terms C(agents, j) load^j, cut at
    /// the slots.
    fn states(self) -> Vec<f64> {
        let load = self.mean_active / self.mean_offline;
        let mut term = 1.0;
        let mut terms = vec![term];
        for active in 0..self.slots.min(self.agents) {
            term *= load * f64::from(self.agents - active) / f64::from(active + 1);
            terms.push(term);
        }
        let total: f64 = terms.iter().sum();
        terms.iter().map(|term| term / total).collect()
    }

    /// Time congestion: the share of time in which every slot is taken.
    pub(super) fn full_time_share(self) -> f64 {
        self.states().get(self.slots as usize).copied().unwrap_or(0.0)
    }

    /// Call congestion: the share of tries that are refused. Who tries is offline, and so sees the
    /// slots as the other agents alone would take them.
    pub(super) fn refused_share(self) -> f64 {
        Self { agents: self.agents - 1, ..self }.full_time_share()
    }

    /// The mean number of active agents.
    pub(super) fn mean_active_agents(self) -> f64 {
        self.states().iter().zip(0_u32..).map(|(share, active)| share * f64::from(active)).sum()
    }

    /// See [`BirthDeath::relaxation_time`]; for exponential periods.
    pub(super) fn relaxation_time(self) -> f64 {
        self.process().relaxation_time()
    }

    /// The number of active agents as a process, for exponential periods.
    fn process(self) -> BirthDeath {
        BirthDeath::new(
            self.slots.min(self.agents),
            |active| f64::from(self.agents - active) / self.mean_offline,
            |active| f64::from(active) / self.mean_active,
        )
    }

    /// Tries to enable an agent per unit of time.
    pub(super) fn tries(self) -> f64 {
        (f64::from(self.agents) - self.mean_active_agents()) / self.mean_offline
    }
}

/// Two lines of agents, each with means of its own, that compete for the same slots.
///
/// Source: Kelly, Reversibility and Stochastic Networks (1979), sections 1.3 and 3.3: sources that
/// do not depend on each other but for the slots keep their product form when it is cut off, with
/// any shapes of the periods.
#[derive(Debug, Clone, Copy)]
pub(super) struct MixedCompetition {
    /// Agents, mean active and mean offline period of each line.
    pub(super) lines: [(u32, f64, f64); 2],
    pub(super) slots: u32,
}

impl MixedCompetition {
    /// The mean of a value over the numbers of active agents of both lines.
    fn mean(self, value: impl Fn([u32; 2]) -> f64) -> f64 {
        let terms = self.lines.map(|(agents, mean_active, mean_offline)| {
            // Free of each other: binomial terms.
            SlotCompetition { agents, slots: agents, mean_active, mean_offline }.states()
        });
        let (mut total, mut sum) = (0.0, 0.0);
        for (first, one) in (0_u32..).zip(&terms[0]) {
            for (second, other) in (0_u32..).zip(&terms[1]) {
                if first + second <= self.slots {
                    total += one * other;
                    sum += one * other * value([first, second]);
                }
            }
        }
        sum / total
    }

    pub(super) fn full_time_share(self) -> f64 {
        self.mean(|[first, second]| f64::from(u32::from(first + second == self.slots)))
    }

    pub(super) fn mean_active_agents(self) -> f64 {
        self.mean(|[first, second]| f64::from(first + second))
    }

    /// Tries per unit of time of whoever is offline, in states that count.
    fn tries(self, counts: impl Fn(u32) -> bool) -> f64 {
        self.mean(|active| {
            let offline = self.lines.iter().zip(active);
            let rates =
                offline.map(|(&(agents, _, mean), active)| f64::from(agents - active) / mean);
            if counts(active.iter().sum()) { rates.sum() } else { 0.0 }
        })
    }

    /// The share of tries that are refused.
    pub(super) fn refused_share(self) -> f64 {
        self.tries(|active| active == self.slots) / self.tries(|_| true)
    }
}

#[cfg(test)]
mod tests {
    use super::super::erlang::erlang_b;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn four_sources_on_three_channels() {
        // By hand: states 0 to 3 have 27, 36, 18 and 4 of 85 parts of the time; 256 parts of tries,
        // 4 of them in state 3.
        let system = SlotCompetition { agents: 4, slots: 3, mean_active: 1.0, mean_offline: 3.0 };
        assert_close(system.full_time_share(), 4.0 / 85.0, 1e-14);
        assert_close(system.refused_share(), 1.0 / 64.0, 1e-14);
        assert_close(system.mean_active_agents(), 84.0 / 85.0, 1e-14);
    }

    #[test]
    fn tries_balance() {
        for (agents, slots, mean_active, mean_offline) in
            [(5, 3, 9.0, 15.0), (10, 3, 9.0, 15.0), (12, 1, 2.0, 30.0), (60, 50, 20.0, 4.0)]
        {
            let system = SlotCompetition { agents, slots, mean_active, mean_offline };
            let states = system.process().stationary();
            let rate_of_tries = |active: u32| f64::from(agents - active) / mean_offline;
            let tried: f64 =
                states.iter().zip(0..).map(|(share, active)| share * rate_of_tries(active)).sum();
            let refused = states[slots as usize] * rate_of_tries(slots);
            assert_close(system.full_time_share(), states[slots as usize], 1e-12);
            assert_close(system.refused_share(), refused / tried, 1e-12);
            assert_close(system.tries(), tried, 1e-12);
            // What is admitted stays active for so long: Little's law.
            assert_close(system.mean_active_agents(), (tried - refused) * mean_active, 1e-12);
        }
    }

    #[test]
    fn two_lines_alike_are_one() {
        let mixed = MixedCompetition { lines: [(4, 9.0, 15.0), (6, 9.0, 15.0)], slots: 3 };
        let one = SlotCompetition { agents: 10, slots: 3, mean_active: 9.0, mean_offline: 15.0 };
        assert_close(mixed.full_time_share(), one.full_time_share(), 1e-12);
        assert_close(mixed.mean_active_agents(), one.mean_active_agents(), 1e-12);
        assert_close(mixed.refused_share(), one.refused_share(), 1e-12);
    }

    /// One agent of each line and one slot, with loads 1 and 3, by hand: nobody, the first and the
    /// second are active for 1, 1 and 3 of 5 parts of the time.
    #[test]
    fn two_agents_of_two_lines() {
        let mixed = MixedCompetition { lines: [(1, 2.0, 2.0), (1, 3.0, 1.0)], slots: 1 };
        assert_close(mixed.full_time_share(), 0.8, 1e-14);
        // The first tries at the rate 1/2 beside nobody and the second; the second at the rate 1.
        assert_close(mixed.refused_share(), (3.0 / 2.0 + 1.0) / (4.0 / 2.0 + 2.0), 1e-14);
    }

    #[test]
    fn enough_slots_refuse_nobody_and_many_sources_are_poisson() {
        let roomy = SlotCompetition { agents: 3, slots: 3, mean_active: 9.0, mean_offline: 15.0 };
        assert!(roomy.refused_share() == 0.0);
        assert_close(roomy.relaxation_time(), 1.0 / (1.0 / 9.0 + 1.0 / 15.0), 1e-9);
        assert_close(roomy.mean_active_agents(), 3.0 * 9.0 / 24.0, 1e-14);
        let crowd =
            SlotCompetition { agents: 1_000_000, slots: 10, mean_active: 1.0, mean_offline: 2e5 };
        assert_close(crowd.refused_share(), erlang_b(10, 5.0), 1e-4);
    }
}
