//! Agents that would like to be active, and slots.

/// The slots of a plan, and who waits for them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slots {
    /// How many there are; `None` is any number.
    pub(super) limit: Option<u32>,
    /// Whether agents that find none try again until there is one; otherwise they go away.
    pub(super) patient: bool,
}

/// So much work is worth it; what is larger is only scaled.
const MOST_WORK: f64 = 2e7;

/// Active agents of each line on average, given how many agents it has and which share of the time
/// each of them would be active.
///
/// Agents are taken to be active independently of each other. Those that find no slot and go away
/// leave what a loss system leaves: the same chances, given that no more are active than there are
/// slots. Those that wait are taken to be alike, as machines that wait for repair.
/// Source: the truncated product form of finite-source loss systems, as in R. Syski, Introduction
/// to Congestion Theory in Telephone Systems (1986).
pub(super) fn admitted(lines: &[(f64, f64)], slots: Slots) -> Vec<f64> {
    let free: Vec<f64> = lines.iter().map(|(agents, wanted)| agents * wanted).collect();
    let mean: f64 = free.iter().sum();
    let agents: f64 = lines.iter().map(|(agents, _)| agents.ceil()).sum();
    let Some(limit) = slots.limit.filter(|&limit| agents > f64::from(limit)) else { return free };
    let scaled = |most: f64| -> Vec<f64> {
        let scale = if mean > most { most / mean } else { 1.0 };
        free.iter().map(|free| free * scale).collect()
    };
    if agents * agents * lines.len() as f64 > MOST_WORK {
        return scaled(f64::from(limit));
    }
    if slots.patient {
        return scaled(repaired(agents.round() as u32, mean / agents, limit));
    }
    let each: Vec<Vec<f64>> =
        lines.iter().map(|&(agents, wanted)| binomial(agents, wanted)).collect();
    let limit = limit as usize;
    let all = each.iter().fold(vec![1.0], |all, one| sum_of(&all, one));
    let fits: f64 = all.iter().take(limit + 1).sum();
    if fits < 1e-6 {
        return scaled(limit as f64);
    }
    (0..each.len())
        .map(|line| {
            let others = each.iter().enumerate().filter(|&(other, _)| other != line);
            let others = others.fold(vec![1.0], |all, (_, one)| sum_of(&all, one));
            let within = |room: usize| others.iter().take(room + 1).sum::<f64>();
            let counts = each[line].iter().enumerate().take(limit + 1);
            counts.map(|(count, p)| count as f64 * p * within(limit - count)).sum::<f64>() / fits
        })
        .collect()
}

/// Busy slots on average, if so many agents that find none wait for one: the machine repair model,
/// M/M/c//N.
fn repaired(agents: u32, wanted: f64, slots: u32) -> f64 {
    if wanted >= 1.0 || slots == 0 {
        return f64::from(slots.min(agents));
    }
    let ratio = wanted / (1.0 - wanted);
    // Weights of 0, 1, .. that are active or wait; as logarithms, since they span any range.
    let mut weight = 0.0;
    let mut weights = vec![weight];
    for count in 0..agents {
        let more = f64::from(agents - count) * ratio / f64::from((count + 1).min(slots));
        weight += libm::log(more);
        weights.push(weight);
    }
    let most = weights.iter().copied().fold(0.0, f64::max);
    let (mut sum, mut busy) = (0.0, 0.0);
    for (count, weight) in (0..=agents).zip(weights) {
        let chance = libm::exp(weight - most);
        sum += chance;
        busy += chance * f64::from(count.min(slots));
    }
    busy / sum
}

/// The chances of 0, 1, .. active ones among so many agents.
fn binomial(agents: f64, wanted: f64) -> Vec<f64> {
    let whole = agents.floor() as usize;
    let one = [1.0 - wanted, wanted];
    let chances = (0..whole).fold(vec![1.0], |chances, _| sum_of(&chances, &one));
    // Of a mean number of agents the broken part is one agent that is not always there.
    let part = (agents - agents.floor()) * wanted;
    if part > 0.0 { sum_of(&chances, &[1.0 - part, part]) } else { chances }
}

/// The chances of the sum of two counts.
fn sum_of(one: &[f64], other: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; one.len() + other.len() - 1];
    for (index, chance) in one.iter().enumerate() {
        for (more, also) in other.iter().enumerate() {
            sums[index + more] += chance * also;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn active(lines: &[(f64, f64)], limit: u32, patient: bool) -> f64 {
        admitted(lines, Slots { limit: Some(limit), patient }).iter().sum()
    }

    #[test]
    fn slots_by_hand() {
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
        // Two agents, active half of the time, one slot: 1/4, 1/2, 1/4.
        near(active(&[(2.0, 0.5)], 1, false), 0.5 / 0.75);
        near(active(&[(1.0, 0.5), (1.0, 0.5)], 1, false), 0.5 / 0.75);
        // 1, 2 and 2 for none, one, and one with another that waits.
        near(active(&[(2.0, 0.5)], 1, true), 0.8);
        near(active(&[(5.0, 0.375)], 2, true), 21.734_4 / 13.367_2);
        near(active(&[(2.0, 0.0)], 1, true), 0.0);
        near(active(&[(2.0, 0.5)], 2, false), 1.0);
        // Those that are always active fill the slots.
        near(active(&[(6.0, 1.0)], 3, false), 3.0);
        near(active(&[(6.0, 1.0)], 3, true), 3.0);
        near(active(&[(5_000.0, 0.5)], 1_000, false), 1_000.0);
        near(active(&[(0.5, 0.5)], 0, false), 0.0);
        assert_eq!(admitted(&[(2.0, 0.5)], Slots { limit: None, patient: false }), [1.0]);
    }
}
