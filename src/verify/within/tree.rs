//! Sums over all that ends by now, and begins no earlier than each of many instants.

/// Values at places, of which all before a place can be added to, and looked for the greatest of.
#[derive(Debug)]
pub(super) struct MaxTree {
    /// The greatest value below each node, without what was added above it; the root is 1.
    max: Vec<i128>,
    /// What was added to all below each node.
    added: Vec<i128>,
    width: usize,
}

/// The greatest of nothing; sums with it do not overflow.
const NOTHING: i128 = i128::MIN / 4;

impl MaxTree {
    /// These values, place by place.
    pub(super) fn new(values: impl ExactSizeIterator<Item = i128>) -> Self {
        let width = values.len().next_power_of_two();
        let mut max = vec![NOTHING; 2 * width];
        for (place, value) in values.enumerate() {
            max[width + place] = value;
        }
        for node in (1..width).rev() {
            max[node] = max[2 * node].max(max[2 * node + 1]);
        }
        Self { max, added: vec![0; 2 * width], width }
    }

    /// Adds to the first `count` values.
    pub(super) fn add(&mut self, count: usize, amount: i128) {
        self.add_below((1, 0, self.width), count, amount);
    }

    fn add_below(
        &mut self,
        (node, from, width): (usize, usize, usize),
        count: usize,
        amount: i128,
    ) {
        if count <= from {
            return;
        }
        if count >= from + width {
            self.max[node] += amount;
            self.added[node] += amount;
            return;
        }
        let half = width / 2;
        self.add_below((2 * node, from, half), count, amount);
        self.add_below((2 * node + 1, from + half, half), count, amount);
        self.max[node] = self.max[2 * node].max(self.max[2 * node + 1]) + self.added[node];
    }

    /// The greatest of the first `count` values; far below zero if there are none.
    pub(super) fn greatest(&self, count: usize) -> i128 {
        self.greatest_below((1, 0, self.width), (0, count))
    }

    /// The value at a place; far below zero if there is none.
    pub(super) fn at(&self, place: usize) -> i128 {
        self.greatest_below((1, 0, self.width), (place, place + 1))
    }

    fn greatest_below(
        &self,
        (node, from, width): (usize, usize, usize),
        (first, end): (usize, usize),
    ) -> i128 {
        if end <= from || first >= from + width {
            return NOTHING;
        }
        if first <= from && end >= from + width {
            return self.max[node];
        }
        let half = width / 2;
        let left = self.greatest_below((2 * node, from, half), (first, end));
        let right = self.greatest_below((2 * node + 1, from + half, half), (first, end));
        left.max(right) + self.added[node]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_tree_is_a_list(
            mut values in proptest::collection::vec(-9..9_i128, 1..9),
            adds in proptest::collection::vec((0..9_usize, -5..9_i128), 0..9),
        ) {
            let mut tree = MaxTree::new(values.iter().copied());
            for (count, amount) in adds {
                tree.add(count, amount);
                values.iter_mut().take(count).for_each(|value| *value += amount);
                for (place, value) in values.iter().enumerate() {
                    prop_assert_eq!(tree.at(place), *value);
                    let greatest = values[..=place].iter().max();
                    prop_assert_eq!(Some(&tree.greatest(place + 1)), greatest);
                }
            }
            prop_assert!(tree.greatest(0) < -1_000);
        }
    }
}
