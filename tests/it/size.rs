//! The smallest value that is enough: `limitlab size`.

use std::collections::BTreeSet;
use std::process::Output;

use insta::assert_snapshot;
use limitlab::planning::{SizeSummary, size_schema};
use serde_json::Value;

use crate::support::{Home, text};

/// Two workspaces without chance, each of which gets a message every ten minutes, 29 in all.
const BY_HAND: &str = "
limitlab: 1
name: by-hand
duration: 5h
plans: { metered: { price: { amount: 30.00 }, credits: { included: 30 } } }
packages: { small: { credits: 10, price: 2.00 } }
workspaces:
  - group: shops
    count: 2
    plan: metered
    agents: [{ name: sales, cost: 2, traffic: { interarrival: 10m } }]
    packages: { name: small, at_start: 1 }
    fair_use: [{ name: few, scope: workspace, token_bucket: { rate: 1/d, burst: 30 } }]
thresholds: [refusal.rate < 50%, messages.completed >= 50]
";

const BURST: &str = "workspaces.shops.fair_use.few.token_bucket.burst=1..60";
const CREDITS: &str = "plans.metered.credits.included=10..100";
const PACKAGES: &str = "workspaces.shops.packages.at_start=1..9";

fn limitlab(yaml: &str, arguments: &[&str]) -> Output {
    Home::with(&[("s.yaml", yaml)]).run(&[&["size", "s.yaml"], arguments].concat())
}

fn printed(output: &Output) -> String {
    text(&output.stdout)
}

fn told(output: &Output) -> String {
    text(&output.stderr)
}

fn found(yaml: &str, arguments: &[&str]) -> (SizeSummary, Option<i32>) {
    let output = limitlab(yaml, &[arguments, &["--format", "json"]].concat());
    let found = serde_json::from_slice(&output.stdout);
    (found.unwrap_or_else(|error| panic!("{error}: {}", told(&output))), output.status.code())
}

