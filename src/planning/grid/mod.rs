//! Grids of values: which keys are varied, by which values, and the points that gives.

mod quantity;
mod range;
mod short;

use std::collections::BTreeSet;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::quantity::{Kind, Quantity};
use self::range::{MOST_POINTS, Wrong};
pub use self::short::short_keys;
use super::fault::QuestionFault;
use crate::scenario::Override;

/// The keys that are varied: every combination of their values is a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    flag: Flag,
    /// In the order in which they were given; at least one.
    varied: Vec<Varied>,
}

/// The option of the command line that a grid is given by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flag {
    /// `--vary`: every value is asked for, numbers or words.
    Vary,
    /// `--knob`: an answer among numbers that rise is looked for.
    Knob,
}

impl Flag {
    const fn name(self) -> &'static str {
        match self {
            Self::Vary => "--vary",
            Self::Knob => "--knob",
        }
    }

    /// What a right one looks like.
    fn example(self) -> String {
        let values = match self {
            Self::Vary => "100,200,400",
            Self::Knob => "1..64",
        };
        format!("for example `{} backend.servers={values}`", self.name())
    }

    const fn grammar(self) -> &'static str {
        match self {
            Self::Vary => "a key is varied by `KEY=a,b,c` or `KEY=lo..hi:step`",
            Self::Knob => "a knob is `KEY=lo..hi`, `KEY=lo..hi:step` or `KEY=a,b,c`",
        }
    }
}

/// A key that is varied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Varied {
    /// The key of the scenario, as `--set` has it.
    pub key: String,
    /// Its values as they are written in a scenario, in the order of the grid; at least one.
    pub values: Vec<String>,
}

/// One point of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    flag: Flag,
    /// Each key that is varied with its value, in the grid's order.
    pub values: IndexMap<String, String>,
}

impl Grid {
    /// Reads what is varied: each is `KEY=a,b,c` or `KEY=lo..hi:step`, or a list that has ranges in it.
    /// `set` are the other overrides of keys, as `KEY=VALUE`.
    ///
    /// # Errors
    ///
    /// [`QuestionFault`] if one is neither, has a value twice, varies a key that is varied or set already or
    /// that holds such a key, or if there are more than 10,000 points.
    ///
    /// # Examples
    ///
    /// ```
    /// use limitlab::planning::Grid;
    ///
    /// let vary = ["backend.servers=1..3:1", "enforcement.strategy=atomic,optimistic"];
    /// let grid = Grid::read(&vary.map(str::to_owned), &[])?;
    /// assert_eq!(grid.len(), 6);
    /// // The last key varies fastest.
    /// assert_eq!(grid.point(1).to_string(), "backend.servers=1 enforcement.strategy=optimistic");
    /// # Ok::<(), limitlab::planning::QuestionFault>(())
    /// ```
    pub fn read(vary: &[String], set: &[String]) -> Result<Self, QuestionFault> {
        Self::read_flagged(Flag::Vary, vary, set)
    }

    /// Reads knobs, whose values are numbers that rise: each is `KEY=lo..hi`, in steps of one in the last
    /// place that an end is written with, or as in [`read`](Self::read).
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and if values are words or do not rise.
    ///
    /// # Examples
    ///
    /// ```
    /// use limitlab::planning::Grid;
    ///
    /// let knobs = ["backend.servers=1..64", "backend.queue.limit=10,40"];
    /// let grid = Grid::read_knobs(&knobs.map(str::to_owned), &[])?;
    /// assert_eq!(grid.len(), 128);
    /// let words = Grid::read_knobs(&["backend.queue.discipline=fifo,fair".to_owned()], &[]);
    /// assert!(words.unwrap_err().to_string().ends_with("its values must be numbers of one kind"));
    /// # Ok::<(), limitlab::planning::QuestionFault>(())
    /// ```
    pub fn read_knobs(knobs: &[String], set: &[String]) -> Result<Self, QuestionFault> {
        let grid = Self::read_flagged(Flag::Knob, knobs, set)?;
        for knob in &grid.varied {
            let Some(places) = knob.places() else {
                let what = format!("`--knob {}`: its values must be numbers of one kind", knob.key);
                return Err(QuestionFault::new(what, Some(Flag::Knob.example())));
            };
            if !places.is_sorted_by(|one, next| one < next) {
                let what = format!("`--knob {}`: its values must rise", knob.key);
                let hint =
                    "write the smallest first; `--largest` asks for the largest that is enough";
                return Err(QuestionFault::new(what, Some(hint.to_owned())));
            }
        }
        Ok(grid)
    }

