//! From text to a tree of tests: a recursive descent over the characters, each error at its place.

use regex::RegexBuilder;

use super::error::QueryError;
use super::eval::{Check, Comparison, Node, Test};
use super::fields::{Field, Role, Root, nearest, role_of};
use super::text::{Glob, Needle};
use super::{Context, Scope};
use crate::model::path::PathError;
use crate::model::{Moment, Number, Path, Timestamp, Value, json, moment};

/// Longer queries are refused, in bytes.
pub const MAX_LENGTH: usize = 16 << 10;

/// Parentheses may be nested so deep: what comes in from a file must not exhaust the stack.
pub const MAX_NESTING: usize = 64;

/// A compiled regular expression may take so many bytes.
const REGEX_SIZE_LIMIT: usize = 2 << 20;

type Result<T> = std::result::Result<T, QueryError>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Glob,
    Regex,
    Compare(Comparison),
}

const OPERATORS: [(&str, Operator); 8] = [
    ("!=", Operator::Compare(Comparison::NotEqual)),
    ("<=", Operator::Compare(Comparison::LessOrEqual)),
    (">=", Operator::Compare(Comparison::GreaterOrEqual)),
    ("=", Operator::Compare(Comparison::Equal)),
    ("<", Operator::Compare(Comparison::Less)),
    (">", Operator::Compare(Comparison::Greater)),
    ("~", Operator::Regex),
    (":", Operator::Glob),
];

/// Operators of other languages, and what they are here.
const FOREIGN_OPERATORS: [(&str, &str); 9] = [
    ("!~", "write `not` before the term and `~` here"),
    ("==", "equality is written `=`"),
    ("<>", "difference is written `!=`"),
    ("=<", "at most is written `<=`"),
    ("=>", "at least is written `>=`"),
    ("=~", "a regular expression is written `~`"),
    ("~=", "a regular expression is written `~`"),
    (":=", "equality is written `=`"),
    ("!:", "write `not` before the term and `:` here"),
];

/// What the left side of an operator names.
enum Target {
    Field(Field),
    Path(Root, Path),
    After,
    Before,
    Has,
}

/// The right side of an operator, with its place.
struct Operand {
    at: usize,
    text: String,
    quoted: bool,
}

