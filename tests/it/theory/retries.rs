//! One agent more than there are slots, and a refused one tries again in even steps.

/// Exponential active and offline periods; who is refused tries again `retry` later, and then every
/// `retry` until it is enabled. With one agent more than slots at most one is refused at a time.
///
/// Derived here, with the rates a of coming (1 / offline) and b of leaving (1 / active), and
/// c = a + b. Either nobody has been refused: then the number of active agents is a birth and death
/// process, until the last agent comes while all others are active. Or it is the time between two
/// tries of a refused agent, a *step*:
///
/// - It begins with all others active. Until the next retry they alternate each for itself, since
///   a retry is all that could take a slot from them. So at time t of the step each of them is
///   active with probability p(t) = (a + b exp(-c t)) / c.
/// - With probability p(retry)^slots all of them are active at its end. Then the retry is refused,
///   and the next step is in no way different, since active periods have no memory.
/// - Else it is admitted, and the birth and death process goes on with one more than the others
///   that are active: a binomial number, given that it is not all of them.
///
/// One refusal of an agent that is not yet trying again to the next such refusal is a cycle.
#[derive(Debug, Clone, Copy)]
pub(super) struct RetryingLast {
    pub(super) slots: u32,
    pub(super) mean_active: f64,
    pub(super) mean_offline: f64,
    pub(super) retry: f64,
}

/// What happens on average in a cycle.
#[derive(Debug, Clone, Copy)]
struct Cycle {
    time: f64,
    /// Time in which agents are active, summed over them.
    active: f64,
    /// Time in which every slot is taken.
    full: f64,
    admitted: f64,
    refused: f64,
}

impl RetryingLast {
    fn cycle(self) -> Cycle {
        let (comes, leaves) = (1.0 / self.mean_offline, 1.0 / self.mean_active);
        let (change, others) = (comes + leaves, f64::from(self.slots));
        let active_at = |time: f64| (comes + leaves * libm::exp(-change * time)) / change;
        let active = active_at(self.retry);
        let all_active = libm::pow(active, others);
        let steps = 1.0 / (1.0 - all_active);
        // The integral of p(t) over a step.
        let decayed = -libm::expm1(-change * self.retry) / change;
        let active_in_step = (comes * self.retry + leaves * decayed) / change;
        let admitted_in_step = others * comes * (self.retry - active_in_step) + 1.0 - all_active;
        let full_in_step = integral(self.retry, |time| libm::pow(active_at(time), others));
        Cycle {
            time: steps * self.retry + self.until_refused(active, |_| 1.0),
            active: steps * others * active_in_step + self.until_refused(active, f64::from),
            full: steps * full_in_step
                + self.until_refused(active, |number| f64::from(u32::from(number == self.slots))),
            admitted: steps * admitted_in_step
                + self.until_refused(active, |number| {
                    f64::from(u32::from(number < self.slots)) * self.tries_at(number)
                }),
            // The first of the cycle, and one at the end of each step but the last.
            refused: steps,
        }
    }

    /// Tries per unit of time while so many agents are active and nobody has been refused.
    fn tries_at(self, active: u32) -> f64 {
        f64::from(self.slots + 1 - active) / self.mean_offline
    }

    /// The integral of `value` over the number of active agents from a retry that was admitted to
    /// the next refusal, where each other agent was active with probability `active`.
    fn until_refused(self, active: f64, value: impl Fn(u32) -> f64) -> f64 {
        // The integral from each number of active agents to one more, or from all to a refusal.
        let mut steps = Vec::new();
        let mut below = 0.0;
        for number in 0..=self.slots {
            let left = f64::from(number) / self.mean_active * below;
            below = (value(number) + left) / self.tries_at(number);
            steps.push(below);
        }
        let mut sum = 0.0;
        let mut ways = 1.0;
        for others in 0..self.slots {
            let idle = self.slots - others;
            let chance = ways
                * libm::pow(active, f64::from(others))
                * libm::pow(1.0 - active, f64::from(idle));
            sum += chance * steps[others as usize + 1..].iter().sum::<f64>();
            ways *= f64::from(idle) / f64::from(others + 1);
        }
        sum / (1.0 - libm::pow(active, f64::from(self.slots)))
    }

    pub(super) fn mean_active_agents(self) -> f64 {
        let cycle = self.cycle();
        cycle.active / cycle.time
    }

    pub(super) fn full_time_share(self) -> f64 {
        let cycle = self.cycle();
        cycle.full / cycle.time
    }

    /// The share of tries that are refused, retries included.
    pub(super) fn refused_share(self) -> f64 {
        let cycle = self.cycle();
        cycle.refused / (cycle.refused + cycle.admitted)
    }

    /// Tries per unit of time.
    pub(super) fn tries(self) -> f64 {
        let cycle = self.cycle();
        (cycle.refused + cycle.admitted) / cycle.time
    }
}

