//! The query language: one for finding events, filters, conditions on state, invariants and `if`.
//!
//! ```text
//! query   = all { "or" all }                     `not` before `and` before `or`, in any case
//! all     = negated { ["and"] negated }          side by side means `and`
//! negated = { "not" } term
//! term    = "(" query ")" | text | field ":" text | field op value | field "~" text
//!         | "has:" field | "after:" time | "before:" time
//! field   = "type" | … (see `fields()`) | ("data" | "metadata" | "state") { "." part }
//! op      = "=" | "!=" | "<" | "<=" | ">" | ">="
//! value   = null | true | false | number | JSON list | JSON object | text
//! text    = a word without blanks, parentheses and quotes | a JSON string
//! ```
//!
//! - **A word or quoted text alone** is found anywhere in the text of payload or metadata, ignoring case. That text
//!   is compact JSON with its keys, but strings stand without escapes: `"say "hi""`, not `"say \"hi\""`.
//! - **`:`** fits a glob to the whole value, ignoring case; `*` and `?` also work in quoted text (`=` takes them as
//!   they are). **`~`** finds a regular expression anywhere, minding case (`(?i)` ignores it). Both see numbers and
//!   booleans as written, times in UTC, objects (and lists in lists) as compact JSON; null has no text.
//! - **Comparisons** are between JSON values: `1` equals `1.0`, `"1"` is not `1`. Two numbers or two texts have an
//!   order, nothing else has. A word that is not null, true, false or a number is a text. `time` and `valid_time`
//!   compare as instants with a written time.
//! - **What is missing** makes every comparison false, `!=` too; so does an unreadable payload, in whose bytes words are
//!   found all the same. Null is there.
//! - **A list** matches if one of its items does, with every operator; lists inside it are not entered. Compared
//!   with a list, it is taken whole: `data.items = []`. Streams and categories of an event count as lists.
//! - **`type`** is the full or the short name: `=`, `:`, `~` need one of them to match, `!=` both to differ.

mod complete;
mod error;
mod eval;
mod fields;
mod parse;
mod text;
mod vocabulary;

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::model::{Event, EventLog, Value};
use eval::{Facts, Node};

pub use complete::{Completion, MAX_SUGGESTIONS, Suggestion, complete};
pub use error::QueryError;
pub use eval::Needs;
pub use fields::{FieldInfo, fields};
pub use parse::{MAX_LENGTH, MAX_NESTING};
pub use text::{Glob, PatternTooLarge, type_matches};
pub use vocabulary::{KnownPath, Vocabulary, written, written_path};

/// What a query is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Events alone: `state` is an error.
    Event,
    /// Events and a state.
    EventAndState,
}

/// What written times mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The zone of times that are written without an offset.
    pub zone: Tz,
    /// The present day in that zone, for `today` and `yesterday`; without it they are errors.
    pub today: Option<NaiveDate>,
}

impl Default for Context {
    /// UTC, and no present day: what files mean, wherever and whenever they are read.
    fn default() -> Self {
        Self { zone: Tz::UTC, today: None }
    }
}

/// What a query is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The event.
    pub event: &'a Event,
    /// The state to judge, where there is one (after the event; for a rule's `if`, before it). Without, everything
    /// about `state` is missing.
    pub state: Option<&'a Value>,
}

/// A query, parsed and checked. Cloning is cheap.
#[derive(Clone)]
pub struct Query {
    source: Arc<str>,
    root: Arc<Node>,
    needs: Needs,
}

/// Parses a query. The error says at which character and what was expected.
pub fn parse(text: &str, scope: Scope, context: &Context) -> Result<Query, QueryError> {
    let root = parse::parse(text, scope, context)?;
    Ok(Query { source: text.into(), needs: root.needs(), root: Arc::new(root) })
}

impl Query {
    /// The query as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether it holds. A stream's category is judged by the stream's name; where an index is at hand,
    /// [`Self::matches_in`] knows better.
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        self.holds(subject, None)
    }

    /// Whether it holds of an event of this store: categories are those of its layout.
    pub fn matches_in(&self, log: &EventLog, subject: &Subject<'_>) -> bool {
        self.holds(subject, Some(log))
    }

    /// What the index alone can say of its event (an event index): yes, no, or `None` if the event must be read.
    /// Never differs from what [`Self::matches_in`] says of the event as recorded.
    pub fn matches_indexed(&self, log: &EventLog, event: usize) -> Option<bool> {
        self.root.decide(Facts::Indexed { log, event })
    }

    /// Whether both ask for the same: written times mean other instants in another zone.
    pub fn means(&self, other: &Self) -> bool {
        // What was parsed tells all of itself.
        format!("{:?}", self.root) == format!("{:?}", other.root)
    }

    fn holds(&self, subject: &Subject<'_>, log: Option<&EventLog>) -> bool {
        // An event answers everything.
        self.root.decide(Facts::Event { event: subject.event, state: subject.state, log }) == Some(true)
    }

    /// What it must be given beyond what the index has.
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// Calls `visit` with every value that something is compared with; instants are texts.
    pub fn each_constant(&self, visit: &mut dyn FnMut(&crate::model::Value)) {
        self.root.each_constant(visit);
    }

    /// Whether it asks about the state.
    pub fn uses_state(&self) -> bool {
        self.needs.state
    }

    /// Whether the event must be read: payload, metadata or anything else that the index does not have.
    pub fn uses_payload(&self) -> bool {
        self.needs.data || self.needs.details
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query({:?})", self.source)
    }
}
