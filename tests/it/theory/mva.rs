//! Users of two kinds who think, write and wait for their replies: exact mean value analysis.

/// Users who share some servers with exponential service, in order of arrival. Of their think
/// times only the means count.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClosedNetwork {
    /// How many of each kind there are, and how long they think on average.
    pub(super) kinds: [(u32, f64); 2],
    pub(super) servers: u32,
    pub(super) mean_service: f64,
}

/// What a closed network does.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    /// Messages of each kind per unit of time.
    pub(super) throughput: [f64; 2],
    /// The mean time from a message of each kind to its reply.
    pub(super) sojourn: [f64; 2],
    /// The probability of each number that waits or is served.
    pub(super) states: Vec<f64>,
}

impl ClosedNetwork {
    /// Users are added one by one: who writes finds what there is with one user less.
    ///
    /// Source: Reiser and Lavenberg, "Mean-value analysis of closed multichain queuing networks",
    /// Journal of the ACM 27 (1980); that order of arrival has this form if all kinds are served
    /// alike: Baskett, Chandy, Muntz and Palacios, Journal of the ACM 22 (1975).
    pub(super) fn solve(self) -> Solution {
        let nobody = Solution { throughput: [0.0; 2], sojourn: [0.0; 2], states: vec![1.0] };
        let [(first, _), (second, _)] = self.kinds;
        let mut row: Vec<Solution> = Vec::new();
        for users in 0..=first {
            let mut next: Vec<Solution> = Vec::new();
            for others in 0..=second {
                let without = [row.get(others as usize), next.last()];
                let solution = match without {
                    [None, None] => nobody.clone(),
                    _ => self.with([users, others], without),
                };
                next.push(solution);
            }
            row = next;
        }
        row.pop().unwrap_or(nobody)
    }

    /// The network with so many users, from those with one of each kind less.
    fn with(self, users: [u32; 2], without: [Option<&Solution>; 2]) -> Solution {
        let all = users[0] + users[1];
        // How long one of so many takes to leave.
        let pace = |number: u32| self.mean_service / f64::from(number.min(self.servers));
        let mut throughput = [0.0; 2];
        let mut sojourn = [0.0; 2];
        let mut states = vec![0.0; all as usize + 1];
        for kind in 0..2 {
            let Some(found) = without[kind] else { continue };
            sojourn[kind] = (1..=all)
                .zip(&found.states)
                .map(|(number, share)| f64::from(number) * pace(number) * share)
                .sum();
            throughput[kind] = f64::from(users[kind]) / (self.kinds[kind].1 + sojourn[kind]);
            for (number, share) in (1..=all).zip(&found.states) {
                states[number as usize] += throughput[kind] * pace(number) * share;
            }
        }
        states[0] = 1.0 - states.iter().sum::<f64>();
        Solution { throughput, sojourn, states }
    }
}

impl Solution {
    /// The mean number that waits or is served.
    pub(super) fn mean_in_system(&self) -> f64 {
        self.states.iter().zip(0_u32..).map(|(share, number)| share * f64::from(number)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::finite_sources::FiniteSources;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn one_kind_is_a_birth_and_death_process() {
        for (users, servers, think) in [(1, 1, 5.0), (9, 1, 6.0), (20, 4, 6.0), (12, 3, 1.0)] {
            let chain = FiniteSources { users, servers, mean_think: think, mean_service: 1.5 };
            for kinds in [[(users, think), (0, 1.0)], [(0, 1.0), (users, think)]] {
                let found = ClosedNetwork { kinds, servers, mean_service: 1.5 }.solve();
                let [first, second] = found.throughput;
                assert_close(first + second, chain.throughput(), 1e-9);
                assert_close(found.sojourn[0] + found.sojourn[1], chain.mean_sojourn(), 1e-9);
                assert_close(found.mean_in_system(), chain.mean_in_system(), 1e-9);
            }
            // Two kinds alike are one.
            let kinds = [(users / 2, think), (users - users / 2, think)];
            let found = ClosedNetwork { kinds, servers, mean_service: 1.5 }.solve();
            assert_close(found.throughput[0] + found.throughput[1], chain.throughput(), 1e-9);
        }
    }

    /// The product form itself, summed over all states.
    #[test]
    fn two_kinds_by_all_states() {
        for (kinds, servers) in [([(6, 10.0), (3, 2.0)], 1), ([(7, 4.0), (5, 1.0)], 3)] {
            let network = ClosedNetwork { kinds, servers, mean_service: 0.8 };
            let [(first, first_think), (second, second_think)] = kinds;
            let power = |base: f64, times: u32| (0..times).fold(1.0, |power, _| power * base);
            let factorial =
                |number: u32| (1..=number).fold(1.0, |product, i| product * f64::from(i));
            let (mut total, mut in_system) = (0.0, [0.0; 2]);
            for one in 0..=first {
                for other in 0..=second {
                    let number = one + other;
                    let orders = factorial(number) / factorial(one) / factorial(other);
                    let paces = (1..=number)
                        .fold(1.0, |product, n| product * 0.8 / f64::from(n.min(servers)));
                    let thinking = power(first_think, first - one) / factorial(first - one)
                        * power(second_think, second - other)
                        / factorial(second - other);
                    let weight = orders * paces * thinking;
                    total += weight;
                    in_system[0] += weight * f64::from(one);
                    in_system[1] += weight * f64::from(other);
                }
            }
            let found = network.solve();
            for kind in 0..2 {
                let (users, think) = kinds[kind];
                let thinking = f64::from(users) - in_system[kind] / total;
                assert_close(found.throughput[kind], thinking / think, 1e-10);
                let sojourn = in_system[kind] / total / found.throughput[kind];
                assert_close(found.sojourn[kind], sojourn, 1e-10);
            }
        }
    }
}
