//! A decision of enforcement in this process, by each of its strategies, without contention.

use std::sync::Arc;

use criterion::{Criterion, Throughput};
use limitlab::drive::{Deed, Embedded, Member, Pace, Request, Target};
use limitlab::parse;
use limitlab::rules::Founding;
use limitlab::units::{Credits, Speed};
use tokio::runtime::Builder;

/// Decisions between two readings of the clock.
const DECISIONS: u64 = 10_000;

const STRATEGIES: [(&str, &str); 6] = [
    ("atomic", "atomic"),
    ("check_then_act", "{ check_then_act: { gap: 0s } }"),
    ("optimistic", "{ optimistic: { read_to_write: 0s } }"),
    ("replicated", "{ replicated: { nodes: 2, sync_every: 1s } }"),
    ("leased", "{ leased: { nodes: 2, lease: 100 } }"),
    ("metered", "{ metered: { report_every: 1s } }"),
];

fn scenario(strategy: &str) -> String {
    format!(
        "{{ limitlab: 1, name: decide, duration: 1d,
           plans: {{ rich: {{ credits: {{ included: 1_000_000_000, renews: never }} }} }},
           workspaces: [{{ group: shop, plan: rich, agents: [{{ name: bot }}] }}],
           enforcement: {{ strategy: {strategy} }} }}"
    )
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("drive");
    group.throughput(Throughput::Elements(DECISIONS));
    let runtime = Builder::new_current_thread().build().expect("a runtime can be built");
    let member = Member { line: 0, number: 1 };
    let cost = Credits::from_thousandths(1);
    for (name, strategy) in STRATEGIES {
        let scenario = parse("decide.yaml", &scenario(strategy), &[]).expect("it is valid");
        let start = scenario.start;
        let founding = Founding { plan: 0, seats: 1, start, anchor: start };
        let pace = Arc::new(Pace::new(Speed::NORMAL));
        let target = Embedded::new(&scenario, [founding], &pace);
        let ask = |deed| target.decide(Request { workspace: 0, deed });
        for deed in [Deed::Create(member), Deed::Enable(member)] {
            runtime.block_on(ask(deed));
        }
        pace.begin();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                runtime.block_on(async {
                    for message in 0..DECISIONS {
                        ask(Deed::Attempt { member, message, cost }).await;
                    }
                });
            });
        });
    }
}
