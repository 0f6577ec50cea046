//! Users who think, write and wait: queues with finitely many sources, and machines under repair.

use super::birth_death::BirthDeath;

/// `users` who think for an exponential time, or any other of the same mean, and servers with
/// exponential service in order of arrival.
///
/// Source: Gross and Harris, Fundamentals of Queueing Theory (1998), section 2.7; that only the
/// mean of the think time counts: Baskett, Chandy, Muntz and Palacios, "Open, closed, and mixed
/// networks of queues with different classes of customers", Journal of the ACM 22 (1975).
#[derive(Debug, Clone, Copy)]
pub(super) struct FiniteSources {
    pub(super) users: u32,
    pub(super) servers: u32,
    pub(super) mean_think: f64,
    pub(super) mean_service: f64,
}

impl FiniteSources {
    fn process(self) -> BirthDeath {
        BirthDeath::new(
            self.users,
            |busy| f64::from(self.users - busy) / self.mean_think,
            |busy| f64::from(busy.min(self.servers)) / self.mean_service,
        )
    }

    /// See [`BirthDeath::relaxation_time`]; for exponential think times.
    pub(super) fn relaxation_time(self) -> f64 {
        self.process().relaxation_time()
    }

    fn mean(self, value: impl Fn(u32) -> u32) -> f64 {
        let states = self.process().stationary();
        states.iter().zip(0..).map(|(share, number)| share * f64::from(value(number))).sum()
    }

    /// The mean number that wait or are served.
    pub(super) fn mean_in_system(self) -> f64 {
        self.mean(|number| number)
    }

    /// The mean number that wait.
    pub(super) fn mean_queue(self) -> f64 {
        self.mean(|number| number.saturating_sub(self.servers))
    }

    /// The share of time in which every server is busy.
    pub(super) fn all_busy(self) -> f64 {
        self.process().stationary()[self.servers as usize..].iter().sum()
    }

    /// Messages per unit of time: each user who thinks writes at the rate 1 / think.
    pub(super) fn throughput(self) -> f64 {
        (f64::from(self.users) - self.mean_in_system()) / self.mean_think
    }

    pub(super) fn utilisation(self) -> f64 {
        self.throughput() * self.mean_service / f64::from(self.servers)
    }

    /// The mean time from a message to its reply, by Little's law.
    pub(super) fn mean_sojourn(self) -> f64 {
        self.mean_in_system() / self.throughput()
    }

    pub(super) fn mean_wait(self) -> f64 {
        self.mean_queue() / self.throughput()
    }

    /// The share of messages that wait: who writes sees the others as if it were not there.
    pub(super) fn wait_probability(self) -> f64 {
        Self { users: self.users - 1, ..self }.all_busy()
    }
}

#[cfg(test)]
mod tests {
    use super::super::engset::SlotCompetition;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn two_users_of_one_server() {
        // By hand: 1, 2 and 2 of 5 parts of the time with none, one and both in the system.
        let system = FiniteSources { users: 2, servers: 1, mean_think: 1.0, mean_service: 1.0 };
        assert_close(system.mean_in_system(), 6.0 / 5.0, 1e-14);
        assert_close(system.throughput(), 4.0 / 5.0, 1e-14);
        assert_close(system.utilisation(), 4.0 / 5.0, 1e-14);
        assert_close(system.mean_sojourn(), 1.5, 1e-14);
        assert_close(system.wait_probability(), 0.5, 1e-14);
        assert_close(system.all_busy(), 4.0 / 5.0, 1e-14);
    }

    #[test]
    fn one_server_agrees_with_mean_value_analysis() {
        // Who arrives finds what there is with one user less: Reiser and Lavenberg, "Mean-value
        // analysis of closed multichain queuing networks", Journal of the ACM 27 (1980).
        let (think, service) = (20.0, 1.7);
        let mut in_system = 0.0;
        for users in 1..40 {
            let sojourn = service * (1.0 + in_system);
            let throughput = f64::from(users) / (think + sojourn);
            in_system = throughput * sojourn;
            let system =
                FiniteSources { users, servers: 1, mean_think: think, mean_service: service };
            assert_close(system.throughput(), throughput, 1e-12);
            assert_close(system.mean_sojourn(), sojourn, 1e-12);
        }
    }

    #[test]
    fn with_a_server_each_nobody_waits() {
        let system = FiniteSources { users: 5, servers: 5, mean_think: 15.0, mean_service: 9.0 };
        let slots = SlotCompetition { agents: 5, slots: 5, mean_active: 9.0, mean_offline: 15.0 };
        assert_close(system.mean_in_system(), slots.mean_active_agents(), 1e-13);
        assert!(system.mean_queue() == 0.0 && system.wait_probability() == 0.0);
    }
}
