//! From the names in a trace to numbers.

use std::collections::BTreeMap;

use super::error::Problem;
use super::roster::{Cast, CastLine, Roster};
use super::row::Whom;

/// Looks up the names of a trace. Most rows name the workspace or the agent of a row shortly before,
/// so the last answers are kept.
pub(super) struct Names {
    groups: Vec<GroupNames>,
    places: BTreeMap<Box<[u8]>, u32>,
    /// The workspace that was named last, and where it is.
    last: (Vec<u8>, Option<(u32, u32)>),
    /// Agents that rows created, by their names, in each workspace.
    created: BTreeMap<(u32, u32), Created>,
}

/// Agents that rows created in a workspace, by their names.
type Created = BTreeMap<Box<[u8]>, Whom>;

/// The names of the agents that a group declares.
struct GroupNames {
    /// Each line by its name, and the number of its first name.
    lines: BTreeMap<Box<[u8]>, (u32, u32)>,
    /// How many names are declared.
    declared: u32,
}

/// Why a row names an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Somebody writes to it.
    Writes,
    /// It is created.
    Creates,
    /// It is enabled, disabled or deleted.
    Changes,
}

impl Names {
    pub(super) fn new(roster: &Roster) -> Self {
        let groups = roster.groups.iter();
        Self {
            groups: groups.clone().map(GroupNames::new).collect(),
            places: groups.zip(0..).map(|(cast, place)| (bytes(&cast.name), place)).collect(),
            last: (Vec::new(), None),
            created: BTreeMap::new(),
        }
    }

    /// The group and the workspace that `text` names; it stands in the cell at `cell`.
    #[inline]
    pub(super) fn workspace(
        &mut self,
        roster: &Roster,
        text: &[u8],
        cell: usize,
    ) -> Result<(u32, u32), Problem> {
        if let (last, Some(found)) = &self.last
            && last == text
        {
            return Ok(*found);
        }
        let found = self.find_workspace(roster, text, cell)?;
        self.last.0.clear();
        self.last.0.extend_from_slice(text);
        self.last.1 = Some(found);
        Ok(found)
    }

    fn find_workspace(
        &self,
        roster: &Roster,
        text: &[u8],
        cell: usize,
    ) -> Result<(u32, u32), Problem> {
        let (name, number) = split(text);
        let cast = self.places.get(name).map(|&place| (place, &roster.groups[place as usize]));
        let Some((place, cast)) = cast.filter(|(_, cast)| cast.named) else {
            return Err(unknown_group(roster, name, cast.map(|(_, cast)| cast), cell));
        };
        match number {
            Numbered::By(number) if (1..=cast.count).contains(&number) => Ok((place, number - 1)),
            Numbered::Not if cast.count == 1 => Ok((place, 0)),
            _ => {
                let shown = show(text);
                let problem = Problem::of_cell(cell, format!("`{shown}` is no workspace"));
                let name = &cast.name;
                Err(problem.hint(match cast.count {
                    1 => format!("the workspace of `{name}` is called `{name}`"),
                    count => format!("those of `{name}` are called `{name}/1` to `{name}/{count}`"),
                }))
            }
        }
    }

    /// The agent or feature of a workspace that `text` names; it stands in the cell at `cell`.
    #[inline]
    pub(super) fn agent(
        &mut self,
        roster: &Roster,
        (group, workspace): (u32, u32),
        text: &[u8],
        (naming, cell): (Naming, usize),
    ) -> Result<Whom, Problem> {
        let (name, number) = split(text);
        let names = &self.groups[group as usize];
        let cast = &roster.groups[group as usize];
        let line = names.lines.get(name).copied();
        if let Some((place, first)) = line {
            let line = &cast.lines[place as usize];
            if line.is_feature && naming != Naming::Writes {
                let message = format!("`{}` is a feature, not an agent", line.name);
                return Err(Problem::of_cell(cell, message).hint("features are always there"));
            }
            match number {
                Numbered::By(number) if number <= line.count => {
                    return Ok(Whom { line: place, name: first + number - 1 });
                }
                Numbered::Not if line.count == 1 => return Ok(Whom { line: place, name: first }),
                // A line that only a trace names may have nobody but drafts without a number.
                Numbered::Not if line.count == 0 && !line.is_feature => {}
                Numbered::By(_) if !line.is_feature => {}
                // What would be wrong with its name is told below.
                Numbered::Wrong if naming == Naming::Creates => {}
                _ => return Err(no_agent_of(line, text, cell)),
            }
        }
        let created = self.created.get(&(group, workspace)).and_then(|it| it.get(text));
        if let Some(whom) = created {
            return Ok(*whom);
        }
        if naming != Naming::Creates {
            return Err(match line {
                Some((place, _)) => no_agent_of(&cast.lines[place as usize], text, cell),
                None => self.unknown_agent(cast, (group, workspace), text, cell),
            });
        }
        if !is_name(text) {
            let message = format!("`{}` is no name of an agent", show(text));
            let hint = "1 to 100 letters, digits, `-` and `_`; then perhaps a slash and a number from \
                        1 to 4_294_967_295";
            return Err(Problem::of_cell(cell, message).hint(hint));
        }
        let created = self.created.entry((group, workspace)).or_default();
        let name = names.declared + created.len() as u32;
        let line = line.map_or(cast.lines.len() as u32, |(place, _)| place);
        let whom = Whom { line, name };
        created.insert(text.into(), whom);
        Ok(whom)
    }

