//! The preset of one product's plans: the figures it has, and those that it leaves out.

use std::fs;
use std::path::Path;

use limitlab::rules::{CarryOver, Cycle, Overage, Per};
use limitlab::scenario::warnings;
use limitlab::units::{Credits, Money, SimSpan};

use crate::imports::{mistakes, valid};

/// The plans of rule R2 with their limit of active agents, and the credits that each seat brings a
/// month where that is published.
const FIGURES: [(&str, u32, Option<i64>); 9] = [
    ("trial", 50, Some(1_800)),
    ("base", 1, Some(750)),
    ("advanced", 3, Some(1_250)),
    ("pro", 50, Some(2_250)),
    ("enterprise", 500, Some(2_250)),
    ("enterprise_legacy", 1, None),
    ("partner", 50, None),
    ("shopify", 1, None),
    ("other", 1, None),
];

#[test]
fn the_preset_holds_the_figures_of_rule_r2() {
    let preset = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/presets/kommo-2026-06.yaml");
    let groups: Vec<String> = FIGURES
        .iter()
        .map(|(plan, ..)| format!("{{ group: {plan}, plan: {plan}, agents: [{{ name: a }}] }}"))
        .collect();
    let own = format!(
        "limitlab: 1\nimport: ['{}']\nname: own\nstart: 2026-06-01T00:00:00Z\n\
         duration: 70d\nworkspaces: [{}]",
        preset.display(),
        groups.join(", ")
    );
    let scenario = valid(&[("own.yaml", &own)], &[]);
    for ((name, active, included), group) in FIGURES.into_iter().zip(&scenario.groups) {
        let plan = &group.plans[0].plan;
        assert_eq!((plan.name.as_str(), plan.active_agents), (name, Some(active)));
        assert_eq!(plan.total_agents, 500, "{name}");
        let credits = included.map(|included| (Credits::whole(included), Per::Seat));
        let found = plan.credits.as_ref().map(|credits| (credits.included, credits.per));
        assert_eq!(found, credits, "{name}");
        if let Some(credits) = &plan.credits {
            assert_eq!(credits.renews, Cycle::Monthly, "{name}");
        }
    }
    let text = fs::read_to_string(preset).unwrap();
    let (text, _) = text.split_once("\npackages:").unwrap();
    let plans = text.lines().filter(|line| {
        line.strip_prefix("  ").is_some_and(|key| key.starts_with(char::is_alphabetic))
    });
    assert_eq!(plans.count(), FIGURES.len(), "a plan of the preset is in no test");
    let asked = warnings(&scenario);
    let asked = asked.iter().filter(|text| text.contains("has no `credits`"));
    assert_eq!(asked.count(), FIGURES.iter().filter(|figure| figure.2.is_none()).count());
}

/// A scenario that imports the preset.
fn with_preset(rest: &str) -> String {
    let preset = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/presets/kommo-2026-06.yaml");
    format!(
        "limitlab: 1\nimport: ['{preset}']\nname: own\nstart: 2026-06-01T00:00:00Z\n\
         duration: 70d\n{rest}"
    )
}

#[test]
fn the_trial_of_the_preset_is_one_of_14_days_and_no_other_plan_is_one() {
    for (name, ..) in FIGURES {
        let own = with_preset(&format!(
            "workspaces: [{{ group: one, plan: {name}, agents: [{{ name: a }}] }}]"
        ));
        let scenario = valid(&[("own.yaml", &own)], &[]);
        let plan = &scenario.groups[0].plans[0].plan;
        let trial = (name == "trial").then(|| SimSpan::DAY.times(14));
        assert_eq!(plan.trial, trial, "{name}");
        assert_eq!(plan.price, None, "prices depend on the contract: {name}");
        if let Some(credits) = &plan.credits {
            assert_eq!(credits.carry_over, CarryOver::None, "{name}");
            assert_eq!(credits.overage, Overage::Refuse, "{name}");
        }
    }
}

#[test]
fn the_package_of_the_preset_brings_5000_credits_with_each_period_of_the_plan() {
    let own = with_preset(
        "workspaces: [{ group: one, plan: pro, packages: { name: ai-5000, at_start: 1 }, \
         agents: [{ name: a }] }]",
    );
    let scenario = valid(&[("own.yaml", &own)], &[]);
    let [package] = &scenario.packages[..] else { panic!("{:?}", scenario.packages) };
    assert_eq!((package.name.as_str(), package.credits), ("ai-5000", Credits::whole(5_000)));
    assert_eq!((package.valid, package.renews), (None, true));
    // Its price is not published; a scenario gives its own.
    assert_eq!(package.price, Money::ZERO);
    let set = ["packages.ai-5000.price=25.00", "packages.ai-5000.period=30d"];
    let package = &valid(&[("own.yaml", &own)], &set).packages[0];
    assert_eq!(package.price, "25.00".parse().unwrap());
    assert_eq!(package.valid, Some(SimSpan::DAY.times(30)));
}

#[test]
fn check_asks_for_the_figures_that_are_not_published_when_a_scenario_needs_them() {
    let plans_without = FIGURES.into_iter().filter(|figure| figure.2.is_none());
    let asked = |rest: &str| {
        let scenario = valid(&[("own.yaml", &with_preset(rest))], &[]);
        let asked = warnings(&scenario).into_iter().filter(|it| it.contains("has no `credits`"));
        asked.collect::<Vec<_>>()
    };
    for (plan, ..) in plans_without {
        let group = |plan: &str| {
            format!(
                "workspaces: [{{ group: one, plan: {plan}, agents: [{{ name: a, \
                 traffic: {{ rate: 1/h }} }}] }}]\n"
            )
        };
        let told = [format!(
            "the plan `{plan}` has no `credits`, so none are counted in `one`: give it a figure, \
             such as `plans.{plan}.credits.included`"
        )];
        // Nothing in it is about credits.
        assert!(asked(&group(plan)).is_empty(), "{plan}");
        for threshold in [
            "credits.consumed > 1",
            "refusal.rate{reason=credits_exhausted} < 1%",
            "credits.time_to_zero.p50{group=one} > 1d",
        ] {
            let rest = format!("{}thresholds: ['{threshold}']", group(plan));
            assert_eq!(asked(&rest), told, "{threshold}");
        }
        // Workspaces come to it by the timeline, or are on it beside one that counts credits.
        let later = format!("{}timeline: [{{ at: 1d, set_plan: {plan} }}]", group("advanced"));
        assert_eq!(asked(&later), told);
        assert_eq!(asked(&group(&format!("{{ advanced: 80%, {plan}: 20% }}"))), told);
        assert!(asked(&group(&format!("{{ advanced: 100%, {plan}: 0% }}"))).is_empty());
        // What needs a pool is an error.
        let buys = format!(
            "workspaces: [{{ group: one, plan: {plan}, packages: {{ name: ai-5000, at_start: 1 }}, \
             agents: [{{ name: a }}] }}]"
        );
        let faults = mistakes(&[("own.yaml", &with_preset(&buys))]);
        assert!(faults.contains("own.yaml:6:"), "{faults}");
        // A figure is all that is missing.
        let figure = format!(
            "{}plans: {{ {plan}: {{ credits: {{ included: 9_000 }} }} }}\n\
             thresholds: [credits.consumed > 1]",
            group(plan)
        );
        assert!(asked(&figure).is_empty(), "{plan}");
    }
}
