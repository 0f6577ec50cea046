//! What can be asked: which knobs, and which of their settings is the answer.

use super::model::{Aim, Knob};
use crate::planning::fault::QuestionFault;
use crate::planning::grid::Grid;
use crate::units::Money;

/// The most replications that a setting is simulated with, unless the question says otherwise.
pub const MOST_REPLICATIONS: u32 = 512;

/// A question about the size of something.
#[derive(Debug, Clone, PartialEq)]
pub struct SizeQuestion {
    pub(super) grid: Grid,
    pub(super) aim: Aim,
    /// Where the values of each knob lie.
    numbers: Vec<Vec<f64>>,
    /// What one of each knob costs, where it has a price.
    prices: Vec<Option<Money>>,
    pub(super) most_replications: u32,
}

impl SizeQuestion {
    /// Asks about the knobs of a grid. `prices` are what one of a knob costs, each as `KEY=AMOUNT`.
    ///
    /// # Errors
    ///
    /// [`QuestionFault`] if several knobs are not asked for what is cheapest, or if a price is none, is of
    /// what is no knob, or of one whose values have a unit.
    ///
    /// # Examples
    ///
    /// ```
    /// use limitlab::planning::{Aim, Grid, SizeQuestion};
    ///
    /// let knobs = ["backend.servers=1..64".to_owned(), "backend.queue.limit=0..100:10".to_owned()];
    /// let grid = Grid::read_knobs(&knobs, &[])?;
    /// let prices = ["backend.servers=12.50".to_owned(), "backend.queue.limit=0.10".to_owned()];
    /// assert!(SizeQuestion::read(grid.clone(), Aim::Smallest, &prices).is_err());
    /// assert!(SizeQuestion::read(grid, Aim::Cheapest, &prices).is_ok());
    /// # Ok::<(), limitlab::planning::QuestionFault>(())
    /// ```
    pub fn read(grid: Grid, aim: Aim, prices: &[String]) -> Result<Self, QuestionFault> {
        if aim != Aim::Cheapest && grid.varied().len() > 1 {
            let what = "of several knobs there is no smallest setting, only a cheapest";
            let hint = "ask for it with `--minimise cost`, and say with `--price KEY=AMOUNT` what one \
                        of a knob costs";
            return Err(QuestionFault::new(what, Some(hint.to_owned())));
        }
        let mut of_knobs: Vec<Option<Money>> = vec![None; grid.varied().len()];
        for argument in prices {
            let (place, price) = price(&grid, argument)?;
            if of_knobs[place].replace(price).is_some() {
                let what = format!("`--price {argument}`: the knob has a price already");
                return Err(QuestionFault::new(what, None));
            }
        }
        // Values of knobs are numbers.
        let numbers = grid.varied().iter().map(|knob| knob.places().unwrap_or_default()).collect();
        let most_replications = MOST_REPLICATIONS;
        Ok(Self { grid, aim, numbers, prices: of_knobs, most_replications })
    }

    /// The same with at most so many replications of a setting.
    pub fn with_most_replications(self, most: u32) -> Self {
        Self { most_replications: most, ..self }
    }

    /// The knobs.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// What of a setting at these places is to be least: its place for the smallest and the largest value, else
    /// what it costs at least, as far as that is known before it is simulated.
    pub(super) fn floor(&self, places: &[usize]) -> f64 {
        let first = places[0];
        match self.aim {
            Aim::Smallest => first as f64,
            Aim::Largest => (self.grid.len() - 1 - first) as f64,
            Aim::Cheapest => self.told_price(places).unwrap_or(0.0),
        }
    }

    /// The knobs, as they are told of.
    pub(super) fn knobs(&self) -> Vec<Knob> {
        let knobs = self.grid.varied().iter().zip(&self.prices);
        let told = knobs.filter_map(|(knob, price)| {
            // A knob has at least one value.
            let (lowest, highest) = (knob.values.first()?.clone(), knob.values.last()?.clone());
            let price = price.map(Money::as_f64);
            Some(Knob { key: knob.key.clone(), lowest, highest, values: knob.values.len(), price })
        });
        told.collect()
    }

    /// What the knobs that have a price cost at a setting; `None` where none of them has.
    pub(super) fn told_price(&self, places: &[usize]) -> Option<f64> {
        let knobs = self.numbers.iter().zip(places).zip(&self.prices);
        let priced = knobs
            .filter_map(|((numbers, &place), price)| Some(numbers[place] * (*price)?.as_f64()));
        self.prices.iter().any(Option::is_some).then(|| priced.sum())
    }
}

/// Reads `KEY=AMOUNT`: the place of the knob, and what one of it costs.
fn price(grid: &Grid, argument: &str) -> Result<(usize, Money), QuestionFault> {
    let refuse = |what: String, hint: Option<String>| {
        Err(QuestionFault::new(format!("`--price {argument}`: {what}"), hint))
    };
    let example = || Some("for example `--price backend.servers=12.50`".to_owned());
    let Some((key, amount)) = argument.split_once('=') else {
        return refuse("a price is `KEY=AMOUNT`".to_owned(), example());
    };
    let key: Vec<&str> = key.split('.').map(str::trim).collect();
    let key = key.join(".");
    let Some(place) = grid.varied().iter().position(|knob| knob.key == key) else {
        let knobs: Vec<String> =
            grid.varied().iter().map(|knob| format!("`{}`", knob.key)).collect();
        let hint = format!("the knobs are {}", knobs.join(" and "));
        return refuse("there is no such knob".to_owned(), Some(hint));
    };
    if !grid.varied()[place].is_plain() {
        let what = "only what is a plain number has a price for each one".to_owned();
        return refuse(what, example());
    }
    match amount.trim().parse() {
        Ok(price) => Ok((place, price)),
        Err(error) => refuse(error.to_string(), example()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(knobs: &[&str], aim: Aim, prices: &[&str]) -> Result<SizeQuestion, QuestionFault> {
        let owned = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let grid = Grid::read_knobs(&owned(knobs), &[]).unwrap();
        SizeQuestion::read(grid, aim, &owned(prices))
    }

    #[test]
    fn prices_are_of_knobs_that_are_plain_numbers() {
        let asked = ask(&["a.b=1..4", "c=10,20", "d=1s..2s"], Aim::Cheapest, &["a.b=2.50", "c=1"]);
        let asked = asked.unwrap();
        assert_eq!(asked.told_price(&[0, 0, 1]), Some(12.5));
        assert_eq!(asked.told_price(&[3, 1, 0]), Some(30.0));
        assert_eq!(ask(&["a=1..4"], Aim::Smallest, &[]).unwrap().told_price(&[2]), None);
        for (prices, part) in [
            (&["a.b"][..], "a price is `KEY=AMOUNT`"),
            (&["b=2"], "there is no such knob"),
            (&["a.b=2", "a . b=3"], "the knob has a price already"),
            (&["a.b=-2"], "is not a price"),
            (&["d=2"], "only what is a plain number"),
        ] {
            let fault = ask(&["a.b=1..4", "d=1s..2s"], Aim::Cheapest, prices).unwrap_err();
            assert!(fault.to_string().contains(part), "{prices:?}: {fault}");
        }
    }
}
