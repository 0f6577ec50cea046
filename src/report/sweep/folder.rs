//! The folder of a sweep: it outlives the process, so that another one goes on where this one ended.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::planning::{Point, PointRecord, SweepSummary, Unfit};
use crate::report::folder::{PREFIX, failed, put};
use crate::report::write::ReportError;

/// The file by which a folder is known to be a sweep.
pub(super) const MARK: &str = "sweep.json";
/// All figures of all points.
pub(super) const TABLE: &str = "sweep.csv";
/// The folder of finished points.
const POINTS: &str = "points";
/// The folder of plots.
const PLOTS: &str = "plots";

/// The folder of a sweep, into which no other sweep writes meanwhile.
#[derive(Debug)]
pub struct SweepFolder {
    path: PathBuf,
    /// Held as long as this lives, however the process ends; `None` where a folder cannot be locked.
    _lock: Option<File>,
}

impl SweepFolder {
    /// Whether `folder` may become a sweep, or is one. To be asked before anything takes long; opening it
    /// asks again.
    ///
    /// # Errors
    ///
    /// [`ReportError`] if it holds something else, is no folder, or cannot be read.
    pub fn check(folder: &Path) -> Result<(), ReportError> {
        match fs::read_dir(folder) {
            Ok(entries) => {
                let is_left_over = |name: &str| name.starts_with(PREFIX);
                let is_own = folder.join(MARK).is_file();
                let mut names = entries.filter_map(Result::ok).map(|entry| entry.file_name());
                if is_own || names.all(|name| name.to_str().is_some_and(is_left_over)) {
                    return Ok(());
                }
                Err(ReportError::NotASweep { folder: folder.to_owned() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                Err(ReportError::NotAFolder { path: folder.to_owned() })
            }
            Err(error) => Err(failed("read", folder)(error)),
        }
    }

    /// Opens the folder of a sweep, which is created if it is not there, and clears what a process left
    /// there half written.
    ///
    /// # Errors
    ///
    /// [`ReportError`] if it holds something else, if another sweep writes to it, or if it cannot be
    /// created, read or written.
    pub fn open(folder: &Path) -> Result<Self, ReportError> {
        Self::check(folder)?;
        fs::create_dir_all(folder).map_err(failed("create", folder))?;
        let lock = if cfg!(unix) { lock(folder)? } else { None };
        let opened = Self { path: folder.to_owned(), _lock: lock };
        for place in [folder.to_owned(), opened.path.join(POINTS), opened.path.join(PLOTS)] {
            remove(&place, |name| name.starts_with(PREFIX))?;
        }
        Ok(opened)
    }

    /// What is kept of a point whose scenario has this SHA-256.
    ///
    /// # Errors
    ///
    /// Why it cannot be used.
    pub fn kept(&self, point: &Point, scenario: &str) -> Result<PointRecord, Unfit> {
        match fs::read(self.point(point)) {
            Ok(text) => PointRecord::read(&text, point, scenario),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Unfit::Missing),
            Err(_) => Err(Unfit::Broken),
        }
    }

    /// The same, of a point that is finished.
    pub(super) fn read(&self, point: &Point, scenario: &str) -> Result<PointRecord, ReportError> {
        let lost = |why| ReportError::PointLost { path: self.point(point), why };
        self.kept(point, scenario).map_err(lost)
    }

    /// Marks the folder as one of a sweep that is not complete: what an older one made of its points is
    /// removed, since it is not of these. Its points stay.
    ///
    /// # Errors
    ///
    /// [`ReportError`] names the file.
    pub fn begin(&self, begun: &SweepSummary) -> Result<(), ReportError> {
        self.put(MARK, begun.to_json().as_bytes())?;
        remove(&self.path, |name| name == TABLE)?;
        remove(&self.path.join(PLOTS), is_plot)
    }

    /// Keeps a finished point.
    ///
    /// # Errors
    ///
    /// [`ReportError`] names the file.
    pub fn keep(&self, point: &Point, record: &PointRecord) -> Result<(), ReportError> {
        put(&self.point(point), |file| {
            file.write_all(record.to_json().as_bytes()).map_err(failed("write", &self.point(point)))
        })
    }

    /// Removes what is kept of a point.
    ///
    /// # Errors
    ///
    /// [`ReportError`] names the file.
    pub fn forget(&self, point: &Point) -> Result<(), ReportError> {
        let path = self.point(point);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("remove", &path)(error))
            }
            _ => Ok(()),
        }
    }

    /// Puts a file of the folder, whole or not at all.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ReportError> {
        let path = self.path(name);
        put(&path, |file| file.write_all(bytes).map_err(failed("write", &path)))
    }

    /// Where a file of the folder lies.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The file of a point.
    fn point(&self, point: &Point) -> PathBuf {
        self.path.join(POINTS).join(format!("{}.json", point.id()))
    }

    /// Removes points and plots of other sweeps. `ids` are the points of this one, sorted, and `plots`
    /// its files, likewise.
    pub(super) fn clear_others(&self, ids: &[String], plots: &[String]) -> Result<(), ReportError> {
        let is_other = |name: &str| {
            let id = name.strip_suffix(".json").filter(|id| is_id(id));
            id.is_some_and(|id| ids.binary_search_by(|own| own.as_str().cmp(id)).is_err())
        };
        remove(&self.path.join(POINTS), is_other)?;
        remove(&self.path.join(PLOTS), |name| {
            is_plot(name) && plots.binary_search_by(|own| own.as_str().cmp(name)).is_err()
        })
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_plot(name: &str) -> bool {
    let ending = Path::new(name).extension().and_then(std::ffi::OsStr::to_str);
    ending.is_some_and(|ending| matches!(ending, "svg" | "png"))
}

/// Holds a folder against other processes, where it can be locked.
fn lock(folder: &Path) -> Result<Option<File>, ReportError> {
    let opened = File::open(folder).map_err(failed("open", folder))?;
    match opened.try_lock() {
        Ok(()) => Ok(Some(opened)),
        Err(TryLockError::WouldBlock) => Err(ReportError::Taken { folder: folder.to_owned() }),
        // There are file systems without locks; files are put whole all the same.
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Removes the files of a folder that are called so; none where there is no such folder.
fn remove(folder: &Path, is_called_so: impl Fn(&str) -> bool) -> Result<(), ReportError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed("read", folder)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(failed("read", folder))?;
        if entry.file_name().to_str().is_some_and(&is_called_so) && entry.path().is_file() {
            fs::remove_file(entry.path()).map_err(failed("remove", &entry.path()))?;
        }
    }
    Ok(())
}
