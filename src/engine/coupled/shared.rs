//! What workspaces that meet share: servers, limits, and what is measured of them.

use crate::engine::cell::{Waiter, World};
use crate::engine::journal::Journal;
use crate::engine::model::{GroupModel, plans};
use crate::engine::servers::Servers;
use crate::engine::station::{Station, Verdict};
use crate::measure::{BackendMeasures, Capacity, Frame, GroupFrame, GroupMeasures, Window};
use crate::rules::{Platform, PlatformBook};
use crate::scenario::{Backend, BackendScope, Scenario};
use crate::units::SimTime;

/// Servers, as far as there are any.
#[derive(Default)]
pub(in crate::engine) struct Serving {
    pub(in crate::engine) servers: Option<Servers>,
    /// In place of the servers, where completions are events.
    pub(in crate::engine) station: Option<Station>,
}

/// What the workspaces share in one replication.
pub(in crate::engine) struct Shared<'a> {
    pub(in crate::engine) serving: Serving,
    pub(in crate::engine) limits: Option<Platform>,
    pub(in crate::engine) measures: Option<BackendMeasures>,
    pub(in crate::engine) journal: Option<Journal<'a>>,
}

impl Serving {
    pub(in crate::engine) fn new(backend: &Backend, capacity: Capacity, window: Window) -> Self {
        if backend.has_completions() {
            let station = Some(Station::new(backend, capacity, window));
            return Self { servers: None, station };
        }
        let servers = Some(Servers::new(capacity, backend.queue_limit, window.from));
        Self { servers, station: None }
    }
}

impl Shared<'_> {
    pub(in crate::engine) fn new(scenario: &Scenario, frame: &Frame) -> Self {
        let backend = scenario.backend.as_ref();
        let backend = backend.filter(|backend| backend.scope == BackendScope::Platform);
        let throttles = &scenario.throttles;
        let limits = (!throttles.is_empty())
            .then(|| Platform::new(PlatformBook::new(throttles), plans(scenario).len()));
        let serving = Serving::default();
        let mut shared = Self { serving, limits, measures: None, journal: None };
        if let Some(backend) = backend {
            let capacity = Capacity::new(backend.servers, backend.changes.clone());
            let mut measures = BackendMeasures::new(frame.all.window, frame.bin, frame.bins());
            if capacity.changes() {
                let until = SimTime::ZERO + scenario.duration;
                measures.has_servers(&capacity, frame.bin, until);
            }
            shared.serving = Serving::new(backend, capacity, frame.all.window);
            shared.measures = Some(measures);
        }
        shared
    }

    /// When the station that all share has something to do.
    pub(in crate::engine) fn next(&mut self) -> Option<SimTime> {
        self.serving.station.as_mut().and_then(Station::next)
    }

    /// Has it do what is due next.
    pub(in crate::engine) fn step(&mut self) -> Option<Verdict> {
        self.serving.station.as_mut()?.step(self.measures.as_mut())
    }

    /// Has the servers be measured until the instant at which a run was interrupted, of a window
    /// that goes on until `until`.
    pub(in crate::engine) fn cut(&mut self, at: SimTime, until: SimTime) {
        if let Some(station) = &mut self.serving.station {
            station.pass(at, self.measures.as_mut());
        } else if let Some(measures) = &mut self.measures
            && let Some(ahead) = self.serving.servers.as_ref().and_then(|it| it.ahead(at, until))
        {
            measures.cut(&ahead);
        }
    }

    /// Whose turn it is that waited for a place of a limit over everybody.
    pub(in crate::engine) fn next_admitted(&mut self) -> Option<Waiter> {
        self.limits.as_mut()?.next_admitted().map(Waiter::from)
    }

    /// What a workspace acts upon besides itself: of its group, of its own, and by its number among all
    /// and in its group.
    #[inline]
    pub(in crate::engine) fn world<'w>(
        &'w mut self,
        (model, frame): (&'w GroupModel, &'w GroupFrame),
        measures: &'w mut GroupMeasures,
        own: &'w mut Serving,
        (number, group, index): (u32, usize, u32),
    ) -> World<'w> {
        if let Some(journal) = &mut self.journal {
            journal.turn_to(group, index);
        }
        World {
            model,
            frame,
            measures,
            servers: self.serving.servers.as_mut().or(own.servers.as_mut()),
            station: self.serving.station.as_mut().or(own.station.as_mut()),
            number,
            limits: self.limits.as_mut(),
            platform: self.measures.as_mut(),
            journal: self.journal.as_mut().map(|journal| journal as _),
            post: None,
        }
    }
}