/// The integral of a smooth function from 0 to `end`, by Simpson's rule.
fn integral(end: f64, of: impl Fn(f64) -> f64) -> f64 {
    let halves = 2_000;
    let width = end / f64::from(2 * halves);
    let inner = (1..2 * halves).map(|index| {
        let weight = if index % 2 == 1 { 4.0 } else { 2.0 };
        weight * of(f64::from(index) * width)
    });
    (of(0.0) + inner.sum::<f64>() + of(end)) * width / 3.0
}

#[cfg(test)]
mod tests {
    use super::super::finite_sources::FiniteSources;
    use super::super::tolerance::assert_close;
    use super::*;

    const SYSTEMS: [RetryingLast; 4] = [
        RetryingLast { slots: 1, mean_active: 9.0, mean_offline: 15.0, retry: 0.25 },
        RetryingLast { slots: 1, mean_active: 9.0, mean_offline: 15.0, retry: 6.0 },
        RetryingLast { slots: 2, mean_active: 5.0, mean_offline: 8.0, retry: 12.0 },
        RetryingLast { slots: 4, mean_active: 9.0, mean_offline: 4.0, retry: 3.0 },
    ];

    /// By then these have settled, as `short_steps_of_time_agree` shows; comparisons rely on it.
    const SETTLED: f64 = 20.0 * 24.0;

    #[test]
    fn whoever_is_admitted_stays_active_for_its_period() {
        for system in SYSTEMS {
            // Little's law.
            let admitted = system.tries() * (1.0 - system.refused_share());
            assert_close(system.mean_active_agents(), admitted * system.mean_active, 1e-11);
        }
        // Of one slot.
        assert_close(SYSTEMS[1].mean_active_agents(), SYSTEMS[1].full_time_share(), 1e-11);
    }

    #[test]
    fn retries_without_pause_are_a_line() {
        for system in SYSTEMS {
            let line = FiniteSources {
                users: system.slots + 1,
                servers: system.slots,
                mean_think: system.mean_offline,
                mean_service: system.mean_active,
            };
            let hasty = RetryingLast { retry: 1e-6, ..system };
            let active = line.utilisation() * f64::from(system.slots);
            assert_close(hasty.mean_active_agents(), active, 1e-5);
            assert_close(hasty.full_time_share(), line.all_busy(), 1e-5);
        }
    }

    #[test]
    fn retries_that_never_come_leave_the_others_alone() {
        for system in SYSTEMS {
            let never = RetryingLast { retry: 1e7, ..system };
            let each = system.mean_active / (system.mean_active + system.mean_offline);
            assert_close(never.mean_active_agents(), each * f64::from(system.slots), 1e-5);
        }
    }

    /// The mean number of active agents and the share of time with all slots taken, in steps of time
    /// so short that only one thing happens in each.
    fn stepwise(system: RetryingLast, steps: usize) -> [f64; 2] {
        let step = system.retry / steps as f64;
        let slots = system.slots as usize;
        let (comes, leaves) = (step / system.mean_offline, step / system.mean_active);
        // One step of the birth and death of active ones among so many agents, with room for all
        // but one of them or for all. Answers how many come to find no room.
        let alternate = |shares: &mut Vec<f64>, agents: usize| {
            let before = shares.clone();
            for (active, share) in before.iter().enumerate() {
                let (come, leave) =
                    (share * comes * (agents - active) as f64, share * leaves * active as f64);
                shares[active] -= come + leave;
                if active > 0 {
                    shares[active - 1] += leave;
                }
                if active < slots {
                    shares[active + 1] += come;
                }
            }
            before[slots] * comes * (agents - slots) as f64
        };
        // By the number of active agents: with nobody refused, and in each part of a step.
        let mut free = vec![0.0; slots + 1];
        free[0] = 1.0;
        let mut waiting = vec![vec![0.0; slots + 1]; steps];
        for _ in 0..(SETTLED / step) as usize {
            let refused = alternate(&mut free, slots + 1);
            for part in &mut waiting {
                alternate(part, slots);
            }
            let mut tried = waiting.pop().expect("a step has a part");
            for others in 0..slots {
                free[others + 1] += tried[others];
                tried[others] = 0.0;
            }
            tried[slots] += refused;
            waiting.insert(0, tried);
        }
        let all: Vec<f64> = (0..=slots)
            .map(|active| free[active] + waiting.iter().map(|part| part[active]).sum::<f64>())
            .collect();
        assert_close(all.iter().sum(), 1.0, 1e-9);
        [all.iter().zip(0_u32..).map(|(share, active)| share * f64::from(active)).sum(), all[slots]]
    }

    #[test]
    fn short_steps_of_time_agree() {
        for (system, parts) in SYSTEMS.into_iter().zip([8, 200, 200, 100]) {
            let (coarse, fine) = (stepwise(system, parts), stepwise(system, 2 * parts));
            // What is off shrinks with the step: from two of them to none.
            let found = [0, 1].map(|figure| 2.0 * fine[figure] - coarse[figure]);
            assert_close(found[0], system.mean_active_agents(), 1e-3);
            assert_close(found[1], system.full_time_share(), 1e-3);
        }
    }
}
