//! Replacing a folder of results as a whole, or a file of one.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::write::ReportError;

/// A file of a result: where it lies in the folder, with `/`, and what it holds.
pub(super) struct ResultFile {
    /// Relative to the folder.
    pub name: String,
    pub content: Content,
}

/// What a file of a result holds.
#[derive(PartialEq, Eq)]
pub(super) enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// What was written [beside] the folder: it is moved into it.
    Beside(PathBuf),
}

/// What temporary files and folders beside a result, or in it, begin with.
pub(super) const PREFIX: &str = ".limitlab-";

/// The files by which a folder is known to be a result: of a run, and of a comparison.
const MARKS: [&str; 2] = ["summary.json", "diff.json"];
/// All files that a result may have, of whatever command and options: what else lies in its folder is
/// somebody's, and is not to be lost with it.
const PARTS: [&str; 15] = [
    "summary.json",
    "latency.csv",
    "latency.hgrm",
    "limit_hits.csv",
    "series.csv",
    "replications.csv",
    "advice.json",
    "decisions.csv",
    "report.html",
    "junit.xml",
    "summary.md",
    "diff.json",
    "workspaces.csv",
    // The action for GitHub has these written beside them.
    "compare.md",
    "compare.xml",
];
/// What windows of files write where they are opened.
const LITTER: [&str; 2] = [".DS_Store", "Thumbs.db"];
/// The folder of pictures in a result.
const PLOTS: &str = "plots";

/// Puts `files`, and nothing else, into `folder`, whole or not at all.
///
/// They are written and flushed in a folder beside it; then the old one is moved aside, the new
/// one takes its place, and the old one is deleted.
///
/// # Errors
///
/// The old folder is then where it was, as it was.
pub(super) fn replace(folder: &Path, files: &[ResultFile]) -> Result<(), ReportError> {
    // Of a link the folder that it points to is replaced, not the link.
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let replaced = check_folder(&folder)?;
    let parent = parent_of(&folder)?;
    let beside = beside(&folder)?;
    // A folder inside, since temporary ones are closed to others.
    let new = beside.path().join("new");
    fill(&new, files)?;
    let old = beside.path().join("old");
    let swapped = swap(&folder, &new, replaced.then_some(old.as_path()));
    if swapped.is_err() && old.exists() {
        // It could not be put back: it must outlive this function.
        let _kept = beside.keep();
    }
    swapped?;
    sync_folder(parent)
}

/// Puts a file at `path`, whole or not at all: it is written and flushed beside it under a name that
/// begins with [`PREFIX`], and takes the place of an older one then.
///
/// # Errors
///
/// That of `write`, or [`ReportError::Io`]. The older file is then where it was.
pub(super) fn put<T>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<T, ReportError>,
) -> Result<T, ReportError> {
    let (folder, name) = (parent_of(path)?, path.file_name().unwrap_or_default());
    let draft = folder.join(format!("{PREFIX}{}", name.display()));
    let file = File::create(&draft).map_err(failed("write", &draft))?;
    let mut writer = BufWriter::new(file);
    let written = write(&mut writer).and_then(|written| {
        let flushed = writer.into_inner().map_err(io::IntoInnerError::into_error);
        flushed
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&draft, path))
            .map_err(failed("write", path))?;
        Ok(written)
    });
    if written.is_err() {
        // Why it failed is told; that it left something is not worth more words.
        let _ = fs::remove_file(&draft);
    }
    let written = written?;
    sync_folder(folder)?;
    Ok(written)
}

/// Puts `bytes` into a file, whole or not at all: they are written and flushed beside it, and take its
/// place by a rename.
///
/// # Errors
///
/// An older file is then as it was.
pub(super) fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    // Of a link the file that it points to is replaced, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    put(&path, |file| file.write_all(bytes).map_err(failed("write", &path)))
}

/// A temporary folder beside a folder of results, for what is written before it becomes a part of
/// them.
///
/// # Errors
///
/// [`ReportError`] if it cannot be created.
pub fn beside(folder: &Path) -> Result<TempDir, ReportError> {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let parent = parent_of(&folder)?;
    let beside = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent);
    beside.map_err(failed("create a folder in", parent))
}

