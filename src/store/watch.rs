//! Following a store that grows: what is new is read, and what was read before is looked at again.
//!
//! Each look at a changed file reads the last rows again and what comes after them. Behind that a second reading goes
//! through all older rows, a little at each look, and finds those that were changed, taken away or put between: rows
//! with smaller keys, marks on old rows, archived history. Of a store of some hundred thousand events it has seen every
//! row a few seconds after a change, of ten million in a few minutes.
//!
//! Where streams of several event tables may share a name, only all rows tell which is which: such stores are read whole
//! after each change, as are those whose rows have no order that goes on at the end.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::PoisonError;
use std::time::Duration;

use rusqlite::Connection;

use crate::model::event::Payload;
use crate::model::{Cancel, Event, EventLog, FileChange, json};

use super::Store;
use super::attach::LiveStamp;
use super::connect::quoted;
use super::error::StoreError;
use super::open::AccessMode;
use super::recognise::{Bound, EventSource};
use super::scan::{Asked, From, Piece, READ_AT_MOST, links_are_at_hand, piece};

/// Events at the end that are read again at each look.
const TAIL: usize = 256;
/// Of these, the last ones whose contents are compared too.
const CONTENTS: usize = 32;
/// Contents larger than this together are not compared.
const CONTENT_BYTES: usize = 256 << 10;
/// How long the second reading takes at each look.
const SECOND_LOOK: Duration = Duration::from_millis(15);

/// New rows that are counted at most.
pub const COUNTED: u64 = 9_999;

/// What became of a store since it was read.
#[derive(Debug)]
pub enum Growth {
    /// Nothing.
    Nothing,
    /// There are more events: an index that begins with the known ones, unchanged.
    Grown(Box<EventLog>),
    /// What is known stands in another order now, with the new events between: an index of all. Of several files only.
    Reordered(Box<EventLog>),
    /// What is known no longer holds: the whole store has to be read again.
    Replaced(Replaced),
}

/// What is known of a store that has to be read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replaced {
    /// There is another file in the place of the one that was opened.
    pub file: bool,
    /// Known events that have other contents now, though the index says the same of them.
    pub rewritten: Vec<u32>,
}

/// What is remembered from one look to the next.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// What the file was like before everything up to now was read.
    stamp: Option<LiveStamp>,
    /// Contents of the last events.
    contents: Vec<(u32, u64)>,
    rows: Rows,
    second: SecondLook,
    /// What the file was like when a second reading began that came to the end.
    looked: Option<LiveStamp>,
    /// What became of the file, as far as nobody asked for it yet.
    changes: Vec<FileChange>,
}

/// Where the second reading is.
#[derive(Debug, Default)]
struct SecondLook {
    /// In which event table.
    source: usize,
    /// The event that comes next; of this table, or before the next one of it.
    next: usize,
    /// The last row that was looked at.
    after: Option<i64>,
    /// What the file was like when it began.
    began: Option<LiveStamp>,
}

/// How rows and events go together: where the rows of each event table, by their numbers, are its events in the order
/// of the index, events can be read on from a row.
#[derive(Debug, Default)]
struct Rows {
    /// Events that were looked at.
    known: usize,
    /// The last row number of each table.
    last: Vec<Option<i64>>,
    /// Whether that is how it is.
    ascend: bool,
}

impl Rows {
    fn take_in(&mut self, bound: &Bound, log: &EventLog, conn: &Connection) {
        if self.known == 0 || self.known > log.len() {
            // Links that come without their events are found by the second reading, if those of each event are at hand; and
            // what a stream is called may hang on all of them.
            let at_hand = |source: &EventSource| source.key.rowid().is_some() && links_are_at_hand(conn, source);
            let numbered = !bound.may_meet() && bound.sources.iter().all(at_hand);
            *self = Self { known: 0, last: vec![None; bound.sources.len()], ascend: numbered };
        }
        for event in self.known..log.len() {
            let (row, again) = (log.row_key(event), log.part(event) > 0);
            match self.last.get_mut(log.source(event)) {
                Some(last) => {
                    self.ascend &= last.is_none_or(|last| last < row || (again && last == row));
                    *last = Some(row);
                }
                None => self.ascend = false,
            }
        }
        self.known = log.len();
    }

