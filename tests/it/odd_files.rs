//! Files in odd states: what the command says of them, whole, and how it ends.
#![cfg(unix)]
#![expect(clippy::too_many_lines, reason = "messages are shown whole, many in a test")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use tempfile::TempDir;

const SMALL: &str = "limitlab: 1
name: x
duration: 1h
workspaces: [{ group: a, agents: [{ name: b }] }]
";

const IMPORTS: &str = r#"limitlab: 1
import:
  - missing.yaml
  - folder
  - pipe
  - /dev/zero
  - loop
  - x.yaml
  - y.yaml
  - file/x.yaml
  - "\0"
"#;

/// What `check` says of a scenario that is right.
const VALID: &str = "exit 0\n";

/// How `check` ends for a file in a folder, and what it says of it.
fn check(folder: &Path, name: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_limitlab"))
        .current_dir(folder)
        .args(["check", name])
        .stdin(Stdio::null())
        .output()
        .expect("the command can be started");
    let code = output.status.code().expect("it ends by itself");
    format!("exit {code}\n{}", String::from_utf8_lossy(&output.stderr))
}

fn of_bytes(bytes: &[u8]) -> String {
    let folder = TempDir::new().expect("a temporary folder can be made");
    fs::write(folder.path().join("x.yaml"), bytes).expect("a file can be written");
    check(folder.path(), "x.yaml")
}

fn of(text: &str) -> String {
    of_bytes(text.as_bytes())
}

