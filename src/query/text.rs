//! Matching text: globs, substrings, and the text of payloads that substrings are looked for in.
//!
//! Case is ignored by Unicode's simple case folding, letter by letter: `Σ`, `σ` and `ς` are one letter, `ß` and `ss`
//! are not.

use regex::bytes::{Regex, RegexBuilder};

use crate::model::{Payload, Value};

/// A pattern for a whole text, ignoring case: `*` stands for any text, also none, `?` for one character.
#[derive(Debug, Clone)]
pub struct Glob(Pattern);

#[derive(Debug, Clone)]
enum Pattern {
    /// Plain ASCII without wildcards, the common case: folded, and compared without a regular expression.
    Literal(String),
    Regex(Regex),
}

/// Text that is looked for inside others, ignoring case.
#[derive(Debug, Clone)]
pub(super) struct Needle {
    regex: Regex,
    /// Whether it can only be found inside one string, number or word of JSON text, never across two.
    within_token: bool,
}

/// Patterns that compile to more than this many bytes are refused: far beyond what anybody writes by hand.
const SIZE_LIMIT: usize = 16 << 20;

/// A pattern is too large to be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pattern is too large")]
pub struct PatternTooLarge;

fn compile(pattern: &str) -> Result<Regex, PatternTooLarge> {
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .dot_matches_new_line(true)
        .size_limit(SIZE_LIMIT)
        .build()
        .map_err(|_| PatternTooLarge)
}

impl Glob {
    /// Compiles a pattern.
    pub fn new(pattern: &str) -> Result<Self, PatternTooLarge> {
        if pattern.is_ascii() && !pattern.contains(['*', '?']) {
            return Ok(Self(Pattern::Literal(pattern.to_ascii_lowercase())));
        }
        let mut regex = String::from(r"\A");
        let mut letter = [0; 4];
        for c in pattern.chars() {
            match c {
                '*' if regex.ends_with(".*") => {}
                '*' => regex.push_str(".*"),
                '?' => regex.push('.'),
                c => regex.push_str(&regex::escape(c.encode_utf8(&mut letter))),
            }
        }
        regex.push_str(r"\z");
        Ok(Self(Pattern::Regex(compile(&regex)?)))
    }

    /// Whether the whole text fits the pattern.
    pub fn matches(&self, text: &str) -> bool {
        match &self.0 {
            Pattern::Literal(literal) if text.is_ascii() => literal.eq_ignore_ascii_case(text),
            Pattern::Literal(literal) => text.chars().map(folded_to_ascii).eq(literal.chars()),
            Pattern::Regex(regex) => regex.is_match(text.as_bytes()),
        }
    }
}

/// Case folding as far as it leads to ASCII: besides its own letters, the Kelvin sign and the long s do.
fn folded_to_ascii(c: char) -> char {
    match c {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        c => c.to_ascii_lowercase(),
    }
}

/// Whether a glob fits an event type in full or its short name. What a rule and a query both mean by a type.
pub fn type_matches(pattern: &str, full: &str, short: &str) -> bool {
    Glob::new(pattern).is_ok_and(|glob| glob.matches(full) || glob.matches(short))
}

impl Needle {
    pub(super) fn new(text: &str) -> Result<Self, PatternTooLarge> {
        let within_token = !text.contains(['"', '{', '}', '[', ']', ',', ':']);
        Ok(Self { regex: compile(&regex::escape(text))?, within_token })
    }

    /// Whether the payload's text has it; of an unreadable payload, its bytes as they are.
    pub(super) fn is_in_payload(&self, payload: &Payload) -> bool {
        // Undecoded text differs from what is searched only by escapes, blanks between tokens and repeated keys.
        if let Payload::Text(raw) = payload
            && self.within_token
            && !raw.contains(&b'\\')
            && !self.regex.is_match(raw)
        {
            return false;
        }
        match payload.decoded() {
            Ok(value) => self.is_in(&value),
            Err(why) => self.regex.is_match(String::from_utf8_lossy(&why.raw).as_bytes()),
        }
    }

