//! Attempts that are charged when they are over, beside a few lines that count by themselves.

use limitlab::summary::Summary;

use crate::support::simulate;

/// The pool, in thousandths of a credit. A message costs one credit.
const POOL: i64 = 20_000;
const COST: i64 = 1_000;

/// Messages come every second until then, and each is answered after ten.
const END: i64 = 60;
const SERVICE: i64 = 10;

fn summary(charge: &str) -> Summary {
    simulate(&format!(
        "\
limitlab: 1
name: late
duration: {END}s
drain: cut
plans:
  pool: {{ credits: {{ included: 20, per: workspace, renews: never }} }}
workspaces:
  - {{ group: shops, count: 1, plan: pool, agents: [{{ name: a, traffic: {{ interarrival: 1s }} }}] }}
backend: {{ servers: unlimited, service_time: {SERVICE}s }}
enforcement: {{ charge: {charge} }}
"
    ))
}

/// What comes of it, in credits and messages.
#[derive(Debug, Default, PartialEq)]
struct Counted {
    admitted: u32,
    consumed: i64,
    oversold: i64,
    held: i64,
    above: i64,
    expired: u32,
    most_in_vain: i64,
}

/// `estimate` is what is held, in thousandths, and `ttl` for how many seconds.
fn count(estimate: Option<i64>, ttl: Option<i64>) -> Counted {
    let mut counted = Counted::default();
    let (mut balance, mut held) = (POOL, 0);
    // When they came, and whether credits are held for them.
    let mut in_flight: Vec<(i64, bool)> = Vec::new();
    for now in 1..END {
        for one in in_flight.iter_mut().filter(|one| one.1 && ttl == Some(now - one.0)) {
            one.1 = false;
            held -= estimate.unwrap_or(0);
            counted.expired += 1;
        }
        if let Some(&(_, is_held)) = in_flight.first().filter(|one| one.0 + SERVICE == now) {
            in_flight.remove(0);
            if is_held {
                held -= estimate.unwrap_or(0);
                counted.above += (COST - estimate.unwrap_or(COST)).max(0);
            }
            let paid = COST.min(balance);
            balance -= paid;
            counted.consumed += paid;
            counted.oversold += COST - paid;
        }
        if estimate.unwrap_or(COST) <= balance - held {
            counted.admitted += 1;
            in_flight.push((now, estimate.is_some()));
            held += estimate.unwrap_or(0);
        } else {
            let each = (estimate.unwrap_or(0) - COST).max(0);
            let holds = in_flight.iter().filter(|one| one.1).count() as i64;
            counted.most_in_vain = counted.most_in_vain.max(each * holds);
        }
    }
    counted.held = held;
    counted
}

#[test]
fn charges_come_late_and_holds_stand_for_them() {
    for (charge, estimate, ttl) in [
        ("on_complete", None, None),
        ("{ hold: {} }", Some(1_000), None),
        ("{ hold: { estimate: 2x } }", Some(2_000), None),
        ("{ hold: { estimate: 0.5x } }", Some(500), None),
        ("{ hold: { estimate: 0x } }", Some(0), None),
        ("{ hold: { estimate: 3 } }", Some(3_000), None),
        ("{ hold: { estimate: 3, ttl: 4s } }", Some(3_000), Some(4)),
        ("{ hold: { estimate: 1.25x, ttl: 7s } }", Some(1_250), Some(7)),
        ("{ hold: { ttl: 1h } }", Some(1_000), Some(3_600)),
    ] {
        let summary = summary(charge);
        let value = |metric: &str| summary.value(metric).unwrap_or(f64::NAN);
        let credits = |metric: &str| (value(metric) * 1e3).round() as i64;
        let expected = count(estimate, ttl);
        let is_held = estimate.is_some();
        let of_holds = |found: i64| if is_held { found } else { 0 };
        let found = Counted {
            admitted: value("attempts.admitted") as u32,
            consumed: credits("credits.consumed"),
            oversold: credits("credits.oversold.total"),
            held: of_holds(credits("credits.held")),
            above: of_holds(credits("credits.above_hold")),
            expired: of_holds(value("holds.expired") as i64) as u32,
            most_in_vain: of_holds(credits("credits.held_stranded")),
        };
        assert_eq!(found, expected, "{charge}");
        let sum = value("credits.consumed") + value("credits.closing");
        let held = if is_held { value("credits.held") } else { 0.0 };
        assert!((sum + held - 20.0).abs() < 1e-9, "{charge}: the books do not balance");
        assert!(value("false_refusals") < 0.5, "{charge}");
    }
}