/// The same of a small scenario with something at its end.
fn with(more: &str) -> String {
    of(&format!("{SMALL}{more}"))
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn files_with_nothing_in_them() {
    assert_snapshot!(of(""), @"
    exit 2
    x.yaml:1:1: error: this file holds no scenario
      |
    1 |
      | ^
    hint: expected a mapping with at least `limitlab`, `name`, `duration`, `workspaces`

    1 mistake in x.yaml
    ");
    assert_snapshot!(of("# a\n\n# b\n"), @"
    exit 2
    x.yaml:1:1: error: this file holds no scenario
      |
    1 | # a
      | ^
    hint: expected a mapping with at least `limitlab`, `name`, `duration`, `workspaces`

    1 mistake in x.yaml
    ");
    assert_snapshot!(of("---\n"), @"
    exit 2
    x.yaml:2:1: error: this file holds no scenario
      |
    2 |
      | ^
    hint: expected a mapping with at least `limitlab`, `name`, `duration`, `workspaces`

    1 mistake in x.yaml
    ");
    assert_snapshot!(of("\u{feff}"), @"
    exit 2
    x.yaml:1:1: error: this file holds no scenario
      |
    1 |
      | ^
    hint: expected a mapping with at least `limitlab`, `name`, `duration`, `workspaces`

    1 mistake in x.yaml
    ");
    assert_snapshot!(of("{}"), @"
    exit 2
    x.yaml:1:1: error: the scenario needs the key `limitlab`
      |
    1 | {}
      | ^^
    hint: expected a version of the scenario language that this build knows: `1`

    x.yaml:1:1: error: the scenario needs the key `name`
      |
    1 | {}
      | ^^
    hint: expected a name of letters, digits, `-` and `_`

    x.yaml:1:1: error: the scenario needs the key `duration`
      |
    1 | {}
      | ^^
    hint: expected a duration such as `250ms`, `8h` or `1d12h`

    x.yaml:1:1: error: the scenario needs the key `workspaces`
      |
    1 | {}
      | ^^
    hint: expected a list

    4 mistakes in x.yaml
    ");
}

#[test]
fn more_than_one_document() {
    assert_snapshot!(of("limitlab: 1\nname: x\nduration: 1h\nworkspaces: [{ group: a, agents: [{ name: b }] }]\n---\nlimitlab: 1\nname: x\nduration: 1h\nworkspaces: [{ group: a, agents: [{ name: b }] }]\n"), @"
    exit 2
    x.yaml:5:1: error: a second document begins here, but a scenario is one document
      |
    5 | ---
      | ^^^
    hint: put each scenario into a file of its own

    1 mistake in x.yaml
    ");
    assert_snapshot!(of("limitlab: 1\nname: x\nduration: 1h\nworkspaces: [{ group: a, agents: [{ name: b }] }]\n...\nseed: 2\n"), @"
    exit 2
    x.yaml:6:1: error: a second document begins here, but a scenario is one document
      |
    6 | seed: 2
      | ^
    hint: put each scenario into a file of its own

    1 mistake in x.yaml
    ");
    assert_eq!(of(&format!("%YAML 1.2\n---\n{SMALL}...\n# the end\n")), VALID);
}

#[test]
fn other_encodings() {
    assert_snapshot!(of_bytes(&utf_16(&["\u{feff}", SMALL].concat(), u16::to_le_bytes)), @"
    exit 2
    x.yaml:1:1: error: the file is UTF-16
      |
    1 | limitlab: 1
      | ^
    hint: a scenario is text in UTF-8: save it as that

    1 mistake in x.yaml
    ");
    assert_snapshot!(of_bytes(&utf_16(&["\u{feff}", SMALL].concat(), u16::to_be_bytes)), @"
    exit 2
    x.yaml:1:1: error: the file is UTF-16
      |
    1 | limitlab: 1
      | ^
    hint: a scenario is text in UTF-8: save it as that

    1 mistake in x.yaml
    ");
    assert_snapshot!(of_bytes(&utf_16(SMALL, u16::to_le_bytes)), @"
    exit 2
    x.yaml:1:1: error: the file is UTF-16
      |
    1 | limitlab: 1
      | ^
    hint: a scenario is text in UTF-8: save it as that

    1 mistake in x.yaml
    ");
    assert_snapshot!(of_bytes(b"\xff\xfe\0\0l\0\0\0"), @"
    exit 2
    x.yaml:1:1: error: the file is UTF-32
      |
    1 | l
      | ^
    hint: a scenario is text in UTF-8: save it as that

    1 mistake in x.yaml
    ");
    assert_snapshot!(of_bytes(b"limitlab: 1\nname: caf\xe9\n"), @"
    exit 2
    x.yaml:2:10: error: the file is not UTF-8 from here on
      |
    2 | name: caf�
      |          ^
    hint: a scenario is text in UTF-8: save it as that

    1 mistake in x.yaml
    ");
    assert_snapshot!(of_bytes(b"limitlab: 1\nname: \xf0\x9f\x98"), @"
    exit 2
    x.yaml:2:7: error: the file is not UTF-8 from here on
      |
    2 | name: �
      |       ^
    hint: a scenario is text in UTF-8: save it as that

    1 mistake in x.yaml
    ");
    assert_snapshot!(of("limitlab: 1\nname: a\0b\n"), @"
    exit 2
    x.yaml:2:8: error: a NUL byte, so this is no text file
      |
    2 | name: a␀b
      |        ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(of("limitlab: 1\nname: a\u{7}b\n"), @"
    exit 2
    x.yaml:2:8: error: a control character, U+0007
      |
    2 | name: a␇b
      |        ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("\u{a0}seed: 1\n"), @r#"
    exit 2
    x.yaml:5:1: error: unknown key `\u{a0}seed` in the scenario
      |
    5 |  seed: 1
      | ^^^^^
    hint: did you mean `seed`? expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("about: \u{feff}x\n"), @"
    exit 2
    x.yaml:5:8: error: this is not YAML: a byte order mark must not appear inside a document
      |
    5 | about: ﻿x
      |        ^

    1 mistake in x.yaml
    ");
    assert_eq!(of(&format!("\u{feff}{SMALL}")), VALID);
}

#[test]
fn line_ends() {
    let lf = with("about: x\nséed: 1\n");
    assert_snapshot!(&lf, @"
    exit 2
    x.yaml:6:1: error: unknown key `séed` in the scenario
      |
    6 | séed: 1
      | ^^^^
    hint: did you mean `seed`? expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`

    1 mistake in x.yaml
    ");
    for end in ["\r\n", "\r"] {
        let text = format!("\u{feff}{SMALL}about: x\nséed: 1\n");
        assert_eq!(of(&text.replace('\n', end)), lf);
        assert_eq!(of(&SMALL.replace('\n', end)), VALID);
    }
}

#[test]
fn tabs() {
    assert_snapshot!(of("limitlab: 1\nworkspaces:\n\t- group: a\n"), @"
    exit 2
    x.yaml:3:1: error: a tab stands here, where YAML wants spaces
      |
    3 |     - group: a
      | ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(of("limitlab: 1\nseries:\n\tevery: 5m\n"), @"
    exit 2
    x.yaml:3:1: error: a tab stands here, where YAML wants spaces
      |
    3 |     every: 5m
      | ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed:\t1x\n"), @"
    exit 2
    x.yaml:5:6: error: a tab stands here, where YAML wants spaces
      |
    5 | seed:    1x
      |      ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("about: 'a\tb'\nseed: x\n"), @"
    exit 2
    x.yaml:6:7: error: `x` is not a whole number such as `10_000`
      |
    6 | seed: x
      |       ^

    1 mistake in x.yaml
    ");
}

#[test]
fn what_other_yaml_knows() {
    assert_snapshot!(with("packages: { p: { credits: 1, renews: yes } }\n"), @"
    exit 2
    x.yaml:5:38: error: `yes` is not `true` or `false`
      |
    5 | packages: { p: { credits: 1, renews: yes } }
      |                                      ^^^
    hint: booleans are only `true` and `false`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("packages: { p: { credits: 1, renews: on } }\n"), @"
    exit 2
    x.yaml:5:38: error: `on` is not `true` or `false`
      |
    5 | packages: { p: { credits: 1, renews: on } }
      |                                      ^^
    hint: booleans are only `true` and `false`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("packages: { p: { credits: 1, renews: True } }\n"), @"
    exit 2
    x.yaml:5:38: error: `True` is not `true` or `false`
      |
    5 | packages: { p: { credits: 1, renews: True } }
      |                                      ^^^^
    hint: booleans are only `true` and `false`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("packages: { p: { credits: 1, renews: 'true' } }\n"), @"
    exit 2
    x.yaml:5:38: error: `true` in quotes is a text, not `true` or `false`
      |
    5 | packages: { p: { credits: 1, renews: 'true' } }
      |                                      ^^^^^^^
    hint: leave the quotes out

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: 1\nseed: 2\n"), @"
    exit 2
    x.yaml:6:1: error: `seed` is written twice in this mapping
      |
    6 | seed: 2
      | ^^^^
    hint: keep one of them

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("plans: { p: { active_agents: 1 }, p: { active_agents: 2 } }\n"), @"
    exit 2
    x.yaml:5:35: error: `p` is written twice in this mapping
      |
    5 | plans: { p: { active_agents: 1 }, p: { active_agents: 2 } }
      |                                   ^
    hint: keep one of them

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("plans: { p: &p { active_agents: 1 }, q: { <<: *p } }\n"), @"
    exit 2
    x.yaml:5:43: error: unknown key `<<` in `q`
      |
    5 | plans: { p: &p { active_agents: 1 }, q: { <<: *p } }
      |                                           ^^
    hint: merge keys are not part of YAML 1.2

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: !!int 4\n"), @"
    exit 2
    x.yaml:5:7: error: YAML tags such as `!tag` have no meaning in a scenario
      |
    5 | seed: !!int 4
      |       ^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: !seed 4\n"), @"
    exit 2
    x.yaml:5:7: error: YAML tags such as `!tag` have no meaning in a scenario
      |
    5 | seed: !seed 4
      |       ^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("backend: !!map { servers: 1, service_time: 1s }\n"), @"
    exit 2
    x.yaml:5:10: error: YAML tags such as `!tag` have no meaning in a scenario
      |
    5 | backend: !!map { servers: 1, service_time: 1s }
      |          ^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("? [a, b]\n: c\n"), @"
    exit 2
    x.yaml:5:3: error: a list cannot be a key
      |
    5 | ? [a, b]
      |   ^^^^^^
    hint: a key is a word

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("about: *nowhere\n"), @"
    exit 2
    x.yaml:5:8: error: an alias of an anchor that is not set before it
      |
    5 | about: *nowhere
      |        ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("about: &a [*a]\n"), @"
    exit 2
    x.yaml:5:12: error: an alias within the anchor that it stands for
      |
    5 | about: &a [*a]
      |            ^^

    1 mistake in x.yaml
    ");
    assert_eq!(with("plans: { p: &p { active_agents: 1 }, q: *p }\n"), VALID);
}

#[test]
fn numbers_in_odd_notations() {
    assert_snapshot!(with("seed: 0x10\n"), @"
    exit 2
    x.yaml:5:7: error: `0x10` is not a whole number such as `10_000`
      |
    5 | seed: 0x10
      |       ^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: 1e3\n"), @"
    exit 2
    x.yaml:5:7: error: `1e3` is not a whole number such as `10_000`
      |
    5 | seed: 1e3
      |       ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: .inf\n"), @"
    exit 2
    x.yaml:5:7: error: `.inf` is not a whole number such as `10_000`
      |
    5 | seed: .inf
      |       ^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: .nan\n"), @"
    exit 2
    x.yaml:5:7: error: `.nan` is not a whole number such as `10_000`
      |
    5 | seed: .nan
      |       ^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: +5\n"), @"
    exit 2
    x.yaml:5:7: error: `+5` is not a whole number such as `10_000`
      |
    5 | seed: +5
      |       ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: -5\n"), @"
    exit 2
    x.yaml:5:7: error: `-5` is not a whole number such as `10_000`
      |
    5 | seed: -5
      |       ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: 0o7\n"), @"
    exit 2
    x.yaml:5:7: error: `0o7` is not a whole number such as `10_000`
      |
    5 | seed: 0o7
      |       ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: 1:30\n"), @"
    exit 2
    x.yaml:5:7: error: `1:30` is not a whole number such as `10_000`
      |
    5 | seed: 1:30
      |       ^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: 1.0\n"), @"
    exit 2
    x.yaml:5:7: error: `1.0` is not a whole number such as `10_000`
      |
    5 | seed: 1.0
      |       ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: 1,000\n"), @"
    exit 2
    x.yaml:5:7: error: `1,000` is not a whole number such as `10_000`
      |
    5 | seed: 1,000
      |       ^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: _1\n"), @"
    exit 2
    x.yaml:5:7: error: `_1` is not a whole number such as `10_000`
      |
    5 | seed: _1
      |       ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("seed: 18446744073709551616\n"), @"
    exit 2
    x.yaml:5:7: error: `18446744073709551616` is not a whole number such as `10_000`
      |
    5 | seed: 18446744073709551616
      |       ^^^^^^^^^^^^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("series: { every: 5e1m }\n"), @"
    exit 2
    x.yaml:5:18: error: `5e1m` is not a duration such as `250ms`, `8h` or `1d12h`
      |
    5 | series: { every: 5e1m }
      |                  ^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("series: { every: +5m }\n"), @"
    exit 2
    x.yaml:5:18: error: `+5m` is not a duration such as `250ms`, `8h` or `1d12h`
      |
    5 | series: { every: +5m }
      |                  ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("backend: { servers: 1_, service_time: .5s }\n"), @"
    exit 2
    x.yaml:5:21: error: `1_` is not a whole number such as `10_000`, or `unlimited`
      |
    5 | backend: { servers: 1_, service_time: .5s }
      |                     ^^

    x.yaml:5:39: error: `.5s` is not a duration such as `250ms`, `8h` or `1d12h`
      |
    5 | backend: { servers: 1_, service_time: .5s }
      |                                       ^^^
    hint: or a distribution of it, such as `{ exponential: .. }`

    2 mistakes in x.yaml
    ");
    assert_eq!(with("seed: 1_000\n"), VALID);
}

#[test]
fn block_scalars() {
    assert_snapshot!(with("seed: |\n  5\n"), @r#"
    exit 2
    x.yaml:6:3: error: `5\n` is not a whole number such as `10_000`
      |
    6 |   5
      |   ^

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("series:\n  every: >-\n    5\n    m\n"), @"
    exit 2
    x.yaml:7:5: error: `5 m` is not a duration such as `250ms`, `8h` or `1d12h`
      |
    7 |     5
      |     ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("about: |\n x\n  y\nsede: 1\n"), @"
    exit 2
    x.yaml:8:1: error: unknown key `sede` in the scenario
      |
    8 | sede: 1
      | ^^^^
    hint: did you mean `seed`? expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`

    1 mistake in x.yaml
    ");
    assert_eq!(with("about: |\n  two\n  lines\nseed: >-\n  5\n"), VALID);
}

#[test]
fn a_hundred_levels() {
    assert_snapshot!(with(&format!("about: {}x{}\n", "[".repeat(100), "]".repeat(100))), @"
    exit 2
    x.yaml:5:71: error: lists and mappings are nested more than 64 levels deep
      |
    5 | about: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
      |                                                                       ^

    1 mistake in x.yaml
    ");
    let stairs = (0..100).fold(String::new(), |text, level| text + &" ".repeat(level) + "a:\n");
    assert_snapshot!(of(&stairs), @"
    exit 2
    x.yaml:65:65: error: lists and mappings are nested more than 64 levels deep
       |
    65 | ...                   a:
       |                       ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(&format!("about: {}", "{a: ".repeat(100))), @"
    exit 2
    x.yaml:5:260: error: lists and mappings are nested more than 64 levels deep
      |
    5 | ... {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a:...
      |                                                     ^

    1 mistake in x.yaml
    ");
}

#[test]
fn alias_bombs() {
    let bomb: String = (1..20).fold("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned(), |bomb, level| {
        let alias = format!("*a{}", level - 1);
        format!("{bomb}a{level}: &a{level} [{}]\n", [alias.as_str(); 8].join(","))
    });
    assert_snapshot!(of(&bomb), @"
    exit 2
    x.yaml:4:22: error: aliases make the scenario more than 10 times as large as its file
      |
    4 | a3: &a3 [*a2,*a2,*a2,*a2,*a2,*a2,*a2,*a2]
      |                      ^^^

    1 mistake in x.yaml
    ");
    let many = format!("a: &a [{}]\nb: [*a,*a,*a,*a,*a,*a]\n", "x,".repeat(200_000));
    assert_snapshot!(of(&many), @"
    exit 2
    x.yaml:2:11: error: the scenario has more than 1,000,000 keys and values
      |
    2 | b: [*a,*a,*a,*a,*a,*a]
      |           ^^

    1 mistake in x.yaml
    ");
}

#[test]
fn files_that_are_too_large() {
    let folder = TempDir::new().unwrap();
    let file = fs::File::create(folder.path().join("x.yaml")).unwrap();
    (&file).write_all(SMALL.as_bytes()).unwrap();
    file.set_len(50 * 1024 * 1024).unwrap();
    assert_snapshot!(check(folder.path(), "x.yaml"), @"
    exit 2
    x.yaml:1:1: error: the file is larger than 16 MiB
      |
    1 | limitlab: 1
      | ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(of(&format!("a: [{}]\n", "x,".repeat(1_100_000))), @"
    exit 2
    x.yaml:1:1999999: error: the scenario has more than 1,000,000 keys and values
      |
    1 | ...,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x...
      |                                                     ^

    1 mistake in x.yaml
    ");
}

#[test]
fn very_many_mistakes() {
    let text = with(&format!("timeline: [{}]\n", "{},".repeat(100_000)));
    let (first, _) = text.split_once("\n\n").unwrap();
    let (_, last) = text.trim_end().rsplit_once('\n').unwrap();
    assert_snapshot!(format!("{first}\n{last}"), @"
    exit 2
    x.yaml:5:12: error: an item of `timeline` needs exactly one of `set_plan`, `subscribe`, `buy_package`, `enable`, `disable`, `create`, `delete`, `traffic`, `backend`, `enforcement`
      |
    5 | timeline: [{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}...
      |            ^^
    more than 10000 mistakes in x.yaml
    ");
}

#[test]
fn a_very_long_line() {
    let long = format!("about: '{}'", "long ".repeat(200_000));
    assert_snapshot!(with(&format!("plans: {{ p: {{ {long}, activ_agents: 3 }} }}\n")), @"
    exit 2
    x.yaml:5:15: error: unknown key `about` in `p`
      |
    5 | plans: { p: { about: 'long long long long long long long long long long long long long long long long l...
      |               ^^^^^
    hint: expected here: `active_agents`, `on_exceed`, `total_agents`, `trial`, `price`, `credits`, `fair_use`, `priority`

    x.yaml:5:1000026: error: unknown key `activ_agents` in `p`
      |
    5 | ... long long long long long long long long ', activ_agents: 3 } }
      |                                                ^^^^^^^^^^^^
    hint: did you mean `active_agents`? expected here: `active_agents`, `on_exceed`, `total_agents`, `trial`, `price`, `credits`, `fair_use`, `priority`

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(&long.replace("about", "abuot")), @"
    exit 2
    x.yaml:5:1: error: unknown key `abuot` in the scenario
      |
    5 | abuot: 'long long long long long long long long long long long long long long long long long long long ...
      | ^^^^^
    hint: did you mean `about`? expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`

    1 mistake in x.yaml
    ");
}

#[test]
fn what_is_no_file() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    fs::write(folder.path().join("file"), SMALL).unwrap();
    symlink("loop", folder.path().join("loop")).unwrap();
    symlink("nowhere", folder.path().join("dangling")).unwrap();
    let made = Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "no pipe could be made");
    let told = |name: &str| check(folder.path(), name);
    assert_snapshot!(told("missing.yaml"), @"
    exit 1
    error: cannot read missing.yaml: No such file or directory (os error 2)
    ");
    assert_snapshot!(told("folder"), @"
    exit 1
    error: cannot read folder: it is a folder
    ");
    assert_snapshot!(told("pipe"), @"
    exit 1
    error: cannot read pipe: it is a pipe or a device, not a file
    ");
    assert_snapshot!(told("loop"), @"
    exit 1
    error: cannot read loop: Too many levels of symbolic links (os error 40)
    ");
    assert_snapshot!(told("dangling"), @"
    exit 1
    error: cannot read dangling: No such file or directory (os error 2)
    ");
    assert_snapshot!(told("file/x.yaml"), @"
    exit 1
    error: cannot read file/x.yaml: Not a directory (os error 20)
    ");
    assert_snapshot!(told("/dev/zero"), @"
    exit 1
    error: cannot read /dev/zero: it is a pipe or a device, not a file
    ");
    assert_snapshot!(told("/dev/null"), @"
    exit 1
    error: cannot read /dev/null: it is a pipe or a device, not a file
    ");
    assert_snapshot!(told("-"), @"
    exit 1
    error: cannot read -: No such file or directory (os error 2)
    ");
    assert_eq!(told("file"), VALID);
}

#[test]
fn what_cannot_be_imported() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    fs::write(folder.path().join("file"), SMALL).unwrap();
    fs::write(folder.path().join("x.yaml"), IMPORTS).unwrap();
    fs::write(folder.path().join("y.yaml"), "{ limitlab: 1, import: [x.yaml] }\n").unwrap();
    symlink("loop", folder.path().join("loop")).unwrap();
    let made = Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "no pipe could be made");
    assert_snapshot!(check(folder.path(), "x.yaml"), @r#"
    exit 2
    x.yaml:3:5: error: cannot read missing.yaml: No such file or directory (os error 2)
      |
    3 |   - missing.yaml
      |     ^^^^^^^^^^^^
    hint: the path of an import is relative to the file that it stands in

    x.yaml:4:5: error: cannot read folder: it is a folder
      |
    4 |   - folder
      |     ^^^^^^

    x.yaml:5:5: error: cannot read pipe: it is a pipe or a device, not a file
      |
    5 |   - pipe
      |     ^^^^

    x.yaml:6:5: error: cannot read /dev/zero: it is a pipe or a device, not a file
      |
    6 |   - /dev/zero
      |     ^^^^^^^^^

    x.yaml:7:5: error: cannot read loop: Too many levels of symbolic links (os error 40)
      |
    7 |   - loop
      |     ^^^^
    hint: the path of an import is relative to the file that it stands in

    x.yaml:8:5: error: x.yaml imports itself
      |
    8 |   - x.yaml
      |     ^^^^^^

    x.yaml:10:5: error: cannot read file/x.yaml: Not a directory (os error 20)
       |
    10 |   - file/x.yaml
       |     ^^^^^^^^^^^
    hint: the path of an import is relative to the file that it stands in

    x.yaml:11:5: error: cannot read \u{0}: file name contained an unexpected NUL byte
       |
    11 |   - "\0"
       |     ^^^^
    hint: the path of an import is relative to the file that it stands in

    y.yaml:1:25: error: imports in a circle: x.yaml → y.yaml → x.yaml
      |
    1 | { limitlab: 1, import: [x.yaml] }
      |                         ^^^^^^

    9 mistakes in x.yaml and y.yaml
    "#);
}

#[test]
fn what_may_not_be_read() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("x.yaml");
    fs::write(&file, SMALL).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    // Nothing is forbidden to root.
    let told = check(folder.path(), "x.yaml");
    if fs::File::open(&file).is_err() {
        assert_snapshot!(told, @r"
        exit 1
        error: cannot read x.yaml: Permission denied (os error 13)
        ");
    }
}

#[test]
fn a_scenario_may_come_through_a_stream_that_is_open() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_limitlab"))
        .args(["check", "/dev/stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the command can be started");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(SMALL.as_bytes()).expect("it reads");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}
