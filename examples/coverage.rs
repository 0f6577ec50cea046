//! How often 95% intervals hold what they are of: a thousand runs of each kind beside exact values.
//!
//! ```sh
//! cargo run --release --example coverage -- results
//! ```
//!
//! writes `coverage.md` into a folder. A test makes the same study with fewer seeds.

#[path = "../tests/it/coverage/study.rs"]
mod study;

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use limitlab::summary::Over;

/// Seeds of each kind of run.
const SEEDS: u64 = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder to write into")?;
    let mut text = format!(
        "# How often 95% intervals hold what they are of\n\n\
         {SEEDS} runs of each kind, seeds 1 to {SEEDS}, made by\n\n\
         ```sh\ncargo run --release --example coverage -- results\n```\n\n\
         | run | interval over | watched for | metric | exact | held |\n|---|---|---:|---|---:|---:|\n"
    );
    for case in study::cases() {
        let over = match case.over {
            Over::Workspaces => "workspaces",
            Over::Replications => "replications",
            Over::Batches => "batches",
            Over::Nothing => "nothing",
        };
        for covered in case.study(1..=SEEDS) {
            let held = 100.0 * f64::from(covered.held) / f64::from(covered.runs);
            let study::Covered { metric, exact, .. } = covered;
            let study::Case { name, watched, .. } = &case;
            let row =
                format!("| {name} | {over} | {watched} | `{metric}` | {exact:.4} | {held:.1}% |");
            println!("{row}");
            writeln!(text, "{row}")?;
        }
    }
    std::fs::write(Path::new(&folder).join("coverage.md"), text)?;
    Ok(())
}
