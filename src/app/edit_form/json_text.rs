//! JSON as it is typed: its value, or what is wrong with it and at which character.

use crate::model::{Value, json};

/// JSON that could be read.
#[derive(Debug, Clone)]
pub struct Read {
    /// What it says.
    pub value: Value,
    /// Keys that an object has more than once: the last one counts.
    pub repeated: Vec<String>,
}

/// Why typed text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonProblem {
    /// What is wrong, in words.
    pub words: String,
    /// Where, as far as there is a place.
    pub place: Option<TextPlace>,
}

/// A character of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextPlace {
    /// Its line, from 1.
    pub line: usize,
    /// Its place in the line in characters, from 1.
    pub column: usize,
    /// Its byte in the text; the text's length where something is missing at the end.
    pub byte: usize,
}

/// Reads JSON as it is typed.
pub fn read(text: &str) -> Result<Read, JsonProblem> {
    let mut repeated = Vec::new();
    match json::parse_noting_repeats(text.as_bytes(), &mut |key| repeated.push(key.to_owned())) {
        Ok(value) => Ok(Read { value, repeated }),
        Err(json::JsonError::TooDeep) => Err(JsonProblem { words: json::JsonError::TooDeep.to_string(), place: None }),
        Err(json::JsonError::Invalid(message)) => Err(located(text, &message)),
    }
}

/// The parser ends its message with `at line 2 column 5`, bytes counted.
fn located(text: &str, message: &str) -> JsonProblem {
    let (words, place) = match message.rsplit_once(" at line ") {
        Some((words, place)) => (words, place.split_once(" column ")),
        None => (message, None),
    };
    let numbers = place.and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
    JsonProblem { words: plain(words), place: numbers.map(|(line, column)| place_at(text, line, column)) }
}

fn place_at(text: &str, line: usize, column: usize) -> TextPlace {
    let start = match line.checked_sub(2) {
        Some(before) => text.match_indices('\n').nth(before).map_or(text.len(), |(at, _)| at + 1),
        None => 0,
    };
    let mut byte = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    // Where the text ends too soon, its last line is where to go on.
    let start = start.min(byte);
    TextPlace { line, column: text[start..byte].chars().count() + 1, byte }
}

/// The parser's words without its own terms.
fn plain(words: &str) -> String {
    match words {
        "EOF while parsing a value" => "a value is missing here".to_owned(),
        "EOF while parsing an object" => "the object does not end: } is missing".to_owned(),
        "EOF while parsing a list" => "the list does not end: ] is missing".to_owned(),
        "EOF while parsing a string" => "the text does not end: \" is missing".to_owned(),
        "key must be a string" => "a key in double quotes is expected".to_owned(),
        "trailing comma" => "there is a comma too many".to_owned(),
        "trailing characters" => "there is more after the end of the value".to_owned(),
        "expected value" | "expected ident" | "expected some value" => {
            "a value is expected: a number, a text in double quotes, true, false, null, {…} or […]".to_owned()
        }
        words => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, line, column, byte) in [
            ("{\"a\": 1,\n \"b\": }", 2, 7, 15),
            ("{\"ä\": x}", 1, 7, 7),
            ("{\"a\": 1,}", 1, 9, 8),
            ("{a: 1}", 1, 2, 1),
        ] {
            let problem = read(text).unwrap_err();
            assert_eq!(problem.place, Some(TextPlace { line, column, byte }), "{text:?}: {problem:?}");
            assert!(!problem.words.contains("line") && !problem.words.is_empty(), "{problem:?}");
        }
        let cut = read("{\"a\": [1, 2").unwrap_err();
        assert!(cut.words.contains("] is missing"), "{cut:?}");
        assert!(read("").is_err());
        assert_eq!(read(&"[".repeat(300)).unwrap_err().place.map(|place| place.line).unwrap_or(1), 1);
    }

    #[test]
    fn every_place_is_within_the_text() {
        let whole = "{\"ä\": [1, {\"b\": \"c\\n\"}],\n\n \"d\": null}";
        for end in whole.char_indices().map(|(at, _)| at) {
            let text = &whole[..end];
            if let Err(JsonProblem { place: Some(place), .. }) = read(text) {
                assert!(text.is_char_boundary(place.byte) && place.line >= 1 && place.column >= 1, "{text:?}");
            }
        }
    }

    #[test]
    fn repeated_keys_are_noted() {
        let read = read("{\"a\":1,\"a\":20.00}").unwrap();
        assert_eq!((read.repeated, json::to_text(&read.value)), (vec!["a".to_owned()], "{\"a\":20.00}".to_owned()));
    }
}
