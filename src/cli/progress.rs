//! While a run is under way: a progress bar on a terminal, and Ctrl-C.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::output::remark;
use crate::engine::Watch;

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
    let bar = ProgressBar::new(Watch::WHOLE).with_style(
        ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed} elapsed, {eta} left")
            // A template of ours: it is right, or the first run shows it.
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                bar.set_position(watch.progress());
                std::thread::park_timeout(REDRAW);
            }
            bar.finish_and_clear();
        });
        let result = work(&|line| bar.println(line));
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
