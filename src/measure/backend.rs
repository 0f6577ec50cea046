//! What the servers of a backend did.

use super::capacity::Capacity;
use super::series::{Track, add_all};
use super::window::Window;
use crate::units::{SimSpan, SimTime};

/// The work of a backend: of the platform's, or of those of a group's workspaces together.
#[derive(Debug, Clone)]
pub struct BackendMeasures {
    window: Window,
    /// Server time spent serving, inside the window \[ns\].
    pub busy: u128,
    /// Time spent waiting in the queue by all attempts, inside the window \[ns\].
    pub waiting: u128,
    /// Attempts whose service ended inside the window.
    pub served: u64,
    /// Attempts whose service ends inside the window or after it.
    placed: u64,
    /// The longest queue inside the window, in one workspace or on the platform.
    pub queue_max: u32,
    /// Waiting time by bin \[ns\].
    pub waiting_series: Track,
    /// Serving time by bin \[ns\].
    pub busy_series: Track,
    /// Services that ended, by bin.
    pub served_series: Vec<u64>,
    /// Server time by bin \[ns\], where the number of servers changes.
    pub capacity_series: Option<Track>,
}

/// What one attempt was to servers, inside the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Served {
    /// Server time \[ns\].
    pub busy: u64,
    /// Time in the queue \[ns\].
    pub waiting: u64,
    /// Whether its service ended.
    pub ended: bool,
}

/// What servers have been given to do after an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ahead {
    /// Server time, inside the window \[ns\].
    pub busy: u128,
    /// Waiting time, inside the window \[ns\].
    pub waiting: u128,
    /// Attempts whose service has not ended.
    pub attempts: u64,
}

impl BackendMeasures {
    /// Nothing served yet, in `bins` bins of `width`.
    pub fn new(window: Window, width: SimSpan, bins: usize) -> Self {
        Self {
            window,
            busy: 0,
            waiting: 0,
            served: 0,
            placed: 0,
            queue_max: 0,
            waiting_series: Track::new(width, bins),
            busy_series: Track::new(width, bins),
            served_series: vec![0; bins],
            capacity_series: None,
        }
    }

    /// Books how many servers there are until `until`, for one more workspace or for the platform.
    pub fn has_servers(&mut self, capacity: &Capacity, width: SimSpan, until: SimTime) {
        let bins = self.busy_series.bins();
        let series = self.capacity_series.get_or_insert_with(|| Track::new(width, bins));
        for (from, to, servers) in capacity.stretches(SimTime::ZERO, until) {
            series.add_times(from, to, servers.unwrap_or(0));
        }
    }

    /// Books an attempt that arrived, started and ended at these instants. If it waited, it made
    /// the queue `queue` long; before the window, so long as it is when the window begins.
    /// Answers what of it is inside the window.
    #[inline(always)]
    pub fn served(
        &mut self,
        arrived: SimTime,
        started: SimTime,
        ended: SimTime,
        queue: u32,
    ) -> Served {
        // The last bin can reach beyond the run; what is finished after it is not in the series.
        let Window { from, until } = self.window;
        let waiting = self.waited(arrived, started, queue);
        let (begin, end) = (started.min(until), ended.min(until));
        let bin = self.busy_series.add(begin, end);
        let busy = end.since(begin.max(from)).nanos();
        self.busy += u128::from(busy);
        let is_placed = ended >= from;
        let has_ended = is_placed && ended < until;
        self.served += u64::from(has_ended);
        if ended < until {
            self.served_series[bin] += 1;
        }
        self.placed += u64::from(is_placed);
        Served { busy, waiting, ended: has_ended }
    }

    /// Books the wait of an attempt that arrived and left the queue at these instants, to be served
    /// or since its customer lost patience. If it waited, it made the queue `queue` long. Answers how
    /// much of the wait is inside the window \[ns\].
    #[inline(always)]
    pub fn waited(&mut self, arrived: SimTime, left: SimTime, queue: u32) -> u64 {
        if left > arrived { self.queued_for(arrived, left, queue) } else { 0 }
    }

    fn queued_for(&mut self, arrived: SimTime, left: SimTime, queue: u32) -> u64 {
        let until = self.window.until;
        let waiting = self.window.overlap(arrived, left);
        self.waiting += u128::from(waiting);
        self.waiting_series.add(arrived.min(until), left.min(until));
        if arrived < until {
            self.queue_max = self.queue_max.max(queue);
        }
        waiting
    }

    /// Books that so many servers were busy, and so many attempts waited, from one instant to
    /// another.
    pub fn stood(&mut self, from: SimTime, to: SimTime, (busy, waiting): (u32, u32)) {
        let Window { until, .. } = self.window;
        let inside = u128::from(self.window.overlap(from, to));
        let (from, to) = (from.min(until), to.min(until));
        if busy > 0 {
            self.busy += inside * u128::from(busy);
            self.busy_series.add_times(from, to, busy);
        }
        if waiting > 0 {
            self.waiting += inside * u128::from(waiting);
            self.waiting_series.add_times(from, to, waiting);
        }
        if inside > 0 {
            // Servers that share may go, and leave more beyond them: that is no arrival.
            self.queue_max = self.queue_max.max(waiting);
        }
    }

    /// Books that an attempt arrived, with which the queue is so long.
    pub fn queued(&mut self, arrived: SimTime, queue: u32) {
        if self.window.contains(arrived) {
            self.queue_max = self.queue_max.max(queue);
        }
    }

    /// Books that a service ended.
    pub fn ended(&mut self, at: SimTime) {
        self.served += u64::from(self.window.contains(at));
        if at < self.window.until {
            self.served_series[self.busy_series.bin(at)] += 1;
        }
    }

    /// Takes back what was booked of the time after the instant at which a run was interrupted.
    pub fn cut(&mut self, ahead: &Ahead) {
        self.busy -= ahead.busy;
        self.waiting -= ahead.waiting;
        self.served = self.placed - ahead.attempts;
    }

    /// Adds what another one booked.
    pub fn merge(&mut self, other: &Self) {
        self.busy += other.busy;
        self.waiting += other.waiting;
        self.served += other.served;
        self.placed += other.placed;
        self.queue_max = self.queue_max.max(other.queue_max);
        self.waiting_series.merge(&other.waiting_series);
        self.busy_series.merge(&other.busy_series);
        add_all(&mut self.served_series, &other.served_series);
        match (&mut self.capacity_series, &other.capacity_series) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_ends_with_the_run_also_inside_a_bin() {
        let at = SimTime::from_nanos;
        let window = Window { from: SimTime::ZERO, until: at(25) };
        let mut measures = BackendMeasures::new(window, SimSpan::from_nanos(10), 3);
        measures.served(at(18), at(22), at(29), 1);
        measures.served(at(26), at(27), at(28), 1);
        assert_eq!(measures.waiting_series.times(), [0, 2, 2]);
        assert_eq!(measures.busy_series.times(), [0, 0, 3]);
        assert_eq!((measures.waiting, measures.busy), (4, 3));
    }
}
