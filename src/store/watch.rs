//! Following a store that grows: what is new is read, and what was read before is looked at again.
//!
//! Each look at a changed file reads the last rows again and what comes after them. Behind that a second reading goes
//! through all older rows, a little at each look, and finds those that were changed, taken away or put between: rows
//! with smaller keys, marks on old rows, archived history. Of a store of some hundred thousand events it has seen every
//! row a few seconds after a change, of ten million in a few minutes.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::PoisonError;
use std::time::Duration;

use crate::model::event::Payload;
use crate::model::{Cancel, Event, EventLog, json};

use super::attach::LiveStamp;
use super::error::StoreError;
use super::open::AccessMode;
use super::scan::{self, Most, Piece};
use super::Store;

/// Events at the end that are read again at each look.
const TAIL: usize = 256;
/// Of these, the last ones whose contents are compared too.
const CONTENTS: usize = 32;
/// Contents larger than this together are not compared.
const CONTENT_BYTES: usize = 256 << 10;
/// How long the second reading takes at each look.
const SECOND_LOOK: Duration = Duration::from_millis(15);

/// What became of a store since it was read.
#[derive(Debug)]
pub enum Growth {
    /// Nothing.
    Nothing,
    /// There are more events: an index that begins with the known ones, unchanged.
    Grown(EventLog),
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
    /// Where the second reading goes on.
    next: usize,
    /// What the file was like when it began.
    began: Option<LiveStamp>,
    /// What the file was like when the last one began that came to the end.
    looked: Option<LiveStamp>,
}

impl Store {
    /// Knows of another opening of the same file what was said of its rows.
    pub fn take_over(&self, known: &Self) {
        let notes = known.scanned().notes.clone();
        *self.scanned() = super::Scanned { notes, stamp: self.source.stamp_of_reads().ok() };
    }

    /// The longest read transaction so far of a store that is followed.
    pub fn longest_read(&self) -> Duration {
        self.source.attachment.longest_read()
    }

    /// Reads what is new since `log` was read, and looks at some of what is known. Costs a few system calls where
    /// nothing changed and everything was looked at.
    ///
    /// Errors: the file can't be read now. It may be there again at the next look.
    pub fn scan_more(&self, log: &EventLog, generation: u64, cancel: &Cancel) -> Result<Growth, StoreError> {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        // Before anything is read: what is committed later is new at the next look.
        let now = self.source.live_stamp()?;
        if watch.stamp.as_ref().is_some_and(|known| !known.is_same_file(&now)) {
            return Ok(Growth::Replaced(Replaced { file: true, ..Replaced::default() }));
        }
        let changed = watch.stamp.as_ref() != Some(&now);
        if !changed && watch.looked.as_ref() == Some(&now) {
            return Ok(Growth::Nothing);
        }
        let conn = self.source.connect(Some(cancel))?;
        let read = |after: Option<usize>, most| {
            let place = match after {
                Some(event) => match scan::place_of(&self.bound, log, event) {
                    Some(place) => Some(place),
                    None => return Ok(None),
                },
                None => None,
            };
            let piece = scan::piece(&conn, &self.source, &self.bound, place, most, cancel)?;
            // Without locks, what was read while somebody wrote is torn.
            self.source.check()?;
            Ok(Some(piece))
        };
        let mut growth = Growth::Nothing;
        if changed {
            let rewritten = watch.rewritten(self, log)?;
            if !rewritten.is_empty() {
                return Ok(Growth::Replaced(Replaced { file: false, rewritten }));
            }
            growth = match self.read_end(log, generation, &read)? {
                Some(grown) => grown,
                None => return Ok(Growth::Replaced(Replaced::default())),
            };
            if self.looks_at_all(log) {
                watch.looked = Some(now.clone());
            }
        }
        let known = if let Growth::Grown(grown) = &growth { grown } else { log };
        if changed {
            watch.contents = contents(self, known)?;
        }
        if watch.looked.as_ref() != Some(&now) && !watch.look_again(log, &now, &read)? {
            return Ok(Growth::Replaced(Replaced::default()));
        }
        watch.stamp = Some(now);
        Ok(growth)
    }

    /// Whether each look is at all rows anyway.
    fn looks_at_all(&self, log: &EventLog) -> bool {
        log.len() <= TAIL || scan::place_of(&self.bound, log, 0).is_none()
    }

    /// Reads the last rows again and what comes after them; `None` where they are no longer what they were.
    fn read_end(&self, log: &EventLog, generation: u64, read: Read<'_>) -> Result<Option<Growth>, StoreError> {
        let from = if self.looks_at_all(log) { 0 } else { log.len() - TAIL };
        let Some(piece) = read(from.checked_sub(1), Most::ALL)? else { return Ok(None) };
        if log.first_difference(from, usize::MAX, &piece.log).is_some() {
            return Ok(None);
        }
        let known = log.len() - from;
        if piece.log.len() == known {
            return Ok(Some(Growth::Nothing));
        }
        let Some(grown) = log.extended(&piece.log, known, generation) else { return Ok(None) };
        self.note_more(piece.notes);
        Ok(Some(Growth::Grown(grown)))
    }

    /// What a user should know of new rows, as far as nobody said it of the others.
    fn note_more(&self, notes: Vec<String>) {
        let mut scanned = self.scanned();
        let said = |known: &Vec<String>, note: &String| known.iter().any(|known| without_count(known) == without_count(note));
        for note in notes {
            if !said(&scanned.notes, &note) {
                scanned.notes.push(note);
            }
        }
    }
}

/// Reads on behind a known event, or from the start; `None` where the index can't tell how.
type Read<'a> = &'a dyn Fn(Option<usize>, Most) -> Result<Option<Piece>, StoreError>;

/// A note without the number that it begins with.
fn without_count(note: &str) -> &str {
    note.trim_start_matches(|c: char| c.is_ascii_digit())
}

impl Watch {
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
        drop(reader);
        store.source.check()?;
        let differ = self.contents.iter().zip(&now).filter(|((_, digest), event)| *digest != digest_of(event));
        Ok(differ.map(|((event, _), _)| *event).collect())
    }

    /// Goes on with the second reading; false where it finds something else than is known.
    fn look_again(&mut self, log: &EventLog, now: &LiveStamp, read: Read<'_>) -> Result<bool, StoreError> {
        if self.next == 0 || self.next > log.len() {
            self.next = 0;
            self.began = Some(now.clone());
        }
        let most = Most { rows: usize::MAX, time: SECOND_LOOK };
        let Some(piece) = read(self.next.checked_sub(1), most)? else { return Ok(true) };
        let count = if piece.at_end { usize::MAX } else { piece.log.len() };
        if log.first_difference(self.next, count, &piece.log).is_some() {
            return Ok(false);
        }
        self.next += piece.log.len();
        if piece.at_end || self.next >= log.len() {
            self.next = 0;
            self.looked = self.began.take();
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
