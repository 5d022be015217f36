//! Scenarios as files: those that a user opens and saves, and those that are kept by themselves.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::files;
use super::fixtures::FixtureCases;
use super::run::failed;
use super::session::Session;
use crate::job::{Failure, FixtureRequest, KeptAt, Outcome, StoreKey};
use crate::model::{Cancel, Progress};
use crate::report::is_text_fixture;
use crate::whatif::{self, Grades, KeptScenario, KeptScenarios, ScenarioFile};

/// Scenario files larger than this are no scenario files.
const FILE_LIMIT: u64 = 256 << 20;
/// The same for a file of all scenarios of a store.
const KEPT_LIMIT: u64 = 1 << 30;
const NO_TEXT: &str = "a scenario is a file of JSON text";

/// Reads a scenario file. The error says what is wrong with which file.
pub fn read_scenario_file(path: &Path) -> Result<ScenarioFile, String> {
    let text = read_text(path)
        .map_err(|why| format!("can't read the scenario ({why}); check the name: {}", path.display()))?;
    whatif::parse_file(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn read_text(path: &Path) -> Result<String, String> {
    if path.is_dir() {
        return Err(NO_TEXT.to_owned());
    }
    let text = read_at_most(path, FILE_LIMIT).map_err(|error| error.to_string())?;
    String::from_utf8(text.ok_or(NO_TEXT)?).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// What is in a file; `None` where that is more than the limit. What a file says of its own length is not believed:
/// a device has none, and no end.
fn read_at_most(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut text = Vec::new();
    std::fs::File::open(path)?.take(limit + 1).read_to_end(&mut text)?;
    Ok((text.len() as u64 <= limit).then_some(text))
}

impl Session {
    pub(super) fn read_scenario(&self, path: PathBuf, cancel: &Cancel) -> Result<Outcome, Failure> {
        let file = read_scenario_file(&path).map_err(Failure::Failed)?;
        let grades = self.grade(&file, cancel).map_err(|error| failed(&error))?;
        Ok(Outcome::ScenarioRead { path, file: Box::new(file), grades })
    }

    /// The scenarios that were kept of this store. A file that can't be read is put aside; nothing takes its place
    /// where that is not possible.
    pub(super) fn restore_scenarios(
        &self,
        store: StoreKey,
        folder: &Path,
        cancel: &Cancel,
    ) -> Result<Outcome, Failure> {
        let path = folder.join(kept_name(self.path()));
        let stamp = files::stamp(&path);
        let mut at = Some(KeptAt { path: path.clone(), stamp, taken: Vec::new() });
        let mut notes = Vec::new();
        let mut kept = match read_kept(&path) {
            Ok(kept) => kept.unwrap_or_default(),
            Err(why) => {
                match put_aside(&path) {
                    Ok(aside) => notes.push(put_aside_words(&why, &aside)),
                    Err(error) => {
                        at = None;
                        notes.push(format!(
                            "The file of kept scenarios can't be read ({why}) and can't be put aside ({error}): {}. \
                             Scenarios are not kept by themselves until it is out of the way; save them",
                            path.display()
                        ));
                    }
                }
                KeptScenarios::default()
            }
        };
        if let Some(at) = &mut at {
            for beside in files_beside(&path) {
                let Some(stamp) = files::stamp(&beside) else { continue };
                match read_kept(&beside) {
                    Ok(others) => {
                        let others = others.unwrap_or_default().scenarios;
                        let same = |a: &KeptScenario, b: &KeptScenario| (&a.file, &a.path) == (&b.file, &b.path);
                        for other in others {
                            if !kept.scenarios.iter().any(|one| same(one, &other)) {
                                kept.scenarios.push(other);
                            }
                        }
                        at.taken.push((beside, stamp));
                    }
                    // Where it can't be put aside it stays what it is.
                    Err(why) => notes.extend(put_aside(&beside).map(|aside| put_aside_words(&why, &aside))),
                }
            }
        }
        let note = (!notes.is_empty()).then(|| notes.join(". "));
        let grades = kept.scenarios.iter().map(|one| self.grade(&one.file, cancel));
        let grades = grades.collect::<Result<Vec<Grades>, _>>().map_err(|error| failed(&error))?;
        Ok(Outcome::Restored { store, at, kept, grades, note })
    }

    pub(super) fn write_fixture(
        self: &std::sync::Arc<Self>,
        request: FixtureRequest,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Outcome, Failure> {
        let FixtureRequest { scenario, stream, at, out, force, .. } = request;
        let scenario = scenario.unwrap_or_default();
        let cases = at.map_or(FixtureCases::Telling, FixtureCases::At);
        let fixture = self.fixture(&scenario, &stream, cases, progress, cancel).map_err(|error| failed(&error))?;
        let text = if is_text_fixture(&out) { fixture.to_text() } else { fixture.to_json() };
        self.write_text(&out, &text, force).map_err(|error| failed(&error))?;
        Ok(Outcome::FixtureWritten { path: out, cases: fixture.cases.len() })
    }
}

/// The scenarios in a file; `None` where there is none.
fn read_kept(path: &Path) -> Result<Option<KeptScenarios>, String> {
    let text = match read_at_most(path, KEPT_LIMIT) {
        // A file where the folder should be: nothing was kept there, and that nothing can be is told in time.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        text => text.map_err(|error| error.to_string())?.ok_or("it is too large")?,
    };
    let text = String::from_utf8(text).map_err(|_| "it is not UTF-8 text")?;
    KeptScenarios::parse(&text).map(Some).map_err(|error| error.to_string())
}

fn put_aside_words(why: &str, aside: &Path) -> String {
    format!("The file of kept scenarios can't be read ({why}). It was put aside as {}", aside.display())
}

/// The name of a file beside one of kept scenarios.
fn beside(path: &Path, number: u32) -> PathBuf {
    path.with_extension(format!("{number}.json"))
}

/// Files that were kept beside one because somebody else had changed it, in the order of their names.
fn files_beside(path: &Path) -> Vec<PathBuf> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let is_beside = |name: &str| {
        let number = name.strip_prefix(&*stem).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(".json"));
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let entries = path.parent().and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let paths = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_beside)).map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths.collect();
    paths.sort();
    paths
}

/// One after the other: a store may be open twice, under two names.
static KEEPING: Mutex<()> = Mutex::new(());

/// Writes the scenarios of a store, beside what somebody else has written.
pub(super) fn keep(mut at: KeptAt, contents: &str) -> Result<Outcome, Failure> {
    let _one = KEEPING.lock().unwrap_or_else(PoisonError::into_inner);
    let now = files::stamp(&at.path);
    let is_others = now.is_some() && now != at.stamp;
    let mut note = None;
    if is_others {
        // The first name that is free, also of what somebody else writes at this moment.
        let first = std::mem::replace(&mut at.path, PathBuf::new());
        let mut names = (1..10_000).map(|number| beside(&first, number));
        at.path = loop {
            let path = names.next().ok_or_else(|| Failure::Failed(format!("no name is free: {}", first.display())))?;
            match files::write_whole(&path, contents.as_bytes(), false, files::Readers::Owner) {
                Ok(()) => break path,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(Failure::Failed(format!("can't write the file ({error}): {}", path.display())));
                }
            }
        };
        note = Some(format!(
            "Another window changed the scenarios that are kept in {}. Those of this one are now kept in {}; both are \
             there when the store is opened the next time",
            first.display(),
            at.path.display()
        ));
    } else {
        files::save(&at.path, contents)?;
    }
    at.stamp = files::stamp(&at.path);
    for (taken, stamp) in at.taken.drain(..) {
        // What changed since it was read has something else to say, and what stays is there once more.
        if taken != at.path && files::stamp(&taken) == Some(stamp) {
            std::fs::remove_file(&taken).ok();
        }
    }
    Ok(Outcome::Kept { at, note })
}

