//! What is around the window: the clock, the system's zone, folders for settings and samples.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::Setup;
use crate::app::{Settings, Surroundings};
use crate::model::Timestamp;

/// The window as the system wants it: with the preferences of the last run.
pub(super) fn setup(files: Vec<PathBuf>) -> Setup {
    let folders = directories::ProjectDirs::from("", "", "foldline");
    let settings_file = folders.as_ref().map(|folders| folders.config_dir().join("settings.json"));
    let samples = match &folders {
        Some(folders) => folders.data_dir().join("samples"),
        None => std::env::temp_dir().join("foldline-samples"),
    };
    let mappings = folders.as_ref().map(|folders| folders.config_dir().join("mappings"));
    let scenarios = folders.as_ref().map(|folders| folders.data_dir().join("scenarios"));
    let (settings, notice) = settings_file.as_deref().map_or_else(Default::default, read_settings);
    let zone = system_zone();
    let notices = notice.into_iter().collect();
    // What is kept of a store is found again from any folder.
    let files = files.into_iter().map(|file| std::path::absolute(&file).unwrap_or(file)).collect();
    Setup {
        files,
        surroundings: Surroundings { zone, settings_file, samples, scenarios, mappings },
        settings,
        notices,
        clock: Some(now),
    }
}

/// The preferences of the last run. A file that can't be read as such is put aside, and that is said.
pub(super) fn read_settings(path: &Path) -> (Settings, Option<String>) {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (Settings::default(), None),
        Err(error) => {
            let notice =
                format!("The settings in {} can't be read ({error}): the usual ones are in use", path.display());
            return (Settings::default(), Some(notice));
        }
    };
    match Settings::parse(&text) {
        Ok(settings) => (settings, None),
        Err(why) => {
            let mut aside = path.as_os_str().to_owned();
            aside.push(".bad");
            let kept = match std::fs::rename(path, &aside) {
                Ok(()) => format!("kept as {}", Path::new(&aside).display()),
                Err(error) => format!("can't be put aside ({error})"),
            };
            let notice = format!("The settings file is broken ({why}) and was {kept}: the usual settings are in use");
            (Settings::default(), Some(notice))
        }
    }
}

fn now() -> Option<Timestamp> {
    Timestamp::from_datetime(chrono::Utc::now())
}

/// The system's zone; UTC if it tells none, and by that name alone.
fn system_zone() -> Tz {
    match iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()) {
        None | Some(Tz::Etc__UTC | Tz::Etc__UCT | Tz::UCT | Tz::Zulu) => Tz::UTC,
        Some(zone) => zone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_again_and_a_broken_file_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("settings.json");
        assert_eq!(read_settings(&path), (Settings::default(), None));
        let settings = Settings { scale: 150, ..Settings::default() };
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, settings.to_json()).unwrap();
        assert_eq!(read_settings(&path), (settings, None));
        std::fs::write(&path, "{ scale: ").unwrap();
        let (settings, notice) = read_settings(&path);
        assert_eq!(settings, Settings::default());
        assert!(notice.unwrap().contains("settings.json.bad"));
        assert_eq!(std::fs::read_to_string(folder.path().join("deep/settings.json.bad")).unwrap(), "{ scale: ");
        assert!(!path.exists());
    }
}
