//! Java objects as XStream writes them: <https://x-stream.github.io/converters.html>.
//!
//! The document's element is the class and is left out. A field's element is its name, an item's the class or the alias
//! of its type. `_-` in a name is `$`, `__` is `_`. An element without content is an empty list, except the document's.

use crate::model::json::MAX_DEPTH;
use crate::model::{List, Object, Origin, Value};

use super::classes::{CLASS, VALUE};
use super::cursor::{Budget, Decoded, Fault, decimal, key_text};
use super::moments;
use super::xml::{Element, leaf};

/// Steps to the targets of references that one document may take.
const MAX_STEPS: usize = 1_000_000;

/// Whether the document's element is named by a Java class or by Axon's metadata.
pub(super) fn is_java(root: &Element) -> bool {
    let is_class = root.name.contains('.') || root.name.contains("_-");
    root.name == "meta-data" || (is_class && !root.name.contains(':'))
}

/// What the document's object holds.
pub(super) fn value_of(root: &Element) -> Decoded<Value> {
    let mut reader = Reader { budget: Budget::new(), steps: MAX_STEPS };
    if root.children.is_empty() && root.text.is_empty() && !is_list(type_of(root)) {
        return Ok(if is_text(type_of(root)) { Value::from("") } else { Object::default().into() });
    }
    reader.value(&mut vec![root], 0)
}

struct Reader {
    budget: Budget,
    steps: usize,
}

impl Reader {
    /// The last element of `path`, which leads to it from the document's.
    fn value(&mut self, path: &mut Vec<&Element>, depth: usize) -> Decoded<Value> {
        self.budget.value(depth)?;
        let Some(element) = path.last().copied() else { return Ok(Value::Null) };
        if let Some(reference) = element.attribute("reference") {
            return self.referred(path, reference, depth);
        }
        let class = type_of(element);
        if class == "null" {
            return Ok(Value::Null);
        }
        self.budget.text(element.text.len())?;
        if element.children.is_empty() {
            return Ok(single(element, class));
        }
        if element.attribute("resolves-to") == Some("java.util.CollSer") {
            return self.immutable(path, depth);
        }
        if is_wrapper(element)
            && let Some(wrapped) = element.children.iter().find(|child| matches!(child.name.as_str(), "a" | "c" | "m"))
        {
            return self.child(path, wrapped, depth + 1);
        }
        if is_map(class) || is_all_entries(element) {
            return self.map(path, depth);
        }
        if is_list(class) || element.children.iter().all(|child| is_type_name(&child.name)) {
            return self.list(path, depth);
        }
        self.object(path, depth)
    }

