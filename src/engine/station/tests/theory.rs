//! What a run does not tell apart: the time at shared servers by how long it takes to serve.

use super::*;
use crate::random::Key;

/// Poisson arrivals of two kinds at one server, so many nanoseconds after each other on average;
/// answers the mean time there of each kind.
fn sojourns(seed: u64, gap: f64, services: [u64; 2], share: f64) -> [f64; 2] {
    const ARRIVALS: u64 = 24_000;
    /// Those that come while the server has not been used for long.
    const FIRST: usize = 4_000;
    let (gaps, kinds) = (Key::root(seed).name("gaps"), Key::root(seed).name("kinds"));
    let mut at = 0;
    let coming: Vec<Coming> = (0..ARRIVALS)
        .map(|number| {
            at += (-gap * libm::log(1.0 - gaps.stream().at(number).unit())) as u64;
            let kind = usize::from(kinds.stream().at(number).unit() >= share);
            let service = services[kind];
            Coming { at, service, deadline: u64::MAX, line: 0, kept: false }
        })
        .collect();
    let backend = backend(Discipline::ProcessorSharing, None, None);
    let window = Window { from: SimTime::ZERO, until: SimTime::from_nanos(1) };
    let (became, _) = served(&backend, &Capacity::new(Some(1), Vec::new()), window, &coming);
    services.map(|service| {
        let own = coming.iter().zip(&became).skip(FIRST).filter(|(it, _)| it.service == service);
        let times: Vec<f64> = own
            .map(|(it, became)| match became {
                Became::Served(_, ended) => (ended - it.at) as f64,
                other => panic!("{other:?}"),
            })
            .collect();
        times.iter().sum::<f64>() / times.len() as f64
    })
}

/// Whoever takes x to serve is there for x / (1 - load), on average.
///
/// Source: Kleinrock, Queueing Systems, volume 2 (1976), section 4.4.
#[test]
fn who_shares_a_server_is_there_for_its_service_over_the_idle_share() {
    let services = [400_000_u64, 2_000_000];
    let mean = 0.75 * services[0] as f64 + 0.25 * services[1] as f64;
    let load = 0.6;
    let runs: Vec<[f64; 2]> =
        (0..40).map(|seed| sojourns(seed, mean / load, services, 0.75)).collect();
    for (kind, service) in services.into_iter().enumerate() {
        let count = runs.len() as f64;
        let found = runs.iter().map(|run| run[kind]).sum::<f64>() / count;
        let squares: f64 = runs.iter().map(|run| (run[kind] - found) * (run[kind] - found)).sum();
        let error = (squares / (count - 1.0) / count).sqrt();
        let expected = service as f64 / (1.0 - load);
        assert!(error < 0.0125 * expected, "{found} +- {error} is too coarse");
        assert!((found - expected).abs() < 4.0 * error, "{found} +- {error}, not {expected}");
    }
}
