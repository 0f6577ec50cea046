//! What would have removed the limit hits of a scenario: runs with something changed, on the same draws.

mod judge;
mod levels;
mod model;
mod remedies;
mod runs;
mod watch;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use self::judge::{Cause, Judge, best_first, limit_hit, may_be_left};
use self::levels::lowest;
pub use self::model::{
    AdviceSummary, CauseAdvice, Cost, Count, Effect, Figure, Remedy, RemedyKind, RemedyVerdict,
    advise_schema,
};
use self::remedies::{Candidate, Case, Search, candidates};
use self::runs::{Runs, Stop};
pub use self::watch::AdviseWatch;
use crate::engine::{self, ByWorkspace, EngineError, RunOptions, WorkspaceRecord};
use crate::rules::Reason;
use crate::scenario::{Group, Scenario, did_you_mean};
use crate::summary::Summary;
use crate::units::Share;
use crate::workload::Action;

/// Ninety-nine in a hundred hits are to be removed unless somebody wants another share.
const REMOVE: &str = "99%";

/// So many runs are made at most unless somebody wants more.
const MOST_RUNS: u32 = 500;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct AdviseOptions {
    /// Advice for this group alone.
    pub group: Option<String>,
    /// Advice against this reason alone, as results spell it.
    pub reason: Option<String>,
    /// The share of the hits that a remedy is to remove, above 0%.
    pub remove: Share,
    /// How many runs may be made at most; that of the scenario as it is is always made.
    pub most_runs: u32,
    /// How they are run.
    pub run: RunOptions,
}

/// Advice for all groups against all reasons, by which 99% of the hits are removed, from 500 runs at most,
/// each on one thread.
impl Default for AdviseOptions {
    fn default() -> Self {
        Self {
            group: None,
            reason: None,
            remove: REMOVE.parse().unwrap_or(Share::WHOLE),
            most_runs: MOST_RUNS,
            run: RunOptions::default(),
        }
    }
}

/// Why there is no advice.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AdviseError<E: fmt::Debug + fmt::Display> {
    /// What is asked for makes no sense.
    #[error("{what}")]
    Misasked {
        /// What is wrong with it.
        what: String,
        /// What would be right.
        hint: String,
    },
    /// A changed scenario could not be had.
    #[error("{source}")]
    Load {
        /// Why not.
        source: E,
    },
    /// The scenario could not be run, as it is or with something changed.
    #[error("{}{source}", told(.set))]
    Run {
        /// What was set in it.
        set: Vec<String>,
        /// Why not.
        source: EngineError,
    },
    /// The watch asked to stop. Half of a search says nothing of what is best.
    #[error("interrupted: there is no advice")]
    Interrupted,
}

/// What was changed, before an error.
fn told(set: &[String]) -> String {
    if set.is_empty() { String::new() } else { format!("with {}: ", set.join(", ")) }
}

