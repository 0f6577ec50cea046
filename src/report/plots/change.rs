//! What a change of policy does to the hours in which workspaces are blocked.

use plotters::style::RGBColor;

use super::Plot;
use super::axis::Axis;
use super::canvas::{Anchor, Font, draw};
use super::palette::{AXIS, INK, KINDS, Pen};
use super::panel::{Key, MARGIN, Mark, Panel, heading, shortened};
use crate::planning::{Comparison, Verdict};
use crate::report::diff::described;
use crate::report::format::count;

/// How many workspaces are blocked in more or fewer hours, and by how much; none if all are blocked
/// in as many as before.
pub(in crate::report) fn hours_blocked(comparison: &Comparison) -> Option<Plot> {
    let classes = classes(comparison);
    let drawn: u64 = classes.iter().map(Class::workspaces).sum();
    if drawn == 0 {
        return None;
    }
    let title = "Hours in which a limit refuses somebody: more or fewer under B than under A";
    let same = comparison.workspaces.len() as u64 - drawn;
    let how = if same == 0 {
        "Bars are workspaces, counted.".to_owned()
    } else {
        let (same, is) = (count(same), if same == 1 { "is" } else { "are" });
        let left_out = "blocked in as many hours as before and not drawn";
        format!("Bars are workspaces, counted. {same} {is} {left_out}.")
    };
    let shown = Verdict::ALL
        .iter()
        .enumerate()
        .filter(|(place, _)| classes.iter().any(|class| class.by_verdict[*place] > 0));
    let keys: Vec<Key> = shown
        .map(|(_, &verdict)| Key {
            colour: colour(verdict),
            mark: Mark::Area(1.0),
            label: label(verdict).to_owned(),
        })
        .collect();
    let most = classes.iter().map(Class::workspaces).max().unwrap_or(0);
    let hours = count(comparison.summary.hours);
    let hours = format!("hours fewer (−) or more (+), of the {hours} of the run");
    let x = Axis::places(&hours, classes.iter().map(Class::label));
    // Room above for the count.
    let y = Axis::counts("workspaces", most as f64 * 1.06);
    let high = y.ticks.last().map_or(0.0, |(value, _)| *value);
    let fewer = classes.iter().filter(|class| !class.is_more).count();
    let named = named(comparison);
    let svg = draw(&format!("{title}. {named}"), |sheet| {
        let below = heading(sheet, title, &how, &keys);
        sheet.text((MARGIN, below + 2.0), &named, Font::new(13.0, INK));
        let panel = Panel::below(below + 22.0, 0.0, x, y);
        panel.frame(sheet);
        if fewer > 0 && fewer < classes.len() {
            let between = [0.0, high].map(|value| (fewer as f64, value));
            panel.line(sheet, between.into_iter(), Pen::solid(AXIS));
        }
        for (place, class) in classes.iter().enumerate() {
            let mut base = 0;
            for (&verdict, &workspaces) in Verdict::ALL.iter().zip(&class.by_verdict) {
                let (left, top) = panel.at(place as f64 + 0.15, (base + workspaces) as f64);
                let (right, bottom) = panel.at(place as f64 + 0.85, base as f64);
                if workspaces > 0 {
                    sheet.rect((left, top), (right, bottom), &colour(verdict));
                }
                base += workspaces;
            }
            if base > 0 {
                let (middle, top) = panel.at(place as f64 + 0.5, base as f64);
                let font = Font::new(12.0, INK).at(Anchor::Middle);
                sheet.text((middle, top - 9.0), &count(base), font);
            }
        }
    });
    Some(Plot { name: "hours_blocked", title: title.to_owned(), svg })
}

/// What A and B are.
fn named(comparison: &Comparison) -> String {
    /// As much of both as a line has room for \[characters\].
    const MOST: usize = 112;
    let (a, b) = (&comparison.summary.a, &comparison.summary.b);
    let one = shortened(&described(a), MOST / 2 - 8);
    let other = if a.scenario.name == b.scenario.name {
        // What both have in common stands in A already.
        let own = b.set.iter().skip(a.set.len()).cloned().collect::<Vec<String>>().join(", ");
        format!("the same with {own}")
    } else {
        described(b)
    };
    let text = format!("A: {one} \u{b7} B: ");
    let room = MOST - text.chars().count();
    text + &shortened(&other, room)
}

