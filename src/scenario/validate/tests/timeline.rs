//! What happens at given instants, and to whom.

use super::valid;
use crate::scenario::Scenario;
use crate::units::{Share, SimSpan, SimTime};
use crate::workload::{Action, Occurrence, Pick};

/// Two groups, one of which counts credits and has traffic, with a timeline.
fn scenario(backend: &str, timeline: &str) -> Scenario {
    valid(&format!(
        "
limitlab: 1
name: x
duration: 30d
plans:
  advanced: {{ credits: {{ included: 10 }} }}
  pro: {{ fair_use: [{{ name: burst, token_bucket: {{ rate: 1/s, burst: 5 }} }}] }}
packages: {{ big: {{ credits: 9 }}, small: {{ credits: 5 }} }}
workspaces:
  - group: shops
    plan: advanced
    agents: [{{ name: night, count: 0 }}, {{ name: sales, traffic: {{ rate: 1/h }} }}]
    features: [{{ name: rewriter }}]
    fair_use: [{{ name: own, concurrency: {{ limit: 4 }} }}]
  - {{ group: idle, agents: [{{ name: night }}] }}
{backend}
timeline:
  - {{ at: 0s, group: shops, create: night }}
{timeline}
"
    ))
}

fn day(days: u64) -> SimTime {
    SimTime::ZERO + SimSpan::DAY.times(days)
}

/// What happens to the group at `group`, but for the first entry.
fn happens(scenario: &Scenario, group: usize) -> Vec<Action> {
    let entries = scenario.groups[group].timeline.iter().filter(|it| it.at > SimTime::ZERO);
    entries.map(|it| it.action.clone()).collect()
}

#[test]
fn an_entry_has_an_instant_an_end_a_share_and_a_key() {
    let scenario = scenario(
        "",
        "
  - { at: 10d, group: shops, share: 25%, set_plan: pro }
  - { name: sale, at: 20d, for: 6h, group: shops, traffic: 4x }
  - { at: 10d, for: 30d, group: shops, set_plan: advanced }
  - { at: 10d, group: idle, set_plan: unlimited }
",
    );
    let entry = |key: &str, at, until, share: &str, action| Occurrence {
        key: key.to_owned(),
        at,
        until,
        share: share.parse().unwrap(),
        action,
    };
    let night = Pick { line: 0, count: Some(1) };
    let expected = [
        entry("create at 0ns", day(0), None, "100%", Action::Create(night)),
        entry("set_plan at 864000000000000ns", day(10), None, "25%", Action::SetPlan(1)),
        entry(
            "sale",
            day(20),
            Some(day(20) + SimSpan::HOUR.times(6)),
            "100%",
            Action::Traffic(4.0),
        ),
        entry(
            "set_plan at 864000000000000ns#2",
            day(10),
            Some(day(40)),
            "100%",
            Action::SetPlan(0),
        ),
    ];
    assert_eq!(scenario.groups[0].timeline, expected);
    let idle = &scenario.groups[1].timeline[0];
    assert_eq!(idle.key, "set_plan at 864000000000000ns#3");
    assert_eq!((idle.share, &idle.action), (Share::WHOLE, &Action::SetPlan(0)));
}

#[test]
fn plans_of_the_timeline_are_offers_of_the_group() {
    let scenario = scenario(
        "",
        "
  - { at: 1d, set_plan: pro }
  - { at: 2d, subscribe: unlimited }
  - { at: 3d, group: idle, subscribe: advanced }
  - { at: 4d, subscribe: pro }
",
    );
    let plans = |group: usize| -> Vec<&str> {
        let offers = scenario.groups[group].plans.iter();
        offers.map(|offer| offer.plan.name.as_str()).collect()
    };
    assert_eq!(plans(0), ["advanced", "pro", "unlimited"]);
    assert_eq!(plans(1), ["unlimited", "pro", "advanced"]);
    let shops = &scenario.groups[0];
    let places: Vec<&[u16]> = shops.plans.iter().map(|offer| &offer.throttles[..]).collect();
    assert_eq!(places, [&[1][..], &[0, 1], &[1]]);
    assert_eq!((shops.throttles[0].name.as_str(), shops.mix.len()), ("burst", 1));
    let expected = [Action::SetPlan(1), Action::Subscribe(2), Action::Subscribe(1)];
    assert_eq!(happens(&scenario, 0), expected);
    let expected =
        [Action::SetPlan(1), Action::Subscribe(0), Action::Subscribe(2), Action::Subscribe(1)];
    assert_eq!(happens(&scenario, 1), expected);
}

#[test]
fn entries_without_a_group_are_for_every_group_to_which_they_apply() {
    let scenario = scenario(
        "",
        "
  - { at: 1d, for: 1h, traffic: 0.5x }
  - { at: 2d, buy_package: small }
  - { at: 3d, buy_package: { name: big, count: 3 } }
  - { at: 4d, for: 1h, enable: sales }
  - { at: 5d, for: 1h, disable: { line: sales, count: 2 } }
  - { at: 6d, delete: { line: night } }
  - { at: 7d, create: { line: night, count: 9 } }
",
    );
    let pick = |line, count| Pick { line, count };
    let expected = [
        Action::Traffic(0.5),
        Action::BuyPackage(1, 1),
        Action::BuyPackage(0, 3),
        Action::Enable(pick(1, None)),
        Action::Disable(pick(1, Some(2))),
        Action::Delete(pick(0, None)),
        Action::Create(pick(0, Some(9))),
    ];
    assert_eq!(happens(&scenario, 0), expected);
    let expected =
        [Action::Traffic(0.5), Action::Delete(pick(0, None)), Action::Create(pick(0, Some(9)))];
    assert_eq!(happens(&scenario, 1), expected);
}

#[test]
fn the_backend_changes_for_all_or_in_each_workspace() {
    let timeline = "
  - { at: 10d, for: 2d, backend: { servers: 500 } }
  - { at: 11d, for: 5d, backend: { servers: unlimited } }
";
    let backend =
        |scope: &str| format!("backend: {{ scope: {scope}, servers: 2_000, service_time: 1s }}");
    let platform = scenario(&backend("platform"), timeline);
    let changes = platform.backend.as_ref().unwrap().changes.clone();
    assert_eq!(changes, [(day(10), Some(500)), (day(11), None), (day(16), Some(2_000))]);
    assert_eq!(happens(&platform, 0), []);
    let workspace = scenario(&backend("workspace"), timeline);
    assert_eq!(workspace.backend.as_ref().unwrap().changes, []);
    let expected = [Action::Servers(Some(500)), Action::Servers(None)];
    assert_eq!(
        (happens(&workspace, 0), happens(&workspace, 1)),
        (expected.to_vec(), expected.to_vec())
    );
}
