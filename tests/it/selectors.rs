//! Whose metrics thresholds are about: groups, and the workspaces that begin on a plan.

use limitlab::engine::{Outcome, RunOptions, Watch, run_by_workspace};
use limitlab::report::terminal;
use limitlab::scenario::{Scenario, parse, warnings};
use limitlab::summary::{GroupSummary, Summary, ThresholdVerdict};

use crate::support::{outcome, outcome_on, simulate};

/// Two groups, of whose workspaces some begin on another plan than the rest.
const MIXED: &str = "
limitlab: 1
name: mixed
duration: 6h
warm_up: 30m
plans:
  small: { active_agents: 2, credits: { included: 60, renews: 2h } }
  large: { active_agents: 4, credits: { included: 900, renews: 2h } }
  plain: { active_agents: 4 }
workspaces:
  - group: shops
    count: 40
    plan: { small: 60%, large: 40% }
    agents:
      - name: sales
        count: 3
        activity: { active: 40m, offline: { exponential: 20m }, on_refused: wait_for_slot }
        traffic: { sessions: { rate: 10/h, turns: { geometric: 3 }, think: 30s } }
        while_offline: pause
  - group: labs
    count: 20
    plan: { plain: 30%, large: 70% }
    agents: [{ name: bot, count: 2, traffic: { rate: 1/min } }]
    fair_use: [{ name: burst, scope: workspace, token_bucket: { rate: 2/min, burst: 5 } }]
BACKEND
thresholds:
";

/// Workspaces that never meet, that meet in order of time, that meet in windows, and the same in several
/// replications.
fn kinds() -> [String; 5] {
    let of = |backend: &str, more: &str| {
        let text = MIXED.replace("BACKEND", &format!("{more}\nbackend: {backend}"));
        assert!(text.contains(backend));
        text
    };
    let apart =
        "{ scope: workspace, servers: 2, service_time: { exponential: 9s }, queue: { limit: 3 } }";
    let shared = "{ servers: 12, service_time: { exponential: 4s }, queue: { limit: 20 } }";
    let away = "{ servers: 60, service_time: { exponential: 4s }, network_delay: 2s }";
    [
        of(apart, ""),
        of(shared, ""),
        of(away, ""),
        of(apart, "replications: 3"),
        of(shared, "replications: 3"),
    ]
}

