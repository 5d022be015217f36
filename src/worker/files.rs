//! Small files beside the stores: settings, rules, and whether a file is still what it was.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::run::{Workshop, failed};
use super::session::{Session, lock};
use super::{is_same_file, samples};
use crate::job::Failure;
use crate::model::{Cancel, CategoryIndex, Progress};

/// Side files of SQLite.
const BESIDE: [&str; 3] = ["-wal", "-journal", "-shm"];

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Who may read files that this user makes elsewhere.
    Everyone,
    /// This user alone.
    Owner,
}

/// Writes a file under a temporary name first, so that half a file never has the name. Without `replace`, a file that
/// is there is an error ([`io::ErrorKind::AlreadyExists`]).
pub(super) fn write_whole(path: &Path, contents: &[u8], replace: bool, readers: Readers) -> io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".foldline-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    if readers == Readers::Everyone {
        give_usual_permissions(file.as_file());
    }
    let put = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    put.map(drop).map_err(|error| error.error)
}

/// Why a file that was asked for is not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is a file of the name already.
    #[error("the file exists; choose another name, or allow it to be overwritten: {}", .0.display())]
    Exists(PathBuf),
    /// It would take the place of the store that is open, or of a file that SQLite keeps beside it.
    #[error("it would overwrite the store that is open; choose another name: {}", .0.display())]
    IsStore(PathBuf),
    /// The system refused.
    #[error("can't write the file ({why}); choose another place: {}", path.display())]
    Cannot {
        /// The file.
        path: PathBuf,
        /// What is in the way.
        why: String,
    },
}

/// Writes a text that was asked for, whole or not at all. The store is never overwritten.
pub(super) fn write_output(out: &Path, text: &str, force: bool, store: &Path) -> Result<(), WriteError> {
    let cannot = |why: String| WriteError::Cannot { path: out.to_owned(), why };
    if is_part_of(out, store) {
        return Err(WriteError::IsStore(out.to_owned()));
    }
    if out.is_dir() {
        return Err(cannot("there is a folder of this name".to_owned()));
    }
    if !force && out.symlink_metadata().is_ok() {
        return Err(WriteError::Exists(out.to_owned()));
    }
    match write_whole(out, text.as_bytes(), force, Readers::Everyone) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(WriteError::Exists(out.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(cannot("the folder does not exist; make it first".to_owned()))
        }
        Err(error) => Err(cannot(error.to_string())),
    }
}

/// Temporary files are for their owner only; rules are no secret.
#[cfg(unix)]
fn give_usual_permissions(file: &std::fs::File) {
    use std::os::unix::fs::PermissionsExt as _;
    // Narrower than usual is still a file that its owner can read.
    let _ = file.set_permissions(std::fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn give_usual_permissions(_: &std::fs::File) {}

/// Writes a small file, whole or not at all. Its folder is made; where the path is a link, what it leads to is written.
pub(super) fn save(path: &Path, contents: &str) -> Result<(), Failure> {
    let written = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        write_whole(&path, contents.as_bytes(), true, Readers::Owner)
    };
    written().map_err(|error| Failure::Failed(format!("can't write the file ({error}): {}", path.display())))
}

/// What a file's time and size come to, and those of a write-ahead log beside it, in which changes appear first;
/// `None` where there is no file to be looked at.
pub(super) fn stamp(path: &Path) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    let about = std::fs::metadata(path).ok()?;
    take_in(&about, &mut hasher);
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if let Ok(about) = std::fs::metadata(log) {
        take_in(&about, &mut hasher);
    }
    Some(hasher.finish())
}

fn take_in(about: &std::fs::Metadata, hasher: &mut DefaultHasher) {
    about.len().hash(hasher);
    about.modified().ok().hash(hasher);
    #[cfg(unix)]
    std::os::unix::fs::MetadataExt::ino(about).hash(hasher);
}

/// Those of the files that are gone for sure: what can't be looked at may be there.
pub(super) fn missing(paths: Vec<PathBuf>, cancel: &Cancel) -> Result<Vec<PathBuf>, Failure> {
    let mut gone = Vec::new();
    for path in paths {
        if cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        if matches!(path.try_exists(), Ok(false)) {
            gone.push(path);
        }
    }
    Ok(gone)
}

/// The bundled sample in a folder; what is missing of it is written, what is there stays as it is.
pub(super) fn sample(name: &str, folder: &Path, progress: &Progress, cancel: &Cancel) -> Result<PathBuf, Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::Failed(format!("can't make the folder ({error}): {}", folder.display())))?;
    samples::complete_sample(name, folder, progress, cancel).map_err(|error| match error {
        samples::SampleError::Store(error) if error.is_cancelled() => Failure::Cancelled,
        error => Failure::Failed(error.to_string()),
    })
}

impl Workshop {
    /// Writes a first rule file for a category, whole or not at all. A store that is open is never overwritten.
    pub(super) fn suggest(
        &self,
        session: &Session,
        category: CategoryIndex,
        out: PathBuf,
        force: bool,
        cancel: &Cancel,
    ) -> Result<PathBuf, Failure> {
        let refused = |why: &str| Err(Failure::Failed(format!("{why}: {}", out.display())));
        if category.0 as usize >= session.log().categories().len() {
            return refused("the store has no such category to write rules for");
        }
        let is_open = lock(&self.sessions).values().any(|session| session.is_file_of(&out));
        if is_open {
            return refused("the rules would overwrite the store that is open; choose another name");
        }
        if out.is_dir() {
            return refused("there is a folder of this name; choose another name");
        }
        const EXISTS: &str = "the file exists; choose another name, or allow it to be overwritten";
        if !force && out.symlink_metadata().is_ok() {
            return refused(EXISTS);
        }
        let text = session.suggest(category, cancel).map_err(|error| failed(&error))?;
        match write_whole(&out, format!("{}\n", text.trim_end()).as_bytes(), force, Readers::Everyone) {
            Ok(()) => Ok(out),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => refused(EXISTS),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                refused("can't write the rules (the folder does not exist; make it first)")
            }
            Err(error) => refused(&format!("can't write the rules ({error}); choose another place")),
        }
    }
}

impl Session {
    /// Whether a path is a file that is read, or one that SQLite keeps beside it.
    pub(super) fn is_file_of(&self, path: &Path) -> bool {
        is_part_of(path, self.path()) || self.store().files().iter().any(|file| is_part_of(path, &file.path))
    }
}

/// Whether a path is a store's file, or one that SQLite keeps beside it.
fn is_part_of(path: &Path, store: &Path) -> bool {
    let real = std::fs::canonicalize(store).unwrap_or_else(|_| store.to_owned());
    let sides = BESIDE.map(|suffix| {
        let mut side = real.as_os_str().to_owned();
        side.push(suffix);
        PathBuf::from(side)
    });
    // A side file need not be there yet: then its folder and its name tell.
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = std::fs::canonicalize(folder).ok().zip(path.file_name()).map(|(folder, name)| folder.join(name));
    is_same_file(path, store) || sides.iter().any(|side| written.as_deref() == Some(side))
}
