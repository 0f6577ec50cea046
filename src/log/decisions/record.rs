//! A row of a log of decisions.

use crate::rules::Reason;
use crate::units::{Credits, SimSpan, SimTime};

/// What a row tells. The spelling of [`RecordedAction::name`] is a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedAction {
    /// An attempt of a message is decided at its workspace.
    Message,
    /// An attempt that was admitted is over: its reply is back, or the refusal of the platform, or
    /// its customer has left.
    Release,
    /// An attempt that was served is charged, or what was held for it is settled.
    Settle,
    /// Somebody tries to create an agent.
    Create,
    /// Somebody tries to enable an agent.
    Enable,
    /// An agent goes offline.
    Disable,
    /// An agent is deleted.
    Delete,
    /// The workspace comes to a plan.
    SetPlan,
    /// The trial ends without a subscription.
    EndTrial,
    /// Credits are granted by the plan, or by a package that begins anew.
    Renew,
    /// Credits expire.
    Expire,
    /// A package is bought.
    BuyPackage,
}

impl RecordedAction {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Message,
        Self::Release,
        Self::Settle,
        Self::Create,
        Self::Enable,
        Self::Disable,
        Self::Delete,
        Self::SetPlan,
        Self::EndTrial,
        Self::Renew,
        Self::Expire,
        Self::BuyPackage,
    ];

    /// Its name in the column `action`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Release => "release",
            Self::Settle => "settle",
            Self::Create => "create",
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Delete => "delete",
            Self::SetPlan => "set_plan",
            Self::EndTrial => "end_trial",
            Self::Renew => "renew",
            Self::Expire => "expire",
            Self::BuyPackage => "buy_package",
        }
    }
}

/// What a row is about besides its workspace: the column `agent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// Nothing: the cell is empty.
    Workspace,
    /// An agent: its line, and its number there, from 1 on.
    Agent(&'a str, u32),
    /// A feature, a plan, a package, or a line of which an agent was to be created.
    Named(&'a str),
}

/// Of which message, and which attempt of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptRecord {
    /// The number of the message in its workspace, from 1 on.
    pub message: u64,
    /// From 1 on.
    pub attempt: u32,
    /// When the message was written.
    pub due: SimTime,
    /// When the attempt was made.
    pub sent: SimTime,
    /// When the workspace had decided it.
    pub answered: Option<SimTime>,
    /// When its reply was back, or the refusal of the platform.
    pub replied: Option<SimTime>,
    /// How long it waited at limits and for a server.
    pub wait: Option<SimSpan>,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// Yes.
    Admitted,
    /// No.
    Refused {
        /// Why.
        reason: Reason,
        /// By which limit, if one refused.
        limiter: Option<&'a str>,
        /// After how long the rule that refused would admit the same try.
        retry_after: Option<SimSpan>,
    },
    /// It was admitted, and its customer left before it was served.
    TimedOut,
}

/// One row of a log of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionRecord<'a> {
    /// When it happened, since the start.
    pub time: SimTime,
    /// The group, and the number in it, from 1 on.
    pub workspace: (&'a str, u32),
    /// What it is about.
    pub subject: Subject<'a>,
    /// What happened.
    pub action: RecordedAction,
    /// What a message costs.
    pub cost: Option<Credits>,
    /// Of which attempt.
    pub attempt: Option<AttemptRecord>,
    /// When it was asked for and when it was answered, of what is no attempt; `None` where it
    /// happened at its time.
    pub asked: Option<(SimTime, SimTime)>,
    /// The idempotency key, by which attempts are charged once; `None` is that of their message.
    pub key: Option<u64>,
    /// Which node decided, from 1 on, where there are several.
    pub node: Option<u32>,
    /// What was decided, if that was a question.
    pub outcome: Option<Outcome<'a>>,
    /// What the pool was charged, overage included; below zero where it was given back, or came in.
    pub charged: Option<Credits>,
    /// What of that is beyond the balance, whether the plan permits it or not.
    pub overage: Credits,
    /// What is set aside for the attempt; below zero where that ends, whether it is charged or free
    /// again.
    pub hold: Option<Credits>,
    /// What the pool holds then, if credits are counted.
    pub balance: Option<Credits>,
    /// Agents that are active then.
    pub active: u32,
}

