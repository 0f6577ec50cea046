//! Runs: each in a process of its own, so that none warms another and its memory is its own.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::contenders::{Contender, Program};
use crate::works::Found;

/// Measures wall-clock time, from when it is made unless a work says otherwise.
pub(crate) struct Stopwatch {
    started: Instant,
    stopped: Option<Instant>,
}

impl Stopwatch {
    fn start() -> Self {
        Self { started: Instant::now(), stopped: None }
    }

    /// Forgets the time so far, which was that of preparations.
    pub(crate) fn restart(&mut self) {
        self.started = Instant::now();
    }

    /// Leaves out what follows.
    pub(crate) fn stop(&mut self) {
        self.stopped = Some(Instant::now());
    }

    fn seconds(&self) -> f64 {
        let stopped = self.stopped.unwrap_or_else(Instant::now);
        stopped.duration_since(self.started).as_secs_f64()
    }
}

/// What one run took, and what it found.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// The most memory that the process had [KiB].
    pub(crate) peak_kib: u64,
    pub(crate) found: Found,
}

impl Run {
    pub(crate) fn nanos_per_event(&self) -> f64 {
        self.seconds * 1e9 / self.found.events() as f64
    }
}

/// What a child process does: one run, in this process.
pub(crate) fn here(contender: &Contender, scale: f64) -> Result<Run, Box<dyn Error>> {
    let Program::Here(work) = contender.program else {
        return Err("a program in Python does not run here".into());
    };
    let mut stopwatch = Stopwatch::start();
    let found = work(contender.fraction * scale, &mut stopwatch);
    let seconds = stopwatch.seconds();
    Ok(Run { seconds, peak_kib: peak_kib()?, found })
}

/// The most memory that this process had.
fn peak_kib() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let amount = line.and_then(|line| line.split_whitespace().next());
    Ok(amount.ok_or("the system does not say how much memory was used")?.parse()?)
}

/// One run in a process of its own, whose answer is right.
pub(crate) fn in_child(
    contender: &Contender,
    number: usize,
    scale: f64,
) -> Result<Run, Box<dyn Error>> {
    let output = match contender.program {
        Program::Here(_) => Command::new(std::env::current_exe()?)
            .args(["one-run", &number.to_string(), &scale.to_string()])
            .output()?,
        Program::Python { script, .. } => {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
            let numbers = contender.part.numbers(contender.fraction * scale);
            Command::new("python3").arg(script).arg(numbers).output()?
        }
    };
    let run = answer(&output).map_err(|error| format!("{}: {error}", contender.name()))?;
    let checked = contender.part.check(contender.fraction * scale, &run.found);
    checked.map_err(|wrong| format!("{} gives a wrong answer: {wrong}", contender.name()))?;
    Ok(run)
}

fn answer(output: &Output) -> Result<Run, Box<dyn Error>> {
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}\n{complaint}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
