//! Stations against the same, told nanosecond by nanosecond, and against theory.

mod theory;

use proptest::prelude::*;

use super::*;
use crate::random::Distribution;
use crate::scenario::{Aimd, Codel, Utilisation};
use crate::units::SimSpan;

/// An attempt that comes: when, to be served for how long, until when it waits, and in which line;
/// and whether it is kept where others are shed.
#[derive(Debug, Clone, Copy)]
struct Coming {
    at: u64,
    service: u64,
    deadline: u64,
    line: u32,
    kept: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    Refused,
    /// It was refused later.
    Shed(u64),
    Left(u64),
    /// When its service started and ended.
    Served(u64, u64),
}

/// What became of all, and: server time, waiting time, services ended and the longest queue inside
/// the window.
type Course = (Vec<Became>, (u128, u128, u64, u32));

fn backend(discipline: Discipline, shed: Option<Shed>, limit: Option<u32>) -> Backend {
    let service = Distribution::Constant(0.0);
    let backend = Backend::new(BackendScope::Platform, Some(1), service);
    Backend { queue_limit: limit, discipline, shed, ..backend }
}

/// Lets a station serve them.
fn served(backend: &Backend, capacity: &Capacity, window: Window, coming: &[Coming]) -> Course {
    let at = SimTime::from_nanos;
    let mut station = Station::new(backend, capacity.clone(), window);
    let mut measures = BackendMeasures::new(window, SimSpan::from_nanos(7), 1_000);
    let mut became = vec![None; coming.len()];
    let mut all = coming.iter().enumerate().peekable();
    loop {
        let next = station.next();
        let arrival = all.next_if(|(_, it)| next.is_none_or(|next| at(it.at) < next));
        if let Some((number, it)) = arrival {
            let &Coming { at: now, service, deadline, line, kept } = it;
            if station.has_room(at(now), kept) {
                let of = (number as u32, 0);
                let service = SimSpan::from_nanos(service);
                let arrival = Arrival { of, line, service, deadline: at(deadline) };
                station.enter(at(now), arrival, Some(&mut measures));
            } else {
                became[number] = Some(Became::Refused);
            }
            continue;
        }
        let Some(now) = next else { break };
        let Some(verdict) = station.step(Some(&mut measures)) else { continue };
        let now = now.nanos();
        let (number, _) = verdict.of;
        assert_eq!(verdict.arrived, at(coming[number as usize].at));
        let fate = match verdict.fate {
            Fate::Starts => continue,
            Fate::Ends { started } => Became::Served(started.nanos(), now),
            Fate::Leaves => Became::Left(now),
            Fate::Shed => Became::Shed(now),
        };
        let before = became[number as usize].replace(fate);
        assert_eq!(before, None, "{fate:?}");
    }
    let Work { busy, waiting, served, .. } = station.work();
    assert_eq!((busy, waiting, served), (measures.busy, measures.waiting, measures.served));
    let became = became.into_iter().map(|it| it.expect("something became of all"));
    (became.collect(), (busy, waiting, served, measures.queue_max))
}

/// The pseudocode of RFC 8289, sections 5.3 to 5.6, with its names, times in nanoseconds, and its
/// square root of floating point numbers.
#[derive(Debug, Default)]
struct CoDelQueue {
    first_above_time: u64,
    drop_next: u64,
    count: u32,
    lastcount: u32,
    dropping: bool,
}

impl CoDelQueue {
    /// Answers who was dequeued, and whether that is all right to drop.
    fn dodequeue(
        &mut self,
        codel: Codel,
        now: u64,
        queue: &mut Vec<usize>,
        coming: &[Coming],
    ) -> (Option<usize>, bool) {
        if queue.is_empty() {
            self.first_above_time = 0;
            return (None, false);
        }
        let packet = queue.remove(0);
        let sojourn_time = now - coming[packet].at;
        let mut ok_to_drop = false;
        if sojourn_time < codel.target.nanos() || queue.len() <= 1 {
            self.first_above_time = 0;
        } else if self.first_above_time == 0 {
            self.first_above_time = now + codel.interval.nanos();
        } else if now >= self.first_above_time {
            ok_to_drop = true;
        }
        (Some(packet), ok_to_drop)
    }