    fn unknown_agent(
        &self,
        cast: &Cast,
        workspace: (u32, u32),
        text: &[u8],
        cell: usize,
    ) -> Problem {
        let shown = show(text);
        let declared = cast.lines.iter().map(|line| match line.count {
            1 => line.name.clone(),
            _ => format!("{}/1", line.name),
        });
        let created = self.created.get(&workspace).into_iter().flat_map(BTreeMap::keys);
        let names: Vec<String> = declared.chain(created.map(|name| show(name))).collect();
        let message = format!("`{}` has no agent called `{shown}`", cast.name);
        Problem::of_cell(cell, message).one_of(&shown, "declared or created before", names)
    }
}

impl GroupNames {
    fn new(cast: &Cast) -> Self {
        let mut declared = 0;
        let lines = cast.lines.iter().zip(0..).map(|(line, place)| {
            let first = declared;
            declared += line.count;
            (bytes(&line.name), (place, first))
        });
        let lines = lines.collect();
        Self { lines, declared }
    }
}

fn unknown_group(roster: &Roster, name: &[u8], cast: Option<&Cast>, cell: usize) -> Problem {
    let shown = show(name);
    let Some(cast) = cast else {
        let named = roster.groups.iter().filter(|cast| cast.named).map(|cast| &cast.name);
        let message = format!("no group that replays this trace is called `{shown}`");
        return Problem::of_cell(cell, message).one_of(&shown, "replayed", named);
    };
    let message = format!("the group `{}` does not replay this trace", cast.name);
    let hint = "every group that a trace has rows of names it in its `traffic`";
    Problem::of_cell(cell, message).hint(hint)
}

/// A name that would be one of a line's agents, and is not.
fn no_agent_of(line: &CastLine, text: &[u8], cell: usize) -> Problem {
    let (shown, name) = (show(text), &line.name);
    let problem = Problem::of_cell(cell, format!("no agent is called `{shown}`"));
    problem.hint(match line.count {
        _ if line.is_feature => format!("the feature is called `{name}`"),
        0 => format!("`{name}` has no agents but those that rows above create, as `{name}/1`"),
        1 => format!("the agent is called `{name}`, and others are those that rows above create"),
        count => format!(
            "those of `{name}` are called `{name}/1` to `{name}/{count}`, and others are those that \
             rows above create"
        ),
    })
}

/// What follows the slash of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbered {
    /// There is no slash.
    Not,
    /// A number from 1 on.
    By(u32),
    /// Something else.
    Wrong,
}

/// A name and its number.
pub(super) fn split(text: &[u8]) -> (&[u8], Numbered) {
    let Some(slash) = text.iter().rposition(|&byte| byte == b'/') else {
        return (text, Numbered::Not);
    };
    let (name, digits) = (&text[..slash], &text[slash + 1..]);
    let mut number: u32 = 0;
    for &digit in digits {
        let next = digit.is_ascii_digit().then(|| u32::from(digit - b'0'));
        match next.and_then(|next| number.checked_mul(10)?.checked_add(next)) {
            Some(next) => number = next,
            None => return (name, Numbered::Wrong),
        }
    }
    // One spelling for each: no leading zeros.
    if digits.first().is_none_or(|&digit| digit == b'0') {
        return (name, Numbered::Wrong);
    }
    (name, Numbered::By(number))
}

/// Whether an agent may be called so.
pub(super) fn is_name(text: &[u8]) -> bool {
    let (name, number) = split(text);
    let sound = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    number != Numbered::Wrong && (1..=100).contains(&name.len()) && name.iter().all(sound)
}

fn bytes(name: &str) -> Box<[u8]> {
    name.as_bytes().into()
}

/// A text as messages show it.
pub(super) fn show(text: &[u8]) -> String {
    /// More of it helps nobody.
    const MOST: usize = 60;
    let text = String::from_utf8_lossy(text);
    let shown: String = text.chars().take(MOST).collect();
    let dots = if shown.len() < text.len() { ".." } else { "" };
    format!("{shown}{dots}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_their_last_slash() {
        for (text, name, number) in [
            ("shops/12", "shops", Numbered::By(12)),
            ("shops", "shops", Numbered::Not),
            ("a/b/3", "a/b", Numbered::By(3)),
            ("shops/", "shops", Numbered::Wrong),
            ("shops/0", "shops", Numbered::Wrong),
            ("shops/01", "shops", Numbered::Wrong),
            ("shops/1x", "shops", Numbered::Wrong),
            ("shops/4294967296", "shops", Numbered::Wrong),
        ] {
            assert_eq!(split(text.as_bytes()), (name.as_bytes(), number), "{text}");
        }
    }
}
