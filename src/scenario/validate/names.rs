//! Names that a scenario declares and refers to.

use indexmap::IndexSet;

use super::super::at::{At, Findings};
use super::super::suggest::did_you_mean;

/// Names of one kind, such as groups, that a scenario declares.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    known: IndexSet<String>,
    /// Whether something at fault may have declared more.
    incomplete: bool,
}

impl Names {
    /// Declares `name`, which stands at `at`; `kind` is what it names.
    pub(super) fn declare(&mut self, name: &str, kind: &str, at: At<'_>, findings: &mut Findings) {
        if !at.is_sound() {
            self.incomplete = true;
        } else if !self.known.insert(name.to_owned()) {
            findings.add(at, format!("a second {kind} is called `{name}`"));
        }
    }

    /// Declares `name` if it is new.
    pub(super) fn add(&mut self, name: &str) {
        self.known.insert(name.to_owned());
    }

    /// Declares everything that `others` declare.
    pub(super) fn include(&mut self, others: &Self) {
        self.known.extend(others.known.iter().cloned());
        self.incomplete |= others.incomplete;
    }

    /// Notes that something at fault may have declared more.
    pub(super) fn set_incomplete(&mut self) {
        self.incomplete = true;
    }

    /// Whether `name` is declared.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// Where `name` stands in the order declared.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.known.get_index_of(name)
    }

    /// Whether `name` is declared, as far as can be told.
    pub(super) fn may_contain(&self, name: &str) -> bool {
        self.incomplete || self.contains(name)
    }

    /// The names, in the order declared.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.known.iter().map(String::as_str)
    }

    /// Notes a mistake if `name`, referred to at `at`, is not declared.
    pub(super) fn resolve(&self, name: &str, kind: &str, at: At<'_>, findings: &mut Findings) {
        if !self.may_contain(name) {
            let hint = did_you_mean(name, "declared", self.iter());
            findings.add_with_hint(at, format!("no {kind} is called `{name}`"), hint);
        }
    }
}