    fn deque(
        &mut self,
        codel: Codel,
        now: u64,
        queue: &mut Vec<usize>,
        (coming, dropped): (&[Coming], &mut Vec<usize>),
    ) -> Option<usize> {
        let interval = codel.interval.nanos();
        let control_law =
            |t: u64, count: u32| t + (interval as f64 / f64::from(count).sqrt()).floor() as u64;
        let (mut p, mut ok_to_drop) = self.dodequeue(codel, now, queue, coming);
        if self.dropping {
            if !ok_to_drop {
                self.dropping = false;
            }
            while now >= self.drop_next && self.dropping {
                dropped.extend(p);
                self.count += 1;
                (p, ok_to_drop) = self.dodequeue(codel, now, queue, coming);
                if ok_to_drop {
                    self.drop_next = control_law(self.drop_next, self.count);
                } else {
                    self.dropping = false;
                }
            }
        } else if ok_to_drop {
            dropped.extend(p);
            (p, _) = self.dodequeue(codel, now, queue, coming);
            self.dropping = true;
            let delta = self.count - self.lastcount;
            self.count = 1;
            if delta > 1 && (now as i64 - self.drop_next as i64) < 16 * interval as i64 {
                self.count = delta;
            }
            self.drop_next = control_law(now, self.count);
            self.lastcount = self.count;
        }
        p
    }
}

/// Everybody, told nanosecond by nanosecond.
struct ByTheNanosecond<'a> {
    discipline: Discipline,
    shed: Option<&'a Shed>,
    limit: Option<u32>,
    coming: &'a [Coming],
    became: Vec<Option<Became>>,
    /// In the order in which they came.
    waiting: Vec<usize>,
    /// The lines in which somebody waits, in their turn.
    round: Vec<u32>,
    /// Who is served, from when and until when.
    served: Vec<(usize, u64, u64)>,
    codel: CoDelQueue,
    aimd: u32,
    /// How many were there with each that was let in.
    present: Vec<u32>,
}

impl ByTheNanosecond<'_> {
    fn next(&mut self, now: u64) -> Option<usize> {
        if let Some(Shed::Codel(codel)) = self.shed {
            let mut dropped = Vec::new();
            let next =
                self.codel.deque(*codel, now, &mut self.waiting, (self.coming, &mut dropped));
            for it in dropped {
                self.became[it] = Some(Became::Shed(now));
            }
            return next;
        }
        let line = |it: &usize| self.coming[*it].line;
        let place = match self.discipline {
            Discipline::Lifo => self.waiting.len().checked_sub(1)?,
            Discipline::Fair => {
                let turn = *self.round.first()?;
                self.waiting.iter().position(|it| line(it) == turn)?
            }
            Discipline::Priority => {
                let first = self.waiting.iter().map(line).min()?;
                self.waiting.iter().position(|it| line(it) == first)?
            }
            _ => 0,
        };
        let next = (place < self.waiting.len()).then(|| self.waiting.remove(place))?;
        let turn = self.coming[next].line;
        self.round.retain(|it| *it != turn);
        if self.waiting.iter().any(|&it| self.coming[it].line == turn) {
            self.round.push(turn);
        }
        Some(next)
    }

    fn replied(&mut self, number: usize, now: u64) {
        let Some(Shed::Aimd(aimd)) = self.shed else { return };
        if now - self.coming[number].at > aimd.timeout.nanos() {
            self.dropped();
        } else if self.present[number] * 2 >= self.aimd {
            self.aimd = (self.aimd + 1).min(aimd.max);
        }
    }

    fn dropped(&mut self) {
        let Some(Shed::Aimd(aimd)) = self.shed else { return };
        let left = f64::from(self.aimd) * (f64::from(aimd.backoff_millionths) / 1e6);
        self.aimd = ((left + 1e-9).floor() as u32).max(aimd.min);
    }

    /// Whoever is done goes, and servers that are free are given to those who wait.
    fn serve(&mut self, now: u64, servers: u32) {
        loop {
            let mut ended: Vec<(usize, u64, u64)> =
                self.served.iter().copied().filter(|it| it.2 <= now).collect();
            self.served.retain(|it| it.2 > now);
            ended.sort_by_key(|it| it.0);
            for (number, started, _) in &ended {
                self.became[*number] = Some(Became::Served(*started, now));
                self.replied(*number, now);
            }
            let mut starts = false;
            while self.served.len() < servers as usize {
                let Some(next) = self.next(now) else { break };
                self.served.push((next, now, now + self.coming[next].service));
                starts = true;
            }
            if ended.is_empty() && !starts {
                break;
            }
        }
    }

    fn lose_patience(&mut self, now: u64) {
        let mut left: Vec<usize> =
            self.waiting.iter().copied().filter(|&it| self.coming[it].deadline <= now).collect();
        left.sort_by_key(|&it| (self.coming[it].deadline, it));
        for number in left {
            self.waiting.retain(|it| *it != number);
            let line = self.coming[number].line;
            if !self.waiting.iter().any(|&it| self.coming[it].line == line) {
                self.round.retain(|it| *it != line);
            }
            self.became[number] = Some(Became::Left(now));
            self.dropped();
        }
    }

    fn comes(&mut self, number: usize, now: u64, servers: u32) {
        let Coming { deadline, line, kept, .. } = self.coming[number];
        let (busy, waiting) = (self.served.len() as u32, self.waiting.len() as u32);
        let is_shed = match self.shed {
            Some(Shed::Utilisation(it)) => {
                let share = f64::from(busy) / f64::from(servers);
                !kept && servers < u32::MAX && share > it.above.as_f64()
            }
            Some(Shed::Aimd(_)) => busy + waiting >= self.aimd,
            _ => false,
        };
        self.present[number] = busy + waiting + 1;
        if is_shed {
            self.became[number] = Some(Became::Refused);
        } else if busy < servers || self.limit.is_none_or(|limit| waiting < limit) {
            if busy < servers || deadline > now {
                self.waiting.push(number);
                if !self.round.contains(&line) {
                    self.round.push(line);
                }
            } else {
                self.became[number] = Some(Became::Left(now));
                self.dropped();
            }
            self.serve(now, servers);
        } else {
            self.became[number] = Some(Became::Refused);
            self.dropped();
        }
    }
}