    fn read_flagged(
        flag: Flag,
        arguments: &[String],
        set: &[String],
    ) -> Result<Self, QuestionFault> {
        if arguments.is_empty() {
            return Err(QuestionFault::new("nothing is varied", Some(flag.example())));
        }
        let mut varied: Vec<Varied> = Vec::new();
        for argument in arguments {
            let next = Varied::read(flag, argument)?;
            next.stands_beside(flag, &varied, set)?;
            varied.push(next);
        }
        let count = varied.iter().fold(1_usize, |all, it| all.saturating_mul(it.values.len()));
        if count > MOST_POINTS {
            let counts: Vec<String> = varied.iter().map(|it| it.values.len().to_string()).collect();
            let what = format!("{} are {count} points", counts.join(" x "));
            return Err(QuestionFault::new(format!("{what}, and a grid has at most 10,000"), None));
        }
        Ok(Self { flag, varied })
    }

    /// The keys, in the order in which they were given.
    pub fn varied(&self) -> &[Varied] {
        &self.varied
    }

    /// The keys [in short](short_keys).
    pub fn short_keys(&self) -> Vec<&str> {
        let keys: Vec<&str> = self.varied.iter().map(|varied| varied.key.as_str()).collect();
        short_keys(&keys)
    }

    /// How many points there are, at least one.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.varied.iter().map(|it| it.values.len()).product()
    }

    /// The point at `index`, from 0: the last key varies fastest.
    ///
    /// # Panics
    ///
    /// If there are not so many points.
    pub fn point(&self, index: usize) -> Point {
        assert!(index < self.len(), "there is no point {index} of {}", self.len());
        let places = self.places(index);
        let values = self.varied.iter().zip(places);
        let values = values.map(|(it, at)| (it.key.clone(), it.values[at].clone())).collect();
        Point { flag: self.flag, values }
    }

    /// Which value each key has at a point.
    pub fn places(&self, index: usize) -> Vec<usize> {
        let mut rest = index;
        let mut places: Vec<usize> = Vec::with_capacity(self.varied.len());
        for varied in self.varied.iter().rev() {
            places.push(rest % varied.values.len());
            rest /= varied.values.len();
        }
        places.reverse();
        places
    }
}

impl Varied {
    fn read(flag: Flag, argument: &str) -> Result<Self, QuestionFault> {
        let refuse = |(what, hint): Wrong| {
            let shown: String = argument.chars().take(80).collect();
            let dots = if shown.len() < argument.len() { ".." } else { "" };
            QuestionFault::new(format!("`{} {shown}{dots}`: {what}", flag.name()), hint)
        };
        let example = || Some(flag.example());
        let Some((key, list)) = argument.split_once('=') else {
            return Err(refuse((flag.grammar().to_owned(), example())));
        };
        let names: Vec<&str> = key.split('.').map(str::trim).collect();
        if names.iter().any(|name| name.is_empty()) {
            return Err(refuse(("a name is missing in the key".to_owned(), example())));
        }
        let mut values = Vec::new();
        for item in items(list) {
            match item.trim() {
                "" => {
                    let what = "a value is missing".to_owned();
                    let hint = "write `null` for nothing, and no comma at the end".to_owned();
                    return Err(refuse((what, Some(hint))));
                }
                range if range::is_range(range) => {
                    values.extend(range::values(range, flag == Flag::Knob).map_err(refuse)?);
                }
                value => values.push(value.to_owned()),
            }
            if values.len() > MOST_POINTS {
                let what = format!("a grid has at most {MOST_POINTS} points");
                return Err(refuse((what, None)));
            }
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = values.iter().find(|value| !seen.insert(*value)) {
            return Err(refuse((format!("the value `{twice}` is there twice"), None)));
        }
        Ok(Self { key: names.join("."), values })
    }

    /// Refuses a key that is varied or set already, or that would overwrite one: its points would not
    /// be what they are called.
    fn stands_beside(
        &self,
        flag: Flag,
        varied: &[Self],
        set: &[String],
    ) -> Result<(), QuestionFault> {
        let flag = flag.name();
        let key = &self.key;
        let mut others: Vec<(&str, String)> =
            varied.iter().map(|it| ("varied", it.key.clone())).collect();
        let set = set.iter().map(|it| it.split_once('=').map_or(it.as_str(), |(key, _)| key));
        others.extend(set.map(|other| {
            let names: Vec<&str> = other.split('.').map(str::trim).collect();
            ("set", names.join("."))
        }));
        for (how, other) in others {
            if other == *key {
                let what = match how {
                    "varied" => format!("`{key}` is varied twice"),
                    _ => format!("`{key}` is set and varied"),
                };
                let hint = match how {
                    "varied" => format!("give all its values in one `{flag}`"),
                    _ => "leave out one of the two".to_owned(),
                };
                return Err(QuestionFault::new(what, Some(hint)));
            }
            if other.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')) {
                let what = format!("`{flag} {key}` overwrites `{other}`, which is {how} before it");
                let hint = (how == "varied").then(|| format!("vary `{key}` first"));
                return Err(QuestionFault::new(what, hint));
            }
        }
        Ok(())
    }