    fn child<'e>(&mut self, path: &mut Vec<&'e Element>, child: &'e Element, depth: usize) -> Decoded<Value> {
        path.push(child);
        let value = self.value(path, depth);
        path.pop();
        value
    }

    fn list(&mut self, path: &mut Vec<&Element>, depth: usize) -> Decoded<Value> {
        let mut list = List::default();
        for child in path.last().map_or(&[][..], |element| &element.children) {
            // What a wrapping collection of Java's keeps besides.
            if matches!(child.name.as_str(), "comparator" | "no-comparator" | "default") {
                continue;
            }
            list.push(self.child(path, child, depth + 1)?, Origin::NONE);
        }
        Ok(Value::List(list))
    }

    /// What `List.of`, `Set.of` and `Map.of` make: a tag, the number of items, the items (keys and values in turn).
    fn immutable(&mut self, path: &mut Vec<&Element>, depth: usize) -> Decoded<Value> {
        let Some(holder) = path.last().and_then(|element| element.children.first()) else { return Ok(Value::Null) };
        let tag = holder.children.first().and_then(|default| default.children.first()).map(|tag| tag.text.as_str());
        path.push(holder);
        let mut values = Vec::new();
        for item in holder.children.iter().skip(2) {
            values.push(self.child(path, item, depth + 1)?);
        }
        path.pop();
        Ok(match tag {
            Some("3") => {
                let (pairs, _) = values.as_chunks::<2>();
                let mut object = Object::default();
                for [key, value] in pairs {
                    object.insert(key_text(key)?.into(), value.clone(), Origin::NONE);
                }
                Value::Object(object)
            }
            _ => Value::List(values.into_iter().collect::<List>()),
        })
    }

    fn map(&mut self, path: &mut Vec<&Element>, depth: usize) -> Decoded<Value> {
        let mut object = Object::default();
        for entry in path.last().map_or(&[][..], |element| &element.children) {
            let (key, value) = match (entry.name.as_str(), entry.children.as_slice()) {
                ("entry", [key, value]) => {
                    path.push(entry);
                    let key = self.child(path, key, depth + 1);
                    let value = self.child(path, value, depth + 1);
                    path.pop();
                    (key_text(&key?)?, value?)
                }
                // `java.util.Properties`.
                ("property", []) => {
                    let get = |name: &str| entry.attribute(name).unwrap_or_default().to_owned();
                    (get("name"), Value::from(get("value").as_str()))
                }
                ("comparator" | "no-comparator", _) => continue,
                (name, _) => (unescaped(name), self.child(path, entry, depth + 1)?),
            };
            object.insert(key.into(), value, Origin::NONE);
        }
        Ok(Value::Object(object))
    }

    fn object(&mut self, path: &mut Vec<&Element>, depth: usize) -> Decoded<Value> {
        let mut object = Object::default();
        let element = path.last().copied();
        // The class of what stands in a field that is declared as something wider.
        if path.len() > 1
            && let Some(class) = element.and_then(|element| element.attribute("class"))
        {
            object.insert(CLASS.into(), unescaped(class).as_str().into(), Origin::NONE);
        }
        for child in element.map_or(&[][..], |element| &element.children) {
            let value = self.child(path, child, depth + 1)?;
            let key: crate::model::Key = unescaped(&child.name).into();
            // Implicit collections, and a field that hides one of its parent class.
            match object.get(&key) {
                None => drop(object.insert(key, value, Origin::NONE)),
                Some(Value::List(before)) if child.attribute("defined-in").is_none() => {
                    let mut list = before.clone();
                    list.push(value, Origin::NONE);
                    object.insert(key, Value::List(list), Origin::NONE);
                }
                Some(before) if child.attribute("defined-in").is_none() => {
                    let list: List = [before.clone(), value].into_iter().collect();
                    object.insert(key, Value::List(list), Origin::NONE);
                }
                Some(_) => {
                    let class = child.attribute("defined-in").unwrap_or_default();
                    object.insert(format!("{}.{key}", unescaped(class)).into(), value, Origin::NONE);
                }
            }
        }
        let text = element.map_or("", |element| element.text.trim());
        if !text.is_empty() {
            object.insert(VALUE.into(), leaf(text), Origin::NONE);
        }
        Ok(Value::Object(object))
    }

    /// What a reference leads to; the reference itself where it leads nowhere, or to what is around it.
    fn referred(&mut self, path: &[&Element], reference: &str, depth: usize) -> Decoded<Value> {
        let target = self.target(path, reference);
        if self.steps == 0 {
            return Err(Fault::TooLarge);
        }
        match target {
            Some(mut target) if !is_around(&target, path) => self.value(&mut target, depth),
            _ => Ok([("$ref", Value::from(reference))].into_iter().collect::<Object>().into()),
        }
    }

    fn target<'e>(&mut self, path: &[&'e Element], reference: &str) -> Option<Vec<&'e Element>> {
        let mut target: Vec<&'e Element> = path.to_vec();
        let mut parts = reference.split('/').peekable();
        if parts.peek() == Some(&"") {
            parts.next();
            // The first step of an absolute path is the document's element.
            parts.next();
            target.truncate(1);
        }
        for part in parts {
            if part == ".." {
                target.pop();
                target.last()?;
                continue;
            }
            let (name, place) = match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
                Some((name, place)) => (name, place.parse::<usize>().ok()?),
                None => (part, 1),
            };
            let children = &target.last()?.children;
            self.steps = self.steps.saturating_sub(children.len().max(1));
            if self.steps == 0 {
                return None;
            }
            target.push(children.iter().filter(|child| child.name == name).nth(place.checked_sub(1)?)?);
            if target.len() > MAX_DEPTH {
                return None;
            }
        }
        Some(target)
    }
}

