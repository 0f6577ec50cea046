//! What is wrong with a scenario that was built in code.

use std::error::Error;
use std::fmt::{self, Display};

/// A field of a scenario whose value no run can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The field, from the scenario on: `groups[0].lines[1].cost`.
    pub field: String,
    /// What it must be: a phrase that follows the field's name.
    pub message: String,
}

/// All flaws of a scenario, field after field; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaws(Vec<Flaw>);

impl Flaws {
    /// `None` if there are none.
    pub(super) fn new(flaws: Vec<Flaw>) -> Option<Self> {
        (!flaws.is_empty()).then_some(Self(flaws))
    }

    /// The flaws.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Flaw> {
        self.0.iter()
    }
}

impl Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.message)
    }
}

/// A line each.
impl Display for Flaws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, flaw) in self.0.iter().enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            write!(f, "{line}{flaw}")?;
        }
        Ok(())
    }
}

impl Error for Flaws {}

/// Flaws as they are found.
#[derive(Debug, Default)]
pub(super) struct Finder(pub(super) Vec<Flaw>);

impl Finder {
    /// Notes that `field` is not what `message` says it must be, unless that holds.
    pub(super) fn demand(&mut self, holds: bool, field: impl Display, message: impl Display) {
        if !holds {
            self.0.push(Flaw { field: field.to_string(), message: message.to_string() });
        }
    }
}
