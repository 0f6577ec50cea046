//! The files that a scenario is made of.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::encoding::decode;
use super::source::{MOST_BYTES, Source, SourceId};

/// The most that all files of a scenario may hold together \[bytes\].
const MOST_BYTES_TOGETHER: u64 = 4 * MOST_BYTES as u64;

/// How much of a file that is too large is read, to show how it begins \[bytes\].
const BEGINNING: u64 = 200;

/// Why there is no text of a file.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is missing, is no regular file, or cannot be read.
    Io(io::Error),
    /// It is larger than a file may be: how it begins.
    TooLarge(Vec<u8>),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

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

    /// Whether a text is a file that the scenario imports, or that one of those does.
    pub(super) fn is_imported(&self, id: SourceId) -> bool {
        id.0 > 0 && self.path(id).is_some()
    }

    /// All texts.
    pub(super) fn into_sources(self) -> Vec<Source> {
        self.sources
    }

    /// Reads the file of the scenario itself, which may be a stream that the process was started
    /// with.
    pub(super) fn read_first(&mut self, path: &Path) -> Result<Vec<u8>, Unread> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() && !metadata.is_dir() && is_open_stream(path) {
            return self.take(File::open(path)?);
        }
        self.read(path)
    }

    /// Reads a regular file: of what is too large, and of what never ends, hardly anything.
    fn read(&mut self, path: &Path) -> Result<Vec<u8>, Unread> {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder").into());
        }
        if !metadata.is_file() {
            return Err(io::Error::other("it is a pipe or a device, not a file").into());
        }
        let file = File::open(path)?;
        if metadata.len() > MOST_BYTES as u64 {
            let mut beginning = Vec::new();
            file.take(BEGINNING).read_to_end(&mut beginning)?;
            return Err(Unread::TooLarge(beginning));
        }
        self.take(file)
    }

    /// Reads what is open to its end, unless that is too far.
    fn take(&mut self, file: File) -> Result<Vec<u8>, Unread> {
        let mut bytes = Vec::new();
        file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MOST_BYTES {
            bytes.truncate(BEGINNING as usize);
            return Err(Unread::TooLarge(bytes));
        }
        self.room = self.room.saturating_sub(bytes.len() as u64);
        Ok(bytes)
    }

    /// Reads the text of a file that another one names, or says why it cannot be used.
    pub(super) fn read_text(&mut self, path: &Path) -> Result<String, String> {
        let shown = path.display();
        let room = self.room;
        let bytes = self.read(path).map_err(|error| match error {
            Unread::Io(error) => format!("cannot read {shown}: {error}"),
            Unread::TooLarge(_) => format!("{shown} is larger than 16 MiB"),
        })?;
        if bytes.len() as u64 > room {
            return Err("the files of this scenario are larger than 64 MiB together".to_owned());
        }
        decode(bytes).map_err(|_| format!("{shown} is not UTF-8 text"))
    }
}

/// Whether a path means a stream that is open already, as in `limitlab check <(generate)`: opening
/// it waits for nobody.
fn is_open_stream(path: &Path) -> bool {
    path == Path::new("/dev/stdin")
        || ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.starts_with(folder))
}
