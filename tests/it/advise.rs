//! What would have removed limit hits: `limitlab advise`, against what can be worked out by hand.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::planning::{
    AdviceSummary, AdviseOptions, AdviseWatch, CauseAdvice, Remedy, RemedyKind, RemedyVerdict,
    advise,
};
use limitlab::scenario::{Override, Scenario, ScenarioError, parse};
use serde_json::Value;

use crate::support::{Home, results, text};

/// A pool of 1,000 credits in a run in which 1,700 messages come, one every minute, each for a credit:
/// 700 are refused. In the other group nobody is.
const POOL: &str = "
limitlab: 1
name: pool
duration: 1701m
plans:
  metered: { credits: { included: 1_000 }, price: { amount: 20.00, every: 1701m } }
  larger: { credits: { included: 1_500 }, price: { amount: 30.00, every: 1701m } }
  largest: { credits: { included: 1_700 }, price: { amount: 70.00, every: 1701m } }
packages:
  few: { credits: 300, price: 7.00 }
workspaces:
  - group: shops
    count: 2
    plan: metered
    agents: [{ name: sales, traffic: { interarrival: 1m } }]
  - group: labs
    count: 3
    plan: metered
    agents: [{ name: tests, traffic: { interarrival: 2m } }]
";

/// Five agents that are always on, and three slots: two of them are refused at the start. One of a line
/// of its own is written to least.
const SLOTS: &str = "
limitlab: 1
name: slots
duration: 10h
plans:
  three: { active_agents: 3, price: { amount: 10.00, every: 10h } }
  four: { active_agents: 4, price: { amount: 11.00, every: 10h } }
  five: { active_agents: 5, price: { amount: 18.00, every: 10h } }
  trial: { active_agents: 5, trial: 14d }
workspaces:
  - group: shops
    count: 4
    plan: three
    agents:
      - { name: quiet, traffic: { interarrival: 5h } }
      - { name: sales, count: 4, traffic: { interarrival: 30m } }
";

/// Twelve messages at every full minute, each served for 59 seconds, and nobody waits: with fewer than
/// twelve servers the rest are refused.
const SERVERS: &str = "
limitlab: 1
name: servers
duration: 30m30s
workspaces:
  - group: shops
    count: 12
    agents: [{ name: sales, traffic: { interarrival: 1m } }]
backend: { servers: 7, service_time: 59s, queue: { limit: 0 } }
";

/// Pools that renew together, and customers who write again whether they were answered or not: who comes
/// back with the credits meets everybody else.
const HERD: &str = "
limitlab: 1
name: herd
seed: 3
duration: 5d
warm_up: 1d
plans:
  small: { credits: { included: 60, renews: 12h } }
workspaces:
  - group: shops
    count: 60
    plan: small
    agents: [{ name: sales, traffic: { closed: { users: 4, think: { exponential: 10m } } } }]
backend: { servers: 10, service_time: { exponential: 20s }, queue: { limit: 2 } }
";

fn scenario(yaml: &str, set: &[String]) -> Result<Scenario, ScenarioError> {
    let set: Vec<Override> = set.iter().map(Override::set).collect();
    parse("test.yaml", yaml, &set)
}

fn asked(yaml: &str, options: &AdviseOptions) -> AdviceSummary {
    let load = |set: &[String]| Ok::<_, ScenarioError>(scenario(yaml, set).ok());
    let as_it_is = scenario(yaml, &[]).expect("the scenario is valid");
    advise(&as_it_is, options, &AdviseWatch::default(), load).expect("the scenario does not loop")
}

fn advised(yaml: &str) -> AdviceSummary {
    asked(yaml, &AdviseOptions::default())
}

/// The only cause there is.
#[track_caller]
fn only(advice: &AdviceSummary) -> &CauseAdvice {
    assert_eq!(advice.causes.len(), 1, "{:#?}", advice.causes);
    &advice.causes[0]
}

