//! A limiter of one's own: a quota for each hour of the calendar, which is what many products
//! promise ("30 messages an hour"), beside the token bucket of the same rate.
//!
//! ```sh
//! cargo run --example own_limiter
//! ```

use std::error::Error;

use limitlab::rules::Plan;
use limitlab::rules::limiter::{Attempt, CustomLimiter, Quota, Throttle, ThrottleScope};
use limitlab::units::SimSpan;
use limitlab::workload::{AgentLine, TrafficKind};
use limitlab::{Group, RunOptions, Scenario, Summary, Watch, run};

/// Workspaces of each group.
pub(crate) const WORKSPACES: u32 = 500;
/// Messages that a workspace may have answered in an hour.
pub(crate) const QUOTA: u32 = 30;
/// Messages that customers write to a workspace in an hour.
pub(crate) const WRITTEN: u32 = 30;

/// Admits so many attempts between one full hour and the next.
///
/// Its numbers and its state stand side by side: every workspace begins with a clone.
#[derive(Debug, Clone)]
pub(crate) struct HourlyQuota {
    limit: u32,
    /// The hour that was counted last, in hours since 1970, and how many were admitted in it.
    counted: (i64, u32),
}

impl HourlyQuota {
    pub(crate) const fn new(limit: u32) -> Self {
        Self { limit, counted: (i64::MIN, 0) }
    }

    /// How many were admitted in the hour of an attempt so far.
    fn admitted(&self, attempt: &Attempt) -> u32 {
        let (hour, admitted) = self.counted;
        if hour == hour_of(attempt) { admitted } else { 0 }
    }
}

impl CustomLimiter for HourlyQuota {
    // Has no effect, and so cannot note that an hour has begun: `take` does.
    fn check(&self, attempt: &Attempt) -> Result<(), Option<SimSpan>> {
        if self.admitted(attempt) < self.limit {
            return Ok(());
        }
        // It is full until the next full hour: that is when to try again.
        let hour = i128::from(SimSpan::HOUR.nanos());
        let passed = attempt.instant().as_nanosecond().rem_euclid(hour);
        let left = u64::try_from(hour - passed).ok();
        Err(left.map(SimSpan::from_nanos))
    }

    fn take(&mut self, attempt: &Attempt) {
        self.counted = (hour_of(attempt), self.admitted(attempt) + 1);
    }
}

fn hour_of(attempt: &Attempt) -> i64 {
    attempt.instant().as_second().div_euclid(3_600)
}

/// Two groups with the same customers: one under the quota, one under the bucket.
pub(crate) fn scenario() -> Result<Scenario, Box<dyn Error>> {
    let sales = || -> Result<AgentLine, Box<dyn Error>> {
        // Five agents, each with its part of the messages.
        let rate = format!("{}/h", WRITTEN / 5).parse()?;
        Ok(AgentLine::new("sales", 5).with_traffic(TrafficKind::Rate(rate)))
    };
    let limited = |name: &str, quota: Quota| -> Result<Group, Box<dyn Error>> {
        Ok(Group::new(name, WORKSPACES)
            .on_plan(Plan::new("advanced"))
            .with_line(sales()?)
            .with_throttle(Throttle::new(name, ThrottleScope::Workspace, quota)))
    };
    let bucket = Quota::token_bucket(format!("{QUOTA}/h").parse()?, QUOTA);
    let mut scenario = Scenario::new("own-limiter", SimSpan::DAY)
        .with_group(limited("hourly", Quota::custom(HourlyQuota::new(QUOTA)))?)
        .with_group(limited("bucket", bucket)?);
    // The day begins between two full hours, so the quota is new after half an hour.
    scenario.start = "2026-06-01T09:30:00Z".parse()?;
    Ok(scenario)
}

pub(crate) fn simulate(threads: usize) -> Result<Summary, Box<dyn Error>> {
    Ok(run(&scenario()?, RunOptions { threads }, &Watch::default())?.summary)
}

fn main() -> Result<(), Box<dyn Error>> {
    let summary = simulate(2)?;
    println!("{WRITTEN} messages an hour to each workspace, {QUOTA} an hour admitted");
    for group in ["hourly", "bucket"] {
        let figure = |metric: &str| summary.metric(group, metric).and_then(|it| it.value);
        let refused = figure(&format!("refusal.rate{{limiter={group}}}")).unwrap_or_default();
        let hits = figure("hits_per_workspace.mean").unwrap_or_default();
        println!("{group}: {:.2} % refused, {hits:.1} in a workspace a day", 100.0 * refused);
    }
    Ok(())
}
