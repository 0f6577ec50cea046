//! Judging a log of decisions: messages per second on one thread.

use std::fs::File;
use std::io::BufWriter;

use criterion::{Criterion, Throughput};
use limitlab::engine::{RunOptions, Watch, run_logged};
use limitlab::log::{DecisionLog, Trace};
use limitlab::scenario::{Scenario, parse};
use limitlab::verify::{Standard, Verdict, verify};

/// Workspaces with slots, a pool that runs out, and limits of both kinds.
const SCENARIO: &str = "
limitlab: 1
name: verify
duration: 1d
plans: { metered: { active_agents: 3, credits: { included: 900, renews: 12h, overage: { up_to: 10% } } } }
workspaces:
  - group: shops
    count: 100
    plan: metered
    agents:
      - name: sales
        count: 4
        activity: { active: { exponential: 4h }, offline: { exponential: 1h } }
        traffic: { rate: 25/h }
        retry: { max_attempts: 3, backoff: { base: 5s } }
    fair_use:
      - { name: burst, token_bucket: { rate: 2/min, burst: 5 } }
      - { name: at-once, concurrency: { limit: 4 } }
BACKEND
";

/// The scenario, with servers of each workspace's own or of all.
fn scenario(scope: &str) -> Scenario {
    let backend = format!(
        "backend: {{ scope: {scope}, servers: SERVERS, service_time: {{ exponential: 4s }} }}"
    );
    let servers = if scope == "workspace" { "2" } else { "200" };
    let text = SCENARIO.replace("BACKEND", &backend.replace("SERVERS", servers));
    parse("verify.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut group = criterion.benchmark_group("verify");
    group.sample_size(10);
    // Workspaces apart have their rows in turn; where they share servers rows alternate.
    for (name, scope) in [("in_turn", "workspace"), ("alternating", "platform")] {
        let scenario = scenario(scope);
        let path = folder.path().join(format!("{name}.csv"));
        let file = File::create(&path).expect("a file can be made");
        let log = DecisionLog::new(BufWriter::new(file));
        let outcome = run_logged(&scenario, RunOptions { threads: 1 }, &Watch::default(), &log);
        outcome.expect("it does not loop");
        log.finish().expect("there is room on the disk");
        let text = std::fs::read_to_string(&path).expect("a log is text");
        let messages = text.lines().filter(|line| line.contains(",message,")).count();
        let log = Trace::new(path, "log.csv");
        group.throughput(Throughput::Elements(messages as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let verified = verify(&log, &scenario, Standard::default());
                let verified = verified.expect("the log can be read");
                assert_eq!(verified.verdict(), Verdict::Held);
            });
        });
    }
    group.finish();
}
