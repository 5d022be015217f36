//! Why a query was refused, and at which character.

use std::fmt;

/// A query that does not parse. The text says what was expected; the place is where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// Byte offset in the query; its length for something missing at the end.
    pub at: usize,
    /// The same place as people count: in characters, from 1.
    pub character: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// How many characters of a long line are shown on each side of the caret.
const SHOWN_AROUND: usize = 60;

impl QueryError {
    pub(super) fn new(source: &str, at: usize, message: impl Into<String>) -> Self {
        let at = floor_char_boundary(source, at);
        Self { at, character: source[..at].chars().count() + 1, message: message.into() }
    }

    /// The line of `source` that holds the error and, under it, a caret at the character. Long lines are cut.
    pub fn pointing(&self, source: &str) -> String {
        let at = floor_char_boundary(source, self.at);
        let start = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = source[at..].find('\n').map_or(source.len(), |newline| at + newline);
        let before: Vec<char> = source[start..at].chars().collect();
        let after: Vec<char> = source[at..end].chars().collect();
        let cut_before = before.len() > SHOWN_AROUND;
        let cut_after = after.len() > SHOWN_AROUND;
        let mut line = String::new();
        line.extend(cut_before.then_some('…'));
        line.extend(before[before.len().saturating_sub(SHOWN_AROUND)..].iter().map(|c| visible(*c)));
        let caret = line.chars().count();
        line.extend(after.iter().take(SHOWN_AROUND).map(|c| visible(*c)));
        line.extend(cut_after.then_some('…'));
        format!("{line}\n{:caret$}^", "")
    }
}

/// Control characters would move the caret, or worse the terminal's cursor.
fn visible(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (character {})", self.message, self.character)
    }
}

impl std::error::Error for QueryError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, at: usize, expected: &str) {
        assert_eq!(QueryError::new(source, at, "x").pointing(source), expected);
    }

    #[test]
    fn the_caret_counts_characters() {
        check("größe < 5", 8, "größe < 5\n      ^");
        check("a and", 5, "a and\n     ^");
        check("", 0, "\n^");
        check("a\nbad\nc", 3, "bad\n ^");
        check("\u{1b}[2J\tx", 5, " [2J x\n     ^");
        assert_eq!(QueryError::new("größe < 5", 8, "x").to_string(), "x (character 7)");
    }

    #[test]
    fn long_lines_are_cut_around_the_caret() {
        let source = format!("{}!{}", "ä".repeat(1000), "b".repeat(1000));
        let shown = QueryError::new(&source, 2000, "x").pointing(&source);
        let (line, caret) = shown.split_once('\n').unwrap();
        assert_eq!(line.chars().count(), 122);
        assert_eq!(line.chars().nth(caret.chars().count() - 1), Some('!'));
    }

    #[test]
    fn a_place_that_is_none_is_moved_to_one() {
        check("é", 1, "é\n^");
        check("é", 99, "é\n ^");
    }
}
