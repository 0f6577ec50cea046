//! Writes a trace of any length, to try how long a replay takes: Poisson messages to a thousand
//! workspaces of ten agents over thirty days.
//!
//! ```sh
//! cargo run --release --example long_trace 10_000_000 > long.csv
//! ```

use std::error::Error;
use std::io::{BufWriter, Write, stdout};

use limitlab::random::{Distribution, Key, Sampler};
use limitlab::units::{SimSpan, parse_count};

/// How many workspaces have messages.
const WORKSPACES: u64 = 1_000;
/// Agents of each.
const AGENTS: u64 = 10;
/// Over how long.
const DURATION: SimSpan = SimSpan::DAY.times(30);

/// Writes so many rows.
///
/// # Errors
///
/// If they cannot be written.
pub(crate) fn write(rows: u64, mut to: impl Write) -> Result<(), Box<dyn Error>> {
    writeln!(to, "time,workspace,agent,action,cost")?;
    let mean = DURATION.nanos() as f64 / rows as f64;
    let gaps: Sampler = Distribution::Exponential { mean }.sampler();
    let (gap, pick) = (Key::root(1).name("gaps").stream(), Key::root(1).name("picks").stream());
    let mut now: u64 = 0;
    for row in 0..rows {
        now += gaps.sample_whole(&mut gap.at(row));
        let mut draw = pick.at(row);
        let (workspace, agent) = (1 + draw.below(WORKSPACES), 1 + draw.below(AGENTS));
        let (seconds, micros) = (now / 1_000_000_000, now / 1_000 % 1_000_000);
        writeln!(to, "{seconds}.{micros:06}s,shops/{workspace},sales/{agent},message,")?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let rows = std::env::args().nth(1).map_or(Ok(1_000_000), |rows| parse_count(&rows))?;
    let mut out = BufWriter::new(stdout().lock());
    write(rows, &mut out)?;
    Ok(out.flush()?)
}