impl DecisionRecord<'_> {
    /// The columns, in their order.
    pub const COLUMNS: [&'static str; 23] = [
        "time",
        "workspace",
        "agent",
        "action",
        "cost",
        "message",
        "attempt",
        "key",
        "node",
        "due",
        "sent",
        "answered",
        "replied",
        "wait",
        "outcome",
        "reason",
        "limiter",
        "retry_after",
        "charged",
        "overage",
        "hold",
        "balance",
        "active",
    ];

    /// Writes the row, with its line break. No name needs quotes: those of a scenario are letters,
    /// digits, `-` and `_`.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut row = RowWriter { out };
        row.time(Some(self.time));
        row.named(Subject::Agent(self.workspace.0, self.workspace.1));
        row.named(self.subject);
        row.text(self.action.name());
        row.credits(self.cost);
        let attempt = self.attempt;
        row.number(attempt.map(|it| it.message));
        row.number(attempt.map(|it| u64::from(it.attempt)));
        row.number(self.key.or(attempt.map(|it| it.message)));
        row.number(self.node.map(u64::from));
        row.time(attempt.map(|it| it.due));
        row.time(attempt.map(|it| it.sent).or(self.asked.map(|it| it.0)));
        row.time(attempt.and_then(|it| it.answered).or(self.asked.map(|it| it.1)));
        row.time(attempt.and_then(|it| it.replied));
        row.span(attempt.and_then(|it| it.wait));
        let (outcome, reason, limiter, retry_after) = match self.outcome {
            None => ("", "", None, None),
            Some(Outcome::Admitted) => ("admitted", "", None, None),
            Some(Outcome::TimedOut) => ("", "timed_out", None, None),
            Some(Outcome::Refused { reason, limiter, retry_after }) => {
                ("refused", reason.name(), limiter, retry_after)
            }
        };
        row.text(outcome);
        row.text(reason);
        row.text(limiter.unwrap_or_default());
        row.span(retry_after);
        row.credits(self.charged);
        row.credits(Some(self.overage).filter(|&it| it != Credits::ZERO));
        row.credits(self.hold);
        row.credits(self.balance);
        row.number(Some(u64::from(self.active)));
        row.end();
    }
}

/// Writes cells one after the other.
struct RowWriter<'o> {
    out: &'o mut Vec<u8>,
}

