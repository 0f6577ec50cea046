//! What the last chapter of the reference says is refused for now, word by word.

use std::fs;

use limitlab::scenario::{ScenarioError, parse};

const BASE: &str = "limitlab: 1
name: refused
duration: 1d
plans:
  small:
    credits: { included: 100 }
    fair_use: [{ name: burst, scope: workspace, token_bucket: { rate: 1/s, burst: 5 } }]
workspaces:
  - group: shops
    plan: small
    agents: [{ name: sales, traffic: { rate: 1/h } }]
    features: [{ name: rewriter, traffic: { rate: 1/h } }]
    fair_use: [{ name: flight, concurrency: { limit: 4 } }]
backend: { servers: 4, service_time: 1s, queue: { limit: 9, discipline: fifo } }
enforcement: { strategy: atomic }
thresholds: [messages.lost == 0]
";

/// A word, a piece of the scenario, and what takes its place.
type Word = (&'static str, &'static str, &'static str);

/// The rows of the chapter's table, with each word in them.
const WORDS: &[(&str, &[Word])] = &[(
    "thresholds",
    &[("recovery.time", "messages.lost == 0", "'recovery.time{event=sale} < 1h'")],
)];

/// The messages about the scenario with one piece of it replaced.
fn with(piece: &str, replacement: &str) -> Vec<String> {
    assert!(BASE.contains(piece), "{piece}");
    match parse("x.yaml", &BASE.replacen(piece, replacement, 1), &[]) {
        Ok(_) => Vec::new(),
        Err(ScenarioError::Faults(faults)) => {
            faults.list().iter().map(|fault| fault.message.clone()).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn each_word_of_the_chapter_is_refused_as_not_supported_yet() {
    assert!(with("1d", "2d").is_empty());
    for (place, words) in WORDS {
        for (word, piece, replacement) in *words {
            let told = with(piece, replacement);
            let spelling = word.split(':').next().unwrap_or(word);
            let value = word.split(": ").last().unwrap_or(word);
            let names = |text: &String| text.contains(spelling) || text.contains(value);
            let refused = |text: &String| text.ends_with("not supported yet") && names(text);
            assert!(told.iter().any(refused), "{place}: {word}: {told:?}");
            assert!(!told.iter().any(|text| text.contains("unknown")), "{place}: {word}: {told:?}");
        }
    }
}

#[test]
fn the_chapter_lists_the_words_that_are_tested_here() {
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md");
    let reference = fs::read_to_string(reference).expect("the reference can be read");
    let (_, chapter) = reference.rsplit_once("\n## Refused for now\n").expect("the last chapter");
    let rows = chapter.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    let listed: Vec<(String, Vec<String>)> = rows
        .skip(1)
        .map(|row| {
            let mut cells = row.trim_matches('|').split('|').map(str::trim);
            let place = cells.next().unwrap_or_default().to_owned();
            let words = cells.next().unwrap_or_default();
            (place, words.split('`').skip(1).step_by(2).map(str::to_owned).collect())
        })
        .collect();
    let tested: Vec<(String, Vec<String>)> = WORDS
        .iter()
        .map(|(place, words)| {
            ((*place).to_owned(), words.iter().map(|(word, ..)| (*word).to_owned()).collect())
        })
        .collect();
    assert_eq!(listed, tested);
}

#[test]
fn words_that_stand_elsewhere_are_unknown_and_the_answer_says_where_they_belong() {
    for (key, hint) in [
        ("churn: { create: 1/d }", "`churn` stands in a line of `agents`"),
        ("share: 20%", "`share` stands in a line of `agents` or in one of `features`"),
        ("trial: 14d", "`trial` stands in a plan"),
    ] {
        let text = BASE.replacen("    plan: small", &format!("    plan: small\n    {key}"), 1);
        let Err(ScenarioError::Faults(faults)) = parse("x.yaml", &text, &[]) else {
            panic!("{key} was taken");
        };
        let word = key.split(':').next().unwrap();
        let [fault] = faults.list() else { panic!("{faults}") };
        assert_eq!(fault.message, format!("unknown key `{word}` in an item of `workspaces`"));
        assert_eq!(fault.hint.as_deref(), Some(hint));
        assert_eq!((fault.place.line, fault.place.column), (11, 5));
    }
    for (key, hint) in [
        ("alerts: [80%]", "`alerts` stand in a group"),
        ("churn: { create: 1/d }", "`churn` stands in a line of `agents`"),
        ("patience: 2m", "`patience` stands in a line of `agents` or in one of `features`"),
        (
            "retry: { max_attempts: 2 }",
            "`retry` stands in a line of `agents` or in one of `features`",
        ),
        ("share: 20%", "`share` stands in a line of `agents` or in one of `features`"),
        ("trial: 14d", "`trial` stands in a plan"),
    ] {
        let text = format!("{}\n{key}\n", BASE.trim_end());
        let Err(ScenarioError::Faults(faults)) = parse("x.yaml", &text, &[]) else {
            panic!("{key} was taken");
        };
        let [fault] = faults.list() else { panic!("{faults}") };
        let word = key.split(':').next().unwrap();
        assert_eq!(fault.message, format!("unknown key `{word}` in the scenario"));
        assert_eq!(fault.hint.as_deref(), Some(hint));
    }
}
