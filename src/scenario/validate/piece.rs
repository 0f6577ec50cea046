//! Pieces of a text in a scenario, each with its place.

use super::super::at::At;

/// A piece of a threshold and the byte at which it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'t> {
    pub(super) text: &'t str,
    pub(super) start: usize,
}

impl<'t> Piece<'t> {
    /// The same without what is empty around it.
    pub(super) fn trim(self) -> Self {
        let begins = self.text.len() - self.text.trim_start().len();
        Self { text: self.text.trim(), start: self.start + begins }
    }

    /// Where it stands, if the threshold stands at `at`.
    pub(super) fn place(self, at: At<'_>) -> At<'_> {
        at.part(self.start, self.start + self.text.len())
    }

    /// What stands before and after the byte at `index`.
    pub(super) fn split_at(self, index: usize) -> (Self, Self) {
        let (before, after) = self.text.split_at(index);
        (Self { text: before, start: self.start }, Self { text: after, start: self.start + index })
    }

    /// What stands before and after the first `separator`, without it.
    pub(super) fn split_once(self, separator: &str) -> Option<(Self, Self)> {
        let index = self.text.find(separator)?;
        let (before, after) = self.split_at(index);
        Some((before, after.split_at(separator.len()).1))
    }

    /// The pieces between `separator`s.
    pub(super) fn split(self, separator: char) -> impl Iterator<Item = Self> + use<'t> {
        let mut start = self.start;
        self.text.split(separator).map(move |text| {
            let piece = Self { text, start };
            start += text.len() + separator.len_utf8();
            piece
        })
    }

    /// What stands before `abort_on_fail`, and that itself, if it stands at the end.
    pub(super) fn split_abort(self) -> (Self, Option<Self>) {
        let rest = self.text.strip_suffix("abort_on_fail");
        let Some(rest) = rest.filter(|rest| rest.ends_with(char::is_whitespace)) else {
            return (self, None);
        };
        let (before, abort) = self.split_at(rest.len());
        (before.trim(), Some(abort))
    }

    /// What stands before and after `over`.
    pub(super) fn split_window(self) -> (Self, Option<Self>) {
        let over = |index: usize| {
            let (before, rest) = self.split_at(index);
            let (_, window) = rest.split_at("over".len());
            (before.trim(), Some(window.trim()))
        };
        let words = self.text.match_indices("over");
        let is_word = |index: usize| {
            let around = |c: char| c.is_whitespace();
            let before = self.text[..index].chars().next_back();
            let after = self.text[index + "over".len()..].chars().next();
            before.is_none_or(around) && after.is_none_or(around)
        };
        let found = words.map(|(index, _)| index).find(|&index| is_word(index));
        found.map_or((self, None), over)
    }
}
