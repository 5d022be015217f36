//! XML: as it is, and as XStream writes Java objects (Axon's default). Nothing is fetched, no entity is expanded but
//! the five of XML itself.
//!
//! As it is, the document's element is the only key; attributes are keys that begin with `@`, text beside them is
//! `#text`, children of one name are a list. XML has no types: what is written as JSON writes numbers, `true` and
//! `false` is taken for those, unless XStream says that it is text.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use rustc_hash::FxHashMap;

use crate::model::json::MAX_DEPTH;
use crate::model::{List, Number, Object, Origin, Value};

use super::cursor::{Budget, Decoded, Fault};
use super::{text, xstream};

/// An element with what is in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
    /// Written as `<name/>`.
    pub(super) is_short: bool,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A document as it is; one of Java's is known by the class that names its element.
pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let root = parse(bytes)?;
    if xstream::is_java(&root) {
        return xstream::value_of(&root);
    }
    let mut object = Object::default();
    object.insert(root.name.as_str().into(), plain(&root), Origin::NONE);
    Ok(Value::Object(object))
}

pub(super) fn decode_xstream(bytes: &[u8]) -> Decoded<Value> {
    xstream::value_of(&parse(bytes)?)
}

fn parse(bytes: &[u8]) -> Decoded<Element> {
    let source = source_text(bytes)?;
    let mut reader = Reader::from_str(&source);
    let mut budget = Budget::new();
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|e| invalid(&reader, &e))?;
        match event {
            Event::Start(start) => {
                budget.value(open.len())?;
                open.push(element(&start, &mut budget).map_err(|what| invalid(&reader, &what))?);
            }
            Event::Empty(start) => {
                budget.value(open.len())?;
                let mut empty = element(&start, &mut budget).map_err(|what| invalid(&reader, &what))?;
                empty.is_short = true;
                close(empty, &mut open, &mut root).map_err(|what| invalid(&reader, &what))?;
            }
            Event::End(_) => {
                let Some(done) = open.pop() else { return Err(invalid(&reader, &"an end without its start")) };
                close(done, &mut open, &mut root).map_err(|what| invalid(&reader, &what))?;
            }
            Event::Text(part) => {
                let part = part.xml10_content().map_err(|e| invalid(&reader, &e))?;
                add_text(&part, &mut open, &mut budget).map_err(|fault| {
                    fault.unwrap_or_else(|| invalid(&reader, &"text outside of the document's element"))
                })?;
            }
            Event::CData(part) => {
                let part = part.xml10_content().map_err(|e| invalid(&reader, &e))?;
                add_text(&part, &mut open, &mut budget).map_err(|fault| {
                    fault.unwrap_or_else(|| invalid(&reader, &"text outside of the document's element"))
                })?;
            }
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(letter)) => letter.to_string(),
                    Ok(None) => {
                        let name = reference.decode().map_err(|e| invalid(&reader, &e))?;
                        match predefined(&name) {
                            Some(text) => text.to_owned(),
                            None => return Err(invalid(&reader, &format!("entities are not expanded: &{name};"))),
                        }
                    }
                    Err(e) => return Err(invalid(&reader, &e)),
                };
                add_text(&resolved, &mut open, &mut budget).map_err(|fault| {
                    fault.unwrap_or_else(|| invalid(&reader, &"text outside of the document's element"))
                })?;
            }
            Event::Eof if open.is_empty() => return root.ok_or_else(|| invalid(&reader, &"no element")),
            Event::Eof => return Err(invalid(&reader, &"cut off")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn predefined(name: &str) -> Option<&'static str> {
    Some(match name {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        _ => return None,
    })
}

/// UTF-8, UTF-16, or the Latin-1 that a declaration names.
fn source_text(bytes: &[u8]) -> Decoded<String> {
    if let Some(text) = text::from_utf16(bytes) {
        return Ok(text);
    }
    let bytes = text::without_bom(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) if is_latin(bytes) => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Err(e) => Err(Fault::InvalidText(format!("not UTF-8 text: {e}"))),
    }
}