#[track_caller]
fn one(cause: &CauseAdvice, kind: RemedyKind) -> &Remedy {
    let found: Vec<&Remedy> = cause.remedies.iter().filter(|it| it.kind == kind).collect();
    assert_eq!(found.len(), 1, "{kind}: {:#?}", cause.remedies);
    found[0]
}

/// Every remedy is held to a run of its own with what it says to set.
#[track_caller]
fn check_by_runs(yaml: &str, advice: &AdviceSummary) {
    for cause in &advice.causes {
        assert!(!cause.remedies.is_empty(), "{}", cause.reason);
        for remedy in &cause.remedies {
            let changed = scenario(yaml, &remedy.set).expect("what is advised can be set");
            let outcome = run(&changed, RunOptions { threads: 2 }, &Watch::default());
            let summary = outcome.expect("the scenario does not loop").summary;
            let group = &summary.groups[&cause.group];
            let refusals = group.refusals.iter();
            let own =
                refusals.filter(|it| it.reason == cause.reason && it.limiter == cause.limiter);
            let hits: f64 = own.map(|it| it.refused).sum();
            assert!((hits - remedy.effect.hits.after as f64).abs() < 0.5, "{remedy:#?}");
            let value = |name: &str| summary.metric(&cause.group, name).and_then(|it| it.value);
            let lost = value("messages.lost").expect("messages are lost or not");
            assert!((lost - remedy.effect.messages_lost.after as f64).abs() < 0.5, "{remedy:#?}");
            assert_eq!(remedy.effect.latency_p99.after, value("latency.p99"));
            assert_eq!(remedy.effect.refusal_rate.after, value("refusal.rate"));
        }
    }
}

#[test]
fn a_pool_that_lacks_700_credits_needs_three_packages_of_300() {
    let advice = advised(POOL);
    let cause = only(&advice);
    assert_eq!((cause.group.as_str(), cause.reason.as_str()), ("shops", "credits_exhausted"));
    assert_eq!((cause.hits, cause.workspaces_hit, cause.workspaces), (1_400, 2, 2));
    let packages = one(cause, RemedyKind::BuyPackages);
    assert_eq!(packages.what, "buy up to 3 `few` a period");
    assert_eq!((packages.effect.hits.after, packages.effect.messages_lost.after), (0, 0));
    // Three for each of two workspaces.
    assert_eq!(packages.cost.money, Some(42.0));
    assert_eq!(packages.verdict, RemedyVerdict::Removes);
    check_by_runs(POOL, &advice);
}

#[test]
fn plans_are_tried_one_by_one_up_to_the_first_that_is_enough() {
    let advice = advised(POOL);
    let cause = only(&advice);
    let mut plans: Vec<&Remedy> =
        cause.remedies.iter().filter(|it| it.kind == RemedyKind::UpgradePlan).collect();
    plans.sort_by_key(|it| it.effect.hits.after);
    let told: Vec<_> =
        plans.iter().map(|it| (it.what.as_str(), it.effect.hits.after, it.cost.money)).collect();
    assert_eq!(
        told,
        [
            ("upgrade metered to largest", 0, Some(100.0)),
            ("upgrade metered to larger", 400, Some(20.0)),
        ]
    );
    assert_eq!(plans[1].verdict, RemedyVerdict::Helps);
    assert!((plans[1].removed - 5.0 / 7.0).abs() < 1e-12);
    // Both are enough where half the hits are to be removed, and then the dearer one is not tried.
    let half = AdviseOptions { remove: "50%".parse().unwrap(), ..AdviseOptions::default() };
    let advice = asked(POOL, &half);
    assert_eq!(one(only(&advice), RemedyKind::UpgradePlan).what, "upgrade metered to larger");
}

