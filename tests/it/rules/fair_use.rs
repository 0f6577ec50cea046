//! R7: fair use, and what is told to whom a limit refuses.

use limitlab::report::terminal;
use limitlab::rules::{Offer, Reason};
use limitlab::scenario::parse;

use super::{cause, count, refused};
use crate::support::{outcome, simulate};

#[test]
fn r7_fair_use_a_hit_is_an_error_that_offers_to_buy_a_package_or_to_contact_support() {
    let yaml = "limitlab: 1
name: rule
duration: 1d
workspaces:
  - group: one
    agents: [{ name: a, traffic: { rate: 60/h } }]
    fair_use: [{ name: calm, token_bucket: { rate: 30/h, burst: 5 } }]
";
    let summary = simulate(yaml);
    let refusal = cause(&summary, "rate_limited");
    assert_eq!(refusal.limiter.as_deref(), Some("calm"));
    assert!(refusal.refused > 500.0);
    assert!(refusal.sentence.contains("buy a package or contact support"));
    assert_eq!(refusal.options, ["wait", "buy_package", "contact_support"]);
    assert_eq!(refusal.refused as u64, count(&summary, "attempts.refused"));
}

#[test]
fn r7_usage_limits_prevent_overload() {
    // Twice as many messages as the servers can answer, from one workspace in ten.
    let overloaded = |fair_use: &str| {
        simulate(&format!(
            "limitlab: 1
name: rule
duration: 1d
workspaces:
  - {{ group: loud, agents: [{{ name: a, traffic: {{ rate: 2/s }} }}], fair_use: [{fair_use}] }}
  - {{ group: calm, count: 9, agents: [{{ name: a, traffic: {{ rate: 1/m }} }}] }}
backend: {{ servers: 1, service_time: 1s, queue: {{ limit: 100 }} }}
"
        ))
    };
    let of_calm = |summary: &limitlab::summary::Summary| {
        summary.groups["calm"].metrics["loss.rate"].value.expect("they write")
    };
    let without = overloaded("");
    assert!(of_calm(&without) > 0.3, "{}", of_calm(&without));
    let with = overloaded("{ name: calm, token_bucket: { rate: 0.5/s, burst: 10 } }");
    assert_eq!(count(&with, "messages.lost"), refused(&with, "rate_limited"));
    assert!(of_calm(&with) < 1e-9 && refused(&with, "overloaded") == 0);
}

/// What is said and offered for each reason.
const TOLD: [(&str, &str, &[&str]); 10] = [
    (
        "workspace_agent_limit",
        "This workspace holds as many agents as it may. Delete one to create another.",
        &["contact_support"],
    ),
    (
        "active_agent_limit",
        "The limit of active agents has been reached. \
         Disable an agent or upgrade the plan to enable this one.",
        &["upgrade_plan", "disable_an_agent"],
    ),
    (
        "trial_ended",
        "The trial has ended. Subscribe to a plan to go on using the AI agent.",
        &["upgrade_plan", "contact_support"],
    ),
    ("agent_not_active", "This agent is not active.", &["contact_support"]),
    (
        "rate_limited",
        "The fair-use limit has been reached. Wait a moment, buy a package or contact support.",
        &["wait", "buy_package", "contact_support"],
    ),
    (
        "concurrency_limited",
        "Too many messages are being answered at once. \
         Wait a moment, buy a package or contact support.",
        &["wait", "buy_package", "contact_support"],
    ),
    (
        "credits_exhausted",
        "The workspace has used up its credits. \
         Buy a package, upgrade the plan or wait for the renewal.",
        &["buy_package", "upgrade_plan", "wait", "contact_support"],
    ),
    (
        "share_exhausted",
        "The share of the credits that is set for this agent or feature has been used up. \
         Wait for the renewal, or ask an admin of the workspace to change the share.",
        &["wait", "contact_support"],
    ),
    ("overloaded", "The service is busy. Try again in a moment.", &["wait", "contact_support"]),
    (
        "enforcement_unavailable",
        "Your limits cannot be checked at the moment. Try again in a moment.",
        &["wait", "contact_support"],
    ),
];

#[test]
fn r7_each_reason_has_its_sentence_and_its_offers() {
    assert_eq!(Reason::ALL.map(Reason::name), TOLD.map(|(name, ..)| name));
    for (reason, (name, sentence, offers)) in Reason::ALL.into_iter().zip(TOLD) {
        assert_eq!(reason.sentence(), sentence, "{name}");
        let offered: Vec<&str> = reason.offers().iter().map(|offer| offer.name()).collect();
        assert_eq!(offered, offers, "{name}");
    }
    // Who reaches a limit of usage can buy more of it or ask; nobody is left without an offer.
    for reason in [Reason::RateLimited, Reason::ConcurrencyLimited, Reason::CreditsExhausted] {
        assert!(reason.offers().contains(&Offer::BuyPackage));
        assert!(reason.offers().contains(&Offer::ContactSupport));
    }
}

/// A scenario in which every reason there is refuses somebody.
const ALL_REASONS: &str = "limitlab: 1
name: reasons
duration: 1d
plans:
  few: { active_agents: 1, total_agents: 2 }
  trial: { trial: 1h }
  poor: { credits: { included: 10, renews: never } }
workspaces:
  - { group: few, plan: few, agents: [{ name: a, count: 3, traffic: { rate: 6/h } }] }
  - { group: ended, plan: trial, agents: [{ name: a, traffic: { rate: 6/h } }] }
  - { group: poor, plan: poor, agents: [{ name: a, traffic: { rate: 6/h } }] }
  - { group: shared, plan: poor, agents: [{ name: a, share: 20%, traffic: { rate: 6/h } }] }
  - group: loud
    agents: [{ name: a, traffic: { rate: 60/h } }]
    fair_use: [{ name: burst, token_bucket: { rate: 1/h, burst: 1 } }]
  - group: patient
    agents: [{ name: a, traffic: { rate: 600/h } }]
    fair_use: [{ name: in-flight, concurrency: { limit: 1 } }]
  - { group: crowd, agents: [{ name: a, traffic: { rate: 600/h } }] }
backend: { servers: 2, service_time: 1m, queue: { limit: 2 } }
enforcement: { strategy: { optimistic: { read_to_write: 5s, max_retries: 0 } } }
";

#[test]
fn r7_the_results_and_the_terminal_say_for_each_reason_what_the_customer_is_told() {
    let scenario = parse("reasons.yaml", ALL_REASONS, &[]).expect("it is valid");
    let summary = outcome(ALL_REASONS).summary;
    let screen = terminal(&scenario, &summary, false, 100);
    for (name, sentence, offers) in TOLD {
        let refusal = cause(&summary, name);
        assert!(refusal.refused > 0.0, "{name}");
        assert_eq!(refusal.sentence, sentence, "{name}");
        assert_eq!(refusal.options, offers, "{name}");
        // On the terminal stands what happened; what follows it is left to summary.json.
        let quoted = match sentence.split_once(". ") {
            Some((first, _)) => format!("“{first}. …”"),
            None => format!("“{sentence}”"),
        };
        assert!(screen.contains(&quoted), "{name}: {quoted}\n{screen}");
    }
}
