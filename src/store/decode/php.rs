//! PHP's `serialize()`, read as data: <https://www.php.net/manual/en/function.serialize.php>. No class is made and no
//! `__wakeup` is called.
//!
//! An array whose keys are 0, 1, 2 … is a list. Private and protected properties have their plain names; where a parent
//! class has a private one of the same name, that is `Class.name`. An enum's case is its name.

use chrono::TimeZone as _;
use rustc_hash::FxHashMap;

use crate::model::{Key, List, Number, Object, Origin, Value};

use super::classes::{CLASS, labelled};
use super::cursor::{Budget, Cursor, Decoded, Fault, cost_of, key_text, text_or_bytes};
use super::moments;

pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let mut reader = Reader { cursor: Cursor::new(bytes), budget: Budget::new(), slots: Vec::new() };
    let value = reader.value(0)?;
    reader.cursor.finish()?;
    Ok(value)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    budget: Budget,
    /// Every value in its order, for references by number; `None` while it is being read.
    slots: Vec<Option<Value>>,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Decoded<Value> {
        self.budget.value(depth)?;
        let kind = self.cursor.byte()?;
        if kind == b'R' {
            return self.reference(depth);
        }
        let slot = self.slots.len();
        self.slots.push(None);
        let value = match kind {
            b'N' => {
                self.cursor.expect(b';')?;
                Value::Null
            }
            b'b' => match self.word()? {
                "0" => Value::Bool(false),
                "1" => Value::Bool(true),
                _ => return Err(self.cursor.invalid("no boolean")),
            },
            b'i' => {
                let word = self.word()?.trim_start_matches('+');
                let is_integer = word.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
                let number = Number::parse(word).filter(|_| is_integer);
                Value::Number(number.ok_or_else(|| self.cursor.invalid("no integer"))?)
            }
            b'd' => match self.word()? {
                "INF" => Value::from("Infinity"),
                "-INF" => Value::from("-Infinity"),
                "NAN" => Value::from("NaN"),
                word => Value::Number(Number::parse(word).ok_or_else(|| self.cursor.invalid("no number"))?),
            },
            b's' => {
                let text = self.text()?;
                self.cursor.expect(b';')?;
                text_or_bytes(text)
            }
            b'S' => {
                let text = self.escaped_text()?;
                self.cursor.expect(b';')?;
                text_or_bytes(&text)
            }
            b'a' => {
                self.cursor.expect(b':')?;
                let len = self.number()?;
                array(self.entries(len, depth)?)
            }
            b'O' => {
                let class = self.class()?;
                let len = self.number()?;
                object(&class, self.entries(len, depth)?)
            }
            b'C' => {
                let class = self.class()?;
                let len = self.number()?;
                self.cursor.expect(b'{')?;
                let inside = self.cursor.take(len)?;
                self.budget.text(inside.len())?;
                self.cursor.expect(b'}')?;
                labelled(CLASS, &class, text_or_bytes(inside))
            }
            b'E' => {
                let name = self.text()?;
                self.cursor.expect(b';')?;
                let name = String::from_utf8_lossy(name);
                Value::from(name.rsplit(':').next().unwrap_or(&name))
            }
            b'r' => self.reference(depth)?,
            other => {
                return Err(self.cursor.invalid(format!("no type is called {:?}", char::from(other))));
            }
        };
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(value.clone());
        }
        Ok(value)
    }

    fn reference(&mut self, depth: usize) -> Decoded<Value> {
        self.cursor.expect(b':')?;
        let place = self.cursor.until(b';')?;
        let place: usize = std::str::from_utf8(place).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        match place.checked_sub(1).and_then(|place| self.slots.get(place)) {
            Some(Some(value)) => {
                self.budget.again(cost_of(value), depth)?;
                Ok(value.clone())
            }
            Some(None) => Err(Fault::TooDeep),
            None => Err(self.cursor.invalid("a reference to nothing")),
        }
    }

    /// `:word;`
    fn word(&mut self) -> Decoded<&'a str> {
        self.cursor.expect(b':')?;
        let word = self.cursor.until(b';')?;
        std::str::from_utf8(word).map_err(|_| self.cursor.invalid("no number"))
    }

    /// `12:`
    fn number(&mut self) -> Decoded<u64> {
        let digits = self.cursor.until(b':')?;
        std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| self.cursor.invalid("no length"))
    }

    /// `:5:"bytes"`
    fn text(&mut self) -> Decoded<&'a [u8]> {
        self.cursor.expect(b':')?;
        let len = self.number()?;
        self.cursor.expect(b'"')?;
        let text = self.cursor.take(len)?;
        self.budget.text(text.len())?;
        self.cursor.expect(b'"')?;
        Ok(text)
    }

    /// The same with some of its bytes as `\xx`.
    fn escaped_text(&mut self) -> Decoded<Vec<u8>> {
        self.cursor.expect(b':')?;
        let len = self.number()?;
        self.cursor.expect(b'"')?;
        let mut text = Vec::new();
        for _ in 0..len {
            let byte = self.cursor.byte()?;
            let byte = if byte == b'\\' {
                let digits = self.cursor.array::<2>()?;
                let digits = std::str::from_utf8(&digits).ok();
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                byte.ok_or_else(|| self.cursor.invalid("no hexadecimal digits"))?
            } else {
                byte
            };
            self.budget.text(1)?;
            text.push(byte);
        }
        self.cursor.expect(b'"')?;
        Ok(text)
    }

    /// `:5:"Class":`
    fn class(&mut self) -> Decoded<String> {
        let class = String::from_utf8_lossy(self.text()?).into_owned();
        self.cursor.expect(b':')?;
        Ok(class)
    }

    /// `{key value …}`
    fn entries(&mut self, len: u64, depth: usize) -> Decoded<Vec<(Value, Value)>> {
        self.cursor.expect(b'{')?;
        let mut entries = Vec::new();
        for _ in 0..len {
            let key = self.key()?;
            entries.push((key, self.value(depth + 1)?));
        }
        self.cursor.expect(b'}')?;
        Ok(entries)
    }

    /// Keys have no number of their own.
    fn key(&mut self) -> Decoded<Value> {
        match self.cursor.byte()? {
            b'i' => {
                let word = self.word()?;
                let number = word.parse::<i64>().map_err(|_| self.cursor.invalid("no integer"))?;
                Ok(Value::from(number))
            }
            b's' => {
                let text = self.text()?;
                self.cursor.expect(b';')?;
                Ok(text_or_bytes(text))
            }
            b'S' => {
                let text = self.escaped_text()?;
                self.cursor.expect(b';')?;
                Ok(text_or_bytes(&text))
            }
            _ => Err(self.cursor.invalid("a key that is neither integer nor text")),
        }
    }
}

