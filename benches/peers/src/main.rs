//! limitlab beside other simulators: the same works on each of them, in turn, and a table.

#![forbid(unsafe_code)]

mod contenders;
mod draws;
mod engines;
mod floor;
mod machine;
mod python;
mod rules;
mod run;
mod table;
mod works;

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use contenders::{Contender, Engine, Program, contenders};
use machine::Usage;
use python::{PACKAGES, Package};
use table::Measured;
use works::{Part, Work};

/// Which share of the machine others may have before figures say more of them than of engines.
const DISTURBED: f64 = 0.05;

/// Runs the same works on limitlab, on other simulators and on plain loops, each run in a process of
/// its own, and prints what an event takes.
#[derive(Debug, Parser)]
#[command(name = "peers")]
struct Arguments {
    #[command(subcommand)]
    step: Option<Step>,
    /// Works to run; all but W4 unless it is given
    #[arg(long, value_delimiter = ',', ignore_case = true)]
    works: Vec<Work>,
    /// Engines to run; all unless it is given
    #[arg(long, value_delimiter = ',', ignore_case = true)]
    engines: Vec<Engine>,
    /// Runs of each, of which the median is told
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// How much of each work to run, above 0
    #[arg(long, default_value_t = 1.0, value_parser = scale)]
    scale: f64,
    /// File to write the tables to as well
    #[arg(long)]
    markdown: Option<PathBuf>,
}

fn scale(text: &str) -> Result<f64, String> {
    let scale: f64 = text.parse().map_err(|_| "it is not a number")?;
    if scale > 0.0 && scale.is_finite() { Ok(scale) } else { Err("it must be above 0".to_owned()) }
}

#[derive(Debug, Subcommand)]
enum Step {
    /// One run of one contender, in this process
    #[command(hide = true)]
    OneRun { number: usize, scale: f64 },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let all = contenders();
    if let Some(Step::OneRun { number, scale }) = arguments.step {
        let contender = all.get(number).ok_or("there is no contender of that number")?;
        println!("{}", serde_json::to_string(&run::here(contender, scale)?)?);
        return Ok(());
    }
    let mut chosen = chosen(arguments, &all);
    let packages = installed(&chosen);
    chosen.retain(|(_, contender)| match contender.program {
        Program::Here(_) => true,
        Program::Python { module, .. } => packages.iter().any(|(there, _)| *there == module),
    });
    let usage = Usage::begin();
    let mut tables = Vec::new();
    for part in Part::ALL {
        let of_part = |(_, contender): &&(usize, Contender)| contender.part == part;
        let contenders: Vec<(usize, Contender)> = chosen.iter().filter(of_part).copied().collect();
        if !contenders.is_empty() {
            tables.push((part, measure(&contenders, arguments)?));
        }
    }
    let others = usage.others().unwrap_or(0.0);
    if others > DISTURBED {
        eprintln!("Other processes had much of the machine: run it again when they are done.");
    }
    let mut text = table::heading(&command(), arguments.runs, &packages, others);
    for (part, measured) in &tables {
        text += &format!("\n{}", table::table(*part, arguments.scale, measured));
    }
    print!("{text}");
    if let Some(path) = &arguments.markdown {
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// The contenders that were asked for, with their numbers.
fn chosen(arguments: &Arguments, all: &[Contender]) -> Vec<(usize, Contender)> {
    let works = if arguments.works.is_empty() { &Work::USUAL[..] } else { &arguments.works[..] };
    let engines = &arguments.engines;
    let is_chosen = |(_, contender): &(usize, Contender)| {
        works.contains(&contender.part.work())
            && (engines.is_empty() || engines.contains(&contender.engine))
    };
    all.iter().copied().enumerate().filter(is_chosen).collect()
}

/// The packages in Python that are needed and there, with their versions; says which are not.
fn installed(chosen: &[(usize, Contender)]) -> Vec<(&'static str, String)> {
    let is_needed = |package: &&Package| chosen.iter().any(|(_, one)| one.imports(package.module));
    let mut installed = Vec::new();
    for Package { module, pip } in PACKAGES.iter().filter(is_needed) {
        match python::version(module) {
            Ok(version) => installed.push((*module, version)),
            Err(error) => {
                eprintln!("{module} is left out, since it cannot be imported ({error}): {pip}");
            }
        }
    }
    installed
}

/// Runs contenders in turn, so that a machine that becomes slower does so for all of them.
fn measure(
    contenders: &[(usize, Contender)],
    arguments: &Arguments,
) -> Result<Vec<Measured>, Box<dyn Error>> {
    let with_none = |&(_, contender): &_| Measured { contender, runs: Vec::new() };
    let mut measured: Vec<Measured> = contenders.iter().map(with_none).collect();
    for round in 1..=arguments.runs {
        for (&(number, contender), measured) in contenders.iter().zip(&mut measured) {
            let run = run::in_child(&contender, number, arguments.scale)?;
            eprintln!("{round}  {:8.1} ns  {}", run.nanos_per_event(), contender.name());
            measured.runs.push(run);
        }
    }
    Ok(measured)
}

/// The command that makes the tables anew, from the root of the repository.
fn command() -> String {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let run = "cargo run --release --manifest-path benches/peers/Cargo.toml";
    if arguments.is_empty() { run.to_owned() } else { format!("{run} -- {}", arguments.join(" ")) }
}