/// The folder that a folder lies in, which is created if it is not there.
fn parent_of(folder: &Path) -> Result<&Path, ReportError> {
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(failed("create", parent))?;
    Ok(parent)
}

/// Whether there is a folder to be replaced, which must be empty or a result, and nothing else beside it. To
/// be asked before a long run whose results could not be written; writing them asks again.
///
/// # Errors
///
/// [`ReportError`] if the folder holds something else, is no folder, or cannot be read.
pub fn check_folder(folder: &Path) -> Result<bool, ReportError> {
    let found = match entries(folder) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(ReportError::NotAFolder { path: folder.to_owned() });
        }
        Err(error) => return Err(failed("read", folder)(error)),
    };
    if !found.is_empty() && !MARKS.iter().any(|mark| folder.join(mark).is_file()) {
        return Err(ReportError::NotAResult { folder: folder.to_owned() });
    }
    let plots = folder.join(PLOTS);
    let pictures = if plots.is_dir() { entries(&plots) } else { Ok(Vec::new()) };
    let pictures = pictures.map_err(failed("read", &plots))?;
    let is_picture = |path: &Path| path.extension().is_some_and(|it| it == "svg" || it == "png");
    let is_part = |path: &Path| {
        let is_known = PARTS.iter().any(|part| path == folder.join(part))
            || LITTER.iter().any(|name| path.ends_with(name))
            || path.parent() == Some(&plots) && is_picture(path);
        path == plots || is_known && path.is_file()
    };
    match found.into_iter().chain(pictures).find(|path| !is_part(path)) {
        Some(path) => Err(ReportError::NotAPart { path }),
        None => Ok(true),
    }
}

/// What lies in a folder, in the order of names.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut entries: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
    entries.sort_unstable();
    Ok(entries)
}

fn fill(new: &Path, files: &[ResultFile]) -> Result<(), ReportError> {
    fs::create_dir(new).map_err(failed("create", new))?;
    let mut folders = vec![new.to_owned()];
    for file in files {
        let path = new.join(&file.name);
        if let Some(parent) = path.parent().filter(|parent| !parent.exists()) {
            fs::create_dir(parent).map_err(failed("create", parent))?;
            folders.push(parent.to_owned());
        }
        let write = || {
            let mut opened = match &file.content {
                Content::Bytes(_) => File::create(&path)?,
                Content::Beside(written) => {
                    fs::rename(written, &path)?;
                    File::open(&path)?
                }
            };
            if let Content::Bytes(bytes) = &file.content {
                opened.write_all(bytes)?;
            }
            opened.sync_all()
        };
        write().map_err(failed("write", &path))?;
    }
    folders.iter().try_for_each(|folder| sync_folder(folder))
}

/// Puts `new` in the place of `folder`, which is moved to `old` if that is given.
fn swap(folder: &Path, new: &Path, old: Option<&Path>) -> Result<(), ReportError> {
    if let Some(old) = old {
        fs::rename(folder, old).map_err(failed("move aside", folder))?;
    }
    let Err(why) = fs::rename(new, folder) else { return Ok(()) };
    if let Some(old) = old {
        fs::rename(old, folder).map_err(failed("move back to its place", old))?;
    }
    Err(failed("put the new result in the place of", folder)(why))
}

/// Makes the names in a folder last; only Unix can, and elsewhere it is not needed.
fn sync_folder(folder: &Path) -> Result<(), ReportError> {
    if cfg!(unix) {
        File::open(folder).and_then(|opened| opened.sync_all()).map_err(failed("flush", folder))?;
    }
    Ok(())
}

