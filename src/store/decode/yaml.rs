//! YAML, as it is and as Ruby (Psych) and Python (PyYAML) write it. Tags name classes, they make none.

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use crate::model::json::MAX_DEPTH;
use crate::model::{List, Number, Object, Origin, Value};

use super::classes::{CLASS, TAG, keys_as_list, labelled, ruby};
use super::cursor::{Budget, Cost, Decoded, Fault, cost_of, key_text, text_or_bytes};
use super::{moments, python, text};

mod write;

pub use write::encode_like;

pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let converted = text::from_utf16(bytes);
    let bytes = converted.as_deref().map_or(text::without_bom(bytes), str::as_bytes);
    let source = std::str::from_utf8(bytes).map_err(|e| Fault::InvalidText(format!("not UTF-8 text: {e}")))?;
    let mut reader =
        Reader { parser: Parser::new_from_str(source), anchors: FxHashMap::default(), budget: Budget::new() };
    let value = loop {
        match reader.next()? {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd => return Err(Fault::InvalidText("no document".to_owned())),
            event => break reader.node(event, 0)?,
        }
    };
    loop {
        match reader.next()? {
            Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => return Ok(value),
            _ => return Err(Fault::InvalidText("more than one document".to_owned())),
        }
    }
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    /// What an alias stands for, and what that costs; `None` while it is being read.
    anchors: FxHashMap<usize, Option<(Value, Cost)>>,
    budget: Budget,
}

/// Whose tag it is.
enum Label {
    None,
    /// The name of a type that every YAML has: `str`, `int`, `set` …
    Core(String),
    /// A kind of Ruby's (`object`, `struct`, `sym` …) and the class, which may be empty.
    Ruby(String, String),
    /// The same of Python's.
    Python(String, String),
    /// Any other.
    Other(String),
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Decoded<Event<'a>> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(e)) => Err(Fault::InvalidText(e.to_string())),
            None => Err(Fault::InvalidText("cut off".to_owned())),
        }
    }

    fn node(&mut self, event: Event<'a>, depth: usize) -> Decoded<Value> {
        self.budget.value(depth)?;
        let (value, anchor) = match event {
            Event::Alias(anchor) => return self.alias(anchor, depth),
            Event::Scalar(text, style, anchor, tag) => {
                self.budget.text(text.len())?;
                (scalar(&text, style, &label(tag.as_deref())), anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(anchor);
                (sequence(self.items(depth)?, &label(tag.as_deref())), anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(anchor);
                (mapping(self.entries(depth)?, &label(tag.as_deref())), anchor)
            }
            _ => return Err(Fault::InvalidText("no value where one should be".to_owned())),
        };
        if anchor != 0 {
            let cost = cost_of(&value);
            self.anchors.insert(anchor, Some((value.clone(), cost)));
        }
        Ok(value)
    }

    fn begin(&mut self, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
    }

    fn alias(&mut self, anchor: usize, depth: usize) -> Decoded<Value> {
        match self.anchors.get(&anchor) {
            Some(Some((value, cost))) => {
                self.budget.again(*cost, depth)?;
                Ok(value.clone())
            }
            Some(None) => Err(Fault::TooDeep),
            None => Err(Fault::InvalidText("an alias of nothing".to_owned())),
        }
    }

    fn items(&mut self, depth: usize) -> Decoded<List> {
        let mut list = List::default();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(list),
                event => list.push(self.node(event, depth + 1)?, Origin::NONE),
            }
        }
    }

    fn entries(&mut self, depth: usize) -> Decoded<Object> {
        let mut object = Object::default();
        let mut merged = Vec::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => break,
                Event::Scalar(text, ScalarStyle::Plain, 0, None) if text == "<<" => None,
                event => Some(self.node(event, depth + 1)?),
            };
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            match key {
                Some(key) => drop(object.insert(key_text(&key)?.into(), value, Origin::NONE)),
                None => merged.push(value),
            }
        }
        // Merge keys give what the mapping does not say itself.
        for value in merged {
            match value {
                Value::Object(other) => merge(&mut object, &other),
                Value::List(list) => {
                    list.iter().filter_map(|slot| slot.value.as_object()).for_each(|other| merge(&mut object, other));
                }
                _ => {}
            }
        }
        Ok(object)
    }
}

fn merge(object: &mut Object, other: &Object) {
    for (key, slot) in other.iter() {
        if object.get(key).is_none() {
            object.insert(key.clone(), slot.value.clone(), Origin::NONE);
        }
    }
}

