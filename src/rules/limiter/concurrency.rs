//! The concurrency limiter: so many attempts in flight at once.

/// Counts attempts in flight against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Concurrency {
    in_flight: u32,
}

impl Concurrency {
    /// Whether one more attempt has room under `limit`.
    pub const fn has_room(self, limit: u32) -> bool {
        self.in_flight < limit
    }

    /// Takes the place that [`has_room`](Self::has_room) found.
    pub fn take(&mut self) {
        self.in_flight += 1;
    }

    /// Gives a place back: the attempt was replied to, or refused further on.
    ///
    /// # Panics
    ///
    /// If nothing is in flight: an attempt was released twice.
    pub fn release(&mut self) {
        assert!(self.in_flight > 0, "a place was released that nobody held");
        self.in_flight -= 1;
    }
}
