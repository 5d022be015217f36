//! Walking a projection file with the place at hand, so that every error can name it.

use crate::model::json::JsonError;
use crate::model::{List, Object, Path, Value};
use crate::replay::rules::nearest;

/// Why a projection file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectionFileError {
    /// The file's name as given.
    pub file: String,
    /// Where in the file, such as `when.FundsDeposited[1].add`; empty for the file as a whole.
    pub place: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl std::fmt::Display for ProjectionFileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, place, message } = self;
        if place.is_empty() { write!(f, "{file}: {message}") } else { write!(f, "{file}: {place}: {message}") }
    }
}

impl std::error::Error for ProjectionFileError {}

/// An error that does not know its file yet.
#[derive(Debug)]
pub(super) struct Wrong {
    pub place: String,
    pub message: String,
}

impl Wrong {
    pub fn in_file(self, file: &str) -> ProjectionFileError {
        ProjectionFileError { file: file.to_owned(), place: self.place, message: self.message }
    }
}

impl From<JsonError> for Wrong {
    fn from(error: JsonError) -> Self {
        Self { place: String::new(), message: error.to_string() }
    }
}

/// A value of the file and its place.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub value: &'a Value,
    pub place: String,
}

impl<'a> Node<'a> {
    /// The whole file.
    pub fn root(value: &'a Value) -> Self {
        Self { value, place: String::new() }
    }

    /// An error at this place.
    pub fn wrong(&self, message: impl Into<String>) -> Wrong {
        Wrong { place: self.place.clone(), message: message.into() }
    }

    /// The object here, in which only these keys may be.
    pub fn object(&self, known: &[&str]) -> Result<&'a Object, Wrong> {
        let object = self.any_object()?;
        for (key, _) in object.iter() {
            if !known.contains(&&**key) {
                return Err(self.unknown_key(key, known));
            }
        }
        Ok(object)
    }

    /// The object here, whatever its keys.
    pub fn any_object(&self) -> Result<&'a Object, Wrong> {
        self.value.as_object().ok_or_else(|| self.must_be("an object"))
    }

    /// The error for a key that has no meaning here.
    pub fn unknown_key(&self, key: &str, known: &[&str]) -> Wrong {
        let message = match nearest(key, known.iter().copied()) {
            Some(meant) => format!("unknown key; did you mean {meant:?}?"),
            None => format!("unknown key; known are {}", known.join(", ")),
        };
        Wrong { place: self.place_of(key), message }
    }

    /// What is under a key.
    pub fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.as_object()?.get(key)?;
        Some(Self { value, place: self.place_of(key) })
    }

    /// What is under a key that must be there.
    pub fn required(&self, key: &str, meaning: &str) -> Result<Self, Wrong> {
        self.get(key).ok_or_else(|| self.wrong(format!("{key:?} is missing: {meaning}")))
    }

    /// The entries of the object here.
    pub fn entries(&self) -> Result<Vec<(&'a str, Self)>, Wrong> {
        let entries = self.any_object()?.iter().map(|(key, slot)| {
            let node = Self { value: &slot.value, place: self.place_of(key) };
            (&**key, node)
        });
        Ok(entries.collect())
    }

    /// The items of the list here.
    pub fn items(&self) -> Result<Vec<Self>, Wrong> {
        let list: &'a List = self.value.as_list().ok_or_else(|| self.must_be("a list"))?;
        let items = list.iter().enumerate();
        Ok(items.map(|(index, slot)| Self { value: &slot.value, place: format!("{}[{index}]", self.place) }).collect())
    }

    /// The text here.
    pub fn text(&self) -> Result<&'a str, Wrong> {
        self.value.as_str().ok_or_else(|| self.must_be("a text"))
    }

    /// The text here, with something in it.
    pub fn name(&self) -> Result<&'a str, Wrong> {
        let text = self.text()?;
        if text.trim().is_empty() { Err(self.wrong("must not be empty")) } else { Ok(text) }
    }

    /// The path written here, with at least one part.
    pub fn path(&self) -> Result<Path, Wrong> {
        let text = self.text()?;
        parse_path(text).map_err(|message| self.wrong(message))
    }

    /// The error for a value of the wrong kind.
    pub fn must_be(&self, wanted: &str) -> Wrong {
        self.wrong(format!("must be {wanted}, not {}", kind(self.value)))
    }

    fn place_of(&self, key: &str) -> String {
        let key = Path(vec![key.into()]);
        if self.place.is_empty() { key.to_string() } else { format!("{}.{key}", self.place) }
    }
}

/// A written path with at least one part; the error says what is wrong, not where.
pub(super) fn parse_path(text: &str) -> Result<Path, String> {
    match Path::parse(text) {
        Ok(path) if path.is_root() => Err("is an empty path".to_owned()),
        Ok(path) => Ok(path),
        Err(error) => Err(format!("{text:?} is no path: {error}")),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
    }
}