fn array(entries: Vec<(Value, Value)>) -> Value {
    let is_list = (0i64..)
        .zip(&entries)
        .all(|(at, (key, _))| matches!(key, Value::Number(number) if number.as_i64() == Some(at)));
    if is_list {
        return Value::List(entries.into_iter().map(|(_, value)| value).collect::<List>());
    }
    Value::Object(entries.into_iter().map(|(key, value)| (Key::from(key_of(&key)), value)).collect::<Object>())
}

/// A key is an integer or a text.
fn key_of(key: &Value) -> String {
    key_text(key).unwrap_or_default()
}

fn object(class: &str, entries: Vec<(Value, Value)>) -> Value {
    if matches!(class, "ArrayObject" | "ArrayIterator" | "SplObjectStorage")
        && let Some((_, storage)) = entries.get(1).filter(|_| entries.len() == 4)
    {
        return storage.clone();
    }
    let entries: Vec<(String, Option<String>, Value)> = entries
        .into_iter()
        .map(|(key, value)| {
            let key = key_of(&key);
            match key.strip_prefix('\0').and_then(|rest| rest.split_once('\0')) {
                Some(("*", name)) => (name.to_owned(), None, value),
                Some((owner, name)) => (name.to_owned(), Some(owner.to_owned()), value),
                None => (key, None, value),
            }
        })
        .collect();
    let mut times: FxHashMap<&str, usize> = FxHashMap::default();
    entries.iter().for_each(|(name, ..)| *times.entry(name).or_default() += 1);
    let mut object = Object::default();
    if class != "stdClass" {
        object.insert(CLASS.into(), class.into(), Origin::NONE);
    }
    for (name, owner, value) in &entries {
        let key = match owner {
            Some(owner) if owner != class && times.get(name.as_str()).is_some_and(|times| *times > 1) => {
                format!("{owner}.{name}")
            }
            _ => name.clone(),
        };
        object.insert(key.into(), value.clone(), Origin::NONE);
    }
    plain(class, &object).unwrap_or(Value::Object(object))
}

