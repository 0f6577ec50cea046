//! What random scenarios say of fair-use limits.

use std::mem::discriminant;

use proptest::prelude::*;
use proptest::sample::select;

use super::{Knobs, Line};

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent knobs")]
pub(super) struct Throttle {
    /// Whether everybody in the workspace, or at the top level on the platform, shares it.
    wide: bool,
    kind: Kind,
    /// In thousandths, where attempts count.
    amount: u32,
    by_credits: bool,
    count_refused: bool,
    report: bool,
    /// Whether other plans may have a limit of its name; and then whether with the same rate and
    /// times.
    shared: bool,
    alike: bool,
}

/// The kind of a limit, with rates and times in ticks.
#[derive(Debug, Clone)]
enum Kind {
    Tokens {
        rate: (u32, u32),
        refill_every: Option<u32>,
    },
    /// With what is let go at once, in thousandths; `None` is the whole burst.
    Leaky {
        rate: (u32, u32),
        at_once: Option<u32>,
    },
    Fixed {
        per: u32,
        aligned: bool,
    },
    Sliding {
        per: u32,
    },
    Counter {
        per: u32,
        estimate: &'static str,
    },
    Places {
        queue: Option<u32>,
    },
}

pub(super) fn throttle() -> impl Strategy<Value = Throttle> {
    let rate = || (1..4_u32, 4..20_u32);
    let per = || prop_oneof![2 => 2..12_u32, 2 => 12..60_u32];
    let at_once = select(vec![0, 0, 500, 1_000, 1_500, 2_000]);
    let kind = prop_oneof![
        2 => (rate(), prop::option::weighted(0.4, 2..15_u32))
            .prop_map(|(rate, refill_every)| Kind::Tokens { rate, refill_every }),
        2 => (rate(), prop::option::weighted(0.8, at_once))
            .prop_map(|(rate, at_once)| Kind::Leaky { rate, at_once }),
        1 => (per(), any::<bool>()).prop_map(|(per, aligned)| Kind::Fixed { per, aligned }),
        1 => per().prop_map(|per| Kind::Sliding { per }),
        1 => (per(), select(vec!["exact", "floor"]))
            .prop_map(|(per, estimate)| Kind::Counter { per, estimate }),
        3 => prop::option::weighted(0.6, 0..4_u32).prop_map(|queue| Kind::Places { queue }),
    ];
    (
        any::<bool>(),
        kind,
        select(vec![1_000, 1_000, 1_001, 1_500, 2_000, 2_000, 3_000, 4_000]),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.25),
        prop::bool::weighted(0.2),
        (prop::bool::weighted(0.7), any::<bool>()),
    )
        .prop_map(
            |(wide, kind, amount, by_credits, count_refused, report, (shared, alike))| Throttle {
                wide,
                kind,
                amount,
                by_credits,
                count_refused,
                report,
                shared,
                alike,
            },
        )
}

/// Thousandths as a user would write them.
fn amount(thousandths: u32) -> String {
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

impl Knobs {
    /// Limits with names of this prefix: `p` stands for those of a plan, `t` for the top level.
    pub(super) fn throttles(&self, prefix: &str, throttles: &[Throttle]) -> String {
        let mut list = String::new();
        for (number, throttle) in throttles.iter().enumerate() {
            let top = prefix.starts_with('t');
            let shared = throttle.shared && number == 0 && prefix.starts_with('p');
            let throttle = &if shared { self.shared(throttle) } else { throttle.clone() };
            let scope = match (top, throttle.wide) {
                (false, false) => "agent",
                (false, true) => "workspace",
                (true, false) => "plan",
                (true, true) => "platform",
            };
            let (kind, numbers) = self.kind(throttle);
            let name = if shared { "shared".to_owned() } else { format!("{prefix}{number}") };
            let mut text = format!("name: {name}, scope: {scope}, {kind}: {numbers}");
            if kind != "concurrency" && throttle.by_credits {
                text.push_str(", weight: credits");
            }
            if kind != "concurrency" && throttle.count_refused {
                text.push_str(", count_refused: true");
            }
            if throttle.report {
                text.push_str(", on_exceed: report");
            }
            list.extend([format!("{{ {text} }}, ")]);
        }
        format!("[{list}]")
    }

    /// A limit of a plan with the scope, kind and weight that all plans give to the one they share.
    fn shared(&self, of: &Throttle) -> Throttle {
        let plans = self.groups.iter().filter_map(|group| group.plan.as_ref());
        let mut firsts = plans.filter_map(|plan| plan.throttles.first());
        let first = firsts.find(|it| it.shared).unwrap_or(of);
        let same_kind = discriminant(&first.kind) == discriminant(&of.kind);
        let own = same_kind && !of.alike;
        let kind = if own { of.kind.clone() } else { first.kind.clone() };
        Throttle { wide: first.wide, by_credits: first.by_credits, kind, ..of.clone() }
    }

    fn kind(&self, of: &Throttle) -> (&'static str, String) {
        let rate = |(events, ticks): (u32, u32)| format!("rate: {events}/{}", self.span(ticks));
        // What costs most of all messages of a line must pass, or the scenario would be a mistake.
        let limit = if of.by_credits { of.amount.max(self.dearest()) } else { of.amount };
        match &of.kind {
            Kind::Tokens { rate: of_rate, refill_every } => {
                let every = refill_every.map(|it| format!(", refill_every: {}", self.span(it)));
                let (rate, every) = (rate(*of_rate), every.unwrap_or_default());
                ("token_bucket", format!("{{ {rate}, burst: {}{every} }}", amount(limit)))
            }
            Kind::Leaky { rate: of_rate, at_once } => {
                let burst = limit - 1_000;
                let delay = at_once.map_or("burst".to_owned(), |it| amount(it.min(burst)));
                let rate = rate(*of_rate);
                let numbers = format!("{{ {rate}, burst: {}, delay: {delay} }}", amount(burst));
                ("leaky_bucket", numbers)
            }
            Kind::Fixed { per, aligned } => {
                let (limit, per) = (amount(limit), self.span(*per));
                ("fixed_window", format!("{{ limit: {limit}, per: {per}, aligned: {aligned} }}"))
            }
            Kind::Sliding { per } => {
                let (limit, per) = (amount(limit), self.span(*per));
                ("sliding_window", format!("{{ limit: {limit}, per: {per} }}"))
            }
            Kind::Counter { per, estimate } => {
                let (limit, per) = (amount(limit), self.span(*per));
                (
                    "sliding_counter",
                    format!("{{ limit: {limit}, per: {per}, estimate: {estimate} }}"),
                )
            }
            Kind::Places { queue } => {
                let queue = queue.map_or(String::new(), |queue| format!(", queue: {queue}"));
                ("concurrency", format!("{{ limit: {}{queue} }}", of.amount / 1_000))
            }
        }
    }

    /// The most that all messages to a line cost, in thousandths.
    fn dearest(&self) -> u32 {
        let lines = self.groups.iter().flat_map(|it| it.lines.iter().chain(&it.features));
        let least = |line: &Line| line.cost.parse::<f64>().unwrap_or(0.0) * 1_000.0;
        lines.map(|line| least(line) as u32).max().unwrap_or(0)
    }
}
