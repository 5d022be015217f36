//! What was found, bounded however much is wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::kind::Kind;
use crate::model::{EventLog, StreamIndex, Timestamp};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Data is lost, doubled, or contradicts itself.
    Error,
    /// It may be right, and is worth a look.
    Warning,
    /// One should know.
    Info,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Info];

    /// How many, in words.
    pub fn counted(self, count: usize) -> String {
        let noun = match (self, count) {
            (Self::Error, 1) => "error",
            (Self::Error, _) => "errors",
            (Self::Warning, 1) => "warning",
            (Self::Warning, _) => "warnings",
            (Self::Info, 1) => "note",
            (Self::Info, _) => "notes",
        };
        format!("{count} {noun}")
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// How bad.
    pub severity: Severity,
    /// In which stream; `None` where it is about more than one.
    pub stream: Option<Arc<str>>,
    /// At which event, by its position: where two contradict each other, at the later one.
    pub position: Option<i64>,
    /// The event's version.
    pub version: Option<i64>,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// What exactly, in a sentence without its full stop.
    pub message: String,
    /// Where programs look for each kind by itself: the kind under which the same thing is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<Kind>,
    /// What else it is: told once, and in JSON found under each kind.
    #[serde(skip)]
    pub also: Vec<Kind>,
    /// The event, by its place in the index.
    #[serde(skip)]
    pub event: Option<u32>,
    #[serde(skip)]
    pub(super) rest: bool,
}

impl Finding {
    /// About a whole store.
    pub fn new(kind: Kind, severity: Severity, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            kind,
            severity,
            stream: None,
            position: None,
            version: None,
            time: None,
            message,
            same_as: None,
            also: Vec::new(),
            event: None,
            rest: false,
        }
    }

    /// At an event, in the first stream that it is in.
    pub fn at(log: &EventLog, kind: Kind, severity: Severity, event: usize, message: impl Into<String>) -> Self {
        Self {
            stream: log.stream_of(event).map(|stream| log.stream(stream).name.clone()),
            position: Some(log.position(event)),
            version: log.version(event),
            time: log.time(event),
            event: u32::try_from(event).ok(),
            ..Self::new(kind, severity, message)
        }
    }

    /// The worst first, each kind in the store's order, what stands for others after them.
    pub(super) fn by_severity(&self, other: &Self) -> std::cmp::Ordering {
        let key = |finding: &Self| (finding.severity, finding.kind, finding.rest);
        let place = |finding: &Self| (finding.event.is_none(), finding.event, finding.position);
        key(self)
            .cmp(&key(other))
            .then_with(|| place(self).cmp(&place(other)))
            .then_with(|| self.stream.cmp(&other.stream))
    }

    /// Whether it stands for those that are not listed.
    pub fn is_rest(&self) -> bool {
        self.rest
    }

    /// The same, which is of other kinds as well.
    pub fn also(mut self, kinds: &[Kind]) -> Self {
        self.also = kinds.to_vec();
        self
    }

    /// The same under the other kinds that it is of, to be known of where they are looked for.
    pub fn under_other_kinds(&self) -> impl Iterator<Item = Self> {
        self.also.iter().map(|kind| Self {
            kind: *kind,
            severity: Severity::Info,
            same_as: Some(self.kind),
            also: Vec::new(),
            ..self.clone()
        })
    }

    /// The same, told of one of its streams.
    pub fn within(mut self, log: &EventLog, stream: StreamIndex) -> Self {
        self.stream = Some(log.stream(stream).name.clone());
        self
    }
}

/// How many findings there are of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Of which kind.
    pub kind: Kind,
    /// How bad.
    pub severity: Severity,
    /// How many, those included that are not listed.
    pub count: usize,
}

/// So many findings of a kind and severity are listed; the rest is counted.
const LISTED: usize = 1000;

/// Findings as they come, while the work goes on. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Findings(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    list: Vec<Finding>,
    counts: BTreeMap<(Severity, Kind), usize>,
}

impl Findings {
    /// Adds one.
    pub fn push(&self, finding: Finding) {
        self.with(|inner| {
            let count = inner.counts.entry((finding.severity, finding.kind)).or_default();
            *count += 1;
            if *count <= LISTED {
                inner.list.push(finding);
            }
        });
    }

    /// Adds what was collected.
    pub(super) fn extend(&self, tally: Tally) {
        let (kinds, rest) = (tally.list.first().map(|first| (first.severity, first.kind)), tally.rest());
        tally.list.into_iter().for_each(|finding| self.push(finding));
        if let Some(of) = kinds {
            self.with(|inner| *inner.counts.entry(of).or_default() += rest);
        }
    }

    /// Adds what was collected of several kinds.
    pub(super) fn extend_all(&self, tallies: Tallies) {
        tallies.0.into_values().for_each(|tally| self.extend(tally));
    }

    /// Adds one, if there is one.
    pub(super) fn extend_one(&self, finding: Option<Finding>) {
        finding.into_iter().for_each(|finding| self.push(finding));
    }

    /// Those from a number on, in the order in which they came: what is new since the last look.
    pub fn since(&self, seen: usize) -> Vec<Finding> {
        self.with(|inner| inner.list.get(seen..).unwrap_or_default().to_vec())
    }

