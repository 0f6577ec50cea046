//! Kernels: the loop of a cell, compiled for all that a scenario can use, and again without what most of
//! them do not. They are one source and differ in speed alone: a test runs every shipped scenario in the most
//! general kernel too, and compares.

/// What the loop of a cell is compiled for. What is `false` cannot occur in it.
pub(super) trait Kernel {
    /// Decisions are made otherwise than by the ideal.
    const ENFORCES: bool;
    /// Decisions are told to a log.
    const LOGS: bool;
    /// Some limits only report.
    const REPORTS: bool;
    /// Customers hold attempts back by themselves.
    const THROTTLES: bool;
    /// Attempts are known by a number after they were admitted: they wait at limiters, are on their way
    /// to the platform, or something waits for their end.
    const TRACKS: bool;
    /// Limits over everybody, and stations in place of servers.
    const SHARES: bool;
}

/// For every scenario.
pub(super) struct General;

impl Kernel for General {
    const ENFORCES: bool = true;
    const LOGS: bool = true;
    const REPORTS: bool = true;
    const THROTTLES: bool = true;
    const TRACKS: bool = true;
    const SHARES: bool = true;
}

/// For those of workspaces that meet in servers alone, which answer in advance.
pub(super) struct Apart;

impl Kernel for Apart {
    const ENFORCES: bool = false;
    const LOGS: bool = false;
    const REPORTS: bool = false;
    const THROTTLES: bool = false;
    const TRACKS: bool = true;
    const SHARES: bool = false;
}

/// For those in which an attempt is decided, charged and served in one go.
pub(super) struct Plain;

impl Kernel for Plain {
    const ENFORCES: bool = false;
    const LOGS: bool = false;
    const REPORTS: bool = false;
    const THROTTLES: bool = false;
    const TRACKS: bool = false;
    const SHARES: bool = false;
}
