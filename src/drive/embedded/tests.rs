//! All ways in which threads can take turns at a row, gone through one by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use loom::future::block_on;
use loom::thread;

use super::Embedded;
use crate::drive::pace::Pace;
use crate::drive::target::{Decision, Deed, Member, Request, Target};
use crate::rules::Founding;
use crate::scenario::{Scenario, parse};
use crate::units::{Credits, Speed};

const AGENT: Member = Member { line: 0, number: 1 };
const OTHER: Member = Member { line: 0, number: 2 };

fn scenario(strategy: &str) -> Scenario {
    let yaml = format!(
        "
limitlab: 1
name: race
duration: 1h
plans: {{ few: {{ active_agents: 1, credits: {{ included: 3, renews: never }} }} }}
workspaces: [{{ group: shop, plan: few, agents: [{{ name: bot, count: 2, start: offline }}] }}]
enforcement: {{ strategy: {strategy} }}
"
    );
    parse("race.yaml", &yaml, &[]).unwrap()
}

async fn ask(target: &Embedded, deed: Deed) -> Decision {
    target.decide(Request { workspace: 0, deed }).await
}

/// The shop of a scenario, with two agents, of which the first is active where it is to be written
/// to.
fn shop(scenario: &Scenario, is_active: bool) -> Embedded {
    let pace = Arc::new(Pace::new(Speed::NORMAL));
    let start = Timestamp::UNIX_EPOCH;
    let founding = Founding { plan: 0, seats: 1, start, anchor: start };
    let target = Embedded::new(scenario, [founding], &pace);
    for deed in [Deed::Create(AGENT), Deed::Create(OTHER)] {
        assert_eq!(block_on(ask(&target, deed)).refusal, None);
    }
    if is_active {
        assert_eq!(block_on(ask(&target, Deed::Enable(AGENT))).refusal, None);
    }
    pace.begin();
    target
}

/// What was found over all ways.
#[derive(Debug, Default)]
struct Seen {
    ways: AtomicU64,
    /// The least and the most that was admitted.
    least: AtomicU64,
    most: AtomicU64,
}

/// Goes through all ways in which two threads can ask each what is in its list.
fn go_through(strategy: &str, is_active: bool, lists: [Vec<Deed>; 2]) -> (u64, u64, u64) {
    let scenario = Arc::new(scenario(strategy));
    let seen = Arc::new(Seen { least: AtomicU64::new(u64::MAX), ..Seen::default() });
    let noted = Arc::clone(&seen);
    loom::model(move || {
        let target = Arc::new(shop(&scenario, is_active));
        let threads = lists.clone().map(|list| {
            let target = Arc::clone(&target);
            thread::spawn(move || {
                let answers = list.into_iter().map(|deed| block_on(ask(&target, deed)));
                answers.filter(|answer| answer.happened && answer.refusal.is_none()).count() as u64
            })
        });
        let admitted = threads.map(|thread| thread.join().unwrap()).iter().sum();
        noted.ways.fetch_add(1, Ordering::Relaxed);
        noted.least.fetch_min(admitted, Ordering::Relaxed);
        noted.most.fetch_max(admitted, Ordering::Relaxed);
    });
    let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
    (of(&seen.ways), of(&seen.least), of(&seen.most))
}

/// Two messages of a credit each, the first with this number.
fn messages(first: u64) -> Vec<Deed> {
    let (member, cost) = (AGENT, Credits::whole(1));
    (first..first + 2).map(|message| Deed::Attempt { member, message, cost }).collect()
}

#[test]
fn however_threads_take_turns_an_atomic_row_admits_what_there_is() {
    for strategy in ["atomic", "{ leased: { nodes: 2, lease: 1 } }"] {
        let (ways, least, most) = go_through(strategy, true, [messages(1), messages(3)]);
        assert!(ways > 5, "{ways}");
        // Four credits are asked for, and three are there.
        assert_eq!((least, most), (3, 3), "{strategy}");
    }
    let enables = [vec![Deed::Enable(AGENT)], vec![Deed::Enable(OTHER)]];
    let (ways, least, most) = go_through("atomic", false, enables);
    assert!(ways > 1, "{ways}");
    assert_eq!((least, most), (1, 1));
}

#[test]
fn however_threads_take_turns_who_looks_again_never_admits_too_much() {
    let strategy = "{ optimistic: { read_to_write: 0s, max_retries: 1 } }";
    let (ways, least, most) = go_through(strategy, true, [messages(1), messages(3)]);
    assert!(ways > 50, "{ways}");
    assert!((2..=3).contains(&least) && most == 3, "{least} to {most}");
    let enables = [vec![Deed::Enable(AGENT)], vec![Deed::Enable(OTHER)]];
    let (_, _, most) = go_through(strategy, false, enables);
    assert_eq!(most, 1);
}

#[test]
fn there_is_a_way_in_which_who_does_not_look_again_admits_too_much() {
    let strategy = "{ check_then_act: { gap: 0s } }";
    let (_, least, most) = go_through(strategy, true, [messages(1), messages(3)]);
    assert_eq!((least, most), (3, 4));
    let enables = [vec![Deed::Enable(AGENT)], vec![Deed::Enable(OTHER)]];
    let (_, least, most) = go_through(strategy, false, enables);
    assert_eq!((least, most), (1, 2));
}
