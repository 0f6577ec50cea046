//! What was asked and answered, taken down: rows of a log, and measures.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::DriveError;
use super::lag::Lag;
use super::pace::Pace;
use super::play::Record;
use super::seen::{Ground, Seen};
use super::target::{Decision, Deed, Member};
use crate::log::{AttemptRecord, DecisionLog, DecisionRecord, Outcome, RecordedAction, Subject};
use crate::measure::{Frame, GroupMeasures};
use crate::rules::{Founding, Refusal};
use crate::scenario::{Group, Scenario};
use crate::units::{Credits, SimTime};

/// Rows are handed to the log by so many bytes.
const PART: usize = 1 << 16;

/// If nothing comes for so long, what there is is handed on: somebody may read it meanwhile.
const REST: Duration = Duration::from_millis(100);

/// Takes down what is asked and answered, on the thread that has it.
pub struct Recorder<'a> {
    scenario: &'a Scenario,
    frame: Arc<Frame>,
    pace: Arc<Pace>,
    log: &'a DecisionLog,
    rows: Vec<u8>,
    measures: Vec<GroupMeasures>,
    workspaces: Vec<Place>,
    lag: Lag,
    taken: u64,
}

/// A workspace: the place of its group, its number there from 0, and what is seen of it.
struct Place {
    group: usize,
    /// With whom it is measured.
    cohort: usize,
    number: u32,
    plan: usize,
    seen: Seen,
}

/// What was taken down.
#[derive(Debug)]
pub struct Recorded {
    /// What was measured in each cohort.
    pub measures: Vec<GroupMeasures>,
    /// How late messages were sent.
    pub lag: Lag,
    /// Requests that were answered.
    pub answered: u64,
}

