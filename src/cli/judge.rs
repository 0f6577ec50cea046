//! Judging what was decided so far, while a drive is under way.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::Duration;

use crate::log::Trace;
use crate::scenario::Scenario;
use crate::verify::{Rule, Standard, Verified, verify};

/// How often it is looked whether there is more to judge.
const LOOK: Duration = Duration::from_millis(500);

/// Does `work`, which writes a log, and meanwhile judges what of the log is there whenever it has become
/// twice as long: so that all that takes twice as long as judging it once. `tell` is told of each rule
/// that was broken, when that is seen first. What is not written yet may excuse it: that is for the
/// judgement in the end.
pub(super) fn judged_meanwhile<T>(
    (log, scratch): (&Path, &Path),
    scenario: &Scenario,
    tell: impl Fn(&str) + Sync,
    work: impl FnOnce() -> T,
) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let judge = scope.spawn(|| {
            let (mut judged, mut told) = (0, Vec::new());
            while !done.load(Ordering::Relaxed) {
                std::thread::park_timeout(LOOK);
                let length = log.metadata().map_or(0, |file| file.len());
                if length >= 2 * judged.max(1) && !done.load(Ordering::Relaxed) {
                    judged = length;
                    // What cannot be read now is judged in the end.
                    if let Ok(verified) = judge_so_far((log, scratch), length, scenario) {
                        tell_broken(&verified, &mut told, &tell);
                    }
                }
            }
        });
        let result = {
            // The judge goes home, however the work ends.
            let _ends = Ends { done: &done, judge: judge.thread() };
            work()
        };
        // What is decided counts, whatever became of the judge.
        let _ = judge.join();
        result
    })
}

/// Tells the judge that there is nothing more to come.
struct Ends<'a> {
    done: &'a AtomicBool,
    judge: &'a Thread,
}

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        self.judge.unpark();
    }
}

/// Judges the lines that are whole of the first `length` bytes of a log.
fn judge_so_far(
    (log, scratch): (&Path, &Path),
    length: u64,
    scenario: &Scenario,
) -> io::Result<Verified> {
    let mut rows = Vec::new();
    let mut copy = BufWriter::new(File::create(scratch)?);
    let mut source = BufReader::new(File::open(log)?).take(length);
    let mut part = vec![0; 1 << 20];
    loop {
        let count = source.read(&mut part)?;
        if count == 0 {
            break;
        }
        rows.extend_from_slice(&part[..count]);
        let whole = rows.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        copy.write_all(&rows[..whole])?;
        rows.drain(..whole);
    }
    copy.flush()?;
    let name = scratch.display().to_string();
    verify(&Trace::new(scratch, name), scenario, Standard::default()).map_err(io::Error::other)
}

/// Tells of the rules that were broken and not told of yet.
fn tell_broken(verified: &Verified, told: &mut Vec<Rule>, tell: &impl Fn(&str)) {
    for (&rule, tally) in &verified.rules {
        if tally.violated > 0 && !told.contains(&rule) {
            told.push(rule);
            tell(&format!(
                "violated so far, in {} of {} workspaces: {}",
                tally.violated,
                verified.workspaces,
                rule.sentence()
            ));
        }
    }
}