    /// Where the rows of each table begin whose events stand from `from` on; `None` where that is not to be told.
    fn from(&self, log: &EventLog, from: usize) -> Option<Vec<From>> {
        if !self.ascend {
            return None;
        }
        let mut starts = vec![From::Start; self.last.len()];
        let mut left = self.last.iter().filter(|last| last.is_some()).count();
        // From the first row of each that is read again, or after the last one.
        let mut again = self.last.clone();
        for event in (from..log.len()).rev() {
            again[log.source(event)] = Some(log.row_key(event).saturating_sub(1));
        }
        for event in (0..from).rev().take(FAR) {
            let start = &mut starts[log.source(event)];
            if *start == From::Start {
                *start = From::After(log.row_key(event));
                left -= 1;
                if left == 0 {
                    return Some(starts);
                }
            }
        }
        if from > FAR {
            // Tables that had nothing for long: only the second reading finds what comes right before.
            for (start, again) in starts.iter_mut().zip(again) {
                if let (From::Start, Some(row)) = (*start, again) {
                    *start = From::After(row);
                }
            }
        }
        Some(starts)
    }
}

/// Events between two of one table, beyond which nobody looks for the first.
const FAR: usize = 20_000;

impl Store {
    /// Knows of another opening of the same file what was said of its rows; false where it has to be read itself.
    pub fn take_over(&self, known: &Self) -> bool {
        let is_like = self.several.is_none()
            && known.several.is_none()
            && (self.layout() == known.layout() && self.event_table() == known.event_table());
        if is_like {
            let stamp = self.source.stamp_of_reads().ok();
            let known = known.scanned();
            *self.scanned() = super::Scanned { notes: known.notes.clone(), stamp, generation: known.generation };
        }
        is_like
    }

