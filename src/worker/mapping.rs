//! Mapping files, looks at unknown tables, and previews of mappings.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::files::write_output;
use super::run::{Workshop, failed};
use super::session::{SessionError, lock};
use crate::job::{Failure, Outcome};
use crate::model::mapping::{Mapping, MappingError, Survey};
use crate::model::{Cancel, Progress};
use crate::store::{OpenOptions, Surveyed};

/// A mapping file that is larger is none.
const LARGEST: u64 = 4 << 20;
/// Kept mappings that are tried.
const KEPT: usize = 500;

/// Why a mapping file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingFileError {
    /// It can't be read.
    #[error("can't read the mapping file ({why}); check the name: {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is in the way.
        why: String,
    },
    /// It is not a mapping.
    #[error("the mapping file is not right: {why}; mend it there: {}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        why: MappingError,
    },
}

/// Reads a mapping file.
pub fn read_mapping_file(path: &Path) -> Result<Mapping, MappingFileError> {
    let unreadable = |why: String| MappingFileError::Unreadable { path: path.to_owned(), why };
    let about = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if about.len() > LARGEST {
        return Err(unreadable(format!("{} bytes are too many for a mapping", about.len())));
    }
    let text = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    Mapping::parse(&text).map_err(|why| MappingFileError::Malformed { path: path.to_owned(), why })
}

/// Looks at a database's tables and guesses which hold events.
pub fn survey(path: &Path, progress: &Progress, cancel: &Cancel) -> Result<Survey, SessionError> {
    Ok(crate::store::survey(path, &OpenOptions::default(), progress, cancel)?.survey().clone())
}

/// The last database that was looked at: previews read it again and again.
#[derive(Default)]
pub(super) struct LookedAt(Mutex<Option<(PathBuf, Arc<Surveyed>)>>);

impl Workshop {
    /// Looks at a file's tables; a kept mapping that fits them comes with the answer.
    pub(super) fn survey(
        &self,
        path: &Path,
        folder: Option<&Path>,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Outcome, Failure> {
        let surveyed = crate::store::survey(path, &OpenOptions::default(), progress, cancel);
        let surveyed = Arc::new(surveyed.map_err(|error| failed(&error.into()))?);
        let kept = folder.and_then(|folder| kept_for(folder, &surveyed));
        let survey = surveyed.survey().clone();
        *lock(&self.looked_at.0) = Some((path.to_owned(), surveyed));
        Ok(Outcome::Surveyed { survey: Box::new(survey), kept: kept.map(Box::new) })
    }

    /// Rows as the events that a mapping makes of them.
    pub(super) fn preview(
        &self,
        path: &Path,
        mapping: &Mapping,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Outcome, Failure> {
        let known = lock(&self.looked_at.0).clone().filter(|(known, _)| known == path).map(|(_, surveyed)| surveyed);
        let surveyed = match known {
            Some(surveyed) => surveyed,
            None => {
                let surveyed = crate::store::survey(path, &OpenOptions::default(), progress, cancel);
                let surveyed = Arc::new(surveyed.map_err(|error| failed(&error.into()))?);
                *lock(&self.looked_at.0) = Some((path.to_owned(), surveyed.clone()));
                surveyed
            }
        };
        Ok(Outcome::MappingPreview(Box::new(surveyed.preview(mapping))))
    }

    /// Forgets the file that was looked at, and its private copy.
    pub(super) fn forget_look(&self) {
        *lock(&self.looked_at.0) = None;
    }
}

/// Writes a mapping file. The store is never overwritten.
pub(super) fn write(store: &Path, out: PathBuf, text: &str, force: bool) -> Result<Outcome, Failure> {
    match write_output(&out, text, force, store) {
        Ok(()) => Ok(Outcome::MappingWritten(out)),
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}

/// Reads a mapping file for the dialog.
pub(super) fn read(path: PathBuf) -> Result<Outcome, Failure> {
    match read_mapping_file(&path) {
        Ok(mapping) => Ok(Outcome::MappingRead { path, mapping: Box::new(mapping) }),
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}

/// The kept mapping that fits, the one that asks for most.
fn kept_for(folder: &Path, surveyed: &Surveyed) -> Option<Mapping> {
    let files = std::fs::read_dir(folder).ok()?.take(KEPT).filter_map(Result::ok).map(|entry| entry.path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    // One that was broken by hand is no reason not to open the store.
    let fitting = files.filter_map(|path| read_mapping_file(&path).ok()).filter(|mapping| surveyed.fits(mapping));
    fitting.max_by_key(|mapping| mapping.shape().values().map(Vec::len).sum::<usize>())
}