/// What the classes of everyday life hold: times, and UUIDs of one text.
fn plain(class: &str, object: &Object) -> Option<Value> {
    if class.starts_with("Ramsey\\Uuid\\") && object.len() == 2 {
        return object.iter().nth(1).map(|(_, slot)| slot.value.clone()).filter(|value| value.as_str().is_some());
    }
    if !(class.contains("DateTime") || class.contains("Carbon") || class.contains("Chronos")) {
        return None;
    }
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    let clock = moments::rfc3339(text("date")?)?;
    let zone = text("timezone")?;
    if let Some(time) = moments::rfc3339(&format!("{clock} {zone}")).filter(|time| *time != clock) {
        return Some(Value::from(time.as_str()));
    }
    let local = chrono::NaiveDateTime::parse_from_str(&clock, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    let zone: chrono_tz::Tz = zone.parse().ok()?;
    let offset = zone.from_local_datetime(&local).earliest()?.format("%:z").to_string();
    moments::rfc3339(&format!("{clock} {offset}")).map(|time| Value::from(time.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::{Form, decode, text};

    fn show(bytes: &[u8]) -> String {
        match decode(bytes, Form::Php) {
            Ok(value) => format!("{value:?}"),
            Err(e) => format!("! {e}"),
        }
    }

    /// `base64_encode(serialize(…))` of PHP 8.2.
    const SERIALIZED: &str = "YToyMjp7czoyOiJpZCI7aToxO3M6MToicyI7czo2OiLFgXVjamEiO3M6MToibiI7TjtzOjE6InQiO2I6MTtzOjE6ImYiO2I6MDtzOjE6ImQiO2Q6MC4xO3M6MToiZSI7ZDoxLjBFKzEwMDtzOjM6ImluZiI7ZDpJTkY7czozOiJuYW4iO2Q6TkFOO3M6NDoibGlzdCI7YTozOntpOjA7aToxO2k6MTtpOjI7aToyO2E6MTp7aTowO3M6MToiYSI7fX1zOjY6InNwYXJzZSI7YToyOntpOjE7czoxOiJhIjtpOjU7czoxOiJiIjt9czoxOiJvIjtPOjM6IlN1YiI6Njp7czo2OiJhbW91bnQiO2k6NTtzOjY6IgAqAGN1ciI7czozOiJFVVIiO3M6MTM6IgBNb25leQBzZWNyZXQiO2Q6MS41O3M6MTE6IgBTdWIAc2VjcmV0IjtzOjQ6Im1pbmUiO3M6MToibSI7Tzo1OiJNb25leSI6Mzp7czo2OiJhbW91bnQiO2k6NTtzOjY6IgAqAGN1ciI7czozOiJFVVIiO3M6MTM6IgBNb25leQBzZWNyZXQiO2Q6MS41O31zOjI6InJvIjtpOjM7fXM6MjoiczEiO086NToiTW9uZXkiOjM6e3M6NjoiYW1vdW50IjtpOjU7czo2OiIAKgBjdXIiO3M6MzoiRVVSIjtzOjEzOiIATW9uZXkAc2VjcmV0IjtkOjEuNTt9czoyOiJzMiI7cjoyOTtzOjQ6InN1aXQiO0U6MTE6IlN1aXQ6SGVhcnRzIjtzOjI6ImR0IjtPOjE3OiJEYXRlVGltZUltbXV0YWJsZSI6Mzp7czo0OiJkYXRlIjtzOjI2OiIyMDI2LTAxLTAyIDAzOjA0OjA1LjEyMDAwMCI7czoxMzoidGltZXpvbmVfdHlwZSI7aTozO3M6ODoidGltZXpvbmUiO3M6MTM6IkV1cm9wZS9CZXJsaW4iO31zOjU6ImVtcHR5IjthOjA6e31zOjM6ImJpbiI7czoyOiL//iI7czoyOiJhbyI7TzoxMToiQXJyYXlPYmplY3QiOjQ6e2k6MDtpOjA7aToxO2E6MTp7czoxOiJ4IjtpOjE7fWk6MjthOjA6e31pOjM7Tjt9czozOiJuZWciO2k6LTU7czozOiJzdGQiO086ODoic3RkQ2xhc3MiOjE6e3M6MToiYSI7aToxO31zOjM6InJlZiI7UjoyO30=";

    #[test]
    fn php_writes_arrays_objects_and_references() {
        let bytes = text::from_base64(SERIALIZED.as_bytes()).unwrap();
        let expected = r#"{"id":1,"s":"Łucja","n":null,"t":true,"f":false,"d":0.1,"e":1.0E+100,"inf":"Infinity","nan":"NaN","list":[1,2,["a"]],"sparse":{"1":"a","5":"b"},"o":{"$class":"Sub","amount":5,"cur":"EUR","Money.secret":1.5,"secret":"mine","m":{"$class":"Money","amount":5,"cur":"EUR","secret":1.5},"ro":3},"s1":{"$class":"Money","amount":5,"cur":"EUR","secret":1.5},"s2":{"$class":"Money","amount":5,"cur":"EUR","secret":1.5},"suit":"Hearts","dt":"2026-01-02T03:04:05.120+01:00","empty":[],"bin":"//4=","ao":{"x":1},"neg":-5,"std":{"a":1},"ref":1}"#;
        assert_eq!(show(&bytes), expected);
        assert_eq!(super::super::sniff(&bytes), Some(Form::Php));
    }

    #[test]
    fn broken_and_hostile_texts_are_refused() {
        for text in [
            "i:1",
            "i:x;",
            "a:1:{}",
            "a:2:{i:0;i:1;}",
            "s:5:\"ab\";",
            "s:2:\"abc\";",
            "b:2;",
            "N",
            "x:1;",
            "i:1;i:2;",
            "a:1:{N;i:1;}",
            "r:5;",
            "a:-1:{}",
            "a:99999999999999999999:{}",
            "O:1:\"A\":1:{}",
            "d:0x1;",
            "i:1e5;",
        ] {
            assert!(decode(text.as_bytes(), Form::Php).is_err(), "{text}");
        }
        assert!(show(b"a:4000000000:{").contains("cut off"));
        let reason = |text: &str| decode(text.as_bytes(), Form::Php).unwrap_err().reason;
        assert_eq!(reason("O:8:\"stdClass\":1:{s:4:\"self\";r:1;}"), "PHP serialize nested too deeply");
        assert_eq!(reason(&"a:1:{i:0;".repeat(100_000)), "PHP serialize nested too deeply");
        // Each array holds the one before nine times: `R` takes no number, `a` takes one.
        let mut bomb = "a:30:{i:0;a:1:{i:0;i:1;}".to_owned();
        let mut slot = 2;
        for level in 1..30 {
            let refs: String = (0..9).map(|at| format!("i:{at};R:{slot};")).collect();
            bomb += &format!("i:{level};a:9:{{{refs}}}");
            slot += if level == 1 { 2 } else { 1 };
        }
        bomb += "}";
        assert_eq!(reason(&bomb), "too large");
        assert_eq!(show(b"S:4:\"a\\00b\\ff\";"), "\"YQBi/w==\"");
        assert_eq!(show(b"C:3:\"Foo\":2:{ab}"), r#"{"$class":"Foo","$value":"ab"}"#);
    }
}
