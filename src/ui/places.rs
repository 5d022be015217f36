//! What is around the window: the clock, the system's zone, folders for settings and samples.

use std::path::PathBuf;

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
    let settings = settings_file.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
    let settings = settings.map_or_else(Settings::default, |text| Settings::from_json(&text));
    let zone = iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()).unwrap_or_default();
    Setup { files, surroundings: Surroundings { zone, settings_file, samples }, settings, clock: Some(now) }
}

fn now() -> Option<Timestamp> {
    Timestamp::from_datetime(chrono::Utc::now())
}
