//! When things are asked for: due times, speed, and a target that is slow.

use std::time::{Duration, Instant};

use limitlab::drive::{Decision, Deed, Pace, Request, Target};
use limitlab::engine::{RunOptions, Watch, run};
use limitlab::units::{SimSpan, SimTime};
use tokio::runtime::Builder;

use super::{column, driven, driven_against};

const STEADY: &str = "
limitlab: 1
name: steady
duration: 1m
plans: { few: { active_agents: 2, credits: { included: 100, renews: 30s } } }
workspaces:
  - group: shops
    count: 3
    plan: few
    agents:
      - name: bot
        count: 3
        traffic: { rate: 2/s }
        activity: { active: { exponential: 5s }, offline: { exponential: 3s } }
    features: [{ name: help, traffic: { rate: 1/s }, cost: 2.5 }]
";

/// Admits everybody, messages after so long.
struct Slow(Duration);

impl Target for Slow {
    async fn decide(&self, request: Request) -> Decision {
        if matches!(request.deed, Deed::Attempt { .. }) {
            tokio::time::sleep(self.0).await;
        }
        Decision::ADMITTED
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "driving takes time")]
fn virtual_time_follows_the_clock_at_a_speed() {
    let began = Instant::now();
    let drove = driven(STEADY, "60x");
    let took = began.elapsed();
    // The last messages are due shortly before the end.
    assert!(drove.driven.wall > Duration::from_millis(900), "{:?}", drove.driven.wall);
    assert!(took > drove.driven.wall);
    let seconds = |text: &str| text.trim_end_matches('s').parse::<f64>().expect("it is a time");
    let rows = drove.rows();
    let messages = rows.iter().filter(|row| &row[column("action")] == "message");
    for row in messages.clone() {
        let [due, sent, answered] = ["due", "sent", "answered"].map(|it| seconds(&row[column(it)]));
        assert!(due <= sent && sent < answered, "{row:?}");
    }
    let sent: Vec<f64> = messages.map(|row| seconds(&row[column("sent")])).collect();
    assert_eq!(sent.len() as u64, drove.count("attempts.offered"));
    assert!(sent.iter().any(|&sent| sent > 55.0));
}

#[test]
fn what_is_due_is_what_a_run_draws() {
    let yaml = STEADY.replace("active_agents: 2, credits: { included: 100, renews: 30s }", "");
    let drove = driven(&yaml, "600x");
    let run = run(&drove.scenario, RunOptions::default(), &Watch::default()).expect("it runs");
    // Without limits whoever decides changes nothing.
    for metric in ["messages.offered", "enables.tried", "enables.admitted"] {
        let drawn = run.summary.value(metric).expect("a run measures it");
        assert_eq!(drove.count(metric), drawn as u64, "{metric}");
    }
}

#[test]
fn a_slow_target_does_not_slow_the_generator() {
    let slow = Duration::from_millis(700);
    let drove = driven_against(STEADY, "120x", |_, _| Slow(slow));
    // All messages are due in half a second, before the first of them is answered.
    let served = drove.value("service.mean") / 120.0;
    assert!((0.7..1.0).contains(&served), "{served}");
    let lag = drove.driven.lag.quantile(500).expect("messages were sent");
    assert!(lag < Duration::from_millis(100), "{lag:?}");
    let (whole, wall) = (Duration::from_millis(500), drove.driven.wall);
    assert!(wall < whole + 3 * slow, "{wall:?}");
    assert_eq!(drove.count("attempts.refused"), 0);
}

#[test]
fn pauses_last_as_long_as_they_are_to_last() {
    let runtime = Builder::new_current_thread().enable_time().build().expect("it can be built");
    let pace = Pace::new("10x".parse().expect("it is a speed"));
    assert_eq!(pace.now(), SimTime::ZERO);
    pace.begin();
    for millis in [0, 1, 30, 150] {
        let (span, before) = (SimSpan::MILLISECOND.times(millis), pace.now());
        runtime.block_on(pace.pause(span));
        assert!(pace.now().since(before) >= span);
    }
}
