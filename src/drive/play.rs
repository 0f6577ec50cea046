//! Asking for what is due when it is due, whatever is still unanswered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::DriveError;
use super::pace::Pace;
use super::presence::Presence;
use super::schedule::{Schedule, Step};
use super::target::{Decision, Deed, Member, Target};
use crate::units::{SimSpan, SimTime};

/// So many requests may be unanswered at once. Beyond that the generator waits, and is late.
const MOST_UNANSWERED: u32 = 100_000;

/// A request and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// What was due, and when.
    pub step: Step,
    /// When it was asked for.
    pub sent: SimTime,
    /// When it was answered.
    pub answered: SimTime,
    /// What was decided.
    pub decision: Decision,
}

/// What came of playing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    /// Requests that were sent.
    pub sent: u64,
    /// How far it came, if it was stopped.
    pub stopped_at: Option<SimTime>,
}

/// Plays a schedule against a target, on so many threads; who takes the records is at the other end
/// of `records`. Time begins when what is there from the start is set up. `stopped` is asked now
/// and then.
///
/// # Errors
///
/// If the schedule cannot be read, or the threads cannot be started.
pub fn play<T: Target>(
    schedule: &mut Schedule,
    target: &Arc<T>,
    (pace, presence, threads): (&Arc<Pace>, &Arc<Presence>, usize),
    records: &SyncSender<Record>,
    stopped: impl Fn() -> bool,
) -> Result<Played, DriveError> {
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_time().build();
    let runtime = runtime.map_err(|error| DriveError::Threads(threads, error.to_string()))?;
    let room = Arc::new(Semaphore::new(MOST_UNANSWERED as usize));
    let mut generator = Generator {
        runtime: &runtime,
        asker: Asker {
            target: Arc::clone(target),
            pace: Arc::clone(pace),
            presence: Arc::clone(presence),
            records: records.clone(),
        },
        room: Arc::clone(&room),
        turns: BTreeMap::new(),
        sent: 0,
    };
    let mut next = generator.set_up(schedule)?;
    pace.begin();
    let mut stopped_at = None;
    while let Some(step) = next {
        pace.wait_until(step.due, &stopped);
        if stopped() {
            stopped_at = Some(pace.now());
            break;
        }
        generator.send(step);
        next = schedule.advance()?;
    }
    // Everybody has been answered when all of the room is free.
    let _all = runtime.block_on(room.acquire_many(MOST_UNANSWERED));
    Ok(Played { sent: generator.sent, stopped_at })
}

struct Generator<'r, T> {
    runtime: &'r Runtime,
    asker: Asker<T>,
    room: Arc<Semaphore>,
    /// Of each agent whose state somebody changes, when that is answered.
    turns: BTreeMap<(u32, Member), oneshot::Receiver<()>>,
    sent: u64,
}

impl<T: Target> Generator<'_, T> {
    /// Does one after the other what is there from the start, before time begins. Answers what is
    /// due then.
    fn set_up(&mut self, schedule: &mut Schedule) -> Result<Option<Step>, DriveError> {
        while let Some(step) = schedule.advance()? {
            if step.due > SimTime::ZERO || matches!(step.request.deed, Deed::Attempt { .. }) {
                return Ok(Some(step));
            }
            self.sent += 1;
            self.runtime.block_on(self.asker.ask_at_once(step));
        }
        Ok(None)
    }

    /// Sends a request that is due, as a task of its own.
    fn send(&mut self, step: Step) {
        self.sent += 1;
        let (asker, permit) = (self.asker.clone(), self.permit());
        let is_attempt = matches!(step.request.deed, Deed::Attempt { .. });
        let member = step.request.deed.member().filter(|_| !is_attempt);
        let turn = member.map(|member| {
            let (done, turn) = oneshot::channel();
            (self.turns.insert((step.request.workspace, member), turn), done)
        });
        self.runtime.spawn(async move {
            let done = match turn {
                Some((before, done)) => {
                    if let Some(before) = before {
                        // If whoever was before has failed, it is our turn all the same.
                        let _ = before.await;
                    }
                    Some(done)
                }
                None => None,
            };
            asker.ask(step).await;
            // Perhaps nobody comes after it.
            let _ = done.map(|done| done.send(()));
            drop(permit);
        });
    }

    /// Room for one more that is unanswered.
    fn permit(&self) -> Option<OwnedSemaphorePermit> {
        let room = Arc::clone(&self.room);
        // Nobody closes it.
        self.runtime.block_on(room.acquire_owned()).ok()
    }
}

/// Asks the target, and has the answer recorded.
struct Asker<T> {
    target: Arc<T>,
    pace: Arc<Pace>,
    presence: Arc<Presence>,
    records: SyncSender<Record>,
}

impl<T> Clone for Asker<T> {
    fn clone(&self) -> Self {
        Self {
            target: Arc::clone(&self.target),
            pace: Arc::clone(&self.pace),
            presence: Arc::clone(&self.presence),
            records: self.records.clone(),
        }
    }
}

impl<T: Target> Asker<T> {
    async fn ask(&self, step: Step) {
        let sent = self.pace.now();
        let decision = if self.presence.waits(step.request) {
            Decision::NOTHING
        } else {
            self.target.decide(step.request).await
        };
        // It took some time, be it less than the clock can tell: where rows have one instant, logs
        // tell by their order which was first, and that is not known here.
        let answered = self.pace.now().max(sent + SimSpan::from_nanos(1));
        self.record(Record { step, sent, answered, decision });
    }

    /// Asks when nobody else does, at the start.
    async fn ask_at_once(&self, step: Step) {
        let decision = self.target.decide(step.request).await;
        let (sent, answered) = (step.due, step.due);
        self.record(Record { step, sent, answered, decision });
    }

    fn record(&self, record: Record) {
        self.presence.note(record.step.request, &record.decision);
        // Nobody takes it if the log cannot be written; the recorder tells why.
        let _ = self.records.send(record);
    }
}