fn scenario(yaml: &str) -> Scenario {
    parse("test.yaml", yaml, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn value(of: &GroupSummary, metric: &str) -> f64 {
    of.metrics.get(metric).and_then(|it| it.value).unwrap_or_else(|| panic!("no {metric}"))
}

const BY_PLAN: &str = "  - loss.rate{plan=small} < 100%
  - loss.rate{plan=large} < 100%
  - loss.rate{group=labs,plan=plain} < 100%
  - loss.rate{plan=large,group=labs} < 100%
";

#[test]
fn what_is_asked_of_plans_changes_nothing_of_groups() {
    for yaml in kinds() {
        let plain = outcome(&format!("{yaml}  - loss.rate < 100%\n"));
        let parted = outcome(&format!("{yaml}{BY_PLAN}"));
        assert_eq!(plain.summary.groups, parted.summary.groups, "{yaml}");
        assert_eq!(plain.summary.intervals, parted.summary.intervals);
        assert!(plain.summary.plans.is_empty());
        let names: Vec<&String> = parted.summary.plans.keys().collect();
        let expected =
            ["plan=small", "plan=large", "group=labs,plan=plain", "group=labs,plan=large"];
        assert_eq!(names, expected);
        let series = |it: &Outcome| format!("{:?}", it.measures.all.series);
        assert_eq!(series(&plain), series(&parted));
        let one = outcome_on(&format!("{yaml}{BY_PLAN}"), 1);
        assert_eq!(one.summary.plans, parted.summary.plans, "{yaml}");
        assert_eq!(one.replications, parted.replications);
    }
}

#[test]
fn plans_of_a_group_add_up_to_it() {
    for yaml in kinds() {
        let summary = simulate(&format!("{yaml}{BY_PLAN}"));
        let [small, large] = ["plan=small", "plan=large"].map(|name| &summary.plans[name]);
        let [plain, large_labs] =
            ["group=labs,plan=plain", "group=labs,plan=large"].map(|name| &summary.plans[name]);
        let [all, labs] = ["all", "labs"].map(|name| &summary.groups[name]);
        assert_eq!(all.workspaces, small.workspaces + large.workspaces + plain.workspaces);
        assert_eq!(labs.workspaces, plain.workspaces + large_labs.workspaces);
        for metric in ["messages.offered", "attempts.refused", "messages.completed"] {
            let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * a, "{metric}: {a}, {b}");
            let [s, l, p] = [small, large, plain].map(|it| value(it, metric));
            close(value(all, metric), s + l + p);
            close(value(labs, metric), p + value(large_labs, metric));
        }
        let greatest = [small, large, plain].map(|it| value(it, "latency.max"));
        let most = greatest.into_iter().fold(0.0, f64::max);
        assert_eq!(value(all, "latency.max").to_bits(), most.to_bits());
    }
}

/// Workspaces one by one are counted by other code than groups.
#[test]
fn plans_are_of_the_workspaces_that_begin_on_them() {
    for yaml in kinds().into_iter().take(3) {
        let scenario = scenario(&format!("{yaml}{BY_PLAN}"));
        let told = run_by_workspace(&scenario, RunOptions { threads: 2 }, &Watch::default());
        let told = told.unwrap_or_else(|error| panic!("{error}"));
        for (name, group, plan) in [
            ("plan=small", None, "small"),
            ("plan=large", None, "large"),
            ("group=labs,plan=plain", Some("labs"), "plain"),
            ("group=labs,plan=large", Some("labs"), "large"),
        ] {
            let own = told.workspaces.iter().filter(|it| {
                let of = &scenario.groups[it.group];
                of.plans[it.plan].plan.name == plan && group.is_none_or(|name| name == of.name)
            });
            let own: Vec<_> = own.collect();
            let found = &told.summary.plans[name];
            assert_eq!(found.workspaces, own.len() as u64, "{name}");
            let sum = |of: fn(&limitlab::measure::WorkspaceFigures) -> u64| {
                own.iter().map(|it| of(&it.figures)).sum::<u64>() as f64
            };
            for (metric, expected) in [
                ("messages.offered", sum(|it| it.offered)),
                ("messages.completed", sum(|it| it.completed)),
                ("messages.lost", sum(|it| it.lost)),
            ] {
                assert_eq!(value(found, metric).to_bits(), expected.to_bits(), "{name} {metric}");
            }
            let hit = own.iter().filter(|it| it.figures.blocked.hits > 0).count();
            let share = hit as f64 / own.len() as f64;
            assert!((value(found, "workspaces.hit.share") - share).abs() < 1e-12, "{name}");
        }
    }
}

/// A pool of c credits that N messages of Poisson number meet refuses max(N - c, 0) of them.
#[test]
fn each_plan_is_refused_what_its_own_pool_lacks() {
    let yaml = "
limitlab: 1
name: pools
duration: 1h
plans:
  little: { active_agents: 1, credits: { included: 50 } }
  much: { active_agents: 1, credits: { included: 70 } }
workspaces:
  - group: shops
    count: 4_000
    plan: { little: 25%, much: 75% }
    agents: [{ name: bot, traffic: { rate: 60/h } }]
thresholds:
  - refusal.rate{plan=little,reason=credits_exhausted} > 15%
  - refusal.rate{plan=much,reason=credits_exhausted} < 2%
  - refusal.rate{group=shops,plan=much} > 5%
";
    let summary = simulate(yaml);
    let mean = 60.0_f64;
    let refused = |credits: usize| {
        let mut chance = libm::exp(-mean);
        let mut served = 0.0;
        let mut above = 1.0;
        for n in 0..credits {
            served += n as f64 * chance;
            above -= chance;
            chance *= mean / (n + 1) as f64;
        }
        1.0 - (served + credits as f64 * above) / mean
    };
    for (name, credits) in [("plan=little", 50), ("plan=much", 70), ("group=shops,plan=much", 70)] {
        let metric = summary.metric(name, "refusal.rate{reason=credits_exhausted}").unwrap();
        let (value, [low, high]) = (metric.value.unwrap(), metric.ci95.unwrap());
        // Four standard errors: an interval has 1.96 to each side.
        let error = (high - low) / 2.0 / 1.96;
        let exact = refused(credits);
        assert!((value - exact).abs() < 4.0 * error, "{name}: {value} for {exact}, {error}");
        assert_eq!(metric.n, summary.plans[name].workspaces);
        // How many begin on a plan is chance: a sum is one over all of them.
        assert_eq!(summary.metric(name, "messages.offered").unwrap().n, 4_000);
    }
    let verdicts: Vec<_> = summary.thresholds.iter().map(|it| it.verdict).collect();
    assert_eq!(
        verdicts,
        [ThresholdVerdict::Pass, ThresholdVerdict::Pass, ThresholdVerdict::Fail],
        "{:?}",
        summary.thresholds
    );
}

#[test]
fn windows_and_replications_know_plans() {
    let windows = format!(
        "{}  - attempts.refused{{plan=small}} == 0 over 1h\n  - latency.p95{{plan=small}} < 1ms over 1h\n",
        kinds()[0]
    );
    let summary = simulate(&windows);
    let [refused, latency] = &summary.thresholds[..] else { panic!("there are two") };
    assert_eq!(refused.verdict, ThresholdVerdict::Fail);
    let of_all = value(&summary.plans["plan=small"], "attempts.refused");
    assert!(refused.value.is_some_and(|worst| 0.0 < worst && worst < of_all), "{refused:?}");
    assert!(latency.value.is_some_and(|worst| worst > 1.0), "{latency:?}");

    let until =
        "{ min: 5, max: 60, until: { metric: \"latency.mean{plan=large}\", half_width: 100ms } }";
    let text = kinds()[1].replace("warm_up: 30m", &format!("warm_up: 30m\nreplications: {until}"));
    let text = text.replace("thresholds:\n", "");
    let outcome = outcome(&text);
    let summary: &Summary = &outcome.summary;
    let [low, high] = summary.metric("plan=large", "latency.mean").unwrap().ci95.unwrap();
    assert!((high - low) / 2.0 <= 0.1 && (5..60).contains(&summary.replications));
    let of_each = outcome.replications.of("plan=large", "latency.mean");
    assert_eq!(of_each.len() as u32, summary.replications);
}

#[test]
fn plans_have_rows_where_groups_have() {
    let yaml = format!("{}{BY_PLAN}", kinds()[0]);
    let (scenario, summary) = (scenario(&yaml), simulate(&yaml));
    let text = terminal(&scenario, &summary, false, 100);
    for row in ["  shops ", "  plan small ", "  labs, plan plain "] {
        assert!(text.contains(row), "{row} in {text}");
    }
}

#[test]
fn what_a_plan_cannot_show_is_absent_and_told() {
    let yaml = format!(
        "{}  - credits.consumed{{plan=plain}} > 1\n  - refusal.rate{{group=labs,plan=plain,reason=credits_exhausted}} < 1%\n",
        kinds()[0]
    );
    let scenario = scenario(&yaml);
    let told = warnings(&scenario).join("\n");
    assert!(told.contains("`credits.consumed{plan=plain} > 1` has nothing to measure"), "{told}");
    assert!(told.contains("reason=credits_exhausted} < 1%` always holds"), "{told}");
    let summary = simulate(&yaml);
    assert!(summary.metric("plan=plain", "credits.consumed").is_none());
    assert!(summary.metric("labs", "credits.consumed").is_some());
    assert_eq!(summary.thresholds[0].verdict, ThresholdVerdict::Fail);
    assert_eq!(summary.thresholds[1].verdict, ThresholdVerdict::Pass);
}

#[test]
fn a_plan_that_all_of_a_group_begin_on_is_the_group() {
    for yaml in kinds() {
        let alone = yaml.replace("plan: { small: 60%, large: 40% }", "plan: small");
        let summary = simulate(&format!("{alone}  - loss.rate{{plan=small}} < 100%\n"));
        let mut group = summary.groups["shops"].clone();
        let plan = &summary.plans["plan=small"];
        // Of levels and events the group knows what its workspaces can come to, as the plan does.
        assert_eq!(group.workspaces, plan.workspaces);
        assert_eq!(group.refusals, plan.refusals, "{yaml}");
        for (name, metric) in &plan.metrics {
            assert_eq!(group.metrics.shift_remove(name), Some(*metric), "{name} in {yaml}");
        }
        assert!(group.metrics.is_empty(), "{:?}", group.metrics.keys());
    }
}

#[test]
fn groups_of_a_plan_are_apart_in_its_sums() {
    // All shops begin on it, and of the labs one in a hundred thousand: none.
    let yaml = kinds()[0]
        .replace("{ small: 60%, large: 40% }", "small")
        .replace("{ plain: 30%, large: 70% }", "{ small: 0.001%, large: 99.999% }");
    let summary = simulate(&format!("{yaml}  - loss.rate{{plan=small}} < 100%\n"));
    let metric = |whole: &str| *summary.metric(whole, "messages.offered").unwrap();
    let (shops, plan) = (metric("shops"), metric("plan=small"));
    assert_eq!((shops.value, shops.n, plan.n), (plan.value, 40, 60));
    let width = |it: limitlab::summary::Metric| it.ci95.map(|[low, high]| high - low).unwrap();
    // Student's quantile is of more degrees of freedom, and else they are the same: 2.0227 and 2.0017.
    let ratio = width(plan) / width(shops);
    assert!((ratio - 2.0017 / 2.0227).abs() < 1e-3, "{ratio}");
}

fn told(yaml: &str) -> String {
    warnings(&scenario(yaml)).join("\n")
}

#[test]
fn plans_lack_what_no_plan_has_that_they_come_to() {
    let alerts = kinds()[0]
        .replace("    agents: [{ name: bot", "    alerts: [80%]\n    agents: [{ name: bot");
    let asked =
        "  - alerts.time{level=80%,plan=plain} > 1h\n  - credits.consumed{plan=plain} >= 0\n";
    let alone = format!("{alerts}{asked}");
    assert_eq!(told(&alone).matches("no plan of these workspaces counts credits").count(), 2);
    assert!(simulate(&alone).metric("plan=plain", "alerts.time{level=80%}").is_none());
    // To another plan than theirs or the new one they never come.
    let later = "timeline: [{ at: 3h, group: labs, set_plan: PLAN }]\nthresholds:\n";
    let coming = |plan: &str| alone.replace("thresholds:\n", &later.replace("PLAN", plan));
    let summary = simulate(&coming("large"));
    assert!(summary.metric("plan=plain", "alerts.time{level=80%}").is_some());
    assert!(!told(&coming("large")).contains("nothing to measure"));
    let trial = "  plain: { active_agents: 4 }\n  taster: { active_agents: 4, trial: 3h }";
    let trials = coming("taster").replace("  plain: { active_agents: 4 }", trial);
    assert!(told(&trials).matches("no plan of these workspaces counts credits").count() == 2);
    let summary = simulate(&trials);
    assert!(summary.metric("plan=plain", "trials.ended").is_some());
    assert!(summary.metric("plan=plain", "credits.consumed").is_none());
}

#[test]
fn a_plan_on_which_nobody_happens_to_begin_is_told_of() {
    let rare =
        kinds()[0].replace("{ small: 60%, large: 40% }", "{ small: 0.001%, large: 99.999% }");
    let yaml = format!("{rare}  - refusal.rate{{plan=small}} < 5%\n");
    assert!(
        told(&yaml)
            .contains("is about nobody: as the seed draws it, no workspace begins on `small`"),
        "{}",
        told(&yaml)
    );
    let summary = simulate(&yaml);
    assert_eq!(summary.plans["plan=small"].workspaces, 0);
    let offered = summary.metric("plan=small", "messages.offered").unwrap();
    assert_eq!((offered.value, offered.ci95), (Some(0.0), None));
    assert_eq!(summary.thresholds[0].verdict, ThresholdVerdict::Fail);
}

#[test]
fn a_plan_that_is_not_known_is_one_mistake() {
    let wrong = kinds()[0].replace("{ small: 60%", "{ smal: 60%");
    for asked in ["plan=small", "plan=unlimited", "group=shops,plan=small"] {
        let error = parse("test.yaml", &format!("{wrong}  - loss.rate{{{asked}}} < 1%\n"), &[]);
        let error = error.expect_err("a plan is unknown").to_string();
        assert!(
            error.contains("no plan is called `smal`") && error.contains("\n1 mistake"),
            "{error}"
        );
    }
}

#[test]
fn a_limit_may_be_named_with_its_reason() {
    let asked = |labels: &str| {
        let text = format!("{}  - 'refusal.rate{{{labels}}} < 1%'\n", kinds()[0]);
        match parse("test.yaml", &text, &[]) {
            Ok(scenario) => scenario.thresholds[0].metric.clone(),
            Err(error) => error.to_string(),
        }
    };
    assert_eq!(asked("reason=rate_limited,limiter=burst"), "refusal.rate{limiter=burst}");
    assert_eq!(
        asked("limiter=burst, group=labs, reason=rate_limited"),
        "refusal.rate{limiter=burst}"
    );
    let wrong = asked("reason=concurrency_limited,limiter=burst");
    assert!(wrong.contains("`burst` refuses for `rate_limited` alone"), "{wrong}");
    let other =
        "    fair_use: [{ name: burst, scope: agent, concurrency: { limit: 1 } }]\n  - group: labs";
    let asked = |labels: &str| {
        let text = kinds()[0].replace("  - group: labs", other);
        let text = format!("{text}  - 'refusal.rate{{{labels}}} < 1%'\n");
        match parse("test.yaml", &text, &[]) {
            Ok(scenario) => scenario.thresholds[0].metric.clone(),
            Err(error) => error.to_string(),
        }
    };
    let wrong = asked("reason=rate_limited,limiter=burst");
    assert!(
        wrong.contains("limits called `burst` refuse for `concurrency_limited` and `rate"),
        "{wrong}"
    );
    assert_eq!(
        asked("reason=concurrency_limited,limiter=burst,group=shops"),
        "refusal.rate{limiter=burst}"
    );
}
