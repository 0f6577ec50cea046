//! Where the rows of a log of decisions go: to one writer, from several threads, in one order.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::record::DecisionRecord;

/// What may be kept of rows whose turn has not come, of all pieces together \[bytes\].
const MOST_AHEAD: usize = 64 << 20;

/// How long a thread waits before it looks whether the run is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A log of decisions that is being written.
///
/// Rows come in numbered pieces, each from one thread, and are written piece by piece, in the order
/// of the numbers. A thread that is far ahead of the others waits for them, so memory is bounded.
pub struct DecisionLog {
    state: Mutex<State>,
    turn: Condvar,
}

struct State {
    out: Box<dyn Write + Send>,
    /// The piece whose rows are written as they come.
    next: u64,
    /// Rows of later pieces, and whether they are all.
    ahead: BTreeMap<u64, (Vec<u8>, bool)>,
    /// Bytes of them.
    kept: usize,
    /// Whether nobody waits for an earlier piece any more, since it may never come.
    released: bool,
    failed: Option<io::Error>,
}

impl DecisionLog {
    /// The version of the columns and of what they mean.
    pub const VERSION: u32 = 1;

    /// What the row that tells the version has in the column `outcome` where every instant is known.
    pub(super) const EXACT: &str = "exact";

    /// A log of a simulated run that is written to `out`: the names of the columns first, then a row
    /// that tells the version, and that `time` is the very instant of each row.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self::headed(out, Self::EXACT)
    }

    /// The same of decisions that are known only to lie between when they were asked for and when they
    /// were answered.
    pub fn of_service(out: impl Write + Send + 'static) -> Self {
        Self::headed(out, "")
    }

    fn headed(out: impl Write + Send + 'static, instants: &str) -> Self {
        let head = [DecisionRecord::COLUMNS.join(","), Self::head(instants).join(",")];
        let head = head.join("\n") + "\n";
        let mut state = State {
            out: Box::new(out),
            next: 0,
            ahead: BTreeMap::new(),
            kept: 0,
            released: false,
            failed: None,
        };
        state.write(head.as_bytes());
        Self { state: Mutex::new(state), turn: Condvar::new() }
    }

    /// The row that says which version a log is of, and that it knows every instant.
    pub fn exact_head() -> [String; DecisionRecord::COLUMNS.len()] {
        Self::head(Self::EXACT)
    }

    fn head(instants: &str) -> [String; DecisionRecord::COLUMNS.len()] {
        DecisionRecord::COLUMNS.map(|column| match column {
            "time" => "0s".to_owned(),
            "agent" => format!("decisions-{}", Self::VERSION),
            "action" => "log".to_owned(),
            "outcome" => instants.to_owned(),
            _ => String::new(),
        })
    }

    /// Takes rows of a piece out of `rows`, which is empty then; `done` says that they were its last
    /// ones. `stopped` is asked now and then whether anything still comes.
    pub(crate) fn append(
        &self,
        piece: u64,
        rows: &mut Vec<u8>,
        done: bool,
        stopped: impl Fn() -> bool,
    ) {
        let mut state = self.lock();
        while piece != state.next
            && state.kept + rows.len() > MOST_AHEAD
            && !state.released
            && !stopped()
        {
            let waited = self.turn.wait_timeout(state, LOOK_EVERY);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if piece != state.next {
            state.keep(piece, rows, done);
            return;
        }
        state.write(rows);
        rows.clear();
        if done {
            state.next += 1;
            state.catch_up();
            self.turn.notify_all();
        }
    }

    /// Has nobody wait for a piece that may never come.
    pub(crate) fn release(&self) {
        self.lock().released = true;
        self.turn.notify_all();
    }

    /// Why rows could not be written, if they could not; those that followed were not.
    pub(crate) fn failure(&self) -> Option<String> {
        self.lock().failed.as_ref().map(ToString::to_string)
    }

    /// Writes what is left, of an interrupted run with gaps where pieces never came.
    ///
    /// # Errors
    ///
    /// The first of all that occurred while the log was written.
    pub fn finish(self) -> io::Result<()> {
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (rows, _) in mem::take(&mut state.ahead).into_values() {
            state.write(&rows);
        }
        match state.failed.take() {
            Some(error) => Err(error),
            None => state.out.flush(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn write(&mut self, rows: &[u8]) {
        if self.failed.is_none() {
            self.failed = self.out.write_all(rows).err();
        }
    }

    fn keep(&mut self, piece: u64, rows: &mut Vec<u8>, done: bool) {
        self.kept += rows.len();
        let entry = self.ahead.entry(piece).or_default();
        entry.0.append(rows);
        entry.1 = done;
    }

    /// Writes what is there of the next piece, and of those behind it as far as they are complete.
    fn catch_up(&mut self) {
        while let Some((rows, done)) = self.ahead.remove(&self.next) {
            self.kept -= rows.len();
            self.write(&rows);
            if !done {
                break;
            }
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    /// A writer whose bytes can be looked at.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Paper {
        /// Without the two lines at the top.
        fn rows(&self) -> String {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            text.split_inclusive('\n').skip(2).collect()
        }
    }

    fn rows(text: &str) -> Vec<u8> {
        text.as_bytes().to_vec()
    }

    #[test]
    fn pieces_are_written_in_order_whoever_is_first() {
        let paper = Paper::default();
        let log = DecisionLog::new(paper.clone());
        let append = |piece, text: &str, done| log.append(piece, &mut rows(text), done, || false);
        append(2, "e", true);
        append(1, "c", false);
        append(0, "a", false);
        append(0, "b", true);
        assert_eq!(paper.rows(), "abc");
        append(1, "d", true);
        append(4, "g", true);
        assert_eq!(paper.rows(), "abcde");
        log.finish().unwrap();
        assert_eq!(paper.rows(), "abcdeg");
    }

    #[test]
    fn who_is_far_ahead_waits_for_its_turn() {
        let paper = Paper::default();
        let log = DecisionLog::new(paper.clone());
        let many = "x".repeat(MOST_AHEAD + 1);
        thread::scope(|scope| {
            let ahead = scope.spawn(|| log.append(1, &mut rows(&many), true, || false));
            log.append(0, &mut rows("first"), true, || false);
            ahead.join().unwrap();
        });
        assert!(paper.rows() == format!("first{many}"));
    }

    #[test]
    fn nobody_waits_once_a_run_stops() {
        let log = DecisionLog::new(Paper::default());
        let many = "x".repeat(MOST_AHEAD + 1);
        log.append(1, &mut rows(&many), true, || true);
        log.release();
        log.append(2, &mut rows(&many), true, || false);
        log.finish().unwrap();
    }

    /// A writer without room.
    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("no room"))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_writer_that_fails_is_told() {
        let log = DecisionLog::new(Full);
        assert_eq!(log.failure().as_deref(), Some("no room"));
        log.append(0, &mut rows("a"), true, || false);
        assert_eq!(log.finish().unwrap_err().to_string(), "no room");
    }
}
