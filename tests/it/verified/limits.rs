//! Limits of rates and of attempts in flight: a log in which any one decision was turned round breaks
//! the rule that the decision was made by.

use std::fmt::Write as _;
use std::fs;

use limitlab::scenario::load;
use limitlab::verify::{Rule, Verdict};
use tempfile::TempDir;

use super::counterexamples::assert_shown;
use super::verdict_on;
use crate::decisions::audit::logged;

/// Instants of messages \[ms\], close together and far apart, several at once among them.
const INSTANTS: [u32; 24] = [
    0, 0, 0, 400, 900, 1_000, 1_000, 1_300, 1_999, 2_000, 2_001, 2_500, 4_000, 4_000, 4_000, 4_500,
    5_000, 5_001, 9_000, 9_000, 9_100, 9_200, 9_999, 10_000,
];

/// The log of messages of two workspaces under a limit that is written so, and the scenario. The limit is
/// the workspaces' own, or one over everybody if it has a scope.
fn log_of(limit: &str) -> (limitlab::scenario::Scenario, Vec<Vec<String>>) {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let limits = format!("fair_use: [{{ name: limit, {limit} }}]");
    let [own, shared] = if limit.contains("scope") { ["", &limits] } else { [limits.as_str(), ""] };
    let scenario = format!(
        "
limitlab: 1
name: limited
duration: 20s
workspaces:
  - group: shops
    traffic: {{ trace: day.csv }}
    agents: [{{ name: sales, cost: {{ uniform: {{ min: 0.5, max: 1.5 }} }} }}]
    {own}
{shared}
backend: {{ scope: workspace, servers: unlimited, service_time: 700ms }}
"
    );
    let mut day = "time,workspace,agent,action,cost\n".to_owned();
    for instant in INSTANTS {
        writeln!(day, "{instant}ms,shops,sales,message,").expect("a text can be written to");
    }
    fs::write(folder.path().join("own.yaml"), scenario).expect("a file can be written");
    fs::write(folder.path().join("day.csv"), day).expect("a file can be written");
    let scenario = match load(&folder.path().join("own.yaml"), &[]) {
        Ok(loaded) => loaded.scenario,
        Err(error) => panic!("{error}"),
    };
    let (_, log) = logged(&scenario, 1).unwrap_or_else(|error| panic!("{error}"));
    let rows = log.lines().map(|line| line.split(',').map(str::to_owned).collect());
    (scenario, rows.collect())
}

#[test]
fn any_decision_that_is_turned_round_breaks_a_rule() {
    let rates = [Rule::RatesNeverExceeded, Rule::RatesRefusedRightly];
    let places = [Rule::PlacesNeverExceeded, Rule::PlacesRefusedRightly];
    let shared = [Rule::SharedNeverExceeded, Rule::SharedRefusedRightly];
    for (limit, reason, rules) in [
        ("token_bucket: { rate: 7/9s, burst: 2 }", "rate_limited", rates),
        ("token_bucket: { rate: 2/3s, burst: 2, refill_every: 1.5s }", "rate_limited", rates),
        ("weight: credits, token_bucket: { rate: 1/s, burst: 2.5 }", "rate_limited", rates),
        ("count_refused: true, token_bucket: { rate: 1/s, burst: 3 }", "rate_limited", rates),
        ("leaky_bucket: { rate: 1/s, burst: 2, delay: 1 }", "rate_limited", rates),
        ("fixed_window: { limit: 3, per: 2s }", "rate_limited", rates),
        ("fixed_window: { limit: 2, per: 2s, aligned: false }", "rate_limited", rates),
        ("sliding_window: { limit: 3, per: 2s }", "rate_limited", rates),
        ("count_refused: true, sliding_window: { limit: 4, per: 2s }", "rate_limited", rates),
        ("sliding_counter: { limit: 3, per: 2s }", "rate_limited", rates),
        ("sliding_counter: { limit: 3, per: 2s, estimate: floor }", "rate_limited", rates),
        ("concurrency: { limit: 2 }", "concurrency_limited", places),
        ("concurrency: { limit: 1, queue: 1 }", "concurrency_limited", places),
        ("scope: platform, token_bucket: { rate: 2/3s, burst: 2 }", "rate_limited", shared),
        ("scope: plan, fixed_window: { limit: 3, per: 2s }", "rate_limited", shared),
        ("scope: platform, concurrency: { limit: 2 }", "concurrency_limited", shared),
    ] {
        let (scenario, sound) = log_of(limit);
        let text = |rows: &[Vec<String>]| -> String {
            rows.iter().map(|row| row.join(",") + "\n").collect()
        };
        let column =
            |name: &str| sound[0].iter().position(|it| it == name).expect("a log has the column");
        let [outcome, reason_at, limiter] = ["outcome", "reason", "limiter"].map(column);
        let verified = verdict_on(&scenario, &text(&sound));
        assert_eq!(verified.verdict(), Verdict::Held, "{limit}: {verified:?}\n{}", text(&sound));
        let mut turned = [0, 0];
        for place in 0..sound.len() {
            if sound[place][3] != "message" {
                continue;
            }
            let mut rows = sound.clone();
            let row = &mut rows[place];
            let to_refused = row[outcome] == "admitted";
            if to_refused {
                "refused".clone_into(&mut row[outcome]);
                reason.clone_into(&mut row[reason_at]);
                "limit".clone_into(&mut row[limiter]);
            } else {
                "admitted".clone_into(&mut row[outcome]);
                row[reason_at].clear();
                row[limiter].clear();
            }
            turned[usize::from(to_refused)] += 1;
            let verified = verdict_on(&scenario, &text(&rows));
            let found = verified.rules.get(&rules[usize::from(to_refused)]);
            let is_named = found.is_some_and(|tally| tally.violated == 1);
            assert!(is_named, "{limit}, line {}: {verified:?}\n{}", place + 1, text(&rows));
            assert_shown(&scenario, &verified, rules[usize::from(to_refused)]);
        }
        assert!(turned[0] > 3 && turned[1] > 3, "{limit}: {turned:?}");
    }
}