impl<'a> Recorder<'a> {
    /// Begins with workspaces that were just founded so, in the order of the scenario, and takes
    /// down what is measured in a frame.
    pub fn new(
        (scenario, frame): (&'a Scenario, &Arc<Frame>),
        foundings: &[Founding],
        (pace, log): (&Arc<Pace>, &'a DecisionLog),
    ) -> Self {
        let new = |frame| GroupMeasures::new(frame, scenario.series_every, scenario.duration);
        let groups = frame.groups.iter().zip(frame.cohorts.by_group());
        let measures = groups.flat_map(|(of, own)| own.map(move |_| new(of))).collect();
        let mut recorder = Self {
            scenario,
            frame: Arc::clone(frame),
            pace: Arc::clone(pace),
            log,
            rows: Vec::new(),
            measures,
            workspaces: Vec::new(),
            lag: Lag::default(),
            taken: 0,
        };
        let places = scenario.groups.iter().enumerate();
        let numbered =
            places.flat_map(|(place, of)| (0..of.count).map(move |number| (place, number)));
        for ((group, number), founding) in numbered.zip(foundings) {
            recorder.found(group, number, founding);
        }
        recorder
    }

    fn found(&mut self, group: usize, number: u32, founding: &Founding) {
        let of = &self.scenario.groups[group];
        let plan = &of.plans[founding.plan].plan;
        let cohort = self.frame.cohorts.of(group, || founding.plan);
        let measures = &mut self.measures[cohort];
        let mut ground = Ground { group: of, frame: &self.frame.groups[group], measures };
        let seen = Seen::new(&mut ground, plan, founding.seats);
        let subject = Subject::Named(&plan.name);
        let begin = row(of, number, SimTime::ZERO, (RecordedAction::SetPlan, subject));
        begin.write(&mut self.rows);
        let credits = plan.credits.as_ref();
        if let Some(credits) = credits {
            let amount = credits.terms(founding.seats, SimTime::NEVER).amount;
            let granted = DecisionRecord {
                action: RecordedAction::Renew,
                charged: Some(Credits::ZERO - amount),
                balance: Some(amount),
                ..begin
            };
            granted.write(&mut self.rows);
        }
        self.workspaces.push(Place { group, cohort, number, plan: founding.plan, seen });
    }

    /// Takes down whatever comes, until nobody sends any more.
    ///
    /// # Errors
    ///
    /// If the log cannot be written.
    pub fn take_down(mut self, records: &Receiver<Record>) -> Result<Self, DriveError> {
        loop {
            match records.recv_timeout(REST) {
                Ok(record) => {
                    self.take(&record);
                    if self.rows.len() >= PART {
                        self.hand_on()?;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.hand_on()?,
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.hand_on()?;
        Ok(self)
    }

    /// What was taken down, measured in a frame that ends earlier if the drive did.
    pub fn finish(mut self, frame: &Frame) -> Recorded {
        for Place { group, cohort, seen, .. } in self.workspaces {
            let (of, measures) = (&self.scenario.groups[group], &mut self.measures[cohort]);
            seen.finish(&mut Ground { group: of, frame: &frame.groups[group], measures });
        }
        let Self { measures, lag, taken, .. } = self;
        Recorded { measures, lag, answered: taken }
    }

    fn hand_on(&mut self) -> Result<(), DriveError> {
        self.log.append(0, &mut self.rows, false, || false);
        self.log.failure().map_or(Ok(()), |why| Err(DriveError::Log(why)))
    }

    fn take(&mut self, record: &Record) {
        self.taken += 1;
        let Record { step, sent, decision, .. } = record;
        if !decision.happened {
            return;
        }
        if matches!(step.request.deed, Deed::Attempt { .. }) {
            self.lag.record(self.pace.wall(sent.since(step.due)));
        }
        let place = &mut self.workspaces[step.request.workspace as usize];
        let of = &self.scenario.groups[place.group];
        let (frame, measures) = (&self.frame.groups[place.group], &mut self.measures[place.cohort]);
        place.seen.take(&mut Ground { group: of, frame, measures }, record);
        let active = place.seen.active();
        tell(of, (place.number, place.plan), record, active, &mut self.rows);
    }
}

/// A row of a workspace of which nothing more is told.
fn row<'a>(
    group: &'a Group,
    number: u32,
    time: SimTime,
    (action, subject): (RecordedAction, Subject<'a>),
) -> DecisionRecord<'a> {
    DecisionRecord {
        time,
        workspace: (&group.name, number + 1),
        subject,
        action,
        cost: None,
        attempt: None,
        asked: None,
        key: None,
        node: None,
        outcome: None,
        charged: None,
        overage: Credits::ZERO,
        hold: None,
        balance: None,
        active: 0,
    }
}

/// Writes the rows of an answer.
fn tell(
    group: &Group,
    (number, plan): (u32, usize),
    record: &Record,
    active: u32,
    rows: &mut Vec<u8>,
) {
    let Record { step, sent, answered, decision } = record;
    let action = match step.request.deed {
        Deed::Attempt { .. } => RecordedAction::Message,
        Deed::Create(_) => RecordedAction::Create,
        Deed::Enable(_) => RecordedAction::Enable,
        Deed::Disable(_) => RecordedAction::Disable,
        Deed::Delete(_) => RecordedAction::Delete,
        Deed::Renew => RecordedAction::Renew,
    };
    let plan = Subject::Named(&group.plans[plan].plan.name);
    let member = step.request.deed.member();
    let subject = member.map_or(plan, |member| called(group, action, member, decision));
    let is_question =
        matches!(action, RecordedAction::Message | RecordedAction::Create | RecordedAction::Enable);
    let mut told = DecisionRecord {
        asked: Some((*sent, *answered)),
        node: decision.node,
        outcome: is_question.then(|| outcome(group, decision.refusal)),
        charged: decision.charged,
        overage: decision.overage,
        balance: decision.balance,
        active: decision.active.unwrap_or(active),
        ..row(group, number, *answered, (action, subject))
    };
    if let Deed::Attempt { message, cost, .. } = step.request.deed {
        told.cost = Some(cost);
        told.attempt = Some(AttemptRecord {
            message,
            attempt: 1,
            due: step.due,
            sent: *sent,
            answered: Some(*answered),
            replied: None,
            wait: None,
        });
    }
    if let Some((expired, granted)) = decision.renewed {
        if expired != Credits::ZERO {
            let balance = told.balance.map(|balance| balance - granted);
            let expire = RecordedAction::Expire;
            let lost = DecisionRecord { action: expire, charged: Some(expired), balance, ..told };
            lost.write(rows);
        }
        told.charged = Some(Credits::ZERO - granted);
    }
    told.write(rows);
}

/// What an agent or a feature is called in rows; one that was not created has no number.
fn called<'a>(
    group: &'a Group,
    action: RecordedAction,
    member: Member,
    decision: &Decision,
) -> Subject<'a> {
    let name = &group.lines[usize::from(member.line)].name;
    let is_there = action != RecordedAction::Create || decision.refusal.is_none();
    if member.number > 0 && is_there {
        Subject::Agent(name, member.number)
    } else {
        Subject::Named(name)
    }
}

fn outcome(group: &Group, refusal: Option<Refusal>) -> Outcome<'_> {
    let Some(Refusal { reason, limiter, retry_after }) = refusal else { return Outcome::Admitted };
    let limiter = limiter.map(|limiter| group.throttles[usize::from(limiter)].name.as_str());
    Outcome::Refused { reason, limiter, retry_after }
}
