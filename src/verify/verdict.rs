//! What is found of a rule.

/// Whether a rule was kept, as far as a log can tell.
///
/// A decision of a real service is known only to lie between its question and its answer. So a rule is
/// held if every placement of the decisions inside these brackets obeys it, and violated if none does.
/// Those two are never wrong; what is neither, or could not be decided, is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every placement obeys the rule.
    Held,
    /// Some placements may obey it, and some may not.
    Possible,
    /// No placement obeys it.
    Violated,
}

impl Verdict {
    /// That of what was admitted: it found at least `least` taken and at most `most`, itself included,
    /// of a room that was at least `narrow` and at most `wide`.
    pub(super) fn of_admission((least, most): (i128, i128), (narrow, wide): (i128, i128)) -> Self {
        if least > wide {
            Self::Violated
        } else if most <= narrow {
            Self::Held
        } else {
            Self::Possible
        }
    }

    /// That of what was refused for want of room, likewise: it is false if there surely was room.
    pub(super) fn of_refusal((least, most): (i128, i128), (narrow, wide): (i128, i128)) -> Self {
        if most <= narrow {
            Self::Violated
        } else if least > wide {
            Self::Held
        } else {
            Self::Possible
        }
    }
}
