//! The concurrency limiter: so many attempts in flight at once, and perhaps a queue for more.

use std::collections::VecDeque;

/// Counts attempts in flight against a limit. Those that find no place may wait for one, first come
/// first served.
///
/// An attempt is known by a number of the caller's, its *ticket*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concurrency {
    limit: u32,
    queue: u32,
    in_flight: u32,
    /// Of these the ones that are over, and whose places were not given back.
    lost: u32,
    /// The tickets of those that wait: none while there is a place.
    waiting: VecDeque<u64>,
}

impl Concurrency {
    /// Nothing in flight, and room for `limit` attempts at once and `queue` more that wait.
    pub const fn new(limit: u32, queue: u32) -> Self {
        Self { limit, queue, in_flight: 0, lost: 0, waiting: VecDeque::new() }
    }

    /// Room for any number: what counts attempts on a plan that does not limit them.
    pub const fn unlimited() -> Self {
        Self::new(u32::MAX, 0)
    }

    /// Whether one more attempt has a place, or may wait for one.
    #[inline]
    pub fn has_room(&self) -> bool {
        !self.is_full() || self.waiting.len() < self.queue as usize
    }

    /// Whether one more attempt would wait for a place.
    #[inline]
    pub const fn is_full(&self) -> bool {
        self.in_flight >= self.limit
    }

    /// Takes the place that [`has_room`](Self::has_room) found. Answers whether it is one in the
    /// queue, which [`release`](Self::release) or [`limit_to`](Self::limit_to) will name.
    #[inline]
    pub fn take(&mut self, ticket: u64) -> bool {
        let waits = self.is_full();
        if waits {
            self.waiting.push_back(ticket);
        } else {
            self.in_flight += 1;
        }
        waits
    }

    /// Takes a place whether there is one or not; answers as [`take`](Self::take) does. One that finds
    /// no room, not even in the queue, does not wait.
    pub fn take_anyway(&mut self, ticket: u64) -> bool {
        let has_room = self.has_room();
        self.in_flight += u32::from(!has_room);
        has_room && self.take(ticket)
    }

    /// Gives a place back: the attempt was replied to, or refused further on. Answers the ticket of
    /// the one that has waited longest and has a place now.
    ///
    /// # Panics
    ///
    /// If nothing is in flight: an attempt was released twice.
    #[inline]
    pub fn release(&mut self) -> Option<u64> {
        assert!(self.in_flight > 0, "a place was released that nobody held");
        self.in_flight -= 1;
        self.admit_next()
    }

    /// An attempt is over, and its place is not given back.
    ///
    /// # Panics
    ///
    /// If no attempt is in flight that is not over.
    pub fn lose(&mut self) {
        assert!(self.in_flight > self.lost, "a place was lost that nobody held");
        self.lost += 1;
    }

    /// Gives back a place that was [lost](Self::lose). Answers as [`release`](Self::release) does.
    ///
    /// # Panics
    ///
    /// If none was.
    pub fn find(&mut self) -> Option<u64> {
        assert!(self.lost > 0, "a place was found that nobody lost");
        self.lost -= 1;
        self.release()
    }

    /// Whether one more attempt would have a place, or might wait for one, if no place had been lost.
    pub fn has_room_really(&self) -> bool {
        let free = self.limit.saturating_sub(self.in_flight - self.lost) as usize;
        let waiting = self.waiting.len();
        waiting < free || waiting - free < self.queue as usize
    }

    /// An attempt is given up that has a place or waits for one. Answers as
    /// [`release`](Self::release) does.
    ///
    /// # Panics
    ///
    /// As [`release`](Self::release).
    pub fn leave(&mut self, ticket: u64) -> Option<u64> {
        if let Some(place) = self.waiting.iter().position(|&waiting| waiting == ticket) {
            self.waiting.remove(place);
            return None;
        }
        self.release()
    }

    /// Has other numbers hold from now on. Whoever is in flight stays, and whoever waits goes on
    /// waiting, as far as there is no place now: `admitted` takes the tickets of those that have one.
    pub fn limit_to(&mut self, limit: u32, queue: u32, admitted: &mut impl Extend<u64>) {
        (self.limit, self.queue) = (limit, queue);
        while let Some(ticket) = self.admit_next() {
            admitted.extend([ticket]);
        }
    }

    fn admit_next(&mut self) -> Option<u64> {
        let next = if self.is_full() { None } else { self.waiting.pop_front() };
        self.in_flight += u32::from(next.is_some());
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether an attempt is let in, and whether it waits then.
    fn admit(places: &mut Concurrency, ticket: u64) -> Option<bool> {
        places.has_room().then(|| places.take(ticket))
    }

    #[test]
    fn as_many_as_the_limit_are_in_flight_and_as_many_as_the_queue_wait() {
        let mut places = Concurrency::new(2, 1);
        let answers = [0, 1, 2, 3].map(|ticket| admit(&mut places, ticket));
        assert_eq!(answers, [Some(false), Some(false), Some(true), None]);
        // A place that is freed is the longest waiting one's, not the next comer's.
        assert_eq!(places.release(), Some(2));
        assert_eq!(admit(&mut places, 4), Some(true));
        assert_eq!([places.release(), places.release(), places.release()], [Some(4), None, None]);
        assert_eq!(admit(&mut places, 5), Some(false));
    }

    #[test]
    fn without_a_queue_nobody_waits() {
        let mut places = Concurrency::new(1, 0);
        assert_eq!([admit(&mut places, 0), admit(&mut places, 1)], [Some(false), None]);
        assert_eq!(places.release(), None);
        assert_eq!(admit(&mut places, 1), Some(false));
    }

    #[test]
    fn whoever_gives_up_leaves_the_queue_or_frees_a_place() {
        let mut places = Concurrency::new(1, 3);
        (0..4).for_each(|ticket| assert!(admit(&mut places, ticket).is_some()));
        assert_eq!(places.leave(2), None);
        assert_eq!(places.leave(0), Some(1));
        assert_eq!(places.release(), Some(3));
    }

    #[test]
    fn a_higher_limit_admits_who_waits_and_a_lower_one_ends_nobody() {
        let mut places = Concurrency::new(1, 5);
        (0..5).for_each(|ticket| assert!(admit(&mut places, ticket).is_some()));
        let mut admitted = Vec::new();
        places.limit_to(3, 5, &mut admitted);
        assert_eq!(admitted, [1, 2]);
        places.limit_to(2, 0, &mut admitted);
        assert_eq!(admitted, [1, 2]);
        assert!(!places.has_room());
        // Three in flight under a limit of two: the first that ends frees no place.
        assert_eq!([places.release(), places.release()], [None, Some(3)]);
        places.limit_to(u32::MAX, 0, &mut admitted);
        assert_eq!(admitted, [1, 2, 4]);
    }

    #[test]
    #[should_panic(expected = "a place was released that nobody held")]
    fn a_place_is_released_once() {
        Concurrency::new(1, 0).release();
    }
}
