//! Agents that are created as a Poisson stream, live for exponential times, and wait for a slot
//! first come first served.

use super::poisson;

/// Agents live as long whether they wait or are active, so their number knows nothing of the slots:
/// it is that of M/M/infinity, and Poisson. In the language of queues: Erlang A, whose patience is
/// as long as its service.
///
/// Source: Garnett, Mandelbaum and Reiman, "Designing a call center with impatient customers",
/// Manufacturing & Service Operations Management 4 (2002).
#[derive(Debug, Clone, Copy)]
pub(super) struct WaitingDrafts {
    pub(super) slots: u32,
    /// Agents created in the mean of a life.
    pub(super) load: f64,
    pub(super) mean_life: f64,
}

impl WaitingDrafts {
    fn mean(self, value: impl Fn(u32) -> f64) -> f64 {
        // Twelve standard deviations and more beyond the mean.
        let most = (self.load + 12.0 * self.load.sqrt()) as u32 + self.slots + 40;
        (0..=most).map(|agents| poisson::mass(self.load, agents) * value(agents)).sum()
    }

    pub(super) fn mean_active_agents(self) -> f64 {
        self.mean(|agents| f64::from(agents.min(self.slots)))
    }

    /// The mean number of agents that wait for a slot.
    pub(super) fn mean_waiting(self) -> f64 {
        self.mean(|agents| f64::from(agents.saturating_sub(self.slots)))
    }

    pub(super) fn full_time_share(self) -> f64 {
        poisson::at_least(self.load, self.slots)
    }

    /// Agents created per unit of time.
    fn created(self) -> f64 {
        self.load / self.mean_life
    }

    /// Agents enabled per unit of time: as many as are deleted while active.
    pub(super) fn enabled(self) -> f64 {
        self.mean_active_agents() / self.mean_life
    }

    /// The share of enabled agents that waited: the others were created while a slot was free.
    pub(super) fn wait_probability(self) -> f64 {
        1.0 - self.created() * (1.0 - self.full_time_share()) / self.enabled()
    }

    /// The mean time that enabled agents had waited.
    ///
    /// An agent with j others before it moves up when one of these or of the active ones is
    /// deleted, and is itself deleted before that with probability 1 / (slots + j + 1); a move
    /// takes mean life / (slots + j + 1) either way. So it gets a slot with probability
    /// slots / (slots + j + 1), after the sum of those times.
    pub(super) fn mean_wait(self) -> f64 {
        let waited = self.mean(|agents| {
            let Some(before) = agents.checked_sub(self.slots) else { return 0.0 };
            let places = self.slots + 1..=self.slots + before + 1;
            let time: f64 = places.map(|place| self.mean_life / f64::from(place)).sum();
            f64::from(self.slots) / f64::from(agents + 1) * time
        });
        self.created() * waited / self.enabled()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tolerance::assert_close;
    use super::*;

    const LINES: [WaitingDrafts; 3] = [
        WaitingDrafts { slots: 1, load: 1.0, mean_life: 1.0 },
        WaitingDrafts { slots: 25, load: 24.0, mean_life: 4.0 },
        WaitingDrafts { slots: 6, load: 9.0, mean_life: 2.5 },
    ];

    #[test]
    fn one_slot_by_hand() {
        // Poisson with mean 1: nobody for 1/e of the time.
        let none = libm::exp(-1.0);
        assert_close(LINES[0].mean_active_agents(), 1.0 - none, 1e-13);
        assert_close(LINES[0].mean_waiting(), none, 1e-13);
        // Of 1 - 1/e that are enabled, 1/e are so at once.
        assert_close(LINES[0].wait_probability(), (1.0 - 2.0 * none) / (1.0 - none), 1e-13);
    }

    /// Waits by following an agent through the line in short steps of time.
    #[test]
    fn waits_by_steps_of_time() {
        for line in LINES {
            let step = line.mean_life * 5e-4 / f64::from(line.slots + 30);
            let (mut got, mut waited, mut at) = (0.0, 0.0, 0.0);
            // The share of agents that wait, by how many are before them.
            let mut before: Vec<f64> =
                (0..60).map(|j| poisson::mass(line.load, line.slots + j)).collect();
            let found: f64 = before.iter().sum();
            while before.iter().sum::<f64>() > 1e-7 * found {
                at += step;
                for place in 0..before.len() {
                    let moves = f64::from(line.slots + place as u32) * step / line.mean_life;
                    let here = before[place];
                    before[place] -= here * (moves + step / line.mean_life);
                    if let Some(next) = place.checked_sub(1) {
                        before[next] += here * moves;
                    } else {
                        got += here * moves;
                        waited += here * moves * at;
                    }
                }
            }
            let created = line.created() / line.enabled();
            assert_close(line.wait_probability(), created * got, 2e-3);
            assert_close(line.mean_wait(), created * waited, 2e-3);
        }
    }
}
