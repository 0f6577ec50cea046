//! Writes the trace of a day that `scenarios/replayed-day.yaml` replays: what twenty shops might have
//! recorded of their agents' messages, and of what their admins did.
//!
//! ```sh
//! cargo run --example recorded_day > scenarios/traces/support-day.csv
//! ```

use std::error::Error;
use std::io::{BufWriter, Write, stdout};

use limitlab::random::{Distribution, Key};
use limitlab::units::SimSpan;

/// Shops, and agents of each.
const SHOPS: u64 = 20;
const AGENTS: u64 = 3;

/// Messages to an agent in each hour of the day, on average, in tenths; large shops get three times
/// that.
const BY_HOUR: [u64; 24] =
    [1, 1, 0, 0, 0, 1, 3, 6, 12, 18, 20, 17, 12, 16, 19, 21, 18, 14, 10, 12, 13, 8, 4, 2];

/// A row: when it happened \[ns from midnight\], where, to whom, and what.
type Row = (u64, u64, String, &'static str, String);

fn messages(rows: &mut Vec<Row>) {
    let day = Key::root(2026).name("support day");
    for shop in 1..=SHOPS {
        let size = if shop % 7 == 0 { 3 } else { 1 };
        for agent in 1..=AGENTS {
            let own = day.index(shop).index(agent);
            let (gap, cost) = (own.name("gaps").stream(), own.name("costs").stream());
            for (hour, &tenths) in (0_u64..).zip(&BY_HOUR) {
                let mean = (tenths * size) as f64 / 10.0;
                let count = Distribution::Poisson { mean }.sampler();
                let count = count.sample_whole(&mut gap.at(hour << 20));
                for message in 0..count {
                    let number = (hour << 20) + 1 + message;
                    let at = gap.at(number).below(3_600_000_000) + hour * 3_600_000_000;
                    let credits = 1 + cost.at(number).below(3);
                    let name = format!("sales/{agent}");
                    rows.push((at * 1_000, shop, name, "message", credits.to_string()));
                }
            }
        }
    }
}

fn deeds(rows: &mut Vec<Row>) {
    let hour = SimSpan::HOUR.nanos();
    for shop in 1..=SHOPS {
        // Somebody switches the third agent off over lunch.
        if shop % 4 == 0 {
            let agent = || "sales/3".to_owned();
            rows.push((12 * hour, shop, agent(), "disable", String::new()));
            rows.push((13 * hour + hour / 2, shop, agent(), "enable", String::new()));
        }
    }
    // One shop needs more, and another changes its plan.
    rows.push((14 * hour, 7, "small".to_owned(), "buy_package", String::new()));
    rows.push((15 * hour, 14, "pro".to_owned(), "set_plan", String::new()));
}

/// Writes the trace.
///
/// # Errors
///
/// If it cannot be written.
pub(crate) fn write(mut to: impl Write) -> Result<(), Box<dyn Error>> {
    let mut rows = Vec::new();
    messages(&mut rows);
    deeds(&mut rows);
    rows.sort();
    writeln!(to, "time,workspace,agent,action,cost")?;
    for (at, shop, agent, action, cost) in rows {
        let (seconds, micros) = (at / 1_000_000_000, at / 1_000 % 1_000_000);
        writeln!(to, "{seconds}.{micros:06}s,shops/{shop},{agent},{action},{cost}")?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(stdout().lock());
    write(&mut out)?;
    Ok(out.flush()?)
}