fn label(tag: Option<&Tag>) -> Label {
    let Some(tag) = tag else { return Label::None };
    let full = format!("{}{}", tag.handle, tag.suffix);
    let split = |rest: &str| {
        let (kind, class) = rest.split_once(':').unwrap_or((rest, ""));
        (kind.to_owned(), class.to_owned())
    };
    let rest = full.strip_prefix("tag:yaml.org,2002:").or_else(|| full.strip_prefix("!!"));
    let own = full.strip_prefix('!');
    let ruby = own.into_iter().chain(rest).chain(full.strip_prefix("tag:ruby.yaml.org,2002:"));
    let mut names = ruby.filter_map(|name| name.strip_prefix("ruby/"));
    if let Some(name) = names.next() {
        let (kind, class) = split(name);
        return Label::Ruby(kind, class);
    }
    if let Some(name) = rest.and_then(|name| name.strip_prefix("python/")) {
        let (kind, class) = split(name);
        return Label::Python(kind, class);
    }
    match (rest, full.as_str()) {
        (Some(core), _) => Label::Core(core.to_owned()),
        (None, "!") => Label::Core("str".to_owned()),
        // Psych writes these of YAML's own types without the second mark.
        (None, "!set" | "!str" | "!int" | "!float") => Label::Core(full[1..].to_owned()),
        (None, _) => Label::Other(full),
    }
}

fn scalar(text: &str, style: ScalarStyle, label: &Label) -> Value {
    let plain = || if style == ScalarStyle::Plain { resolved(text) } else { Value::from(text) };
    match label {
        Label::None => plain(),
        Label::Core(core) => match core.as_str() {
            "str" => Value::from(text),
            "binary" => bytes_of(text),
            "int" | "float" | "bool" | "null" | "timestamp" => resolved(text),
            _ => plain(),
        },
        Label::Ruby(kind, class) => match kind.as_str() {
            "symbol" | "sym" | "class" | "module" | "regexp" | "range" | "string" => Value::from(text),
            _ if class.is_empty() => labelled(TAG, &format!("!ruby/{kind}"), plain()),
            _ => {
                let value = resolved(text);
                ruby(class, &Value::from(value.as_str().unwrap_or(text)))
                    .unwrap_or_else(|| labelled(CLASS, class, value))
            }
        },
        Label::Python(kind, class) => match kind.as_str() {
            "str" | "unicode" => Value::from(text),
            "bytes" => bytes_of(text),
            "name" | "module" => Value::from(class.as_str()),
            "none" | "bool" | "int" | "long" | "float" => resolved(text),
            _ if class.is_empty() => plain(),
            // A class that is made without anything.
            _ => labelled(CLASS, class, if text.is_empty() { Object::default().into() } else { plain() }),
        },
        // Ruby marks text of no encoding so.
        Label::Other(tag) if tag == "!binary" => match text::from_base64(text.as_bytes()) {
            Some(bytes) => text_or_bytes(&bytes),
            None => Value::from(text),
        },
        Label::Other(tag) => labelled(TAG, tag, plain()),
    }
}

fn sequence(list: List, label: &Label) -> Value {
    let value = Value::List(list);
    match label {
        Label::Ruby(_, class) if class.is_empty() => value,
        Label::Ruby(_, class) => labelled(CLASS, class, value),
        Label::Python(kind, class) if kind.starts_with("object") => {
            let args = value.as_list().cloned().unwrap_or_default();
            python::made(class, &args)
        }
        Label::None | Label::Core(_) | Label::Python(..) => value,
        Label::Other(tag) => labelled(TAG, tag, value),
    }
}

fn mapping(object: Object, label: &Label) -> Value {
    match label {
        Label::Core(core) if core == "set" => keys_as_list(&object),
        Label::Ruby(kind, class) => {
            let value = Value::Object(object);
            match (kind.as_str(), class.as_str()) {
                ("set", _) => value.as_object().map_or(Value::Null, keys_as_list),
                ("hash" | "hash-with-ivars", _) => {
                    let elements = value.as_object().and_then(|object| object.get("elements"));
                    if kind == "hash" { value } else { elements.cloned().unwrap_or(value) }
                }
                (_, "") => value,
                _ => ruby(class, &value).unwrap_or_else(|| labelled(CLASS, class, value)),
            }
        }
        Label::Python(kind, class) if kind.starts_with("object") => {
            let value = Value::Object(object);
            python::with_state(class, &value).unwrap_or_else(|| labelled(CLASS, class, value))
        }
        Label::None | Label::Core(_) | Label::Python(..) => Value::Object(object),
        Label::Other(tag) => labelled(TAG, tag, Value::Object(object)),
    }
}

