//! Records that come and go, in places that are used again.

/// A store of records addressed by a number that stays the same while the record lives.
#[derive(Debug, Clone)]
pub(super) struct Slab<T> {
    records: Vec<T>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { records: Vec::new(), free: Vec::new() }
    }
}

impl<T: Copy> Slab<T> {
    /// Forgets all records; the memory stays.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.free.clear();
    }

    /// Whether it holds no record.
    pub(super) fn is_empty(&self) -> bool {
        self.records.len() == self.free.len()
    }

    /// Stores a record.
    #[inline]
    pub(super) fn insert(&mut self, record: T) -> u32 {
        if let Some(place) = self.free.pop() {
            self.records[place as usize] = record;
            return place;
        }
        self.records.push(record);
        (self.records.len() - 1) as u32
    }

    /// Takes a record out.
    pub(super) fn remove(&mut self, place: u32) -> T {
        self.free.push(place);
        self.records[place as usize]
    }

    /// The record at a place that holds one, to look at.
    #[inline]
    pub(super) fn get(&self, place: u32) -> &T {
        &self.records[place as usize]
    }

    /// The record at a place that holds one.
    pub(super) fn at(&mut self, place: u32) -> &mut T {
        &mut self.records[place as usize]
    }
}
