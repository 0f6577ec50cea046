//! How long the first customers of one server wait, if nobody was there before them.

use super::poisson;

/// The waits of the first customers: those of a random walk whose steps are a service time less
/// the time to the next arrival. The mean service is the unit of time.
///
/// Source: Spitzer, "A combinatorial lemma and its application to probability theory",
/// Transactions of the American Mathematical Society 82 (1956); Feller, An Introduction to
/// Probability Theory and Its Applications, volume 2 (1971), chapter XII.
#[derive(Debug, Clone)]
pub(super) struct FirstCustomers {
    /// The mean wait of each.
    pub(super) wait: Vec<f64>,
    /// The probability that each waits at all.
    pub(super) waits: Vec<f64>,
}

impl FirstCustomers {
    /// From the probability that the walk is above 0 after so many steps, and the mean of its
    /// part above 0.
    fn new(customers: u32, walk: impl Fn(u32) -> (f64, f64)) -> Self {
        let steps: Vec<(f64, f64)> = (1..customers).map(walk).collect();
        let mut wait = vec![0.0];
        // The probability of no wait of each; see Feller (1971), XII.7.
        let mut served_at_once = vec![1.0];
        for (customer, (_, excess)) in (1_usize..).zip(&steps) {
            wait.push(wait[customer - 1] + excess / customer as f64);
            let sum: f64 = (1..=customer)
                .map(|step| (1.0 - steps[step - 1].0) * served_at_once[customer - step])
                .sum();
            served_at_once.push(sum / customer as f64);
        }
        Self { wait, waits: served_at_once.iter().map(|share| 1.0 - share).collect() }
    }

    /// M/M/1. After n arrivals, m < n services are over with a negative binomial probability, and
    /// the others are still to come.
    pub(super) fn exponential(customers: u32, load: f64) -> Self {
        let arrives = load / (1.0 + load);
        Self::new(customers, |steps| {
            let mut mass = libm::pow(arrives, f64::from(steps));
            let (mut above, mut excess) = (0.0, 0.0);
            for over in 0..steps {
                above += mass;
                excess += mass * f64::from(steps - over);
                mass *= f64::from(steps + over) / f64::from(over + 1) * (1.0 - arrives);
            }
            (above, excess)
        })
    }

    /// M/D/1: n services last n, and the n arrivals an Erlang-distributed time.
    pub(super) fn constant_service(customers: u32, load: f64) -> Self {
        Self::new(customers, |steps| {
            let time = f64::from(steps);
            let above = poisson::at_least(load * time, steps);
            let later = poisson::at_least(load * time, steps + 1);
            (above, time * above - time / load * later)
        })
    }

    /// D/M/1: the other way round.
    pub(super) fn even_arrivals(customers: u32, load: f64) -> Self {
        Self::new(customers, |steps| {
            let time = f64::from(steps) / load;
            let above = poisson::at_most(time, steps - 1);
            (above, f64::from(steps) * poisson::at_most(time, steps) - time * above)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::constant_service::ConstantService;
    use super::super::renewals::RenewalArrivals;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn the_second_customer_by_hand() {
        // The first one is still served when the second comes, with probability r / (1 + r).
        let exponential = FirstCustomers::exponential(2, 0.8);
        assert!(exponential.wait[0] == 0.0 && exponential.waits[0] == 0.0);
        assert_close(exponential.waits[1], 0.8 / 1.8, 1e-14);
        assert_close(exponential.wait[1], 0.8 / 1.8, 1e-14);
        // The second comes 1.25 after the first.
        let even = FirstCustomers::even_arrivals(2, 0.8);
        assert_close(even.waits[1], libm::exp(-1.25), 1e-13);
        assert_close(even.wait[1], libm::exp(-1.25), 1e-13);
        // Within 1 with probability 1 - exp(-r), and then the rest of 1.
        let constant = FirstCustomers::constant_service(2, 0.8);
        assert_close(constant.waits[1], 1.0 - libm::exp(-0.8), 1e-13);
        assert_close(constant.wait[1], 1.0 - (1.0 - libm::exp(-0.8)) / 0.8, 1e-12);
    }

    /// The chain of how many each customer finds: between two arrivals each event is a departure
    /// with the same probability, as long as somebody is there.
    #[test]
    fn customers_find_as_many_as_the_chain_says() {
        for load in [0.5, 0.8, 1.3] {
            let found = FirstCustomers::exponential(60, load);
            let leaves = 1.0 / (1.0 + load);
            let mut numbers = vec![1.0];
            for customer in 0..60 {
                let mean: f64 =
                    numbers.iter().zip(0_u32..).map(|(share, n)| share * f64::from(n)).sum();
                if customer > 0 {
                    assert_close(found.wait[customer], mean, 1e-11);
                    assert_close(found.waits[customer], 1.0 - numbers[0], 1e-11);
                }
                let mut next = vec![0.0; numbers.len() + 1];
                for (number, &share) in numbers.iter().enumerate() {
                    let mut left = share;
                    for still in (1..=number + 1).rev() {
                        next[still] += left * (1.0 - leaves);
                        left *= leaves;
                    }
                    next[0] += left;
                }
                numbers = next;
            }
        }
    }

    #[test]
    fn late_customers_wait_as_if_for_ever() {
        let constant = FirstCustomers::constant_service(400, 0.6);
        assert_close(constant.wait[399], ConstantService::new(1, 0.6).mean_wait(), 1e-10);
        assert_close(constant.waits[399], 0.6, 1e-10);
        let even = FirstCustomers::even_arrivals(400, 0.6);
        let theory = RenewalArrivals::even(1, 0.6);
        assert_close(even.wait[399], theory.mean_wait(), 1e-10);
        assert_close(even.waits[399], theory.wait_probability, 1e-10);
    }
}