/// Bytes in base64 without line breaks.
fn bytes_of(text: &str) -> Value {
    let letters: String = text.split_whitespace().collect();
    Value::from(letters.as_str())
}

/// What a plain scalar is: null, boolean, number, time, Ruby symbol, or text.
fn resolved(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::from("Infinity"),
        "-.inf" | "-.Inf" | "-.INF" => return Value::from("-Infinity"),
        ".nan" | ".NaN" | ".NAN" => return Value::from("NaN"),
        _ => {}
    }
    match text.as_bytes() {
        [b':', b'"' | b'\'', ..] if text.len() > 3 && text.ends_with(&text[1..2]) => {
            Value::from(&text[2..text.len() - 1])
        }
        [b':', first, ..] if *first != b':' && !first.is_ascii_whitespace() => Value::from(&text[1..]),
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => number(text)
            .or_else(|| moments::rfc3339(text).map(|time| Value::from(time.as_str())))
            .unwrap_or_else(|| Value::from(text)),
        _ => Value::from(text),
    }
}

/// A number of YAML 1.2: also `+1`, `1.`, `.5`, `0x1F`, `0o17`.
fn number(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if let Some(digits) = unsigned.strip_prefix("0x") {
        return i128::from_str_radix(digits, 16).ok().map(super::cursor::integer);
    }
    if let Some(digits) = unsigned.strip_prefix("0o") {
        return i128::from_str_radix(digits, 8).ok().map(super::cursor::integer);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-' | b'e' | b'E')) {
        return None;
    }
    Number::parse(text).map(Value::Number).or_else(|| match super::cursor::decimal(text) {
        number @ Value::Number(_) => Some(number),
        _ => None,
    })
}

const _: () = assert!(MAX_DEPTH < 256, "the scanner counts flow levels in a byte");

#[cfg(test)]
mod tests {
    use super::super::{Form, decode};

    fn show(text: &str) -> String {
        match decode(text.as_bytes(), Form::Yaml) {
            Ok(value) => format!("{value:?}"),
            Err(e) => format!("! {e}"),
        }
    }

    /// Written by Psych 4 of Ruby 3.1.2 (`YAML.dump`).
    const PSYCH: &str = r#"---
:id: 1
str: :sym
:with space: :a b
:n:
:t: true
:big: 12345678901234567890123
:f: 1.5
:bd: !ruby/object:BigDecimal 18:0.12345e4
:time: 2026-01-01 00:00:00.123456000 Z
:local: 2026-01-02 03:04:05.000000000 +02:00
:date: 2026-01-02
:dt: !ruby/object:DateTime 2026-01-02 03:04:05.000000000 Z
:set: !ruby/object:Set
  hash:
    1: true
    :b: true
:m: !ruby/object:Money
  amount: 5
  currency: EUR
:s: !ruby/struct:S
  x: 1
  y: 2
:r: !ruby/range
  begin: 1
  end: 3
  excl: false
:rx: !ruby/regexp /a+/i
:cls: !ruby/class 'String'
:bin: !binary |-
  //4A
:ml: |
  line 1
  line 2
:y: 'yes'
:num: '123'
:colon: ":notsym"
:empty: ''
:sh1: &1
  :a: 1
:sh2: *1
:os: !ruby/object:OpenStruct
  a: 1
:inf: .inf
:rat: !ruby/object:Rational
  denominator: 3
  numerator: 1
:uni: "Łucja \U0001F642"
:l:
- 1
- - 2
  - []
- {}
5: 6
! '': 1
"#;