/// Says for each group and each cause of its limit hits what would have removed them: runs the first
/// replication of a scenario as it is, then with one thing changed after the other, on the same draws.
///
/// `load` gives the scenario with these KEY=VALUE set in it, in the spelling of `--set`, or `None` if
/// they make no scenario. The advice depends on `scenario`, on what `load` gives and on the question, and
/// not on threads.
///
/// # Errors
///
/// [`AdviseError`] if there is no such group or reason, if a scenario cannot be loaded or run, or if
/// `watch` asked to stop.
///
/// # Panics
///
/// If the system cannot start so many threads, or if a limiter or an arrival process of one's own
/// panics.
///
/// # Examples
///
/// ```
/// use limitlab::planning::{AdviseOptions, AdviseWatch, RemedyKind, advise};
/// use limitlab::scenario::{Override, ScenarioError, parse};
///
/// // 29 messages come in five hours, and the pool can pay for 19.
/// let text = "{ limitlab: 1, name: small, duration: 5h,
///     plans: { metered: { credits: { included: 19 }, price: { amount: 25.00 } } },
///     packages: { few: { credits: 4, price: 3.00 } },
///     workspaces: [{ group: shops, plan: metered,
///         agents: [{ name: sales, traffic: { interarrival: 10m } }] }] }";
/// let load = |set: &[String]| {
///     let set: Vec<Override> = set.iter().map(Override::set).collect();
///     Ok::<_, ScenarioError>(parse("small.yaml", text, &set).ok())
/// };
/// let scenario = parse("small.yaml", text, &[])?;
/// let advice = advise(&scenario, &AdviseOptions::default(), &AdviseWatch::default(), load)?;
///
/// let credits = &advice.causes[0];
/// assert_eq!((credits.reason.as_str(), credits.hits), ("credits_exhausted", 10));
/// let packages = credits.remedies.iter().find(|it| it.kind == RemedyKind::BuyPackages).unwrap();
/// assert_eq!(packages.what, "buy up to 3 `few` a period");
/// assert_eq!((packages.effect.hits.after, packages.cost.money), (0, Some(9.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn advise<E: fmt::Debug + fmt::Display>(
    scenario: &Scenario,
    options: &AdviseOptions,
    watch: &AdviseWatch,
    load: impl Fn(&[String]) -> Result<Option<Scenario>, E>,
) -> Result<AdviceSummary, AdviseError<E>> {
    let reason = asked(scenario, options)?;
    let settled = engine::settle(scenario, options.run, &watch.begin());
    let scenario = &*settled.map_err(|source| AdviseError::Run { set: Vec::new(), source })?;
    let mut runs = Runs {
        load: &load,
        like: scenario,
        options: options.run,
        watch,
        most: options.most_runs,
        made: 0,
        known: BTreeMap::new(),
    };
    let before = runs.run(scenario, &[])?;
    let mut causes: Vec<CauseAdvice> = Vec::new();
    for (place, group) in scenario.groups.iter().enumerate() {
        if options.group.as_ref().is_some_and(|name| *name != group.name) {
            continue;
        }
        for cause in causes_in(&before.summary, &group.name, reason) {
            let plans = plans_hit(&before, place, group, cause.reason);
            let (reason, limiter) = (cause.reason, cause.limiter);
            let case = Case { scenario, group, reason, limiter, plans };
            let judge = Judge { cause, before: &before.summary, remove: options.remove };
            let (mut remedies, mut complete) = (Vec::new(), true);
            for candidate in candidates(&case) {
                match tried(&candidate, &judge, &mut runs) {
                    Ok(found) => remedies.extend(found),
                    Err(Stop::Spent) => complete = false,
                    Err(Stop::Failed(error)) => return Err(error),
                }
            }
            remedies.sort_by(best_first);
            causes.push(CauseAdvice {
                group: group.name.clone(),
                reason: reason.name().to_owned(),
                limiter: limiter.map(str::to_owned),
                workspaces: u64::from(group.count),
                workspaces_hit: cause.workspaces(&before.summary),
                hits: cause.hits(&before.summary),
                complete,
                remedies,
            });
        }
    }
    let complete = causes.iter().all(|it| it.complete);
    Ok(AdviceSummary {
        limitlab: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: before.summary.scenario.clone(),
        set: Vec::new(),
        seed: scenario.seed,
        workspaces: before.workspaces.len() as u64,
        remove: options.remove.as_f64(),
        runs: runs.made,
        complete,
        validity: before.summary.validity.clone(),
        notes: notes(scenario, options, complete),
        causes,
    })
}

