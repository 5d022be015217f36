//! What is kept from one run to the next: the user's preferences, and where they were in each store.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::command::ThemeChoice;
use crate::model::{Segment, ValuePath};

/// Stores that are remembered.
const RECENTS: usize = 12;
/// The smallest and the largest text, in percent.
pub const SCALES: std::ops::RangeInclusive<u16> = 80..=200;
/// Events a second while playing.
pub const SPEEDS: [f32; 6] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

/// Preferences. What a file of another version lacks has its usual value, and what it has more is left alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light, dark, or as the system has it.
    pub theme: ThemeChoice,
    /// The zone of all times in the window.
    pub zone: ZoneChoice,
    /// Size of text, in percent.
    pub scale: u16,
    /// Events a second while playing.
    pub speed: f32,
    /// Which panels are shown.
    pub panels: Panels,
    /// How large panels are.
    pub sizes: PanelSizes,
    /// In which order streams are listed.
    pub sort: StreamSort,
    /// Whether the timeline explains its marks.
    pub legend: bool,
    /// The stores that were open last, newest first.
    pub recents: Vec<Recent>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            zone: ZoneChoice::System,
            scale: 100,
            speed: 2.0,
            panels: Panels::default(),
            sizes: PanelSizes::default(),
            sort: StreamSort::default(),
            legend: true,
            recents: Vec::new(),
        }
    }
}

/// The zone of all times in the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
pub enum ZoneChoice {
    /// The system's.
    #[default]
    System,
    /// A named one.
    Named(Tz),
}

impl From<Option<String>> for ZoneChoice {
    fn from(name: Option<String>) -> Self {
        // A zone that this version does not know is no reason to lose the other settings.
        name.and_then(|name| name.parse().ok()).map_or(Self::System, Self::Named)
    }
}

impl From<ZoneChoice> for Option<String> {
    fn from(zone: ZoneChoice) -> Self {
        match zone {
            ZoneChoice::System => None,
            ZoneChoice::Named(zone) => Some(zone.name().to_owned()),
        }
    }
}

/// Which panels are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Panels {
    /// The streams, at the left.
    pub streams: bool,
    /// The state, at the right.
    pub state: bool,
    /// The events, at the bottom.
    pub events: bool,
}

impl Default for Panels {
    fn default() -> Self {
        Self { streams: true, state: true, events: true }
    }
}

/// How large panels are, in points; where nothing is said, it depends on the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PanelSizes {
    /// Width of the streams.
    pub streams: Option<f32>,
    /// Width of the state.
    pub state: Option<f32>,
    /// Height of the events.
    pub events: Option<f32>,
}

impl PanelSizes {
    /// How large a panel is.
    pub fn get(&self, panel: PanelName) -> Option<f32> {
        match panel {
            PanelName::Streams => self.streams,
            PanelName::State => self.state,
            PanelName::Events => self.events,
        }
    }

    /// Remembers how large a panel is. What is no size is forgotten.
    pub fn set(&mut self, panel: PanelName, size: f32) {
        let size = (size.is_finite() && size > 0.0).then_some(size.round());
        match panel {
            PanelName::Streams => self.streams = size,
            PanelName::State => self.state = size,
            PanelName::Events => self.events = size,
        }
    }
}

/// A panel that can be folded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelName {
    /// The streams, at the left.
    Streams,
    /// The state, at the right.
    State,
    /// The events, at the bottom.
    Events,
}

impl Panels {
    /// Shows what was hidden and hides what was shown.
    pub fn toggle(&mut self, panel: PanelName) {
        let shown = !self.shows(panel);
        self.show(panel, shown);
    }

    /// Whether a panel is shown.
    pub fn shows(&self, panel: PanelName) -> bool {
        match panel {
            PanelName::Streams => self.streams,
            PanelName::State => self.state,
            PanelName::Events => self.events,
        }
    }

    /// Shows or hides a panel.
    pub fn show(&mut self, panel: PanelName, shown: bool) {
        match panel {
            PanelName::Streams => self.streams = shown,
            PanelName::State => self.state = shown,
            PanelName::Events => self.events = shown,
        }
    }
}

/// In which order streams are listed within their category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamSort {
    /// As they first appear in the store.
    #[default]
    FirstEvent,
    /// By name, numbers in it as numbers.
    Name,
    /// Those with the most events first.
    Events,
    /// Those with the latest event first.
    LastEvent,
}

/// A store that was open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recent {
    /// The file.
    pub path: PathBuf,
    /// The further files, where it was open as a history of several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<PathBuf>,
    /// The title of its layout.
    #[serde(default)]
    pub layout: String,
    /// How many events it had.
    #[serde(default)]
    pub events: usize,
    /// Where the user was in it.
    #[serde(default)]
    pub workspace: Workspace,
}

impl Recent {
    /// The file's name, and how many it was open with.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        match self.with.len() {
            0 => name.into_owned(),
            1 => format!("{name} and 1 more file"),
            more => format!("{name} and {more} more files"),
        }
    }
}

/// Where the user was in a store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Workspace {
    /// The stream that was looked at.
    pub stream: Option<String>,
    /// Streams pinned to the top of the timeline.
    pub pinned: Vec<String>,
    /// Pinned values of the state.
    pub pins: Vec<SavedPath>,
    /// Tracks on the timeline.
    pub tracks: Vec<SavedTrack>,
    /// Where the cursor was; at the end without it.
    pub cursor: Option<SavedCursor>,
    /// Whether every event had the same width.
    pub sequence: bool,
}

