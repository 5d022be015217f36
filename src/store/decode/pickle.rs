//! Python's pickle, protocols 0 to 5, as data: <https://docs.python.org/3/library/pickletools.html>. What the virtual
//! machine of pickle would build is noted down; nothing is imported, nothing is called. An object is its class and its
//! state; a call is `{"$class": name, "args": […]}`.

use rustc_hash::FxHashMap;

use crate::model::{List, Number, Object, Origin, Value};

use super::classes::{CLASS, VALUE};
use super::cursor::{Budget, Cursor, Decoded, float, integer, key_text, signed_le, text_or_bytes};
use super::{python, text};

pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let mut machine = Machine::new(bytes);
    let root = machine.run()?;
    machine.cursor.finish()?;
    machine.value(root, 0)
}

/// A place in the [`Machine`]'s nodes.
type Id = usize;

/// What a pickle speaks of.
#[derive(Debug)]
enum Node {
    Value(Value),
    Bytes(Vec<u8>),
    List(Vec<Id>),
    /// Keys and values in turn.
    Dict(Vec<Id>),
    Global(String),
    /// What calling something would give, and what is set or put into it then.
    Made {
        callable: Id,
        args: Id,
        state: Option<Id>,
        items: Vec<Id>,
        entries: Vec<Id>,
    },
    /// An object that the program keeps elsewhere.
    Persistent(Id),
}

struct Machine<'a> {
    cursor: Cursor<'a>,
    budget: Budget,
    /// Of what is written out in the end, where shared nodes count each time.
    written: Budget,
    nodes: Vec<Node>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: FxHashMap<u64, Id>,
}