    /// Where its values lie on an axis, if all are numbers of one kind: in seconds, events a second, per
    /// cent, or as they stand. `None` where they are words.
    pub fn places(&self) -> Option<Vec<f64>> {
        let quantities: Vec<Quantity> =
            self.values.iter().map(|value| Quantity::parse(value)).collect::<Option<_>>()?;
        let kind = quantities.first()?.kind();
        let place = |it: &Quantity| if it.kind() == kind { it.place() } else { None };
        quantities.iter().map(place).collect()
    }
}

impl Varied {
    /// Whether its values are numbers without a unit.
    pub fn is_plain(&self) -> bool {
        let kind = |value: &String| Quantity::parse(value).map(|it| it.kind());
        self.values.iter().all(|value| kind(value) == Some(Kind::Plain))
    }
}

impl Point {
    /// What is to be set in the scenario, after all else that is.
    pub fn overrides(&self) -> impl Iterator<Item = Override> {
        let flag = self.flag.name();
        self.values.iter().map(move |(key, value)| Override::flagged(flag, key, value))
    }
}

impl std::fmt::Display for Point {
    /// `backend.servers=100 duration=2h`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let told: Vec<String> =
            self.values.iter().map(|(key, value)| format!("{key}={value}")).collect();
        f.write_str(&told.join(" "))
    }
}

