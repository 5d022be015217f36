//! YAML again, as Ruby writes it: what is as it was keeps its words, what is new is like its neighbours. Keys are
//! symbols where those beside them are.

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use super::{label, moments, resolved, scalar};
use crate::model::json::{self, MAX_DEPTH};
use crate::model::{List, Object, Value};

/// A document as it is written.
enum Node {
    Scalar { words: String, is_symbol: bool, is_time: bool, value: Value },
    List(Vec<Node>),
    Map { tag: Option<String>, entries: Vec<(Node, Node)> },
}

/// A value as a document like another one.
///
/// Errors: the other one has what only Ruby can write, or something can't be said as Ruby would say it.
pub fn encode_like(value: &Value, like: &[u8]) -> Result<Vec<u8>, String> {
    let source = std::str::from_utf8(like).map_err(|_| "it is no text".to_owned())?;
    let like = Reader { parser: Parser::new_from_str(source) }.document()?;
    let mut writer = Writer { out: "---".to_owned() };
    writer.node(value, Some(&like), true, Place { map: 0, list: 0, in_item: false })?;
    let bytes = writer.out.into_bytes();
    match super::decode(&bytes) {
        Ok(read) if read == *value => Ok(bytes),
        _ => Err("it would read back differently as YAML".to_owned()),
    }
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Event<'a>, String> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            _ => Err("the store's events like it are no YAML".to_owned()),
        }
    }

    fn document(&mut self) -> Result<Node, String> {
        loop {
            match self.next()? {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                event => return self.node(event, 0),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, depth: usize) -> Result<Node, String> {
        let reference = "the store's events like it repeat parts by reference, as only Ruby can";
        if depth > MAX_DEPTH {
            return Err("it is nested too deeply".to_owned());
        }
        match event {
            Event::Scalar(text, style, 0, tag) => Ok(scalar_node(&text, style, tag.as_deref())?),
            Event::SequenceStart(0, None) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => return Ok(Node::List(items)),
                        event => items.push(self.node(event, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(0, tag) => {
                let tag = tag.as_deref().map(tag_words).transpose()?;
                if tag.as_deref().is_some_and(|tag| !tag.starts_with("!ruby/hash:")) {
                    return Err("the store's events like it hold objects of Ruby's classes".to_owned());
                }
                let mut entries = Vec::new();
                loop {
                    let key = match self.next()? {
                        Event::MappingEnd => return Ok(Node::Map { tag, entries }),
                        Event::Scalar(text, ScalarStyle::Plain, 0, None) if text == "<<" => {
                            return Err(reference.to_owned());
                        }
                        event => self.node(event, depth + 1)?,
                    };
                    let event = self.next()?;
                    entries.push((key, self.node(event, depth + 1)?));
                }
            }
            Event::SequenceStart(0, Some(_)) => {
                Err("the store's events like it hold objects of Ruby's classes".to_owned())
            }
            _ => Err(reference.to_owned()),
        }
    }
}

/// A tag as it is written; only those that Ruby makes of one mark.
fn tag_words(tag: &Tag) -> Result<String, String> {
    match tag.handle.as_str() {
        "!" => Ok(format!("!{}", tag.suffix)),
        _ => Err("the store's events like it have types that are not written".to_owned()),
    }
}

fn scalar_node(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Node, String> {
    let value = scalar(text, style, &label(tag));
    let is_line = !text.chars().any(char::is_control);
    let plain = style == ScalarStyle::Plain && tag.is_none();
    let words = match style {
        ScalarStyle::Plain if is_line => text.to_owned(),
        ScalarStyle::SingleQuoted if is_line => format!("'{}'", text.replace('\'', "''")),
        _ => quoted(text),
    };
    let words = match tag {
        Some(tag) => format!("{} {words}", tag_words(tag)?),
        None => words,
    };
    let is_text = plain && matches!(value, Value::String(_));
    let is_symbol = is_text && text.starts_with(':');
    let is_time = is_text && moments::rfc3339(text).is_some();
    Ok(Node::Scalar { words, is_symbol, is_time, value })
}

/// So many items further on an item is looked for that has moved.
const MOST_MOVED: usize = 16;

/// How deep a collection stands, whether it is the entry of a map or of a list.
#[derive(Clone, Copy)]
struct Place {
    map: usize,
    list: usize,
    in_item: bool,
}

struct Writer {
    out: String,
}

impl Writer {
    fn node(&mut self, value: &Value, like: Option<&Node>, symbols: bool, place: Place) -> Result<(), String> {
        match value {
            Value::Object(object) if !object.is_empty() => self.map(object, like, symbols, place),
            Value::List(list) if !list.is_empty() => self.list(list, like, symbols, place),
            value => {
                let words = words_of(value, like)?;
                self.out.push(' ');
                self.out.push_str(&words);
                self.out.push('\n');
                Ok(())
            }
        }
    }

    /// The start of the nth entry of a collection.
    fn begin(&mut self, n: usize, indent: usize, inline: bool) {
        match (n, inline) {
            (0, true) => self.out.push(' '),
            (0, false) => {
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            _ => self.out.extend(std::iter::repeat_n(' ', indent)),
        }
    }

    fn map(&mut self, object: &Object, like: Option<&Node>, symbols: bool, place: Place) -> Result<(), String> {
        let (tag, entries) = match like {
            Some(Node::Map { tag, entries }) => (tag.as_deref(), entries.as_slice()),
            _ => (None, [].as_slice()),
        };
        let symbols = match entries.first() {
            Some((Node::Scalar { is_symbol, .. }, _)) => *is_symbol,
            _ => symbols,
        };
        if let Some(tag) = tag {
            self.out.push(' ');
            self.out.push_str(tag);
        }
        for (n, (key, slot)) in object.iter().enumerate() {
            self.begin(n, place.map, place.in_item && tag.is_none());
            let known = entries.iter().find(|(known, _)| key_of(known).as_deref() == Some(&**key));
            match known {
                Some((Node::Scalar { words, .. }, _)) => self.out.push_str(words),
                _ if symbols => self.out.push_str(&symbol(key)?),
                _ => self.out.push_str(&quoted(key)),
            }
            self.out.push(':');
            let inner = Place { map: place.map + 2, list: place.map, in_item: false };
            self.node(&slot.value, known.map(|(_, value)| value), symbols, inner)?;
        }
        Ok(())
    }

    fn list(&mut self, list: &List, like: Option<&Node>, symbols: bool, place: Place) -> Result<(), String> {
        let items = if let Some(Node::List(items)) = like { items.as_slice() } else { &[] };
        for (n, slot) in list.iter().enumerate() {
            let is_same = |item: &&Node| matches!(item, Node::Scalar { value, .. } if *value == slot.value);
            // One that was left out moves those after it.
            let moved = items.iter().skip(n).take(MOST_MOVED).find(is_same);
            self.begin(n, place.list, place.in_item);
            self.out.push('-');
            let inner = Place { map: place.list + 2, list: place.list + 2, in_item: true };
            self.node(&slot.value, moved.or(items.get(n)).or(items.first()), symbols, inner)?;
        }
        Ok(())
    }
}

fn key_of(key: &Node) -> Option<String> {
    match key {
        Node::Scalar { value: Value::String(text), .. } => Some(text.to_string()),
        Node::Scalar { value, .. } => Some(json::to_text(value)),
        _ => None,
    }
}

fn words_of(value: &Value, like: Option<&Node>) -> Result<String, String> {
    if let Some(Node::Scalar { words, value: known, .. }) = like
        && json::to_text(known) == json::to_text(value)
    {
        return Ok(words.clone());
    }
    match (value, like) {
        (Value::String(text), Some(Node::Scalar { is_symbol: true, .. })) => symbol(text),
        (Value::String(text), Some(Node::Scalar { is_time: true, .. })) => {
            let read = resolved(text);
            let is_time = moments::rfc3339(text).is_some() && read.as_str() == Some(text);
            is_time.then(|| text.to_string()).ok_or_else(|| format!("{text} is no time, and such values are times"))
        }
        (Value::String(text), _) => Ok(quoted(text)),
        (Value::Number(number), _) => Ok(number_words(&number.to_string())),
        (Value::Null, _) => Ok("null".to_owned()),
        (Value::Bool(set), _) => Ok(set.to_string()),
        (Value::Object(_), _) => Ok("{}".to_owned()),
        (Value::List(_), _) => Ok("[]".to_owned()),
    }
}

/// A number as Ruby reads it: an exponent needs a point before it and a sign.
fn number_words(number: &str) -> String {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else { return number.to_owned() };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// A Ruby symbol.
fn symbol(text: &str) -> Result<String, String> {
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_simple = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/');
    if is_name {
        Ok(format!(":{text}"))
    } else if !text.is_empty() && text.chars().all(is_simple) {
        Ok(format!(":\"{text}\""))
    } else {
        Err(format!("{text:?} stands where the store has Ruby's symbols, and can't be written as one"))
    }
}

/// A text in quotes, in which nothing is taken for anything else.
fn quoted(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push('"');
    for c in text.chars() {
        match c {
            '"' => words.push_str("\\\""),
            '\\' => words.push_str("\\\\"),
            '\n' => words.push_str("\\n"),
            '\t' => words.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                words.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => words.push(c),
        }
    }
    words.push('"');
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(like: &str, value: &str, expected: Result<&str, &str>) {
        let value = json::parse(value.as_bytes()).unwrap();
        let written = encode_like(&value, like.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(written.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn what_is_as_it_was_keeps_its_words() {
        let like = "---\n:status: :open\n:note: it's\n:sum: !ruby/object:BigDecimal 18:0.12e2\n:tags:\n- ui\n- 'a b'\n\
                    :at: 2026-01-01 00:00:00.000000000 Z\n:by:\n  name: ada\n  :age: 7\n:text: |\n  two\n  lines\n";
        let as_json = |sum: &str| {
            format!(
                r#"{{"status":"open","note":"it's","sum":{sum},"tags":["ui","a b"],"at":"2026-01-01T00:00:00Z","by":{{"name":"ada","age":7}},"text":"two\nlines\n"}}"#
            )
        };
        let decoded = super::super::decode(like.as_bytes()).ok().unwrap();
        let sum = json::to_text(decoded.as_object().unwrap().get("sum").unwrap());
        let same = like.replace("|\n  two\n  lines", "\"two\\nlines\\n\"");
        assert_eq!(json::to_text(&decoded), as_json(&sum));
        check(like, &as_json(&sum), Ok(&same));
        let closed = as_json(&sum).replace("\"open\"", "\"closed\"").replace("\"ui\",", "");
        check(like, &closed, Ok(&same.replace(":open", ":closed").replace("- ui\n", "")));
        let later = as_json(&sum).replace("2026-01-01T", "2026-01-02T");
        check(like, &later, Ok(&same.replace("2026-01-01 00:00:00.000000000 Z", "2026-01-02T00:00:00Z")));
    }

    #[test]
    fn what_is_new_is_like_its_neighbours() {
        let new =
            r#"{"a":"é \" \\ \n\u2028","n":1.50,"e":1e3,"z":null,"o":{},"l":[],"m":{"x y":[{"k":1,"j":[true]},[2]]}}"#;
        let symbols = "---\n:a: \"é \\\" \\\\ \\n\\u2028\"\n:n: 1.50\n:e: 1.0e+3\n:z: null\n:o: {}\n:l: []\n:m:\n  \
                       :\"x y\":\n  - :k: 1\n    :j:\n    - true\n  - - 2\n";
        check("---\n:a: b\n", new, Ok(symbols));
        let texts = "---\nn: 1\n\"more\": \"x\"\n";
        check("---\nn: 1\n", r#"{"n":1,"more":"x"}"#, Ok(texts));
        check("--- {}\n", r#"{"a":1}"#, Ok("---\n:a: 1\n"));
        check("---\n:a: 1\n", "{}", Ok("--- {}\n"));
    }

    #[test]
    fn what_only_ruby_can_write_is_refused() {
        let refused = |like: &str, value: &str| {
            let value = json::parse(value.as_bytes()).unwrap();
            encode_like(&value, like.as_bytes()).unwrap_err()
        };
        assert!(refused("---\n:a: &1 x\n:b: *1\n", r#"{"a":"x","b":"y"}"#).contains("by reference"));
        assert!(refused("--- !ruby/object:Money\ncents: 1\n", r#"{"cents":2}"#).contains("Ruby's classes"));
        assert!(refused("---\n:a: :b\n", r#"{"a":"b:c"}"#).contains("symbols"));
        assert!(refused(": [", "{}").contains("no YAML"));
    }
}