impl<'a> Machine<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            cursor: Cursor::new(bytes),
            budget: Budget::new(),
            written: Budget::new(),
            nodes: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: FxHashMap::default(),
        }
    }

    fn push(&mut self, node: Node) -> Decoded<()> {
        self.budget.value(0)?;
        self.stack.push(self.nodes.len());
        self.nodes.push(node);
        Ok(())
    }

    fn push_value(&mut self, value: Value) -> Decoded<()> {
        self.push(Node::Value(value))
    }

    fn pop(&mut self) -> Decoded<Id> {
        let above = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= above {
            return Err(self.cursor.invalid("nothing on the stack"));
        }
        self.stack.pop().ok_or_else(|| self.cursor.invalid("nothing on the stack"))
    }

    fn top(&self) -> Decoded<Id> {
        self.stack.last().copied().ok_or_else(|| self.cursor.invalid("nothing on the stack"))
    }

    /// What was put on the stack since the last mark.
    fn since_mark(&mut self) -> Decoded<Vec<Id>> {
        let mark = self.marks.pop().ok_or_else(|| self.cursor.invalid("no mark"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    /// One opcode after the other up to the one that ends a pickle.
    fn run(&mut self) -> Decoded<Id> {
        loop {
            let code = self.cursor.byte()?;
            if code == b'.' {
                return self.pop();
            }
            self.budget.value(0)?;
            self.step(code)?;
        }
    }

    fn step(&mut self, code: u8) -> Decoded<()> {
        match code {
            0x80 => drop(self.cursor.take(1)?),
            0x95 => drop(self.cursor.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => match self.marks.last() {
                Some(mark) if *mark == self.stack.len() => drop(self.marks.pop()),
                _ => drop(self.pop()?),
            },
            b'1' => drop(self.since_mark()?),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            b'N' => self.push_value(Value::Null)?,
            0x88 => self.push_value(Value::Bool(true))?,
            0x89 => self.push_value(Value::Bool(false))?,
            b'I' | b'L' => self.decimal_line()?,
            b'J' => {
                let number = i32::from_le_bytes(self.cursor.array()?);
                self.push_value(integer(number))?;
            }
            b'K' | b'M' => {
                let number = self.cursor.le(if code == b'K' { 1 } else { 2 })?;
                self.push_value(integer(number))?;
            }
            0x8a | 0x8b => {
                let len = self.cursor.le(if code == 0x8a { 1 } else { 4 })?;
                let bytes = self.cursor.take(len)?;
                self.push_value(signed_le(bytes))?;
            }
            b'F' => {
                let line = self.line()?;
                let number: f64 = line.parse().map_err(|_| self.cursor.invalid("no number"))?;
                self.push_value(float(number))?;
            }
            b'G' => {
                let number = f64::from_be_bytes(self.cursor.array()?);
                self.push_value(float(number))?;
            }
            b'S' => {
                let line = self.line()?;
                let bytes = unquoted(&line).ok_or_else(|| self.cursor.invalid("no quoted text"))?;
                self.push_value(text_or_bytes(&bytes))?;
            }
            b'T' | b'U' => {
                let len = self.cursor.le(if code == b'T' { 4 } else { 1 })?;
                let bytes = self.cursor.take(len)?;
                self.push_value(text_or_bytes(bytes))?;
            }
            b'V' => {
                // Latin-1 but for the escapes.
                let line: String = self.cursor.until(b'\n')?.iter().map(|byte| char::from(*byte)).collect();
                let text = raw_unicode(&line).ok_or_else(|| self.cursor.invalid("an escape of no kind"))?;
                self.push_value(Value::from(text.as_str()))?;
            }
            b'X' | 0x8c | 0x8d => {
                let len = self.cursor.le(match code {
                    0x8c => 1,
                    b'X' => 4,
                    _ => 8,
                })?;
                // Python keeps lone surrogates in a way of its own, which is no UTF-8.
                let text = String::from_utf8_lossy(self.cursor.take(len)?);
                self.push_value(Value::from(&*text))?;
            }
            b'B' | b'C' | 0x8e | 0x96 => {
                let len = self.cursor.le(match code {
                    b'C' => 1,
                    b'B' => 4,
                    _ => 8,
                })?;
                let bytes = self.cursor.take(len)?.to_vec();
                self.push(Node::Bytes(bytes))?;
            }
            // A buffer beside the pickle; and that it is not to be written to.
            0x97 => self.push_value(Value::from("(a buffer that is not in the pickle)"))?,
            0x98 => {}
            _ => return self.step_of_containers(code),
        }
        Ok(())
    }

    fn step_of_containers(&mut self, code: u8) -> Decoded<()> {
        match code {
            b']' | b')' | 0x8f => self.push(Node::List(Vec::new()))?,
            b'}' => self.push(Node::Dict(Vec::new()))?,
            b'l' | b't' | 0x91 => {
                let items = self.since_mark()?;
                self.push(Node::List(items))?;
            }
            b'd' => {
                let items = self.since_mark()?;
                self.push(Node::Dict(items))?;
            }
            0x85..=0x87 => {
                let mut items = Vec::new();
                for _ in 0x84..code {
                    items.insert(0, self.pop()?);
                }
                self.push(Node::List(items))?;
            }
            b'a' => {
                let item = self.pop()?;
                self.add_items(&[item])?;
            }
            b'e' | 0x90 => {
                let items = self.since_mark()?;
                self.add_items(&items)?;
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.add_entries(&[key, value])?;
            }
            b'u' => {
                let entries = self.since_mark()?;
                self.add_entries(&entries)?;
            }
            b'p' | b'g' => {
                let line = self.line()?;
                let place = line.parse().map_err(|_| self.cursor.invalid("no place in the memo"))?;
                self.remember(code == b'p', place)?;
            }
            b'q' | b'h' => {
                let place = self.cursor.le(1)?;
                self.remember(code == b'q', place)?;
            }
            b'r' | b'j' => {
                let place = self.cursor.le(4)?;
                self.remember(code == b'r', place)?;
            }
            0x94 => self.remember(true, self.memo.len() as u64)?,
            _ => return self.step_of_objects(code),
        }
        Ok(())
    }

    fn step_of_objects(&mut self, code: u8) -> Decoded<()> {
        match code {
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.push(Node::Global(format!("{module}.{name}")))?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let text = |id: Id| match self.nodes.get(id) {
                    Some(Node::Value(Value::String(text))) => Ok(text.clone()),
                    _ => Err(self.cursor.invalid("a name that is no text")),
                };
                let name = format!("{}.{}", text(module)?, text(name)?);
                self.push(Node::Global(name))?;
            }
            0x82..=0x84 => {
                let number = self.cursor.le(1 << (code - 0x82))?;
                self.push(Node::Global(format!("extension {number}")))?;
            }
            b'R' | 0x81 => {
                let (args, callable) = (self.pop()?, self.pop()?);
                self.make(callable, args)?;
            }
            0x92 => {
                let (kwargs, args, callable) = (self.pop()?, self.pop()?, self.pop()?);
                self.make(callable, args)?;
                let made = self.top()?;
                self.set_state(made, kwargs);
            }
            b'i' | b'o' => {
                let name = if code == b'i' { Some((self.line()?, self.line()?)) } else { None };
                let mut items = self.since_mark()?;
                if let Some((module, name)) = name {
                    self.push(Node::Global(format!("{module}.{name}")))?;
                } else {
                    if items.is_empty() {
                        return Err(self.cursor.invalid("no class"));
                    }
                    let class = items.remove(0);
                    self.stack.push(class);
                }
                let class = self.pop()?;
                self.push(Node::List(items))?;
                let args = self.pop()?;
                self.make(class, args)?;
            }
            b'b' => {
                let state = self.pop()?;
                let object = self.top()?;
                self.set_state(object, state);
            }
            b'P' => {
                let id = self.line()?;
                self.push_value(Value::from(id.as_str()))?;
                let id = self.pop()?;
                self.push(Node::Persistent(id))?;
            }
            b'Q' => {
                let id = self.pop()?;
                self.push(Node::Persistent(id))?;
            }
            _ => return Err(self.cursor.invalid(format!("no opcode is called {code:#04x}"))),
        }
        Ok(())
    }

    fn make(&mut self, callable: Id, args: Id) -> Decoded<()> {
        self.push(Node::Made { callable, args, state: None, items: Vec::new(), entries: Vec::new() })
    }

    fn set_state(&mut self, object: Id, new: Id) {
        // Old classes are made by their name alone.
        if let Some(Node::Made { state, .. }) = self.nodes.get_mut(object) {
            *state = Some(new);
        }
    }

    fn add_items(&mut self, new: &[Id]) -> Decoded<()> {
        let top = self.top()?;
        match self.nodes.get_mut(top) {
            Some(Node::List(items) | Node::Made { items, .. }) => {
                items.extend_from_slice(new);
                Ok(())
            }
            _ => Err(self.cursor.invalid("items for what is no list")),
        }
    }

    fn add_entries(&mut self, new: &[Id]) -> Decoded<()> {
        if !new.len().is_multiple_of(2) {
            return Err(self.cursor.invalid("a key without its value"));
        }
        let top = self.top()?;
        match self.nodes.get_mut(top) {
            Some(Node::Dict(entries) | Node::Made { entries, .. }) => {
                entries.extend_from_slice(new);
                Ok(())
            }
            _ => Err(self.cursor.invalid("entries for what is no dictionary")),
        }
    }

    fn remember(&mut self, is_put: bool, place: u64) -> Decoded<()> {
        if is_put {
            let top = self.top()?;
            self.memo.insert(place, top);
        } else {
            let id = self.memo.get(&place).copied();
            self.stack.push(id.ok_or_else(|| self.cursor.invalid("nothing in the memo"))?);
        }
        Ok(())
    }

    fn line(&mut self) -> Decoded<String> {
        let line = self.cursor.until(b'\n')?;
        Ok(String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned())
    }

    fn decimal_line(&mut self) -> Decoded<()> {
        let line = self.line()?;
        let value = match line.as_str() {
            "00" => Value::Bool(false),
            "01" => Value::Bool(true),
            digits => {
                let digits = digits.strip_suffix('L').unwrap_or(digits);
                let number = Number::parse(digits).filter(|_| !digits.contains(['.', 'e', 'E']));
                Value::Number(number.ok_or_else(|| self.cursor.invalid("no integer"))?)
            }
        };
        self.push_value(value)
    }

    /// What a node is as data.
    fn value(&mut self, id: Id, depth: usize) -> Decoded<Value> {
        self.written.value(depth)?;
        let Some(node) = self.nodes.get(id) else { return Ok(Value::Null) };
        match node {
            Node::Value(value) => {
                if let Value::String(text) = value {
                    self.written.text(text.len())?;
                }
                Ok(value.clone())
            }
            Node::Bytes(bytes) => {
                self.written.text(bytes.len())?;
                Ok(Value::from(text::base64(bytes).as_str()))
            }
            Node::Global(name) => Ok(Value::from(name.as_str())),
            Node::List(items) => {
                let items = items.clone();
                Ok(Value::List(self.list(&items, depth)?))
            }
            Node::Dict(entries) => {
                let entries = entries.clone();
                Ok(Value::Object(self.object(&entries, Object::default(), depth)?))
            }
            Node::Persistent(id) => {
                let id = self.value(*id, depth + 1)?;
                Ok([("$persistent", id)].into_iter().collect::<Object>().into())
            }
            Node::Made { callable, args, state, items, entries } => {
                let (callable, args, state) = (*callable, *args, *state);
                let (items, entries) = (items.clone(), entries.clone());
                self.made(callable, args, state, &items, &entries, depth)
            }
        }
    }

    fn list(&mut self, items: &[Id], depth: usize) -> Decoded<List> {
        let mut list = List::default();
        for item in items {
            list.push(self.value(*item, depth + 1)?, Origin::NONE);
        }
        Ok(list)
    }

    fn object(&mut self, entries: &[Id], mut object: Object, depth: usize) -> Decoded<Object> {
        let (pairs, _) = entries.as_chunks::<2>();
        for [key, value] in pairs {
            let key = self.value(*key, depth + 1)?;
            object.insert(key_text(&key)?.into(), self.value(*value, depth + 1)?, Origin::NONE);
        }
        Ok(object)
    }

    fn made(
        &mut self,
        callable: Id,
        args: Id,
        state: Option<Id>,
        items: &[Id],
        entries: &[Id],
        depth: usize,
    ) -> Decoded<Value> {
        let class = match self.nodes.get(callable) {
            Some(Node::Global(name)) => name.clone(),
            _ => key_text(&self.value(callable, depth + 1)?)?,
        };
        let args = match self.value(args, depth + 1)? {
            Value::List(args) => args,
            other => [other].into_iter().collect(),
        };
        let (class, args) = plain_class(class, args);
        let state = match state {
            Some(state) => Some(self.value(state, depth + 1)?),
            None => None,
        };
        let mut value = match (class.as_str(), state.as_ref().and_then(|state| python::with_state(&class, state))) {
            (_, Some(known)) => return Ok(known),
            // Bytes as old protocols write them.
            ("_codecs.encode", None) => return Ok(encoded(&args)),
            _ => python::made(&class, &args),
        };
        if !items.is_empty() {
            let items = self.list(items, depth)?;
            value = match value {
                Value::List(_) => Value::List(items),
                Value::Object(mut object) => {
                    object.insert(VALUE.into(), Value::List(items), Origin::NONE);
                    Value::Object(object)
                }
                other => other,
            };
        }
        if let Value::Object(object) = value {
            value = Value::Object(self.object(entries, object, depth)?);
        }
        Ok(match state {
            Some(state) => with_state(value, &state),
            None => value,
        })
    }
}

/// The class that is meant where pickle goes through a helper.
fn plain_class(class: String, args: List) -> (String, List) {
    let helper = matches!(class.as_str(), "copyreg._reconstructor" | "copy_reg._reconstructor" | "copyreg.__newobj__");
    let inner = args.get(0).and_then(Value::as_str).map(str::to_owned);
    match inner {
        Some(inner) if helper => {
            let rest = args.iter().skip(if class.ends_with("__newobj__") { 1 } else { args.len() });
            (inner, rest.map(|slot| slot.value.clone()).collect())
        }
        _ => (class, args),
    }
}

/// Bytes that are written as text of Latin-1.
fn encoded(args: &List) -> Value {
    let Some(text) = args.get(0).and_then(Value::as_str) else { return Value::from("") };
    let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    match bytes {
        Some(bytes) => Value::from(text::base64(&bytes).as_str()),
        None => Value::from(text),
    }
}

/// An object with its state: the fields of its dictionary, those of its slots, or whatever it is.
fn with_state(value: Value, state: &Value) -> Value {
    let Value::Object(mut object) = value else { return value };
    let mut add = |fields: &Object| {
        for (key, slot) in fields.iter() {
            object.insert(key.clone(), slot.value.clone(), Origin::NONE);
        }
    };
    match state {
        // Pydantic keeps its fields beside its own bookkeeping.
        Value::Object(fields) => match fields.get("__dict__").and_then(Value::as_object) {
            Some(inner) => add(inner),
            None => add(fields),
        },
        Value::List(parts)
            if parts.len() == 2 && parts.iter().all(|part| matches!(part.value, Value::Null | Value::Object(_))) =>
        {
            parts.iter().filter_map(|part| part.value.as_object()).for_each(add);
        }
        Value::Null => {}
        other => drop(object.insert("state".into(), other.clone(), Origin::NONE)),
    }
    if object.len() == 1 && object.get(CLASS).is_none() {
        object.insert(CLASS.into(), Value::Null, Origin::NONE);
    }
    Value::Object(object)
}

/// The bytes of a text in quotes, as Python 2 writes it.
fn unquoted(line: &str) -> Option<Vec<u8>> {
    let quote = line.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let inside = line.get(1..)?.strip_suffix(quote)?;
    let mut out = Vec::new();
    let mut rest = inside.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match rest.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    Some(out)
}

/// Text with `\uXXXX` and `\UXXXXXXXX` in it.
fn raw_unicode(line: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("\\u").into_iter().chain(rest.find("\\U")).min() {
        let digits = if rest.as_bytes().get(at + 1) == Some(&b'u') { 4 } else { 8 };
        out.push_str(&rest[..at]);
        let code = u32::from_str_radix(rest.get(at + 2..at + 2 + digits)?, 16).ok()?;
        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        rest = rest.get(at + 2 + digits..)?;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::{Form, decode, text};

    /// The same value in protocols 0 to 5, base64, a line each: Python 3.11.
    const PICKLES: &str = include_str!("golden/pickles.txt");

    fn show(base64: &str) -> String {
        match decode(&text::from_base64(base64.as_bytes()).unwrap(), Form::Pickle) {
            Ok(value) => format!("{value:?}"),
            Err(e) => format!("! {e}"),
        }
    }

    #[test]
    fn every_protocol_gives_the_same() {
        let expected = r#"{"id":1,"neg":-5,"big":1180591620717411303424,"nbig":-1180591620717411303424,"mid":70000,"f":0.1,"s":"Łucja\n","n":null,"t":true,"b":"//4=","l":[1,[2]],"tup":[1,2,3,4],"set":[1],"fs":[2],"m":{"$class":"__main__.Money","amount":5,"cur":"EUR"},"e":{"$class":"__main__.Color","args":["r"]},"dt":"2026-01-02T03:04:05.120Z","dt2":"2026-01-02T03:04:05-03:30","naive":"2026-01-02T03:04:05","d":"2026-01-02","tm":"03:04:00","td":"PT86405.000007S","dec":12.50,"u":"00000000-0000-0000-0000-000000000001","od":{"a":1},"dd":{"k":[1]},"c":{"a":2,"b":1},"k":{"1":"a"},"cls":"__main__.Money","s1":[7],"s2":[7]}"#;
        let mut lines = 0;
        for (protocol, line) in PICKLES.lines().enumerate() {
            assert_eq!(show(line), expected, "protocol {protocol}");
            lines += 1;
        }
        assert_eq!(lines, 6);
        assert_eq!(
            show("gASVLwAAAAAAAACMCF9fbWFpbl9flIwFU2xvdHOUk5QpgZROfZQojAFhlEsBjAFilIwBeJR1hpRiLg=="),
            r#"{"$class":"__main__.Slots","a":1,"b":"x"}"#
        );
    }

    /// What would run a command if it were unpickled, a list that holds itself, lists that hold lists nine times.
    #[test]
    fn hostile_pickles_are_data() {
        let evil = "gASVNAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjBllY2hvIGhhY2tlZCA+IC90bXAvaGFja2VklIWUUpQu";
        assert_eq!(show(evil), r#"{"$class":"posix.system","args":["echo hacked > /tmp/hacked"]}"#);
        let reason =
            |base64: &str| decode(&text::from_base64(base64.as_bytes()).unwrap(), Form::Pickle).unwrap_err().reason;
        assert_eq!(reason("gASVBgAAAAAAAABdlGgAYS4="), "Python pickle nested too deeply");
        assert_eq!(
            reason(
                "gASVJgMAAAAAAABdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlChdlEsBYWgoaChoKGgoaChoKGgoaChlaCdoJ2gnaCdoJ2gnaCdoJ2VoJmgmaCZoJmgmaCZoJmgmZWglaCVoJWglaCVoJWglaCVlaCRoJGgkaCRoJGgkaCRoJGVoI2gjaCNoI2gjaCNoI2gjZWgiaCJoImgiaCJoImgiaCJlaCFoIWghaCFoIWghaCFoIWVoIGggaCBoIGggaCBoIGggZWgfaB9oH2gfaB9oH2gfaB9laB5oHmgeaB5oHmgeaB5oHmVoHWgdaB1oHWgdaB1oHWgdZWgcaBxoHGgcaBxoHGgcaBxlaBtoG2gbaBtoG2gbaBtoG2VoGmgaaBpoGmgaaBpoGmgaZWgZaBloGWgZaBloGWgZaBllaBhoGGgYaBhoGGgYaBhoGGVoF2gXaBdoF2gXaBdoF2gXZWgWaBZoFmgWaBZoFmgWaBZlaBVoFWgVaBVoFWgVaBVoFWVoFGgUaBRoFGgUaBRoFGgUZWgTaBNoE2gTaBNoE2gTaBNlaBJoEmgSaBJoEmgSaBJoEmVoEWgRaBFoEWgRaBFoEWgRZWgQaBBoEGgQaBBoEGgQaBBlaA9oD2gPaA9oD2gPaA9oD2VoDmgOaA5oDmgOaA5oDmgOZWgNaA1oDWgNaA1oDWgNaA1laAxoDGgMaAxoDGgMaAxoDGVoC2gLaAtoC2gLaAtoC2gLZWgKaApoCmgKaApoCmgKaAplaAloCWgJaAloCWgJaAloCWVoCGgIaAhoCGgIaAhoCGgIZWgHaAdoB2gHaAdoB2gHaAdlaAZoBmgGaAZoBmgGaAZoBmVoBWgFaAVoBWgFaAVoBWgFZWgEaARoBGgEaARoBGgEaARlaANoA2gDaANoA2gDaANoA2VoAmgCaAJoAmgCaAJoAmgCZWgBaAFoAWgBaAFoAWgBaAFlLg=="
            ),
            "too large"
        );
        let broken: [&[u8]; 11] = [
            b".",
            b"\x80\x04.",
            b"(.",
            b"a.",
            b"t.",
            b"h\x05.",
            b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
            b"Ix\n.",
            b"N",
            b"N.N.",
            b"\x80\x04\x93.",
        ];
        for bytes in broken {
            assert!(decode(bytes, Form::Pickle).is_err(), "{bytes:?}");
        }
    }
}
