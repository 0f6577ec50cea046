//! While a run is under way: a progress bar on a terminal, and Ctrl-C.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::output::remark;
use crate::engine::Watch;
use crate::planning::{AdviseWatch, SweepWatch};

/// How often the bar is drawn.
const REDRAW: Duration = Duration::from_millis(100);

/// Does `work` while a bar shows how far it is, on a terminal that is to show it.
pub(super) fn with_bar<T>(watch: &Watch, show: bool, work: impl FnOnce() -> T) -> T {
    with_bar_and_words(watch, show, |_| work())
}

/// The same where `work` may say something meanwhile, a line each time, above the bar.
pub(super) fn with_bar_and_words<T>(
    watch: &Watch,
    show: bool,
    work: impl FnOnce(&(dyn Fn(&str) + Sync)) -> T,
) -> T {
    if !show || !stderr().is_terminal() {
        return work(&|line| {
            if show {
                remark(line);
            }
        });
    }
    let bar = bar(Watch::WHOLE, "{percent:>3} %");
    drawn(&bar, || bar.set_position(watch.progress()), || work(&|line| bar.println(line)))
}

/// Does `work` while a bar shows how many points of a sweep are finished, of all that there are, and how
/// long the rest of those will take that are simulated: the time left is that of `todo` points.
pub(super) fn with_points_bar<T>(
    watch: &SweepWatch,
    (todo, all): (usize, usize),
    show: bool,
    work: impl FnOnce() -> T,
) -> T {
    if !show || !stderr().is_terminal() {
        return work();
    }
    let bar = bar(todo as u64 * Watch::WHOLE, "{msg}");
    let kept = (all - todo) as u64;
    let look = || {
        let (finished, parts) = watch.progress();
        bar.set_position(parts);
        bar.set_message(format!("{} of {all} points", kept + finished));
    };
    drawn(&bar, look, work)
}

/// Does `work` while it says every now and then where it is, on a terminal that is to show it.
pub(super) fn with_spinner<T>(show: bool, work: impl FnOnce(&dyn Fn(&str)) -> T) -> T {
    if !show || !stderr().is_terminal() {
        return work(&|_| {});
    }
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(REDRAW);
    let result = work(&|line| spinner.set_message(line.to_owned()));
    spinner.finish_and_clear();
    result
}

/// Does `work` while a bar shows how far the run is that is under way, and which one it is: how many there
/// will be is not known.
pub(super) fn with_runs_bar<T>(watch: &AdviseWatch, show: bool, work: impl FnOnce() -> T) -> T {
    if !show || !stderr().is_terminal() {
        return work();
    }
    let bar = bar_of(Watch::WHOLE, "{bar:40} {msg}  {elapsed} elapsed");
    let look = || {
        let (finished, parts) = watch.progress();
        bar.set_position(parts);
        bar.set_message(format!("run {}", finished + 1));
    };
    drawn(&bar, look, work)
}

/// A bar of so many parts, with these words before its times.
fn bar(parts: u64, words: &str) -> ProgressBar {
    bar_of(parts, &format!("{{bar:40}} {words}  {{elapsed}} elapsed, {{eta}} left"))
}

/// A bar of so many parts that looks like this.
fn bar_of(parts: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template)
        // A template of ours: it is right, or the first run shows it.
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(parts).with_style(style)
}

/// Does `work` while `look` brings the bar up to date every now and then.
fn drawn<T>(bar: &ProgressBar, look: impl Fn() + Sync, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                look();
                std::thread::park_timeout(REDRAW);
            }
            bar.finish_and_clear();
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    })
}

/// Lets Ctrl-C ask the run to stop; a second one ends the process at once.
///
/// tokio serves it, which `drive` runs on too; its runtime costs one idle thread here.
pub(super) fn stop_on_interrupt(watch: &Arc<Watch>) {
    let watch = Arc::clone(watch);
    let listen = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else {
            return;
        };
        runtime.block_on(async {
            // Without a signal to wait for, Ctrl-C ends the process as it always does.
            if tokio::signal::ctrl_c().await.is_ok() {
                watch.stop();
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(super::exit::Exit::Interrupted as i32);
            }
        });
    };
    std::thread::spawn(listen);
}
