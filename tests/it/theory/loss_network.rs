//! Several limits at once on what is in flight.

use super::poisson;

/// Poisson streams with a limit each, and one limit for all of them together. Nothing waits.
///
/// What is in flight has the probabilities of independent Poisson counts, cut to what the limits
/// allow; and only the means of the service times count.
/// Source: Kelly, "Loss networks", Annals of Applied Probability 1 (1991), section 1; that only the
/// means count: Burman, Lehoczky and Lim, "Insensitivity of blocking probabilities in a
/// circuit-switching network", Journal of Applied Probability 21 (1984).
#[derive(Debug, Clone)]
pub(super) struct LossNetwork {
    /// The load of each stream, its rate times its mean service time, and its limit.
    pub(super) streams: Vec<(f64, u32)>,
    pub(super) limit: u32,
}

/// Which shares of a stream, or of all streams together, are refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused {
    /// By the limit of its own, which is asked first.
    pub(super) own: f64,
    /// By the limit for all, of those whom their own limit lets through.
    pub(super) common: f64,
}

impl LossNetwork {
    /// The weights of 0, 1, .. up to the limit for all in flight of these streams.
    fn weights<'a>(&self, streams: impl Iterator<Item = &'a (f64, u32)>) -> Vec<f64> {
        let most = self.limit as usize;
        let mut sums = vec![0.0; most + 1];
        sums[0] = 1.0;
        for &(load, limit) in streams {
            let mut next = vec![0.0; most + 1];
            for (before, weight) in sums.iter().enumerate() {
                for count in 0..=(most - before).min(limit as usize) {
                    next[before + count] += weight * poisson::mass(load, count as u32);
                }
            }
            sums = next;
        }
        sums
    }

    /// What is refused of each stream.
    pub(super) fn refused(&self) -> Vec<Refused> {
        let total: f64 = self.weights(self.streams.iter()).iter().sum();
        let each = self.streams.iter().enumerate().map(|(this, &(load, limit))| {
            let others = self.streams.iter().enumerate().filter(|(other, _)| *other != this);
            let others = self.weights(others.map(|(_, stream)| stream));
            // Time finds a stream at its limit as often as its messages do.
            let (mut own, mut common) = (0.0, 0.0);
            for count in 0..=limit.min(self.limit) {
                let room = (self.limit - count) as usize;
                let weight = poisson::mass(load, count);
                if count == limit {
                    own += weight * others[..=room].iter().sum::<f64>();
                } else {
                    common += weight * others[room];
                }
            }
            Refused { own: own / total, common: common / total }
        });
        each.collect()
    }

    /// What is refused of all streams together.
    pub(super) fn refused_of_all(&self) -> Refused {
        let load: f64 = self.streams.iter().map(|(load, _)| load).sum();
        let each = self.refused();
        let of_all = |share: fn(&Refused) -> f64| {
            let refused = each.iter().zip(&self.streams).map(|(of, (load, _))| share(of) * load);
            refused.sum::<f64>() / load
        };
        Refused { own: of_all(|of| of.own), common: of_all(|of| of.common) }
    }

    /// The mean number in flight, by Little's law.
    pub(super) fn mean_in_flight(&self) -> f64 {
        let Refused { own, common } = self.refused_of_all();
        let load: f64 = self.streams.iter().map(|(load, _)| load).sum();
        load * (1.0 - own - common)
    }
}

#[cfg(test)]
mod tests {
    use super::super::erlang::erlang_b;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn two_streams_by_hand() {
        // Nobody, one of the first, one of the second: 1, 2 and 3 of 6 parts of the time.
        let network = LossNetwork { streams: vec![(2.0, 1), (3.0, 5)], limit: 1 };
        let refused = network.refused();
        assert_close(refused[0].own, 1.0 / 3.0, 1e-14);
        assert_close(refused[0].common, 1.0 / 2.0, 1e-14);
        assert!(refused[1].own == 0.0);
        assert_close(refused[1].common, 5.0 / 6.0, 1e-14);
        assert_close(network.mean_in_flight(), 5.0 / 6.0, 1e-14);
    }

    #[test]
    fn one_limit_alone_is_erlangs() {
        let private = LossNetwork { streams: vec![(2.0, 3), (1.0, 2)], limit: 50 };
        let refused = private.refused();
        assert_close(refused[0].own, erlang_b(3, 2.0), 1e-13);
        assert_close(refused[1].own, erlang_b(2, 1.0), 1e-13);
        let common = LossNetwork { streams: vec![(2.0, 50), (1.0, 50)], limit: 4 };
        assert_close(common.refused_of_all().common, erlang_b(4, 3.0), 1e-13);
    }

    /// By short steps of time: the chain of two streams from an empty start.
    #[test]
    fn two_streams_by_steps_of_time() {
        let (loads, limits, limit) = ([2.0, 1.5], [3_u32, 2], 4_u32);
        let allowed = |state: [u32; 2]| {
            state[0] <= limits[0] && state[1] <= limits[1] && state[0] + state[1] <= limit
        };
        let states: Vec<[u32; 2]> = (0..=limits[0])
            .flat_map(|first| (0..=limits[1]).map(move |second| [first, second]))
            .filter(|&state| allowed(state))
            .collect();
        let step = 0.02;
        let mut shares = vec![1.0 / states.len() as f64; states.len()];
        for _ in 0..5_000 {
            let mut next = shares.clone();
            for (from, &state) in states.iter().enumerate() {
                for stream in 0..2 {
                    let mut up = state;
                    up[stream] += 1;
                    let Some(to) = states.iter().position(|&other| other == up) else { continue };
                    let flow = shares[from] * loads[stream] - shares[to] * f64::from(up[stream]);
                    next[from] -= flow * step;
                    next[to] += flow * step;
                }
            }
            shares = next;
        }
        let found = LossNetwork { streams: vec![(2.0, 3), (1.5, 2)], limit };
        for (stream, refused) in found.refused().iter().enumerate() {
            let share = |holds: &dyn Fn([u32; 2]) -> bool| -> f64 {
                states.iter().zip(&shares).filter(|(state, _)| holds(**state)).map(|(_, s)| s).sum()
            };
            let at_own = |state: [u32; 2]| state[stream] == limits[stream];
            assert_close(refused.own, share(&at_own), 1e-10);
            let at_common = |state: [u32; 2]| !at_own(state) && state[0] + state[1] == limit;
            assert_close(refused.common, share(&at_common), 1e-10);
        }
    }
}
