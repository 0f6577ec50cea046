//! Which value of a knob is enough: the smallest, the largest or the cheapest setting that meets thresholds.

mod looks;
mod model;
mod question;
mod search;

use std::fmt;

use thiserror::Error;

use self::looks::{LEVEL, judge, looks};
pub use self::model::{Aim, Judged, Knob, Setting, SettingCost, SizeSummary, Tried, size_schema};
pub use self::question::{MOST_REPLICATIONS, SizeQuestion};
use self::search::Search;
use super::fault::QuestionFault;
use super::grid::Point;
use crate::engine::{self, EngineError, RunOptions, Watch, run};
use crate::scenario::{Scenario, Settling};
use crate::summary::ThresholdVerdict;
use crate::units::SimSpan;

/// Why no size was found.
#[derive(Debug, Error)]
pub enum SizeError<E: fmt::Debug + fmt::Display> {
    /// The scenario of a setting is wrong.
    #[error("{source}")]
    Load {
        /// Which one.
        point: Box<Point>,
        /// What is wrong.
        source: E,
    },
    /// A setting could not be run.
    #[error("{source}")]
    Run {
        /// Which one.
        point: Box<Point>,
        /// Why.
        source: EngineError,
    },
    /// It cannot be asked of this scenario.
    #[error(transparent)]
    Question(#[from] QuestionFault),
    /// The watch asked to stop: what was found by then.
    #[error("interrupted")]
    Interrupted(Box<SizeSummary>),
}

/// Finds the setting of a question's knobs that meets every threshold of the scenario with 95% confidence,
/// each setting on the same draws. `load` gives the scenario of a setting, `tell` is told of each that was
/// simulated.
///
/// More of a knob (less, if the largest value is asked for) is taken to be never worse: what was simulated
/// tells of other settings, and with one knob its values are bisected. A setting is simulated with ever more
/// replications until intervals tell whether it meets the thresholds, or there are as many as the question
/// allows.
///
/// The summary depends on the question and the scenarios alone, not on `options`.
///
/// # Errors
///
/// [`SizeError`] if a setting is wrong or cannot be run, if the scenario has no threshold or the cheapest is
/// asked for where nothing has a price, if less of the knobs is better, or if `watch` asked to stop.
///
/// # Panics
///
/// If the system cannot start so many threads, or if a limiter or an arrival process of one's own
/// panics.
///
/// # Examples
///
/// ```
/// use limitlab::planning::{Aim, Grid, SizeQuestion, size};
/// use limitlab::scenario::{Override, parse};
///
/// let text = "{ limitlab: 1, name: small, duration: 5h, workspaces: [{ group: shops, count: 100,
///     agents: [{ name: sales, traffic: { interarrival: 10m } }],
///     fair_use: [{ name: few, scope: workspace, token_bucket: { rate: 1/d, burst: 30 } }] }],
///     thresholds: [loss.rate < 10%] }";
/// let knob = "workspaces.shops.fair_use.few.token_bucket.burst=1..100".to_owned();
/// let question = SizeQuestion::read(Grid::read_knobs(&[knob], &[])?, Aim::Smallest, &[])?;
/// let load = |point: &limitlab::planning::Point| {
///     parse("small.yaml", text, &point.overrides().collect::<Vec<Override>>())
/// };
/// let found = size(&question, Default::default(), &Default::default(), load, |_| {})?;
///
/// // 29 messages come, of which at most 2 may be lost.
/// assert_eq!(found.answer.unwrap()[0], "27");
/// assert_eq!(found.beyond.unwrap()[0], "26");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn size<E: fmt::Debug + fmt::Display>(
    question: &SizeQuestion,
    options: RunOptions,
    watch: &Watch,
    load: impl Fn(&Point) -> Result<Scenario, E>,
    tell: impl FnMut(&Tried),
) -> Result<SizeSummary, SizeError<E>> {
    let grid = &question.grid;
    let floors = (0..grid.len()).map(|place| question.floor(&grid.places(place))).collect();
    let mut search = Search::new(grid, question.aim == Aim::Largest, floors);
    let mut sizing = Sizing {
        question,
        options,
        watch,
        load,
        tell,
        warm_up: None,
        about: None,
        tried: Vec::new(),
    };
    // Where most of everything is not enough nothing is, unless less of a knob is better.
    let most = search.most();
    if sizing.attempt(most, &mut search)? == ThresholdVerdict::Fail {
        for less in search.with_least_of_one() {
            if sizing.attempt(less, &mut search)? == ThresholdVerdict::Pass {
                return Err(sizing.turned(less, most).into());
            }
        }
    }
    while let Some(place) = search.next() {
        sizing.attempt(place, &mut search)?;
    }
    Ok(sizing.summary(true))
}

/// A search under way.
struct Sizing<'a, L, T> {
    question: &'a SizeQuestion,
    options: RunOptions,
    watch: &'a Watch,
    load: L,
    tell: T,
    /// The warm-up that was found, if it is to be found: all settings are measured over the same time.
    warm_up: Option<(SimSpan, Settling)>,
    /// The name of the scenario and its thresholds, once one is loaded.
    about: Option<(String, Vec<String>)>,
    /// What was simulated, each with its number in the grid.
    tried: Vec<(usize, Tried)>,
}

