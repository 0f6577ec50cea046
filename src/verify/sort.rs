//! Sorting what does not fit in memory: in sorted runs in temporary files, which are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::marker::PhantomData;

/// So many records are in memory at once \[about 150 bytes each\].
pub(super) const IN_MEMORY: usize = 1_000_000;

/// So many runs are there at most: then they are merged into one.
const MOST_RUNS: usize = 64;

/// What can be sorted outside of memory. No two records have the same key.
pub(super) trait Record: Sized {
    /// By what it is sorted.
    type Key: Ord;
    /// How many words of 64 bits it is written in.
    const WORDS: usize;

    fn key(&self) -> Self::Key;

    /// Appends the words that it is written in.
    fn write(&self, words: &mut Vec<u64>);

    /// The record that is written in these words; `None` if it is none.
    fn read(words: &[u64]) -> Option<Self>;
}

/// Sorts records that come in any order.
pub(super) struct Sorter<T> {
    /// So many are in memory at once.
    most: usize,
    buffer: Vec<T>,
    runs: Vec<Run<T>>,
}

/// Records in a temporary file, in their order.
struct Run<T> {
    file: BufReader<File>,
    left: u64,
    records: PhantomData<T>,
}

impl<T: Record> Sorter<T> {
    pub(super) fn new(most: usize) -> Self {
        Self { most, buffer: Vec::new(), runs: Vec::new() }
    }

    /// Takes up a record.
    pub(super) fn push(&mut self, record: T) -> io::Result<()> {
        self.buffer.push(record);
        if self.buffer.len() >= self.most { self.write() } else { Ok(()) }
    }

    /// Writes what is in memory, as a run.
    fn write(&mut self) -> io::Result<()> {
        if self.runs.len() == MOST_RUNS {
            let mut merged = Writer::new()?;
            merge(std::mem::take(&mut self.runs), |record| merged.push(&record))?;
            self.runs.push(merged.done()?);
        }
        self.buffer.sort_unstable_by_key(T::key);
        let mut writer = Writer::new()?;
        self.buffer.drain(..).try_for_each(|record| writer.push(&record))?;
        self.runs.push(writer.done()?);
        Ok(())
    }

    /// Calls `visit` with each record, in their order.
    pub(super) fn each<E: From<io::Error>>(
        mut self,
        mut visit: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.runs.is_empty() {
            self.buffer.sort_unstable_by_key(T::key);
            return self.buffer.into_iter().try_for_each(visit);
        }
        self.write()?;
        merge(self.runs, &mut visit)
    }
}

/// Writes a run.
struct Writer<T> {
    file: BufWriter<File>,
    words: Vec<u64>,
    count: u64,
    records: PhantomData<T>,
}

impl<T: Record> Writer<T> {
    fn new() -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 16, tempfile::tempfile()?);
        Ok(Self { file, words: Vec::new(), count: 0, records: PhantomData })
    }

    fn push(&mut self, record: &T) -> io::Result<()> {
        self.words.clear();
        record.write(&mut self.words);
        debug_assert_eq!(self.words.len(), T::WORDS);
        self.count += 1;
        self.words.iter().try_for_each(|word| self.file.write_all(&word.to_le_bytes()))
    }

    fn done(self) -> io::Result<Run<T>> {
        let mut file = self.file.into_inner()?;
        file.rewind()?;
        let file = BufReader::with_capacity(1 << 16, file);
        Ok(Run { file, left: self.count, records: PhantomData })
    }
}

impl<T: Record> Run<T> {
    /// The next record; `None` at the end.
    fn next(&mut self, words: &mut Vec<u64>) -> io::Result<Option<T>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        words.clear();
        for _ in 0..T::WORDS {
            let mut bytes = [0; 8];
            self.file.read_exact(&mut bytes)?;
            words.push(u64::from_le_bytes(bytes));
        }
        let changed = || io::Error::other("a temporary file was changed");
        T::read(words).map(Some).ok_or_else(changed)
    }
}

/// A record at the head of a run, by its key.
struct Head<T: Record> {
    key: T::Key,
    run: usize,
    record: T,
}

impl<T: Record> PartialEq for Head<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<T: Record> Eq for Head<T> {}

impl<T: Record> PartialOrd for Head<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Record> Ord for Head<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

/// Calls `visit` with all records of runs, in their order.
fn merge<T: Record, E: From<io::Error>>(
    mut runs: Vec<Run<T>>,
    mut visit: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let mut words = Vec::with_capacity(T::WORDS);
    let mut heads = BinaryHeap::new();
    for (run, records) in runs.iter_mut().enumerate() {
        if let Some(record) = records.next(&mut words)? {
            heads.push(Reverse(Head { key: record.key(), run, record }));
        }
    }
    while let Some(Reverse(Head { run, record, .. })) = heads.pop() {
        visit(record)?;
        if let Some(record) = runs[run].next(&mut words)? {
            heads.push(Reverse(Head { key: record.key(), run, record }));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Record for u64 {
        type Key = Self;
        const WORDS: usize = 1;

        fn key(&self) -> Self {
            *self
        }

        fn write(&self, words: &mut Vec<u64>) {
            words.push(*self);
        }

        fn read(words: &[u64]) -> Option<Self> {
            (words[0] < 1_000_000).then_some(words[0])
        }
    }

    #[test]
    fn all_comes_back_in_order() {
        // Runs of three: none, a part of one, whole ones, and more than are kept apart.
        for count in [0, 1, 2, 3, 4, 6, 7, 3 * MOST_RUNS as u64, 1_000] {
            let mut sorter = Sorter::new(3);
            for number in 0..count {
                sorter.push(number * 7_919 % 1_009).unwrap();
            }
            let mut found = Vec::new();
            let taken = sorter.each(|number| {
                found.push(number);
                io::Result::Ok(())
            });
            taken.unwrap();
            let mut expected: Vec<u64> = (0..count).map(|number| number * 7_919 % 1_009).collect();
            expected.sort_unstable();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_no_record_is_an_error() {
        let mut sorter = Sorter::new(1);
        sorter.push(1_000_000).unwrap();
        assert!(sorter.each(|_| io::Result::Ok(())).is_err());
    }
}