/// What stands between commas, but for commas in quotes and brackets. It only splits: whether each
/// part is YAML is found when it is read.
fn items(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut depth, mut quote) = (0, 0_usize, None);
    // Whether a quote or a bracket would begin a value here, and is not a letter of one.
    let mut begins = true;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        if let Some(open) = quote {
            if letter == '\\' && open == '"' {
                letters.next();
            } else if letter == open {
                quote = None;
                // In single quotes two of them are one.
                begins = open == '\'';
            }
            continue;
        }
        match letter {
            '"' | '\'' if begins => quote = Some(letter),
            '[' | '{' if begins || depth > 0 => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        begins = matches!(letter, ',' | '[' | '{' | ':') || (begins && letter.is_whitespace());
    }
    found.push(&text[start..]);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(vary: &[&str], set: &[&str]) -> Result<Grid, QuestionFault> {
        let owned = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        Grid::read(&owned(vary), &owned(set))
    }

    #[test]
    fn the_last_key_varies_fastest() {
        let grid = grid(&["a.b=1..3:1", "c=x,y", "d=10%"], &["a=5", "e=1"]).unwrap();
        let told: Vec<String> = (0..grid.len()).map(|it| grid.point(it).to_string()).collect();
        let expected = [
            "a.b=1 c=x d=10%",
            "a.b=1 c=y d=10%",
            "a.b=2 c=x d=10%",
            "a.b=2 c=y d=10%",
            "a.b=3 c=x d=10%",
            "a.b=3 c=y d=10%",
        ];
        assert_eq!(told, expected);
        let mut ids: Vec<String> = (0..grid.len()).map(|it| grid.point(it).id()).collect();
        assert!(ids.iter().all(|id| id.len() == 16));
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 6);
    }

    #[test]
    fn items_are_split_at_commas_that_are_no_part_of_a_value() {
        for (text, expected) in [
            ("a,b,c", vec!["a", "b", "c"]),
            (" a , b", vec![" a ", " b"]),
            ("'it''s, one',two", vec!["'it''s, one'", "two"]),
            (r#""a \", b",c"#, vec![r#""a \", b""#, "c"]),
            ("it's,two", vec!["it's", "two"]),
            ("{ a: [1, 2], b: 'x,y' },2", vec!["{ a: [1, 2], b: 'x,y' }", "2"]),
            ("a{b,c", vec!["a{b", "c"]),
            ("[1,2", vec!["[1,2"]),
            ("],a", vec!["]", "a"]),
            ("", vec![""]),
            ("a,", vec!["a", ""]),
        ] {
            assert_eq!(items(text), expected, "{text}");
        }
    }

    #[test]
    fn lists_may_have_ranges_in_them() {
        let grid = grid(&[" a . b = 1..3:1, 10,20 "], &[]).unwrap();
        let expected = Varied {
            key: "a.b".to_owned(),
            values: ["1", "2", "3", "10", "20"].map(str::to_owned).to_vec(),
        };
        assert_eq!(grid.varied(), [expected]);
    }

    #[test]
    fn what_is_no_grid_says_why() {
        let quoted = format!("a={}", vec!["1"; 50].join(","));
        for (vary, set, part) in [
            (&[][..], &[][..], "nothing is varied"),
            (&["a"], &[], "`--vary a`: a key is varied by `KEY=a,b,c` or `KEY=lo..hi:step`"),
            (&["=1,2"], &[], "a name is missing in the key"),
            (&["a..b=1,2"], &[], "a name is missing in the key"),
            (&["a="], &[], "a value is missing"),
            (&["a=1,,2"], &[], "a value is missing"),
            (&["a=1,2,1"], &[], "the value `1` is there twice"),
            (&[quoted.as_str()], &[], ".."),
            (&["a=1..3:1,2"], &[], "the value `2` is there twice"),
            (&["a=5..1:1"], &[], "`--vary a=5..1:1`: the range `5..1:1` ends before it starts"),
            (&["a=1,2", "a=3"], &[], "`a` is varied twice"),
            (&["a=1,2", "a =3"], &[], "`a` is varied twice"),
            (&["a.b=1,2"], &["a. b=3"], "`a.b` is set and varied"),
            (&["a.b=1,2", "a=3,4"], &[], "`--vary a` overwrites `a.b`, which is varied before it"),
            (&["a=1,2"], &["a.b=3"], "`--vary a` overwrites `a.b`, which is set before it"),
            (&["a=1..101:1", "b=1..100:1"], &[], "101 x 100 are 10100 points"),
            (&["a=1..10_000:1,0"], &[], "at most 10000 points"),
        ] {
            let error = grid(vary, set).unwrap_err().to_string();
            assert!(error.contains(part), "{vary:?}: {error}");
        }
        assert_eq!(grid(&["a=1..100:1", "b=1..100:1"], &[]).unwrap().len(), 10_000);
        assert!(grid(&["a={ b: 1 },{ b: 2 }", "a.c=3,4"], &["ab=1"]).is_ok());
    }

    #[test]
    fn keys_are_short_and_told_apart() {
        for (keys, short) in [
            (&["plans.a.credits.included", "seed"][..], "credits.included seed"),
            (
                &["a.credits.included", "b.credits.included"],
                "a.credits.included b.credits.included",
            ),
            (&["plans.advanced.active_agents"], "active_agents"),
            (
                &["advanced.active_agents", "b.active_agents"],
                "advanced.active_agents b.active_agents",
            ),
            (&["a.b", "c.a.b"], "a.b c.a.b"),
        ] {
            let vary: Vec<String> = keys.iter().map(|key| format!("{key}=1")).collect();
            let grid = Grid::read(&vary, &[]).unwrap();
            assert_eq!(grid.short_keys().join(" "), short);
        }
    }

    #[test]
    fn numbers_of_one_kind_have_places_and_words_have_none() {
        let places =
            |values: &str| grid(&[&format!("a={values}")], &[]).unwrap().varied[0].places();
        assert_eq!(places("1,2.5,10"), Some(vec![1.0, 2.5, 10.0]));
        assert_eq!(places("250ms,1m"), Some(vec![0.25, 60.0]));
        assert_eq!(places("1/s,1/min"), Some(vec![1.0, 1.0 / 60.0]));
        assert_eq!(places("5%,10%"), Some(vec![5.0, 10.0]));
        for words in ["fifo,lifo", "1,2s", "1,none", "0/s,1/s"] {
            assert_eq!(places(words), None, "{words}");
        }
    }
}