/// The course of things where servers are not shared.
fn by_the_nanosecond(
    backend: &Backend,
    capacity: &Capacity,
    window: Window,
    coming: &[Coming],
) -> Course {
    let nobody = vec![None; coming.len()];
    let mut all = ByTheNanosecond {
        discipline: backend.discipline,
        shed: backend.shed.as_ref(),
        limit: backend.queue_limit,
        coming,
        became: nobody,
        waiting: Vec::new(),
        round: Vec::new(),
        served: Vec::new(),
        codel: CoDelQueue::default(),
        aimd: match &backend.shed {
            Some(Shed::Aimd(aimd)) => aimd.initial,
            _ => 0,
        },
        present: vec![0; coming.len()],
    };
    let (mut busy, mut waited, mut longest) = (0, 0, 0);
    let mut next = 0;
    for now in 0.. {
        if next == coming.len() && all.waiting.is_empty() && all.served.is_empty() {
            break;
        }
        let servers = capacity.at(SimTime::from_nanos(now)).unwrap_or(u32::MAX);
        all.serve(now, servers);
        all.lose_patience(now);
        let inside = window.contains(SimTime::from_nanos(now));
        while next < coming.len() && coming[next].at == now {
            all.comes(next, now, servers);
            next += 1;
            if inside {
                longest = longest.max(all.waiting.len());
            }
        }
        if inside {
            busy += all.served.len() as u128;
            waited += all.waiting.len() as u128;
            // What is there when the window begins counts.
            if now == window.from.nanos() {
                longest = longest.max(all.waiting.len());
            }
        }
    }
    let became: Vec<Became> = all.became.into_iter().map(Option::unwrap).collect();
    let is_inside = |it: &&Became| match it {
        Became::Served(_, ended) => window.contains(SimTime::from_nanos(*ended)),
        _ => false,
    };
    let ended = became.iter().filter(is_inside).count() as u64;
    (became, (busy, waited, ended, longest as u32))
}

