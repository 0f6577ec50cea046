//! The machine, the day and the versions that figures belong to.

use std::fs;
use std::process::Command;

/// The lock file that this program was built by.
const LOCK: &str = include_str!("../Cargo.lock");

/// The processor, its cores and its caches, as far as the system says.
pub(crate) fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("an unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let caches: Vec<String> = (0..8).filter_map(cache).collect();
    let mut text = format!("{model}, {cores} cores");
    if !caches.is_empty() {
        text += &format!(", caches {}", caches.join(", "));
    }
    text
}

/// A cache of the first core, by its number.
fn cache(number: u32) -> Option<String> {
    let read = |name| {
        let path = format!("/sys/devices/system/cpu/cpu0/cache/index{number}/{name}");
        fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
    };
    let (level, kind, size) = (read("level")?, read("type")?, read("size")?);
    (kind != "Instruction").then(|| format!("L{level} {size}"))
}

/// How much of the machine's processors other processes have, from a moment on.
pub(crate) struct Usage(Option<Ticks>);

/// Times since the machine and this process began, in ticks of the system's clock.
#[derive(Clone, Copy)]
struct Ticks {
    /// Of all processors, busy or not.
    all: u64,
    /// Of those, busy.
    busy: u64,
    /// Of those, with this process and its children that have ended.
    ours: u64,
}

impl Usage {
    pub(crate) fn begin() -> Self {
        Self(Ticks::read())
    }

    /// The share of all processors' time that others had since then, if the system says so.
    pub(crate) fn others(&self) -> Option<f64> {
        let (begin, end) = (self.0?, Ticks::read()?);
        let all = end.all - begin.all;
        let others = (end.busy - begin.busy).saturating_sub(end.ours - begin.ours);
        Some(others as f64 / all.max(1) as f64)
    }
}

impl Ticks {
    /// Reads what proc(5) describes at `/proc/stat` and at `/proc/pid/stat`.
    fn read() -> Option<Self> {
        let machine = fs::read_to_string("/proc/stat").ok()?;
        let machine: Vec<u64> = numbers(machine.lines().next()?.strip_prefix("cpu")?);
        // User, nice, system, idle, waiting for input, interrupts of two kinds, and stolen.
        let all: u64 = machine.iter().take(8).sum();
        let idle = machine.get(3)? + machine.get(4)?;
        let process = fs::read_to_string("/proc/self/stat").ok()?;
        // The name stands in parentheses before; after the state, the eleventh to the fourteenth are
        // the times of this process and of its children.
        let after_state = process.rsplit_once(')')?.1.trim_start().get(1..)?;
        let ours = numbers(after_state).iter().skip(10).take(4).sum();
        Some(Self { all, busy: all - idle, ours })
    }
}

/// The numbers of a line; those below 0 are 0.
fn numbers(line: &str) -> Vec<u64> {
    line.split_whitespace().map(|number| number.parse().unwrap_or(0)).collect()
}

/// The day, in universal time.
pub(crate) fn day() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// What a command says in its first line.
fn said_by(command: &str, arguments: &[&str]) -> String {
    let output = Command::new(command).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let text = text.unwrap_or_default();
    text.lines().next().unwrap_or("of unknown version").to_owned()
}

/// The compiler.
pub(crate) fn compiler() -> String {
    said_by("rustc", &["--version"])
}

/// The commit of limitlab, if this is a clone of its repository.
pub(crate) fn commit() -> String {
    said_by("git", &["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty"])
}

/// The version of Python.
pub(crate) fn interpreter() -> String {
    said_by("python3", &["--version"])
}

/// The version of a crate that this program was built with.
pub(crate) fn version(name: &str) -> &'static str {
    let after = LOCK.split_once(&format!("name = \"{name}\"\nversion = \"")).map(|found| found.1);
    after.and_then(|rest| rest.split('"').next()).unwrap_or("of unknown version")
}
