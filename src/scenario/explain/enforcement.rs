//! How decisions are made, in words.

use std::fmt::Write;

use super::super::model::Scenario;
use super::super::words::{counted, credits as amount};
use super::theory::in_theory;
use crate::enforcement::{
    Charging, DuplicateDelivery, Enforcement, Estimate, Faults, LateRenewal, LostRelease, Nodes,
    OnUnavailable, Routing, Strategy,
};
use crate::rules::Below;

/// Says how decisions are made, unless that is the ideal.
pub(super) fn describe_enforcement(text: &mut String, scenario: &Scenario) {
    let enforcement = &scenario.enforcement;
    if enforcement.is_ideal() {
        return;
    }
    let _ = write!(text, "enforcement: {}", strategy(&enforcement.strategy));
    if !enforcement.decision_time.is_zero() {
        let rows = if enforcement.rows() > 1 { " on its node" } else { "" };
        let time = enforcement.decision_time;
        let _ = write!(text, "; each decision keeps its workspace's row{rows} busy for {time}");
    }
    text.push_str(&charging(&enforcement.charging));
    if enforcement.keeps_on_refusal {
        text.push_str("; limits of rates keep what a message took that is refused further on");
    }
    text.push('\n');
    for line in faults(enforcement) {
        let _ = writeln!(text, "  {line}");
    }
    for line in in_theory(scenario) {
        let _ = writeln!(text, "  in theory {line}");
    }
}

/// What goes wrong, a sentence each.
fn faults(enforcement: &Enforcement) -> Vec<String> {
    let mut said = Vec::new();
    let Faults { lost_release, duplicate_delivery, clock_skew, node_restart, late_renewal } =
        enforcement.faults;
    if enforcement.unavailable {
        said.push(unavailable(enforcement));
    }
    if let Some(LostRelease { share, found_after }) = lost_release {
        let found = found_after
            .map_or_else(|| ", and never will".to_owned(), |after| format!(" until {after} later"));
        said.push(format!(
            "fault: of {share} of the attempts nobody hears that they are over{found}"
        ));
    }
    if let Some(DuplicateDelivery { share, after, idempotent }) = duplicate_delivery {
        let known = if idempotent { ", is known by its key, and changes nothing" } else { "" };
        said.push(format!(
            "fault: {share} of the attempts are delivered twice; the second comes {after} \
                           later{known}"
        ));
    }
    if let Some(most) = clock_skew {
        said.push(format!("fault: the clocks of nodes are off by up to {most}"));
    }
    if let Some(every) = node_restart {
        said.push(format!(
            "fault: each node restarts every {every} on average, and forgets what it has \
                           not told"
        ));
    }
    if let Some(LateRenewal { share, by }) = late_renewal {
        said.push(format!("fault: {share} of the nodes hear of a renewal {by} late"));
    }
    said
}

fn unavailable(enforcement: &Enforcement) -> String {
    let timeout = enforcement.timeout;
    let waits =
        if timeout.is_zero() { String::new() } else { format!(" after it waited for {timeout}") };
    match enforcement.on_unavailable {
        OnUnavailable::Refuse => format!("while it is unavailable, a message is refused{waits}"),
        OnUnavailable::Admit => {
            format!("while it is unavailable, a message is admitted{waits} without a decision")
        }
        OnUnavailable::Local => {
            "while it is unavailable, nodes decide by what they know, and hear nothing".to_owned()
        }
    }
}

fn charging(charging: &Charging) -> String {
    match *charging {
        Charging::OnAdmit => String::new(),
        Charging::OnComplete => {
            "; attempts are charged when their replies are back, and nothing is held for them until then"
                .to_owned()
        }
        Charging::Hold { estimate, ttl } => {
            let held = match estimate {
                Estimate::EXACT => "what they will cost is held".to_owned(),
                Estimate::Millionths(millionths) => {
                    format!("{} times what they will cost is held", millionths as f64 / 1e6)
                }
                Estimate::Amount(estimate) => format!("{} of credits is held", amount(estimate)),
            };
            let long = ttl.map_or_else(String::new, |ttl| format!(", for {ttl} at most"));
            format!("; attempts are charged when their replies are back, and until then {held}{long}")
        }
    }
}

fn strategy(strategy: &Strategy) -> String {
    match *strategy {
        Strategy::Atomic => "one decision at a time for each workspace".to_owned(),
        Strategy::CheckThenAct { gap } => {
            format!("decided by what is read, and written {gap} later without another look")
        }
        Strategy::Replicated { nodes, sync_every } => format!(
            "decided by {} on copies of their own, which are exchanged every {sync_every}{}",
            counted(u64::from(nodes.count), "node"),
            routing(nodes)
        ),
        Strategy::Leased { nodes, lease, ttl } => {
            let until = match ttl {
                Some(ttl) => format!("for {ttl}"),
                None => "until they renew".to_owned(),
            };
            format!(
                "{} credits are taken at a time by {}, {until}, and spent alone{}; all else is atomic",
                amount(lease),
                counted(u64::from(nodes.count), "node"),
                routing(nodes)
            )
        }
        Strategy::Optimistic { read_to_write, max_retries } => format!(
            "decided by what is read, and written {read_to_write} later if nothing was written \
             meanwhile; decided again {} at most",
            counted(u64::from(max_retries), "time")
        ),
        Strategy::Metered { read_cache, report_every, recheck_within } => {
            let mut said = format!("credits by a meter that hears of usage every {report_every}");
            if !read_cache.is_zero() {
                let _ = write!(said, ", and is read once in {read_cache}");
                if let Some(below) = recheck_within {
                    let least = match below {
                        Below::Share(share) => share.to_string(),
                        Below::Amount(least) => amount(least),
                    };
                    let _ = write!(said, ", or whenever less than {least} seems to be left");
                }
            }
            said + "; all else is atomic"
        }
    }
}

fn routing(nodes: Nodes) -> &'static str {
    match nodes.routing {
        Routing::Random => "",
        Routing::Sticky => ", each agent by one of them",
    }
}
