//! Why an edit can't be applied: which edit, which event, and what to do.

use std::sync::Arc;

use super::scenario::Selector;

/// An edit that can't be applied. None of the scenario's edits is, then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("edits[{edit}].{verb}: {problem}")]
pub struct EditError {
    /// The edit's index in its scenario, from 0.
    pub edit: usize,
    /// The edit's key: `delete`, `update`, `insert` or `move`.
    pub verb: &'static str,
    /// What is wrong.
    pub problem: EditProblem,
}

impl EditError {
    /// Whether the store could not be read, rather than the edit being wrong.
    pub fn is_read_error(&self) -> bool {
        matches!(self.problem, EditProblem::Read(_))
    }
}

/// What is wrong with an edit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditProblem {
    /// No event was recorded at the position.
    #[error("no event was recorded at position {position}; {}", neighbours_text("#", .before, .after))]
    NoSuchPosition {
        /// The position named.
        position: i64,
        /// The nearest below.
        before: Option<i64>,
        /// The nearest above.
        after: Option<i64>,
    },
    /// No stream of the name was recorded.
    #[error("no stream \"{stream}\" was recorded{hint}")]
    NoSuchStream {
        /// The name.
        stream: Arc<str>,
        /// What may have been meant, or nothing.
        hint: String,
    },
    /// The stream was recorded without such a version.
    #[error("{stream} was recorded without version {version}; {}", neighbours_text("v", .before, .after))]
    NoSuchVersion {
        /// The stream.
        stream: Arc<str>,
        /// The version named.
        version: i64,
        /// The nearest below.
        before: Option<i64>,
        /// The nearest above.
        after: Option<i64>,
    },
    /// The version does not name one event.
    #[error("version {version} occurs {times} times in {stream}; name the event by its position, such as #{position}")]
    RepeatedVersion {
        /// The stream.
        stream: Arc<str>,
        /// The version named.
        version: i64,
        /// How often it occurs.
        times: usize,
        /// Position of the first that has it.
        position: i64,
    },
    /// No recorded event, and no event inserted by an earlier edit, has the id.
    #[error("no event has the id \"{0}\", and no insert before this edit gives it")]
    NoSuchId(Arc<str>),
    /// An earlier edit deleted the event.
    #[error("{event} was deleted by edits[{by}]")]
    Deleted {
        /// The event in words.
        event: String,
        /// Index of the edit that deleted it.
        by: usize,
    },
    /// The range names no event that is there.
    #[error("no event of {stream} {}; {}", range_text(.from, .to), neighbours_text("v", .first, .last))]
    EmptyRange {
        /// The stream.
        stream: Arc<str>,
        /// The range's first version.
        from: Option<i64>,
        /// The range's last version.
        to: Option<i64>,
        /// The stream's first version.
        first: Option<i64>,
        /// The stream's last version.
        last: Option<i64>,
    },
    /// The event to come after is not in the stream.
    #[error("{event} is not in {stream}, so nothing of {stream} can follow it")]
    NotInStream {
        /// The event in words.
        event: String,
        /// The stream that the place is in.
        stream: Arc<str>,
    },
    /// An event can't be moved after itself.
    #[error("{0} can't follow itself")]
    FollowsItself(String),
    /// A place needs a stream, and the event is in none.
    #[error("{0} is in no stream; add \"stream\", or an \"after\" that names an event of one")]
    NoStream(String),
    /// Where an event that is in several streams would go is not defined.
    #[error("{0} is in several streams and can't be moved; delete it and insert another")]
    SeveralStreams(String),
    /// A stream of links has no events of its own.
    #[error("{0} is made of links to events of other streams; edit those")]
    LinkStream(Arc<str>),
    /// A stream that was not recorded, and no time from which its place follows.
    #[error("{0} is a new stream, and its place in the store follows from a time; add \"time\"")]
    NeedsTime(Arc<str>),
    /// A time to be shifted that is not there.
    #[error("{0} has no time to shift; set one with \"time\"")]
    NoTime(String),
    /// A time outside the years 0001 to 9999.
    #[error("shifting {0} by so many seconds leaves the years 0001 to 9999")]
    TimeOutOfRange(String),
    /// A patch on what can't be read.
    #[error(
        "the payload of {event} can't be read ({reason}), so it can't be patched; replace it whole with \"replace\": true"
    )]
    Unreadable {
        /// The event in words.
        event: String,
        /// Why it can't be read.
        reason: String,
    },
    /// The id of an inserted event is another event's.
    #[error("the id \"{id}\" is that of {event}; give the inserted event another \"id\"")]
    IdTaken {
        /// The id.
        id: Arc<str>,
        /// Whose it is, in words.
        event: String,
    },
    /// The store could not be read.
    #[error("{0}")]
    Read(String),
}

fn neighbours_text(mark: &str, before: &Option<i64>, after: &Option<i64>) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("there are {mark}{before} and {mark}{after}"),
        (Some(before), None) => format!("the last is {mark}{before}"),
        (None, Some(after)) => format!("the first is {mark}{after}"),
        (None, None) => "there are none".to_owned(),
    }
}

fn range_text(from: &Option<i64>, to: &Option<i64>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("is left between v{from} and v{to}"),
        (Some(from), None) => format!("is left from v{from} on"),
        (None, Some(to)) => format!("is left up to v{to}"),
        (None, None) => "is left".to_owned(),
    }
}

/// An event in the words of the one who named it.
pub(super) fn selector_text(selector: &Selector) -> String {
    match selector {
        Selector::Position(position) => format!("#{position}"),
        Selector::Version { stream, version } => format!("v{version} of {stream}"),
        Selector::Id(id) => {
            let short: String = id.chars().take(8).collect();
            if short.len() < id.len() { format!("event {short}…") } else { format!("event {id}") }
        }
    }
}
