//! Which projection makes the states of which category: files that were named, files beside the store, automatic.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::run::failed;
use super::session::Session;
use super::snapshots::Beginnings;
use crate::job::{Failure, Projected, ProjectionChoice, StoreKey};
use crate::model::EventLog;
use crate::replay::projection_file::{self, ProjectionFileError, ProjectionSet};
use crate::replay::{self, Fold};

/// Projection files larger than this are no projection files.
const FILE_LIMIT: u64 = 16 << 20;

/// Where projections come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Projections {
    /// A rule file beside the store (`bank.db.projection.json`, else `bank.projection.json`), else automatic.
    #[default]
    Beside,
    /// The automatic projection, whatever lies beside the store.
    Automatic,
    /// These files; a category that none of them is for has the automatic projection.
    Files(Vec<PathBuf>),
}

/// What becomes of a store whose projections can't be had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnBadProjection {
    /// It opens with the automatic projection, and a note says why.
    #[default]
    UseAutomatic,
    /// It does not open.
    Refuse,
}

/// Why projections could not be had.
#[derive(Debug)]
pub enum ProjectionProblem {
    /// A file can't be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file's contents are wrong.
    Malformed(ProjectionFileError),
    /// Two files are for one category.
    Twice {
        /// The category.
        category: Arc<str>,
        /// The one.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A kind of projection that is not available yet.
    NotAvailable {
        /// The file.
        path: PathBuf,
    },
}

impl ProjectionProblem {
    /// Whether the cause is a file rather than the arguments.
    pub fn is_input_error(&self) -> bool {
        matches!(self, Self::Unreadable { .. } | Self::Malformed(_))
    }
}

impl fmt::Display for ProjectionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, source } if source.kind() == io::ErrorKind::NotFound => {
                write!(
                    f,
                    "there is no such projection file; check the name, or use `auto` for the automatic projection: {}",
                    path.display()
                )
            }
            Self::Unreadable { path, source } => {
                write!(f, "can't read the projection file ({source}): {}", path.display())
            }
            Self::Malformed(error) => write!(f, "{error}"),
            Self::Twice { category, first, second } => write!(
                f,
                "two projection files are for the category {category}; name one of them: {}, {}",
                first.display(),
                second.display()
            ),
            Self::NotAvailable { path } => write!(
                f,
                "script projections are not available yet; write rules instead (`foldline suggest` makes a first \
                 version of them): {}",
                path.display()
            ),
        }
    }
}

impl std::error::Error for ProjectionProblem {}

/// The rule file beside a store that applies when none is named.
pub fn projection_beside(store: &Path) -> Option<PathBuf> {
    let named = |name: &std::ffi::OsStr| {
        let mut name = name.to_owned();
        name.push(".projection.json");
        store.with_file_name(name)
    };
    [store.file_name(), store.file_stem()].into_iter().flatten().map(named).find(|path| path.is_file())
}

/// The projections of one store.
#[derive(Debug, Default)]
pub(super) struct Folds {
    sets: Arc<Vec<(PathBuf, ProjectionSet)>>,
    by_category: Vec<Arc<dyn Fold>>,
    /// How streams begin whose first events are gone.
    pub beginnings: Mutex<Beginnings>,
    /// What a user should know of the choice.
    pub notes: Vec<String>,
}

impl Folds {
    /// The automatic projection for everything.
    pub fn automatic(log: &EventLog) -> Self {
        let by_category = log.categories().iter().map(|_| replay::automatic()).collect();
        Self { by_category, ..Self::default() }
    }

    /// Reads the files and gives each category of the store its projection.
    pub fn load(choice: &Projections, store: &Path, log: &EventLog) -> Result<Self, ProjectionProblem> {
        let files = match choice {
            Projections::Automatic => Vec::new(),
            Projections::Beside => projection_beside(store).into_iter().collect(),
            Projections::Files(files) => files.clone(),
        };
        let sets = files.into_iter().map(|path| read(&path).map(|set| (path, set)));
        let mut folds = Self { sets: Arc::new(sets.collect::<Result<_, _>>()?), ..Self::default() };
        folds.by_category = log.categories().iter().map(|name| folds.find(name)).collect::<Result<_, _>>()?;
        let types: Vec<&str> = log.types().iter().map(|kind| &*kind.name).collect();
        for (path, set) in &*folds.sets.clone() {
            if !log.is_empty() && !log.categories().iter().any(|name| set.for_category(name).is_some()) {
                let path = path.display();
                folds.notes.push(format!("no category of the store is one that this projection file is for: {path}"));
            }
            folds.notes.extend(set.notices(&types));
        }
        Ok(folds)
    }

