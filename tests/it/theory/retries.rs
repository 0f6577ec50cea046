//! Two agents of one slot, of which a refused one tries again in even steps.

/// Exponential active and offline periods; who is refused tries again `retry` later, and then every
/// `retry` until it is enabled.
///
/// Derived here, with the rates a of coming (1 / offline) and b of leaving (1 / active), and
/// c = a + b. The pair is in one of three states:
///
/// - *Idle*: both are offline by habit. After 1 / (2a) one of them comes and finds the slot free.
/// - *One*: one is active, the other offline by habit. After 1 / c the first leaves (then the pair
///   is idle), or with probability a / c the other comes and is refused (then it tries again).
/// - *Step*: one has just been refused, and the other is active. Until the next retry the other
///   alternates alone, since a retry is all that could take the slot from it. So at time t of the
///   step it is active with probability p(t) = (a + b exp(-c t)) / c. At the end of the step the
///   retry is refused with probability p(retry), and another step begins, in no way different from
///   this one since active periods have no memory. Else the pair is *one* again.
///
/// So for each visit of *one* there are b / c visits of *idle* and (a / c) / (1 - p(retry)) steps.
#[derive(Debug, Clone, Copy)]
pub(super) struct RetryingPair {
    pub(super) mean_active: f64,
    pub(super) mean_offline: f64,
    pub(super) retry: f64,
}

/// What happens on average from one visit of *one* to the next.
#[derive(Debug, Clone, Copy)]
struct Cycle {
    time: f64,
    active: f64,
    admitted: f64,
    refused: f64,
}

impl RetryingPair {
    fn cycle(self) -> Cycle {
        let (comes, leaves) = (1.0 / self.mean_offline, 1.0 / self.mean_active);
        let change = comes + leaves;
        let decay = libm::exp(-change * self.retry);
        let refused_again = (comes + leaves * decay) / change;
        // The time in which the other is active within one step: the integral of p(t).
        let active_in_step = (comes * self.retry + leaves * (1.0 - decay) / change) / change;
        let admitted_in_step = comes * (self.retry - active_in_step) + 1.0 - refused_again;
        let idle = leaves / change;
        let steps = comes / change / (1.0 - refused_again);
        Cycle {
            time: 1.0 / change + idle / (2.0 * comes) + steps * self.retry,
            active: 1.0 / change + steps * active_in_step,
            admitted: idle + steps * admitted_in_step,
            refused: comes / change + steps * refused_again,
        }
    }

    /// The mean number of active agents, which is the share of time in which the slot is taken.
    pub(super) fn mean_active_agents(self) -> f64 {
        let cycle = self.cycle();
        cycle.active / cycle.time
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

#[cfg(test)]
mod tests {
    use super::super::finite_sources::FiniteSources;
    use super::super::tolerance::assert_close;
    use super::*;

    const PAIRS: [RetryingPair; 3] = [
        RetryingPair { mean_active: 9.0, mean_offline: 15.0, retry: 0.25 },
        RetryingPair { mean_active: 9.0, mean_offline: 15.0, retry: 6.0 },
        RetryingPair { mean_active: 5.0, mean_offline: 8.0, retry: 12.0 },
    ];

    /// By then a pair has settled, as `short_steps_of_time_agree` shows; comparisons rely on it.
    const SETTLED: f64 = 20.0 * 24.0;

    #[test]
    fn whoever_is_admitted_stays_active_for_its_period() {
        for pair in PAIRS {
            // Little's law.
            let admitted = pair.tries() * (1.0 - pair.refused_share());
            assert_close(pair.mean_active_agents(), admitted * pair.mean_active, 1e-12);
        }
    }

    #[test]
    fn retries_without_pause_are_a_line() {
        let pair = RetryingPair { mean_active: 9.0, mean_offline: 15.0, retry: 1e-6 };
        let line = FiniteSources { users: 2, servers: 1, mean_think: 15.0, mean_service: 9.0 };
        assert_close(pair.mean_active_agents(), line.utilisation(), 1e-6);
    }

    #[test]
    fn retries_that_never_come_leave_the_other_alone() {
        let pair = RetryingPair { mean_active: 9.0, mean_offline: 15.0, retry: 1e9 };
        assert_close(pair.mean_active_agents(), 9.0 / 24.0, 1e-6);
    }

    /// In steps of time so short that only one thing happens in each: the states are idle, one, and
    /// for each step of a retry the other active or offline.
    fn stepwise(pair: RetryingPair, steps: usize) -> f64 {
        let step = pair.retry / steps as f64;
        let (comes, leaves) = (step / pair.mean_offline, step / pair.mean_active);
        let (mut idle, mut one) = (1.0, 0.0);
        let mut waiting = vec![[0.0_f64; 2]; steps];
        for _ in 0..(SETTLED / step) as usize {
            for [active, offline] in &mut waiting {
                let (left, came) = (*active * leaves, *offline * comes);
                *active += came - left;
                *offline += left - came;
            }
            let [again, free] = waiting.pop().expect("a retry takes a step or more");
            let next_idle = idle * (1.0 - 2.0 * comes) + one * leaves;
            let next_one = idle * 2.0 * comes + one * (1.0 - comes - leaves) + free;
            waiting.insert(0, [again + one * comes, 0.0]);
            (idle, one) = (next_idle, next_one);
        }
        let total = idle + one + waiting.iter().flatten().sum::<f64>();
        assert_close(total, 1.0, 1e-9);
        one + waiting.iter().map(|[active, _]| active).sum::<f64>()
    }

    #[test]
    fn short_steps_of_time_agree() {
        for (pair, steps) in PAIRS.into_iter().zip([8, 200, 400]) {
            // What is off shrinks with the step: from two of them to none.
            let found = 2.0 * stepwise(pair, 2 * steps) - stepwise(pair, steps);
            assert_close(found, pair.mean_active_agents(), 1e-3);
        }
    }
}