#[test]
fn what_is_enough_is_told_with_its_evidence() {
    let output = limitlab(BY_HAND, &["--knob", CREDITS, "--threads", "2"]);
    assert_eq!((output.status.code(), told(&output).as_str()), (Some(0), ""));
    assert_snapshot!(printed(&output), @r"
    by-hand: the smallest value that is enough
    Knobs       plans.metered.credits.included from 10 to 100 (91 values)
    Until       refusal.rate < 50%
                messages.completed >= 50

    ✓ plans.metered.credits.included=40 is the smallest that meets all of them
        refusal.rate < 50%: 14 % (14 to 14), n 128
        messages.completed >= 50: 50 (50 to 50), n 128
        cost 4.40, spent by workspaces
    ✗ plans.metered.credits.included=39 does not
        refusal.rate < 50%: 17 % (17 to 17), n 128
        messages.completed >= 50: 48 (48 to 48), n 128
      Each verdict by an interval is 95 % certain, over all looks at ever more replications.

      credits.included  refusal.rate          messages.completed  replications  cost
    ✗ 32                ✓ 28 % (28 to 28)     ✗ 42 (42 to 42)     64            4.40
    ✗ 38                ✓ 17 % (17 to 17)     ✗ 48 (48 to 48)     64            4.40
    ✗ 39                ✓ 17 % (17 to 17)     ✗ 48 (48 to 48)     64            4.40
    ✓ 40                ✓ 14 % (14 to 14)     ✓ 50 (50 to 50)     64            4.40
    ✓ 41                ✓ 14 % (14 to 14)     ✓ 50 (50 to 50)     64            4.40
    ✓ 44                ✓ 6.9 % (6.9 to 6.9)  ✓ 54 (54 to 54)     64            4.40
    ✓ 55                ✓ 0 % (0 to 0)        ✓ 58 (58 to 58)     64            4.40
    ✓ 100               ✓ 0 % (0 to 0)        ✓ 58 (58 to 58)     64            4.40

    Run it: limitlab run s.yaml --set plans.metered.credits.included=40
    ");
}

#[test]
fn values_by_hand_are_found() {
    // 29 messages of 2 credits for each of two workspaces, 25 of which are to be answered: a package of 10
    // credits is there.
    let answer = |arguments: &[&str]| {
        let (found, code) = found(BY_HAND, arguments);
        assert_eq!((code, found.complete), (Some(0), true), "{arguments:?}");
        let values = |setting: &limitlab::planning::Setting| -> Vec<String> {
            setting.values().cloned().collect()
        };
        (values(&found.answer.unwrap()).join(" "), found.beyond.as_ref().map(values))
    };
    let next = |value: &str| Some(vec![value.to_owned()]);
    assert_eq!(answer(&["--knob", CREDITS]), ("40".to_owned(), next("39")));
    assert_eq!(answer(&["--knob", PACKAGES]), ("2".to_owned(), next("1")));
    let none = ["--until", "loss.rate == 0", "--set", "plans.metered.credits.included=1_000"];
    let asked = [&["--knob", BURST][..], &none].concat();
    assert_eq!(answer(&asked), ("29".to_owned(), next("28")));
    // In steps, and as a list.
    let stepped = "plans.metered.credits.included=10..100:15";
    assert_eq!(answer(&["--knob", stepped]), ("40".to_owned(), next("25")));
    let listed = "plans.metered.credits.included=20,45,60,90";
    assert_eq!(answer(&["--knob", listed]), ("45".to_owned(), next("20")));
    // The largest price of a message that leaves 25 of them within the pool of each.
    let cost = ["--knob", "workspaces.shops.agents.sales.cost=0.5..3.0", "--largest"];
    assert_eq!(answer(&cost), ("1.6".to_owned(), next("1.7")));
    // An end of the range has nothing beyond it.
    assert_eq!(
        answer(&["--knob", "plans.metered.credits.included=60..100"]),
        ("60".to_owned(), None)
    );
}

#[test]
fn the_cheapest_of_several_knobs_counts_knobs_and_what_is_spent() {
    // 25 messages of 2 credits: 50 credits, of which packages have 10 for 2.00, and a credit of the plan
    // costs so much.
    let stepped = "plans.metered.credits.included=10..60:10";
    let cheapest = |price: &str| {
        let price = format!("plans.metered.credits.included={price}");
        let knobs =
            ["--knob", stepped, "--knob", PACKAGES, "--minimise", "cost", "--price", &price];
        let (found, code) = found(BY_HAND, &knobs);
        assert_eq!(code, Some(0));
        let answer = found.answer.clone().unwrap();
        let cost = found.of(&answer).unwrap().cost.unwrap();
        (answer[0].clone(), answer[1].clone(), cost)
    };
    // Two workspaces pay for a package each, the pool is paid for once: 10 credits are 4.00 or 10 x 0.10.
    let (credits, packages, cost) = cheapest("0.10");
    assert_eq!((credits.as_str(), packages.as_str()), ("40", "1"));
    assert_eq!(cost.knobs, Some(4.0));
    let (credits, packages, cost) = cheapest("0.50");
    assert_eq!((credits.as_str(), packages.as_str()), ("10", "4"));
    let plans = 2.0 * 30.0 * 5.0 / 744.0;
    assert!((cost.spent.unwrap() - 16.0 - plans).abs() < 1e-5, "{cost:?}");
    assert!((cost.total - cost.spent.unwrap() - 5.0).abs() < 1e-9);
}

#[test]
fn where_nothing_is_enough_that_is_told() {
    let output = limitlab(BY_HAND, &["--knob", "plans.metered.credits.included=1..39"]);
    assert_eq!(output.status.code(), Some(99));
    let page = printed(&output);
    assert!(page.contains("✗ No setting in the range meets what it has to."), "{page}");
    assert!(page.contains("✗ plans.metered.credits.included=39 does not"), "{page}");
    // Chance that as many replications as may be do not tell of.
    let even = BY_HAND.replace("interarrival: 10m", "interarrival: { exponential: 10m }");
    let asked = ["--until", "messages.offered > 60", "--knob", "workspaces.shops.count=2,200"];
    let few = [&asked[..], &["--max-replications", "40"]].concat();
    let (found, code) = found(&even, &few);
    assert_eq!((code, found.open.len()), (Some(0), 1), "{found:#?}");
    let output = limitlab(&even, &[&few[..], &["--strict"]].concat());
    assert_eq!(output.status.code(), Some(5));
    let page = printed(&output);
    assert!(
        page.contains("workspaces.shops.count=2 is not certain after 40 replications"),
        "{page}"
    );
}

#[test]
fn what_cannot_be_asked_says_why() {
    let knob = ["--knob", CREDITS];
    for (arguments, code, part) in [
        (&["--knob", "plans.metered.credits.included"][..], 2, "a knob is `KEY=lo..hi`"),
        (&["--knob", "a.b=9..1"], 2, "the range `9..1` ends before it starts"),
        (&["--knob", "a.b=fifo,lifo"], 2, "its values must be numbers of one kind"),
        (&["--knob", "a.b=3,2"], 2, "its values must rise"),
        (&["--knob", "plans.metered.credits.inclded=1..9"], 2, "did you mean `included`?"),
        (&[&knob[..], &["--knob", BURST]].concat(), 2, "--minimise cost"),
        (&[&knob[..], &["--until", "latncy.p99 < 1s"]].concat(), 2, "--until:1:1"),
        (&[&knob[..], &["--until", "latency.p99 < 1"]].concat(), 2, "is not a duration"),
        (&[&knob[..], &["--price", "a=1"]].concat(), 2, "there is no such knob"),
        (&[&knob[..], &["--max-replications", "1"]].concat(), 2, "--max-replications"),
        (&[&knob[..], &["--largest"]].concat(), 2, "it is the other way round"),
        (
            &["--knob", "workspaces.shops.agents.sales.cost=1..9"],
            2,
            "`--largest` asks for the largest value that meets them",
        ),
        (&[&knob[..], &["--set", "thresholds=[]"]].concat(), 2, "there is no threshold"),
    ] {
        let output = limitlab(BY_HAND, arguments);
        let told = told(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(told.contains(part), "{arguments:?}: {told}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let free = BY_HAND.replace("price: { amount: 30.00 }, ", "").replace(", price: 2.00", "");
    let output = limitlab(&free, &[&knob[..], &["--minimise", "cost"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("nothing has a price"), "{}", told(&output));
}

#[test]
fn the_document_keeps_its_schema() {
    let (found, _) = found(BY_HAND, &["--knob", CREDITS, "--set", "seed=3"]);
    assert_eq!(found.set, ["seed=3"]);
    let json: Value = serde_json::from_str(&found.to_json()).expect("JSON");
    let schema = size_schema();
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    assert_eq!(keys(&schema["properties"]), keys(&json));
    let known = keys(&schema["$defs"]["Tried"]["properties"]);
    assert!(keys(&json["tried"][0]).is_subset(&known));
}
