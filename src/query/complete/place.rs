//! What is being written where a caret stands: read as the parser reads, but never refusing what is unfinished.

use std::ops::Range;

use crate::query::fields::role_of;

/// What can be completed at a caret. Ranges are what a suggestion replaces, as bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// A term begins, or the name that it begins with.
    Name { replace: Range<usize>, followed: bool },
    /// After `has:`.
    Presence { replace: Range<usize> },
    /// After a name and a blank.
    Operator { name: &'a str, replace: Range<usize> },
    /// After a name and an operator.
    Value { name: &'a str, operator: &'a str, replace: Range<usize> },
    /// Nothing: inside quoted text or JSON, at the end of a finished value, before a word.
    Nowhere,
}

const OPERATORS: [&str; 8] = ["!=", "<=", ">=", "=", "<", ">", "~", ":"];

/// The operator that a text begins with.
pub(super) fn operator_at(text: &str) -> Option<&'static str> {
    OPERATORS.into_iter().find(|operator| text.starts_with(operator))
}

/// Where the caret (on a character's boundary) stands.
pub(super) fn place(text: &str, caret: usize) -> Place<'_> {
    let mut reader = Reader { text, at: 0, caret };
    loop {
        reader.skip(|c| c.is_whitespace() || matches!(c, '(' | ')'));
        if reader.at >= caret {
            return reader.new_term();
        }
        if let Some(place) = reader.term() {
            return place;
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    caret: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) {
        self.at = self.text.len() - self.rest().trim_start_matches(skipped).len();
    }

    /// A term that begins at the caret. Before a word it would grow together with it.
    fn new_term(&self) -> Place<'a> {
        match self.text[self.caret..].chars().next() {
            Some(c) if !c.is_whitespace() && c != ')' => Place::Nowhere,
            _ => Place::Name { replace: self.caret..self.caret, followed: false },
        }
    }

    /// Reads a term; the place of the caret, if it is in it. Always moves on.
    fn term(&mut self) -> Option<Place<'a>> {
        if self.rest().starts_with('"') {
            self.quoted();
            return (self.at >= self.caret).then_some(Place::Nowhere);
        }
        let start = self.at;
        self.name();
        let name = &self.text[start..self.at];
        if name.is_empty() {
            // An operator without a name, or `!`.
            self.at += operator_at(self.rest()).map_or_else(|| first_len(self.rest()), str::len);
            return (self.at >= self.caret).then_some(Place::Nowhere);
        }
        if self.at >= self.caret {
            let after = self.rest().trim_start();
            let followed = operator_at(after).is_some() || after.starts_with('!');
            return Some(Place::Name { replace: start..self.at, followed });
        }
        if ["and", "or", "not"].into_iter().any(|keyword| name.eq_ignore_ascii_case(keyword)) {
            return None;
        }
        let blank = self.at;
        self.skip(char::is_whitespace);
        match operator_at(self.rest()) {
            Some(_) if self.at >= self.caret => Some(Place::Nowhere),
            Some(operator) if self.at + operator.len() > self.caret => Some(Place::Nowhere),
            Some(operator) => {
                self.at += operator.len();
                self.value(name, operator)
            }
            // Only what can be compared is waiting for an operator.
            None if self.at >= self.caret => {
                let root = name.split('.').next().unwrap_or(name);
                Some(match self.new_term() {
                    Place::Name { replace, .. } if role_of(root).is_some() => Place::Operator { name, replace },
                    place => place,
                })
            }
            None if self.rest().starts_with('!') => {
                let start = self.at;
                self.at += 1;
                (self.at >= self.caret).then_some(Place::Operator { name, replace: start..self.at })
            }
            None => {
                self.at = blank;
                None
            }
        }
    }

    fn value(&mut self, name: &'a str, operator: &'a str) -> Option<Place<'a>> {
        self.skip(char::is_whitespace);
        if self.at > self.caret {
            // A blank stands between the caret and what follows: that is another term.
            let replace = self.caret..self.caret;
            return Some(match name {
                "has" => Place::Presence { replace },
                name => Place::Value { name, operator, replace },
            });
        }
        let start = self.at;
        if name == "has" {
            self.name();
            return (self.at >= self.caret).then_some(Place::Presence { replace: start..self.at });
        }
        if start == self.caret {
            // Quoted text and lists are not replaced unseen.
            return Some(match self.rest().chars().next() {
                Some('"' | '(' | '[' | '{') => Place::Nowhere,
                _ => Place::Value { name, operator, replace: start..start + value_len(self.rest()) },
            });
        }
        match self.rest().chars().next() {
            Some('"') => {
                let closed = self.quoted();
                if self.at < self.caret {
                    return None;
                }
                if closed && self.at == self.caret {
                    return Some(Place::Nowhere);
                }
                // Where the quotes after the caret come in pairs, none of them ends this text.
                let paired = !closed || quotes(&self.text[self.caret..]).is_multiple_of(2);
                let end = if paired { self.caret } else { self.at };
                Some(Place::Value { name, operator, replace: start..end })
            }
            Some('[' | '{') if !matches!(operator, ":" | "~") => {
                let mut documents =
                    serde_json::Deserializer::from_str(self.rest()).into_iter::<serde::de::IgnoredAny>();
                let complete = matches!(documents.next(), Some(Ok(_)));
                let len = documents.byte_offset();
                if !complete || start + len >= self.caret {
                    return Some(Place::Nowhere);
                }
                self.at += len;
                None
            }
            _ => {
                self.at += value_len(self.rest());
                if self.at >= self.caret {
                    return Some(Place::Value { name, operator, replace: start..self.at });
                }
                None
            }
        }
    }

    /// A name as the parser reads it: a quote begins a path's part after a dot and ends it else.
    fn name(&mut self) {
        let start = self.at;
        while let Some(c) = self.rest().chars().next() {
            let operator = operator_at(self.rest()).is_some();
            if c.is_whitespace() || matches!(c, '(' | ')') || operator {
                return;
            }
            if matches!(self.rest().as_bytes(), [b'!', b'~' | b':', ..]) {
                return;
            }
            if c != '"' {
                self.at += c.len_utf8();
            } else if self.text[start..self.at].ends_with('.') {
                if !self.quoted() {
                    self.at = self.at.min(self.caret);
                    return;
                }
            } else {
                return;
            }
        }
    }

    /// The quoted text that begins here, to the end if nothing closes it. Whether something does.
    fn quoted(&mut self) -> bool {
        let mut escaped = false;
        let end = self.rest().bytes().enumerate().skip(1).find_map(|(at, byte)| {
            let end = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            end.then_some(at + 1)
        });
        self.at = end.map_or(self.text.len(), |end| self.at + end);
        end.is_some()
    }
}