/// An error of input or output, with the name of the file.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ReportError {
    let path: PathBuf = path.to_owned();
    move |source| ReportError::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const MARK: &str = "summary.json";

    fn file(name: &str, text: &str) -> ResultFile {
        ResultFile { name: name.to_owned(), content: Content::Bytes(text.as_bytes().to_vec()) }
    }

    /// Everything below a folder, hidden files too.
    fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(contents(&path));
            } else {
                found.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
        found
    }

    #[test]
    fn a_result_replaces_an_older_one_whole() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("deep/results");
        replace(&folder, &[file(MARK, "1"), file("plots/a.svg", "a")]).unwrap();
        replace(&folder, &[file(MARK, "2"), file("b.csv", "b")]).unwrap();
        assert_eq!(
            contents(home.path()),
            BTreeMap::from([
                (folder.join(MARK), b"2".to_vec()),
                (folder.join("b.csv"), b"b".to_vec()),
            ])
        );
    }

    #[test]
    fn a_comparison_is_a_result_too() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("results");
        replace(&folder, &[file("diff.json", "{}")]).unwrap();
        replace(&folder, &[file("diff.json", "{ }")]).unwrap();
        assert_eq!(
            contents(home.path()),
            BTreeMap::from([(folder.join("diff.json"), b"{ }".to_vec())])
        );
    }

    #[test]
    fn what_is_no_result_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("thesis.tex"), "years of work").unwrap();
        let before = contents(home.path());
        let error = replace(home.path(), &[file(MARK, "{}")]).unwrap_err();
        assert!(matches!(error, ReportError::NotAResult { .. }), "{error}");
        let taken = home.path().join("thesis.tex");
        let error = replace(&taken, &[file(MARK, "{}")]).unwrap_err();
        assert!(matches!(error, ReportError::NotAFolder { .. }), "{error}");
        assert_eq!(contents(home.path()), before);
    }

    #[test]
    fn what_lies_beside_a_result_is_left_alone_with_it() {
        for precious in ["thesis.tex", "plots/thesis.tex", "plots/summary.json", "base/base.json"] {
            let home = tempfile::tempdir().unwrap();
            let folder = home.path().join("results");
            replace(&folder, &[file(MARK, "old"), file("plots/a.svg", "a")]).unwrap();
            let path = folder.join(precious);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "years of work").unwrap();
            let before = contents(home.path());
            let error = replace(&folder, &[file(MARK, "new")]).unwrap_err();
            assert!(matches!(error, ReportError::NotAPart { .. }), "{error}");
            assert_eq!(contents(home.path()), before, "{precious}");
            fs::remove_file(&path).unwrap();
            let _ = fs::remove_dir(folder.join("base"));
            replace(&folder, &[file(MARK, "new")]).unwrap();
        }
    }

    #[test]
    fn an_empty_folder_is_filled() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("results");
        fs::create_dir(&folder).unwrap();
        replace(&folder, &[file(MARK, "{}")]).unwrap();
        assert_eq!(contents(home.path()).len(), 1);
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_result_byte_for_byte() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("results");
        replace(&folder, &[file(MARK, "old"), file("plots/a.svg", "old too")]).unwrap();
        let before = contents(home.path());
        // The last file cannot be written, since it would lie in a file.
        let error = replace(&folder, &[file(MARK, "new"), file("summary.json/x", "new")]);
        assert!(error.unwrap_err().to_string().contains("summary.json"));
        assert_eq!(contents(home.path()), before);
    }

    #[test]
    fn a_swap_that_fails_puts_the_old_result_back() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("results");
        replace(&folder, &[file(MARK, "old")]).unwrap();
        let before = contents(home.path());
        let (missing, aside) = (home.path().join("missing"), home.path().join("aside"));
        let error = swap(&folder, &missing, Some(&aside)).unwrap_err();
        assert!(matches!(error, ReportError::Io { .. }), "{error}");
        assert_eq!(contents(home.path()), before);
    }

    #[cfg(unix)]
    #[test]
    fn of_a_link_the_folder_behind_it_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let (folder, link) = (home.path().join("real"), home.path().join("link"));
        replace(&folder, &[file(MARK, "old")]).unwrap();
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        replace(&link, &[file(MARK, "new")]).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(folder.join(MARK)).unwrap(), b"new");
    }
}
