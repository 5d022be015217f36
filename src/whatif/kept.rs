//! The scenarios of a store as they are kept by themselves, so that a crash loses nothing: all of them, with the edits
//! that are switched off.

use crate::model::{Value, json};

use super::file::ScenarioFile;
use super::parse::{ScenarioError, kept_from_value};
use super::scenario::object;

/// What such a file says it is, under the key `foldline`.
pub const KEPT_FORMAT: &str = "scenarios/1";

/// All scenarios of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptScenarios {
    /// The store's path, for whoever looks at the file.
    pub store: String,
    /// Which of them was active.
    pub active: usize,
    /// In the order of their tabs.
    pub scenarios: Vec<KeptScenario>,
}

/// One of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptScenario {
    /// The scenario.
    pub file: ScenarioFile,
    /// The file that it was read from or saved to.
    pub path: Option<String>,
    /// Whether it has changes that are in no other file.
    pub modified: bool,
}

impl KeptScenarios {
    /// The file's text.
    pub fn to_json(&self) -> String {
        let scenarios = self.scenarios.iter().map(|one| {
            object([
                ("path", one.path.as_deref().map(Value::from)),
                ("modified", one.modified.then_some(Value::Bool(true))),
                ("scenario", Some(one.file.to_value())),
            ])
        });
        let active = i64::try_from(self.active).unwrap_or_default();
        let file = object([
            ("foldline", Some(KEPT_FORMAT.into())),
            ("store", Some(self.store.as_str().into())),
            ("active", Some(active.into())),
            ("scenarios", Some(Value::List(scenarios.collect()))),
        ]);
        let mut text = json::to_pretty_text(&file);
        text.push('\n');
        text
    }

    /// Reads such a file.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        kept_from_value(text)
    }
}