/// The course of things where servers are shared, of which each attains a whole number of parts in
/// every nanosecond.
fn shared_by_the_nanosecond(
    backend: &Backend,
    capacity: &Capacity,
    window: Window,
    coming: &[Coming],
) -> Course {
    /// The least common multiple of 1 to 12.
    const PARTS: u64 = 27_720;
    let mut became = vec![None; coming.len()];
    let mut present: Vec<(usize, u64)> = Vec::new();
    let (mut busy, mut waited, mut longest, mut next) = (0, 0, 0, 0);
    for now in 0.. {
        if next == coming.len() && present.is_empty() {
            break;
        }
        let servers = u64::from(capacity.at(SimTime::from_nanos(now)).unwrap_or(u32::MAX));
        let mut go = |present: &mut Vec<(usize, u64)>| {
            present.retain(|&(number, attained)| {
                let done = attained >= coming[number].service * PARTS;
                if done {
                    became[number] = Some(Became::Served(coming[number].at, now));
                }
                !done
            });
        };
        go(&mut present);
        let inside = window.contains(SimTime::from_nanos(now));
        let mut refused = Vec::new();
        while next < coming.len() && coming[next].at == now {
            let beyond = (present.len() as u64).saturating_sub(servers);
            let has_room = (present.len() as u64) < servers
                || backend.queue_limit.is_none_or(|limit| beyond < u64::from(limit));
            let share = present.len().min(servers as usize) as f64 / servers as f64;
            let is_shed = match &backend.shed {
                Some(Shed::Utilisation(it)) => !coming[next].kept && share > it.above.as_f64(),
                _ => false,
            };
            if has_room && !is_shed {
                present.push((next, 0));
                go(&mut present);
                if inside {
                    longest = longest.max((present.len() as u64).saturating_sub(servers));
                }
            } else {
                refused.push(next);
            }
            next += 1;
        }
        for it in refused {
            became[it] = Some(Became::Refused);
        }
        let n = present.len() as u64;
        assert!(n <= 12, "{n} cannot share exactly");
        let served = n.min(servers);
        if inside {
            busy += u128::from(served);
            waited += u128::from(n - served);
            longest = longest.max(n - served);
        }
        for it in &mut present {
            it.1 += PARTS * served / n;
        }
    }
    let became: Vec<Became> = became.into_iter().map(Option::unwrap).collect();
    let is_inside = |it: &&Became| match it {
        Became::Served(_, ended) => window.contains(SimTime::from_nanos(*ended)),
        _ => false,
    };
    let ended = became.iter().filter(is_inside).count() as u64;
    (became, (busy, waited, ended, longest as u32))
}

fn coming(gaps: Vec<(u64, u64, u64, u32)>) -> Vec<Coming> {
    let mut now = 0;
    gaps.into_iter()
        .map(|(gap, service, patience, line)| {
            now += gap;
            // Some have lost it before they come, some never do.
            let deadline =
                if patience > 60 { u64::MAX } else { (now + patience).saturating_sub(5) };
            Coming { at: now, service, deadline, line: line % 4, kept: line > 5 }
        })
        .collect()
}

fn arrivals() -> impl Strategy<Value = Vec<Coming>> {
    prop::collection::vec((0..20_u64, 0..40_u64, 0..90_u64, 0..8_u32), 1..80).prop_map(coming)
}

fn capacities() -> impl Strategy<Value = Capacity> {
    let changes =
        prop::collection::btree_map(1..400_u64, prop::option::weighted(0.9, 1..5_u32), 0..6);
    (1..4_u32, changes).prop_map(|(first, changes)| {
        let changes = changes.into_iter().map(|(now, servers)| (SimTime::from_nanos(now), servers));
        Capacity::new(Some(first), changes.collect())
    })
}

fn windows() -> impl Strategy<Value = Window> {
    (0..300_u64, 1..600_u64).prop_map(|(from, length)| Window {
        from: SimTime::from_nanos(from),
        until: SimTime::from_nanos(from + length),
    })
}

