//! Scenarios as files: those that a user opens and saves, and those that are kept by themselves.

use std::io;
use std::path::{Path, PathBuf};

use super::fixtures::FixtureCases;
use super::run::failed;
use super::session::Session;
use crate::job::{Failure, FixtureRequest, Outcome, StoreKey};
use crate::model::{Cancel, Progress};
use crate::report::is_text_fixture;
use crate::whatif::{self, Grades, KeptScenarios, ScenarioFile};

/// Scenario files larger than this are no scenario files.
const FILE_LIMIT: u64 = 256 << 20;

/// Reads a scenario file. The error says what is wrong with which file.
pub fn read_scenario_file(path: &Path) -> Result<ScenarioFile, String> {
    let text = read_text(path)
        .map_err(|why| format!("can't read the scenario ({why}); check the name: {}", path.display()))?;
    whatif::parse_file(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn read_text(path: &Path) -> Result<String, String> {
    let about = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if about.is_dir() || about.len() > FILE_LIMIT {
        return Err("a scenario is a file of JSON text".to_owned());
    }
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(text).map_err(|_| "it is not UTF-8 text".to_owned())
}

impl Session {
    pub(super) fn read_scenario(&self, path: PathBuf, cancel: &Cancel) -> Result<Outcome, Failure> {
        let file = read_scenario_file(&path).map_err(Failure::Failed)?;
        let grades = self.grade(&file, cancel).map_err(|error| failed(&error))?;
        Ok(Outcome::ScenarioRead { path, file: Box::new(file), grades })
    }

    /// The scenarios that were kept of this store. A file that can't be read as such is put aside.
    pub(super) fn restore_scenarios(
        &self,
        store: StoreKey,
        folder: &Path,
        cancel: &Cancel,
    ) -> Result<Outcome, Failure> {
        let path = folder.join(kept_name(self.path()));
        let (kept, note) = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (KeptScenarios::default(), None),
            Err(error) => {
                let note = format!("The scenarios kept in {} can't be read ({error})", path.display());
                (KeptScenarios::default(), Some(note))
            }
            Ok(text) => match KeptScenarios::parse(&text) {
                Ok(kept) => (kept, None),
                Err(error) => (KeptScenarios::default(), Some(put_aside(&path, &error.to_string()))),
            },
        };
        let grades = kept.scenarios.iter().map(|one| self.grade(&one.file, cancel));
        let grades = grades.collect::<Result<Vec<Grades>, _>>().map_err(|error| failed(&error))?;
        Ok(Outcome::Restored { store, path, kept, grades, note })
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

fn put_aside(path: &Path, why: &str) -> String {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".bad");
    match std::fs::rename(path, &aside) {
        Ok(()) => {
            format!("The file of kept scenarios is broken ({why}) and was kept as {}", Path::new(&aside).display())
        }
        Err(error) => format!("The file of kept scenarios is broken ({why}) and can't be put aside ({error})"),
    }
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
