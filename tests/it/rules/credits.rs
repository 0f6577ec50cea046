//! R6: one pool of credits.

use super::{HOURLY, cause, count, lasting, month, refused, workspace};

#[test]
fn r6_credits_are_shared_by_all_agents_of_the_workspace() {
    let agents = "{ name: a, count: 2, traffic: { rate: 60/h } }, \
                  { name: b, traffic: { rate: 600/h }, cost: 3 }";
    let summary = workspace("credits: { included: 1_000, renews: never }", agents);
    // One pool for both lines: it is used up to what no message can take any more.
    assert_eq!(count(&summary, "credits.opening"), 1_000);
    assert!(count(&summary, "credits.consumed") >= 998);
    assert!(count(&summary, "messages.lost") > 10_000);
    assert_eq!(count(&summary, "credits.oversold.max"), 0);
}

#[test]
fn r6_there_is_one_pool_and_no_share_for_each_agent() {
    // Ten agents, of which one is written to: it may use all that there is.
    let agents = format!("{HOURLY}, {{ name: quiet, count: 9 }}");
    let summary = month("first: { credits: { included: 100, renews: never } }", &agents, "");
    assert_eq!(count(&summary, "credits.consumed"), 100);
    assert_eq!(refused(&summary, "credits_exhausted"), 719 - 100);
    let causes = &summary.groups["all"].refusals;
    assert!(causes.iter().all(|cause| cause.reason != "share_exhausted"));
}

#[test]
fn r6_other_features_draw_on_the_same_pool() {
    let group = "agents: [{ name: idle }], \
                 features: [{ name: rewriter, traffic: { interarrival: 1h }, cost: 2 }]";
    let plans = "first: { credits: { included: 100, renews: never } }";
    let summary = lasting("30d", plans, group, "");
    assert_eq!(count(&summary, "credits.consumed"), 100);
    assert_eq!(count(&summary, "messages.completed"), 50);
}

#[test]
fn r6_an_agent_has_a_share_of_its_own_only_if_the_scenario_sets_one() {
    let plans = "first: { credits: { included: 100, renews: never } }";
    let without = month(plans, HOURLY, "");
    assert_eq!(count(&without, "credits.consumed"), 100);
    let agents = HOURLY.replace("name: bot", "name: bot, share: 20%");
    let with = month(plans, &agents, "");
    assert_eq!(count(&with, "credits.consumed"), 20);
    assert_eq!(cause(&with, "share_exhausted").options, ["wait", "contact_support"]);
}

#[test]
fn r6_deducted_overage_of_a_message_that_the_backend_refused_is_granted_after_all() {
    // A message every 2 min; one of them is served, and each of the others is back 40 min later.
    // Those of 2 to 10 min are paid by the grant and those of 12 to 20 min are overage, which is
    // deducted at 30 min. All five of these are back from 52 to 60 min, and granted again.
    let text = "limitlab: 1
name: rule
duration: 61m
timeline: [{ at: 21m, traffic: 0x }]
plans: { first: { credits: { included: 5, renews: 30m,
    overage: { up_to: 100%, at_renewal: deduct } } } }
workspaces: [{ group: one, plan: first, agents: [{ name: a, traffic: { interarrival: 2m } }] }]
backend: { servers: 1, service_time: 1d, queue: { limit: 0 }, network_delay: 20m }
";
    let summary = crate::support::simulate(text);
    // 0 of 5 at 30 min, 5 that came back, and 5 of 5 at 60 min.
    assert_eq!(summary.value("credits.granted"), Some(0.0 + 5.0 + 5.0));
    assert_eq!(summary.value("credits.overage"), Some(0.0));
}