    /// Whether the value's text has it.
    pub(super) fn is_in(&self, value: &Value) -> bool {
        match value {
            // A container's tokens can be looked at one by one where the needle can't span two.
            Value::List(list) if self.within_token => list.iter().any(|slot| self.is_in(&slot.value)),
            Value::Object(object) if self.within_token => {
                object.iter().any(|(key, slot)| self.regex.is_match(key.as_bytes()) || self.is_in(&slot.value))
            }
            Value::String(text) if self.within_token => self.regex.is_match(text.as_bytes()),
            value => {
                let mut text = String::new();
                write_text(value, &mut text);
                self.regex.is_match(text.as_bytes())
            }
        }
    }
}

/// Compact JSON text whose strings are written without escapes: `{"name":"Ada "the first" Lovelace","age":36}`.
fn write_text(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_string(text, out),
        Value::List(list) => {
            out.push('[');
            for (i, slot) in list.iter().enumerate() {
                out.extend((i > 0).then_some(','));
                write_text(&slot.value, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (i, (key, slot)) in object.iter().enumerate() {
                out.extend((i > 0).then_some(','));
                write_string(key, out);
                out.push(':');
                write_text(&slot.value, out);
            }
            out.push('}');
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    out.push_str(text);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    #[test]
    fn globs() {
        for (pattern, text, expected) in [
            ("FundsWithdrawn", "fundswithdrawn", true),
            ("funds", "FundsWithdrawn", false),
            ("*withdrawn", "FundsWithdrawn", true),
            ("f?nds*", "FundsWithdrawn", true),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("a**c", "abbc", true),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a.c", "abc", false),
            ("a.*", "a.\nb", true),
            ("[ab](c)", "[AB](C)", true),
            ("größe", "GRÖSSE", false),
            ("GRÖẞE", "größe", true),
            ("kelvin", "\u{212a}elvin", true),
            ("kelvin*", "\u{212a}elvin", true),
            ("s", "ſ", true),
            ("s?", "ſs", true),
            ("*a*a*a*a*b", &"a".repeat(5000), false),
        ] {
            assert_eq!(Glob::new(pattern).unwrap().matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn types_by_either_name() {
        assert!(type_matches("*:bankaccount.*", "bank:BankAccount.Opened", "Opened"));
        assert!(type_matches("opened", "bank:BankAccount.Opened", "Opened"));
        assert!(!type_matches("bankaccount", "bank:BankAccount.Opened", "Opened"));
    }

    #[track_caller]
    fn check(needle: &str, json: &str, expected: bool) {
        let needle = Needle::new(needle).unwrap();
        let value = json::parse(json.as_bytes()).unwrap();
        assert_eq!(needle.is_in_payload(&Payload::Value(value)), expected, "decoded");
        assert_eq!(needle.is_in_payload(&Payload::Text(json.as_bytes().into())), expected, "text");
    }

    #[test]
    fn substrings_of_payloads() {
        let json =
            r#"{ "Name": "Ada \"the\" Love\u006cace", "tags": ["x", 1.50], "city": "ΟΔΟΣ", "on": true, "n": null }"#;
        for (needle, expected) in [
            ("lovelace", true),
            ("LOVEL", true),
            ("ada \"the\" love", true),
            ("name", true),
            ("\"name\":\"ada", true),
            ("\"x\",1.50]", true),
            ("1.5", true),
            ("1.500", false),
            ("οδος", true),
            ("Δ", true),
            ("true", true),
            ("null", true),
            ("u006c", false),
            ("xx", false),
            ("\\", false),
            ("", true),
        ] {
            check(needle, json, expected);
        }
        check("a b", r#"{"x": "a", "y": "b"}"#, false);
        check("a b", r#"{"x": "A B"}"#, true);
        check("old", r#"{"x": "old", "x": "new"}"#, false);
    }

    #[test]
    fn unreadable_payloads_are_searched_as_they_are() {
        let is_in = |needle: &str, raw: &[u8]| Needle::new(needle).unwrap().is_in_payload(&Payload::Text(raw.into()));
        assert!(is_in("a", b"{\"A\""));
        assert!(is_in("{\"a", b"{\"a\""));
        assert!(is_in("é", b"\xff\\ \xc3\x89"));
        assert!(!is_in("b", b"{\"a\""));
    }
}