const fn colour(verdict: Verdict) -> RGBColor {
    match verdict {
        Verdict::NewlyLimited => KINDS[1],
        Verdict::More => KINDS[4],
        Verdict::Same => KINDS[6],
        Verdict::Less => KINDS[5],
        Verdict::Relieved => KINDS[2],
    }
}

const fn label(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NewlyLimited => "newly limited",
        Verdict::More => "more limit hits",
        Verdict::Same => "as many limit hits",
        Verdict::Less => "fewer limit hits",
        Verdict::Relieved => "relieved of all limit hits",
    }
}

/// Workspaces whose hours change by so many, from `from` to `to`, both inside.
struct Class {
    is_more: bool,
    from: u64,
    to: u64,
    /// At the places of [`Verdict::ALL`].
    by_verdict: [u64; 5],
}

impl Class {
    fn workspaces(&self) -> u64 {
        self.by_verdict.iter().sum()
    }

    fn label(&self) -> String {
        let sign = if self.is_more { '+' } else { '−' };
        if self.from == self.to {
            format!("{sign}{}", count(self.from))
        } else {
            format!("{sign}{}–{}", count(self.from), count(self.to))
        }
    }
}

/// Classes of growing width on both sides, up to the greatest change of each: fine ones where there
/// is room for them.
fn classes(comparison: &Comparison) -> Vec<Class> {
    let changes: Vec<(i64, usize)> = comparison
        .workspaces
        .iter()
        .map(|it| (it.hours().change, Verdict::ALL.iter().position(|one| *one == it.verdict)))
        .map(|(change, verdict)| (change, verdict.expect("all verdicts are listed")))
        .collect();
    let greatest = |is_more: bool| {
        let own = changes.iter().filter(|(change, _)| (*change > 0) == is_more);
        own.map(|(change, _)| change.unsigned_abs()).max().unwrap_or(0)
    };
    let (fewer, more) = (greatest(false), greatest(true));
    let side = |is_more: bool, greatest: u64| -> Vec<Class> {
        bounds(greatest, fewer.max(more))
            .windows(2)
            .map(|pair| {
                let (from, to) = (pair[0], pair[1] - 1);
                let mut by_verdict = [0; 5];
                for &(change, verdict) in &changes {
                    let inside = (from..=to).contains(&change.unsigned_abs());
                    by_verdict[verdict] += u64::from(inside && (change > 0) == is_more);
                }
                Class { is_more, from, to, by_verdict }
            })
            .collect()
    };
    let mut classes = side(false, fewer);
    classes.reverse();
    classes.extend(side(true, more));
    classes
}

/// Where classes begin up to a change of so many hours, and where the last one ends; `most` is the
/// greatest change on either side.
fn bounds(greatest: u64, most: u64) -> Vec<u64> {
    let fine = most < 100;
    let mut bounds = vec![1];
    let mut power: u64 = 1;
    while bounds.last().is_some_and(|last| *last <= greatest) {
        if fine {
            bounds.extend([2, 5, 10].map(|digit| digit * power));
        } else {
            bounds.extend([3, 10].map(|digit| power.saturating_mul(digit)));
        }
        power = power.saturating_mul(10);
    }
    let needed = bounds.iter().position(|bound| *bound > greatest).unwrap_or(0);
    bounds.truncate(needed + 1);
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_reach_to_the_greatest_change() {
        assert_eq!(bounds(0, 9), [1]);
        assert_eq!(bounds(1, 9), [1, 2]);
        assert_eq!(bounds(12, 12), [1, 2, 5, 10, 20]);
        assert_eq!(bounds(99, 99), [1, 2, 5, 10, 20, 50, 100]);
        assert_eq!(bounds(3, 720), [1, 3, 10]);
        assert_eq!(bounds(720, 720), [1, 3, 10, 30, 100, 300, 1_000]);
    }
}
