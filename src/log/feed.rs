//! A trace that is read ahead on a thread of its own.

use std::mem;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::error::TraceError;
use super::roster::Roster;
use super::row::Row;
use super::rows::{Playback, Rows};
use super::trace::Trace;

/// Rows that are handed over at once: enough that handing over costs nothing to speak of.
const AT_ONCE: usize = 4_096;
/// How many such batches may wait.
const AHEAD: usize = 4;

/// Rows that were read, or why none follow.
type Batch = Result<Vec<Row>, TraceError>;

/// The rows of a trace in their order. They are read ahead by a bounded number.
pub struct Feed {
    /// What was handed over, and how much of it was taken.
    batch: Vec<Row>,
    taken: usize,
    /// `None` after the last row.
    reader: Option<(Receiver<Batch>, JoinHandle<()>)>,
}

impl Feed {
    /// Begins to read a trace whose names are those of `roster`, until its end or the playback's.
    ///
    /// # Panics
    ///
    /// If the system cannot start a thread.
    pub fn start(trace: &Trace, roster: &Arc<Roster>, playback: Playback) -> Self {
        let (sender, receiver) = sync_channel(AHEAD);
        let (trace, roster) = (trace.clone(), Arc::clone(roster));
        let reader = std::thread::spawn(move || read(&trace, roster, playback, &sender));
        Self { batch: Vec::new(), taken: 0, reader: Some((receiver, reader)) }
    }

    /// The next row, which stays the next; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If that row is at fault.
    #[inline]
    pub fn peek(&mut self) -> Result<Option<&Row>, TraceError> {
        while self.taken == self.batch.len() && self.reader.is_some() {
            self.receive()?;
        }
        Ok(self.batch.get(self.taken))
    }

    /// Takes the row that was [looked at](Self::peek).
    #[inline]
    pub fn take(&mut self) {
        self.taken += 1;
    }

    fn receive(&mut self) -> Result<(), TraceError> {
        let Some((receiver, _)) = &self.reader else { return Ok(()) };
        match receiver.recv() {
            Ok(batch) => {
                self.batch = batch?;
                self.taken = 0;
            }
            // The reader has come to the end, or to one of its own.
            Err(_) => {
                if let Some((_, reader)) = self.reader.take()
                    && let Err(panic) = reader.join()
                {
                    std::panic::resume_unwind(panic);
                }
            }
        }
        Ok(())
    }
}

impl Drop for Feed {
    /// Has the reader end: nobody takes its rows any more.
    fn drop(&mut self) {
        if let Some((receiver, reader)) = self.reader.take() {
            drop(receiver);
            // A panic of a reader whose rows nobody wants is nobody's loss.
            let _ = reader.join();
        }
    }
}

/// Reads a trace and hands it over; ends early if nobody takes it.
fn read(trace: &Trace, roster: Arc<Roster>, playback: Playback, to: &SyncSender<Batch>) {
    let mut rows = match Rows::open(trace, roster, playback) {
        Ok(rows) => rows,
        Err(error) => {
            let _ = to.send(Err(error));
            return;
        }
    };
    let mut batch = Vec::with_capacity(AT_ONCE);
    loop {
        match rows.next_row() {
            Ok(Some(row)) => batch.push(row),
            Ok(None) => {
                let _ = to.send(Ok(batch));
                return;
            }
            Err(error) => {
                // What was read before the fault is not lost with it.
                if to.send(Ok(batch)).is_ok() {
                    let _ = to.send(Err(error));
                }
                return;
            }
        }
        if batch.len() == AT_ONCE {
            let full = mem::replace(&mut batch, Vec::with_capacity(AT_ONCE));
            if to.send(Ok(full)).is_err() {
                return;
            }
        }
    }
}
