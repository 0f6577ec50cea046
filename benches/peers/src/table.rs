//! The tables, in Markdown.

use std::fmt::Write;

use crate::contenders::{Contender, Engine};
use crate::machine;
use crate::run::Run;
use crate::works::{Part, count};

/// All runs of a contender, of which there is at least one.
pub(crate) struct Measured {
    pub(crate) contender: Contender,
    pub(crate) runs: Vec<Run>,
}

impl Measured {
    /// The middle of what the runs have; of an even number the lower middle.
    fn median(&self, of: impl Fn(&Run) -> f64) -> f64 {
        let mut values: Vec<f64> = self.runs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[(values.len() - 1) / 2]
    }

    fn nanos(&self) -> f64 {
        self.median(Run::nanos_per_event)
    }
}

/// What stands above the tables: how and where they were made.
pub(crate) fn heading(command: &str, runs: u16, python: &[(&str, String)], others: f64) -> String {
    let crates = ["desque", "odem-rs", "nexosim"].map(|name| {
        let version = machine::version(name);
        format!("{name} {version}")
    });
    let mut versions = vec![format!("limitlab {}", machine::commit())];
    versions.extend(crates);
    if !python.is_empty() {
        versions.extend(python.iter().map(|(module, version)| format!("{module} {version}")));
        versions.push(machine::interpreter());
    }
    let each = if runs == 1 { "one run".to_owned() } else { format!("medians of {runs} runs") };
    format!(
        "# limitlab beside other simulators\n\n\
         Made by `{command}`: {each}, each in a process of its own, engines in turn.\n\
         Meanwhile other processes had {:.0} % of the machine's processors.\n\n\
         - Machine: {}\n- Day: {}\n- Compiler: {}\n- Versions: {}\n",
        others * 100.0,
        machine::processor(),
        machine::day(),
        machine::compiler(),
        versions.join(", "),
    )
}

/// The table of a part, in which everybody's answer is right.
pub(crate) fn table(part: Part, scale: f64, measured: &[Measured]) -> String {
    let limitlab = measured.iter().find(|one| one.contender.engine == Engine::Limitlab);
    let limitlab = limitlab.map(Measured::nanos);
    let mut text = format!("## {}\n\n{}", part.title(), part.sentence());
    if (scale - 1.0).abs() > f64::EPSILON {
        // Writing to a string cannot fail.
        let _ = write!(text, " Here {} of that.", share(scale));
    }
    text += "\n\n| engine | events | ns per event | least to most | beside limitlab | peak memory |\n\
             | --- | ---: | ---: | ---: | ---: | ---: |\n";
    for one in measured {
        text += &row(one, limitlab);
    }
    text
}

fn row(one: &Measured, limitlab: Option<f64>) -> String {
    let contender = &one.contender;
    let mut name = contender.engine.name().to_owned();
    let is_part = contender.fraction < 1.0;
    let notes = [contender.way.to_owned(), format!("{} of the work", share(contender.fraction))];
    let notes: Vec<String> = notes.into_iter().take(1 + usize::from(is_part)).collect();
    let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    if !notes.is_empty() {
        name += &format!(" ({})", notes.join(", "));
    }
    let nanos = one.nanos();
    let each = one.runs.iter().map(Run::nanos_per_event);
    let (least, most) = each
        .fold((f64::MAX, 0.0), |(least, most): (f64, f64), now| (least.min(now), most.max(now)));
    format!(
        "| {name} | {} | {} | {} to {} | {} | {} |\n",
        count(one.median(|run| run.found.events() as f64)),
        figure(nanos),
        figure(least),
        figure(most),
        limitlab.map_or("–".to_owned(), |limitlab| format!("{}×", ratio(nanos / limitlab))),
        memory(one.median(|run| run.peak_kib as f64)),
    )
}

/// A time in three digits or so.
fn figure(nanos: f64) -> String {
    match nanos {
        ..99.95 => format!("{nanos:.1}"),
        _ => count(nanos),
    }
}

fn ratio(ratio: f64) -> String {
    match ratio {
        ..9.995 => format!("{ratio:.2}"),
        ..99.95 => format!("{ratio:.1}"),
        _ => count(ratio),
    }
}

fn memory(kib: f64) -> String {
    let mib = kib / 1_024.0;
    format!("{} MiB", if mib < 9.95 { format!("{mib:.1}") } else { count(mib) })
}

/// A share of a work.
fn share(share: f64) -> String {
    let parts = 1.0 / share;
    if parts >= 1.0 && (parts - parts.round()).abs() < 1e-6 {
        return format!("1/{parts:.0}");
    }
    format!("{share} times all")
}