/// A cursor as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SavedCursor {
    /// Before the first event.
    Start,
    /// On the event of this position.
    Position(i64),
    /// At this instant, in microseconds since 1970.
    Instant(i64),
}

/// A track as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SavedTrack {
    /// A value of the state.
    Field(SavedPath),
    /// A query on the state.
    Condition(String),
}

/// A place in a state as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SavedPath(Vec<SavedSegment>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum SavedSegment {
    Index(usize),
    Key(String),
}

impl From<&ValuePath> for SavedPath {
    fn from(path: &ValuePath) -> Self {
        let segments = path.0.iter().map(|segment| match segment {
            Segment::Key(key) => SavedSegment::Key(key.to_string()),
            Segment::Index(index) => SavedSegment::Index(*index),
        });
        Self(segments.collect())
    }
}

impl From<&SavedPath> for ValuePath {
    fn from(SavedPath(segments): &SavedPath) -> Self {
        let segments = segments.iter().map(|segment| match segment {
            SavedSegment::Key(key) => Segment::Key(key.as_str().into()),
            SavedSegment::Index(index) => Segment::Index(*index),
        });
        Self(segments.collect())
    }
}

impl Settings {
    /// Reads settings; the usual ones where that can't be done: no settings file keeps the window from opening.
    pub fn from_json(text: &str) -> Self {
        Self::parse(text).unwrap_or_default()
    }

    /// Reads settings.
    ///
    /// # Errors
    ///
    /// Says what is wrong with a text that is no settings.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut settings: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        settings.scale = settings.scale.clamp(*SCALES.start(), *SCALES.end());
        if !SPEEDS.contains(&settings.speed) {
            settings.speed = Self::default().speed;
        }
        settings.recents.truncate(RECENTS);
        for panel in [PanelName::Streams, PanelName::State, PanelName::Events] {
            if let Some(size) = settings.sizes.get(panel) {
                settings.sizes.set(panel, size);
            }
        }
        Ok(settings)
    }

    /// The text of a settings file.
    pub fn to_json(&self) -> String {
        // Nothing in it has a form that JSON lacks.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// What is remembered of a store.
    pub fn recent(&self, path: &Path) -> Option<&Recent> {
        self.recents.iter().find(|recent| recent.path == path)
    }

    /// Remembers a store as the one that was opened last. A path that JSON can't say would cost all settings.
    pub fn remember(&mut self, recent: Recent) {
        if recent.path.to_str().is_none() || recent.with.iter().any(|path| path.to_str().is_none()) {
            return;
        }
        self.recents.retain(|known| known.path != recent.path);
        self.recents.insert(0, recent);
        self.recents.truncate(RECENTS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_as_they_were_kept() {
        let path = ValuePath(vec![Segment::Key("cards".into()), Segment::Index(2), Segment::Key("7".into())]);
        let mut settings = Settings {
            theme: ThemeChoice::Light,
            zone: ZoneChoice::Named(Tz::Europe__Berlin),
            scale: 150,
            ..Settings::default()
        };
        settings.remember(Recent {
            with: Vec::new(),
            path: "/tmp/a.db".into(),
            layout: "Foldline".to_owned(),
            events: 12,
            workspace: Workspace {
                pins: vec![SavedPath::from(&path)],
                tracks: vec![SavedTrack::Condition("state.balance < 0".to_owned())],
                ..Workspace::default()
            },
        });
        let back = Settings::from_json(&settings.to_json());
        assert_eq!(back, settings);
        assert_eq!(ValuePath::from(&back.recents[0].workspace.pins[0]), path);
    }

    #[test]
    fn what_is_broken_or_missing_has_its_usual_value() {
        assert_eq!(Settings::from_json("{ not json"), Settings::default());
        let odd = Settings::from_json(r#"{"scale": 9000, "zone": "Mars/Olympus", "speed": 3.3, "later": true}"#);
        assert_eq!(odd, Settings { scale: 200, ..Settings::default() });
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_json_cannot_say_costs_no_settings() {
        use std::os::unix::ffi::OsStringExt as _;
        let mut settings = Settings { scale: 150, ..Settings::default() };
        let path = PathBuf::from(std::ffi::OsString::from_vec(b"/tmp/\xff.db".to_vec()));
        settings.remember(Recent {
            path,
            with: Vec::new(),
            layout: String::new(),
            events: 0,
            workspace: Workspace::default(),
        });
        assert_eq!(Settings::parse(&settings.to_json()), Ok(settings));
    }

    #[test]
    fn the_newest_comes_first_and_once() {
        let mut settings = Settings::default();
        for name in (0..20).map(|i| i % 15) {
            let path = PathBuf::from(format!("{name}.db"));
            settings.remember(Recent {
                path,
                with: Vec::new(),
                layout: String::new(),
                events: 0,
                workspace: Workspace::default(),
            });
        }
        assert_eq!(settings.recents.len(), RECENTS);
        assert_eq!(settings.recents[0].path, Path::new("4.db"));
        assert_eq!(settings.recents.iter().filter(|recent| recent.path == Path::new("4.db")).count(), 1);
    }
}