pub(super) fn parse(text: &str, scope: Scope, context: &Context) -> Result<Node> {
    if text.len() > MAX_LENGTH {
        return Err(QueryError::new(text, MAX_LENGTH, format!("the query is longer than {MAX_LENGTH} bytes")));
    }
    let mut parser = Parser { text, at: 0, nesting: 0, scope, context };
    parser.skip_blanks();
    if parser.rest().is_empty() {
        return Err(parser.error(0, "the query is empty: write a word, or a field such as `type:Opened`"));
    }
    let node = parser.any("")?;
    // `any` stops only at the end and at a parenthesis that nobody opened.
    if parser.rest().is_empty() { Ok(node) } else { Err(parser.error(parser.at, "there is no `(` for this `)`")) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    nesting: usize,
    scope: Scope,
    context: &'a Context,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn error(&self, at: usize, message: impl Into<String>) -> QueryError {
        QueryError::new(self.text, at, message)
    }

    /// The keyword that comes next, in any case. Quoted, or with an operator at its end, it is none.
    fn keyword(&self) -> Option<&'static str> {
        let word = &self.rest()[..word_len(self.rest())];
        ["and", "or", "not"].into_iter().find(|keyword| word.eq_ignore_ascii_case(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        self.skip_blanks();
        let found = self.keyword() == Some(keyword);
        if found {
            self.at += keyword.len();
        }
        found
    }

    /// Terms joined by `or`. `before` is what stands before, for errors.
    fn any(&mut self, before: &'static str) -> Result<Node> {
        let mut nodes = vec![self.all(before)?];
        while self.take_keyword("or") {
            nodes.push(self.all("or")?);
        }
        Ok(Node::any(nodes))
    }

    /// Terms joined by `and` or by nothing.
    fn all(&mut self, before: &'static str) -> Result<Node> {
        let mut nodes = vec![self.negated(before)?];
        loop {
            self.skip_blanks();
            if self.take_keyword("and") {
                nodes.push(self.negated("and")?);
            } else if matches!(self.peek(), None | Some(')')) || self.keyword() == Some("or") {
                return Ok(Node::all(nodes));
            } else {
                nodes.push(self.negated("")?);
            }
        }
    }

    /// A term after any number of `not`: counted, so that a thousand of them need no stack.
    fn negated(&mut self, mut before: &'static str) -> Result<Node> {
        let mut negative = false;
        while self.take_keyword("not") {
            negative = !negative;
            before = "not";
        }
        let node = self.term(before)?;
        Ok(if negative { Node::Not(Box::new(node)) } else { node })
    }

    fn term(&mut self, before: &str) -> Result<Node> {
        self.skip_blanks();
        let start = self.at;
        let after = if before.is_empty() { String::new() } else { format!(" after `{before}`") };
        match self.peek() {
            Some(')') if before == "(" => Err(self.error(start, "there is nothing between these parentheses")),
            Some(')') if before.is_empty() => Err(self.error(start, "there is no `(` for this `)`")),
            None | Some(')') => Err(self.error(start, format!("expected a word, a field or `(`{after}"))),
            Some('(') => self.group(),
            Some('"') => {
                let text = self.quoted()?;
                self.expect_boundary("a blank is missing after the quoted text")?;
                self.substring(start, &text)
            }
            Some(_) => match (self.keyword(), self.operator_here()) {
                (Some(keyword), _) => {
                    Err(self.error(start, format!("expected a word, a field or `(` before `{keyword}`")))
                }
                (None, Some((written, _))) => Err(self.error(
                    start,
                    format!("a field is missing before `{written}`; to search for text with it, quote the text"),
                )),
                (None, None) => self.word_or_field(),
            },
        }
    }

    fn group(&mut self) -> Result<Node> {
        let open = self.at;
        if self.nesting == MAX_NESTING {
            return Err(self.error(open, format!("parentheses are nested deeper than {MAX_NESTING}")));
        }
        self.nesting += 1;
        self.at += 1;
        let node = self.any("(")?;
        self.nesting -= 1;
        if self.peek() != Some(')') {
            return Err(self.error(open, "this `(` is never closed"));
        }
        self.at += 1;
        Ok(node)
    }

    fn word_or_field(&mut self) -> Result<Node> {
        let start = self.at;
        let name = self.name()?;
        if matches!(self.peek(), Some('"' | '(')) {
            return Err(self.error(self.at, "a blank is missing here; or quote the whole text"));
        }
        self.skip_blanks();
        if let Some((foreign, instead)) = FOREIGN_OPERATORS.iter().find(|(op, _)| self.rest().starts_with(op)) {
            return Err(self.error(self.at, format!("`{foreign}` is no operator: {instead}")));
        }
        let Some((written, operator)) = self.operator_here() else {
            if let Some((root, path)) = name.split_once('.')
                && let Some(Role::Path(_)) = role_of(root)
                && !path.is_empty()
            {
                self.target(start, name, Operator::Regex)?;
                let message =
                    format!("compare this, as in `{name} = 1`, or write `has:{name}`; quote it to search for text");
                return Err(self.error(start, message));
            }
            return self.substring(start, name);
        };
        let target = self.target(start, name, operator)?;
        let operator_at = self.at;
        self.at += written.len();
        self.skip_blanks();
        let test = match target {
            Target::After | Target::Before | Target::Has if operator != Operator::Glob => {
                return Err(self.error(operator_at, format!("`{name}` is followed by `:`")));
            }
            Target::Has => self.presence()?,
            Target::After | Target::Before => {
                let before = matches!(target, Target::Before);
                let comparison = if before { Comparison::Less } else { Comparison::GreaterOrEqual };
                let operand = self.operand(name, written, operator)?;
                Test::Field(Field::Time, Check::CompareTime(comparison, self.time(&operand)?))
            }
            Target::Field(field) => {
                let timed = matches!(field, Field::Time | Field::ValidTime);
                Test::Field(field, self.check(name, written, operator, timed)?)
            }
            Target::Path(root, path) => Test::Path(root, path, self.check(name, written, operator, false)?),
        };
        Ok(Node::Test(test))
    }

    fn substring(&self, at: usize, text: &str) -> Result<Node> {
        if text.is_empty() {
            return Err(self.error(at, "an empty text is in everything: write what to search for"));
        }
        let needle = Needle::new(text).map_err(|e| self.error(at, e.to_string()))?;
        Ok(Node::Test(Test::Text(needle)))
    }

    fn presence(&mut self) -> Result<Test> {
        let at = self.at;
        let expected = "expected what to look for after `has:`, such as `data.amount` or `user`";
        if matches!(self.peek(), None | Some('(' | ')' | '"'))
            || self.keyword().is_some()
            || self.operator_here().is_some()
        {
            return Err(self.error(at, expected));
        }
        let name = self.name()?;
        self.expect_boundary("a blank is missing here")?;
        match self.target(at, name, Operator::Glob)? {
            Target::Field(field) => Ok(Test::Field(field, Check::Present)),
            Target::Path(root, path) => Ok(Test::Path(root, path, Check::Present)),
            Target::After | Target::Before | Target::Has => Err(self.error(at, expected)),
        }
    }

    /// A word up to a blank, a parenthesis or an operator; a quote begins a path's part after a dot and ends it else.
    fn name(&mut self) -> Result<&'a str> {
        let start = self.at;
        while let Some(c) = self.peek() {
            let ends = c.is_whitespace() || matches!(c, '(' | ')') || self.operator_here().is_some();
            if ends || (c == '"' && !self.text[start..self.at].ends_with('.')) {
                break;
            }
            if c == '"' {
                self.quoted()?;
            } else {
                self.at += c.len_utf8();
            }
        }
        Ok(&self.text[start..self.at])
    }

    fn operator_here(&self) -> Option<(&'static str, Operator)> {
        // `!~` and `!:` end a name too, so that they can be explained.
        let foreign = self.rest().starts_with("!~") || self.rest().starts_with("!:");
        let found = OPERATORS.into_iter().find(|(written, _)| self.rest().starts_with(written));
        found.or(foreign.then_some(("!", Operator::Regex)))
    }

    fn target(&self, at: usize, name: &str, operator: Operator) -> Result<Target> {
        let (root, path) = name.split_once('.').map_or((name, None), |(root, path)| (root, Some(path)));
        match role_of(root) {
            Some(Role::Path(Root::State)) if self.scope == Scope::Event => Err(self.error(
                at,
                "there is no state here: `state` works in find, --where, invariants and a rule's `if`; \
                 here use `data` or `metadata`",
            )),
            Some(Role::Path(root)) => Ok(Target::Path(root, self.path(at + name.len(), path)?)),
            Some(_) if path.is_some() => Err(self.error(at + root.len(), format!("`{root}` has no parts"))),
            Some(Role::Field(field)) => Ok(Target::Field(field)),
            Some(Role::After) => Ok(Target::After),
            Some(Role::Before) => Ok(Target::Before),
            Some(Role::Has) => Ok(Target::Has),
            None => Err(self.unknown(at, root, name, operator)),
        }
    }

    fn unknown(&self, at: usize, root: &str, name: &str, operator: Operator) -> QueryError {
        let glob = operator == Operator::Glob;
        let instead = match (nearest(root), self.scope) {
            (Some(known), _) => {
                let path = &name[root.len()..];
                format!("did you mean `{known}{path}{}`?", if glob { ":" } else { "" })
            }
            (None, _) if glob && root.len() <= 2 && root.bytes().all(|byte| byte.is_ascii_digit()) => {
                "put a date and its time together in double quotes".to_owned()
            }
            (None, _) if glob => "to search for this text, put it in double quotes".to_owned(),
            (None, Scope::Event) => format!("a field of the payload is written `data.{name}`"),
            (None, Scope::EventAndState) => {
                format!("a field of the state is written `state.{name}`, one of the payload `data.{name}`")
            }
        };
        self.error(at, format!("unknown field `{root}`: {instead}"))
    }

    /// The path that ends at `end`.
    fn path(&self, end: usize, path: Option<&str>) -> Result<Path> {
        let Some(path) = path else { return Ok(Path::default()) };
        let start = end - path.len();
        if path.is_empty() {
            return Err(self.error(end, "expected a path after the dot; quote an empty key as \"\""));
        }
        Path::parse(path).map_err(|error| match error {
            PathError::EmptyPart(at) => {
                self.error(start + at, "there is nothing between these dots; quote an empty key as \"\"")
            }
            PathError::BadQuote(at) => self.error(start + at, "this quoted part is not a JSON string of its own"),
            PathError::TooDeep => self.error(start, format!("the path has {error}")),
        })
    }

    fn check(&mut self, name: &str, written: &str, operator: Operator, timed: bool) -> Result<Check> {
        if let Operator::Compare(comparison) = operator
            && !timed
            && let Some(value) = self.json_operand()?
        {
            return Ok(Check::Compare(comparison, value));
        }
        let operand = self.operand(name, written, operator)?;
        match operator {
            Operator::Glob => {
                let glob = Glob::new(&operand.text).map_err(|e| self.error(operand.at, e.to_string()))?;
                Ok(Check::Glob(glob))
            }
            Operator::Regex => {
                let regex = RegexBuilder::new(&operand.text).size_limit(REGEX_SIZE_LIMIT).build();
                regex.map(Check::Regex).map_err(|error| self.error(operand.at, regex_message(&error)))
            }
            Operator::Compare(comparison) if timed => Ok(Check::CompareTime(comparison, self.time(&operand)?)),
            Operator::Compare(comparison) => Ok(Check::Compare(comparison, self.value(name, &operand)?)),
        }
    }

    /// A list or an object as JSON, if one begins here.
    fn json_operand(&mut self) -> Result<Option<Value>> {
        if !matches!(self.peek(), Some('[' | '{')) {
            return Ok(None);
        }
        let at = self.at;
        let mut documents = serde_json::Deserializer::from_str(self.rest()).into_iter::<serde::de::IgnoredAny>();
        let complete = matches!(documents.next(), Some(Ok(_)));
        let len = documents.byte_offset();
        let value = json::parse(&self.rest().as_bytes()[..len]).ok().filter(|_| complete);
        let Some(value) = value else {
            return Err(self.error(at, "this is no complete JSON list or object; to compare with text, quote it"));
        };
        self.at += len;
        self.expect_boundary("a blank is missing after the JSON value")?;
        Ok(Some(value))
    }

    fn operand(&mut self, name: &str, written: &str, operator: Operator) -> Result<Operand> {
        let at = self.at;
        let expected = match operator {
            Operator::Glob => "a text or a pattern",
            Operator::Regex => "a regular expression",
            Operator::Compare(_) => "a value",
        };
        match self.peek() {
            None | Some(')') => Err(self.error(at, format!("expected {expected} after `{written}`"))),
            Some('(') => Err(self.error(at, format!("expected {expected}; put text with parentheses in quotes"))),
            Some('"') => {
                let text = self.quoted()?;
                self.expect_boundary("a blank is missing after the quoted text")?;
                Ok(Operand { at, text, quoted: true })
            }
            Some('\'' | '‘' | '’' | '“' | '”' | '„') => {
                Err(self.error(at, "text is quoted with plain double quotes: \"…\""))
            }
            Some(_) => {
                if let Some(keyword) = self.keyword() {
                    let message = format!("expected {expected} after `{written}`; for the word, write \"{keyword}\"");
                    return Err(self.error(at, message));
                }
                if let Some((found, _)) = self.operator_here() {
                    let message = if operator == Operator::Glob && found != ":" {
                        format!("leave out the colon: `{name} {found} …`; or quote the text")
                    } else {
                        format!("expected {expected}, not `{found}`; quote text that begins so")
                    };
                    return Err(self.error(at, message));
                }
                self.at += word_len(self.rest());
                if matches!(self.peek(), Some('"' | '(')) {
                    return Err(self.error(self.at, "put the whole text in double quotes"));
                }
                Ok(Operand { at, text: self.text[at..self.at].to_owned(), quoted: false })
            }
        }
    }

    /// An operand as the JSON value that it stands for.
    fn value(&self, name: &str, operand: &Operand) -> Result<Value> {
        let text = operand.text.as_str();
        if operand.quoted {
            return Ok(Value::from(text));
        }
        if let Some((root, path)) = text.split_once('.')
            && let Some(Role::Path(_)) = role_of(root)
            && !path.is_empty()
        {
            let message =
                format!("`{name}` can be compared with a value, not with another path; to mean this text, quote it");
            return Err(self.error(operand.at, message));
        }
        Ok(match text {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => Number::parse(text).map_or_else(|| Value::from(text), Value::Number),
        })
    }

    fn time(&self, operand: &Operand) -> Result<Timestamp> {
        match moment::parse(&operand.text, self.context.zone, self.context.today) {
            Ok(Moment::Instant(time)) => Ok(time),
            Ok(Moment::Position(position)) => Err(self.error(
                operand.at,
                format!("expected a time; by position, write `position <= {position}` or `position > {position}`"),
            )),
            Ok(Moment::Version(version)) => Err(self.error(
                operand.at,
                format!("expected a time; by version, write `version <= {version}` or `version > {version}`"),
            )),
            Err(moment::MomentError::Unrecognised(_)) => Err(self.error(
                operand.at,
                "expected a time: 2024-06-01, \"2024-06-01 14:00\", 2024-06-01T14:00+02:00 or \"yesterday 14:34\"",
            )),
            Err(error @ (moment::MomentError::Daylight { .. } | moment::MomentError::NoToday(_))) => {
                Err(self.error(operand.at, error.to_string()))
            }
        }
    }

    /// The JSON string that begins here.
    fn quoted(&mut self) -> Result<String> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.bytes().enumerate().skip(1).find_map(|(at, byte)| {
            let end = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            end.then_some(at + 1)
        });
        let Some(end) = end else { return Err(self.error(self.at, "this `\"` is never closed")) };
        let text = serde_json::from_str(&rest[..end]).map_err(|error| {
            // The column is that of the character after the offending one, as serde_json counts: in bytes, from 1.
            let at = self.at + error.column().saturating_sub(1).min(end - 1);
            let message =
                "quoted text is written as in JSON: `\\\\` for a backslash, `\\\"` for a quote, `\\n` for a new line";
            self.error(at, message)
        })?;
        self.at += end;
        Ok(text)
    }

    fn expect_boundary(&self, message: &str) -> Result<()> {
        match self.peek() {
            Some(c) if !c.is_whitespace() && c != ')' => Err(self.error(self.at, message)),
            _ => Ok(()),
        }
    }
}

/// Length of the word at the start: up to a blank, a parenthesis or a quote.
fn word_len(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"')).unwrap_or(text.len())
}

/// The last line of what the regex crate says: the rest draws the expression once more.
fn regex_message(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "the regular expression is too large".to_owned(),
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim();
            format!("this is no regular expression: {}", last.strip_prefix("error: ").unwrap_or(last))
        }
    }
}