    /// The same for an index that has more categories at the end.
    pub fn grown(&self, log: &EventLog) -> Self {
        let new = log.categories().iter().skip(self.by_category.len());
        let by_category = self.by_category.iter().cloned().chain(new.map(|name| self.named(name))).collect();
        self.with_categories(by_category)
    }

    /// The same files for other categories.
    pub fn with_categories(&self, by_category: Vec<Arc<dyn Fold>>) -> Self {
        Self { sets: self.sets.clone(), by_category, notes: self.notes.clone(), ..Self::default() }
    }

    /// How many categories there are.
    pub fn len(&self) -> usize {
        self.by_category.len()
    }

    /// What makes states of the category with this place in the index.
    pub fn of(&self, category: usize) -> &Arc<dyn Fold> {
        &self.by_category[category]
    }

    /// What makes states of a category that the store may not have.
    pub fn named(&self, category: &str) -> Arc<dyn Fold> {
        self.find(category).unwrap_or_else(|_| replay::automatic())
    }

    /// A projection that names the category, else one whose glob fits it, else the automatic one.
    fn find(&self, category: &str) -> Result<Arc<dyn Fold>, ProjectionProblem> {
        let fitting = || self.sets.iter().filter_map(|(path, set)| Some((path, set.for_category(category)?)));
        let names_it = |fold: &Arc<dyn Fold>| fold.info().category.as_deref() == Some(category);
        for exact in [true, false] {
            let mut found = fitting().filter(|(_, fold)| names_it(fold) == exact);
            match (found.next(), found.next()) {
                (Some((first, _)), Some((second, _))) => {
                    let (first, second) = (first.clone(), second.clone());
                    return Err(ProjectionProblem::Twice { category: category.into(), first, second });
                }
                (Some((_, fold)), None) => return Ok(fold),
                (None, _) => {}
            }
        }
        Ok(replay::automatic())
    }
}

impl Session {
    /// Makes states with what was chosen from now on, and says what that is.
    pub(super) fn choose_projections(&self, store: StoreKey, choice: ProjectionChoice) -> Result<Projected, Failure> {
        let (projections, rules) = match choice {
            ProjectionChoice::Automatic => (Projections::Automatic, None),
            ProjectionChoice::File(path) => (Projections::Files(vec![path.clone()]), Some(path)),
        };
        self.project(&projections).map_err(|error| failed(&error))?;
        Ok(Projected { store, projections: self.projection_infos(), rules, notes: self.projection_notes() })
    }
}

fn read(path: &Path) -> Result<ProjectionSet, ProjectionProblem> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("js")) {
        return Err(ProjectionProblem::NotAvailable { path: path.to_owned() });
    }
    let unreadable = |source| ProjectionProblem::Unreadable { path: path.to_owned(), source };
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if about.is_dir() {
        return Err(unreadable(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    if about.len() > FILE_LIMIT {
        return Err(unreadable(io::Error::other(format!("larger than {} MB", FILE_LIMIT >> 20))));
    }
    let text = std::fs::read(path).map_err(unreadable)?;
    projection_file::parse(text, &path.display().to_string()).map_err(ProjectionProblem::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_beside_is_found_by_the_whole_name_first() {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("bank.db");
        assert_eq!(projection_beside(&store), None);
        let (short, long) = (dir.path().join("bank.projection.json"), dir.path().join("bank.db.projection.json"));
        std::fs::write(&short, "{}").unwrap();
        assert_eq!(projection_beside(&store), Some(short));
        std::fs::write(&long, "{}").unwrap();
        assert_eq!(projection_beside(&store), Some(long));
    }
}
