//! Erlang's formulas.

/// Erlang B: the share of a Poisson stream that finds all `servers` busy and is lost, where `load`
/// is the arrival rate times the mean service time. It depends on nothing else of the service
/// time.
///
/// Source: Erlang, Solution of some problems in the theory of probabilities of significance in
/// automatic telephone exchanges (1917). By the recursion B(n) = a B(n - 1) / (n + a B(n - 1)):
/// Cooper, Introduction to Queueing Theory (1981), chapter 3.
pub(super) fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |lost, server| {
        let offered = load * lost;
        offered / (f64::from(server) + offered)
    })
}

/// Erlang C: the share of a Poisson stream that has to wait for one of `servers` servers with
/// exponential service, where `load` is less than `servers`.
///
/// Source: Erlang (1917); from Erlang B as in Cooper (1981), chapter 3.
pub(super) fn erlang_c(servers: u32, load: f64) -> f64 {
    let utilisation = load / f64::from(servers);
    assert!(utilisation < 1.0, "the queue grows without end at utilisation {utilisation}");
    let lost = erlang_b(servers, load);
    lost / (1.0 - utilisation * (1.0 - lost))
}

#[cfg(test)]
mod tests {
    use super::super::birth_death::BirthDeath;
    use super::super::tolerance::assert_close;
    use super::*;

    #[test]
    fn losses_are_those_of_the_traffic_tables() {
        // Published Erlang B tables: the load at which the loss is as given.
        for (servers, loss, load) in [
            (1, 0.01, 0.0101),
            (5, 0.01, 1.361),
            (10, 0.01, 4.461),
            (15, 0.01, 8.108),
            (20, 0.01, 12.03),
            (100, 0.01, 84.06),
            (5, 0.02, 1.657),
            (10, 0.02, 5.084),
            (30, 0.02, 21.93),
        ] {
            assert_close(erlang_b(servers, load), loss, 4e-3);
        }
        // By hand: 3^5/5! over the sum of the first six terms of e^3.
        assert_close(erlang_b(5, 3.0), 2.025 / 18.4, 1e-15);
    }

    #[test]
    fn losses_and_waits_balance() {
        for (servers, load) in [(1, 0.3), (2, 1.9), (4, 3.2), (16, 14.4), (60, 48.0)] {
            let lossy = BirthDeath::queue(servers, servers, load, 1.0).stationary();
            assert_close(erlang_b(servers, load), *lossy.last().unwrap(), 1e-13);
            let waiting = BirthDeath::queue(servers, 5_000, load, 1.0).stationary();
            let all_busy: f64 = waiting[servers as usize..].iter().sum();
            assert_close(erlang_c(servers, load), all_busy, 1e-12);
        }
    }

    #[test]
    fn waits_as_known() {
        // One server: the utilisation. Two: 2 r^2 / (1 + r).
        assert_close(erlang_c(1, 0.8), 0.8, 1e-15);
        assert_close(erlang_c(2, 1.0), 1.0 / 3.0, 1e-15);
        // Three at a load of 2, by hand: (8/6 x 3) / (1 + 2 + 2 + 4).
        assert_close(erlang_c(3, 2.0), 4.0 / 9.0, 1e-15);
    }
}