/// The reason that is asked for, if that and the rest of the question makes sense.
fn asked<E: fmt::Debug + fmt::Display>(
    scenario: &Scenario,
    options: &AdviseOptions,
) -> Result<Option<Reason>, AdviseError<E>> {
    if let Some(name) = &options.group {
        let names: Vec<&str> = scenario.groups.iter().map(|it| it.name.as_str()).collect();
        if !names.contains(&name.as_str()) {
            let what = format!("there is no group `{name}`");
            let hint = did_you_mean(name, "groups", names.iter().copied());
            return Err(AdviseError::Misasked { what, hint });
        }
    }
    if options.remove == Share::NONE {
        let what = "nothing is to be removed".to_owned();
        let hint = "ask for a share above 0%, such as 99%".to_owned();
        return Err(AdviseError::Misasked { what, hint });
    }
    let Some(name) = &options.reason else { return Ok(None) };
    let hits = Reason::ALL.into_iter().filter(|it| it.is_limit_hit());
    let found = hits.clone().find(|it| it.name() == name);
    let names: Vec<&str> = hits.map(Reason::name).collect();
    found.map(Some).ok_or_else(|| {
        let known = Reason::ALL.into_iter().any(|it| it.name() == name);
        let what = if known {
            format!("`{name}` is no limit hit, so that there is no limit to raise")
        } else {
            format!("unknown reason `{name}`")
        };
        let hint = did_you_mean(name, "reasons of limit hits", names.iter().copied());
        AdviseError::Misasked { what, hint }
    })
}

/// The causes of limit hits that occurred in a group, that with most hits first.
fn causes_in<'a>(summary: &'a Summary, group: &'a str, asked: Option<Reason>) -> Vec<Cause<'a>> {
    let refusals = summary.groups.get(group).map_or(&[][..], |it| &it.refusals);
    let mut found: Vec<Cause<'_>> = refusals
        .iter()
        .filter_map(|it| Some((limit_hit(it)?, it)))
        .filter(|(reason, it)| it.refused > 0.0 && asked.is_none_or(|asked| asked == *reason))
        .map(|(reason, it)| Cause { group, reason, limiter: it.limiter.as_deref() })
        .collect();
    found.sort_by_key(|cause| std::cmp::Reverse(cause.hits(summary)));
    found
}

