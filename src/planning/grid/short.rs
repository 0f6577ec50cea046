//! Keys as titles.

/// Keys of a scenario by as many of their last names as tell them apart: two where those are not long, one
/// where it is enough.
///
/// ```
/// use limitlab::planning::short_keys;
///
/// let keys = ["backend.servers", "plans.pro.credits.included", "plans.free.credits.included"];
/// let short = short_keys(&keys);
/// assert_eq!(short, ["backend.servers", "pro.credits.included", "free.credits.included"]);
/// ```
pub fn short_keys<'k>(keys: &[&'k str]) -> Vec<&'k str> {
    /// \[characters\]
    const LONG: usize = 20;
    fn last(key: &str, names: usize) -> &str {
        let start = key.rmatch_indices('.').nth(names - 1);
        start.map_or(key, |(dot, _)| &key[dot + 1..])
    }
    let short = |key: &&'k str| {
        let is_alone = |names: &usize| {
            let mut others = keys.iter().filter(|other| *other != key);
            others.all(|other| last(other, *names) != last(key, *names))
        };
        let least = if last(key, 2).chars().count() > LONG { 1 } else { 2 };
        let all = key.split('.').count();
        // Whole keys differ.
        let names = (least..all).find(is_alone).unwrap_or(all);
        last(key, names)
    };
    keys.iter().map(short).collect()
}
