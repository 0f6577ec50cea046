//! Which workspaces of a group are concerned: who is on which plan, whom the timeline takes.
//!
//! The engine and the explanation of a scenario ask here, so they agree on every workspace.

use super::Occurrence;
use crate::random::Key;
use crate::units::Share;

/// The plan of `mix` that a workspace is on at the start: the first one whose share, summed with
/// those before it, exceeds a uniform draw. `workspace` is the key of the workspace.
///
/// # Panics
///
/// If `mix` is empty: the shares of a mix sum to the whole.
pub fn plan_of(workspace: Key, mix: &[(usize, Share)]) -> usize {
    let drawn = draw(workspace.name("plan"));
    let mut passed = 0;
    for &(plan, share) in mix {
        passed += share.billionths();
        if drawn < passed {
            return plan;
        }
    }
    mix.last().expect("a mix has a plan").0
}

/// Whether `occurrence` happens to a workspace, of which `workspace` is the key.
///
/// What is drawn depends on the occurrence's key alone, so a greater share takes the same
/// workspaces and more.
pub fn is_taken(workspace: Key, occurrence: &Occurrence) -> bool {
    draw(workspace.name("timeline").name(&occurrence.key)) < occurrence.share.billionths()
}

/// A uniform draw in billionths of the whole.
fn draw(key: Key) -> u64 {
    key.stream().at(0).below(Share::WHOLE.billionths())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SimTime;
    use crate::workload::Action;

    const WORKSPACES: u64 = 10_000;

    fn workspaces() -> impl Iterator<Item = Key> {
        let group = Key::root(7).index(0).name("shops");
        (0..WORKSPACES).map(move |index| group.index(index))
    }

    fn share(text: &str) -> Share {
        text.parse().unwrap()
    }

    #[test]
    fn a_mix_comes_out_near_its_shares() {
        let mix = [(2, share("80%")), (0, share("0%")), (1, share("20%"))];
        let on = |plan| workspaces().filter(|&key| plan_of(key, &mix) == plan).count() as f64;
        // 40 is the standard deviation of 10,000 draws at 80%.
        assert!((on(2) - 8_000.0).abs() < 160.0, "{}", on(2));
        assert_eq!((on(0), on(2) + on(1)), (0.0, WORKSPACES as f64));
        assert!(workspaces().all(|key| plan_of(key, &[(3, Share::WHOLE)]) == 3));
    }

    #[test]
    fn a_greater_share_takes_the_same_workspaces_and_more() {
        let occurrence = |key: &str, of: &str| Occurrence {
            key: key.to_owned(),
            at: SimTime::ZERO,
            until: None,
            share: share(of),
            action: Action::Traffic(2.0),
        };
        let taken = |key: &str, of: &str| -> Vec<bool> {
            workspaces().map(|workspace| is_taken(workspace, &occurrence(key, of))).collect()
        };
        let (few, more) = (taken("sale", "10%"), taken("sale", "30%"));
        assert!(few.iter().zip(&more).all(|(few, more)| more >= few));
        let count = |taken: &[bool]| taken.iter().filter(|&&taken| taken).count();
        assert!((900..1_100).contains(&count(&few)) && (2_850..3_150).contains(&count(&more)));
        assert_ne!(few, taken("other", "10%"));
        assert_eq!(count(&taken("sale", "0%")), 0);
        assert_eq!(count(&taken("sale", "100%")), WORKSPACES as usize);
    }
}