#[test]
fn the_best_comes_first_by_what_it_removes_and_then_by_what_it_costs() {
    let advice = advised(POOL);
    let kinds: Vec<(RemedyKind, RemedyVerdict)> =
        only(&advice).remedies.iter().map(|it| (it.kind, it.verdict)).collect();
    assert_eq!(
        kinds,
        [
            // 1.7 times as many credits are needed.
            (RemedyKind::RaiseCredits, RemedyVerdict::Removes),
            (RemedyKind::BuyPackages, RemedyVerdict::Removes),
            (RemedyKind::UpgradePlan, RemedyVerdict::Removes),
            (RemedyKind::UpgradePlan, RemedyVerdict::Helps),
        ]
    );
    assert_eq!(only(&advice).remedies[0].set, ["plans.metered.credits.included=2000"]);
}

#[test]
fn what_has_no_price_has_an_unknown_one() {
    let free =
        POOL.replace(", price: 7.00", "").replace(", price: { amount: 70.00, every: 1701m }", "");
    let advice = advised(&free);
    let cause = only(&advice);
    assert_eq!(one(cause, RemedyKind::BuyPackages).cost.money, None);
    let largest = cause.remedies.iter().find(|it| it.what.ends_with("to largest"));
    assert_eq!(largest.map(|it| it.cost.money), Some(None));
    let larger = cause.remedies.iter().find(|it| it.what.ends_with("to larger"));
    assert_eq!(larger.map(|it| it.cost.money), Some(Some(20.0)));
}

#[test]
fn five_agents_fit_on_the_plan_with_five_slots_or_without_two_of_them() {
    let advice = advised(SLOTS);
    let cause = only(&advice);
    assert_eq!((cause.reason.as_str(), cause.hits), ("active_agent_limit", 8));
    let up = |name: &str| {
        let mut plans = cause.remedies.iter();
        plans.find(|it| it.what == format!("upgrade three to {name}")).expect("it is tried")
    };
    assert_eq!((up("four").effect.hits.after, up("four").cost.money), (4, Some(4.0)));
    assert_eq!((up("five").effect.hits.after, up("five").cost.money), (0, Some(32.0)));
    assert!(cause.remedies.iter().all(|it| !it.what.contains("trial")));
    let slots = one(cause, RemedyKind::RaiseSlots);
    assert_eq!(slots.what, "5 slots on three instead of 3");
    // The quiet one first, which has the first slot, and then one of the others.
    let fewer = one(cause, RemedyKind::DisableAgents);
    assert_eq!(fewer.what, "disable 2 agents: 1 of `quiet`, 1 of `sales`");
    assert_eq!(fewer.verdict, RemedyVerdict::Removes);
    // To the quiet one there is one message in ten hours, at 5 h, and to each of the others there are 19.
    // Another of these has its slot now; one is not there any more, and the quiet one stays a draft.
    let effect = &fewer.effect;
    assert_eq!(effect.messages_offered.before, 4 * (1 + 4 * 19));
    assert_eq!(effect.messages_offered.after, 4 * (1 + 3 * 19));
    assert_eq!(effect.messages_completed.before, 4 * (1 + 2 * 19));
    assert_eq!(effect.messages_completed.after, 4 * 3 * 19);
    assert_eq!(fewer.cost.messages_given_up, 0);
    check_by_runs(SLOTS, &advice);
}

#[test]
fn of_a_mix_those_plans_give_way_that_hit() {
    let mix = SLOTS.replace(
        "count: 4\n    plan: three",
        "count: 40\n    plan: { three: 50%, four: 30%, five: 20% }",
    );
    let advice = advised(&mix);
    let cause = only(&advice);
    let plans: Vec<&str> = cause
        .remedies
        .iter()
        .filter(|it| it.kind == RemedyKind::UpgradePlan)
        .map(|it| it.set[0].as_str())
        .collect();
    // One up for each of the two that have too few slots, then the next for the lower one.
    assert_eq!(
        plans,
        ["workspaces.shops.plan=five", "workspaces.shops.plan={ four: 50%, five: 50% }",]
    );
    let slots = one(cause, RemedyKind::RaiseSlots);
    assert_eq!(slots.set, ["plans.three.active_agents=5", "plans.four.active_agents=5"]);
    check_by_runs(&mix, &advice);
}

