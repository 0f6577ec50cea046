//! What random scenarios make happen: churn and the timeline.

use proptest::prelude::*;
use proptest::sample::select;

use super::scenarios::{Knobs, Law, law};

/// Creations in so many ticks, and the length of a life.
#[derive(Debug, Clone)]
pub(super) struct Churn {
    create: Option<(u32, u32)>,
    delete_after: Option<Law>,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// In thousandths of the duration.
    at: u32,
    lasts: Option<u32>,
    share: &'static str,
    verb: &'static str,
    group: usize,
    line: usize,
    count: Option<u32>,
}

pub(super) fn churn() -> impl Strategy<Value = Option<Churn>> {
    let some = (
        prop::option::weighted(0.6, (1..3_u32, 10..80_u32)),
        prop::option::weighted(0.6, prop_oneof![(1..90_u32).prop_map(Law::Constant), law()]),
    )
        .prop_map(|(create, delete_after)| Churn { create, delete_after });
    prop::option::weighted(0.2, some)
        .prop_map(|it| it.filter(|it| it.create.is_some() || it.delete_after.is_some()))
}

pub(super) fn entry() -> impl Strategy<Value = Entry> {
    (
        0..1_000_u32,
        prop::option::of(1..50_u32),
        select(vec!["100%", "100%", "50%"]),
        select(vec![
            "enable",
            "disable",
            "create",
            "delete",
            "buy_package",
            "set_plan",
            "set_plan",
            "subscribe",
            "traffic",
            "servers",
        ]),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        prop::option::of(1..4_u32),
    )
        .prop_map(|(at, lasts, share, verb, group, line, count)| Entry {
            at,
            lasts,
            share,
            verb,
            group: group.index(60),
            line: line.index(60),
            count,
        })
}

impl Entry {
    fn changes_plans(&self) -> bool {
        matches!(self.verb, "set_plan" | "subscribe")
    }
}

impl Knobs {
    pub(super) fn churn(&self, of: &Churn) -> String {
        let create = of.create.map_or(String::new(), |(events, ticks)| {
            format!("create: {events}/{}, ", self.span(ticks))
        });
        let delete =
            of.delete_after.map_or(String::new(), |law| format!("delete_after: {}", self.law(law)));
        format!("{{ {create}{delete} }}")
    }

    /// An entry, where groups have so many lines, and perhaps a pool that packages can be bought
    /// for, and customers who write at a rate.
    pub(super) fn entry(
        &self,
        of: &Entry,
        groups: &[(usize, bool, bool)],
        plans: &[usize],
        duration: u32,
    ) -> String {
        let group = of.group % groups.len();
        let (lines, sold, is_open) = groups[group];
        let line = of.line % lines;
        let at = self.span(of.at * duration / 1_000);
        let undone = matches!(of.verb, "enable" | "disable" | "set_plan" | "traffic" | "servers");
        let lasts = of.lasts.filter(|_| undone);
        let lasts = lasts.map_or(String::new(), |it| format!(", for: {}", self.span(it)));
        let count = of.count.map_or(String::new(), |count| format!(", count: {count}"));
        if of.changes_plans() {
            let Some(plan) = plans.get(of.line % plans.len().max(1)) else { return String::new() };
            return format!(
                "  - {{ at: {at}{lasts}, group: g{group}, share: {}, {}: plan{plan} }}\n",
                of.share, of.verb,
            );
        }
        if of.verb == "traffic" {
            let factor = ["0x", "0.5x", "2x", "4x"][of.line % 4];
            return if is_open {
                format!(
                    "  - {{ at: {at}{lasts}, group: g{group}, share: {}, traffic: {factor} }}\n",
                    of.share,
                )
            } else {
                String::new()
            };
        }
        if of.verb == "servers" {
            let servers = ["1", "2", "4", "unlimited"][of.line % 4];
            let whose = match self.backend_scope() {
                Some("platform") => String::new(),
                Some(_) => format!(", group: g{group}, share: {}", of.share),
                None => return String::new(),
            };
            return format!(
                "  - {{ at: {at}{lasts}{whose}, backend: {{ servers: {servers} }} }}\n"
            );
        }
        let what = match of.verb {
            "buy_package" if !sold => return String::new(),
            "buy_package" => "name: pack0".to_owned(),
            _ => format!("line: l{line}"),
        };
        format!(
            "  - {{ at: {at}{lasts}, group: g{group}, share: {}, {}: {{ {what}{count} }} }}\n",
            of.share, of.verb,
        )
    }
}