    #[test]
    fn ruby_writes_symbols_classes_and_times() {
        let expected = r#"{"id":1,"str":"sym","with space":"a b","n":null,"t":true,"big":12345678901234567890123,"f":1.5,"bd":1234.5,"time":"2026-01-01T00:00:00.123456Z","local":"2026-01-02T03:04:05+02:00","date":"2026-01-02","dt":"2026-01-02T03:04:05Z","set":["1","b"],"m":{"$class":"Money","amount":5,"currency":"EUR"},"s":{"$class":"S","x":1,"y":2},"r":{"begin":1,"end":3,"excl":false},"rx":"/a+/i","cls":"String","bin":"//4A","ml":"line 1\nline 2\n","y":"yes","num":"123","colon":":notsym","empty":"","sh1":{"a":1},"sh2":{"a":1},"os":{"a":1},"inf":"Infinity","rat":{"$class":"Rational","denominator":3,"numerator":1},"uni":"Łucja 🙂","l":[1,[2,[]],{}],"5":6,"":1}"#;
        assert_eq!(show(PSYCH), expected);
        assert_eq!(show("--- :just\n"), r#""just""#);
        assert_eq!(show("--- 'x: y'\n"), r#""x: y""#);
    }

    /// Written by ActiveSupport 6.1.7.
    #[test]
    fn active_support_types_show_what_they_hold() {
        let text = "---\n:h: !ruby/hash:ActiveSupport::HashWithIndifferentAccess\n  a: 1\n  b: !ruby/hash:ActiveSupport::HashWithIndifferentAccess\n    c: 2\n:t: !ruby/object:ActiveSupport::TimeWithZone\n  utc: 2026-01-01 00:00:00.000005000 Z\n  zone: &1 !ruby/object:ActiveSupport::TimeZone\n    name: Europe/Berlin\n  time: 2026-01-01 01:00:00.000005000 Z\n:d: !ruby/object:ActiveSupport::Duration\n  value: 259200\n  parts:\n    :days: 3\n:s: x\n:tz: *1\n";
        let expected =
            r#"{"h":{"a":1,"b":{"c":2}},"t":"2026-01-01T00:00:00.000005Z","d":259200,"s":"x","tz":"Europe/Berlin"}"#;
        assert_eq!(show(text), expected);
    }

    /// Written by PyYAML 6 (`yaml.dump`, default flow style and safe dump).
    #[test]
    fn python_writes_its_own_tags() {
        let text = "a: !!python/tuple\n- 1\n- x\nb: !!python/object:__main__.Money\n  amount: 5\nc: !!python/object/apply:decimal.Decimal\n- '1.50'\nd: !!set\n  x: null\n  y: null\ne: !!binary |\n  //4A\nf: 2026-01-02 03:04:05.120000+00:00\ng: !!python/object:uuid.UUID\n  int: 1\nt: !!python/object/apply:datetime.time\n- !!binary |\n  AQIAAAAA\ndd: !!python/object/apply:datetime.timedelta\n- 0\n- 5\n- 0\nh: !!python/name:os.system ''\ni: !!python/object/apply:os.system\n- rm -rf /\nj: 'no'\nk: 1.0e+30\n";
        let expected = r#"{"a":[1,"x"],"b":{"$class":"__main__.Money","amount":5},"c":1.50,"d":["x","y"],"e":"//4A","f":"2026-01-02T03:04:05.120Z","g":"00000000-0000-0000-0000-000000000001","t":"01:02:00","dd":"PT5S","h":"os.system","i":{"$class":"os.system","args":["rm -rf /"]},"j":"no","k":1.0e+30}"#;
        assert_eq!(show(text), expected);
    }

    #[test]
    fn plain_yaml_is_that_of_its_core_schema() {
        let text = "{a: +1, b: .5, c: 0x1F, d: 0o17, e: 0123, f: no, g: ~, h: 1_000, i: ::x, j: 2026-01-02T03:04:05, k: !thing [1], <<: {a: 2, z: 3}}";
        let expected = r#"{"a":1,"b":0.5,"c":31,"d":15,"e":"0123","f":"no","g":null,"h":"1_000","i":"::x","j":"2026-01-02T03:04:05","k":{"$tag":"!thing","$value":[1]},"z":3}"#;
        assert_eq!(show(text), expected);
        assert_eq!(show("a: 1\na: 2\n"), r#"{"a":2}"#);
        assert!(show("a: 1\n---\nb: 2\n").contains("more than one document"));
        assert!(show("a: [1\n").starts_with("! invalid YAML"));
        assert!(show("*nothing").starts_with("! invalid YAML"));
    }

    #[test]
    fn bombs_are_refused() {
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..20 {
            let before = level - 1;
            bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 9].join(","));
        }
        assert_eq!(decode(bomb.as_bytes(), Form::Yaml).unwrap_err().reason, "too large");
        let reason = |text: &str| decode(text.as_bytes(), Form::Yaml).unwrap_err().reason;
        // A key in a key in a key: its text would double with each.
        assert_eq!(reason(&format!("{}x", "? ".repeat(40))), "too large");
        assert_eq!(reason("&a [*a]"), "YAML nested too deeply");
        assert_eq!(reason(&format!("{}1", "- ".repeat(100_000))), "YAML nested too deeply");
        assert!(decode("[".repeat(100_000).as_bytes(), Form::Yaml).is_err());
        assert!(decode(format!("{}1{}", "[".repeat(200), "]".repeat(200)).as_bytes(), Form::Yaml).is_err());
    }
}