    /// How many rows came after those that are known, where that can be told at a glance: of one event table, in a file
    /// that is read by locks of SQLite. At most [`COUNTED`].
    pub fn count_new(&self, log: &EventLog) -> Option<u64> {
        let [source] = self.bound.sources.as_slice() else { return None };
        let (rowid, last) = (source.key.rowid()?, log.len().checked_sub(1)?);
        if self.mode() != AccessMode::ReadOnly || log.has_ordinal_positions() || self.is_several() {
            return None;
        }
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} > ?1 LIMIT {COUNTED})",
            quoted(&source.table.name),
            quoted(rowid)
        );
        let conn = self.source.connect(None).ok()?;
        let count: i64 = conn.query_row(&sql, [log.row_key(last)], |row| row.get(0)).ok()?;
        u64::try_from(count).ok()
    }

    /// The longest read transaction so far of a store that is followed.
    pub fn longest_read(&self) -> Duration {
        match &self.several {
            Some(several) => several.files().iter().map(|file| file.longest_read()).max().unwrap_or_default(),
            None => self.source.attachment.longest_read(),
        }
    }

    /// Reads what is new since `log` was read, and looks at some of what is known. Costs a few system calls where
    /// nothing changed and everything was looked at.
    ///
    /// Errors: the file can't be read now. It may be there again at the next look.
    pub fn scan_more(&self, log: &EventLog, generation: u64, cancel: &Cancel) -> Result<Growth, StoreError> {
        match &self.several {
            Some(several) => several.scan_more(log, generation, cancel),
            None => self.look_for_more(log, generation, true, cancel),
        }
    }

    /// The same of one file; the second reading goes on only if `again`.
    pub(super) fn look_for_more(
        &self,
        log: &EventLog,
        generation: u64,
        again: bool,
        cancel: &Cancel,
    ) -> Result<Growth, StoreError> {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        // Before anything is read: what is committed later is new at the next look.
        let now = self.source.live_stamp()?;
        if !self.source.is_at(&now) || watch.stamp.as_ref().is_some_and(|known| !known.is_same_file(&now)) {
            watch.note_change(FileChange::Replaced);
            return Ok(Growth::Replaced(Replaced { file: true, ..Replaced::default() }));
        }
        watch.note_changes(&now);
        let changed = watch.stamp.as_ref() != Some(&now);
        if !changed && (!again || watch.looked.as_ref() == Some(&now)) {
            return Ok(Growth::Nothing);
        }
        let conn = self.source.connect(Some(cancel))?;
        watch.rows.take_in(&self.bound, log, &conn);
        let read = |from: &[From], read_at_most: Duration, once: bool| {
            let asked = Asked { known: log, read_at_most, once };
            let piece = piece(&conn, &self.source, &self.bound, from, asked, cancel);
            // Without locks, what was read while somebody wrote is torn.
            self.source.check_read(&conn)?;
            piece
        };
        let mut growth = Growth::Nothing;
        if changed {
            let rewritten = watch.rewritten(self, log)?;
            if !rewritten.is_empty() {
                return Ok(Growth::Replaced(Replaced { file: false, rewritten }));
            }
            let tail = tail_of(log);
            let known = watch.rows.from(log, tail).filter(|_| tail > 0);
            let (from, tail) = match known {
                Some(from) => (from, tail),
                // All of it, each time: of few events, or where nothing else tells what is new.
                None => (vec![From::Start; self.bound.sources.len()], 0),
            };
            let piece = read(&from, READ_AT_MOST, false)?;
            growth = match self.joined(log, tail, piece, generation) {
                Some(growth) => growth,
                None => return Ok(Growth::Replaced(Replaced::default())),
            };
            if tail == 0 {
                watch.looked = Some(now.clone());
            }
        }
        let known = if let Growth::Grown(grown) = &growth { &**grown } else { log };
        let contents = if changed { Some(contents(self, known)?) } else { None };
        if again && watch.looked.as_ref() != Some(&now) && !watch.look_again(log, &now, &read)? {
            return Ok(Growth::Replaced(Replaced::default()));
        }
        // Only now: a look that fails is done again, against what was known before.
        if let Some(contents) = contents {
            watch.contents = contents;
        }
        let mut scanned = self.scanned();
        (scanned.stamp, scanned.generation) = (Some(now.stamp().clone()), known.generation());
        drop(scanned);
        watch.stamp = Some(now);
        Ok(growth)
    }

    /// What was read again, and what came after it; `None` where it is no longer what it was.
    fn joined(&self, log: &EventLog, tail: usize, piece: Piece, generation: u64) -> Option<Growth> {
        if log.first_difference(tail, usize::MAX, &piece.log).is_some() {
            return None;
        }
        let known = log.len() - tail;
        if piece.log.len() == known {
            return Some(Growth::Nothing);
        }
        let grown = log.extended(&piece.log, known, generation)?;
        self.note_more(piece.notes);
        Some(Growth::Grown(Box::new(grown)))
    }

    /// Remembers the contents of the last events of a store that was just read.
    pub(super) fn watch_from(&self, log: &EventLog) {
        let contents = if self.mode() == AccessMode::Live { contents(self, log) } else { Ok(Vec::new()) };
        // What can't be read now is looked at with the first look.
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = std::mem::take(&mut watch.changes);
        *watch = Watch { contents: contents.unwrap_or_default(), changes, ..Watch::default() };
    }

    /// What became of the file, or of which file, since somebody asked for it last, beside its contents: each thing
    /// once.
    pub fn take_file_changes(&self) -> Vec<(PathBuf, FileChange)> {
        if let Some(several) = &self.several {
            return several.files().iter().flat_map(|file| file.take_file_changes()).collect();
        }
        let changes = std::mem::take(&mut self.watch.lock().unwrap_or_else(PoisonError::into_inner).changes);
        changes.into_iter().map(|change| (self.path().to_owned(), change)).collect()
    }

    /// What a user should know of new rows, as far as nobody said it of the others.
    fn note_more(&self, notes: Vec<String>) {
        let mut scanned = self.scanned();
        let said =
            |known: &Vec<String>, note: &String| known.iter().any(|known| without_count(known) == without_count(note));
        for note in notes {
            if !said(&scanned.notes, &note) {
                scanned.notes.push(note);
            }
        }
    }
}

/// Reads rows of each table, in reads of at most so long; only one of them, or all.
type Read<'a> = &'a dyn Fn(&[From], Duration, bool) -> Result<Piece, StoreError>;

/// The first of the events that are read again at each look: the first one of its row.
fn tail_of(log: &EventLog) -> usize {
    let mut tail = log.len().saturating_sub(TAIL);
    while tail > 0 && log.part(tail) > 0 {
        tail -= 1;
    }
    tail
}

