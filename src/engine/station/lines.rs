//! Who waits for a server, in the order in which they will be served.

use crate::scenario::Discipline;

/// No job, or no line.
const NONE: u32 = u32::MAX;

/// Jobs that wait, in lines: one line, or one for each workspace, agent or priority. Jobs are
/// numbers; each waits once at most. Whatever is done takes a time that does not grow with how many
/// wait.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    order: Discipline,
    all: Vec<Line>,
    /// Of the lines in which somebody waits, where the order is a round: whose turn is next, and
    /// whose is last.
    round: (u32, u32),
    /// The place of each job, by its number; of no meaning for one that does not wait.
    places: Vec<Place>,
    waiting: u32,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    first: u32,
    last: u32,
    /// The lines before it and behind it in the round.
    before: u32,
    behind: u32,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    line: u32,
    before: u32,
    behind: u32,
}

const EMPTY: Line = Line { first: NONE, last: NONE, before: NONE, behind: NONE };

impl Lines {
    /// Nobody waits.
    pub(super) const fn new(order: Discipline) -> Self {
        Self { order, all: Vec::new(), round: (NONE, NONE), places: Vec::new(), waiting: 0 }
    }

    /// Sends everybody away; the memory stays.
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.round = (NONE, NONE);
        self.waiting = 0;
    }

    /// How many wait.
    pub(super) const fn waiting(&self) -> u32 {
        self.waiting
    }

    /// Has a job wait at the end of a line. A line in which nobody waited joins the round at its
    /// end.
    pub(super) fn join(&mut self, job: u32, line: u32) {
        if self.all.len() <= line as usize {
            self.all.resize(line as usize + 1, EMPTY);
        }
        if self.places.len() <= job as usize {
            let nowhere = Place { line, before: NONE, behind: NONE };
            self.places.resize(job as usize + 1, nowhere);
        }
        let last = std::mem::replace(&mut self.all[line as usize].last, job);
        self.places[job as usize] = Place { line, before: last, behind: NONE };
        if last == NONE {
            self.all[line as usize].first = job;
            self.join_round(line);
        } else {
            self.places[last as usize].behind = job;
        }
        self.waiting += 1;
    }

    /// Takes the one who is served next. In a round its line goes to the end, if anybody still waits
    /// in it.
    pub(super) fn next(&mut self) -> Option<u32> {
        let job = match self.order {
            Discipline::Lifo => self.all.first()?.last,
            Discipline::Fair => self.all.get(self.round.0 as usize)?.first,
            Discipline::Fifo | Discipline::Priority | Discipline::ProcessorSharing => {
                self.all.iter().map(|line| line.first).find(|&first| first != NONE)?
            }
        };
        if job == NONE {
            return None;
        }
        let line = self.places[job as usize].line;
        self.leave(job);
        if self.order == Discipline::Fair && self.all[line as usize].first != NONE {
            self.leave_round(line);
            self.join_round(line);
        }
        Some(job)
    }

    /// Takes a job away that waits. A line in which nobody waits any more leaves the round.
    pub(super) fn leave(&mut self, job: u32) {
        let Place { line, before, behind } = self.places[job as usize];
        match before {
            NONE => self.all[line as usize].first = behind,
            before => self.places[before as usize].behind = behind,
        }
        match behind {
            NONE => self.all[line as usize].last = before,
            behind => self.places[behind as usize].before = before,
        }
        if self.all[line as usize].first == NONE {
            self.leave_round(line);
        }
        self.waiting -= 1;
    }

    fn join_round(&mut self, line: u32) {
        if self.order != Discipline::Fair {
            return;
        }
        let last = std::mem::replace(&mut self.round.1, line);
        (self.all[line as usize].before, self.all[line as usize].behind) = (last, NONE);
        match last {
            NONE => self.round.0 = line,
            last => self.all[last as usize].behind = line,
        }
    }

    fn leave_round(&mut self, line: u32) {
        if self.order != Discipline::Fair {
            return;
        }
        let Line { before, behind, .. } = self.all[line as usize];
        match before {
            NONE => self.round.0 = behind,
            before => self.all[before as usize].behind = behind,
        }
        match behind {
            NONE => self.round.1 = before,
            behind => self.all[behind as usize].before = before,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, with everybody in one list, in the order of arrival, and the round in another.
    struct ByHand {
        order: Discipline,
        all: Vec<(u32, u32)>,
        round: Vec<u32>,
    }

    impl ByHand {
        fn join(&mut self, job: u32, line: u32) {
            self.all.push((job, line));
            if !self.round.contains(&line) {
                self.round.push(line);
            }
        }

        fn leave(&mut self, job: u32) {
            self.all.retain(|it| it.0 != job);
            let Self { all, round, .. } = self;
            round.retain(|line| all.iter().any(|it| it.1 == *line));
        }

        fn next(&mut self) -> Option<u32> {
            let first_of = |line| self.all.iter().find(|it| it.1 == line);
            let &(job, line) = match self.order {
                Discipline::Lifo => self.all.last()?,
                Discipline::Fair => first_of(*self.round.first()?)?,
                Discipline::Priority => self.all.iter().min_by_key(|it| it.1)?,
                Discipline::Fifo | Discipline::ProcessorSharing => self.all.first()?,
            };
            self.leave(job);
            if let Some(place) = self.round.iter().position(|it| *it == line) {
                self.round.remove(place);
                self.round.push(line);
            }
            Some(job)
        }
    }

    #[test]
    fn a_round_takes_one_of_each_in_turn() {
        let mut lines = Lines::new(Discipline::Fair);
        // 0 has jobs 0, 1, 2; then 1 comes with 3, 4; then 2 with 5.
        for (job, line) in [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (5, 2)] {
            lines.join(job, line);
        }
        assert_eq!([0; 4].map(|_| lines.next()), [0, 3, 5, 1].map(Some));
        // 2 had left the round, and joins it at the end: behind 1, whose turn it is, and 0.
        lines.join(6, 2);
        assert_eq!([0; 4].map(|_| lines.next()), [Some(4), Some(2), Some(6), None]);
    }

    proptest! {
        #[test]
        fn lines_are_lists_told_by_hand(
            order in prop::sample::select(
                [Discipline::Fifo, Discipline::Lifo, Discipline::Fair, Discipline::Priority].to_vec()
            ),
            deeds in prop::collection::vec((0..4_u32, 0..4_u32), 1..120),
        ) {
            let mut lines = Lines::new(order);
            let mut by_hand = ByHand { order, all: Vec::new(), round: Vec::new() };
            for (job, (deed, line)) in (0..).zip(deeds) {
                let one_line = matches!(order, Discipline::Fifo | Discipline::Lifo);
                let line = if one_line { 0 } else { line };
                match deed {
                    0 | 1 => {
                        lines.join(job, line);
                        by_hand.join(job, line);
                    }
                    2 => prop_assert_eq!(lines.next(), by_hand.next()),
                    _ => {
                        let middle = by_hand.all.len() / 2;
                        if let Some(&(job, _)) = by_hand.all.get(middle) {
                            lines.leave(job);
                            by_hand.leave(job);
                        }
                    }
                }
                prop_assert_eq!(lines.waiting() as usize, by_hand.all.len());
            }
            while let Some(job) = by_hand.next() {
                prop_assert_eq!(lines.next(), Some(job));
            }
            prop_assert_eq!(lines.next(), None);
        }
    }
}