/// The plans of a group whose workspaces were refused, as places in its list: those that the workspaces
/// are founded on, and all to which they may have come later.
fn plans_hit(told: &ByWorkspace, place: usize, group: &Group, reason: Reason) -> Vec<usize> {
    let own = told.workspaces.iter().filter(|it| it.group == place);
    let is_hit = |it: &&WorkspaceRecord| it.figures.by_reason[reason as usize].hits > 0;
    let mut found: Vec<usize> = own.filter(is_hit).map(|it| it.plan).collect();
    let changes = |action: &Action| matches!(action, Action::SetPlan(_) | Action::Subscribe(_));
    let moves = group.timeline.iter().any(|it| changes(&it.action)) || group.recorded.is_some();
    if moves {
        found.extend(0..group.plans.len());
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What came of a remedy in the strengths that are of interest; nothing if none makes a scenario.
fn tried<E: fmt::Debug + fmt::Display>(
    candidate: &Candidate,
    judge: &Judge<'_>,
    runs: &mut Runs<'_, E>,
) -> Result<Vec<Remedy>, Stop<E>> {
    let goal = may_be_left(judge.cause.hits(judge.before), judge.remove);
    let mut remedy = |place: usize| -> Result<Option<Remedy>, Stop<E>> {
        let level = &candidate.levels[place];
        let after: Option<Arc<Summary>> = runs.with(&level.set)?;
        Ok(after.map(|after| judge.remedy(candidate.kind, level, &after)))
    };
    match candidate.search {
        Search::Lowest => {
            let hits = |place| Ok(remedy(place)?.map(|it| it.effect.hits.after));
            let Some(place) = lowest(candidate.levels.len(), goal, hits)? else {
                return Ok(Vec::new());
            };
            Ok(remedy(place)?.into_iter().collect())
        }
        Search::Each => {
            let mut found = Vec::new();
            for place in 0..candidate.levels.len() {
                let Some(remedy) = remedy(place)? else { continue };
                let is_enough = remedy.effect.hits.after <= goal;
                found.push(remedy);
                if is_enough {
                    break;
                }
            }
            Ok(found)
        }
    }
}

/// What must be known before advice is read, in sentences.
fn notes(scenario: &Scenario, options: &AdviseOptions, complete: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if scenario.replications > 1 {
        notes.push("Only the first replication is looked at.".to_owned());
    }
    if !complete {
        let runs = match options.most_runs {
            1 => "1 run was".to_owned(),
            most => format!("{most} runs were"),
        };
        notes.push(format!("Not everything was tried: {runs} made, and no more were allowed."));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Override, parse};

    /// Two workspaces with five agents each, of which three fit.
    const YAML: &str = "{ limitlab: 1, name: small, duration: 5h,
        plans: { three: { active_agents: 3 }, nine: { active_agents: 9 } },
        workspaces: [{ group: shops, count: 2, plan: three,
            agents: [{ name: sales, count: 5, traffic: { interarrival: 1h } }] }] }";

    #[expect(clippy::unnecessary_wraps, reason = "as it is asked for")]
    fn load(set: &[String]) -> Result<Option<Scenario>, String> {
        let set: Vec<Override> = set.iter().map(Override::set).collect();
        Ok(parse("small.yaml", YAML, &set).ok())
    }

    fn asked_with(options: &AdviseOptions) -> Result<AdviceSummary, AdviseError<String>> {
        let scenario = parse("small.yaml", YAML, &[]).unwrap();
        advise(&scenario, options, &AdviseWatch::default(), load)
    }

    #[test]
    fn threads_change_nothing() {
        let on =
            |threads| AdviseOptions { run: RunOptions { threads }, ..AdviseOptions::default() };
        assert_eq!(asked_with(&on(1)).unwrap(), asked_with(&on(3)).unwrap());
    }

    #[test]
    fn no_more_runs_are_made_than_allowed_and_that_is_told() {
        for most_runs in 1..6 {
            let options = AdviseOptions { most_runs, ..AdviseOptions::default() };
            let advice = asked_with(&options).unwrap();
            assert_eq!((advice.runs, advice.complete), (most_runs, false), "{most_runs}");
            assert!(advice.notes[0].contains("no more were allowed"), "{:?}", advice.notes);
            assert!(advice.causes.iter().any(|it| !it.complete), "{most_runs}");
        }
        let advice = asked_with(&AdviseOptions::default()).unwrap();
        assert!(advice.complete && advice.notes.is_empty());
    }

    #[test]
    fn what_is_stopped_gives_no_advice() {
        let whole = Arc::new(crate::engine::Watch::default());
        whole.stop();
        let scenario = parse("small.yaml", YAML, &[]).unwrap();
        let watch = AdviseWatch::new(whole);
        let advice = advise(&scenario, &AdviseOptions::default(), &watch, load);
        assert_eq!(advice, Err(AdviseError::Interrupted));
        assert_eq!(watch.progress().0, 0);
    }

    #[test]
    fn what_cannot_be_loaded_ends_the_search() {
        let scenario = parse("small.yaml", YAML, &[]).unwrap();
        let gone = |_: &[String]| Err("it is gone".to_owned());
        let advice = advise(&scenario, &AdviseOptions::default(), &AdviseWatch::default(), gone);
        assert_eq!(advice.unwrap_err().to_string(), "it is gone");
    }

    #[test]
    fn questions_that_make_no_sense_are_refused() {
        let refused = |options: &AdviseOptions| match asked_with(options) {
            Err(AdviseError::Misasked { what, hint }) => format!("{what}; {hint}"),
            other => panic!("{other:?}"),
        };
        let group = AdviseOptions { group: Some("shop".to_owned()), ..AdviseOptions::default() };
        assert_eq!(refused(&group), "there is no group `shop`; did you mean `shops`?");
        let of = |reason: &str| {
            let reason = Some(reason.to_owned());
            refused(&AdviseOptions { reason, ..AdviseOptions::default() })
        };
        let unknown = of("rate_limit");
        assert!(unknown.starts_with("unknown reason `rate_limit`; did you mean `rate_limited`?"));
        assert!(of("trial_ended").starts_with("`trial_ended` is no limit hit"));
        let nothing = AdviseOptions { remove: Share::NONE, ..AdviseOptions::default() };
        assert!(refused(&nothing).contains("above 0%"));
    }
}
