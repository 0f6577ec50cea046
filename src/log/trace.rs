//! A trace as a file that can be opened.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::unpack::Frames;

/// How much is read from the disk at once \[bytes\].
const AT_ONCE: usize = 1 << 17;

/// A file of recorded traffic: CSV, or CSV packed as `.gz` or `.zst`.
///
/// It is opened anew by everybody who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    path: PathBuf,
    name: String,
}

impl Trace {
    /// The trace in the file at `path`, which messages call `name`.
    pub fn new(path: impl Into<PathBuf>, name: impl Into<String>) -> Self {
        Self { path: path.into(), name: name.into() }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens the file: what it holds, unpacked.
    ///
    /// # Errors
    ///
    /// If there is no such file, if it is a folder, a pipe or a device, or if it cannot be read.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let metadata = fs::metadata(&self.path)?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        // What can be read only once is gone when a run begins.
        if !metadata.is_file() {
            return Err(io::Error::other("it is a pipe or a device, not a file"));
        }
        let file = BufReader::with_capacity(AT_ONCE, File::open(&self.path)?);
        let packed = self.path.extension().and_then(|ending| ending.to_str());
        Ok(match packed {
            Some("gz") => Box::new(MultiGzDecoder::new(file)),
            Some("zst") => Box::new(Frames::new(file)),
            _ => Box::new(file),
        })
    }
}