#[test]
fn twelve_messages_at_once_need_twelve_servers() {
    let advice = advised(SERVERS);
    let cause = only(&advice);
    // Thirty full minutes.
    assert_eq!((cause.reason.as_str(), cause.hits), ("overloaded", 30 * 5));
    let servers = one(cause, RemedyKind::AddServers);
    assert_eq!((servers.what.as_str(), servers.cost.servers), ("12 servers instead of 7", 5));
    assert_eq!(servers.set, ["backend.servers=12"]);
    assert_eq!((servers.effect.hits.after, servers.cost.money), (0, Some(0.0)));
    check_by_runs(SERVERS, &advice);
    // Of two such workspaces each needs its own.
    let apart = SERVERS
        .replace("count: 12", "count: 2")
        .replace("backend: {", "backend: { scope: workspace,")
        .replace("agents: [{ name: sales,", "agents: [{ name: sales, count: 12,");
    let advice = advised(&apart);
    let servers = one(only(&advice), RemedyKind::AddServers);
    assert_eq!(servers.what, "12 servers for each workspace instead of 7");
    assert_eq!((servers.effect.hits.before, servers.cost.servers), (2 * 30 * 5, 10));
    // With all but a fifth of the hits removed it is one server fewer.
    let most = AdviseOptions { remove: "80%".parse().unwrap(), ..AdviseOptions::default() };
    let advice = asked(SERVERS, &most);
    assert_eq!(one(only(&advice), RemedyKind::AddServers).cost.servers, 4);
}

#[test]
fn a_herd_of_renewals_is_spread() {
    let advice = advised(HERD);
    let cause = advice.causes.iter().find(|it| it.reason == "overloaded").expect("it is a herd");
    let spread = one(cause, RemedyKind::SpreadRenewals);
    assert_eq!(spread.set, ["workspaces.shops.billing_anchor=staggered"]);
    assert!(spread.removed > 0.9, "{spread:#?}");
    assert!((spread.cost.money, spread.cost.servers) == (Some(0.0), 0));
    let servers = one(cause, RemedyKind::AddServers);
    assert!(servers.cost.servers > 5, "{servers:#?}");
    check_by_runs(HERD, &advice);
}

#[test]
fn a_limit_that_is_raised_may_move_hits_to_another() {
    // Six messages an hour, of which the limit admits three; those admitted use up the credits after
    // twenty hours, all six after ten.
    let yaml = "
limitlab: 1
name: two
duration: 30h30m
plans: { metered: { credits: { included: 60, renews: never } } }
workspaces:
  - group: shops
    plan: metered
    agents: [{ name: sales, traffic: { interarrival: 10m } }]
    fair_use: [{ name: few, fixed_window: { limit: 3, per: 1h } }]
";
    let advice = advised(yaml);
    let few = advice.causes.iter().find(|it| it.limiter.as_deref() == Some("few")).unwrap();
    let raised = one(few, RemedyKind::RaiseLimiter);
    assert_eq!(raised.set, ["workspaces.shops.fair_use.few.fixed_window.limit=6"]);
    let effect = &raised.effect;
    assert_eq!(effect.hits.after, 0);
    // 182 messages in all: whoever passes the limit now meets the empty pool.
    assert_eq!((effect.messages_completed.before, effect.messages_completed.after), (60, 60));
    assert_eq!((effect.hits_of_group.before, effect.hits_of_group.after), (122, 122));
    check_by_runs(yaml, &advice);
}

#[test]
fn whoever_narrows_it_gets_the_same_and_no_more() {
    let both = POOL.replace("interarrival: 2m", "interarrival: 1m");
    let all = advised(&both);
    assert_eq!(all.causes.len(), 2);
    let labs = AdviseOptions { group: Some("labs".to_owned()), ..AdviseOptions::default() };
    let labs = asked(&both, &labs);
    assert_eq!(labs.causes, all.causes[1..]);
    assert!(labs.runs < all.runs);
    let other = Some("overloaded".to_owned());
    let none = asked(&both, &AdviseOptions { reason: other, ..AdviseOptions::default() });
    assert_eq!((none.causes.len(), none.runs), (0, 1));
}

