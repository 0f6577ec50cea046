//! What the oracle makes of its record about messages, and about the attempts that they took.

use std::collections::BTreeMap;

use limitlab::rules::Reason;
use limitlab::rules::limiter::{OnExceed, Throttle};
use limitlab::scenario::Drain;
use limitlab::units::SimSpan;

use super::figures::{Figure, Figures, Scope, put, put_count, ratio};
use super::record::{Attempt, Fate, Message, Refusal, Space};

/// What became of a message in the end.
pub(super) enum End {
    /// It was given up; without a reason if its last attempt was not refused.
    Lost {
        reason: Option<Reason>,
        timed_out: bool,
    },
    InFlight,
    Completed {
        latency: u64,
        wait: u64,
        service: u64,
    },
}

impl<'a> Scope<'a> {
    /// The messages of a workspace that count.
    pub(super) fn messages(&self, space: &'a Space) -> impl Iterator<Item = &'a Message> {
        space.messages.iter().filter(|message| self.is_inside(message.due))
    }

    /// The attempts of those messages, in the order in which they were made.
    pub(super) fn attempts(&self, space: &'a Space) -> impl Iterator<Item = &'a Attempt> {
        space.attempts.iter().filter(|it| self.counts(space, it))
    }

    /// Whether the message counts that an attempt belongs to.
    pub(super) fn counts(&self, space: &Space, attempt: &Attempt) -> bool {
        self.is_inside(space.messages[attempt.message].due)
    }

    /// What became of the messages of a workspace.
    pub(super) fn ends(&self, space: &'a Space) -> impl Iterator<Item = End> {
        self.messages(space).map(|message| self.end(space, message))
    }

    /// Whether what would be known at `at` is not, because the end cut it off.
    fn is_cut(&self, at: u64) -> bool {
        self.scenario.drain == Drain::Cut && at > self.until
    }

    /// Why an attempt was refused, if it was and this came to be known.
    pub(super) fn refusal(&self, attempt: &'a Attempt) -> Option<&'a Refusal> {
        match &attempt.fate {
            Fate::Refused(why) => Some(why),
            Fate::TurnedAway { back, why, .. } if !self.is_cut(*back) => Some(why),
            _ => None,
        }
    }

    /// How long the way to the backend is.
    fn delay(&self) -> u64 {
        self.scenario.backend.as_ref().map_or(0, |backend| backend.network_delay.nanos())
    }

    fn end(&self, space: &'a Space, message: &'a Message) -> End {
        let last = *message.attempts.last().expect("each message is tried");
        let last = &space.attempts[last];
        if let Some(loss) = message.loss.filter(|loss| !self.is_cut(loss.at)) {
            let reason = self.refusal(last).map(|why| why.reason);
            return End::Lost { reason, timed_out: loss.timed_out };
        }
        match last.fate {
            Fate::Served { started, ended, back } if !self.is_cut(back) => {
                End::Completed {
                    latency: back - message.due,
                    // What is not the way there.
                    wait: started - last.at - self.delay(),
                    service: ended - started,
                }
            }
            _ => {
                assert_eq!(self.scenario.drain, Drain::Cut, "the play goes on until all is done");
                End::InFlight
            }
        }
    }

    /// What became of messages.
    pub(super) fn fates(&self, figures: &mut Figures) {
        let (mut offered, mut completed, mut in_flight, mut timed_out) = (0, 0, 0, 0);
        let mut losses = Vec::new();
        let mut good: BTreeMap<u64, i128> = self.withins().map(|within| (within, 0)).collect();
        for end in self.spaces().flat_map(|space| self.ends(space)) {
            offered += 1;
            match end {
                End::Lost { reason, timed_out: impatient } => {
                    losses.push(reason);
                    timed_out += usize::from(impatient);
                }
                End::InFlight => in_flight += 1,
                End::Completed { latency, .. } => {
                    completed += 1;
                    for (within, count) in &mut good {
                        *count += i128::from(latency <= *within);
                    }
                }
            }
        }
        put_count(figures, "messages.offered", offered);
        put_count(figures, "messages.completed", completed);
        put_count(figures, "messages.lost", losses.len());
        if self.scenario.drain == Drain::Cut {
            put_count(figures, "messages.in_flight", in_flight);
        }
        let rate = |count: usize| ratio(count as i128, offered as i128);
        put(figures, "loss.rate", rate(losses.len()));
        for (within, count) in good {
            let name = format!("goodput.rate{{within={}}}", SimSpan::from_nanos(within));
            put(figures, &name, ratio(count, offered as i128));
        }
        for reason in Reason::ALL {
            let count = losses.iter().filter(|&&why| why == Some(reason)).count();
            let figure = Figure { value: rate(count), needed: count > 0 };
            figures.insert(format!("loss.rate{{reason={reason}}}"), figure);
        }
        if self.has_patience() {
            put_count(figures, "messages.timed_out", timed_out);
            let waiting = losses.iter().filter(|why| why.is_none()).count();
            put(figures, "loss.rate{reason=timed_out}", rate(waiting));
        }
    }

    /// Whether anybody loses patience.
    fn has_patience(&self) -> bool {
        let mut lines = self.spaces().flat_map(|it| &self.scenario.groups[it.group].lines);
        lines.any(|line| line.patience.is_some())
    }

    /// How often messages were tried and refused.
    pub(super) fn tries(&self, figures: &mut Figures) {
        let (mut offered, mut first, mut first_refused) = (0, 0, 0);
        let mut refusals: Vec<&Refusal> = Vec::new();
        for space in self.spaces() {
            offered += self.attempts(space).count();
            refusals.extend(self.attempts(space).filter_map(|it| self.refusal(it)));
            for message in self.messages(space) {
                let attempt = &space.attempts[message.attempts[0]];
                first += 1;
                first_refused += i128::from(self.refusal(attempt).is_some());
            }
        }
        put_count(figures, "attempts.offered", offered);
        put_count(figures, "attempts.admitted", offered - refusals.len());
        put_count(figures, "attempts.refused", refusals.len());
        put(figures, "attempts.amplification", ratio(offered as i128, first));
        let rate = |count: usize| ratio(count as i128, offered as i128);
        put(figures, "refusal.rate", rate(refusals.len()));
        put(figures, "refusal.first_rate", ratio(first_refused, first));
        // Whoever knows all does no damage.
        put(figures, "limiter.over_admitted", Some(0.0));
        put(figures, "false_refusals", Some(0.0));
        for reason in Reason::ALL {
            let count = refusals.iter().filter(|why| why.reason == reason).count();
            let figure = Figure { value: rate(count), needed: count > 0 };
            figures.insert(format!("refusal.rate{{reason={reason}}}"), figure);
        }
        for throttle in self.throttles(OnExceed::Refuse) {
            let is_own = |why: &&&Refusal| why.limiter.as_ref() == Some(&throttle.name);
            let count = refusals.iter().filter(is_own).count();
            put(figures, &format!("refusal.rate{{limiter={}}}", throttle.name), rate(count));
        }
        self.shadows(figures);
    }

    /// The throttles that hold in any of the workspaces and refuse, or only report.
    fn throttles(&self, on_exceed: OnExceed) -> impl Iterator<Item = &'a Throttle> {
        let scenario = self.scenario;
        let own = self.spaces().flat_map(|space| &scenario.groups[space.group].throttles);
        own.chain(&scenario.throttles).filter(move |it| it.on_exceed == on_exceed)
    }

    /// What limits that only report would have refused.
    fn shadows(&self, figures: &mut Figures) {
        let reported = |space: &'a Space| {
            let all = self.attempts(space).flat_map(|it| &it.reported);
            all.filter(|it| !self.is_cut(it.1)).map(|it| it.0.as_str()).collect::<Vec<_>>()
        };
        let all: Vec<Vec<&str>> = self.spaces().map(reported).collect();
        let hit = all.iter().filter(|names| !names.is_empty()).count();
        for throttle in self.throttles(OnExceed::Report) {
            let name = throttle.name.as_str();
            let count = all.iter().flatten().filter(|it| **it == name).count();
            put_count(figures, &format!("shadow.refusals{{limiter={name}}}"), count);
            let share = |hit: usize| ratio(hit as i128, self.spaces.len() as i128);
            put(figures, "shadow.workspaces.share", share(hit));
            let its = all.iter().filter(|names| names.contains(&name)).count();
            put(figures, &format!("shadow.workspaces.share{{limiter={name}}}"), share(its));
        }
    }

    /// Within how long a reply is good: 10 s, and what thresholds name.
    fn withins(&self) -> impl Iterator<Item = u64> {
        let named = self.scenario.thresholds.iter().filter_map(|threshold| {
            let span = threshold.metric.strip_prefix("goodput.rate{within=")?.strip_suffix('}')?;
            Some(span.parse::<SimSpan>().expect("thresholds are valid").nanos())
        });
        named.chain([10_000_000_000])
    }

    /// Jain's index of a workspace; 1 if nobody was served, since all were served alike.
    pub(super) fn jain(&self, space: &'a Space) -> Option<f64> {
        let mut served: BTreeMap<usize, u64> = BTreeMap::new();
        let own = self.messages(space).filter(|it| !space.features.contains(&it.agent));
        for message in own {
            let mut fates = message.attempts.iter().map(|&it| &space.attempts[it].fate);
            let admitted = fates.any(|fate| self.is_admitted(fate));
            *served.entry(message.agent).or_default() += u64::from(admitted);
        }
        let sum: u64 = served.values().sum();
        let squares: u64 = served.values().map(|x| x * x).sum();
        let equal = (!served.is_empty()).then_some(1.0);
        if squares == 0 {
            equal
        } else {
            ratio((sum * sum).into(), i128::from(squares) * served.len() as i128)
        }
    }

    /// Whether the backend took an attempt, and its customer did not give it up there.
    fn is_admitted(&self, fate: &Fate) -> bool {
        match fate {
            Fate::Served { .. } => true,
            Fate::GivenUp { left } => self.is_cut(*left),
            _ => false,
        }
    }
}
