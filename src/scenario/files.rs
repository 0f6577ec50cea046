//! The files that a scenario is made of.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::source::{MOST_BYTES, Source, SourceId};

/// The most that all files of a scenario may hold together \[bytes\].
const MOST_BYTES_TOGETHER: u64 = 4 * MOST_BYTES as u64;

/// The texts of a scenario in the order in which they were met: its file first.
#[derive(Debug)]
pub(super) struct Files {
    sources: Vec<Source>,
    /// For each source the file that it is; `None` for what was given without a file.
    paths: Vec<Option<PathBuf>>,
    /// How much more may be read \[bytes\].
    room: u64,
}

impl Default for Files {
    fn default() -> Self {
        Self { sources: Vec::new(), paths: Vec::new(), room: MOST_BYTES_TOGETHER }
    }
}

impl Files {
    /// Adds a text that is no file.
    pub(super) fn add(&mut self, source: Source) -> SourceId {
        self.push(source, None)
    }

    /// Adds the text of the file at `path`.
    pub(super) fn add_file(&mut self, source: Source, path: PathBuf) -> SourceId {
        self.push(source, Some(path))
    }

    fn push(&mut self, source: Source, path: Option<PathBuf>) -> SourceId {
        let id = SourceId(self.sources.len() as u32);
        self.sources.push(source);
        self.paths.push(path);
        id
    }

    /// A text that was added.
    pub(super) fn source(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    /// The file that a text is.
    pub(super) fn path(&self, id: SourceId) -> Option<&Path> {
        self.paths[id.0 as usize].as_deref()
    }

    /// All texts.
    pub(super) fn into_sources(self) -> Vec<Source> {
        self.sources
    }

    /// Reads a file, at most one byte more than a file may hold, so that who reads it sees that it
    /// is too large.
    pub(super) fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        self.room = self.room.saturating_sub(bytes.len() as u64);
        Ok(bytes)
    }

    /// Reads the text of a file that another one names, or says why it cannot be used.
    pub(super) fn read_text(&mut self, path: &Path) -> Result<String, String> {
        let shown = path.display();
        let room = self.room;
        let bytes = self.read(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        if bytes.len() > MOST_BYTES {
            return Err(format!("{shown} is larger than 16 MiB"));
        }
        if bytes.len() as u64 > room {
            return Err("the files of this scenario are larger than 64 MiB together".to_owned());
        }
        String::from_utf8(bytes).map_err(|_| format!("{shown} is not UTF-8 text"))
    }
}
