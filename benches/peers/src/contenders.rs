//! Who takes part in which work.

use clap::ValueEnum;

use crate::engines::{desque, limitlab, nexosim, odem};
use crate::floor;
use crate::run::Stopwatch;
use crate::works::{Found, Part};

/// What a work is done by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Limitlab,
    Desque,
    #[value(name = "odem-rs")]
    Odem,
    Nexosim,
    Simpy,
    Ciw,
    /// Plain loops of our own.
    Floor,
}

impl Engine {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Limitlab => "limitlab",
            Self::Desque => "desque",
            Self::Odem => "odem-rs",
            Self::Nexosim => "nexosim",
            Self::Simpy => "SimPy",
            Self::Ciw => "Ciw",
            Self::Floor => "floor",
        }
    }
}

/// How a work is done once.
#[derive(Clone, Copy)]
pub(crate) enum Program {
    /// By this program.
    Here(fn(f64, &mut Stopwatch) -> Found),
    /// By a program in Python that imports a module.
    Python { module: &'static str, script: &'static str },
}

/// An engine and its way to do a part of a work.
#[derive(Clone, Copy)]
pub(crate) struct Contender {
    pub(crate) part: Part,
    pub(crate) engine: Engine,
    /// What is particular about its way.
    pub(crate) way: &'static str,
    /// How much of the work it does; less than 1 where all of it would take too long.
    pub(crate) fraction: f64,
    pub(crate) program: Program,
}

impl Contender {
    pub(crate) fn name(&self) -> String {
        let (engine, title) = (self.engine.name(), self.part.title());
        if self.way.is_empty() {
            return format!("{engine} at {title}");
        }
        format!("{engine} ({}) at {title}", self.way)
    }

    /// Whether it is a program in Python that imports a module.
    pub(crate) fn imports(&self, name: &str) -> bool {
        matches!(self.program, Program::Python { module, .. } if module == name)
    }
}

/// All of them, in the order of the tables.
pub(crate) fn contenders() -> Vec<Contender> {
    [one_queue(), pools(), larger(), timers()].concat()
}

const fn here(
    part: Part,
    engine: Engine,
    way: &'static str,
    work: fn(f64, &mut Stopwatch) -> Found,
) -> Contender {
    Contender { part, engine, way, fraction: 1.0, program: Program::Here(work) }
}

const fn python(
    part: Part,
    engine: Engine,
    fraction: f64,
    module: &'static str,
    script: &'static str,
) -> Contender {
    let program = Program::Python { module, script };
    Contender { part, engine, way: "", fraction, program }
}

/// limitlab on two threads.
const fn on_two(part: Part, work: fn(f64, &mut Stopwatch) -> Found) -> Contender {
    here(part, Engine::Limitlab, "all measured, two threads", work)
}

fn one_queue() -> Vec<Contender> {
    let part = Part::OneQueue;
    vec![
        here(part, Engine::Limitlab, "all measured", limitlab::one_queue),
        here(part, Engine::Desque, "", desque::one_queue),
        here(part, Engine::Odem, "", odem::one_queue),
        here(part, Engine::Nexosim, "", nexosim::one_queue),
        python(part, Engine::Simpy, 0.04, "simpy", "simpy_w1.py"),
        python(part, Engine::Ciw, 0.04, "ciw", "ciw_w1.py"),
        here(part, Engine::Floor, "a heap of two events", floor::two_events),
        here(part, Engine::Floor, "Lindley's recursion, without a calendar", floor::recursion),
    ]
}

fn pools() -> Vec<Contender> {
    let (world, apart) = (Part::OneWorld, Part::Apart);
    vec![
        here(world, Engine::Limitlab, "all measured, and a bucket for all", limitlab::one_world),
        here(world, Engine::Desque, "", desque::one_world),
        here(world, Engine::Odem, "", odem::one_world),
        here(world, Engine::Nexosim, "", nexosim::one_world),
        python(world, Engine::Simpy, 0.01, "simpy", "simpy_w2.py"),
        here(world, Engine::Floor, "a wheel of buckets", floor::wheel_world),
        here(apart, Engine::Limitlab, "all measured, one thread", limitlab::apart_on_one),
        on_two(apart, limitlab::apart_on_two),
        here(apart, Engine::Desque, "", desque::apart),
        here(apart, Engine::Odem, "", odem::apart),
        here(apart, Engine::Nexosim, "", nexosim::apart),
        here(apart, Engine::Floor, "all measured, in limitlab's ways", floor::measured),
        here(apart, Engine::Floor, "a 4-ary heap", floor::heap_apart),
        here(apart, Engine::Floor, "the least of twenty slots", floor::slots_apart),
    ]
}

fn larger() -> Vec<Contender> {
    vec![
        here(Part::Shared, Engine::Limitlab, "all measured, one thread", limitlab::shared_on_one),
        on_two(Part::Shared, limitlab::shared_on_two),
        here(Part::Shared, Engine::Floor, "a wheel of buckets", floor::shared),
        on_two(Part::Huge, limitlab::huge),
    ]
}

fn timers() -> Vec<Contender> {
    let part = Part::Timers;
    vec![
        here(part, Engine::Limitlab, "its calendar alone", limitlab::timers),
        here(part, Engine::Desque, "", desque::timers),
        here(part, Engine::Odem, "", odem::timers),
        here(part, Engine::Nexosim, "", nexosim::timers),
        python(part, Engine::Simpy, 0.1, "simpy", "simpy_w6.py"),
        here(part, Engine::Floor, "the heap of std", floor::binary_heap),
        here(part, Engine::Floor, "a 4-ary heap", floor::four_ary_heap),
        here(part, Engine::Floor, "a wheel of buckets", floor::wheel),
    ]
}