fn first_len(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// Length of a word that is a value: up to a blank, a parenthesis or a quote.
pub(super) fn value_len(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"')).unwrap_or(text.len())
}

fn quotes(text: &str) -> usize {
    let mut escaped = false;
    text.bytes()
        .filter(|byte| {
            let quote = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            quote
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The caret is written as `|`.
    fn at(text: &str) -> String {
        let caret = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let shown = |replace: Range<usize>| format!("{}[{}]", replace.start, &text[replace.clone()]);
        match place(&text, caret) {
            Place::Name { replace, followed } => format!("name {}{}", shown(replace), if followed { " +" } else { "" }),
            Place::Presence { replace } => format!("has {}", shown(replace)),
            Place::Operator { name, replace } => format!("operator {name} {}", shown(replace)),
            Place::Value { name, operator, replace } => format!("value {name} {operator} {}", shown(replace)),
            Place::Nowhere => "nowhere".to_owned(),
        }
    }

    #[test]
    fn places() {
        for (text, expected) in [
            ("|", "name 0[]"),
            ("  |", "name 2[]"),
            ("ty|", "name 0[ty]"),
            ("ty|pe:x", "name 0[type] +"),
            ("|type:x", "nowhere"),
            ("(ty|)", "name 1[ty]"),
            ("not ty|", "name 4[ty]"),
            ("a and |", "name 6[]"),
            ("type |", "operator type 5[]"),
            ("type | :x", "nowhere"),
            ("data.x !|", "operator data.x 7[!]"),
            ("type:|", "value type : 5[]"),
            ("type: |", "value type : 6[]"),
            ("type:Op|ened and x", "value type : 5[Opened]"),
            ("type:| and x", "value type : 5[]"),
            ("data.x >= 1|", "value data.x >= 10[1]"),
            ("data.x >|= 1", "nowhere"),
            ("user:\"al|", "value user : 5[\"al]"),
            ("user:\"al| and type:\"X\"", "value user : 5[\"al]"),
            ("user:\"al|ice b\"", "value user : 5[\"alice b\"]"),
            ("user:\"al\"|", "nowhere"),
            ("user:\"al\" |", "name 10[]"),
            ("\"words |", "nowhere"),
            ("has:|", "has 4[]"),
            ("has:data.a|b c", "has 4[data.ab]"),
            ("has: |", "has 5[]"),
            ("has:| b", "has 4[]"),
            ("has:|b", "has 4[b]"),
            ("type:|Opened", "value type : 5[Opened]"),
            ("type:|\"Opened\"", "nowhere"),
            ("data.\"a b\".c|", "name 0[data.\"a b\".c]"),
            ("data.\"a b|", "name 0[data.\"a b]"),
            ("data.l = [1, |", "nowhere"),
            ("data.l = [1] |", "name 13[]"),
            ("type:A us|", "name 7[us]"),
            ("> 5 |", "name 4[]"),
            ("word other |", "name 11[]"),
            ("type | and x", "operator type 5[]"),
            ("type | x", "operator type 5[]"),
        ] {
            assert_eq!(at(text), expected, "{text}");
        }
    }
}