impl<L, T: FnMut(&Tried)> Sizing<'_, L, T> {
    /// Simulates a setting until it is known whether it meets the thresholds, and lets the search learn it.
    fn attempt<E: fmt::Debug + fmt::Display>(
        &mut self,
        place: usize,
        search: &mut Search,
    ) -> Result<ThresholdVerdict, SizeError<E>>
    where
        L: Fn(&Point) -> Result<Scenario, E>,
    {
        let point = self.question.grid.point(place);
        let mut scenario = match (self.load)(&point) {
            Ok(scenario) => scenario,
            Err(source) => return Err(SizeError::Load { point: Box::new(point), source }),
        };
        if let Err(source) = self.settle(&mut scenario) {
            return Err(SizeError::Run { point: Box::new(point), source });
        }
        if scenario.thresholds.is_empty() {
            let hint = "for example `--until \"latency.p99 < 10s\"`, or thresholds in the scenario";
            let what = "there is no threshold to be met";
            return Err(QuestionFault::new(what, Some(hint.to_owned())).into());
        }
        self.about.get_or_insert_with(|| {
            let until = scenario.thresholds.iter().map(|it| it.text.clone()).collect();
            (scenario.name.clone(), until)
        });
        let tried = match self.simulate(scenario, place) {
            Ok(Some(tried)) => tried,
            Ok(None) => return Err(SizeError::Interrupted(Box::new(self.summary(false)))),
            Err(source) => return Err(SizeError::Run { point: Box::new(point), source }),
        };
        let cost = match (self.question.aim, tried.cost) {
            (Aim::Cheapest, Some(cost)) => cost.total,
            (Aim::Cheapest, None) => {
                let hint = "say with `--price KEY=AMOUNT` what one of a knob costs, or give plans and \
                            packages a `price`";
                let what = "nothing has a price, so no setting is the cheapest";
                return Err(QuestionFault::new(what, Some(hint.to_owned())).into());
            }
            _ => self.question.floor(&self.question.grid.places(place)),
        };
        search.learn(place, tried.verdict, cost);
        (self.tell)(&tried);
        let verdict = tried.verdict;
        self.tried.push((place, tried));
        Ok(verdict)
    }

    /// Has a setting measured from when the first one that was tried had settled.
    fn settle(&mut self, scenario: &mut Scenario) -> Result<(), EngineError> {
        if scenario.settling == Settling::ToFind {
            if self.warm_up.is_none() {
                let settled = engine::settle(scenario, self.options, self.watch)?;
                self.warm_up = Some((settled.warm_up, settled.settling));
            }
            if let Some(found) = self.warm_up {
                (scenario.warm_up, scenario.settling) = found;
            }
        }
        Ok(())
    }

    /// Looks at ever more replications of a setting; `None` if the watch asked to stop.
    fn simulate(&self, mut scenario: Scenario, place: usize) -> Result<Option<Tried>, EngineError> {
        let looks = looks(&scenario, self.question.most_replications);
        // As many replications as it takes to know are those of a look.
        scenario.until = None;
        scenario.thresholds.iter_mut().for_each(|it| it.abort_on_fail = false);
        let mut tried = None;
        for &replications in &looks {
            scenario.replications = replications;
            let outcome = run(&scenario, self.options, &self.watch.beside())?;
            if outcome.measures.interrupted.is_some() {
                return Ok(None);
            }
            let summary = outcome.summary;
            let thresholds = judge(&scenario, &summary, looks.len());
            let verdict = thresholds.iter().map(|it| it.verdict).min();
            let told = self.question.told_price(&self.question.grid.places(place));
            let verdict = verdict.unwrap_or(ThresholdVerdict::Fail);
            tried = Some(Tried {
                setting: self.question.grid.point(place).values,
                verdict,
                replications,
                thresholds,
                cost: SettingCost::of(told, summary.value("earned.total")),
                validity: summary.validity.verdict,
            });
            if verdict != ThresholdVerdict::Inconclusive {
                break;
            }
        }
        Ok(tried)
    }

    /// That less of the knobs is better.
    fn turned(&self, least: usize, most: usize) -> QuestionFault {
        let grid = &self.question.grid;
        let [least, most] = [least, most].map(|place| grid.point(place));
        let what =
            format!("{least} meets the thresholds and {most} does not: it is the other way round");
        let hint = match self.question.aim {
            Aim::Smallest => Some("`--largest` asks for the largest value that meets them"),
            Aim::Largest => Some("without `--largest` the smallest value is asked for"),
            Aim::Cheapest => Some("more of each knob must never be worse: leave that one out"),
        };
        QuestionFault::new(what, hint.map(str::to_owned))
    }

    /// What is known by now.
    fn summary(&self, complete: bool) -> SizeSummary {
        let question = self.question;
        let mut tried = self.tried.clone();
        tried.sort_by_key(|it| it.0);
        let worth = |(place, tried): &(usize, Tried)| match (question.aim, tried.cost) {
            (Aim::Cheapest, Some(cost)) => cost.total,
            _ => question.floor(&question.grid.places(*place)),
        };
        let with = |verdict| tried.iter().filter(move |it| it.1.verdict == verdict);
        let best =
            with(ThresholdVerdict::Pass).min_by(|one, other| worth(one).total_cmp(&worth(other)));
        let better = |it: &&(usize, Tried)| best.is_none_or(|best| worth(it) < worth(best));
        let beyond = with(ThresholdVerdict::Fail)
            .filter(|_| question.grid.varied().len() == 1 && question.aim != Aim::Cheapest)
            .max_by(|one, other| worth(one).total_cmp(&worth(other)));
        let setting = |it: &(usize, Tried)| it.1.setting.clone();
        let (scenario, until) = self.about.clone().unwrap_or_default();
        SizeSummary {
            limitlab: env!("CARGO_PKG_VERSION").to_owned(),
            scenario,
            set: Vec::new(),
            until,
            asked: question.aim,
            knobs: question.knobs(),
            confidence: 1.0 - LEVEL,
            complete,
            answer: best.map(setting),
            beyond: beyond.map(setting),
            open: with(ThresholdVerdict::Inconclusive).filter(better).map(setting).collect(),
            tried: tried.iter().map(|it| it.1.clone()).collect(),
        }
    }
}
