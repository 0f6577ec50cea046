//! A pool of credits that a Poisson stream of messages draws on, one credit each.

use super::poisson::{self, TimeOfEvent};

/// One period of a pool that begins full.
#[derive(Debug, Clone, Copy)]
pub(super) struct PoolPeriod {
    /// Credits at the beginning, at least 1.
    pub(super) credits: u32,
    /// Messages per unit of time.
    pub(super) rate: f64,
    /// The length of the period.
    pub(super) length: f64,
}

impl PoolPeriod {
    fn expected_messages(self) -> f64 {
        self.rate * self.length
    }

    /// When the balance is first zero: at the last message that is paid.
    pub(super) fn time_to_zero(self) -> TimeOfEvent {
        TimeOfEvent { events: self.credits, rate: self.rate }
    }

    /// When a message is first refused: the one after the last that is paid.
    pub(super) fn time_to_exhaustion(self) -> TimeOfEvent {
        TimeOfEvent { events: self.credits + 1, rate: self.rate }
    }

    /// The share of periods in which the balance reaches zero.
    pub(super) fn zero_share(self) -> f64 {
        poisson::at_least(self.expected_messages(), self.credits)
    }

    /// The share of periods in which a message is refused.
    pub(super) fn exhausted_share(self) -> f64 {
        poisson::at_least(self.expected_messages(), self.credits + 1)
    }

    /// The share of messages that are refused over many periods: E\[(N - credits)+\] / E\[N\].
    pub(super) fn refused_share(self) -> f64 {
        self.refused_moment(|refused, _| refused) / self.expected_messages()
    }

    /// The standard error of the refused share over `periods` independent periods: the ratio of
    /// two sums.
    ///
    /// Source: Cochran, Sampling Techniques (1977), chapter 6.
    pub(super) fn refused_share_error(self, periods: f64) -> f64 {
        let share = self.refused_share();
        let mean = self.expected_messages();
        // E[(refused - share N)^2]; the part where nothing is refused is the rest of E[N^2].
        let square = share * share * (mean + mean * mean)
            + self.refused_moment(|refused, messages| {
                refused * refused - 2.0 * share * refused * messages
            });
        (square / periods).sqrt() / mean
    }

    /// The mean of `value(refused, messages)` over periods in which a message is refused, times
    /// their probability.
    fn refused_moment(self, value: impl Fn(f64, f64) -> f64) -> f64 {
        let mean = self.expected_messages();
        // Twelve standard deviations beyond both: what is left out is below 1e-30.
        let most = self.credits + mean as u32 + 12 * (mean.sqrt() as u32 + 4);
        (self.credits + 1..=most)
            .map(|messages| {
                let refused = f64::from(messages - self.credits);
                poisson::mass(mean, messages) * value(refused, f64::from(messages))
            })
            .sum()
    }

    /// The share of time from the first refusal of a period to its end.
    ///
    /// E\[(length - T)+\] / length for the time T of the first refusal, an Erlang time of k
    /// events: its partial mean is that of k + 1 events.
    pub(super) fn exhausted_time_share(self) -> f64 {
        let first = self.time_to_exhaustion();
        let next = TimeOfEvent { events: first.events + 1, rate: self.rate };
        first.by(self.length) - first.mean() / self.length * next.by(self.length)
    }

    /// The standard error of that share over `periods` independent periods.
    pub(super) fn exhausted_time_error(self, periods: f64) -> f64 {
        let first = self.time_to_exhaustion();
        let later = |by| TimeOfEvent { events: first.events + by, rate: self.rate }.by(self.length);
        // E[((length - T)+)^2] / length^2, with the partial second moment from k + 2 events.
        let mean = first.mean() / self.length;
        let one_more = mean * (mean + 1.0 / (self.rate * self.length));
        let square = later(0) - 2.0 * mean * later(1) + one_more * later(2);
        let share = self.exhausted_time_share();
        ((square - share * share) / periods).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tolerance::assert_close;
    use super::*;

    const PERIODS: [PoolPeriod; 4] = [
        PoolPeriod { credits: 1, rate: 0.5, length: 2.0 },
        PoolPeriod { credits: 20, rate: 18.0 / 24.0, length: 24.0 },
        PoolPeriod { credits: 20, rate: 1.0, length: 24.0 },
        PoolPeriod { credits: 100, rate: 4.0, length: 30.0 },
    ];

    #[test]
    fn refusals_by_tail_probabilities() {
        // E[(N - c)+] = m P(N >= c) - c P(N > c).
        for period in PERIODS {
            let mean = period.rate * period.length;
            let expected = mean * poisson::at_least(mean, period.credits)
                - f64::from(period.credits) * poisson::at_least(mean, period.credits + 1);
            assert_close(period.refused_share(), expected / mean, 1e-11);
        }
        // One credit, one message expected: 1/e from E[(N - 1)+] = E[N] - P(N > 0).
        assert_close(PERIODS[0].refused_share(), libm::exp(-1.0), 1e-13);
        assert_close(PERIODS[0].exhausted_share(), 1.0 - 2.0 * libm::exp(-1.0), 1e-13);
        assert_close(PERIODS[0].zero_share(), 1.0 - libm::exp(-1.0), 1e-13);
        // The balance is zero by the end exactly in the periods that reach zero.
        for period in PERIODS {
            assert_close(period.time_to_zero().by(period.length), period.zero_share(), 1e-13);
        }
    }

    /// The time after the first refusal by integrating the probability that it has happened.
    #[test]
    fn time_after_exhaustion_by_integration() {
        for period in PERIODS {
            let first = period.time_to_exhaustion();
            let steps = 4_000;
            let step = period.length / f64::from(steps);
            let (mut share, mut square) = (0.0, 0.0);
            for index in 0..steps {
                let at = (f64::from(index) + 0.5) * step;
                let left = (period.length - at) / period.length;
                share += first.by(at) * step / period.length;
                square += first.density(at) * step * left * left;
            }
            assert_close(period.exhausted_time_share(), share, 1e-5);
            let error = ((square - share * share) / 7.0).sqrt();
            assert_close(period.exhausted_time_error(7.0), error, 1e-5);
        }
    }

    #[test]
    fn the_error_of_the_refused_share_is_that_of_all_counts() {
        for period in PERIODS {
            let mean = period.rate * period.length;
            let share = period.refused_share();
            let square: f64 = (0..1_000_u32)
                .map(|messages| {
                    let refused = f64::from(messages.saturating_sub(period.credits));
                    let off = refused - share * f64::from(messages);
                    poisson::mass(mean, messages) * off * off
                })
                .sum();
            assert_close(period.refused_share_error(50.0), (square / 50.0).sqrt() / mean, 1e-11);
        }
    }
}
