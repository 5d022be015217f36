//! Words that go out to people: nothing in them may steer a terminal, a mail program or Markdown.

use crate::model::{Value, json};

/// Text as one line: blanks of every kind become one blank each, control characters and marks that turn the
/// direction of text or can't be seen are left out.
pub(super) fn cleaned(text: &str) -> String {
    let kept = text.chars().filter(|c| !is_hidden(*c) && (!c.is_control() || c.is_whitespace()));
    let mut out = String::with_capacity(text.len());
    for c in kept {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Direction marks, zero width, interlinear annotations, tags.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// At most so many characters, the last of them `…` where some are missing.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(most.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

/// A value in one line of at most `most` characters; text without quotes, unless it is empty.
pub(super) fn value(value: &Value, most: usize) -> String {
    match value {
        Value::String(text) => {
            // A text may be a megabyte: no more than can be shown is looked at.
            let part: String = text.chars().take(most.saturating_mul(4)).collect();
            let clean = cleaned(&part);
            let cut = part.len() < text.len() && clean.chars().count() < most;
            match clean.as_str() {
                "" => "\"\"".to_owned(),
                clean if cut => format!("{clean}…"),
                clean => shortened(clean, most),
            }
        }
        Value::Null => "null".to_owned(),
        Value::List(list) if !list.is_empty() => count(list.len(), "item", "items"),
        Value::Object(object) if !object.is_empty() => count(object.len(), "field", "fields"),
        other => shortened(&cleaned(&json::to_text(other)), most),
    }
}

/// `1 event`, `5 events`.
pub(super) fn count(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// Text in which Markdown finds nothing of its own, and nothing to make a link of.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let link = (c == ':' && text[at + 1..].starts_with('/')) || (c == '.' && text[..at].ends_with(['w', 'W']));
        if link || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '$' | '@' | '!')
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text as a code span of Markdown, whatever backticks it has.
pub(super) fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_reader() {
        assert_eq!(cleaned(" a\r\n\tb\u{1b}[2J\u{202e}c\u{0}\u{200b} "), "a b[2Jc");
        assert_eq!(cleaned("größe 👍 日本"), "größe 👍 日本");
    }

    #[test]
    fn values_are_short() {
        for (json, expected) in [
            ("\"\"", "\"\""),
            ("\"a  b\\u0007\"", "a b"),
            ("\"abcdefghijk\"", "abcdefghi…"),
            ("77.50", "77.50"),
            ("null", "null"),
            ("[]", "[]"),
            ("[1,2]", "2 items"),
            ("{\"a\":1}", "1 field"),
            ("123456789012345", "123456789…"),
        ] {
            assert_eq!(value(&json::parse(json.as_bytes()).unwrap(), 10), expected, "{json}");
        }
        let blanks = format!("a{}b", " ".repeat(1000));
        assert_eq!(value(&Value::string(blanks), 10), "a…");
    }

    #[test]
    fn markdown_is_taken_as_it_stands() {
        assert_eq!(escaped("a_b *c* [x](http://y) <i>"), "a\\_b \\*c\\* \\[x\\](http\\://y) \\<i\\>");
        for (text, expected) in
            [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("x``", "``` x`` ```"), (" ", "`   `")]
        {
            assert_eq!(code(text), expected);
        }
    }
}
