//! Events as sentences: `{data.amount} deposited by {metadata.user}`.

use crate::model::Value;
use crate::model::json::to_text;

use super::source::{Inputs, Source};

/// A sentence with places for what an event says. `{{` and `}}` stand for braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::replay) struct Label(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    From(Source),
}

/// What stands for a part that the event does not have.
const MISSING: &str = "?";

/// Lists and objects are cut after so many characters.
const MAX_CHARS: usize = 80;

impl Label {
    /// Parses a label. The error says what is wrong, not where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let (brace, after) = rest[at..].split_at(1);
            if let Some(after) = after.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let end = after.find('}').filter(|_| brace == "{");
            let Some(end) = end else {
                return Err(format!("\"{brace}\" without its counterpart; write {brace}{brace} for the character"));
            };
            let source = Source::parse(&after[..end])?;
            if matches!(source, Source::State(_)) {
                return Err("a label tells of the event: it has no state".to_owned());
            }
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::From(source));
            rest = &after[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// The sentence for one event.
    pub(super) fn render(&self, inputs: &Inputs<'_>) -> String {
        let mut sentence = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => sentence.push_str(text),
                Part::From(source) => match source.value(inputs) {
                    None | Some(Value::Null) => sentence.push_str(MISSING),
                    Some(Value::String(text)) => sentence.push_str(&text),
                    Some(other) => {
                        let text = to_text(&other);
                        sentence.extend(text.chars().take(MAX_CHARS));
                        sentence.extend((text.chars().nth(MAX_CHARS).is_some()).then_some('…'));
                    }
                },
            }
        }
        sentence
    }
}