#[test]
fn the_screen_says_what_to_set_and_what_it_costs() {
    let home = Home::with(&[("s.yaml", POOL)]);
    let told = home.told(&["advise", "s.yaml"], 0);
    insta::assert_snapshot!(told, @r"
    What would have removed the limit hits
    Scenario    pool
    5 workspaces over 28.4 h from 2026-01-01, seed 1
    15 runs on the same draws; ✓ removes 99 % of the hits

    shops       credits used up: 1,400 hits in 2 of 2 workspaces
                                              removed  other hits       lost  p99 then             costs
      ✓ include 2x the credits on metered       100 %           –     -1,400         –                 –
          --set plans.metered.credits.included=2000
      ✓ buy up to 3 `few` a period              100 %           –     -1,400         –            +42.00
          --set 'workspaces.shops.packages={ name: few, auto_buy: { on_refusal: true, at_most: 3 per period } }'
      ✓ upgrade metered to largest              100 %           –     -1,400         –           +100.00
          --set workspaces.shops.plan=largest
      · upgrade metered to larger              71.4 %           –     -1,000         –            +20.00
          --set workspaces.shops.plan=larger

    Removed: of the hits. Other hits: of the same group, by other limits. Lost: messages. Costs: what
    customers pay more over the run, servers, or replies that are given up; a limit that is raised has
    no price here.
    ");
    assert!(!home.path("results").exists(), "something was written");
    assert_eq!(told, home.told(&["advise", "s.yaml", "--threads", "3"], 0));
}

#[test]
fn the_document_is_that_of_the_library_and_fits_its_schema() {
    let home = Home::with(&[("s.yaml", POOL)]);
    let told = home.told(&["advise", "s.yaml", "--format", "json", "--seed", "7"], 0);
    let advice: AdviceSummary = serde_json::from_str(&told).expect("it reads back");
    let expected = advised(&POOL.replace("name: pool", "name: pool\nseed: 7"));
    assert_eq!((&advice.causes, advice.seed), (&expected.causes, 7));
    let schema: Value =
        serde_json::from_str(&home.told(&["schema", "advise"], 0)).expect("a schema is JSON");
    let told: Value = serde_json::from_str(&told).expect("it is JSON");
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<String>>();
    let mut declared = keys(&schema["properties"]);
    let mut written = keys(&told);
    declared.sort();
    written.sort();
    assert_eq!(declared, written);
}

#[test]
fn what_is_set_is_set_in_every_run_and_told() {
    let home = Home::with(&[("s.yaml", POOL)]);
    let set = "workspaces.shops.plan=larger";
    let told = home.told(&["advise", "s.yaml", "--format", "json", "--set", set], 0);
    let advice: AdviceSummary = serde_json::from_str(&told).expect("it reads back");
    assert_eq!(advice.set, [set]);
    let cause = only(&advice);
    assert_eq!(cause.hits, 400);
    assert_eq!(one(cause, RemedyKind::BuyPackages).what, "buy up to 1 `few` a period");
}

#[test]
fn nobody_is_advised_who_hits_no_limit() {
    let home = Home::with(&[("s.yaml", POOL)]);
    let told = home.told(&["advise", "s.yaml", "--group", "labs"], 0);
    assert!(told.contains("Nobody who was looked at hits a limit."), "{told}");
    assert_eq!(home.told(&["advise", "s.yaml", "--quiet"], 0), "");
}

#[test]
fn the_report_of_a_run_has_the_advice_that_was_asked_for() {
    let home = Home::with(&[("s.yaml", POOL)]);
    let plain = ["run", "s.yaml", "--out", "plain", "--quiet"];
    let more = ["run", "s.yaml", "--out", "more", "--quiet", "--advise"];
    home.told(&plain, 0);
    home.told(&more, 0);
    let (plain, mut more) = (results(&home.path("plain")), results(&home.path("more")));
    let advice = more.remove(&PathBuf::from("advice.json")).expect("it is written");
    let advice: AdviceSummary = serde_json::from_slice(&advice).expect("it reads back");
    assert_eq!(advice, advised_in(&home));
    for (path, bytes) in &more {
        let is_same = &plain[path] == bytes;
        assert_eq!(is_same, !path.ends_with("report.html"), "{}", path.display());
    }
    let page = text(&more[&PathBuf::from("report.html")]);
    assert!(!text(&plain[&PathBuf::from("report.html")]).contains("would have removed"));
    assert!(page.contains("What would have removed the hits"));
    for remedy in &only(&advice).remedies {
        assert!(page.contains(&remedy.what), "{}", remedy.what);
        assert!(page.contains(&remedy.set[0].replace('/', "&#x2f;")), "{}", remedy.set[0]);
    }
}

fn advised_in(home: &Home) -> AdviceSummary {
    let told = home.told(&["advise", "s.yaml", "--format", "json"], 0);
    serde_json::from_str(&told).expect("it reads back")
}

#[test]
fn questions_that_make_no_sense_are_refused_with_what_would() {
    let home = Home::with(&[("s.yaml", POOL)]);
    let refused =
        |arguments: &[&str]| home.refused(&[&["advise", "s.yaml"], arguments].concat(), 2);
    assert_eq!(
        refused(&["--group", "shop"]),
        "error: there is no group `shop`\nhint: did you mean `shops`? groups: `shops`, `labs`\n"
    );
    let unknown = refused(&["--reason", "credit_exhausted"]);
    assert!(
        unknown.starts_with(
            "error: unknown reason `credit_exhausted`\nhint: did you mean `credits_exhausted`?"
        ),
        "{unknown}"
    );
    let no_limit = refused(&["--reason", "agent_not_active"]);
    assert!(no_limit.starts_with("error: `agent_not_active` is no limit hit"), "{no_limit}");
    assert!(refused(&["--remove", "0%"]).contains("nothing is to be removed"));
    assert!(refused(&["--remove", "101%"]).contains("--remove"));
    assert!(refused(&["--max-runs", "0"]).contains("--max-runs"));
    assert!(refused(&["--set", "workspaces.shop.plan=pro"]).contains("shops"));
    let missing = home.run(&["advise", "missing.yaml"]);
    assert_eq!(missing.status.code(), Some(1), "{}", text(&missing.stderr));
}

#[test]
fn no_more_runs_are_made_than_allowed() {
    let home = Home::with(&[("s.yaml", POOL)]);
    let told = home.told(&["advise", "s.yaml", "--max-runs", "3", "--format", "json"], 0);
    let advice: AdviceSummary = serde_json::from_str(&told).expect("it reads back");
    assert_eq!((advice.runs, advice.complete), (3, false));
    let told = home.told(&["advise", "s.yaml", "--max-runs", "3"], 0);
    assert!(told.contains("Not everything was tried: 3 runs were made"), "{told}");
    // Of what was not tried nobody knows whether it applies.
    let told = home.told(&["advise", "s.yaml", "--max-runs", "1"], 0);
    assert!(told.contains("Not everything was tried: 1 run was made"), "{told}");
    assert!(told.contains("not everything was tried, since no run was left"), "{told}");
    assert!(!told.contains("nothing that the scenario has applies"), "{told}");
}

#[cfg(unix)]
#[test]
fn whoever_interrupts_it_gets_no_advice() {
    let long = HERD.replace("duration: 5d", "duration: 3650d");
    let home = Home::with(&[("s.yaml", &long)]);
    let mut command = home.command(&["advise", "s.yaml"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("the command can be started");
    // Long enough to be listening, and nowhere near the end.
    std::thread::sleep(Duration::from_secs(1));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill can be started").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "error: interrupted: there is no advice\n");
    assert!(output.stdout.is_empty());
}