fn is_latin(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]).to_ascii_lowercase();
    head.starts_with("<?xml") && (head.contains("iso-8859-1") || head.contains("us-ascii"))
}

fn invalid<R>(reader: &Reader<R>, what: &dyn std::fmt::Display) -> Fault {
    let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    Fault::Invalid { at, what: what.to_string().into() }
}

fn element(start: &BytesStart<'_>, budget: &mut Budget) -> Result<Element, String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut attributes = Vec::new();
    // Checked for repeats below: the reader's own check costs the square of their number.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).map_err(|e| e.to_string())?;
        budget
            .text(attribute.key.as_ref().len() + value.len())
            .and_then(|()| budget.value(0))
            .map_err(|_| "too much text in attributes")?;
        attributes.push((text(attribute.key.as_ref()), value.into_owned()));
    }
    Ok(Element { name: text(start.name().as_ref()), attributes, ..Element::default() })
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), &'static str> {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None if root.is_none() => *root = Some(done),
        None => return Err("more than one document"),
    }
    Ok(())
}

/// `Err(None)` for text where none may be.
fn add_text(part: &str, open: &mut [Element], budget: &mut Budget) -> Result<(), Option<Fault>> {
    budget.text(part.len()).map_err(Some)?;
    match open.last_mut() {
        Some(element) => element.text.push_str(part),
        None if part.trim().is_empty() => {}
        None => return Err(None),
    }
    Ok(())
}

/// An element of any XML.
fn plain(element: &Element) -> Value {
    let is_nil = |key: &str, value: &str| key.ends_with(":nil") && matches!(value, "true" | "1");
    if element.attributes.iter().any(|(key, value)| is_nil(key, value)) {
        return Value::Null;
    }
    // What binds prefixes to names is no data.
    let attributes = || element.attributes.iter().filter(|(key, _)| key != "xmlns" && !key.starts_with("xmlns:"));
    if element.children.is_empty() && attributes().next().is_none() {
        return leaf(&element.text);
    }
    let mut object = Object::default();
    for (key, value) in attributes() {
        object.insert(format!("@{key}").into(), leaf(value), Origin::NONE);
    }
    if !element.text.trim().is_empty() {
        object.insert("#text".into(), leaf(&element.text), Origin::NONE);
    }
    for (name, values) in grouped(&element.children, |child| child.name.clone(), plain) {
        let value = match <[Value; 1]>::try_from(values) {
            Ok([single]) => single,
            Err(values) => Value::List(values.into_iter().collect::<List>()),
        };
        object.insert(name.into(), value, Origin::NONE);
    }
    Value::Object(object)
}

/// Children by name, in the order in which the names come.
fn grouped(
    children: &[Element],
    name: impl Fn(&Element) -> String,
    value: impl Fn(&Element) -> Value,
) -> Vec<(String, Vec<Value>)> {
    let mut places: FxHashMap<String, usize> = FxHashMap::default();
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    for child in children {
        let name = name(child);
        let place = *places.entry(name.clone()).or_insert(groups.len());
        if place == groups.len() {
            groups.push((name, Vec::new()));
        }
        if let Some((_, values)) = groups.get_mut(place) {
            values.push(value(child));
        }
    }
    groups
}

/// What text is: a number or a boolean where it is written as JSON writes those, without an exponent.
pub(super) fn leaf(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        // Java writes `1.0E-7`; without the point it could be a code.
        _ if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'E'))
            && (text.contains('.') || !text.contains('E'))
            && text != "-0" =>
        {
            Number::parse(text).map_or_else(|| Value::from(text), Value::Number)
        }
        _ => Value::from(text),
    }
}

const _: () = assert!(MAX_DEPTH <= 256, "elements are walked recursively");
