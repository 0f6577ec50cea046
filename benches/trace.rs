//! Reading a trace: rows of numbers from lines of text.

use std::fmt::Write;
use std::sync::Arc;

use criterion::{Criterion, Throughput};
use limitlab::log::{Cast, CastLine, Part, Playback, Replay, Roster, Rows, Trace};
use limitlab::units::{SimTime, Speed};

/// Rows between two readings of the clock.
const ROWS: u64 = 200_000;

pub(crate) fn bench(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("day.csv");
    let mut text = "time,workspace,agent,action,cost\n".to_owned();
    for row in 0..ROWS {
        let (workspace, agent) = (1 + row * 7919 % 1_000, 1 + row * 31 % 10);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{row}.{row:06}s,shops/{workspace},sales/{agent},message,");
    }
    std::fs::write(&path, text).expect("a file can be written");
    let trace = Trace::new(path, "day.csv");
    let roster = Arc::new(Roster {
        start: jiff::Timestamp::UNIX_EPOCH,
        groups: vec![Cast {
            name: "shops".to_owned(),
            count: 1_000,
            lines: vec![CastLine { name: "sales".to_owned(), count: 10, is_feature: false }],
            plans: Vec::new(),
            named: true,
            part: Part::All(Replay::Arrivals),
        }],
        packages: Vec::new(),
    });
    let playback = Playback { speed: Speed::NORMAL, until: SimTime::NEVER };
    let mut group = criterion.benchmark_group("trace");
    group.throughput(Throughput::Elements(ROWS));
    group.sample_size(20);
    group.bench_function("rows", |bencher| {
        bencher.iter(|| {
            let rows = Rows::open(&trace, Arc::clone(&roster), playback);
            let mut rows = rows.expect("the trace can be opened");
            let mut read = 0;
            while rows.next_row().expect("the rows are right").is_some() {
                read += 1;
            }
            assert_eq!(read, ROWS);
        });
    });
    group.finish();
}