/// Gives a file a name that no other has, and says which.
fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let name = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(if number == 0 { ".bad".to_owned() } else { format!(".{number}.bad") });
        PathBuf::from(name)
    };
    let free = (0..10_000).map(name).find(|name| name.symlink_metadata().is_err());
    let aside = free.ok_or(io::ErrorKind::AlreadyExists)?;
    std::fs::rename(path, &aside)?;
    Ok(aside)
}

/// The name under which a store's scenarios are kept: the store's own, and what tells its path from others.
fn kept_name(store: &Path) -> String {
    let absolute = std::fs::canonicalize(store).or_else(|_| std::path::absolute(store));
    let absolute = absolute.unwrap_or_else(|_| store.to_owned());
    let key = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, absolute.as_os_str().as_encoded_bytes());
    let stem: String = store
        .file_stem()
        .map(|stem| stem.to_string_lossy().chars().filter(char::is_ascii_alphanumeric).take(24).collect())
        .unwrap_or_default();
    format!("{stem}-{}.json", key.simple())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_end_is_read_up_to_the_limit() {
        assert_eq!(read_at_most(Path::new("/dev/zero"), 1000).unwrap(), None);
        assert_eq!(read_at_most(Path::new("/dev/null"), 0).unwrap(), Some(Vec::new()));
    }
}
