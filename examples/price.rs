//! The price of correctness: how many decisions a second each strategy of enforcement makes, by one
//! thread, by two that want the same row, and by two of which each has a row of its own.
//!
//! ```sh
//! cargo run --release --example price -- price.svg
//! ```

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use limitlab::drive::{Deed, Embedded, Member, Pace, Request, Target};
use limitlab::parse;
use limitlab::rules::Founding;
use limitlab::units::{Credits, Speed};
use plotters::prelude::*;
use tokio::runtime::Builder;

/// The strategies, without any waits: what they cost is what is measured.
pub(crate) const STRATEGIES: [(&str, &str); 6] = [
    ("atomic", "atomic"),
    ("check_then_act", "{ check_then_act: { gap: 0s } }"),
    ("optimistic", "{ optimistic: { read_to_write: 0s, max_retries: 3 } }"),
    ("replicated", "{ replicated: { nodes: 2, sync_every: 1s } }"),
    ("leased", "{ leased: { nodes: 2, lease: 100 } }"),
    ("metered", "{ metered: { report_every: 1s } }"),
];

/// How a row is wanted: by how many threads, and whether all want the same.
pub(crate) const WANTED: [(&str, u32, bool); 3] =
    [("1 thread", 1, true), ("2 threads, one row", 2, true), ("2 threads, two rows", 2, false)];

/// Two workspaces with a pool that never runs out, slots, and a bucket that always has room.
fn scenario(strategy: &str) -> String {
    format!(
        "
limitlab: 1
name: price
duration: 1d
plans: {{ rich: {{ active_agents: 1, credits: {{ included: 1_000_000_000, renews: never }} }} }}
workspaces:
  - group: shops
    count: 2
    plan: rich
    agents: [{{ name: bot }}]
    fair_use: [{{ name: wide, scope: workspace, token_bucket: {{ rate: 1_000_000/ms, burst: 1_000 }} }}]
enforcement: {{ strategy: {strategy} }}
"
    )
}

/// Decisions a second, measured for `span`.
pub(crate) fn measure(
    strategy: &str,
    (threads, is_shared): (u32, bool),
    span: Duration,
) -> Result<f64, Box<dyn Error>> {
    let scenario = parse("price.yaml", &scenario(strategy), &[])?;
    let pace = Arc::new(Pace::new(Speed::NORMAL));
    let start = scenario.start;
    let founding = Founding { plan: 0, seats: 1, start, anchor: start };
    let target = Embedded::new(&scenario, [founding; 2], &pace);
    let bot = Member { line: 0, number: 1 };
    let runtime = Builder::new_current_thread().build()?;
    for workspace in 0..2 {
        for deed in [Deed::Create(bot), Deed::Enable(bot)] {
            runtime.block_on(target.decide(Request { workspace, deed }));
        }
    }
    pace.begin();
    let stop = AtomicBool::new(false);
    #[expect(clippy::disallowed_methods, reason = "this is a measurement")]
    let began = Instant::now();
    let decisions: u64 = thread::scope(|scope| {
        let asks = |number: u32| {
            let workspace = if is_shared { 0 } else { number };
            let (stop, target) = (&stop, &target);
            scope.spawn(move || ask(target, (workspace, bot), stop))
        };
        let threads: Vec<_> = (0..threads).map(asks).collect();
        thread::sleep(span);
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
    });
    Ok(decisions as f64 / began.elapsed().as_secs_f64())
}

/// Asks one after the other until it is to stop; answers how often.
fn ask(target: &Embedded, (workspace, member): (u32, Member), stop: &AtomicBool) -> u64 {
    let Ok(runtime) = Builder::new_current_thread().build() else { return 0 };
    let cost = Credits::whole(1);
    runtime.block_on(async {
        let mut message = 0;
        while !stop.load(Ordering::Relaxed) {
            message += 1;
            let deed = Deed::Attempt { member, message, cost };
            target.decide(Request { workspace, deed }).await;
        }
        message
    })
}

/// Draws a bar for each strategy and way of wanting it.
fn draw(path: &str, table: &[(&str, Vec<f64>)]) -> Result<(), Box<dyn Error>> {
    let most = table.iter().flat_map(|(_, row)| row).fold(0.0_f64, |most, it| most.max(*it));
    let colours = [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115)];
    let area = SVGBackend::new(path, (900, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("Decisions a second, in millions", ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..table.len() as f64, 0.0..most * 1.15 / 1e6)?;
    let name = |at: &f64| table.get(*at as usize).map_or("", |(name, _)| name).to_owned();
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(table.len() + 1)
        .x_label_offset(60)
        .x_label_formatter(&name)
        .draw()?;
    for (series, (wanted, ..)) in WANTED.iter().enumerate() {
        let colour = colours[series].filled();
        let bars = table.iter().enumerate().map(|(place, (_, row))| {
            let from = place as f64 + 0.1 + 0.27 * series as f64;
            Rectangle::new([(from, 0.0), (from + 0.25, row[series] / 1e6)], colour)
        });
        chart
            .draw_series(bars)?
            .label(*wanted)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], colour));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE)
        .draw()?;
    area.present()?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{:16}", "decisions/s");
    for (wanted, ..) in WANTED {
        print!("{wanted:>22}");
    }
    println!();
    let mut table = Vec::new();
    for (name, strategy) in STRATEGIES {
        let mut row = Vec::new();
        for (_, threads, is_shared) in WANTED {
            // The best of several: others may want the machine too.
            let mut best = 0.0_f64;
            for _ in 0..12 {
                let span = Duration::from_millis(250);
                best = best.max(measure(strategy, (threads, is_shared), span)?);
            }
            row.push(best);
        }
        print!("{name:16}");
        for decisions in &row {
            print!("{decisions:>22.0}");
        }
        println!();
        table.push((name, row));
    }
    if let Some(path) = std::env::args().nth(1) {
        draw(&path, &table)?;
        println!("\n{path}");
    }
    Ok(())
}