fn shedding() -> impl Strategy<Value = Option<Shed>> {
    let nanos = SimSpan::from_nanos;
    let above = prop::sample::select(vec!["0%", "30%", "50%", "75%", "100%"]);
    prop_oneof![
        Just(None),
        (1..30_u64, 1..60_u64).prop_map(move |(target, interval)| {
            Some(Shed::Codel(Codel { target: nanos(target), interval: nanos(interval) }))
        }),
        above.prop_map(|above| {
            let keep = Vec::new();
            Some(Shed::Utilisation(Utilisation { above: above.parse().unwrap(), keep }))
        }),
        (1..4_u32, 0..4_u32, 0..9_u32, 500_000..1_000_000_u32, 1..80_u64).prop_map(
            move |(min, more, still, backoff_millionths, timeout)| {
                let (initial, max) = (min + more, min + more + still);
                let timeout = nanos(timeout);
                Some(Shed::Aimd(Aimd { initial, min, max, backoff_millionths, timeout }))
            }
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn disciplines_are_those_told_by_the_nanosecond(
        discipline in prop::sample::select(
            vec![Discipline::Fifo, Discipline::Lifo, Discipline::Fair, Discipline::Priority]
        ),
        coming in arrivals(),
        shed in shedding(),
        capacity in capacities(),
        limit in prop::option::weighted(0.8, 0..6_u32),
        window in windows(),
    ) {
        // The pseudocode has a queue of one kind.
        let is_codel = matches!(shed, Some(Shed::Codel(_)));
        let discipline = if is_codel { Discipline::Fifo } else { discipline };
        let one_line = matches!(discipline, Discipline::Fifo | Discipline::Lifo);
        let mut coming = coming;
        for it in &mut coming {
            it.line = if one_line { 0 } else { it.line };
        }
        let backend = backend(discipline, shed, limit);
        let course = served(&backend, &capacity, window, &coming);
        prop_assert_eq!(course, by_the_nanosecond(&backend, &capacity, window, &coming));
    }

    #[test]
    fn sharing_is_that_told_by_the_nanosecond(
        coming in arrivals(),
        shed in shedding(),
        capacity in capacities(),
        limit in 0..8_u32,
        window in windows(),
    ) {
        let shed = shed.filter(|shed| matches!(shed, Shed::Utilisation(_)));
        let changes = capacity.stretches(SimTime::ZERO, SimTime::from_nanos(400));
        let changes = changes.map(|(at, _, servers)| (at, Some(servers.unwrap_or(4))));
        // No more than twelve are there at once.
        let capacity = Capacity::new(capacity.first(), changes.collect());
        let backend = backend(Discipline::ProcessorSharing, shed, Some(limit));
        let course = served(&backend, &capacity, window, &coming);
        prop_assert_eq!(course, shared_by_the_nanosecond(&backend, &capacity, window, &coming));
    }

    /// First in first out is known on arrival: that is another way to the same.
    #[test]
    fn who_came_first_is_served_as_it_is_known_on_arrival(
        coming in arrivals(),
        capacity in capacities(),
        limit in prop::option::weighted(0.8, 0..6_u32),
        window in windows(),
    ) {
        let at = SimTime::from_nanos;
        let backend = backend(Discipline::Fifo, None, limit);
        let coming: Vec<Coming> = coming.into_iter().map(|it| Coming { line: 0, ..it }).collect();
        let (became, (busy, waiting, ended, longest)) =
            served(&backend, &capacity, window, &coming);
        let mut servers = super::super::servers::Servers::new(capacity, limit, window.from);
        let mut measures = BackendMeasures::new(window, SimSpan::from_nanos(7), 1_000);
        for (it, became) in coming.iter().zip(became) {
            let known = if servers.has_room(at(it.at)) {
                match servers.place(at(it.at), SimSpan::from_nanos(it.service), at(it.deadline)) {
                    Ok(place) => {
                        measures.served(at(it.at), place.started, place.ended, place.queue);
                        Became::Served(place.started.nanos(), place.ended.nanos())
                    }
                    Err(gone) => {
                        measures.waited(at(it.at), gone.at, gone.queue);
                        Became::Left(gone.at.nanos())
                    }
                }
            } else {
                Became::Refused
            };
            prop_assert_eq!(known, became);
        }
        prop_assert_eq!((measures.busy, measures.waiting), (busy, waiting));
        prop_assert_eq!((measures.served, measures.queue_max), (ended, longest));
    }
}
