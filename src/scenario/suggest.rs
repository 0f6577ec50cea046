//! The nearest valid spelling of a word.

/// The candidate that `word` most likely was meant to be, if any is near.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    // Likeness takes time in the square of the length, and no valid word is as long as this.
    const LONGEST: usize = 120;
    if word.len() > LONGEST {
        return None;
    }
    let plain = |text: &str| text.to_ascii_lowercase().replace('-', "_");
    let word = plain(word);
    // A third of the letters may be wrong, but at least one; else a common beginning counts.
    let most = (word.chars().count() / 3).max(1);
    let mut best: Option<(usize, f64, &str)> = None;
    for candidate in candidates {
        let other = plain(candidate);
        let distance = strsim::damerau_levenshtein(&word, &other);
        let likeness = strsim::jaro_winkler(&word, &other);
        let near =
            distance <= most || likeness >= 0.9 || (word.len() >= 4 && other.starts_with(&word));
        let better = best.is_none_or(|(least, most_alike, _)| {
            distance < least || (distance == least && likeness > most_alike)
        });
        if near && better {
            best = Some((distance, likeness, candidate));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// A hint: what was probably meant, and what would be valid.
pub(crate) fn did_you_mean<'c>(
    word: &str,
    kind: &str,
    candidates: impl IntoIterator<Item = &'c str> + Clone,
) -> String {
    let expected = list(candidates.clone());
    match nearest(word, candidates) {
        Some(near) if expected.contains(", ") => {
            format!("did you mean `{near}`? {kind}: {expected}")
        }
        Some(near) => format!("did you mean `{near}`?"),
        None if expected.is_empty() => format!("{kind}: none"),
        None => format!("{kind}: {expected}"),
    }
}

/// Words in backquotes, separated by commas; of very many the first ones.
pub(super) fn list<'c>(words: impl IntoIterator<Item = &'c str>) -> String {
    const MOST: usize = 24;
    let mut words = words.into_iter();
    let mut shown: Vec<String> =
        words.by_ref().take(MOST).map(|word| format!("`{word}`")).collect();
    let more = words.count();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_spelling_wins_and_far_ones_are_not_offered() {
        let keys = ["rate", "sessions", "service_time", "servers", "burst"];
        for (word, meant) in [
            ("ratee", Some("rate")),
            ("sesions", Some("sessions")),
            ("service", Some("service_time")),
            ("service-time", Some("service_time")),
            ("Servers", Some("servers")),
            ("sess", Some("sessions")),
            ("brust", Some("burst")),
            ("patience", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, keys), meant, "{word}");
        }
    }
}
