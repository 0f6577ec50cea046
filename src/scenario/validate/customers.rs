//! Customers of a workspace as a whole, and which of its agents their messages go to.

use super::super::at::At;
use super::super::types;
use super::lines::Lines;
use crate::workload::{Customers, Route, TrafficKind};

impl Lines<'_> {
    /// The customers of the group that stands at `at`; `None` if there are none, or if their
    /// traffic is at fault.
    pub(super) fn customers(&mut self, written: &types::Group, at: At<'_>) -> Option<Customers> {
        let (traffic_at, route_at) = (at.key("traffic"), at.key("route"));
        let route = match written.route {
            Some(types::Route::Random) | None => Route::Random,
            Some(types::Route::RoundRobin) => Route::RoundRobin,
            Some(types::Route::LeastBusy) => Route::LeastBusy,
            Some(types::Route::Sticky) => Route::Sticky,
        };
        if written.route.is_some() && written.traffic.is_none() && traffic_at.is_sound() {
            let message =
                "`route` says to which agents the group's `traffic` goes, and there is none";
            let hint = "traffic of a line goes to the agents of that line";
            self.findings.add_with_hint(route_at, message, hint);
        }
        let is_recorded = written.traffic.as_ref().is_some_and(|traffic| traffic.trace.is_some());
        if written.route.is_some() && is_recorded {
            let message = "`route` does not go with a `trace`";
            let hint = "each recorded message names the agent that it goes to";
            self.findings.add_with_hint(route_at, message, hint);
        }
        let traffic = self.traffic(written.traffic.as_ref(), None, traffic_at)?;
        let alone = match traffic.kind {
            TrafficKind::Rate(_) => Some("rate"),
            TrafficKind::Interarrival(_) => Some("interarrival"),
            // Custom traffic is not written in files.
            TrafficKind::Sessions { .. } | TrafficKind::Closed { .. } | TrafficKind::Custom(_) => {
                None
            }
        };
        if let Some(key) = alone.filter(|_| route == Route::Sticky) {
            let message = format!(
                "`sticky` keeps conversations and users with their agents, and each message of \
                 `{key}` is alone"
            );
            let hint = "`random` does the same; `sessions` and `closed` can be `sticky`";
            self.findings.add_with_hint(route_at, message, hint);
        }
        Some(Customers { traffic, route })
    }
}