    /// How many there are of each kind, the worst first.
    pub fn counts(&self) -> Vec<Count> {
        let count = |(of, count): (&(Severity, Kind), &usize)| Count { severity: of.0, kind: of.1, count: *count };
        self.with(|inner| inner.counts.iter().map(count).collect())
    }

    /// All that is listed, the worst first, each kind in the store's order, with a last one for what is not listed.
    pub fn sorted(&self) -> Vec<Finding> {
        let mut list = self.since(0);
        list.sort_by(Finding::by_severity);
        let mut out: Vec<Finding> = Vec::with_capacity(list.len());
        for of in self.counts() {
            let key = (of.severity, of.kind);
            let end = list.partition_point(|finding| (finding.severity, finding.kind) <= key);
            let rest = of.count - end;
            out.extend(list.drain(..end));
            if rest > 0 {
                let words = format!("{rest} more of this kind are not listed");
                out.push(Finding { rest: true, ..Finding::new(of.kind, of.severity, words) });
            }
        }
        out
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        // What a panic left behind is still whole: a finding is put in at once.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Findings of one kind that are not told before it is known how many there are.
#[derive(Debug, Default)]
pub(super) struct Tally {
    list: Vec<Finding>,
    count: usize,
}

impl Tally {
    /// Adds one, made only if it would be listed.
    pub fn push(&mut self, finding: impl FnOnce() -> Finding) {
        self.count += 1;
        if self.list.len() < LISTED {
            self.list.push(finding());
        }
    }

    /// How many were added.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many of them are not listed.
    pub fn rest(&self) -> usize {
        self.count - self.list.len()
    }

    /// The first one, in place of all.
    pub fn into_first(self) -> Option<Finding> {
        self.list.into_iter().next()
    }
}

/// Findings of several kinds that are not told before it is known how many there are.
#[derive(Debug, Default)]
pub(super) struct Tallies(BTreeMap<(Severity, Kind), Tally>);

impl Tallies {
    /// Adds one, made only if it would be listed.
    pub fn push(&mut self, kind: Kind, severity: Severity, finding: impl FnOnce() -> Finding) {
        self.0.entry((severity, kind)).or_default().push(finding);
    }

    /// How many were added, of any kind.
    pub fn count(&self) -> usize {
        self.0.values().map(Tally::count).sum()
    }

    /// Adds those of others.
    pub fn append(&mut self, others: Self) {
        for (of, tally) in others.0 {
            let own = self.0.entry(of).or_default();
            own.count += tally.count;
            own.list.extend(tally.list);
            own.list.truncate(LISTED);
        }
    }
}

/// What could not be looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unchecked {
    /// What, in a word or two.
    pub what: &'static str,
    /// Findings of these kinds may be missing.
    pub kinds: Vec<Kind>,
    /// Why, in a sentence without its full stop.
    pub why: String,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Scanned {
    /// Events, by the index.
    pub events: usize,
    /// Streams, by the index.
    pub streams: usize,
    /// Payloads that were read.
    pub payloads: usize,
    /// Snapshots that were read.
    pub snapshots: usize,
}

/// What a look at a whole store came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// How many there are of each kind, the worst first.
    pub counts: Vec<Count>,
    /// How much was looked at.
    pub scanned: Scanned,
    /// Whether that was all; if not, what needs all of it was not looked for.
    pub complete: bool,
    /// What could not be looked for in this store, and why.
    pub not_checked: Vec<Unchecked>,
    /// What was not looked at because it was stopped, in sentences.
    pub notes: Vec<String>,
}

impl Health {
    /// How many findings of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.counts.iter().filter(|count| count.severity == severity).map(|count| count.count).sum()
    }

    /// Whether no error was found.
    pub fn is_ok(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// Whether an error or a warning was found.
    pub fn found_trouble(&self) -> bool {
        self.count(Severity::Error) + self.count(Severity::Warning) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_much_is_wrong_the_list_is_bounded_and_the_count_is_not() {
        let findings = Findings::default();
        for at in 0..LISTED + 7 {
            findings.push(Finding::new(Kind::TypeOnce, Severity::Info, at.to_string()));
        }
        let mut tally = Tally::default();
        for at in 0..LISTED + 2 {
            tally.push(|| Finding::new(Kind::VersionGap, Severity::Warning, at.to_string()));
        }
        findings.extend(tally);
        findings.push(Finding::new(Kind::IdDuplicate, Severity::Error, "x"));
        let counts: Vec<(Kind, usize)> = findings.counts().iter().map(|count| (count.kind, count.count)).collect();
        assert_eq!(counts, [(Kind::IdDuplicate, 1), (Kind::VersionGap, LISTED + 2), (Kind::TypeOnce, LISTED + 7)]);
        let sorted = findings.sorted();
        assert_eq!(sorted.len(), 1 + LISTED + 1 + LISTED + 1);
        assert_eq!(sorted[0].kind, Kind::IdDuplicate);
        assert_eq!(sorted[LISTED + 1].message, "2 more of this kind are not listed");
        assert_eq!(sorted[LISTED + 1].severity, Severity::Warning);
        assert_eq!(sorted.last().unwrap().message, "7 more of this kind are not listed");
    }
}
