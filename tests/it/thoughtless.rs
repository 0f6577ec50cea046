//! Users who write again in no time, and are refused.

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::{Scenario, ScenarioError, parse, warnings};

/// A scenario, or the first message about it.
fn read(text: &str) -> Result<Scenario, String> {
    match parse("x.yaml", text, &[]) {
        Err(ScenarioError::Faults(faults)) => Err(faults.list()[0].message.clone()),
        Err(error) => panic!("{error}"),
        Ok(scenario) => Ok(scenario),
    }
}

#[test]
fn users_who_do_not_think_must_not_be_refused_at_once() {
    let told = |agent: &str, rest: &str| {
        let text = format!(
            "{{ limitlab: 1, name: x, duration: 2d, {rest}
            backend: {{ servers: 2, service_time: 1m }}, workspaces: [{{ group: shops, agents: [
                {{ name: a, traffic: {{ closed: {{ users: 1, think: 0s }} }}{agent} }}] }}] }}"
        );
        read(&text).map(|scenario| (warnings(&scenario), scenario))
    };
    let loops =
        |scenario: &Scenario| run(scenario, RunOptions { threads: 1 }, &Watch::default()).is_err();
    let away = "users who do not think are refused at once while their agents are";
    for (agent, rest, expected) in [
        (", start: offline", "", format!("{away} draft or offline")),
        (", start: draft, activity: { draft: 1d }", "", format!("{away} draft or offline")),
        (", activity: { active: 1h }", "", format!("{away} offline")),
        (", activity: { active: 1h, offline: 1h }", "", format!("{away} offline")),
    ] {
        let message = told(agent, rest).unwrap_err();
        assert_eq!(message, format!("{expected}, and would write for ever in no time"), "{agent}");
    }
    // Where nobody can see whether it comes to that, there is a warning, and the run says the rest.
    let disabled = "timeline: [{ at: 1d, disable: a }],";
    let (warned, scenario) = told("", disabled).unwrap();
    assert!(warned[0].contains("one who is refused writes again for ever in no time"));
    assert!(loops(&scenario));
    for (agent, rest) in [
        ("", ""),
        (", start: offline, while_offline: pause", ""),
        (", while_offline: pause, activity: { active: 1h, offline: 1h }", ""),
    ] {
        assert_eq!(told(agent, rest).unwrap().0, Vec::<String>::new(), "{agent}");
    }
    // Longer than the run, so nothing is wrong.
    let (warned, scenario) = told(", activity: { active: 30d }", "").unwrap();
    assert_eq!(warned.len(), 1);
    assert!(!loops(&scenario));
}

#[test]
fn users_who_do_not_think_may_try_again_if_that_takes_time() {
    let told = |agent: &str| {
        let text = format!(
            "{{ limitlab: 1, name: x, duration: 1h,
            backend: {{ servers: 1, service_time: 1m }}, workspaces: [{{ group: shops, agents: [
                {{ name: a, traffic: {{ closed: {{ users: 2, think: 0s }} }}, {agent} }}] }}] }}"
        );
        let scenario = read(&text)?;
        let loops = run(&scenario, RunOptions { threads: 1 }, &Watch::default()).is_err();
        Ok((warnings(&scenario), loops))
    };
    let retry = |keys: &str| {
        told(&format!(
            "start: offline, retry: {{ max_attempts: 3, reasons: [agent_not_active], {keys} }}"
        ))
    };
    assert_eq!(retry("backoff: { wait: 1s }"), Ok((Vec::new(), false)));
    assert_eq!(retry("persistence: 50%"), Ok((Vec::new(), false)));
    let refused = "users who do not think are refused at once while their agents are draft or \
                   offline, and would write for ever in no time";
    let again = "start: offline, retry: { max_attempts: 3 }";
    let once = "start: offline, retry: { max_attempts: 1, reasons: [agent_not_active] }";
    for told in [
        retry("backoff: { wait: 0s }"),
        retry("persistence: 0%"),
        told(again),
        told(once),
        told(&format!("{again}, patience: 0s")),
    ] {
        assert_eq!(told, Err(refused.to_owned()));
    }
    let impatient = "users of `a` in `shops` neither think nor wait: one who finds no free server \
                     writes again for ever in no time, and the run ends there";
    assert_eq!(told("patience: 0s"), Ok((vec![impatient.to_owned()], true)));
    assert_eq!(told("patience: 1s"), Ok((Vec::new(), false)));
}

#[test]
fn users_who_do_not_think_need_slots_and_subscriptions() {
    let told = |plan: &str, agents: u32, rest: &str| {
        let text = format!(
            "{{ limitlab: 1, name: x, duration: 2d, plans: {{ p: {{ {plan} }}, q: {{}} }}, {rest}
            backend: {{ servers: unlimited, service_time: 1m }},
            workspaces: [{{ group: shops, plan: p, agents: [{{ name: a, count: {agents},
                traffic: {{ closed: {{ users: 1, think: 0s }} }} }}] }}] }}"
        );
        read(&text).err()
    };
    assert_eq!(told("active_agents: 2", 2, ""), None);
    assert_eq!(
        told("active_agents: 2", 3, "").as_deref(),
        Some(
            "users who do not think are refused at once while an agent of theirs has no slot, and \
             would write for ever in no time"
        )
    );
    assert_eq!(told("active_agents: 2, total_agents: 2", 3, ""), None);
    assert_eq!(
        told("trial: 1d", 1, "").as_deref(),
        Some(
            "users who do not think are refused at once after the trial has ended, and would write \
             for ever in no time"
        )
    );
    assert_eq!(told("trial: 3d", 1, ""), None);
    assert_eq!(told("trial: 1d", 1, "timeline: [{ at: 1h, subscribe: q }],"), None);
}