/// Whether the target is what the path leads through.
fn is_around(target: &[&Element], path: &[&Element]) -> bool {
    target.len() <= path.len() && target.iter().zip(path).all(|(a, b)| std::ptr::eq(*a, *b))
}

/// The type that an element says: its class attribute, or its name.
fn type_of(element: &Element) -> &str {
    element.attribute("class").unwrap_or(&element.name)
}

/// An element without children.
fn single(element: &Element, class: &str) -> Value {
    let text = element.text.as_str();
    if is_map(class) {
        return Object::default().into();
    }
    if is_list(class) || (element.is_short && text.is_empty() && !is_text(class)) {
        return List::default().into();
    }
    match class {
        _ if is_text(class) => Value::from(text),
        "big-decimal" | "java.math.BigDecimal" | "double" | "float" => decimal(text),
        _ => match moments::rfc3339(text) {
            // How XStream writes `java.util.Date`; other texts stay as they are.
            Some(time) if text.ends_with(" UTC") => Value::from(time.as_str()),
            _ => leaf(text),
        },
    }
}

fn is_text(class: &str) -> bool {
    matches!(class, "string" | "char" | "uuid" | "java.lang.String" | "java.util.UUID" | "byte-array" | "url")
}

fn is_map(class: &str) -> bool {
    matches!(
        class,
        "map"
            | "meta-data"
            | "linked-hash-map"
            | "tree-map"
            | "concurrent-hash-map"
            | "enum-map"
            | "properties"
            | "empty-map"
            | "singleton-map"
    ) || (class.starts_with("java.util.") && class.ends_with("Map"))
        || class.ends_with("MetaData")
}

fn is_list(class: &str) -> bool {
    matches!(
        class,
        "list"
            | "set"
            | "linked-list"
            | "linked-hash-set"
            | "tree-set"
            | "sorted-set"
            | "vector"
            | "enum-set"
            | "empty-list"
            | "empty-set"
            | "singleton-list"
            | "singleton-set"
    ) || (class.ends_with("-array") && !matches!(class, "byte-array" | "char-array"))
        || (class.starts_with("java.util.")
            && ["List", "Set", "Collection", "ListN", "List12", "SetN", "Set12", "Deque", "Queue"]
                .iter()
                .any(|end| class.ends_with(end)))
}

/// Whether the element is one of Java's wrappers around another collection.
fn is_wrapper(element: &Element) -> bool {
    let class = type_of(element);
    class.starts_with("java.util.Arrays") || class.starts_with("java.util.Collections")
}

/// Whether a name can be only that of a type: no field of Java can be called so.
fn is_type_name(name: &str) -> bool {
    name.contains('.')
        || name.contains("-")
        || matches!(
            name,
            "int" | "long" | "short" | "byte" | "char" | "boolean" | "double" | "float" | "null" | "string" | "enum"
        )
}

fn is_all_entries(element: &Element) -> bool {
    element.children.iter().all(|child| child.name == "entry" && child.children.len() == 2)
}

/// Java's name of what XML can't name.
fn unescaped(name: &str) -> String {
    name.replace("__", "\u{0}").replace("_-", "$").replace('\u{0}', "_")
}

#[cfg(test)]
mod tests {
    use super::super::{Form, decode};

    fn show(text: &str, form: Form) -> String {
        match decode(text.as_bytes(), form) {
            Ok(value) => format!("{value:?}"),
            Err(e) => format!("! {e}"),
        }
    }

