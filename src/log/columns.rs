//! Which column of a trace holds what.

use super::decisions::DecisionRecord;
use super::error::Problem;

/// The columns that a trace may have, and that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Time,
    Workspace,
    Agent,
    Action,
    Cost,
    Session,
    Think,
    Attempt,
}

impl Column {
    /// All of them; those that a trace must have come first.
    const ALL: [(Self, &str); 8] = [
        (Self::Time, "time"),
        (Self::Workspace, "workspace"),
        (Self::Agent, "agent"),
        (Self::Action, "action"),
        (Self::Cost, "cost"),
        (Self::Session, "session"),
        (Self::Think, "think"),
        (Self::Attempt, "attempt"),
    ];
    /// How many a trace must have.
    const REQUIRED: usize = 5;

    /// Whether a log of decisions has a column of this name, besides those of every trace. Such a log is
    /// a trace as well: these say what was decided, which a replay decides anew.
    fn is_of_a_log(name: &&str) -> bool {
        DecisionRecord::COLUMNS.contains(name) && !Self::ALL.iter().any(|(_, known)| known == name)
    }
}

/// Where each column stands.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    places: [Option<usize>; Column::ALL.len()],
    /// How many there are, those that are not read included.
    pub(super) count: usize,
    /// Whether rows tell what was decided.
    pub(super) is_log: bool,
}

impl Columns {
    /// The columns of a header.
    pub(super) fn read<'h>(header: impl Iterator<Item = &'h str>) -> Result<Self, Problem> {
        const HINT: &str = "the first line names the columns: `time,workspace,agent,action,cost`, in \
                            any order";
        let header: Vec<&str> = header.collect();
        if !header.contains(&"time") {
            return Err(Problem::of_row("this is no header of a trace").hint(HINT));
        }
        let mut places = [None; Column::ALL.len()];
        let mut names: Vec<&str> = Vec::new();
        for (place, &name) in header.iter().enumerate() {
            if names.contains(&name) {
                return Err(Problem::of_cell(place, format!("a second column is called `{name}`")));
            }
            names.push(name);
            let known = Column::ALL.iter().position(|(_, known)| *known == name);
            if let Some(column) = known {
                places[column] = Some(place);
            } else if !Column::is_of_a_log(&name) {
                let known = Column::ALL.iter().map(|(_, known)| *known);
                let all =
                    known.chain(DecisionRecord::COLUMNS.into_iter().filter(Column::is_of_a_log));
                let problem = Problem::of_cell(place, format!("unknown column `{name}`"));
                return Err(problem.one_of(name, "a trace has", all));
            }
        }
        let mut required = Column::ALL.iter().zip(places).take(Column::REQUIRED);
        if let Some(((_, name), _)) = required.find(|(_, place)| place.is_none()) {
            let problem = Problem::of_row(format!("a trace needs the column `{name}`"));
            return Err(problem.hint(HINT));
        }
        Ok(Self { places, count: names.len(), is_log: names.contains(&"outcome") })
    }

    /// Where a column stands; `None` if there is none.
    pub(super) const fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_where_their_number_says() {
        for (number, (column, _)) in Column::ALL.iter().enumerate() {
            assert_eq!(*column as usize, number);
        }
    }
}