/// A note without the number that it begins with.
fn without_count(note: &str) -> &str {
    note.trim_start_matches(|c: char| c.is_ascii_digit())
}

impl Watch {
    /// A look that fails comes again: each change is noted once.
    fn note_changes(&mut self, now: &LiveStamp) {
        let Some(known) = &self.stamp else { return };
        let changes: Vec<FileChange> = now.changes_since(known).collect();
        changes.into_iter().for_each(|change| self.note_change(change));
    }

    fn note_change(&mut self, change: FileChange) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// Which of the last events have other contents now.
    fn rewritten(&self, store: &Store, log: &EventLog) -> Result<Vec<u32>, StoreError> {
        let known: Vec<u32> = self.contents.iter().map(|(event, _)| *event).collect();
        if known.last().is_none_or(|last| *last as usize >= log.len()) {
            return Ok(Vec::new());
        }
        let mut reader = store.reader()?;
        let now = match reader.events(log, &known) {
            Ok(now) => now,
            // Rows that are gone are found by reading the end.
            Err(StoreError::Changed(_) | StoreError::KeyNotFound { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        reader.check()?;
        let differ = self.contents.iter().zip(&now).filter(|((_, digest), event)| *digest != digest_of(event));
        Ok(differ.map(|((event, _), _)| *event).collect())
    }

    /// Goes on with the second reading; false where it finds something else than is known.
    fn look_again(&mut self, log: &EventLog, now: &LiveStamp, read: Read<'_>) -> Result<bool, StoreError> {
        if !self.rows.ascend {
            return Ok(true);
        }
        let second = &mut self.second;
        if second.began.is_none() || second.next > log.len() {
            *second = SecondLook { began: Some(now.clone()), ..SecondLook::default() };
        }
        let mut from = vec![From::Nowhere; self.rows.last.len()];
        if let Some(from) = from.get_mut(second.source) {
            *from = second.after.map_or(From::Start, From::After);
        }
        let piece = read(&from, SECOND_LOOK, true)?;
        let Ok(next) = log.compared(second.source, second.next, &piece.log, piece.at_end) else { return Ok(false) };
        second.next = next;
        second.after = piece.log.len().checked_sub(1).map(|last| piece.log.row_key(last)).or(second.after);
        if piece.at_end || next >= log.len() {
            (second.source, second.next, second.after) = (second.source + 1, 0, None);
            if second.source >= self.rows.last.len() {
                self.looked = second.began.take();
            }
        }
        Ok(true)
    }
}

/// Digests of the last events' contents.
fn contents(store: &Store, log: &EventLog) -> Result<Vec<(u32, u64)>, StoreError> {
    let from = log.len().saturating_sub(CONTENTS) as u32;
    let last: Vec<u32> = (from..log.len() as u32).rev().collect();
    let mut bytes = 0;
    let mut reader = store.reader()?;
    let events = reader.events_until(log, &last, &mut |event| {
        bytes += match &event.data {
            Payload::Value(_) => 256,
            Payload::Text(text) => text.len(),
            Payload::Unreadable(why) => why.len,
        };
        bytes > CONTENT_BYTES
    });
    let events = match events {
        Ok(events) => events,
        // The next look finds what became of them.
        Err(StoreError::Changed(_) | StoreError::KeyNotFound { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut digests: Vec<_> = last.iter().copied().zip(events.iter().map(digest_of)).collect();
    digests.reverse();
    Ok(digests)
}

fn digest_of(event: &Event) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&event.id, &event.user, &event.correlation_id, &event.causation_id).hash(&mut hasher);
    json::to_text(&event.metadata).hash(&mut hasher);
    match &event.data {
        Payload::Value(value) => json::to_text(value).hash(&mut hasher),
        Payload::Text(text) => text.hash(&mut hasher),
        Payload::Unreadable(why) => (&why.raw, why.len).hash(&mut hasher),
    }
    hasher.finish()
}

impl AccessMode {
    /// How a file is read, in words for the user.
    pub fn words(self) -> &'static str {
        match self {
            Self::ReadOnly | Self::Immutable => "read-only",
            Self::PrivateCopy => "read-only, private copy",
            Self::Live => "read-only, live",
        }
    }
}