impl RowWriter<'_> {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b',');
    }

    fn digits(&mut self, number: u64) {
        self.out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    fn number(&mut self, number: Option<u64>) {
        if let Some(number) = number {
            self.digits(number);
        }
        self.out.push(b',');
    }

    fn named(&mut self, subject: Subject<'_>) {
        match subject {
            Subject::Workspace => {}
            Subject::Named(name) => self.out.extend_from_slice(name.as_bytes()),
            Subject::Agent(name, number) => {
                self.out.extend_from_slice(name.as_bytes());
                self.out.push(b'/');
                self.digits(u64::from(number));
            }
        }
        self.out.push(b',');
    }

    fn time(&mut self, time: Option<SimTime>) {
        self.span(time.map(|time| time - SimTime::ZERO));
    }

    /// Seconds, exactly: as many decimals as there are nanoseconds, up to nine.
    fn span(&mut self, span: Option<SimSpan>) {
        if let Some(span) = span {
            let second = SimSpan::SECOND.nanos();
            self.fixed(span.nanos() / second, (span.nanos() % second) as u32, 9);
            self.out.push(b's');
        }
        self.out.push(b',');
    }

    fn credits(&mut self, credits: Option<Credits>) {
        if let Some(credits) = credits {
            let thousandths = credits.thousandths();
            if thousandths < 0 {
                self.out.push(b'-');
            }
            let thousandths = thousandths.unsigned_abs();
            self.fixed(thousandths / 1_000, (thousandths % 1_000) as u32, 3);
        }
        self.out.push(b',');
    }

    /// A number with so many decimals, without zeros at the end.
    fn fixed(&mut self, whole: u64, fraction: u32, decimals: usize) {
        self.digits(whole);
        if fraction == 0 {
            return;
        }
        let mut digits = [b'0'; 10];
        digits[0] = b'.';
        let mut rest = fraction;
        for digit in digits[1..=decimals].iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        let kept = digits[..=decimals].iter().rposition(|&digit| digit != b'0').unwrap_or(0);
        self.out.extend_from_slice(&digits[..=kept]);
    }

    /// Ends the row: its last cell has no comma.
    fn end(self) {
        if let Some(last) = self.out.last_mut() {
            *last = b'\n';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(write: impl FnOnce(&mut RowWriter<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut RowWriter { out: &mut out });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn times_and_credits_are_exact() {
        for (nanos, expected) in [
            (0, "0s,"),
            (1, "0.000000001s,"),
            (1_500_000_000, "1.5s,"),
            (86_400_000_000_010, "86400.00000001s,"),
            (u64::MAX, "18446744073.709551615s,"),
        ] {
            let span = SimSpan::from_nanos(nanos);
            assert_eq!(cell(|row| row.span(Some(span))), expected);
            assert_eq!(expected.trim_end_matches(',').parse::<SimSpan>().ok(), {
                (nanos < u64::MAX).then_some(span)
            });
        }
        for (thousandths, expected) in
            [(0, "0,"), (5, "0.005,"), (-2_500, "-2.5,"), (1_250_000, "1250,"), (-10, "-0.01,")]
        {
            let credits = Credits::from_thousandths(thousandths);
            assert_eq!(cell(|row| row.credits(Some(credits))), expected);
            assert_eq!(credits.to_string(), expected.trim_end_matches(','));
        }
        assert_eq!(cell(|row| row.credits(None)), ",");
    }

    #[test]
    fn a_row_has_a_cell_for_each_column() {
        let reason = Reason::RateLimited;
        let retry_after = Some(SimSpan::SECOND);
        let record = DecisionRecord {
            time: SimTime::from_nanos(10),
            workspace: ("shops", 3),
            subject: Subject::Agent("sales", 2),
            action: RecordedAction::Message,
            cost: Some(Credits::whole(2)),
            attempt: Some(AttemptRecord {
                message: 7,
                attempt: 2,
                due: SimTime::ZERO,
                sent: SimTime::from_nanos(10),
                answered: Some(SimTime::from_nanos(10)),
                replied: None,
                wait: None,
            }),
            asked: None,
            key: None,
            node: None,
            outcome: Some(Outcome::Refused { reason, limiter: Some("burst"), retry_after }),
            charged: None,
            overage: Credits::ZERO,
            hold: None,
            balance: Some(Credits::from_thousandths(1_500)),
            active: 4,
        };
        let written = |record: &DecisionRecord<'_>| {
            let mut out = Vec::new();
            record.write(&mut out);
            String::from_utf8(out).unwrap()
        };
        let row = written(&record);
        assert_eq!(
            row,
            "0.00000001s,shops/3,sales/2,message,2,7,2,7,,0s,0.00000001s,0.00000001s,,,refused,\
             rate_limited,burst,1s,,,,1.5,4\n"
        );
        assert_eq!(row.split(',').count(), DecisionRecord::COLUMNS.len());
        let record = DecisionRecord {
            action: RecordedAction::Settle,
            key: Some(9),
            node: Some(3),
            outcome: None,
            charged: Some(Credits::whole(2)),
            overage: Credits::from_thousandths(250),
            hold: Some(Credits::from_thousandths(-3_500)),
            balance: Some(Credits::ZERO),
            ..record
        };
        let row = written(&record);
        let enable = DecisionRecord {
            action: RecordedAction::Enable,
            cost: None,
            attempt: None,
            asked: Some((SimTime::from_nanos(10), SimTime::from_nanos(2_000))),
            outcome: Some(Outcome::Admitted),
            ..record
        };
        assert!(written(&enable).starts_with(
            "0.00000001s,shops/3,sales/2,enable,,,,9,3,,0.00000001s,0.000002s,,,admitted,"
        ));
        assert_eq!(
            row,
            "0.00000001s,shops/3,sales/2,settle,2,7,2,9,3,0s,0.00000001s,0.00000001s,,,,,,,2,0.25,\
             -3.5,0,4\n"
        );
        assert_eq!(row.split(',').count(), DecisionRecord::COLUMNS.len());
    }
}
