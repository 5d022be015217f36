//! Dotted paths into values: `items.0.qty`, `items."a.b"`.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// One step of a [`ValuePath`], by what it walks through.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// A key of an object.
    Key(Arc<str>),
    /// An index of a list, from 0.
    Index(usize),
}

/// Where a leaf is in a value: known to be keys and indices because it was found by walking one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValuePath(pub Vec<Segment>);

/// A path as written: each part is a key or, where it meets a list, an index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<Arc<str>>);

/// Why a written path does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Two dots in a row, or a dot at an end. Carries the byte offset.
    #[error("empty part at character {0}; quote an empty key as \"\"")]
    EmptyPart(usize),
    /// A quoted part that does not end or has a bad escape. Carries the byte offset.
    #[error("the quoted part at character {0} is not a complete JSON string")]
    BadQuote(usize),
    /// More parts than any value may be deep.
    #[error("more than {} parts", super::json::MAX_DEPTH)]
    TooDeep,
}

impl Path {
    /// Parses `a.b."c.d".0`. The empty text is the root.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while !text.is_empty() {
            let at = text.len() - rest.len();
            let part: Arc<str>;
            if rest.starts_with('"') {
                let end = quoted_len(rest).ok_or(PathError::BadQuote(at))?;
                part = serde_json::from_str::<String>(&rest[..end]).map_err(|_| PathError::BadQuote(at))?.into();
                rest = &rest[end..];
            } else {
                let end = rest.find('.').unwrap_or(rest.len());
                if end == 0 {
                    return Err(PathError::EmptyPart(at));
                }
                part = rest[..end].into();
                rest = &rest[end..];
            }
            parts.push(part);
            if parts.len() > super::json::MAX_DEPTH {
                return Err(PathError::TooDeep);
            }
            match rest.strip_prefix('.') {
                Some(after) => rest = after,
                None if rest.is_empty() => break,
                None => return Err(PathError::BadQuote(at)),
            }
        }
        Ok(Self(parts))
    }

    /// The parts in order.
    pub fn parts(&self) -> &[Arc<str>] {
        &self.0
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

/// Length in bytes of the JSON string that `text` starts with.
fn quoted_len(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().enumerate().skip(1).find_map(|(at, byte)| {
        let end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        end.then_some(at + 1)
    })
}

fn write_key(f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
    if key.is_empty() || key.contains(|c: char| c == '.' || c == '"' || c.is_whitespace()) {
        f.write_str(&serde_json::to_string(key).map_err(|_| fmt::Error)?)
    } else {
        f.write_str(key)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            write_key(f, part)?;
        }
        Ok(())
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            match segment {
                Segment::Key(key) => write_key(f, key)?,
                Segment::Index(index) => write!(f, "{index}")?,
            }
        }
        Ok(())
    }
}

impl ValuePath {
    /// This path and one more step.
    pub fn join(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }

    /// The same places as a written path.
    pub fn to_path(&self) -> Path {
        Path(
            self.0
                .iter()
                .map(|segment| match segment {
                    Segment::Key(key) => key.clone(),
                    Segment::Index(index) => index.to_string().into(),
                })
                .collect(),
        )
    }
}

impl Ord for Segment {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Index(a), Self::Index(b)) => a.cmp(b),
            (Self::Key(a), Self::Key(b)) => a.cmp(b),
            (Self::Index(_), Self::Key(_)) => Ordering::Less,
            (Self::Key(_), Self::Index(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Segment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl serde::Serialize for ValuePath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_paths_round_trip() {
        for text in ["", "a", "items.0.qty", r#"items."a.b".x"#, r#""".a"#, r#""with blank""#, r#""q\"q""#] {
            assert_eq!(Path::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn malformed_paths_say_where() {
        assert_eq!(Path::parse("a..b"), Err(PathError::EmptyPart(2)));
        assert_eq!(Path::parse("a."), Err(PathError::EmptyPart(2)));
        assert_eq!(Path::parse(".a"), Err(PathError::EmptyPart(0)));
        assert_eq!(Path::parse("a.\"b"), Err(PathError::BadQuote(2)));
    }

    #[test]
    fn indices_sort_as_numbers() {
        let path = |i| ValuePath(vec![Segment::Key("a".into()), Segment::Index(i)]);
        assert!(path(9) < path(10));
    }
}