    #[test]
    fn objects_of_java_lose_their_class() {
        let event = "<com.acme.helpdesk.api.TicketResolved><resolution>fixed</resolution><minutesSpent>592</minutesSpent></com.acme.helpdesk.api.TicketResolved>";
        let expected = r#"{"resolution":"fixed","minutesSpent":592}"#;
        assert_eq!(show(event, Form::Xstream), expected);
        assert_eq!(show(event, Form::Xml), expected);
        assert_eq!(show(event, Form::Auto), expected);
        let metadata = "<meta-data><entry><string>traceId</string><string>394</string></entry><entry><string>none</string><null/></entry></meta-data>";
        assert_eq!(show(metadata, Form::Xstream), r#"{"traceId":"394","none":null}"#);
        assert_eq!(show("<meta-data/>", Form::Xstream), "{}");
        assert_eq!(show("<com.acme.Closed/>", Form::Xstream), "{}");
        assert_eq!(show("<string>x</string>", Form::Xstream), r#""x""#);
    }

    /// Written by XStream 1.4.20 on Java 17 (`new XStream().toXML`).
    const XSTREAM: &str = r#"<Main_-Placed>
  <id>00000000-0000-0000-0000-000000000001</id>
  <first__name>a &lt;b&gt; &amp; &quot;c&quot;&#xd;
</first__name>
  <empty></empty>
  <zip>01234</zip>
  <total>12.50</total>
  <paid>true</paid>
  <when>2026-01-02 03:04:05.120 UTC</when>
  <at>2026-01-02T03:04:05.000005Z</at>
  <day>2026-01-02</day>
  <dur>PT5S</dur>
  <items>
    <Main_-Item>
      <sku>A</sku>
      <qty>2</qty>
    </Main_-Item>
    <Main_-Item reference="../Main_-Item"/>
  </items>
  <tags class="linked-hash-set">
    <string>1</string>
    <string>b</string>
  </tags>
  <codes class="java.util.Arrays$ArrayList">
    <a class="string-array">
      <string>x</string>
      <string>y</string>
    </a>
  </codes>
  <numbers>
    <int>1</int>
    <long>9007199254741001</long>
    <big-decimal>1.10</big-decimal>
    <null/>
  </numbers>
  <nothing/>
  <map class="linked-hash-map">
    <entry>
      <string>k</string>
      <Main_-Item reference="../../../items/Main_-Item"/>
    </entry>
    <entry>
      <int>7</int>
      <boolean>false</boolean>
    </entry>
  </map>
  <hm>
    <entry>
      <string>q</string>
      <int>1</int>
    </entry>
  </hm>
  <payment class="Main$Card">
    <number>4111</number>
    <order reference="../.."/>
  </payment>
  <st>OPEN</st>
  <st2>CLOSED</st2>
  <raw>AQID</raw>
  <ints>
    <int>1</int>
    <int>2</int>
  </ints>
  <c>x</c>
  <unm class="java.util.Collections$UnmodifiableRandomAccessList" resolves-to="java.util.Collections$UnmodifiableList">
    <c class="list">
      <string>u</string>
    </c>
    <list reference="../c"/>
  </unm>
  <imm class="java.util.ImmutableCollections$List12" resolves-to="java.util.CollSer" serialization="custom">
    <java.util.CollSer>
      <default>
        <tag>1</tag>
      </default>
      <int>2</int>
      <string>i</string>
      <string>j</string>
    </java.util.CollSer>
  </imm>
  <immMap class="java.util.ImmutableCollections$Map1" resolves-to="java.util.CollSer" serialization="custom">
    <java.util.CollSer>
      <default>
        <tag>3</tag>
      </default>
      <int>2</int>
      <string>k</string>
      <string>v</string>
    </java.util.CollSer>
  </immMap>
  <single class="singleton-list">
    <string>s</string>
  </single>
  <opt>
    <value class="string">o</value>
  </opt>
  <em class="empty-map"/>
  <el class="empty-list"/>
  <dd>1.0E-7</dd>
  <tm>
    <entry>
      <string>t</string>
      <string>1</string>
    </entry>
  </tm>
  <um class="java.util.Collections$UnmodifiableMap">
    <m>
      <entry>
        <string>z</string>
        <string>1</string>
      </entry>
    </m>
  </um>
  <enm enum-type="Main$Status">
    <entry>
      <Main_-Status>OPEN</Main_-Status>
      <string>e</string>
    </entry>
  </enm>
  <sa>
    <string>a</string>
  </sa>
</Main_-Placed>"#;

    #[test]
    fn collections_references_and_names_are_those_of_java() {
        // In Java `map` is keyed by a text and a number.
        let expected = r#"{"id":"00000000-0000-0000-0000-000000000001","first_name":"a <b> & \"c\"\r\n","empty":"","zip":"01234","total":12.50,"paid":true,"when":"2026-01-02T03:04:05.120Z","at":"2026-01-02T03:04:05.000005Z","day":"2026-01-02","dur":"PT5S","items":[{"sku":"A","qty":2},{"sku":"A","qty":2}],"tags":["1","b"],"codes":["x","y"],"numbers":[1,9007199254741001,1.10,null],"nothing":[],"map":{"k":{"sku":"A","qty":2},"7":false},"hm":{"q":1},"payment":{"$class":"Main$Card","number":4111,"order":{"$ref":"../.."}},"st":"OPEN","st2":"CLOSED","raw":"AQID","ints":[1,2],"c":"x","unm":["u"],"imm":["i","j"],"immMap":{"k":"v"},"single":["s"],"opt":{"value":"o"},"em":{},"el":[],"dd":1.0E-7,"tm":{"t":"1"},"um":{"z":"1"},"enm":{"OPEN":"e"},"sa":["a"]}"#;
        assert_eq!(show(XSTREAM, Form::Xstream), expected);
    }

    #[test]
    fn other_xml_keeps_its_element_and_its_attributes() {
        let text = "<?xml version=\"1.0\"?>\n<!-- c --><order xmlns=\"u\" id=\"7\"><line n=\"1\">a</line><line n=\"2\"><![CDATA[<b>]]></line><note/>  <x xsi:nil=\"true\"/></order>\n";
        let expected =
            r##"{"order":{"@id":7,"line":[{"@n":1,"#text":"a"},{"@n":2,"#text":"<b>"}],"note":"","x":null}}"##;
        assert_eq!(show(text, Form::Xml), expected);
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>";
        assert_eq!(format!("{:?}", decode(latin, Form::Xml).unwrap()), r#"{"a":"é"}"#);
    }

    #[test]
    fn broken_and_hostile_xml_is_refused() {
        for text in ["<a>", "<a></b>", "<a/><b/>", "x<a/>", "<a>&nope;</a>", "<a b=1/>", "", "<", "<a"] {
            assert!(decode(text.as_bytes(), Form::Xml).is_err(), "{text}");
        }
        let bomb = "<!DOCTYPE a [<!ENTITY x \"xx\"><!ENTITY y \"&x;&x;\">]><a>&y;</a>";
        assert!(show(bomb, Form::Xml).contains("entities are not expanded"));
        let deep = "<a>".repeat(100_000);
        assert_eq!(decode(deep.as_bytes(), Form::Xml).unwrap_err().reason, "XML nested too deeply");
        // Each level refers to the one before twice.
        let mut doubling = "<c.R><l0><int>1</int><int>2</int></l0>".to_owned();
        for level in 1..40 {
            let before = level - 1;
            doubling += &format!(
                "<l{level}><a.B reference=\"../../l{before}\"/><a.B reference=\"../../l{before}\"/></l{level}>"
            );
        }
        doubling += "</c.R>";
        assert_eq!(decode(doubling.as_bytes(), Form::Xstream).unwrap_err().reason, "too large");
        let cycle = "<c.R><a><b reference=\"../../c\"/></a><c><d reference=\"../../a\"/></c></c.R>";
        assert_eq!(decode(cycle.as_bytes(), Form::Xstream).unwrap_err().reason, "XStream XML nested too deeply");
    }
}
